import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../../src/errors.ts'
import type { ModelContext } from '../../../src/stages/context.ts'
import { readConfigSql } from '../../../src/stages/validate/read-config-sql.ts'
import { config, find, makeYard, type Yard } from './support.ts'

let yard: Yard
beforeAll(async () => {
  yard = await makeYard()
})
afterAll(() => yard[Symbol.asyncDispose]())

const rows = (count: number, row: (i: number) => string) => Array.from({ length: count }, (_, i) => row(i)).join('\n')

describe('validate judges what is asked', () => {
  beforeAll(async () => {
    await yard.write(
      'train.csv',
      `id,delay,origin,code,late\n${rows(1000, (i) => `${i},${i === 6 ? -500 : i % 90},${i % 4 === 0 ? 'ATL' : i % 100 === 1 ? '' : 'LAS'},X${i % 10}${i === 3 ? '!' : ''},${i % 3 === 0 ? 1 : 0}`)}\n`,
    )
    await yard.write('test.csv', `id,delay,origin,code,late\n${rows(200, (i) => `${i % 100},${i},JFK,X1,${i % 2}`)}\n`)
  })

  const judge = (expectation: string) => yard.validate(config('{train: train.csv, test: test.csv, target: late}', expectation))

  it('with counts, limits, intervals and the first row, one check for all tables', async () => {
    const result = await judge('{columns: {delay: {min: -120, max: 100, on: [train, test]}}}')
    expect(find(result, 'validate.min:delay')).toMatchObject({
      status: 'fail',
      effect: 'fail',
      column: 'delay',
      n: 1000,
      observed: 0.001,
      limit: 0,
      limit_kind: 'max',
      unit: 'share',
      level: 0.95,
      message: 'train: 1 of 1,000 values of delay lie below -120, first in row 7',
    })
    expect(find(result, 'validate.min:delay').interval?.[1]).toBeCloseTo(0.0056, 3)
    expect(find(result, 'validate.max:delay').message).toBe('test: 99 of 200 values of delay lie above 100, first in row 102')
    expect(result.verdict).toBe('fail')
    expect(result.inputs.map((input) => [input.role, input.path, input.rows])).toEqual([
      ['train', 'train.csv', 1000],
      ['test', 'test.csv', 200],
    ])
    expect(result.details).toEqual({
      tables: [
        { role: 'train', format: 'csv', rows: 1000, columns: 5 },
        { role: 'test', format: 'csv', rows: 200, columns: 5 },
      ],
    })
  })

  const cases: readonly (readonly [string, string, string, string])[] = [
    ['rows', '{rows: {min: 500}}', 'validate.rows', 'fail test: 200 rows are fewer than 500'],
    ['rows', '{rows: {max: 1000}}', 'validate.rows', 'pass 1,000 rows (train, test)'],
    [
      'exists',
      '{columns: {gone: {type: integer}}}',
      'validate.exists:gone',
      'fail train: there is no column gone; test: there is no column gone',
    ],
    [
      'a check of a column that is not there',
      '{columns: {gone: {type: integer}}}',
      'validate.type:gone',
      'skipped there is no column gone (train, test)',
    ],
    [
      'type',
      '{columns: {delay: {type: integer}}}',
      'validate.type:delay',
      'pass 0 of 1,000 values of delay are not of type integer (train, test)',
    ],
    [
      'type',
      '{columns: {code: {type: integer, on: [test]}}}',
      'validate.type:code',
      'fail test: 200 of 200 values of code are not of type integer, first in row 1',
    ],
    [
      'nulls',
      '{columns: {origin: {nulls: {max: 0.5%}}}}',
      'validate.nulls:origin',
      'fail train: 10 of 1,000 values of origin are missing (limit 0.5 %), first in row 2',
    ],
    [
      'nulls',
      '{columns: {origin: {nulls: {max: 1%}}}}',
      'validate.nulls:origin',
      'pass 10 of 1,000 values of origin are missing (train, test)',
    ],
    [
      'in',
      '{columns: {origin: {in: [ATL, LAS]}}}',
      'validate.in:origin',
      'fail test: 200 of 200 values of origin are none of the 2 listed, first in row 1',
    ],
    [
      'not_in',
      '{columns: {origin: {not_in: [JFK], on: [train]}}}',
      'validate.not_in:origin',
      'pass 0 of 990 values of origin are one of the 1 excluded (train)',
    ],
    [
      'in, numbers',
      '{columns: {late: {in: [0, 1]}}}',
      'validate.in:late',
      'pass 0 of 1,000 values of late are none of the 2 listed (train, test)',
    ],
    [
      'matches',
      "{columns: {code: {matches: 'X[0-9]'}}}",
      'validate.matches:code',
      'fail train: 1 of 1,000 values of code do not match the pattern, first in row 4',
    ],
    [
      'length',
      '{columns: {code: {length: {max: 2}}}}',
      'validate.length:code',
      'fail train: 1 of 1,000 values of code are longer than 2, first in row 4',
    ],
    ['unique', '{columns: {id: {unique: true}}}', 'validate.unique:id', 'fail test: 100 of 200 values of id repeat an earlier one'],
    ['duplicates', '{duplicates: {max: 0, on: [train]}}', 'validate.duplicates', 'pass 0 of 1,000 rows repeat an earlier row (train)'],
    [
      'a kind that cannot be ordered',
      '{columns: {late: {min: 2026-01-01}}}',
      'validate.min:late',
      'fail train: 1,000 of 1,000 values of late lie below 2026-01-01, first in row 1; test: 200 of 200 values of late lie below 2026-01-01, first in row 1',
    ],
  ]
  it.each(cases)('%s: %s', async (_, expectation, id, said) => {
    const check = find(await judge(expectation), id)
    expect(`${check.status} ${check.message}`).toBe(said)
    expect(check.fix === null).toBe(check.status !== 'fail')
  })

  it('severity warn makes a warn of a fail', async () => {
    const result = await judge('{columns: {delay: {min: 0, severity: warn, on: [train]}}}')
    expect([find(result, 'validate.min:delay').status, find(result, 'validate.min:delay').effect, result.verdict]).toEqual([
      'fail',
      'warn',
      'warn',
    ])
  })

  it('an engine that cannot be started is no fault of a pattern that it has to try', async () => {
    const changed = new UserError('NATIVE_CHANGED', 'not the file', 'remove it')
    const context = {
      model: { expect: [{ check: 'matches', column: 'code', params: { pattern: '(a|b)' }, severity: 'fail', on: ['train'], mostly: 1 }] },
      ports: { engine: async () => ({ aggregate: () => Promise.reject(changed) }) },
    }
    await expect(readConfigSql(context as unknown as ModelContext)).rejects.toBe(changed)
  })

  it('a pattern that is none is said before any data is judged', async () => {
    const result = await judge("{columns: {code: {matches: '(?=x)'}}}")
    expect([result.verdict, result.checks[0]?.message]).toEqual([
      'error',
      'BAD_PATTERN: expect.columns.code.matches is not a regular expression of RE2',
    ])
  })
})

