/** A Parquet file as a relation that is read where it lies. */
import { sparsest } from '../../core/checks/facts.ts'
import { type Column, quoteName } from '../../ports/data-engine.ts'
import { mapEngineError, unreadable } from './errors.ts'
import { rowNumberOf } from './names.ts'
import { askFacts, promisesMore, relationOf } from './parquet-asked.ts'
import type { Footer } from './parquet-footer.ts'
import { type Bound, unpackedBounds } from './parquet-pages.ts'
import { type FooterFacts, greatestOf, plainTable, type Range, runningNumbers, wordyColumns } from './parquet-plain.ts'
import type { Opened, Part, Session } from './part.ts'
import type { StagedFile } from './staged.ts'

/** @param maxUnpackedBytes what one column of text may come to when every row has its own copy */
export async function openParquet(session: Session, file: StagedFile, maxUnpackedBytes: number): Promise<Opened> {
  const digest = file.check().then((checked) => checked.digest)
  // whoever asks for it is told
  digest.catch(() => undefined)
  try {
    return { part: await describe(session, file, maxUnpackedBytes), digest }
  } catch (thrown) {
    await Promise.allSettled([digest])
    throw thrown
  }
}

async function describe(session: Session, file: StagedFile, maxUnpackedBytes: number): Promise<Part> {
  const relation = relationOf(file)
  try {
    const footer = file.footer ?? null
    const plain = footer === null ? null : plainTable(footer)
    const facts = plain ?? (await askFacts(session.raw, file))
    const { columns, rows } = facts
    if (rows > mostRows) throw promisesMore(file)
    await demandBounded(session, file, footer, facts, maxUnpackedBytes)
    const rowNumber = rowNumberOf(
      'file_row_number',
      columns.map((one) => one.name),
    )
    // the engine's number by its own name: a column of the data may hide it
    const ordered = footer !== null && plain !== null && rowNumber === 'file_row_number'
    const running = ordered ? runningNumbers(footer, plain) : new Map<string, bigint>()
    const wordy: ReadonlySet<string> = footer !== null && plain !== null ? wordyColumns(footer, plain) : new Set()
    return {
      shown: file.shown,
      relation,
      rowNumber,
      columns: columns.map((one) => ({
        ...withOrder(withRange(one, facts), running.get(one.name)),
        ...(wordy.has(one.name) ? { wordy: true } : {}),
      })),
      rows,
      made: null,
    }
  } catch (thrown) {
    throw mapEngineError(thrown, file.shown)
  }
}

/** The engine counts rows of which it needs no column one by one, as many as the file says: with these it is done in a minute, and no file has as many. */
const mostRows = 2 ** 40

/** Each thread has bits of its own for all between the ends: 8 MiB. */
const mostBits = 2 ** 26

/** With the ends of its range, and the count of different values where it is bits that are set. */
function withRange(column: Column, { ranges, rows }: FooterFacts): Column {
  const range = ranges.get(column.name)
  if (range === undefined) return column
  const ends = { least: Number(range.least), greatest: Number(range.greatest) }
  const said = Object.values(ends).every(Number.isSafeInteger) ? { said: ends } : {}
  if (Number(range.greatest - range.least) >= Math.min(mostBits, sparsest * rows)) return { ...column, ...said }
  const [least, greatest] = wholeBytes(column.type, range)
  return { ...column, ...said, kinds: `coalesce(bit_count(bitstring_agg(${quoteName(column.name)}, ${least}, ${greatest})), 0)` }
}

/** How many values are not the number of their row, from `first` on. */
const withOrder = (column: Column, first: bigint | undefined): Column =>
  first === undefined ? column : { ...column, astray: `count_if(${quoteName(column.name)} <> file_row_number + CAST(${first} AS BIGINT))` }

/** The same ends, or one further out: where a byte is left over, the engine clears the rest of it with each bit that it sets, which takes as long again. */
function wholeBytes(type: string, { least, greatest }: Range): readonly [bigint, bigint] {
  const rest = (8n - ((greatest - least + 1n) % 8n)) % 8n
  return greatest + rest <= greatestOf(type) ? [least, greatest + rest] : [least - rest, greatest]
}

/**
 * A dictionary holds a long text once, and a million rows may point at it, or each goes on from the one before: kilobytes that come to
 * terabytes. What the file may come to at most is known from the headers of its pages, and where these are too many, from its footer; only
 * where that is too much are the lengths looked at.
 */
async function demandBounded(
  session: Session,
  file: StagedFile,
  footer: Footer | null,
  { columns, mostBytes }: FooterFacts,
  limit: number,
): Promise<void> {
  const texts = columns.filter(({ type }) => type === 'VARCHAR' || type === 'BLOB')
  if (texts.length === 0) return
  const bounds: ReadonlyMap<string, Bound> =
    footer === null ? new Map() : unpackedBounds(file.path, footer, new Set(texts.map(({ name }) => name)))
  const over = texts.filter(({ name }) => {
    const bound = bounds.get(name)
    // an odd footer may say another thing to the engine than to us
    return bound === undefined ? footer?.odd === true || (mostBytes.get(name) ?? 0) > limit : bound.bytes > limit
  })
  const refuse = ({ name }: Column): never => {
    throw unreadable(file.shown, null, `column ${name} unpacks to more than ${limit} bytes`, 'split the file, or leave the column out')
  }
  const chained = over.filter(({ name }) => bounds.get(name)?.chained)
  const others = over.filter((one) => !chained.includes(one))
  if (others.length > 0) {
    const found = await session.raw.runAndReadAll(
      `SELECT ${others.map((one) => `sum(${lengthOf(one)})`).join(', ')} FROM ${relationOf(file)}`,
    )
    const one = others[(found.getRows()[0] ?? []).findIndex((value) => Number(value ?? 0) > limit)]
    if (one !== undefined) refuse(one)
  }
  for (const one of chained) if (await comesAbove(session, `SELECT ${lengthOf(one)} FROM ${relationOf(file)}`, limit)) refuse(one)
}

const lengthOf = ({ name, type }: Column): string =>
  `coalesce(CAST(${type === 'BLOB' ? 'octet_length' : 'strlen'}(${quoteName(name)}) AS DOUBLE), 0)`

/** Looks no further than to the row that is too much. */
async function comesAbove({ raw }: Session, lengths: string, limit: number): Promise<boolean> {
  const result = await raw.stream(lengths)
  let bytes = 0
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (const length of chunk.getColumnValues(0)) bytes += Number(length)
    if (bytes > limit) return true
  }
  return false
}
