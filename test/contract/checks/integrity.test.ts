import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contingency, separation, spearman } from '../../../src/core/checks/entries/association.ts'
import { buildProfile } from '../../../src/stages/profile-table.ts'
import { runBare } from '../duckdb/support.ts'
import { type Columns, type Hall, makeHall, sequence, times } from './support.ts'

let hall: Hall
beforeAll(async () => {
  hall = await makeHall()
})
afterAll(() => hall[Symbol.asyncDispose]())

/** The same table from both formats must give the same sentence. */
async function both(columns: Columns, expectation: string, more = {}): Promise<string> {
  const one = await hall.say('train', { train: await hall.parquet(columns) }, expectation, more)
  expect(await hall.say('train', { train: await hall.csv(columns) }, expectation, more)).toBe(one)
  return one
}

describe('labels', () => {
  it('rows of the same features and another label', async () => {
    const columns = { a: [1, 1, 2, 2, 3, 3], b: ['x', 'x', 'y', 'y', null, null], y: [0, 1, 0, 0, 1, null] }
    expect(await both(columns, '{conflicting_labels: 0}')).toBe(
      'fail 2 of 5 labelled rows have the features of another row and a different label',
    )
    expect(await both(columns, '{conflicting_labels: 40%}')).toMatch(/^pass/)
    expect(await both(columns, '{conflicting_labels: {columns: [b]}}')).toMatch(/^fail 2 of 5/)
    expect(await both(columns, '{conflicting_labels: 0}', { target: null })).toBe(
      'skipped there is no label: data.target is not written, or not there',
    )
  })

  it('a missing number and NaN are one feature, −0 is 0, keys beyond 2^53 are two', async () => {
    const table = await hall.parquet({ a: Float64Array.from([Number.NaN, Number.NaN, -0, 0]), y: [0, 1, 0, 1] })
    expect(await hall.say('train', { train: table }, '{conflicting_labels: 0}')).toMatch(/^fail 4 of 4/)
    expect(await both({ k: [9007199254740992n, 9007199254740993n], y: [0, 1] }, '{conflicting_labels: 0}')).toMatch(/^pass 0 of 2/)
  })

  it('classes: the rarest and the most frequent, counted and not named', async () => {
    const columns = { y: times(100, (i) => (i < 3 ? 'rare' : i < 20 ? 'some' : 'most')) }
    expect(await both(columns, '{class_imbalance: {min_share: 5%}}')).toBe(
      'fail the rarest of 3 classes has 3 of 100 rows (3 %), less than 5 %',
    )
    expect(await both(columns, '{class_imbalance: {max_share: 75%}}')).toBe(
      'fail the most frequent of 3 classes has 80 of 100 rows (80 %), more than 75 %',
    )
    expect(await both(columns, '{class_imbalance: {min_rows: 4}}')).toBe(
      'fail the rarest of 3 classes has 3 of 100 rows (3 %), fewer than 4',
    )
    expect(await both(columns, '{class_imbalance: {min_share: 1%, max_share: 90%, min_rows: 3}}')).toBe(
      'pass the rarest of 3 classes has 3 of 100 rows (3 %), the most frequent 80 of 100 rows (80 %)',
    )
    expect(await both({ y: times(1500, (i) => i / 7) }, '{class_imbalance: {min_share: 1%}}')).toBe(
      'skipped y has 1,500 values: these are no classes',
    )
    expect(await both({ y: [null, null], a: [1, 2] }, '{class_imbalance: {min_share: 1%}}')).toBe('skipped there are no labels to judge')
  })

  it('a list of labels, and labels that are missing', async () => {
    const columns = { y: [0, 1, 2, null], a: [1, 2, 3, 4] }
    expect(await both(columns, '{label_in_set: [0, 1]}')).toBe('fail 1 of 3 labels are none of the 2 listed')
    expect(await both(columns, '{label_in_set: [0, 1, 2]}')).toMatch(/^pass/)
    expect(await both(columns, '{label_null: 0}')).toBe('fail 1 of 4 rows have no label')
    expect(await both(columns, '{label_null: {max: 25%}}')).toMatch(/^pass/)
    expect(await both(columns, '{label_null: 0}', { target: null })).toMatch(/^skipped/)
    expect(await both(columns, '{label_null: {where: "a < 4"}}')).toBe('pass 0 of 3 rows have no label')
  })
})

