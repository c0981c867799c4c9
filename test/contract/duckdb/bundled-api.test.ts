/** The JavaScript around the engine's binding, as the bundle has it: parts are asked for when they are used, and what it says is what the package says. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { readBundledApi } from '../../../src/adapters/runtime/require-native.ts'

type Api = typeof import('@duckdb/node-api')
const require = createRequire(import.meta.url)
const whole: Api = require('@duckdb/node-api')
const make = (binding: unknown): Api => Object(readBundledApi(join(inject('sourceBundle'), 'duckdb.index.js'))(binding))

/** Every type, both ends of it and a null; and parameters of each kind that is bound. */
async function said({ DuckDBInstance, BIGINT, DOUBLE, VARCHAR, HUGEINT, BOOLEAN }: Api) {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    const types = await connection.runAndReadAll('SELECT * FROM test_all_types()')
    const bound = await connection.runAndReadAll(
      'SELECT ?, ?, ?, ?, ?',
      [1, 0.5, 'x', 2n ** 100n, true],
      [BIGINT, DOUBLE, VARCHAR, HUGEINT, BOOLEAN],
    )
    const chunks = await (await connection.stream('SELECT i, i::VARCHAR AS s FROM range(5000) t(i)')).fetchAllChunks()
    return {
      names: types.columnNames(),
      types: types.columnTypes().map(String),
      rows: types.getRows().map((row) => row.map(String)),
      plain: types.getRowsJson(),
      bound: bound.getRows(),
      chunks: chunks.map((chunk) => [chunk.rowCount, chunk.getColumnValues(1).at(-1)]),
    }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

describe('the bundled API of the engine', () => {
  it('has every name of the package, and reads and binds as it does', async () => {
    const bundled = make(require('@duckdb/node-bindings'))
    expect(Object.keys(bundled).sort()).toEqual(Object.keys(whole).sort())
    const found = await said(bundled)
    expect(found.rows).toHaveLength(3)
    expect(found).toEqual(await said(whole))
  })
})
