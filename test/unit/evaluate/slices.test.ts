import { describe, expect, it } from 'vitest'
import { changeBetween } from '../../../src/core/evaluate/change.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import { measureSlices } from '../../../src/core/evaluate/slice-measure.ts'
import { type SliceColumn, slicesOf } from '../../../src/core/evaluate/slice-rows.ts'
import { judgeSlices } from '../../../src/core/evaluate/slices.ts'
import type { BinaryScores, ForecastingScores } from '../../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { takeRows } from '../../../src/core/metrics/take-rows.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import type { MetricSpec } from '../../../src/core/schema/config.ts'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { random } from '../../../src/core/stats/random.ts'
import { connor } from '../../../src/core/stats/rows-needed.ts'

const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const
const accuracy: MetricSpec = { name: 'accuracy', metric: 'accuracy', params: {}, certainty: 'literal' }

function column(name: string, of: (i: number) => number, n: number, hidden = false): SliceColumn {
  const codes = Uint16Array.from({ length: n }, (_, i) => of(i))
  const most = codes.reduce((max, code) => Math.max(max, code), 0)
  const labels = Array.from({ length: most + 1 }, (_, code) => `level ${code}`)
  return { name, codes, labels, order: [...labels.keys()], hidden }
}

/** 85 % right; two models that differ on about a tenth of the rows are equally good. */
function pair(n: number, seed: number): readonly [BinaryScores, BinaryScores] {
  const source = random(seed)
  const next = () => source.next()
  const y = new Uint8Array(n)
  const one = new Uint8Array(n)
  const two = new Uint8Array(n)
  for (let i = 0; i < n; i++) {
    y[i] = next() < 0.5 ? 1 : 0
    const u = next()
    const truth = y[i] ?? 0
    one[i] = u < 0.8 || (u >= 0.9 && u < 0.95) ? truth : 1 - truth
    two[i] = u < 0.8 || u >= 0.95 ? truth : 1 - truth
  }
  return [
    { task: 'binary', y, score: null, predicted: one },
    { task: 'binary', y, score: null, predicted: two },
  ]
}

const judgeOf = (candidate: BinaryScores, baseline: BinaryScores, columns: readonly SliceColumn[], spec = accuracy, declared = true) =>
  judgeSlices({
    families: columns.map((one) => slicesOf([one], 50, declared)),
    candidate,
    baseline,
    missing: null,
    specs: [spec],
    policy,
    minRows: 50,
    notes: [],
  })

describe('slices of equal models', () => {
  it('200 of them raise a false alarm in at most 5 % of the runs', () => {
    const runs = 60
    let alarms = 0
    for (let seed = 1; seed <= runs; seed++) {
      const n = 20_000
      const [candidate, baseline] = pair(n, seed)
      // 200 slices: two columns of a hundred levels each
      const columns = [column('a', (i) => i % 100, n), column('b', (i) => (i * 7919) % 100, n)]
      const { checks } = judgeOf(candidate, baseline, columns, accuracy, false)
      if (checks.some(({ effect }) => effect === 'fail')) alarms += 1
    }
    expect(alarms / runs).toBeLessThanOrEqual(0.05)
  })
})

