import { describe, expect, it } from 'vitest'
import { correlationChange } from '../../../src/core/drift/correlation.ts'
import { exceedanceP } from '../../../src/core/drift/exceedance.ts'
import { explainDrift } from '../../../src/core/drift/explain.ts'
import { hellinger } from '../../../src/core/drift/hellinger.ts'
import type { DriftInput } from '../../../src/core/drift/judge.ts'
import { fits, ruleOf } from '../../../src/core/drift/rules.ts'
import { limitedColumns } from '../../../src/core/drift/subjects.ts'
import type { ColumnProfile, TableProfile } from '../../../src/core/schema/profile.ts'
import { benjaminiHochberg, benjaminiYekutieli } from '../../../src/core/stats/multiplicity.ts'
import { random } from '../../../src/core/stats/random.ts'
import { model } from '../config/support.ts'
import { gaussian, judge, judgeOne, labels, numbers, pair, rows, table } from './support.ts'

describe('a rule of drift.columns', () => {
  it('by name wins over a pattern, an earlier pattern over a later one', () => {
    const columns = { 'price_*': { shift: { fail: 0.3 } }, '*': { ignore: true }, price_day: { shift: { fail: 0.9 } } }
    expect(ruleOf(columns, 'price_day')).toMatchObject({ key: 'price_day', exact: true })
    expect(ruleOf(columns, 'price_night')).toMatchObject({ key: 'price_*', exact: false })
    expect(ruleOf(columns, 'toString')).toMatchObject({ key: '*' })
    expect(ruleOf({}, 'toString')).toBeNull()
  })

  it('a pattern fits whole names; a hostile one is as quick as any', () => {
    expect([fits('a*c', 'abbc'), fits('a*c', 'abcd'), fits('*', ''), fits('a*', 'a'), fits('a', 'ab'), fits('**b*', 'xby')]).toEqual([
      true,
      false,
      true,
      true,
      false,
      true,
    ])
    expect(fits(`${'*a'.repeat(200)}*b`, 'a'.repeat(5000))).toBe(false)
  })

  it('patterns ask for no column, they only say how', () => {
    expect(
      limitedColumns({
        'x*': { shift: { fail: 0.1 } },
        y: { maxRatio: { fail: 2 } },
        z: { ignore: true },
        'predictions.class': { shift: { fail: 0.1 } },
      }),
    ).toEqual(['y'])
  })

  it('ignores all that a pattern names', () => {
    const { columns } = judge(
      [numbers('a1', gaussian(1, 300)), numbers('b', gaussian(2, 300))],
      [numbers('a1', gaussian(3, 300)), numbers('b', gaussian(2, 300))],
      {
        columns: { 'a*': { ignore: true } },
      } satisfies Partial<DriftInput>,
    )
    expect(columns.map(({ column, state }) => `${column} ${state}`)).toEqual(['a1 skipped', expect.stringMatching(/^b /)])
  })
})

