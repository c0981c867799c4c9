import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { byChance } from '../../../src/core/checks/entries/chance.ts'
import { buildProfile } from '../../../src/stages/profile-table.ts'
import { expectationsOf } from '../../unit/checks/support.ts'
import { type Columns, type Hall, makeHall, sequence, times } from './support.ts'

let hall: Hall
beforeAll(async () => {
  hall = await makeHall()
})
afterAll(() => hall[Symbol.asyncDispose]())

/** Train as Parquet against test as CSV and the other way round: the same sentence. */
async function across(train: Columns, test: Columns, expectation: string, more = {}): Promise<string> {
  const one = await hall.say('test', { train: await hall.parquet(train), test: await hall.csv(test) }, expectation, more)
  const two = await hall.say('test', { train: await hall.csv(train), test: await hall.parquet(test) }, expectation, more)
  expect(two).toBe(one)
  return one
}

describe('rows that test and train share', () => {
  const row = (i: number) => ({ a: i * 1.5, b: `Item ${i}`, y: i % 2 })
  const columns = (list: readonly ReturnType<typeof row>[]) => ({
    a: list.map((one) => one.a),
    b: list.map((one) => one.b),
    y: list.map((one) => one.y),
  })

  it('counts copies exactly, with the label or without', async () => {
    const train = columns(times(400, row))
    const test = columns([...times(90, (i) => row(i + 1000)), ...times(6, row), ...times(4, (i) => ({ ...row(i + 50), y: 1 - (i % 2) }))])
    expect(await across(train, test, '{train_test_overlap: 0}')).toBe('fail 6 of 100 rows (6 %) are also in train')
    expect(await across(train, test, '{train_test_overlap: {max: 0, features_only: true}}')).toBe(
      'fail 10 of 100 rows (10 %) are also in train',
    )
    expect(await across(train, test, '{train_test_overlap: 6%}')).toBe('pass 6 of 100 rows (6 %) are also in train')
    expect(await across(train, test, '{train_test_overlap: {max: 5%, columns: [b]}}')).toBe(
      'fail 10 of 100 rows (10 %) are also in train (limit 5 %)',
    )
  })

  it('an id, a time and a weight do not hide a copy, unless they are features', async () => {
    const train = { id: times(50, (i) => i), a: times(50, (i) => i * i) }
    const test = { id: times(10, (i) => 900 + i), a: times(10, (i) => i * i) }
    expect(await across(train, test, '{train_test_overlap: 0}', { id: 'id' })).toBe('fail 10 of 10 rows (100 %) are also in train')
    expect(await across(train, test, '{train_test_overlap: 0}', { id: 'id', features: ['id', 'a'] })).toBe(
      'pass 0 of 10 rows (0 %) are also in train',
    )
  })

  it('fuzzy: rounded numbers and folded text', async () => {
    const train = { a: times(50, (i) => 1000 + i * 37.5), b: times(50, (i) => `Item-${i}`) }
    const test = { a: times(10, (i) => (1000 + i * 37.5) * 1.00001), b: times(10, (i) => `item  ${i}`) }
    expect(await across(train, test, '{train_test_overlap: 0}')).toBe('pass 0 of 10 rows (0 %) are also in train')
    expect(await across(train, test, '{train_test_overlap: {max: 0, fuzzy: true}}')).toBe(
      'fail 10 of 10 rows (100 %) are also in train, when numbers are rounded and text is folded, and long texts are 70 % alike',
    )
  })

  describe('of long texts that are nearly the same', () => {
    /** Sentences of 14 to 30 words, frequent ones as in a language. */
    function sentences(seed: number, n: number): string[] {
      const next = sequence(seed)
      const word = () => `w${Math.floor(600 ** next()).toString(36)}${['', 'ed', 'ing', 's'][Math.floor(next() * 4)]}`
      return times(n, () => times(14 + Math.floor(next() * 17), word).join(' '))
    }
    const shouted = (text: string) => `“${text.toUpperCase().replaceAll(' W', ' -- W')}”!!`
    const reworded = (text: string) => text.split(' ').with(7, 'otherwise').join(' ')
    const labelled = (list: readonly string[]) => ({ text: list, y: list.map((one) => one.length % 2) })
    const check = (more = '') => `{train_test_overlap: {max: 0, features_only: true, fuzzy: true${more}}}`
    const said = ', when numbers are rounded and text is folded, and long texts are 70 % alike'

    it('finds those in other case and punctuation, and those with one other word', async () => {
      const train = sentences(1, 1500)
      const fresh = sentences(2, 180)
      const test = [...fresh, ...train.slice(0, 10).map(shouted), ...train.slice(500, 510).map(reworded)]
      expect(await across(labelled(train), labelled(test), '{train_test_overlap: {max: 0, features_only: true}}')).toMatch(/^pass 0 of 200/)
      expect(await across(labelled(train), labelled(test), check())).toBe(`fail 20 of 200 rows (10 %) are also in train${said}`)
      // only what is the same word by word
      expect(await across(labelled(train), labelled(test), check(', similarity: 1'))).toMatch(/^fail 10 of 200 .*100 % alike$/)
      expect(await across(labelled(train), labelled(fresh), check())).toBe(`pass 0 of 180 rows (0 %) are also in train${said}`)
    })

    it('keeps rows apart that differ in another column, and asks each column for itself', async () => {
      const train = sentences(3, 400)
      const other = (list: readonly string[], price: number) => ({ text: list, price: list.map(() => price) })
      const copies = train.slice(0, 20).map(reworded)
      expect(await across(other(train, 1.5), other(copies, 1.5), check())).toMatch(/^fail 20 of 20/)
      expect(await across(other(train, 1.5), other(copies, 2.5), check())).toMatch(/^pass 0 of 20/)
      const body = sentences(4, 400)
      const two = (title: readonly string[], text: readonly string[]) => ({ title, text })
      const bodies = body.slice(0, 20)
      expect(await across(two(train, body), two(copies, bodies), check())).toMatch(/^fail 20 of 20/)
      expect(await across(two(train, body), two(bodies, copies), check())).toMatch(/^pass 0 of 20/)
      expect(await across(two(train, body), two(copies, body.slice(20, 40)), check())).toMatch(/^pass 0 of 20/)
    })

    it('short texts, missing ones and those of one language without spaces are what they are', async () => {
      const words = ['これは', '私の', '新しい', '本です', '毎日', '電車で', '読んで', 'います', '駅から', '遠い', '学校へ', '行く']
      const next = sequence(9)
      const text = () => times(9, () => words[Math.floor(next() * 12)] ?? '').join('')
      const train = { text: [...times(300, text), 'Item-7', null, null], n: times(303, (i) => i % 5) }
      const near = (train.text[0] ?? '').replace(/.$/u, '。').concat('！')
      const test = { text: [near, 'item 7', 'item 8', null], n: [0, 0, 0, 9] }
      expect(await across(train, test, check(', by_chance: false, similarity: 60%'))).toMatch(/^fail 2 of 4 rows/)
    })

    it('texts from one template are there by chance, and no alarm; copies among letters of many kinds are one', async () => {
      const next = sequence(5)
      const cities = ['Oslo', 'Rome', 'Lima', 'Cairo', 'Delhi', 'Quito']
      const letter = () =>
        `Dear customer, your order number ${Math.floor(next() * 1e6)} from ${cities[Math.floor(next() * 6)]} was handed to the carrier on day ${Math.floor(next() * 30)} and will arrive within ${Math.floor(next() * 9)} days.`
      const [train, test] = [labelled(times(1200, letter)), labelled(times(300, letter))]
      const templated = await across(train, test, check())
      expect(templated).toMatch(/^pass \d+ of 300 rows \(.*%\) are also in train.*; .* % are there by chance/)
      const mixed = [...sentences(6, 900), ...times(60, letter)]
      const half = [...sentences(7, 200), ...times(12, letter)]
      expect(await across(labelled(mixed), labelled(half), check())).toMatch(/^pass/)
      expect(await across(labelled(mixed), labelled([...half, ...mixed.slice(0, 25).map(shouted)]), check())).toMatch(/^fail/)
    })

    it('similarity is of fuzzy, and no less than 0.6', async () => {
      expect(() => expectationsOf('{train_test_overlap: {similarity: 0.9}}')).toThrow(/goes with fuzzy: true/)
      expect(() => expectationsOf('{train_test_overlap: {fuzzy: true, similarity: 0.3}}')).toThrow(/from 0\.6 to 1/)
    })
  })

  it('NaN and a missing number are one, −0 is 0, integers beyond 2^53 stay apart', async () => {
    const train = await hall.parquet({ k: [9007199254740993n, 1n, 2n], x: Float64Array.from([1, -0, Number.NaN]) })
    const test = await hall.csv({ k: [9007199254740992n, 1n, 2n], x: [1, 0, null] })
    expect(await hall.say('test', { train, test }, '{train_test_overlap: 0}')).toBe('fail 2 of 3 rows (66.7 %) are also in train')
  })

  it('rows of few values are there by chance, and no alarm', async () => {
    const next = sequence(1)
    const draw = (n: number) => ({
      a: times(n, () => Math.floor(next() * 8)),
      b: times(n, () => `k${Math.floor(next() * 10)}`),
      y: times(n, () => Math.floor(next() * 2)),
    })
    for (let run = 0; run < 5; run += 1) {
      expect(await across(draw(2000), draw(500), '{train_test_overlap: 0}')).toMatch(
        /^pass (49\d|500) of 500 rows \(.*%\) are also in train; (99\.\d|100) % are there by chance/,
      )
    }
  })

  it('of a middling table the share is what Good and Turing expect, and copies above it are an alarm', async () => {
    const next = sequence(2)
    const draw = (n: number) => times(n, () => ({ a: Math.floor(next() * 5000), y: Math.floor(next() * 2) }))
    const make = (list: readonly { a: number; y: number }[]) => ({ a: list.map((one) => one.a), y: list.map((one) => one.y) })
    const train = draw(1000)
    // 10,000 cells, 1,000 draws: a new row is in train with probability 1 − e^(−0.1) = 9.5 %
    const clean = await across(make(train), make(draw(1000)), '{train_test_overlap: 0}')
    expect(clean).toMatch(/^pass /)
    expect(Number(/; ([\d.]+) % are there by chance/.exec(clean)?.[1])).toBeCloseTo(9.5, -0.9)
    expect(await across(make(train), make([...draw(800), ...train.slice(0, 200)]), '{train_test_overlap: 0}')).toMatch(
      /^fail (2[5-9]\d|3\d\d) of 1,000 rows/,
    )
    expect(await across(make(train), make(draw(1000)), '{train_test_overlap: {max: 0, by_chance: false}}')).toMatch(/^fail/)
  })

  it('cautious: one common row of a small table is no alarm, one in five is', async () => {
    const train = { a: times(120, (i) => i) }
    const test = (copies: number) => ({ a: times(30, (i) => (i < copies ? i : 1000 + i)) })
    expect(await across(train, test(1), '{train_test_overlap: {max: 1%, cautious: true}}')).toMatch(/^pass 1 of 30/)
    expect(await across(train, test(1), '{train_test_overlap: 0}')).toMatch(/^fail 1 of 30/)
    expect(await across(train, test(8), '{train_test_overlap: {max: 1%, cautious: true}}')).toMatch(/^fail 8 of 30/)
  })

  it('rows without any value are not rows', async () => {
    expect(await across({ a: [1, null, null] }, { a: [null, 7] }, '{train_test_overlap: 0}')).toBe(
      'pass 0 of 1 row (0 %) are also in train',
    )
    expect(await across({ a: [1, 2] }, { b: ['x'] }, '{train_test_overlap: 0}')).toBe(
      'skipped this table and train have no columns in common that make a row',
    )
    expect(await hall.say('test', { test: await hall.csv({ a: [1] }) }, '{train_test_overlap: 0}')).toBe(
      'skipped there are no rows of data.train to compare with',
    )
  })

  it('the figures of chance: by hand, and of nothing', () => {
    expect(byChance({ n: 1000, once: 1000, twice: 0 }, 100, false)).toEqual({ expected: 0, explained: 0 })
    expect(byChance({ n: 0, once: 0, twice: 0 }, 100, true)).toEqual({ expected: 0, explained: 0 })
    const { expected, explained } = byChance({ n: 1000, once: 900, twice: 50 }, 200, false)
    expect(expected).toBeCloseTo(20, 12)
    // Var = 200² (900 + 100 − 810) / 1000² + 200 · 0.1 · 0.9 = 7.6 + 18
    expect(explained).toBeCloseTo(22 + 3.0902 * Math.sqrt(25.6) + (3.0902 ** 2 - 1) / 6, 9)
    expect(byChance({ n: 10, once: 0, twice: 0 }, 50, false).explained).toBe(50)
  })
})

