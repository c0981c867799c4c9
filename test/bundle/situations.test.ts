import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ActionHost, actionHost } from '../support/action-host.ts'
import { runComposite } from '../support/composite.ts'
import { type Loopback, loopback } from '../support/loopback.ts'
import { baseFiles, makeProject, type Project } from '../support/project.ts'
import { parseOutputFile } from '../support/runner-parsers.ts'
import { projectRoot, runNode } from '../support/spawn.ts'
import { usersNode } from '../support/users-node.ts'
import { type Situation, situations } from './situations.ts'

const cli = join(projectRoot, 'dist', 'cli.js')
/** GitHub of somebody without rights: the base has no config yet, and nothing may be written. */
let github: Loopback
const scratch = mkdtempSync(join(tmpdir(), 'modelgate-situations-'))
let prebuilt = new Uint8Array()
/** the actions of dist, one after the other */
let host: ActionHost
const projects: Project[] = []
/** till the end of all situations */
const kept = (project: Project): Project => {
  projects.push(project)
  return project
}

/** The runner's environment: the same for both ways, so that both are the same run of the same commit. */
function environment(folder: string, event: Situation['event'] = 'push'): Record<string, string> {
  const repository = { full_name: 'acme/m', default_branch: 'main' }
  const pull = {
    number: 7,
    head: { sha: 'b'.repeat(40), ref: 'better', repo: repository },
    base: { sha: 'a'.repeat(40), ref: 'main', repo: repository },
  }
  const eventPath = join(scratch, `${event}.json`)
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
    RUNNER_TEMP: scratch,
    // ten processes a situation, of a few files: what Node compiled of them is kept, a sixth of the work
    NODE_COMPILE_CACHE: join(scratch, 'compiled'),
    MODELGATE_RUNTIME_DIR: projectRoot,
  }
}

interface Outcome {
  readonly results: Readonly<Record<string, unknown>>
  readonly exit: number | null
  readonly log: string
}

/** Every result that lies in the out folder, without what differs from run to run: times, where the ledger's commits are, and the Node of either way. */
function collect(folder: string): Record<string, unknown> {
  const out = join(folder, '.modelgate')
  const results: Record<string, unknown> = {}
  if (!existsSync(out)) return results
  for (const file of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
    if (!/^(m\/)?[a-z]+\.json$/.test(file) || file.endsWith('profile.json')) continue
    results[file] = JSON.parse(readFileSync(join(out, file), 'utf8'), (key, value) =>
      /^(started_at|.*_ms|created_at|at|since|age_days|head|stack|node)$/.test(key) ? undefined : value,
    )
  }
  return results
}

/** Made once for each key. */
function once<T>(make: (of: Situation, way: Way | null) => Promise<T>, key: (of: Situation, way: Way | null) => unknown) {
  const made = new Map<string, Promise<T>>()
  return (situation: Situation, way: Way | null = null): Promise<T> => {
    const name = JSON.stringify(key(situation, way))
    const found = made.get(name) ?? make(situation, way)
    made.set(name, found)
    return found
  }
}

/** The base with a ledger, and a model in production where the situation has one. To be copied. */
const begun = once(
  async ({ production }) => {
    const project = kept(makeProject({ 'prebuilt.onnx': prebuilt }))
    execFileSync('git', ['init', '-q', '--bare', join(project.folder, 'ledger.git')])
    if (production === undefined) return project
    project.write(production)
    const done = await runNode([cli, 'run', '--promote'], { cwd: project.folder, env: environment(project.folder, 'push') })
    expect(done.code, done.stderr).toBe(0)
    project.write({ ...baseFiles(), '.modelgate': null, 'm.onnx': null })
    return project
  },
  ({ production = null }) => production,
)

/** The first of each kind of run and end: there each step is a process of its own, as on a runner. Elsewhere only what the steps leave is looked at. */
const asOnRunner: ReadonlySet<Situation> = new Set(
  [...Map.groupBy(situations, ({ event = 'push', promote = false, exit }) => [event, promote, exit].join()).values()].flatMap((alike) =>
    alike.slice(0, 1),
  ),
)

/** How one of the two ways runs the pipeline, and how it asks the gate alone. */
interface Way {
  readonly name: string
  pipeline(situation: Situation, folder: string, env: Readonly<Record<string, string>>): Promise<Omit<Outcome, 'results'>>
  gate(folder: string, env: Readonly<Record<string, string>>): Promise<Omit<Outcome, 'results'>>
}

