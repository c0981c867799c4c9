import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planFiles, roleOf, splitArgument } from '../../../src/core/init/file-roles.ts'
import { inferColumn } from '../../../src/core/init/infer-column.ts'
import { insert } from '../../../src/core/init/insert.ts'
import { toYaml } from '../../../src/core/init/lines.ts'
import { nullLimit } from '../../../src/core/init/null-limit.ts'
import type { ColumnInRole, ColumnSeen } from '../../../src/core/init/seen.ts'
import { guessTarget, positiveOf } from '../../../src/core/init/target.ts'
import { workflowText } from '../../../src/core/init/workflow.ts'
import { readYaml } from '../../../src/core/schema/read-yaml.ts'
import { wilson } from '../../../src/core/stats/proportion.ts'
import { sequence, times } from '../../contract/checks/support.ts'
import { projectRoot } from '../../support/spawn.ts'

const seen = (name: string, ...inRoles: Partial<ColumnInRole>[]): ColumnSeen => ({
  name,
  in: inRoles.map((one) => ({
    role: 'train',
    storage: 'string',
    kind: 'categorical',
    rows: 2000,
    missing: 0,
    min: null,
    max: null,
    low: null,
    high: null,
    unique: null,
    levels: null,
    looksLike: [],
    readsAsNumber: null,
    notation: null,
    ...one,
  })),
})
const checks = (column: ColumnSeen) => inferColumn(column, false, null).checks
const levels = (...rows: readonly number[]) => ({
  distinct: rows.length,
  singles: rows.filter((n) => n === 1).length,
  top: rows.flatMap((n, i) => (n >= 5 ? [{ label: `l${i}`, rows: n }] : [])),
})

describe('roles by the names of files', () => {
  it.each([
    ['data/train.csv', 'train'],
    ['X_train.parquet', 'train'],
    ['churnTrain.csv.gz', 'train'],
    ['hold-out.jsonl', 'test'],
    ['val.csv', 'validation'],
    ['prod_2024.parquet', 'current'],
    ['strain.csv', null],
    ['train_test_split.csv', null],
    ['new_york.csv', null],
  ])('%s is %s', (path, role) => expect(roleOf(path)).toBe(role))

  it('a role that is said counts more than the name', () => {
    expect(splitArgument('test=train.csv')).toEqual({ role: 'test', path: 'train.csv' })
    expect(splitArgument('a=b.csv')).toEqual({ role: null, path: 'a=b.csv' })
  })

  it('parts of one table are one source, two tables of one role are asked about', () => {
    const files = (...paths: string[]) => paths.map((path) => ({ role: null, path }))
    expect(planFiles(files('train-0-of-2.parquet', 'train-1-of-2.parquet'), false).sources.get('train')).toHaveLength(2)
    expect(() => planFiles(files('X_train.csv', 'y_train.csv'), false)).toThrow('could each be the train data')
  })

  it('what was found beside and says nothing is left out, what was named and says nothing is an error', () => {
    const files = [
      { role: null, path: 'train.csv' },
      { role: null, path: 'cities.csv' },
    ]
    expect(planFiles(files, false).leftOut).toEqual(['cities.csv'])
    expect(() => planFiles(files, true)).toThrow('cities.csv')
  })
})

describe('how many may be missing', () => {
  it('none, only where a thousand rows had none', () => {
    expect(nullLimit([{ missing: 0, rows: 1000 }])).toBe(0)
    expect(nullLimit([{ missing: 0, rows: 999 }])).toBe(0.009)
  })

  it('is what another file as small as the smallest stays below: 50 of 1000 may be 9 %, and of two files of 500 10 %', () => {
    expect(nullLimit([{ missing: 50, rows: 1000 }])).toBe(0.09)
    expect(
      nullLimit([
        { missing: 30, rows: 500 },
        { missing: 20, rows: 500 },
      ]),
    ).toBe(0.1)
  })

  it('is passed by fewer than one in five hundred other files of the same source, where a bound of the share alone is passed by one in twenty', () => {
    const random = sequence(11)
    const missing = (rows: number) => times(rows, random).filter((x) => x < 0.61).length
    const trials = 2000
    let [passed, passedWilson] = [0, 0]
    for (let i = 0; i < trials; i++) {
      const [seenMissing, next] = [missing(400), missing(400)]
      if (next / 400 > (nullLimit([{ missing: seenMissing, rows: 400 }]) ?? 1)) passed += 1
      if (next / 400 > wilson(seenMissing, 400, 0.99)[1]) passedWilson += 1
    }
    expect(passed / trials).toBeLessThan(0.002)
    expect(passedWilson / trials).toBeGreaterThan(0.03)
  })

  it('is never less than the worst role has, and nothing where all may be missing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(500), fc.nat(500)), { minLength: 1, maxLength: 4 }), (pairs) => {
        const counts = pairs.map(([missing, more]) => ({ missing, rows: missing + more + 1 }))
        const limit = nullLimit(counts)
        for (const { missing, rows } of counts) expect(limit ?? 1).toBeGreaterThanOrEqual(missing / rows)
      }),
    )
    expect(nullLimit([{ missing: 9, rows: 9 }])).toBeNull()
  })
})

