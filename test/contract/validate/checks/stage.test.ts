import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { config, find, makeYard, type Yard } from '../support.ts'

let yard: Yard
beforeAll(async () => {
  yard = await makeYard()
})
afterAll(() => yard[Symbol.asyncDispose]())

const rows = (n: number, row: (i: number) => string) => Array.from({ length: n }, (_, i) => row(i)).join('\n')
const canary = 'canary-77f1'

describe('mostly, where, severity and names', () => {
  beforeAll(async () => {
    await yard.write('t.csv', `a,k,y\n${rows(1000, (i) => `${i < 8 ? -1 : i},${i % 2 === 0 ? 'x' : 'z'},${i % 2}`)}\n`)
  })
  const judge = (expectation: string) => yard.validate(config('{train: t.csv, target: y}', expectation))

  it('mostly is the part that must hold; the share comes with its interval', async () => {
    const check = find(await judge('{columns: {a: {min: {value: 0, mostly: 99%}}}}'), 'validate.min:a')
    expect(check).toMatchObject({
      status: 'pass',
      observed: 0.008,
      limit: 0.01,
      limit_kind: 'max',
      unit: 'share',
      n: 1000,
      level: 0.95,
      tail: 'two-sided',
    })
    // 8 of 1,000: the upper end is Wilson's, (p + z²/2n + z √(p(1−p)/n + z²/4n²)) / (1 + z²/n); towards 0, with fewer than ten, Clopper–Pearson's, 2.5 % of Beta(8, 993)
    expect(check.interval?.[0]).toBeCloseTo(0.00346, 5)
    expect(check.interval?.[1]).toBeCloseTo(0.01571, 5)
    expect(find(await judge('{columns: {a: {min: 0, mostly: 99.5%}}}'), 'validate.min:a')).toMatchObject({ status: 'fail', limit: 0.005 })
  })

  it('exactly as many as allowed pass, whatever the product of two decimals is', async () => {
    await yard.write('hundred.csv', `a,y\n${rows(100, (i) => `${i < 29 ? -1 : i},${i % 2}`)}\n`)
    const of = async (mostly: string) =>
      find(await yard.validate(config('{train: hundred.csv, target: y}', `{columns: {a: {min: 0, mostly: ${mostly}}}}`)), 'validate.min:a')
        .status
    expect([await of('71%'), await of('0.71'), await of('71.1%')]).toEqual(['pass', 'pass', 'fail'])
  })

  it('where chooses the rows, and the message says so', async () => {
    const result = await judge(`{columns: {a: {min: {value: 0, where: "k = 'x'"}}}}`)
    expect(find(result, 'validate.min:a').message).toBe('train: 4 of 500 values of a lie below 0, of the rows asked for, first in row 1')
  })

  it('what stands at the column is said for each of its checks, unless they say otherwise', async () => {
    const result = await judge('{columns: {a: {severity: warn, mostly: 90%, min: 0, max: {value: 5, severity: fail, mostly: 100%}}}}')
    expect([find(result, 'validate.min:a').effect, find(result, 'validate.max:a').effect]).toEqual(['pass', 'fail'])
  })

  it('one check several times, told apart by names', async () => {
    const result = await judge(
      '{checks: [{check: min, column: a, value: 0, mostly: 90%, name: usual}, {check: min, column: a, value: -5, name: hard}, {check: row_expression, expression: a < 5000}]}',
    )
    expect(result.checks.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['validate.exists:a', 'validate.min:usual', 'validate.min:hard', 'validate.row_expression']),
    )
    expect(result.verdict).toBe('pass')
  })

  it('a column that is listed must be there', async () => {
    const result = await judge('{checks: [{check: min, column: b, value: 0}]}')
    expect([find(result, 'validate.exists:b').status, find(result, 'validate.min:b').status]).toEqual(['fail', 'skipped'])
  })
})

