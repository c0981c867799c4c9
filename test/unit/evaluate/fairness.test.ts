import { describe, expect, it } from 'vitest'
import { judgeFairness } from '../../../src/core/evaluate/fairness.ts'
import { slicesOf } from '../../../src/core/evaluate/slice-rows.ts'
import type { BinaryScores, Scores } from '../../../src/core/metrics/scores.ts'
import type { FairnessLimits } from '../../../src/core/schema/config.ts'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { random } from '../../../src/core/stats/random.ts'
import { newcombe } from '../../reference/newcombe.ts'

const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const
const unpaired = { kind: 'no-baseline', because: 'there is none' } as const

const column = (codes: readonly number[], name = 'sex') => {
  const levels = Math.max(...codes) + 1
  const labels = Array.from({ length: levels }, (_, code) => `level ${code}`)
  const { slices } = slicesOf([{ name, codes: Uint16Array.from(codes), labels, order: [...labels.keys()], hidden: true }], 1, true)
  return { column: name, groups: slices, without: 0 }
}

const limit = (measure: string, given: Partial<FairnessLimits>): FairnessLimits => ({
  name: measure,
  measure,
  named: null,
  certainty: 'guard',
  ...given,
})

const judged = (
  columns: readonly ReturnType<typeof column>[],
  candidate: Scores,
  metrics: readonly FairnessLimits[],
  baseline: Scores | null = null,
  minRows = 50,
) => judgeFairness({ columns, candidate, baseline, missing: baseline ? null : unpaired, spec: { by: [], metrics, minRows }, policy })

/** Group g has n rows, of which so many are positive, so many of those found, and so many of the others called positive. */
function world(groups: readonly { n: number; positives: number; hits: number; alarms: number }[]): {
  scores: BinaryScores
  codes: number[]
} {
  const y: number[] = []
  const predicted: number[] = []
  const codes: number[] = []
  for (const [g, { n, positives, hits, alarms }] of groups.entries()) {
    for (let i = 0; i < n; i++) {
      codes.push(g)
      y.push(i < positives ? 1 : 0)
      predicted.push(i < hits || (i >= positives && i < positives + alarms) ? 1 : 0)
    }
  }
  return { scores: { task: 'binary', y: Uint8Array.from(y), score: null, predicted: Uint8Array.from(predicted) }, codes }
}

const unequal = world([
  { n: 1000, positives: 400, hits: 320, alarms: 60 },
  { n: 800, positives: 300, hits: 180, alarms: 50 },
])

