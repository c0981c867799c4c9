import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { githubLedger } from '../../../src/adapters/github/ledger.ts'
import { githubReleases } from '../../../src/adapters/github/releases.ts'
import { makeRest } from '../../../src/adapters/github/rest.ts'
import { type FakeGithub, type Fault, fakeGithub, faults } from '../../support/fake-github.ts'
import { storedFile, troubleOf } from '../../support/git-remote.ts'

const rest = (github: FakeGithub) =>
  makeRest({ token: 't', baseUrl: github.url, limits: { attempts: 3, firstWaitMs: 1, longestWaitMs: 20, idleMs: 5000 } })
const ledgerOf = (github: FakeGithub) => githubLedger({ rest: rest(github), repository: github.repository, branch: 'modelgate-ledger' })
const storeOf = (github: FakeGithub) => githubReleases({ rest: rest(github), repository: github.repository })
const files = (entries: Record<string, string>) => new Map(Object.entries(entries))

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'releases-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a ledger branch on GitHub', () => {
  it('is not there at first, which is no error', async () => {
    await using github = await fakeGithub()
    expect(await ledgerOf(github).read()).toEqual({ head: null, files: new Map() })
  })

  it('a repository that cannot be seen is an error, never an empty ledger', async () => {
    await using github = await fakeGithub()
    const hidden = githubLedger({ rest: rest(github), repository: 'acme/other', branch: 'modelgate-ledger' })
    expect(await troubleOf(hidden.read())).toMatch(/^GITHUB_NOT_FOUND: /)
  })

  it('holds what was committed, and reads only the folder asked for', async () => {
    await using github = await fakeGithub()
    const ledger = ledgerOf(github)
    const first = await ledger.commit({
      parent: null,
      files: files({ 'models/a.json': '{"ä": 1}\n', 'events/1.json': 'x' }),
      message: 'first',
    })
    if (first === 'moved') throw new Error('moved')
    const second = await ledger.commit({ parent: first.head, files: files({ 'models/b.json': 'b' }), message: 'second' })
    if (second === 'moved') throw new Error('moved')
    expect((await ledger.read()).files).toEqual(files({ 'models/a.json': '{"ä": 1}\n', 'events/1.json': 'x', 'models/b.json': 'b' }))
    expect(await ledger.read('models/')).toEqual({
      head: second.head,
      files: files({ 'models/a.json': '{"ä": 1}\n', 'models/b.json': 'b' }),
    })
    expect((await ledger.read('nothing/')).files.size).toBe(0)
  })

  it('PRO-03 a commit on an old head, or on a branch somebody made first, is "moved" and changes nothing', async () => {
    await using github = await fakeGithub()
    const ledger = ledgerOf(github)
    const old = github.commit('modelgate-ledger', { a: '1' })
    github.commit('modelgate-ledger', { a: 'theirs' })
    expect(await ledger.commit({ parent: old, files: files({ a: 'ours' }), message: 'm' })).toBe('moved')
    expect(await ledger.commit({ parent: null, files: files({ a: 'ours' }), message: 'm' })).toBe('moved')
    expect(github.files('modelgate-ledger')).toEqual(files({ a: 'theirs' }))
  })

  it('PRO-03 moved while the commit was being made: nothing is overwritten', async () => {
    await using github = await fakeGithub()
    const parent = github.commit('modelgate-ledger', { a: '1' })
    github.before = (request) => {
      if (request.method !== 'PATCH') return
      github.before = null
      github.commit('modelgate-ledger', { a: 'theirs' })
    }
    expect(await ledgerOf(github).commit({ parent, files: files({ a: 'ours' }), message: 'm' })).toBe('moved')
    expect(github.files('modelgate-ledger')).toEqual(files({ a: 'theirs' }))
  })

  for (const fault of faults) {
    it(`${fault} at every request: the branch is as before or as wanted, and never "moved" by ourselves`, async () => {
      for (let n = 0; n < 12; n += 1) {
        await using github = await fakeGithub()
        const ledger = ledgerOf(github)
        const parent = github.commit('modelgate-ledger', { a: '1' })
        let hit = false
        github.schedule = (i) => {
          if (i !== n) return null
          hit = true
          return fault
        }
        const outcome = await ledger.commit({ parent, files: files({ a: '2' }), message: 'm' }).catch(() => 'error')
        expect(outcome).not.toBe('moved')
        const expected = outcome === 'error' ? '1' : '2'
        expect(github.files('modelgate-ledger')).toEqual(files({ a: expected }))
        if (!hit) break
      }
    })
  }
})

