/** A column is of the type of its values, however many others stand beside it: wide tables are read by other queries than narrow ones. */
import { describe, expect, it, vi } from 'vitest'
import { makeBench, native, twoEngines } from './support.ts'

const engines = twoEngines({ memoryLimitBytes: 2 ** 30 })

const rows = 2_100
const late = rows - 3
const iso = (row: number): string => new Date(Date.UTC(2024, 0, 1 + (row % 300))).toISOString().slice(0, 10)
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
  DATE: iso,
  text: (row) => `word ${row % 9}`,
  TIMESTAMP: (row) => `${iso(row)} 10:00:00`,
  'with a zone': (row) => `${iso(row)}T10:00:00Z`,
  'late beyond 64 bits with a fraction': (row) => (row === late ? '2.5' : String(2n ** 70n + BigInt(row))),
  'late code of 30 digits': (row) => (row === late ? 'A7' : String(2n ** 90n + BigInt(row))),
  'late infinite date': (row) => (row === late ? 'infinity' : iso(row)),
  'late date of text': (row) => (row === late ? 'unknown' : iso(row)),
  'late time of text': (row) => (row === late ? 'never' : `${iso(row)} 10:00:00`),
  'late zone of text': (row) => (row === late ? '2024-13-01' : `${iso(row)}T10:00:00Z`),
  'late fraction of text': (row) => (row === late ? '1;5' : String(row / 8)),
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
    ['in memory', 'memory'],
    ['by way of Parquet', 'parquet'],
  ] as const)(
    'has the types and the values that each column has alone, %s',
    async (_, way) => {
      const every = Object.entries(kinds)
      // more columns than one list of casts, or of breaks, holds
      const makers = Array.from({ length: each }, (_, at) => every.filter(([kind]) => at < 3 || !kind.startsWith('late'))).flat()
      const names = makers.map(([kind], at) => own[at] ?? `${kind} ${at}`)
      const wide = await engines[way].table(
        'wide.csv',
        csv(names, (row, column) => makers[column]?.[1](row) ?? ''),
      )
      expect(wide.columns.map(({ name }) => name)).toEqual(names)
      expect(wide.rows).toBe(rows)
      const list = names.map((name) => `coalesce(CAST("${name.replaceAll('"', '""')}" AS VARCHAR), 'null')`).join(', ')
      const read = await engines[way].engine.aggregate({
        sql: `SELECT col, md5(string_agg(v, ',' ORDER BY place)) AS h
              FROM (SELECT unnest(range(${names.length})) AS col, unnest([${list}]) AS v, ${wide.rowNumber} AS place FROM ${wide.relation}) GROUP BY col`,
      })
      const found = new Map(read.map(({ col, h }) => [Number(col), h]))
      for (const [at, [kind, maker]] of every.entries()) {
        // two columns: of one alone an empty line is no row
        const alone = await engines[way].table(
          `alone-${at}.csv`,
          csv(['n', 'v'], (row, column) => (column === 0 ? `r${row}` : maker(row))),
        )
        const [{ h } = { h: null }] = await engines[way].engine.aggregate({
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

describe('a CSV of which many columns break late the type of their beginning', () => {
  const body = 65_540
  /** In the last row no value is of the type that all above it are. */
  const breaking = (names: readonly string[], kinds: readonly (readonly [usual: string, last: string])[]): string => {
    const row = (pick: 0 | 1) => names.map((_, at) => kinds[at % kinds.length]?.[pick]).join(',')
    return `${names.join(',')}\n${`${row(0)}\n`.repeat(body)}${row(1)}\n`
  }
  const kinds = [
    ['7', '2.5'],
    ['7', 'n/a'],
    ['0.5', 'n/a'],
    ['true', 't'],
    ['2024-01-05', 'epoch'],
    ['2024-01-05T10:00:00Z', '5'],
    ['92233720368547758080', '1.5'],
  ] as const
  const types = ['DOUBLE', 'VARCHAR', 'VARCHAR', 'VARCHAR', 'VARCHAR', 'VARCHAR', 'DOUBLE']

  it('is read as often for dozens of them as for one, and no value is lost', async () => {
    await using own = await makeBench({ inMemoryBytes: 0, memoryLimitBytes: 2 ** 30 })
    const readings = async (columns: number) => {
      const names = Array.from({ length: columns }, (_, at) => `c${at}`)
      await own.file('breaking.csv', breaking(names, kinds))
      const queries = await queriesOf(() => own.open('breaking.csv'))
      const table = queries.result
      expect(table.rows).toBe(body + 1)
      expect(table.columns.map(({ type }) => type)).toEqual(names.map((_, at) => types[at % types.length]))
      const [last = {}] = await own.engine.aggregate({
        sql: `SELECT ${names.map((name) => `CAST(${name} AS VARCHAR) AS ${name}`).join(', ')} FROM ${table.relation} WHERE ${table.rowNumber} = ${body}`,
      })
      expect(Object.values(last)).toEqual(names.map((_, at) => kinds[at % kinds.length]?.[1]))
      return queries.sql.filter((sql) => sql.includes('read_csv(') && !sql.includes(' LIMIT ')).length
    }
    // the reading that ends at the first, the question of all, and the reading that holds
    expect(await readings(2)).toBe(3)
    expect(await readings(35)).toBe(3)
  }, 120_000)
})

/** What the engine was asked while work went on. */
async function queriesOf<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly sql: readonly string[] }> {
  // every other way of asking goes by this one
  const asked = vi.spyOn((await native()).DuckDBConnection.prototype, 'run')
  try {
    const result = await work()
    return { result, sql: asked.mock.calls.map(([sql]) => sql) }
  } finally {
    asked.mockRestore()
  }
}

describe('a CSV of thousands of columns', () => {
  it('opens under a limit of what one thread that reads holds of them, without losing a row or a type', async () => {
    const columns = 4_002
    const rows = 600
    const value = (row: number, column: number): string => (column % 2 === 0 ? String(row + column) : String((row + column) / 8 + 0.5))
    const names = Array.from({ length: columns }, (_, column) => `c${column}`)
    const text = [names.join(','), ...Array.from({ length: rows }, (_, row) => names.map((_, column) => value(row, column)).join(',')), '']
    await using bench = await makeBench({ memoryLimitBytes: 512 * 2 ** 20, threads: 2 })
    const table = await bench.table('thousands.csv', text.join('\n'))
    expect(table.rows).toBe(rows)
    expect(table.columns.map(({ type }) => type)).toEqual(names.map((_, column) => (column % 2 === 0 ? 'BIGINT' : 'DOUBLE')))
    const last = [0, 1, columns - 2, columns - 1]
    const [row] = await bench.engine.aggregate({
      sql: `SELECT ${last.map((column) => `max(c${column}) AS c${column}`).join(', ')} FROM ${table.relation}`,
    })
    expect(row).toEqual(Object.fromEntries(last.map((column) => [`c${column}`, Number(value(rows - 1, column))])))
  }, 120_000)
})