describe('DAT-12 regex checks are linear', () => {
  // tried one after the other, the ways to part fifty thousand letters are 2^49999: that there is an answer is the proof, whatever the clock says
  it('(a+)+$ on fifty thousand letters is answered', async () => {
    await yard.write('regex.csv', `a,y\n${'a'.repeat(50_000)}!,0\nb,1\n`)
    const result = await yard.validate(config('{train: regex.csv, target: y}', "{columns: {a: {matches: '(a+)+$'}}}"))
    expect(find(result, 'validate.matches:a').message).toBe('train: 2 of 2 values of a do not match the pattern, first in row 1')
  })

  it.each(['(a)\\1', 'a(?=b)', 'a(?!b)', '(?<=a)b', '(?>a+)b'])(
    '%s, which no automaton can follow, is refused before any data are read',
    async (pattern) => {
      await yard.write('plain.csv', 'a,y\nab,0\nb,1\n')
      const result = await yard.validate(config('{train: plain.csv, target: y}', `{columns: {a: {matches: '${pattern}'}}}`))
      expect(result.verdict).toBe('error')
      expect(result.checks.map(({ message }) => message).join()).toMatch(/BAD_PATTERN|pattern/)
    },
  )
})

describe('bad input is one clear sentence, verdict error, and the other tables are judged all the same', () => {
  beforeAll(async () => {
    await yard.write('good.csv', `x,y\n${rows(100, (i) => `${i},${i % 2}`)}\n`)
    await yard.write('ragged.csv', 'x,y\n1,0\n2\n')
    await yard.write('header.csv', 'x,y\n')
    await yard.write('one-class.csv', `x,y\n${rows(100, (i) => `${i},1`)}\n`)
    await yard.write('unlabelled.csv', `x,y\n${rows(100, (i) => `${i},${i < 3 ? '' : i % 2}`)}\n`)
    await yard.write('no-target.csv', `x,z\n${rows(100, (i) => `${i},1`)}\n`)
    await yard.write('one-or-none.csv', `x,y\n${rows(100, (i) => `${i},${i % 2 === 0 ? '' : 1}`)}\n`)
    await yard.write('all-null.csv', `x,y\n${rows(100, (i) => `${i},`)}\n`)
  })

  const cases: readonly (readonly [string, string, string])[] = [
    ['absent.csv', 'validate.read:test', 'DATA_MISSING: absent.csv: there is no such file'],
    ['ragged.csv', 'validate.read:test', 'DATA_UNREADABLE: ragged.csv:3: the record has 1 field, the header has 2'],
    ['header.csv', 'validate.read:test', 'DATA_EMPTY: data.test (header.csv) has no rows'],
    ["{glob: 'none-*.csv'}", 'validate.read:test', 'DATA_MISSING: data.test: no file matches none-*.csv'],
    ["'data\\good.csv'", 'validate.read:test', 'there is no such file; \\ is a letter of its name, write / between folders'],
    ['~/good.csv', 'validate.read:test', 'there is no such file; ~ is your home folder to a shell only, write the path out'],
    ['$HOME/good.csv', 'validate.read:test', 'there is no such file; variables are not put in, write the path out'],
    ["{glob: '~/*.csv'}", 'validate.read:test', 'data.test: no file matches ~/*.csv; ~ is your home folder to a shell only'],
    [`{path: good.csv, sha256: '${'0'.repeat(64)}'}`, 'validate.read:test', 'DATA_DIGEST: good.csv has sha256:'],
    ['one-class.csv', 'validate.target:test', 'TARGET_CONSTANT: the target y is the same in every row of data.test'],
    ['all-null.csv', 'validate.target:test', 'TARGET_CONSTANT: the target y has no value at all in data.test'],
    ['one-or-none.csv', 'validate.target:test', 'TARGET_CONSTANT: the target y is the same in every row that has one, of data.test'],
    ['no-target.csv', 'validate.column_test:y', 'COLUMN_MISSING: data.test has no column y'],
  ]
  it.each(cases)('%s', async (source, id, message) => {
    const result = await yard.validate(config(`{train: good.csv, test: ${source}, target: y}`))
    const check = find(result, id)
    expect(check.message).toContain(message)
    expect([check.status, check.effect, result.verdict]).toEqual(['error', 'error', 'error'])
    expect(check.fix).not.toBeNull()
    expect(find(result, 'validate.read:train').status).toBe('pass')
    expect((await yard.profile()).tables[0]?.role).toBe('train')
  })

  it('rows without a label fail, and are counted', async () => {
    const result = await yard.validate(config('{train: unlabelled.csv, target: y}'))
    expect(find(result, 'validate.target:train')).toMatchObject({
      status: 'fail',
      message: '3 of 100 rows of data.train have no y',
      observed: 0.03,
      n: 100,
    })
  })

  it.each(['time', 'group'])('data.%s that no data has is an error: rows would be compared as if none depended on another', async (key) => {
    const result = await yard.validate(config(`{train: good.csv, current: no-target.csv, target: y, ${key}: day}`))
    expect(find(result, 'validate.column:day')).toMatchObject({
      status: 'error',
      message: `COLUMN_MISSING: data.${key} names day, which no data has (data.train, data.current)`,
      fix: 'its columns are: x, y, z',
    })
    expect((await yard.validate(config(`{train: good.csv, current: no-target.csv, target: y, ${key}: z}`))).verdict).toBe('pass')
  })

  it('a sensitive column that no data has is a warning, with the one that may be meant', async () => {
    const of = (names: string) => yard.validate(config(`{train: good.csv, current: no-target.csv, target: y, sensitive: [${names}]}`))
    const result = await of('X')
    expect(result.verdict).toBe('warn')
    expect(find(result, 'validate.column:X')).toMatchObject({ status: 'warn', fix: 'did you mean x? Correct the name, or take it out' })
    expect((await of('x, z')).verdict).toBe('pass')
    // what could not be read may have it
    const cut = await yard.validate(config('{train: good.csv, current: absent.csv, target: y, sensitive: [salary]}'))
    expect(cut.checks.filter(({ id }) => id.startsWith('validate.column'))).toEqual([])
  })

  it('current data may be without the target', async () => {
    const result = await yard.validate(config('{train: good.csv, current: no-target.csv, target: y}'))
    expect(result.verdict).toBe('pass')
  })

  it('a Parquet file cut in half', async () => {
    const path = join(yard.folder, 'half.parquet')
    await yard.engine.writeParquet(path, [{ name: 'x', values: Float64Array.from({ length: 10_000 }, Math.random) }])
    const bytes = await readFile(path)
    await yard.write('half.parquet', bytes.subarray(0, bytes.length / 2))
    const result = await yard.validate(config('{current: half.parquet}'))
    expect(find(result, 'validate.read:current').message).toBe(
      'DATA_UNREADABLE: half.parquet: the Parquet file is cut off: its end is missing',
    )
    await expect(yard.profile()).rejects.toThrow('ENOENT')
  })
})

