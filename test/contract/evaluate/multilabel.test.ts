import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { profileSchema } from '../../../src/core/schema/profile.ts'
import { identityModel, labelsAlone, labelsAndScores, sequenceOfScores, sideBySide } from '../../support/onnx-models.ts'
import { type Bench, makeBench, outcome } from './support.ts'

const labels = ['toxic', 'spam', 'rude']
const good = labels.map((label) => `g_${label}`)
const poor = labels.map((label) => `p_${label}`)

let bench: Bench
beforeEach(() => {
  bench = makeBench()
  bench.write('m.onnx', sideBySide(good))
  bench.write('base.onnx', sideBySide(poor))
  bench.write('test.csv', rows(600))
})
afterEach(() => bench.close())

const config = ({ data = '', more = '', task = 'task: multilabel' } = {}) => `models:
  m:
    ${task}
    model: m.onnx
    data: {test: test.csv, target: [toxic, spam, rude], id: id${data}}
    baseline: [base.onnx]
${more}`

/** Share of rows with each label: 40 %, 20 %, 10 %. `g_` is right in about nine of ten rows, `p_` in seven. */
const truth = (i: number, c: number): number => ((i * 37 + c * 11) % 100 < 40 / 2 ** c ? 1 : 0)
const answer = (i: number, c: number, wrong: number): number => {
  const yes = (i * 13 + c * 7) % 10 < wrong ? 1 - truth(i, c) : truth(i, c)
  return yes === 1 ? 0.6 + ((i * 7 + c) % 40) / 100 : 0.4 - ((i * 7 + c) % 40) / 100
}
function rows(n: number, change: (cells: string[], i: number) => string[] = (cells) => cells): string {
  const lines = Array.from({ length: n }, (_, i) => {
    const of = (value: (c: number) => number) => labels.map((_, c) => String(value(c)))
    const cells = [`r${i}`, `s${i % 4}`, ...of((c) => truth(i, c)), ...of((c) => answer(i, c, 1)), ...of((c) => answer(i, c, 3))]
    return change(cells, i).join(',')
  })
  return `${['id', 'site', ...labels, ...good, ...poor].join(',')}\n${lines.join('\n')}\n`
}

/** F1 of each label, and their mean: written out. */
function macroF1(wrong: number, n = 600): number {
  const scores = labels.map((_, c) => {
    let [tp, fp, fn] = [0, 0, 0]
    for (let i = 0; i < n; i += 1) {
      const yes = answer(i, c, wrong) >= 0.5
      if (yes && truth(i, c) === 1) tp += 1
      else if (yes) fp += 1
      else if (truth(i, c) === 1) fn += 1
    }
    return (2 * tp) / (2 * tp + fp + fn)
  })
  return scores.reduce((sum, f1) => sum + f1, 0) / labels.length
}