describe('the metric of a column', () => {
  const moved = pair(gaussian(1, 4000), gaussian(2, 4000, 0.5))
  const by = (rule: DriftInput['columns'][string]) => {
    const { row, checks } = judgeOne(...moved, { columns: { x: rule } })
    const check = checks.get('drift.shift:x')
    return {
      state: row.state,
      observed: check?.observed ?? 0,
      unit: check?.unit,
      message: check?.message,
      limit: check?.limit,
      fix: check?.fix,
    }
  }

  it.each([
    ['psi', 'PSI*', 0.19, 0.29],
    ['ks', 'KS', 0.17, 0.23],
    ['wasserstein', 'W1', 0.45, 0.6],
    ['tvd', 'TVD', 0.15, 0.25],
    ['cramers_v', 'V*', 0.2, 0.28],
    ['linf', 'L∞', 0.05, 0.2],
  ] as const)('%s of half a standard deviation lies where it should, on its own scale', (metric, unit, low, high) => {
    const found = by({ metric, shift: { fail: 0.01 } })
    expect(found).toMatchObject({ state: 'fail', unit, limit: 0.01 })
    expect(found.observed).toBeGreaterThan(low)
    expect(found.observed).toBeLessThan(high)
    expect(found.message).toContain(`${unit} `)
    expect(found.fix).toContain(`metric: ${metric}`)
  })

  it('has limits of its own where none is written, about as far as those of JS*', () => {
    expect(by({ metric: 'wasserstein' })).toMatchObject({ limit: expect.any(Number), unit: 'W1' })
    expect(judgeOne(...pair(gaussian(1, 4000), gaussian(2, 4000, 0.6)), { columns: { x: { metric: 'psi' } } }).row.state).toBe('fail')
    expect(judgeOne(...pair(gaussian(1, 4000), gaussian(2, 4000, 0.35)), { columns: { x: { metric: 'psi' } } }).row.state).toBe('warn')
  })

  it('a limit of PSI may exceed 1', () => {
    expect(by({ metric: 'psi', shift: { fail: 1.5 } }).state).toBe('immaterial')
  })

  it('raw asks for no certainty and takes no bias off', () => {
    const noise = pair(gaussian(1, 150), gaussian(2, 150))
    const of = (raw: boolean) => judgeOne(...noise, { columns: { x: { metric: 'psi', raw, shift: { fail: 0.02 } } } })
    expect(of(false).row.state).not.toBe('fail')
    expect(of(true).row.state).toBe('fail')
    expect(of(true).checks.get('drift.shift:x')).toMatchObject({ unit: 'PSI' })
  })

  it('null_rate is of missing values alone', () => {
    const holes = (n: number) => [...gaussian(3, 2000 - n), ...new Array<null>(n).fill(null)]
    const at = (n: number) =>
      judgeOne(...pair(holes(100), holes(n)), { columns: { x: { metric: 'null_rate', shift: { warn: 0.02, fail: 0.1 } } } }).row.state
    expect([at(110), at(160), at(320)]).toEqual(['ok', 'warn', 'fail'])
  })

  it('null_rate has the say of missing values: its limits are not passed by by those of drift.nulls', () => {
    const holes = (n: number) => [...gaussian(3, 2000 - n), ...new Array<null>(n).fill(null)]
    expect([...judgeOne(...pair(holes(100), holes(320))).checks.keys()]).toContain('drift.nulls:x')
    const { checks, row } = judgeOne(...pair(holes(100), holes(320)), { columns: { x: { metric: 'null_rate', shift: { warn: 0.2 } } } })
    expect(row.state).toBe('immaterial')
    expect([...checks.values()].filter(({ effect }) => effect === 'warn' || effect === 'fail')).toEqual([])
  })

  it('null_rate sees what is missing where labels share one cell, too', () => {
    const names = (holes: number) =>
      rows(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`name ${i}`, 4]))).map((name, i) => (i < holes ? null : name))
    const at = (holes: number, metric: 'null_rate' | 'js') =>
      judgeOne(labels('x', names(0)), labels('x', names(holes)), { columns: { x: { metric } } }).row.state
    expect([at(0, 'js'), at(0, 'null_rate'), at(400, 'null_rate')]).toEqual(['inconclusive', 'ok', 'fail'])
  })

  it('that a named column cannot have is an error; of a pattern such columns keep the usual one', () => {
    const words = [labels('c', rows({ a: 300, b: 300 })), labels('c', rows({ a: 400, b: 200 }))] as const
    expect(() => judgeOne(...words, { columns: { c: { metric: 'ks' } } })).toThrow('drift.columns.c: there is no ks of this column')
    expect(judgeOne(...words, { columns: { '*': { metric: 'ks' } } }).checks.get('drift.shift:c')).toMatchObject({ unit: 'JS*' })
  })
})

describe('a metric that the data leave undefined', () => {
  it('gives way to JS*: W1 beside an infinite value, anything beside no value', () => {
    const ks = { columns: { x: { metric: 'ks', shift: { fail: 0.1 } } } } as const
    const w1 = { columns: { x: { metric: 'wasserstein', shift: { fail: 0.1 } } } } as const
    const infinite = judgeOne(...pair(gaussian(1, 500), [...gaussian(2, 400), ...new Array<number>(100).fill(Infinity)]), w1)
    expect(infinite.checks.get('drift.shift:x')).toMatchObject({ unit: 'JS*', status: 'fail' })
    expect(judgeOne(...pair(gaussian(1, 500), new Array<null>(500).fill(null)), ks).checks.get('drift.shift:x')).toMatchObject({
      unit: 'JS*',
      status: 'fail',
    })
  })

  it('a flag that is all missing now is a finding, not an error of the config', () => {
    const before = labels('x', rows({ a: 300, b: 200 }), 'boolean')
    const { checks } = judgeOne(before, labels('x', new Array<null>(500).fill(null), 'boolean'), {
      columns: { x: { maxRatio: { fail: 2 } } },
    })
    expect(checks.get('drift.nulls:x')?.status).toBe('fail')
  })
})

