import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findCheck } from '../../../../src/core/checks/table.ts'
import { parseQuery, verifySql } from '../../../../src/core/checks/user-sql.ts'
import { UserError } from '../../../../src/errors.ts'
import { exampleOf, expectation, expectationsOf } from '../../../unit/checks/support.ts'
import { type Bench, makeBench } from '../../duckdb/support.ts'
import { findingOf, make, verified } from './support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

async function why(text: string, form: 'expression' | 'query' = 'expression'): Promise<string> {
  const [row] = await bench.engine.aggregate(parseQuery(text, form))
  const found = verifySql(String(row?.tree), form, ['data', 'train'])
  return found.ok ? `fine: ${[...found.sql.columns, ...found.sql.tables].join(' ')}` : found.why
}

describe('DAT-05 SQL of the config is confined to values of the row', () => {
  it.each([
    ['a > 3 AND "b c" IS NOT NULL', 'a b c'],
    ["status IN ('open', 'new') OR lower(name) LIKE 'x%'", 'status name'],
    ["date_diff('day', a, b) BETWEEN 1 AND 30", 'a b'],
    ['CASE WHEN a THEN b ELSE c END', 'a b c'],
    ["CAST(a AS INTEGER) % 2 = 0 AND coalesce(b, 'none') <> 'none'", 'a b'],
    ['abs(a - b) < 1e-9 -- with a remark', 'a b'],
    ['a /* ) OR true */ = 1', 'a'],
    ["a = 'read_csv(''x'')'", 'a'],
    ['list_contains([1, 2], a)', 'a'],
  ])('%s', async (text, columns) => {
    expect(await why(text)).toBe(`fine: ${columns}`)
  })

  it.each([
    "read_text('/etc/passwd') = 'x'",
    "a IN (SELECT content FROM read_text('/etc/passwd'))",
    "EXISTS (SELECT 1 FROM 'x.csv')",
    'a > (SELECT 1)',
    '1); DROP TABLE t1; --',
    'a) OR (true',
    'a > 1; SELECT 2',
    'a > 1 UNION SELECT 1',
    'a FROM data',
    'a AS b',
    'a, b',
    'DISTINCT a',
    'a ORDER BY 1',
    'a LIMIT 1',
    '*',
    'COLUMNS(*) > 1',
    "getenv('HOME') = 'x'",
    "current_setting('threads') = '2'",
    "getvariable('x') = 1",
    'random() > 0.5',
    'now() > a',
    "nextval('s') = 1",
    "pragma_version() = 'x'",
    "glob('*') = 'x'",
    'query(a)',
    'main.lower(a) = 1',
    'system.main.lower(a) = 1',
    'sum(a) > 1',
    'sum(a) OVER () > 1',
    'list_transform(a, lambda x: x + 1) = a',
    'a = ?',
    'a = $1',
    'data.a = 1',
    "repeat('x', 1000000000) = a",
    "lpad(a, 1000000000, 'x') = a",
    "ATTACH 'x' AS y",
    "COPY data TO 'x.csv'",
    'a >',
    '',
    '--',
  ])('refuses %s', async (text) => {
    expect(await why(text)).not.toMatch(/^fine/)
  })

  it.each([
    ...['a == 1 || b', 'a || b', 'NOT a || b', 'a AND b || c', '(a > 1) || (b < 2)', 'CASE WHEN a || b THEN 1 END = 1'],
    ...['a IS NULL || b', 'a IN (1, 2) || b', 'a = 1 || b', 'a = -1.5 || b', 'a == 1 || b == 2', 'a > 1 AND (b BETWEEN 1 AND 2) || c'],
  ])('%s: what joins text is not taken for OR', async (text) => {
    expect(await why(text)).toMatch(/^"\|\|" joins text, .*: for either of two write OR/)
    expect(await why(`SELECT count(*) FROM data WHERE ${text}`, 'query')).toMatch(/^"\|\|" joins text, .*: for either of two write OR/)
  })

  it('text is joined where text is wanted', async () => {
    expect(await why("a = b || ' ' || c")).toBe('fine: a b c')
    expect(await why("a LIKE b || '%' OR a = 'x' || b")).toBe('fine: a b')
    expect(await why('list_contains([1, 2] || [3], a)')).toBe('fine: a')
    expect(await why("SELECT a || 'x' FROM data WHERE a || b = 'xy'", 'query')).toBe('fine: data')
  })

  it('a query reads the tables it is given, and nothing else', async () => {
    expect(await why('SELECT count(*) FROM data WHERE a > 1', 'query')).toBe('fine: data')
    expect(await why('WITH x AS (SELECT a FROM data) SELECT * FROM x JOIN train USING (a)', 'query')).toBe('fine: data train')
    for (const text of [
      "SELECT * FROM read_csv('/etc/passwd')",
      "SELECT * FROM '/etc/passwd'",
      'SELECT * FROM duckdb_settings()',
      'SELECT * FROM information_schema.tables',
      'SELECT * FROM t1',
      'FROM current',
      'SELECT 1; SELECT 2',
      "COPY data TO 'x'",
      'CREATE TABLE x AS SELECT 1',
      'PRAGMA version',
      'SET threads = 1',
      "SELECT getenv('HOME') FROM data",
      'SELECT * FROM data) UNION (SELECT * FROM duckdb_settings()',
      'INSERT INTO data VALUES (1)',
    ])
      expect(await why(text, 'query'), text).not.toMatch(/^fine/)
  })

  it('a name of WITH holds where the engine takes it for that, and nowhere else', async () => {
    expect(await why('WITH x AS (SELECT a FROM data), Y AS (FROM x) SELECT 1 UNION SELECT a FROM y', 'query')).toBe('fine: data')
    expect(await why('WITH data AS (SELECT * FROM data WHERE a > 1) SELECT * FROM data', 'query')).toBe('fine: data')
    for (const name of ['sqlite_master', '"/etc/passwd"', 'made1'])
      for (const text of [
        `SELECT * FROM ${name} WHERE EXISTS (WITH ${name} AS (SELECT 1) SELECT 1)`,
        `WITH ${name} AS (SELECT * FROM ${name}) SELECT * FROM ${name}`,
        `WITH x AS (FROM ${name}), ${name} AS (SELECT 1) SELECT * FROM x`,
        `(WITH ${name} AS (SELECT 1) FROM ${name}) UNION ALL (FROM ${name})`,
      ])
        expect(await why(text, 'query'), text).toMatch(/^there is no table/)
  })

  it('a query gives the same each time: no clock, no sample', async () => {
    for (const name of [
      ...['current_catalog', 'current_date', 'current_role', 'current_schema', 'current_time', 'current_timestamp'],
      ...['current_user', 'localtime', 'localtimestamp', 'session_user', 'USER'],
    ])
      expect(await why(`SELECT a FROM data WHERE a < ${name}`, 'query'), name).toContain('is a value of the engine')
    expect(await why('SELECT data.user FROM data', 'query')).toBe('fine: data')
    for (const text of [
      'SELECT * FROM data TABLESAMPLE 10%',
      'SELECT * FROM data USING SAMPLE 3',
      'SELECT * FROM (FROM data) TABLESAMPLE 3 ROWS',
    ])
      expect(await why(text, 'query'), text).toBe('a sample may not be drawn here: its rows are other ones each time')
  })

  it.each([
    ['a == 1 &&', 'nothing stands behind "&&"; it is written AND'],
    ['len(a) > 2 ||', 'nothing stands behind "||"'],
    ['a > 0 && b', 'there is no operator "&&" here: it is written AND'],
    ['a = 1 AND', 'it is not SQL that the engine understands: it ends too early'],
    ['a > 0 AND b c d', 'it is not SQL that the engine understands, from "d" on'],
    ['a === b', 'there is no operator "===" here: it is written ='],
    ['a <~> b', 'there is no operator "<~>" here'],
    ['a !', 'nothing stands behind "!"; it is written NOT'],
    ['main.list_value(a) = b', 'fine: a b'],
    ['main.lower(a) = b', 'the function "lower" may not be used here'],
    ['lowr(a) = b', 'the function "lowr" may not be used here; did you mean lower?'],
  ])('%s: %s', async (text, says) => {
    expect(await why(text)).toBe(says)
  })

  it('the error names the key and the check, before any data is read', async () => {
    const asked = { ...expectation('max', { value: 1 }), where: "read_text('x') = 'y'" }
    const refused = await verified(bench, [asked]).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(UserError)
    expect(refused).toMatchObject({ code: 'BAD_SQL', message: 'where of validate.max:a: the function "read_text" may not be used here' })
  })

  it('columns must be there, whatever their case; the nearest one is named', async () => {
    const table = await make(bench, [
      { name: 'Delay', kind: 'integer', cells: ['1', '2'] },
      { name: 'a', kind: 'integer', cells: ['1', '2'] },
    ])
    const asked = { ...expectation('max', { value: 1 }), where: 'delay > 0' }
    expect(await findingOf(bench, table, asked)).toMatchObject({ status: 'fail', judged: 2, broken: 1 })
    expect(await findingOf(bench, table, { ...asked, where: 'dleay > 0' })).toMatchObject({
      status: 'error',
      says: 'COLUMN_MISSING: where names the column dleay, which is not there; did you mean Delay?',
    })
    const clock = await findingOf(bench, table, { ...asked, where: 'current_date IS NOT NULL' })
    expect(clock).toMatchObject({ status: 'error' })
  })

  it('what cannot be computed on the data is an error of that check alone, and no value is told', async () => {
    const table = await make(bench, [{ name: 'a', kind: 'string', cells: ["'canary-1'", "'2'"] }])
    const found = await findingOf(bench, table, { ...expectation('length', { min: 1 }), where: 'a > 5' })
    expect(found.status).toBe('error')
    expect(found.says).toMatch(/^BAD_SQL: /)
    expect(JSON.stringify(found.says)).not.toContain('canary')
  })

  it('every check that takes where gives an answer under it, never BAD_SQL', async () => {
    const table = await make(bench, [
      { name: 'a', kind: 'integer', cells: ['1', '2', '3', 'NULL'] },
      { name: 'y', kind: 'integer', cells: ['0', '1', '0', '1'] },
    ])
    for (const name of [
      'between',
      'mean_between',
      'unique',
      'distinct_count',
      'row_expression',
      'conditional',
      'composite_unique',
      'monotonic_increasing',
      'pii_columns',
    ]) {
      const entry = findCheck(name)
      if (entry === null) throw new Error(name)
      const found = await findingOf(bench, table, { ...exampleOf(entry), where: 'a >= 1 -- a remark' })
      expect([name, found.status]).not.toEqual([name, 'error'])
    }
  })
})

