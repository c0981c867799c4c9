/**
 * CSV and JSON lines → typed relations. Small files become a table in memory, larger ones a Parquet file in the private folder: the
 * engine parses a text once. While it does, the same bytes are checked (staged-file.ts) on another core. What the check finds stands
 * above what the engine made of the file: a broken file is refused whatever the engine could read of it, and a file that is not as its
 * first bytes promised is read again.
 */
import { rm } from 'node:fs/promises'
import { chunks } from '../../core/collections.ts'
import { asError, UserError } from '../../errors.ts'
import type { Column } from '../../ports/data-engine.ts'
import { quoteName } from '../../ports/data-engine.ts'
import { betterTypes, guessOfHead } from './column-tests.ts'
import { quoteText } from './connection.ts'
import { type CsvDialect, csvReader, engineLineBytes, sniffCsv } from './csv-dialect.ts'
import { mapEngineError, unreadable } from './errors.ts'
import { jsonRows } from './json-rows.ts'
import { columnsOf, demandNames, headerNames, rowNumberOf, sameNameTwice } from './names.ts'
import type { Opened, Part, Session } from './part.ts'
import type { StagedFile } from './staged.ts'
import { breaksOf, mayBeWords, strictRows, widen } from './strict-rows.ts'

/** How nearly every CSV is: one kind of line end, no giant record. Only the check of the whole file knows. */
const usual = { mixedNewlines: false, longRecords: false }

/** One CSV or JSON-lines file as a relation of its own. @param named the first line of a CSV is names, whatever it looks like. @throws UserError DATA_UNREADABLE, CSV_NO_HEADER */
export async function openText(session: Session, file: StagedFile, named: boolean): Promise<Opened> {
  const { csv, shown } = file
  if (csv === null) {
    // not at the same time: some JSON that the check refuses would end the process
    const { digest, lines } = await file.check()
    const part = await startReading(session, file, null).part()
    demandAll(shown, part, lines ?? part.rows)
    return { part, digest: Promise.resolve(digest) }
  }
  if (csv.rowLike && !named) throw noHeader(shown, csv.leadingBlank + 1)
  const twice = sameNameTwice(headerNames(csv.header))
  const reading = twice === null ? startReading(session, file, { ...csv, ...usual }) : null
  const checked = await file.check().catch(async (thrown: unknown) => {
    await reading?.abandon()
    throw thrown
  })
  if (reading === null) {
    // what stands there may be a row: places, not names
    const which = `columns ${twice?.places.join(' and ')} have one name`
    throw namesTwice(shown, 1, which, 'rename one of them; where this line is a row, write the names of the columns above it')
  }
  const { csv: shape } = checked
  const unusual = shape !== null && (shape.mixedNewlines || shape.longestRecord >= engineLineBytes)
  if (unusual) await reading.abandon()
  const once = unusual
    ? startReading(session, file, { ...shape, mixedNewlines: shape.mixedNewlines, longRecords: shape.longestRecord >= engineLineBytes })
    : reading
  const part = await once.part()
  demandAll(shown, part, shape?.rows ?? part.rows)
  await demandOneHeader(session, part, csv.header)
  return { part, digest: Promise.resolve(checked.digest) }
}

/** Files put together keep their headers, each a row then. A column that is no text has none. @throws UserError DATA_UNREADABLE */
async function demandOneHeader({ raw }: Session, { shown, relation, columns }: Part, header: readonly string[]): Promise<void> {
  if (columns.length < 2 || columns.some(({ type }) => type !== 'VARCHAR')) return
  const same = columns.map(({ name }, i) => (header[i] ? `${quoteName(name)} = ${quoteText(header[i])}` : `${quoteName(name)} IS NULL`))
  const counted = await raw.runAndReadAll(`SELECT count(*) FROM ${relation} WHERE ${same.join(' AND ')}`)
  const again = Number(counted.getRows()[0]?.[0] ?? 0)
  if (again === 0) return
  const what = again === 1 ? 'a row below it repeats it' : `${again} rows below it repeat it`
  throw unreadable(
    shown,
    1,
    `the header is there again: ${what}`,
    'take the repeated lines out: files that are put together keep one header',
  )
}

function demandAll(shown: string, { rows }: Part, expected: number): void {
  if (rows === expected) return
  throw unreadable(shown, null, `it holds ${expected} records, but only ${rows} could be read`, 'look for stray quotes and line breaks')
}

const namesTwice = (shown: string, line: number | null, which: string, fix: string): UserError =>
  unreadable(shown, line, `${which} (upper and lower case of A to Z are one name)`, fix)