describe('the rate of a column with two values', () => {
  const flag = (share: number) => labels('flag', rows({ no: 20_000 - 20_000 * share, yes: 20_000 * share }), 'boolean')

  it('2 % to 5 % is blind to JS* and seen by max_change and max_ratio', () => {
    const asked = { columns: { flag: { maxChange: { warn: 0.01, fail: 0.05 }, maxRatio: { fail: 2 } } } }
    const { row, checks } = judgeOne(flag(0.02), flag(0.05), asked)
    expect(row.state).toBe('immaterial')
    expect(checks.get('drift.rate_change:flag')).toMatchObject({ status: 'warn', limit: 0.01, observed: 0.05, baseline: 0.02 })
    expect(checks.get('drift.rate_ratio:flag')).toMatchObject({ status: 'fail', limit: 2, observed: 2.5 })
    expect(judgeOne(flag(0.02), flag(0.05)).checks.has('drift.rate_ratio:flag')).toBe(false)
  })

  it('is said of the value it is of, among those that are there: the rarer one of a feature, the positive one of a label however frequent', () => {
    const gender = (m: number, f: number) => labels('g', [...rows({ m, f }), ...new Array<null>(5_000).fill(null)], 'boolean')
    const asked = { columns: { g: { maxChange: { fail: 0.01 }, maxRatio: { fail: 1.2 } } } }
    const { checks } = judgeOne(gender(15_000, 5_000), gender(12_000, 8_000), asked)
    expect(checks.get('drift.rate_ratio:g')?.message).toBe(
      'g has its rarer value in 40 % of its values, 25 % at training: a factor of 1.60',
    )
    expect(checks.get('drift.rate_change:g')?.message).toBe('g has its rarer value in 40 % of its values, 25 % at training')
    expect(checks.get('drift.shift:g')?.message).toContain(': rarer value 25 % → 40 %.')
    const target = (m: number, f: number) => judge([gender(15_000, 5_000)], [gender(m, f)], { ...asked, targets: ['g'], positive: 'm' })
    const label = new Map(target(12_000, 8_000).checks.map((check) => [check.id, check.message]))
    expect(label.get('drift.rate_change:g')).toBe('g is positive in 60 % of its values, 75 % at training')
    expect(label.get('drift.shift:g')).toContain(': positive 75 % → 60 %.')
  })

  it('a written fail is meant on a pull request too', () => {
    const { checks } = judgeOne(flag(0.02), flag(0.05), { capAtWarn: true, columns: { flag: { maxRatio: { fail: 2 } } } })
    expect(checks.get('drift.rate_ratio:flag')).toMatchObject({ effect: 'fail' })
  })

  it('is an error on a column of many values that was named', () => {
    expect(() => judgeOne(...pair(gaussian(1, 300), gaussian(2, 300)), { columns: { x: { maxRatio: { fail: 2 } } } })).toThrow(
      'are of columns with two values',
    )
  })
})

