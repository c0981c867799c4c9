import { describe, expect, it } from 'vitest'
import { type DriftInput, judgeDrift } from '../../../src/core/drift/judge.ts'
import type { ColumnProfile } from '../../../src/core/schema/profile.ts'
import { random } from '../../../src/core/stats/random.ts'
import { gaussian, judge, judgeOne, labels, numbers, pair, rows, table } from './support.ts'

const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const

describe('a shift must be both certain and large', () => {
  it('half a standard deviation fails at 2,000 rows', () => {
    const { row, checks } = judgeOne(...pair(gaussian(1, 2000), gaussian(2, 2000, 0.55)))
    expect(row.state).toBe('fail')
    expect(row.js).toBeGreaterThan(0.2)
    expect(checks.get('drift.shift:x')).toMatchObject({ status: 'fail', effect: 'fail', limit: 0.2, unit: 'JS*', column: 'x', n: 2000 })
  })

  it('a third of a standard deviation warns', () => {
    const { row, checks } = judgeOne(...pair(gaussian(1, 5000), gaussian(2, 5000, 0.33)))
    expect(row.state).toBe('warn')
    expect(checks.get('drift.shift:x')).toMatchObject({ status: 'warn', effect: 'warn', limit: 0.1 })
  })

  it('a fiftieth of a standard deviation in 400,000 rows is certain, does not matter, and passes', () => {
    const { row, checks } = judgeOne(...pair(gaussian(1, 400_000), gaussian(2, 400_000, 0.02)))
    expect(row.q).toBeLessThan(1e-6)
    expect(row.state).toBe('immaterial')
    expect(checks.get('drift.shift:x')).toMatchObject({ status: 'pass', effect: 'pass' })
  })

  it('few rows without a finding are inconclusive, and the rows that would decide are said', () => {
    const { row, checks } = judgeOne(...pair(gaussian(3, 120), gaussian(4, 120)))
    expect(row.state).toBe('inconclusive')
    expect(checks.get('drift.shift:x')).toMatchObject({ status: 'inconclusive', effect: 'pass' })
    expect(checks.get('drift.shift:x')?.message).toMatch(
      /^x is not decided: too few rows \(2\d\d on each side would show JS\* 0.2\)\. [A-Z].*\. JS\* /,
    )
  })

  it('what inconclusive counts as is the policy', () => {
    const { checks } = judgeOne(...pair(gaussian(3, 120), gaussian(4, 120)), { policy: { ...policy, onInconclusive: 'warn' } })
    expect(checks.get('drift.shift:x')?.effect).toBe('warn')
  })

  it('below 100 rows on either side nothing is tested', () => {
    const { row, checks } = judgeOne(...pair(gaussian(1, 5000), gaussian(2, 99)))
    expect(row).toMatchObject({ state: 'skipped', js: null, p: null, q: null })
    expect(checks.get('drift.shift:x')).toMatchObject({ status: 'skipped', effect: 'skipped' })
  })
})

describe('no drift, no alarm', () => {
  it('in 60 runs of ten columns (normal, tied, zero-inflated, many levels, nulls) at 300 rows at most 4 say anything', () => {
    let alarms = 0
    for (let run = 0; run < 60; run++) {
      const rng = random(1000 + run)
      const draw = (n: number) => {
        const level = (k: number) => Array.from({ length: n }, () => `v${rng.below(k)}`)
        const of = (value: () => number | null) => Array.from({ length: n }, value)
        return {
          continuous: [
            of(rng.normal),
            of(() => Math.exp(rng.normal())),
            of(() => rng.poisson1()),
            of(() => (rng.next() < 0.6 ? 0 : rng.next())),
          ],
          sparse: of(() => (rng.next() < 0.1 ? null : rng.below(50))),
          levels: [level(2), level(5), level(30), level(200), level(1000)],
        }
      }
      const before = draw(300)
      const now = draw(300)
      const numberPairs = [...before.continuous, before.sparse].map((values, i) =>
        pair(values, [...now.continuous, now.sparse][i] ?? [], `n${i}`),
      )
      const labelPairs = before.levels.map((values, i): [ColumnProfile, ColumnProfile] => [
        labels(`c${i}`, values),
        labels(`c${i}`, now.levels[i] ?? []),
      ])
      const pairs = [...numberPairs, ...labelPairs]
      const { checks } = judge(
        pairs.map(([reference]) => reference),
        pairs.map(([, current]) => current),
      )
      if (checks.some(({ status }) => status === 'warn' || status === 'fail')) alarms += 1
    }
    // 2.5 % of 200 runs do; five or more of 60 would be seen once in 50 times if it were so
    expect(alarms).toBeLessThanOrEqual(4)
  })

  it('p-values of a column without drift are uniform: 1 % and 5 % of 600 within sampling error', () => {
    const ps = Array.from({ length: 600 }, (_, i) => judgeOne(...pair(gaussian(i, 400), gaussian(10_000 + i, 200))).row.p ?? 1)
    expect(ps.filter((p) => p <= 0.05).length).toBeGreaterThan(12)
    expect(ps.filter((p) => p <= 0.05).length).toBeLessThan(50)
    expect(ps.filter((p) => p <= 0.01).length).toBeLessThan(16)
  })
})

