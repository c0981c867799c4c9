/**
 * Values that the footer says may be running numbers are asked whether they are, row by row, and no more where they are: every other column is counted
 * as before. What a footer cannot tell (rows out of order, a value twice inside a row group) changes the way, and no finding.
 */
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DataEngine } from '../../../../src/ports/data-engine.ts'
import { tableFacts } from '../../../../src/stages/table-facts.ts'
import { judge } from '../../../../src/stages/validate/judge.ts'
import { around, expectation } from '../../../unit/checks/support.ts'
import { type Bench, makeBench, runBare } from '../../duckdb/support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

type Value = bigint | null
/** The least number of rows that the engine puts into a row group. */
const group = 2048
const running = (rows: number, first = 0n): Value[] => Array.from({ length: rows }, (_, row) => first + BigInt(row))

let files = 0
async function open(values: readonly Value[], type = 'BIGINT', name = 'id') {
  const shown = `running-${++files}.parquet`
  const list = values.map((value) => value ?? 'NULL').join(', ')
  await runBare(
    [
      `COPY (SELECT CAST(unnest([${list}]) AS ${type}) AS "${name}") TO '${join(bench.folder, shown)}' (FORMAT parquet, ROW_GROUP_SIZE ${group})`,
    ],
    { threads: '1' },
  )
  return bench.open(shown)
}

/** What `unique` says, and in how many queries. */
async function told(values: readonly Value[], type = 'BIGINT', name = 'id') {
  const table = await open(values, type, name)
  const queries: string[] = []
  const engine: DataEngine = {
    ...bench.engine,
    aggregate: (query) => {
      queries.push(query.sql)
      return bench.engine.aggregate(query)
    },
  }
  const found = await judge(engine, tableFacts(table, 'train'), [expectation('unique', {}, name)], around())
  const [{ status, judged, broken } = { status: null, judged: null, broken: null }] = found.flatMap(({ findings }) => findings)
  return { asksOrder: table.columns[0]?.astray !== undefined, queries, status, judged, broken }
}

function counted(values: readonly Value[]) {
  const there = values.filter((value) => value !== null)
  const broken = there.length - new Set(there).size
  return { status: broken > 0 ? 'fail' : 'pass', judged: there.length, broken }
}

const swapped = (values: readonly Value[], at: number, other: number): Value[] =>
  values.map((value, row) => (row === at ? (values[other] ?? null) : row === other ? (values[at] ?? null) : value))

describe('running numbers in a Parquet file', () => {
  it('are different where each is the number of its row: one query, in which no bit is set', async () => {
    for (const [first, type] of [
      [0n, 'INTEGER'],
      [-7n, 'BIGINT'],
      [2n ** 63n - 5_000n, 'BIGINT'],
      [2n ** 63n - 5_000n, 'UBIGINT'],
      [1n, 'UINTEGER'],
    ] as const) {
      const values = running(5_000, first)
      const { asksOrder, queries, ...found } = await told(values, type)
      expect(asksOrder).toBe(true)
      expect(queries).toHaveLength(1)
      expect(queries[0]).not.toContain('bit')
      expect(found).toEqual(counted(values))
    }
  })

  it('out of order, twice or missing inside of a row group, where its ends are right: counted by another query', async () => {
    const sound = running(5_000, 40n)
    const twice = sound.map((value, row) => (row > 10 && row < 20 ? 45n : value))
    for (const values of [swapped(sound, 100, 2000), twice, swapped(twice, 2050, 4000)]) {
      const { asksOrder, queries, ...found } = await told(values)
      expect(asksOrder).toBe(true)
      expect(queries).toHaveLength(2)
      expect(found).toEqual(counted(values))
    }
    // a value that is not there is the number of no row, and repeats none
    const missing = sound.map((value, row) => (row === 5 || row === 3000 ? null : value))
    expect(await told(missing)).toMatchObject({ asksOrder: true, ...counted(missing) })
  })

  it('are not asked for their order where the footer says that they have another, and where a column hides the number of rows', async () => {
    const sound = running(5_000)
    const late = [...sound.slice(0, 4_999), 4_998n]
    for (const values of [sound.toReversed(), swapped(sound, 0, 4_500), late, sound.map((value) => (value ?? 0n) * 2n), [null, null]]) {
      const { asksOrder, queries, ...found } = await told(values)
      expect(asksOrder).toBe(false)
      expect(found).toMatchObject(values.includes(null) ? { status: 'skipped' } : counted(values))
    }
    expect(await told(sound, 'BIGINT', 'file_row_number')).toMatchObject({ asksOrder: false, ...counted(sound) })
    const beyond = running(3_000, 2n ** 63n - 1_000n)
    expect(await told(beyond, 'UBIGINT')).toMatchObject({ asksOrder: false, ...counted(beyond) })
  })

  it('whatever is changed in them, the finding is that of a set of the values', async () => {
    const change = fc.tuple(fc.nat(group * 2 - 1), fc.option(fc.bigInt({ min: 0n, max: BigInt(group * 2) }), { freq: 6 }))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 4 }), async (changes) => {
        const values = running(group * 2)
        for (const [row, value] of changes) values[row] = value
        const { asksOrder: _, queries: __, ...found } = await told(values)
        expect(found).toEqual(counted(values))
      }),
      { numRuns: 25 },
    )
  })
})
