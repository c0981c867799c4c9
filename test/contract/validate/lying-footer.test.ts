/** A Parquet file whose footer says that nothing is missing, where something is, or that no value is large, where many are: it is not believed (adapters/duckdb/connection.ts). */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runBare } from '../duckdb/support.ts'
import { makeYard, type Yard } from './support.ts'

/** In the footer 63 is one byte, after that of its field. */
const missing = 63
const rows = 2000

let yard: Yard
beforeAll(async () => {
  yard = await makeYard()
  const path = join(yard.folder, 'true.parquet')
  await runBare([
    `COPY (SELECT CASE WHEN i >= ${missing} THEN i END AS id, CASE WHEN i >= ${missing} THEN 'k' || i % 3 END AS kind,
       CASE WHEN i >= ${missing} THEN i / 7 END AS part, i % 2 AS label FROM range(${rows}) t(i)) TO '${path}' (FORMAT parquet)`,
  ])
  const mended = await readFile(path)
  const footer = mended.subarray(mended.length - 8 - mended.readUInt32LE(mended.length - 8), -8)
  // Statistics, field 3 (null_count), a zigzag number
  const field = Buffer.from([0x16, missing * 2])
  let found = 0
  for (let at = footer.indexOf(field); at !== -1; at = footer.indexOf(field, at + 1)) {
    footer[at + 1] = 0
    found += 1
  }
  expect(found).toBe(3)
  await writeFile(join(yard.folder, 'lies.parquet'), mended)
  // the largest id, in both fields of Statistics
  const largest = Buffer.alloc(8)
  largest.writeBigInt64LE(BigInt(rows - 1))
  const places: number[] = []
  for (let at = footer.indexOf(largest); at !== -1; at = footer.indexOf(largest, at + 1)) places.push(at)
  expect(places.length).toBeGreaterThan(0)
  for (const at of places) footer.writeBigInt64LE(100n, at)
  await writeFile(join(yard.folder, 'lies-more.parquet'), mended)
})
afterAll(() => yard[Symbol.asyncDispose]())

const rules = ['nulls: {max: 0}', 'not_null: true', 'null_rate: {max: 1%}', 'mixed_nulls: {max: 1}']

const judge = async (file: string, profile: 'always' | 'needed') =>
  yard.validate(`
models:
  m:
    model: m.onnx
    data: {train: ${file}, target: label}
    expect: {profile: ${profile}, columns: {${['id', 'kind', 'part'].map((name) => `${name}: {${rules.join(', ')}, unique: true}`).join(', ')}}}`)

describe('DAT-08 a footer that does not tell the truth', () => {
  it.each(['true.parquet', 'lies.parquet'])('%s: values that are missing are found', async (file) => {
    const { checks } = await judge(file, 'needed')
    const statuses = checks.filter(({ id }) => /validate\.(nulls|not_null|null_rate):/.test(id)).map(({ status }) => status)
    expect(statuses).toEqual(Array(9).fill('fail'))
    const judged = checks.filter(({ id }) => id.startsWith('validate.unique:')).map(({ n }) => n)
    expect(judged).toEqual(Array(3).fill(rows - missing))
  })

  const ranged = (file: string, profile: string, more = '') =>
    yard.validate(`
models:
  m:
    model: m.onnx
    data: {train: ${file}, target: label}
    expect: {profile: ${profile}, columns: {id: {max: 1989, between: {min: 0, max: 1989}, positive: true${more}}}}`)

  it.each([
    ['true.parquet', 'needed'],
    ['lies-more.parquet', 'needed'],
    ['true.parquet', 'always'],
    ['lies-more.parquet', 'always'],
  ] as const)('%s, profile %s: a range is held against the values, whatever the footer says of the largest', async (file, profile) => {
    const { checks } = await ranged(file, profile)
    const told = checks.filter(({ id }) => /validate\.(max|between|positive):id/.test(id))
    expect(told.map(({ status, message }) => [status, message])).toEqual([
      ['fail', 'train: 10 of 1,937 values of id lie above 1989, first in row 1,991'],
      ['fail', 'train: 10 of 1,937 values of id lie outside [0, 1989], first in row 1,991'],
      ['pass', '0 of 1,937 values of id are 0 or lie below (train)'],
    ])
  })

  it.each(['true.parquet', 'lies.parquet', 'lies-more.parquet'])('%s: its profile has what its rows have', async (file) => {
    await ranged(file, 'always')
    const { tables } = await yard.profile()
    expect(tables[0]?.columns.map(({ n_null }) => n_null)).toEqual([missing, missing, missing, 0])
    expect(tables[0]?.columns[0]?.numeric).toMatchObject({ min: missing, max: rows - 1 })
  })

  it('different values cannot be counted between ends that are not the ends, and the sentence says so', async () => {
    const { verdict, checks } = await ranged('lies-more.parquet', 'needed', ', unique: true')
    expect(verdict).toBe('error')
    expect(checks.find(({ status }) => status === 'error')?.message).toBe(
      'DATA_UNREADABLE: lies-more.parquet: the Parquet file contradicts itself: its footer names a smallest and a largest value, and a row holds one beyond',
    )
  })

  it.each([
    ['true.parquet', 'needed'],
    ['lies.parquet', 'needed'],
    ['lies-more.parquet', 'needed'],
    ['true.parquet', 'always'],
  ] as const)('%s, profile %s: SQL that a person wrote sees the values, whatever the footer says of them', async (file, profile) => {
    const sql: Readonly<Record<string, string>> = {
      custom_sql: '{query: SELECT count(*) FROM data WHERE id IS NULL OR id > 1900, max: 0}',
      failed_rows: '{query: SELECT * FROM train WHERE id > 1900}',
      row_expression: '"id IS NOT NULL AND id < 1900"',
      conditional: '{if: "label >= 0", must: id IS NOT NULL}',
    }
    const { checks } = await yard.validate(`
models:
  m:
    model: m.onnx
    data: {train: ${file}, target: label}
    expect:
      profile: ${profile}
${Object.entries(sql)
  .map(([check, params]) => `      ${check}: ${params}`)
  .join('\n')}
      columns: {part: {min: {value: 100000, where: id > 1900}}}`)
    const found = checks.filter(({ id }) => /validate\.(custom_sql|failed_rows|row_expression|conditional|min)/.test(id))
    expect(found.map(({ id, status, n }) => [id.split('.')[1]?.split(':')[0], status, n])).toEqual([
      ['failed_rows', 'fail', null],
      ['custom_sql', 'fail', null],
      ['row_expression', 'fail', rows],
      ['conditional', 'fail', rows],
      ['min', 'fail', 99],
    ])
    expect(found.find(({ id }) => id.includes('row_expression'))?.message).toContain('first in row 1')
  })
})
