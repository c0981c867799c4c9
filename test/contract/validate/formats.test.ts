/** Which files are data, as a person meets it: through `validate`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { config, find, makeYard, type Yard } from './support.ts'

let yard: Yard
beforeAll(async () => {
  yard = await makeYard()
})
afterAll(() => yard[Symbol.asyncDispose]())

describe('a format that the engine does not read is named, with what to do', () => {
  it.each([
    ['data.arrow', 'Arrow IPC', /extension that would be downloaded.*write_parquet/],
    ['data.feather', 'Arrow IPC', /Parquet/],
    ['data.duckdb', 'a DuckDB database', /COPY the_table TO/],
    ['data.xlsx', 'a spreadsheet', /save it as CSV/],
    ['data.csv.zst', 'packed', /gzip/],
    ['data.zip', 'packed', /gzip/],
    ['data.sqlite', 'a database', /CSV or Parquet/],
    ['data.pkl', 'an array or a pickle of Python', /to_parquet/],
  ])('%s', async (name, what, says) => {
    await yard.write(name, 'ARROW1\0\0')
    const check = find(await yard.validate(config(`{train: ${name}}`)), 'validate.read:train')
    expect(check.status).toBe('error')
    expect(check.message).toContain(`DATA_UNREADABLE: ${name} is ${what}: `)
    expect(`${check.message} ${check.fix}`).toMatch(says)
  })
})

describe('data.kinds and data.weight', () => {
  it('reach the profile, and their trouble is an error of the role', async () => {
    const lines = Array.from(
      { length: 300 },
      (_, i) => `${10_000 + ((i * 7919) % 90)},${i % 3},${(i % 5) / 4},2001-01-${String(1 + (i % 28)).padStart(2, '0')}`,
    )
    await yard.write('t.csv', `zip,y,w,day\n${lines.join('\n')}\n`)
    const data = '{train: t.csv, test: t.csv, current: t.csv, target: y, weight: w, time: day, kinds: {zip: categorical}}'
    const result = await yard.validate(config(data))
    expect(result.verdict).not.toBe('error')
    const profile = await yard.profile()
    const [train, test, current] = profile.tables
    expect(train?.columns.find(({ name }) => name === 'zip')).toMatchObject({ kind: 'categorical', reason: 'as data.kinds says' })
    expect(train?.weight?.column).toBe('w')
    expect([train?.blocks?.unit, current?.blocks?.unit]).toEqual(['1 day', '1 day'])
    // the rows of the label and of the weight: a weight, a time, are no features
    expect(train?.pairs?.columns).toEqual(['y', 'zip'])
    expect(current?.pairs?.columns).toEqual(train?.pairs?.columns)
    // nothing is compared with the test data
    expect([test?.weight, test?.blocks, test?.pairs]).toEqual([undefined, undefined, undefined])

    const wrong = await yard.validate(config('{train: t.csv, kinds: {zap: categorical}}'))
    expect(find(wrong, 'validate.read:train')).toBeDefined()
    expect(wrong.checks.map(({ message }) => message).join('\n')).toContain(
      'UNKNOWN_COLUMN: data.kinds names zap, which is no column of data.train',
    )
  })

  it('blocks, weights and pairs are not counted where drift is off or nothing is compared', async () => {
    await yard.write(
      'u.csv',
      `x,y,day\n${Array.from({ length: 200 }, (_, i) => `${i % 37},${i % 41},2001-01-${String(1 + (i % 28)).padStart(2, '0')}`).join('\n')}\n`,
    )
    for (const [data, more] of [
      ['{train: u.csv, time: day}', ''],
      ['{train: u.csv, current: u.csv, time: day}', '    drift: false\n'],
    ] as const) {
      await yard.validate(config(data, '{}', more))
      const [train] = (await yard.profile()).tables
      expect([train?.blocks, train?.pairs]).toEqual([undefined, undefined])
    }
  })
})
