/**
 * Figures as people read them: sensible digits, a true minus, thousands set apart. A figure shown beside a limit always has enough digits that
 * the reader sees on which side of it the value lies (GATE-08): 0.8996 against 0.9 is never "0.900".
 */

const minus = (text: string): string => text.replaceAll('-', '−')

const grouped = (text: string): string => {
  const [whole = '', fraction] = text.split('.')
  const apart = whole.length < 4 ? whole : whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return fraction === undefined ? apart : `${apart}.${fraction}`
}

export const count = (value: number): string => minus(grouped(String(Math.round(value))))

/** Decimals that leave about four significant digits, three at least below ten. */
const usualDecimals = (size: number): number => (size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3)

/** Twelve digits, so that 0.1 + 0.2 is 0.3. */
const significant = 12
const rounded = (value: number): number => Number(value.toPrecision(significant))

/** Farther apart than rounding to so many digits could hide, which takes its time and is asked of every figure. */
const clear = (a: number, b: number): boolean => Math.abs(a - b) > 1e-9 * Math.max(Math.abs(a), Math.abs(b))

const sameSide = (value: number, shown: number, limit: number): boolean =>
  clear(value, limit) && clear(shown, limit)
    ? value > limit === shown > limit
    : Math.sign(rounded(value) - rounded(limit)) === Math.sign(shown - rounded(limit))

const isPlain = (size: number): boolean => size === 0 || (size >= 0.0005 && size < 1e7)

/** Decimals at which a value lies on the true side of each of `against`. */
function decimalsFor(value: number, against: readonly number[]): number {
  const usual = usualDecimals(Math.abs(value))
  const most = Math.max(usual, significant - 1 - Math.floor(Math.log10(Math.abs(value) || 1)))
  for (let decimals = usual; decimals < most; decimals++) {
    if (against.every((limit) => sameSide(value, Number(value.toFixed(decimals)), limit))) return decimals
  }
  return most
}

/** The same for what is written with a power of ten. */
function digitsFor(value: number, against: readonly number[]): number {
  for (let digits = 2; digits < significant; digits++) {
    if (against.every((limit) => sameSide(value, Number(value.toExponential(digits)), limit))) return digits
  }
  return significant
}

/** A number with the digits it needs to be told from each of `against`; `like` are shown beside it and get as many. */
export function figure(value: number | null, against: readonly number[] = [], like: readonly number[] = []): string {
  if (value === null || !Number.isFinite(value)) return '–'
  if (!isPlain(Math.abs(value))) return minus(value.toExponential(digitsFor(value, against)).replace('e+', 'e'))
  const beside = like.filter((other) => isPlain(Math.abs(other)) && other !== 0)
  return minus(grouped(value.toFixed(Math.max(...[value, ...beside].map((each) => decimalsFor(each, against))))))
}

/** From here down a distance is told from 0 by nobody. */
const nothing = 0.0001

/**
 * A distance or a strength between 0 and 1, or a correlation: `0`, `< 0.0001`, and no power of ten. One that is held against a limit so small is a figure
 * as any other.
 */
export function distance(value: number | null, against: readonly number[] = []): string {
  const size = Math.abs(value ?? 0)
  if (value === null || isPlain(size) || against.some((limit) => limit !== 0 && !isPlain(Math.abs(limit))))
    return value === 0 ? '0' : figure(value, against)
  if (size < nothing) return value > 0 ? `< ${nothing}` : `> ${minus(String(-nothing))}`
  const text = value.toFixed(4)
  return size < 1 && against.every((limit) => sameSide(value, Number(text), limit)) ? minus(text) : figure(value, against)
}

/** A number as it was written in a config, such as a limit: no digit added, none lost. */
export const written = (value: number | null): string => (value === null ? '–' : minus(grouped(String(Number(value.toPrecision(10))))))

/** How a unit shows a level and a change: `scale` and word of each. */
interface UnitStyle {
  readonly level: { readonly scale: number; readonly word: string }
  readonly change: { readonly scale: number; readonly word: string }
}
const bare = { scale: 1, word: '' }
const percent = { scale: 100, word: ' %' }
const points = { scale: 100, word: ' pp' }
const styles: Readonly<Record<string, UnitStyle>> = {
  '': { level: bare, change: bare },
  absolute: { level: bare, change: bare },
  score: { level: bare, change: bare },
  share: { level: bare, change: points },
  fraction: { level: bare, change: points },
  pp: { level: bare, change: points },
  relative: { level: bare, change: percent },
  '%': { level: percent, change: points },
  bytes: { level: { scale: 1e-6, word: ' MB' }, change: { scale: 1e-6, word: ' MB' } },
}

const styleOf = (unit: string | null): UnitStyle => {
  const known = styles[unit ?? '']
  if (known !== undefined && Object.hasOwn(styles, unit ?? '')) return known
  return { level: { scale: 1, word: '' }, change: { scale: 1, word: '' } }
}

/** A unit of the user's that is shown after the figure; null when the figure says it already. */
export const unitWord = (unit: string | null): string | null => (unit === null || Object.hasOwn(styles, unit) ? null : unit)

export function level(value: number | null, unit: string | null, against: readonly number[] = [], like: readonly number[] = []): string {
  if (value === null) return '–'
  const { scale, word } = styleOf(unit).level
  const scaled = (numbers: readonly number[]) => numbers.map((each) => each * scale)
  return `${figure(value * scale, scaled(against), scaled(like))}${word}`
}

export const writtenLevel = (value: number | null, unit: string | null): string => {
  const { scale, word } = styleOf(unit).level
  return value === null ? '–' : `${written(value * scale)}${word}`
}