describe('slices', () => {
  const n = 10_000
  const [even, baseline] = pair(n, 7)
  /** wrong on a fifth of the rows of one level */
  const broken: BinaryScores = {
    ...even,
    predicted: even.predicted.map((p, i) => (i % 20 === 3 && i % 100 < 40 ? 1 - (baseline.y[i] ?? 0) : p)),
  }
  const columns = [column('a', (i) => i % 20, n)]

  it('the one that broke is found among twenty', () => {
    const { checks, details } = judgeOf(broken, baseline, columns)
    expect(checks.filter(({ effect }) => effect === 'fail').map(({ id }) => id)).toEqual(['evaluate.slice:accuracy:a#4'])
    expect(evaluateDetails.unwrap().shape.slices.parse(details.slices)?.list[0]).toMatchObject({
      slice: 'a#4',
      label: 'level 3',
      state: 'fail',
      n: 500,
    })
  })

  it('EVT-06 slices that a pull request brings do not make those of its base less certain', () => {
    const own = slicesOf(columns, 50, true)
    // 400 slices more, in none of which anything is amiss
    const added = [column('b', (i) => (i * 7919) % 200, n), column('c', (i) => (i * 104_729) % 200, n)]
    const judge = (fresh: boolean) =>
      judgeSlices({
        families: [own, ...added.map((one) => slicesOf([one], 50, true, fresh))],
        candidate: broken,
        baseline,
        missing: null,
        specs: [accuracy],
        policy,
        minRows: 50,
        notes: [],
      }).checks.find(({ id }) => id === 'evaluate.slice:accuracy:a#4')
    const alone = judgeOf(broken, baseline, columns).checks.find(({ id }) => id === 'evaluate.slice:accuracy:a#4')
    expect(judge(true)).toEqual(alone)
    expect(judge(true)?.message).toContain('over 20 comparisons')
    expect(judge(false)?.message).toContain('over 420 comparisons')
    expect(judge(false)?.p_value).toBeGreaterThan(judge(true)?.p_value ?? 1)
  })

  it('what may be chance says how many rows of the slice would show it among so many', () => {
    const right = { ...baseline, predicted: baseline.y }
    const wrong = (from: number, to: number) => ({
      ...right,
      predicted: right.predicted.map((p, i) => (i % 20 === 3 && i / 20 >= from && i / 20 < to ? 1 - p : p)),
    })
    // 25 rows of 500 lost, 14 won
    const { checks } = judgeOf(wrong(0, 25), wrong(25, 39), columns)
    const check = checks.find(({ id }) => id === 'evaluate.slice:accuracy:a#4')
    expect(check?.status).toBe('inconclusive')
    const would = connor(39 / 500, 0.02, 0.05 / 20).toLocaleString('en-US')
    expect(check?.message).toContain(`Not decided: among 20 comparisons this may be chance, 500 rows (${would} would show it).`)
  })

  it('a level is drawn towards the others, the smaller the slice the more', () => {
    const { details } = judgeOf(broken, baseline, columns)
    const list = details.slices?.list ?? []
    const values = list.map(({ value }) => value ?? 0)
    const drawn = list.map(({ shrunk }) => shrunk ?? 0)
    expect(Math.max(...drawn) - Math.min(...drawn)).toBeLessThan(Math.max(...values) - Math.min(...values))
    expect(list[0]?.shrunk).toBeGreaterThan(list[0]?.value ?? 1)
  })

  it('a slice of a few groups decides nothing: what became of one customer is no sign of the next one', () => {
    const inGroups = (groups: number) => {
      // each level has this many groups of its own; in level 3 a third of them broke
      const group = Int32Array.from({ length: n }, (_, i) => (i % 20) * 1000 + (Math.floor(i / 20) % groups))
      const lost = even.predicted.map((p, i) => (i % 20 === 3 && (group[i] ?? 0) % 3 === 0 ? 1 - (baseline.y[i] ?? 0) : p))
      const { checks } = judgeOf({ ...even, predicted: lost, group }, { ...baseline, group }, columns)
      return checks.find(({ id }) => id === 'evaluate.slice:accuracy:a#4')
    }
    for (const few of [1, 3, 9]) {
      const check = inGroups(few)
      expect(check).toMatchObject({ status: 'inconclusive', effect: 'pass', p_value: null, interval: null })
      expect(check?.message).toContain(`Not decided: 500 rows in ${few} groups; fewer than 10 groups`)
    }
    expect(inGroups(100)).toMatchObject({ status: 'fail', effect: 'fail' })
  })

  it('fewer than ten rows on which the models differ decide nothing', () => {
    // all nine rows on which they differ are lost
    const nine: BinaryScores = {
      ...baseline,
      predicted: baseline.predicted.map((p, i) => (i % 20 === 5 && i < 180 ? 1 - (baseline.y[i] ?? 0) : p)),
    }
    const right: BinaryScores = { ...baseline, predicted: baseline.predicted.map((p, i) => (i % 20 === 5 ? (baseline.y[i] ?? 0) : p)) }
    const few = [column('a', (i) => (i % 20 === 5 && i < 3000 ? 1 : 0), n)]
    const { checks } = judgeOf(
      nine,
      { ...right, predicted: right.predicted.map((p, i) => (i % 20 === 5 && i >= 180 ? (nine.predicted[i] ?? 0) : p)) },
      few,
    )
    expect(checks.find(({ id }) => id === 'evaluate.slice:accuracy:a#2')).toMatchObject({ status: 'inconclusive', effect: 'pass' })
  })

  it('written limits count: a wider one lets it pass, a warn is a warn', () => {
    const wide = judgeOf(broken, baseline, columns, { ...accuracy, maxDrop: { fail: { kind: 'absolute', value: 0.9 } } })
    expect(wide.checks.map(({ effect }) => effect)).toEqual(['pass'])
    const warned = judgeOf(broken, baseline, columns, {
      ...accuracy,
      maxDrop: { warn: { kind: 'absolute', value: 0.02 }, fail: { kind: 'absolute', value: 0.9 } },
    })
    expect(warned.checks.find(({ slice }) => slice === 'a#4')?.effect).toBe('warn')
  })

  it('a level that may not be shown has no label anywhere', () => {
    const { checks, details } = judgeOf(broken, baseline, [column('a', (i) => i % 20, n, true)])
    expect(JSON.stringify({ checks, details })).not.toMatch(/level \d/)
  })
})

