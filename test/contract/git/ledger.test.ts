import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openGitLedger } from '../../../src/adapters/git/open.ts'
import { childEnvironment } from '../../../src/adapters/git/run-git.ts'
import { gitRemote, storedFile, type TestRemote, troubleOf } from '../../support/git-remote.ts'

const open = (remote: TestRemote, at = remote.path, branch = 'modelgate-ledger', environment = process.env) =>
  openGitLedger({ remote: at, root: remote.folder, branch, environment })

const files = (entries: Record<string, string>) => new Map(Object.entries(entries))

describe('a ledger branch in a git repository', () => {
  it('is not there at first, which is no error', async () => {
    await using remote = await gitRemote()
    await using it = await open(remote)
    expect(await it.ledger.read()).toEqual({ head: null, files: new Map() })
  })

  it('holds what was committed, under the name of modelgate and without parents of other branches', async () => {
    await using remote = await gitRemote()
    await using it = await open(remote)
    const first = await it.ledger.commit({
      parent: null,
      files: files({ 'models/a.json': '{"ä": 1}\n', 'events/1.json': 'x' }),
      message: 'first',
    })
    if (first === 'moved') throw new Error('moved')
    const second = await it.ledger.commit({ parent: first.head, files: files({ 'models/b.json': 'b' }), message: 'second\n\nwith a body' })
    if (second === 'moved') throw new Error('moved')

    expect(await it.ledger.read()).toEqual({
      head: second.head,
      files: files({ 'events/1.json': 'x', 'models/a.json': '{"ä": 1}\n', 'models/b.json': 'b' }),
    })
    expect([...(await it.ledger.read('models/')).files.keys()]).toEqual(['models/a.json', 'models/b.json'])
    expect(remote.git('log', '--format=%an <%ae> %s', 'modelgate-ledger')).toBe(
      'modelgate <modelgate@users.noreply.github.com> second\nmodelgate <modelgate@users.noreply.github.com> first',
    )
  })

  it('of hundreds of events is read by a handful of processes, and not fetched again where nothing has changed', async () => {
    await using remote = await gitRemote()
    await using it = await open(remote)
    // every content is another, but for three that are empty or twice the same, and some have what stands between two answers of git
    const entries = Array.from({ length: 300 }, (_, i): [string, string] => [
      `events/${String(i).padStart(8, '0')}.json`,
      i < 2 ? '' : i === 2 ? 'event 3' : `event ${i}${i % 2 === 0 ? `\n${'0'.repeat(40)} blob ${i}\né` : ''}`,
    ])
    const written = await it.ledger.commit({ parent: null, files: new Map(entries), message: 'm' })
    if (written === 'moved') throw new Error('moved')

    const [bin, list] = [join(remote.folder, 'bin'), join(remote.folder, 'started')]
    await mkdir(bin)
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
    await writeFile(join(bin, 'git'), `#!/bin/sh\necho started >> '${list}'\nexec '${real}' "$@"\n`, { mode: 0o755 })
    const started = async () => (await readFile(list, 'utf8')).trim().split('\n').length
    await using other = await open(remote, remote.path, 'modelgate-ledger', { ...process.env, PATH: `${bin}:${process.env.PATH}` })
    expect(await other.ledger.read()).toEqual({ head: written.head, files: new Map(entries) })
    const first = await started()
    expect(first).toBeLessThanOrEqual(8)
    const more = await it.ledger.commit({ parent: written.head, files: files({ 'models/a.json': 'a' }), message: 'm' })
    if (more === 'moved') throw new Error('moved')
    expect(await other.ledger.read('models/')).toEqual({ head: more.head, files: files({ 'models/a.json': 'a' }) })
    const second = await started()
    expect(await other.ledger.read('models/')).toEqual({ head: more.head, files: files({ 'models/a.json': 'a' }) })
    // where the branch is, its tree, its files: nothing is fetched again
    expect((await started()) - second).toBeLessThanOrEqual(3)
  })

  for (const [what, urlOf] of Object.entries({
    'a file:// URL': (remote: TestRemote) => `file://${remote.path}`,
    'a relative path': () => 'ledger.git',
  })) {
    it(`is reached by ${what}`, async () => {
      await using remote = await gitRemote()
      await using it = await open(remote, urlOf(remote))
      const done = await it.ledger.commit({ parent: null, files: files({ a: 'a' }), message: 'm' })
      expect(done).toEqual({ head: remote.git('rev-parse', 'modelgate-ledger') })
      const fresh = await open(remote, urlOf(remote))
      expect((await fresh.ledger.read()).files).toEqual(files({ a: 'a' }))
      await fresh[Symbol.asyncDispose]()
    })
  }

  it('begins, as a bare repository, with the first change when a path ending in .git is not there yet', async () => {
    await using remote = await gitRemote()
    await using it = await open(remote, 'new ledger.git')
    expect((await it.ledger.read()).head).toBeNull()
    const done = await it.ledger.commit({ parent: null, files: files({ a: 'a' }), message: 'm' })
    expect(done).not.toBe('moved')
    await using again = await open(remote, 'new ledger.git')
    expect((await again.ledger.read()).files).toEqual(files({ a: 'a' }))
  })

  it('is reached by the name of a remote, and by `.` in a working tree whose files it leaves alone', async () => {
    await using remote = await gitRemote()
    const work = join(remote.folder, 'work')
    execFileSync('git', ['init', '--quiet', work])
    execFileSync('git', ['remote', 'add', 'origin', remote.path], { cwd: work })
    const inside = join(work, 'sub')
    await mkdir(inside)
    for (const [name, where] of [
      ['origin', remote.path],
      ['.', work],
    ] as const) {
      await using it = await openGitLedger({ remote: name, root: inside, branch: 'ledger/main', environment: process.env })
      await it.ledger.commit({ parent: null, files: files({ a: name }), message: 'm' })
      expect(execFileSync('git', ['show', 'ledger/main:a'], { cwd: where, encoding: 'utf8' })).toBe(name)
    }
    expect(execFileSync('git', ['status', '--porcelain'], { cwd: work, encoding: 'utf8' })).toBe('')
  })

  it('leaves nothing in the temporary folder', async () => {
    await using remote = await gitRemote()
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('modelgate-git-'))
    const it = await open(remote)
    await it.ledger.commit({ parent: null, files: files({ a: 'a' }), message: 'm' })
    await it[Symbol.asyncDispose]()
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('modelgate-git-') && !before.includes(name))).toEqual([])
  })
})

