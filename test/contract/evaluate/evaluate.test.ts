import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildLinearModel } from '../../../src/core/onnx/build.ts'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { attribute, classifierWithZipMap, floats, logistic, mlNode, modelOf, nanModel, node, tensorOf } from '../../support/onnx-models.ts'
import { type Bench, makeBench, outcome } from './support.ts'

let bench: Bench
beforeEach(() => {
  bench = makeBench()
})
afterEach(() => bench.close())

const config = (data: string, more = '', baseline = 'base.onnx') => `models:
  m:
    model: m.onnx
    data: {test: test.csv, target: late${data}}
    baseline: [${baseline}]
${more}`

/** amount in −2 … 2; late when amount plus something of its own is above 0: learnable, not perfectly */
const rows = (count: number): string => {
  const lines = ['id,amount,kind,late']
  for (let i = 0; i < count; i += 1) {
    const amount = ((i * 37) % 401) / 100 - 2
    const noise = ((i * 101) % 199) / 100 - 1
    lines.push(`${1000 + i},${amount},${['air', 'sea', ''][i % 3]},${amount + noise > 0 ? 1 : 0}`)
  }
  return `${lines.join('\n')}\n`
}

/** σ(slope · amount) as an input of its own name, and the kind as text, which adds nothing */
const byName = (slope: number): Uint8Array =>
  modelOf({
    node: [
      mlNode(
        'LabelEncoder',
        ['kind'],
        ['code'],
        [
          attribute.strings('keys_strings', ['air', 'sea', '']),
          attribute.floats('values_floats', [0, 0, 0]),
          { name: 'default_float', type: 1, f: 9 },
        ],
      ),
      node('Mul', ['amount', 'slope'], ['scaled']),
      node('Add', ['scaled', 'code'], ['z']),
      node('Sigmoid', ['z'], ['score']),
    ],
    initializer: [floats('slope', [1], [slope])],
    input: [tensorOf('kind', 'string', 'n', 1), tensorOf('amount', 'float', 'n', 1)],
    output: [tensorOf('score', 'float', 'n', 1)],
  })