describe('slices of a task with scores', () => {
  it('say of each slice what its rows alone say, whatever order the rows are brought into', () => {
    const n = 3000
    const source = random(5)
    const y = Uint8Array.from({ length: n }, () => source.below(2))
    const model = (): BinaryScores => {
      const score = Float64Array.from(y, (label) => Math.round(20 * (label + source.normal())) / 20)
      return { task: 'binary', y, score, predicted: Uint8Array.from(score, (x) => (x > 0.5 ? 1 : 0)) }
    }
    const [candidate, baseline] = [model(), model()]
    const levels = column('a', () => source.below(6), n)
    const rocAuc = metrics.roc_auc
    if (!rocAuc) throw new Error('there is such a metric')
    const spec: MetricSpec = { name: 'roc_auc', metric: 'roc_auc', params: {}, certainty: 'literal' }
    const list = judgeOf(candidate, baseline, [levels], spec).details.slices?.list ?? []
    expect(list).toHaveLength(6)
    for (const { slice, value, baseline: before, change_interval } of list) {
      const rows = Uint32Array.from(levels.codes.keys()).filter((i) => `a#${(levels.codes[i] ?? 0) + 1}` === slice)
      const alone = [baseline, candidate].map((scores) => sampleOf(rocAuc, viewOf(takeRows(scores, rows)), {}))
      const [was, is] = alone
      if (!was || !is) throw new Error('two models are compared')
      expect(before).toBeCloseTo(was.value.value ?? Number.NaN, 12)
      expect(value).toBeCloseTo(is.value.value ?? Number.NaN, 12)
      const [low, high] = changeBetween(was, is, resampling())?.test?.bounds(0.975, 0) ?? []
      expect(change_interval?.[0]).toBeCloseTo(low ?? Number.NaN, 12)
      expect(change_interval?.[1]).toBeCloseTo(high ?? Number.NaN, 12)
    }
  })
})

describe('slices of forecasts', () => {
  const days = 240
  const ahead = [1, 2, 7]
  const n = days * ahead.length
  /** A row for each day and step ahead; errors of a week ahead overlap, as a new one comes each day. */
  function forecasts(seed: number, scale: number): ForecastingScores {
    const source = random(seed)
    const noise = Float64Array.from({ length: days + 7 }, () => source.normal())
    const error = (day: number, steps: number) => noise.subarray(day, day + steps).reduce((sum, x) => sum + x, 0)
    return {
      task: 'forecasting',
      y: new Float64Array(n).fill(100),
      predicted: Float64Array.from({ length: n }, (_, i) => 100 + scale * error(Math.floor(i / 3), ahead[i % 3] ?? 1)),
      series: null,
      time: Float64Array.from({ length: n }, (_, i) => Math.floor(i / 3)),
      horizon: Int32Array.from({ length: n }, (_, i) => ahead[i % 3] ?? 1),
      quantiles: null,
      scale: null,
      naive: null,
    }
  }
  const [candidate, baseline] = [forecasts(1, 1.2), forecasts(2, 1)]
  const half = column('half', (i) => (i < n / 2 ? 0 : 1), n)
  const measured = (
    models: { candidate: ForecastingScores; baseline: ForecastingScores },
    halves: SliceColumn,
    params: MetricSpec['params'],
  ) =>
    measureSlices({
      families: [slicesOf([halves], 50, true)],
      ...models,
      missing: null,
      specs: [{ name: 'mae', metric: 'mae', params, certainty: 'literal' }],
      policy,
      minRows: 50,
      notes: [],
    }).map(({ slice, value, change, level, discordant, p }) => ({
      slice: slice.id,
      value,
      level: level?.bounds(0.975),
      bounds: change?.test?.bounds(0.975, 0),
      method: change?.test?.method,
      discordant,
      p,
    }))

  it.each(ahead)('a metric of %i steps ahead says of each slice what these rows alone say', (steps) => {
    const rows = Uint32Array.from([...(candidate.horizon?.keys() ?? [])].filter((i) => candidate.horizon?.[i] === steps))
    const alone = { candidate: takeRows(candidate, rows), baseline: takeRows(baseline, rows) }
    const found = measured({ candidate, baseline }, half, { horizon: steps })
    expect(found.map(({ method }) => method)).toEqual(['diebold-mariano', 'diebold-mariano'])
    expect(found).toEqual(measured(alone, { ...half, codes: half.codes.filter((_, i) => candidate.horizon?.[i] === steps) }, {}))
  })

  it('and counts the rows in which the models differ among these', () => {
    const near = { ...baseline, predicted: baseline.predicted.map((p, i) => (baseline.horizon?.[i] === 1 ? p + 1 : p)) }
    const found = measured({ candidate: near, baseline }, half, { horizon: 7 })
    expect(found.map(({ discordant }) => discordant)).toEqual([0, 0])
  })

  it('of steps that no row is ahead a metric is undefined, and says so', () => {
    expect(measured({ candidate, baseline }, half, { horizon: 3 }).map(({ value, p }) => [value, p])).toEqual([
      [null, null],
      [null, null],
    ])
  })
})
