import { execFileSync } from 'node:child_process'
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openGitLedger } from '../../../src/adapters/git/open.ts'
import { parseLedger } from '../../../src/core/ledger/files.ts'
import { promoteDetails } from '../../../src/core/schema/details.ts'
import type { LedgerTransport, ModelStore } from '../../../src/ports/ledger.ts'
import { gitRemote, sha256, type TestRemote } from '../../support/git-remote.ts'
import { saysError, type Workspace, type WorkspaceOptions, workspace } from '../../support/promotion.ts'

type Given = Partial<WorkspaceOptions> & { readonly wrap?: (ledger: LedgerTransport) => LedgerTransport }

/** A workspace of its own over the shared bare repository. */
async function work(remote: TestRemote, name: string, { wrap = (ledger) => ledger, ...given }: Given = {}) {
  const git = await openGitLedger({ remote: remote.path, root: remote.folder, branch: 'modelgate-ledger', environment: process.env })
  const space = await workspace({ folder: join(remote.folder, name), ledger: wrap(git.ledger), store: git.store, ...given })
  return { ...space, git, [Symbol.asyncDispose]: () => git[Symbol.asyncDispose]() }
}

const aliases = async ({ git }: { readonly git: { readonly ledger: LedgerTransport } }) => {
  const state = parseLedger((await git.ledger.read('models/')).files).models.get('flights')
  return Object.fromEntries(Object.entries(state?.aliases ?? {}).map(([alias, pointer]) => [alias, pointer.version]))
}
const tags = (remote: TestRemote) => remote.git('tag').split('\n').filter(Boolean)
const messages = async (running: Promise<{ readonly checks: readonly { readonly message: string }[] }>) =>
  (await running).checks.map((check) => check.message)

/** Refs before and after: nothing at all was written. */
const untouched = async (remote: TestRemote, act: () => Promise<unknown>) => {
  const before = remote.git('for-each-ref')
  await act()
  expect(remote.git('for-each-ref')).toBe(before)
}