describe('DAT-05 SQL of the config that reads files ends the stage before any data is read', () => {
  it('and says which key', async () => {
    const result = await yard.validate(
      config('{train: absent.csv, target: y}', `{columns: {a: {min: {value: 0, where: "a IN (SELECT 1 FROM read_csv('t.csv'))"}}}}`),
    )
    expect(result.checks.map(({ message }) => message)).toEqual(['BAD_SQL: where of validate.min:a: a subquery may not be written here'])
    expect(result.verdict).toBe('error')
  })

  it('its faults on one table are an error of that check, and the others are judged', async () => {
    await yard.write('s.csv', `a,b,y\n${rows(50, (i) => `${i === 7 ? canary : i},1,${i % 2}`)}\n`)
    const result = await yard.validate(
      config('{train: s.csv, target: y}', '{row_expression: "CAST(a AS INTEGER) > -1", columns: {b: {max: 0}}}'),
    )
    expect(find(result, 'validate.row_expression')).toMatchObject({ status: 'error', effect: 'error' })
    expect(find(result, 'validate.max:b').status).toBe('fail')
    expect(await yard.written()).not.toContain(canary)
  })
})

describe('PII-06 samples need opt-in and a private place', () => {
  const place = () => join(yard.folder, '.modelgate', 'm', 'samples.json')
  const data = '{train: pii.csv, current: pii.csv, target: y, sensitive: [salary]}'
  const rules = 'columns: {name: {matches: "n[0-9]"}, salary: {max: 10}, age: {max: 50}}'
  beforeAll(async () => {
    await yard.write(
      'pii.csv',
      `name,salary,age,y\n${rows(200, (i) => `${i === 17 ? canary : `n${i % 5}`},${i === 3 ? 8675309 : 100 + i},${i % 80},${i % 2}`)}\n`,
    )
  })

  it('nothing is kept by default, and what was kept before is removed', async () => {
    await yard.validate(config(data, `{samples: local, ${rules}}`))
    expect(existsSync(place())).toBe(true)
    await yard.validate(config(data, `{${rules}}`))
    expect(existsSync(place())).toBe(false)
  })

  it('local: at most five rows of each check that fails, in a file of their own; nothing of sensitive columns, and nothing in the result', async () => {
    await yard.validate(config(data, `{samples: local, ${rules}}`))
    const { samples } = JSON.parse(await readFile(place(), 'utf8'))
    expect(samples.filter(({ check }: { check: string }) => check === 'validate.matches:name')).toEqual(
      ['train', 'current'].map((role) => ({ check: 'validate.matches:name', role, row: 18, values: { name: canary } })),
    )
    expect(
      samples.filter(({ check, role }: { check: string; role: string }) => check === 'validate.max:age' && role === 'train'),
    ).toHaveLength(5)
    expect(JSON.stringify(samples)).not.toMatch(/salary|8675309/)
    const written = await yard.written()
    for (const secret of [canary, '8675309']) expect(written).not.toContain(secret)
    expect(await readFile(join(yard.folder, '.modelgate', 'm', 'validate.json'), 'utf8')).not.toContain('samples')
  })

  it('anywhere else is an error of the config', async () => {
    for (const where of ['comment', 'report', 'artifact', 'public'])
      await expect(yard.validate(config(data, `{samples: ${where}, ${rules}}`))).rejects.toThrow(
        /SAMPLES_PUBLIC expect\.samples\. .* is no private place/,
      )
  })
})

describe('checks that look at the training data', () => {
  it('get its profile, and are skipped on the training data itself', async () => {
    await yard.write('before.csv', `a,y\n${rows(400, (i) => `${i % 100},${i % 2}`)}\n`)
    await yard.write('after.csv', `a,y\n${rows(400, (i) => `${(i % 100) + 40},${i % 2}`)}\n`)
    const result = await yard.validate(
      config('{train: before.csv, current: after.csv, target: y}', '{columns: {a: {mean_between: {reference: 4}}}}'),
    )
    expect(find(result, 'validate.mean_between:a').message).toMatch(
      /^current: the mean of a is 19\.\d+ standard errors away from that of the training data \(limit 4\)$/,
    )
  })
})

