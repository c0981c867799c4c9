import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openGitLedger } from '../../../src/adapters/git/open.ts'
import { githubLedger } from '../../../src/adapters/github/ledger.ts'
import { githubReleases } from '../../../src/adapters/github/releases.ts'
import { makeRest } from '../../../src/adapters/github/rest.ts'
import { makeDownloads } from '../../../src/adapters/http/downloads.ts'
import { parseLedger } from '../../../src/core/ledger/files.ts'
import type { ModelRef } from '../../../src/core/schema/config.ts'
import { candidatePath } from '../../../src/stages/candidate.ts'
import type { RunContext, StageOptions } from '../../../src/stages/context.ts'
import { findResult } from '../../../src/stages/out-folder.ts'
import { resolveFirst } from '../../../src/stages/resolve-model.ts'
import { recordRun } from '../../../src/stages/run-record.ts'
import { type FakeGithub, fakeGithub } from '../../support/fake-github.ts'
import { gitRemote, sha256, troubleOf } from '../../support/git-remote.ts'
import { loopback } from '../../support/loopback.ts'
import { saysError, type WorkspaceOptions, workspace } from '../../support/promotion.ts'

let folder = ''
let made = 0
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resolve-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function work(github: FakeGithub, given: Partial<WorkspaceOptions> = {}) {
  const rest = makeRest({ token: 't', baseUrl: github.url, limits: { attempts: 2, firstWaitMs: 1, idleMs: 5000 } })
  made += 1
  const space = await workspace({
    folder: join(folder, String(made)),
    ledger: githubLedger({ rest, repository: github.repository, branch: 'modelgate-ledger' }),
    store: githubReleases({ rest, repository: github.repository }),
    downloads: makeDownloads({ allowLoopback: true, attempts: 2, firstWaitMs: 1 }),
    ...given,
  })
  const landing = join(space.context.root, 'landing')
  const [model] = space.context.config.models
  if (model === undefined) throw new Error('no model')
  const context = { ...space.context, model, result: async () => null }
  return { ...space, landing, find: (...refs: ModelRef[]) => resolveFirst(refs, context, landing) }
}

const alias = (name: string, model: string | null = null): ModelRef => ({ kind: 'alias', model, alias: name })
const main: ModelRef = { kind: 'main' }
const resultsOf = async (context: RunContext) => {
  const found = await Promise.all(
    (
      [
        ['flights', 'evaluate'],
        [null, 'gate'],
      ] as const
    ).map(([model, stage]) => findResult(context.ports.files, context.out, model, stage, context.config, context.source)),
  )
  return found.flatMap((one) => (one.kind === 'found' ? [one.result] : []))
}

describe('a reference comes to verified bytes', () => {
  it('by alias, by name@alias, by version and by main after a release', async () => {
    await using github = await fakeGithub()
    const maker = await work(github)
    await maker.promote()
    await recordRun(maker.context, await resultsOf(maker.context))
    const it = await work(github, { content: 'another candidate' })
    for (const ref of [
      alias('production'),
      alias('staging', 'flights'),
      { kind: 'version', model: null, version: '1.0.0' },
      main,
    ] satisfies ModelRef[]) {
      const found = await it.find(ref)
      expect(found).toMatchObject({ kind: 'found', tried: [], model: { digest: sha256('model bytes'), bytes: 11, version: '1.0.0' } })
      expect(found.kind === 'found' ? await readFile(found.model.path, 'utf8') : '').toBe('model bytes')
    }
    expect(await readdir(it.landing)).toEqual([`${sha256('model bytes').slice(7)}-flights.onnx`])
  })

  it('by path, and by a URL whose digest is given', async () => {
    await using github = await fakeGithub()
    await using server = await loopback((_, response) => void response.end('from afar'))
    const it = await work(github)
    expect(await it.find({ kind: 'path', path: 'model.onnx' })).toMatchObject({
      kind: 'found',
      model: { path: it.modelPath, version: null },
    })
    const url: ModelRef = { kind: 'url', url: `${server.url}/m/model.onnx?token=x`, sha256: sha256('from afar').slice(7) }
    expect(await it.find(url)).toMatchObject({ kind: 'found', model: { digest: sha256('from afar') } })
    await it.find(url)
    expect(server.seen).toHaveLength(1) // what lies there with the right digest is not fetched again
  })

  it('a file that was changed where it landed is fetched again, not trusted', async () => {
    await using github = await fakeGithub()
    const it = await work(github)
    await it.promote()
    const first = await it.find(alias('production'))
    if (first.kind !== 'found') throw new Error(first.kind)
    await writeFile(first.model.path, 'planted')
    const second = await it.find(alias('production'))
    expect(second.kind === 'found' ? await readFile(second.model.path, 'utf8') : '').toBe('model bytes')
  })
})