describe('families', () => {
  const predictions = (reference: ColumnProfile, current: ColumnProfile) => ({
    reference: table('predictions', [reference]),
    current: table('predictions', [current]),
  })
  const still = pair(gaussian(1, 2000), gaussian(2, 2000), 'a')

  it('predictions are one of their own, with half the limits and a name of their own', () => {
    const [before, now] = pair(gaussian(3, 3000), gaussian(4, 3000, 0.3), 'probability')
    const { columns, checks } = judge([still[0]], [still[1]], { predictions: predictions(before, now) })
    expect(columns.find(({ column }) => column === 'predictions.probability')).toMatchObject({ family: 'predictions', state: 'fail' })
    expect(checks.find(({ id }) => id === 'drift.shift:predictions.probability')).toMatchObject({ limit: 0.1, effect: 'fail' })
    const strict = judge([still[0]], [still[1]], {
      predictions: predictions(before, now),
      columns: { 'predictions.*': { shift: { fail: 0.9 } } },
    })
    expect(strict.columns.find(({ family }) => family === 'predictions')?.state).toBe('immaterial')
  })

  it('predicted classes have a rate ratio too', () => {
    const said = (positive: number) => labels('class', rows({ 0: 10_000 - positive, 1: positive }), 'boolean')
    const { checks } = judge([still[0]], [still[1]], { positive: 1, predictions: predictions(said(50), said(150)) })
    expect(checks.find(({ id }) => id === 'drift.rate_ratio:predictions.class')).toMatchObject({
      status: 'fail',
      observed: 3,
      // not of the training data: the model has not seen the holdout
      message: expect.stringContaining('0.5 % on the holdout'),
    })
  })

  it('why there are none is no check', () => {
    const { columns } = judge([still[0]], [still[1]], { predictions: { kind: 'none', because: 'no holdout' } })
    expect(columns.map(({ family }) => family)).toEqual(['features'])
  })

  it('limits of a family replace its defaults, and a written fail is meant', () => {
    const [before, now] = pair(gaussian(1, 3000), gaussian(2, 3000, 0.5))
    const { checks } = judgeOne(before, now, { capAtWarn: true, settings: { families: { features: { fail: 0.15 } } } })
    expect(checks.get('drift.shift:x')).toMatchObject({ status: 'fail', effect: 'fail', limit: 0.15 })
  })

  it('BY is BH times the harmonic sum, and never above 1', () => {
    expect(benjaminiHochberg([0.01, 0.04, 0.5])).toEqual([0.03, 0.06, 0.5])
    const by = benjaminiYekutieli([0.01, 0.04, 0.5])
    expect(by[0]).toBeCloseTo(0.03 * (1 + 1 / 2 + 1 / 3), 14)
    expect(by[2]).toBeCloseTo(0.5 * (11 / 6), 14)
    expect(benjaminiYekutieli([0.9, 0.9])).toEqual([1, 1])
  })

  it('min_rows says what is too few', () => {
    const few = pair(gaussian(1, 60), gaussian(2, 60))
    expect(judgeOne(...few).row.state).toBe('skipped')
    expect(judgeOne(...few, { settings: { minRows: 50 } }).row.state).not.toBe('skipped')
  })
})

describe('certainty: strict', () => {
  const strict = { settings: { certainty: 'strict' } } as const

  const statesAt = (mean: number, rows: number, more: Partial<DriftInput>) =>
    Array.from({ length: 40 }, (_, i) => judgeOne(...pair(gaussian(i, rows), gaussian(500 + i, rows, mean)), more).row.state)
  const often = (states: readonly string[], state: string) => states.filter((one) => one === state).length

  it('alarms only of what surely lies beyond the limit: just below it seldom, where the usual rule warns in many runs', () => {
    expect(often(statesAt(0.23, 1000, {}), 'warn')).toBeGreaterThan(10)
    const strictly = statesAt(0.23, 1000, strict)
    expect(often(strictly, 'warn')).toBeLessThanOrEqual(4)
    expect(often(strictly, 'inconclusive')).toBeGreaterThan(10)
    const { checks } = judgeOne(...pair(gaussian(1, 3000), gaussian(2, 3000, 0.23)), strict)
    expect(checks.get('drift.shift:x')?.message).toContain('not certain enough that this lies beyond the limit')
  })

  it('half a standard deviation in 1,000 rows is surely beyond 0.1, and not surely beyond 0.2', () => {
    const strictly = statesAt(0.5, 1000, strict)
    expect(often(strictly, 'warn')).toBeGreaterThanOrEqual(35)
    expect(often(strictly, 'fail')).toBeLessThanOrEqual(5)
    expect(judgeOne(...pair(gaussian(1, 5000), gaussian(2, 5000, 0.8)), strict).row.state).toBe('fail')
  })
})