describe('PRO-03 a change of the ledger branch is compare-and-swap', () => {
  it('moved: a commit on an old head changes nothing', async () => {
    await using remote = await gitRemote()
    await using ours = await open(remote)
    await using theirs = await open(remote)
    const first = await ours.ledger.commit({ parent: null, files: files({ a: '1' }), message: 'm' })
    if (first === 'moved') throw new Error('moved')
    const winner = await theirs.ledger.commit({ parent: first.head, files: files({ a: 'theirs' }), message: 'm' })
    expect(await ours.ledger.commit({ parent: first.head, files: files({ a: 'ours' }), message: 'm' })).toBe('moved')
    expect(await ours.ledger.read()).toEqual({ head: winner === 'moved' ? '' : winner.head, files: files({ a: 'theirs' }) })
  })

  it('moved: somebody made the branch first', async () => {
    await using remote = await gitRemote()
    await using ours = await open(remote)
    await using theirs = await open(remote)
    await theirs.ledger.commit({ parent: null, files: files({ a: 'theirs' }), message: 'm' })
    expect(await ours.ledger.commit({ parent: null, files: files({ a: 'ours' }), message: 'm' })).toBe('moved')
  })

  it('of many at the same time exactly one wins, each round', async () => {
    await using remote = await gitRemote()
    const writers = await Promise.all(Array.from({ length: 4 }, () => open(remote)))
    let parent: string | null = null
    for (let round = 0; round < 2; round += 1) {
      const outcomes: ({ readonly head: string } | 'moved')[] = await Promise.all(
        writers.map((writer, i) => writer.ledger.commit({ parent, files: files({ a: `${round}-${i}` }), message: 'm' })),
      )
      const heads = outcomes.flatMap((outcome) => (outcome === 'moved' ? [] : [outcome.head]))
      expect(heads).toEqual([remote.git('rev-parse', 'modelgate-ledger')])
      parent = heads[0] ?? null
    }
    expect(remote.git('rev-list', '--count', 'modelgate-ledger')).toBe('2')
    await Promise.all(writers.map((writer) => writer[Symbol.asyncDispose]()))
  })

  it('a remote that refuses for another reason is an error with its words, not "moved"', async () => {
    await using remote = await gitRemote()
    const hook = join(remote.path, 'hooks', 'pre-receive')
    await mkdir(join(remote.path, 'hooks'), { recursive: true })
    await writeFile(hook, '#!/bin/sh\necho "branch is protected" >&2\nexit 1\n')
    await chmod(hook, 0o755)
    await using it = await open(remote)
    expect(await troubleOf(it.ledger.commit({ parent: null, files: files({ a: 'a' }), message: 'm' }))).toMatch(
      /^LEDGER_GIT: the push failed.*hook/,
    )
    expect(await it.ledger.read()).toEqual({ head: null, files: new Map() })
  })
})

