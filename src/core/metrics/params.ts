/** Parameters of metrics: what each may be, its default, and how its value is read. */

export type Params = { readonly [key: string]: number | string }

/** A parameter: its default, what it may be in words, and whether a value is that. */
export interface Param {
  readonly default: number | string
  readonly says: string
  readonly fits: (value: number | string) => boolean
}

export const share = (otherwise: number): Param => ({
  default: otherwise,
  says: 'a share above 0 and up to 1',
  fits: (v) => typeof v === 'number' && v > 0 && v <= 1,
})
export const positive = (otherwise: number): Param => ({
  default: otherwise,
  says: 'a number above 0',
  fits: (v) => typeof v === 'number' && v > 0 && v < Number.POSITIVE_INFINITY,
})
export const whole = (otherwise: number): Param => ({
  default: otherwise,
  says: 'a whole number from 1 to 1000',
  fits: (v) => typeof v === 'number' && Number.isInteger(v) && v >= 1 && v <= 1000,
})
export const wholeOr = (otherwise: number | string, word: string): Param => ({
  default: otherwise,
  says: `a whole number from 1 to 1000, or ${word}`,
  fits: (v) => v === word || (typeof v === 'number' && Number.isInteger(v) && v >= 1 && v <= 1000),
})
export const anyNumber = (otherwise: number): Param => ({
  default: otherwise,
  says: 'a number',
  fits: (v) => typeof v === 'number' && Number.isFinite(v),
})
export const choice = (...allowed: readonly [string, ...string[]]): Param => ({
  default: allowed[0],
  says: `one of ${allowed.join(', ')}`,
  fits: (v) => allowed.some((one) => one === v),
})

/** The class or label whose metric it is, against the rest; none: of all. */
export const classParam: Param = {
  default: '',
  says: 'the name of a class or label: the metric of it against the rest',
  fits: (v) => v !== '',
}
/** 0: every row. */
export const horizonParam: Param = {
  default: 0,
  says: 'steps ahead, from 1 on: the metric of those rows alone',
  fits: (v) => typeof v === 'number' && Number.isInteger(v) && v >= 1,
}
/** Parameters that every metric of such tasks has, and that are said once. */
export const common: Readonly<Record<string, Param>> = { class: classParam, horizon: horizonParam }

export function number(params: Params, key: string): number {
  const value = params[key]
  if (typeof value !== 'number') throw new RangeError(`parameter ${key} is not a number`)
  return value
}

export const oneOf = <T extends string>(params: Params, key: string, allowed: readonly T[]): T => {
  const found = allowed.find((value) => value === params[key])
  if (found === undefined) throw new RangeError(`parameter ${key} is one of ${allowed.join(', ')}`)
  return found
}
