import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  emptyModel,
  eventPath,
  modelPath,
  parseEvent,
  parseLedger,
  parseModelState,
  serialiseEvent,
  serialiseModel,
} from '../../../src/core/ledger/files.ts'
import { makeManifest, modelFileName, parseManifest } from '../../../src/core/ledger/manifest.ts'
import { checkName, nameTrouble, parseTag, tagOf } from '../../../src/core/ledger/names.ts'
import { compareVersions, nextVersion } from '../../../src/core/ledger/semver.ts'
import { differingFile, sameFiles } from '../../../src/core/ledger/stored-files.ts'
import {
  addVersion,
  aliasOf,
  moveAlias,
  recordRun,
  recordUse,
  rollBack,
  type Transition,
  versionOfBytes,
} from '../../../src/core/ledger/transitions.ts'
import type { LedgerModel, RunRecord, VersionRecord } from '../../../src/core/schema/ledger.ts'
import { UserError } from '../../../src/errors.ts'

const digest = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`
const source = { repository: 'acme/models', sha: 'a'.repeat(40), ref: 'refs/heads/main', run_id: '7', run_attempt: '1', event: 'push' }
const stamp = (sequence: number) => ({ sequence, at: `2026-01-01T00:00:0${sequence % 10}Z`, source })
const record = (version: string, n: number): VersionRecord => ({
  version,
  tag: `flights@v${version}`,
  digest: digest(n),
  files: [{ name: 'model.onnx', digest: digest(n), bytes: 3 }],
  config_digest: 'sha256:c',
  verdict: 'pass',
  source,
  created_at: '2026-01-01T00:00:00Z',
  metrics: { roc_auc: 0.7, 'log loss ä': null },
  url: null,
})
const run = (n: number, id = '7'): RunRecord => ({
  digest: digest(n),
  verdict: 'warn',
  source: { ...source, run_id: id },
  at: 'now',
  metrics: {},
  version: null,
})

/** The state after a transition that must have changed something. */
const stateAfter = (transition: Transition): LedgerModel => {
  if (transition === 'unchanged') throw new Error('unchanged')
  return transition.state
}
const codeOf = (work: () => unknown): string => {
  try {
    return `nothing was thrown: ${JSON.stringify(work())}`
  } catch (thrown) {
    return thrown instanceof UserError ? `${thrown.code}: ${thrown.message}` : String(thrown)
  }
}

const one = stateAfter(addVersion(emptyModel('flights'), record('1.0.0', 1), stamp(1)))
const two = stateAfter(addVersion(one, record('1.1.0', 2), stamp(2)))
const promoted = stateAfter(moveAlias(stateAfter(moveAlias(two, 'production', '1.0.0', stamp(3))), 'production', '1.1.0', stamp(4)))

describe('PRO-12 names are validated', () => {
  const hostile = {
    model: ['../heads/main', 'a/b', 'a..b', '.a', 'a.', '-x', 'a b', 'a\nb', '', 'con', 'x.lock', 'ä', 'a@b', '__proto__', 'x'.repeat(101)],
    alias: ['a/b', '..', 'main', 'Main', '1.0.0', '-x', 'a.b', '', 'a b', 'prod\u202euction', '__proto__', 'latest', 'x'.repeat(80)],
    version: ['1', '1.0', 'v1.0.0', '01.0.0', '1.0.0-rc', '1.0.0.0', '1..0', '', '1.0.0\n', '١.٠.٠', '99999999999.0.0'],
    file: ['../x', 'a/b', 'CON', 'nul.onnx', '', '.x', 'a\u0000b', 'x.'],
    branch: ['../x', 'a..b', '/a', 'a/', 'a//b', 'a/.b', '-x', 'a.lock', 'a.lock/b', '@{x', 'a b', 'a~1', 'a^', 'a:b', 'a\\b', 'a?', ''],
  } as const
  for (const [kind, names] of Object.entries(hostile) as [keyof typeof hostile, readonly string[]][]) {
    for (const name of names) {
      it(`${kind} ${JSON.stringify(name.slice(0, 30))} is refused`, () => {
        expect(codeOf(() => checkName(kind, name))).toMatch(/^NAME_INVALID: /)
      })
    }
  }

  it('tags such as ../heads/main and refs/tags/x..y are refused', () => {
    for (const tag of ['../heads/main', 'refs/tags/x..y', 'flights', '@v1.0.0', 'a/b@v1.0.0', 'flights@v1.0']) {
      expect(
        codeOf(() => parseTag(tag)),
        tag,
      ).toMatch(/^NAME_INVALID: /)
    }
  })

  it('ordinary names pass, and a tag comes apart as it was put together', () => {
    expect(nameTrouble('model', 'flights-late_2.onnx')).toBeNull()
    expect(nameTrouble('alias', 'production')).toBeNull()
    expect(nameTrouble('branch', 'ledger/modelgate')).toBeNull()
    expect(parseTag(tagOf('flights', '1.2.3'))).toEqual({ model: 'flights', version: '1.2.3' })
  })

  it('no name that passes can leave its folder or become an option', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('model', 'alias', 'version', 'file', 'branch'),
        fc.string({ unit: 'grapheme', maxLength: 30 }),
        (kind, name) => {
          if (nameTrouble(kind, name) !== null) return
          expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/)
          expect(name).not.toMatch(/\.\.|\/\/|^\/|\/$/)
        },
      ),
    )
  })
})

describe('versions', () => {
  it('begin at 1.0.0 and go on from the newest by number, not by text', () => {
    expect(nextVersion([], 'auto')).toBe('1.0.0')
    expect(nextVersion([], 'major')).toBe('1.0.0')
    expect(nextVersion(['1.9.0', '1.10.0'], 'auto')).toBe('1.11.0')
    expect(nextVersion(['1.9.0', '1.10.2'], 'minor')).toBe('1.11.0')
    expect(nextVersion(['1.9.0', '1.10.2'], 'patch')).toBe('1.10.3')
    expect(nextVersion(['2.0.0', '10.0.0'], 'major')).toBe('11.0.0')
  })

  it('are ordered as numbers', () => {
    expect(['1.10.0', '1.9.9', '2.0.0', '1.9.10'].sort(compareVersions)).toEqual(['1.9.9', '1.9.10', '1.10.0', '2.0.0'])
  })

  it('the next one is always newer than all', () => {
    const version = fc.tuple(fc.nat(999), fc.nat(999), fc.nat(999)).map((parts) => parts.join('.'))
    fc.assert(
      fc.property(fc.array(version, { minLength: 1 }), fc.constantFrom('auto', 'major', 'minor', 'patch'), (versions, bump) => {
        const next = nextVersion(versions, bump)
        expect(versions.every((each) => compareVersions(each, next) < 0)).toBe(true)
      }),
    )
  })
})

describe('PRO-05 versions are immutable', () => {
  it('the same bytes under the same version are a no-op', () => {
    expect(addVersion(one, { ...record('1.0.0', 1), created_at: 'later' }, stamp(9))).toBe('unchanged')
  })

  it('other bytes are an error that shows both digests', () => {
    const text = codeOf(() => addVersion(one, record('1.0.0', 2), stamp(9)))
    expect(text).toMatch(/^VERSION_TAKEN: /)
    expect(text).toContain(digest(1))
    expect(text).toContain(digest(2))
  })

  it('bytes that are a version already are found', () => {
    expect(versionOfBytes(two, digest(1))?.version).toBe('1.0.0')
    expect(versionOfBytes(two, digest(9))).toBeNull()
  })

  it('a set of files differs by the first name that is not the same on both sides', () => {
    const a = [{ name: 'model.onnx', digest: digest(1) }]
    expect(differingFile(a, a)).toBeNull()
    expect(differingFile(a, [...a, { name: 'x', digest: digest(2) }])).toEqual({ name: 'x', stored: 'absent', given: digest(2) })
    expect(codeOf(() => sameFiles('flights@v1.0.0', a, []))).toContain('absent')
  })
})

describe('aliases', () => {
  it('point to a version that is there, and remember the one before', () => {
    expect(aliasOf(promoted, 'production')).toEqual({ version: '1.1.0', since: stamp(4).at, previous: '1.0.0' })
    expect(codeOf(() => moveAlias(two, 'production', '9.0.0', stamp(5)))).toMatch(/^VERSION_MISSING: .*9\.0\.0/)
  })

  it('moving one to where it is changes nothing', () => {
    expect(moveAlias(promoted, 'production', '1.1.0', stamp(5))).toBe('unchanged')
  })

  it('only those that were set exist, whatever objects inherit', () => {
    expect(aliasOf(promoted, 'toString')).toBeNull()
    expect(aliasOf(promoted, 'constructor')).toBeNull()
  })

  it('every move is an event with where from and where to', () => {
    const moved = moveAlias(promoted, 'production', '1.0.0', stamp(5))
    expect(moved === 'unchanged' ? null : moved.event).toMatchObject({
      kind: 'alias',
      sequence: 5,
      alias: 'production',
      version: '1.0.0',
      previous: '1.1.0',
      digest: digest(1),
    })
  })
})

describe('PRO-13 rollback is idempotent and audited', () => {
  const back = rollBack(promoted, 'production', null, stamp(5))

  it('restores the version before, as an event of its own', () => {
    expect(aliasOf(stateAfter(back), 'production')).toMatchObject({ version: '1.0.0', previous: null, rolled_back_from: '1.1.0' })
    expect(back === 'unchanged' ? null : back.event).toMatchObject({ kind: 'rollback', version: '1.0.0', previous: '1.1.0' })
  })

  it('a second one is a no-op', () => {
    expect(rollBack(stateAfter(back), 'production', null, stamp(6))).toBe('unchanged')
    expect(rollBack(stateAfter(back), 'production', '1.0.0', stamp(6))).toBe('unchanged')
  })

  it('with nothing before, without the alias, or to a version that is not there, is an error', () => {
    const first = stateAfter(moveAlias(two, 'production', '1.0.0', stamp(3)))
    expect(codeOf(() => rollBack(first, 'production', null, stamp(4)))).toMatch(/^ROLLBACK_NOWHERE: /)
    expect(codeOf(() => rollBack(first, 'staging', null, stamp(4)))).toMatch(/^ALIAS_MISSING: /)
    expect(codeOf(() => rollBack(first, 'production', '7.0.0', stamp(4)))).toMatch(/^VERSION_MISSING: /)
  })

  it('a named version is gone to, and the next promotion makes rollback possible again', () => {
    const named = stateAfter(rollBack(promoted, 'production', '1.0.0', stamp(5)))
    const again = stateAfter(moveAlias(named, 'production', '1.1.0', stamp(6)))
    expect(aliasOf(again, 'production')).toEqual({ version: '1.1.0', since: stamp(6).at, previous: '1.0.0' })
    expect(aliasOf(stateAfter(rollBack(again, 'production', null, stamp(7))), 'production')?.version).toBe('1.0.0')
  })
})

describe('runs of the default branch', () => {
  it('the newest is main; each holdout counts every candidate once', () => {
    const a = stateAfter(recordRun(one, run(1), 'h', stamp(2)))
    const b = stateAfter(recordRun(a, run(2, '8'), 'h', stamp(3)))
    const c = stateAfter(recordRun(b, run(1, '9'), 'h', stamp(4)))
    expect(c.main?.source.run_id).toBe('9')
    expect(c.holdout_uses).toEqual({ h: [digest(1), digest(2)] })
  })

  it('what was promoted from elsewhere has used its holdout, too, once', () => {
    const unsaid = { target: 'late', positive: null, weight: null, group: null, value: null, quantiles: null, horizon: null }
    const basis = { holdout: 'h', rows: 9, task: 'binary', metrics_version: 1, threshold: '0.5', season: 1, ...unsaid }
    const judged = { basis, figures: {} }
    const a = stateAfter(addVersion(one, { ...record('1.1.0', 2), judged }, stamp(2)))
    const b = stateAfter(addVersion(a, { ...record('1.2.0', 3), judged }, stamp(3)))
    expect(b.holdout_uses).toEqual({ h: [digest(2), digest(3)] })
    expect(recordUse(b, digest(2), 'fail', 'h', stamp(4))).toBe('unchanged')
    expect(
      stateAfter(addVersion(b, { ...record('1.3.0', 4), judged: { ...judged, basis: { ...basis, holdout: '' } } }, stamp(4))).holdout_uses,
    ).toEqual(b.holdout_uses)
  })

  it('the same run twice is recorded once', () => {
    const a = stateAfter(recordRun(one, run(1), 'h', stamp(2)))
    expect(recordRun(a, { ...run(1), at: 'later' }, 'h', stamp(3))).toBe('unchanged')
  })

  it('a holdout called like a method of objects is counted like any other', () => {
    expect(stateAfter(recordRun(one, run(1), 'toString', stamp(2))).holdout_uses.toString).toEqual([digest(1)])
  })
})

describe('files of the ledger', () => {
  it('equal states are equal bytes, whatever the order they were made in', () => {
    const shuffled: LedgerModel = { ...promoted, versions: [...promoted.versions].reverse(), aliases: { ...promoted.aliases } }
    expect(serialiseModel(shuffled)).toBe(serialiseModel(promoted))
    expect(serialiseModel(promoted).endsWith('}\n')).toBe(true)
  })

  it('come back as they were written', () => {
    const text = serialiseModel(promoted)
    expect(serialiseModel(parseModelState('models/flights.json', text))).toBe(text)
    const made = moveAlias(promoted, 'production', '1.0.0', stamp(5))
    if (made === 'unchanged') throw new Error('unchanged')
    expect(parseEvent(eventPath(made.event), serialiseEvent(made.event))).toEqual(made.event)
    expect(eventPath(made.event)).toBe('events/00000005-alias.json')
  })

  it('the ledger knows its newest event over all models', () => {
    const other = { ...emptyModel('other'), sequence: 41 }
    const ledger = parseLedger(
      new Map([
        [modelPath('flights'), serialiseModel(promoted)],
        [modelPath('other'), serialiseModel(other)],
        ['events/00000041-run.json', 'not looked at'],
      ]),
    )
    expect(ledger.sequence).toBe(41)
    expect([...ledger.models.keys()]).toEqual(['flights', 'other'])
  })

  const text = serialiseModel(promoted)
  const hostile: Record<string, string> = {
    'no JSON': '{',
    'half of it': text.slice(0, text.length / 2),
    'a list': '[]',
    null: 'null',
    'a prototype key': text.replace('"aliases": {', '"aliases": {"__proto__": {"version": "1.0.0", "since": "", "previous": null},'),
    'a constructor key': text.replace('"holdout_uses": {}', '"holdout_uses": {"constructor": []}'),
    'an unknown key': text.replace('"main": null', '"main": null, "extra": 1'),
    'another schema': text.replace('ledger-model@1', 'ledger-model@2'),
    'another model': text.replaceAll('flights', 'fights'),
    'a model with a path for a name': text.replace('"model": "flights"', '"model": "../flights"'),
    'a version twice': text.replaceAll('1.1.0', '1.0.0'),
    'an alias to nowhere': text.replace('"version": "1.1.0"\n    }\n  }', '"version": "7.0.0"\n    }\n  }'),
    'a tag of another': text.replace('"tag": "flights@v1.0.0"', '"tag": "other@v1.0.0"'),
    'a file outside': text.replace('"name": "model.onnx"', '"name": "../../x"'),
    'a digest that is none': text.replace(digest(1), 'sha256:1'),
    'a version without the bytes it names': text.replace(digest(1), digest(9)),
    'deep nesting': '['.repeat(100_000),
    '17 MB': `"${'x'.repeat(17 * 2 ** 20)}"`,
    'an infinite number': text.replace('"bytes": 3', '"bytes": 1e999'),
  }
  for (const [what, content] of Object.entries(hostile)) {
    it(`hostile JSON is refused: ${what}`, () => {
      expect(content).not.toBe(text)
      expect(codeOf(() => parseLedger(new Map([['models/flights.json', content]])))).toMatch(/^LEDGER_CORRUPT: .*models\/flights\.json/)
    })
  }
})

describe('the manifest of a version', () => {
  const files = [
    { name: 'profile.json', digest: digest(2), bytes: 1 },
    { name: 'model.onnx', digest: digest(1), bytes: 3 },
  ]

  it('is the same bytes for the same files, in whatever order, and says all of them', () => {
    const text = makeManifest('flights', '1.0.0', digest(1), files)
    expect(makeManifest('flights', '1.0.0', digest(1), [...files].reverse())).toBe(text)
    expect(parseManifest('flights@v1.0.0', text).files).toEqual([...files].reverse())
  })

  it('of another version is refused', () => {
    expect(codeOf(() => parseManifest('flights@v2.0.0', makeManifest('flights', '1.0.0', digest(1), files)))).toMatch(/^STORE_CORRUPT: /)
  })

  it('names the model file by the model and the extension, and never like its own files', () => {
    const names = ['models/Late Flights (v2).ONNX', 'a/b.pkl;rm', 'model'].map((path) => modelFileName('flights', path))
    expect(names).toEqual(['flights.onnx', 'flights.bin', 'flights.bin'])
    expect(modelFileName('manifest', 'x.json')).toBe('model-manifest.json')
  })
})
