/**
 * Text that is numbers or dates as people write them: 1,234 or $12 or 5% or 12,5 or 31.12.2025. The engine reads it as text, and so does
 * everything behind it: a limit compares words, drift counts labels, a builtin learns none of it. Conservative: 95 of 100 values are of one notation,
 * and where two read them equally well (1,234; 01/02/2025) none is chosen.
 */
import { share } from '../report/format.ts'
import type { Plain } from '../schema/read-yaml.ts'
import { visible } from '../text/visible.ts'
import { toFlow } from './lines.ts'

interface Notation {
  readonly called: string
  /** SQL of the number or the date; null where the notation leaves open which one it is */
  readonly reads: ((x: string) => string) | null
  /** a limit as an example */
  readonly limit: string
}

/** What is left is digits and the one sign that parts the fraction. */
const withPoint = (x: string): string => `TRY_CAST(regexp_replace(${x}, '[^0-9.+-]', '', 'g') AS DOUBLE)`
const withComma = (x: string): string => `TRY_CAST(replace(regexp_replace(${x}, '[^0-9,+-]', '', 'g'), ',', '.') AS DOUBLE)`
const asDate = (pattern: string) => (x: string) => `try_strptime(${x}, '${pattern}')`

const number = <R extends Notation['reads']>(called: string, reads: R) => ({ called, reads, limit: '>= 0' })
const date = <R extends Notation['reads']>(called: string, reads: R) => ({ called, reads, limit: ">= DATE '2000-01-01'" })

export const notations = {
  thousands: number('numbers whose thousands are set apart', withPoint),
  decimal_comma: number('numbers with a decimal comma', withComma),
  thousands_or_decimals: number('numbers in which nothing tells thousands from decimals', null),
  percentages: number('percentages', withPoint),
  percentages_comma: number('percentages with a decimal comma', withComma),
  percentages_either: number('percentages in which nothing tells thousands from decimals', null),
  money: number('amounts of money', withPoint),
  money_comma: number('amounts of money with a decimal comma', withComma),
  money_either: number('amounts of money in which nothing tells thousands from decimals', null),
  day_first_points: date('dates with the day first', asDate('%d.%m.%Y')),
  day_first_slashes: date('dates with the day first', asDate('%d/%m/%Y')),
  day_first_dashes: date('dates with the day first', asDate('%d-%m-%Y')),
  month_first_slashes: date('dates with the month first', asDate('%m/%d/%Y')),
  month_first_dashes: date('dates with the month first', asDate('%m-%d-%Y')),
  either_first: date('dates in which nothing tells the day from the month', null),
} as const satisfies Readonly<Record<string, Notation>>
export type NotationName = keyof typeof notations

/** part of the values that must be of it */
const nearlyAll = 0.95
/** part of them that the engine does not read as a number anyway */
const marked = 0.01

const gap = '[ \\x{a0}\\x{202f}]'
/** Numbers without their sign: the fraction behind a point, or behind a comma; groups of three digits apart. Among other signs a space may part them. */
const styles = {
  point: (space: string) => `([0-9]+([.][0-9]*)?|[.][0-9]+|[1-9][0-9]{0,2}([,'${space}][0-9]{3})+([.][0-9]*)?)`,
  comma: (space: string) => `([0-9]+(,[0-9]+)?|,[0-9]+|[1-9][0-9]{0,2}([.'${space}][0-9]{3})+(,[0-9]+)?)`,
  whole: () => '[0-9]+',
} as const
type Style = keyof typeof styles

const spaces = ' \\x{a0}\\x{202f}'
const signs = {
  none: (style: Style) => `[+-]?${styles[style]('')}`,
  percent: (style: Style) => `[+-]?${styles[style](spaces)}${gap}?%`,
  money: (style: Style) => `[+-]?([$€£¥]${gap}?[+-]?${styles[style](spaces)}|${styles[style](spaces)}${gap}?[$€£¥])`,
} as const
type Sign = keyof typeof signs

const matches = (x: string, pattern: string): string => `regexp_full_match(${x}, '\\s*(${pattern.replaceAll("'", "''")})\\s*')`

/** The three ways to read what has one sign: fraction behind a point, behind a comma, or not to be told. */
const ofSign = {
  none: ['thousands', 'decimal_comma', 'thousands_or_decimals'],
  percent: ['percentages', 'percentages_comma', 'percentages_either'],
  money: ['money', 'money_comma', 'money_either'],
} as const satisfies Readonly<Record<Sign, readonly [NotationName, NotationName, NotationName]>>

const dates = [
  'day_first_points',
  'day_first_slashes',
  'day_first_dashes',
  'month_first_slashes',
  'month_first_dashes',
] as const satisfies readonly NotationName[]
const looksDate = (x: string): string => matches(x, '[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}')

const signNames = ['none', 'percent', 'money'] as const satisfies readonly Sign[]
const styleNames = ['point', 'comma', 'whole'] as const satisfies readonly Style[]

/** What is to be counted of text. @param x SQL of it. @returns SQL conditions by name */
export const notationCounts = (x: string): ReadonlyMap<string, string> =>
  new Map([
    ...signNames.flatMap((sign) => styleNames.map((style) => [`${sign}_${style}`, matches(x, signs[sign](style))] as const)),
    ...dates.map((name) => [name, `${looksDate(x)} AND ${notations[name].reads(x)} IS NOT NULL`] as const),
  ])

export interface NotationSeen {
  readonly name: NotationName
  /** part of the values that are there */
  readonly share: number
}

/**
 * @param counted values for which each condition of `notationCounts` is true
 * @param plain those that read as numbers as they are
 * @param values those that are there
 */
export function notationOf(counted: (name: string) => number, plain: number, values: number): NotationSeen | null {
  if (values === 0) return null
  const enough = (n: number): boolean => n >= nearlyAll * values
  for (const sign of signNames) {
    const [point, comma, whole] = styleNames.map((style) => counted(`${sign}_${style}`))
    const most = Math.max(point ?? 0, comma ?? 0)
    if (!enough(most) || (sign === 'none' && most - plain <= marked * values)) continue
    const [asPoint, asComma, either] = ofSign[sign]
    // below a thousand there is no sign to part it: decimals of which some have none have others than three as well
    const open = point === comma && whole !== point && (sign !== 'none' || whole === undefined || whole <= marked * values)
    return { name: open ? either : (point ?? 0) >= (comma ?? 0) ? asPoint : asComma, share: most / values }
  }
  const found = dates.filter((name) => enough(counted(name)))
  const [first] = found
  if (first === undefined) return null
  return { name: found.length > 1 ? 'either_first' : first, share: Math.max(...found.map(counted)) / values }
}

/** @param name of the column. @returns what was seen, and what to do about it, with a line of a config that holds a limit against what the text says */
export function notationHint({ name: notation, share: part }: NotationSeen, name: string): string {
  const { called, reads, limit }: Notation = notations[notation]
  const seen = `${share(part)} reads as ${called}, and is text here: write ${limit === '>= 0' ? 'plain numbers' : 'dates as 2025-12-31'} into the file`
  if (reads === null || visible(name) !== name) return seen
  const rule: Readonly<Record<string, Plain>> = {
    check: 'row_expression',
    ...(/^[A-Za-z0-9][A-Za-z0-9 _.-]{0,99}$/.test(name) ? { name } : {}),
    expression: `${reads(`"${name.replaceAll('"', '""')}"`)} ${limit}`,
  }
  return `${seen}, or hold limits against them here, below expect: ${toFlow({ key: 'checks', value: [rule] })}`
}
