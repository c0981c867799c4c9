/** `task: custom`: the team's own numbers through the whole pipeline, over real files and a real git ledger. */
import { afterEach, describe, expect, it } from 'vitest'
import { promoteDetails } from '../../../src/core/schema/details.ts'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { explainFacts } from '../../../src/stages/evaluate/explain-facts.ts'
import type { ProjectFiles } from '../../support/project.ts'
import { makeRuns, type Run, type Runs } from './pipeline.ts'

const config = ({
  data = 'data: {test: questions.jsonl}',
  mode = 'guard',
  metrics = 'exact_match: {direction: higher, min: 0.6, max_drop: 2% relative}\n        toxicity: {direction: lower, max: 0.05, max_rise: 0.01}',
} = {}): string => `models:
  assistant:
    task: custom
    model: adapter.bin
    format: opaque
    ${data}
    score: {metrics_file: eval.json}
    evaluate:
      mode: ${mode}
      metrics:
        ${metrics}
    baseline: {from: [production, main], on_missing: warn}
    promote: {to: production}
ledger: {remote: ./ledger.git}
`
const interval = (value: number, half: number) => ({ value, low: value - half, high: value + half, n: 800 })
const numbers = (exact: unknown, toxicity: unknown = 0.02) => JSON.stringify({ exact_match: exact, toxicity })
const first: ProjectFiles = {
  'modelgate.yml': config(),
  'adapter.bin': 'weights of the first',
  'questions.jsonl': '{"question": "2 + 2", "answer": "4"}\n{"question": "3 + 3", "answer": "6"}\n',
  'eval.json': numbers(interval(0.7, 0.01), interval(0.02, 0.004)),
}

let runs: Runs | null = null
afterEach(() => {
  runs?.remove()
  runs = null
})
const run = (files: ProjectFiles, promote = false): Promise<Run> => {
  runs ??= makeRuns(first)
  return runs.run(files, promote)
}
const changeOf = ({ check }: Run) => check('evaluate.max_drop:exact_match')
const messageOf = ({ stage }: Run): string => stage('evaluate').checks.find(({ effect }) => effect === 'error')?.message ?? ''
const production = async (files: ProjectFiles = {}) => {
  const done = await run(files, true)
  expect(done.stage('promote').verdict).toBe('pass')
  return done
}