describe('values beyond those of training', () => {
  it('the chance is exact', () => {
    expect(exceedanceP(3, 10_000, 500)).toBeCloseTo(0.00010736335875285772, 15)
    expect(exceedanceP(0, 10, 10)).toBe(1)
    expect(exceedanceP(70, 100, 100)).toBeCloseTo(
      exceedanceP(64, 100, 100) * Array.from({ length: 6 }, (_, i) => (36 - i) / (136 - i)).reduce((a, b) => a * b, 1),
      15,
    )
    expect(() => exceedanceP(5, 10, 4)).toThrow(RangeError)
  })

  it('2 % of the rows times 1,000 are found by it, where every distance is blind', () => {
    const now = gaussian(2, 1000, 10).map((value, i) => (i % 50 === 0 ? value * 1000 : value))
    const { row, checks } = judgeOne(...pair(gaussian(1, 1000, 10), now))
    expect(row.js).toBeLessThan(0.1)
    expect(checks.get('drift.range:x')).toMatchObject({
      status: 'fail',
      observed: expect.closeTo(0.02, 2),
      message: expect.stringContaining('values outside the range of training'),
    })
  })

  it('a bounded column that moved by a hair has many values beyond its range, and none that matters', () => {
    const even = (from: number) => Array.from({ length: 20_000 }, (_, i) => from + i / 20_000)
    expect(judgeOne(...pair(even(0), even(0.006))).checks.has('drift.range:x')).toBe(false)
    expect(judgeOne(...pair(even(0), even(0.06))).checks.get('drift.range:x')).toMatchObject({ status: 'fail' })
  })

  it('a largest value that is a little larger is none', () => {
    expect(judgeOne(...pair(gaussian(1, 1000), gaussian(2, 20_000))).checks.has('drift.range:x')).toBe(false)
  })
})

describe('weights', () => {
  it('a sample that was re-balanced does not alarm when its weights say so', () => {
    const world = (n: number, share: number) => rows({ no: n - n * share, yes: n * share })
    const before = labels('y', world(4000, 0.5), 'boolean') // half of each for training, weighed back to 10 %
    const weight = (column: ColumnProfile, yes: number): ColumnProfile => ({
      ...column,
      weighted: {
        missing: 0,
        infinite: 0,
        cells: [],
        spikes: [],
        other: 0,
        top: (column.categories?.top ?? []).map(({ value, count }) => count * (value === 'yes' ? yes : 1)),
      },
    })
    const now = labels('y', world(4000, 0.1), 'boolean')
    const weigh = (one: TableProfile, column: ColumnProfile, total: number, squares: number): TableProfile => ({
      ...one,
      columns: [column],
      weight: { column: 'w', total, squares },
    })
    const reference = weigh(table('train', [before]), weight(before, 1 / 9), 2000 + 2000 / 9, 2000 + 2000 / 81)
    const current = weigh(table('current', [now]), weight(now, 1), 4000, 4000)
    const found = judge([], [], { reference, current })
    expect(found.columns[0]).toMatchObject({ state: 'ok', unit: 'weights', n_reference: 4000 })
    expect(found.checks[0]?.message).toContain('weighted (worth 4,000 and 2,439)')
    const { weighted: _, ...bare } = current.columns[0] ?? now
    expect(judge([before], [bare]).columns[0]?.state).toBe('fail')
  })

  it('equal weights change nothing: the same distance and the same p', () => {
    const [before, now] = pair(gaussian(1, 2000), gaussian(2, 1500, 0.2))
    const weigh = (column: ColumnProfile): TableProfile => ({
      ...table(column === before ? 'train' : 'current', [
        {
          ...column,
          weighted: {
            missing: 0,
            infinite: 0,
            cells: (column.numeric?.cells ?? []).map((count) => count * 3),
            spikes: [],
            top: [],
            other: 0,
          },
        },
      ]),
      weight: { column: 'w', total: column.n * 3, squares: column.n * 9 },
    })
    const weighed = judge([], [], { reference: weigh(before), current: weigh(now) }).columns[0]
    const plain = judgeOne(before, now).row
    expect([weighed?.js, weighed?.p]).toEqual([plain.js, plain.p])
  })
})

describe('columns made of others', () => {
  const made = (name: string, from: string, values: Record<string, number>): ColumnProfile => ({
    ...labels(name, rows(values)),
    derived: { from, what: 'weekday' },
  })
  const time = (name: string): ColumnProfile => ({ ...numbers(name, gaussian(1, 600)), kind: 'datetime', numeric: null })
  const before = [time('at'), made('at.weekday', 'at', { mo: 300, tu: 300 })]
  const now = [time('at'), made('at.weekday', 'at', { mo: 500, tu: 100 })]

  it('are tested in place of what they are made of', () => {
    const { columns, checks } = judge(before, now)
    expect(columns.map(({ column, state }) => `${column} ${state}`)).toEqual(['at skipped', 'at.weekday fail'])
    expect(checks[0]?.message).toContain('time moves on by itself; at.weekday is tested for it')
  })

  it('follow the features, what is left out, and the rule of their source', () => {
    expect(judge(before, now, { leaveOut: ['at'] }).columns).toEqual([])
    expect(judge(before, now, { features: ['at'] }).columns).toHaveLength(2)
    expect(judge(before, now, { columns: { at: { ignore: true } } }).columns.map(({ state }) => state)).toEqual(['skipped', 'skipped'])
  })
})

