import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runComposite } from '../support/composite.ts'
import { type Loopback, loopback } from '../support/loopback.ts'
import { baseFiles, makeProject, type Project } from '../support/project.ts'
import { parseOutputFile } from '../support/runner-parsers.ts'
import { projectRoot, runNode } from '../support/spawn.ts'
import { type Situation, situations } from './situations.ts'

const cli = join(projectRoot, 'dist', 'cli.js')
/** GitHub of somebody without rights: the base has no config yet, and nothing may be written. */
let github: Loopback
const scratch = mkdtempSync(join(tmpdir(), 'modelgate-situations-'))
let prebuilt = new Uint8Array()

/** The runner's environment: the same for both ways, so that both are the same run of the same commit. */
function environment(folder: string, situation: Situation): Record<string, string> {
  const event = situation.event ?? 'push'
  const repository = { full_name: 'acme/m', default_branch: 'main' }
  const pull = {
    number: 7,
    head: { sha: 'b'.repeat(40), ref: 'better', repo: repository },
    base: { sha: 'a'.repeat(40), ref: 'main', repo: repository },
  }
  const eventPath = join(folder, '..', 'event.json')
  writeFileSync(
    eventPath,
    JSON.stringify(event === 'push' ? { repository, ref: 'refs/heads/main' } : { repository, number: 7, pull_request: pull }),
  )
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: event,
    GITHUB_EVENT_PATH: eventPath,
    GITHUB_REPOSITORY: 'acme/m',
    GITHUB_SHA: 'b'.repeat(40),
    GITHUB_REF: event === 'push' ? 'refs/heads/main' : 'refs/pull/7/merge',
    GITHUB_REF_NAME: event === 'push' ? 'main' : '7/merge',
    GITHUB_REF_PROTECTED: 'false',
    GITHUB_RUN_ID: '42',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_API_URL: github.url,
    GITHUB_WORKSPACE: folder,
    RUNNER_TEMP: join(folder, '..'),
    MODELGATE_RUNTIME_DIR: projectRoot,
  }
}

interface Outcome {
  readonly results: Readonly<Record<string, unknown>>
  readonly exit: number | null
  readonly log: string
}

/** Every result that lies in the out folder, without what differs from run to run: times and where the ledger's commits are. */
function collect(folder: string): Record<string, unknown> {
  const out = join(folder, '.modelgate')
  const results: Record<string, unknown> = {}
  if (!existsSync(out)) return results
  for (const file of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
    if (!/^(m\/)?[a-z]+\.json$/.test(file) || file.endsWith('profile.json')) continue
    results[file] = JSON.parse(readFileSync(join(out, file), 'utf8'), (key, value) =>
      /^(started_at|.*_ms|created_at|at|since|age_days|head|stack)$/.test(key) ? undefined : value,
    )
  }
  return results
}

async function prepare(situation: Situation): Promise<{ project: Project; env: Record<string, string> }> {
  const project = makeProject({ 'prebuilt.onnx': prebuilt })
  execFileSync('git', ['init', '-q', '--bare', join(project.folder, 'ledger.git')])
  const env = environment(project.folder, { ...situation, event: 'push' })
  if (situation.production !== undefined) {
    project.write(situation.production)
    const done = await runNode([cli, 'run', '--promote'], { cwd: project.folder, env })
    expect(done.code, done.stderr).toBe(0)
    project.write({ ...baseFiles(), '.modelgate': null, 'm.onnx': null })
  }
  project.write(situation.files ?? {})
  return { project, env: environment(project.folder, situation) }
}

async function byCli(situation: Situation): Promise<Outcome> {
  const { project, env } = await prepare(situation)
  try {
    const done = await runNode([cli, 'run', ...(situation.promote ? ['--promote'] : [])], {
      cwd: project.folder,
      env: { ...env, GITHUB_TOKEN: 'none' },
    })
    if (situation.meanwhile) {
      situation.meanwhile(project.folder)
      const again = await runNode([cli, 'gate'], { cwd: project.folder, env: { ...env, GITHUB_TOKEN: 'none' } })
      return { results: collect(project.folder), exit: again.code, log: done.stderr + again.stderr }
    }
    return { results: collect(project.folder), exit: done.code, log: done.stderr }
  } finally {
    project.remove()
  }
}