describe('what is said of a column', () => {
  it('lists labels of five rows and more, where they cover 99 % of the rows', () => {
    expect(checks(seen('a', { levels: levels(1500, 490, 7, 3) })).in).toEqual({ values: ['l0', 'l1', 'l2'], mostly: '99%' })
    expect(checks(seen('a', { levels: levels(1500, 470, ...Array.from({ length: 10 }, () => 3)) })).in).toBeUndefined()
  })

  it('leaves room for labels that are rare: the next file may have more of them than this one', () => {
    expect(checks(seen('a', { levels: levels(1500, 484, 4, 4, 4, 4) })).in).toEqual({ values: ['l0', 'l1'], mostly: '98%' })
  })

  it('lists nothing where one row in a hundred has a label of its own, or labels are many', () => {
    expect(checks(seen('a', { levels: levels(1980, ...Array.from({ length: 20 }, () => 1)) })).in).toBeUndefined()
    expect(checks(seen('a', { levels: levels(...Array.from({ length: 101 }, () => 20)) })).in).toBeUndefined()
  })

  it('a label that one role alone is full of must be covered there too', () => {
    const other = { levels: { distinct: 2, singles: 0, top: [{ label: 'z', rows: 4 }] }, role: 'current' as const, rows: 40 }
    expect(checks(seen('a', { levels: levels(1000, 1000) }, other)).in).toBeUndefined()
  })

  it('takes obvious limits only: not below 0, between 0 and 1', () => {
    const number = (min: number, max: number, more: Partial<ColumnInRole> = {}) =>
      checks(seen('a', { storage: 'float', kind: 'numeric-continuous', min, max, ...more }))
    expect(number(0, 1)).toMatchObject({ min: 0, max: 1 })
    expect(number(3, 480, { low: 4, high: 300 })).toMatchObject({ min: 0 })
    expect(number(0, 480)).toMatchObject({ min: 0 })
    expect(number(0, 480)).not.toHaveProperty('max')
    // a latitude: none below 0 so far
    expect(number(13, 71, { low: 25, high: 49 })).not.toHaveProperty('min')
    expect(number(-0.1, 1)).not.toHaveProperty('min')
    expect(number(950, 1050)).not.toHaveProperty('min')
    expect(number(0, 1, { rows: 900 })).not.toHaveProperty('min')
    // a pixel that was never lit: what it is when it is lit nobody saw
    expect(number(0, 0, { kind: 'constant' })).not.toHaveProperty('max')
  })

  it('flags of 0 and 1 are listed, other whole numbers are not', () => {
    const flag = { storage: 'integer', kind: 'boolean', min: 0, max: 1 } as const
    const of = (...labels: string[]) => ({ distinct: labels.length, singles: 0, top: labels.map((label) => ({ label, rows: 1000 })) })
    expect(checks(seen('a', { ...flag, levels: of('0', '1') }))).toMatchObject({ in: { values: [0, 1] } })
    expect(checks(seen('a', { ...flag, levels: of('1', '2') })).in).toBeUndefined()
  })

  it('types that differ become the wider one, or none', () => {
    expect(checks(seen('a', { storage: 'integer' }, { storage: 'float', role: 'test' })).type).toBe('number')
    expect(checks(seen('a', { storage: 'integer' }, { storage: 'string', role: 'test' })).type).toBeUndefined()
  })

  it('nothing of a sensitive column is listed', () => {
    expect(inferColumn(seen('a', { levels: levels(1000, 1000), min: 0, max: 5 }), true, null).checks).toEqual({
      type: 'string',
      nulls: { max: 0 },
    })
  })

  it('a column of text that is nearly numbers is told', () => {
    expect(inferColumn(seen('a', { readsAsNumber: 0.996 }), false, null).saw).toContain('99.6 % reads as numbers')
  })
})

