import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildProfile } from '../../../src/stages/profile-table.ts'
import { type Columns, type Hall, makeHall, times } from './support.ts'

let hall: Hall
beforeAll(async () => {
  hall = await makeHall()
})
afterAll(() => hall[Symbol.asyncDispose]())

/** The same table from both formats must give the same sentence. */
async function both(columns: Columns, expectation: string, more = {}): Promise<string> {
  const [one, two] = [
    await hall.say('test', { test: await hall.parquet(columns) }, expectation, more),
    await hall.say('test', { test: await hall.csv(columns) }, expectation, more),
  ]
  expect(two).toBe(one)
  return one
}

describe('columns and rows', () => {
  const table = { a: [1, 2, 3], b: ['x', 'y', 'z'] }
  const cases: readonly (readonly [string, string])[] = [
    ['{columns_match_set: [b, a]}', 'pass the 2 columns listed are there'],
    ['{columns_match_set: [a, c]}', 'fail there is no column c, and nobody expects b'],
    ['{columns_match_set: {columns: [a], exact: false}}', 'pass the 1 column listed is there'],
    ['{columns_match_ordered_list: [a, b]}', 'pass the 2 columns stand in the order listed'],
    ['{columns_match_ordered_list: [b, a]}', 'fail column 1 is a, and the list says b'],
    ['{columns_match_ordered_list: [a]}', 'fail column 2 is b, and the list says there is none'],
    ['{columns_match_ordered_list: [a, b, c]}', 'fail column 3 is not there, and the list says c'],
    ['{no_extra_columns: {columns: [a]}}', 'fail nobody expects b'],
    ['{no_extra_columns: {columns: [a, b, c]}}', 'pass no column is there that nobody expects'],
    ['{no_extra_columns: {}}', 'skipped there is no other training data to compare with'],
    ['{column_count_between: {min: 3}}', 'fail 2 columns, fewer than 3'],
    ['{column_count_between: {max: 1}}', 'fail 2 columns, more than 1'],
    ['{column_count_between: {min: 2, max: 2}}', 'pass 2 columns'],
    ['{rows: {min: 4}}', 'fail 3 rows are fewer than 4'],
    ['{columns: {b: {column_type_in_list: [integer, boolean]}}}', 'fail 3 of 3 are of none of the types integer, boolean'],
    ['{columns: {a: {column_type_in_list: [date, integer]}}}', 'pass 0 of 3 are of none of the types date, integer'],
    ['{columns: {a: {type: {type: integer, coerce: false}}}}', 'pass 0 of 3 are not stored as type integer'],
    ['{columns: {b: {type: {type: integer, coerce: false}}}}', 'fail 3 of 3 are not stored as type integer'],
    [
      '{columns: {a: {column_type_in_list: {types: [date, string], coerce: false}}}}',
      'fail 3 of 3 are stored as none of the types date, string',
    ],
    ['{duplicate_column_names: true}', 'pass every column has a name of its own'],
  ]
  it.each(cases)('%s: %s', async (expectation, said) => {
    expect(await both(table, expectation)).toBe(said)
  })

  it('rows that are repeated in the columns listed are not said to be repeated whole', async () => {
    const some = { a: [1, 1, 2], b: ['x', 'y', 'z'] }
    expect(await both(some, '{duplicates: {max: 0, columns: [a]}}')).toBe('fail 1 of 3 rows repeat an earlier row in a')
    expect(await both(some, '{duplicates: 0}')).toBe('pass 0 of 3 rows repeat an earlier row')
  })

  it('a list is no text, and no single value of it is at fault', async () => {
    const test = await hall.bench.table('lists.jsonl', '{"a":["x"]}\n{"a":["y","z"]}\n')
    expect(await hall.say('test', { test }, '{columns: {a: {type: string}}}')).toMatch(
      /^fail 2 of 2 are not of type string \(the column is stored as VARCHAR\[\]\)/,
    )
  })

  it('names that differ in case, punctuation, or the .1 of pandas are nearly one', async () => {
    const row = { price: [1], 'price.1': [2], 'user id': [3], User_ID: [4], 'v.1': [5], 'v.2': [6], '*': [7], '**': [8] }
    expect(await both(row, '{duplicate_column_names: true}')).toBe('fail price and price.1, user id and User_ID are each nearly one name')
  })

  it('rows against another role, exactly and with a tolerance', async () => {
    const [train, test] = [await hall.parquet({ a: times(100, (i) => i) }), await hall.csv({ a: times(95, (i) => i) })]
    expect(await hall.say('test', { train, test }, '{row_count_equal_other: train}')).toBe('fail 95 rows against 100 of train')
    expect(await hall.say('test', { train, test }, '{cross_table_row_count: {other: train, tolerance: 5%}}')).toBe(
      'pass 95 rows against 100 of train',
    )
    expect(await hall.say('test', { test }, '{row_count_equal_other: train}')).toBe('skipped data.train has no rows to compare with')
    expect(await hall.say('train', { train }, '{row_count_equal_other: train}')).toBe('skipped this is data.train itself')
  })

  describe('row_count_change by weekday', () => {
    const dayMs = 86_400_000
    const start = Date.UTC(2026, 0, 5) // a Monday
    const iso = (day: number) => new Date(start + day * dayMs).toISOString().slice(0, 10)
    /** rows of each day from the Monday on */
    const made = (rows: readonly number[], from = 0) =>
      hall.csv({ day: rows.flatMap((n, day) => times(n, () => iso(from + day))), x: rows.flatMap((n) => times(n, () => 1)) })
    const week = [10, 12, 14, 12, 20, 4, 0]
    const fourWeeks = [...week, ...week, 11, 12, 14, 12, 90, 4, 0, ...week]
    const asked = '{row_count_change: {max_ratio: 1.5, same_weekday: true}}'

    it('a Saturday is held against Saturdays', async () => {
      const train = await made(fourWeeks)
      const say = async (rows: readonly number[], from: number, time: string | null = 'day') =>
        hall.say('current', { current: await made(rows, from), train }, asked, { time })
      expect(await say([4], 33)).toBe('pass 4 rows on 1 day, where by their weekdays training had 4')
      expect(await say([4], 28)).toBe('fail 4 rows on 1 day, where by their weekdays training had 10: less than one part in 1.5')
      // the day with 90 rows is one of four Fridays: the median is 20. A Tuesday without rows counts
      expect(await say([10, 0, 14, 12, 20], 28)).toBe('pass 56 rows on 5 days, where by their weekdays training had 68')
      expect(await say([10, 0, 14, 1, 20], 28)).toBe(
        'fail 45 rows on 5 days, where by their weekdays training had 68: less than one part in 1.5',
      )
      expect(await say([3], 34)).toBe('fail 3 rows on 1 day, where by their weekdays training had 0: there should be none')
      expect(await say([4], 33, null)).toBe('error same_weekday needs data.time, which says of what day a row is')
    })

    it('a training profile gives the same where it holds days, and where it does not it is an error', async () => {
      const train = await made(fourWeeks)
      const current = await made([12, 30], 29)
      const profile = (time: string | null) => buildProfile(hall.bench.engine, train, { role: 'train', sensitive: [], time })
      const say = async (time: string | null) =>
        hall.say('current', { current }, asked, { time: 'day' }, { reference: await profile(time) })
      const told = 'fail 42 rows on 2 days, where by their weekdays training had 26: more than 1.5 times as many'
      expect(await hall.say('current', { current, train }, asked, { time: 'day' })).toBe(told)
      expect(await say('day')).toBe(told)
      expect(await say(null)).toMatch(/^error the training profile does not hold the rows of each day of day/)
    })
  })

  it('against a training profile: rows, columns, types', async () => {
    const train = await hall.parquet({
      a: times(100, (i) => i),
      b: times(100, (i) => `k${i % 3}`),
      gone: times(100, () => 1),
      x: times(100, (i) => i),
    })
    const reference = await buildProfile(hall.bench.engine, train, { role: 'train', sensitive: [] })
    const test = await hall.parquet({
      a: Float64Array.from(times(40, (i) => i + 0.5)),
      b: times(40, (i) => i),
      x: times(40, (i) => i),
      fresh: times(40, () => 1),
    })
    const say = (expectation: string) => hall.say('test', { test }, expectation, {}, { reference })
    expect(await say('{row_count_change: 3}')).toBe('pass 40 rows against 100 of training')
    expect(await say('{row_count_change: 2}')).toBe('fail 40 rows against 100 of training: less than one part in 2')
    expect(await say('{no_extra_columns: {}}')).toBe('fail nobody expects fresh')
    expect(await say('{schema_evolution: {}}')).toBe(
      'fail gone is gone, a was BIGINT and is DOUBLE, b was VARCHAR and is BIGINT, fresh is new',
    )
    expect(await say('{schema_evolution: [add, remove, widen]}')).toBe('fail b was VARCHAR and is BIGINT')
    const narrower = await hall.parquet({ a: times(9, (i) => i), b: times(9, () => 'k'), gone: times(9, () => 1), x: times(9, () => 7) })
    expect(await hall.say('test', { test: narrower }, '{schema_evolution: {}}', {}, { reference })).toBe(
      'pass the columns are those of the training data',
    )
  })
})

