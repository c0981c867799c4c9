/** Checks that hold a table against the training data: figures in standard errors, values far out, texts of unusual length. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TableProfile } from '../../../../src/core/schema/profile.ts'
import { plainColumn } from '../../../support/plain.ts'
import { data, expectationsOf } from '../../../unit/checks/support.ts'
import { type Bench, makeBench } from '../../duckdb/support.ts'
import { findingOf, make } from './support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

/** A column `a` of 1..100, as its profile: mean 50.5, variance 841.666…, its quartiles the edges 25, 50 and 75. */
const reference = {
  role: 'train',
  rows: 100,
  fingerprint: '',
  digests: [],
  columns: [
    plainColumn({
      name: 'a',
      kind: 'numeric-discrete',
      type: 'BIGINT',
      numeric: { min: 1, max: 100, mean: 50.5, m2: 83325, edges: [25, 50, 75], edges_id: '', cells: [25, 25, 25, 25], spikes: [] },
    }),
  ],
} as const satisfies Record<keyof Pick<TableProfile, 'role' | 'rows' | 'fingerprint' | 'digests' | 'columns'>, unknown>
const asProfile = reference as unknown as TableProfile

async function told(cells: readonly number[], text: string, profile: TableProfile | null = asProfile, role = 'current') {
  const table = await make(bench, [{ name: 'a', kind: 'integer', cells: cells.map(String) }], role)
  const asked = expectationsOf(`{columns: {a: ${text}}}`).find(({ check }) => check !== 'exists')
  if (asked === undefined) throw new Error(text)
  return findingOf(bench, table, asked, { reference: profile })
}
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('figures against the training data, in standard errors', () => {
  it('the mean: 60.5 against 50.5 with equal spread is 10 / √(2 · 841.67/100) = 2.437 away', async () => {
    const found = await told(range(11, 110), '{mean_between: {reference: 2}}')
    expect(found.status).toBe('fail')
    expect(found.says).toBe('the mean of a is 2.437 standard errors away from that of the training data (limit 2)')
    expect((await told(range(11, 110), '{mean_between: {reference: 3}}')).status).toBe('pass')
    expect((await told(range(1, 100), '{mean_between: {reference: 1}}')).status).toBe('pass')
  })

  it('variance and standard deviation: twice the spread is far, the same spread elsewhere is not', async () => {
    const wide = range(1, 100).map((n) => 2 * n)
    for (const check of ['variance_between', 'stdev_between']) {
      expect((await told(wide, `{${check}: {reference: 4}}`)).status, check).toBe('fail')
      expect((await told(range(1001, 1100), `{${check}: {reference: 1}}`)).status, check).toBe('pass')
    }
  })

  it('quantiles, by the share of rows up to that of the training data: free of any distribution', async () => {
    // 26 of 100 rows up to 50: (0.26 − 0.5) / √(0.25 · 2/100) = −3.39
    const late = [...range(1, 26), ...range(51, 124)]
    expect((await told(late, '{median_between: {reference: 3}}')).status).toBe('fail')
    expect((await told(late, '{median_between: {reference: 4}}')).status).toBe('pass')
    expect((await told(range(1, 100), '{quantile_between: {q: 0.75, reference: 1}}')).status).toBe('pass')
  })

  it('limits and reference both hold; without a training profile reference alone is skipped, limits are not', async () => {
    expect((await told(range(1, 100), '{mean_between: {max: 50, reference: 3}}')).status).toBe('fail')
    expect((await told(range(1, 100), '{mean_between: {reference: 3}}', null)).status).toBe('skipped')
    expect((await told(range(1, 100), '{mean_between: {min: 50, reference: 3}}', null)).status).toBe('pass')
    expect((await told(range(1, 100), '{median_between: {reference: 3}}', null)).status).toBe('skipped')
  })

  it('a figure of fewer than five rows would be a cell, so it is judged and not shown', async () => {
    const found = await told([777], '{mean_between: {max: 5}}', null)
    expect(found).toMatchObject({ status: 'fail', observed: null })
    expect(found.says).toBe('the mean of a lies above 5')
    expect((await told(range(700, 720), '{quantile_between: {q: 0.99, max: 5}}', null)).says).not.toMatch(/7\d\d/)
  })
})

