/**
 * How much one column tells of another, on [0, 1], from ranks and counts of a deterministic sample (rows by a hash of their number). It depends on the order of
 * values alone, so that no outlier and no unit makes it.
 *
 *     number → class     E = √( (Σ R_c²/n_c − n(n+1)²/4) · 12 / (n³ − Σ n_c³) )      R_c: sum of ranks in class c, ties share theirs
 *     class → number     the same with the classes as groups, less what many groups explain by themselves: 1 − (1 − E²)(n−1)/(n−k)
 *     number → number    |ρ| of Spearman
 *     class → class      Cramér's V, bias-corrected
 *
 * E is 1 where the classes lie apart and 0 where each has the same mean rank; of two classes it is |AUC − ½|·2. A column with a value of its own in every row,
 * as an identifier, tells nothing as a class. p: Kruskal–Wallis H, χ², and ρ√(n−1) as normal; a strong association of five rows is none.
 * Sources: Kruskal & Wallis 1952; Kendall & Gibbons 1990.
 */
import { cramersV } from '../../stats/cramers-v.ts'
import { chiSquareSf } from '../../stats/gamma.ts'
import { normalSf } from '../../stats/normal.ts'
import { number, type Row } from '../answer.ts'
import type { Scope } from '../entry.ts'
import { type ColumnFacts, isMoment, isNumeric, type Sql, sql } from '../facts.ts'
import { asNumber, asText, asTimestamp, ifPresent, rowPlace } from '../sql-parts.ts'

export const sampledRows = 32_768
const hashRange = 2 ** 20
/** A label of more values than this is a number, where it is numeric. */
export const mostClasses = 20

export interface Association {
  readonly strength: number
  readonly p: number
  readonly n: number
}

export const isOrdered = ({ kind }: ColumnFacts): boolean => isNumeric(kind) || isMoment(kind)

/** SQL: a number in the order of the values; integers beyond 2^53 may tie. */
const asPlace = (column: ColumnFacts): string =>
  `${isNumeric(column.kind) ? asNumber(column) : `CAST(epoch_us(${asTimestamp(column)}) AS DOUBLE)`} + 0`
export const asEither = (column: ColumnFacts): string => ifPresent(column, isOrdered(column) ? asPlace(column) : asText(column))

/** SQL of the rows of a table with a number each, under a name of ours; not one name of the data is left. */
export const numbered = (table: Scope['table'], list: readonly string[]): string =>
  `SELECT ${[`${rowPlace(table)} AS row_at`, ...list].join(', ')} FROM ${table.relation}`

/** SQL of some rows of a table, the same in every run, with their number as row_at. @param list expressions, each under a name of ours */
export function sample(table: Scope['table'], list: readonly string[], wanted = sampledRows): string {
  const all = numbered(table, list)
  const { rows } = table
  return rows <= wanted ? all : `SELECT * FROM (${all}) WHERE hash(row_at) % ${hashRange} < ${Math.ceil((wanted / rows) * hashRange)}`
}

/** One line a value: number of the column, row, value. @param columns names of ours in `from` */
export const long = (columns: readonly number[], from: string, more = ''): string =>
  columns.map((i) => `SELECT ${i} AS f, row_at, x${i} AS x${more} FROM ${from} WHERE x${i} IS NOT NULL`).join(' UNION ALL ')

/** SQL: mid-rank of x within each f. */
export const ranked = (from: string, more = ''): string => `SELECT f, row_at${more}, ${midRank('x')} AS r FROM ${from}`

const groupSums = (name: string, from: string, by: string, rank: string): string =>
  `${name} AS (SELECT f, CAST(sum(n) AS DOUBLE) AS n, CAST(count(*) AS DOUBLE) AS k, sum(s * s / n) AS b, sum(CAST(n AS DOUBLE) * n * n) AS cubes
     FROM (SELECT f, ${by}, count(*) AS n, sum(${rank}) AS s FROM ${from} GROUP BY f, ${by}) GROUP BY f)`

/**
 * What each of the columns tells of the label: `f` (place in the list), `n`, `k` (groups), `b`, `cubes` and `rho` of an ordered column;
 * `total`, `q`, `kx`, `ky` of a class, and where the label is ordered `n`, `k`, `b`, `cubes` of its ranks.
 * @param inOrder which columns are ordered; of text the order of the alphabet
 */