describe('a ledger that cannot be read is an error, never empty', () => {
  for (const [what, at] of Object.entries({
    'a path that is not there': './nowhere',
    'a file URL that is not there': 'file:///nowhere/at/all.git',
    'a host that does not answer': 'https://127.0.0.1:1/x.git',
  })) {
    it(what, async () => {
      await using remote = await gitRemote()
      const work = open(remote, at).then((it) => it.ledger.read())
      expect(await troubleOf(work)).toMatch(/^LEDGER_(REMOTE|UNREADABLE): /)
    })
  }

  it('a repository that lost its objects', async () => {
    await using remote = await gitRemote()
    await using it = await open(remote)
    await it.ledger.commit({ parent: null, files: files({ a: 'a' }), message: 'm' })
    execFileSync('rm', ['-rf', join(remote.path, 'objects')])
    expect(await troubleOf(it.ledger.read())).toMatch(/^LEDGER_UNREADABLE: /)
  })

  it('a link planted in it is refused', async () => {
    await using remote = await gitRemote()
    const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: remote.path, input: '/etc/passwd', encoding: 'utf8' }).trim()
    const tree = execFileSync('git', ['mktree'], { cwd: remote.path, input: `120000 blob ${blob}\tlink\n`, encoding: 'utf8' }).trim()
    remote.git('update-ref', 'refs/heads/modelgate-ledger', remote.git('commit-tree', '-m', 'm', tree))
    await using it = await open(remote)
    expect(await troubleOf(it.ledger.read())).toContain('no regular file')
  })
})

