/** A limit on a change in words, and limits as the config writes them. */
import { writtenChange } from '../report/format.ts'
import type { Change, Thresholds } from '../schema/config.ts'

/** `1.0 pp`, `0.25 pp`, `1 %` @param relative the share of the baseline it was written as */
export function limitText({ value, relative }: { readonly value: number; readonly relative: number | null }, unit: string): string {
  if (relative !== null) return `${figureOf(relative * 100)} %`
  const text = writtenChange(value, unit)
  return unit === 'pp' ? text.replace(/^(\d+) pp$/, '$1.0 pp') : text
}

const figureOf = (value: number): string => String(Number(value.toPrecision(6)))

/** `3pp`, `2% relative`, `0.01` */
export const changeInYaml = ({ kind, value }: Change, unit: string): string =>
  kind === 'relative' ? `${figureOf(value * 100)}% relative` : unit === 'pp' ? `${figureOf(value * 100)}pp` : figureOf(value)

/** Limits in which one word says something else: a warning stays one, and what the other word says stays. */
export function limitsInYaml<T>(
  limits: Thresholds<T> | undefined,
  word: keyof Thresholds<T>,
  wanted: string,
  /** whether a warning there would still come before that fail */
  other: { readonly write: (limit: T) => string; readonly beforeFail: (fail: T) => boolean },
): string {
  const { warn, fail } = limits ?? {}
  if (word === 'fail') return warn === undefined ? wanted : `{warn: ${other.write(warn)}, fail: ${wanted}}`
  if (fail === undefined) return `{warn: ${wanted}}`
  return other.beforeFail(fail) ? `{warn: ${wanted}, fail: ${other.write(fail)}}` : other.write(fail)
}