describe('figures of association, by hand', () => {
  it('two classes apart are 1, whatever their sizes, and equal mean ranks 0', () => {
    // ranks 1 and 2 in one class, 3 4 5 in the other
    expect(separation({ n: 5, k: 2, b: 3 ** 2 / 2 + 12 ** 2 / 3, cubes: 8 + 27 }, false)?.strength).toBeCloseTo(1, 12)
    expect(separation({ n: 4, k: 2, b: 5 ** 2 / 2 + 5 ** 2 / 2, cubes: 16 }, false)?.strength).toBe(0)
    // AUC of 1 3 against 2 4 is 3/4
    expect(separation({ n: 4, k: 2, b: 4 ** 2 / 2 + 6 ** 2 / 2, cubes: 16 }, false)?.strength).toBeCloseTo(0.5, 12)
  })
  it('one class, one row, as many groups as rows tell nothing', () => {
    expect(separation({ n: 5, k: 1, b: 45, cubes: 125 }, false)).toBeNull()
    expect(separation({ n: 0, k: 0, b: 0, cubes: 0 }, false)).toBeNull()
    expect(separation({ n: 4, k: 4, b: 30, cubes: 4 }, true)?.strength).toBe(0)
  })
  it("Cramér's V is corrected as Bergsma has it", () => {
    // [[10, 20], [30, 40]]: χ² = 0.79365 of 100, φ² = 0.0079365 < 1/99: corrected to 0; [[30, 10], [10, 30]]: φ² = 0.25 − 1/79, levels 2 − 1/79 − 1
    expect(contingency({ total: 100, q: 1.007936507936508, kx: 2, ky: 2 })?.strength).toBe(0)
    expect(contingency({ total: 80, q: 1.25, kx: 2, ky: 2 })?.strength).toBeCloseTo(Math.sqrt((0.25 - 1 / 79) / (1 - 1 / 79)), 9)
    expect(contingency({ total: 80, q: 1, kx: 1, ky: 2 })).toBeNull()
    // every row its own label
    expect(contingency({ total: 50, q: 2, kx: 50, ky: 2 })?.strength).toBe(0)
  })
  it('Spearman is itself', () => {
    expect(spearman(-0.5, 101)?.strength).toBe(0.5)
    expect(spearman(0.5, 101)?.p).toBeCloseTo(5.733e-7, 9)
    expect(spearman(0.5, 1)).toBeNull()
  })
})

