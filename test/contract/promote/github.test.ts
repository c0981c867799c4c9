import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { githubLedger } from '../../../src/adapters/github/ledger.ts'
import { githubReleases } from '../../../src/adapters/github/releases.ts'
import { makeRest } from '../../../src/adapters/github/rest.ts'
import { emptyModel, parseLedger, serialiseModel } from '../../../src/core/ledger/files.ts'
import { type FakeGithub, fakeGithub } from '../../support/fake-github.ts'
import { saysError, type WorkspaceOptions, workspace } from '../../support/promotion.ts'

let folder = ''
let made = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'promote-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function work(github: FakeGithub, given: Partial<WorkspaceOptions> = {}) {
  // No second try within a call, so that a fault at any request ends the run there, as a crash would.
  const rest = makeRest({ token: 't', baseUrl: github.url, limits: { attempts: 1, idleMs: 5000 } })
  const { repository } = github
  made += 1
  return workspace({
    folder: join(folder, String(made)),
    ledger: githubLedger({ rest, repository, branch: 'modelgate-ledger' }),
    store: githubReleases({ rest, repository }),
    ...given,
  })
}

const stateOf = (github: FakeGithub) => {
  const files = github.files('modelgate-ledger')
  const ledger = parseLedger(new Map([...files].filter(([path]) => path.startsWith('models/'))))
  const state = ledger.models.get('flights')
  return {
    versions: state?.versions.map((version) => [version.version, version.digest]) ?? [],
    aliases: Object.fromEntries(
      Object.entries(state?.aliases ?? {}).map(([alias, pointer]) => [alias, [pointer.version, pointer.previous]]),
    ),
    events: [...files.keys()].filter((path) => path.startsWith('events/')),
    releases: github.releases.map((release) => [
      release.tag_name,
      release.draft,
      release.assets.map((asset) => `${asset.name} ${asset.bytes.toString('base64')}`),
    ]),
    tags: [...github.refs.keys()].filter((ref) => ref.startsWith('refs/tags/')),
  }
}

/** A ledger that another model began, so that its branch is moved and not made. */
async function begun(): Promise<FakeGithub> {
  const github = await fakeGithub()
  github.commit('modelgate-ledger', { 'models/boats.json': serialiseModel({ ...emptyModel('boats'), sequence: 4 }) })
  return github
}

/** Whatever happened, every alias points to a version that is recorded, published and whole. */
function expectSound(github: FakeGithub): void {
  const state = stateOf(github)
  for (const [version] of Object.values(state.aliases)) {
    expect(state.versions.map(([number]) => number)).toContain(version)
    expect(state.releases).toContainEqual([
      `flights@v${version}`,
      false,
      [expect.stringMatching(/^flights\.onnx /), expect.stringMatching(/^manifest\.json /)],
    ])
  }
}

describe('a promotion on GitHub', () => {
  it('makes one release and moves the aliases', async () => {
    await using github = await fakeGithub()
    const it = await work(github)
    const result = await it.promote()
    expect(result.verdict, saysError(result)).toBe('pass')
    expect(stateOf(github)).toMatchObject({
      aliases: { production: ['1.0.0', null], staging: ['1.0.0', null] },
      tags: ['refs/tags/flights@v1.0.0'],
      events: ['events/00000001-version.json', 'events/00000002-alias.json', 'events/00000003-alias.json'],
    })
    expect(result.details.url).toContain('flights@v1.0.0')
  })

  it('of unchanged bytes sends no mutating request', async () => {
    await using github = await fakeGithub()
    const it = await work(github)
    await it.promote()
    const before = github.mutations.length
    expect((await it.promote()).verdict).toBe('pass')
    expect(github.mutations).toHaveLength(before)
  })

  it('EVT-07 of a pull request sends no request at all', async () => {
    await using github = await fakeGithub()
    const it = await work(github, { event: { isPullRequest: true } })
    expect(saysError(await it.promote())).toMatch(/^PROMOTE_PULL_REQUEST/)
    expect(github.seen).toEqual([])
  })

  it('PRO-14 is the same whatever the clock says', async () => {
    await using github = await fakeGithub()
    const first = await work(github)
    await first.promote()
    const second = await work(github, { content: 'newer', runId: '8' })
    const late = { ...second.context.clock, now: () => '1999-01-01T00:00:00Z' }
    Object.assign(second.context, { clock: late })
    expect((await second.promote()).verdict).toBe('pass')
    expect(stateOf(github).aliases).toEqual({ production: ['1.1.0', '1.0.0'], staging: ['1.1.0', '1.0.0'] })
  })
})

describe('PRO-02 GitHub answering 403, 500 or cutting the connection at every request', () => {
  // To a promotion, a connection that is reset is what one that is cut is; the transports are tried with all of them.
  for (const fault of ['403', '500 before', '500 after', 'cut after'] as const) {
    it(`${fault}: the state is sound at once, and after a re-run the same as of an undisturbed run`, async () => {
      await using undisturbed = await begun()
      await (await work(undisturbed)).promote()
      const wanted = stateOf(undisturbed)

      for (let n = 0; n < 120; n += 1) {
        await using github = await begun()
        let hit = false
        github.schedule = (i) => {
          if (i !== n) return null
          hit = true
          return fault
        }
        const result = await (await work(github)).promote()
        expectSound(github)
        if (result.verdict === 'error') expect(saysError(result), `request ${n}`).toMatch(/^GITHUB_[A-Z]+: /)
        github.restart()
        const again = await (await work(github)).promote()
        expect(again.verdict, `request ${n}: ${saysError(again)}`).toBe('pass')
        expect(stateOf(github), `request ${n}`).toEqual(wanted)
        if (!hit) return
      }
      throw new Error('the schedule never ran dry')
    }, 120_000)
  }

  it('CAN-03 two faults in a row, at any two requests of the writing half, are recovered from as well', async () => {
    for (let n = 0; n < 40; n += 3) {
      await using github = await fakeGithub()
      for (const fault of ['reset after', '500 before'] as const) {
        github.restart()
        github.schedule = (i) => (i === n ? fault : null)
        await (await work(github)).promote()
        expectSound(github)
      }
      github.restart()
      expect((await (await work(github)).promote()).verdict).toBe('pass')
      expect(stateOf(github).releases).toHaveLength(1)
      expect(stateOf(github).events).toHaveLength(3)
    }
  })
})

describe('PRO-03 on GitHub', () => {
  it('of two promotions at the same time the aliases end at one whole version, and a loser is told', async () => {
    await using github = await fakeGithub()
    await (await work(github)).promote()
    const [a, b] = [await work(github, { content: 'from a', runId: '8' }), await work(github, { content: 'from b', runId: '9' })]
    const results = await Promise.all([a.promote(), b.promote()])
    expectSound(github)
    expect(results.filter((result) => result.verdict === 'pass')).toHaveLength(1)
    expect(results.map(saysError).join()).toMatch(/(LEDGER_MOVED|VERSION_TAKEN): .*sha256:/)
    const { aliases } = stateOf(github)
    expect(aliases.production).toEqual(aliases.staging)
  })
})
