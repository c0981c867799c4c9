/** Many columns of few rows are counted stacked: the answers are those of a query side by side, and there are few queries, each over columns of its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ColumnFacts } from '../../../src/core/checks/facts.ts'
import { chunks } from '../../../src/core/collections.ts'
import {
  binMeasure,
  type Counted,
  countMeasure,
  type Measure,
  nonFiniteMeasure,
  sampleMeasure,
} from '../../../src/core/profile/measures.ts'
import { countQuery, levelGroups, levelQuery, sampleQuery } from '../../../src/core/profile/queries.ts'
import { layOut, readStacked, stackedLevels, stackedOrder, stackedQuery } from '../../../src/core/profile/stacked.ts'
import { bucketsOf, wordQuery } from '../../../src/core/profile/words.ts'
import { measuresOf } from '../../../src/stages/profile/counts.ts'
import { buildProfile } from '../../../src/stages/profile-table.ts'
import { columnFacts } from '../../../src/stages/table-facts.ts'
import { type Bench, makeBench } from '../duckdb/support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const rows = 40
const each = 33
/** Of a row and a column: repeated, distinct, missing, not finite, empty. */
const values: Readonly<Record<string, (r: number, c: number) => string | null>> = {
  DOUBLE: (r, c) => [null, 'nan', 'inf', '-inf', '-0.0', '1e300'][(r + c) % 9] ?? String(((r * 7 + c) % (3 + c)) / 8),
  BIGINT: (r, c) => ((r + c) % 11 === 0 ? null : c % 3 === 0 ? String(2n ** 53n + BigInt(r)) : String((r * c) % 25)),
  INTEGER: (r, c) => (c === 4 ? null : String(r + c)),
  'DECIMAL(20,3)': (r, c) => `${(r * c) % 17}.125`,
  VARCHAR: (r, c) => ((r + c) % 10 === 0 ? '' : c % 2 === 0 ? `level ${(r * c) % 5}` : `a text of row ${r} and column ${c}, some words`),
  BOOLEAN: (r, c) => (r % 20 === 1 ? null : String((r * c) % 3 === 0)),
  DATE: (r, c) => (r === c ? 'infinity' : new Date(Date.UTC(2024, 0, 1 + ((r * c) % 90))).toISOString().slice(0, 10)),
  TIMESTAMP: (r, c) => new Date(Date.UTC(2024, 0, 1, r * c)).toISOString().slice(0, 19),
  'DOUBLE[]': (r, c) => `[${Array.from({ length: (r % 2) + 1 + (c % 2) }, (_, i) => i + r).join(', ')}]`,
}
/** Among them names that the queries use themselves. */
const own = ['c', 'x', 'v', 'col', 'list', 'label', 'place', 'row_at', 'weight', 'bins', 'middle', 'a"b', 'n0', 'x1', 'c2']

async function everyType(): Promise<{ readonly relation: string; readonly columns: readonly ColumnFacts[] }> {
  const types = Object.keys(values)
  const named = types.flatMap((type, t) => Array.from({ length: each }, (_, c) => ({ type, c, name: own[t * each + c] ?? `${type} ${c}` })))
  const texts = Array.from({ length: rows }, (_, r) => {
    const row = named.map(({ type, c }) => values[type]?.(r, c) ?? null)
    return `(${[...row.map((value) => (value === null ? 'NULL' : `'${value}'`)), r].join(', ')})`
  })
  const list = named.map(({ type, name }, at) => `CAST(col${at} AS ${type}) AS "${name.replaceAll('"', '""')}"`)
  await bench.engine.aggregate({
    sql: `CREATE TEMP TABLE every_type AS SELECT ${list.join(', ')}, col${named.length} AS number_of_row FROM (VALUES ${texts.join(', ')})`,
  })
  const kinds: Readonly<Record<string, ColumnFacts['kind']>> = {
    DOUBLE: 'float',
    BIGINT: 'integer',
    INTEGER: 'integer',
    'DECIMAL(20,3)': 'decimal',
    VARCHAR: 'string',
    BOOLEAN: 'boolean',
    DATE: 'date',
    TIMESTAMP: 'timestamp',
    'DOUBLE[]': 'other',
  }
  const columns = named.map(({ type, name }) => ({ name, quoted: `"${name.replaceAll('"', '""')}"`, kind: kinds[type] ?? 'other', type }))
  return { relation: 'every_type', columns }
}

