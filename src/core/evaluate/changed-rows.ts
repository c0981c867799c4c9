/**
 * How many rows of the test data are not those that the baseline was judged on: counted over the two files, never from anything that was kept of
 * the rows. A set of hashes of rows that lay in a ledger would give rows of few values away to whoever tries them all, and tell of any other
 * whether it was there; so where the earlier file is not at hand there is no exact count.
 *
 *     with data.id       (of a ranking with the query, too)
 *                        added, removed: ids that one file has and the other has not; altered: ids of both whose row is another
 *     without            added, removed: rows by all of their columns, each as often as it occurs
 */
import { comparable, rowHash, shared } from '../checks/entries/same-value.ts'
import type { TableFacts } from '../checks/facts.ts'
import { count, plural } from '../report/format.ts'

export interface ChangedRows {
  readonly added: number
  readonly removed: number
  /** null: without ids nobody knows */
  readonly altered: number | null
}

/**
 * SQL of one row with `added`, `removed`, `altered`.
 * @param names columns of both that together name a row; null: there are none
 */
export function changedRowsQuery(now: TableFacts, then: TableFacts, names: readonly string[] | null): string {
  const pairs = shared(now, then)
  const values = pairs.map(([a, b]) => comparable(a, b))
  const keys = (names ?? []).flatMap((id) => pairs.filter(([{ name }]) => name === id))
  // one that only one file has names no row of the other
  const key = names !== null && keys.length === names.length ? keys.map((pair) => comparable(...pair)) : null
  const side = (relation: string, at: 0 | 1) => {
    const own = key ? together(key.map((pair) => `CAST(${pair[at]} AS VARCHAR)`)) : 'NULL'
    return `SELECT ${own} AS id, ${rowHash(values.map((pair) => pair[at]))} AS k FROM ${relation}`
  }
  const tables = `WITH here AS (${side(now.relation, 0)}), there AS (${side(then.relation, 1)})`
  if (key)
    return `${tables} SELECT (SELECT count(*) FROM here ANTI JOIN there USING (id)) AS added, (SELECT count(*) FROM there ANTI JOIN here USING (id)) AS removed,
      (SELECT count(*) FROM here JOIN there USING (id) WHERE here.k <> there.k) AS altered`
  const counted = (name: string) => `(SELECT k, count(*) AS n FROM ${name} GROUP BY k)`
  return `${tables} SELECT coalesce(sum(greatest(coalesce(a.n, 0) - coalesce(b.n, 0), 0)), 0) AS added, coalesce(sum(greatest(coalesce(b.n, 0) - coalesce(a.n, 0), 0)), 0) AS removed, NULL AS altered
    FROM ${counted('here')} a FULL JOIN ${counted('there')} b USING (k)`
}

/** Texts as one text, which no other texts make; null where one of them is. */
const together = (texts: readonly string[]): string =>
  texts.map((text, at) => (at === texts.length - 1 ? text : `length(${text}) || ':' || ${text}`)).join(' || ')

/** Columns that only one of them has make every row another one. */
export const sameColumns = (now: TableFacts, then: TableFacts): boolean =>
  shared(now, then).length === Math.max(now.columns.length, then.columns.length)

/** `+120 −3 rows, 5 of the others altered` */
export function saidChanged({ added, removed, altered }: ChangedRows): string {
  const rows = `+${count(added)} −${plural(removed, 'row')}`
  return altered === null || altered === 0 ? rows : `${rows}, ${count(altered)} of the others altered`
}
