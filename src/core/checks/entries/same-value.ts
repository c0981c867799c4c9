/**
 * SQL under which a value of one table and a value of another are equal where they mean the same, whatever their files stored them as: a CSV's 7, a Parquet's
 * 7.0 and the text '7'. Integers are never taken through doubles, so that keys beyond 2^53 stay apart; −0 is 0; NaN is a missing value.
 */
import { type ColumnFacts, isMoment, isNumeric, type TableFacts } from '../facts.ts'
import { asNumber, asNumbers, asText, asTimestamp } from '../sql-parts.ts'

type Family = 'whole' | 'number' | 'moment' | 'truth' | 'text'

const family = ({ kind }: ColumnFacts): Family => {
  if (kind === 'integer') return 'whole'
  if (isNumeric(kind)) return 'number'
  if (isMoment(kind)) return 'moment'
  return kind === 'boolean' ? 'truth' : 'text'
}

/** NaN becomes null, −0 becomes 0. */
const number = (column: ColumnFacts, x = asNumber(column)): string =>
  column.kind === 'float' ? `CASE WHEN isnan(${x}) THEN NULL ELSE ${x} + 0 END` : `${x} + 0`

/** A whole number has the digits of an integer, beyond 2^53 too; others their shortest text. */
function numberText(column: ColumnFacts): string {
  const { quoted } = column
  if (column.kind === 'integer') return asText(column)
  if (column.kind === 'decimal') {
    return `CASE WHEN ${quoted} = trunc(${quoted}) THEN CAST(CAST(trunc(${quoted}) AS HUGEINT) AS VARCHAR) ELSE CAST(${asNumber(column)} AS VARCHAR) END`
  }
  const x = asNumber(column)
  return `CASE WHEN isnan(${x}) THEN NULL WHEN abs(${x}) < 1e18 AND ${x} = trunc(${x}) THEN CAST(CAST(${x} AS BIGINT) AS VARCHAR) ELSE CAST(${quoted} AS VARCHAR) END`
}

const text = (column: ColumnFacts): string => (isNumeric(column.kind) ? numberText(column) : asText(column))

const truthAsNumber = ({ quoted }: ColumnFacts): string => `CAST(CAST(${quoted} AS INTEGER) AS VARCHAR)`

/** @returns SQL of `a` and of `b`, of one type, null where the value is missing */
export function comparable(a: ColumnFacts, b: ColumnFacts): readonly [string, string] {
  const [one, two] = [family(a), family(b)]
  if (one === 'number' && two === 'number') {
    const [x, y] = asNumbers(a, b)
    return [number(a, x), number(b, y)]
  }
  if (one === two) return [canonical(a), canonical(b)]
  const numeric = (kind: Family) => kind === 'whole' || kind === 'number'
  const each = (column: ColumnFacts, own: Family, other: Family) =>
    own === 'truth' && numeric(other) ? truthAsNumber(column) : text(column)
  return [each(a, one, two), each(b, two, one)]
}

/** SQL of a value that compares and hashes within its own family: integers of any width, numbers of any width, dates as timestamps. */
export function canonical(column: ColumnFacts): string {
  switch (family(column)) {
    case 'whole':
    case 'truth':
      return column.quoted
    case 'number':
      return number(column)
    case 'moment':
      return asTimestamp(column)
    case 'text':
      return asText(column)
  }
}

/** Columns of one name in both tables, in the order of the first. */
export function shared(table: TableFacts, other: TableFacts): readonly (readonly [ColumnFacts, ColumnFacts])[] {
  const theirs = new Map(other.columns.map((column) => [column.name, column]))
  return table.columns.flatMap((column) => {
    const same = theirs.get(column.name)
    return same === undefined ? [] : [[column, same] as const]
  })
}

/** SQL of one 64-bit number a row: equal rows have equal ones. Two of n × m pairs of different rows agree by accident with n·m / 2^64. */
export const rowHash = (values: readonly string[]): string => `hash(${values.join(', ')})`

/** SQL of a 64-bit number of one value, the same for 7 and 7.0, for comparing columns of one table. */
export function contentHash(column: ColumnFacts): string {
  if (family(column) !== 'number') return `hash(${canonical(column)})`
  const x = asNumber(column)
  return `CASE WHEN isnan(${x}) THEN hash(NULL) WHEN abs(${x}) < 9e15 AND ${x} = trunc(${x}) THEN hash(CAST(${x} AS BIGINT)) ELSE hash(${x}) END`
}
