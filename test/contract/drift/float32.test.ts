/** Columns of 32-bit floats beside the same numbers as text and as doubles: 0.1 is 0.1, whatever a file stores it as. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { profileSchema } from '../../../src/core/schema/profile.ts'
import { runBare } from '../duckdb/support.ts'
import { type Desk, makeDesk } from './support.ts'

let desk: Desk
/** Prices of one digit behind the point, amounts of two; `from` makes other rows of the same distribution. */
const rows = (from: number) => `
  SELECT ((i * 7919) % 9 + 1) / 10 AS price, CAST(round(pow((i * 104729) % 1009 / 1009, 2) * 300, 2) AS DOUBLE) AS amount,
    ((i * 7919) % 9 + 3) / 10 AS total, 0.2 AS fee, CAST(i % 2 AS INTEGER) AS y, ((i * 31) % 40) AS day
  FROM range(${from}, ${from + 3027}) t(i)`
const single = (select: string) =>
  `SELECT * REPLACE (price::FLOAT AS price, amount::FLOAT AS amount, total::FLOAT AS total, fee::FLOAT AS fee) FROM (${select})`

beforeAll(async () => {
  desk = makeDesk()
  const at = (name: string) => `'${desk.folder}/${name}'`
  await runBare([
    `COPY (${rows(0)}) TO ${at('train.csv')} (HEADER)`,
    `COPY (${rows(5000)}) TO ${at('current.csv')} (HEADER)`,
    `COPY (${single(rows(0))}) TO ${at('train.parquet')}`,
    `COPY (${single(rows(5000))}) TO ${at('current.parquet')}`,
    `COPY (${rows(0)}) TO ${at('train-double.parquet')}`,
    `COPY (SELECT * EXCLUDE (i) REPLACE (16777217 + CAST(i AS BIGINT) AS price) FROM (SELECT *, row_number() OVER () AS i FROM (${rows(0)}))) TO ${at('whole.parquet')}`,
    `COPY (SELECT * REPLACE (round(price + 0.1, 1) AS price) FROM (${rows(5000)})) TO ${at('dearer.csv')} (HEADER)`,
  ])
}, 60_000)
afterAll(() => desk.close())

const config = (train: string, current: string, more = '') => `
models:
  m:
    model: m.onnx
    data: {train: ${train}, current: ${current}, target: y, positive: 1${more}}
    expect:
      range_exceeded: 0
      multicolumn_sum_equal: {columns: [price, fee], total: total}
      columns:
        price: {in: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], min: 0.1, max: 0.9, distinct_equal: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]}
        fee: {between: {min: 0.2, max: 0.2}, median_between: {min: 0.2, max: 0.2}, quantile_between: {q: 0.9, min: 0.2, max: 0.2}}
`
const both = [
  ['train.csv', 'current.parquet'],
  ['train.parquet', 'current.csv'],
] as const

describe('32-bit floats', () => {
  it.each(both)('the contract holds, of %s and %s', async (train, current) => {
    const { verdict, checks } = await desk.run(config(train, current), ['validate'])
    expect(checks.filter(({ status }) => status !== 'pass')).toEqual([])
    expect(verdict).toBe('pass')
  })

  it.each(both)('nothing moved, of %s and %s, rows compared as rows, in blocks and by weight', async (train, current) => {
    for (const more of ['', ', group: day', ', weight: fee']) {
      const { checks } = await desk.run(config(train, current, more), ['validate', 'drift'])
      const price = checks.find(({ id }) => id === 'drift.shift:price')
      expect(price).toMatchObject({ status: 'pass' })
      expect(price?.observed).toBeLessThan(0.05)
      expect(checks.filter(({ status }) => ['warn', 'fail'].includes(status))).toEqual([])
    }
  })

  it('a profile tells the numbers that were meant, and counts the same', async () => {
    const tables = await Promise.all(
      ['train.csv', 'train.parquet'].map(async (train) => {
        await desk.run(config(train, 'current.csv'), ['validate'])
        return profileSchema.parse(JSON.parse(desk.read('.modelgate/m/profile.json'))).tables[0]?.columns ?? []
      }),
    )
    const [text, float] = tables.map((columns) =>
      columns
        .filter(({ name }) => ['price', 'amount'].includes(name))
        .map(({ numeric }) => {
          const { min, max, edges, cells, spikes } = numeric ?? {}
          return { min, max, edges, cells, spikes }
        }),
    )
    expect(float).toEqual(text)
    expect(text?.[0]?.edges).toContain(0.3)
  })

  it('files of one source may store them as they like', async () => {
    const { checks } = await desk.run(config('[train-double.parquet, train.parquet]', 'current.csv'), ['validate'])
    expect(checks.filter(({ status }) => status !== 'pass')).toEqual([])
  })

  it('whole numbers beside them keep their digits', async () => {
    const several = `
models:
  m: {model: m.onnx, data: {train: [whole.parquet, train.parquet], target: y, positive: 1}, expect: {columns: {price: {distinct_count: {min: 3036, max: 3036}}}}}
`
    const { checks } = await desk.run(several, ['validate'])
    expect(checks.find(({ id }) => id === 'validate.distinct_count:price')).toMatchObject({ status: 'pass', observed: 3036 })
  })

  it('what moved by one value is still found', async () => {
    const { checks } = await desk.run(config('train.parquet', 'dearer.csv'), ['validate', 'drift'])
    expect(checks.filter(({ status }) => status === 'fail').map(({ id }) => id)).toEqual(['drift.shift:price', 'drift.range:price'])
  })
})
