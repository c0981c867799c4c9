/** Values that repeat an earlier one, counted in words of bits where numbers lie close together: as many as a set of them leaves over. */
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repeats, repeatsInBits } from '../../../../src/core/checks/entries/repeats.ts'
import { filtered } from '../../../../src/core/checks/facts.ts'
import { quoteName } from '../../../../src/ports/data-engine.ts'
import { type Bench, makeBench } from '../../duckdb/support.ts'
import { make } from './support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

type Value = bigint | null
const counted = (values: readonly Value[]) => {
  const there = values.filter((value) => value !== null)
  return { judged: there.length, broken: there.length - new Set(there).size }
}

async function told(type: string, values: readonly Value[], where = 'true') {
  const table = await make(bench, [
    { name: 'a', kind: 'integer', type, cells: values.map((value) => (value === null ? 'NULL' : `${value}`)) },
  ])
  const [column] = table.columns
  if (column === undefined) throw new Error('no column')
  const query = repeats(column, { ...(where === 'true' ? table : filtered(table, where)), columnar: true })
  expect(query.sql.includes('bit_or')).toBe(!type.includes('HUGE'))
  const [row] = await bench.engine.aggregate(query)
  return row
}

const limits: readonly (readonly [string, bigint, bigint])[] = [
  ['TINYINT', -(2n ** 7n), 2n ** 7n - 1n],
  ['SMALLINT', -(2n ** 15n), 2n ** 15n - 1n],
  ['INTEGER', -(2n ** 31n), 2n ** 31n - 1n],
  ['BIGINT', -(2n ** 63n), 2n ** 63n - 1n],
  ['UTINYINT', 0n, 2n ** 8n - 1n],
  ['USMALLINT', 0n, 2n ** 16n - 1n],
  ['UINTEGER', 0n, 2n ** 32n - 1n],
  ['UBIGINT', 0n, 2n ** 64n - 1n],
  ['HUGEINT', -(2n ** 126n), 2n ** 126n - 1n],
]

let files = 0

/** The same of a Parquet file of its own, in the scan of the row-wise checks; null where its numbers lie too far apart for that. */
async function toldInBits(type: string, values: readonly Value[]) {
  const cells = values.map((value) => (value === null ? 'NULL' : `${value}`))
  const made = await make(bench, [{ name: 'a', kind: 'integer', type, cells }])
  const name = `bits-${++files}.parquet`
  const path = join(bench.folder, name)
  await bench.engine.writeRows(
    { ...made, rowNumber: 'rowid', format: 'parquet', files: [], digests: async () => [] },
    ['a'],
    path,
    'parquet',
  )
  const { columns, relation } = await bench.open(name)
  const [column] = columns
  if (column === undefined) throw new Error('no column')
  const aggregates = repeatsInBits({ ...column, quoted: quoteName(column.name) })
  if (aggregates === null) return null
  const { judged, broken } = aggregates
  const [row] = await bench.engine.aggregate({ sql: `SELECT ${judged.sql} AS judged, ${broken.sql} AS broken FROM ${relation}` })
  return row
}

describe('repeated values of whole numbers', () => {
  it.each(limits)('%s in a Parquet file: counted as bits where they lie close together, and nowhere else', async (type, min, max) => {
    const dense = (values: readonly Value[]): boolean => {
      const there = values.filter((value) => value !== null).sort((a, b) => (a < b ? -1 : 1))
      const [least] = there
      const greatest = there.at(-1)
      return !type.includes('HUGE') && least !== undefined && greatest !== undefined && greatest - least < 16 * values.length
    }
    const near = (first: bigint) => fc.bigInt({ min: first, max: first + 200n > max ? max : first + 200n })
    const close = fc.bigInt({ min, max }).chain((first) => fc.array(fc.option(near(first), { freq: 10 }), { minLength: 1, maxLength: 80 }))
    const anywhere = fc.array(fc.bigInt({ min, max }), { minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(fc.oneof(close, anywhere), async (values) => {
        expect(await toldInBits(type, values)).toEqual(dense(values) ? counted(values) : null)
      }),
      { numRuns: 25 },
    )
    for (const values of [
      [min, min, min + 1n, null],
      [max, max - 3n, max, max],
    ])
      expect(await toldInBits(type, values)).toEqual(type.includes('HUGE') ? null : counted(values))
  })

  it('what a file says wrongly of its numbers is an error, not another count', async () => {
    const [column] = (await make(bench, [{ name: 'a', kind: 'integer', cells: ['1', '9'] }])).columns
    if (column === undefined) throw new Error('no column')
    const aggregates = repeatsInBits({ ...column, kinds: 'bit_count(bitstring_agg("a", 0, 5))' })
    const asked = bench.engine.aggregate({ sql: `SELECT ${aggregates?.broken.sql} FROM (SELECT unnest([1, 9]) AS a)` })
    await expect(asked).rejects.toMatchObject({ code: 'DATA_UNREADABLE' })
    await expect(asked).rejects.not.toMatchObject({ message: expect.stringContaining('9') })
  })

  it.each(limits)('%s: anywhere, and close together at either end and around zero', async (type, min, max) => {
    const near = (from: bigint) => fc.bigInt({ min: from, max: from + 200n < max ? from + 200n : max })
    const value = (one: fc.Arbitrary<bigint>) => fc.array(fc.option(one, { freq: 10 }), { minLength: 1, maxLength: 80 })
    const middle = min < 0n && min < -100n ? -100n : 0n
    const many = fc.oneof(
      value(fc.bigInt({ min, max })),
      value(near(min)),
      value(near(middle)),
      value(near(max - 200n > min ? max - 200n : min)),
      value(fc.constantFrom(min, max, 0n)),
    )
    await fc.assert(
      fc.asyncProperty(many, async (values) => {
        expect(await told(type, values)).toEqual(counted(values))
      }),
      { numRuns: 30 },
    )
  })

  it('every bit of a word, each value once and twice', async () => {
    const once = Array.from({ length: 129 }, (_, i) => BigInt(i) - 64n)
    expect(await told('BIGINT', once)).toEqual({ judged: 129, broken: 0 })
    expect(await told('BIGINT', [...once, ...once])).toEqual({ judged: 258, broken: 129 })
  })

  it('no value at all, no row, and only the rows that are asked for', async () => {
    expect(await told('BIGINT', [null, null])).toEqual({ judged: 0, broken: 0 })
    expect(await told('BIGINT', [])).toEqual({ judged: 0, broken: 0 })
    expect(await told('BIGINT', [1n, 1n, 5n, 5n, 9n], 'a > 1')).toEqual({ judged: 3, broken: 1 })
  })
})
