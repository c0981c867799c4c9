import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { alikeChecks } from '../../../src/core/checks/entries/alike.ts'
import { beyondChecks } from '../../../src/core/checks/entries/beyond.ts'
import { categoryChecks } from '../../../src/core/checks/entries/categories.ts'
import { crossChecks } from '../../../src/core/checks/entries/cross.ts'
import { featureChecks } from '../../../src/core/checks/entries/features.ts'
import { integrityChecks } from '../../../src/core/checks/entries/integrity.ts'
import { leakageChecks } from '../../../src/core/checks/entries/leakage.ts'
import { privacyChecks } from '../../../src/core/checks/entries/privacy.ts'
import { rowChecks } from '../../../src/core/checks/entries/row-rules.ts'
import { schemaChecks } from '../../../src/core/checks/entries/schema.ts'
import { servingChecks } from '../../../src/core/checks/entries/serving.ts'
import { splitChecks } from '../../../src/core/checks/entries/split.ts'
import { tableChecks } from '../../../src/core/checks/entries/table.ts'
import type { Finding } from '../../../src/core/checks/finding.ts'
import { toCheck } from '../../../src/core/checks/report.ts'
import { checkTable, findCheck } from '../../../src/core/checks/table.ts'
import type { Expectation } from '../../../src/core/schema/config.ts'
import type { Table } from '../../../src/ports/data-engine.ts'
import { tableFacts } from '../../../src/stages/table-facts.ts'
import { judge } from '../../../src/stages/validate/judge.ts'
import { disagreement } from '../../support/agreement.ts'
import { around, data, exampleOf } from '../../unit/checks/support.ts'
import { type Columns, type Hall, makeHall, times } from './support.ts'

let hall: Hall
beforeAll(async () => {
  hall = await makeHall()
})
afterAll(() => hall[Symbol.asyncDispose]())

const entries = [
  schemaChecks,
  tableChecks,
  crossChecks,
  alikeChecks,
  integrityChecks,
  leakageChecks,
  featureChecks,
  splitChecks,
  categoryChecks,
  beyondChecks,
  servingChecks,
  privacyChecks,
  // names inside SQL are quoted by whoever writes it
  rowChecks.filter(({ sqlKeys }) => sqlKeys.length === 0),
].flat()
const written = entries.map((entry) => exampleOf(entry))

/** Each check's own example on a table as test data, or as training data where it is no check of test data; column `a` may have another name. */
async function figures(test: Table, train: Table, name = 'a', where: string | null = null): Promise<readonly Finding[]> {
  const renamed = (value: unknown): unknown => (value === 'a' ? name : Array.isArray(value) ? value.map(renamed) : value)
  const asked = written.map((one): Expectation => {
    const params = Object.fromEntries(Object.entries(one.params).map(([key, value]) => [key, renamed(value)]))
    return { ...one, column: one.column === null ? null : name, params, where: findCheck(one.check)?.takesWhere === true ? where : null }
  })
  const settings = data({ target: 'y', id: name, time: name, group: name })
  const verified = new Map([[where ?? '', { form: 'expression', columns: [], tables: [] } as const]])
  const surroundings = around({ others: new Map([['train', tableFacts(train, 'train')]]), data: settings, verified })
  return (await judge(hall.bench.engine, tableFacts(test, 'test'), asked, surroundings)).flatMap((one) => one.findings)
}

const finite = ({ observed, judged, broken, p, limit }: Finding) =>
  [observed, judged, broken, p, limit?.value].every((value) => value === null || value === undefined || Number.isFinite(value))

it('every check of a table is here, beside those that are SQL of the user', () => {
  const left = checkTable.filter((entry) => entry.on === 'table' && !entries.includes(entry))
  expect(left.filter(({ sqlKeys, queryKeys }) => sqlKeys.length + queryKeys.length === 0).map(({ name }) => name)).toEqual([])
})

