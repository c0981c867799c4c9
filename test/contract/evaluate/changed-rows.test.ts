/** A holdout that changed: what became of its rows, told by the file that an earlier commit of the checkout has. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { logistic } from '../../support/onnx-models.ts'
import { numbers } from '../../support/project.ts'
import { makeRuns, type Run, type Runs } from './pipeline.ts'

let runs: Runs | null = null
afterEach(() => {
  runs?.remove()
  runs = null
})

const next = numbers(9)
const rows = Array.from({ length: 400 }, (_, i) => {
  const x = next() * 4 - 2
  return { id: `r${i}`, x, late: x + (next() - 0.5) * 3 > 0 ? 1 : 0 }
})
type Row = (typeof rows)[number]
const line = ({ id, x, late }: Row) => `${id},${x},${late}`
const csv = (of: readonly Row[]) => `id,x,late\n${of.map(line).join('\n')}\n`
const config = (data: string) => `models:
  m:
    task: binary
    model: m.onnx
    data: {test: test.csv, target: late, features: [x]${data}}
    evaluate: {metrics: {roc_auc: {min: 0.7}}}
    baseline: {from: [production]}
    promote: {to: production}
ledger: {remote: ./ledger.git}
`
const git = (folder: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: folder, stdio: 'pipe' })
const noteOf = (run: Run): string => evaluateDetails.parse(run.stage('evaluate').details).holdout?.note ?? ''

/** Promoted on the rows of a first commit; then the candidate and the test data change. */
async function changed(data: string, then: readonly Row[], now: string, commit = true): Promise<Run> {
  runs = makeRuns({ 'modelgate.yml': config(data), 'm.onnx': logistic([2], 0), 'test.csv': csv(then) })
  const { folder, run } = runs
  if (commit) {
    git(folder, 'init', '-q', '-b', 'main')
    git(folder, 'add', 'test.csv')
    git(folder, 'commit', '-qm', 'first')
  }
  expect((await run({}, true)).stage('promote').verdict).toBe('pass')
  if (commit) {
    // one more version of the file in between, which nobody was judged on
    writeFileSync(join(folder, 'test.csv'), csv(then.slice(5)))
    git(folder, 'commit', '-qam', 'second')
  }
  return run({ 'm.onnx': logistic([2.5], 0), 'test.csv': now })
}

describe('test data that changed since the baseline was judged', () => {
  const then = rows.slice(0, 380)
  // three rows are gone, twenty are new, two are other ones than they were, and their order is another
  const now = [...rows.slice(3)].reverse().map((row) => (row.id === 'r50' || row.id === 'r60' ? { ...row, x: row.x + 1 } : row))

  it('is told by rows with data.id: both models were scored on those of today', async () => {
    const run = await changed(', id: id', then, csv(now))
    expect(noteOf(run)).toContain(
      'The test data has changed since the baseline was judged, +20 −3 rows, 2 of the others altered: both models were scored on the rows of today.',
    )
    expect(run.report).toContain('+20 −3 rows')
    expect(run.stage('evaluate').baseline?.same_rows).toBe(true)
  })

  it('without ids an altered row is one that went and one that came, and a row counts as often as it occurs', async () => {
    const twice = [...now, ...rows.slice(10, 14)]
    expect(noteOf(await changed('', then, csv(twice)))).toContain('was judged, +26 −5 rows: both')
  })

  it('is told by its size where no commit that is here has the file of then', async () => {
    expect(noteOf(await changed(', id: id', then, csv(now), false))).toContain('380 rows then and 397 now: both')
  })

  it('a column more makes every row another: without ids that is no count of rows', async () => {
    const wider = csv(now)
      .split('\n')
      .map((text, i) => (text === '' ? text : `${text},${i === 0 ? 'extra' : i}`))
      .join('\n')
    expect(noteOf(await changed('', then, wider))).toContain('380 rows then and 397 now: both')
  })
})
