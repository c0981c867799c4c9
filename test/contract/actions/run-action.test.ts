import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ActionHost, actionHost } from '../../support/action-host.ts'
import { mainModule } from '../../support/command-line.ts'
import { makeProject, type Project, type ProjectFiles, rows } from '../../support/project.ts'
import { commandsIn } from '../../support/runner-parsers.ts'
import type { SpawnOptions } from '../../support/spawn.ts'
import { runActionIn } from './support.ts'

let project: Project | null = null
const folderOf = (changes: ProjectFiles = {}): string => {
  project = makeProject(changes)
  return project.folder
}
afterEach(() => project?.remove())

/** for steps that come before the one that is looked at, and for more of a kind of end that has been seen of a process of its own */
let host: ActionHost
beforeAll(async () => {
  host = await actionHost(mainModule())
})
afterAll(() => host[Symbol.asyncDispose]())

const failing = 'models:\n  m:\n    model: m.onnx\n    data: {train: train.csv}\n    expect: {rows: {min: 100000}}\n'
const patched = (body: string) =>
  `const fsp = (await import('node:fs/promises')).default; const { syncBuiltinESMExports } = await import('node:module'); fsp.stat = ${body}; syncBuiltinESMExports()`

describe('GATE-07 every path sets the outputs', () => {
  it('a pass', async () => {
    const run = await runActionIn(folderOf(), 'validate')
    expect(run.code).toBe(0)
    expect(run.outputs).toEqual({ verdict: 'pass', passed: 'true', degraded: '', 'result-path': join('.modelgate', 'm', 'validate.json') })
    expect(JSON.parse(readFileSync(join(project?.folder ?? '', run.outputs['result-path'] ?? ''), 'utf8'))).toMatchObject({
      stage: 'validate',
      verdict: 'pass',
    })
  })

  it('a fail, with an annotation that says what and how to put it right', async () => {
    const run = await runActionIn(folderOf({ 'modelgate.yml': failing }), 'validate')
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({ verdict: 'fail', passed: 'false' })
    expect(commandsIn(run.stdout).map(({ name, properties }) => [name, properties.title])).toEqual([
      ['error', 'modelgate m: validate.rows'],
    ])
  })

  it('a fail that is left to the gate is green, and the gate alone speaks of it', async () => {
    const run = await runActionIn(folderOf({ 'modelgate.yml': failing }), 'validate', { 'on-fail': 'continue' })
    expect(run.code).toBe(0)
    expect(run.outputs).toMatchObject({ verdict: 'fail', passed: 'false' })
    expect(commandsIn(run.stdout)).toEqual([])
  })

  it('an error that is written is left to the gate as well', async () => {
    const run = await runActionIn(folderOf({ 'train.csv': null }), 'validate', { 'on-fail': 'continue' })
    expect(run.code).toBe(0)
    expect(run.outputs).toMatchObject({ verdict: 'error', passed: 'false' })
  })

  const bare = 'models:\n  m: {model: m.onnx, data: {train: train.csv}}\n'
  it.each(['train', 'fetch', 'evaluate', 'drift', 'comment', 'promote'])(
    'a skip: %s where it has nothing to do is green, and not passed',
    async (action) => {
      const folder = folderOf({ 'modelgate.yml': bare })
      const run = await runActionIn(folder, action, {}, action === 'train' ? {} : { host })
      expect(run.code).toBe(0)
      expect(run.outputs).toMatchObject({ verdict: 'skipped', passed: 'false', degraded: '' })
      const written = JSON.parse(readFileSync(join(folder, run.outputs['result-path'] ?? ''), 'utf8'))
      expect(written).toMatchObject({ stage: action, verdict: 'skipped', because: expect.stringMatching(/./) })
      expect(commandsIn(run.stdout)).toEqual([])
    },
  )

  it('a skip because of an error before: green, and the gate is red', async () => {
    const folder = folderOf({
      'modelgate.yml': 'models:\n  m: {model: m.onnx, data: {test: test.csv, target: late}, train: {run: [node, -e, process.exit(3)]}}\n',
    })
    expect((await runActionIn(folder, 'train', { 'on-fail': 'continue' }, { host })).outputs.verdict).toBe('error')
    const run = await runActionIn(folder, 'evaluate')
    expect([run.code, run.outputs]).toEqual([
      0,
      { verdict: 'skipped', passed: 'false', degraded: '', 'result-path': join('.modelgate', 'm', 'evaluate.json') },
    ])
    const gate = await runActionIn(folder, 'gate')
    expect([gate.code, gate.outputs.verdict, gate.outputs.passed]).toEqual([2, 'error', 'false'])
  })

  it('of several models the worst counts: skipped only where all are', async () => {
    const two = `${bare}  n: {model: n.onnx, data: {train: train.csv}, train: {builtin: baseline}}\n`
    const folder = folderOf({
      'modelgate.yml': two.replace('n.onnx, data: {train: train.csv}', 'n.onnx, data: {train: train.csv, target: late}'),
    })
    expect((await runActionIn(folder, 'drift', {}, { host })).outputs).toMatchObject({
      verdict: 'skipped',
      passed: 'false',
      'result-path': join('.modelgate', 'drift.json'),
    })
    expect((await runActionIn(folder, 'train', {}, { host })).outputs).toMatchObject({
      verdict: 'pass',
      passed: 'true',
      'result-path': join('.modelgate', 'train.json'),
    })
  })

  it('an output file that cannot be written is no success', async () => {
    const folder = folderOf()
    for (const place of [folder, join(folder, 'none', 'output')]) {
      const run = await runActionIn(folder, 'validate', {}, { env: { GITHUB_OUTPUT: place } })
      expect(run.code, place).toBe(1)
      expect(run.stdout, place).toContain('OUTPUTS_UNWRITABLE')
    }
  })

  it.each([
    ['a config with a typo', { 'modelgate.yml': 'modles: {}' }, {}, 'UNKNOWN_KEY'],
    ['no config', { 'modelgate.yml': null }, {}, 'CONFIG_MISSING'],
    ['a config that is no text', { 'modelgate.yml': new Uint8Array([0xff, 0xfe]) }, {}, 'CONFIG_INVALID'],
    ['an unknown model', {}, { model: 'n' }, 'UNKNOWN_MODEL'],
    ['an input that is not allowed', {}, { 'on-fail': 'never' }, 'INVALID_INPUT'],
    ['a working directory that is not there', {}, { 'working-directory': 'none' }, 'CONFIG_MISSING'],
  ])('%s: red even under on-fail: continue, since nothing was written', async (_, files, inputs, code) => {
    const run = await runActionIn(folderOf(files), 'validate', { 'on-fail': 'continue', ...inputs })
    expect(run.code).toBe(2)
    expect(run.outputs).toEqual({ verdict: 'error', passed: 'false', degraded: '', 'result-path': '' })
    expect(commandsIn(run.stdout)).toEqual([
      expect.objectContaining({ name: 'error', properties: { title: `modelgate validate: ${code}` } }),
    ])
    expect(run.stderr).toBe('')
  })

  it('EVT-08 a payload that is missing', async () => {
    const run = await runActionIn(folderOf(), 'comment', {}, { env: { GITHUB_ACTIONS: 'true' } })
    expect([run.code, run.outputs.verdict]).toEqual([2, 'error'])
    expect(run.stdout).toContain('EVENT_INVALID')
  })
})