describe('content of columns and rows', () => {
  it('rows and columns without a value', async () => {
    const columns = { a: [1, null, 3, null], b: ['x', null, null, null], c: [null, null, null, null] }
    expect(await both(columns, '{empty_rows: 0}')).toBe('fail 2 of 4 rows have no value at all')
    expect(await both(columns, '{empty_rows: 50%}')).toBe('pass 2 of 4 rows have no value at all')
    expect(await both(columns, '{empty_columns: true}')).toBe('fail c has no value')
    const nan = await hall.parquet({ a: Float64Array.from([Number.NaN, Number.NaN]), b: [1, 2] })
    expect(await hall.say('test', { test: nan }, '{empty_columns: true}')).toBe('fail a has no value')
  })

  it('columns of the same content, whatever they are stored as; −0 is 0, and missing cells count', async () => {
    const test = await hall.parquet({
      a: [1, 2, null, 0],
      b: Float64Array.from([1, 2, Number.NaN, -0]),
      c: [1, 2, 3, 0],
      d: ['1', '2', null, '0'],
      e: [2, 1, null, 0], // the same values in another order
      n: [null, null, null, null],
      m: [null, null, null, null],
    })
    expect(await hall.say('test', { test }, '{duplicate_columns: true}')).toBe('fail a, b hold the same values')
  })

  it.each([
    ['median_between: {reference: 3}', /^pass/],
    ['quantile_between: {q: 0.9, reference: 3}', /^(pass|skipped)/],
    ['mean_between: {reference: 3}', /^pass/],
    ['z_score_less_than: {k: 3}', /^pass/],
    ['iqr_outlier_rate: {k: 1.5}', /^pass/],
  ])('figures of whole numbers beyond 64 bits against those of train: %s', async (rule, says) => {
    const lines = times(60, (i) => `${i % 3 === 0 ? '' : '9'}9999999999999999999${i % 10}`)
    const table = () => hall.text(`big\n${lines.join('\n')}\n`)
    const [train, test] = [await table(), await table()]
    const reference = await buildProfile(hall.bench.engine, train, { role: 'train', sensitive: [] })
    expect(await hall.say('test', { train, test }, `{columns: {big: {${rule}}}}`, {}, { reference })).toMatch(says)
  })

  it('integers beyond 2^53 are not mixed up', async () => {
    const big = 9007199254740992n
    expect(await both({ a: [big, big + 1n], b: [big + 1n, big + 1n] }, '{duplicate_columns: true}')).toBe(
      'pass every column has content of its own',
    )
  })

  it('columns that agree in nearly every row, beyond what two rare flags do', async () => {
    const rows = 1000
    const columns = {
      a: times(rows, (i) => (i * 7) % 50),
      b: times(rows, (i) => (i < 5 ? -1 : (i * 7) % 50)),
      c: times(rows, (i) => (i * 11) % 50),
      flag: times(rows, (i) => (i === 3 ? 1 : 0)),
      other: times(rows, (i) => (i === 4 ? 1 : 0)),
    }
    expect(await both(columns, '{near_duplicate_columns: 99%}')).toBe('fail a and b (99.5 %) agree in nearly every row')
    expect(await both(columns, '{near_duplicate_columns: 99.9%}')).toBe('pass no two columns agree in 99.9 % of the rows')
  })

  it('the newest time of a column against the time of the run', async () => {
    const columns = { t: ['2026-05-30 12:00:00', '2026-05-01 00:00:00', null], a: [1, 2, 3] }
    expect(await both(columns, '{freshness: {max_age: 3d, column: t}}')).toBe('pass the newest t is 2.000 days old')
    expect(await both(columns, '{freshness: 47h}', { time: 't' })).toBe('fail the newest t is 2.000 days old (limit 47h)')
    expect(await both(columns, '{freshness: 47h}', { time: 't', sensitive: ['t'] })).toBe('fail the newest t is older than 47h')
    expect(await both(columns, '{freshness: 47h}')).toBe('fail no column says when a row was made: write column, or data.time')
    expect(await both({ ...columns, t: [null, null, null] }, '{freshness: 47h}', { time: 't' })).toBe('skipped t has no time to judge')
  })

  it('a column of which nothing reads as a time is never fresh, and a time without end is none', async () => {
    const words = { t: ['31.12.2025', '05/30/2026', null], a: [1, 2, 3] }
    expect(await both(words, '{freshness: 47h}', { time: 't' })).toBe('fail no value of t reads as a time')
    const endless = { t: ['2026-05-30 12:00:00', 'infinity', null], a: [1, 2, 3] }
    expect(await both(endless, '{freshness: 47h}', { time: 't' })).toBe('fail the newest t is 2.000 days old (limit 47h)')
  })
})

