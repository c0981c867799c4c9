/** A Parquet file as a relation that is read where it lies. */
import { isWord, sparsest } from '../../core/checks/facts.ts'
import { type Column, quoteName } from '../../ports/data-engine.ts'
import { quoteText } from './connection.ts'
import { mapEngineError, unreadable } from './errors.ts'
import { columnsOf, demandNames, rowNumberOf, sameNameTwice } from './names.ts'
import { unpackedBounds } from './parquet-pages.ts'
import type { Opened, Part, Session } from './part.ts'
import type { StagedFile } from './staged-file.ts'

/** @param maxUnpackedBytes what one column of text may come to when every row has its own copy */
export async function openParquet(session: Session, file: StagedFile, maxUnpackedBytes: number): Promise<Opened> {
  const [part, checked] = await Promise.allSettled([describe(session, file, maxUnpackedBytes), file.check()])
  if (part.status === 'rejected') throw part.reason
  if (checked.status === 'rejected') throw checked.reason
  return { part: part.value, digest: checked.value.digest }
}

async function describe(session: Session, file: StagedFile, maxUnpackedBytes: number): Promise<Part> {
  const path = quoteText(file.path)
  const relation = `read_parquet(${path})`
  try {
    const columns = await columnsOf(session.raw, `SELECT * FROM ${relation}`)
    demandNames(file.shown, columns)
    if (columns.some(({ name }) => /_\d+$/.test(name))) {
      const twice = sameNameTwice(await topLevelNames(session, path))
      if (twice !== null)
        throw unreadable(
          file.shown,
          null,
          `column ${twice.name} is there twice (upper and lower case of A to Z are one name)`,
          'rename one of them',
        )
    }
    const counted = await session.raw.runAndReadAll(
      `SELECT (SELECT count(*) FROM ${relation}), (SELECT num_rows FROM parquet_file_metadata(${path}))`,
    )
    const [read, promised] = counted.getRows()[0] ?? []
    const rows = Number(read ?? 0)
    const footer = await readFooter(session, path, columns, maxUnpackedBytes)
    demandOneStory(file, footer, Number(promised ?? rows) > rows)
    await demandBounded(session, file, path, columns, footer, maxUnpackedBytes)
    return {
      shown: file.shown,
      relation,
      rowNumber: rowNumberOf(
        'file_row_number',
        columns.map((one) => one.name),
      ),
      columns: columns.map((one) => withKinds(one, footer, rows)),
      rows,
      made: null,
    }
  } catch (thrown) {
    throw mapEngineError(thrown, file.shown)
  }
}

/** Names as the file has them: the engine renames a second `a` to `a_1` in silence. */
async function topLevelNames(session: Session, path: string): Promise<readonly string[]> {
  const schema = await session.raw.runAndReadAll(`SELECT name, coalesce(num_children, 0) FROM parquet_schema(${path})`)
  const nodes = schema.getRows().map(([name, children]) => ({ name: String(name), children: Number(children) }))
  const names: string[] = []
  // depth first, the root before all: skip the children of nested columns
  let i = 1
  const skip = (): void => {
    const node = nodes[i]
    i += 1
    for (let child = 0; child < (node?.children ?? 0); child += 1) skip()
  }
  while (i < nodes.length) {
    names.push(nodes[i]?.name ?? '')
    skip()
  }
  return names
}

/** What the footer says of row groups and of columns, as far as anybody asks for it. */
interface Footer {
  /** a row group whose columns hold more values than it says it has rows */
  readonly short: boolean
  /** columns that may come to more than the limit */
  readonly large: ReadonlySet<string>
  /** the column's whole numbers lie between these, in digits */
  readonly ranges: ReadonlyMap<string, { readonly least: string; readonly greatest: string; readonly span: number }>
}