describe('many columns are tested together', () => {
  it('the adjusted p of a lone finding grows with the family', () => {
    const moved = pair(gaussian(1, 1000), gaussian(2, 1000, 0.2), 'moved')
    const still = Array.from({ length: 19 }, (_, i) => pair(gaussian(100 + i, 1000), gaussian(200 + i, 1000), `still${i}`))
    const all = [moved, ...still]
    const { columns } = judge(
      all.map(([reference]) => reference),
      all.map(([, current]) => current),
    )
    const alone = judgeOne(...moved).row
    const together = columns.find(({ column }) => column === 'moved')
    expect(together?.p).toBe(alone.p)
    expect(together?.q).toBeGreaterThan((alone.p ?? 1) * 5)
  })

  it('labels are a family of their own, with half the thresholds', () => {
    const before = labels('y', rows({ 0: 7655, 1: 2345 }), 'boolean')
    const now = labels('y', rows({ 0: 8379, 1: 1621 }), 'boolean')
    const asLabel = judgeOne(before, now, { targets: ['y'], positive: 1 })
    expect(asLabel.row).toMatchObject({ family: 'labels', state: 'warn', summary: 'positive 23.5 % → 16.2 %' })
    expect(asLabel.checks.get('drift.shift:y')?.limit).toBe(0.05)
    const asFeature = judgeOne(before, now)
    expect(asFeature.row).toMatchObject({ family: 'features', state: 'immaterial' })
  })
})

describe('the advice', () => {
  const fixOf = (now: Readonly<Record<string, number>>) =>
    judgeOne(labels('city', rows({ a: 600, b: 400 })), labels('city', rows(now))).checks.get('drift.shift:city')?.fix
  it('is the next limit that would let it pass', () => {
    expect(fixOf({ a: 200, b: 800 })).toBe(
      'Train on newer data; or, if this is expected, in modelgate.yml: `drift: {columns: {"city": {shift: {warn: 0.4}}}}`',
    )
  })
  it('of a column that has nothing in common with what it was is to look at it: no limit would', () => {
    expect(fixOf({ A: 600, B: 400 })).toBe(
      'Look for what fills this column now: hardly a row is where it was; or, if this is expected, in modelgate.yml: `drift: {columns: {"city": {ignore: true}}}`',
    )
  })
})

describe('a rate that multiplies is seen where the distance is blind', () => {
  const before = labels('fraud', rows({ 0: 19_960, 1: 40 }), 'boolean')
  const at = (positives: number) => labels('fraud', rows({ 0: 20_000 - positives, 1: positives }), 'boolean')
  const ask = (positives: number) => judgeOne(before, at(positives), { targets: ['fraud'], positive: 1 })

  it('0.2 % to 0.5 % of fraud fails with a JS* of 0.02', () => {
    const { row, checks } = ask(100)
    expect(row.js).toBeLessThan(0.03)
    expect(row.state).toBe('immaterial')
    expect(checks.get('drift.rate_ratio:fraud')).toMatchObject({ status: 'fail', limit: 2, observed: 2.5 })
  })

  it('a factor of 1.75 warns, one of 1.2 says nothing, a vanished class fails', () => {
    expect(ask(70).checks.get('drift.rate_ratio:fraud')).toMatchObject({ status: 'warn', limit: 1.5 })
    expect(ask(48).checks.has('drift.rate_ratio:fraud')).toBe(false)
    expect(ask(0).checks.get('drift.rate_ratio:fraud')).toMatchObject({ status: 'fail' })
  })

  it('classes that are stored as 0.0 and 1.0 are seen too, rare as they may be', () => {
    const floats = (positives: number) => [...new Array<number>(20_000 - positives).fill(0), ...new Array<number>(positives).fill(1)]
    const [reference, current] = pair(floats(40), floats(100), 'fraud')
    const { checks } = judgeOne({ ...reference, kind: 'boolean' }, { ...current, kind: 'boolean' }, { targets: ['fraud'], positive: 1 })
    expect(checks.get('drift.rate_ratio:fraud')).toMatchObject({ status: 'fail', observed: 2.5 })
  })

  it('a factor of 2 in 200 rows is noise', () => {
    const small = judgeOne(labels('y', rows({ 0: 195, 1: 5 }), 'boolean'), labels('y', rows({ 0: 190, 1: 10 }), 'boolean'), {
      targets: ['y'],
    })
    expect(small.checks.has('drift.rate_ratio:y')).toBe(false)
  })
})

