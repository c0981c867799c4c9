/** Models that went wrong in ways that people know, trained and judged on real flights: each is stopped, or called what it is. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import type { StageResult } from '../../../src/core/schema/result.ts'
import { numbers } from '../../support/project.ts'
import { projectRoot } from '../../support/spawn.ts'
import { type Bench, makeBench, outcome } from './support.ts'

let bench: Bench
beforeAll(() => {
  bench = makeBench()
  for (const name of ['train', 'test'])
    bench.write(`${name}.parquet`, readFileSync(join(projectRoot, 'examples', 'flights', 'data', `${name}.parquet`)))
})
afterAll(() => bench.close())

const usual = 'hour, weekday, distance, origin, destination'
const config = (train: string, features = usual, evaluate = '') => `models:
  flights:
    task: binary
    model: ${train.replace(/\W/g, '-')}.onnx
    data: {train: ${train}, test: test.parquet, target: late, positive: 1, id: flight_id, time: date, features: [${features}]}
    train: {builtin: baseline}
    baseline: []
${evaluate}`

async function trainedAndJudged(text: string): Promise<StageResult> {
  expect(['pass', 'warn']).toContain(outcome(await bench.validate(text)))
  expect(outcome(await bench.train(text))).toBe('pass')
  return bench.evaluate(text)
}
const checkOf = (result: StageResult, id: string) => result.checks.find((check) => check.id === id)

const columns = usual.split(', ')
type Row = Readonly<Record<string, unknown>>
const csv = (rows: readonly Row[]): string =>
  [[...columns, 'late'], ...rows.map((row) => [...columns, 'late'].map((name) => row[name]))]
    .map((cells) => `${cells.join(',')}\n`)
    .join('')

/** Each flight with the label of another one. */
async function shuffled(seed = 7): Promise<string> {
  const rows = await bench.rows('train.parquet')
  const next = numbers(seed)
  const labels = rows.map(({ late }) => late)
  for (let i = labels.length - 1; i > 0; i -= 1) {
    const j = Math.floor(next() * (i + 1))
    const [a, b] = [labels[i], labels[j]]
    labels[i] = b
    labels[j] = a
  }
  return csv(rows.map((row, i) => ({ ...row, late: labels[i] })))
}

describe('on real flights', () => {
  it('a sound model beats one that knows no features', async () => {
    const result = await trainedAndJudged(config('train.parquet', usual, '    evaluate: {metrics: [log_loss]}\n'))
    expect(checkOf(result, 'evaluate.beats_trivial:log_loss')?.status).toBe('pass')
    expect(result.checks.filter(({ id }) => id.startsWith('evaluate.too_good'))).toEqual([])
    const usualMetric = await trainedAndJudged(config('train.parquet'))
    expect(checkOf(usualMetric, 'evaluate.beats_trivial:roc_auc')?.status).toBe('pass')
    expect(checkOf(usualMetric, 'evaluate.order_only:brier')).toBeUndefined()
  })

  it('a model trained on shuffled labels is stopped: it is worse than one that knows no features', async () => {
    bench.write('shuffled.csv', await shuffled())
    const result = await trainedAndJudged(config('shuffled.csv', usual, '    evaluate: {metrics: [log_loss]}\n'))
    expect(outcome(result)).toBe('fail')
    expect(checkOf(result, 'evaluate.beats_trivial:log_loss')?.effect).toBe('fail')
  })

  it.each([7, 11])(
    'a model trained on shuffled labels is warned of on a first run of the usual metric, even where its order is lucky (seed %i)',
    async (seed) => {
      bench.write('shuffled.csv', await shuffled(seed))
      const result = await trainedAndJudged(config('shuffled.csv'))
      const check = checkOf(result, 'evaluate.order_only:brier')
      expect(check).toMatchObject({ status: 'warn', effect: 'warn' })
      expect(check?.message).toContain('trained on wrong labels looks like this')
    },
  )

  it('one that says next to nothing is not: its probabilities are those of the class shares', async () => {
    bench.write('shuffled.csv', await shuffled(13))
    const result = await trainedAndJudged(config('shuffled.csv'))
    expect(checkOf(result, 'evaluate.order_only:brier')).toBeUndefined()
    const { metrics } = evaluateDetails.parse(result.details)
    const brier = metrics.find(({ name }) => name === 'brier')
    expect((brier?.candidate.value ?? 0) / (brier?.trivial ?? 1)).toBeCloseTo(1, 2)
  })

  it('a model that was shown the delay is called too good to be true', async () => {
    const result = await trainedAndJudged(config('train.parquet', `${usual}, delay`))
    const check = checkOf(result, 'evaluate.too_good:roc_auc')
    expect(check).toMatchObject({ status: 'warn', effect: 'warn' })
    expect(check?.message).toContain('too good to be true')
    expect(check?.fix).toContain('known only after the target')
    expect(outcome(result)).toBe('warn')
  })

  it('a model that lost an airport is stopped by its slice, while its AUC on the whole passes', async () => {
    const rows = await bench.rows('train.parquet')
    // the punctual flights from Boston did not arrive in the training data
    bench.write('lost.csv', csv(rows.filter(({ origin, late }) => origin !== 'BOS' || Number(late) === 1)))
    const metrics = '    evaluate: {metrics: {roc_auc: {max_drop: 1pp}}, slices: {by: [origin], metrics: [log_loss]}}\n'
    expect(outcome(await bench.train(config('train.parquet')))).toBe('pass')
    const text = config('lost.csv', usual, metrics).replace('baseline: []', 'baseline: [train-parquet.onnx]')
    const result = await trainedAndJudged(text)
    expect(checkOf(result, 'evaluate.max_drop:roc_auc')?.status).toBe('pass')
    const failed = result.checks.filter(({ effect }) => effect === 'fail')
    expect(failed.map(({ id }) => id)).toEqual([expect.stringMatching(/^evaluate\.slice:log_loss:origin#\d+$/)])
    expect(failed[0]?.n).toBe(573)
    expect(outcome(result)).toBe('fail')
  })
})