describe('ids, groups and times that test and train share', () => {
  it('ids, of whatever type the files gave them', async () => {
    const big = 9007199254740993n
    expect(await across({ id: [11n, 25n, big] }, { id: [25n, 31n, big, big - 1n, null] }, '{id_overlap: 0}', { id: 'id' })).toBe(
      'fail the id of 2 of 4 rows is also in train',
    )
    const text = { train: await hall.csv({ id: ['7', '8', 'x9'] }), test: await hall.csv({ id: [7, 12, 15] }) }
    expect(await hall.say('test', text, '{id_overlap: 0}', { id: 'id' })).toBe('fail the id of 1 of 3 rows is also in train')
    expect(await hall.say('test', text, '{id_overlap: 0}')).toBe('skipped no column is said to be the id: write column, or data.id')
    expect(await hall.say('test', { ...text, train: await hall.csv({ z: [1] }) }, '{id_overlap: 0}', { id: 'id' })).toBe(
      'skipped there are no rows of data.train with id to compare with',
    )
  })

  it('NaN is no id, and −0 is 0', async () => {
    const tables = {
      train: await hall.parquet({ k: Float64Array.from([0, Number.NaN]) }),
      test: await hall.parquet({ k: Float64Array.from([-0, Number.NaN, 3.5]) }),
    }
    expect(await hall.say('test', tables, '{id_overlap: {column: k}}')).toBe('fail the k of 1 of 2 rows is also in train')
  })

  it('a number of the row in its file is no id', async () => {
    expect(await across({ id: times(20, (i) => i) }, { id: times(10, (i) => i) }, '{id_overlap: 0}', { id: 'id' })).toBe(
      'skipped id counts the rows of each file from the same number on: it says nothing across files',
    )
    expect(await across({ id: times(20, (i) => i) }, { id: times(10, (i) => 20 + i) }, '{id_overlap: 0}', { id: 'id' })).toBe(
      'pass the id of 0 of 10 rows is also in train',
    )
  })

  it('groups, each once', async () => {
    expect(await across({ g: ['a', 'a', 'b'] }, { g: ['b', 'b', 'b', 'c', null] }, '{group_overlap: 0}', { group: 'g' })).toBe(
      'fail 1 of 2 groups of g are also in train',
    )
  })

  it('times', async () => {
    const train = { t: ['2026-01-02 00:00:00', '2026-01-05 00:00:00'] }
    const test = { t: ['2026-01-01 00:00:00', '2026-01-05 00:00:00', '2026-01-06 00:00:00', null] }
    expect(await across(train, test, '{date_overlap: 0}', { time: 't' })).toBe(
      'fail the t of 2 of 3 rows is at or before the newest of train',
    )
    expect(await across(train, test, '{date_duplicates: 0}', { time: 't' })).toBe('fail the t of 1 of 3 rows is that of a row of train too')
    expect(await across(train, test, '{test_before_train: 0}', { time: 't' })).toBe(
      'fail the t of 1 of 3 rows is before the oldest of train',
    )
    expect(await across(train, test, '{test_before_train: 40%}', { time: 't' })).toMatch(/^pass/)
    expect(await across({ t: [null, null] }, test, '{date_overlap: 0}', { time: 't' })).toBe('skipped t has no values to judge')
  })

  it.each(['date_overlap', 'date_duplicates', 'test_before_train'])('%s of times that nobody can read is no pass', async (check) => {
    const [read, words] = [{ t: ['2026-01-02', '2026-01-05'] }, { t: ['02.01.2026', '05.01.2026', null] }]
    const said = 'fail no value of t reads as a time, here or in train'
    expect(await across(read, words, `{${check}: 0}`, { time: 't' })).toBe(said)
    expect(await across(words, read, `{${check}: 0}`, { time: 't' })).toBe(said)
  })
})

