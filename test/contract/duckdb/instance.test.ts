import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { asDuckdb, isAddon, keepFor, startDatabase, takeInstance } from '../../../src/adapters/duckdb/instance.ts'

const require = createRequire(import.meta.url)
const native = asDuckdb(require('@duckdb/node-api'))
// as the package finds it
const addon: unknown = createRequire(require.resolve('@duckdb/node-api'))('@duckdb/node-bindings')
const start = (threads: number): void => {
  if (!isAddon(addon)) throw new Error('no addon')
  keepFor(native, startDatabase(addon, threads))
}

describe('an engine that was started before anybody asked', () => {
  it('is the one of whoever asks first, and nobody else has it', async () => {
    start(2)
    const [one, two] = [await takeInstance(native, 2), await takeInstance(native, 2)]
    expect(one).not.toBe(two)
    const first = await one.connect()
    await first.run('CREATE TABLE mine (a INTEGER)')
    await expect((await two.connect()).run('SELECT * FROM mine')).rejects.toThrow('mine')
  })

  it('with other threads than are wanted, it is left alone', async () => {
    start(2)
    const connection = await (await takeInstance(native, 1)).connect()
    expect((await connection.runAndReadAll("SELECT current_setting('threads')")).getRows()).toEqual([[1n]])
  })

  it('is no engine where the module is none', () => {
    expect(() => asDuckdb({ real: true })).toThrow('not DuckDB')
    expect(isAddon({ open: 1 })).toBe(false)
  })
})