describe('DAT-01 any column name works in any check: the numbers are those of a plain name', () => {
  const names = [
    'select',
    'a"b',
    "it's",
    'a\nb',
    'a;DROP TABLE t',
    '😀',
    '%s',
    '$1',
    '?',
    'a b',
    '-- x',
    'ä',
    '{{',
    'c0',
    'row_at',
    'rows',
    '../x',
    'x'.repeat(300),
  ]
  const values = (i: number) => (i % 7 === 0 ? '' : String(i % 50))
  const expectation =
    '{type: integer, min: 10, max: 40, nulls: {max: 0.1}, in: [1, 2, 3], not_in: [5], matches: "[0-9]", length: {max: 1}, unique: true}'
  const quoted = (name: string) => (/[",\n\r]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)

  async function figures(name: string) {
    await yard.write('named.csv', `${quoted(name)},y\n${rows(300, (i) => `${values(i)},${i % 2}`)}\n`)
    const result = await yard.validate(
      `models:\n  m:\n    model: model.onnx\n    data: {train: {path: named.csv, header: true}, target: y, sensitive: []}\n    expect:\n      duplicates: {max: 0}\n      columns:\n        ${JSON.stringify(name)}: ${expectation}\n`,
    )
    const profile = await yard.profile()
    const column = profile.tables[0]?.columns[0]
    expect(column?.name).toBe(name)
    return {
      checks: result.checks.map((check) => [check.id.replace(name, 'NAME'), check.status, check.n, check.observed]),
      profile: { ...column, name: '' },
    }
  }

  it('over twenty nasty names', async () => {
    const plain = await figures('plain')
    expect(plain.checks.filter(([, status]) => status === 'fail').length).toBeGreaterThan(5)
    for (const name of names) expect(await figures(name), name).toEqual(plain)
  }, 60_000)
})

describe('a column named __proto__', () => {
  it('is profiled like any other', async () => {
    await yard.write('proto.csv', `__proto__,constructor\n${rows(100, (i) => `${i % 7},x`)}\n`)
    await yard.validate(config('{current: proto.csv}'))
    expect((await yard.profile()).tables[0]?.columns.map((column) => [column.name, column.categories?.distinct])).toEqual([
      ['__proto__', 7],
      ['constructor', 1],
    ])
  })
})

describe('PII-01 and PII-03: no value of a cell is written anywhere', () => {
  it('rare labels, single numbers and broken values stay out of result and profile', async () => {
    const canary = 'canary-5b1d9'
    await yard.write(
      'pii.csv',
      `name,city,number,salary,y\n${rows(400, (i) => `${i === 17 ? canary : `n${i % 5}`},${i % 3 === 0 ? 'Rome' : i === 8 ? canary : 'Oslo'},${i === 5 ? 77.123456 : i % 200},${i === 9 ? 123456.75 : 50_000 + i},${i % 2}`)}\n`,
    )
    const result = await yard.validate(
      config(
        '{train: pii.csv, current: pii.csv, target: y, sensitive: [salary]}',
        '{columns: {name: {in: [n0], matches: n.}, number: {max: 100}, salary: {max: 10}, city: {type: integer}}}',
      ),
    )
    expect(result.verdict).toBe('fail')
    const written = await yard.written()
    for (const secret of [canary, '77.123456', '123456.75', '50001', '50399']) expect(written).not.toContain(secret)
    const salary = (await yard.profile()).tables[0]?.columns.find((column) => column.name === 'salary')
    expect(salary).toMatchObject({ sensitive: true, categories: null })
    // PII-04
    expect(salary?.numeric).toMatchObject({ min: null, max: null, spikes: [] })
    const city = (await yard.profile()).tables[0]?.columns.find((column) => column.name === 'city')
    expect(city?.categories).toEqual({
      top: [
        { value: 'Oslo', count: 265 },
        { value: 'Rome', count: 134 },
      ],
      other_count: 1,
      distinct: 3,
    })
  })

  it('nothing of a sensitive text column but counts', async () => {
    await yard.write('secret.csv', `who,y\n${rows(100, (i) => `${i % 2 === 0 ? 'alice' : 'bob'},${i % 2}`)}\n`)
    await yard.validate(config('{train: secret.csv, target: y, sensitive: [who]}'))
    expect(await yard.written()).not.toMatch(/alice|bob/)
  })
})

describe('DAT-09 degenerate tables have a defined result', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['one row', 'a,b\n1,x\n'],
    ['all null', 'a,b\n,\n,\n'],
    ['constant', 'a,b\n5,x\n5,x\n5,x\n'],
    ['not a number only', 'a,b\nNaN,x\nNaN,y\n'],
    ['infinities', 'a,b\ninf,x\n-inf,y\nNaN,z\n1.5,w\n'],
    ['one column', 'a\n1\n2\n'],
    ['beyond 2^53', 'a,b\n9007199254740993,x\n9007199254740992,y\n'],
    ['beyond 2^63', 'a,b\n99999999999999999999,x\n1,y\n'],
  ]
  it.each(cases)('%s', async (_, text) => {
    await yard.write('degenerate.csv', text)
    const result = await yard.validate(
      config(
        '{current: degenerate.csv}',
        '{columns: {a: {type: number, min: 0, max: 100, in: [1], nulls: {max: 0}, unique: true, length: {min: 1}}}}',
      ),
    )
    expect(['pass', 'fail']).toContain(result.verdict)
    for (const check of result.checks) {
      expect(check.message).not.toMatch(/NaN|undefined|null|Infinity/)
      if (check.observed !== null) expect(Number.isFinite(check.observed)).toBe(true)
    }
    await yard.profile()
  })

  it('keeps two integers beyond 2^53 apart', async () => {
    await yard.write('big.csv', 'a,b\n9007199254740993,x\n9007199254740992,y\n')
    const result = await yard.validate(config('{current: big.csv}', '{columns: {a: {unique: true}}}'))
    expect(find(result, 'validate.unique:a').status).toBe('pass')
  })
})