describe('labels and categories', () => {
  it('PII-01 new labels are counted, not named', async () => {
    const said = await across({ y: ['a', 'b', 'b'] }, { y: ['secret', 'b', 'secret', 'hidden', null] }, '{new_label: 0}', { target: 'y' })
    expect(said).toBe('fail 2 labels of y are not in train, 3 of 4 rows')
  })

  it('new categories of text and truth, the worst first', async () => {
    const train = { c: times(100, (i) => `k${i % 4}`), d: times(100, (i) => i % 2 === 0), e: times(100, (i) => `m${i % 50}`) }
    const test = {
      c: times(100, (i) => (i < 2 ? 'new' : `k${i % 4}`)),
      d: times(100, (i) => i % 2 === 0),
      e: times(100, (i) => (i < 1 ? 'new' : `m${i % 50}`)),
    }
    expect(await across(train, test, '{new_category: {}}')).toBe('fail 1 label of c is not in train, 2 of 100 rows (limit 1 %)')
    expect(await across(train, test, '{new_category: {columns: [d]}}')).toBe('pass every category is in train')
    expect(await across({ a: [1] }, { a: [2] }, '{new_category: {}}')).toBe(
      'skipped there are no categories that this table and train both have',
    )
  })

  it('a category that is gone is one where that is no accident', async () => {
    const train = { c: times(200, (i) => (i < 20 ? 'gone' : i === 20 ? 'rare' : `k${i % 3}`)) }
    const test = (n: number) => ({ c: times(n, (i) => `k${i % 3}`) })
    // 0.9^66 = 0.00096, 0.9^65 = 0.00106
    expect(await across(train, test(66), '{vanished_category: 1%}')).toMatch(
      /^fail 2 labels of c in train are not here, the most frequent with 10 % of its rows \(p 1e−3\)/,
    )
    expect(await across(train, test(65), '{vanished_category: 1%}')).toMatch(/^pass/)
    expect(await across(test(20), test(40), '{vanished_category: 1%}')).toBe('pass every label of train is here')
  })

  it('labels spelled in another way', async () => {
    const train = { c: ['New York', 'Boston', '!!'] }
    const test = { c: ['new-york', 'NEW YORK', 'Boston', 'Chicago', '??', null] }
    expect(await across(train, test, '{string_mismatch_comparison: 0}')).toBe(
      'fail 2 labels of c are spelled in another way than in train, 2 of 5 rows',
    )
  })
})

