/**
 * One column as it was seen → what a first contract says of it. Conservative, as TFDV's schema inference: a rule is written where the data
 * would have shown the opposite; limits of numbers are not read off the data, except the obvious ones (not below 0, between 0 and 1).
 * Every rule comes with what was seen, for the comment beside it.
 */
import { count, plural, share, written } from '../report/format.ts'
import type { Plain } from '../schema/read-yaml.ts'
import { type NotationSeen, notationHint } from './notation.ts'
import { nullLimit, shareToCome } from './null-limit.ts'
import { type ColumnInRole, type ColumnSeen, fewestRows, mostLevels } from './seen.ts'

export interface ColumnContract {
  readonly name: string
  readonly checks: Readonly<Record<string, Plain>>
  /** for the comment beside it */
  readonly saw: string
}

const enoughForRange = 1000
const enoughForLabels = 100
/** what a list covers of every file seen, and what it must cover of the next one */
const mostly = 0.99
const leastMostly = 0.95
const longestLabel = 100
/** the first percentile over the last: so much of a column lies at 0 that a border there shows */
const nearZero = 0.1

/** @param on the roles to write, where not every role has the column */
export function inferColumn(seen: ColumnSeen, sensitive: boolean, on: readonly string[] | null): ColumnContract {
  const { name, in: inRoles } = seen
  const rows = sum(inRoles.map((one) => one.rows))
  const missing = sum(inRoles.map((one) => one.missing))
  const type = commonType(inRoles)
  const nothing = missing === rows
  const nulls = nothing ? null : nullLimit(inRoles)
  const unique = !nothing && inRoles.every((one) => one.unique === true)
  const notation = commonNotation(inRoles)
  // a number that is written for people is no label
  const labels = sensitive || nothing || unique || notation !== null ? null : domain(inRoles)
  const range = sensitive || nothing || labels !== null ? null : obviousRange(inRoles)
  const checks: Record<string, Plain> = {
    ...(type === null || nothing ? {} : { type }),
    ...(nulls === null ? {} : { nulls: { max: nulls === 0 ? 0 : `${Number((nulls * 100).toPrecision(4))}%` } }),
    ...(unique ? { unique: true } : {}),
    ...(range ?? {}),
    ...(labels === null ? {} : { in: { values: labels.values, mostly: `${labels.mostly}%` } }),
    ...(on === null ? {} : { on: [...on] }),
  }
  const saw = [
    nothing ? `no value in ${plural(rows, 'row')}` : `${count(missing)} missing in ${plural(rows, 'row')}`,
    ...(type === null && !nothing ? [typesSeen(inRoles)] : []),
    ...(sensitive ? ['sensitive'] : unique ? ['no value twice'] : sawValues(inRoles, labels?.values ?? null)),
    ...(sensitive ? [] : sawRange(inRoles)),
    ...(notation === null ? mixed(inRoles) : [notationHint(notation, name)]),
  ]
  return { name, checks, saw: saw.join('; ') }
}

const typeOf: Readonly<Record<ColumnInRole['storage'], string | null>> = {
  integer: 'integer',
  float: 'number',
  decimal: 'number',
  boolean: 'boolean',
  string: 'string',
  date: 'date',
  timestamp: 'timestamp',
  time: 'time',
  other: null,
}

/** A type of several is one that accepts them all. */
const wider: readonly (readonly [of: readonly string[], type: string])[] = [
  [['integer', 'number'], 'number'],
  [['date', 'timestamp'], 'timestamp'],
]

function commonType(inRoles: readonly ColumnInRole[]): string | null {
  const types = [...new Set(inRoles.filter((one) => one.missing < one.rows).map(({ storage }) => typeOf[storage]))]
  if (types.length === 1) return types[0] ?? null
  return wider.find(([of]) => types.every((type) => type !== null && of.includes(type)))?.[1] ?? null
}

/** Where all that have values are written alike: the share is that of the file with the most others. */
function commonNotation(inRoles: readonly ColumnInRole[]): NotationSeen | null {
  const all = inRoles.filter((one) => one.missing < one.rows).map(({ notation }) => notation)
  const [first = null] = all
  if (first === null || all.some((one) => one?.name !== first.name)) return null
  return { ...first, share: Math.min(...all.map((one) => one?.share ?? 0)) }
}

const typesSeen = (inRoles: readonly ColumnInRole[]): string => {
  const kinds = new Set(inRoles.map(({ storage }) => storage))
  return kinds.size === 1
    ? 'nested values, or values of several types'
    : inRoles.map(({ role, storage }) => `${storage} in ${role}`).join(', ')
}