describe('several labels a row', () => {
  it('are judged against the baseline and a trivial model on the same rows, by f1 when no metric is listed', async () => {
    const result = await bench.evaluate(config())
    expect(outcome(result)).toBe('pass')
    const details = evaluateDetails.parse(result.details)
    expect(details).toMatchObject({ task: 'multilabel', primary: 'f1', rows: 600, labels, positive: null, threshold: 0.5 })
    const f1 = details.metrics.find(({ name }) => name === 'f1')
    expect(f1?.candidate.value).toBeCloseTo(macroF1(1), 12)
    expect(f1?.baseline?.value).toBeCloseTo(macroF1(3), 12)
    expect(f1?.candidate.interval).not.toBeNull()
    expect(details.metrics.map(({ name }) => name)).toEqual(expect.arrayContaining(['subset_accuracy', 'hamming_loss', 'lrap']))
    expect(result.checks.find(({ id }) => id === 'evaluate.max_drop:f1')?.status).toBe('pass')
    const trivial = result.checks.find(({ id }) => id === 'evaluate.beats_trivial:f1')
    expect(trivial?.status).toBe('pass')
    expect(trivial?.message).toContain('share of each label')
    expect((await bench.rows('.modelgate/m/predictions.parquet'))[0]).toMatchObject({ id: 'r0', y_toxic: 1, predicted_toxic: 0 })
  })

  it('a list of labels says the task, a worse candidate is stopped, and one label has limits of its own', async () => {
    bench.write('m.onnx', sideBySide(poor))
    bench.write('base.onnx', sideBySide(good))
    const more =
      '    evaluate: {metrics: {f1: {max_drop: 1pp}, toxic_f1: {metric: f1, class: toxic, min: 0.9}, roc_auc: {}, lrap: {min: 0.5}}}\n'
    const result = await bench.evaluate(config({ task: 'format: onnx', more }))
    expect(outcome(result)).toBe('fail')
    const effectOf = (id: string) => result.checks.find((check) => check.id === id)?.effect
    expect(effectOf('evaluate.max_drop:f1')).toBe('fail')
    expect(effectOf('evaluate.min:toxic_f1')).toBe('fail')
    expect(effectOf('evaluate.min:lrap')).toBe('pass')
  })

  it('come out the same, however an exporter lays them out', async () => {
    const seen = async (model: Uint8Array) => {
      bench.write('m.onnx', model)
      const result = await bench.evaluate(config({ more: '    evaluate: {metrics: {f1: {}, roc_auc: {}}}\n' }))
      const details = evaluateDetails.parse(result.details)
      return { values: details.metrics.map(({ name, candidate }) => [name, candidate.value]), rewrites: details.rewrites }
    }
    const plain = await seen(sideBySide(good))
    expect(await seen(labelsAndScores(good))).toEqual(plain)
    expect(await seen(sequenceOfScores(good, { stacked: true }))).toEqual(plain)
    const sequence = await seen(sequenceOfScores(good))
    expect(sequence.values).toEqual(plain.values)
    expect(sequence.rewrites).toEqual(["the tensors of the sequence 'probabilities' come out as one, stacked"])
  })

  it('a model that gives 0 and 1 alone has every metric of labels, and none of scores', async () => {
    bench.write(
      'test.csv',
      rows(600, (cells) => cells.map((cell, at) => (at < 5 ? cell : String(Math.round(Number(cell)))))),
    )
    bench.write('m.onnx', labelsAlone(good))
    const result = await bench.evaluate(config({ more: '    evaluate: {metrics: {f1: {min: 0.5}, lrap: {}}}\n' }))
    expect(result.checks.find(({ id }) => id === 'evaluate.min:f1')?.status).toBe('pass')
    expect(outcome(result)).toContain('the model gives no probabilities')
  })

  it('a threshold is the one of the config', async () => {
    const result = await bench.evaluate(config({ more: '    evaluate: {threshold: 0.75, metrics: {recall: {average: micro}}}\n' }))
    const details = evaluateDetails.parse(result.details)
    let [found, all] = [0, 0]
    for (let i = 0; i < 600; i += 1)
      for (const c of labels.keys())
        if (truth(i, c) === 1) {
          all += 1
          if (Math.fround(answer(i, c, 1)) >= 0.75) found += 1
        }
    expect(details.threshold).toBe(0.75)
    expect(details.metrics.find(({ name }) => name === 'recall')?.candidate.value).toBeCloseTo(found / all, 12)
  })

  it('slices, groups and weights are those of rows', async () => {
    bench.write(
      'test.csv',
      rows(600)
        .replace('\n', ',w\n')
        .replace(/^(r\d+,.*)$/gm, '$1,2'),
    )
    const more = '    evaluate: {slices: {by: [site], min_rows: 50, metrics: {f1: {max_drop: 5pp}}}}\n'
    const result = await bench.evaluate(config({ data: ', weight: w, group: site', more }))
    const details = evaluateDetails.parse(result.details)
    expect(details.metrics.find(({ name }) => name === 'f1')?.candidate.value).toBeCloseTo(macroF1(1), 12)
    expect(details.slices?.judged).toBe(4)
  })

  it('training shares are those of each label of the training data', async () => {
    bench.write('train.csv', rows(300))
    const text = config({ data: ', train: train.csv' })
    await bench.validate(text)
    const result = await bench.evaluate(text)
    expect(result.checks.find(({ id }) => id === 'evaluate.beats_trivial:f1')?.message).toContain(
      'only the share of each label of training',
    )
  })

  it('predictions of each label are kept as a profile, and none of them where a label is sensitive', async () => {
    await bench.evaluate(config())
    const columns = () => profileSchema.parse(JSON.parse(bench.read('.modelgate/m/predictions.json'))).tables[0]?.columns ?? []
    expect(columns().map(({ name }) => name)).toEqual(labels.flatMap((label) => [`probability.${label}`, `class.${label}`]))
    expect(
      columns()[1]
        ?.categories?.top.map(({ value }) => value)
        .sort(),
    ).toEqual(['0', '1'])
    const result = await bench.evaluate(config({ data: ', sensitive: [rude]' }))
    expect(evaluateDetails.parse(result.details).labels).toBeNull()
    expect(columns().every(({ sensitive, categories }) => sensitive && (categories?.top ?? []).length === 0)).toBe(true)
  })

  it('a baseline of other labels cannot be compared, and nothing is wrong with the candidate', async () => {
    bench.write('base.onnx', sideBySide(poor.slice(0, 2)))
    const result = await bench.evaluate(config())
    expect(outcome(result)).toBe('warn')
    const change = result.checks.find(({ id }) => id === 'evaluate.max_drop:f1')
    expect(change?.status).toBe('not-comparable')
    expect(change?.message).toContain('outputs differ')
  })
})

