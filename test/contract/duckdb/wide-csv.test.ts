/** A column is of the type of its values, however many others stand beside it: wide tables are read by other queries than narrow ones. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, makeBench } from './support.ts'

let bench: Bench
let large: Bench
beforeAll(async () => {
  bench = await makeBench()
  // every file is too large for memory: it becomes a Parquet file
  large = await makeBench({ inMemoryBytes: 0 })
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await large[Symbol.asyncDispose]()
})

const rows = 2_100
const late = rows - 3
/** Value of a row; what only a late row tells among them. */
const kinds: Readonly<Record<string, (row: number) => string>> = {
  BIGINT: (row) => (row % 7 === 0 ? '' : String(row * 31 - 900)),
  'BIGINT with spaces': (row) => ` ${row} `,
  'late fraction': (row) => (row === late ? '2.5' : String(row)),
  'late word': (row) => (row === late ? 'none' : String(row)),
  'late leading zero': (row) => (row === late ? '007' : String(row + 1)),
  'late beyond 64 bits': (row) => (row === late ? '9223372036854775808' : String(row)),
  HUGEINT: (row) => String(2n ** 70n + BigInt(row)),
  BOOLEAN: (row) => (row % 3 === 0 ? 'True' : 'false'),
  'late letter of truth': (row) => (row === late ? 't' : String(row % 2 === 0)),
  DOUBLE: (row) => String(row / 8),
  'infinite first': (row) => (row === 0 ? '-inf' : String(row / 4)),
  'spaced fraction': (row) => ` ${row / 4} `,
  DATE: (row) => new Date(Date.UTC(2024, 0, 1 + (row % 300))).toISOString().slice(0, 10),
  text: (row) => `word ${row % 9}`,
  nothing: () => '',
}
/** Among them names that the queries use themselves. */
const own = ['cast_value', 'cast_list0', 'Cast_place', 'x', 'col', 'a"b', "it's"]
const each = 65

const csv = (names: readonly string[], value: (row: number, column: number) => string): string =>
  [
    names.map((name) => `"${name.replaceAll('"', '""')}"`).join(','),
    ...Array.from({ length: rows }, (_, row) => names.map((_, column) => value(row, column)).join(',')),
    '',
  ].join('\n')

describe('a CSV of hundreds of columns', () => {
  it.each([
    ['in memory', () => bench],
    ['by way of Parquet', () => large],
  ])(
    'has the types and the values that each column has alone, %s',
    async (_, pick) => {
      const every = Object.entries(kinds)
      // the file is read again for a late one: each of them once
      const often = every.filter(([kind]) => !kind.startsWith('late'))
      const makers = [...every, ...Array.from({ length: each }, () => often).flat()]
      const names = makers.map(([kind], at) => own[at] ?? `${kind} ${at}`)
      const wide = await pick().table(
        'wide.csv',
        csv(names, (row, column) => makers[column]?.[1](row) ?? ''),
      )
      expect(wide.columns.map(({ name }) => name)).toEqual(names)
      expect(wide.rows).toBe(rows)
      const list = names.map((name) => `coalesce(CAST("${name.replaceAll('"', '""')}" AS VARCHAR), 'null')`).join(', ')
      const read = await pick().engine.aggregate({
        sql: `SELECT col, md5(string_agg(v, ',' ORDER BY place)) AS h
              FROM (SELECT unnest(range(${names.length})) AS col, unnest([${list}]) AS v, ${wide.rowNumber} AS place FROM ${wide.relation}) GROUP BY col`,
      })
      const found = new Map(read.map(({ col, h }) => [Number(col), h]))
      for (const [at, [kind, maker]] of every.entries()) {
        // two columns: of one alone an empty line is no row
        const alone = await pick().table(
          `alone-${at}.csv`,
          csv(['n', 'v'], (row, column) => (column === 0 ? `r${row}` : maker(row))),
        )
        const [{ h } = { h: null }] = await pick().engine.aggregate({
          sql: `SELECT md5(string_agg(coalesce(CAST(v AS VARCHAR), 'null'), ',' ORDER BY ${alone.rowNumber})) AS h FROM ${alone.relation}`,
        })
        const type = alone.columns[1]?.type
        for (const [of, [same]] of makers.entries())
          if (same === kind) expect([names[of], wide.columns[of]?.type, found.get(of)]).toEqual([names[of], type, h])
      }
    },
    120_000,
  )
})
