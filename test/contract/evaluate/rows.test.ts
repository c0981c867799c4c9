import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { identityModel } from '../../support/onnx-models.ts'
import { type Bench, makeBench, outcome } from './support.ts'

let bench: Bench
beforeEach(() => {
  bench = makeBench()
  bench.write('m.onnx', identityModel('p'))
})
afterEach(() => bench.close())

const config = (data: string, more = '') => `models:
  m:
    model: m.onnx
    data: {test: test.csv, target: late${data}}
    baseline: []
${more}`

interface Row {
  readonly id: number | string
  readonly p: number
  readonly late: number | string
  readonly route: string
  readonly w: number | string
  readonly at: string
}

/** p is right more often than not */
const row = (i: number): Row => ({
  id: i,
  p: ((i * 37) % 100) / 100,
  late: (i * 37) % 100 > 30 + ((i * 53) % 40) ? 1 : 0,
  route: `r${Math.floor(i / 10)}`,
  w: (i % 3) + 1,
  at: '2020-01-01',
})
const rows = (count: number, change: (made: Row, i: number) => Partial<Row> = () => ({})): readonly Row[] =>
  Array.from({ length: count }, (_, i) => ({ ...row(i), ...change(row(i), i) }))
const csv = (list: readonly Row[]): string =>
  `id,p,late,route,w,at\n${list.map(({ id, p, late, route, w, at }) => [id, p, late, route, w, at].join(',')).join('\n')}\n`

async function metric(text: string, name: string) {
  const result = await bench.evaluate(text)
  expect(outcome(result)).not.toMatch(/^[A-Z_]+:/)
  return evaluateDetails.parse(result.details).metrics.find((one) => one.metric === name)?.candidate
}

describe('data.weight', () => {
  it('a weight of 2 is the row twice', async () => {
    const some = rows(300)
    bench.write('test.csv', csv(some))
    const weighted = await metric(config(', weight: w'), 'roc_auc')
    bench.write('test.csv', csv(some.flatMap((one) => Array.from({ length: Number(one.w) }, () => one))))
    const repeated = await metric(config(''), 'roc_auc')
    expect(weighted?.value).toBeCloseTo(repeated?.value ?? 0, 12)
    bench.write('test.csv', csv(some))
    expect((await metric(config(''), 'roc_auc'))?.value).not.toBeCloseTo(weighted?.value ?? 0, 4)
  })

  it('a weight of 0 is no row, in parts of the rows either: of groups, slices and what is told they are the same without it', async () => {
    const some = rows(600, (_, i) => ({ w: i % 3 === 0 && i > 90 ? 0 : 1, route: i < 150 ? 'a' : i < 400 ? 'b' : 'c' }))
    const settings = `    evaluate:
      slices: {by: [route], min_rows: 132, metrics: {accuracy: {min: 0.99}}}
      fairness: {by: [route], min_rows: 20, metrics: {accuracy: {max_difference: 1pp}}}
`
    const [all, kept] = [some, some.filter(({ w }) => w !== 0)]
    const told = []
    for (const list of [all, kept]) {
      bench.write('test.csv', csv(list))
      const result = await bench.evaluate(config(', weight: w', settings))
      const details = evaluateDetails.parse(result.details)
      told.push({
        checks: result.checks.filter(({ id }) => id !== 'evaluate.determinism'),
        rows: details.rows,
        slices: details.slices,
        fairness: details.fairness,
      })
      expect(details.excluded).toEqual(list === all ? { 'of weight 0, which is no row': all.length - kept.length } : {})
      const lines = (await bench.explain(config(', weight: w', settings))).join('\n')
      expect(lines).toContain('slices of route: 2 of 3 parts have 132 rows')
    }
    expect(told[0]).toEqual(told[1])
  })

  it.each([
    ['negative', (_: Row, i: number) => ({ w: i < 3 ? -1 : 1 }), 'is negative in 3 of 300 rows'],
    ['missing', (_: Row, i: number) => ({ w: i === 7 ? '' : 1 }), 'is missing in 1 of 300 rows'],
    ['all 0', () => ({ w: 0 }), 'is 0 in every row'],
    ['endless', (_: Row, i: number) => ({ w: i === 7 || i === 9 ? 'inf' : 1 }), 'is not finite in 2 of 300 rows'],
    ['huge', (_: Row, i: number) => ({ w: i < 3 ? '1e308' : 1 }), 'is above 1e+100 or, without being 0, below 1e-100 in 3 of 300 rows'],
    ['tiny', () => ({ w: '5e-324' }), 'is above 1e+100 or, without being 0, below 1e-100 in 300 of 300 rows'],
    ['text', () => ({ w: 'heavy' }), 'is stored as VARCHAR, which is no number'],
  ])('GATE-02 weights that are %s are refused in one sentence', async (_, change, says) => {
    bench.write('test.csv', csv(rows(300, change)))
    expect(outcome(await bench.evaluate(config(', weight: w')))).toContain(`WEIGHT_INVALID: 'w' of test.csv, which is data.weight, ${says}`)
  })
})