describe('a gap between two groups', () => {
  it('beyond the limit and certain fails, with both groups and the interval of Newcombe', () => {
    const { checks } = judged([column(unequal.codes)], unequal.scores, [limit('tpr', { maxDifference: { fail: 0.05 } })])
    const [check] = checks
    expect(check).toMatchObject({
      id: 'evaluate.fairness_difference:tpr:sex',
      status: 'fail',
      effect: 'fail',
      limit: 0.05,
      tail: 'two-sided',
    })
    expect(check?.observed).toBeCloseTo(0.2, 12)
    const [low, high] = newcombe(320, 400, 180, 300, 0.975)
    expect(check?.interval?.[0]).toBeCloseTo(low, 12)
    expect(check?.interval?.[1]).toBeCloseTo(high, 12)
    expect(check?.message).toMatch(
      /^tpr differs by 20\.0 pp over sex \(limit 5\.0 pp\): 0\.800 in sex#1 \(400 positive rows\), 0\.600 in sex#2 \(300 positive rows\)\. p = .* \(Holm, 1 comparison\)\.$/,
    )
  })

  it('within the limit passes, however certain; beyond it by chance is undecided, with the rows needed', () => {
    const of = (by: number) => judged([column(unequal.codes)], unequal.scores, [limit('tpr', { maxDifference: { fail: by } })]).checks[0]
    expect(of(0.25)?.status).toBe('pass')
    const few = world([
      { n: 130, positives: 60, hits: 45, alarms: 10 },
      { n: 130, positives: 60, hits: 40, alarms: 10 },
    ])
    const [check] = judged([column(few.codes)], few.scores, [limit('tpr', { maxDifference: { fail: 0.05 } })]).checks
    expect(check).toMatchObject({ status: 'inconclusive', effect: 'pass' })
    expect(check?.message).toMatch(
      /120 positive rows of the two cannot show it among 1 comparison \(about [0-9,]+ would\)\. Counted as pass/,
    )
  })

  it('EVT-06 columns, measures and limits that a pull request brings do not make those of its base less certain', () => {
    // p of the one gap is near 0.03: among many comparisons more it would not be told from chance
    const some = world([
      { n: 300, positives: 150, hits: 120, alarms: 20 },
      { n: 300, positives: 150, hits: 105, alarms: 20 },
    ])
    const base = limit('tpr', { maxDifference: { fail: 0.05 } })
    const more = some.codes.map((_, i) => i % 10)
    const status = (fresh: boolean) => {
      const column2 = { ...column(more, 'region'), fresh }
      const kinds = ['maxDifference'] as const
      const fpr = limit('fpr', { maxDifference: { fail: 0.5 }, ...(fresh ? { fresh: kinds } : {}) })
      return judged([column(some.codes), column2], some.scores, [base, fpr], null, 10).checks.find(
        ({ id }) => id === 'evaluate.fairness_difference:tpr:sex',
      )
    }
    const alone = judged([column(some.codes)], some.scores, [base], null, 10).checks[0]
    expect(alone?.status).toBe('fail')
    expect(status(true)).toEqual(alone)
    expect(status(false)?.status).toBe('inconclusive')
  })

  it('each certainty has its own answer', () => {
    const of = (certainty: FairnessLimits['certainty'], by: number) =>
      judged([column(unequal.codes)], unequal.scores, [limit('tpr', { certainty, maxDifference: { fail: by } })]).checks[0]?.status
    // observed 20.0 points, certainly between 13 and 27
    expect([of('guard', 0.18), of('literal', 0.18), of('lenient', 0.18), of('strict', 0.18)]).toEqual(['fail', 'fail', 'warn', 'fail'])
    expect([of('guard', 0.1), of('literal', 0.1), of('lenient', 0.1), of('strict', 0.1)]).toEqual(['fail', 'fail', 'fail', 'fail'])
    expect([of('guard', 0.22), of('literal', 0.22), of('lenient', 0.22), of('strict', 0.22)]).toEqual(['pass', 'pass', 'pass', 'fail'])
    expect([of('literal', 0.2), of('strict', 0.3)]).toEqual(['pass', 'pass'])
  })

  it('the four-fifths rule is a ratio of selection rates', () => {
    const [check] = judged([column(unequal.codes)], unequal.scores, [limit('selection_rate', { minRatio: { fail: 0.8 } })]).checks
    // 380 of 1000 against 230 of 800
    expect(check).toMatchObject({ id: 'evaluate.fairness_ratio:selection_rate:sex', status: 'fail', limit: 0.8 })
    expect(check?.observed).toBeCloseTo(230 / 800 / (380 / 1000), 12)
    expect(check?.message).toContain('the ratio of selection_rate over sex is 0.757 (at least 0.8)')
  })

  it('equalized odds is the worse of two rates', () => {
    const [check] = judged([column(unequal.codes)], unequal.scores, [limit('equalized_odds', { maxDifference: { fail: 0.1 } })]).checks
    expect(check).toMatchObject({ status: 'fail' })
    expect(check?.observed).toBeCloseTo(0.2, 12)
    expect(check?.message).toContain('tpr 0.800 in sex#1')
    expect(check?.message).toContain('(Holm, 2 comparisons)')
  })

  it('a group with too few rows of the kind is not compared, and no pass', () => {
    const three = world([
      { n: 1000, positives: 400, hits: 320, alarms: 60 },
      { n: 1000, positives: 400, hits: 316, alarms: 60 },
      { n: 520, positives: 12, hits: 2, alarms: 30 },
    ])
    const [check] = judged([column(three.codes)], three.scores, [limit('tpr', { maxDifference: { fail: 0.05 } })]).checks
    expect(check).toMatchObject({ status: 'inconclusive', effect: 'pass' })
    expect(check?.message).toContain('sex#3 has 12 positive rows, and 50 are needed, about 2,167 rows of it would have them')
    const [strict] = judged([column(three.codes)], three.scores, [
      limit('tpr', { certainty: 'strict', maxDifference: { fail: 0.5 } }),
    ]).checks
    expect(strict?.status).toBe('fail')
    // the other groups decide it all the same
    const [fails] = judged([column(three.codes)], three.scores, [limit('fpr', { maxDifference: { fail: 0.01 } })]).checks
    expect(fails?.status).toBe('fail')
  })

  it('a measure that no group has is an error', () => {
    const [check] = judged([column(unequal.codes)], unequal.scores, [limit('roc_auc', { maxDifference: { fail: 0.05 } })]).checks
    expect(check).toMatchObject({ status: 'error', effect: 'error' })
    expect(check?.message).toContain('the model gives no probabilities')
  })

  it('is told in the details with every usual measure, whether limited or not', () => {
    const { details } = judged([column(unequal.codes)], unequal.scores, [limit('tpr', { maxDifference: { fail: 0.05 } })])
    const fairness = evaluateDetails.unwrap().shape.fairness.parse(details.fairness)
    expect(fairness?.list.map(({ name, gated }) => `${name} ${gated}`)).toEqual([
      'tpr true',
      ...['selection_rate', 'fpr', 'fnr', 'equalized_odds', 'precision', 'accuracy', 'roc_auc', 'calibration'].map(
        (name) => `${name} false`,
      ),
    ])
    expect(fairness?.columns[0]?.groups).toEqual([
      { group: 'sex#1', label: null, rows: 1000 },
      { group: 'sex#2', label: null, rows: 800 },
    ])
  })
})

