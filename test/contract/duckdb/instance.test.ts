import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { asDuckdb, startInstance, takeInstance } from '../../../src/adapters/duckdb/instance.ts'

const native = asDuckdb(createRequire(import.meta.url)('@duckdb/node-api'))

describe('an engine that was started before anybody asked', () => {
  it('is the one of whoever asks first, and nobody else has it', async () => {
    startInstance(native, 2)
    const [one, two] = [await takeInstance(native, 2), await takeInstance(native, 2)]
    expect(one).not.toBe(two)
    const first = await one.connect()
    await first.run('CREATE TABLE mine (a INTEGER)')
    await expect((await two.connect()).run('SELECT * FROM mine')).rejects.toThrow('mine')
  })

  it('with other threads than are wanted, it is left alone', async () => {
    startInstance(native, 2)
    const connection = await (await takeInstance(native, 1)).connect()
    expect((await connection.runAndReadAll("SELECT current_setting('threads')")).getRows()).toEqual([[1n]])
  })

  it('is no engine where the module is none', () => {
    expect(() => asDuckdb({ real: true })).toThrow('not DuckDB')
  })
})