describe('formats give one answer', () => {
  it('CSV, gzipped CSV, JSON lines, Parquet and two files in a glob have one profile, but for names and digests', async () => {
    const part = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, k) => ({ a: (from + k) % 30, b: (from + k) / 4, c: `k${(from + k) % 3}`, y: (from + k) % 2 }))
    const all = part(0, 500)
    const csv = (of: typeof all) => `a,b,c,y\n${of.map((row) => `${row.a},${row.b},${row.c},${row.y}`).join('\n')}\n`
    await yard.write('same.csv', csv(all))
    await yard.write('same.csv.gz', gzipSync(csv(all)))
    await yard.write('same.jsonl', all.map((row) => JSON.stringify(row)).join('\n'))
    await yard.write('parts/1.csv', csv(part(0, 200)))
    await yard.write('parts/2.csv', csv(part(200, 500)))
    await yard.engine.writeParquet(
      join(yard.folder, 'same.parquet'),
      (['a', 'b', 'c', 'y'] as const).map((name) => ({ name, values: all.map((row) => row[name]) })),
    )
    const seen: unknown[] = []
    for (const source of ['same.csv', 'same.csv.gz', 'same.jsonl', 'same.parquet', "{glob: 'parts/*.csv'}", '[parts/1.csv, parts/2.csv]']) {
      const result = await yard.validate(config(`{train: ${source}, target: y}`))
      expect(result.verdict, source).toBe('pass')
      const [table] = (await yard.profile()).tables
      seen.push({ ...table, digests: [] })
    }
    for (const other of seen) expect(other).toEqual(seen[0])
  })
})

