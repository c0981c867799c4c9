/**
 * Smallest and largest value in the footer of a Parquet file leave NaN out, as the format says; pyarrow and polars write it so. The engine decides a comparison by
 * them without a look at the rows, and forgets there that NaN is larger than every number. A file as these write it: the engine's own, where one value becomes NaN.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runBare } from '../duckdb/support.ts'
import { makeYard, type Yard } from './support.ts'

const rows = 1200
/** every sixth row: neither the smallest nor the largest value */
const becomesNaN = 33.3125
const types = { DOUBLE: 8, FLOAT: 4 } as const
const bytes = (value: number, size: number): Buffer => {
  const buffer = Buffer.alloc(size)
  size === 8 ? buffer.writeDoubleLE(value) : buffer.writeFloatLE(value)
  return buffer
}

let yard: Yard
beforeAll(async () => {
  yard = await makeYard()
  for (const [type, size] of Object.entries(types)) {
    const path = join(yard.folder, `${type}.parquet`)
    await runBare([
      `COPY (SELECT CAST(CASE WHEN i % 6 = 0 THEN ${becomesNaN} ELSE i % 60 END AS ${type}) AS x, i % 2 AS label FROM range(${rows}) t(i))
       TO '${path}' (FORMAT parquet, COMPRESSION uncompressed)`,
    ])
    const file = await readFile(path)
    const at = file.indexOf(bytes(becomesNaN, size))
    expect(at).toBeGreaterThan(0)
    bytes(Number.NaN, size).copy(file, at)
    expect(file.indexOf(bytes(becomesNaN, size))).toBe(-1)
    await writeFile(path, file)
  }
})
afterAll(() => yard[Symbol.asyncDispose]())

/** values of 0 to 59, those of whole sixths left out: 1,000 of them, 20 of each */
const rules: readonly (readonly [string, number])[] = [
  ['{check: max, value: 100}', 0],
  ['{check: max, value: 56}', 60],
  ['{check: min, value: -5}', 0],
  ['{check: min, value: 100}', 1000],
  ['{check: between, min: 3, max: 100}', 40],
  ['{check: between, min: -5, max: 100, strict: true}', 0],
  ['{check: non_negative}', 0],
  ['{check: positive}', 0],
  ['{check: in, values: [1, 2]}', 960],
  ['{check: not_in, values: [100, 200]}', 0],
]

it.each(Object.keys(types).flatMap((type) => [[type, 'always'] as const, [type, 'needed'] as const]))(
  '%s, profile %s: NaN is not judged, and counted nowhere',
  async (type, profile) => {
    const { checks } = await yard.validate(`
models:
  m:
    model: m.onnx
    data: {train: ${type}.parquet, target: label}
    expect:
      profile: ${profile}
      checks:
${rules.map(([rule], i) => `        - {name: rule ${i}, column: x, ${rule.slice(1)}`).join('\n')}`)
    const found = rules.map((_, i) => checks.find(({ id }) => id.endsWith(`:rule ${i}`)))
    expect(found.map((check) => [check?.n, Math.round((check?.observed ?? -1) * 1000)])).toEqual(rules.map(([, broken]) => [1000, broken]))
  },
)