describe('DAT-09 tables that hardly are one', () => {
  const cases: readonly (readonly [string, Columns])[] = [
    ['one row', { a: [1], b: ['x'], y: [1] }],
    ['nothing but missing values', { a: [null, null], b: [null, null], y: [null, null] }],
    ['one value everywhere', { a: [3, 3, 3], b: ['x', 'x', 'x'], y: [0, 0, 0] }],
    [
      'NaN, infinities and −0',
      { a: Float64Array.from([Number.NaN, Infinity, -Infinity, -0, 0]), b: ['', ' ', 'x', null, 'x'], y: [0, 1, 0, 1, null] },
    ],
    ['no label, no text', { a: [1, 2, 3] }],
  ]
  const usual: Columns = { a: times(40, (i) => i), b: times(40, (i) => `k${i % 3}`), y: times(40, (i) => i % 2) }
  it.each(cases)('%s: every check answers, with figures that are numbers', async (_, columns) => {
    const [odd, plain] = [await hall.parquet(columns), await hall.parquet(usual)]
    for (const findings of [await figures(odd, plain), await figures(plain, odd), await figures(odd, odd)]) {
      expect(findings).toHaveLength(entries.length)
      for (const finding of findings) {
        expect(['pass', 'fail', 'skipped']).toContain(finding.status)
        expect(finding.says).not.toMatch(/NaN|Infinity|undefined|null/)
        expect(disagreement(toCheck([finding], { onInconclusive: 'pass', onMissing: 'pass' }).message)).toBeNull()
        expect(finite(finding)).toBe(true)
      }
    }
  })

  it('where lets no row through: what reads rows judges nothing, and passes nothing it has not seen', async () => {
    const table = await hall.csv(usual)
    const scans = new Map(entries.map(({ name, scan }) => [name, scan]))
    for (const finding of await figures(table, table, 'a', '1 = 0')) {
      if (scans.get(finding.expectation.check) === 'none') continue
      expect([
        finding.expectation.check,
        ['skipped', 'fail'].includes(finding.status) || finding.expectation.check === 'holdout_fingerprint',
      ]).toEqual([finding.expectation.check, true])
    }
  })
})

describe('DAT-01 checks of tables give the same figures whatever the column is called', () => {
  it('over generated names', async () => {
    const make = async (name: string, from: number) => {
      const columns = {
        [name]: times(60, (i) => (i % 9 === 0 ? null : (i + from) % 41)),
        other: times(60, (i) => i / 7),
        y: times(60, (i) => i % 2),
      }
      return hall.parquet(columns)
    }
    const shown = async (name: string) =>
      (await figures(await make(name, 3), await make(name, 0), name)).map(({ expectation, status, judged, broken, observed, limit }) => [
        expectation.check,
        // a name may look like another one, or be listed before it
        ...(expectation.check === 'duplicate_column_names' || expectation.check.startsWith('columns_match')
          ? []
          : [status, judged, broken, observed, limit]),
      ])
    const plain = await shown('a')
    const name = fc
      .oneof(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
        fc.stringMatching(/^[ "'`;()$?:*\\[\]{}%_#-]{1,8}$/),
        fc.constantFrom(
          '__proto__',
          'constructor',
          'k',
          'x',
          'x0',
          'k0',
          'f',
          'n',
          'row_at',
          'select',
          'rowid',
          'file_row_number',
          '"',
          "'",
          '\n',
          '\\',
          'NULL',
          '*',
          'here',
          'v0',
          '?',
        ),
      )
      .filter((text) => !text.includes('\0') && !['other', 'y'].includes(text.toLowerCase()))
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        expect(await shown(text)).toEqual(plain)
      }),
      { numRuns: 12 },
    )
  }, 60_000)
})

describe('PII-01 no check of a table says a value', () => {
  it('of rows whose every cell is a canary', async () => {
    const word = (i: number) => `canary${i % 7}`
    const test = {
      a: times(50, (i) => 987_654_000 + (i % 9)),
      b: times(50, word),
      y: times(50, (i) => (i === 0 ? 'canary-label' : word(i))),
    }
    const train = {
      a: times(80, (i) => 987_655_000 + (i % 9)),
      b: times(80, (i) => word(i).toUpperCase()),
      y: times(80, (i) => `other canary ${i % 2}`),
    }
    const findings = await figures(await hall.parquet(test), await hall.parquet(train))
    expect(findings.filter(({ status }) => status === 'fail').length).toBeGreaterThan(8)
    expect(findings.map(({ says }) => says).join('\n')).not.toMatch(/canary|98765|987,65/i)
  })
})

describe('a small memory limit', () => {
  it('is kept by joins and groups over keys of a million rows, which go to disk', async () => {
    const small = await makeHall({ memoryLimitBytes: 64 * 2 ** 20 })
    try {
      const rows = 1_000_000
      const key = Float64Array.from({ length: rows }, (_, i) => ((i * 7919) % rows) + 0.5)
      const [train, test] = [await small.parquet({ a: key }), await small.parquet({ a: key.map((x, i) => (i % 2 === 0 ? x : -x)) })]
      expect(await small.say('test', { train, test }, '{train_test_overlap: 0}')).toMatch(/^fail 500,000 of 1,000,000 rows \(50 %\)/)
      expect(await small.say('test', { train, test }, '{id_overlap: {column: a}}')).toBe(
        'fail the a of 500,000 of 1,000,000 rows is also in train',
      )
      expect(await small.say('test', { train, test }, '{duplicates: 0}')).toMatch(/^pass 0 of 1000000/)
    } finally {
      await small[Symbol.asyncDispose]()
    }
  })
})