const noHeader = (shown: string, line: number): UserError =>
  new UserError(
    'CSV_NO_HEADER',
    `${shown}:${line}: the first line looks like a row, not like names of columns`,
    'write a line of names above it; where these are names, say so in the config: {path: …, header: true}',
  )

interface Reading {
  /** @throws UserError */
  part(): Promise<Part>
  /** ends the engine's work on it and takes back what it made */
  abandon(): Promise<void>
}

function startReading(session: Session, file: StagedFile, dialect: CsvDialect | null): Reading {
  const stop = new AbortController()
  const work = readText(session, file, dialect, stop.signal).then(
    (part) => ({ part }),
    (error: unknown) => ({ error }),
  )
  return {
    async part() {
      const done = await work
      if ('error' in done) throw done.error
      return done.part
    },
    async abandon() {
      stop.abort()
      session.raw.interrupt()
      const done = await work
      if ('part' in done) await session.drop(done.part)
    },
  }
}

async function readText(session: Session, file: StagedFile, dialect: CsvDialect | null, stop: AbortSignal): Promise<Part> {
  if (dialect === null) return readJson(session, file, stop)
  const csv = { dialect, types: await sniffCsv(session, file, dialect) }
  const read = async (): Promise<Part> => {
    const part = await store(session, file, csv, stop)
    const found = new Map([...(await betterTypes(session.raw, part)), ...(await timesInWords(session, file, csv, part))])
    if (found.size === 0) return part
    for (const [name, type] of found) csv.types.set(name, type)
    await session.drop(part)
    return store(session, file, csv, stop)
  }
  // the first rows tell nearly always: the file is then read once
  try {
    for (const [name, type] of await guessOfHead(session.raw, csvReader(file, dialect, csv.types), csv.types)) csv.types.set(name, type)
  } catch {
    // whatever is wrong is said by the reading of all of it
  }
  return read()
}

async function readJson(session: Session, file: StagedFile, stop: AbortSignal): Promise<Part> {
  const part = await store(session, file, null, stop)
  const doubles = part.columns.filter(({ type }) => type === 'DOUBLE')
  const whole = [...(await betterTypes(session.raw, { ...part, columns: doubles })).keys()]
  if (whole.length === 0) return part
  await session.drop(part)
  return store(session, file, null, stop, whole)
}

interface Csv {
  readonly dialect: CsvDialect
  readonly types: Map<string, string>
}

/**
 * Reads the file once. Where only the head of a large file was sniffed, a later value may break the type it promised: all columns are then
 * asked for such values, those that have one become wider, and the file is read again, so that the outcome is the one of sniffing all of it.
 */
async function store(
  session: Session,
  file: StagedFile,
  csv: Csv | null,
  stop: AbortSignal,
  /** of JSON: columns of whole numbers beyond 64 bits */
  whole: readonly string[] = [],
): Promise<Part> {
  const types = csv?.types
  const rows: Rows = (huge) =>
    csv === null ? jsonRows(file, whole, huge) : strictRows((as) => csvReader(file, csv.dialect, as), csv.types, huge)
  for (let tries = 0; ; tries += 1) {
    stop.throwIfAborted()
    try {
      return file.plainBytes <= session.inMemoryBytes ? await intoMemory(session, file, rows) : await intoParquet(session, file, rows)
    } catch (thrown) {
      const wider = widen(asError(thrown).message)
      const now = wider === null ? undefined : types?.get(wider.name)
      if (csv === null && (await hasNoKeys(session, file)))
        throw new UserError(
          'DATA_UNREADABLE',
          `${file.shown}: none of its JSON objects has a key, so it has no columns`,
          'write one key for each column',
        )
      if (csv === null || wider === null || now === undefined || now === 'VARCHAR' || now === wider.type)
        throw mapEngineError(thrown, file.shown)
      stop.throwIfAborted()
      const others = tries === 0 ? await widerTypes(session, file, csv) : new Map<string, string>()
      // the one that was met is never left as it is, whatever the others are
      for (const [name, type] of new Map([[wider.name, wider.type], ...others])) csv.types.set(name, type)
    }
  }
}

const columnsAtOnce = 64

/** Columns of times of which one is a word, such as `infinity`: they are text, in whatever row it stands. */
async function timesInWords(session: Session, file: StagedFile, csv: Csv, part: Part): Promise<ReadonlyMap<string, string>> {
  const times = [...csv.types].flatMap(([name, type]) => (type === 'TIMESTAMP' ? [name] : []))
  let suspect = false
  for (const some of chunks(times, columnsAtOnce)) {
    const ask = async (names: readonly string[], what: 'endless' | 'epoch' | 'isEpoch'): Promise<readonly string[]> => {
      if (names.length === 0) return []
      const read = await session.raw.runAndReadAll(`SELECT ${names.map((name) => mayBeWords(name)[what]).join(', ')} FROM ${part.relation}`)
      const row = read.getRows()[0] ?? []
      return names.filter((_, at) => row[at] === true)
    }
    suspect ||= (await ask(some, 'endless')).length > 0 || (await ask(await ask(some, 'epoch'), 'isEpoch')).length > 0
  }
  return suspect ? widerTypes(session, file, csv) : new Map()
}

