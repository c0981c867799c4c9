/** Whatever a column is stored as: what init writes of a table holds on that table, every check has an answer, and nothing drifts against itself. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { checkTable } from '../../../src/core/checks/table.ts'
import { chunks } from '../../../src/core/collections.ts'
import { exampleOf } from '../../unit/checks/support.ts'
import { runBare } from '../duckdb/support.ts'
import { type Folder, makeFolder } from './support.ts'

/** SQL over `i`, the number of the row. */
const stored: Readonly<Record<string, string>> = {
  uuid: `CAST(md5(CAST(i AS VARCHAR)) AS UUID)`,
  'uuid that repeats': `CAST(md5(CAST(i % 4 AS VARCHAR)) AS UUID)`,
  enum: `CAST(['x', 'y'][1 + i % 2] AS ENUM('x', 'y', 'z'))`,
  'other enum': `CAST(['x', 'w'][1 + i % 2] AS ENUM('w', 'x'))`,
  json: `CAST('{"a": ' || i % 7 || '}' AS JSON)`,
  text: `'row ' || i`,
  hugeint: `CAST(170141183460469231731687303715884105727 - i AS HUGEINT)`,
  uhugeint: `CAST(i AS UHUGEINT)`,
  ubigint: `CAST(18446744073709551615 - i AS UBIGINT)`,
  decimal: `CAST(i * 0.125 AS DECIMAL(38, 3))`,
  float: `CAST(i / 7 AS FLOAT)`,
  'not a number': `CASE WHEN i % 3 = 0 THEN CAST('nan' AS DOUBLE) WHEN i % 3 = 1 THEN CAST('-inf' AS DOUBLE) ELSE -0.0 END`,
  time: `TIME '10:00:00' + INTERVAL 1 SECOND * i`,
  'time with zone': `CAST('12:00:00+02' AS TIMETZ)`,
  'timestamp with zone': `CAST(TIMESTAMP '2020-01-01' + INTERVAL 7 HOUR * i AS TIMESTAMPTZ)`,
  nanoseconds: `CAST(TIMESTAMP '2020-01-01' + INTERVAL 7 HOUR * i AS TIMESTAMP_NS)`,
  'first and last day': `CASE WHEN i % 3 = 0 THEN DATE '0001-01-01' WHEN i % 3 = 1 THEN DATE '9999-12-31' ELSE DATE '2024-02-29' END`,
  'endless time': `CASE WHEN i % 3 = 0 THEN TIMESTAMP 'infinity' ELSE TIMESTAMP '2024-02-29' END`,
  interval: `INTERVAL 1 DAY * (i % 9)`,
  blob: `CAST('b' || i AS BLOB)`,
  list: `range(i % 4)`,
  vector: `array_value(CAST(i AS FLOAT), 1.5)`,
  struct: `{'a': i, 'b': 'x'}`,
  map: `MAP {'k': i % 4}`,
  nothing: `CAST(NULL AS INTEGER)`,
  flag: `i % 3 = 0`,
}

let folder: Folder
beforeAll(async () => {
  folder = makeFolder()
  const columns = Object.entries(stored).map(([name, sql]) => `${sql} AS "${name}"`)
  await runBare(
    ['train', 'current'].map(
      (role) =>
        `COPY (SELECT ${columns.join(', ')}, i % 2 AS label FROM range(300) t(i)) TO '${join(folder.path, `${role}.parquet`)}' (FORMAT parquet)`,
    ),
  )
})
afterAll(() => folder[Symbol.dispose]())

describe('DAT-09 columns of every type that Parquet stores', () => {
  it('what init writes of them holds, and nothing drifts against itself', async () => {
    await folder.init()
    const [validated] = await folder.validate()
    expect(validated?.checks.filter(({ effect }) => effect !== 'pass')).toEqual([])
    const [drifted] = await folder.run('drift')
    expect(drifted?.checks.map(({ id }) => id)).toEqual(['drift.same_data'])
  })

  const odd = ['uuid', 'enum', 'json', 'uhugeint', 'decimal', 'nanoseconds', 'timestamp with zone', 'time', 'list', 'struct', 'nothing']
  const ofColumns = checkTable.filter(({ on, name }) => on === 'column' && name !== 'exists')

  it.each(chunks(ofColumns, 12).map((some) => [some.map(({ name }) => name).join(', '), some] as const))('%s', async (_, some) => {
    const checks = some.flatMap((entry) => odd.map((column) => ({ check: entry.name, column, ...exampleOf(entry).params })))
    const model = {
      model: 'm.onnx',
      task: 'binary',
      data: { train: 'train.parquet', current: 'current.parquet', target: 'label' },
      expect: { profile: 'needed', checks },
    }
    folder.write({ 'check.yml': stringify({ models: { m: model } }) })
    const [result] = await folder.run('validate', 'check.yml')
    expect(result?.checks.filter(({ status }) => status === 'error')).toEqual([])
    const answered = some.map(({ name }) => result?.checks.filter(({ id }) => id.startsWith(`validate.${name}:`)).length)
    expect(answered).toEqual(some.map(() => odd.length))
  })
})
