/**
 * What the engine is told of a CSV file: everything. The types come from its own sniffer, asked once; from then on nothing is guessed, and
 * no row is left out, padded or skipped (DAT-08).
 */
import { quoteText } from './connection.ts'
import { maxRecordBytes } from './csv-records.ts'
import type { CsvHead } from './csv-shape.ts'
import { mapEngineError, unreadable } from './errors.ts'
import type { Session } from './part.ts'
import type { StagedFile } from './staged.ts'

export interface CsvDialect extends CsvHead {
  readonly mixedNewlines: boolean
  /** some are longer than the engine's own limit: its buffers grow with it */
  readonly longRecords: boolean
}

/** Name → type, in the order of the file; names as the engine gives them where the header has none. */
export type CsvTypes = ReadonlyMap<string, string>

/** Records of this length need the engine to be told. */
export const engineLineBytes = 2_000_000
/**
 * Longest records in a buffer. The engine's own are sixteen: of those its threads hold a few, and they are large pieces to be freed. Of two and
 * a half, which parse no slower, it refused records of nearly that length (test/contract/duckdb/engine.test.ts, "large text").
 */
const buffered = 4
const sniffedRows = 65_536

function shared({ delimiter, leadingBlank, mixedNewlines, longRecords }: CsvDialect): string {
  const options = [
    `delim = ${quoteText(delimiter)}`,
    `quote = '"', escape = '"', comment = '', header = true, skip = ${leadingBlank}`,
    'null_padding = false, ignore_errors = false',
    // the structure is verified byte by byte; strict mode would only refuse mixed line ends
    `strict_mode = ${!mixedNewlines}`,
    // 01/02/2001 has two readings, so only ISO dates are dates
    `dateformat = '%Y-%m-%d'`,
  ]
  const most = longRecords ? maxRecordBytes : engineLineBytes
  options.push(`max_line_size = ${most}, buffer_size = ${buffered * most}`)
  return options.join(', ')
}

/** Types of the columns: of all rows where the file is small, else of the first 65,536; a later row may prove them too narrow. */
export async function sniffCsv(session: Session, file: StagedFile, dialect: CsvDialect): Promise<Map<string, string>> {
  const candidates = `auto_type_candidates = ['BIGINT', 'DOUBLE', 'DATE', 'TIMESTAMP', 'TIMESTAMPTZ', 'VARCHAR']`
  const sample = file.plainBytes <= session.inMemoryBytes ? -1 : sniffedRows
  const sniffed = await session.raw
    .runAndReadAll(
      `SELECT 'n' || sniffed.name, sniffed.type FROM (SELECT unnest("Columns") AS sniffed
        FROM sniff_csv(${quoteText(file.path)}, ${shared(dialect)}, ${candidates}, sample_size = ${sample}))`,
    )
    .catch((thrown: unknown) => Promise.reject(mapEngineError(thrown, file.shown)))
  const columns = new Map(sniffed.getRows().map(([name, type]) => [String(name).slice(1), String(type)]))
  if (columns.size !== dialect.header.length) {
    throw unreadable(
      file.shown,
      1,
      `the header has ${dialect.header.length} names, but ${columns.size} columns were read`,
      'look at the quotes of the header',
    )
  }
  return columns
}

/**
 * A thread that reads holds 2,048 rows several times over, as text and as values: 100 KB a column, so that of more columns than these they are
 * read by one. Several took no less time.
 */
const manyColumns = 1_000

/** The file as a table function. A timestamp that is not ISO does not fit its type: its column then becomes text. */
export function csvReader(file: StagedFile, dialect: CsvDialect, types: CsvTypes): string {
  const columns = [...types].map(([name, type]) => `${quoteText(name)}: ${quoteText(type)}`).join(', ')
  const alone = types.size > manyColumns ? ', parallel = false' : ''
  return `read_csv(${quoteText(file.path)}, auto_detect = false, ${shared(dialect)}${alone}, columns = {${columns}})`
}