describe('a promotion into a git repository', () => {
  it('releases 1.0.0, moves every alias, and leaves a receipt that was read back', async () => {
    await using remote = await gitRemote()
    await using it = await work(remote, 'a')
    const result = await it.promote()
    expect(result.verdict, saysError(result)).toBe('pass')
    const receipt = promoteDetails.parse(result.details)
    expect(receipt).toMatchObject({ version: '1.0.0', tag: 'flights@v1.0.0', digest: sha256('model bytes'), released: true })
    expect(receipt.ledger.head).toBe(remote.git('rev-parse', 'modelgate-ledger'))
    expect(receipt.aliases).toEqual([
      { alias: 'staging', version: '1.0.0', previous: null, moved: true },
      { alias: 'production', version: '1.0.0', previous: null, moved: true },
    ])
    expect(await aliases(it)).toEqual({ production: '1.0.0', staging: '1.0.0' })
    expect(remote.git('show', 'flights@v1.0.0:flights.onnx')).toBe('model bytes')
    expect(JSON.parse(remote.git('show', 'flights@v1.0.0:manifest.json'))).toMatchObject({
      version: '1.0.0',
      digest: sha256('model bytes'),
    })
    expect(remote.git('ls-tree', '--name-only', 'modelgate-ledger:events').split('\n')).toEqual([
      '00000001-version.json',
      '00000002-alias.json',
      '00000003-alias.json',
    ])
  })

  it('of unchanged bytes is a no-op', async () => {
    await using remote = await gitRemote()
    await using it = await work(remote, 'a')
    await it.promote()
    await untouched(remote, async () => {
      expect(await messages(it.promote())).toEqual([
        `flights@v1.0.0 holds these bytes already (${sha256('model bytes')})`,
        'staging pointed to 1.0.0 already: nothing to do',
        'production pointed to 1.0.0 already: nothing to do',
      ])
    })
  })

  it('of new bytes is the next version', async () => {
    await using remote = await gitRemote()
    await using first = await work(remote, 'a')
    await first.promote()
    await using second = await work(remote, 'b', { content: 'better', runId: '8' })
    expect(await messages(second.promote())).toEqual([
      `flights@v1.1.0 released (${sha256('better')})`,
      'staging → 1.1.0 (was 1.0.0)',
      'production → 1.1.0 (was 1.0.0)',
    ])
  })

  it('keeps the profiles of training data and predictions with the model, and fetch brings both back', async () => {
    await using remote = await gitRemote()
    await using it = await work(remote, 'a')
    const table = (role: string) => ({ role, rows: 1, fingerprint: 'f', digests: [], columns: [] })
    const profile = {
      schema: 'modelgate/profile@1',
      engine: 'e',
      tool: { name: 'modelgate', version: '1' },
      target: 'late',
      tables: ['train', 'test', 'current'].map(table),
    }
    await mkdir(join(it.context.out, 'flights'), { recursive: true })
    await writeFile(join(it.context.out, 'flights', 'profile.json'), JSON.stringify(profile))
    await writeFile(join(it.context.out, 'flights', 'predictions.json'), JSON.stringify({ ...profile, tables: [table('predictions')] }))
    await it.context.ports.files.write(
      join(it.context.out, 'flights', 'validate.json'),
      (await readFile(join(it.context.out, 'flights', 'evaluate.json'), 'utf8')).replace('"stage":"evaluate"', '"stage":"validate"'),
    )
    await it.promote()
    const stored = JSON.parse(remote.git('show', 'flights@v1.0.0:profile.json'))
    expect(stored.tables.map((one: { role: string }) => one.role)).toEqual(['train', 'predictions'])

    await using other = await work(remote, 'b', { ref: 'flights@production' })
    const fetched = await other.fetch()
    expect(fetched.verdict, saysError(fetched)).toBe('pass')
    expect(fetched.details).toMatchObject({
      ref: 'flights@production',
      resolved: 'flights@1.0.0',
      version: '1.0.0',
      model: { digest: sha256('model bytes') },
    })
    expect(JSON.parse(await readFile(join(other.context.root, String(fetched.details.profile)), 'utf8')).tables).toHaveLength(2)
  })

  it('moves an existing version without a gate, and only one that exists', async () => {
    await using remote = await gitRemote()
    await using it = await work(remote, 'a')
    await it.promote({ to: 'staging' })
    await it.context.ports.files.remove(it.context.out)
    expect(saysError(await it.promote())).toMatch(/^GATE_MISSING/)
    const moved = await it.promote({ to: 'production', version: '1.0.0' })
    expect(moved.verdict, saysError(moved)).toBe('pass')
    expect(await aliases(it)).toEqual({ production: '1.0.0', staging: '1.0.0' })
    await untouched(remote, async () => {
      expect(saysError(await it.promote({ to: 'production', version: '3.0.0' }))).toMatch(/^VERSION_MISSING: .*3\.0\.0/)
    })
  })
})

const stagesOf = (stage: string, verdict: string): string =>
  `"stages":${JSON.stringify([{ stage, verdict, because: null, duration_ms: 1 }])}`

