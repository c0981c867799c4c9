/** Pairs of which a few rows say how they go together: in random halves of `Quarrels` (pydataset) one row of 389 made a rank correlation of 1.000. */
import { describe, expect, it } from 'vitest'
import { correlationChange } from '../../../src/core/drift/correlation.ts'
import { type FlagTable, flagTable, leastRare, pooledSpread, rareShare } from '../../../src/core/drift/rare-pairs.ts'
import { correlation, type PairSums, type Pairs, pairSums } from '../../../src/core/profile/pairs.ts'
import { random } from '../../../src/core/stats/random.ts'
import { judge, labels, numbers, rows, table } from './support.ts'

type Counts = readonly [both: number, first: number, second: number, neither: number]

/** Sums of two flags that are `low` and `low + 1`. */
function pairsOf([both, first, second, neither]: Counts, low = 0): Pairs {
  const n = both + first + second + neither
  const [a, b] = [both + first, both + second]
  const shifted = (ones: number) => [ones + low * n, ones * (low + 1) ** 2 + (n - ones) * low ** 2] as const
  const [[sa, qa], [sb, qb]] = [shifted(a), shifted(b)]
  return {
    columns: ['a', 'b'],
    rows: n,
    n: [n, n],
    s: [sa, sb],
    q: [qa, qb],
    products: [both + low * (a + b) + low * low * n],
    partial: [],
  }
}
function sumsOf(counts: Counts, low = 0): PairSums {
  const [sums] = pairSums(pairsOf(counts, low))
  if (sums === undefined) throw new Error('one pair')
  return sums
}
function tableOf(counts: Counts): FlagTable {
  const [both, first, second, neither] = counts
  return { both, first, second, neither }
}

describe('the rows of two flags', () => {
  it.each([0, 1, -1, -40])('are read from their sums, whatever cells they are: %i', (low) => {
    expect(flagTable(sumsOf([3, 2, 5, 90], low))).toEqual(tableOf([3, 2, 5, 90]))
  })

  it('are not those of a column of three values, or of one', () => {
    const sums = sumsOf([3, 2, 5, 90])
    expect(flagTable({ ...sums, sa: sums.sa + 2, saa: sums.saa + 4, n: sums.n + 1 })).toBeNull()
    expect(flagTable(sumsOf([0, 0, 5, 95]))).toBeNull()
  })

  it('of both sides give n Var(r) as Bishop, Fienberg & Holland 1975 (§11.3.1) have it for φ', () => {
    const [n11, n10, n01, n00] = [1 + 0, 0 + 2, 0 + 3, 388 + 385]
    const n = n11 + n10 + n01 + n00
    const [p1, q1] = [(n11 + n10) / n, (n11 + n01) / n]
    const [p2, q2] = [1 - p1, 1 - q1]
    const r = (n11 / n - p1 * q1) / Math.sqrt(p1 * p2 * q1 * q2)
    const paper =
      1 -
      r ** 2 +
      (r * (1 + r ** 2 / 2) * (p1 - p2) * (q1 - q2)) / Math.sqrt(p1 * p2 * q1 * q2) -
      (3 / 4) * r ** 2 * ((p1 - p2) ** 2 / (p1 * p2) + (q1 - q2) ** 2 / (q1 * q2))
    expect(pooledSpread(tableOf([1, 0, 0, 388]), tableOf([0, 2, 3, 385]))).toBeCloseTo(paper, 10)
    expect(pooledSpread(tableOf([0, 0, 5, 95]), tableOf([0, 0, 5, 95]))).toBeNull()
  })
})

describe('the part of the values beside the most frequent', () => {
  it.each([
    [
      'of numbers, by cell',
      numbers('x', [...new Array<number>(90).fill(0), ...new Array<null>(50).fill(null), ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]], [0, 5]),
      0.1,
    ],
    ['of two labels', labels('x', rows({ no: 80, yes: 20 }), 'boolean'), 0.2],
    ['of a label and a few that are not listed', labels('x', rows({ no: 96, yes: 4 }), 'boolean'), 0.04],
    ['of no value', numbers('x', [null, null]), 0],
  ])('%s', (_, column, share) => {
    expect(rareShare(column)).toBeCloseTo(share, 12)
  })
})

/** Two flags of `k` expected rows in 400, of which a part `c` coincides; today as before. */
function halves(k: number, c: number, rng: ReturnType<typeof random>) {
  const [n, p] = [400, k / 400]
  const [p11, p10] = [p * (c + (1 - c) * p), p * (1 - c - (1 - c) * p)]
  const draw = (): Counts => {
    const both = rng.binomial(n, p11)
    const first = rng.binomial(n - both, p10 / (1 - p11))
    const second = rng.binomial(n - both - first, p10 / (1 - p11 - p10))
    return [both, first, second, n - both - first - second]
  }
  return [draw(), draw()] as const
}

const judged = (before: Counts, now: Counts, spread: number) => {
  const columns = ([both, first, second, neither]: Counts) => [
    labels('a', rows({ yes: both + first, no: second + neither }), 'boolean'),
    labels('b', rows({ yes: both + second, no: first + neither }), 'boolean'),
  ]
  const [then, today] = [columns(before), columns(now)]
  return judge(then, today, {
    reference: { ...table('train', then), pairs: pairsOf(before) },
    current: { ...table('current', today), fingerprint: 'other', pairs: { ...pairsOf(now), spread: [[0, 1, spread]] } },
  }).checks.flatMap(({ id, status }) => (id.startsWith('drift.correlation:') ? [status] : []))
}

describe('flags that are rare and go together', () => {
  it('are not compared by one row', () => {
    expect(judged([1, 0, 0, 388], [0, 2, 3, 385], 0.01)).toEqual([])
  })

  it.each([
    [20, 0.2],
    [20, 0.9],
    [40, 0.2],
    [40, 0.9],
  ])(
    '%i rows, %f of them in common: where nothing changed p ≤ 0.003 in no more than 0.5 %% of 4,000 pairs, and was in 0.7 to 3.4 %%',
    (k, c) => {
      const rng = random(17)
      const [runs, level] = [4000, 0.003]
      let [pooled, alone] = [0, 0]
      for (let run = 0; run < runs; run++) {
        const [before, now] = halves(k, c, rng)
        const [r1, r2] = [correlation(sumsOf(before)), correlation(sumsOf(now))]
        // a change that is too small to count needs no p
        if (r1 === null || r2 === null || Math.abs(r1 - r2) < 0.1) continue
        const options = { ranks: true, spread: pooledSpread(tableOf(now), tableOf(now)) }
        // of today's rows alone, and the atanh of r alone, as it was
        if (correlationChange(r1, 400, r2, 400, { ...options, pooled: 1e-9 }).p <= level) alone += 1
        if (correlationChange(r1, 400, r2, 400, { ...options, pooled: pooledSpread(tableOf(before), tableOf(now)) }).p <= level) pooled += 1
      }
      expect(pooled / runs).toBeLessThanOrEqual(0.005)
      expect(alone / runs).toBeGreaterThan(0.0065)
    },
  )

  it('are found when they part', () => {
    expect(judged([30, 4, 5, 361], [3, 32, 28, 337], 0.9)).toEqual(['fail'])
  })

  it('of fewer rows than that are not', () => {
    const few = leastRare.flags - 1
    expect(judged([few, 0, 0, 400 - few], [0, few, few, 400 - 2 * few], 0.1)).toEqual([])
  })
})
