import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assertPaired, type RegressionScores, type Scores } from '../../../src/core/metrics/scores.ts'
import { metricNames, metrics, metricTasks, primaryMetric, sampleOf, scoredTasks } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'

type Given = Record<string, number | string>

const binary = (y: readonly number[], score: readonly number[] | null, predicted?: readonly number[]): Scores => ({
  task: 'binary',
  y: Uint8Array.from(y),
  score: score ? Float64Array.from(score) : null,
  predicted: Uint8Array.from(predicted ?? (score ?? []).map((p) => (p >= 0.5 ? 1 : 0))),
})
const regression = (y: readonly number[], predicted: readonly number[]): RegressionScores => ({
  task: 'regression',
  y: Float64Array.from(y),
  predicted: Float64Array.from(predicted),
})
const found = (name: string, scores: Scores, params: Given = {}) => {
  const metric = metrics[name]
  if (!metric) throw new Error(`no metric ${name}`)
  return sampleOf(metric, viewOf(scores), params).value
}
const value = (name: string, scores: Scores, params: Given = {}) => found(name, scores, params).value

describe('the table of metrics', () => {
  it('names a primary metric of each task that the task has', () => {
    for (const task of scoredTasks) {
      const metric = metrics[primaryMetric[task]]
      expect(metric && metricTasks(metric)).toContain(task)
    }
  })

  it('gives every entry a task, a summary and a value inside its range', () => {
    const samples: Scores[] = [
      binary([1, 0, 1, 0, 1, 1], [0.9, 0.2, 0.4, 0.6, 0.7, 0.8]),
      {
        task: 'multiclass',
        classes: ['a', 'b', 'c'],
        y: Int32Array.of(0, 1, 2, 1),
        proba: Float64Array.of(0.7, 0.2, 0.1, 0.3, 0.4, 0.3, 0.1, 0.5, 0.4, 0.2, 0.6, 0.2),
        predicted: Int32Array.of(0, 1, 1, 1),
      },
      {
        ...regression([1, 2, 3, 5], [1.5, 2, 2.5, 4]),
        quantiles: { levels: [0.1, 0.5, 0.9], values: Float64Array.of(0, 1.5, 2, 1, 2, 3, 2, 2.5, 4, 3, 4, 4.5) },
      },
    ]
    for (const [name, metric] of Object.entries(metrics)) {
      expect(metric.summary.length, name).toBeGreaterThan(5)
      expect(metricTasks(metric).length, name).toBeGreaterThan(0)
      for (const scores of samples) {
        if (!metricTasks(metric).includes(scores.task)) continue
        const { value: number } = found(name, scores)
        expect(number, name).not.toBeNull()
        const [low, high] = metric.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
        expect(number ?? Number.NaN, name).toBeGreaterThanOrEqual(low)
        expect(number ?? Number.NaN, name).toBeLessThanOrEqual(high)
      }
    }
  })

  it('refuses parameters that it does not know or that cannot be', () => {
    const scores = binary([1, 0], [0.9, 0.1])
    expect(() => found('recall_at_fpr', scores, { fpr: 5 })).toThrow('fpr is a share above 0 and up to 1')
    expect(() => found('f1', scores, { average: 'mean' })).toThrow('average is one of macro, weighted, micro')
    expect(() => found('ece', scores, { bins: 1.5 })).toThrow('whole number')
    expect(() => found('accuracy', scores, { k: 1 })).toThrow('it has no parameter k')
  })

  it('lists names per task', () => {
    expect(metricNames('regression')).toContain('rmse')
    expect(metricNames('regression')).not.toContain('roc_auc')
    expect(found('roc_auc', regression([1, 2], [1, 2]))).toEqual({ value: null, undefined: 'it is not defined for a regression task' })
  })
})

