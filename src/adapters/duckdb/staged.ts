/** A file of data as the engine will read it. */
import type { DataFormat } from '../../core/schema/config.ts'
import type { CsvHead, CsvShape } from './csv-shape.ts'
import type { Footer } from './parquet-footer.ts'

export interface StagedFile {
  readonly shown: string
  /** name in the private folder: `<n>.<format>` */
  readonly path: string
  readonly format: DataFormat
  /** of the file as it lies on disk */
  readonly bytes: number
  /** what the engine has to read, after unpacking */
  readonly plainBytes: number
  /** as the first bytes say */
  readonly csv: CsvHead | null
  /** of Parquet; left out where it is too large to be looked at */
  readonly footer?: Footer
  /** @throws UserError DATA_UNREADABLE naming the line of what is wrong with a text */
  check(): Promise<Checked>
}

/** What is only known when every byte was seen. */
export interface Checked {
  readonly digest: string
  readonly csv: CsvShape | null
  /** JSON lines: lines that are not blank */
  readonly lines: number | null
}

/** What the first bytes say. */
export interface Head {
  readonly gzip: boolean
  readonly parquet: boolean
  /** a brace, which no header of a CSV begins with */
  readonly object: boolean
  /** a UTF-8 byte order mark */
  readonly marked: boolean
  /** what lies in the place of the data, and what to do about it */
  readonly stranger: readonly [what: string, fix: string] | null
}
