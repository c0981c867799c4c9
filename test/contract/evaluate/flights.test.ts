/** Models that went wrong in ways that people know, trained and judged on real flights: each is stopped, or called what it is. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
async function shuffled(): Promise<string> {
  const rows = await bench.rows('train.parquet')
  const next = numbers(7)
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
  })

  it('a model trained on shuffled labels is stopped: it is worse than one that knows no features', async () => {
    bench.write('shuffled.csv', await shuffled())
    const result = await trainedAndJudged(config('shuffled.csv', usual, '    evaluate: {metrics: [log_loss]}\n'))
    expect(outcome(result)).toBe('fail')
    expect(checkOf(result, 'evaluate.beats_trivial:log_loss')?.effect).toBe('fail')
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