describe('what is undefined says why', () => {
  const onlyPositives = binary([1, 1, 1], [0.2, 0.7, 0.9])
  const nothingSaid = binary([0, 1, 1, 0], [0.1, 0.2, 0.3, 0.4])

  it('one class in the truth', () => {
    for (const name of ['roc_auc', 'pr_auc', 'ks_statistic', 'brier_skill', 'recall_at_fpr'])
      expect(found(name, onlyPositives).value, name).toBeNull()
    expect(found('roc_auc', onlyPositives).undefined).toBe('the truth has one class only')
    expect(found('balanced_accuracy', onlyPositives)).toEqual({ value: 2 / 3, undefined: 'the truth has one class only' })
    expect(found('specificity', onlyPositives)).toEqual({ value: 0, undefined: 'there are no negative rows' })
  })

  it('0/0 is 0 with a flag, as in scikit-learn, and chance agreement of 1 has no kappa', () => {
    expect(found('precision', nothingSaid)).toEqual({ value: 0, undefined: 'nothing was predicted positive' })
    expect(found('mcc', nothingSaid).value).toBe(0)
    expect(found('mcc', nothingSaid).undefined).not.toBeNull()
    expect(found('kappa', binary([1, 1], null, [1, 1])).value).toBeNull()
    expect(found('f1', nothingSaid)).toEqual({ value: 0, undefined: null })
  })

  it('a constant or single truth has no r2, values below −1 no rmsle, counts no negative mean', () => {
    expect(found('r2', regression([5, 5], [5, 5])).undefined).toBe('the truth is constant')
    expect(found('r2', regression([0.1, 0.1, 0.1], [0.1, 0.2, 0.3])).value).toBeNull()
    expect(found('r2', regression([5], [5])).undefined).toBe('one row has no variance')
    expect(found('rmsle', regression([1, -1], [1, 1])).value).toBeNull()
    expect(found('poisson_deviance', regression([1, 2], [0, 1])).value).toBeNull()
    expect(found('wape', regression([0, 0], [1, 1])).value).toBeNull()
  })

  it('mape leaves zeros out: within 1 % silently, above with a flag', () => {
    const y = Array.from({ length: 100 }, (_, i) => (i === 0 ? 0 : 10))
    const predicted = y.map(() => 11)
    const few = found('mape', regression(y, predicted))
    expect(few.value).toBeCloseTo(0.1, 12)
    expect(few.undefined).toBeNull()
    expect(found('mape', regression([0, 10], [1, 11])).undefined).toContain('0 in 1 of 2 rows')
    expect(found('mape', regression([0], [1])).value).toBeNull()
  })

  it('metrics of scores when the model gives labels only, or logits where probabilities are meant', () => {
    const labels = binary([1, 0], null, [1, 0])
    for (const name of ['roc_auc', 'log_loss', 'brier', 'ece', 'recall_at_fpr'])
      expect(found(name, labels).undefined, name).toBe('the model gives no probabilities')
    const logits = binary([1, 0], [2.3, -1])
    for (const name of ['log_loss', 'brier', 'ece']) expect(found(name, logits).undefined, name).toBe('a score is no probability')
    expect(value('roc_auc', logits)).toBe(1)
  })

  it('no rows', () => {
    for (const name of metricNames('binary')) expect(found(name, binary([], [])).value, name).toBeNull()
    for (const name of metricNames('regression')) expect(found(name, regression([], [])).value, name).toBeNull()
  })
})

describe('GATE-01 what is no number never becomes a metric', () => {
  it('NaN and infinity are refused wherever they stand', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => viewOf(binary([1, 0], [bad, 0.5], [1, 0]))).toThrow('not finite')
      expect(() => viewOf(regression([1, bad], [1, 1]))).toThrow('not finite')
      expect(() => viewOf(regression([1, 1], [bad, 1]))).toThrow('not finite')
    }
  })

  it('codes outside the classes and lengths that differ are refused', () => {
    expect(() => viewOf(binary([2, 0], [0.1, 0.2], [1, 0]))).toThrow('no class')
    expect(() => viewOf(binary([1, 0], [0.1], [1, 0]))).toThrow('1 scores for 2')
    expect(() =>
      viewOf({ task: 'multiclass', classes: ['a', 'b'], y: Int32Array.of(0, -1), proba: null, predicted: Int32Array.of(0, 0) }),
    ).toThrow('no class')
  })

  it('a value that overflows is undefined, not infinite', () => {
    const huge = regression([1e200, -1e200], [-1e200, 1e200])
    expect(found('rmse', huge)).toEqual({ value: null, undefined: 'the value is not finite' })
  })

  it('rows of another truth are not paired', () => {
    expect(() => assertPaired(binary([1, 0], [0.5, 0.5]), binary([0, 0], [0.5, 0.5]))).toThrow('labels differ in row 0')
    expect(() => assertPaired(binary([1], [0.5]), binary([1, 0], [0.5, 0.5]))).toThrow('2 rows for 1')
    expect(() => assertPaired(binary([1], [0.5]), regression([1], [1]))).toThrow('tasks differ')
  })
})

