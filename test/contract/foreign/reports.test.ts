import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { foreignChecks, mostChecks } from '../../../src/core/foreign/checks.ts'
import { plainName } from '../../../src/core/foreign/report.ts'
import { config, find, makeYard, type Yard } from '../validate/support.ts'

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8')
const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const
const judge = (text: string | null, severity: 'warn' | 'fail' = 'fail') => foreignChecks({ path: 'r', severity }, text, policy)
const told = (text: string) => judge(text).map(({ id, status, effect }) => `${id.slice('validate.results:r/'.length)} ${status} ${effect}`)

describe('reports as the tools write them: every check is a line, with its column and its counts', () => {
  it.each([
    [
      'gx-validation.json',
      [
        // a column that is not there could not be asked
        'expect_column_values_to_not_be_null:nowhere error error',
        'expect_table_row_count_to_be_between pass pass',
        'expect_column_values_to_not_be_null:age fail fail',
        'expect_column_values_to_be_between:age fail fail',
        'expect_column_values_to_be_in_set:plan fail warn',
      ],
    ],
    [
      'gx-checkpoint.json',
      [
        'expect_column_values_to_not_be_null:nowhere fail fail',
        'expect_table_row_count_to_be_between pass pass',
        'expect_column_values_to_not_be_null:age fail fail',
        'expect_column_values_to_be_between:age fail fail',
        'expect_column_values_to_be_in_set:plan fail fail',
      ],
    ],
    [
      'pandera.json',
      ['column_in_dataframe:gone fail fail', 'not_nullable:age fail fail', 'greater_than_or_equal_to:age fail fail', 'isin:plan fail fail'],
    ],
    [
      'junit.xml',
      ['test_plan pass pass', 'test_plan (2) fail fail', 'test_rows pass pass', 'test_later skipped skipped', 'test_setup error error'],
    ],
  ])('%s', (name, lines) => expect(told(fixture(name)).toSorted()).toEqual(lines.toSorted()))

  it('counts are those of the report', () => {
    const found = judge(fixture('gx-validation.json')).find(({ id }) => id.endsWith('to_be_between:age'))
    expect(found).toMatchObject({
      column: 'age',
      observed: 1,
      n: 5,
      message: 'r (Great Expectations): expect_column_values_to_be_between of age does not hold: 1 of 5 values',
      fix: 'see what Great Expectations says in r',
    })
  })

  it('a checkpoint of 0.18, whose results lie deeper', () => {
    const validation = JSON.parse(fixture('gx-validation.json'))
    expect(told(JSON.stringify({ success: false, run_results: { a: { validation_result: validation } } }))).toEqual(
      told(fixture('gx-validation.json')),
    )
  })

  it('Soda and dbt', () => {
    const soda = {
      hasErrors: false,
      hasFailures: true,
      checks: [
        { name: 'missing_count(age) = 0', column: 'age', outcome: 'fail' },
        { name: 'row_count > 0', column: null, outcome: 'pass' },
        { name: 'plans are canary-a or canary-b', column: 'plan', outcome: 'warn' },
        { name: 'duplicate_count(id)', column: 'id', outcome: null },
      ],
    }
    expect(told(JSON.stringify(soda))).toEqual([
      'missing_count:age fail fail',
      'row_count pass pass',
      'check 3:plan fail warn',
      'duplicate_count:id error error',
    ])
    const dbt = {
      metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json' },
      results: [
        { unique_id: 'model.p.orders', status: 'success' },
        { unique_id: 'test.p.not_null_orders_id.0a1b', status: 'pass', failures: 0 },
        { unique_id: 'test.p.accepted_values_orders_plan__canary_a__canary_b.9f', status: 'fail', failures: 3 },
        { unique_id: 'test.p.unique_orders_id.77', status: 'warn', failures: 2 },
        { unique_id: 'test.p.odd.77', status: 'something new' },
      ],
    }
    expect(told(JSON.stringify(dbt))).toEqual([
      'not_null_orders_id pass pass',
      'accepted_values_orders_plan fail fail',
      'unique_orders_id fail warn',
      'odd error error',
    ])
  })

  it('pandera names what failed; that nothing did is said by both parts, empty', () => {
    expect(told('{"SCHEMA": {}, "DATA": {}}')).toEqual(['schema pass pass'])
    expect(judge('{"DATA": {}}')[0]?.message).toContain('RESULTS_EMPTY')
  })

  it('severity: warn makes warnings of failures, and not of errors', () => {
    const effects = judge(fixture('junit.xml'), 'warn').map(({ effect }) => effect)
    expect(effects).toEqual(['pass', 'warn', 'pass', 'skipped', 'error'])
  })
})

describe('PII-01 nothing of a report but kinds of checks, columns and counts is shown', () => {
  it('of reports full of canaries', () => {
    for (const name of ['gx-validation.json', 'gx-checkpoint.json', 'pandera.json', 'junit.xml']) {
      expect(fixture(name)).toContain('canary')
      expect(JSON.stringify(judge(fixture(name)))).not.toMatch(/canary|Traceback|-4\.0/)
    }
  })

  it('a name is an identifier or is not shown', () => {
    const names = [
      'isin([1])',
      'ATL (a label)',
      'missing_count(a) = 0',
      'row_count > 3',
      'a.b',
      'Plans are basic',
      'a-b',
      '',
      '1a',
      'é',
      `x${'y'.repeat(200)}`,
    ]
    expect(names.map(plainName)).toEqual(['isin', null, 'missing_count', 'row_count', 'a.b', null, null, null, null, null, null])
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plainName(text) ?? 'a').toMatch(/^[A-Za-z_][A-Za-z0-9_.]{0,99}$/)
      }),
    )
  })
})