describe('stacked', () => {
  const counted = (facts: ColumnFacts, place: number): Counted => ({
    facts,
    labels: null,
    numeric: ['float', 'integer', 'decimal'].includes(facts.kind)
      ? {
          edges: Array.from({ length: 3 + (place % 4) }, (_, i) => i * 1.5 + place / 100),
          frequent: [2, 5],
          always: [],
          beyond: facts.kind === 'integer' ? { min: 1, max: 9 + place / 10 } : null,
        }
      : null,
  })
  /** Sums in another order are the same in twelve digits. */
  const digits = (row: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(row).map(([key, value]) => [key, typeof value === 'number' ? Number(value.toPrecision(12)) : value]))

  it('every measure of every type answers as side by side, whatever the columns are called', async () => {
    const { relation, columns } = await everyType()
    const table = {
      role: 'train',
      relation,
      rowNumber: 'number_of_row',
      rowAt: 'number_of_row',
      rows,
      untyped: false,
      columnar: false,
      columns,
    }
    const plans = columns.map(counted)
    const count = measuresOf(plans, countMeasure)
    const side = async (measures: readonly Measure[]) => {
      const row: Record<string, unknown> = {}
      for (const some of chunks(measures, 16)) {
        const query = countQuery(table, some)
        if (query !== null) Object.assign(row, (await bench.engine.aggregate(query))[0])
      }
      return row
    }
    const counts = await side(count)
    const cases: readonly (readonly [string, readonly Measure[]])[] = [
      ['count', count],
      ['bins', measuresOf(plans, binMeasure)],
      ['not finite', measuresOf(plans, (plan, place) => nonFiniteMeasure(plan, place, counts))],
    ]
    for (const [name, measures] of cases) {
      const { stacked, sideBySide } = layOut(measures, rows)
      expect([name, sideBySide.length]).toEqual([name, 0])
      const found: Record<string, unknown> = {}
      for (const some of stacked) Object.assign(found, readStacked(await bench.engine.aggregate(stackedQuery(table, some)), some))
      expect(digits(found), name).toEqual(digits(await side(measures)))
    }

    const sample = measuresOf(columns, sampleMeasure)
    const expected: Record<string, unknown> = {}
    for (const some of chunks(sample, 16)) {
      const query = sampleQuery(table, some)
      if (query !== null) Object.assign(expected, (await bench.engine.aggregate(query))[0])
    }
    const found: Record<string, unknown> = {}
    for (const some of layOut(sample, rows).stacked) {
      const order = stackedOrder(table, some)
      for (const asked of [stackedQuery(table, some), ...(order === null ? [] : [order])])
        Object.assign(found, readStacked(await bench.engine.aggregate(asked), some))
    }
    expect(Object.keys(found)).toHaveLength(Object.keys(expected).length)
    expect(digits(found)).toEqual(digits(expected))

    const labelled = columns.filter(({ kind }) => ['string', 'boolean', 'integer'].includes(kind)).slice(0, 32)
    const weight = 'CAST("c" AS DOUBLE)'
    for (const sum of [null, `CASE WHEN isfinite(${weight}) THEN abs(${weight}) ELSE 0 END`]) {
      const [one, other] = [levelGroups, stackedLevels].map((groups) => levelQuery(groups(table, labelled, sum), 3, sum !== null))
      if (one === undefined || other === undefined) throw new Error('two layouts')
      expect((await bench.engine.aggregate(other)).map(digits)).toEqual((await bench.engine.aggregate(one)).map(digits))
    }

    const texts = columns.filter(({ kind }) => kind === 'string')
    const buckets = bucketsOf(texts.length)
    const together = await bench.engine.aggregate(wordQuery(table, texts, buckets))
    const apart = []
    for (const [at, text] of texts.entries()) {
      const words = await bench.engine.aggregate(wordQuery(table, [text], buckets))
      apart.push(...words.map((row) => ({ ...row, col: at })))
    }
    expect(apart.length).toBeGreaterThan(texts.length)
    expect(together).toEqual(apart)
  }, 120_000)

  it('is for few rows, and for what many columns are asked alike', async () => {
    const facts = Array.from({ length: 40 }, (_, i): ColumnFacts => ({ name: `a${i}`, quoted: `"a${i}"`, kind: 'float', type: 'DOUBLE' }))
    const measures = measuresOf(facts, sampleMeasure)
    expect(layOut(measures, 100).stacked).toHaveLength(1)
    expect(layOut(measures.slice(0, 31), 100).stacked).toEqual([])
    expect(layOut(measures, 0).stacked).toEqual([])
    expect(layOut(measures, 1_000_000)).toEqual({ stacked: [], sideBySide: measures })
    const mixed = layOut(
      [...measures, ...measuresOf([{ name: 'b', quoted: '"b"', kind: 'boolean', type: 'BOOLEAN' }], sampleMeasure, 40)],
      100,
    )
    expect([mixed.stacked.flat().length, mixed.sideBySide.length]).toEqual([40, 1])
  })
})