describe('metrics defined here', () => {
  const scores = binary([1, 1, 0, 0, 1, 0, 0, 0, 0, 0], [0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])

  it('recall and lift among the top share of rows', () => {
    expect(value('recall_at_k', scores, { k: 0.2 })).toBeCloseTo(2 / 3, 12)
    expect(value('lift_at_k', scores, { k: 0.2 })).toBeCloseTo(10 / 3, 12)
    expect(value('recall_at_k', scores, { k: 1 })).toBe(1)
  })

  it('a tie that is cut counts by its share, so that file order does not matter', () => {
    expect(value('recall_at_k', binary([1, 0, 1, 0], [0.5, 0.5, 0.5, 0.5]), { k: 0.5 })).toBe(0.5)
    expect(value('recall_at_k', binary([0, 0, 1, 1], [0.5, 0.5, 0.5, 0.5]), { k: 0.5 })).toBe(0.5)
  })

  it('value per row from what each outcome is worth', () => {
    expect(value('value', binary([1, 1, 0, 0], null, [1, 0, 1, 0]), { tp: 50, fn: -20, fp: -5, tn: 0 })).toBe(6.25)
  })

  it('calibration error of a model that says what happens is 0', () => {
    expect(value('ece', binary([1, 0, 1, 0], [0.5, 0.5, 0.5, 0.5]))).toBe(0)
    expect(value('mce', binary([1, 1, 0, 0], [0.9, 0.9, 0.1, 0.1]))).toBeCloseTo(0.1, 12)
  })
})

describe('properties', () => {
  const rows = fc
    .array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 20 })), { minLength: 4, maxLength: 60 })
    .map((list) => [[true, 3] as const, [false, 7] as const, ...list])
  const from = (list: readonly (readonly [boolean, number])[], map: (s: number) => number = (s) => s / 20) =>
    binary(
      list.map(([y]) => (y ? 1 : 0)),
      list.map(([, s]) => map(s)),
      list.map(([, s]) => (s >= 10 ? 1 : 0)),
    )

  it('order metrics do not change under a rising transform of the score', () => {
    fc.assert(
      fc.property(rows, (list) => {
        for (const name of ['roc_auc', 'pr_auc', 'ks_statistic', 'recall_at_fpr', 'recall_at_k'])
          expect(
            value(
              name,
              from(list, (s) => Math.exp(s) - 7),
            ),
          ).toBeCloseTo(value(name, from(list)) ?? Number.NaN, 12)
      }),
    )
  })

  it('turning the score round turns the AUC round', () => {
    fc.assert(
      fc.property(rows, (list) => {
        expect(
          (value('roc_auc', from(list)) ?? 0) +
            (value(
              'roc_auc',
              from(list, (s) => -s),
            ) ?? 0),
        ).toBeCloseTo(1, 12)
      }),
    )
  })

  it('no metric depends on the order of the rows', () => {
    fc.assert(
      fc.property(rows, fc.infiniteStream(fc.nat()), (list, keys) => {
        const shuffled = list
          .map((row) => ({ row, key: keys.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ row }) => row)
        for (const name of metricNames('binary')) {
          const before = found(name, from(list))
          const after = found(name, from(shuffled))
          expect(after.undefined, name).toBe(before.undefined)
          if (before.value !== null) expect(after.value ?? Number.NaN, name).toBeCloseTo(before.value, 10)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('two classes give the same as binary, where both exist', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const one = from(list)
        if (one.task !== 'binary' || !one.score) return
        const two: Scores = {
          task: 'multiclass',
          classes: ['no', 'yes'],
          y: Int32Array.from(one.y),
          proba: Float64Array.from([...one.score].flatMap((p) => [1 - p, p])),
          predicted: Int32Array.from(one.predicted),
        }
        for (const name of ['accuracy', 'balanced_accuracy', 'mcc', 'kappa', 'log_loss', 'roc_auc']) {
          const expected = value(name, one)
          if (expected !== null) expect(value(name, two) ?? Number.NaN, name).toBeCloseTo(expected, 9)
        }
      }),
    )
  })

  it('rmse scales with the unit, r2 and smape do not', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 })), { minLength: 3, maxLength: 30 }),
        (list) => {
          const scaled = (factor: number) =>
            regression(
              list.map(([y]) => y * factor),
              list.map(([, p]) => p * factor),
            )
          expect(value('rmse', scaled(8))).toBeCloseTo(8 * (value('rmse', scaled(1)) ?? Number.NaN), 9)
          expect(value('smape', scaled(8))).toBeCloseTo(value('smape', scaled(1)) ?? Number.NaN, 9)
          const r2 = value('r2', scaled(1))
          if (r2 !== null) expect(value('r2', scaled(8))).toBeCloseTo(r2, 9)
        },
      ),
    )
  })
})
