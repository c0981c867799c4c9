import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkTable } from '../../../src/core/checks/table.ts'
import { buildProfile, tableFacts } from '../../../src/stages/profile-table.ts'
import { judge } from '../../../src/stages/validate/judge.ts'
import { around, exampleOf } from '../../unit/checks/support.ts'
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
})
