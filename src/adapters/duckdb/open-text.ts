/** CSV and JSON lines → typed relations. Small files become a table in memory, larger ones a Parquet file in the private folder: both are read once. */
import { asError } from '../../errors.ts'
import type { Column } from '../../ports/data-engine.ts'
import { quoteName } from '../../ports/data-engine.ts'
import { quoteText } from './connection.ts'
import { maxRecordBytes } from './csv-shape.ts'
import { mapEngineError, unreadable } from './errors.ts'
import { column } from './kinds.ts'
import { rowNumberOf, sameNameTwice } from './names.ts'
import type { Part, Session } from './part.ts'
import type { StagedFile } from './staged-file.ts'

const sniffedRows = 200_000
const engineLineBytes = 2_000_000

/** Reads as the engine should: everything said, nothing guessed but the types; no row is left out, padded or skipped (DAT-08). */
function csvReader(session: Session, file: StagedFile, types: ReadonlyMap<string, string>): string {
  const { csv } = file
  if (csv === null) throw new Error('a CSV file without its shape')
  const options = [
    `delim = ${quoteText(csv.delimiter)}`,
    `quote = '"', escape = '"', comment = '', header = true, skip = ${csv.leadingBlank}`,
    'null_padding = false, ignore_errors = false',
    // the structure was verified byte by byte before; strict mode would only refuse mixed line ends
    `strict_mode = ${!csv.mixedNewlines}`,
    `auto_type_candidates = ['BIGINT', 'DOUBLE', 'DATE', 'TIMESTAMP', 'TIMESTAMPTZ', 'VARCHAR']`,
    // 01/02/2001 has two readings, so only ISO dates are dates
    `dateformat = '%Y-%m-%d'`,
    `sample_size = ${file.plainBytes <= session.inMemoryBytes ? -1 : sniffedRows}`,
  ]
  if (csv.longestRecord >= engineLineBytes) options.push(`max_line_size = ${maxRecordBytes}`)
  if (types.size > 0) {
    options.push(`types = {${[...types].map(([name, type]) => `${quoteText(name)}: ${quoteText(type)}`).join(', ')}}`)
  }
  return `read_csv(${quoteText(file.path)}, ${options.join(', ')})`
}

const jsonReader = (file: StagedFile): string =>
  `read_json(${quoteText(file.path)}, format = 'newline_delimited', records = true, ignore_errors = false, sample_size = -1, map_inference_threshold = -1)`

/** One CSV or JSON-lines file as a relation of its own. @throws UserError DATA_UNREADABLE */
export async function openText(session: Session, file: StagedFile): Promise<Part> {
  const types = new Map<string, string>()
  let part = await store(session, file, types)
  if (file.csv !== null) {
    const found = await betterTypes(session, part)
    if (found.size > 0) {
      for (const [name, type] of found) types.set(name, type)
      await session.drop(part.relation)
      part = await store(session, file, types)
    }
  }
  const expected = file.csv?.rows ?? file.lines ?? part.rows
  if (part.rows !== expected) {
    throw unreadable(
      file.shown,
      null,
      `it holds ${expected} records, but only ${part.rows} could be read`,
      'look for stray quotes and line breaks',
    )
  }
  return part
}

/**
 * Reads the file once. Where only the head of a large file was sniffed, a later value may break the type it promised: the column
 * then becomes wider and the file is read again, so that the outcome is the one of sniffing all of it.
 */
async function store(session: Session, file: StagedFile, types: Map<string, string>): Promise<Part> {
  for (;;) {
    try {
      return file.plainBytes <= session.inMemoryBytes ? await intoMemory(session, file, types) : await intoParquet(session, file, types)
    } catch (thrown) {
      const wider = widen(asError(thrown).message)
      if (wider === null || types.get(wider.name) === 'VARCHAR' || types.get(wider.name) === wider.type)
        throw mapEngineError(thrown, file.shown)
      types.set(wider.name, wider.type)
    }
  }
}

const strictness = 'modelgate: widen to '

/** The column that did not fit its type, and the type to try next. */
function widen(message: string): { readonly name: string; readonly type: string } | null {
  const [, strict, strictName] = new RegExp(`^Invalid Input Error: ${strictness}(\\w+) (.*)`, 's').exec(message) ?? []
  if (strict !== undefined && strictName !== undefined) return { name: strictName, type: strict }
  const [, name, type] = /^Conversion Error: CSV Error[\s\S]*\nColumn (.*) is being converted as type ([A-Z ]+)\n/.exec(message) ?? []
  return name === undefined ? null : { name, type: type === 'HUGEINT' ? 'DOUBLE' : 'VARCHAR' }
}

const readerOf = (session: Session, file: StagedFile, types: ReadonlyMap<string, string>) =>
  file.csv === null ? jsonReader(file) : csvReader(session, file, types)

async function intoMemory(session: Session, file: StagedFile, types: ReadonlyMap<string, string>): Promise<Part> {
  const relation = session.newName()
  await session.raw.run(`CREATE TEMP TABLE ${relation} AS SELECT * FROM ${readerOf(session, file, types)}`)
  return describe(session, file, relation, 'rowid')
}

