/** What the openers share: the connection, names of our own, and one opened file. */
import type * as Native from '@duckdb/node-api'
import type { Column } from '../../ports/data-engine.ts'

export interface Session {
  readonly raw: Native.DuckDBConnection
  /** text above this many bytes becomes a Parquet file: a table in memory would crowd out the work on it */
  readonly inMemoryBytes: number
  /** an SQL name that is not in use */
  newName(): string
  /** an absolute path in the private folder that is not in use */
  newPlace(extension: string): string
  /** what was made for a relation, from which nobody reads any more */
  drop(part: Part): Promise<void>
}

/** One file as a relation. */
export interface Part {
  readonly shown: string
  readonly relation: string
  /** SQL, see Table.rowNumber */
  readonly rowNumber: string
  readonly columns: readonly Column[]
  readonly rows: number
  /** the table or file that was made for it; null where it is the data file itself */
  readonly made: { readonly table: string } | { readonly file: string } | null
}

/** An opened file. Every byte of a text was seen. */
export interface Opened {
  readonly part: Part
  /** sha256:…, when every byte was seen */
  readonly digest: Promise<string>
}
