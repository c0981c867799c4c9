/**
 * Whole workflows in a foreign workspace, as a consumer writes them, run by `act`, with GitHub played by an emulator:
 * merge → release and alias; pull request → one comment, updated; a bad candidate → a red job. What this runner cannot show is proven
 * elsewhere: the outputs of the composite (here those of its last step win) in test/bundle, artifacts (its server does not know the
 * field mime_type) in test/contract/actions.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ledgerModelSchema } from '../../src/core/schema/ledger.ts'
import { assetMemory } from '../support/asset-memory.ts'
import type { Loopback } from '../support/loopback.ts'
import { projectRoot } from '../support/spawn.ts'
import { type ActRun, git, installAction, runAct } from './support/act.ts'
import { EmulatedGitHub, token } from './support/github.ts'

const gateWorkflow = `name: modelgate
on: {pull_request: {}}
jobs:
  gate:
    runs-on: ubuntu-latest
    permissions: {contents: read, pull-requests: write}
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
      - id: gate
        uses: acme/modelgate@v1
        with: {artifact: ''}
      - if: \${{ always() }}
        env: {OUTCOME: "\${{ steps.gate.outcome }}"}
        run: echo "seen outcome=$OUTCOME"
`

const stagesWorkflow = `name: stages
on: {pull_request: {}}
jobs:
  gate:
    runs-on: ubuntu-latest
    permissions: {contents: read, pull-requests: write}
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
      - uses: acme/modelgate/validate@v1
        with: {on-fail: continue}
      - uses: acme/modelgate/train@v1
        with: {on-fail: continue}
      - uses: acme/modelgate/evaluate@v1
        with: {on-fail: continue}
      - uses: acme/modelgate/drift@v1
        with: {on-fail: continue}
      - id: gate
        uses: acme/modelgate/gate@v1
        with: {artifact: ''}
      - uses: acme/modelgate/comment@v1
        if: \${{ !cancelled() }}
        with: {key: stages}
      - env: {VERDICT: "\${{ steps.gate.outputs.verdict }}"}
        run: echo "seen verdict=$VERDICT"
`

const releaseWorkflow = `name: release
on: {push: {branches: [main]}}
concurrency: {group: release, cancel-in-progress: false}
jobs:
  promote:
    runs-on: ubuntu-latest
    permissions: {contents: write}
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
      - id: gate
        uses: acme/modelgate@v1
        with: {promote: 'true', artifact: ''}
      - env: {VERDICT: "\${{ steps.gate.outputs.verdict }}"}
        run: echo "seen verdict=$VERDICT"
`

const scratch = mkdtempSync(join(tmpdir(), 'modelgate-e2e-'))
const workspace = join(scratch, 'flights')
let github: EmulatedGitHub
/** What the actions talk to: the emulator, with a memory for release assets. */
let api: Loopback
let action: string
let repository: { fullName: string; sha: string }
let pull: { number: number; head: string; base: string }

beforeAll(async () => {
  action = installAction(join(scratch, 'action'))
  github = await EmulatedGitHub.start()
  api = await assetMemory(github.url)
  repository = await github.makeRepository('flights')
  mkdirSync(join(workspace, '.github', 'workflows'), { recursive: true })
  for (const part of ['modelgate.yml', 'data'])
    cpSync(join(projectRoot, 'examples', 'flights', part), join(workspace, part), { recursive: true })
  setConfig((text) => text.replace(/^ledger:.*\n(?: .*\n)*/m, ''))
  for (const [name, text] of Object.entries({ 'gate.yml': gateWorkflow, 'stages.yml': stagesWorkflow, 'release.yml': releaseWorkflow })) {
    writeFileSync(join(workspace, '.github', 'workflows', name), text)
  }
  repository = {
    ...repository,
    sha: await github.putFile(repository.fullName, 'modelgate.yml', readFileSync(join(workspace, 'modelgate.yml'))),
  }
  pull = await github.openPullRequest(repository.fullName, 'better')
  git(workspace, 'init', '-q', '-b', 'main')
  git(workspace, 'remote', 'add', 'origin', `https://github.com/${repository.fullName}.git`)
  commit('first')
})

