import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseArguments } from '../../../src/cli/arguments.ts'
import { logistic } from '../../support/onnx-models.ts'
import { type Bench, makeBench } from './support.ts'

let bench: Bench
beforeEach(() => {
  bench = makeBench()
})
afterEach(() => bench.close())

const config = `models:
  m:
    model: m.onnx
    data: {test: test.csv, target: late}
    baseline: [base.onnx]
    evaluate:
      metrics:
        accuracy: {min: 70%, max_drop: 1pp}
        log_loss: {max_rise: auto}
        latency_p95: {max: 5ms, confirm: 3}
        model_size: {max: 20MB}
waivers:
  - {model: m, check: "evaluate.min:accuracy", reason: new route, owner: ana, until: 2999-01-01}
`
const test = (rows: number) => `x,late\n${Array.from({ length: rows }, (_, i) => `${i},${i % 2}`).join('\n')}\n`

describe('evaluate --explain', () => {
  it('is an option of the verb', () => {
    expect(parseArguments(['evaluate', '--explain'])).toMatchObject({ request: { explain: true } })
  })

  it('says every rule in words, and what is missing, with nothing there yet', async () => {
    const ledgerless = config.replace('log_loss: {max_rise: auto}', 'log_loss: {max_rise: 1% relative}')
    const lines = (await bench.explain(ledgerless)).join('\n')
    expect(lines).toContain('evaluate.min:accuracy: below 0.7 fails')
    expect(lines).toContain('evaluate.max_drop:accuracy: a drop of 1 pp fails')
    expect(lines).toContain('evaluate.max_rise:log_loss: a rise of 1 % of the baseline fails')
    expect(lines).toContain('evaluate.max:latency_p95: above 5 ms fails; calls in turn with the baseline after 50 to warm up')
    expect(lines).toContain('what would fail is measured 3 times')
    expect(lines).toContain('evaluate.max:model_size: above 20 MB fails')
    expect(lines).toContain('missing: the candidate: there is no file m.onnx yet')
    expect(lines).toContain('missing: data.test: DATA_MISSING')
    expect(lines).toContain('missing: the baseline base.onnx: there is no such file')
    expect(lines).toContain('waived until 2999-01-01 by ana: evaluate.min:accuracy (new route)')
  })

  it('says who answers, what the export must give again, and which of these files are missing', async () => {
    const scored = config
      .replace('model: m.onnx', 'model: m.onnx\n    format: opaque\n    score: {run: "python score.py $MODEL $DATA $OUT"}')
      .replace('        latency_p95: {max: 5ms, confirm: 3}\n', '')
      .replace('accuracy: {', 'accuracy: {confirm: 3, ')
      .replace('    evaluate:\n', '    evaluate:\n      parity: {predictions: trained.csv}\n')
    const lines = (await bench.explain(scored.replace('log_loss: {max_rise: auto}', 'log_loss: {}'))).join('\n')
    expect(lines).toContain(
      'answers: the command of score.run is given the rows without target and weight, for the candidate and for the baseline',
    )
    expect(lines).toContain('the model is opaque: it is refused when it is a pickle, and otherwise not inspected')
    expect(lines).toContain(
      'evaluate.parity: answers that differ from evaluate.parity.predictions by more than 0.0001, or the same class in fewer than',
    )
    expect(lines).toContain('missing: evaluate.parity.predictions: DATA_MISSING')
    expect(lines).toContain('evaluate.min:accuracy: below 0.7 fails; what would fail is measured 3 times')
    expect(lines).not.toContain('evaluate.determinism')
  })

  it('says what is asked of parts of the rows and of decisions, and what only scoring will show', async () => {
    bench.write('test.csv', test(800))
    const more = config
      .replace(
        '    evaluate:\n',
        '    evaluate:\n      value: {tp: 5, currency: EUR}\n      slices: {by: [x], min_rows: 60, metrics: {accuracy: {min: 0.5}}}\n',
      )
      .replace('      log_loss: {max_rise: auto}', '      log_loss: {}')
    const lines = (await bench.explain(more)).join('\n')
    expect(lines).toContain('slices of x: each part with 60 rows is judged for itself by accuracy')
    expect(lines).toContain('evaluate.slice_min:accuracy: below 0.5 fails, in the worst slice')
    expect(lines).toContain('value is money in EUR per 1,000 decisions')
    expect(lines).toContain('a change in log_loss: how many rows show it is known only once both models have been scored')
  })

  it('says which parts have rows enough, which labels are too young, and that there is no baseline: what the run then does', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => `${i},${i % 4 === 0 ? 'a' : 'b'},${i < 150 ? '2001-01-01' : '2999-01-01'},${i % 2}`)
    bench.write('parts.csv', `x,g,day,y\n${rows.join('\n')}\n`)
    bench.write('m.onnx', logistic([0.1], 0))
    const text = `models:
  m:
    model: m.onnx
    data: {test: parts.csv, target: y, time: day, label_delay: 30d, features: [x]}
    evaluate: {slices: {by: [g], min_rows: 50}, fairness: {by: [g], min_rows: 120, metrics: {tpr: {max_difference: 10pp}}}}
    baseline: {from: [gone.onnx], on_missing: fail}
`
    const said = (await bench.explain(text)).join('\n')
    expect(said).toContain('the usual metric of the task (roc_auc or accuracy or rmse)')
    expect(said).toContain('data.test has 150 rows; 50 rows left out: younger than data.label_delay')
    expect(said).toContain('the target looks like a binary task')
    expect(said).toContain('slices of g: 1 of 2 parts has 50 rows')
    expect(said).toContain('fairness over g, tpr: 0 of 2 groups have 120 positive rows, so nothing can be judged')
    expect(said).toMatch(/a change of 0\.5 pp in roc_auc: 150 rows can hardly show it \(about [\d,]+ rows would, /)
    expect(said).toContain(
      'missing: the baseline gone.onnx: there is no such file\nso there is nothing to compare with: changes will count as fail',
    )
    const run = await bench.evaluate(text)
    expect(run.details).toMatchObject({ primary: 'roc_auc', rows: 150 })
    expect(run.checks.filter(({ id }) => id.startsWith('evaluate.max_drop:')).map(({ status, effect }) => [status, effect])).toEqual([
      ['no-baseline', 'fail'],
    ])
    expect(run.checks.find(({ id }) => id.startsWith('evaluate.fairness_difference:'))?.status).toBe('inconclusive')
    bench.write('parts.csv', 'x,g,day,z\n1,a,2001-01-01,1\n')
    expect((await bench.explain(text)).join('\n')).toContain('missing: data.test: TARGET_MISSING')
  })

  it('counts of each group the rows that a measure of fairness rests on', async () => {
    const label = (i: number) => (i % 10 < 3 ? 'late' : i % 2 === 0 ? 'cancelled' : 'punctual')
    const rows = Array.from(
      { length: 400 },
      (_, i) => `${i},${i % 4 === 0 ? 'a' : 'b'},${i % 10 < 3 ? 1 : 0},${label(i)},${i < 390 ? 1 : 0}`,
    )
    bench.write('groups.csv', `x,g,y,state,w\n${rows.join('\n')}\n`)
    const said = async (target: string, measures: string, more = '') =>
      (
        await bench.explain(`models:
  m:
    model: m.onnx
    data: {test: groups.csv, target: ${target}, features: [x]${more}}
    evaluate: {fairness: {by: [g], min_rows: 50, metrics: {${measures}}}}
    baseline: [base.onnx]
`)
      ).filter((line) => /^fairness over g.*(?:of 2 groups|is known)/.test(line))
    const gap = '{max_difference: 5pp}'
    expect(
      await said('y', `accuracy: ${gap}, selection_rate: ${gap}, tpr: ${gap}, fpr: ${gap}, precision: ${gap}, roc_auc: ${gap}`),
    ).toEqual([
      'fairness over g, accuracy, selection_rate: 2 of 2 groups have 50 rows',
      'fairness over g, tpr: 1 of 2 groups has 50 positive rows, so nothing can be judged',
      'fairness over g, fpr: 2 of 2 groups have 50 negative rows',
      'fairness over g, precision: how many rows predicted positive a group has is known only once they are scored',
      'fairness over g, roc_auc: 1 of 2 groups has 50 rows of its rarer class, so nothing can be judged',
    ])
    const ofClass = (name: string) => `"tpr@${name}": {metric: tpr, class: "${name}", max_difference: 5pp}`
    expect(await said('state', `${ofClass('late')}, ${ofClass('punctual')}, ${ofClass('cancelled')}`, ', weight: w')).toEqual([
      'fairness over g, tpr@late, tpr@punctual: 1 of 2 groups has 50 positive rows, so nothing can be judged',
      'fairness over g, tpr@cancelled: 2 of 2 groups have 50 positive rows',
    ])
  })

  it('says of a gap and of its rise what has to be certain', async () => {
    bench.write('test.csv', test(200))
    const rule = async (certainty: string) =>
      (
        await bench.explain(
          config
            .replace('max_rise: auto', 'max_rise: 1% relative')
            .replace(
              '    evaluate:\n',
              `    evaluate:\n      fairness: {by: [x], metrics: {tpr: {max_difference: 5pp, max_rise: 3pp, certainty: ${certainty}}}}\n`,
            ),
        )
      ).filter((line) => line.startsWith('evaluate.fairness_'))
    const [gap, rise] = await rule('guard')
    expect(gap).toContain('a difference above 5 pp fails, beyond the limit and certain at 5 % that there is a gap')
    expect(rise).toContain('a rise of the gap by 3 pp fails, beyond the limit and certain at 5 % that the gap has grown')
    expect((await rule('strict')).map((line) => line.includes('anything but a rise'))).toEqual([false, true])
  })

  it('says whether the rows that are there can decide', async () => {
    bench.write('m.onnx', logistic([1], 0))
    bench.write('base.onnx', logistic([1], 0))
    const plain = config.replace('        log_loss: {max_rise: auto}\n', '')
    bench.write('test.csv', test(800))
    const few = (await bench.explain(plain)).join('\n')
    expect(few).not.toContain('missing:')
    expect(few).toContain('data.test has 800 rows')
    expect(few).toContain(
      'a change of 1 pp in accuracy: 800 rows can hardly show it (6,181 rows would, where the models differ on 10 % of them)',
    )
    bench.write('test.csv', test(7000))
    expect((await bench.explain(plain)).join('\n')).toContain('7,000 rows can show it')
  })
})
