import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { attribute, floats, mlNode, modelOf, node, tensorOf } from '../../support/onnx-models.ts'
import { type Bench, makeBench, outcome } from './support.ts'

let bench: Bench
beforeEach(() => {
  bench = makeBench()
})
afterEach(() => bench.close())

const regions = ['Northmark', 'Southmark', 'Eastmark']

/** late when amount plus something of its own is above 0; the region says nothing of it */
const rows = (count: number, regionOf = (i: number): string => regions[i % 3] ?? ''): string => {
  const lines = ['amount,region,sex,only,row,late']
  for (let i = 0; i < count; i += 1) {
    const amount = ((i * 37) % 401) / 100 - 2
    const noise = ((i * 101) % 199) / 100 - 1
    lines.push(`${amount},${regionOf(i)},${i % 7 < 3 ? 'fff' : 'mmm'},same,name ${i},${amount + noise > 0 ? 1 : 0}`)
  }
  return `${lines.join('\n')}\n`
}

/** σ(amount + a shift of the region) */
const model = (shifts: readonly number[]): Uint8Array =>
  modelOf({
    node: [
      mlNode(
        'LabelEncoder',
        ['region'],
        ['shift'],
        [
          attribute.strings('keys_strings', regions),
          attribute.floats('values_floats', [...shifts]),
          { name: 'default_float', type: 1, f: 0 },
        ],
      ),
      node('Mul', ['amount', 'slope'], ['scaled']),
      node('Add', ['scaled', 'shift'], ['z']),
      node('Sigmoid', ['z'], ['score']),
    ],
    initializer: [floats('slope', [1], [3])],
    input: [tensorOf('region', 'string', 'n', 1), tensorOf('amount', 'float', 'n', 1)],
    output: [tensorOf('score', 'float', 'n', 1)],
  })

const config = (fairness: string, data = '', more = '') => `models:
  m:
    model: m.onnx
    data: {test: test.csv, target: late${data}}
    baseline: [base.onnx]
    evaluate: {metrics: {roc_auc: {max_drop: 30pp}}, fairness: ${fairness}}
${more}`