describe('rules over a row', () => {
  it('count what breaks them; rows without an answer are not judged, except behind a condition', async () => {
    const table = await make(bench, [
      { name: 'a', kind: 'integer', cells: ['1', '2', '3', 'NULL', '5'] },
      { name: 'b', kind: 'float', cells: ['1', '1', '4', '1', 'NULL'] },
      { name: 's', kind: 'string', cells: ["'x'", "'y'", "'x'", "'x'", "'z'"] },
    ])
    const told = async (text: string) => {
      const [asked] = expectationsOf(text)
      if (asked === undefined) throw new Error(text)
      const { status, judged, broken, first } = await findingOf(bench, table, asked)
      return [status, judged, broken, first]
    }
    expect(await told('{row_expression: a >= b}')).toEqual(['fail', 3, 1, 3])
    expect(await told('{conditional: {if: "s = \'x\'", must: a <= b}}')).toEqual(['fail', 3, 1, 4])
    expect(await told('{pair_equal: {a: a, b: b}}')).toEqual(['fail', 3, 2, 2])
    expect(await told('{a_greater_than_b: {a: a, b: b}}')).toEqual(['fail', 3, 2, 1])
    expect(await told('{a_greater_than_b: {a: a, b: b, or_equal: true}}')).toEqual(['fail', 3, 1, 3])
    expect(await told('{pair_in_set: {a: a, b: s, pairs: [[1, x], [2, y], [3, y]]}}')).toEqual(['fail', 4, 2, 3])
    expect(await told('{multicolumn_sum_equal: {columns: [a, b], total: 7}}')).toEqual(['fail', 3, 2, 1])
    expect(await told('{multicolumn_sum_equal: {columns: [a], total: b, tolerance: 1}}')).toEqual(['pass', 3, 0, null])
    // 1 = 1 in the first row; what is missing is like nothing, and 3 = 3.0 whatever it is stored as
    expect(await told('{unique_within_record: [a, b]}')).toEqual(['fail', 5, 1, 1])
    expect(await told('{unique_within_record: [a, s]}')).toEqual(['pass', 5, 0, null])
    expect(await told('{unique_within_record: {columns: [a, b, s], mostly: 80%}}')).toEqual(['pass', 5, 1, null])
    expect(await told('{composite_unique: [s, b]}')).toEqual(['fail', 5, 1, null])
    expect(await told('{composite_unique: [nope]}')).toEqual(['fail', null, null, null])
  })
})
