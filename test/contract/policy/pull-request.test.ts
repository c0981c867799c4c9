import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createRunContext } from '../../../src/compose.ts'
import { gateDetails } from '../../../src/core/schema/details.ts'
import type { StageResult } from '../../../src/core/schema/result.ts'
import type { StageOptions } from '../../../src/stages/context.ts'
import { runPipeline } from '../../../src/stages/run-stage.ts'
import { commandLine } from '../../support/command-line.ts'
import type { Loopback } from '../../support/loopback.ts'
import { sendJson } from '../../support/loopback.ts'
import { logistic } from '../../support/onnx-models.ts'
import { baseConfig, makeProject, type Project, type ProjectFiles } from '../../support/project.ts'
import { commandsIn } from '../../support/runner-parsers.ts'
import { projectRoot, runNode } from '../../support/spawn.ts'
import { runActionIn } from '../actions/support.ts'
import { baseSha, git, github, pullEnvironment } from './support.ts'

let project: Project | null = null
const folderOf = (config: string): string => {
  project = makeProject({ 'modelgate.yml': config })
  return project.folder
}
afterEach(() => project?.remove())

const config = (...changes: readonly (readonly [string, string])[]): string =>
  changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the base config has no ${from}`)
    return text.replace(from, to)
  }, baseConfig)
const limits = 'roc_auc: {min: 0.7, max_drop: 2pp}'

interface Run {
  readonly verdict: string
  readonly checks: ReadonlyMap<string, string>
  readonly gate: StageResult | undefined
  readonly report: string
}

/** The pipeline of a pull request, without its comment's API. */
async function judge(
  head: string,
  server: Loopback,
  event: Readonly<Record<string, unknown>> = {},
  env: Record<string, string> = {},
  stage: StageOptions = {},
  files: ProjectFiles = {},
): Promise<Run> {
  const folder = folderOf(head)
  project?.write(files)
  const context = await createRunContext({
    configPath: 'modelgate.yml',
    modelName: null,
    out: '.modelgate',
    cwd: folder,
    env: { ...process.env, ...pullEnvironment(folder, server.url, event), ...env },
    progress: { say: () => {}, warn: () => {}, child: () => {} },
    signal: new AbortController().signal,
    token: 'token',
  })
  try {
    const { verdict, results } = await runPipeline(context, { promote: false, stage, onStage: () => {} })
    return {
      verdict,
      checks: new Map(results.flatMap((result) => result.checks.map((check) => [check.id, check.effect]))),
      gate: results.find((result) => result.stage === 'gate'),
      report: readFileSync(join(folder, '.modelgate', 'report.md'), 'utf8'),
    }
  } finally {
    await context.dispose()
  }
}
const policyOf = ({ gate }: Run) => gateDetails.parse(gate?.details).policy

describe('EVT-06 policy is read from the base of a pull request', () => {
  it('a head that lowers a limit, removes a metric, an expectation and the test data is judged by all of them', async () => {
    await using server = await github(
      config([limits, 'roc_auc: {min: 0.999}'], ['on_missing: pass', 'on_missing: fail'], ['max: 100', 'max: 5']),
    )
    const head = config(
      [limits, 'accuracy: {min: 0.01}'],
      ['amount: {type: number, min: 0, max: 100}', 'kind: {}'],
      ['test: test.csv, ', ''],
    )
    const run = await judge(head, server)
    expect(run.verdict).toBe('fail')
    expect(run.checks.get('evaluate.min:roc_auc')).toBe('fail')
    expect(run.checks.get('evaluate.max_drop:roc_auc')).toBe('fail')
    expect(run.checks.get('evaluate.min:accuracy')).toBe('pass')
    expect([...run.checks].some(([id, effect]) => id.startsWith('validate.max') && effect === 'fail')).toBe(true)
    expect(policyOf(run)).toMatchObject({ from: `base ${baseSha.slice(0, 7)}`, because: null })
    expect(policyOf(run)?.differences).toEqual(
      expect.arrayContaining([
        'models.m.evaluate.metrics.roc_auc: min 0.999 stays, although the head removes it',
        'models.m.evaluate.metrics.accuracy: min 0.01 is new and is used',
        'models.m.baseline.on_missing: fail of the base is used, pass of the head is not',
        'models.m.data.test: test.csv stays, although the head removes it',
      ]),
    )
    expect(run.report).toContain('Policy changed in this pull request')
    expect(run.report).toContain('policy of base <code>aaaaaaa</code>')
  })

  it('a metric that the head adds is judged, and so is the usual one beside a first list', async () => {
    await using server = await github(config([`    evaluate:\n      metrics:\n        ${limits}\n`, '']))
    const run = await judge(config([limits, 'accuracy: {min: 0.999}']), server)
    expect(run.checks.get('evaluate.min:accuracy')).toBe('fail')
    expect(run.checks.has('evaluate.max_drop:roc_auc')).toBe(true)
    expect(run.verdict).toBe('fail')
  })

  it('a model that the head gives another name is new, and never green by that', async () => {
    await using server = await github(config([limits, 'roc_auc: {min: 0.999}']))
    const run = await judge(config(['  m:', '  renamed:'], [limits, 'roc_auc: {min: 0.01}']), server)
    expect(run.verdict).toBe('warn')
    expect(run.checks.get('gate.verdict:renamed')).toBe('pass')
    expect(run.checks.get('gate.model_gone:m')).toBe('warn')
    expect(run.report).toContain('m is a model of the base and not of this config, so nothing judges it')
    expect(run.report).not.toMatch(/^## ✅/)
    const strict = await judge(config(['  m:', '  renamed:']), server, {}, {}, { failOn: 'warn' })
    expect(strict.verdict).toBe('fail')
  })

  it('a task that the head turns into numbers of its own is never green by that', async () => {
    const listed = `    evaluate:\n      metrics:\n        ${limits}\n`
    await using server = await github(config([listed, '']))
    const head = config(
      ['task: binary', 'task: custom'],
      ['    train: {builtin: baseline}\n', ''],
      [listed, '    score: {metrics_file: own.json}\n    evaluate: {metrics: {bleu: {direction: higher, min: 1}}}\n'],
    )
    const own = { 'own.json': '{"bleu": 99}', 'm.onnx': logistic([1], 0) }
    const run = await judge(head, server, {}, {}, {}, own)
    expect(run.checks.get('evaluate.min:bleu')).toBe('pass')
    expect(run.checks.get('evaluate.task_changed')).toBe('warn')
    expect(run.verdict).toBe('warn')
    expect(run.report).toContain('The task is custom here and binary at the base: its usual metric (roc\\_auc or accuracy)')
    expect((await judge(head, server, {}, {}, { failOn: 'warn' }, own)).verdict).toBe('fail')
  })

  it('a base without the config is a first run, which is said', async () => {
    await using server = await github(null)
    const run = await judge(baseConfig, server)
    expect(run.verdict).toBe('pass')
    expect(policyOf(run)).toEqual({ from: 'head', because: 'there is no modelgate.yml at base aaaaaaa', differences: [] })
    expect(run.report).toContain('there is no modelgate.yml at base aaaaaaa')
  })

  it('an event about a pull request that names none is judged by the commit of the default branch', async () => {
    await using server = await github(config(['max: 100', 'max: 5']))
    const issue = { pull_request: null, issue: { number: 7, pull_request: {} } }
    const run = await judge(baseConfig, server, issue, { GITHUB_EVENT_NAME: 'issue_comment' })
    expect(run.verdict).toBe('fail')
    expect(server.seen.map(({ path }) => path)).toEqual([`/repos/acme/m/contents/modelgate.yml?ref=${'c'.repeat(40)}`])
  })

  it('a push is judged by what was pushed, and asks nobody', async () => {
    await using server = await github(config(['max: 100', 'max: 5']))
    const run = await judge(baseConfig, server, { pull_request: null }, { GITHUB_EVENT_NAME: 'push', GITHUB_REF: 'refs/heads/topic' })
    expect(run.verdict).toBe('pass')
    expect(server.seen).toEqual([])
    expect(policyOf(run)).toEqual({ from: 'head', because: null, differences: [] })
  })
})

describe('EVT-06 a base that cannot be read is an error of the step', () => {
  const failing = 'models:\n  m: {model: m.onnx, data: {train: train.csv}, expect: {rows: {min: 100000}}}\n'
  const lenient = failing.replace('100000', '1')

  it.each([
    ['403', 'BASE_UNREADABLE', 'contents: read', 403],
    ['500', 'BASE_UNREADABLE', 'run it again', 500],
  ])('%s', async (_, code, fix, status) => {
    await using server = await github((_request, response) => sendJson(response, status, { message: 'no' }))
    const folder = folderOf(lenient)
    const run = await runActionIn(
      folder,
      'validate',
      { 'github-token': 't', 'on-fail': 'continue' },
      { env: pullEnvironment(folder, server.url) },
    )
    expect(run.code).toBe(2)
    expect(run.outputs).toMatchObject({ verdict: 'error', passed: 'false' })
    expect(commandsIn(run.stdout)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'error',
          properties: { title: `modelgate validate: ${code}` },
          data: expect.stringContaining(fix),
        }),
      ]),
    )
    expect(existsSync(join(folder, '.modelgate'))).toBe(false)
  })

  it('no token: the input that is missing is named', async () => {
    await using server = await github(failing)
    const folder = folderOf(lenient)
    const run = await runActionIn(folder, 'gate', {}, { env: pullEnvironment(folder, server.url) })
    expect([run.code, run.outputs.verdict]).toEqual([2, 'error'])
    expect(run.stdout).toContain('github-token')
    expect(server.seen).toEqual([])
  })

  it('a base that is not understood is named as the base’s', async () => {
    await using server = await github('modles: {}\n')
    const folder = folderOf(lenient)
    const run = await runActionIn(folder, 'validate', { 'github-token': 't' }, { env: pullEnvironment(folder, server.url) })
    expect(run.code).toBe(2)
    expect(run.stdout).toContain('BASE_INVALID')
    expect(run.stdout).toContain('modelgate.yml at base aaaaaaa:1:1 UNKNOWN_KEY')
  })

  it('each stage asks once, and the gate takes the results of the others', async () => {
    await using server = await github(failing)
    const folder = folderOf(lenient)
    const env = pullEnvironment(folder, server.url)
    const inputs = { 'github-token': 't' }
    const validate = await runActionIn(folder, 'validate', { ...inputs, 'on-fail': 'continue' }, { env })
    expect(validate.outputs.verdict).toBe('fail')
    const gate = await runActionIn(folder, 'gate', inputs, { env })
    expect([gate.code, gate.outputs.verdict]).toEqual([1, 'fail'])
    expect(gate.summary).toContain('Policy changed in this pull request')
    expect(server.seen).toHaveLength(2)
  })
})

describe('EVT-06 on the command line', () => {
  const cli = (folder: string, ...args: string[]) =>
    runNode([commandLine(), ...args], { cwd: folder, env: { MODELGATE_RUNTIME_DIR: projectRoot } })
  const failing = 'models:\n  m: {model: m.onnx, data: {train: ../train.csv}, expect: {rows: {min: 100000}}}\n'

  it('--base judges by a commit of the repository; without it the checkout counts', async () => {
    project = makeProject({ 'modelgate.yml': null, 'ml/modelgate.yml': failing })
    const { folder } = project
    git(folder, 'init', '-q', '-b', 'main')
    git(folder, 'add', '-A')
    git(folder, 'commit', '-qm', 'policy')
    project.write({ 'ml/modelgate.yml': failing.replace('100000', '1') })
    const ml = join(folder, 'ml')

    expect((await cli(ml, 'validate')).code).toBe(0)
    const judged = await cli(ml, 'validate', '--base', 'main')
    expect(judged.code).toBe(1)
    const gate = await cli(folder, 'gate', '--config', 'ml/modelgate.yml', '--out', 'ml/.modelgate', '--base', 'main')
    expect(gate.code).toBe(1)
    expect(gate.stderr).toContain('Policy changed since the base:')
    expect(gate.stderr).toContain('models.m.expect.rows: min 100000, on train of the base is used, min 1, on train of the head is not')

    const unknown = await cli(ml, 'validate', '--base', 'nowhere')
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toContain('BASE_UNREADABLE')
    const hostile = await cli(ml, 'validate', '--base=--output=owned')
    expect([hostile.code, existsSync(join(ml, 'owned'))]).toEqual([2, false])
  })
})
