/** A pull request names a file of the machine, whose first line would end as names of columns in a report. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRunContext } from '../../../src/compose.ts'
import type { StageResult } from '../../../src/core/schema/result.ts'
import { runStage } from '../../../src/stages/run-stage.ts'
import { projectRoot } from '../../support/spawn.ts'
import { git, github, pullEnvironment } from './support.ts'

const secret = 'canary-3b9f'
const table = `x,${secret},y\n${Array.from({ length: 40 }, (_, i) => `${i},${i},${i % 2}`).join('\n')}\n`

let machine: string
let workspace: string
beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), 'modelgate-outside-'))
  workspace = join(machine, 'work')
  write('work/in.csv', table)
  write('private/rows.csv', table)
  write('temp/rows.csv', table)
  write('private/report.json', JSON.stringify({ [secret]: 1 }))
})
afterEach(() => rmSync(machine, { recursive: true, force: true }))

const write = (name: string, text: string): void => {
  mkdirSync(dirname(join(machine, name)), { recursive: true })
  writeFileSync(join(machine, name), text)
}
const link = (to: string, name: string): void => symlinkSync(to, join(workspace, name))
const config = (train: string, more = '', shared = ''): string =>
  `models:\n  m:\n    model: m.onnx\n    data: {train: ${train}, target: y}\n    expect: {columns: {x: {min: 0}}}\n${more}${shared}`

interface Run {
  readonly head: string
  /** null: the base has no config; undefined: no pull request */
  readonly base?: string | null
  readonly env?: Readonly<Record<string, string>>
  readonly out?: string
  readonly stage?: 'validate' | 'drift'
}

async function run({ head, base, env = {}, out = '.modelgate', stage = 'validate' }: Run): Promise<StageResult | undefined> {
  writeFileSync(join(workspace, 'modelgate.yml'), head)
  await using server = await github(base ?? null)
  const context = await createRunContext({
    configPath: 'modelgate.yml',
    modelName: null,
    out,
    cwd: workspace,
    env: {
      PATH: process.env.PATH,
      MODELGATE_RUNTIME_DIR: projectRoot,
      ...(base === undefined
        ? {}
        : {
            ...pullEnvironment(workspace, server.url, env.GITHUB_EVENT_NAME === 'push' ? { pull_request: undefined } : {}),
            RUNNER_TEMP: join(machine, 'temp'),
          }),
      ...env,
    },
    progress: { say: () => undefined, warn: () => undefined, child: () => undefined },
    signal: new AbortController().signal,
    token: 'token',
  })
  try {
    return (await runStage(stage, context, {}))[0]
  } finally {
    await context.dispose()
  }
}
const told = (result: StageResult | undefined): string => (result?.checks ?? []).map(({ message }) => message).join('\n')

