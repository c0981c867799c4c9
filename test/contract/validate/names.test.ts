import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkTable } from '../../../src/core/checks/table.ts'
import { buildProfile } from '../../../src/stages/profile-table.ts'
import { subTable } from '../../../src/stages/sub-table.ts'
import { tableFacts } from '../../../src/stages/table-facts.ts'
import { judge } from '../../../src/stages/validate/judge.ts'
import { around, data, exampleOf } from '../../unit/checks/support.ts'
import { type Bench, makeBench } from '../duckdb/support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

/** Every column check there is, and the profile, over one column of this name; names taken out again. */
async function figures(name: string, file: string) {
  const text = Array.from({ length: 120 }, (_, i) => JSON.stringify({ [name]: i % 9 === 0 ? null : i % 41, other: i }))
  const table = await bench.table(file, text.join('\n'))
  expect(table.columns[0]?.name).toBe(name)
  const asked = checkTable.filter((entry) => entry.on === 'column').map((entry) => ({ ...exampleOf(entry), column: name }))
  // as test data, because some checks hold them against train: here against itself
  const others = new Map([['train', tableFacts(table, 'train')]])
  const judged = await judge(bench.engine, tableFacts(table, 'test'), asked, around({ others }))
  const findings = judged.flatMap((one) => one.findings)
  const profile = await buildProfile(bench.engine, table, { role: 'train', sensitive: [] })
  const [batch] = await collect(bench.engine.batches(table, [name], { size: 200, numeric: [name] }))
  return {
    findings: findings.map(({ expectation, status, judged, broken, first }) => [expectation.check, status, judged, broken, first]),
    column: { ...profile.columns[0], name: '' },
    batch: [...(batch?.columns[0] ?? [])],
  }
}

/** Column `a` of an example by another name. */
const renamed = (value: unknown, name: string): unknown =>
  value === 'a' ? name : Array.isArray(value) ? value.map((one) => renamed(one, name)) : value

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

describe('DAT-01 every check, the profile and the batches give the same numbers whatever the column is called', () => {
  it('over generated names', async () => {
    const plain = await figures('plain', 'plain.jsonl')
    expect(plain.findings).toHaveLength(checkTable.filter((entry) => entry.on === 'column').length)
    let file = 0
    const name = fc
      .oneof(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).filter((text) => text.isWellFormed()),
        fc.stringMatching(/^[ "'`;()$?:*\\[\]{}%_#-]{1,8}$/),
        fc.constantFrom(
          '__proto__',
          'constructor',
          'hasOwnProperty',
          'select',
          'rowid',
          'file_row_number',
          'sample',
          'c0',
          '"',
          "'",
          '""',
          '\n',
          ' ',
          '\\',
          'NULL',
          '*',
        ),
      )
      // NUL cannot be in an SQL text, and `other` is the second column
      .filter((text) => !text.includes('\0') && text.toLowerCase() !== 'other')
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        file += 1
        expect(await figures(text, `n${file}.jsonl`)).toEqual(plain)
      }),
      { numRuns: 20 },
    )
  }, 60_000)

  // columns that are called as ours are in some query, beside a table of the same with plain names
  const ours = [
    ...['rowid', 'data', 'row_at', 'file_row_number', 'row_at_origin', 'row_number_of_file', 'filename', '__index', 'sample', 'place'],
    ...['print', 'block', 'label', 'n', 'x', 'f', 'c0', 'v0', 'x0', 'weight', 'before', 'of_profilerow'],
  ]
  const cells = (i: number) => Array.from({ length: 1_200 }, (_, row) => (row * (2 * i + 7) + (row >> 4)) % (i % 3 === 0 ? 5 : 300 + i))

  it('in a part of a table whose every column is called as one of ours', async () => {
    const seen = []
    for (const names of [ours.map((_, i) => `plain ${i}`), ours]) {
      const columns = names.map((name, i) => ({ name, values: i === 4 ? cells(i).map((x) => `word ${x}`) : cells(i) }))
      await bench.engine.writeParquet(join(bench.folder, 'all.parquet'), columns)
      const whole = await bench.open('all.parquet')
      const [first = '', second = '', third = ''] = names
      const table = subTable(whole, { where: `"${second}" % 2 = 1`, rows: 600 })
      const asked = checkTable
        .filter(({ sqlKeys, queryKeys }) => sqlKeys.length + queryKeys.length === 0)
        .map((entry) => {
          const own = exampleOf(entry)
          const params = Object.fromEntries(Object.entries(own.params).map(([key, value]) => [key, renamed(value, third)]))
          return { ...own, params, column: entry.on === 'column' ? third : null, on: ['test'] as const }
        })
      const others = new Map([['train', tableFacts(whole, 'train')]])
      const judged = await judge(
        bench.engine,
        tableFacts(table, 'test'),
        asked,
        around({ others, data: data({ target: first, id: second }) }),
      )
      const options = { role: 'train', sensitive: [], weight: second, group: first, pairs: { first: [], leaveOut: [] }, duplicates: true }
      const { columns: profiled, blocks, pairs, duplicates } = await buildProfile(bench.engine, table, options)
      seen.push({
        findings: judged
          .flatMap((one) => one.findings)
          .map(({ expectation, status, judged, broken, observed, first }) => [expectation.check, status, judged, broken, observed, first]),
        columns: profiled.map((column) => ({ ...column, name: '' })),
        besides: { blocks, duplicates, pairs: { ...pairs, columns: [] } },
      })
    }
    const [plain, named] = seen
    expect(named).toEqual(plain)
  }, 60_000)

  it('where rows are sampled by their number', async () => {
    const rows = Array.from({ length: 200_500 }, (_, row) => row)
    const values = [rows.map((row) => row % 3), rows.map((row) => (row * 17) % 1_000), rows.map((row) => Math.floor(row / 7) % 50)]
    const profiles = []
    for (const names of [
      ['a', 'b', 'c'],
      ['row_at', 'file_row_number', 'of_profilerow'],
    ]) {
      const columns = names.map((name, i) => ({ name, values: values[i] ?? [] }))
      await bench.engine.writeParquet(join(bench.folder, 'sampled.parquet'), columns)
      const table = await bench.open('sampled.parquet')
      profiles.push(await buildProfile(bench.engine, table, { role: 'train', sensitive: [], pairs: { first: [], leaveOut: [] } }))
    }
    const [plain, named] = profiles.map(({ pairs, columns }) => ({
      pairs: { ...pairs, columns: [] },
      columns: columns.map((column) => ({ ...column, name: '' })),
    }))
    expect(named).toEqual(plain)
    expect(plain?.pairs.rows).toBeLessThan(200_500)
  })
})