describe('GATE-05 a missing baseline is explicit, and trouble is never "missing"', () => {
  it('walks on along the list with every try told', async () => {
    await using github = await fakeGithub()
    const it = await work(github)
    expect(await it.find(alias('production'), main, { kind: 'path', path: 'old.onnx' })).toEqual({
      kind: 'missing',
      tried: ['production, main: there is no ledger yet (acme/models#modelgate-ledger)', 'old.onnx: there is no such file'],
    })
    await it.promote({ to: 'staging' })
    expect(await it.find(alias('production'), { kind: 'version', model: null, version: '9.0.0' }, alias('staging'))).toMatchObject({
      kind: 'found',
      tried: ['production: flights has no alias production', '9.0.0: flights has no version 9.0.0'],
      model: { ref: 'staging' },
    })
  })

  it('a recorded run without released bytes gives its numbers, after every reference with bytes was tried', async () => {
    await using github = await fakeGithub()
    const it = await work(github)
    await recordRun(it.context, await resultsOf(it.context))
    const numbers = await it.find(main, alias('production'))
    expect(numbers).toMatchObject({ kind: 'numbers', ref: 'main', digest: sha256('model bytes') })
    expect(numbers.tried).toHaveLength(2)
    await writeFile(join(it.context.root, 'old.onnx'), 'old')
    expect(await it.find(main, { kind: 'path', path: 'old.onnx' })).toMatchObject({ kind: 'found', model: { digest: sha256('old') } })
  })

  it('a release that was deleted gives its numbers, and says so', async () => {
    await using github = await fakeGithub()
    const it = await work(github)
    await it.promote()
    github.releases.splice(0)
    const found = await it.find(alias('production'))
    expect(found).toMatchObject({ kind: 'numbers', version: '1.0.0' })
    expect(found.tried.join()).toContain('flights@v1.0.0 is not in releases of acme/models any more')
  })

  for (const fault of ['403', '500 before', 'reset before', 'cut after'] as const) {
    it(`${fault} from GitHub, at any request, is an error`, async () => {
      await using github = await fakeGithub()
      const it = await work(github)
      await it.promote()
      for (let n = 0; n < 30; n += 1) {
        github.restart()
        await it.context.ports.files.remove(it.landing)
        let hit = false
        github.schedule = (i) => {
          hit ||= i >= n
          return i >= n ? fault : null
        }
        const outcome = await troubleOf(it.find(alias('production'), { kind: 'path', path: 'model.onnx' }))
        if (!hit) return expect(outcome).toContain('"kind":"found"')
        expect(outcome, `request ${n}`).toMatch(/^GITHUB_(FORBIDDEN|DOWN|UNREACHABLE): /)
        expect(await readdir(it.landing).catch(() => [])).toEqual([])
      }
      throw new Error('the schedule never ran dry')
    })
  }

  it('a digest that differs is an error that names both, and nothing lands', async () => {
    await using github = await fakeGithub()
    const it = await work(github)
    await it.promote()
    for (const release of github.releases)
      release.assets.splice(0, 1, { id: 1, name: 'flights.onnx', bytes: Buffer.from('evil'), state: 'uploaded' })
    const trouble = await troubleOf(it.find(alias('production'), { kind: 'path', path: 'model.onnx' }))
    expect(trouble).toMatch(/^DIGEST_DIFFERS: /)
    expect(trouble).toContain(sha256('evil'))
    expect(trouble).toContain(sha256('model bytes'))
    expect(await readdir(it.landing)).toEqual([])
  })

  it('a URL that has other bytes, or answers 500, is an error; one that answers 404 is missing', async () => {
    await using github = await fakeGithub()
    let status = 200
    await using server = await loopback((_, response) => void response.writeHead(status).end('other bytes'))
    const it = await work(github)
    const url: ModelRef = { kind: 'url', url: `${server.url}/model.onnx?sig=secret`, sha256: sha256('wanted').slice(7) }
    const differs = await troubleOf(it.find(url))
    expect(differs).toMatch(/^DIGEST_DIFFERS: /)
    expect(differs).not.toContain('secret')
    status = 500
    expect(await troubleOf(it.find(url))).toMatch(/^DOWNLOAD_FAILED: /)
    status = 404
    expect((await it.find(url)).kind).toBe('missing')
    expect(await readdir(it.landing)).toEqual([])
  })

  it('a ledger that holds nonsense is an error', async () => {
    await using github = await fakeGithub()
    github.commit('modelgate-ledger', { 'models/flights.json': '{"aliases": {}}' })
    expect(await troubleOf((await work(github)).find(alias('production')))).toMatch(/^LEDGER_CORRUPT: /)
  })

  it('no git remote of that name is a ledger nobody began; a remote that cannot be read is an error', async () => {
    await using github = await fakeGithub()
    const base = await work(github)
    const over = (remote: string) => {
      const opening = () =>
        openGitLedger({ remote, root: base.context.root, branch: 'b', environment: process.env }).then((git) => git.ledger)
      const [model] = base.context.config.models
      if (model === undefined) throw new Error('no model')
      const context = { ...base.context, model, result: async () => null, ports: { ...base.context.ports, ledger: opening } }
      return resolveFirst([alias('production')], context, base.landing)
    }
    expect(await over('origin')).toEqual({ kind: 'missing', tried: ['production: there is no ledger yet (no git remote origin)'] })
    expect(await troubleOf(over('./nowhere'))).toMatch(/^LEDGER_REMOTE: /)
    await using remote = await gitRemote()
    await rm(join(remote.path, 'HEAD'))
    expect(await troubleOf(over(remote.path))).toMatch(/^LEDGER_(REMOTE|UNREADABLE): /)
  })
})

