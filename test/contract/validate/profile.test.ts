import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mergeProfiles } from '../../../src/core/profile/merge.ts'
import { type ColumnProfile, type TableProfile, tableProfileSchema } from '../../../src/core/schema/profile.ts'
import { buildProfile } from '../../../src/stages/profile-table.ts'
import { type Bench, makeBench } from '../duckdb/support.ts'

let bench: Bench
let files = 0
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

type Values = readonly (number | string | boolean | null)[] | Float64Array

async function open(columns: Readonly<Record<string, Values>>) {
  const name = `p${++files}.parquet`
  await bench.engine.writeParquet(
    join(bench.folder, name),
    Object.entries(columns).map(([column, values]) => ({ name: column, values })),
  )
  return bench.open(name)
}

async function profile(columns: Readonly<Record<string, Values>>, reference?: TableProfile, sensitive: readonly string[] = []) {
  const built = await buildProfile(bench.engine, await open(columns), {
    role: 'train',
    sensitive,
    ...(reference === undefined ? {} : { reference }),
  })
  return tableProfileSchema.parse(built)
}

const column = (table: TableProfile, name: string): ColumnProfile => {
  const found = table.columns.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no column ${name}`)
  return found
}
const numbers = (table: TableProfile, name: string) => {
  const { numeric } = column(table, name)
  if (numeric === null) throw new Error(`${name} has no numbers`)
  return numeric
}

/** A fixed pseudo-random sequence: the tests are the same in every run. */
function sequence(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

describe('counts of a profile are exact', () => {
  it('whatever the values: cells, NaN, infinities, missing, extremes, moments', async () => {
    const value = fc.oneof(
      { weight: 6, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
      { weight: 6, arbitrary: fc.integer({ min: -3, max: 3 }) },
      fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0, 1e300, -1e300, 5e-324),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 400 }), async (list) => {
        const table = await profile({ x: Float64Array.from(list) })
        const { cells, edges, min, max, mean, spikes } = numbers(table, 'x')
        const finite = list.filter(Number.isFinite)
        expect(cells).toEqual(
          [...edges, Infinity].map(
            (edge, j) => finite.filter((x) => x <= edge && x > (j === 0 ? -Infinity : (edges[j - 1] ?? -Infinity))).length,
          ),
        )
        expect(column(table, 'x')).toMatchObject({
          n: list.length,
          n_null: 0,
          n_nan: list.filter(Number.isNaN).length,
          n_pos_inf: list.filter((x) => x === Infinity).length,
          n_neg_inf: list.filter((x) => x === -Infinity).length,
        })
        expect([min, max]).toEqual(finite.length === 0 ? [null, null] : [Math.min(...finite) + 0, Math.max(...finite) + 0])
        if (finite.length > 0 && Math.max(...finite.map(Math.abs)) < 1e9) {
          const expected = finite.reduce((sum, x) => sum + x, 0) / finite.length
          expect(Math.abs((mean ?? Number.NaN) - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, ...finite.map(Math.abs)))
        }
        for (const spike of spikes) expect(spike.count).toBe(finite.filter((x) => x === spike.value).length)
        const often = new Set(
          finite.filter((x) => finite.filter((other) => other === x).length >= Math.max(5, list.length * 0.005)).map((x) => x + 0),
        )
        expect(new Set(spikes.map((spike) => spike.value))).toEqual(often)
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  it('edges are the percentiles that quantile_disc gives, de-duplicated', async () => {
    const next = sequence(7)
    const values = Float64Array.from({ length: 20_000 }, () => Math.round(next() * next() * 5000) / 10)
    const table = await open({ x: values })
    const built = await buildProfile(bench.engine, table, { role: 'train', sensitive: [] })
    const [row] = await bench.engine.aggregate({
      sql: `SELECT to_json(list_distinct(quantile_disc(x, list_transform(range(1, 100), i -> i / 100.0)))) AS q FROM ${table.relation}`,
    })
    const expected: number[] = JSON.parse(String(row?.q))
    expect(numbers(built, 'x').edges).toEqual(expected.sort((a, b) => a - b))
  })

  it('of a table that is sampled, too, with every value of half a per cent', async () => {
    const next = sequence(11)
    const rows = 400_000
    const values = Float64Array.from({ length: rows }, (_, i) => (i % 150 === 0 ? -1 : i % 40 === 1 ? 999 : next() * 100))
    const labels = Array.from({ length: rows }, (_, i) => `k${i % 13}`)
    const table = await profile({ x: values, label: labels })
    const { cells, edges, spikes } = numbers(table, 'x')
    expect(edges.length).toBeGreaterThan(90)
    let from = -Infinity
    for (const [j, edge] of [...edges, Infinity].entries()) {
      let count = 0
      for (const x of values) if (x > from && x <= edge) count += 1
      expect(cells[j]).toBe(count)
      from = edge
    }
    expect(spikes).toEqual([
      { value: 999, count: values.filter((x) => x === 999).length },
      { value: -1, count: values.filter((x) => x === -1).length },
    ])
    expect(column(table, 'label').categories).toMatchObject({ other_count: 0, distinct: 13 })
  })

  it('moments do not lose digits far from zero', async () => {
    const base = 1e9
    const table = await profile({ x: Float64Array.from({ length: 1001 }, (_, i) => base + ((i * 379) % 1001) / 1000) })
    const { mean, m2 } = numbers(table, 'x')
    expect(mean).toBe(base + 0.5)
    // Σ (i/1000 − 0.5)² over i = 0 … 1000
    expect(m2).toBeCloseTo(83.5835, 3)
  })
})

describe('the same data gives the same bytes', () => {
  const make = (order: (i: number) => number) => {
    const rows = 250_000
    const at = (i: number) => order(i) % rows
    return {
      a: Float64Array.from({ length: rows }, (_, i) => Math.sin(at(i)) * 1000),
      b: Array.from({ length: rows }, (_, i) => `v${at(i) % 1000}`),
    }
  }

  it('in every run, on two threads', async () => {
    const table = await open(make((i) => i * 7919))
    const texts = new Set<string>()
    for (let run = 0; run < 4; run += 1)
      texts.add(JSON.stringify(await buildProfile(bench.engine, table, { role: 'train', sensitive: [] })))
    expect(texts.size).toBe(1)
  })

  it('the fingerprint does not know the order of rows and columns, and knows everything else', async () => {
    const { a, b } = make((i) => i)
    const shuffled = make((i) => i * 7919)
    const [one, two] = [await profile({ a, b }), await profile({ b: shuffled.b, a: shuffled.a })]
    expect(two.fingerprint).toBe(one.fingerprint)
    const changed = Float64Array.from(a)
    changed[1234] = 0.5
    expect((await profile({ a: changed, b })).fingerprint).not.toBe(one.fingerprint)
    expect((await profile({ c: a, b })).fingerprint).not.toBe(one.fingerprint)
  })

  it('both halves of the fingerprint see which value stands in which row', async () => {
    const a = Array.from({ length: 100 }, (_, i) => i)
    const b = a.map((i) => `v${i}`)
    const halves = async (columns: Parameters<typeof profile>[0]) => (await profile(columns)).fingerprint.split(':').slice(1, 3)
    const [xor, sum] = await halves({ a, b })
    const [swappedXor, swappedSum] = await halves({ a, b: [b[1] ?? '', b[0] ?? '', ...b.slice(2)] })
    expect(swappedXor).not.toBe(xor)
    expect(swappedSum).not.toBe(sum)
  })
})

describe('categories', () => {
  it('list frequent labels first, ties by label, and no label of fewer than five rows', async () => {
    const labels = [
      ...Array(9).fill('b'),
      ...Array(9).fill('a'),
      ...Array(20).fill('z'),
      ...Array(4).fill('rare'),
      'single',
      '',
      '',
      '',
      '',
      '',
      null,
    ]
    const table = await profile({ label: labels })
    expect(column(table, 'label')).toMatchObject({ kind: 'categorical', n: 49, n_null: 1, n_empty: 5 })
    expect(column(table, 'label').categories).toEqual({
      top: [
        { value: 'z', count: 20 },
        { value: 'a', count: 9 },
        { value: 'b', count: 9 },
        { value: '', count: 5 },
      ],
      other_count: 5,
      distinct: 6,
    })
  })

  it('list at most 2000, and count the rest', async () => {
    const labels = Array.from({ length: 21_000 }, (_, i) => `l${i % 2100}`)
    const { categories } = column(await profile({ label: labels }), 'label')
    expect([categories?.top.length, categories?.other_count, categories?.distinct]).toEqual([2000, 1000, 2100])
  })

  it('of more columns than one query takes', async () => {
    const columns = Object.fromEntries(
      Array.from({ length: 70 }, (_, c) => [`c${c}`, Array.from({ length: 60 }, (_, i) => `${c}-${i % 3}`)]),
    )
    const table = await profile(columns)
    for (const [index, one] of table.columns.entries()) expect(one.categories?.top[0]).toEqual({ value: `${index}-0`, count: 20 })
  })
})

describe('kinds are decided by the first rule that holds', () => {
  const next = sequence(3)
  const rows = 2000
  const each = <T>(make: (i: number) => T) => Array.from({ length: rows }, (_, i) => make(i))
  const cases: readonly (readonly [string, string, Values])[] = [
    ['one value', 'constant', each(() => 'x')],
    ['nothing', 'constant', each(() => null)],
    ['truth', 'boolean', each((i) => i % 3 === 0)],
    ['two labels', 'boolean', each((i) => (i % 3 === 0 ? 'yes' : 'no'))],
    ['integers of few levels', 'categorical', each((i) => (i * 7) % 20)],
    ['text of few levels', 'categorical', each((i) => `k${(i * 7) % 50}`)],
    ['text of many levels', 'categorical-high', each((i) => `k${(i * 7) % 60}`)],
    ['integers', 'numeric-discrete', each(() => Math.floor(next() * 500))],
    ['numbers', 'numeric-continuous', Float64Array.from({ length: rows }, next)],
    ['numbers, half of them zero', 'numeric-discrete', Float64Array.from({ length: rows }, (_, i) => (i % 5 < 3 ? 0 : next()))],
    ['a counter', 'identifier', each((i) => 1000 + i)],
    ['a shuffled key', 'identifier', each((i) => (i * 1009) % 2003)],
    ['numbers in order', 'identifier', Float64Array.from({ length: rows }, (_, i) => Math.exp(i / 100))],
    ['codes', 'identifier', each((i) => `id-${i}`)],
    ['sentences', 'text', each((i) => `this is number ${i} of them`)],
    ['long words', 'text', each((i) => `${'w'.repeat(40)}${i % 30}`)],
  ]
  it.each(cases)('%s: %s', async (_, kind, values) => {
    const found = column(await profile({ x: values }), 'x')
    expect(found.kind).toBe(kind)
    expect(found.reason).not.toBe('')
  })

  it('dates and timestamps are datetimes', async () => {
    const table = await bench.table(
      'dates.csv',
      `a,b\n${each((i) => `2001-01-${String((i % 28) + 1).padStart(2, '0')},2001-01-01 10:00:${String(i % 60).padStart(2, '0')}`).join('\n')}\n`,
    )
    const built = await buildProfile(bench.engine, table, { role: 'train', sensitive: [] })
    expect(built.columns.slice(0, 2).map((one) => one.kind)).toEqual(['datetime', 'datetime'])
  })
})

describe('current data are counted at the edges of the reference', () => {
  it('with its kinds, and with its frequent values, even where they are rare now', async () => {
    const next = sequence(5)
    const reference = await profile({
      x: Float64Array.from({ length: 3000 }, (_, i) => (i % 10 === 0 ? -1 : next())),
      id: Array.from({ length: 3000 }, (_, i) => i),
    })
    const current = await profile(
      { x: Float64Array.from({ length: 1000 }, (_, i) => (i === 0 ? -1 : 5 + next())), id: Array.from({ length: 1000 }, () => 1) },
      reference,
    )
    expect(numbers(current, 'x').edges_id).toBe(numbers(reference, 'x').edges_id)
    expect(numbers(current, 'x').edges).toEqual(numbers(reference, 'x').edges)
    expect(numbers(current, 'x').cells.at(-1)).toBe(999)
    expect(numbers(current, 'x').spikes).toEqual([{ value: -1, count: 1 }])
    expect(column(current, 'id').kind).toBe('identifier')
  })

  it('a column that became text is counted for what it is', async () => {
    const reference = await profile({ x: Float64Array.from({ length: 300 }, Math.random) })
    const current = await profile({ x: Array.from({ length: 300 }, (_, i) => `k${i % 3}`) }, reference)
    expect(column(current, 'x')).toMatchObject({ kind: 'categorical', numeric: null })
  })
})

describe('parts counted at the same edges merge to the whole', () => {
  it('counts exactly, moments to nine digits, fingerprints bit for bit', async () => {
    const row = fc.record({
      x: fc.oneof(
        fc.integer({ min: -5, max: 5 }),
        fc.double({ min: -100, max: 100, noNaN: true }),
        fc.constantFrom(Number.NaN, Infinity, -Infinity),
      ),
      label: fc.constantFrom('a', 'b', 'c', null),
    })
    const reference = await profile({
      x: Float64Array.from({ length: 500 }, (_, i) => ((i * 37) % 200) - 100),
      label: Array.from({ length: 500 }, (_, i) => 'abc'[i % 3] ?? null),
    })
    const of = (rows: readonly { readonly x: number; readonly label: string | null }[]) =>
      profile({ x: Float64Array.from(rows, (one) => one.x), label: rows.map((one) => one.label) }, reference)
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 150 }),
        fc.array(row, { minLength: 1, maxLength: 150 }),
        async (left, right) => {
          const merged = mergeProfiles(await of(left), await of(right))
          const whole = await of([...left, ...right])
          expect(merged.rows).toBe(whole.rows)
          expect(merged.fingerprint).toBe(whole.fingerprint)
          for (const name of ['x', 'label']) {
            const { n, n_null, n_nan, n_pos_inf, n_neg_inf } = column(merged, name)
            expect({ n, n_null, n_nan, n_pos_inf, n_neg_inf }).toEqual({
              n: column(whole, name).n,
              n_null: column(whole, name).n_null,
              n_nan: column(whole, name).n_nan,
              n_pos_inf: column(whole, name).n_pos_inf,
              n_neg_inf: column(whole, name).n_neg_inf,
            })
          }
          const [a, b] = [numbers(merged, 'x'), numbers(whole, 'x')]
          expect([a.cells, a.min, a.max]).toEqual([b.cells, b.min, b.max])
          if (b.mean !== null && b.m2 !== null) {
            expect(Math.abs((a.mean ?? Number.NaN) - b.mean)).toBeLessThanOrEqual(1e-9 * 100)
            expect(Math.abs((a.m2 ?? Number.NaN) - b.m2)).toBeLessThanOrEqual(1e-9 * (b.m2 + 100))
          }
          const [one, two] = [column(merged, 'label').categories, column(whole, 'label').categories]
          const total = (list: typeof one) => (list?.other_count ?? 0) + (list?.top ?? []).reduce((sum, level) => sum + level.count, 0)
          expect(total(one)).toBe(total(two))
          // every label the merged profile still lists has the count of the whole
          for (const level of one?.top ?? []) if (level.count >= 5) expect(two?.top).toContainEqual(level)
        },
      ),
      { numRuns: 25 },
    )
  }, 60_000)
})

describe('a table of many columns is counted some columns at a time', () => {
  const rows = 120
  const wide = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => [
      `c${at}`,
      at % 3 === 0
        ? Float64Array.from({ length: rows }, (_, row) => Math.sin(row * (at + 1)))
        : Array.from({ length: rows }, (_, row) => (at % 3 === 1 ? `level ${(row * at) % 5}` : row % 7 === 0 ? null : (row * at) % 11)),
    ]),
  )

  it('every column as if it stood alone', async () => {
    const whole = await profile(wide)
    expect(whole.columns.map(({ name }) => name)).toEqual(Object.keys(wide))
    for (const name of ['c0', 'c15', 'c16', 'c17', 'c31', 'c32', 'c39']) {
      expect(column(whole, name)).toEqual(column(await profile({ [name]: wide[name] ?? [] }), name))
    }
  })

  it('the fingerprint is of all of them', async () => {
    const whole = await profile(wide)
    const last = Array.from({ length: rows }, (_, row) => row)
    expect((await profile({ ...wide, c39: last })).fingerprint).not.toBe(whole.fingerprint)
  })
})