describe('sizes, skew, fingerprints', () => {
  it('sizes', async () => {
    const [train, test] = [{ a: times(400, (i) => i) }, { a: times(120, (i) => i) }]
    expect(await across(train, test, '{size_comparison: {}}')).toBe('pass 120 rows, 30 % of the 400 of train')
    expect(await across(train, test, '{size_comparison: {min_rows: 121}}')).toBe('fail 120 rows, fewer than 121')
    expect(await across(train, test, '{size_comparison: {min_ratio: 40%}}')).toBe('fail 120 rows, 30 % of the 400 of train (at least 40 %)')
    expect(await hall.say('test', { test: await hall.csv(test) }, '{size_comparison: {}}')).toBe('pass 120 rows')
  })

  it('skew: rows of one key, a key that stands there twice left out', async () => {
    const train = { k: [1, 2, 3, 4, 4, 9], v: [1.5, 2.5, 3.5, 4.5, 4.5, 9], w: ['a', 'b', 'c', 'd', 'd', 'i'] }
    const test = { k: [1, 2, 3, 4, 8], v: [1.5, 2.6, 3.5, 7, 8], w: ['a', 'x', null, 'd', 'h'] }
    expect(await across(train, test, '{training_serving_skew: {key: [k], other: train}}')).toBe(
      'fail 2 of 3 rows of one k differ from train: w in 66.7 %, v in 33.3 %',
    )
    expect(await across(train, test, '{training_serving_skew: {key: [k], other: train, columns: [v], tolerance: 5%}}')).toBe(
      'pass 0 of 3 rows of one k differ from train',
    )
    expect(await across(train, { k: [77], v: [1.5], w: ['a'] }, '{training_serving_skew: {key: [k], other: train}}')).toBe(
      'skipped no k stands once here and once in train',
    )
  })

  it('the registered rows in any order, and no other', async () => {
    const columns = { a: [1, 2, 3], b: ['x', 'y', null] }
    const table = await hall.parquet(columns)
    const { fingerprint } = await buildProfile(hall.bench.engine, table, { role: 'test', sensitive: [] })
    const say = async (made: Columns) =>
      hall.say('test', { test: await hall.csv(made) }, `{holdout_fingerprint: ${JSON.stringify(fingerprint)}}`)
    expect(await say(columns)).toBe('pass these are the rows that were registered')
    expect(await say({ b: [null, 'x', 'y'], a: [3, 1, 2] })).toBe('pass these are the rows that were registered')
    expect(await say({ a: [1, 2, 3], b: ['y', 'x', null] })).toMatch(
      /^fail these are not the rows that were registered: as many rows, not the same ones; their fingerprint is 3:[0-9a-f:]{50}$/,
    )
    expect(await say({ a: [1, 2], b: ['x', 'y'] })).toMatch(/2 rows, and 3 were registered/)
    expect(await say({ a: [1, 2, 3], c: ['x', 'y', null] })).toMatch(/other columns/)
  })
})

