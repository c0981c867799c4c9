/** Where the data is counted: in this process, or in a warehouse. Aggregates come back; rows only to be scored, in batches. */
import type { DataFormat, RowFormat } from '../core/schema/config.ts'

const columnKinds = ['integer', 'float', 'boolean', 'string', 'date', 'timestamp', 'time', 'decimal', 'other'] as const
/** Storage type of a column in the engine's words made common. `integer` may exceed 2^53. */
export type ColumnKind = (typeof columnKinds)[number]

export interface Column {
  readonly name: string
  readonly kind: ColumnKind
  /** the engine's own word, such as BIGINT */
  readonly type: string
  /**
   * SQL of an aggregate over every row of the relation: how many different values it has. Only where the file says that they are whole numbers
   * close together, which are counted at the price of a sum; a file that says so wrongly makes the query fail.
   */
  readonly kinds?: string
  /**
   * SQL of an aggregate over every row of the relation, by its own names: how many values are not the running number of their row. Only where the
   * file says of each of its parts what of running numbers is true; whether it is so, the rows decide.
   */
  readonly astray?: string
  /** the ends between which its whole numbers lie, within 2^53, as the file says: a hint what to ask, and no answer, for it may say so wrongly */
  readonly said?: { readonly least: number; readonly greatest: number }
  /** no value begins as a number does, as the file says of each of its parts: worth no look for numbers */
  readonly wordy?: true
}

export interface DataFile {
  /** as the user wrote it, relative to the config */
  readonly path: string
  readonly bytes: number
}

/** Files that were opened: one relation, sniffed once. */
export interface Table {
  /** an SQL relation, already quoted: put after FROM */
  readonly relation: string
  /** an SQL expression for a SELECT list over the relation: unique and stable per row, ascending in file order, from 0 */
  readonly rowNumber: string
  readonly columns: readonly Column[]
  readonly rows: number
  readonly format: DataFormat
  readonly files: readonly DataFile[]
  /** sha256:… over the bytes of each file, in their order: known when every byte was seen, which of Parquet goes on beside the first questions */
  digests(): Promise<readonly string[]>
}

export type Scalar = number | bigint | string | boolean | null
export interface Query {
  readonly sql: string
  readonly values?: readonly Scalar[]
  /** after so many milliseconds it is ended: UserError SQL_TIME. Others are not to be asked meanwhile. Left out, it takes as long as it takes. */
  readonly timeMs?: number
}

/** One column of a batch. `null` is a missing value; numbers arrive as numbers (NaN stays NaN), integers beyond 2^53 as bigint. */
export type ColumnValues = readonly Scalar[] | Float64Array

export interface Batch {
  readonly rows: number
  /** in the order asked for */
  readonly columns: readonly ColumnValues[]
}

export interface OpenRequest {
  /** absolute paths, each one literal file; `shown` is what messages call it */
  readonly files: readonly { readonly path: string; readonly shown: string }[]
  readonly format: DataFormat | null
  /** the first line of a CSV is names of columns, although it looks like a row */
  readonly header?: true
}

export interface DataEngine {
  /** name and version, as a profile records it */
  describe(): Promise<string>
  /** Begins what `open` of this request will do without the engine, where that takes a while; whatever is wrong is told by `open`. */
  bring(request: OpenRequest): void
  /** @throws UserError DATA_MISSING, DATA_EMPTY, CSV_NO_HEADER, DATA_UNREADABLE (a ragged row, a cut Parquet): code, line and column, never a value */
  open(request: OpenRequest): Promise<Table>
  aggregate(query: Query): Promise<readonly Readonly<Record<string, Scalar>>[]>
  /** Rows in file order, numeric columns (integer, float, decimal, boolean as 0/1) as Float64Array with NaN for missing when `numeric` names them. */
  batches(
    table: Table,
    columns: readonly string[],
    options: { readonly size: number; readonly numeric: readonly string[] },
  ): AsyncIterable<Batch>
  /** Writes these columns of every row of a table, in file order, in their own types. @throws UserError DATA_UNREADABLE */
  writeRows(table: Table, columns: readonly string[], path: string, format: RowFormat): Promise<void>
  /** Writes columns (equal length) to a Parquet file, atomically. */
  writeParquet(
    path: string,
    columns: readonly { readonly name: string; readonly values: readonly Scalar[] | Float64Array }[],
  ): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** `"a""b"`: any column name is safe in SQL once it went through here. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`