describe('PRO-01 and GATE-09 promoted bytes are the evaluated bytes', () => {
  const cases: Record<string, readonly [(it: Workspace) => Promise<unknown>, RegExp]> = {
    'the file changed after the gate': [(it) => appendFile(it.modelPath, '!'), /^MODEL_CHANGED: .*sha256:.*sha256:/],
    'the file is gone': [(it) => it.context.ports.files.remove(it.modelPath), /^MODEL_MISSING/],
    'the gate judged other bytes': [(it) => it.gate('pass', sha256('other')), /^MODEL_CHANGED/],
    'evaluate scored other bytes than the gate says': [
      (it) =>
        it.plant('evaluate', (result) => ({ ...result, inputs: result.inputs.map((input) => ({ ...input, digest: sha256('other') })) })),
      /^MODEL_CHANGED/,
    ],
    'there is no gate': [(it) => it.context.ports.files.remove(join(it.context.out, 'gate.json')), /^GATE_MISSING/],
    'the gate failed': [(it) => it.gate('fail'), /^NOT_PROMOTABLE: .*fail/],
    'the gate could not decide': [(it) => it.gate('error'), /^NOT_PROMOTABLE: .*error/],
    'the gate looked at nothing': [(it) => it.gate('skipped'), /^NOT_PROMOTABLE: .*skipped/],
    'the gate is of another run': [
      (it) => it.plant('gate', (result) => ({ ...result, source: { ...result.source, run_id: '6' } })),
      /^GATE_FOREIGN: .*run 6/,
    ],
    'the gate is of another attempt': [
      (it) => it.plant('gate', (result) => ({ ...result, source: { ...result.source, run_attempt: '2' } })),
      /^GATE_FOREIGN/,
    ],
    'the gate is of another commit': [
      (it) => it.plant('gate', (result) => ({ ...result, source: { ...result.source, sha: 'b'.repeat(40) } })),
      /^GATE_FOREIGN/,
    ],
    'the gate is of another config': [
      (it) => it.plant('gate', (result) => ({ ...result, config_digest: 'sha256:other' })),
      /^GATE_FOREIGN: .*config/,
    ],
    'the gate judged another model': [
      (it) => it.plant('gate', (result) => JSON.parse(JSON.stringify(result).replaceAll('"flights"', '"boats"'))),
      /^GATE_MISSING: .*flights/,
    ],
    'the gate says it is not promotable': [
      (it) => it.plant('gate', (result) => JSON.parse(JSON.stringify(result).replaceAll('"promotable":true', '"promotable":false'))),
      /^NOT_PROMOTABLE/,
    ],
    'the gate has no digest': [
      (it) => it.plant('gate', (result) => JSON.parse(JSON.stringify(result).replace(/"digest":"sha256:[0-9a-f]+"/, '"digest":null'))),
      /^NOT_PROMOTABLE/,
    ],
    'a stage ended otherwise after the gate': [
      (it) => it.plant('gate', (result) => JSON.parse(JSON.stringify(result).replace('"stages":[]', stagesOf('evaluate', 'warn')))),
      /^GATE_FOREIGN: .*evaluate as warn, which says pass now/,
    ],
    'a stage that the gate judged is gone': [
      (it) => it.plant('gate', (result) => JSON.parse(JSON.stringify(result).replace('"stages":[]', stagesOf('validate', 'pass')))),
      /^GATE_FOREIGN: .*validate as pass, and no such result/,
    ],
    'the gate is not JSON': [(it) => writeFile(join(it.context.out, 'gate.json'), '{'), /^GATE_FOREIGN/],
    'the gate is no result of ours': [(it) => writeFile(join(it.context.out, 'gate.json'), '{"verdict": "pass"}'), /^GATE_FOREIGN/],
  }
  for (const [what, [spoil, expected]] of Object.entries(cases)) {
    it(`${what}: an error, and nothing was written`, async () => {
      await using remote = await gitRemote()
      await using it = await work(remote, 'a')
      await spoil(it)
      await untouched(remote, async () => {
        const result = await it.promote()
        expect(result.verdict).toBe('error')
        expect(saysError(result)).toMatch(expected)
      })
    })
  }

  it('a warning is enough, unless only a pass was asked for', async () => {
    await using remote = await gitRemote()
    await using strict = await work(remote, 'a', { accept: 'pass' })
    await strict.gate('warn')
    await untouched(remote, async () => expect(saysError(await strict.promote())).toMatch(/^NOT_PROMOTABLE: .*warn/))
    await using lenient = await work(remote, 'b')
    await lenient.gate('warn')
    expect((await lenient.promote()).verdict).toBe('pass')
    expect(saysError(await strict.promote({ to: 'other', version: '1.0.0' }))).toMatch(/^NOT_PROMOTABLE: .*warn/)
  })
})