describe('a check that looked at nothing is not a pass', () => {
  it('of a column without a value, limits are skipped and its nulls are judged', async () => {
    await yard.write('empty-column.csv', `a,z,y\n${rows(50, (i) => `${i},,${i % 2}`)}\n`)
    const result = await yard.validate(
      config('{train: empty-column.csv, target: y}', '{columns: {z: {max: 3, in: [5], unique: true, nulls: {max: 10%}}}}'),
    )
    const effects = Object.fromEntries(result.checks.filter(({ column }) => column === 'z').map(({ id, effect }) => [id, effect]))
    expect(effects).toMatchObject({
      'validate.max:z': 'skipped',
      'validate.in:z': 'skipped',
      'validate.unique:z': 'skipped',
      'validate.nulls:z': 'fail',
    })
  })

  describe('GATE-04 a contract of which nothing was judged', () => {
    beforeAll(() => yard.write('fifty.csv', `a,z,y\n${rows(50, (i) => `${i},,${i % 2}`)}\n`))
    const judged = (expected: string) => yard.validate(config('{train: fifty.csv, target: y}', expected))
    const never = 'where: "a < 0"'

    it('is an error that says why, with a way out', async () => {
      const result = await judged(`{columns: {a: {between: {min: 0, max: 9, ${never}}}}}`)
      const check = find(result, 'validate.nothing_judged')
      expect([check.effect, result.verdict]).toEqual(['error', 'error'])
      expect(check.message).toBe(
        'NOTHING_JUDGED: the only check of expect was skipped, so nothing says that the data is sound (validate.between:a: a has no values to judge where it is asked)',
      )
      expect(check.fix).toContain('correct the `where`')
    })

    it('tells the first of many', async () => {
      const result = await judged('{columns: {z: {max: 3, min: 1, in: [5], unique: true}}}')
      expect(find(result, 'validate.nothing_judged').message).toMatch(/all 4 checks of expect were skipped.*; and 1 more\)$/)
    })

    it('is a warning where its checks are no more than that', async () => {
      const result = await judged(`{columns: {a: {between: {min: 0, max: 9, severity: warn, ${never}}}}}`)
      expect([find(result, 'validate.nothing_judged').effect, result.verdict]).toEqual(['warn', 'warn'])
    })

    it.each([
      ['one of several that judged no row', `{rows: {min: 1}, columns: {a: {between: {min: 0, max: 9, ${never}}}}}`],
      ['columns that only have to be there', '{columns: {a: {}}}'],
      ['no contract', '{}'],
    ])('is not: %s', async (_, expected) => {
      const result = await judged(expected)
      expect(result.checks.map(({ id }) => id)).not.toContain('validate.nothing_judged')
      expect(result.verdict).toBe('pass')
    })

    it('is not told of a table that could not be read: that is the error', async () => {
      const result = await yard.validate(config('{train: gone.csv}', '{columns: {a: {min: 0}}}'))
      expect(result.checks.map(({ id }) => id)).toEqual(['validate.read:train'])
    })
  })
})

