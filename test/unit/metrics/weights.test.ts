import { describe, expect, it } from 'vitest'
import type { MetricValue, Sample } from '../../../src/core/metrics/sample.ts'
import { assertPaired, type Scores, unitsOf } from '../../../src/core/metrics/scores.ts'
import { metricNames, metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { takeRows } from '../../../src/core/metrics/take-rows.ts'
import { type View, viewOf } from '../../../src/core/metrics/view.ts'
import { cases } from './random-cases/cases.ts'

const sample = (name: string, view: View, params: Record<string, string | number> = {}): Sample => {
  const metric = metrics[name]
  if (!metric) throw new Error(`no metric ${name}`)
  return sampleOf(metric, view, params)
}

const makers = [cases.binary, cases.multiclass, cases.regression, cases.multilabel, cases.ranking, cases.forecasting]

/** Whole weights, by query where there are queries. */
const weighed = (scores: Scores, i: number): Scores => ({
  ...scores,
  weight: Float64Array.from({ length: viewOf({ ...scores, weight: null }).n }, (_, row) =>
    scores.task === 'ranking' ? ((scores.query[row] ?? 0) + i) % 3 : (row * 7 + i) % 4,
  ),
})

/** Each row as often as it weighs; a query again is another query. */
function repeated(scores: Scores): Scores {
  const { weight } = scores
  if (!weight) return scores
  const rows: number[] = []
  const copies: number[] = []
  for (const [row, w] of weight.entries())
    for (let copy = 0; copy < w; copy++) {
      rows.push(row)
      copies.push(copy)
    }
  const taken: Scores = { ...takeRows(scores, Uint32Array.from(rows)), weight: null }
  return taken.task === 'ranking' ? { ...taken, query: taken.query.map((q, at) => q * 10 + (copies[at] ?? 0)) } : taken
}

/** Refused with weights; and what depends on how many rows there are, of which one that weighs much is one. */
const unweighted = new Set(['max_error', 'ece_excess'])

describe('a weight of 2 is the row twice, a weight of 0 is no row', () => {
  for (const make of makers) {
    const { task } = make(0)
    it(`${task}: every metric`, () => {
      const off: string[] = []
      let defined = 0
      for (let i = 0; i < 120; i++) {
        const scores = weighed(make(i), i)
        if (!scores.weight?.some((w) => w > 0)) continue
        const [one, many] = [viewOf(scores), viewOf(repeated(scores))]
        for (const name of metricNames(task)) {
          if (unweighted.has(name)) continue
          const [a, b] = [sample(name, one).value.value, sample(name, many).value.value]
          if (a === null && b === null) continue
          defined += 1
          if (a === null || b === null || Math.abs(a - b) > 1e-9 * Math.max(1, Math.abs(a))) off.push(`${i} ${name}: ${a} for ${b}`)
        }
      }
      expect(off).toEqual([])
      expect(defined).toBeGreaterThan(500)
    })
  }

  it('what has no such form says so and has no value', () => {
    expect(sample('max_error', viewOf(cases.regression(1))).value).toEqual({
      value: null,
      undefined: 'the largest error has no form with weights',
    })
    const classes = viewOf(cases.multiclass(5))
    expect(sample('roc_auc', classes, { multi: 'ovo' }).value.value).toBeNull()
  })
})

/** A value again, from what a sample gives to inference. */
function again(made: Sample): MetricValue | null {
  const weightOf = (j: number) => made.weight?.[j] ?? 1
  const sum = (values: Float64Array) => values.reduce((total, x, j) => total + x * weightOf(j), 0)
  const total = (n: number) => Array.from({ length: n }, (_, j) => weightOf(j)).reduce((all, w) => all + w, 0)
  switch (made.kind) {
    case 'mean':
      return { value: sum(made.rows) / total(made.rows.length), undefined: null }
    case 'moments':
      return made.of(Float64Array.from(made.columns, sum), total(made.columns[0]?.length ?? 0))
    case 'cells': {
      const table = new Float64Array(made.classes ** 2)
      for (let j = 0; j < made.y.length; j++) {
        const at = (made.y[j] ?? 0) * made.classes + (made.predicted[j] ?? 0)
        table[at] = (table[at] ?? 0) + weightOf(j)
      }
      return made.of(table)
    }
    case 'weighted':
      return made.prepare(Uint16Array.from({ length: made.rows }, (_, j) => j))(new Uint8Array(made.rows).fill(1))
    case 'cut': {
      const share = (label: number) => {
        const of = made.y.map((one) => Number(one === label))
        return sum(Float64Array.from(of, (one, j) => one * (made.cut.calls[j] ?? 0))) / sum(Float64Array.from(of))
      }
      return { value: share(1) - share(0), undefined: null }
    }
    case 'proportion':
    case 'auc':
    case 'rank':
    case 'influence':
    case 'plain':
      return null
  }
}

describe('what inference is given', () => {
  it('gives the value again, weights included, and a unit for each entry', () => {
    const off: string[] = []
    for (const make of makers)
      for (let i = 0; i < 40; i++) {
        const plain = make(i)
        const rows = viewOf({ ...plain, weight: null }).n
        // groups that hold whole queries
        const group = plain.task === 'ranking' ? plain.query.map((q) => q >> 1) : Int32Array.from({ length: rows }, (_, row) => row % 3)
        const { weight } = weighed(plain, i + 1)
        const view = viewOf({ ...plain, group, weight: i % 2 === 1 && weight?.some((w) => w > 0) ? weight : null })
        for (const name of metricNames(view.task)) {
          const made = sample(name, view)
          const { value } = made.value
          const other = again(made)
          if (value !== null && other !== null && Math.abs((other.value ?? Number.NaN) - value) > 1e-9 * Math.max(1, Math.abs(value)))
            off.push(`${view.task} ${i} ${name}: ${other.value} for ${value}`)
          const entries = made.kind === 'mean' ? made.rows.length : made.kind === 'cells' ? made.y.length : null
          if (entries !== null && (made.unit?.length !== entries || (made.weight && made.weight.length !== entries)))
            off.push(`${view.task} ${i} ${name}: ${made.unit?.length} units and ${made.weight?.length} weights for ${entries} entries`)
          if (made.kind === 'influence' && Math.abs(made.influence.reduce((sum, x) => sum + x, 0)) > 1e-8 * made.influence.length)
            off.push(`${view.task} ${i} ${name}: influences do not add up to 0`)
          if (made.weight && (made.kind === 'proportion' || made.kind === 'auc')) off.push(`${name} is weighted and of kind ${made.kind}`)
        }
      }
    expect(off).toEqual([])
  })

  it('a query, or a series, is the unit where no group is given', () => {
    const list = cases.ranking(0)
    const forecast = cases.forecasting(0)
    expect(list.task === 'ranking' && unitsOf(list)).toBe(list.task === 'ranking' && list.query)
    expect(forecast.task === 'forecasting' && unitsOf(forecast)).toBe(forecast.task === 'forecasting' && forecast.series)
    expect(unitsOf(cases.binary(0))).toBeNull()
  })
})

describe('GATE-02 scores that cannot be are refused', () => {
  const scores = cases.binary(3)
  const n = scores.y.length
  it.each([
    ['a negative weight', { weight: new Float64Array(n).fill(-1) }, 'a weight is negative, in place 0'],
    ['a weight that is no number', { weight: new Float64Array(n).fill(Number.NaN) }, 'a weight is not finite'],
    ['weights that are all 0', { weight: new Float64Array(n) }, 'every weight is 0'],
    ['too few weights', { weight: new Float64Array(n + 1) }, `${n + 1} weights for ${n}`],
    ['a negative group', { group: new Int32Array(n).fill(-1) }, 'a group code is negative'],
    ['too few groups', { group: new Int32Array(n + 1) }, `${n + 1} group codes for ${n}`],
  ])('%s', (_, given, message) => {
    expect(() => viewOf({ ...scores, ...given })).toThrow(message)
  })

  it('a ranking, labels and a forecast with parts that do not fit', () => {
    const list = cases.ranking(1)
    const labels = cases.multilabel(1)
    const forecast = cases.forecasting(1)
    if (list.task !== 'ranking' || labels.task !== 'multilabel' || forecast.task !== 'forecasting') throw new Error('of another task')
    expect(() => viewOf({ ...list, y: list.y.map(() => -1) })).toThrow('a relevance is negative')
    expect(() => viewOf({ ...list, query: new Int32Array(0) })).toThrow('query codes')
    expect(() => viewOf({ ...labels, predicted: new Uint8Array(0) })).toThrow('0 predictions')
    expect(() => viewOf({ ...forecast, scale: [] })).toThrow('a series has no scale')
    expect(() => viewOf({ ...forecast, quantiles: { levels: [0.9, 0.1], values: new Float64Array(0) } })).toThrow(
      'levels of quantiles rise',
    )
  })

  it('two models with other weights, groups or queries are not compared', () => {
    const weight = new Float64Array(n).fill(1)
    expect(() => assertPaired({ ...scores, weight }, scores)).toThrow('weights differ')
    expect(() => assertPaired({ ...scores, weight }, { ...scores, weight: weight.map((w) => w + 1) })).toThrow('weights differ in row 0')
    const list = cases.ranking(2)
    if (list.task !== 'ranking') throw new Error('of another task')
    expect(() => assertPaired(list, { ...list, query: list.query.map((q) => q + 1) })).toThrow('queries differ')
  })
})
