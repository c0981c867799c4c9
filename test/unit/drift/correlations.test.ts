/** How far a rank correlation varies by itself, and what a test makes of it that takes every pair for normal. */
import { describe, expect, it } from 'vitest'
import { correlationChange } from '../../../src/core/drift/correlation.ts'
import { pairChecks } from '../../../src/core/drift/pair-checks.ts'
import { movedPairs, squaredInfluence } from '../../../src/core/profile/pair-spread.ts'
import { correlation, mergePairs, type Pairs, pairSums } from '../../../src/core/profile/pairs.ts'
import { random } from '../../../src/core/stats/random.ts'
import { gaussian, judge, numbers, table } from './support.ts'

type Rows = readonly (readonly [number, number])[]

const pairsOf = (rows: Rows, names: readonly string[] = ['a', 'b']): Pairs => {
  const sum = (f: (a: number, b: number) => number) => rows.reduce((total, [a, b]) => total + f(a, b), 0)
  const n = rows.length
  return {
    columns: [...names],
    rows: n,
    n: [n, n],
    s: [sum((a) => a), sum((_, b) => b)],
    q: [sum((a) => a * a), sum((_, b) => b * b)],
    products: [sum((a, b) => a * b)],
    partial: [],
  }
}

/** Everything moved from a reference in which nothing went together. */
const apart = pairsOf([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
])
function spreadOf(rows: Rows): { readonly r: number; readonly spread: number } {
  const [moved] = movedPairs(apart, pairsOf(rows), -1)
  if (moved === undefined) throw new Error('one pair')
  const square = squaredInfluence(moved)
  return { r: moved.r, spread: rows.reduce((total, [a, b]) => total + square(a, b), 0) / rows.length }
}

it('a column that does not vary goes together with nothing', () => {
  expect(correlation({ n: 10, sa: 10, sb: 5, saa: 10, sbb: 5, sab: 5 })).toBeNull()
})

describe('n Var(r)', () => {
  const repeat = (n: number, row: readonly [number, number]): Rows => Array.from({ length: n }, () => row)

  it.each([
    [40, 10, 5, 45],
    [1, 3, 2, 994],
    [30, 60, 200, 710],
    [5, 45, 5, 45],
  ])('of two flags it is what Bishop, Fienberg & Holland 1975 (§11.3.1) give for φ: %i, %i, %i, %i', (n11, n10, n01, n00) => {
    const n = n11 + n10 + n01 + n00
    const { r, spread } = spreadOf([...repeat(n11, [1, 1]), ...repeat(n10, [1, 0]), ...repeat(n01, [0, 1]), ...repeat(n00, [0, 0])])
    const [p1, q1] = [(n11 + n10) / n, (n11 + n01) / n]
    const [p2, q2] = [1 - p1, 1 - q1]
    const paper =
      1 -
      r ** 2 +
      (r * (1 + r ** 2 / 2) * (p1 - p2) * (q1 - q2)) / Math.sqrt(p1 * p2 * q1 * q2) -
      (3 / 4) * r ** 2 * ((p1 - p2) ** 2 / (p1 * p2) + (q1 - q2) ** 2 / (q1 * q2))
    expect(spread).toBeCloseTo(paper, 10)
  })

  it('of normal values it is (1 − r²)²', () => {
    const rng = random(4)
    const rows = Array.from({ length: 100_000 }, () => {
      const a = rng.normal()
      return [a, 0.6 * a + 0.8 * rng.normal()] as const
    })
    expect(spreadOf(rows).spread).toBeCloseTo(0.64 ** 2, 1)
  })

  it('of parts together is that of both, and unknown where one does not know it', () => {
    const with1 = (spread: number): Pairs => ({ ...pairsOf([...repeat(30, [1, 0]), ...repeat(30, [0, 1])]), spread: [[0, 1, spread]] })
    expect(pairSums(mergePairs(with1(2), with1(4)))[0]?.spread).toBe(3)
    expect(mergePairs(with1(2), apart)).not.toHaveProperty('spread')
  })
})

/** Rare flags that go together, and numbers that are mostly zero: r is about 0.45, and varies a lot. */
const kinds: Readonly<Record<string, (rng: ReturnType<typeof random>) => readonly [number, number]>> = {
  'flags that are rare and go together': (rng) => {
    const a = rng.next() < 0.03
    return [a ? 1 : 0, rng.next() < (a ? 0.5 : 0.02) ? 1 : 0]
  },
  'numbers that are mostly zero': (rng) => {
    if (rng.next() < 0.95) return [0, rng.next() < 0.97 ? 0 : 1 + rng.below(20)]
    const a = 1 + rng.below(20)
    return [a, rng.next() < 0.5 ? 0 : a]
  },
}