describe('the first broken row', () => {
  it('is found far behind the beginning of a table too', async () => {
    await yard.write('long.csv', `a,y\n${rows(120_000, (i) => `${i === 99_999 ? -1 : 1},${i % 2}`)}\n`)
    const result = await yard.validate(config('{train: long.csv, target: y}', '{columns: {a: {min: 0}, y: {max: 0}}}'))
    expect(find(result, 'validate.min:a').message).toBe('train: 1 of 120,000 values of a lie below 0, first in row 100,000')
    expect(find(result, 'validate.max:y').message).toBe('train: 60,000 of 120,000 values of y lie above 0, first in row 2')
  })

  it('is told of each check of a column, whether it breaks all of them or one, and where others are missing', async () => {
    const value = (i: number) =>
      new Map([
        [4, ''],
        [9, '7'],
        [99, '-9'],
      ]).get(i) ?? '1'
    await yard.write('few.csv', `a,y\n${rows(200, (i) => `${value(i)},${i % 2}`)}\n`)
    const result = await yard.validate(
      config('{train: few.csv, target: y}', '{columns: {a: {min: 0, max: 5, between: {min: 0, max: 5}, nulls: {max: 0}}}}'),
    )
    const said = (check: string) => find(result, `validate.${check}:a`).message.replace(/^.*, first/, 'first')
    expect(['min', 'max', 'between', 'nulls'].map(said)).toEqual([
      'first in row 100',
      'first in row 10',
      'first in row 10',
      'first in row 5',
    ])
  })
})

describe('a contract without a profile', () => {
  beforeAll(async () => {
    await yard.write('alone.csv', `a,y\n${rows(50, (i) => `${i % 40},${i % 2}`)}\n`)
  })
  const file = join('.modelgate', 'm', 'profile.json')
  const judge = async (data: string, expectation: string, more = '') => {
    const result = await yard.validate(config(data, expectation, more))
    return { written: existsSync(join(yard.folder, file)), unique: find(result, 'validate.unique:a').message }
  }
  const found = 'train: 10 of 50 values of a repeat an earlier one'

  it('is judged the same, and leaves what an earlier run wrote behind nowhere', async () => {
    expect(await judge('{train: alone.csv, target: y}', '{columns: {a: {unique: true}}}')).toEqual({ written: true, unique: found })
    expect(await judge('{train: alone.csv, target: y}', '{profile: needed, columns: {a: {unique: true}}}')).toEqual({
      written: false,
      unique: found,
    })
  })

  it('has one as soon as somebody compares with it or asks for it later', async () => {
    const needed = '{profile: needed, columns: {a: {unique: {on: [train]}}}}'
    expect((await judge('{train: alone.csv, current: alone.csv, target: y}', needed)).written).toBe(true)
    expect((await judge('{train: alone.csv, target: y}', needed, '    promote: {to: production}')).written).toBe(true)
  })
})

describe('DAT-05 SQL of the config ends when its time is over', () => {
  const pairs = 'SELECT count(*) FROM data AS a, data AS b, data AS c WHERE hash(a.a, b.a, c.a) = 0'

  it('as an error of that check, which names the limit; others are judged all the same', async () => {
    await yard.write('many.csv', `a,y\n${rows(20_000, (i) => `${i},${i % 2}`)}\n`)
    const began = performance.now()
    const result = await yard.validate(
      config(
        '{train: many.csv, target: y}',
        `{custom_sql: {query: "${pairs}", max: 0}, failed_rows: SELECT * FROM data WHERE a < 0, columns: {a: {max: 20000}}}`,
        '    limits: {time: 1s}\n',
      ),
    )
    expect(performance.now() - began).toBeLessThan(30_000)
    expect(result.verdict).toBe('error')
    expect(find(result, 'validate.custom_sql')).toMatchObject({
      status: 'error',
      message: 'train: SQL_TIME: its SQL took longer than 1.0 s, and was ended',
      fix: 'look for a join that pairs every row with every other one, or raise limits.time',
    })
    for (const id of ['validate.failed_rows', 'validate.max:a']) expect(find(result, id).status).toBe('pass')
  })

  it('and not before, however large the limit is', async () => {
    const result = await yard.validate(
      config('{train: t.csv, target: y}', '{custom_sql: {query: SELECT count(*) FROM data, min: 1}}', '    limits: {time: 3650d}\n'),
    )
    expect(find(result, 'validate.custom_sql').status).toBe('pass')
  })
})
