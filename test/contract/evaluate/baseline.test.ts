/** Baselines that are unlike the candidate: of another format, or fed with other columns. */
import { afterEach, describe, expect, it } from 'vitest'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { logistic } from '../../support/onnx-models.ts'
import { numbers, type ProjectFiles } from '../../support/project.ts'
import { makeRuns, type Runs } from './pipeline.ts'

let runs: Runs | null = null
afterEach(() => {
  runs?.remove()
  runs = null
})
const begin = (files: ProjectFiles): Runs => {
  runs = makeRuns(files)
  return runs
}

const next = numbers(5)
const rows = Array.from({ length: 400 }, () => {
  const [a, b] = [next() * 4 - 2, next() * 4 - 2]
  return { a, b, late: a + (next() - 0.5) * 3 > 0 ? 1 : 0 }
})
const data = (of = rows) => `a,b,late\n${of.map(({ a, b, late }) => `${a},${b},${late}`).join('\n')}\n`
const scorer = `import { readFileSync, writeFileSync } from 'node:fs'
const [, ...lines] = readFileSync(process.env.DATA, 'utf8').trim().split('\\n')
const slope = Number(readFileSync(process.env.MODEL, 'utf8').split(' ').at(-1))
writeFileSync(process.env.OUT, 'probability\\n' + lines.map((line) => 1 / (1 + Math.exp(-slope * Number(line.split(',')[0])))).join('\\n') + '\\n')
`
const config = ({ opaque = false, features = '[a]', metrics = '{roc_auc: {min: 0.7, max_drop: 2pp}}' } = {}) => `models:
  m:
    task: binary
    model: m.bin
${opaque ? '    format: opaque\n    score: {run: node score.mjs}\n' : ''}    data: {test: test.csv, target: late, features: ${features}}
    evaluate: {metrics: ${metrics}}
    baseline: {from: [production], on_missing: warn}
    promote: {to: production}
ledger: {remote: ./ledger.git}
`
const files = { 'score.mjs': scorer, 'test.csv': data() }