describe('what tells the label', () => {
  const next = sequence(4)
  const rows = 600
  const y = times(rows, () => (next() < 0.4 ? 1 : 0))
  const noise = times(rows, () => next())

  it('a feature that follows from it: numbers, classes, both', async () => {
    const columns = {
      y,
      copy: y.map((one, i) => one * 10 + (i % 7)),
      word: y.map((one) => (one === 1 ? 'yes' : 'no')),
      noise,
      key: times(rows, (i) => `k${(i * 37) % rows}`),
    }
    expect(await both(columns, '{feature_label_association_too_high: 0.95}')).toBe(
      'fail copy (1.00), word (1.00) tells y nearly alone (limit 0.95)'.replace('tells', 'tell'),
    )
    expect(await both(columns, '{feature_label_association_too_high: {max: 0.95, columns: [noise, key]}}')).toMatch(
      /^pass of 2 features \w+ tells most of y, 0\.0\d$/,
    )
  })

  it('of two classes it is |AUC − ½|·2', async () => {
    const score = [0.1, 0.4, 0.35, 0.8]
    const found = await hall.find(
      'train',
      { train: await hall.parquet({ y: [0, 0, 1, 1], score: Float64Array.from(score) }) },
      '{feature_label_association_too_high: {}}',
    )
    // the AUC that scikit-learn's documentation computes: 0.75
    expect(found.observed).toBeCloseTo(0.5, 12)
    expect(found.status).toBe('pass')
  })

  it('a label that is a number, from numbers and from classes', async () => {
    const price = times(rows, (i) => ((i * 7919) % rows) + 0.5)
    const columns = { y: price, cents: price.map((one) => one ** 3), zone: price.map((one) => `z${Math.floor(one / 30)}`), noise }
    expect(await both(columns, '{feature_label_association_too_high: 0.95}')).toBe(
      'fail cents (1.00), zone (1.00) tell y nearly alone (limit 0.95)',
    )
  })

  it('few rows that happen to agree tell nothing surely', async () => {
    expect(await both({ y: [0, 0, 1, 1], a: [1, 2, 3, 4] }, '{feature_label_association_too_high: 0.95}')).toBe(
      'pass of 1 feature a tells most of y, 1.00',
    )
  })

  it('the order of rows and of an identifier', async () => {
    const sorted = y.toSorted((a, b) => a - b)
    expect(await both({ y: sorted }, '{index_leakage: {}}')).toBe(
      'fail the order of the rows tells y by 1.00 (p < 1e−16, 600 rows), limit 0.1',
    )
    expect(await both({ y }, '{index_leakage: {}}')).toMatch(/^pass the order of the rows tells y by 0\.0\d \(p 0\.\d+, 600 rows\)$/)
    const id = times(rows, (i) => `id-${String(10_000 + i)}`)
    expect(await both({ id, y: sorted }, '{identifier_label_association: {}}', { id: 'id' })).toMatch(
      /^fail the order of id tells y by 1\.00/,
    )
    expect(await both({ id, y }, '{identifier_label_association: {}}', { id: 'id' })).toMatch(/^pass/)
    expect(await both({ y: times(50, () => 1) }, '{index_leakage: {}}')).toBe(
      'skipped the order of the rows cannot be held against y: one of them has a single value',
    )
  })

  it('of a large table a sample is looked at, the same in every run', async () => {
    const more = 100_000
    const make = sequence(9)
    const table = await hall.parquet({
      y: times(more, (i) => (i % 3 === 0 ? 1 : 0)),
      a: Float64Array.from(times(more, (i) => (i % 3 === 0 ? 1 : 0) + make() * 1.02)),
    })
    const say = () => hall.find('train', { train: table }, '{feature_label_association_too_high: {}}')
    const [one, two] = [await say(), await say()]
    expect(one).toEqual(two)
    // P(x₁ > x₀) of two uniforms of width 1.02 that lie 1 apart: 1 − (0.02/1.02)²/2
    expect(one.observed).toBeCloseTo(2 * (1 - (0.02 / 1.02) ** 2 / 2) - 1, 3)
  })
})