describe('a wide table', () => {
  async function asked(columns: number, against = false): Promise<readonly string[]> {
    const names = Array.from({ length: columns }, (_, i) => `column_${i}_`)
    const value = (r: number, i: number) =>
      [(r * 7 + i) % 23, (r * i) / 7, `level ${(r + i) % 3}`, r % 2 === 0, `2024-01-${10 + (r % 15)}`][i % 5]
    const lines = Array.from({ length: 30 }, (_, r) => names.map((_, i) => value(r, i)).join(','))
    const table = await bench.table(`wide-${columns}-${against}.csv`, `${[names.join(','), ...lines].join('\n')}\n`)
    const sql: string[] = []
    const aggregate: Bench['engine']['aggregate'] = (query) => {
      sql.push(query.sql)
      return bench.engine.aggregate(query)
    }
    const reference = against ? { reference: await buildProfile(bench.engine, table, { role: 'train', sensitive: [] }) } : {}
    const made = await buildProfile({ ...bench.engine, aggregate }, table, { role: 'train', sensitive: [], ...reference })
    expect(made.columns.length).toBeGreaterThanOrEqual(columns)
    expect(
      columnFacts(table)
        .map(({ kind }) => kind)
        .slice(0, 5),
    ).toEqual(['integer', 'float', 'string', 'boolean', 'date'])
    return sql
  }
  const columnsIn = (sql: string) => new Set(sql.match(/column_\d+_/g)).size

  it('of six hundred columns takes few queries, planned in step with the columns', async () => {
    const few = await asked(300)
    const twice = await asked(600)
    // sample and order, counts, cells, levels, by type; the rows, and those that repeat another
    expect(twice.length).toBeLessThanOrEqual(24)
    // the hash of a row is of all of it: once beside the first counts, once for rows that repeat another
    const wide = twice.filter((sql) => columnsIn(sql) > 256 || /SELECT \*,/.test(sql))
    expect(wide.map(columnsIn)).toEqual([600, 600])
    // twice the columns: twice of what is planned
    const planned = (sql: readonly string[]) => sql.reduce((sum, one) => sum + columnsIn(one), 0)
    expect(planned(twice)).toBeLessThanOrEqual(2.1 * planned(few))
  }, 120_000)

  it('of current data, counted as the reference was, takes no more', async () => {
    const few = await asked(300, true)
    const twice = await asked(600, true)
    expect(twice.length).toBeLessThanOrEqual(24)
    const planned = (sql: readonly string[]) => sql.reduce((sum, one) => sum + columnsIn(one), 0)
    expect(planned(twice)).toBeLessThanOrEqual(2.1 * planned(few))
  }, 120_000)
})