describe('numbers of the team’s own evaluation', () => {
  it('pass a first run on their floors, are promoted, and are what the next candidate is held against', async () => {
    const begun = await production()
    expect(begun.verdict).toBe('warn')
    expect(changeOf(begun)).toMatchObject({ status: 'no-baseline', effect: 'warn', n: 800 })
    const receipt = promoteDetails.parse(begun.stage('promote').details)
    expect(receipt).toMatchObject({ version: '1.0.0', aliases: [{ alias: 'production', moved: true }] })
    expect(begun.report).toContain('taken at their word')

    const worse = await run({ 'adapter.bin': 'weights of the second', 'eval.json': numbers(interval(0.65, 0.01), interval(0.02, 0.004)) })
    expect(worse.verdict).toBe('fail')
    expect(changeOf(worse)).toMatchObject({ status: 'fail', baseline: 0.7, observed: 0.65, unit: 'relative', limit: 0.02, n: 800 })
    expect(changeOf(worse)?.message).toContain('of production only the numbers are known')
    expect(worse.report).toContain('0.700 | **0.650**')
    const details = evaluateDetails.parse(worse.stage('evaluate').details)
    expect(details).toMatchObject({ task: 'custom', rows: 800, scored: { by: 'metrics_file', how: 'eval.json', inspected: false } })
    expect(details.metrics[0]?.change?.method).toBe('unpaired')
    expect(worse.stage('evaluate').inputs.map(({ role }) => role)).toEqual(['model', 'baseline', 'test', 'metrics'])

    const better = await run({ 'eval.json': numbers(interval(0.75, 0.01), interval(0.02, 0.004)) }, true)
    expect(better.verdict).toBe('pass')
    expect(promoteDetails.parse(better.stage('promote').details).version).toBe('1.1.0')
  })

  it('without intervals cannot be told from noise, and say so; mode point judges them bare', async () => {
    await production({ 'eval.json': numbers(0.7) })
    const open = await run({ 'adapter.bin': 'another', 'eval.json': numbers(0.62) })
    expect(changeOf(open)).toMatchObject({ status: 'inconclusive', effect: 'pass', baseline: 0.7, delta: 0.62 - 0.7 })
    expect(changeOf(open)?.message).toContain('neither number has an interval, so the change cannot be told from noise')
    expect(open.report).toContain('cannot be told from noise')
    const point = await run({ 'modelgate.yml': config({ mode: 'point' }) })
    expect(changeOf(point)).toMatchObject({ status: 'fail', effect: 'fail' })
    expect(evaluateDetails.parse(point.stage('evaluate').details).rows).toBeNull()
  })

  it('on other test data, or on data that nobody names, are not compared', async () => {
    await production()
    const other = await run({ 'adapter.bin': 'another', 'questions.jsonl': '{"question": "5 + 5", "answer": "10"}\n' })
    expect(changeOf(other)).toMatchObject({ status: 'not-comparable', effect: 'warn', delta: null })
    expect(changeOf(other)?.message).toContain('the test data is not what it was then')
    const unknown = await run({ 'modelgate.yml': config({ data: 'data: {}' }) })
    expect(changeOf(unknown)?.message).toContain('data.test is not configured')
  })

  it('that mean something else by now are not compared: the direction belongs to the number', async () => {
    await production()
    const turned = await run({
      'adapter.bin': 'another',
      'modelgate.yml': config({ metrics: 'exact_match: {direction: lower, max: 0.9}' }),
    })
    expect(turned.check('evaluate.max_rise:exact_match')).toMatchObject({ status: 'not-comparable' })
  })

  it('of unchanged bytes are not compared; their floors still hold', async () => {
    await production()
    const same = await run({ 'eval.json': numbers(interval(0.5, 0.01), interval(0.02, 0.004)) })
    expect(changeOf(same)?.status).toBe('skipped')
    expect(same.stage('evaluate').verdict).toBe('fail')
  })

  it('stand beside the size of the model', async () => {
    await production({
      'modelgate.yml': config({ metrics: 'exact_match: {direction: higher}\n        model_size: {max: 1KB, max_rise: 10% relative}' }),
    })
    const grown = await run({ 'adapter.bin': 'x'.repeat(900) })
    expect(grown.check('evaluate.max_rise:model_size')).toMatchObject({ status: 'fail', baseline: 20 })
  })

  it.each([
    ['no file', null, 'METRICS_FILE_MISSING: there is no file eval.json (score.metrics_file)'],
    ['no JSON', '{"exact_match": NaN}', 'METRICS_FILE_INVALID: eval.json, which is score.metrics_file, is not JSON: it holds NaN'],
    [
      'no such number',
      '{"exact": 0.7, "toxicity": 0.01}',
      "has no number 'exact_match', which evaluate.metrics.exact_match gates; it has 'exact', 'toxicity'",
    ],
    ['null', '{"exact_match": null, "toxicity": 0.01}', 'has exact_match, which is no number'],
    [
      'the other direction',
      '{"exact_match": {"value": 0.7, "direction": "lower"}, "toxicity": 0.01}',
      "says of 'exact_match' that lower is better, and the config says higher",
    ],
  ])('GATE-01 a wrong file is one sentence: %s', async (_, content, says) => {
    const wrong = await run({ 'eval.json': content })
    expect(wrong.verdict).toBe('error')
    expect(messageOf(wrong)).toContain(says)
  })

  it('MDL-01 do not let a pickle through', async () => {
    const pickle = await run({ 'adapter.bin': Uint8Array.from([0x80, 4, 0x4b, 1, 0x2e]) })
    expect(messageOf(pickle)).toContain('MODEL_UNSAFE_FORMAT')
  })

  it('are explained before any work: what a mode means without intervals, and what is missing', async () => {
    runs = makeRuns({ ...first, 'eval.json': null })
    const context = await runs.context()
    const [model] = context.config.models
    if (model === undefined) throw new Error('no model')
    const { explainEvaluate } = await import('../../../src/core/evaluate/explain.ts')
    const lines = [...explainEvaluate(model), ...(await explainFacts(context, model))].join('\n')
    await context.dispose()
    expect(lines).toContain('where one has none it cannot be told from noise, and only mode point judges it')
    expect(lines).toContain('evaluate.max_rise:toxicity: a rise of 0.01 fails')
    expect(lines).toContain('missing: score.metrics_file: METRICS_FILE_MISSING')
  })
})
