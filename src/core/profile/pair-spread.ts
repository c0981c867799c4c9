/**
 * How far the rank correlation of a pair varies from sample to sample, n Var(r), of the rows as they are.
 *
 *     x, y    cell numbers of a row, standardised over the rows where both are there
 *     n Var(r) = mean φ²,   φ = xy − r (x² + y²)/2          φ: the influence of a row on r
 *
 * Of normal values that is (1 − r²)². Of two flags that are rare and go together, or of numbers that are mostly zero, it is many times as
 * much: a test that takes them for normal has p ≤ 0.05 in more than a third of tables in which nothing changed. Asked of the pairs
 * alone that have moved from the reference by as much as counts: it takes a look at every row, and nobody asks about the others.
 * Source: Devlin, Gnanadesikan & Kettenring 1975, "Robust estimation and outlier detection with correlation coefficients", §2.
 */
import { type Sql, sql } from '../checks/facts.ts'
import { sqlNumber } from './codes.ts'
import { correlation, type PairSums, type Pairs, pairSums, samePair } from './pairs.ts'

/** A pair that is not what it was in the reference, by the places of its columns. */
export interface MovedPair {
  readonly i: number
  readonly j: number
  readonly r: number
  readonly sums: PairSums
}

/** @param least change of r that counts */
export function movedPairs(reference: Pairs | null | undefined, pairs: Pairs, least: number): readonly MovedPair[] {
  const place = new Map(pairs.columns.map((name, at) => [name, at]))
  const find = samePair(pairSums(reference))
  return pairSums(pairs).flatMap((sums, at): MovedPair[] => {
    const before = find(sums, at)
    const [was, r] = [before === undefined ? null : correlation(before), correlation(sums)]
    const [i, j] = [place.get(sums.a), place.get(sums.b)]
    return was === null || r === null || i === undefined || j === undefined || Math.abs(r - was) < least ? [] : [{ i, j, r, sums }]
  })
}

/** Of a column: what is taken off, and what it is then multiplied with. */
function standard(n: number, sum: number, squares: number): readonly [mean: number, scale: number] {
  const mean = sum / n
  return [mean, 1 / Math.sqrt(squares / n - mean * mean)]
}

/** φ² of a row with these cell numbers. */
export function squaredInfluence({ r, sums: { n, sa, sb, saa, sbb } }: MovedPair): (a: number, b: number) => number {
  const [[meanA, scaleA], [meanB, scaleB]] = [standard(n, sa, saa), standard(n, sb, sbb)]
  return (a, b) => {
    const [x, y] = [(a - meanA) * scaleA, (b - meanB) * scaleB]
    return (x * y - (r / 2) * (x * x + y * y)) ** 2
  }
}

/** pairs in one query: three columns are made for each */
const pairsPerQuery = 24

/** `k<place>` of each of them, over a table of `codesStatement`. */
export function spreadQueries(name: string, moved: readonly MovedPair[]): readonly Sql[] {
  const queries: Sql[] = []
  for (let from = 0; from < moved.length; from += pairsPerQuery) {
    const some = moved.slice(from, from + pairsPerQuery)
    const standards = some.flatMap(({ i, j, sums: { n, sa, sb, saa, sbb } }, k) =>
      (
        [
          [`x${k}`, `c${i}`, standard(n, sa, saa)],
          [`y${k}`, `c${j}`, standard(n, sb, sbb)],
        ] as const
      ).map(([as, code, [mean, scale]]) => `(${code} - ${sqlNumber(mean)}) * ${sqlNumber(scale)} AS ${as}`),
    )
    const influences = some.map(({ r }, k) => `x${k} * y${k} - ${sqlNumber(r / 2)} * (x${k} * x${k} + y${k} * y${k}) AS f${k}`)
    queries.push(
      sql(
        `SELECT ${some.map((_, k) => `avg(f${k} * f${k}) AS k${from + k}`).join(', ')}
         FROM (SELECT ${influences.join(', ')} FROM (SELECT ${standards.join(', ')} FROM ${name}))`,
      ),
    )
  }
  return queries
}

/** @param spreads of `moved`, in its order */
export const withSpreads = (pairs: Pairs, moved: readonly MovedPair[], spreads: readonly number[]): Pairs =>
  moved.length === 0
    ? pairs
    : // threads add in no fixed order, which moves the last digits
      { ...pairs, spread: moved.map(({ i, j }, at) => [i, j, Number((spreads[at] ?? 0).toPrecision(6))]) }
