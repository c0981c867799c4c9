/** Which columns a builtin model may learn from, and how each is encoded: decided from aggregates, never from looking at rows. */
import type { DataSpec } from '../schema/config.ts'
import { targetColumns } from '../schema/target-columns.ts'
import type { CategoryEncoder, NumericEncoder } from './encode.ts'

export interface ColumnFacts {
  readonly name: string
  /** storage kind, in the words of the data engine */
  readonly kind: string
}

export type Candidate = { readonly column: string; readonly as: 'numeric' | 'integer' | 'string' }
export interface LeftOut {
  readonly column: string
  readonly because: string
}

const readAs: Readonly<Record<string, Candidate['as']>> = {
  integer: 'integer',
  float: 'numeric',
  decimal: 'numeric',
  boolean: 'numeric',
  string: 'string',
}

/** Columns to look at, and those that are out whatever they hold. `data.features`, when written, is the whole list. */
export function candidates(
  columns: readonly ColumnFacts[],
  data: DataSpec,
): { readonly use: readonly Candidate[]; readonly leftOut: readonly LeftOut[] } {
  const roles = new Map<string | null, string>([
    [data.weight, 'it is the weight'],
    [data.group, 'it is the group'],
    [data.time, 'it is the time'],
    [data.id, 'it is the id'],
  ])
  const targets = targetColumns(data)
  const wanted = data.features === null ? null : new Set(data.features)
  const use: Candidate[] = []
  const leftOut: LeftOut[] = []
  for (const { name, kind } of columns) {
    if (targets.includes(name)) continue
    const as = readAs[kind]
    const role = wanted?.has(name) ? undefined : roles.get(name)
    if (wanted !== null && !wanted.has(name)) leftOut.push({ column: name, because: 'it is not listed in data.features' })
    else if (data.sensitive.includes(name)) leftOut.push({ column: name, because: 'it is sensitive' })
    else if (role !== undefined) leftOut.push({ column: name, because: role })
    else if (as === undefined) leftOut.push({ column: name, because: `a ${kind} is not used by a linear model` })
    else use.push({ column: name, as })
  }
  return { use, leftOut }
}

/** Rare levels share `other`: a level of a handful of people would be theirs alone, in the file and in its weight. */
export const fewestRowsOfLevel = 10
export const mostLevels = 100
export const longestLevel = 200
/** whole numbers with so few values (hour, weekday, month) are levels, given enough rows for each */
const mostIntegerLevels = 32
const rowsPerIntegerLevel = 50
/** a float32 holds every whole number up to here */
const exactInteger = 2 ** 24

export interface TextFacts {
  /** rows that are neither null nor empty */
  readonly present: number
  readonly distinct: number
  /** levels with at least `fewestRowsOfLevel` rows, the most frequent first, at most `mostLevels` */
  readonly levels: readonly string[]
}

/** null: out, because nearly every row has a value of its own, or no value is frequent enough. */
export function encodeText(column: string, facts: TextFacts): CategoryEncoder | LeftOut {
  if (facts.present === 0) return { column, because: 'it holds no value' }
  if (facts.distinct > 0.9 * facts.present && facts.distinct > 20) return { column, because: 'nearly every row has a value of its own' }
  const values = facts.levels.filter((level) => level.length <= longestLevel && !level.includes('\0')).toSorted()
  if (values.length === 0) return { column, because: `no value has ${fewestRowsOfLevel} rows` }
  return { kind: 'category', column, levels: { of: 'string', values } }
}

export interface IntegerFacts {
  readonly present: number
  readonly distinct: number
  readonly min: number
  readonly max: number
}

/** Whether a whole-number column counts, names levels, or numbers the rows. */
export function readInteger(column: string, facts: IntegerFacts): 'numeric' | 'levels' | LeftOut {
  if (facts.present === 0) return { column, because: 'it holds no value' }
  if (facts.distinct === facts.present && facts.present > 20) {
    const dense = facts.max - facts.min < 2 * facts.present
    if (dense || /(^|[_\W])(id|uuid|key|index|no|nr)$/i.test(column)) return { column, because: 'it numbers the rows' }
  }
  const small = Math.max(Math.abs(facts.min), Math.abs(facts.max)) <= exactInteger
  const few = facts.distinct > 2 && facts.distinct <= mostIntegerLevels && facts.present >= rowsPerIntegerLevel * facts.distinct
  return small && few ? 'levels' : 'numeric'
}

/** Mean and deviation of the values that are there; a column that never changes says nothing. ±∞ counts as missing here. */
export function encodeNumber(column: string, values: Float64Array): NumericEncoder | LeftOut {
  let n = 0
  let mean = 0
  let low = Infinity
  let high = -Infinity
  for (const x of values) {
    if (!Number.isFinite(x)) continue
    n += 1
    mean += (x - mean) / n
    low = Math.min(low, x)
    high = Math.max(high, x)
  }
  if (n === 0) return { column, because: 'it holds no value' }
  if (low === high && n === values.length) return { column, because: 'it never changes' }
  let square = 0
  for (const x of values) if (Number.isFinite(x)) square += (x - mean) ** 2
  const scale = Math.sqrt(square / n)
  if (!Number.isFinite(scale)) return { column, because: 'its values are too large to be measured' }
  return { kind: 'numeric', column, mean, scale: scale > 0 ? scale : 1, low, high }
}