/** One question for all of it: each reads the footer anew. */
async function readFooter(session: Session, path: string, columns: readonly Column[], limit: number): Promise<Footer> {
  const among = (some: readonly Column[]) => `path_in_schema IN (${['NULL', ...some.map(({ name }) => quoteText(name))].join(', ')})`
  // a list has as many values as it likes; any other column has one a row, null or not
  const single = columns.filter(({ type }) => !/^(STRUCT|MAP|UNION)|\]$/.test(type))
  const whole = columns.filter(({ type }) => isWord(type))
  const found = await session.raw.runAndReadAll(
    `SELECT path_in_schema, of_rows = 1 AS short, most > ${limit} AS large, CAST(least AS VARCHAR), CAST(greatest AS VARCHAR), CAST(greatest - least AS DOUBLE)
     FROM (
       SELECT path_in_schema, grouping(path_in_schema) AS of_rows, any_value(row_group_num_rows) AS said,
         min(num_values) FILTER (WHERE ${among(single)}) AS held,
         sum(CAST(num_values AS DOUBLE) * total_uncompressed_size) FILTER (WHERE dictionary_page_offset IS NOT NULL OR regexp_matches(CAST(encodings AS VARCHAR), 'DICTIONARY|DELTA_BYTE_ARRAY')) AS most,
         CASE WHEN count(stats_min_value) = count(*) THEN min(TRY_CAST(stats_min_value AS HUGEINT)) FILTER (WHERE ${among(whole)}) END AS least,
         CASE WHEN count(stats_max_value) = count(*) THEN max(TRY_CAST(stats_max_value AS HUGEINT)) FILTER (WHERE ${among(whole)}) END AS greatest
       FROM parquet_metadata(${path}) GROUP BY GROUPING SETS ((row_group_id), (path_in_schema)))
     WHERE CASE WHEN of_rows = 1 THEN held > said ELSE most > ${limit} OR greatest >= least END`,
  )
  const rows = found.getRows()
  const ofColumns = rows.filter(([, short]) => short !== true)
  return {
    short: rows.some(([, short]) => short === true),
    large: new Set(ofColumns.flatMap(([name, , large]) => (large === true ? [String(name)] : []))),
    ranges: new Map(
      ofColumns.flatMap(([name, , , least, greatest, span]) =>
        typeof least === 'string' && typeof greatest === 'string' ? [[String(name), { least, greatest, span: Number(span) }] as const] : [],
      ),
    ),
  }
}

/** Each thread has bits of its own for all between the ends: 8 MiB. */
const mostBits = 2 ** 26

/** With the count of different values, where it is bits that are set. */
function withKinds(column: Column, { ranges }: Footer, rows: number): Column {
  const range = ranges.get(column.name)
  if (range === undefined || range.span >= Math.min(mostBits, sparsest * rows)) return column
  const [least, greatest] = wholeBytes(column.type, BigInt(range.least), BigInt(range.greatest))
  return { ...column, kinds: `coalesce(bit_count(bitstring_agg(${quoteName(column.name)}, ${least}, ${greatest})), 0)` }
}

/** The same ends, or one further out: where a byte is left over, the engine clears the rest of it with each bit that it sets, which takes as long again. */
function wholeBytes(type: string, least: bigint, greatest: bigint): readonly [bigint, bigint] {
  const rest = (8n - ((greatest - least + 1n) % 8n)) % 8n
  return greatest + rest <= greatestOf(type) ? [least, greatest + rest] : [least - rest, greatest]
}

const greatestOf = (type: string): bigint => {
  const bits = type.includes('TINY') ? 8n : type.includes('SMALL') ? 16n : type.includes('BIG') ? 64n : 32n
  return 2n ** (type.startsWith('U') ? bits : bits - 1n) - 1n
}

/**
 * The number of rows stands in the footer, in each row group, and in each column of it. The engine takes the word of the row group and leaves
 * the other rows out in silence; more rows than there are, it notices. A footer that says too few is let pass: some writers leave a zero.
 */
function demandOneStory(file: StagedFile, { short }: Footer, promisesMore: boolean): void {
  if (!promisesMore && !short) return
  throw unreadable(
    file.shown,
    null,
    'the Parquet file contradicts itself: it promises more rows than can be read',
    'copy or write the file again',
  )
}

/**
 * A dictionary holds a long text once, and a million rows may point at it, or each goes on from the one before: kilobytes that come to
 * terabytes. What the file may come to at most is known from the headers of its pages, and where these are too many, from its footer; only
 * where that is too much are the lengths looked at.
 */
async function demandBounded(
  session: Session,
  file: StagedFile,
  path: string,
  columns: readonly Column[],
  { large }: Footer,
  limit: number,
): Promise<void> {
  const texts = columns.filter(({ type }) => type === 'VARCHAR' || type === 'BLOB')
  if (texts.length === 0) return
  const bounds = unpackedBounds(file.path, file.bytes, new Set(texts.map(({ name }) => name)))
  const over = texts.filter(({ name }) => {
    const bound = bounds.get(name)
    return bound === undefined ? large.has(name) : bound.bytes > limit
  })
  const refuse = ({ name }: Column): never => {
    throw unreadable(file.shown, null, `column ${name} unpacks to more than ${limit} bytes`, 'split the file, or leave the column out')
  }
  const chained = over.filter(({ name }) => bounds.get(name)?.chained)
  const others = over.filter((one) => !chained.includes(one))
  if (others.length > 0) {
    const found = await session.raw.runAndReadAll(
      `SELECT ${others.map((one) => `sum(${lengthOf(one)})`).join(', ')} FROM read_parquet(${path})`,
    )
    const one = others[(found.getRows()[0] ?? []).findIndex((value) => Number(value ?? 0) > limit)]
    if (one !== undefined) refuse(one)
  }
  for (const one of chained) if (await comesAbove(session, `SELECT ${lengthOf(one)} FROM read_parquet(${path})`, limit)) refuse(one)
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