describe('PII-01 a column that one value has made text of', () => {
  const table = (value: (i: number) => string) => `id,weight,street,late\n${rows(3000, (i) => `${i},${value(i)},Main ${i},${i % 2}`)}\n`
  const told = async (content: string) => {
    await yard.write('nearly.csv', content)
    const result = await yard.validate('models: {m: {model: m.onnx, data: {test: nearly.csv, target: late, id: id}}}')
    return { result, note: result.checks.find(({ id }) => id === 'validate.nearly_numbers:test') }
  }

  it('is told with its row and never its value, and decides nothing', async () => {
    const { result, note } = await told(table((i) => (i === 2500 ? '"12,5"' : i === 2700 ? 'SECRET' : `${i}.5`)))
    expect(note).toMatchObject({
      status: 'warn',
      effect: 'pass',
      names: ['weight'],
      message:
        'data.test: read as text, though nearly all values are numbers: weight (2,998 of 3,000 values are numbers, 2 are not, the first in row 2,501)',
    })
    expect(result.verdict).toBe('pass')
    expect(await yard.written()).not.toMatch(/12,5|SECRET/)
  })

  it('is none where it is numbers, or text as often as not', async () => {
    expect((await told(table((i) => `${i}`))).note).toBeUndefined()
    expect((await told(table((i) => (i % 10 === 0 ? 'x' : `${i}`)))).note).toBeUndefined()
  })
})