describe('against another role', () => {
  it('groups that came and went', async () => {
    const tables = { train: await hall.parquet({ g: ['a', 'b', 'c', null] }), test: await hall.csv({ g: ['b', 'c', 'd', 'e', null] }) }
    expect(await hall.say('test', tables, '{columns: {g: {group_evolution: {}}}}')).toBe(
      'fail 4 groups of g: 2 not in train, 1 of train not here',
    )
    expect(await hall.say('test', tables, '{columns: {g: {group_evolution: [new, vanished]}}}')).toMatch(/^pass/)
  })

  it('keys that are not there; a key of which a part is missing is not judged', async () => {
    const big = 9007199254740993n
    const tables = {
      train: await hall.parquet({ k: [1n, 2n, big], l: ['a', 'b', 'c'] }),
      test: await hall.csv({ k: [1n, 2n, big, big - 1n, null], l: ['a', 'x', 'c', 'c', 'a'] }),
    }
    expect(await hall.say('test', tables, '{referential_integrity: {columns: [k], other: train}}')).toBe(
      'fail the k of 1 of 4 rows is not in train',
    )
    expect(await hall.say('test', tables, '{referential_integrity: {columns: [k, l], other: train, max: 50%}}')).toBe(
      'pass the k, l of 2 of 4 rows is not in train',
    )
    expect(await hall.say('test', tables, '{referential_integrity: {columns: [l], other: train, other_columns: [gone]}}')).toBe(
      'skipped data.train has no rows with these columns to compare with',
    )
  })

  it('NaN is no key, and −0 is 0', async () => {
    const tables = {
      train: await hall.parquet({ k: Float64Array.from([0, 1.5]) }),
      test: await hall.parquet({ k: Float64Array.from([-0, 1.5, Number.NaN, 2]) }),
    }
    expect(await hall.say('test', tables, '{referential_integrity: {columns: [k], other: train}}')).toBe(
      'fail the k of 1 of 3 rows is not in train',
    )
  })

  it('aggregates of two roles, without the figure itself', async () => {
    const tables = { train: await hall.parquet({ v: [1, 2, 3] }), test: await hall.csv({ v: [1.5, 2, 2.8] }) }
    expect(await hall.say('test', tables, '{columns: {v: {reconcile_aggregate: {aggregate: sum, other: train, tolerance: 6%}}}}')).toBe(
      'pass the sum of v is 4.8 % away from that of train',
    )
    expect(await hall.say('test', tables, '{columns: {v: {reconcile_aggregate: {aggregate: max, other: train}}}}')).toMatch(
      /^fail the largest value of v is 6\.7 % away from that of train/,
    )
    expect(await hall.say('test', tables, '{columns: {v: {reconcile_aggregate: {aggregate: count, other: train}}}}')).toBe(
      'pass the number of values of v is that of train',
    )
  })
})