describe('PII-01 on a pull request no file outside the workspace is read', () => {
  it.each([
    ['../private/rows.csv', /\.\.\/private\/rows\.csv lies outside the workspace/],
    ['a/../../private/rows.csv', /a\/\.\.\/\.\.\/private\/rows\.csv lies outside the workspace/],
    ['[in.csv, ../private/rows.csv]', /\.\.\/private\/rows\.csv lies outside the workspace/],
    ['{path: ../private/rows.csv, header: true, format: csv}', /lies outside the workspace/],
    ['../private/not-there.csv', /lies outside the workspace/],
    ['linked.csv', /linked\.csv is reached over a link that leads outside the workspace/],
    ['folder/rows.csv', /folder\/rows\.csv is reached over a link that leads outside the workspace/],
    ['twice.csv', /twice\.csv is reached over a link that leads outside the workspace/],
  ])('%s', async (train, says) => {
    link('../private/rows.csv', 'linked.csv')
    link(join(machine, 'private'), 'folder')
    link('linked.csv', 'twice.csv')
    const result = await run({ head: config(train), base: config('in.csv') })
    expect(result?.verdict).toBe('error')
    expect(told(result)).toMatch(says)
    expect(told(result)).toContain('OUTSIDE_WORKSPACE')
    expect(JSON.stringify(result)).not.toContain(secret)
  })

  it('an absolute path, a path of a check, and a report of another tool', async () => {
    for (const head of [
      config(join(machine, 'private/rows.csv')),
      config('in.csv').replace('{columns', '{row_count_equal_other: ../private/rows.csv, columns'),
      config('in.csv').replace('{columns', '{results: [../private/report.json], columns'),
    ]) {
      const result = await run({ head, base: config('in.csv') })
      expect(told(result)).toContain('outside the workspace')
      expect(result?.verdict).toBe('error')
      expect(JSON.stringify(result)).not.toContain(`"${secret}"`)
    }
  })

  it('a config that is a link shows nothing of what it leads to', async () => {
    write('private/rows.yml', `${secret}: 1\n`)
    link('../private/rows.yml', 'modelgate.yml')
    await using server = await github(config('in.csv'))
    const started = createRunContext({
      configPath: 'modelgate.yml',
      modelName: null,
      out: '.modelgate',
      cwd: workspace,
      env: { ...pullEnvironment(workspace, server.url), RUNNER_TEMP: join(machine, 'temp') },
      progress: { say: () => undefined, warn: () => undefined, child: () => undefined },
      signal: new AbortController().signal,
      token: 'token',
    })
    await expect(started).rejects.toMatchObject({ code: 'OUTSIDE_WORKSPACE', message: expect.not.stringContaining(secret) })
  })

  it('an out folder that is a link opens nothing', async () => {
    link('../private', '.modelgate')
    const started = run({ head: config('../private/rows.csv'), base: config('in.csv') })
    await expect(started).rejects.toMatchObject({
      code: 'OUTSIDE_WORKSPACE',
      message: expect.stringMatching(/^\.modelgate\/.* over a link/),
    })
    expect(readdirSync(join(machine, 'private')).sort()).toEqual(['report.json', 'rows.csv'])
  })

  it('what the workspace and the temporary folder of the runner hold is read, over links inside too', async () => {
    link('in.csv', 'linked.csv')
    link(workspace, 'back')
    for (const train of ['in.csv', 'linked.csv', 'back/in.csv', join(machine, 'temp/rows.csv'), '../temp/rows.csv'])
      expect((await run({ head: config(train), base: config('in.csv') }))?.verdict, train).toBe('pass')
  })

  it('so is what the base allows; the head allows nothing, and neither does it where there is no base', async () => {
    const outside = 'outside: [../private]\n'
    const asked = config('../private/rows.csv', '', outside)
    expect((await run({ head: config('../private/rows.csv'), base: config('in.csv', '', outside) }))?.verdict).toBe('pass')
    expect((await run({ head: asked, base: config('in.csv') }))?.verdict).toBe('error')
    expect((await run({ head: asked, base: config('in.csv', '', 'outside: [../private/deeper]\n') }))?.verdict).toBe('error')
    expect((await run({ head: asked, base: null }))?.verdict).toBe('error')
  })

  it('a push, a laptop and a server that builds a branch read what they are told', async () => {
    const event = { GITHUB_EVENT_NAME: 'push', GITHUB_REF: 'refs/heads/main' }
    expect((await run({ head: config('../private/rows.csv') }))?.verdict).toBe('pass')
    expect((await run({ head: config('../private/rows.csv'), base: config('in.csv'), env: event }))?.verdict).toBe('pass')
    expect((await run({ head: config('../private/rows.csv'), env: { GITLAB_CI: 'true' } }))?.verdict).toBe('pass')
  })

  it('another server is asked as well: what it checked out is the repository of the config', async () => {
    git(workspace, 'init', '--quiet')
    const gitlab = {
      GITLAB_CI: 'true',
      CI_MERGE_REQUEST_IID: '7',
      CI_PIPELINE_SOURCE: 'merge_request_event',
      RUNNER_TEMP: join(machine, 'temp'),
    }
    expect(told(await run({ head: config('../private/rows.csv'), env: gitlab }))).toContain('outside the workspace')
    expect((await run({ head: config('in.csv'), env: gitlab }))?.verdict).toBe('pass')
  })
})