describe('a production model of another format', () => {
  const before = { ...files, 'modelgate.yml': config({ opaque: true }), 'm.bin': 'slope 2' }

  it('that nothing answers for is compared by its numbers where they mean the same, and the report says how', async () => {
    const { run } = begin(before)
    const first = await run({}, true)
    expect(first.stage('promote').verdict).toBe('pass')
    // a path with a typo looks like this in every run
    const nothing =
      'nothing lies at ./ledger.git, and the first promotion makes it; where a ledger should be there already, correct ledger.remote'
    expect(first.check('evaluate.max_drop:roc_auc')?.message).toContain(nothing)
    expect(first.report).toContain('correct ledger.remote')
    const now = await run({ 'modelgate.yml': config(), 'm.bin': logistic([2], 0) })
    expect(now.check('evaluate.max_drop:roc_auc')).toMatchObject({ status: 'pass' })
    expect(now.report).not.toContain('correct ledger.remote')
    expect(now.check('evaluate.max_drop:roc_auc')?.message).toContain(
      'Not compared row by row: production (1.0.0) is no ONNX file, and nothing answers rows for it.',
    )
    expect(evaluateDetails.parse(now.stage('evaluate').details).metrics[0]?.change?.method).toBe('unpaired')
  })

  it('is not comparable on other rows: on_missing decides, and the fix is a sentence', async () => {
    const { run } = begin(before)
    await run({}, true)
    const now = await run({ 'modelgate.yml': config(), 'm.bin': logistic([2], 0), 'test.csv': data(rows.slice(1)) })
    expect(now.verdict).toBe('warn')
    expect(now.check('evaluate.max_drop:roc_auc')).toMatchObject({ status: 'not-comparable', effect: 'warn' })
    expect(now.check('evaluate.max_drop:roc_auc')?.fix).toContain('write score: {run: …}')
    // its number of then is shown as such: no difference to it stands anywhere
    expect(evaluateDetails.parse(now.stage('evaluate').details).metrics[0]?.baseline).toMatchObject({ comparable: false })
    expect(now.report).toMatch(/roc\\_auc<\/code> 0\.\d+ \(95 % CI .*It is not compared with <code>production/)
    expect(now.report).toMatch(/\| 0\.\d+ \(not comparable\) \| 0\.\d+ \| – \|/)
    expect(now.report).not.toContain('→ 0.')
  })

  it('with another value of decisions only what that touches is not comparable; a threshold touches decisions', async () => {
    const valued = (value: string, more = '') =>
      config({ metrics: `{roc_auc: {max_drop: 2pp}, accuracy: {max_drop: 5pp}, value: {max_drop: 50}}${more}, value: ${value}` })
    const tp = (gain: number) => `{tp: ${gain}, fp: -5, fn: 0, tn: 0}`
    const opaque = (text: string) => text.replace('model: m.bin', 'model: m.bin\n    format: opaque\n    score: {run: node score.mjs}')
    const { run } = begin({ ...before, 'modelgate.yml': opaque(valued(tp(10))) })
    await run({}, true)
    const model = { 'm.bin': logistic([2], 0) }
    const statuses = (now: Awaited<ReturnType<typeof run>>) =>
      ['roc_auc', 'accuracy', 'value'].map((name) => now.check(`evaluate.max_drop:${name}`)?.status)
    const paid = await run({ ...model, 'modelgate.yml': valued(tp(12)) })
    expect(statuses(paid)).toEqual(['pass', 'pass', 'not-comparable'])
    expect(paid.check('evaluate.max_drop:value')?.message).toContain('; evaluate.value is not what it was then.')
    const shown = evaluateDetails.parse(paid.stage('evaluate').details).metrics
    expect(shown.map(({ baseline }) => baseline?.comparable ?? true).slice(0, 3)).toEqual([true, true, false])
    const moved = await run({ 'modelgate.yml': valued(tp(10), ', threshold: 0.4') })
    expect(statuses(moved)).toEqual(['pass', 'not-comparable', 'not-comparable'])
    expect(moved.check('evaluate.max_drop:accuracy')?.message).toContain('evaluate.threshold (0.5 then, 0.4 now) is not what it was then')
    const other = await run({ 'modelgate.yml': valued(tp(12)).replace('target: late', 'target: late, group: b') })
    expect(statuses(other)).toEqual(['not-comparable', 'not-comparable', 'not-comparable'])
  })

  it('and its size is still known', async () => {
    const sized = '{roc_auc: {min: 0.7}, model_size: {max_rise: 10% relative}}'
    const { run } = begin({ ...before, 'modelgate.yml': config({ opaque: true, metrics: sized }) })
    await run({}, true)
    const now = await run({ 'modelgate.yml': config({ metrics: sized }), 'm.bin': logistic([2], 0) })
    expect(now.check('evaluate.max_rise:model_size')).toMatchObject({ status: 'fail', baseline: 7 })
  })

  it('a file of the repository that cannot be read is broken, and an error as before', async () => {
    const { run } = begin({
      ...files,
      'modelgate.yml': config().replace('from: [production]', 'from: [base.bin]'),
      'm.bin': logistic([2], 0),
      'base.bin': 'slope 2',
    })
    const now = await run()
    expect(now.verdict).toBe('error')
    expect(now.check('evaluate.error')?.message).toContain('MODEL_UNREADABLE')
  })
})

describe('a production model of one matrix', () => {
  it('is fed with the columns that it was promoted with, though the candidate has one more', async () => {
    const { run } = begin({ ...files, 'modelgate.yml': config(), 'm.bin': logistic([2], 0) })
    await run({}, true)
    const now = await run({ 'modelgate.yml': config({ features: '[b, a]' }), 'm.bin': logistic([1.5, 0.2], 0) })
    const check = now.check('evaluate.max_drop:roc_auc')
    // b says nothing of the truth: weighting it most is worse, and that is seen row by row
    expect(check).toMatchObject({ status: 'fail' })
    expect(check?.message).not.toContain('Not compared row by row')
    expect(evaluateDetails.parse(now.stage('evaluate').details).metrics[0]?.change?.method).toBe('delong')
    const promoted = await run({ 'modelgate.yml': config({ features: '[b, a]' }), 'm.bin': logistic([0, 2], 0) }, true)
    expect(promoted.check('evaluate.max_drop:roc_auc')).toMatchObject({ status: 'pass', delta: 0 })
  })

  it('whose columns are gone is not comparable', async () => {
    const { run } = begin({ ...files, 'modelgate.yml': config(), 'm.bin': logistic([2], 0) })
    await run({}, true)
    const other = data().replace('a,b,late', 'c,b,late')
    const now = await run({ 'modelgate.yml': config({ features: '[c]' }), 'm.bin': logistic([2.5], 0), 'test.csv': other })
    expect(now.check('evaluate.max_drop:roc_auc')).toMatchObject({ status: 'not-comparable' })
    expect(now.check('evaluate.max_drop:roc_auc')?.message).toContain("wants columns that test.csv does not have: 'a'")
  })
})
