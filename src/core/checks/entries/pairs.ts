/** Correlations of every pair of columns of a table: of numbers Pearson on ranks, of classes Cramér's V. Rows of the sample shrink as pairs grow. */
import { correlation, pairSums } from '../../profile/pairs.ts'
import type { TableProfile } from '../../schema/profile.ts'
import { number, type Row } from '../answer.ts'
import type { Scope } from '../entry.ts'
import { type ColumnFacts, type Sql, sql } from '../facts.ts'
import { type Association, asEither, contingency, isOrdered, long, ranked, sample, spearman } from './association.ts'

export interface Pair {
  readonly a: string
  readonly b: string
  readonly found: Association
  /** signed, of numbers */
  readonly r: number | null
  /** n Var(r) of the rows as they are (profile/pair-spread.ts); null where it was not asked for */
  readonly spread: number | null
}

/** Lines that the join of a sample with itself may have. */
const budget = 20_000_000
const mostRows = 8_192
const leastRows = 1_000
/** A column of more labels than this is compared with no other. */
const mostLevels = 100

const rowsFor = (columns: number): number =>
  Math.max(leastRows, Math.min(mostRows, Math.floor(budget / Math.max(1, (columns * (columns - 1)) / 2))))

/**
 * One row a pair: `fa`, `fb` (places in the list), `n`, `r`.
 * @param spread with `m22`, `m31`, `m4`: means of x²y², xy(x² + y²) and (x² + y²)² of the ranks x, y, each standardised where it is there
 */
export function rankPairs(table: Scope['table'], columns: readonly ColumnFacts[], spread = false): Sql | null {
  const some = columns.flatMap((column, i) => (isOrdered(column) ? [i] : []))
  if (some.length < 2) return null
  const standard = '(r - avg(r) OVER (PARTITION BY f)) / nullif(stddev_pop(r) OVER (PARTITION BY f), 0)'
  const [both, length] = ['a.z * b.z', '(a.z * a.z + b.z * b.z)']
  const moments = `, avg(${both} * ${both}) AS m22, avg(${both} * ${length}) AS m31, avg(${length} * ${length}) AS m4`
  return sql(
    `WITH s AS MATERIALIZED (${inner(table, columns, some)}), l AS (${long(some, 's')}), o AS (${ranked('l')}),
       r AS MATERIALIZED (SELECT *${spread ? `, ${standard} AS z` : ''} FROM o)
     SELECT a.f AS fa, b.f AS fb, count(*) AS n, corr(a.r, b.r) AS r${spread ? moments : ''} FROM r AS a JOIN r AS b ON a.row_at = b.row_at AND a.f < b.f GROUP BY a.f, b.f`,
  )
}

/** One row a pair: `fa`, `fb`, and what `contingency` reads. */
export function classPairs(table: Scope['table'], columns: readonly ColumnFacts[]): Sql | null {
  const some = columns.flatMap((column, i) => (isOrdered(column) ? [] : [i]))
  if (some.length < 2) return null
  return sql(
    `WITH s AS MATERIALIZED (${inner(table, columns, some)}), l AS (${long(some, 's')}),
       m AS MATERIALIZED (SELECT * FROM l WHERE f IN (SELECT f FROM l GROUP BY f HAVING count(DISTINCT x) BETWEEN 2 AND ${mostLevels})),
       c AS (SELECT a.f AS fa, b.f AS fb, a.x AS xa, b.x AS xb, count(*) AS n FROM m AS a JOIN m AS b ON a.row_at = b.row_at AND a.f < b.f GROUP BY a.f, b.f, a.x, b.x),
       d AS (SELECT *, sum(n) OVER (PARTITION BY fa, fb, xa) AS na, sum(n) OVER (PARTITION BY fa, fb, xb) AS nb FROM c)
     SELECT fa, fb, CAST(sum(n) AS DOUBLE) AS total, sum(CAST(n AS DOUBLE) * n / (na * nb)) AS q, count(DISTINCT xa) AS kx, count(DISTINCT xb) AS ky FROM d GROUP BY fa, fb`,
  )
}

const inner = (table: Scope['table'], columns: readonly ColumnFacts[], some: readonly number[]): string =>
  sample(
    table,
    some.flatMap((i) => (columns[i] === undefined ? [] : [`${asEither(columns[i])} AS x${i}`])),
    rowsFor(some.length),
  )

const key = ({ a, b }: Pair) => JSON.stringify([a, b])

/** Pairs that say something, strongest first. */
export function readPairs(rows: readonly Row[], columns: readonly ColumnFacts[]): readonly Pair[] {
  const pairs = rows.flatMap((row): readonly Pair[] => {
    const [a, b] = [columns[Number(row.fa)]?.name, columns[Number(row.fb)]?.name]
    const raw = number(row.r)
    // threads add in no fixed order, which moves the last digits
    const r = raw === null ? null : Number(raw.toFixed(10))
    const found = row.q === undefined ? (r === null ? null : spearman(r, number(row.n) ?? 0)) : contingency(row)
    return a === undefined || b === undefined || found === null
      ? []
      : [{ a, b, found, r: row.q === undefined ? r : null, spread: r === null ? null : spreadOf(row, r) }]
  })
  return pairs.toSorted((one, two) => two.found.strength - one.found.strength || (key(one) < key(two) ? -1 : 1))
}

/** Mean of (xy − r (x² + y²)/2)². */
function spreadOf({ m22, m31, m4 }: Row, r: number): number | null {
  const [a, b, c] = [number(m22), number(m31), number(m4)]
  return a === null || b === null || c === null ? null : Math.max(0, a - r * b + (r * r * c) / 4)
}

/** The same from a profile, which counts in cells instead of ranks. */
export const profilePairs = (profile: TableProfile): readonly Pair[] =>
  pairSums(profile.pairs).flatMap((sums): readonly Pair[] => {
    const r = correlation(sums)
    const found = r === null ? null : spearman(r, sums.n)
    return found === null ? [] : [{ a: sums.a, b: sums.b, found, r, spread: sums.spread }]
  })