/** On the Node that users have, where the action has that of the runner. */
const byCli: Way = {
  name: 'cli',
  pipeline: async ({ promote }, cwd, env) => {
    const args = [cli, 'run', ...(promote ? ['--promote'] : [])]
    const done = await runNode(args, { node: usersNode(), cwd, env: { ...env, GITHUB_TOKEN: 'none' } })
    return { exit: done.code, log: done.stderr }
  },
  gate: async (cwd, env) => {
    const again = await runNode([cli, 'gate'], { node: usersNode(), cwd, env: { ...env, GITHUB_TOKEN: 'none' } })
    return { exit: again.code, log: again.stderr }
  },
}

const byComposite: Way = {
  name: 'composite',
  pipeline: async (situation, cwd, env) => {
    const { promote } = situation
    const { steps, failed } = await runComposite(projectRoot, {
      inputs: { 'github-token': 'none', artifact: '', promote: promote ? 'true' : 'false' },
      cwd,
      env,
      files: mkdtempSync(join(scratch, 'files-')),
      host: asOnRunner.has(situation) ? null : host,
    })
    const codes = steps.map((step) => step.finished?.code ?? 0)
    const log = steps.map((step) => `${step.id}: ${step.outcome}\n${step.finished?.stdout ?? ''}${step.finished?.stderr ?? ''}`).join('\n')
    expect(failed, log).toBe(codes.some((code) => code !== 0))
    return { exit: failed ? 1 : 0, log }
  },
  gate: async (cwd, env) => {
    const output = join(mkdtempSync(join(scratch, 'files-')), 'again')
    writeFileSync(output, '')
    const again = await runNode([join(projectRoot, 'dist', 'gate.js')], {
      cwd,
      env: { ...env, 'INPUT_GITHUB-TOKEN': 'none', INPUT_ARTIFACT: '', GITHUB_OUTPUT: output },
    })
    expect(parseOutputFile(readFileSync(output, 'utf8')).passed, again.stdout).toBe(String(again.code === 0))
    return { exit: again.code, log: again.stdout }
  },
}

/** Those that start alike share one run: what `meanwhile` changes comes after it. */
const finished = once(
  async (situation, way) => {
    if (way === null) throw new Error('which way?')
    const project = kept((await begun(situation)).copy())
    project.write(situation.files ?? {})
    return { project, ended: await way.pipeline(situation, project.folder, environment(project.folder, situation.event)) }
  },
  ({ production = null, files = {}, event = 'push', promote = false }, way) => ({ way: way?.name, production, files, event, promote }),
)

async function outcomeOf(way: Way, situation: Situation): Promise<Outcome> {
  const { project, ended } = await finished(situation, way)
  if (!situation.meanwhile) return { results: collect(project.folder), ...ended }
  const changed = kept(project.copy())
  situation.meanwhile(changed.folder)
  const asked = await way.gate(changed.folder, environment(changed.folder, situation.event))
  return { results: collect(changed.folder), exit: asked.exit, log: ended.log + asked.log }
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
  host = await actionHost(join(projectRoot, 'dist', 'index.js'))
  const project = makeProject()
  execFileSync('git', ['init', '-q', '--bare', join(project.folder, 'ledger.git')])
  const done = await runNode([cli, 'train'], { cwd: project.folder, env: { MODELGATE_RUNTIME_DIR: projectRoot } })
  expect(done.code, done.stderr).toBe(0)
  prebuilt = readFileSync(join(project.folder, 'm.onnx'))
  project.remove()
})

afterAll(async () => {
  await host[Symbol.asyncDispose]()
  await github[Symbol.asyncDispose]()
  for (const project of projects) project.remove()
  rmSync(scratch, { recursive: true, force: true })
})

describe('the CLI and the composite action, through the same situations', () => {
  it('there are at least thirty', () => {
    expect(situations.length).toBeGreaterThanOrEqual(30)
  })

  it.each(situations)('$name', { timeout: 120_000 }, async (situation) => {
    const cliOutcome = await outcomeOf(byCli, situation)
    const verdicts = (results: Outcome['results']) =>
      Object.fromEntries(Object.entries(results).map(([file, result]) => [file.replace(/^m\/|\.json$/g, ''), verdictOf(result)]))
    const seen = verdicts(cliOutcome.results)
    for (const [stage, verdict] of Object.entries(situation.expect))
      expect(`${stage}: ${seen[stage] ?? 'none'}`, cliOutcome.log).toBe(`${stage}: ${verdict}`)
    expect(cliOutcome.exit, cliOutcome.log).toBe(situation.exit)

    const compositeOutcome = await outcomeOf(byComposite, situation)
    expect(compositeOutcome.results, compositeOutcome.log).toEqual(cliOutcome.results)
    expect(compositeOutcome.exit === 0, compositeOutcome.log).toBe(cliOutcome.exit === 0)
  })
})

function verdictOf(result: unknown): string {
  return typeof result === 'object' && result !== null && 'verdict' in result ? String(result.verdict) : 'rubbish'
}
