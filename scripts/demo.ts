/**
 * `npm start`: the pipeline on real flights, as a story of five runs. Each is the command line that a person would type; the verdicts
 * are those of the data, and a run that ends otherwise than the story says makes this end with an error.
 */
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { resultSchema } from '../src/core/schema/result.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const flights = join(root, 'examples', 'flights')
const outs = join(root, '.modelgate', 'demo')

/** The story is told as on a laptop, wherever it runs: no CI server's event decides what may be promoted into its own ledger. */
const noCi = Object.fromEntries(
  ['GITHUB_ACTIONS', 'GITLAB_CI', 'JENKINS_URL', 'CIRCLECI', 'CODEBUILD_BUILD_ID', 'CI'].map((name) => [name, undefined]),
)

const steps = [
  {
    title: 'February as it was recorded, slips of the record included',
    config: 'story-1-impossible-delays.yml',
    promote: false,
    verdict: 'fail',
  },
  {
    title: 'A first model, of two columns: nothing to compare it with yet',
    config: 'story-2-first-model.yml',
    promote: true,
    verdict: 'warn',
  },
  {
    title: 'A better candidate: it also knows the hour and the airports',
    config: 'story-3-better-candidate.yml',
    promote: true,
    verdict: 'pass',
  },
  {
    title: 'A worse candidate: above every floor, but it lost the hour',
    config: 'story-4-worse-candidate.yml',
    promote: false,
    verdict: 'fail',
  },
  { title: 'The model in production meets May', config: 'modelgate.yml', promote: false, verdict: 'warn' },
] as const

process.exitCode = 2
const started = performance.now()
for (const left of [outs, join(flights, 'ledger.git'), join(flights, 'models')]) rmSync(left, { recursive: true, force: true })

const told: {
  readonly title: string
  readonly expected: string
  readonly verdict: string
  readonly out: string
  readonly why: readonly string[]
}[] = []
for (const [index, step] of steps.entries()) {
  const out = join(outs, `step-${index + 1}`)
  const config = relative(root, join(flights, step.config))
  const args = ['run', '--config', config, '--out', relative(root, out), ...(step.promote ? ['--promote'] : [])]
  process.stderr.write(`\n━━ ${index + 1} of ${steps.length}  ${step.title}\n   modelgate ${args.join(' ')}\n\n`)
  await modelgate(args)
  const gate = resultSchema.parse(JSON.parse(readFileSync(join(out, 'gate.json'), 'utf8')))
  told.push({ title: step.title, expected: step.verdict, verdict: gate.verdict, out: relative(root, out), why: reasons(out) })
}

const seconds = ((performance.now() - started) / 1000).toFixed(1)
process.stdout.write(`\n━━ The story, in ${seconds} s\n\n`)
for (const [index, { title, verdict, out, why }] of told.entries()) {
  process.stdout.write(
    `${index + 1}. ${verdict.padEnd(5)} ${title}\n${why.map((line) => `         ${line}\n`).join('')}         ${join(out, 'report.html')}\n`,
  )
}
const wrong = told.filter(({ verdict, expected }) => verdict !== expected)
for (const { title, verdict, expected } of wrong)
  process.stderr.write(`\nThe story says ${expected} for "${title}", and the verdict is ${verdict}.\n`)
process.stdout.write(`
Open one of the reports in a browser. The same from the bundle alone: node dist/cli.js run --config examples/flights/modelgate.yml
Next: "Add it to your repository" in README.md.
`)
process.exitCode = wrong.length === 0 ? 0 : 1

/** What the stages of a run found that is not a pass, one sentence each. */
function reasons(out: string): readonly string[] {
  const results = ['validate', 'train', 'evaluate', 'drift'].map((stage) =>
    resultSchema.parse(JSON.parse(readFileSync(join(out, 'flights', `${stage}.json`), 'utf8'))),
  )
  const told = results.flatMap((result) =>
    result.checks
      .filter((check) => check.effect !== 'pass' && check.effect !== 'skipped')
      .map((check) => `${result.stage}: ${check.status === 'no-baseline' ? 'there is no baseline to compare with yet' : check.message}`),
  )
  return [...new Set(told)]
}

function modelgate(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'scripts', 'modelgate.ts'), ...args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...noCi },
    })
    child.on('error', reject)
    child.on('exit', (_, signal) => (signal ? reject(new Error(`modelgate was ended by ${signal}`)) : resolve()))
  })
}