describe('EVT-07 promotion and rollback refuse pull requests, forks and unprotected refs', () => {
  const refused: Record<string, readonly [Partial<WorkspaceOptions>, string]> = {
    'a pull request': [{ event: { isPullRequest: true } }, 'PULL_REQUEST'],
    'a pull request on a laptop-like host': [{ host: 'other', event: { isPullRequest: true, refProtected: true } }, 'PULL_REQUEST'],
    'a fork': [{ event: { fromFork: true, refProtected: true } }, 'FORK'],
    'another branch': [{ branch: 'feature' }, 'REF_UNPROTECTED'],
    'a branch that only looks like the default one': [{ branch: 'x/refs/heads/main' }, 'REF_UNPROTECTED'],
    'an unknown default branch': [{ event: { defaultBranch: null } }, 'REF_UNPROTECTED'],
    'another CI server without facts': [{ host: 'other', event: { defaultBranch: null } }, 'REF_UNPROTECTED'],
  }
  for (const [what, [given, code]] of Object.entries(refused)) {
    it(`${what}: neither ledger nor store is asked anything`, async () => {
      await using remote = await gitRemote()
      const touched = () => Promise.reject(new Error('touched'))
      const ledger: LedgerTransport = { name: 'closed', read: touched, commit: touched }
      const store: ModelStore = { name: 'closed', find: touched, publish: touched, download: touched }
      const it = await workspace({ folder: join(remote.folder, 'a'), ledger, store, ...given })
      expect(saysError(await it.promote())).toMatch(`PROMOTE_${code}`)
      expect(saysError(await it.promote({ to: 'production', version: '1.0.0' }))).toMatch(`PROMOTE_${code}`)
      expect(saysError(await it.rollback({ to: 'production' }))).toMatch(`ROLLBACK_${code}`)
    })
  }

  for (const [what, given] of Object.entries({
    'a protected branch': { branch: 'release/1', event: { refProtected: true } },
    'a laptop': { host: 'local', event: { defaultBranch: null }, branch: 'feature' },
  } satisfies Record<string, Partial<WorkspaceOptions>>)) {
    it(`${what} may`, async () => {
      await using remote = await gitRemote()
      await using it = await work(remote, 'a', given)
      const result = await it.promote()
      expect(result.verdict, saysError(result)).toBe('pass')
    })
  }
})