describe('policy', () => {
  const moved = pair(gaussian(1, 2000), gaussian(2, 2000, 1))

  it('on a pull request a fail is capped at warn, unless its limit was written', () => {
    expect(judgeOne(...moved, { capAtWarn: true }).checks.get('drift.shift:x')).toMatchObject({ status: 'fail', effect: 'warn' })
    const written = judgeOne(...moved, { capAtWarn: true, columns: { x: { shift: { fail: 0.3 } } } })
    expect(written.checks.get('drift.shift:x')).toMatchObject({ status: 'fail', effect: 'fail', limit: 0.3 })
  })

  it('a written limit replaces the defaults whole', () => {
    expect(judgeOne(...moved, { columns: { x: { shift: { warn: 0.3 } } } }).row.state).toBe('warn')
    expect(judgeOne(...moved, { columns: { x: { shift: { fail: 0.6 } } } }).row.state).toBe('immaterial')
  })

  it('an ignored column is listed as such, never counted as passed', () => {
    const { row, checks } = judgeOne(...moved, { columns: { x: { ignore: true } } })
    expect(row).toMatchObject({ state: 'skipped', summary: 'the config says to ignore it' })
    expect(checks.get('drift.shift:x')).toMatchObject({ effect: 'skipped' })
  })

  describe('where nothing at all was tested, that is said', () => {
    const found = (judged: ReturnType<typeof judgeOne>) => judged.checks.get('drift.nothing_tested')
    const few = pair(gaussian(1, 60), gaussian(2, 60))

    it('as a warning, where no number of rows would change it', () => {
      const check = found(judgeOne(...moved, { columns: { x: { ignore: true } } }))
      expect(check).toMatchObject({ status: 'warn', effect: 'warn', names: ['x'] })
      expect(check?.message).toBe('nothing was tested for drift: x: the config says to ignore it')
      expect(check?.fix).toContain('`drift: false`')
    })

    it.each([
      ['pass', 'skipped'],
      ['warn', 'warn'],
      ['fail', 'fail'],
    ] as const)('as undecided, where more rows would: gate.on_inconclusive %s makes it %s', (onInconclusive, effect) => {
      const check = found(judgeOne(...few, { policy: { onInconclusive, onMissing: 'warn' } }))
      expect(check).toMatchObject({ status: 'inconclusive', effect })
      expect(check?.message).toBe('nothing was tested for drift: x: 60 rows are too few, 100 on each side are needed')
    })

    it('and not beside a column that was', () => expect(found(judgeOne(...moved))).toBeUndefined())
  })

  it.each([
    [undefined, 'at training'],
    ['named', 'in the reference'],
    ['window', 'in the window before'],
  ] as const)('says what the reference is: %s', (era, words) => {
    const [before, now] = pair(gaussian(1, 2000), [...gaussian(2, 1800), ...new Array<null>(200).fill(null)])
    const { checks } = judgeOne(before, now, era === undefined ? {} : { era })
    expect(checks.get('drift.nulls:x')?.message).toBe(`x is missing in 10 % of the rows, 0 % ${words}`)
  })

  it('only the features are tested when they are named; target, id and time never are as features', () => {
    const columns = ['a', 'b', 'id', 'when', 'y'].map((name) => labels(name, rows({ u: 300, v: 300 })))
    const other = ['a', 'b', 'id', 'when', 'y'].map((name) => labels(name, rows({ u: 310, v: 290 })))
    const tested = (more: Partial<DriftInput>) => judge(columns, other, more).columns.map(({ column, family }) => `${family} ${column}`)
    expect(tested({ targets: ['y'], leaveOut: ['id', 'when'] })).toEqual(['features a', 'features b', 'labels y'])
    expect(tested({ targets: ['y'], leaveOut: ['id', 'when'], features: ['b'] })).toEqual(['features b', 'labels y'])
  })

  it('a column with a limit of its own is tested, whatever else it is: no limit is without effect', () => {
    const before = ['a', 'b', 'g'].map((name) => labels(name, rows({ u: 300, v: 300 })))
    const after = ['a', 'b', 'g'].map((name) => labels(name, rows({ u: 590, v: 10 })))
    const { checks } = judge(before, after, {
      leaveOut: ['g'],
      features: ['a'],
      columns: { b: { shift: { fail: 0.1 } }, g: { shift: { fail: 0.1 } } },
    })
    for (const id of ['drift.shift:b', 'drift.shift:g'])
      expect(checks.find((check) => check.id === id)).toMatchObject({ effect: 'fail', limit: 0.1 })
  })

  it('the same data is said to be the same, not praised for not moving', () => {
    const one = table('train', [numbers('x', gaussian(1, 500))])
    const input: DriftInput = {
      reference: one,
      current: { ...one, role: 'current' },
      targets: [],
      positive: null,
      features: null,
      leaveOut: [],
      columns: {},
      policy,
      capAtWarn: false,
    }
    const { checks, sameData, columns } = judgeDrift(input)
    expect(sameData).toBe(true)
    expect(columns).toEqual([])
    expect(checks.map(({ id, effect }) => `${id} ${effect}`)).toEqual(['drift.same_data skipped'])
  })
})

