/** `certainty: strict` asks for proof: what few rows, or rows that are all alike, cannot show must not pass more often than in one world of twenty. */
import { describe, expect, it } from 'vitest'
import { judgeFairness } from '../../../src/core/evaluate/fairness.ts'
import { slicesOf } from '../../../src/core/evaluate/slice-rows.ts'
import type { Scores } from '../../../src/core/metrics/scores.ts'
import type { FairnessLimits } from '../../../src/core/schema/config.ts'
import { binomialPmf } from '../../../src/core/stats/beta.ts'
import { ratioBounds } from '../../../src/core/stats/mover.ts'
import { proportionInterval } from '../../../src/core/stats/proportion.ts'
import { random } from '../../../src/core/stats/random.ts'

type Kind = 'maxRise' | 'maxDifference' | 'minRatio'

/** One limit, strict, over the groups of the rows. */
function strict(measure: string, kind: Kind, limit: number, codes: ArrayLike<number>, candidate: Scores, baseline: Scores | null) {
  const groups = Math.max(...Array.from(codes)) + 1
  const labels = Array.from({ length: groups }, (_, code) => `level ${code}`)
  const { slices } = slicesOf([{ name: 'sex', codes: Uint16Array.from(codes), labels, order: [...labels.keys()], hidden: true }], 1, true)
  const asked: FairnessLimits = { name: measure, measure, named: null, certainty: 'strict', [kind]: { fail: limit } }
  const { checks } = judgeFairness({
    columns: [{ column: 'sex', groups: slices, without: 0 }],
    candidate,
    baseline,
    missing: baseline ? null : { kind: 'no-baseline', because: 'there is none' },
    spec: { by: [], metrics: [asked], minRows: 1 },
    policy: { onInconclusive: 'pass', onMissing: 'warn' },
  })
  const [check] = checks
  if (!check) throw new Error('there is no check')
  return check
}

/** Labels only. */
const said = (yes: ArrayLike<number>): Scores => {
  const predicted = Uint8Array.from(yes)
  return { task: 'binary', y: predicted.map((_, i) => i % 2), score: null, predicted }
}
const codesOf = (sizes: readonly number[]): number[] => sizes.flatMap((n, g) => Array<number>(n).fill(g))

/** The upper bound of a rise where half of each group is said yes to, and the candidate says no to so many of each. */
function riseBound(sizes: readonly number[], lost: readonly number[]): number {
  const yes = sizes.flatMap((n) => Array.from({ length: n }, (_, i) => Number(i < n / 2)))
  const after = sizes.flatMap((n, g) => Array.from({ length: n }, (_, i) => Number(i < n / 2 && i >= (lost[g] ?? 0))))
  return strict('selection_rate', 'maxRise', 0.5, codesOf(sizes), said(after), said(yes)).interval?.[1] ?? Number.POSITIVE_INFINITY
}

describe('the rise of a gap', { timeout: 180_000 }, () => {
  it.each([10, 20, 50, 100, 200])('of models that answer alike in two groups of %i rows is bounded by what so many rows can show', (n) => {
    // each of the two changes may be as large as leaves none that differs in 5 % of worlds
    expect(riseBound([n, n], [0, 0])).toBeCloseTo(Math.SQRT2 * (1 - 0.05 ** (1 / n)), 6)
  })

  it.each([
    [10, 10],
    [20, 20],
    [50, 50],
    [200, 200],
    [1000, 10],
    [1000, 50],
  ])(
    'in groups of %i and %i rows passes in no more than one world of twenty, at the limit, whatever share of rows differs',
    (large, small) => {
      // enumerated: the candidate says no to a share q of the small group only, so the gap rises by q
      const most = Math.min(small / 2, 12)
      const bounds = Array.from({ length: most + 1 }, (_, lost) => riseBound([large, small], [0, lost]))
      let worst = 0
      for (const q of [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, ...bounds.map((bound) => bound + 1e-9)]) {
        if (q >= 0.5) continue
        worst = Math.max(
          worst,
          bounds.reduce((sum, bound, lost) => sum + (bound < q ? binomialPmf(lost, small, q) : 0), 0),
        )
      }
      expect(worst).toBeLessThanOrEqual(0.0501)
    },
  )

  it.each([
    [0.02, [40, 40, 120]],
    [0.06, [20, 100]],
  ] as const)(
    'of a share of %d of the rows of one group, groups of %j, is shown to be less in no more than one world of twenty',
    (q, sizes) => {
      const rng = random(Math.round(1000 * q))
      const codes = codesOf(sizes)
      let passes = 0
      const worlds = 60
      for (let world = 0; world < worlds; world++) {
        const before = codes.map(() => Number(rng.next() < 0.6))
        // a row of the first group that was said yes to is said no to
        const after = before.map((yes, i) => (codes[i] === 0 && yes === 1 && rng.next() < q / 0.6 ? 0 : yes))
        passes += Number(strict('selection_rate', 'maxRise', q - 1e-9, codes, said(after), said(before)).status === 'pass')
      }
      expect(passes / worlds).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / worlds))
    },
  )

  it('asks nothing of a small group that lies well within the gap of two others', () => {
    const sizes = [600, 600, 30]
    const codes = codesOf(sizes)
    // nine, one and five of ten
    const yes = codes.map((g, i) => Number(i % 10 < ([9, 1, 5][g] ?? 0)))
    const bound = strict('selection_rate', 'maxRise', 0.5, codes, said(yes), said(yes)).interval?.[1] ?? 1
    expect(bound).toBeCloseTo(Math.SQRT2 * (1 - 0.05 ** (1 / 600)), 6)
  })

  it('passes where there are rows enough', () => {
    expect(riseBound([1500, 1500], [1, 0])).toBeLessThan(0.005)
  })

  it('of areas under the curve counts what the few rows that differ do', () => {
    const n = 200
    const rng = random(3)
    const y = Uint8Array.from({ length: n }, () => rng.below(2))
    const score = Float64Array.from(y, (label) => 1 / (1 + Math.exp(-(1.5 * label + rng.normal()))))
    // two positives fall behind a few negatives: their spread is small, and that of rows that nobody saw is not
    const positives = [...y.keys()].filter((i) => y[i] === 1).slice(0, 2)
    const other = score.map((p, i) => (positives.includes(i) ? 0.95 * p : p))
    const model = (p: Float64Array): Scores => ({ task: 'binary', y, score: p, predicted: Uint8Array.from(p, (one) => Number(one > 0.5)) })
    const codes = [...y.keys()].map((i) => i % 2)
    for (const candidate of [score, other]) {
      const { interval, delta } = strict('roc_auc', 'maxRise', 0.5, codes, model(candidate), model(score))
      expect((interval?.[1] ?? 0) - (delta ?? 0)).toBeGreaterThan(0.03)
    }
  })
})