describe('EVT-09 git names never reach a shell, and are never options or helpers', () => {
  const hostile = [
    `zzz";echo\${IFS}"hello";#`,
    '$(touch pwned)',
    '-uall',
    '--upload-pack=touch pwned',
    'a..b',
    'x.lock',
    'a b',
    '../heads/main',
    'a\nb',
    '@{-1}',
    'refs/x~1',
    '',
  ]
  for (const branch of hostile) {
    it(`branch ${JSON.stringify(branch)} is refused`, async () => {
      await using remote = await gitRemote()
      expect(await troubleOf(open(remote, remote.path, branch))).toMatch(/^NAME_INVALID: /)
    })
  }

  for (const at of [
    '--upload-pack=touch pwned',
    'ext::sh -c "touch pwned"',
    'git://127.0.0.1/x',
    'http://127.0.0.1/x',
    'fd::17',
    '-oProxyCommand=touch pwned',
  ]) {
    it(`remote ${JSON.stringify(at)} is refused`, async () => {
      await using remote = await gitRemote()
      expect(await troubleOf(open(remote, at).then((it) => it.ledger.read()))).toMatch(/^LEDGER_REMOTE: /)
      expect(existsSync(join(remote.folder, 'pwned'))).toBe(false)
    })
  }

  it('a remote whose configured URL is a helper is refused as well', async () => {
    await using remote = await gitRemote()
    const work = join(remote.folder, 'work')
    execFileSync('git', ['init', '--quiet', work])
    execFileSync('git', ['config', 'remote.origin.url', `ext::sh -c touch% ${work}/pwned`], { cwd: work })
    const opening = openGitLedger({ remote: 'origin', root: work, branch: 'b', environment: process.env })
    expect(await troubleOf(opening)).toMatch(/^LEDGER_REMOTE: /)
    expect(existsSync(join(work, 'pwned'))).toBe(false)
  })

  for (const tag of ['../heads/main', 'flights@v1.0.0 x', '$(id)@v1.0.0', 'flights@v1..0', '--force@v1.0.0', 'flights@v01.0.0', 'v1.0.0']) {
    it(`tag ${JSON.stringify(tag)} is refused`, async () => {
      await using remote = await gitRemote()
      await using it = await open(remote)
      expect(await troubleOf(it.store.find(tag))).toMatch(/^NAME_INVALID: /)
    })
  }

  it('a folder with spaces, quotes and a dollar works', async () => {
    await using remote = await gitRemote()
    const odd = join(remote.folder, 'a "b" $(touch pwned); c.git')
    execFileSync('git', ['clone', '--quiet', '--bare', remote.path, odd], { stdio: 'ignore' })
    await using it = await open(remote, odd)
    await it.ledger.commit({ parent: null, files: files({ a: 'a' }), message: '$(touch pwned)' })
    expect((await it.ledger.read()).files).toEqual(files({ a: 'a' }))
    expect(existsSync(join(remote.folder, 'pwned'))).toBe(false)
  })

  it('EVT-10 git gets no token of the job and no git state of the caller', () => {
    const env = childEnvironment({
      PATH: '/bin',
      GITHUB_TOKEN: 'x',
      ACTIONS_RUNTIME_TOKEN: 'x',
      INPUT_TOKEN: 'x',
      GIT_DIR: '/x',
      GIT_INDEX_FILE: '/x',
      GIT_PROXY_COMMAND: 'x',
    })
    expect(Object.keys(env).filter((name) => /TOKEN|INPUT|GIT_DIR|GIT_INDEX|GIT_PROXY/.test(name))).toEqual([])
    expect(env.PATH).toBe('/bin')
  })

  it('hooks of the caller do not run', async () => {
    await using remote = await gitRemote()
    const hooks = join(remote.folder, 'hooks')
    await mkdir(hooks)
    for (const name of ['pre-push', 'reference-transaction', 'post-index-change']) {
      await writeFile(join(hooks, name), `#!/bin/sh\ntouch "${remote.folder}/pwned"\n`)
      await chmod(join(hooks, name), 0o755)
    }
    const config = join(remote.folder, 'gitconfig')
    // one that only the private repository would see: the receiving side is somebody else's machine
    await writeFile(config, `[includeIf "gitdir:**/modelgate-git-*/"]\n\tpath = ${hooks}.inc\n`)
    await writeFile(`${hooks}.inc`, `[core]\n\thooksPath = ${hooks}\n`)
    await using it = await open(remote, remote.path, 'b', { ...process.env, GIT_CONFIG_GLOBAL: config })
    await it.ledger.commit({ parent: null, files: files({ a: 'a' }), message: 'm' })
    expect(existsSync(join(remote.folder, 'pwned'))).toBe(false)
  })
})

