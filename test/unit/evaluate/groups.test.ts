import { describe, expect, it } from 'vitest'
import { changeAmongMany } from '../../../src/core/evaluate/among-many.ts'
import { changeBetween } from '../../../src/core/evaluate/change.ts'
import { judge } from '../../../src/core/evaluate/judge.ts'
import type { JudgeInput } from '../../../src/core/evaluate/judge-input.ts'
import { levelOf } from '../../../src/core/evaluate/level.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import { serialOf } from '../../../src/core/evaluate/serial.ts'
import { groupNoun } from '../../../src/core/evaluate/words.ts'
import type { Sample } from '../../../src/core/metrics/sample.ts'
import type { BinaryScores, ForecastingScores, Scores } from '../../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import { rowsText } from '../../../src/core/report/metric-view.ts'
import { plain } from '../../../src/core/report/text.ts'
import type { MetricSpec, Mode } from '../../../src/core/schema/config.ts'
import type { EvaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { dieboldMariano } from '../../../src/core/stats/diebold-mariano.ts'
import { cosineMean } from '../../../src/core/stats/equal-weighted-cosine.ts'
import { meanOf, tBelow } from '../../../src/core/stats/mean.ts'
import { random } from '../../../src/core/stats/random.ts'

const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const
const missing = { kind: 'no-baseline', because: 'nothing was promoted yet' } as const
const spec = (name: string, limits: Partial<MetricSpec> = {}): MetricSpec => ({
  name,
  metric: name,
  params: {},
  certainty: 'literal',
  ...limits,
})

const sample = (name: string, scores: Scores) => {
  const metric = metrics[name]
  if (!metric) throw new Error(`no metric ${name}`)
  return sampleOf(metric, viewOf(scores))
}
const interval = (name: string, scores: Scores) => levelOf(sample(name, scores), resampling())?.bounds(0.975) ?? [Number.NaN, Number.NaN]
const change = (name: string, a: Scores, b: Scores) => changeBetween(sample(name, a), sample(name, b), resampling())?.test ?? null
const width = ([low, high]: readonly [number, number]) => high - low

function twoModels(n: number, seed: number): readonly [BinaryScores, BinaryScores] {
  const source = random(seed)
  const y = Uint8Array.from({ length: n }, () => (source.next() < 0.4 ? 1 : 0))
  const shared = Float64Array.from(y, (truth) => 1.5 * truth - 0.8 + source.normal())
  const model = (noise: number): BinaryScores => {
    const score = shared.map((s) => 1 / (1 + Math.exp(-(s + noise * source.normal()))))
    return { task: 'binary', y, score, predicted: Uint8Array.from(score, (p) => (p >= 0.5 ? 1 : 0)) }
  }
  return [model(0.3), model(0.6)]
}

/** Every row `times` times, each row with its copies as one group. */
function copied(scores: BinaryScores, times: number): BinaryScores {
  const n = scores.y.length
  const rows = Int32Array.from({ length: n * times }, (_, i) => i % n)
  return {
    task: 'binary',
    y: Uint8Array.from(rows, (i) => scores.y[i] ?? 0),
    score: Float64Array.from(rows, (i) => scores.score?.[i] ?? 0),
    predicted: Uint8Array.from(rows, (i) => scores.predicted[i] ?? 0),
    group: rows,
  }
}

const names = [
  'accuracy',
  'recall',
  'precision',
  'f1',
  'mcc',
  'roc_auc',
  'pr_auc',
  'ks_statistic',
  'log_loss',
  'brier',
  'brier_skill',
  'ece',
]

describe('groups are what is resampled and counted', () => {
  const [baseline, candidate] = twoModels(400, 1)
  const [before, after] = [copied(baseline, 5), copied(candidate, 5)]

  // groups are dealt out as groups: thresholds are chosen by other parts of the rows
  const near = (name: string): number => (name === 'ks_statistic' ? 0.15 : 0.07)

  // of groups the squares of bins are not put together, which would make it shorter
  const most = (name: string): number => (name === 'ece' ? 0.2 : near(name))

  for (const name of names) {
    it(`${name}: five copies of every row are no more evidence than one`, () => {
      const once = width(interval(name, candidate))
      expect(width(interval(name, after)) / once - 1).toBeLessThan(most(name))
      expect(width(interval(name, after)) / once - 1).toBeGreaterThan(-near(name))
      // most of the interval of ece is its bias
      expect(width(interval(name, { ...after, group: null })) / once).toBeLessThan(name === 'ece' ? 0.95 : 0.6)
    })

    it(`${name}: nor for a change`, () => {
      const [alone, grouped] = [change(name, baseline, candidate), change(name, before, after)]
      const once = width(alone?.bounds(0.975, Number.NaN) ?? [0, 0])
      expect(grouped?.groups).toBe(400)
      const wider = width(grouped?.bounds(0.975, Number.NaN) ?? [0, 0]) / once - 1
      expect(wider).toBeLessThan(most(name))
      expect(wider).toBeGreaterThan(-near(name))
      expect((grouped?.rowsNeeded(0.01) ?? 0) / (alone?.rowsNeeded(0.01) ?? 1)).toBeGreaterThan(0.8)
      expect((grouped?.rowsNeeded(0.01) ?? 0) / (alone?.rowsNeeded(0.01) ?? 1)).toBeLessThan(
        // with the square of how much wider it is
        name === 'ece' ? 1.5 : 1.25,
      )
    })
  }

  it('holds where the rows of a group resemble each other: 95 % intervals of 60 groups of ten hold the truth as often as they say', () => {
    const source = random(5)
    const worlds = 400
    let grouped = 0
    let naive = 0
    for (let world = 0; world < worlds; world++) {
      const group = Int32Array.from({ length: 600 }, (_, i) => Math.floor(i / 10))
      const ease = Float64Array.from({ length: 60 }, () => (source.next() < 0.5 ? 0.95 : 0.65)) // mean 0.8
      const y = new Uint8Array(600).map(() => source.below(2))
      const predicted = y.map((truth, i) => (source.next() < (ease[group[i] ?? 0] ?? 0) ? truth : 1 - truth))
      const scores: BinaryScores = { task: 'binary', y, score: null, predicted, group }
      const holds = ([low, high]: readonly [number, number]) => (low <= 0.8 && 0.8 <= high ? 1 : 0)
      grouped += holds(interval('accuracy', scores))
      naive += holds(interval('accuracy', { ...scores, group: null }))
    }
    expect(grouped / worlds).toBeGreaterThan(0.92)
    expect(naive / worlds).toBeLessThan(0.9)
  })

  it('many groups are dealt into units: more than 4,096 of them', () => {
    const [, many] = twoModels(5000, 3)
    const once = width(interval('pr_auc', many))
    expect(width(interval('pr_auc', copied(many, 2))) / once).toBeGreaterThan(0.85)
    expect(width(interval('pr_auc', copied(many, 2))) / once).toBeLessThan(1.15)
  })

  it('equal weights are no weights', () => {
    const weight = new Float64Array(400).fill(3)
    for (const name of names) {
      const [plain, weighed] = [interval(name, candidate), interval(name, { ...candidate, weight })]
      expect(width(weighed) / width(plain), name).toBeGreaterThan(0.93)
      expect(width(weighed) / width(plain), name).toBeLessThan(1.07)
    }
  })
})

describe('messages count groups', () => {
  const [baseline, candidate] = twoModels(1200, 7)
  const run = (groups: number, mode: Mode = 'guard', more: Partial<JudgeInput> = {}) => {
    const group = Int32Array.from({ length: 1200 }, (_, i) => i % groups)
    const limits = { maxDrop: { fail: { kind: 'absolute', value: 0.005 } } } as const
    const judged = judge({
      candidate: { ...candidate, group },
      baseline: { ...baseline, group },
      missing: null,
      specs: [spec('accuracy', limits)],
      mode,
      policy,
      groupName: 'route',
      ...more,
    })
    const check = judged.checks.find(({ id }) => id === 'evaluate.max_drop:accuracy')
    if (!check) throw new Error('a change is judged')
    return check
  }

  it('says rows in groups, and how many groups would do', () => {
    expect(run(80).message).toMatch(/1,200 rows in 80 routes|80 routes cannot show a drop of 0\.5 pp \(about [\d,]+ would\)/)
    expect(run(80).n).toBe(1200)
  })

  it('and so does the sentence that begins the report; of series too few to count, steps are', () => {
    const group = Int32Array.from({ length: 1200 }, (_, i) => i % 80)
    const judged = judge({
      candidate: { ...candidate, group },
      baseline: null,
      missing,
      specs: [],
      mode: 'guard',
      policy,
      groupName: 'city',
    })
    expect(judged.groups).toEqual({ count: 80, noun: 'cities' })
    expect(judge({ candidate, baseline: null, missing, specs: [], mode: 'guard', policy }).groups).toBe(undefined)
    const about = (groups: EvaluateDetails['groups']) => plain(rowsText(Object.assign({ rows: 1200 }, groups ? { groups } : {})))
    expect(about(judged.groups)).toBe(' on 1,200 rows in 80 cities')
    expect(about(undefined)).toBe(' on 1,200 rows')
    expect(['query', 'day', 'routes', 'customer'].map((column) => groupNoun('binary', column))).toEqual([
      'queries',
      'days',
      'routes',
      'customers',
    ])
  })

  it('that answer alike everywhere are no proof: twelve groups cannot show that nothing is lost in others', () => {
    const alike = (groups: number) =>
      run(groups, 'non_inferior', { baseline: { ...candidate, group: Int32Array.from({ length: 1200 }, (_, i) => i % groups) } })
    expect(alike(12)).toMatchObject({ status: 'inconclusive', effect: 'fail' })
    expect(alike(12).message).toContain('12 routes do not show that the drop is below 0.5 pp')
    expect(alike(12).interval?.[0]).toBeLessThan(-0.1)
    expect(alike(1200)).toMatchObject({ status: 'pass' })
  })

  it('decides nothing on fewer than ten, in words', () => {
    const check = run(7)
    expect(check).toMatchObject({ status: 'inconclusive', effect: 'pass', p_value: null, interval: null })
    expect(check.message).toContain('Not decided: 1,200 rows in 7 routes; fewer than 10 routes cannot tell a change from chance.')
    expect(run(7, 'non_inferior')).toMatchObject({ status: 'inconclusive', effect: 'fail' })
    expect(run(7, 'superior')).toMatchObject({ status: 'inconclusive', effect: 'fail' })
    expect(run(7, 'point').status).toBe('fail')
  })
})

describe('rows that are all of one group', () => {
  const [baseline, candidate] = twoModels(300, 9)
  const group = new Int32Array(300)

  it.each(names)('%s: no test and no error, and the reason is said', (name) => {
    const one = { ...candidate, group }
    expect(change(name, { ...baseline, group }, one)).toBe(null)
    for (const end of interval(name, one)) expect(end).not.toBe(undefined)
    const judged = (mode: Mode) =>
      judge({ candidate: one, baseline: { ...baseline, group }, missing: null, specs: [spec(name)], mode, policy })
    for (const mode of ['guard', 'confident_worse', 'non_inferior', 'superior'] as const) {
      const check = judged(mode).checks.find(({ id }) => /^evaluate\.max_(drop|rise):/.test(id))
      expect(['pass', 'inconclusive'], `${mode} ${check?.message}`).toContain(check?.status)
      if (check?.status === 'inconclusive')
        expect(check.message).toContain('300 rows in 1 groups; fewer than 10 groups cannot tell a change')
      if (mode === 'non_inferior' || mode === 'superior') expect(check).toMatchObject({ status: 'inconclusive', effect: 'fail' })
    }
  })
})

describe('forecasts of few series', () => {
  const source = random(11)
  const n = 300
  const noise = (() => {
    let last = 0
    return () => {
      last = 0.8 * last + source.normal()
      return last
    }
  })()
  const y = new Float64Array(n).fill(100)
  const forecast = (scale: number): ForecastingScores => ({
    task: 'forecasting',
    y,
    predicted: y.map((value) => value + scale * noise()),
    series: null,
    time: Float64Array.from(y, (_, i) => i),
    horizon: new Int32Array(n).fill(4),
    quantiles: null,
    scale: null,
    naive: null,
  })
  const [baseline, candidate] = [forecast(1), forecast(1.1)]
  const serial = serialOf(candidate, n, false)
  const losses = candidate.predicted.map((p, i) => Math.abs(p - 100) - Math.abs((baseline.predicted[i] ?? 0) - 100))

  it('one step ahead are compared by Diebold and Mariano', () => {
    const one = serialOf({ ...candidate, horizon: new Int32Array(n).fill(1) }, n, false)
    const test = changeBetween(sample('mae', baseline), sample('mae', candidate), resampling(one))?.test
    const expected = dieboldMariano(losses, 1)
    expect(test?.method).toBe('diebold-mariano')
    const [low, high] = test?.bounds(0.975, 0) ?? [0, 0]
    expect((low + high) / 2).toBeCloseTo(expected.mean, 12)
    expect(2 * Math.min(test?.below(0) ?? 1, test?.above(0) ?? 1)).toBeCloseTo(expected.p, 12)
  })

  it('further ahead with the spread of their slowest waves, which counts that errors overlap', () => {
    const test = changeBetween(sample('mae', baseline), sample('mae', candidate), resampling(serial))?.test
    const expected = cosineMean(losses)
    const [low, high] = test?.bounds(0.975, 0) ?? [0, 0]
    expect((low + high) / 2).toBeCloseTo(expected.mean, 12)
    expect(test?.below(0)).toBeCloseTo(tBelow(expected, 0), 12)
    // as if each step stood for itself, it is too sure
    expect(expected.se).toBeGreaterThan(meanOf(losses).se)
  })

  it('a share of them, too: few series are no groups', () => {
    const hits = (seed: number) => {
      const own = random(seed)
      return Uint8Array.from({ length: n }, () => (own.next() < 0.8 ? 1 : 0))
    }
    const share = (hit: Uint8Array): Sample => ({
      kind: 'proportion',
      value: { value: 0.8, undefined: null },
      hit,
      among: null,
      unit: new Int32Array(n),
    })
    const found = levelOf(share(hits(1)), resampling(serial))
    expect(found?.method).toBe('wilson-effective')
    const [low, high] = found?.bounds(0.975) ?? [0, 1]
    expect(low).toBeLessThan(0.8)
    expect(high).toBeGreaterThan(0.8)
    expect(high - low).toBeLessThan(0.25)
    expect(changeBetween(share(hits(1)), share(hits(2)), resampling(serial))?.test?.method).toBe('diebold-mariano')
  })

  it('have wider intervals than rows that stand for themselves', () => {
    // squares of rows that stand for themselves hold one that nobody saw, besides
    for (const name of ['mae', 'wape']) {
      const alone = width(levelOf(sample(name, candidate), resampling())?.bounds(0.975) ?? [0, 0])
      const timed = width(levelOf(sample(name, candidate), resampling(serial))?.bounds(0.975) ?? [0, 0])
      expect(timed / alone, name).toBeGreaterThan(1.2)
    }
  })

  it('from ten series on the series are resampled', () => {
    const series = Int32Array.from({ length: n }, (_, i) => i % 12)
    expect(serialOf({ ...candidate, series }, n, false)).toBeNull()
    expect(change('mae', { ...baseline, series }, { ...candidate, series })?.groups).toBe(12)
  })
})

describe('groups of which no row is of the kind that a rate is among', () => {
  it('have no interval and no test of it, and those of every other rate', () => {
    const answers: BinaryScores = {
      task: 'binary',
      y: new Uint8Array(40),
      score: null,
      predicted: Uint8Array.from({ length: 40 }, (_, i) => i % 2),
      group: Int32Array.from({ length: 40 }, (_, i) => i >> 1),
    }
    const of = (name: string): Sample => {
      const metric = metrics[name]
      if (!metric) throw new RangeError(`there is no metric ${name}`)
      return sampleOf(metric, viewOf(answers), {})
    }
    for (const between of [changeBetween, changeAmongMany]) {
      expect(between(of('recall'), of('recall'), resampling())).toEqual({ value: 0, test: null })
      expect(between(of('specificity'), of('specificity'), resampling())?.test).not.toBeNull()
    }
    expect(levelOf(of('recall'), resampling())).toBeNull()
  })
})