const shareOf = (k: number, n: number) => ({ value: k / n, bounds: (level: number) => proportionInterval(k, n, level).bounds })

describe('a gap between groups of which one shows nothing', () => {
  const upper = (measure: string, sizes: readonly number[], hits: readonly number[]) => {
    const yes = sizes.flatMap((n, g) => Array.from({ length: n }, (_, i) => Number(i < (hits[g] ?? 0))))
    return strict(measure, 'maxDifference', 0.5, codesOf(sizes), said(yes), null).interval?.[1] ?? Number.POSITIVE_INFINITY
  }

  it('is as far as the exact bound of the smaller, though the other is the one with more', () => {
    // none of 50, one of 400: the larger may be the one with none
    expect(upper('selection_rate', [50, 400], [0, 1])).toBeGreaterThan(1 - 0.05 ** (1 / 50) - 0.003)
    // 0.4 of fifty rows against 0.398 of 4,000: the fifty may have 0.29 in truth, which is 0.72 of the others
    const yes = codesOf([50, 4000]).map((g, i) => Number(g === 0 ? i < 20 : i < 50 + 1592))
    const { interval } = strict('selection_rate', 'minRatio', 0.5, codesOf([50, 4000]), said(yes), null)
    expect(interval?.[0]).toBeCloseTo(ratioBounds(shareOf(20, 50), shareOf(1592, 4000), 0.95)[0], 9)
    expect(interval?.[0]).toBeLessThan(ratioBounds(shareOf(1592, 4000), shareOf(20, 50), 0.95)[0])
  })

  it.each([
    [10, 10, 0],
    [20, 20, 0],
    [50, 50, 0],
    [50, 400, 0.001],
    [50, 400, 0.02],
    [20, 200, 0.01],
  ])('of %i and %i rows passes in hardly more than one world of twenty, at the limit, with a share of %d in the second', (n, m, p) => {
    const top = Math.min(n, 12)
    const others = [...Array(m + 1).keys()].filter((k) => binomialPmf(k, m, p) > 1e-4)
    const bounds = others.map((other) => Array.from({ length: top + 1 }, (_, k) => upper('selection_rate', [n, m], [k, other])))
    for (const gap of [0.01, 0.02, 0.03, 0.05, 0.08, 0.12]) {
      let passes = 0
      for (const [j, own] of bounds.entries())
        for (const [k, bound] of own.entries()) if (bound < gap) passes += binomialPmf(k, n, p + gap) * binomialPmf(others[j] ?? 0, m, p)
      // shares jump: no interval of two of them is nearer than a point to what it says everywhere
      expect(passes, `${gap}`).toBeLessThanOrEqual(0.06)
    }
  })

  it('of probabilities that were never wrong in a group is not certain', () => {
    const promised = (n: number) => {
      // 1 % is promised to everybody, nobody has it
      const codes = codesOf([n, n])
      const y = new Uint8Array(2 * n)
      const score = new Float64Array(2 * n).fill(0.01)
      return strict('calibration', 'maxDifference', 0.02, codes, { task: 'binary', y, score, predicted: y }, null)
    }
    expect(promised(50).status).toBe('fail')
    expect(promised(50).interval?.[1]).toBeCloseTo(Math.SQRT2 * (1 - 0.05 ** (1 / 50)), 6)
    expect(promised(400).status).toBe('pass')
  })

  it('of errors that are all the same says that nothing is known of their spread', () => {
    const codes = codesOf([60, 60])
    const y = Float64Array.from(codes, (_, i) => i)
    const check = strict('mean_error', 'maxDifference', 1, codes, { task: 'regression', y, predicted: y }, null)
    expect(check.status).toBe('fail')
    expect(check.message).toContain('its rows are too few, or all the same, for an interval')
  })
})
