/** What the engine says of a Parquet file that is not plain (parquet-plain.ts): several questions, each of which reads the footer anew. */
import { isWord } from '../../core/checks/facts.ts'
import type { Column } from '../../ports/data-engine.ts'
import { quoteText } from './connection.ts'
import { unreadable } from './errors.ts'
import { columnsOf, demandNames, sameNameTwice } from './names.ts'
import type { FooterFacts } from './parquet-plain.ts'
import type { Session } from './part.ts'
import type { StagedFile } from './staged.ts'

type Raw = Session['raw']
type Asked = Pick<StagedFile, 'path' | 'shown'>

export const relationOf = ({ path }: Pick<StagedFile, 'path'>): string => `read_parquet(${quoteText(path)})`

/** @throws UserError where it contradicts itself */
export async function askFacts(raw: Raw, file: Asked): Promise<FooterFacts> {
  const path = quoteText(file.path)
  const columns = await columnsOf(raw, `SELECT * FROM ${relationOf(file)}`)
  demandNames(file.shown, columns)
  if (columns.some(({ name }) => /_\d+$/.test(name))) {
    const twice = sameNameTwice(await topLevelNames(raw, path))
    if (twice !== null)
      throw unreadable(
        file.shown,
        null,
        `column ${twice.name} is there twice (upper and lower case of A to Z are one name)`,
        'rename one of them',
      )
  }
  const counted = await raw.runAndReadAll(
    `SELECT (SELECT coalesce(sum(n), 0) FROM (SELECT any_value(row_group_num_rows) AS n FROM parquet_metadata(${path}) GROUP BY row_group_id)),
       (SELECT num_rows FROM parquet_file_metadata(${path}))`,
  )
  const [read, promised] = counted.getRows()[0] ?? []
  const rows = Number(read ?? 0)
  const { short, ...statistics } = await askStatistics(raw, path, columns)
  if (short || Number(promised ?? rows) > rows) throw promisesMore(file)
  return { columns, rows, ...statistics }
}

/** Names as the file has them: the engine renames a second `a` to `a_1` in silence. */
async function topLevelNames(raw: Raw, path: string): Promise<readonly string[]> {
  const schema = await raw.runAndReadAll(`SELECT name, coalesce(num_children, 0) FROM parquet_schema(${path})`)
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

/** One question for all of it: each reads the footer anew. `short`: a row group has columns that hold more values than it says it has rows. */
async function askStatistics(raw: Raw, path: string, columns: readonly Column[]) {
  const among = (some: readonly Column[]) => `path_in_schema IN (${['NULL', ...some.map(({ name }) => quoteText(name))].join(', ')})`
  // a list has as many values as it likes; any other column has one a row, null or not
  const single = columns.filter(({ type }) => !/^(STRUCT|MAP|UNION)|\]$/.test(type))
  const whole = columns.filter(({ type }) => isWord(type))
  const found = await raw.runAndReadAll(
    `SELECT path_in_schema, of_rows = 1 AS short, most, CAST(least AS VARCHAR), CAST(greatest AS VARCHAR)
     FROM (
       SELECT path_in_schema, grouping(path_in_schema) AS of_rows, any_value(row_group_num_rows) AS said,
         min(num_values) FILTER (WHERE ${among(single)}) AS held,
         sum(CAST(num_values AS DOUBLE) * total_uncompressed_size) FILTER (WHERE dictionary_page_offset IS NOT NULL OR regexp_matches(CAST(encodings AS VARCHAR), 'DICTIONARY|DELTA_BYTE_ARRAY')) AS most,
         CASE WHEN count(stats_min_value) = count(*) THEN min(TRY_CAST(stats_min_value AS HUGEINT)) FILTER (WHERE ${among(whole)}) END AS least,
         CASE WHEN count(stats_max_value) = count(*) THEN max(TRY_CAST(stats_max_value AS HUGEINT)) FILTER (WHERE ${among(whole)}) END AS greatest
       FROM parquet_metadata(${path}) GROUP BY GROUPING SETS ((row_group_id), (path_in_schema)))
     WHERE CASE WHEN of_rows = 1 THEN held > said ELSE most IS NOT NULL OR greatest >= least END`,
  )
  const rows = found.getRows()
  const ofColumns = rows.filter(([, short]) => short !== true)
  return {
    short: rows.some(([, short]) => short === true),
    mostBytes: new Map(ofColumns.flatMap(([name, , most]) => (typeof most === 'number' ? [[String(name), most] as const] : []))),
    ranges: new Map(
      ofColumns.flatMap(([name, , , least, greatest]) =>
        typeof least === 'string' && typeof greatest === 'string' && BigInt(least) <= BigInt(greatest)
          ? [[String(name), { least: BigInt(least), greatest: BigInt(greatest) }] as const]
          : [],
      ),
    ),
  }
}

/**
 * The number of rows stands in the footer, in each row group, and in each column of it. The engine takes the word of the row group and leaves
 * the other rows out in silence; more rows than there are, it notices. A footer that says too few is let pass: some writers leave a zero.
 */
export const promisesMore = ({ shown }: Pick<StagedFile, 'shown'>): Error =>
  unreadable(shown, null, 'the Parquet file contradicts itself: it promises more rows than can be read', 'copy or write the file again')