describe('versions in tags of a git repository', () => {
  const version = (list: Awaited<ReturnType<typeof storedFile>>[], tag = 'flights@v1.0.0') => ({
    tag,
    title: tag,
    notes: 'notes',
    sha: 'abc',
    files: list,
  })

  it('come back byte for byte, with the digests of what lies there', async () => {
    await using remote = await gitRemote()
    await using it = await open(remote)
    const model = await storedFile(remote.folder, 'model.onnx', '\u0000\r\nbytes')
    const manifest = await storedFile(remote.folder, 'manifest.json', '{}')
    expect(await it.store.find('flights@v1.0.0')).toBeNull()
    await it.store.publish(version([model, manifest]))
    const found = await it.store.find('flights@v1.0.0')
    expect(found?.files).toEqual([
      { name: 'manifest.json', digest: manifest.digest, bytes: 2 },
      { name: 'model.onnx', digest: model.digest, bytes: model.bytes },
    ])
    const to = join(remote.folder, 'out')
    await it.store.download('flights@v1.0.0', 'model.onnx', to)
    expect(await readFile(to, 'utf8')).toBe('\u0000\r\nbytes')
    expect(remote.git('rev-list', '--count', 'flights@v1.0.0')).toBe('1')
  })

  it('are published once: the same files again are a no-op', async () => {
    await using remote = await gitRemote()
    await using it = await open(remote)
    const model = await storedFile(remote.folder, 'model.onnx', 'a')
    await it.store.publish(version([model]))
    const before = remote.git('rev-parse', 'flights@v1.0.0')
    await it.store.publish(version([model]))
    expect(remote.git('rev-parse', 'flights@v1.0.0')).toBe(before)
  })

  it('PRO-05 never change: other bytes under the same tag are an error that names both digests', async () => {
    await using remote = await gitRemote()
    await using it = await open(remote)
    const [one, two] = [await storedFile(remote.folder, 'model.onnx', 'one'), await storedFile(remote.folder, 'model.onnx', 'two')]
    await it.store.publish(version([one]))
    const trouble = await troubleOf(it.store.publish(version([two])))
    expect(trouble).toMatch(/^VERSION_TAKEN: /)
    expect(trouble).toContain(one.digest)
    expect(trouble).toContain(two.digest)
    expect((await it.store.find('flights@v1.0.0'))?.files[0]?.digest).toBe(one.digest)
  })

  it('PRO-05 of two with other bytes at the same time one wins and the other is told', async () => {
    await using remote = await gitRemote()
    await using ours = await open(remote)
    await using theirs = await open(remote)
    const [one, two] = [await storedFile(remote.folder, 'model.onnx', 'one'), await storedFile(remote.folder, 'model.onnx', 'two')]
    const outcomes = await Promise.all([troubleOf(ours.store.publish(version([one]))), troubleOf(theirs.store.publish(version([two])))])
    expect(outcomes.filter((text) => text.startsWith('VERSION_TAKEN'))).toHaveLength(1)
    expect(outcomes.filter((text) => text.startsWith('nothing was thrown'))).toHaveLength(1)
  })

  it('PRO-07 a file that is not what its digest says is never published', async () => {
    await using remote = await gitRemote()
    await using it = await open(remote)
    const model = await storedFile(remote.folder, 'model.onnx', 'evaluated')
    await writeFile(model.path, 'swapped')
    expect(await troubleOf(it.store.publish(version([model])))).toMatch(/^VERSION_TAKEN|^DIGEST/)
    expect(await it.store.find('flights@v1.0.0')).toBeNull()
    expect(remote.git('tag')).toBe('')
  })

  it('a version or file that is gone is said', async () => {
    await using remote = await gitRemote()
    await using it = await open(remote)
    expect(await troubleOf(it.store.download('flights@v1.0.0', 'model.onnx', join(remote.folder, 'x')))).toMatch(/^VERSION_GONE: /)
    expect(existsSync(join(remote.folder, 'x'))).toBe(false)
  })
})