const digest = (bytes: Uint8Array | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

describe('evaluate', () => {
  it('scores candidate and baseline on the same rows, and records what it read', async () => {
    const [candidate, baseline, test] = [byName(3), byName(0.1), rows(6000)]
    bench.write('m.onnx', candidate)
    bench.write('base.onnx', baseline)
    bench.write('test.csv', test)
    const result = await bench.evaluate(config(', id: id'))
    expect(outcome(result)).toBe('pass')
    const details = evaluateDetails.parse(result.details)
    expect(details).toMatchObject({ task: 'binary', primary: 'roc_auc', rows: 6000, labels: ['0', '1'], positive: '1', unchanged: false })
    expect(result.inputs.map(({ role, path, digest: found, rows: count }) => ({ role, path, found, count }))).toEqual([
      { role: 'model', path: 'm.onnx', found: digest(candidate), count: null },
      { role: 'baseline', path: 'base.onnx', found: digest(baseline), count: null },
      { role: 'test', path: 'test.csv', found: digest(test), count: 6000 },
    ])
    expect(result.baseline).toMatchObject({ ref: 'base.onnx', digest: digest(baseline), same_rows: true })
    expect(bench.said.join('\n')).toContain('task binary, as its target looks')
    // a monotone change of one feature changes no order: the same AUC, to the last digit
    const auc = details.metrics.find(({ metric }) => metric === 'roc_auc')
    expect(auc?.candidate.value).toBeCloseTo(auc?.baseline?.value ?? 0, 12)
    expect(auc?.candidate.value).toBeGreaterThan(0.8)

    const written = await bench.rows('.modelgate/m/predictions.parquet')
    expect(written).toHaveLength(6000)
    const [first] = written
    expect(first).toMatchObject({ id: 1000, y: '0', predicted: '0' })
    expect(Number(first?.score)).toBeCloseTo(1 / (1 + Math.exp(6)), 5)
  })

  it('stops a worse model', async () => {
    bench.write('m.onnx', byName(-1))
    bench.write('base.onnx', byName(1))
    bench.write('test.csv', rows(2000))
    const result = await bench.evaluate(config('', '    evaluate: {metrics: {roc_auc: {min: 0.7, max_drop: 1pp}}}\n'))
    expect(outcome(result)).toBe('fail')
    expect(result.checks.filter(({ effect }) => effect === 'fail').map(({ id }) => id)).toEqual(
      expect.arrayContaining(['evaluate.min:roc_auc', 'evaluate.max_drop:roc_auc']),
    )
  })

  it('a baseline file that is not there is to be put there; promoting would not help', async () => {
    bench.write('m.onnx', byName(3))
    bench.write('test.csv', rows(600))
    const check = (await bench.evaluate(config(''))).checks.find(({ status }) => status === 'no-baseline')
    expect(check?.message).toContain('there is no such file')
    expect(check?.fix).toBe('put the model of `baseline.from` there, or correct its path')
  })

  it('says that a model is unchanged, and still judges its level', async () => {
    bench.write('m.onnx', byName(1))
    bench.write('base.onnx', byName(1))
    bench.write('test.csv', rows(500))
    const result = await bench.evaluate(config('', '    evaluate: {metrics: {roc_auc: {min: 0.99}}}\n'))
    expect(evaluateDetails.parse(result.details).unchanged).toBe(true)
    expect(result.checks.find(({ id }) => id === 'evaluate.min:roc_auc')?.status).toBe('fail')
    expect(result.checks.find(({ id }) => id === 'evaluate.max_drop:roc_auc')?.status).toBe('skipped')
  })

  it('takes a matrix in the order of features, ZipMap at its end, labels of text', async () => {
    bench.write(
      'test.csv',
      `a,b,late\n${Array.from({ length: 300 }, (_, i) => `${i % 7},${i % 3},${['on time', 'late', 'cancelled'][i % 3]}`).join('\n')}\n`,
    )
    // the class follows b, which is the second feature: sorted labels are cancelled, late, on time
    const model = (sharp: number) =>
      classifierWithZipMap({
        width: 2,
        labels: ['cancelled', 'late', 'on time'],
        coefficients: [0, sharp, 0, 0, 0, -sharp],
        intercepts: [-sharp, sharp / 9, sharp],
      })
    bench.write('m.onnx', model(20))
    bench.write('base.onnx', model(0.01))
    const result = await bench.evaluate(config(', features: [a, b]'))
    const details = evaluateDetails.parse(result.details)
    expect(details).toMatchObject({ task: 'multiclass', primary: 'accuracy', labels: ['cancelled', 'late', 'on time'] })
    expect(details.rewrites).toEqual(['ZipMap dropped: the probabilities come out as a tensor'])
    expect(details.metrics.find(({ metric }) => metric === 'accuracy')?.candidate.value).toBe(1)
    expect(result.checks.filter(({ effect }) => effect === 'fail' || effect === 'error')).toEqual([])
  })

  it('knows the classes of a builtin model, in their order, when the test data lacks one', async () => {
    // sorted as text (10, 9, a), sorted as numbers (9, 10), and the column of `a` between them: only the file can tell
    const builtin = (slope: number) =>
      buildLinearModel({
        task: 'multiclass',
        classes: { type: 'string', labels: ['9', 'a', '10'] },
        encoders: [{ kind: 'numeric', column: 'x', mean: 0, scale: 1, low: -5, high: 5 }],
        intercepts: [0, -3, 0],
        weights: [Float64Array.of(-slope, 0), Float64Array.of(0, 0), Float64Array.of(slope, 0)],
      })
    bench.write('m.onnx', builtin(2))
    bench.write('base.onnx', builtin(0.1))
    const lines = Array.from({ length: 400 }, (_, i) => `${(i % 9) - 4.5},${i % 9 >= 5 !== (i % 40 === 0) ? 10 : 9}`)
    bench.write('test.csv', `x,late\n${lines.join('\n')}\n`)
    const result = await bench.evaluate(config(''))
    expect(outcome(result)).toBe('pass')
    const details = evaluateDetails.parse(result.details)
    expect(details).toMatchObject({ task: 'multiclass', labels: ['10', '9'] })
    expect(details.metrics.find(({ metric }) => metric === 'accuracy')?.candidate.value).toBeCloseTo(1 - 10 / 400, 12)
    const written = await bench.rows('.modelgate/m/predictions.parquet')
    expect(written[8]).toMatchObject({ y: '10', predicted: '10' })
  })

  it('scores a regression, with a model that was exported for one row at a time', async () => {
    const model = (slope: number, batch: number | 'n') =>
      modelOf({
        node: [node('Mul', ['x', 'w'], ['y'])],
        initializer: [floats('w', [1, 1], [slope])],
        input: [tensorOf('x', 'float', batch, 1)],
        output: [tensorOf('y', 'float', batch, 1)],
      })
    bench.write('m.onnx', model(2, 7))
    bench.write('base.onnx', model(1.5, 'n'))
    bench.write('test.csv', `x,late\n${Array.from({ length: 100 }, (_, i) => `${i},${2 * i + (i % 2 ? 0.25 : -0.25)}`).join('\n')}\n`)
    const details = evaluateDetails.parse((await bench.evaluate(config(''))).details)
    expect(details).toMatchObject({ task: 'regression', primary: 'rmse', labels: null })
    expect(details.metrics.find(({ metric }) => metric === 'rmse')?.candidate.value).toBeCloseTo(0.25, 9)
  })

  it('hides the labels of a sensitive target', async () => {
    bench.write('m.onnx', byName(1))
    bench.write('base.onnx', byName(2))
    bench.write('test.csv', rows(300))
    const result = await bench.evaluate(config(', sensitive: [late]'))
    expect(evaluateDetails.parse(result.details)).toMatchObject({ labels: null, positive: null })
  })

  it('PII-01 names no label of fewer than five test rows: it could be a person’s', async () => {
    const model = classifierWithZipMap({
      width: 2,
      labels: ['Canary Smith', 'late', 'on time'],
      coefficients: [0, 0, 0, 0, 0, -20],
      intercepts: [-20, 2, 20],
    })
    bench.write('m.onnx', model)
    bench.write('base.onnx', model)
    bench.write(
      'test.csv',
      `a,b,late\n${Array.from({ length: 300 }, (_, i) => `${i % 7},${i % 2},${i < 4 ? 'Canary Smith' : ['on time', 'late'][i % 2]}`).join('\n')}\n`,
    )
    const result = await bench.evaluate(config(', features: [a, b]'))
    expect(result.verdict).not.toBe('error')
    expect(evaluateDetails.parse(result.details).labels).toEqual(['late', 'on time'])
    expect(JSON.stringify(result)).not.toContain('Canary')
  })

  it('cannot compare with a baseline that wants columns the data no longer has, and says so', async () => {
    bench.write('m.onnx', byName(1))
    bench.write('base.onnx', logistic([1, 2, 3], 0))
    bench.write('test.csv', rows(300))
    const result = await bench.evaluate(config(''))
    const check = result.checks.find(({ id }) => id === 'evaluate.max_drop:roc_auc')
    expect(check).toMatchObject({ status: 'not-comparable', effect: 'warn' })
    expect(check?.message).toContain('the baseline base.onnx takes one matrix of 3 columns')
    expect(result.baseline).toMatchObject({ same_rows: false })
  })
})

describe('the trivial model', () => {
  const trained = config(', train: train.csv', '    evaluate: {metrics: [brier]}\n')
  const beats = async () => (await bench.evaluate(trained)).checks.find(({ id }) => id === 'evaluate.beats_trivial:brier')
  /** nine of ten are late in training, half of them in the test data */
  const nineOfTen = `id,amount,kind,late\n${Array.from({ length: 200 }, (_, i) => `${i},${i % 7},air,${i % 10 ? 1 : 0}`).join('\n')}\n`

  beforeEach(() => {
    bench.write('m.onnx', byName(1))
    bench.write('base.onnx', byName(2))
    bench.write('test.csv', `amount,kind,late\n${Array.from({ length: 200 }, (_, i) => `${(i % 4) - 1.5},air,${i % 2}`).join('\n')}\n`)
    bench.write('train.csv', nineOfTen)
  })

  it('knows the class shares of training, of the profile that validate wrote in this run', async () => {
    expect(outcome(await bench.validate(trained))).toBe('pass')
    const check = await beats()
    expect(check?.baseline).toBeCloseTo(0.5 * 0.81 + 0.5 * 0.01, 9)
    expect(check?.message).toContain('only the class shares of training')
  })

  it('knows those of the profile that came with a fetched model, whatever data.train is', async () => {
    expect(outcome(await bench.validate(trained))).toBe('pass')
    bench.write('got/m.onnx', byName(1))
    bench.write('got/profile.json', bench.read('.modelgate/m/profile.json'))
    bench.write('train.csv', nineOfTen.replaceAll(',1\n', ',0\n').replace(',air,0\n', ',air,1\n'))
    const fetching = trained.replace('model: m.onnx', 'model: production')
    await bench.validate(fetching)
    const model = { path: 'got/m.onnx', digest: digest(byName(1)), bytes: byName(1).length }
    await bench.fetched(fetching, { ref: 'production', resolved: 'm@1.0.0', version: '1.0.0', model, profile: 'got/profile.json' })
    const result = await bench.evaluate(fetching)
    expect(outcome(result)).toBe('pass')
    const check = result.checks.find(({ id }) => id === 'evaluate.beats_trivial:brier')
    expect(check?.baseline).toBeCloseTo(0.5 * 0.81 + 0.5 * 0.01, 9)
  })

  it('knows those of the test rows when there is no profile, or none of this run', async () => {
    const own = { baseline: 0.25, message: expect.stringContaining('as those of training are not known') }
    expect(await beats()).toMatchObject(own)
    await bench.validate(trained)
    bench.remove('.modelgate/m/validate.json')
    expect(await beats()).toMatchObject(own)
  })

  it('knows those of the test rows when the profile is damaged or of other files, and nothing fails', async () => {
    await bench.validate(trained)
    const profile = bench.read('.modelgate/m/profile.json')
    bench.write('.modelgate/m/profile.json', profile.replace(/"digests":\["sha256:/, '"digests":["sha256:0'))
    expect((await beats())?.baseline).toBe(0.25)
    bench.write('.modelgate/m/profile.json', '{')
    expect((await beats())?.baseline).toBe(0.25)
    expect(bench.said.join('\n')).toContain('the training profile is not used: profile.json is not JSON')
  })
})

describe('evaluate is an error, in one sentence,', () => {
  const good = () => {
    bench.write('m.onnx', byName(1))
    bench.write('base.onnx', byName(2))
    bench.write('test.csv', rows(300))
  }
  it('GATE-01 when the model answers NaN', async () => {
    good()
    bench.write('m.onnx', nanModel('amount'))
    expect(outcome(await bench.evaluate(config('')))).toContain("MODEL_NAN: output 'score' of m.onnx is NaN or infinite in 300 of 300 rows")
  })

  it('GATE-04 when there are no rows', async () => {
    good()
    bench.write('test.csv', 'id,amount,kind,late\n')
    expect(outcome(await bench.evaluate(config('')))).toMatch(/EVALUATION_EMPTY|DATA_EMPTY/)
  })

  it('when the model is a pickle, empty, or not there', async () => {
    good()
    bench.write('m.onnx', Buffer.from('80049511000000000000008c086275696c74696e73948c0465786563939485945294', 'hex'))
    expect(outcome(await bench.evaluate(config('')))).toContain('MODEL_UNSAFE_FORMAT: m.onnx is a Python pickle')
    bench.write('m.onnx', '')
    expect(outcome(await bench.evaluate(config('')))).toContain('MODEL_EMPTY: m.onnx is an empty file')
    expect(outcome(await bench.evaluate(config('').replace('m.onnx', 'models/n.onnx')))).toContain(
      'MODEL_MISSING: there is no model at models/n.onnx',
    )
  })

  it('when the target is all one class, and the message holds no label', async () => {
    good()
    bench.write('test.csv', 'amount,kind,late\n1,air,4711\n2,sea,4711\n')
    const found = outcome(await bench.evaluate(config('')))
    expect(found).toContain("TARGET_ONE_CLASS: 'late' has only one class")
    expect(found).not.toContain('4711')
  })

  it('when labels are missing', async () => {
    good()
    bench.write('test.csv', 'amount,kind,late\n1,air,1\n2,sea,\n3,sea,0\n')
    expect(outcome(await bench.evaluate(config('')))).toContain("LABELS_MISSING: 'late' is missing in 1 of 3 rows of test.csv")
    bench.write('test.csv', 'amount,kind,late\n1,air,1.5\n2,sea,nan\n3,sea,0\n')
    expect(outcome(await bench.evaluate(config('')))).toContain("LABELS_MISSING: 'late' is missing, NaN or infinite in 1 of 3 rows")
    bench.write('test.csv', 'amount,kind,late\n1,air,yes\n2,sea,no\n3,sea,lost\n')
    const three = await bench.evaluate(config('').replace('model: m.onnx', 'task: binary\n    model: m.onnx'))
    expect(outcome(three)).toContain("'late' of test.csv does not suit a binary task: it has 3 different values, not two")
    expect(three.checks[0]?.fix).toBe('correct the labels, or write task: multiclass')
  })

  it('when the target or the id is no column', async () => {
    good()
    expect(outcome(await bench.evaluate(config('ness')))).toContain("TARGET_MISSING: test.csv has no column 'lateness'")
    expect(outcome(await bench.evaluate(config(', id: key')))).toContain("COLUMNS_MISSING: test.csv has no column 'key'")
  })

  it('when the positive label is not known', async () => {
    good()
    // five rows of each: of a label of fewer no error shows the name (PII-03)
    bench.write('test.csv', `amount,kind,late\n${'1,air,yes\n2,sea,no\n'.repeat(5)}`)
    expect(outcome(await bench.evaluate(config('')))).toContain("it has 'yes' and 'no'")
  })

  it('when the task does not suit the target', async () => {
    good()
    bench.write('test.csv', 'amount,kind,late\n1,air,1\n2,sea,2\n2,sea,3\n')
    expect(outcome(await bench.evaluate(config('', '    task: binary\n')))).toContain('it has 3 different values, not two')
  })

  it('when a metric does not fit the task that the target looks like', async () => {
    good()
    expect(outcome(await bench.evaluate(config('', '    evaluate: {metrics: [roc_auc, rmse]}\n')))).toMatch(
      /^METRIC_UNSUITED: evaluate\.metrics\.rmse cannot be computed for a binary task, which is what the target 'late' looks like: rmse is a metric of regression/,
    )
  })

  it('when it is cancelled, and nothing stays behind', async () => {
    good()
    const cancel = new AbortController()
    cancel.abort()
    expect(outcome(await bench.evaluate(config(''), cancel.signal))).toContain('CANCELLED')
  })
})