export function labelQueries(
  table: Scope['table'],
  features: readonly ColumnFacts[],
  label: ColumnFacts,
  inOrder = isOrdered,
): readonly Sql[] {
  const at = (wanted: boolean) => features.flatMap((column, i) => (inOrder(column) === wanted ? [i] : []))
  const base = (some: readonly number[]) => {
    const list = some.map((i) => features[i]).flatMap((column, j) => (column === undefined ? [] : [`${asEither(column)} AS x${some[j]}`]))
    return `s AS MATERIALIZED (SELECT * FROM (${sample(table, [`${asEither(label)} AS y`, ...list])}) WHERE y IS NOT NULL)`
  }
  return [at(true), at(false)].flatMap((some, which) => {
    if (some.length === 0) return []
    const lines = `l AS (${long(some, 's', ', y')})`
    if (which === 0) {
      const rho = isOrdered(label) ? 'corr(r, ry)' : 'NULL'
      return [
        sql(
          `WITH ${base(some)}, ${lines}, r AS MATERIALIZED (SELECT *, ${midRank('y')} AS ry FROM (${ranked('l', ', y')})), ${groupSums('g', 'r', 'y', 'r')},
           p AS (SELECT f, ${rho} AS rho FROM r GROUP BY f) SELECT * FROM g JOIN p USING (f)`,
        ),
      ]
    }
    const pairs = `c AS (SELECT f, x, y, count(*) AS n FROM l GROUP BY f, x, y),
      d AS (SELECT f, x, y, n, sum(n) OVER (PARTITION BY f, x) AS nx, sum(n) OVER (PARTITION BY f, y) AS ny FROM c),
      v AS (SELECT f, CAST(sum(n) AS DOUBLE) AS total, sum(CAST(n AS DOUBLE) * n / (nx * ny)) AS q, count(DISTINCT x) AS kx, count(DISTINCT y) AS ky FROM d GROUP BY f)`
    if (!isOrdered(label)) return [sql(`WITH ${base(some)}, ${lines}, ${pairs} SELECT * FROM v`)]
    return [
      sql(
        `WITH ${base(some)}, ${lines}, ${pairs}, r AS (SELECT f, x, ${midRank('y')} AS ry FROM l), ${groupSums('g', 'r', 'x', 'ry')} SELECT * FROM v JOIN g USING (f)`,
      ),
    ]
  })
}

const midRank = (of: string): string => `rank() OVER (PARTITION BY f ORDER BY ${of}) + (count(*) OVER (PARTITION BY f, ${of}) - 1) / 2.0`

/** @param row one of `labelQueries`; null where one side has a single value. @param ordered the label can be a number: with many values it is one */
export function labelAssociation(row: Row, ordered: boolean): Association | null {
  const ofClass = row.q !== undefined
  const isNumber = ordered && (number(ofClass ? row.ky : row.k) ?? 0) > mostClasses
  if (ofClass) return isNumber ? separation(sums(row), true) : contingency(row)
  if (!isNumber) return separation(sums(row), false)
  const rho = number(row.rho)
  return rho === null ? null : spearman(rho, number(row.n) ?? 0)
}

const sums = (row: Row) => ({ n: number(row.n) ?? 0, k: number(row.k) ?? 0, b: number(row.b) ?? 0, cubes: number(row.cubes) ?? 0 })

/** @param b Σ R_c²/n_c. @param adjusted takes off what k groups explain of n rows by themselves */
export function separation({ n, k, b, cubes }: ReturnType<typeof sums>, adjusted: boolean): Association | null {
  if (n < 2 || k < 2 || n ** 3 === cubes) return null
  const between = Math.max(0, b - (n * (n + 1) ** 2) / 4)
  const square = Math.min(1, (between * 12) / (n ** 3 - cubes))
  const strength = adjusted ? (k >= n ? 0 : Math.sqrt(Math.max(0, 1 - ((1 - square) * (n - 1)) / (n - k)))) : Math.sqrt(square)
  return rounded(strength, chiSquareSf((12 * between) / (n * (n + 1)), k - 1), n)
}

export function spearman(rho: number, n: number): Association | null {
  return n < 2 ? null : rounded(Math.abs(rho), 2 * normalSf(Math.abs(rho) * Math.sqrt(n - 1)), n)
}

/** Bias-corrected Cramér's V. @param row total, q = Σ n_ij²/(n_i n_j), kx, ky */
export function contingency(row: Row): Association | null {
  const [n, q, kx, ky] = [number(row.total) ?? 0, number(row.q) ?? 0, number(row.kx) ?? 0, number(row.ky) ?? 0]
  if (n < 2 || kx < 2 || ky < 2) return null
  const statistic = n * Math.max(0, q - 1)
  return rounded(cramersV(statistic, kx, ky, n), chiSquareSf(statistic, (kx - 1) * (ky - 1)), n)
}

/** Threads add in another order in every run, which moves the last digits: the same data must give the same figures, and the same order of them. */
const rounded = (strength: number, p: number, n: number): Association => ({
  strength: Math.min(1, Number(strength.toFixed(10))),
  p: Math.min(1, Number(p.toPrecision(9))),
  n,
})