async function intoParquet(session: Session, file: StagedFile, types: ReadonlyMap<string, string>): Promise<Part> {
  const place = session.newPlace('parquet')
  const rows = file.csv === null ? `SELECT * FROM ${jsonReader(file)}` : await strictRows(session, file, types)
  await session.raw.run(`COPY (${rows}) TO ${quoteText(place)} (FORMAT parquet)`)
  return describe(session, file, `read_parquet(${quoteText(place)})`, 'file_row_number')
}

/** Columns whose head looks like integers come as text and are cast here: the engine itself would round a later 2.5 to 3 and say nothing. */
async function strictRows(session: Session, file: StagedFile, types: ReadonlyMap<string, string>): Promise<string> {
  const sniffed = await session.raw.runAndReadAll(`DESCRIBE SELECT * FROM ${csvReader(session, file, types)}`)
  const columns = sniffed.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }))
  const asText = new Map(types)
  const list = columns.map(({ name, type }) => {
    const quoted = quoteName(name)
    // Parquet has no 128-bit integers
    if (type === 'HUGEINT') return `CAST(${quoted} AS DECIMAL(38, 0)) AS ${quoted}`
    if (type !== 'BIGINT') return quoted
    asText.set(name, 'VARCHAR')
    const stop = (wider: string) => `error(${quoteText(`${strictness}${wider} ${name}`)})`
    return `CASE WHEN ${quoted} IS NULL THEN NULL
      WHEN regexp_full_match(trim(${quoted}), '-?(0|[1-9][0-9]{0,17})') THEN CAST(${quoted} AS BIGINT)
      WHEN regexp_matches(trim(${quoted}), '^(-?0[0-9]|[+])') OR TRY_CAST(${quoted} AS DOUBLE) IS NULL THEN CAST(${stop('VARCHAR')} AS BIGINT)
      ELSE CAST(${stop('DOUBLE')} AS BIGINT) END AS ${quoted}`
  })
  return `SELECT ${list.join(', ')} FROM ${csvReader(session, file, asText)}`
}

async function describe(session: Session, file: StagedFile, relation: string, rowNumber: 'rowid' | 'file_row_number'): Promise<Part> {
  const described = await session.raw.runAndReadAll(`DESCRIBE SELECT * FROM ${relation}`)
  const columns = described.getRows().map(([name, type]) => column(String(name), String(type)))
  const twice = await keysTwice(session, file, columns)
  if (twice !== null) {
    throw unreadable(file.shown, 1, `column ${twice} is there twice (upper and lower case are one name)`, 'rename one of them')
  }
  if (file.csv !== null && columns.length !== file.csv.header.length) {
    throw unreadable(
      file.shown,
      1,
      `the header has ${file.csv.header.length} names, but ${columns.length} columns were read`,
      'look at the quotes of the header',
    )
  }
  const counted = await session.raw.runAndReadAll(`SELECT count(*) FROM ${relation}`)
  const names = columns.map((one) => one.name)
  return { shown: file.shown, relation, rowNumber: rowNumberOf(rowNumber, names), columns, rows: Number(counted.getRows()[0]?.[0] ?? 0) }
}

/** The engine renames a second `a` to `a_1` in silence. */
async function keysTwice(session: Session, file: StagedFile, columns: readonly Column[]): Promise<string | null> {
  if (file.csv !== null) return sameNameTwice(file.csv.header)
  const names = columns.map((one) => one.name)
  const renamed = names.some(
    (name) => /_\d+$/.test(name) && names.some((other) => name.toLowerCase().startsWith(`${other.toLowerCase()}_`)),
  )
  if (!renamed) return null
  const keys = await session.raw.runAndReadAll(
    `SELECT DISTINCT unnest(json_keys(json)) FROM read_ndjson_objects(${quoteText(file.path)}, ignore_errors = false)`,
  )
  return sameNameTwice(keys.getRows().map(([key]) => String(key)))
}

/**
 * What the engine's sniffer has no candidate for: whole numbers beyond 64 bits, which it reads as rounded DOUBLE, and true/false,
 * which it would also see in `t` and `f` or `yes`.
 */
async function betterTypes(session: Session, part: Part): Promise<ReadonlyMap<string, string>> {
  const tests = part.columns.flatMap(({ name, type }, index) => {
    const sql = typeTests[type]?.(quoteName(name))
    return sql === undefined ? [] : [{ name, type, sql: `${sql} AS c${index}` }]
  })
  if (tests.length === 0 || part.rows === 0) return new Map()
  const result = await session.raw.runAndReadAll(`SELECT ${tests.map((test) => test.sql).join(', ')} FROM ${part.relation}`)
  const row = result.getRows()[0] ?? []
  return new Map(
    tests.flatMap(({ name, type }, index) => (row[index] === true ? [[name, type === 'DOUBLE' ? 'HUGEINT' : 'BOOLEAN'] as const] : [])),
  )
}

const typeTests: Readonly<Record<string, (name: string) => string>> = {
  VARCHAR: (name) => `bool_and(lower(${name}) IN ('true', 'false'))`,
  DOUBLE: (name) =>
    `coalesce(bool_and(isfinite(${name}) AND ${name} = trunc(${name}) AND abs(${name}) < 1e38) AND max(abs(${name})) >= 9007199254740992, false)`,
}