describe('PII-04 of a sensitive column', () => {
  const of = async (cells: readonly number[], text: string, sensitive = ['a']) => {
    const table = await make(bench, [{ name: 'a', kind: 'integer', cells: cells.map(String) }], 'current')
    const asked = expectationsOf(`{columns: {a: ${text}}}`).find(({ check }) => check !== 'exists')
    if (asked === undefined) throw new Error(text)
    return findingOf(bench, table, asked, { reference: asProfile, data: data({ sensitive }) })
  }
  const same = new Array<number>(200).fill(777)

  it.each([
    'mean_between: {max: 5}',
    'mean_between: {reference: 3}',
    'sum_between: {max: 5}',
    'median_between: {max: 5}',
    'quantile_between: {q: 0.9, max: 5}',
  ])('in which all say the same, no figure tells what: %s', async (text) => {
    const found = await of(same, `{${text}}`)
    expect(found).toMatchObject({ status: 'fail', observed: null })
    expect(found.says).not.toMatch(/777|155/)
    expect((await of(same, `{${text}}`, [])).observed).not.toBe(null)
  })

  it('no quantile is shown, and a mean of many is', async () => {
    expect((await of(range(700, 899), '{median_between: {max: 5}}')).observed).toBe(null)
    expect((await of(range(700, 899), '{mean_between: {max: 5}}')).observed).toBe(799.5)
  })
})

describe('figures that no number of 64 bits holds', () => {
  it.each(['sum_between', 'mean_between', 'variance_between', 'stdev_between'])(
    'are beyond every limit, not left out: %s',
    async (check) => {
      const table = await make(
        bench,
        [{ name: 'a', kind: 'float', cells: ['1e308', '1e308', '1.5e308', '1.5e308', '1e308', '1'] }],
        'current',
      )
      const asked = expectationsOf(`{columns: {a: {${check}: {min: 0, max: 10}}}}`).find((one) => one.check === check)
      if (asked === undefined) throw new Error(check)
      expect((await findingOf(bench, table, asked, { reference: asProfile, data: data({}) })).status).toBe('fail')
    },
  )
})

describe('values far out', () => {
  it('are measured from the training data where it is at hand', async () => {
    // mean 50.5, sd 29.01: 3 sd reach to 137.5
    expect(await told([1, 100, 137, 138, 500], '{z_score_less_than: {k: 3}}')).toMatchObject({ status: 'fail', judged: 5, broken: 2 })
    // quartiles 25 and 75, width 50: 1.5 widths reach to 150
    expect(await told([-51, -50, 0, 150, 151], '{iqr_outlier_rate: {k: 1.5, max: 40%}}')).toMatchObject({ status: 'pass', broken: 2 })
  })

  it('quartiles are those of the training rows, however few edges its profile has, and between its edges where it is stored', async () => {
    // as of a sensitive column, of a few rows or among many columns: no edge at a quartile
    const few = {
      ...asProfile,
      columns: asProfile.columns.map((one) => ({
        ...one,
        numeric: one.numeric && { ...one.numeric, edges: [10, 30, 90], cells: [10, 20, 60, 10] },
      })),
    }
    const [, asked] = expectationsOf('{columns: {a: {iqr_outlier_rate: {k: 1.5, max: 40%}}}}')
    if (asked === undefined) throw new Error('no check')
    const train = await make(bench, [{ name: 'a', kind: 'integer', cells: range(1, 100).map(String) }])
    // quartiles 25.75 and 75.25: 1.5 widths reach from −48.5 to 149.5
    const table = await make(bench, [{ name: 'a', kind: 'integer', cells: ['-49', '-48', '0', '149', '150'] }], 'current')
    expect(await findingOf(bench, table, asked, { reference: few, others: new Map([['train', train]]) })).toMatchObject({
      judged: 5,
      broken: 2,
    })
    // 25 and 75 on the lines from 10 to 30 and from 30 to 90: from −50 to 150
    const beside = await make(bench, [{ name: 'a', kind: 'integer', cells: ['-51', '-50', '0', '150', '151'] }], 'current')
    expect(await findingOf(bench, beside, asked, { reference: few })).toMatchObject({ judged: 5, broken: 2 })
  })

  it('a middle without width says nothing', async () => {
    expect((await told([5, 5, 5, 9], '{mad_outlier_rate: true}', null)).status).toBe('skipped')
  })
})