describe('PRO-03 the pointer flip is compare-and-swap', () => {
  it('of two promotions at the same time one wins, and the other is an error that names it', async () => {
    await using remote = await gitRemote()
    await using first = await work(remote, 'base')
    await first.promote()
    await using a = await work(remote, 'a', { content: 'from a', runId: '8' })
    await using b = await work(remote, 'b', { content: 'from b', runId: '9' })
    const results = await Promise.all([a.promote(), b.promote()])
    const winners = results.filter((result) => result.verdict === 'pass')
    const losers = results.filter((result) => result.verdict === 'error')
    expect(winners).toHaveLength(1)
    expect(losers.map(saysError).join()).toMatch(/^(LEDGER_MOVED|VERSION_TAKEN): /)
    const won = promoteDetails.parse(winners[0]?.details)
    expect(losers.map(saysError).join()).toContain(won.digest)
    expect(await aliases(first)).toEqual({ production: won.version, staging: won.version })
    expect(remote.git('show', `${won.tag}:flights.onnx`)).toBe(won.digest === sha256('from a') ? 'from a' : 'from b')
  })

  it('an alias that moves between reading and writing is not overwritten, and the winner is named', async () => {
    await using remote = await gitRemote()
    await using first = await work(remote, 'base')
    await first.promote()
    await using rival = await work(remote, 'rival', { content: 'rival', runId: '8' })
    let armed = true
    await using slow = await work(remote, 'slow', {
      content: 'slow',
      runId: '9',
      wrap: (ledger) => ({
        ...ledger,
        commit: async (change) => {
          if (armed && change.message.includes('production')) {
            armed = false
            expect((await rival.promote({ to: 'production' })).verdict).toBe('pass')
          }
          return ledger.commit(change)
        },
      }),
    })
    const result = await slow.promote()
    expect(saysError(result)).toMatch(/^LEDGER_MOVED: .*flights@production to 1\.2\.0 .*run 8/)
    expect(await aliases(first)).toEqual({ production: '1.2.0', staging: '1.0.0' })
    // a re-run on purpose finds its own version again and moves from there
    expect((await slow.promote()).verdict).toBe('pass')
    expect(await aliases(first)).toEqual({ production: '1.1.0', staging: '1.1.0' })
    expect(tags(remote)).toEqual(['flights@v1.0.0', 'flights@v1.1.0', 'flights@v1.2.0'])
  })

  it('a change of somebody else to other aliases or models is no conflict', async () => {
    await using remote = await gitRemote()
    await using first = await work(remote, 'base')
    await first.promote()
    let times = 0
    await using it = await work(remote, 'it', {
      content: 'new',
      runId: '9',
      wrap: (ledger) => ({
        ...ledger,
        commit: async (change) => {
          times += 1
          if (times <= 3) await first.promote({ to: `other${times}`, version: '1.0.0' })
          return ledger.commit(change)
        },
      }),
    })
    const result = await it.promote({ to: 'production' })
    expect(result.verdict, saysError(result)).toBe('pass')
    expect(await aliases(first)).toEqual({ production: '1.1.0', staging: '1.0.0', other1: '1.0.0', other2: '1.0.0', other3: '1.0.0' })
  })

  it('a ledger that never stands still is an error, not an endless loop', async () => {
    await using remote = await gitRemote()
    await using it = await work(remote, 'a', { wrap: (ledger) => ({ ...ledger, commit: async () => 'moved' }) })
    expect(saysError(await it.promote())).toMatch(/^LEDGER_BUSY/)
  })
})

describe('PRO-05 versions are immutable', () => {
  it('a number that an interrupted run used up with other bytes is passed over', async () => {
    await using remote = await gitRemote()
    await using broken = await work(remote, 'a', {
      content: 'lost',
      wrap: (ledger) => ({ ...ledger, commit: () => Promise.reject(new Error('cut')) }),
    })
    expect((await broken.promote()).verdict).toBe('error')
    expect(tags(remote)).toEqual(['flights@v1.0.0'])
    await using next = await work(remote, 'b', { content: 'next', runId: '8' })
    expect((await next.promote()).verdict).toBe('pass')
    expect(await aliases(next)).toEqual({ production: '1.1.0', staging: '1.1.0' })
    expect(remote.git('show', 'flights@v1.0.0:flights.onnx')).toBe('lost')
  })

  it('a re-run of the interrupted run takes up its own version', async () => {
    await using remote = await gitRemote()
    await using broken = await work(remote, 'a', { wrap: (ledger) => ({ ...ledger, commit: () => Promise.reject(new Error('cut')) }) })
    await broken.promote()
    await using again = await work(remote, 'a')
    expect((await again.promote()).verdict).toBe('pass')
    expect(tags(remote)).toEqual(['flights@v1.0.0'])
  })

  it('a version whose stored bytes were replaced is refused, and no alias moves to it', async () => {
    await using remote = await gitRemote()
    await using it = await work(remote, 'a')
    await it.promote({ to: 'staging' })
    const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: remote.path, input: 'evil', encoding: 'utf8' }).trim()
    const tree = execFileSync('git', ['mktree'], {
      cwd: remote.path,
      input: `${remote.git('ls-tree', 'flights@v1.0.0', 'manifest.json')}\n100644 blob ${blob}\tflights.onnx\n`,
      encoding: 'utf8',
    }).trim()
    remote.git('update-ref', 'refs/tags/flights@v1.0.0', remote.git('commit-tree', '-m', 'm', tree))
    expect(saysError(await it.promote())).toMatch(/^STORE_CORRUPT: .*sha256:.*sha256:/)
    expect(await aliases(it)).toEqual({ staging: '1.0.0' })
  })
})