describe('correlations', () => {
  it('the test agrees with the worked example', () => {
    const { z, p } = correlationChange(0.6, 500, 0.4, 400)
    expect(z).toBeCloseTo(4.00369179815998, 10)
    expect(p).toBeCloseTo(6.236159783026616e-5, 14)
    expect(correlationChange(0.9, 500, 0.9, 500).p).toBe(1)
    expect(correlationChange(1, 50, 1, 50).p).toBe(1)
    expect(() => correlationChange(0.5, 3, 0.5, 10)).toThrow(RangeError)
  })

  /** Three columns; the first two have this correlation. Codes are percentiles of normal values, about. */
  function tied(role: string, seed: number, n: number, r: number): TableProfile {
    const rng = random(seed)
    const values = Array.from({ length: n }, () => {
      const [a, b, c] = [rng.normal(), rng.normal(), rng.normal()]
      return [a, r * a + Math.sqrt(1 - r * r) * b, c].map((value) => Math.round(value * 15))
    })
    const sum = (f: (row: number[]) => number) => values.reduce((total, row) => total + f(row), 0)
    const at = (row: number[], i: number) => row[i] ?? 0
    const names = ['a', 'b', 'c']
    const columns = names.map((name, i) =>
      numbers(
        name,
        values.map((row) => at(row, i)),
        Array.from({ length: 9 }, (_, j) => 6 * j - 24),
      ),
    )
    return {
      ...table(role, columns),
      pairs: {
        columns: names,
        rows: n,
        n: names.map(() => n),
        s: names.map((_, i) => sum((row) => at(row, i))),
        q: names.map((_, i) => sum((row) => at(row, i) ** 2)),
        products: [
          [0, 1],
          [0, 2],
          [1, 2],
        ].map(([i = 0, j = 0]) => sum((row) => at(row, i) * at(row, j))),
        partial: [],
      },
    }
  }
  const found = (before: number, now: number, n = 2000, more: Partial<DriftInput> = {}) =>
    judge([], [], { reference: tied('train', 1, n, before), current: tied('current', 2, n, now), ...more })

  it('a sign that flipped fails although no column moved, and the pair is named', () => {
    const { checks, columns, correlations } = found(0.5, -0.5)
    expect(columns.map(({ state }) => state)).not.toContain('warn')
    expect(checks.find(({ id }) => id === 'drift.correlation:a~b')).toMatchObject({ status: 'fail', effect: 'fail', limit: 0.2 })
    expect(checks.find(({ id }) => id === 'drift.correlations')).toMatchObject({
      n: 3,
      observed: 1,
      message: expect.stringContaining('3 pairs'),
    })
    expect(correlations?.[0]).toMatchObject({ a: 'a', b: 'b', state: 'fail' })
  })

  it('a change of 0.15 warns, one of 0.03 does not, and neither does noise', () => {
    expect(found(0.5, 0.35).checks.find(({ id }) => id === 'drift.correlation:a~b')?.status).toBe('warn')
    expect(found(0.5, 0.47, 20_000).checks.filter(({ id }) => id.startsWith('drift.correlation:'))).toEqual([])
    expect(found(0.5, 0.5, 150).checks.filter(({ id }) => id.startsWith('drift.correlation:'))).toEqual([])
  })

  it('are not looked at when they are switched off, nor of columns that are left out', () => {
    expect(found(0.5, -0.5, 2000, { settings: { correlations: false } }).correlations).toBeUndefined()
    expect(
      found(0.5, -0.5, 2000, { columns: { b: { ignore: true } } }).checks.filter(({ id }) => id.startsWith('drift.correlation:')),
    ).toEqual([])
  })
})