describe('a column of another type', () => {
  it('fails on its own: a number that is text now', () => {
    const { row, checks } = judgeOne(numbers('x', gaussian(1, 500)), labels('x', rows({ a: 300, b: 200 })))
    expect(row).toMatchObject({ state: 'fail', js: null })
    expect([...checks.keys()]).toEqual(['drift.type:x'])
    expect(checks.get('drift.type:x')).toMatchObject({ status: 'fail', effect: 'fail' })
  })

  it('is compared as numbers where few integers come as floats', () => {
    const levels = (n: number) => Array.from({ length: n }, (_, i) => i % 7)
    const [before, now] = pair(levels(700), levels(1400), 'weekday')
    const reference: ColumnProfile = { ...labels('weekday', levels(700).map(String)), numeric: before.numeric }
    expect(judgeOne(reference, now).row).toMatchObject({ state: 'ok', js: 0 })
  })
})

describe('PII-01 no value and no label is named', () => {
  it('in no check and no row, whatever moved', () => {
    const canary = 'CANARY-7'
    const before = labels('c', rows({ a: 400, b: 400, [`${canary}-gone`]: 200 }))
    const now = labels('c', rows({ a: 400, b: 300, [canary]: 300 }))
    const result = judge([before], [now])
    expect(result.checks.map(({ id }) => id)).toEqual(['drift.shift:c', 'drift.unseen:c', 'drift.vanished:c'])
    expect(JSON.stringify(result)).not.toContain('CANARY')
  })

  it('of sensitive labels nothing is kept: only their missing values are compared', () => {
    const hidden = (nulls: number): ColumnProfile => {
      const column = labels('name', [...rows({ a: 500 - nulls }), ...new Array<null>(nulls).fill(null)])
      return { ...column, sensitive: true, categories: { top: [], other_count: 500 - nulls, distinct: null } }
    }
    const { row, checks } = judgeOne(hidden(0), hidden(50))
    expect(row.summary).toBe('sensitive: only missing values are compared, missing 0 % → 10 %')
    expect([...checks.keys()]).toContain('drift.nulls:name')
  })

  it('and of a sensitive number not even the median', () => {
    const [reference, current] = pair(gaussian(1, 500, 50_000), gaussian(2, 500, 50_000))
    const shown = judgeOne({ ...reference, sensitive: true }, { ...current, sensitive: true })
    expect(shown.row.summary).toMatch(/^largest change [\d.]+ % of the rows, in one of \d+ cells$/)
    expect(judgeOne(reference, current).row.summary).toMatch(/^median 50,000|^median 49,99/)
  })

  it('a median that stayed where it was is said once, with what changed around it', () => {
    const halves = (low: number) => Array.from({ length: 1000 }, (_, i) => (i < low ? i % 4 : i < 600 ? 4.5 : 5 + (i % 4)))
    const { row } = judgeOne(...pair(halves(400), halves(300)))
    expect(row.summary).toMatch(/^median 4\.5 as before, largest change 10 % of the rows, in one of \d+ cells$/)
  })

  it('of a column that has one cell that is said', () => {
    const [reference, current] = [500, 400].map((n) => labels('flag', rows({ no: n }), 'boolean'))
    if (reference === undefined || current === undefined) throw new Error('two columns')
    expect(judgeOne(reference, current).row.summary).toBe('all rows in one cell')
  })

  it('medians have four digits, and more where they would look the same; beyond the range of training it is the mean', () => {
    const around = (middle: number) => Array.from({ length: 500 }, (_, i) => middle + (i - 250) / 1e6)
    expect(judgeOne(...pair(around(6.1), around(7))).row.summary).toBe('mean 6.1 → 7')
    expect(judgeOne(...pair(around(0.12341), around(0.12344))).row.summary).toBe('median 0.1234 → 0.12344')
  })
})