describe.each(Object.entries(kinds))('nothing changed in %s', (_, draw) => {
  const [runs, n] = [400, 1500]
  const rng = random(11)
  const rows = () => Array.from({ length: n }, () => draw(rng))
  let [known, normal] = [0, 0]
  for (let run = 0; run < runs; run++) {
    const [before, now] = [correlation(pairSums(pairsOf(rows()))[0] ?? fail()), rows()]
    const { r, spread } = spreadOf(now)
    if (before === null) throw new Error('a flag that nobody has')
    if (correlationChange(before, n, r, n, { ranks: true, spread }).p <= 0.05) known += 1
    if (correlationChange(before, n, r, n, { ranks: true }).p <= 0.05) normal += 1
  }

  it('5 % of 400 tables, or about, have p ≤ 0.05', () => {
    expect(known / runs).toBeGreaterThan(0.02)
    expect(known / runs).toBeLessThan(0.09)
  })
  it('and of those that are taken for normal more than a third', () => {
    expect(normal / runs).toBeGreaterThan(0.33)
  })
})

const fail = (): never => {
  throw new Error('one pair')
}

describe('the check', () => {
  const columns = ['a', 'b'].map((name, i) => numbers(name, gaussian(i, 1000)))
  const rows = (r: number, spread?: number) => {
    const rng = random(21)
    const pairs = pairsOf(
      Array.from({ length: 1000 }, () => {
        const a = rng.normal()
        return [Math.round(20 * a), Math.round(20 * (r * a + Math.sqrt(1 - r * r) * rng.normal()))] as const
      }),
    )
    return spread === undefined ? pairs : { ...pairs, spread: [[0, 1, spread] satisfies [number, number, number]] }
  }
  const found = (spread?: number) =>
    judge(columns, columns, {
      reference: { ...table('train', columns), pairs: rows(0.2) },
      current: { ...table('current', columns), fingerprint: 'other', pairs: rows(0.4, spread) },
    }).checks
  const states = (spread?: number) => found(spread).map(({ id, status }) => `${status} ${id}`)

  it('takes what the profile of today says of the pair', () => {
    expect(states()).toContain('warn drift.correlation:a~b')
    expect(states(0.8)).toContain('warn drift.correlation:a~b')
    expect(states(12)).not.toContain('warn drift.correlation:a~b')
  })

  it('says where the profile of today does not say it', () => {
    const message = (spread?: number) => found(spread).find(({ id }) => id === 'drift.correlation:a~b')?.message
    expect(message()).toMatch(/go together differently: .*; the profile of current data does not say how much its own rows make this vary/)
    expect(message(0.7)).not.toContain('its own rows')
  })
})

describe('pairs that moved too little to count', () => {
  it('make no other pair more certain', () => {
    const names = Array.from({ length: 12 }, (_, i) => `c${i}`)
    const columns = names.map((name, i) => numbers(name, gaussian(i, 20_000)))
    const pairs = (r: (at: number) => number): Pairs => {
      const n = 20_000
      const all = names.flatMap((_, i) => names.slice(i + 1).map((__, j) => [i, i + 1 + j]))
      return {
        columns: names,
        rows: n,
        n: names.map(() => n),
        s: names.map(() => 0),
        q: names.map(() => n),
        products: all.map((_, at) => r(at) * n),
        partial: [],
      }
    }
    // one of 66 by 0.10 in 1,200 independent rows: p = 0.0024; the others by 0.09, which is as certain
    const excess = 20_000 / 1200
    const reference = { ...table('train', columns), pairs: pairs(() => 0) }
    const of = (others: number) => ({ ...table('current', columns), pairs: pairs((at) => (at === 0 ? 0.125 : others)) })
    const tested = columns.map((column) => ({
      subject: { name: column.name, family: 'features' },
      excess,
      reference: column,
      current: column,
    }))
    const q = (others: number) =>
      pairChecks(
        // @ts-expect-error only what pairs are judged by
        { reference, current: of(others), targets: [], policy: { onInconclusive: 'pass', onMissing: 'warn' }, capAtWarn: false },
        tested,
      )?.rows.find(({ a, b }) => a === 'c0' && b === 'c1')?.q
    expect(q(0.09)).toBe(q(0))
    expect(q(0)).toBeGreaterThan(0.05)
  })
})
