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
  const columns = usual.split(', ')
  const lines = rows.map((row, i) => [...columns.map((name) => row[name]), labels[i]].join(','))
  return `${columns.join(',')},late\n${lines.join('\n')}\n`
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
})
