import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planChecks } from '../../../src/core/checks/plan.ts'
import { checkTable } from '../../../src/core/checks/table.ts'
import type { Expectation } from '../../../src/core/schema/config.ts'
import { buildProfile, tableFacts } from '../../../src/stages/profile-table.ts'
import { type Bench, makeBench } from '../duckdb/support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const params: Readonly<Record<string, Expectation['params']>> = {
  type: { type: 'integer' },
  nulls: { max: 0.1 },
  min: { value: 3 },
  max: { value: 30 },
  in: { values: [1, 2, 3] },
  not_in: { values: [4] },
  matches: { pattern: '[0-9]' },
  length: { min: 2 },
}

/** Every column check there is, and the profile, over one column of this name; names taken out again. */
async function figures(name: string, file: string) {
  const text = Array.from({ length: 120 }, (_, i) => JSON.stringify({ [name]: i % 9 === 0 ? null : i % 41, other: i }))
  const table = await bench.table(file, text.join('\n'))
  expect(table.columns[0]?.name).toBe(name)
  const asked = checkTable
    .filter((entry) => entry.on === 'column')
    .map((entry): Expectation => ({ check: entry.name, column: name, params: params[entry.name] ?? {}, severity: 'fail', on: ['train'] }))
  const plan = planChecks(asked, tableFacts(table, 'train'))
  const findings = [...plan.known]
  if (plan.shared !== null) findings.push(...plan.finishShared((await bench.engine.aggregate(plan.shared))[0] ?? {}))
  for (const { query, finish } of plan.own) findings.push(finish((await bench.engine.aggregate(query))[0] ?? {}))
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
      { numRuns: 80 },
    )
  }, 60_000)
})
