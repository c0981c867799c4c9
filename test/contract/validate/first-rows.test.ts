/** In which row each rule is broken first, however it is looked for: alone, with those of its column, or with many in one scan (core/checks/first-rows.ts). */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runBare } from '../duckdb/support.ts'
import { config, find, makeYard, type Yard } from './support.ts'

const rows = 150_000
/** More than are looked for in one query. Column i is -1 in row `low(i)` and 11 in row `high(i)`, both counted from 1, which comes first in which differs. */
const columns = 11
const low = (i: number) => 1 + i * 12_345
const high = (i: number) => (i % 2 === 0 ? low(i) + 700 : 149_999 - i)

let yard: Yard
beforeAll(async () => {
  yard = await makeYard()
  const cells = Array.from(
    { length: columns },
    (_, i) => `CASE r WHEN ${low(i)} THEN -1 WHEN ${high(i)} THEN 11 ELSE (r * ${i + 3}) % 11 END AS c${i}`,
  )
  const select = `SELECT ${cells.join(', ')} FROM range(1, ${rows + 1}) t(r)`
  await runBare([
    `COPY (${select}) TO '${join(yard.folder, 'wide.parquet')}' (FORMAT parquet, ROW_GROUP_SIZE 20000)`,
    `COPY (${select}) TO '${join(yard.folder, 'wide.csv')}' (FORMAT csv)`,
  ])
})
afterAll(() => yard[Symbol.asyncDispose]())

describe('the first row that breaks a rule', () => {
  it.each(['wide.parquet', 'wide.csv'])('%s: of rules of many columns, of several of a column and of the whole table', async (file) => {
    const names = Array.from({ length: columns }, (_, i) => `c${i}`)
    const result = await yard.validate(
      config(
        `{train: ${file}}`,
        `{columns: {${names.map((name) => `${name}: {min: 0, max: 10}`).join(', ')}}, unique_within_record: [c0, c1]}`,
      ),
    )
    const first = (id: string) => /first in row ([\d,]+)$/.exec(find(result, id).message)?.[1]?.replaceAll(',', '')
    expect(names.map((name) => [first(`validate.min:${name}`), first(`validate.max:${name}`)])).toEqual(
      names.map((_, i) => [String(low(i)), String(high(i))]),
    )
    // 3 r and 4 r are alike by eleven where r is a multiple of it
    expect(first('validate.unique_within_record')).toBe('11')
  })
})
