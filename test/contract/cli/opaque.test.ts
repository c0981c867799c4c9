/** A model that is no ONNX file, all the way on the command line: trained by a command, scored by a command, promoted, and then the baseline. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { driftDetails } from '../../../src/core/schema/drift-details.ts'
import { resultSchema } from '../../../src/core/schema/result.ts'
import { commandLine } from '../../support/command-line.ts'
import { makeProject, type Project, rows } from '../../support/project.ts'
import { projectRoot, runNode } from '../../support/spawn.ts'

let project: Project | null = null
afterEach(() => project?.remove())

const config = `models:
  m:
    task: binary
    model: m.txt
    format: opaque
    data: {train: train.csv, test: test.csv, current: current.csv, target: late, positive: 1, id: id, features: [amount, kind]}
    train: {run: node train.mjs}
    score: {run: node score.mjs $MODEL $DATA $OUT}
    evaluate: {metrics: {roc_auc: {min: 0.7, max_drop: 2pp}, model_size: {max: 1MB}}}
    baseline: {from: [production], on_missing: pass}
    promote: {to: production}
ledger: {remote: ./ledger.git}
`
const train = (sign: string) => `import { writeFileSync } from 'node:fs'\nwriteFileSync('m.txt', '${sign}1')\n`
const score = `
import { readFileSync, writeFileSync } from 'node:fs'
const [model, data, out] = process.argv.slice(2)
const sign = Number(readFileSync(model, 'utf8'))
const [head, ...lines] = readFileSync(data, 'utf8').trim().split('\\n')
if (head.includes('late')) throw new Error('the target was shown')
const at = head.split(',').indexOf('amount')
writeFileSync(out, 'probability\\n' + lines.map((line) => 1 / (1 + Math.exp(-sign * (Number(line.split(',')[at]) - 5)))).join('\\n'))
`

const run = (folder: string, ...args: string[]) =>
  runNode([commandLine(), 'run', ...args], { cwd: folder, env: { MODELGATE_RUNTIME_DIR: projectRoot } })
const resultOf = (folder: string, stage: string) =>
  resultSchema.parse(JSON.parse(readFileSync(join(folder, '.modelgate', 'm', `${stage}.json`), 'utf8')))

const stored = config.replace(/ {4}train:.*\n/, '').replace(/score: {.*}/, 'score: {predictions: answers.csv}')
/** of a model that follows amount, or the other way round */
const answers = (sign: number) => {
  const [, ...lines] = rows(2, 600).trim().split('\n')
  return `id,probability\n${lines.map((line) => `${line.split(',')[0]},${1 / (1 + Math.exp(-sign * (Number(line.split(',')[1]) - 5)))}`).join('\n')}\n`
}

describe('stored answers on the command line', () => {
  it('are held against the numbers that the ledger has of the baseline, where they mean the same, and not row by row', async () => {
    project = makeProject({ 'modelgate.yml': stored, 'm.txt': 'one', 'answers.csv': answers(1) })
    const { folder } = project
    const first = await run(folder, '--promote')
    expect(first.code, first.stderr).toBe(0)
    expect(driftDetails.parse(resultOf(folder, 'drift').details).predictions?.because).toContain(
      'score.predictions has answers for data.test alone',
    )

    project.write({ 'm.txt': 'two', 'answers.csv': answers(-1) })
    const second = await run(folder)
    expect(second.code).toBe(1)
    const check = resultOf(folder, 'evaluate').checks.find(({ id }) => id === 'evaluate.max_drop:roc_auc')
    expect(check?.status).toBe('fail')
    expect(check?.message).toContain('Not compared row by row: score.predictions answers for the candidate alone')
  })
})

describe('MDL-14 an opaque model on the command line', () => {
  it('is promoted with the digest that was evaluated, said not to be inspected, and compared with what comes after it', async () => {
    project = makeProject({ 'modelgate.yml': config, 'train.mjs': train(''), 'score.mjs': score })
    const { folder } = project
    const first = await run(folder, '--promote')
    expect(first.stderr).toContain('promote')
    expect(first.code, first.stderr).toBe(0)
    expect(readFileSync(join(folder, '.modelgate', 'report.html'), 'utf8')).toContain('not inspected')
    const drift = driftDetails.parse(resultOf(folder, 'drift').details)
    expect(drift.columns.map(({ column }) => column)).toContain('predictions.probability')
    const evaluated = resultOf(folder, 'evaluate').inputs.find(({ role }) => role === 'model')?.digest
    expect(resultOf(folder, 'promote').details).toMatchObject({ version: '1.0.0', digest: evaluated })

    project.write({ 'train.mjs': train('-') })
    const second = await run(folder)
    expect(second.code).toBe(1)
    const check = resultOf(folder, 'evaluate').checks.find(({ id }) => id === 'evaluate.max_drop:roc_auc')
    expect(check?.status).toBe('fail')
    expect(resultOf(folder, 'evaluate').baseline).toMatchObject({ ref: 'production', version: '1.0.0', digest: evaluated })
  })
})