describe('fairness', () => {
  beforeEach(() => {
    bench.write('m.onnx', model([0, 0, -2]))
    bench.write('base.onnx', model([0, 0, 0]))
    bench.write('test.csv', rows(3000))
  })

  it('a model that asks more of one region is stopped by it, and the change is too', async () => {
    const result = await bench.evaluate(
      config('{by: [region, sex], metrics: {tpr: {max_difference: 10pp, max_rise: 5pp}, selection_rate: {min_ratio: 80%}}}'),
    )
    expect(outcome(result)).toBe('fail')
    const failed = result.checks.filter(({ effect }) => effect === 'fail')
    expect(failed.map(({ id }) => id)).toEqual([
      'evaluate.fairness_difference:tpr:region',
      'evaluate.fairness_rise:tpr:region',
      'evaluate.fairness_ratio:selection_rate:region',
    ])
    // the first by name
    expect(failed[0]?.message).toMatch(/^tpr differs by \d+\.\d pp over region \(limit 10\.0 pp\): .* in region#[23] .* in region#1 /)
    expect(result.checks.filter(({ column }) => column === 'sex').map(({ status }) => status)).toEqual(['pass', 'pass', 'pass'])
    for (const region of regions) expect(JSON.stringify(result.checks)).not.toContain(region)

    const { fairness, metrics } = evaluateDetails.parse(result.details)
    expect(
      fairness?.columns.map(({ column, groups }) => `${column} ${groups.map(({ label, rows }) => `${label} ${rows}`).join(' ')}`),
    ).toEqual(['region Eastmark 1000 Northmark 1000 Southmark 1000', 'sex fff 1287 mmm 1713'])
    // no metric of the whole is judged by it
    expect(metrics.find(({ name }) => name === 'roc_auc')?.gated).toBe(true)
    expect(fairness?.list.find(({ column, name }) => column === 'region' && name === 'equalized_odds')).toMatchObject({ gated: false })
  })

  it('labels of a sensitive column are nowhere', async () => {
    const result = await bench.evaluate(config('{by: [region], metrics: {tpr: {max_difference: 10pp}}}', ', sensitive: [region]'))
    expect(outcome(result)).toBe('fail')
    for (const region of regions) expect(JSON.stringify(result)).not.toContain(region)
    expect(evaluateDetails.parse(result.details).fairness?.columns[0]?.groups[0]).toEqual({ group: 'region#1', label: null, rows: 1000 })
  })

  it('rows without a value belong to no group, and are counted', async () => {
    bench.write(
      'test.csv',
      rows(3000, (i) => (i % 10 === 0 ? '' : (regions[i % 3] ?? ''))),
    )
    const result = await bench.evaluate(config('{by: [region], metrics: {fpr: {max_difference: 50pp}}}'))
    expect(result.checks.find(({ id }) => id.startsWith('evaluate.fairness'))).toMatchObject({ status: 'pass' })
    expect(result.checks.find(({ id }) => id.startsWith('evaluate.fairness'))?.message).toContain(
      '300 rows without a value of region are left out',
    )
    expect(evaluateDetails.parse(result.details).fairness?.columns[0]).toMatchObject({ without: 300 })
  })

  it('the same bytes as the baseline have no rise to judge, and gaps all the same', async () => {
    bench.write('base.onnx', model([0, 0, -2]))
    const result = await bench.evaluate(config('{by: [region], metrics: {tpr: {max_difference: 10pp, max_rise: 5pp}}}'))
    const status = (word: string) => result.checks.find(({ id }) => id === `evaluate.fairness_${word}:tpr:region`)?.status
    expect([status('difference'), status('rise')]).toEqual(['fail', 'skipped'])
  })

  it('without limits everything is shown and nothing is gated', async () => {
    const result = await bench.evaluate(config('{by: [region]}'))
    expect(result.checks.filter(({ id }) => id.startsWith('evaluate.fairness'))).toEqual([])
    expect(evaluateDetails.parse(result.details).fairness?.list).toHaveLength(9)
  })

  it('says before any work what it will judge', async () => {
    const lines = await bench.explain(config('{by: [region, [region, sex]], metrics: {tpr: {max_difference: {warn: 5pp, fail: 10pp}}}}'))
    expect(lines.filter((line) => /fairness/.test(line))).toEqual([
      'fairness over region, region+sex: every two groups are compared; a group needs 50 rows of the kind that a measure rests on',
      'evaluate.fairness_difference:tpr: a difference above 5 pp warns, a difference above 10 pp fails, beyond the limit and certain at 5 % that there is a gap (Holm over all pairs, measures and columns); one that may be chance is inconclusive',
      'fairness over region, tpr: 3 of 3 groups have 50 positive rows',
      'fairness over region+sex, tpr: 6 of 6 groups have 50 positive rows',
    ])
  })

  it.each([
    ['a column that is not there', '{by: [gender]}', /COLUMNS_MISSING|no column 'gender'/],
    ['a column of one value', '{by: [only]}', /'only' of test\.csv.* has one value only: there are no groups to compare/],
    ['a column of names', '{by: [row]}', /'row' of test\.csv.* has 3000 values, and 50 groups can be compared at most/],
    [
      'a measure of another task',
      '{by: [sex], metrics: {mae: {max_difference: 1}}}',
      /mae is a measure of regression, not of a binary task/,
    ],
    [
      'a class that two labels do not have',
      '{by: [sex], metrics: {tpr: {class: late, max_difference: 1pp}}}',
      /a binary task has no class to name/,
    ],
  ])('%s is an error in one sentence', async (_, fairness, says) => {
    const result = await bench.evaluate(config(fairness))
    expect(result.verdict).toBe('error')
    expect(outcome(result)).toMatch(says)
  })
})

describe('calibration', () => {
  const calibrated = (calibration: string) => `models:
  m:
    model: m.onnx
    data: {test: test.csv, target: late}
    baseline: [base.onnx]
    evaluate: {metrics: {roc_auc: {max_drop: 30pp}}${calibration}}
`
  beforeEach(() => {
    bench.write('m.onnx', model([-2, -2, -2]))
    bench.write('base.onnx', model([0, 0, 0]))
    bench.write('test.csv', rows(3000))
  })

  it('a model whose probabilities are off fails where that is asked for, and is told of where it is not', async () => {
    const asked = await bench.evaluate(calibrated(', calibration: {max_excess: 0.05}'))
    expect(asked.checks.find(({ id }) => id === 'evaluate.calibration')).toMatchObject({ status: 'fail', limit: 0.05 })
    const plain = await bench.evaluate(calibrated(''))
    expect(plain.checks.some(({ id }) => id === 'evaluate.calibration')).toBe(false)
    const { calibration } = evaluateDetails.parse(plain.details)
    expect(calibration?.excess.width).toBeGreaterThan(0.05)
    expect(calibration?.baseline?.excess.width).toBeLessThan(calibration?.excess.width ?? 0)
    expect(calibration?.table.reduce((sum, bin) => sum + bin.rows, 0)).toBe(3000)
  })

  it('says before any work what it will judge', async () => {
    const lines = await bench.explain(calibrated(', calibration: {max_excess: {warn: 0.02, fail: 0.05}, binning: mass}'))
    expect(lines.filter((line) => line.startsWith('evaluate.calibration'))).toEqual([
      "evaluate.calibration: an error above 0.02 beyond chance warns, an error above 0.05 beyond chance fails, in 15 bins of equal mass, where Spiegelhalter's test is certain at 0.01; else inconclusive",
    ])
  })
})