it('weights of any size between are weights', async () => {
  const some = rows(300)
  bench.write('test.csv', csv(some))
  const usual = await metric(config(', weight: w'), 'roc_auc')
  for (const factor of [1e-97, 1e97]) {
    bench.write('test.csv', csv(some.map((one) => ({ ...one, w: Number(one.w) * factor }))))
    expect((await metric(config(', weight: w'), 'roc_auc'))?.value, `${factor}`).toBeCloseTo(usual?.value ?? 0, 10)
  }
})

describe('data.group', () => {
  it('groups are what is counted: rows of one route say the same again, so the interval is wider', async () => {
    // ten rows of a route are copies of one
    bench.write('test.csv', csv(rows(1000, (_, i) => ({ ...row(Math.floor(i / 10) * 10), id: i }))))
    const width = ({ interval = null } = { interval: null as readonly (number | null)[] | null | undefined }) =>
      (interval?.[1] ?? Number.NaN) - (interval?.[0] ?? Number.NaN)
    const alone = await metric(config(''), 'roc_auc')
    const grouped = await metric(config(', group: route'), 'roc_auc')
    expect(grouped?.value).toBe(alone?.value)
    expect(width(grouped) / width(alone)).toBeGreaterThan(2)
    expect(width(grouped) / width(alone)).toBeLessThan(4.5)
  })

  it('a row of no known group stands for itself', async () => {
    bench.write('test.csv', csv(rows(300, () => ({ route: '' }))))
    const alone = await metric(config(', group: id'), 'accuracy')
    expect(await metric(config(', group: route'), 'accuracy')).toEqual(alone)
  })

  it('a group that is no column is named', async () => {
    bench.write('test.csv', csv(rows(50)))
    expect(outcome(await bench.evaluate(config(', group: city')))).toContain(
      "COLUMNS_MISSING: test.csv has no column 'city', which is data.group",
    )
  })
})

describe('data.label_delay', () => {
  const young = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)

  it('leaves out rows too young to have their label, and counts them; a missing label there is none', async () => {
    bench.write('test.csv', csv(rows(300, (_, i) => (i % 10 === 0 ? { at: young, late: i % 20 === 0 ? '' : 1 } : {}))))
    const result = await bench.evaluate(config(', time: at, label_delay: 60d'))
    const details = evaluateDetails.parse(result.details)
    expect(details.rows).toBe(270)
    expect(Object.values(details.excluded)).toEqual([30])
    expect(Object.keys(details.excluded).join()).toContain('younger than data.label_delay')
    expect(result.inputs.find(({ role }) => role === 'test')?.rows).toBe(300)
    expect(await bench.rows('.modelgate/m/predictions.parquet')).toHaveLength(270)
  })

  it('GATE-04 is an error when it leaves no row', async () => {
    bench.write('test.csv', csv(rows(300, () => ({ at: young }))))
    expect(outcome(await bench.evaluate(config(', time: at, label_delay: 60d')))).toContain(
      'EVALUATION_EMPTY: all 300 rows of test.csv are younger than data.label_delay',
    )
  })

  it('wants a time that is one', async () => {
    bench.write('test.csv', csv(rows(300)))
    expect(outcome(await bench.evaluate(config(', time: route, label_delay: 60d')))).toContain("COLUMN_UNFIT: column 'route' of test.csv")
  })
})

describe('data.id', () => {
  it('a row that is there twice is an error, counted', async () => {
    bench.write('test.csv', csv(rows(300, (_, i) => ({ id: i < 4 ? 0 : i }))))
    const found = outcome(await bench.evaluate(config(', id: id')))
    expect(found).toContain("IDS_REPEATED: 'id' of test.csv, which is data.id, names a row again in 3 of 300 rows")
  })
})
