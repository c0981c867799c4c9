/** Answers that a team keeps of what it promoted: which version they are of, and of which rows. Real files, a real git ledger. */
import { execFileSync } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { explainFacts } from '../../../src/stages/evaluate/explain-facts.ts'
import { readConfig } from '../../support/local-run.ts'
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

describe('answers beside a file that is the baseline, byte for byte', () => {
  const again = async (slope: number) => {
    const text = config.replace(', predictions: "kept/{version}.csv"', '')
    runs = makeRuns({ 'modelgate.yml': text, 'm.bin': 'trees', 'test.csv': test(rows), 'answers.csv': answers(rows, 2) })
    expect((await runs.run({}, true)).stage('promote').verdict).toBe('pass')
    return runs.run({ 'answers.csv': answers(rows, slope) })
  }

  it('are those of the baseline where they come to what was recorded of it', async () => {
    expect(change(await again(2))).toMatchObject({ status: 'skipped', message: expect.stringContaining('byte for byte') })
  })

  it('and else are held against its numbers: the same file is no proof that nothing changed', async () => {
    const run = await again(-1)
    expect(change(run)).toMatchObject({ status: 'fail', effect: 'fail' })
    expect(change(run)?.message).toMatch(
      /byte for byte, but score\.predictions come to log_loss [\d.]+, and [\d.]+ was recorded of it on the same test data: they are other answers/,
    )
    expect(details(run).metrics[0]?.change?.method).toBe('unpaired')
  })
})

describe('a command beside a file that is the baseline, byte for byte', () => {
  /** Answers 1/(1 + e^(−slope x)); `noise` is JavaScript that is added to the exponent. */
  const script = (slope: number, noise = '0') => `
import { readFileSync, writeFileSync } from 'node:fs'
const [data, out] = process.argv.slice(2)
const [head, ...lines] = readFileSync(data, 'utf8').trim().split('\\n')
const at = head.split(',').indexOf('x')
writeFileSync(out, 'probability\\n' + lines.map((line) => 1 / (1 + Math.exp(-(${slope}) * Number(line.split(',')[at]) + ${noise}))).join('\\n') + '\\n')
`
  const command = `{run: '${JSON.stringify(process.execPath)} score.mjs $DATA $OUT $MODEL'}`
  const text = config.replace('{predictions: answers.csv}', command).replace(', predictions: "kept/{version}.csv"', '')
  const again = async (...changed: Parameters<typeof script>) => {
    runs = makeRuns({ 'modelgate.yml': text, 'm.bin': 'trees', 'test.csv': test(rows), 'score.mjs': script(2) })
    expect((await runs.run({}, true)).stage('promote').verdict).toBe('pass')
    return runs.run({ 'score.mjs': script(...changed) })
  }

  it('is the baseline where it comes to what was recorded of it, or close', async () => {
    expect(change(await again(2.001))).toMatchObject({ status: 'skipped', message: expect.stringContaining('byte for byte') })
  })

  it('is held against its numbers where it comes to others: a changed script passed unseen', async () => {
    const run = await again(-1)
    expect(change(run)).toMatchObject({ status: 'fail', effect: 'fail' })
    expect(change(run)?.message).toMatch(/byte for byte, but score\.run comes to log_loss [\d.]+, and [\d.]+ was recorded/)
  })

  it('is taken for the baseline where it does not repeat itself: noise says nothing of what changed', async () => {
    expect(change(await again(2, '4 * Math.random()'))).toMatchObject({ status: 'skipped' })
  })
})

describe('evaluate --explain of a baseline that is numbers alone', () => {
  const alone = config.replace(', predictions: "kept/{version}.csv"', '').replace('{max_rise: 0.2}', '{max_rise: 0.05}')
  const explain = async ({ context }: Runs, text: string) => {
    const running = await context()
    try {
      return (await explainFacts(running, readConfig(text).model)).join('\n')
    } finally {
      await running.dispose()
    }
  }

  it('says what its interval can show, as the run then decides it, and not what pairs could', async () => {
    runs = makeRuns({ 'modelgate.yml': alone, 'm.bin': 'trees', 'test.csv': test(rows), 'answers.csv': answers(rows, 2) })
    const first = await runs.run({}, true)
    const { value, interval } = details(first).metrics[0]?.candidate ?? { value: null, interval: null }
    const half = Math.max((interval?.[1] ?? 0) - (value ?? 0), (value ?? 0) - (interval?.[0] ?? 0))
    // z at 5 % and at a power of 80 %, of a difference of two such intervals
    const needed = 300 * (((1.6448536 + 0.8416212) * Math.SQRT2 * half) / 1.959964 / 0.05) ** 2
    const said = await explain(runs, alone)
    expect(said).toContain(
      'of the baseline production only numbers are known: changes are held against their intervals, which is less certain than row by row',
    )
    const told =
      /a change of 0\.05 in log_loss: 300 rows can hardly show it \(about ([\d,]+) rows would, where the candidate's interval is as wide/.exec(
        said,
      )
    expect(Number(told?.[1]?.replaceAll(',', '')) / needed).toBeCloseTo(1, 1)
    const next = await runs.run({ 'm.bin': 'other trees', 'answers.csv': answers(rows, 1.5) })
    expect(details(next).metrics[0]?.change?.method).toBe('unpaired')
  })

  it('says which of its numbers mean something else today, or that all do', async () => {
    const more = alone.replace('log_loss: {max_rise: 0.05}', 'log_loss: {max_rise: 0.05}, accuracy: {max_drop: 1pp}')
    runs = makeRuns({ 'modelgate.yml': more, 'm.bin': 'trees', 'test.csv': test(rows), 'answers.csv': answers(rows, 2) })
    await runs.run({}, true)
    const moved = await explain(runs, more.replace('evaluate: {', 'evaluate: {threshold: 0.4, '))
    expect(moved).toContain('a change in accuracy cannot be compared: evaluate.threshold (0.5 then, 0.4 now) is not what it was then')
    expect(moved).toContain('a change of 0.05 in log_loss: 300 rows can hardly show it')
    expect(await explain(runs, more.replace('{max_drop: 1pp}', '{max_drop: 1pp}, brier: {}'))).not.toContain('brier cannot be compared')
    const weighted = await explain(runs, more.replace('id: id}', 'id: id, group: x}'))
    expect(weighted).toContain(
      'of the baseline production only numbers are known, and they cannot be compared: data.group (not set then, x now) is not what it was then; changes will count as warn (baseline.on_missing), and floors decide',
    )
    // what a command answers for is compared row by row
    const asked = await explain(runs, more.replace('{predictions: answers.csv}', "{run: 'node score.mjs'}"))
    expect(asked).toContain('where the models differ on 10 % of them')
    expect(asked).not.toContain('only numbers')
  })

  it('says that no number is recorded of a file', async () => {
    runs = makeRuns({ 'base.bin': 'trees', 'm.bin': 'trees too', 'test.csv': test(rows), 'answers.csv': answers(rows, 2) })
    expect(await explain(runs, alone.replace('[production]', '[base.bin]').replace('    promote: {to: production}\n', ''))).toContain(
      'nobody answers rows for the baseline base.bin, and no numbers of it are recorded with what they mean: changes will count as warn (baseline.on_missing), and floors decide',
    )
  })
})