describe('the target', () => {
  const columns = [seen('a', {}, { role: 'test' }), seen('Label', {}, { role: 'test' }), seen('b', {}, { role: 'test' })]
  const roles = ['train', 'test'] as const
  it('is found by a usual name', () => expect(guessTarget(columns, roles, null, new Set())?.column).toBe('Label'))
  it('is what is left over by the inputs of the model', () =>
    expect(guessTarget(columns, roles, new Set(['a', 'Label']), new Set())?.column).toBe('b'))
  it('is not guessed where two are left', () => expect(guessTarget(columns, roles, new Set(['Label']), new Set())).toBeNull())
  it('is no column with a missing label, and none that never changes', () => {
    const one = (more: Partial<ColumnInRole>) => guessTarget([seen('y', more, { role: 'test' })], roles, null, new Set())
    expect(one({})?.column).toBe('y')
    expect(one({ missing: 1 })).toBeNull()
    expect(one({ kind: 'constant' })).toBeNull()
  })
  it.each([
    [['0', '1'], { kind: 'usual' }],
    [['No', 'Yes'], { kind: 'write', label: 'Yes' }],
    [['<=50K', '>50K'], { kind: 'ask' }],
  ])('of %j the positive one is %j', (labels, found) => expect(positiveOf(labels)).toEqual(found))
})

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 10 }).filter((text) => text.isWellFormed()),
  fc.string({ unit: 'grapheme', maxLength: 10 }),
)
const key = hostile.filter((text) => !['__proto__', 'constructor', 'prototype'].includes(text))

describe('YAML of what init says', () => {
  it('any name and any text come back as they were, and nothing unseen stands in the file', () => {
    fc.assert(
      fc.property(key, fc.array(hostile, { maxLength: 30 }), hostile, (name, values, comment) => {
        const text = toYaml([{ key: 'a', lines: [{ key: name, value: { in: { values } }, comment, before: [comment] }], after: [comment] }])
        const read = readYaml(text)
        expect(read.ok ? read.value : read).toEqual({ a: { [name]: { in: { values } } } })
        expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      }),
    )
  })

  it('whatever is put into a file, in blocks or in braces, every line that stood there stays', () => {
    const files = [
      'models:\n  m:\n    expect:\n      columns:\n        old: {min: 1}   # mine\n\n# the end\n',
      'models: {m: {expect: {columns: {old: {min: 1}}}}}   # mine',
      'models:\r\n    m: # mine\r\n        expect:\r\n            columns:\r\n                old:\r\n                    min: 1 # too\r\n',
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        key.filter((name) => name !== 'old'),
        hostile,
        (file, name, value) => {
          const text = insert(file, [
            { path: ['models', 'm', 'expect', 'columns'], lines: [{ key: name, value: { in: [value] }, comment: 'new' }] },
          ])
          const read = readYaml(text ?? '')
          expect(read.ok ? read.value : read).toEqual({
            models: { m: { expect: { columns: { old: { min: 1 }, [name]: { in: [value] } } } } },
          })
          for (const line of file.split(/\r?\n/)) expect(text).toContain(line.replace(/\}{4,}.*$/, ''))
        },
      ),
    )
  })

  it('answers null where a path goes through an alias', () => {
    expect(insert('a: &x {b: 1}\nc: *x\n', [{ path: ['c'], lines: [{ key: 'd', value: 1 }] }])).toBeNull()
  })
})

describe('the workflow', () => {
  it('is the one of the README', () => {
    expect(readFileSync(join(projectRoot, 'README.md'), 'utf8')).toContain(workflowText('modelgate.yml'))
  })
  it('names a config that is not the usual one', () => {
    expect(workflowText('ml/gate.yml')).toContain('        with: {config: "ml/gate.yml"}\n')
  })
})
