/** Answers that several judges give: a figure or a share against its limits. */
import { count, figure, plural, written } from '../../report/format.ts'
import { type Answer, fail, type Limit, pass, skipped } from '../answer.ts'

export interface Range {
  readonly min?: number | undefined
  readonly max?: number | undefined
}

/** The limit that was broken; without one the first that there is. */
function limitsOf(
  { min, max }: Range,
  value: number,
  unit: Limit['unit'],
): { readonly broken: Limit | null; readonly shown: Limit | null } {
  const low: Limit | null = min === undefined ? null : { value: min, kind: 'min', unit }
  const high: Limit | null = max === undefined ? null : { value: max, kind: 'max', unit }
  const broken = low !== null && value < low.value ? low : high !== null && value > high.value ? high : null
  return { broken, shown: broken ?? low ?? high }
}

/** Twelve digits are what two runs agree on. */
export const stable = (value: number): number => Number(value.toPrecision(12))

/** k of n against a smallest and a largest share. @param noun one of the n */
export function shareAnswer(k: number, n: number, range: Range, noun: string, what: string): Answer {
  if (n === 0) return skipped('there are no rows to judge')
  const { broken, shown } = limitsOf(range, stable(k / n), 'share')
  const told = `${count(k)} of ${plural(n, noun)} ${what}`
  const more = { judged: n, broken: k, limit: shown }
  return broken === null ? pass(told, more) : fail(`${told} (limit ${broken.kind} ${written(broken.value * 100)} %)`, more)
}

/** A figure of all rows against its limits. `secret`: it could be the value of one row, so it is not shown. */
export function figureAnswer(value: number, n: number, range: Range, what: string, secret = false): Answer {
  const { broken, shown } = limitsOf(range, stable(value), null)
  const more = { judged: n, limit: shown, ...(secret ? {} : { observed: stable(value) }) }
  const told = secret ? `${what} lies` : `${what} is ${readable(value, shown)},`
  if (broken === null) return pass(`${told} within the limits`, more)
  return fail(`${told} ${broken.kind === 'min' ? 'below' : 'above'} ${broken.value}`, more)
}

const readable = (value: number, limit: Limit | null): string =>
  Number.isSafeInteger(value) ? count(value) : figure(value, limit === null ? [] : [limit.value])