describe('the rise of a gap over the baseline', () => {
  const equal = world([
    { n: 1000, positives: 400, hits: 320, alarms: 60 },
    { n: 800, positives: 300, hits: 240, alarms: 50 },
  ])

  it('fails where the gap has certainly grown by the limit', () => {
    const spec = [limit('tpr', { maxRise: { fail: 0.05 } })]
    const [check] = judged([column(unequal.codes)], unequal.scores, spec, equal.scores).checks
    expect(check).toMatchObject({ id: 'evaluate.fairness_rise:tpr:sex', status: 'fail', tail: 'upper' })
    expect(check?.observed).toBeCloseTo(0.2, 12)
    expect(check?.baseline).toBeCloseTo(0, 12)
    expect(check?.message).toContain('the gap of tpr over sex rose by 20.0 pp (limit 5.0 pp)')
    const [back] = judged([column(unequal.codes)], equal.scores, spec, unequal.scores).checks
    expect(back).toMatchObject({ status: 'pass' })
    expect(back?.message).toContain('fell by 20.0 pp')
  })

  it('is the paired difference of the gaps, with the standard error that both share', () => {
    // nothing but ten rows of the second group differs, which was behind before
    const other = { ...unequal.scores, predicted: unequal.scores.predicted.map((one, i) => (i >= 1000 && i < 1010 ? 0 : one)) }
    const [check] = judged([column(unequal.codes)], other, [limit('tpr', { maxRise: { fail: 0.02 } })], unequal.scores).checks
    expect(check?.observed).toBeCloseTo(0.2 + 10 / 300, 12)
    expect(check?.delta).toBeCloseTo(10 / 300, 12)
    // √10/300 is 1.05 points; of two models on other rows it would be 5
    expect((10 / 300 - (check?.interval?.[0] ?? 0)) / 1.645).toBeCloseTo(Math.sqrt(10) / 300, 2)
    expect(check?.status).toBe('fail')
  })

  it('is undecided where it is not known which of the two was behind before', () => {
    const other = { ...equal.scores, predicted: equal.scores.predicted.map((one, i) => (i >= 1000 && i < 1010 ? 0 : one)) }
    const [check] = judged([column(equal.codes)], other, [limit('tpr', { maxRise: { fail: 0.02 } })], equal.scores).checks
    expect(check?.status).toBe('inconclusive')
    expect(check?.message).toMatch(/rows cannot show it among 1 comparison \(about [0-9,]+ would\)/)
  })

  it('without a baseline counts as baseline.on_missing says', () => {
    const [check] = judged([column(equal.codes)], equal.scores, [limit('tpr', { maxRise: { fail: 0.02 } })]).checks
    expect(check).toMatchObject({ status: 'no-baseline', effect: 'warn' })
  })

  it('of an area under the curve follows the influence of rows', () => {
    const rng = random(11)
    const n = 3000
    const y = Uint8Array.from({ length: n }, () => rng.below(2))
    const score = (blur: (i: number) => number) =>
      Float64Array.from({ length: n }, (_, i) => 1 / (1 + Math.exp(-(1.5 * ((y[i] ?? 0) - 0.5) + blur(i) * rng.normal()))))
    const codes = Array.from({ length: n }, (_, i) => i % 2)
    const scores = (blur: (i: number) => number): BinaryScores => {
      const p = score(blur)
      return { task: 'binary', y, score: p, predicted: Uint8Array.from(p, (one) => (one >= 0.5 ? 1 : 0)) }
    }
    const [check] = judged(
      [column(codes)],
      scores((i) => (i % 2 ? 4 : 1)),
      [limit('roc_auc', { maxRise: { fail: 0.02 } })],
      scores(() => 1),
    ).checks
    expect(check?.status).toBe('fail')
  })
})