describe('GATE-06 an early end is never success', () => {
  it.each([
    ['a promise that never settles', '() => new Promise(() => {})', 'the process ended before there was an outcome'],
    ['a process.exit(0) of somebody else', '() => process.exit(0)', 'the process ended before there was an outcome'],
    [
      'an error that nobody catches',
      "() => { setImmediate(() => { throw new Error('lost') }); return new Promise(() => {}) }",
      'the process ended before there was an outcome',
    ],
    ['a thrown string', "() => { throw 'just a string' }", 'just a string'],
    ['a bug', "() => { throw new TypeError('a bug of ours') }", 'please report it'],
  ])('%s', async (_, body, said) => {
    const run = await runActionIn(folderOf(), 'validate', { 'on-fail': 'continue' }, { before: patched(body) })
    expect(run.code).not.toBe(0)
    expect(run.outputs).toMatchObject({ verdict: 'error', passed: 'false' })
    expect(run.stdout).toContain(said)
  })
})

describe('GATE-06 an end that somebody else brings about', () => {
  it('is no success once the verdict is known either', async () => {
    const folder = folderOf({ 'modelgate.yml': failing })
    const run = await runActionIn(folder, 'validate', {}, { before: "process.on('beforeExit', () => process.exit(0))" })
    expect([run.code, run.outputs.verdict]).toEqual([1, 'fail'])
  })
})