describe('numbers beyond the range of train', () => {
  const train = {
    x: times(1000, (i) => ((i * 7919) % 1000) / 10),
    low0: times(1000, (i) => (i * 7919) % 1000),
    name: times(1000, (i) => `n${i % 3}`),
  }
  const today = (beyond: number, rows = 500) => ({
    x: times(rows, (i) => (i < beyond ? 5000 + i : (i % 900) / 10)),
    low0: times(rows, (i) => i + 1),
    name: times(rows, () => 'n1'),
  })

  it('are an alarm where there are more than chance puts there, and so many that they matter', async () => {
    expect(await across(train, today(0), '{range_exceeded: {}}')).toBe('pass no value lies beyond the range of train')
    // three beyond one end: 500·499·498 / (1500·1499·1498), of two ends and two columns
    expect(await across(train, today(3), '{range_exceeded: {}}')).toMatch(
      /^pass 3 of 500 values of x \(0\.6 %\) lie beyond the range of train, 0 below and 3 above \(p = 0\.148\)$/,
    )
    expect(await across(train, today(10), '{range_exceeded: {}}')).toMatch(
      /^fail 10 of 500 values of x \(2 %\) lie beyond the range of train, 0 below and 10 above \(p = \S+\) \(limit 0\.1 %\)$/,
    )
    expect(await across(train, today(10), '{range_exceeded: 5%}')).toMatch(/^pass 10 of 500/)
    expect(await across(train, today(10), '{range_exceeded: {columns: [low0]}}')).toBe('pass no value lies beyond the range of train')
  })

  it('need no rows of train where there is its profile; what is neither finite nor a number is not judged', async () => {
    const [rows, table] = [await hall.parquet(train), await hall.csv(today(10))]
    const reference = await buildProfile(hall.bench.engine, rows, { role: 'train', sensitive: [] })
    expect(await hall.say('test', { test: table }, '{range_exceeded: {}}', {}, { reference })).toMatch(/^fail 10 of 500 values of x/)
    const hidden = await buildProfile(hall.bench.engine, rows, { role: 'train', sensitive: ['x', 'low0'] })
    expect(await hall.say('test', { test: table }, '{range_exceeded: {}}', {}, { reference: hidden })).toMatch(/^skipped/)
    expect(await hall.say('test', { train: rows, test: table }, '{range_exceeded: {}}', {}, { reference: hidden })).toMatch(
      /^fail 10 of 500/,
    )
    const odd = { ...today(0), x: Float64Array.from({ length: 500 }, (_, i) => (i % 3 === 0 ? Number.NaN : i % 3 === 1 ? Infinity : 5)) }
    expect(await hall.say('test', { train: rows, test: await hall.parquet(odd) }, '{range_exceeded: {}}')).toMatch(/^pass no value/)
  })

  it('numbers that only tell rows apart go on by their nature, unless they are asked for', async () => {
    const ids = { id: times(1000, (i) => i + 1), x: times(1000, (i) => i % 7) }
    const rows = await hall.parquet(ids)
    const reference = await buildProfile(hall.bench.engine, rows, { role: 'train', sensitive: [] })
    const next = await hall.parquet({ id: times(300, (i) => i + 1001), x: times(300, (i) => i % 7) })
    expect(await hall.say('test', { train: rows, test: next }, '{range_exceeded: {}}', {}, { reference })).toMatch(/^pass/)
    expect(await hall.say('test', { train: rows, test: next }, '{range_exceeded: {columns: [id]}}', {}, { reference })).toMatch(/^fail 300/)
  })
})