describe('string_length_outliers', () => {
  it('are those outside of 99.8 % of the training texts', async () => {
    const train = await make(bench, [
      { name: 'a', kind: 'string', cells: Array.from({ length: 1000 }, (_, i) => `'${'x'.repeat(5 + (i % 6))}'`) },
    ])
    const table = await make(
      bench,
      [{ name: 'a', kind: 'string', cells: ["'xxxx'", "'xxxxx'", "'xxxxxxxxxx'", "'xxxxxxxxxxx'", 'NULL'] }],
      'test',
    )
    const [, asked] = expectationsOf('{columns: {a: {string_length_outliers: true}}}')
    if (asked === undefined) throw new Error('no check')
    expect(await findingOf(bench, table, asked, { others: new Map([['train', train]]) })).toMatchObject({
      status: 'fail',
      judged: 4,
      broken: 2,
    })
    expect((await findingOf(bench, table, asked)).status).toBe('skipped')
    expect(asked.on).toEqual(['validation', 'test', 'current'])
  })
})

describe('what must not be in the data', () => {
  it('pii_columns names the columns and what they look like, never a value', async () => {
    const table = await make(bench, [
      { name: 'contact', kind: 'string', cells: ["'ann@example.org'", "'bob@example.org'", "'none'"] },
      { name: 'card', kind: 'string', cells: ["'4111111111111111'", 'NULL', "'x'"] },
      { name: 'city', kind: 'string', cells: ["'Rome'", "'Oslo'", "'Bonn'"] },
      { name: 'day', kind: 'string', cells: ["'2026-01-01'", "'2026-01-02'", 'NULL'] },
    ])
    const ask = async (text: string, more = {}) => {
      const [asked] = expectationsOf(`{pii_columns: ${text}}`)
      if (asked === undefined) throw new Error(text)
      return findingOf(bench, table, asked, more)
    }
    expect(await ask('true')).toMatchObject({
      status: 'fail',
      observed: 2,
      says: '2 of 4 text columns look like personal data: contact (email), card (credit_card)',
    })
    expect(await ask('{allow: [contact], looks_like: [email]}')).toMatchObject({ status: 'pass' })
    expect(await ask('{max: 80%}')).toMatchObject({ status: 'pass' })
  })

  it.each([
    ['dates that are no ISO dates', ['31.12.2001', '2001-02-30', '14-03-01', '3/14/2001'], false],
    ['years from and to', ['1999-2003', '2001 - 2002', '1914/1918'], false],
    ['coordinates, and numbers below 0', ['-122.4194155', '48.8566 2.3522', '-1234567'], false],
    ['ZIP + 4 and ISBN', ['12345-6789', '978-3-16-148410-0'], false],
    ['telephone numbers', ['+49 30 123456', '(555) 123-4567', '01 23 45 67 89', '123-45-67', '555-123-4567'], true],
  ])('%s look like a telephone number: %s', async (_, texts, phone) => {
    const table = await make(bench, [{ name: 'a', kind: 'string', cells: texts.map((text) => `'${text}'`) }])
    const [asked] = expectationsOf('{pii_columns: {max: 0, looks_like: [phone]}}')
    if (asked === undefined) throw new Error('nothing is asked')
    const { status, says } = await findingOf(bench, table, asked)
    expect([status, /phone/.test(says)]).toEqual(phone ? ['fail', true] : ['pass', false])
    if (phone) for (const text of texts) expect(says).not.toContain(text)
  })

  it('forbidden_columns', async () => {
    const table = await make(bench, [
      { name: 'user_SSN_hash', kind: 'string', cells: [] },
      { name: 'b', kind: 'integer', cells: [] },
    ])
    const of = async (names: string) => {
      const [asked] = expectationsOf(`{forbidden_columns: ${names}}`)
      if (asked === undefined) throw new Error(names)
      return (await findingOf(bench, table, asked)).says
    }
    expect(await of("['*ssn*']")).toBe('forbidden columns are there: user_SSN_hash')
    expect(await of("['ssn', 'user*', '*x', 'b*b']")).toBe('forbidden columns are there: user_SSN_hash')
    expect(await of("['*ssn', 'bb', '*a*a*a*a*a*a*a*a*b']")).toBe('no column has one of the 3 forbidden names')
  })
})