/** Sends a signal once the file `started` lies in the folder, however slow the machine is. */
const signalWhenStarted =
  (folder: string, signal: NodeJS.Signals): NonNullable<SpawnOptions['onStart']> =>
  (child) => {
    const timer = setInterval(() => {
      if (!existsSync(join(folder, 'started'))) return
      clearInterval(timer)
      child.kill(signal)
    }, 20)
  }

describe('CAN-01 a cancel ends the step', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s: not green, "cancelled", outputs set, no model half written', async (signal) => {
    const config = 'models:\n  m:\n    model: m.onnx\n    train: {run: "sh -c \'echo started; touch started; sleep 600\'"}\n'
    const folder = folderOf({ 'modelgate.yml': config })
    const run = await runActionIn(folder, 'train', { 'on-fail': 'continue' }, { onStart: signalWhenStarted(folder, signal) })
    expect(run.code).toBe(1)
    expect(run.stdout).toContain(`cancelled by ${signal}`)
    expect(run.outputs).toMatchObject({ verdict: 'error', passed: 'false' })
    expect(existsSync(join(folder, 'm.onnx'))).toBe(false)
  })

  it('work that does not listen is left behind after a grace', async () => {
    const folder = folderOf()
    const run = await runActionIn(
      folder,
      'validate',
      {},
      {
        before: `${patched("() => { void fsp.writeFile('started', ''); return new Promise(() => {}) }")}; setInterval(() => {}, 1000)`,
        onStart: signalWhenStarted(folder, 'SIGTERM'),
      },
    )
    expect(run.code).toBe(1)
    expect(run.signal).toBeNull()
    expect(run.stdout).toContain('cancelled by SIGTERM')
    expect(run.outputs.verdict).toBe('error')
  })
})

describe('CMD-01, CMD-05 what is printed and where it goes', () => {
  it('a training command can neither set outputs nor annotate, nor write to the runner', async () => {
    const script = [
      "process.stdout.write('::set-output name=verdict::pass\\n  ::error::owned\\nloss ##[add-mask]1\\rx\\n::stop-commands::t\\n')",
      "process.stderr.write('::add-mask::a\\n')",
      "for (const name of ['GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_PATH']) if (process.env[name]) require('fs').appendFileSync(process.env[name], 'verdict=pass\\n')",
    ].join(';')
    const folder = folderOf({
      'modelgate.yml': 'models:\n  m:\n    model: m.onnx\n    train: {run: [node, hostile.cjs]}\n',
      'hostile.cjs': script,
    })
    const run = await runActionIn(folder, 'train', { 'on-fail': 'continue' })
    expect(run.stdout).toContain('set-output name=verdict')
    expect(commandsIn(run.stdout + run.stderr)).toEqual([])
    expect(run.outputs).toMatchObject({ verdict: 'error', passed: 'false' })
    expect(run.others).toBe('')
  })

  it('a hostile name in the config is shown and not obeyed', async () => {
    const run = await runActionIn(folderOf({ 'modelgate.yml': '"\\n::error::owned\\n##[add-mask]x": 1\nmodels: {}\n' }), 'validate')
    expect(commandsIn(run.stdout).map(({ properties }) => properties.title)).toEqual(['modelgate validate: UNKNOWN_KEY'])
    expect(run.others).toBe('')
  })
})

describe('several models', () => {
  const two = `models:
  good: {model: a.onnx, data: {train: train.csv}, expect: {rows: {min: 1}}}
  bad: {model: b.onnx, data: {train: train.csv}, expect: {rows: {min: 100000}}}
`

  it('run in file order; the verdict is the worst, the result an index', async () => {
    const folder = folderOf({ 'modelgate.yml': two })
    const run = await runActionIn(folder, 'validate')
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({ verdict: 'fail', 'result-path': join('.modelgate', 'validate.json') })
    expect(JSON.parse(readFileSync(join(folder, '.modelgate', 'validate.json'), 'utf8'))).toEqual({
      schema: 'modelgate/index@1',
      stage: 'validate',
      verdict: 'fail',
      results: [
        { model: 'good', verdict: 'pass', path: 'good/validate.json' },
        { model: 'bad', verdict: 'fail', path: 'bad/validate.json' },
      ],
    })
  })

  it('one of them may be asked for', async () => {
    const run = await runActionIn(folderOf({ 'modelgate.yml': two }), 'validate', { model: 'good' }, { host })
    expect(run.outputs).toMatchObject({ verdict: 'pass', 'result-path': join('.modelgate', 'good', 'validate.json') })
  })
})