describe('versions as GitHub releases', () => {
  const make = async (content: string) => [
    await storedFile(folder, 'model.onnx', content),
    await storedFile(folder, 'manifest.json', `{"of": "${content}"}`),
  ]
  const version = (list: Awaited<ReturnType<typeof make>>) => ({
    tag: 'flights@v1.0.0',
    title: 'flights 1.0.0',
    notes: 'notes',
    sha: 'a'.repeat(40),
    files: list,
  })

  for (const digests of [true, false]) {
    it(`PRO-06 draft, upload, verify, publish once; ${digests ? 'digests of the API' : 'digests of downloaded bytes'}`, async () => {
      await using github = await fakeGithub()
      github.digests = digests
      const store = storeOf(github)
      const list = await make('one')
      expect(await store.find('flights@v1.0.0')).toBeNull()
      const { url } = await store.publish(version(list))
      expect(url).toContain('flights@v1.0.0')
      expect(github.releases).toHaveLength(1)
      expect(github.releases[0]).toMatchObject({ draft: false, tag_name: 'flights@v1.0.0' })
      expect((await store.find('flights@v1.0.0'))?.files).toEqual(
        [...list].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, digest, bytes }) => ({ name, digest, bytes })),
      )
      const order = github.mutations.map((request) => `${request.method} ${request.path.split('?')[0]?.replace(/\d+/g, 'N')}`)
      expect(order).toEqual([
        'POST /repos/acme/models/releases',
        'POST /uploads/N',
        'POST /uploads/N',
        'PATCH /repos/acme/models/releases/N',
      ])

      await store.publish(version(list))
      expect(github.mutations).toHaveLength(4)

      const to = join(folder, 'down')
      await store.download('flights@v1.0.0', 'model.onnx', to)
      expect(await readFile(to, 'utf8')).toBe('one')
    })
  }

  it('PRO-05 other bytes under a published tag are an error that names both digests', async () => {
    await using github = await fakeGithub()
    const store = storeOf(github)
    const [one, two] = [await make('one'), await make('two')]
    await store.publish(version(one))
    const trouble = await troubleOf(store.publish(version(two)))
    expect(trouble).toMatch(/^VERSION_TAKEN: /)
    expect(trouble).toContain(one[0]?.digest)
    expect(trouble).toContain(two[0]?.digest)
    expect(github.releases[0]?.assets[0]?.bytes.toString()).toBe('one')
  })

  it('PRO-06 of two sets of files at the same time one is published whole, and no draft stays', async () => {
    await using github = await fakeGithub()
    const [one, two] = [await make('one'), await make('two')]
    const outcomes = await Promise.all([troubleOf(storeOf(github).publish(version(one))), troubleOf(storeOf(github).publish(version(two)))])
    expect(outcomes.filter((text) => text.startsWith('nothing was thrown'))).toHaveLength(1)
    expect(github.releases.filter((release) => !release.draft)).toHaveLength(1)
    const bytes = github.releases.find((release) => !release.draft)?.assets.map((asset) => asset.bytes.toString())
    expect([
      ['one', '{"of": "one"}'],
      ['two', '{"of": "two"}'],
    ]).toContainEqual(bytes)
    await storeOf(github).publish(version(outcomes[0]?.startsWith('nothing') ? one : two))
    expect(github.releases).toHaveLength(1)
  })

  it('PRO-06 the same files at the same time are published once', async () => {
    await using github = await fakeGithub()
    const list = await make('one')
    const outcomes = await Promise.all([
      troubleOf(storeOf(github).publish(version(list))),
      troubleOf(storeOf(github).publish(version(list))),
    ])
    await storeOf(github).publish(version(list))
    expect(github.releases.map((release) => [release.draft, release.assets.length])).toEqual([[false, 2]])
    expect(outcomes.some((text) => text.startsWith('nothing was thrown'))).toBe(true)
  })

  it("a person's draft of the same tag is left alone", async () => {
    await using github = await fakeGithub()
    const mine = { id: 1, tag_name: 'flights@v1.0.0', target: 'x', draft: true, body: 'my own words', assets: [] }
    github.releases.push(mine)
    await storeOf(github).publish(version(await make('one')))
    expect(github.releases).toContain(mine)
    expect(mine.assets).toEqual([])
  })

  it('PRO-07 an asset that arrived damaged is replaced, and never published if it stays so', async () => {
    await using github = await fakeGithub()
    github.before = () => {
      for (const release of github.releases) {
        for (const [i, asset] of release.assets.entries()) {
          if (asset.name === 'model.onnx') release.assets[i] = { ...asset, bytes: Buffer.from('xxx') }
        }
      }
    }
    expect(await troubleOf(storeOf(github).publish(version(await make('one'))))).toMatch(/^STORE_UNVERIFIED: /)
    expect(github.releases.every((release) => release.draft)).toBe(true)

    github.restart()
    await storeOf(github).publish(version(await make('one')))
    expect(github.releases.map((release) => release.draft)).toEqual([false])
  })

  it('a version that is gone is said', async () => {
    await using github = await fakeGithub()
    expect(await troubleOf(storeOf(github).download('flights@v1.0.0', 'model.onnx', join(folder, 'x')))).toMatch(/^VERSION_GONE: /)
  })

  for (const fault of faults) {
    it(`PRO-02 ${fault} at every request: after a re-run there is one release, whole, and no draft`, async () => {
      const list = await make('one')
      for (let n = 0; n < 40; n += 1) {
        await using github = await fakeGithub()
        let hit = false
        github.schedule = (i): Fault | null => {
          if (i !== n) return null
          hit = true
          return fault
        }
        const first = await troubleOf(storeOf(github).publish(version(list)))
        for (const release of github.releases.filter((one) => !one.draft)) expect(release.assets).toHaveLength(2)
        github.restart()
        await storeOf(github).publish(version(list))
        expect(
          github.releases.map((release) => [release.draft, release.assets.map((asset) => asset.name)]),
          `request ${n}: ${first}`,
        ).toEqual([[false, ['model.onnx', 'manifest.json']]])
        if (!hit) return
      }
      throw new Error('the schedule never ran dry')
    }, 120_000)
  }
})