export const writtenChange = (value: number | null, unit: string | null): string => {
  const { scale, word } = styleOf(unit).change
  return value === null ? '–' : `${written(value * scale)}${word}`
}

/** A change with its sign; one decimal in points and per cents, more when it would be zero or look like its limit. */
function signed(value: number, scale: number, against: readonly number[]): string {
  const scaled = value * scale
  if (scale === 1) return `${scaled > 0 ? '+' : ''}${figure(scaled, against)}`
  const limits = [0, ...against.map((limit) => limit * scale)]
  for (let decimals = 1; decimals <= 8; decimals++) {
    const text = scaled.toFixed(decimals)
    if (limits.every((limit) => sameSide(scaled, Number(text), limit))) return `${scaled > 0 ? '+' : ''}${minus(grouped(text))}`
  }
  return scaled === 0 ? '0' : `${scaled > 0 ? '+' : ''}${minus(scaled.toExponential(1))}`
}

export function change(value: number | null, unit: string | null, against: readonly number[] = []): string {
  if (value === null) return '–'
  const { scale, word } = styleOf(unit).change
  if (Math.abs(value * scale) < 1e-9) return `±0${word}`
  return `${signed(value, scale, against)}${word}`
}

/** `+0.6 to +1.6 pp`; an end that is not there is said with ≥ or ≤. */
export function changeInterval(
  interval: readonly [number | null, number | null],
  unit: string | null,
  against: readonly number[] = [],
): string {
  const { scale, word } = styleOf(unit).change
  const [low, high] = interval
  const end = (value: number) => (Math.abs(value * scale) < 1e-9 ? '0' : signed(value, scale, against))
  if (low !== null && high !== null) return `${end(low)} to ${end(high)}${word}`
  if (low !== null) return `≥ ${end(low)}${word}`
  return high === null ? '–' : `≤ ${end(high)}${word}`
}

export function levelInterval(
  interval: readonly [number | null, number | null],
  unit: string | null,
  against: readonly number[] = [],
): string {
  const [low, high] = interval
  const { scale, word } = styleOf(unit).level
  const limits = against.map((limit) => limit * scale)
  const end = (value: number) => figure(value * scale, limits)
  if (low !== null && high !== null) return `${end(low)} to ${end(high)}${word}`
  if (low !== null) return `≥ ${end(low)}${word}`
  return high === null ? '–' : `≤ ${end(high)}${word}`
}

/** The text with the fewest digits, from `least` on, that lies on the true side of each of `against`. */
function apart(value: number, against: readonly number[], least: number, text: (digits: number) => string): string {
  for (let digits = least; digits < significant; digits++)
    if (against.every((limit) => sameSide(value, Number(text(digits)), limit))) return text(digits)
  return text(significant)
}

/** A number of `digits` significant digits, or of as many as tell it from its limits. */
export const shortened = (value: number, digits: number, against: readonly number[] = []): number =>
  Number(apart(value, against, digits, (each) => value.toPrecision(each)))

/** p and q values: three decimals, or as many as tell them from their level, and never "0". */
export function probability(value: number | null, against: readonly number[] = []): string {
  if (value === null) return '–'
  if (value < 1e-16) return '< 1e−16'
  return value < 0.001
    ? minus(apart(value, against, 0, (digits) => value.toExponential(digits)))
    : apart(value, against, 3, (decimals) => value.toFixed(decimals))
}

/** `q = 0.012`, `q < 1e−16` */
export const namedProbability = (name: string, value: number | null, against: readonly number[] = []): string =>
  `${name} ${probability(value, against).replace(/^(?=\d)/, '= ')}`

/** Of what is as near to both, as people round. */
const halfUp = (value: number, decimals: number): string => String(Math.round(value * 10 ** decimals) / 10 ** decimals)

/** `12.3 %`; a part so small that it rounds to nothing, or to all, gets three decimals. A limit is `writtenChange(limit, 'relative')`. */
export function share(value: number, against: readonly number[] = []): string {
  const percent = rounded(value * 100)
  const limits = against.map((limit) => limit * 100)
  const ends = sameSide(percent, Number(percent.toFixed(3)), 0) && sameSide(percent, Number(percent.toFixed(3)), 100) ? [0, 100] : []
  return `${written(Number(apart(percent, [...limits, ...ends], 1, (decimals) => halfUp(percent, decimals))))} %`
}

/** `512 B`, `1.5 MB` */
export function bytes(value: number, against: readonly number[] = []): string {
  const units = ['B', 'kB', 'MB', 'GB'] as const
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(value))) / 3)))
  const scaled = against.map((limit) => limit / 1000 ** step)
  return `${written(shortened(value / 1000 ** step, 4, scaled))} ${units[step] ?? 'B'}`
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** `sha256:0123456789ab`: enough to tell files apart, short enough to read out. */
export const shortDigest = (digest: string): string => digest.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1')

export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`
/** `2,500 of 6,000 rows` */
export const outOf = (some: number, rows: number): string => `${count(some)} of ${plural(rows, 'row')}`

const verbsOfOne: ReadonlyMap<string, string> = new Map([
  ['have', 'has'],
  ['are', 'is'],
  ['were', 'was'],
  ['do', 'does'],
])

/** A verb of many, or words that may begin with one, said of so many: `verb(1, 'are')` is `is`. */
export const verb = (n: number, words: string): string =>
  n === 1 ? words.replace(/^[a-z]+/, (many) => verbsOfOne.get(many) ?? many) : words

/** `1st`, `2nd`, `11th`, `21st` */
export function ordinal(n: number): string {
  const teens = Math.floor((n % 100) / 10) === 1
  return `${count(n)}${(teens ? undefined : { 1: 'st', 2: 'nd', 3: 'rd' }[n % 10]) ?? 'th'}`
}