describe('the gate', () => {
  const config = 'models:\n  m: {model: m.onnx, data: {train: train.csv}, expect: {rows: {min: 1}}}\n'

  it('writes the summary of the job, and annotates what the stages found', async () => {
    const folder = folderOf({ 'modelgate.yml': config.replace('min: 1', 'min: 100000') })
    await runActionIn(folder, 'validate', { 'on-fail': 'continue' }, { host })
    const run = await runActionIn(folder, 'gate')
    expect(run.code).toBe(1)
    expect(run.outputs).toMatchObject({ verdict: 'fail', passed: 'false', 'result-path': join('.modelgate', 'gate.json') })
    expect(run.summary).toContain('❌')
    expect(commandsIn(run.stdout).some(({ properties }) => properties.title?.includes('validate.rows'))).toBe(true)
    expect(readdirSync(join(folder, '.modelgate'))).toEqual(expect.arrayContaining(['gate.json', 'report.md', 'report.html']))
  })

  it('GATE-04 without any result is an error, said in the summary too', async () => {
    const run = await runActionIn(folderOf({ 'modelgate.yml': config }), 'gate')
    expect([run.code, run.outputs.verdict]).toEqual([2, 'error'])
    expect(run.summary).toContain('no result of this run')
  })

  it.each([
    ['only a model is trained', 'train: {builtin: baseline}, data: {train: {profile: none.json}}'],
    ['nothing is configured but the model', 'train: {run: "node -e 0"}'],
    ['drift is the only stage, and is switched off', 'drift: {enabled: false}'],
  ])('GATE-04 is no pass where %s', async (_, model) => {
    const folder = folderOf({ 'modelgate.yml': `models:\n  m: {model: m.onnx, ${model}}\n`, 'm.onnx': 'x' })
    for (const stage of ['validate', 'train', 'evaluate', 'drift']) await runActionIn(folder, stage, { 'on-fail': 'continue' }, { host })
    const run = await runActionIn(folder, 'gate', {}, { host })
    expect([run.code, run.outputs.verdict, run.outputs.passed]).toEqual([2, 'error', 'false'])
  })

  it('NET-12 an artifact that cannot be uploaded is degraded, and the verdict stands', async () => {
    const folder = folderOf({ 'modelgate.yml': config })
    const event = join(folder, 'event.json')
    writeFileSync(event, '{}')
    const env = {
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_PATH: event,
      GITHUB_EVENT_NAME: 'push',
      GITHUB_RUN_ID: '1',
      GITHUB_SHA: 'a'.repeat(40),
      ACTIONS_RUNTIME_TOKEN: 'x',
    }
    await runActionIn(folder, 'validate', {}, { env, host })
    const run = await runActionIn(folder, 'gate', {}, { env })
    expect(run.outputs).toMatchObject({ verdict: 'pass', passed: 'true', degraded: 'artifact' })
    expect(run.code).toBe(0)
    const none = await runActionIn(folder, 'gate', { artifact: '' }, { env, host })
    expect(none.outputs).toMatchObject({ verdict: 'pass', degraded: '' })
  })

  it('fails on a warning when told to', async () => {
    const warned = config.replace('{min: 1}', '{min: 100000, severity: warn}')
    const folder = folderOf({ 'modelgate.yml': warned, 'train.csv': rows(1, 50) })
    await runActionIn(folder, 'validate', {}, { host })
    expect((await runActionIn(folder, 'gate', {}, { host })).outputs).toMatchObject({ verdict: 'warn', passed: 'true' })
    const strict = await runActionIn(folder, 'gate', { 'fail-on': 'warn' })
    expect([strict.code, strict.outputs.passed]).toEqual([1, 'false'])
  })
})
