/** What the checks know of a table: names, kinds and how SQL calls them. No value of the data. */

export type StorageKind = 'integer' | 'float' | 'boolean' | 'string' | 'date' | 'timestamp' | 'time' | 'decimal' | 'other'

export interface ColumnFacts {
  readonly name: string
  /** the name as an SQL identifier, quoted by whoever knows the engine */
  readonly quoted: string
  readonly kind: StorageKind
  /** the engine's own word */
  readonly type: string
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
  readonly columns: readonly ColumnFacts[]
}

export type SqlValue = string | number | boolean
export interface Sql {
  readonly sql: string
  readonly values: readonly SqlValue[]
}
export const sql = (text: string, values: readonly SqlValue[] = []): Sql => ({ sql: text, values })

export const numericKinds: readonly StorageKind[] = ['integer', 'float', 'decimal']
export const isNumeric = (kind: StorageKind): boolean => numericKinds.includes(kind)

/** SQL: the value is there. NaN is a missing number. */
export const present = ({ quoted, kind }: ColumnFacts): string =>
  kind === 'float' ? `(${quoted} IS NOT NULL AND NOT isnan(${quoted}))` : `${quoted} IS NOT NULL`
