/** `init` of hundreds of columns asks about many of them in one query, and says of each what it says of it alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ColumnSeen } from '../../../src/core/init/seen.ts'
import { measure } from '../../../src/stages/init/measure.ts'
import { type Bench, makeBench } from '../duckdb/support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

/** Values of a row; what init counts besides the profile: levels, what is unique, what text looks like. */
const kinds: Readonly<Record<string, (row: number, column: number) => string>> = {
  key: (row, column) => `K${column}-${row * 7919}`,
  group_id: (row) => `K-${row % 90}`,
  level: (row, column) => (row % 20 === 0 ? '' : `level ${(row * row + column) % 7}`),
  rare: (row) => (row % 3 === 0 ? `once ${row}` : `often ${row % 2}`),
  mail: (row, column) => `person${row}@company${column}.org`,
  money: (row, column) => `"$${row + 1},${100 + ((row * column) % 900)}.50"`,
  note: (row, column) => `the ${row % 13} words of ${row * column} and of row ${row}`,
  share: (row, column) => String(((row * 31 + column) % 97) / 97),
  code: (row) => String(row % 5),
  nothing: () => '',
}
const rows = 150

async function seen(columns: readonly (readonly [kind: string, place: number])[], file: string) {
  const lines = Array.from({ length: rows }, (_, row) => columns.map(([kind, place]) => kinds[kind]?.(row, place) ?? '').join(','))
  const table = await bench.table(file, `${[columns.map(([kind, place]) => `${kind}_${place}_`).join(','), ...lines].join('\n')}\n`)
  const asked: string[] = []
  const aggregate: Bench['engine']['aggregate'] = (query) => {
    asked.push(query.sql)
    return bench.engine.aggregate(query)
  }
  const found = await measure({ ...bench.engine, aggregate }, new Map([['train', table]]))
  return { found: new Map(found.map((one) => [one.name, one] as const)), asked }
}
/** The profile keeps fewer edges of many columns; all else is the same. */
const told = (one: ColumnSeen | undefined) => one?.in.map(({ low: _low, high: _high, ...rest }) => rest)

describe('init of a wide table', () => {
  const names = Object.keys(kinds)
  const of = (each: number) => Array.from({ length: each }, (_, place) => names.map((kind) => [kind, place] as const)).flat()

  it('says of a column what it says of it among few', async () => {
    const wide = await seen(of(50), 'wide.csv')
    for (const place of [0, 17, 49]) {
      const few = await seen(
        names.map((kind) => [kind, place] as const),
        `few-${place}.csv`,
      )
      for (const kind of names) {
        const name = `${kind}_${place}_`
        expect([name, told(wide.found.get(name))]).toEqual([name, told(few.found.get(name))])
      }
    }
    const first = (kind: string) => wide.found.get(`${kind}_3_`)?.in[0]
    expect(first('key')?.unique).toBe(true)
    expect(first('rare')?.levels).toMatchObject({ distinct: 52, singles: 50, top: [{ label: 'often 0' }, { label: 'often 1' }] })
    expect(first('mail')?.looksLike).toEqual(['email'])
    expect(first('money')?.notation?.name).toBe('money')
    expect(first('nothing')?.rows).toBe(rows)
  }, 120_000)

  it('of five hundred columns takes few queries, planned in step with the columns', async () => {
    const few = await seen(of(25), 'some.csv')
    const twice = await seen(of(50), 'twice.csv')
    // those of the profile, and of each kind of question one for 256 columns
    expect(twice.asked.length).toBeLessThanOrEqual(40)
    const planned = (sql: readonly string[]) => sql.reduce((sum, one) => sum + new Set(one.match(/[a-z]+_\d+_/g)).size, 0)
    expect(planned(twice.asked)).toBeLessThanOrEqual(2.1 * planned(few.asked))
  }, 120_000)
})