/** `min: 0`, and `max: 1` of numbers with fractions, where a thousand rows say so. An identifier has no range. */
function obviousRange(inRoles: readonly ColumnInRole[]): Readonly<Record<string, Plain>> | null {
  if (sum(inRoles.map((one) => one.rows - one.missing)) < enoughForRange) return null
  const numbers = inRoles.filter((one) => one.missing < one.rows)
  const [low, high] = [numbers.map((one) => one.min), numbers.map((one) => one.max)]
  if (!low.every((value) => value !== null && value >= 0)) return null
  const fractions = numbers.some(({ storage }) => storage === 'float' || storage === 'decimal')
  // one value says nothing of where the others will lie
  const varies = numbers.some(({ kind }) => kind !== 'constant')
  const unit = fractions && varies && high.every((value) => value !== null && value <= 1)
  // what is rarely near 0, as a latitude or an age, is bounded by something else than 0, and may lie below it tomorrow
  const near = numbers.some((one) => (one.low === null || one.high === null ? one.min === 0 : one.low <= one.high * nearZero))
  if (unit) return { min: 0, max: 1 }
  return near ? { min: 0 } : null
}

interface Domain {
  readonly values: readonly Plain[]
  /** per cent of the rows */
  readonly mostly: number
}

/**
 * Values that may be listed: text of few levels, and flags written as 0 and 1. Null where there are too many, too rare ones, or where the list
 * leaves out more than one row in a hundred of a role. `mostly` leaves room for what the next file leaves out: as many rows as these do, and once
 * more those whose label no other row has, which is how often a new label comes (Good–Turing).
 */
function domain(inRoles: readonly ColumnInRole[]): Domain | null {
  const numeric = inRoles.every(({ storage }) => storage === 'integer')
  if (!numeric && !inRoles.every(({ storage }) => storage === 'string')) return null
  if (inRoles.every(({ kind }) => kind === 'constant')) return null
  const values = sum(inRoles.map((one) => one.rows - one.missing))
  if (values < enoughForLabels) return null
  const labels = new Set<string>()
  for (const { levels } of inRoles) {
    if (levels === null || levels.distinct > mostLevels || levels.singles >= 0.01 * values) return null
    for (const { label, rows } of levels.top) if (rows >= fewestRows) labels.add(label)
  }
  if (labels.size === 0 || labels.size > mostLevels) return null
  if (numeric && ![...labels].every((label) => label === '0' || label === '1')) return null
  if (numeric && labels.size !== 2) return null
  if ([...labels].some((label) => label.length > longestLabel)) return null
  const parts = inRoles.map(({ levels, rows, missing }) => {
    const listed = sum((levels?.top ?? []).filter(({ label }) => labels.has(label)).map((level) => level.rows))
    return { rows: rows - missing, leftOut: rows - missing - listed }
  })
  if (parts.some(({ rows, leftOut }) => leftOut > (1 - mostly) * rows)) return null
  const others = sum(parts.map(({ leftOut }) => leftOut))
  const singles = sum(inRoles.map(({ levels }) => levels?.singles ?? 0))
  const covered = others === 0 ? mostly : Math.min(mostly, 1 - shareToCome(others + singles, parts))
  if (covered < leastMostly) return null
  return {
    values: [...labels].sort().map((label) => (numeric ? Number(label) : label)),
    mostly: Math.floor(Number((covered * 100).toPrecision(12))),
  }
}

function sawValues(inRoles: readonly ColumnInRole[], labels: readonly Plain[] | null): readonly string[] {
  const first = inRoles[0]
  if (first === undefined) return []
  const known = inRoles.flatMap(({ levels }) => levels ?? [])
  const least = Math.max(new Set(known.flatMap(({ top }) => top.map(({ label }) => label))).size, ...known.map(({ distinct }) => distinct))
  if (inRoles.every(({ kind }) => kind === 'constant') && least <= 1 && first.missing < first.rows) return ['the same value in every row']
  if (known.length === 0) return first.kind === 'identifier' ? ['nearly every value differs, or they follow the order of the rows'] : []
  // whether a value of few rows is one of another file nobody knows
  const rare = known.some(({ distinct, top }) => distinct > top.length)
  const unsure = known.length < inRoles.length || (rare && inRoles.length > 1)
  const told = `${unsure ? 'at least ' : ''}${plural(least, 'distinct value')}`
  return [
    least > mostLevels ? `more than ${mostLevels} distinct values` : told,
    ...(labels !== null && rare ? [`those of fewer than ${fewestRows} rows are not listed`] : []),
  ]
}

/** Of every file, and so of all of them. Rounded outwards to two digits, so that it is nobody's value. */
function sawRange(inRoles: readonly ColumnInRole[]): readonly string[] {
  const [lows, highs] = [inRoles.flatMap(({ low }) => low ?? []), inRoles.flatMap(({ high }) => high ?? [])]
  if (lows.length === 0 || highs.length === 0) return []
  return [`98 % between ${written(outwards(Math.min(...lows), Math.floor))} and ${written(outwards(Math.max(...highs), Math.ceil))}`]
}

function outwards(value: number, round: (x: number) => number): number {
  if (value === 0) return 0
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1)
  return Number((round(Number((value / unit).toPrecision(12))) * unit).toPrecision(2))
}

/** A few bad cells make a whole column text. */
function mixed(inRoles: readonly ColumnInRole[]): readonly string[] {
  const part = Math.max(0, ...inRoles.map((one) => one.readsAsNumber ?? 0))
  return part >= 0.8 && part < 1 ? [`${share(part)} reads as numbers: is the rest meant?`] : []
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, x) => total + x, 0)