afterAll(async () => {
  await api?.[Symbol.asyncDispose]()
  github?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

function setConfig(change: (text: string) => string): void {
  const path = join(workspace, 'modelgate.yml')
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, change(text))
}

function commit(message: string): void {
  git(workspace, 'add', '-A')
  git(workspace, '-c', 'user.name=e2e', '-c', 'user.email=e2e@localhost', 'commit', '-q', '--allow-empty', '-m', message)
}

function run(event: 'push' | 'pull_request', workflow: string, runId: string): Promise<ActRun> {
  const repo = { full_name: repository.fullName, default_branch: 'main', fork: false }
  const payload =
    event === 'push'
      ? { ref: 'refs/heads/main', after: repository.sha, repository: repo }
      : {
          action: 'synchronize',
          number: pull.number,
          repository: repo,
          pull_request: { number: pull.number, head: { sha: pull.head, ref: 'better', repo }, base: { sha: pull.base, ref: 'main', repo } },
        }
  return runAct({
    workspace,
    action,
    event,
    payload,
    workflow,
    runId,
    token,
    env: { GITHUB_API_URL: api.url, MODELGATE_RUNTIME_DIR: projectRoot, GITHUB_SHA: event === 'push' ? repository.sha : pull.head },
  })
}

const releases = async () =>
  z
    .array(z.object({ tag_name: z.string(), draft: z.boolean(), assets: z.array(z.object({ name: z.string() })) }))
    .parse(await github.call('GET', `/repos/${repository.fullName}/releases`))

async function ledger() {
  const file = z
    .object({ content: z.string() })
    .parse(await github.call('GET', `/repos/${repository.fullName}/contents/models/flights.json?ref=modelgate-ledger`))
  return ledgerModelSchema.parse(JSON.parse(Buffer.from(file.content, 'base64').toString('utf8')))
}

describe('a merge to main', () => {
  it('makes a release of the gated model and moves the alias', async () => {
    const done = await run('push', 'release.yml', '100')
    expect(done.code, done.output).toBe(0)
    const [release] = await releases()
    expect(release).toMatchObject({ tag_name: 'flights@v1.0.0', draft: false })
    expect(release?.assets.map((asset) => asset.name)).toContain('flights.onnx')
    const state = await ledger()
    expect(state.aliases.production?.version).toBe('1.0.0')
    expect(state.versions.map((version) => version.version)).toEqual(['1.0.0'])
  })

  it('does nothing more when it runs again with the same bytes', async () => {
    const done = await run('push', 'release.yml', '101')
    expect(done.code, done.output).toBe(0)
    expect((await releases()).length).toBe(1)
    expect((await ledger()).versions.length).toBe(1)
  })
})

describe('a pull request', () => {
  it('gets exactly one comment', async () => {
    const done = await run('pull_request', 'gate.yml', '102')
    expect(done.code, done.output).toBe(0)
    expect(done.output).toContain('seen outcome=success')
    const comments = await github.comments(repository.fullName, pull.number)
    expect(comments.length, done.output).toBe(1)
    expect(comments[0]?.body).toContain('<code>roc\\_auc</code>')
  })

  it('has that comment updated by the next run', async () => {
    const [before] = await github.comments(repository.fullName, pull.number)
    const done = await run('pull_request', 'gate.yml', '103')
    expect(done.code, done.output).toBe(0)
    const comments = await github.comments(repository.fullName, pull.number)
    expect(comments.map((comment) => comment.id)).toEqual([before?.id])
    expect(comments[0]?.body).not.toBe(before?.body)
  })

  it('is stopped when the candidate is bad, and the same comment says why', async () => {
    setConfig((text) => text.replace(/features: \[.*?\]/, 'features: [weekday]'))
    commit('worse')
    const done = await run('pull_request', 'gate.yml', '104')
    expect(done.code, done.output).not.toBe(0)
    expect(done.output).toContain('seen outcome=failure')
    const comments = await github.comments(repository.fullName, pull.number)
    expect(comments.length).toBe(1)
    expect(comments[0]?.body).toMatch(/roc\\_auc<\/code> fell by/)
    expect((await ledger()).aliases.production?.version).toBe('1.0.0')
  })

  it('is judged by the policy of its base, however it changes its own', async () => {
    setConfig((text) => text.replace('max_drop: 1pp', 'max_drop: 50pp').replace('max_rise: 1% relative', 'max_rise: 50% relative'))
    commit('worse, and lenient')
    const done = await run('pull_request', 'gate.yml', '105')
    expect(done.code, done.output).not.toBe(0)
    const comments = await github.comments(repository.fullName, pull.number)
    expect(comments.length).toBe(1)
    expect(comments[0]?.body).toMatch(/roc\\_auc<\/code> fell by/)
    expect(comments[0]?.body).toMatch(/[Pp]olicy changed/)
  })

  it('is gated by composed sub-actions too, with a comment of their own key', async () => {
    git(workspace, 'checkout', '-q', 'HEAD~2', '--', 'modelgate.yml')
    commit('as before')
    const done = await run('pull_request', 'stages.yml', '106')
    expect(done.code, done.output).toBe(0)
    expect(done.output).toMatch(/seen verdict=(pass|warn)/)
    expect((await github.comments(repository.fullName, pull.number)).length).toBe(2)
  })
})