/** Of lines that could not be read: each is `{}`. */
async function hasNoKeys(session: Session, file: StagedFile): Promise<boolean> {
  try {
    const [[empty] = []] = (
      await session.raw.runAndReadAll(
        `SELECT bool_and(json_type(json) = 'OBJECT' AND len(json_keys(json)) = 0) FROM read_ndjson_objects(${quoteText(file.path)}, ignore_errors = false)`,
      )
    ).getRows()
    return empty === true
  } catch {
    // whatever else is wrong with the file is said by the reading of it
    return false
  }
}

async function widerTypes(session: Session, file: StagedFile, { dialect, types }: Csv): Promise<ReadonlyMap<string, string>> {
  const breaks = breaksOf((as) => csvReader(file, dialect, as), types)
  if (breaks === null) return new Map()
  try {
    const [row = []] = (await session.raw.runAndReadAll(breaks.sql)).getRows()
    return breaks.found(row.map((mask) => (typeof mask === 'bigint' ? mask : 0n)))
  } catch {
    // the columns are then found one by one; whatever is wrong with the file is said by the reading of it
    return new Map()
  }
}

/** SQL of all rows. @param huge the type for whole numbers beyond 64 bits */
type Rows = (huge: string) => string

async function intoMemory(session: Session, file: StagedFile, rows: Rows): Promise<Part> {
  const relation = session.newName()
  await session.raw.run(`CREATE TEMP TABLE ${relation} AS ${rows('HUGEINT')}`)
  return describe(session, file, { relation, own: 'rowid', made: { table: relation } })
}

/**
 * Written to be read a few times and thrown away: no compression, dictionaries only where values repeat a lot. A dictionary that does not
 * come about after all has cost more than the rest of the column. Row groups of half of the usual rows: of what a thread writes or reads at
 * a time more stays in the cache of its core.
 */
const scratchParquet = 'FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 500, WRITE_BLOOM_FILTER false, ROW_GROUP_SIZE 61440'

async function intoParquet(session: Session, file: StagedFile, rows: Rows): Promise<Part> {
  const place = session.newPlace('parquet')
  // Parquet has no 128-bit integers
  const copy = `COPY (${rows('DECIMAL(38, 0)')}) TO ${quoteText(place)} (${scratchParquet})`
  await session.raw.run(copy).catch(async (thrown: unknown) => {
    // half a file of the size of the data
    await rm(place, { force: true })
    throw thrown
  })
  return describe(session, file, { relation: `read_parquet(${quoteText(place)})`, own: 'file_row_number', made: { file: place } })
}

interface Stored extends Pick<Part, 'relation' | 'made'> {
  /** the engine's own row number in it */
  readonly own: 'rowid' | 'file_row_number'
}

async function describe(session: Session, file: StagedFile, { relation, own, made }: Stored): Promise<Part> {
  const columns = await columnsOf(session.raw, `SELECT * FROM ${relation}`)
  demandNames(file.shown, columns)
  const twice = await keysTwice(session, file, columns)
  if (twice !== null) throw namesTwice(file.shown, null, `column ${twice} is there twice`, 'rename one of them')
  const counted = await session.raw.runAndReadAll(`SELECT count(*) FROM ${relation}`)
  const names = columns.map((one) => one.name)
  return { shown: file.shown, relation, made, rowNumber: rowNumberOf(own, names), columns, rows: Number(counted.getRows()[0]?.[0] ?? 0) }
}

/** The engine renames a second `a` to `a_1` in silence. */
async function keysTwice(session: Session, file: StagedFile, columns: readonly Column[]): Promise<string | null> {
  if (file.csv !== null) return null // the header was looked at before
  const names = columns.map((one) => one.name)
  const renamed = names.some(
    (name) => /_\d+$/.test(name) && names.some((other) => name.toLowerCase().startsWith(`${other.toLowerCase()}_`)),
  )
  if (!renamed) return null
  const keys = await session.raw.runAndReadAll(
    `SELECT DISTINCT unnest(json_keys(json)) FROM read_ndjson_objects(${quoteText(file.path)}, ignore_errors = false)`,
  )
  return sameNameTwice(keys.getRows().map(([key]) => String(key)))?.name ?? null
}