describe('EVT-05 a report is checked and bounded, and what is none is never taken for passed', () => {
  const gx = (results: unknown, success = true) => JSON.stringify({ success, results })
  const passing = { success: true, expectation_config: { type: 'expect_a', kwargs: {} } }
  it.each([
    ['no file', null, 'RESULTS_MISSING'],
    ['nothing', '', 'RESULTS_UNREADABLE'],
    ['JSON of something else', '{"results": 3}', 'RESULTS_UNREADABLE'],
    ['an empty object', '{}', 'RESULTS_UNREADABLE'],
    ['text where a truth belongs', gx([{ ...passing, success: 'true' }]), 'RESULTS_UNREADABLE'],
    ['a prototype', '{"__proto__": {"success": true, "results": []}}', 'RESULTS_UNREADABLE'],
    ['brackets without end', '['.repeat(100_000), 'RESULTS_UNREADABLE'],
    ['deep brackets', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'RESULTS_UNREADABLE'],
    ['no check', gx([]), 'RESULTS_EMPTY'],
    ['a suite without tests', '<testsuites></testsuites>', 'RESULTS_EMPTY'],
    ['too many checks', gx(Array.from({ length: mostChecks + 1 }, () => passing)), 'RESULTS_TOO_MANY'],
    ['XML that is cut off', '<testsuite><testcase name="a">', 'RESULTS_UNREADABLE'],
    ['XML with entities', '<!DOCTYPE x [<!ENTITY a "b">]><testsuite><testcase name="a"/></testsuite>', 'RESULTS_UNREADABLE'],
    ['an entity further in', '<testsuite><!ENTITY a "b"><testcase name="a"/></testsuite>', 'RESULTS_UNREADABLE'],
  ])('%s: %s', (_, text, code) => {
    const checks = judge(text)
    expect(checks).toHaveLength(1)
    expect(checks[0]).toMatchObject({ id: 'validate.results:r', status: 'error', effect: 'error' })
    expect(checks[0]?.message).toMatch(new RegExp(`^${code}: r `))
    expect(checks[0]?.fix).not.toBeNull()
  })

  it.each([
    ['tests that were all skipped', '<testsuite><testcase name="a"><skipped/></testcase></testsuite>', 'a was skipped'],
    [
      'rules that held of no rows',
      gx([{ ...passing, result: { element_count: 0, unexpected_count: 0 } }]),
      'expect_a had no rows to judge',
    ],
  ])('a report in which nothing was judged is an error: %s', (_, text, why) => {
    const [first, last] = judge(text)
    expect(first).toMatchObject({ status: 'skipped', effect: 'skipped' })
    expect(first?.message).toContain(why)
    expect(last).toMatchObject({ id: 'validate.results:r', effect: 'error' })
    expect(last?.message).toMatch(/^RESULTS_EMPTY: r .* holds no check that judged anything$/)
  })

  it('beside one that was judged, a check that was not is only listed', () => {
    const result = { element_count: 0, unexpected_count: 0 }
    expect(judge(gx([passing, { ...passing, result }])).map(({ effect }) => effect)).toEqual(['pass', 'skipped'])
  })

  it('a report that says it failed, and whose checks all passed, is an error', () => {
    expect(judge(gx([passing], false)).map(({ id, effect }) => [id, effect])).toEqual([
      ['validate.results:r/expect_a', 'pass'],
      ['validate.results:r', 'error'],
    ])
  })

  it('what looks like a failure in the text of a test is none, and tags in quotes are text', () => {
    const xml =
      '<testsuite><!-- <failure/> --><testcase name="a > b"><system-out><![CDATA[<failure/>]]></system-out></testcase></testsuite>'
    expect(told(xml)).toEqual(['a pass pass'])
  })

  it('whatever the bytes are, there is an answer, and no pass without a check', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc
        .constantFrom(...['gx-validation.json', 'junit.xml'].map(fixture))
        .chain((whole) => fc.nat(whole.length).map((n) => whole.slice(0, n - 1))),
    )
    fc.assert(
      fc.property(text, (some) => {
        expect(judge(some).map(({ status }) => status)).toContain('error')
      }),
      { numRuns: 300 },
    )
  })
})

describe('expect.results in a run of validate', () => {
  let yard: Yard
  beforeAll(async () => {
    yard = await makeYard()
    await yard.write('t.csv', 'a,y\n1,0\n2,1\n')
  })
  afterAll(() => yard[Symbol.asyncDispose]())

  it('its checks count like those of validate, and the file is among the inputs by its digest', async () => {
    await yard.write('reports/gx.json', fixture('gx-validation.json'))
    const result = await yard.validate(config('{train: t.csv, target: y}', '{results: [reports/gx.json]}'))
    expect(result.verdict).toBe('error')
    expect(find(result, 'validate.results:reports/gx.json/expect_column_values_to_be_between:age').effect).toBe('fail')
    expect(result.inputs.find(({ role }) => role === 'results')).toMatchObject({
      path: 'reports/gx.json',
      digest: expect.stringMatching(/^sha256:/),
    })
    expect(await yard.written()).not.toContain('canary')
  })

  it('a file that is not there, too large, or no text is an error', async () => {
    await yard.write('large.json', new Uint8Array(17 * 2 ** 20))
    await yard.write('bytes.json', Uint8Array.of(0xff, 0xfe, 0x00))
    const result = await yard.validate(
      config('{train: t.csv, target: y}', '{results: [no.json, {path: large.json, severity: warn}, bytes.json]}'),
    )
    for (const name of ['no.json', 'large.json', 'bytes.json']) expect(find(result, `validate.results:${name}`).effect).toBe('error')
    expect(find(result, 'validate.results:large.json').message).toContain('FILE_TOO_LARGE')
  })
})