async function byComposite(situation: Situation): Promise<Outcome> {
  const { project, env } = await prepare(situation)
  const files = mkdtempSync(join(scratch, 'files-'))
  try {
    const { steps, failed } = await runComposite(projectRoot, {
      inputs: { 'github-token': 'none', artifact: '', promote: situation.promote ? 'true' : 'false' },
      cwd: project.folder,
      env,
      files,
    })
    const codes = steps.map((step) => step.finished?.code ?? 0)
    const log = steps.map((step) => `${step.id}: ${step.outcome}\n${step.finished?.stdout ?? ''}${step.finished?.stderr ?? ''}`).join('\n')
    expect(failed, log).toBe(codes.some((code) => code !== 0))
    if (situation.meanwhile) {
      situation.meanwhile(project.folder)
      const output = join(files, 'again')
      writeFileSync(output, '')
      const again = await runNode([join(projectRoot, 'dist', 'gate.js')], {
        cwd: project.folder,
        env: { ...env, 'INPUT_GITHUB-TOKEN': 'none', INPUT_ARTIFACT: '', GITHUB_OUTPUT: output },
      })
      expect(parseOutputFile(readFileSync(output, 'utf8')).passed, again.stdout).toBe(String(again.code === 0))
      return { results: collect(project.folder), exit: again.code, log: log + again.stdout }
    }
    return { results: collect(project.folder), exit: failed ? 1 : 0, log }
  } finally {
    project.remove()
  }
}

beforeAll(async () => {
  github = await loopback((request, response) => {
    const commit = /\/git\/commits\/([0-9a-f]{40})$/.exec(request.path)?.[1]
    const missing = request.path.includes('/contents/')
    const [status, body] =
      commit === undefined
        ? ([missing ? 404 : 403, { message: missing ? 'Not Found' : 'Resource not accessible by integration' }] as const)
        : ([200, { sha: commit }] as const)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  })
  mkdirSync(scratch, { recursive: true })
  const project = makeProject()
  execFileSync('git', ['init', '-q', '--bare', join(project.folder, 'ledger.git')])
  const done = await runNode([cli, 'train'], { cwd: project.folder, env: { MODELGATE_RUNTIME_DIR: projectRoot } })
  expect(done.code, done.stderr).toBe(0)
  prebuilt = readFileSync(join(project.folder, 'm.onnx'))
  project.remove()
})

afterAll(async () => {
  await github[Symbol.asyncDispose]()
  rmSync(scratch, { recursive: true, force: true })
})

describe('the CLI and the composite action, through the same situations', () => {
  it('there are at least thirty', () => {
    expect(situations.length).toBeGreaterThanOrEqual(30)
  })

  it.each(situations)('$name', { timeout: 120_000 }, async (situation) => {
    const cliOutcome = await byCli(situation)
    const verdicts = (results: Outcome['results']) =>
      Object.fromEntries(Object.entries(results).map(([file, result]) => [file.replace(/^m\/|\.json$/g, ''), verdictOf(result)]))
    const seen = verdicts(cliOutcome.results)
    for (const [stage, verdict] of Object.entries(situation.expect))
      expect(`${stage}: ${seen[stage] ?? 'none'}`, cliOutcome.log).toBe(`${stage}: ${verdict}`)
    expect(cliOutcome.exit, cliOutcome.log).toBe(situation.exit)

    const compositeOutcome = await byComposite(situation)
    expect(compositeOutcome.results, compositeOutcome.log).toEqual(cliOutcome.results)
    expect(compositeOutcome.exit === 0, compositeOutcome.log).toBe(cliOutcome.exit === 0)
  })
})

function verdictOf(result: unknown): string {
  return typeof result === 'object' && result !== null && 'verdict' in result ? String(result.verdict) : 'rubbish'
}
