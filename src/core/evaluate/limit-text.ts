/** A limit on a change, in words. */
import { writtenChange } from '../report/format.ts'
import type { Margin } from './margin.ts'

/** `1.0 pp`, `0.25 pp`, `1 %` */
export function limitText(margin: Margin, unit: string): string {
  if (margin.relative !== null) return `${figureOf(margin.relative * 100)} %`
  const text = writtenChange(margin.value, unit)
  return unit === 'pp' ? text.replace(/^(\d+) pp$/, '$1.0 pp') : text
}

const figureOf = (value: number): string => String(Number(value.toPrecision(6)))