describe('groups that are treated alike', () => {
  it('raise a false alarm in at most 5 % of the runs, over measures, columns and pairs', () => {
    const runs = 200
    let alarms = 0
    for (let seed = 1; seed <= runs; seed++) {
      const rng = random(seed)
      const n = 1200
      const y = Uint8Array.from({ length: n }, () => (rng.next() < 0.4 ? 1 : 0))
      const predicted = Uint8Array.from(y, (truth) => (rng.next() < (truth ? 0.75 : 0.2) ? 1 : 0))
      const columns = [
        column(Array.from({ length: n }, () => rng.below(2))),
        column(
          Array.from({ length: n }, () => rng.below(4)),
          'age',
        ),
      ]
      const specs = ['selection_rate', 'equalized_odds', 'precision'].map((name) => limit(name, { maxDifference: { fail: 0.01 } }))
      const { checks } = judged(columns, { task: 'binary', y, score: null, predicted }, specs)
      alarms += Number(checks.some(({ effect }) => effect === 'fail'))
    }
    // binomial: 5 % of 200 is 10, and 17 lies at its 1 % end
    expect(alarms).toBeLessThanOrEqual(17)
  })
})

describe('numbers', () => {
  it('the mean error of two groups is a gap in the unit of the target', () => {
    const n = 400
    const y = Float64Array.from({ length: n }, (_, i) => (i * 37) % 101)
    const predicted = y.map((one, i) => one + (i % 2 ? 3 : 0) + ((i * 13) % 7) - 3)
    const codes = Array.from({ length: n }, (_, i) => i % 2)
    const [check] = judged([column(codes)], { task: 'regression', y, predicted }, [
      limit('mean_error', { maxDifference: { fail: 1 } }),
    ]).checks
    expect(check).toMatchObject({ status: 'fail', unit: '' })
    expect(check?.observed).toBeCloseTo(3, 1)
  })
})