describe('fetch', () => {
  const fetched = async (github: FakeGithub, given: Partial<WorkspaceOptions>, options?: StageOptions) => {
    const it = await work(github, given)
    return { it, result: await it.fetch(options) }
  }

  it('puts a model of the ledger where it was asked for, and the candidate is found there', async () => {
    await using github = await fakeGithub()
    await (await work(github)).promote()
    const { it, result } = await fetched(github, { ref: 'flights@production' }, { path: 'models/current.onnx' })
    expect(result.verdict, saysError(result)).toBe('pass')
    expect(result.details.model).toEqual({ path: 'models/current.onnx', digest: sha256('model bytes'), bytes: 11 })
    expect(await readFile(join(it.context.root, 'models/current.onnx'), 'utf8')).toBe('model bytes')
    const [model] = it.context.config.models
    if (model === undefined) throw new Error('no model')
    expect(await candidatePath({ ...it.context, model, result: async () => result })).toBe(join(it.context.root, 'models/current.onnx'))
    expect(await troubleOf(candidatePath({ ...it.context, model, result: async () => null }))).toMatch(/^MODEL_NOT_FETCHED/)
  })

  it('leaves the old file in place when anything goes wrong', async () => {
    await using github = await fakeGithub()
    await (await work(github)).promote()
    for (const asset of github.releases.flatMap((release) => release.assets)) asset.bytes.fill(0)
    const it = await work(github, { ref: 'flights@production' })
    await writeFile(join(it.context.root, 'kept.onnx'), 'old')
    expect(saysError(await it.fetch({ path: 'kept.onnx' }))).toMatch(/^DIGEST_DIFFERS/)
    expect(await readFile(join(it.context.root, 'kept.onnx'), 'utf8')).toBe('old')
  })

  it('says what it tried when there is nothing', async () => {
    await using github = await fakeGithub()
    const { result } = await fetched(github, { ref: 'flights@production' })
    expect(saysError(result)).toMatch(/^MODEL_NOT_FOUND: flights@production .*no ledger yet/)
  })

  describe('ARC-07 what is fetched is written below the folder of the config alone', () => {
    it.each(['../outside.onnx', '/etc/x.onnx', '.', 'a/../../x'])('not to %s', async (path) => {
      await using github = await fakeGithub()
      await (await work(github)).promote()
      const { result } = await fetched(github, { ref: 'flights@production' }, { path })
      expect(saysError(result)).toMatch(/^PATH_OUTSIDE/)
    })
  })
})

describe('runs of the default branch are recorded', () => {
  const recordIn = async (github: FakeGithub, given: Partial<WorkspaceOptions>) => {
    const it = await work(github, given)
    return recordRun(it.context, await resultsOf(it.context))
  }

  it('so that main resolves on the second run, without a promotion', async () => {
    await using github = await fakeGithub()
    expect(await recordIn(github, {})).toEqual({ models: ['flights'], because: null })
    const state = parseLedger(new Map([...github.files('modelgate-ledger')].filter(([path]) => path.startsWith('models/')))).models.get(
      'flights',
    )
    expect(state?.main).toMatchObject({ digest: sha256('model bytes'), verdict: 'pass', version: null, source: { run_id: '7' } })
    const commits = github.mutations.length
    expect(await recordIn(github, {})).toEqual({ models: ['flights'], because: null })
    expect(github.mutations).toHaveLength(commits)
  })

  for (const [what, given] of Object.entries({
    'a pull request': { event: { isPullRequest: true } },
    'another branch': { branch: 'feature' },
    'a laptop': { host: 'local' },
  } satisfies Record<string, Partial<WorkspaceOptions>>)) {
    it(`EVT-07 ${what} records nothing and sends no request`, async () => {
      await using github = await fakeGithub()
      const outcome = await recordIn(github, given)
      expect(outcome.models).toEqual([])
      expect(outcome.because).not.toBeNull()
      expect(github.seen).toEqual([])
    })
  }

  it('a run that failed is not recorded', async () => {
    await using github = await fakeGithub()
    const it = await work(github)
    await it.gate('fail')
    expect(await recordRun(it.context, await resultsOf(it.context))).toEqual({ models: [], because: null })
    expect(github.mutations).toEqual([])
  })
})
