/** A Parquet file as a relation that is read where it lies. */
import { type Column, quoteName } from '../../ports/data-engine.ts'
import { quoteText } from './connection.ts'
import { mapEngineError, unreadable } from './errors.ts'
import { columnsOf, demandNames, rowNumberOf, sameNameTwice } from './names.ts'
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
        throw unreadable(file.shown, null, `column ${twice} is there twice (upper and lower case are one name)`, 'rename one of them')
    }
    const counted = await session.raw.runAndReadAll(`SELECT count(*) FROM ${relation}`)
    const rows = Number(counted.getRows()[0]?.[0] ?? 0)
    await demandOneStory(session, file, path, columns, rows)
    await demandBounded(session, file, path, columns, maxUnpackedBytes)
    return {
      shown: file.shown,
      relation,
      rowNumber: rowNumberOf(
        'file_row_number',
        columns.map((one) => one.name),
      ),
      columns,
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

/**
 * The number of rows stands in the footer, in each row group, and in each column of it. The engine takes the word of the row group and leaves
 * the other rows out in silence; more rows than there are, it notices. A footer that says too few is let pass: some writers leave a zero.
 */
async function demandOneStory(session: Session, file: StagedFile, path: string, columns: readonly Column[], rows: number): Promise<void> {
  const promised = await session.raw.runAndReadAll(`SELECT num_rows FROM parquet_file_metadata(${path})`)
  const inFooter = Number(promised.getRows()[0]?.[0] ?? rows)
  // a list has as many values as it likes; any other column has one a row, null or not
  const single = columns.filter(({ type }) => !/^(STRUCT|MAP|UNION)|\]$/.test(type)).map(({ name }) => quoteText(name))
  const short = await session.raw.runAndReadAll(
    `SELECT count(*) FROM (SELECT any_value(row_group_num_rows) AS said, min(num_values) AS held FROM parquet_metadata(${path})
      WHERE path_in_schema IN (${['NULL', ...single].join(', ')}) GROUP BY row_group_id) WHERE held > said`,
  )
  if (inFooter > rows || Number(short.getRows()[0]?.[0] ?? 0) > 0) {
    throw unreadable(
      file.shown,
      null,
      'the Parquet file contradicts itself: it promises more rows than can be read',
      'copy or write the file again',
    )
  }
}

/**
 * A dictionary holds a long text once, and a million rows may point at it: kilobytes that come to terabytes. What the file may come to
 * at most is known from its footer; only where that is too much are the lengths looked at.
 */
async function demandBounded(session: Session, file: StagedFile, path: string, columns: readonly Column[], limit: number): Promise<void> {
  const most = await session.raw.runAndReadAll(
    `SELECT path_in_schema FROM parquet_metadata(${path}) WHERE dictionary_page_offset IS NOT NULL
      GROUP BY path_in_schema HAVING sum(CAST(num_values AS DOUBLE) * total_uncompressed_size) > ${limit}`,
  )
  const large = new Set(most.getRows().map(([name]) => String(name)))
  const texts = columns.filter(({ name, type }) => large.has(name) && (type === 'VARCHAR' || type === 'BLOB'))
  if (texts.length === 0) return
  const bytes = texts.map(({ name, type }) => `sum(${type === 'BLOB' ? 'octet_length' : 'strlen'}(${quoteName(name)}))`)
  const found = await session.raw.runAndReadAll(`SELECT ${bytes.join(', ')} FROM read_parquet(${path})`)
  const at = (found.getRows()[0] ?? []).findIndex((value) => Number(value ?? 0) > limit)
  const one = texts[at]
  if (one !== undefined)
    throw unreadable(file.shown, null, `column ${one.name} unpacks to more than ${limit} bytes`, 'split the file, or leave the column out')
}
