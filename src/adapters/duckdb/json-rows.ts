/**
 * Rows of JSON lines. What the engine finds each key to be is taken, but for whole numbers beyond 64 bits: it makes doubles of them, which rounds them.
 * Columns of such numbers are read once more as they are written, and laid beside the others, row by row.
 */
import { quoteName } from '../../ports/data-engine.ts'
import { quoteText } from './connection.ts'
import type { StagedFile } from './staged.ts'

const asWritten = (names: readonly string[]): string => `, columns = {${names.map((name) => `${quoteText(name)}: 'VARCHAR'`).join(', ')}}`

/** @param written columns to read as text, and no others; null: all of them, each as what it looks like */
const jsonReader = ({ path }: Pick<StagedFile, 'path'>, written: readonly string[] | null): string =>
  `read_json(${quoteText(path)}, format = 'newline_delimited', records = true, ignore_errors = false, sample_size = -1, map_inference_threshold = -1, maximum_depth = 32${written === null ? '' : asWritten(written)})`

/**
 * SQL of all rows, in the order of the file.
 * @param whole columns of numbers that are whole, and within 38 digits, as doubles
 * @param huge the type for them
 */
export function jsonRows(file: Pick<StagedFile, 'path'>, whole: readonly string[], huge: string): string {
  const rows = jsonReader(file, null)
  if (whole.length === 0) return `SELECT * FROM ${rows}`
  const instead = whole.map(quoteName).map((name) => `CAST(CAST(written.${name} AS HUGEINT) AS ${huge}) AS ${name}`)
  return `SELECT found.* REPLACE (${instead.join(', ')}) FROM ${rows} AS found POSITIONAL JOIN ${jsonReader(file, whole)} AS written`
}
