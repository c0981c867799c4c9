/** A holdout that changed: what became of its rows, told by the files of then, wherever they still are on this machine. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
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
const config = (data: string, test = 'test.csv') => `models:
  m:
    task: binary
    model: m.onnx
    data: {test: ${test}, target: late, features: [x]${data}}
    evaluate: {metrics: {roc_auc: {min: 0.7}}}
    baseline: {from: [production]}
    promote: {to: production}
ledger: {remote: ./ledger.git}
`
const git = (folder: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: folder, stdio: 'pipe' })
const lfsPointerOf = (text: string): string =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${createHash('sha256').update(text).digest('hex')}\nsize ${text.length}\n`
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

describe('test data of several files that changed', () => {
  /** Promoted on `then`; then `now` lies there, and a new candidate is judged on it. */
  async function files(test: string, data: string, then: Record<string, string>, now: Record<string, string | null>): Promise<string> {
    runs = makeRuns({ 'modelgate.yml': config(data, test), 'm.onnx': logistic([2], 0), ...then })
    const { folder, run } = runs
    git(folder, 'init', '-q', '-b', 'main')
    git(folder, 'add', ...Object.keys(then))
    git(folder, 'commit', '-qm', 'first')
    expect((await run({}, true)).stage('promote').verdict).toBe('pass')
    return noteOf(await run({ 'm.onnx': logistic([2.5], 0), ...now }))
  }
  const [may, june, july] = [csv(rows.slice(0, 150)), csv(rows.slice(150, 300)), csv(rows.slice(300, 400))]

  it('is one set of rows: a file of a glob that went, one that came, and one that stayed', async () => {
    const test = '{glob: "rows/*.csv"}'
    const then = { 'rows/05.csv': may, 'rows/06.csv': june }
    expect(await files(test, ', id: id', then, { 'rows/05.csv': null, 'rows/07.csv': july })).toContain('was judged, +100 −150 rows: both')
  })

  it('a row that only moved from one file of a list to the other is no change', async () => {
    const then = { 'a.csv': may, 'b.csv': june }
    const now = {
      'a.csv': csv(rows.slice(0, 100)),
      'b.csv': csv([...rows.slice(100, 300)].map((row) => (row.id === 'r120' ? { ...row, x: 9 } : row))),
    }
    expect(await files('[a.csv, b.csv]', ', id: id', then, now)).toContain('was judged, +0 −0 rows, 1 of the others altered: both')
  })
})

describe('test data that changed and that another tool keeps', () => {
  it('Git LFS: the pointer of then is in the history, and the data itself is not on this machine, which is said', async () => {
    runs = makeRuns({ 'modelgate.yml': config(', id: id'), 'm.onnx': logistic([2], 0), 'test.csv': csv(rows.slice(0, 380)) })
    const { folder, run } = runs
    const before = csv(rows.slice(0, 380))
    git(folder, 'init', '-q', '-b', 'main')
    writeFileSync(join(folder, 'test.csv'), lfsPointerOf(before))
    git(folder, 'add', 'test.csv')
    git(folder, 'commit', '-qm', 'first')
    expect((await run({ 'test.csv': before }, true)).stage('promote').verdict).toBe('pass')
    const changes = { 'm.onnx': logistic([2.5], 0), 'test.csv': csv(rows.slice(3)) }
    expect(noteOf(await run(changes))).toContain(
      'was judged, 380 rows then and 397 now (the data of then is in Git LFS, and is not on this machine): both models',
    )
    // `git lfs fetch --all` brings it
    const oid = createHash('sha256').update(before).digest('hex')
    const objects = join(folder, '.git', 'lfs', 'objects', oid.slice(0, 2), oid.slice(2, 4))
    mkdirSync(objects, { recursive: true })
    writeFileSync(join(objects, oid), before)
    expect(noteOf(await run(changes))).toContain('was judged, +20 −3 rows: both')
  }, 90_000)
})
