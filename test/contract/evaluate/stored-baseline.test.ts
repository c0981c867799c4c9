/** Answers that a team keeps of what it promoted: which version they are of, and of which rows. Real files, a real git ledger. */
import { execFileSync } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { numbers } from '../../support/project.ts'
import { makeRuns, type Run, type Runs } from './pipeline.ts'

let runs: Runs | null = null
afterEach(() => {
  runs?.remove()
  runs = null
})

const next = numbers(5)
const rows = Array.from({ length: 300 }, (_, i) => {
  const x = next() * 4 - 2
  return { id: `r${i}`, x, late: x + (next() - 0.5) * 3 > 0 ? 1 : 0 }
})
type Row = (typeof rows)[number]
const test = (of: readonly Row[]) => `id,x,late\n${of.map(({ id, x, late }) => `${id},${x},${late}`).join('\n')}\n`
const answers = (of: readonly Row[], slope: number) =>
  `id,probability\n${of.map(({ id, x }) => `${id},${1 / (1 + Math.exp(-slope * x))}`).join('\n')}\n`
const config = `models:
  m:
    task: binary
    model: m.bin
    format: opaque
    data: {test: test.csv, target: late, id: id}
    score: {predictions: answers.csv}
    evaluate: {metrics: {log_loss: {max_rise: 0.2}}}
    baseline: {from: [production], predictions: "kept/{version}.csv"}
    promote: {to: production}
ledger: {remote: ./ledger.git}
`
const git = (folder: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: folder, stdio: 'pipe' })

/** Promoted as 1.0.0, its answers kept; then another candidate. */
async function second(kept: string, changes: Record<string, string> = {}): Promise<Run> {
  runs = makeRuns({ 'modelgate.yml': config, 'm.bin': 'trees', 'test.csv': test(rows), 'answers.csv': answers(rows, 2) })
  const { folder, run } = runs
  git(folder, 'init', '-q', '-b', 'main')
  git(folder, 'add', 'test.csv')
  git(folder, 'commit', '-qm', 'first')
  expect((await run({}, true)).stage('promote').verdict).toBe('pass')
  return run({ 'm.bin': 'other trees', 'answers.csv': answers(rows, 1.5), 'kept/1.0.0.csv': kept, ...changes })
}
const change = (run: Run) => run.check('evaluate.max_rise:log_loss')
const details = (run: Run) => evaluateDetails.parse(run.stage('evaluate').details)

describe('kept answers of a version', () => {
  it('are found by its number, compared in pairs, and shown', async () => {
    const run = await second(answers(rows, 2))
    expect(change(run)).toMatchObject({ status: 'pass', n: 300 })
    expect(run.stage('evaluate').baseline).toMatchObject({ version: '1.0.0', same_rows: true })
    expect(details(run).baseline_answers).toBe('kept/1.0.0.csv')
    expect(run.report).toContain('answers of the baseline from')
  })

  it('that do not come to what was recorded of it on the same test data are not its answers', async () => {
    const run = await second(answers(rows, -1))
    expect(run.stage('evaluate').checks[0]?.message).toMatch(
      /^BASELINE_PREDICTIONS: baseline\.predictions comes to log_loss [\d.]+, and [\d.]+ was recorded of production \(1\.0\.0\) on the same test data/,
    )
  })

  it('count on test data that lost rows and gained none, and the report says so', async () => {
    const run = await second(answers(rows, 2), { 'test.csv': test(rows.slice(10)), 'answers.csv': answers(rows.slice(10), 1.5) })
    expect(change(run)).toMatchObject({ status: 'pass', n: 290 })
    expect(details(run).holdout?.note).toContain('+0 −10 rows: the answers of both models are on the rows of today.')
  })

  it('are answers to other rows where one is altered: nothing is compared', async () => {
    const now = rows.map((row) => (row.id === 'r7' ? { ...row, x: row.x + 1 } : row))
    const run = await second(answers(rows, 2), { 'test.csv': test(now), 'answers.csv': answers(now, 1.5) })
    expect(change(run)).toMatchObject({ status: 'not-comparable', effect: 'warn' })
    expect(change(run)?.message).toContain('1 of its rows is another now, so baseline.predictions may be answers to other rows')
  })

  it('answer for a version whose bytes are gone, too', async () => {
    runs = makeRuns({ 'modelgate.yml': config, 'm.bin': 'trees', 'test.csv': test(rows), 'answers.csv': answers(rows, 2) })
    const { folder, run } = runs
    expect((await run({}, true)).stage('promote').verdict).toBe('pass')
    git(`${folder}/ledger.git`, 'tag', '-d', 'm@v1.0.0')
    const next = await run({ 'm.bin': 'other trees', 'answers.csv': answers(rows, 1.5), 'kept/1.0.0.csv': answers(rows, 2) })
    expect(change(next)).toMatchObject({ status: 'pass', n: 300 })
    expect(next.stage('evaluate').baseline).toMatchObject({ version: '1.0.0', same_rows: true })
  })
})
