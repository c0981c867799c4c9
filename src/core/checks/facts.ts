/** What the checks know of a table: names, kinds and how SQL calls them. No value of the data. */

export type StorageKind = 'integer' | 'float' | 'boolean' | 'string' | 'date' | 'timestamp' | 'time' | 'decimal' | 'other'

export interface ColumnFacts {
  readonly name: string
  /** the name as an SQL identifier, quoted by whoever knows the engine */
  readonly quoted: string
  readonly kind: StorageKind
  /** the engine's own word */
  readonly type: string
  /** SQL of an aggregate: how many different values it has, at the price of a sum; only where that is possible (ports/data-engine.ts) */
  readonly kinds?: string
  /** SQL of an aggregate over the rows of the table itself: how many values are not the running number of their row; only where that may be none (ports/data-engine.ts) */
  readonly astray?: string
  /** of whole numbers: what its file says of the ends of it, which may be wrong (ports/data-engine.ts) */
  readonly said?: { readonly least: number; readonly greatest: number }
  /** of text: no value begins as a number does; only where that is known without a look (ports/data-engine.ts) */
  readonly wordy?: true
}

export interface TableFacts {
  readonly role: string
  /** an SQL relation, to be put after FROM */
  readonly relation: string
  /** SQL: position of a row, from 0; null where several files make it meaningless to people */
  readonly rowNumber: string | null
  readonly rows: number
  /** true where values have no type of their own, as in CSV */
  readonly untyped: boolean
  /** true where a column is read without the others, so that looking at one twice costs little: Parquet */
  readonly columnar: boolean
  readonly columns: readonly ColumnFacts[]
}

/** The same table, and nobody asks whether values are in the order of rows. */
export const withoutOrder = (table: TableFacts): TableFacts => ({
  ...table,
  columns: table.columns.map(({ astray: _, ...column }) => column),
})

/** Whole numbers of at most 64 bits … */
export const isWord = (type: string): boolean => /^U?(TINY|SMALL|BIG)?INT(EGER)?$/.test(type)
/** … are told apart by setting a bit for each, which is worth its price while at least one bit in so many is set. */
export const sparsest = 16

export type SqlValue = string | number | boolean
export interface Sql {
  readonly sql: string
  readonly values: readonly SqlValue[]
  /** of a condition over one column: it has no answer where the value is null, so that nobody needs to ask whether it is; and what it says of NaN, null where that is not known */
  readonly strict?: { readonly nan: boolean | null }
  /** of a condition over one column, and for less than counting: an aggregate over all its values that is false, or null, where it is true of none; true says nothing */
  readonly doubts?: Sql
}
export const sql = (text: string, values: readonly SqlValue[] = []): Sql => ({ sql: text, values })

export const numericKinds: readonly StorageKind[] = ['integer', 'float', 'decimal']
export const isNumeric = (kind: StorageKind): boolean => numericKinds.includes(kind)
export const isMoment = (kind: StorageKind): boolean => kind === 'date' || kind === 'timestamp'

/** SQL: it is not null. NaN is none. */
export const notNull = (value: string): string => `${value} IS NOT NULL`

/** SQL: the value is there. NaN is a missing number. */
export const present = ({ quoted, kind }: ColumnFacts): string =>
  kind === 'float' ? `(${notNull(quoted)} AND NOT isnan(${quoted}))` : notNull(quoted)

/** SQL: it is not. */
export const absent = (column: ColumnFacts): string => `NOT ${present(column)}`

/** The same table, but only rows of which the condition is true; its row numbers stay those of the whole. */
export const filtered = (table: TableFacts, condition: string): TableFacts => selected(table, ['*'], ` WHERE ${condition}`)

/**
 * The same table for SQL that a person wrote. Of a Parquet file the engine reads no group of rows in which, as the footer says of its smallest and largest values, a
 * condition can be true nowhere. Of what a function makes of a value the footer says nothing, and the greatest of one value is that value, of whatever type.
 * @param names columns that the SQL reads; null: it may be any
 */
export function asRead(table: TableFacts, names: ReadonlySet<string> | null): TableFacts {
  if (!table.columnar) return table
  // one by one: of a star with thousands of replacements the engine thinks for half a minute
  const list = table.columns.map(({ name, quoted }) =>
    (names?.has(name.toLowerCase()) ?? true) ? `greatest(${quoted}) AS ${quoted}` : quoted,
  )
  return selected(withoutOrder(table), list)
}

/** A query over the table in its place, which carries the row numbers of the table. */
function selected(table: TableFacts, list: readonly string[], where = ''): TableFacts {
  const { relation, rowNumber } = table
  const number = rowNumber === null ? null : freeName('row_number_of_table', table)
  const numbered = number === null ? list : [...list, `${rowNumber} AS ${number}`]
  return { ...table, relation: `(SELECT ${numbered.join(', ')} FROM ${relation}${where})`, rowNumber: number }
}

/** A name for a column of ours beside those of the data. */
export function freeName(wanted: string, { columns }: { readonly columns: readonly Pick<ColumnFacts, 'name'>[] }): string {
  const taken = new Set(columns.map(({ name }) => name.toLowerCase()))
  let name = wanted
  while (taken.has(name)) name += '_'
  return name
}

/** A beginning for names of ours that no column of the data has, so that `<stem>0`, `<stem>x` and the like are free. */
export function freeStem(wanted: string, columns: readonly Pick<ColumnFacts, 'name'>[]): string {
  const taken = columns.map(({ name }) => name.toLowerCase())
  let stem = wanted
  while (taken.some((name) => name.startsWith(stem))) stem += '_'
  return stem
}