describe('PRO-12 names are validated before anything is read', () => {
  for (const to of ['../heads/main', 'a/b', 'main', '', 'production,x..y', '-f']) {
    it(`alias ${JSON.stringify(to)}`, async () => {
      await using remote = await gitRemote()
      await using it = await work(remote, 'a')
      expect(saysError(await it.promote({ to }))).toMatch(/^NAME_INVALID/)
      expect(remote.git('for-each-ref')).toBe('')
    })
  }

  it('version', async () => {
    await using remote = await gitRemote()
    await using it = await work(remote, 'a')
    await it.promote()
    await untouched(remote, async () => {
      for (const version of ['../1', 'v1.0.0', 'x..y', '']) {
        expect(saysError(await it.promote({ to: 'production', version }))).toMatch(/^NAME_INVALID/)
        expect(saysError(await it.rollback({ to: 'production', version }))).toMatch(/^NAME_INVALID/)
      }
    })
  })
})

describe('PRO-13 rollback is idempotent and audited', () => {
  async function twoVersions(remote: TestRemote) {
    const first = await work(remote, 'a')
    await first.promote()
    await first[Symbol.asyncDispose]()
    const second = await work(remote, 'b', { content: 'worse', runId: '8' })
    await second.promote()
    return second
  }

  it('goes back, once; the second time is a no-op', async () => {
    await using remote = await gitRemote()
    await using it = await twoVersions(remote)
    expect(await messages(it.rollback({ to: 'production' }))).toEqual(['production → 1.0.0 (was 1.1.0)'])
    expect(await aliases(it)).toEqual({ production: '1.0.0', staging: '1.1.0' })
    expect(remote.git('log', '-1', '--format=%s', 'modelgate-ledger')).toBe('flights: production rolled back')
    expect(remote.git('ls-tree', '--name-only', 'modelgate-ledger:events')).toContain('-rollback.json')
    await untouched(remote, async () => {
      expect((await messages(it.rollback({ to: 'production' }))).join()).toContain('nothing to do')
    })
  })

  it('stands: the same bytes are not moved there again by the next run, only by name', async () => {
    await using remote = await gitRemote()
    await using it = await twoVersions(remote)
    await it.rollback({ to: 'production' })
    const next = await it.promote()
    expect(next.verdict).toBe('warn')
    expect(next.checks.at(-1)).toMatchObject({ status: 'warn', fix: 'modelgate promote --to production --version 1.1.0' })
    expect(await aliases(it)).toEqual({ production: '1.0.0', staging: '1.1.0' })
    expect((await it.promote({ to: 'production', version: '1.1.0' })).verdict).toBe('pass')
    expect(await aliases(it)).toEqual({ production: '1.1.0', staging: '1.1.0' })
  })

  it('to a version that was deleted is an error, and the alias stays', async () => {
    await using remote = await gitRemote()
    await using it = await twoVersions(remote)
    remote.git('update-ref', '-d', 'refs/tags/flights@v1.0.0')
    expect(saysError(await it.rollback({ to: 'production' }))).toMatch(/^VERSION_GONE: /)
    expect(await aliases(it)).toEqual({ production: '1.1.0', staging: '1.1.0' })
  })

  it('with several aliases asks which one', async () => {
    await using remote = await gitRemote()
    await using it = await twoVersions(remote)
    expect(saysError(await it.rollback())).toMatch(/^ALIAS_NEEDED: .*staging, production/)
  })

  it('where nothing was ever promoted says so', async () => {
    await using remote = await gitRemote()
    await using it = await work(remote, 'a')
    expect(saysError(await it.rollback({ to: 'production' }))).toMatch(/^ALIAS_MISSING/)
  })
})