describe('DAT-05 queries of the config', () => {
  const tables = async () => ({ train: await hall.csv({ a: [1, 2, 3] }), test: await hall.parquet({ a: [3, 4, null] }) })
  const cases: readonly (readonly [string, string])[] = [
    ['{failed_rows: "SELECT * FROM data WHERE a > 3"}', 'fail the query gives 1 row'],
    ['{failed_rows: {query: "SELECT * FROM data WHERE a > 3", max: 50%}}', 'pass the query gives 1 row'],
    ['{failed_rows: {query: "SELECT a FROM data", max: 2}}', 'fail the query gives 3 rows (limit 2)'],
    ['{failed_rows: "SELECT * FROM data WHERE a NOT IN (SELECT a FROM train) -- new ones"}', 'fail the query gives 1 row'],
    ['{failed_rows: "WITH x AS (SELECT a FROM test) SELECT * FROM x WHERE a < 0"}', 'pass the query gives 0 rows'],
    ['{custom_sql: {query: "SELECT avg(a) FROM data", min: 3, max: 4}}', 'pass the figure lies within its limits'],
    ['{custom_sql: {query: "SELECT avg(a) FROM data", max: 3}}', 'fail the figure lies above 3'],
    ['{custom_sql: {query: "SELECT a FROM data", max: 3}}', 'fail the query gives 3 rows, and one number is wanted'],
    [
      '{custom_sql: {query: "SELECT max(a) FROM data WHERE a < 0", max: 3}}',
      'skipped the query gives no number: there was nothing to compute it of',
    ],
    [`{custom_sql: {query: "SELECT 'many' FROM data LIMIT 1", max: 3}}`, 'fail the query gives something that is no number'],
    [`{custom_sql: {query: "SELECT avg(CAST('nan' AS DOUBLE)) FROM data", max: 3}}`, 'fail the query gives something that is no number'],
  ]
  it.each(cases)('%s: %s', async (expectation, said) => {
    expect(await hall.say('test', await tables(), expectation)).toBe(said)
  })

  it.each([
    "SELECT * FROM 'x.csv'",
    "SELECT * FROM read_csv('x.csv')",
    'SELECT * FROM information_schema.tables',
    'SELECT 1; SELECT 2',
    'SELECT * FROM t1',
    "SELECT getenv('HOME')",
  ])('refuses %s before any data is read', async (query) => {
    await expect(hall.say('test', await tables(), `{failed_rows: ${JSON.stringify(query)}}`)).rejects.toThrow(
      /may not be|no table|more than one|not SQL/,
    )
  })
})