describe('labels that cannot be read are one sentence', () => {
  const refused = async (how: Parameters<typeof config>[0] = {}) => outcome(await bench.evaluate(config(how)))

  it('a label that is missing, another value than 0 and 1, text, or the same everywhere', async () => {
    const with_ = (at: number, value: string, every = 200) =>
      bench.write(
        'test.csv',
        rows(600, (cells, i) => cells.map((cell, j) => (j === at && i % every === 0 ? value : cell))),
      )
    with_(3, '')
    expect(await refused()).toBe("LABELS_MISSING: 'spam' is missing in 3 of 600 rows of test.csv")
    with_(3, '2')
    expect(await refused()).toBe(
      "TASK_UNSUITED: 'spam' of test.csv is no label of a multilabel task: it is neither 0 nor 1 in 3 of 600 rows",
    )
    with_(3, 'yes')
    expect(await refused()).toBe("TASK_UNSUITED: 'spam' of test.csv is no label of a multilabel task: it is stored as VARCHAR")
    bench.write(
      'test.csv',
      rows(600, (cells) => cells.map((cell, j) => (j > 1 && j < 5 ? '0' : cell))),
    )
    expect(await refused()).toContain('TARGET_ONE_CLASS: each of the 3 labels of data.target has only one class')
  })

  it('a label column that is not there, or that the model does not know', async () => {
    const text = config().replace('[toxic, spam, rude]', '[toxic, spam, vulgar]')
    expect(outcome(await bench.evaluate(text))).toContain("TARGET_MISSING: test.csv has no column 'vulgar', which is the target")
    bench.write('m.onnx', sideBySide(good.slice(0, 2)))
    expect(await refused()).toBe("OUTPUT_WIDTH: output 'probabilities' of m.onnx is [600, 2] for 600 rows, and data.target lists 3 labels")
    bench.write('m.onnx', identityModel('g_toxic'))
    expect(await refused()).toContain('OUTPUT_UNCLEAR: no output of m.onnx is clearly the answer to a multilabel task')
  })

  it('scores that are no probabilities, where a threshold makes labels of them', async () => {
    bench.write(
      'test.csv',
      rows(600, (cells, i) => cells.map((cell, j) => (j === 5 && i === 0 ? '3' : cell))),
    )
    expect(await refused()).toContain('SCORES_OUTSIDE: scores of m.onnx lie outside [0, 1] in 1 of 600 rows')
    expect(await refused({ more: '    evaluate: {metrics: {roc_auc: {}}}\n' })).toBe('pass')
  })

  it('a threshold that is to be chosen, which is of two labels', async () => {
    const more = '    evaluate: {threshold: {on: validation, maximize: f1}}\n'
    expect(await refused({ data: ', validation: test.csv', more })).toContain(
      'METRIC_UNSUITED: evaluate.threshold does not suit a multilabel task',
    )
  })
})
