import { describe, expect, it } from 'vitest'
import type { StorageKind } from '../../../src/core/checks/facts.ts'
import type { Finding } from '../../../src/core/checks/finding.ts'
import { columnChecks, targetChecks, targetQuery } from '../../../src/core/checks/integrity.ts'
import { planChecks } from '../../../src/core/checks/plan.ts'
import { checkId, toCheck } from '../../../src/core/checks/report.ts'
import { aggregatesPerQuery, scanQuery } from '../../../src/core/checks/scan.ts'
import { checkTable, findCheck } from '../../../src/core/checks/table.ts'
import { declaredTypes, typeRules } from '../../../src/core/checks/type-rules.ts'
import { proportionInterval } from '../../../src/core/stats/proportion.ts'
import { around, column, data, exampleOf, expectation, table } from './support.ts'

const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const

describe('the table of checks', () => {
  it('has every name once, a summary and a fix each', () => {
    expect(new Set(checkTable.map((entry) => entry.name)).size).toBe(checkTable.length)
    for (const entry of checkTable) {
      expect(entry.summary.length, entry.name).toBeGreaterThan(10)
      expect(entry.fix.length, entry.name).toBeGreaterThan(10)
    }
    expect(findCheck('no such check')).toBeNull()
  })

  it.each(checkTable.map((entry) => [entry.name, entry] as const))('%s refuses parameters that are not its own', (_, entry) => {
    const { params } = exampleOf(entry)
    expect(() => entry.bind({ ...params, stray: 1 })).toThrow()
    expect(() => entry.bind(params)).not.toThrow()
  })

  it('takes no parameter that every check has a meaning for', () => {
    for (const { shape, on, name } of checkTable)
      for (const key of ['check', 'name', 'on', 'where', 'mostly', 'severity', ...(on === 'column' ? ['column'] : [])])
        expect(Object.hasOwn(shape, key), `${name} ${key}`).toBe(false)
  })

  it('values of the config are parameters, never text of the SQL', () => {
    const marked = "'; DROP TABLE t; --"
    for (const kind of ['integer', 'float', 'boolean', 'string', 'date', 'timestamp', 'time', 'decimal'] as const) {
      const asked = [
        expectation('in', { values: [marked, 1, true] }),
        expectation('not_in', { values: [marked] }),
        expectation('matches', { pattern: marked }),
      ]
      const wanted = planChecks(asked, table([column('a', kind)]), around()).shared.flatMap((scan) => scan.wanted)
      expect(wanted.length).toBeGreaterThan(3)
      for (const query of wanted) {
        expect(query.sql).not.toContain('DROP')
        expect((query.sql.replace(/'[^']*'/g, '').match(/\?/g) ?? []).length).toBe(query.values.length)
      }
    }
  })

  it('row-wise checks share one scan, whatever their number, and one count of judged rows', () => {
    const columns = Array.from({ length: 40 }, (_, i) => column(`c${i}`))
    const plan = planChecks(
      columns.flatMap(({ name }) => [
        expectation('min', { value: 1 }, name),
        expectation('max', { value: 1 }, name),
        expectation('unique', {}, name),
      ]),
      table(columns),
      around(),
    )
    const [scan, second] = plan.shared
    const query = scan === undefined ? null : scanQuery(scan.wanted, table(columns))
    expect(second).toBeUndefined()
    expect(query?.sql.match(/FROM t\b/g)).toHaveLength(1)
    expect(query?.sql.match(/count_if\(/g)).toHaveLength(80)
    expect(query?.sql.match(/count\(/g)).toHaveLength(40)
    expect(plan.own).toHaveLength(40)
  })

  it('very many are asked for in several queries, so that planning them stays linear; each column is read in one', () => {
    const columns = Array.from({ length: 300 }, (_, i) => column(`c${i}`))
    const plan = planChecks(
      columns.flatMap(({ name }) => [expectation('min', { value: 1 }, name), expectation('max', { value: 1 }, name)]),
      table(columns),
      around(),
    )
    const counts = plan.shared.map(({ wanted }) => wanted.length)
    expect(counts.length).toBeGreaterThan(3)
    expect(Math.max(...counts)).toBeLessThanOrEqual(aggregatesPerQuery + 2)
    const findings = plan.shared.flatMap((scan) => scan.finish([]))
    expect(findings.map(({ expectation: { check, column: name } }) => `${check} ${name}`).slice(0, 3)).toEqual([
      'min c0',
      'max c0',
      'min c1',
    ])
  })

  it('a kind that a check cannot judge fails as a whole, with a sentence', () => {
    const plan = planChecks([expectation('min', { value: 1 })], table([column('a', 'other')]), around())
    expect(plan.known[0]).toMatchObject({
      status: 'fail',
      says: expect.stringMatching(/^a is OTHER, and min judges columns of integer, float, .+/),
    })
    const text = planChecks([expectation('non_negative', {})], table([column('a', 'string')]), around()).known[0]
    expect(text?.fix).toBe(
      'give the column one of these types (one value that is none of these makes text of a whole column), or take non_negative away',
    )
  })

  it('a name that is in no entry is a bug of the config parser, not a pass', () => {
    expect(() => planChecks([expectation('nope')], table([]), around())).toThrow('there is no check nope')
  })
})

describe('type', () => {
  const accepts = (kind: StorageKind, untyped = false) =>
    declaredTypes.filter((type) => typeRules[type](column('a', kind), untyped) === 'false')

  it('accepts what is stored as it, and numbers for numbers', () => {
    expect(accepts('integer')).toEqual(['integer', 'number', 'float', 'decimal'])
    expect(accepts('float')).toEqual(['number', 'float', 'decimal'])
    expect(accepts('string')).toEqual(['string'])
    expect(accepts('boolean')).toEqual(['boolean'])
    expect(accepts('date')).toEqual(['date', 'timestamp'])
    expect(accepts('timestamp')).toEqual(['timestamp'])
    expect(accepts('time')).toEqual(['time'])
    expect(accepts('other')).toEqual([])
  })

  it('takes anything in a CSV as text', () => {
    expect(accepts('integer', true)).toContain('string')
    expect(accepts('integer', false)).not.toContain('string')
  })
})

describe('findings become one check per expectation', () => {
  const finding = (role: string, broken: number, judged: number, allowed = 0): Finding => ({
    expectation: expectation('nulls', { max: allowed }),
    role,
    status: broken > allowed * judged ? 'fail' : 'pass',
    judged,
    broken,
    observed: null,
    first: broken > 0 ? 3 : null,
    limit: { value: allowed, kind: 'max', unit: 'share' },
    says: 'are missing',
  })

  it('with the figures of the worst table and a sentence for each that fails', () => {
    const check = toCheck([finding('train', 1, 1000), finding('test', 5, 100), finding('current', 0, 50)], policy)
    expect(check).toMatchObject({ id: 'validate.nulls:a', status: 'fail', observed: 0.05, n: 100, limit: 0 })
    expect(check.message).toBe(
      'train: 1 of 1,000 values of a are missing, first in row 3; test: 5 of 100 values of a are missing, first in row 3',
    )
  })

  it('with the interval of the part of broken rows, or of their number where the limit is one', () => {
    const [low, high] = proportionInterval(5, 100, 0.975).bounds
    expect(toCheck([finding('test', 5, 100)], policy)).toMatchObject({ observed: 0.05, interval: [low, high], level: 0.95 })
    const many = toCheck([{ ...finding('test', 5, 100), limit: { value: 3, kind: 'max', unit: 'rows' } }], policy)
    expect(many).toMatchObject({ observed: 5, unit: 'rows', interval: [low * 100, high * 100], level: 0.95, tail: 'two-sided' })
  })

  it('a pass names all tables', () => {
    expect(toCheck([finding('train', 0, 10), finding('test', 0, 10)], policy)).toMatchObject({
      status: 'pass',
      effect: 'pass',
      fix: null,
      message: '0 of 10 values of a are missing (train, test)',
    })
  })

  it('a pass names only the tables that were looked at', () => {
    const none: Finding = { ...finding('test', 0, 0), status: 'skipped', broken: null, limit: null, says: 'a has no values to judge' }
    expect(toCheck([finding('train', 0, 10), none], policy).message).toBe(
      '0 of 10 values of a are missing (train); test: a has no values to judge',
    )
    expect(toCheck([none], policy)).toMatchObject({
      status: 'skipped',
      effect: 'skipped',
      observed: null,
      message: 'a has no values to judge (test)',
    })
  })

  it('the limit is inclusive', () => {
    expect(toCheck([finding('train', 10, 1000, 0.01)], policy).status).toBe('pass')
    expect(toCheck([finding('train', 11, 1000, 0.01)], policy).status).toBe('fail')
  })

  it('severity warn makes the effect a warn; no judged row is no NaN', () => {
    const [one] = [finding('train', 1, 10)]
    expect(toCheck([{ ...one, expectation: { ...one.expectation, severity: 'warn' } }], policy)).toMatchObject({
      status: 'fail',
      effect: 'warn',
    })
    expect(toCheck([finding('train', 0, 0)], policy)).toMatchObject({ status: 'pass', observed: 0, interval: null })
  })

  it('ids hold names, never parameters', () => {
    expect(checkId(expectation('in', { values: ['secret'] }))).toBe('validate.in:a')
    expect(checkId(expectation('rows', { min: 1 }, null))).toBe('validate.rows')
  })
})

describe('integrity', () => {
  it('names every column of the config that a table lacks, where it is needed', () => {
    const spec = data({ features: ['a', 'b'], id: 'id' })
    expect(columnChecks(table([column('a')]), spec).map((check) => check.id)).toEqual([
      'validate.column_train:b',
      'validate.column_train:y',
    ])
    expect(columnChecks(table([column('a')], { role: 'test' }), spec).map((check) => check.column)).toEqual(['b', 'id', 'y'])
    expect(columnChecks(table([column('a')], { role: 'current' }), spec).map((check) => check.column)).toEqual(['b'])
    expect(columnChecks(table([column('a')]), spec).every((check) => check.effect === 'error')).toBe(true)
  })

  it('one class is an error, missing labels a fail, neither a pass', () => {
    const one = table([column('y')])
    const judged = (missing: number, classes: number) => targetChecks(one, data(), { missing0: missing, classes0: classes })
    expect(judged(0, 1)).toMatchObject([{ status: 'error' }])
    expect(judged(100, 0)).toMatchObject([{ status: 'error' }])
    expect(judged(4, 2)).toMatchObject([{ id: 'validate.target:train', status: 'fail', observed: 0.04 }])
    expect(judged(0, 2)).toMatchObject([{ status: 'pass' }])
  })

  it('of several labels each is judged for itself, and one that never varies is worth a look', () => {
    const two = table([column('a'), column('b')])
    expect(
      targetChecks(two, data({ target: null, targets: ['a', 'b'] }), { missing0: 4, classes0: 2, missing1: 0, classes1: 1 }),
    ).toMatchObject([
      { id: 'validate.target_train:a', status: 'fail', message: '4 of 100 rows of data.train have no a' },
      { id: 'validate.target_train:b', status: 'warn', message: 'the label b is the same in every row of data.train' },
    ])
  })

  it('current data, and a table without the target, are not asked', () => {
    expect(targetQuery(table([column('y')], { role: 'current' }), data())).toBeNull()
    expect(targetQuery(table([column('x')]), data())).toBeNull()
    expect(targetQuery(table([column('y')]), data({ target: null }))).toBeNull()
  })
})