describe('features among themselves', () => {
  const next = sequence(6)
  const rows = 500
  const a = times(rows, () => next())
  const word = times(rows, () => `k${Math.floor(next() * 4)}`)

  it('pairs that say the same: numbers by rank, classes by V', async () => {
    const columns = {
      a,
      cube: a.map((x) => x ** 3),
      b: times(rows, () => next()),
      word,
      other: word.map((one) => one.toUpperCase()),
      third: times(rows, () => `m${Math.floor(next() * 3)}`),
    }
    expect(await both(columns, '{feature_feature_correlation: 0.95}', { target: null })).toBe(
      'fail a and cube (1.00), word and other (1.00) say nearly the same (limit 0.95)',
    )
    expect(await both(columns, '{feature_feature_correlation: {columns: [a, b]}}')).toMatch(
      /^pass of 1 pair a and b \(0\.0\d\) go together most$/,
    )
    expect(await both({ a: [1, 1, 1], b: [2, 3, 4] }, '{feature_feature_correlation: 0.95}')).toBe(
      'skipped there are no two features that could be held against each other',
    )
  })

  it('a correlation that turned round against train, from its rows and from its profile', async () => {
    const train = { a, b: a.map((x) => x + 0.2 * next()), c: times(rows, () => next()) }
    const test = { a, b: a.map((x) => -x + 0.2 * next()), c: times(rows, () => next()) }
    const tables = { train: await hall.parquet(train), test: await hall.csv(test) }
    expect(await hall.say('test', tables, '{correlation_change: 0.2}')).toMatch(/^fail a and b from 0\.9\d to -0\.9\d/)
    const profile = await buildProfile(hall.bench.engine, tables.train, { role: 'train', sensitive: [] })
    const counts = [rows, rows, rows]
    const pairs = { columns: ['a', 'b', 'c'], rows, n: counts, s: [0, 0, 0], q: [100, 100, 100], products: [95, 0, 0], partial: [] }
    const reference = { ...profile, pairs }
    expect(await hall.say('test', { test: tables.test }, '{correlation_change: 0.2}', {}, { reference })).toMatch(
      /^fail a and b from 0\.9\d to -0\.9\d/,
    )
    expect(await hall.say('test', { ...tables, test: await hall.csv(train) }, '{correlation_change: 0.2}')).toMatch(
      /^pass of 3 correlations/,
    )
    expect(await hall.say('test', { test: tables.test }, '{correlation_change: 0.2}')).toMatch(/^skipped/)
  })

  it('numbers that are mostly zero and go together: no alarm where nothing changed, in any of 24 tables', async () => {
    const draw = (): Columns => {
      const all = times(600, () => (next() > 0.95 ? Math.ceil(20 * next()) : 0))
      return { a: all, b: all.map((x) => (next() > 0.5 ? x : 0)) }
    }
    const said = []
    for (let run = 0; run < 24; run++) {
      const tables = { train: await hall.parquet(draw()), test: await hall.parquet(draw()) }
      said.push((await hall.find('test', tables, '{correlation_change: 0.1}')).p ?? 1)
    }
    expect(said.filter((p) => p <= 0.01)).toEqual([])
    expect(said.filter((p) => p <= 0.5).length).toBeGreaterThan(4)
  })

  it('rows outside in several numbers at once', async () => {
    const many = 4000
    const column = (seed: number) => {
      const make = sequence(seed)
      return times(many, (i) => (i < 2 ? 1e6 + i : make()))
    }
    const columns = { a: column(1), b: column(2), c: column(3), d: times(many, (i) => `k${i}`) }
    expect(await both(columns, '{outlier_rows: 0}')).toBe('fail 2 of 4,000 rows lie outside in 3 columns or more')
    expect(await both(columns, '{outlier_rows: 0.1%}')).toMatch(/^pass 2 of 4,000/)
    expect(await both(columns, '{outlier_rows: {columns: 4}}')).toBe('skipped there are fewer than 4 columns of numbers')
  })

  it('features that are the same in every row, and columns that are none', async () => {
    const columns = { one: [7, 7, 7], gone: [null, null, null], sometimes: [7, null, 7], fine: [1, 2, 3], y: [0, 0, 0] }
    expect(await both(columns, '{constant_features: true}')).toBe('fail one, gone are the same in every row')
    expect(await both({ one: [7], y: [0] }, '{constant_features: true}')).toBe('skipped there are fewer than two rows')
    expect(await both(columns, '{unused_features: true}', { features: ['one', 'fine'], id: 'gone' })).toBe(
      'fail sometimes is used for nothing',
    )
    expect(await both(columns, '{unused_features: true}')).toBe('skipped data.features is not written: every column may be one')
  })
})

describe('columns of one row', () => {
  it('whole numbers of different widths are held against each other digit by digit, beyond 2^53 too', async () => {
    await runBare([
      `COPY (SELECT 9007199254740993 + i AS a, CAST(9007199254740992 + i AS UBIGINT) AS b FROM range(40) t(i)) TO '${hall.bench.folder}/widths.parquet'`,
    ])
    const tables = { train: await hall.bench.open('widths.parquet') }
    expect(await hall.say('train', tables, '{pair_equal: {a: a, b: b}}')).toMatch(/^fail 40 of 40/)
    expect(await hall.say('train', tables, '{a_greater_than_b: {a: a, b: b}}')).toMatch(/^pass 0 of 40/)
  })
})