describe('the tables as a whole', () => {
  const still = pair(gaussian(1, 2000), gaussian(2, 2000), 'a')
  const duplicated = (before: number, now: number) =>
    judge([], [], {
      reference: { ...table('train', [still[0]]), duplicates: before },
      current: { ...table('current', [still[1]]), duplicates: now },
    }).checks.find(({ id }) => id === 'drift.duplicates')

  it('rows loaded twice are found; as many as before are not', () => {
    expect(duplicated(10, 400)).toMatchObject({ status: 'fail', observed: 0.2, limit: 0.05 })
    expect(duplicated(10, 60)).toMatchObject({ status: 'warn', limit: 0.01 })
    expect(duplicated(400, 410)).toBeUndefined()
    expect(duplicated(400, 10)).toBeUndefined()
  })

  it('a tenth of the usual rows a day is found, beyond every day of training', () => {
    const days = (each: number) => ({ by: 'time' as const, unit: '1 day', rows: [3, ...Array.from({ length: 14 }, (_, i) => each + i), 5] })
    const said = (now: number) =>
      judge([], [], {
        reference: { ...table('train', [still[0]]), blocks: days(1000) },
        current: { ...table('current', [still[1]]), blocks: days(now) },
      }).checks.find(({ id }) => id === 'drift.rows')
    expect(said(80)).toMatchObject({ status: 'fail', message: expect.stringContaining('rows in 1 day') })
    expect(said(400)).toMatchObject({ status: 'warn' })
    expect(said(900)).toBeUndefined()
  })

  it('more failed columns than may are one more fail, never instead of them', () => {
    const [before, now] = pair(gaussian(1, 2000), gaussian(2, 2000, 1))
    const asked = (maxFailedColumns: number) => judge([before], [now], { capAtWarn: true, settings: { maxFailedColumns } }).checks
    expect(asked(0).find(({ id }) => id === 'drift.failed_columns')).toMatchObject({ status: 'fail', effect: 'fail', observed: 1 })
    expect(asked(1).find(({ id }) => id === 'drift.failed_columns')).toMatchObject({ status: 'pass' })
    expect(asked(1).some(({ id, status }) => id === 'drift.shift:x' && status === 'fail')).toBe(true)
  })

  it('importance weighs the columns in one line more', () => {
    const [before, now] = pair(gaussian(1, 2000), gaussian(2, 2000, 1), 'big')
    const line = (importance: Record<string, number>) =>
      judge([before, still[0]], [now, still[1]], { settings: { importance } }).checks.find(({ id }) => id === 'drift.importance')
    expect(line({ big: 0.9, a: 0.1 })).toMatchObject({ status: 'fail' })
    expect(line({ big: 0.05, a: 0.95 })).toMatchObject({ status: 'pass' })
    expect(line({ other: 1 })).toMatchObject({ status: 'skipped' })
  })
})

describe('Hellinger distance, shown', () => {
  it('agrees with what Evidently prints', () => {
    expect(hellinger([16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8])).toBeCloseTo(0.06812774370983354, 12)
    expect(hellinger([5, 0], [0, 7])).toBe(1)
    expect(judgeOne(...pair(gaussian(1, 500), gaussian(2, 500))).row.companions.hellinger).toBeGreaterThan(0)
  })
})

describe('explainDrift', () => {
  it('says every rule in words, as this config sets it', () => {
    const lines = explainDrift(
      model(`data: {current: now.csv, target: y, time: at}
drift:
  reference: {window: 28d}
  certainty: strict
  classifier: true
  columns: {"price_*": {metric: psi, shift: {warn: 0.1, fail: 0.3}}, flag: {max_ratio: 2}, id2: {ignore: true}}`),
    )
    const text = lines.join('\n')
    for (const said of [
      'reference: rows of data.current: the 28d before its last 7d, which are current',
      'JS*: how far two distributions are apart, 0 to 1',
      'drift.shift of features: warns at JS* 0.1, fails at JS* 0.2',
      'drift.shift of predictions: warns at JS* 0.05, fails at JS* 0.1',
      'a limit counts when the change surely lies beyond it',
      'blocks of at',
      'drift.columns.price_* (all that fit): warns at PSI* 0.1, fails at PSI* 0.3',
      'drift.columns.flag: rate of the rarer value: fails at a factor of 2',
      'drift.columns.id2: not tested',
      'drift.range: values beyond',
      'drift.classifier: on at most 5,000 rows',
    ])
      expect(text).toContain(said)
    expect(text).not.toContain('max_failed_columns')
  })

  it('says when it does not run', () => {
    expect(explainDrift(model('drift: false'))).toEqual(['drift is switched off'])
    expect(explainDrift(model('data: {train: a.csv}'))).toEqual(['drift does not run: data.current is not configured'])
  })
})
