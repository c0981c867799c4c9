/** What a profile holds besides counts of the columns themselves: derived columns, blocks, weights, pairs; and the traps of numbers and storage. */
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { columnCells } from '../../../src/core/drift/column-cells.ts'
import { measureShift } from '../../../src/core/drift/shift.ts'
import { type Axis, associationTables } from '../../../src/core/profile/associations.ts'
import { blockCells } from '../../../src/core/profile/blocks.ts'
import { mergeProfiles } from '../../../src/core/profile/merge.ts'
import { pairSums } from '../../../src/core/profile/pairs.ts'
import { type ColumnProfile, type TableProfile, tableProfileSchema } from '../../../src/core/schema/profile.ts'
import type { Table } from '../../../src/ports/data-engine.ts'
import { buildProfile, type ProfileOptions, profileOnce } from '../../../src/stages/profile-table.ts'
import { type Bench, makeBench, refusal } from '../duckdb/support.ts'

let bench: Bench
let files = 0
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

type Values = readonly (number | bigint | string | boolean | null)[] | Float64Array
type Columns = Readonly<Record<string, Values>>
type Options = Partial<Omit<ProfileOptions, 'role'>>

async function profile(columns: Columns, options: Options = {}): Promise<TableProfile> {
  const name = `m${++files}.parquet`
  await bench.engine.writeParquet(
    join(bench.folder, name),
    Object.entries(columns).map(([column, values]) => ({ name: column, values })),
  )
  return of(await bench.open(name), options)
}

const of = async (table: Awaited<ReturnType<Bench['open']>>, options: Options = {}): Promise<TableProfile> =>
  tableProfileSchema.parse(await buildProfile(bench.engine, table, { role: 'train', sensitive: [], ...options }))

const text = async (name: string, content: string, options: Options = {}) => of(await bench.table(`${++files}-${name}`, content), options)

function column(table: TableProfile, name: string): ColumnProfile {
  const found = table.columns.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no column ${name} among ${table.columns.map((one) => one.name).join(', ')}`)
  return found
}
const names = (table: TableProfile) => table.columns.map((one) => one.name)
const counts = (found: ColumnProfile) => Object.fromEntries((found.categories?.top ?? []).map((level) => [level.value, level.count]))

function sequence(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
const each = <T>(rows: number, make: (i: number) => T) => Array.from({ length: rows }, (_, i) => make(i))
const stamp = (i: number, step: number) => new Date(Date.UTC(2001, 0, 1) + i * step).toISOString().slice(0, 19).replace('T', ' ')
const hour = 3_600_000

describe('a time', () => {
  const rows = 24 * 28
  it('is counted by hour and weekday, exactly, in order and in words', async () => {
    const table = await text('times.csv', `at,x\n${each(rows, (i) => `${stamp(i, hour)},${i % 3}`).join('\n')}\n`)
    expect(names(table)).toEqual(['at', 'x', 'at (hour)', 'at (weekday)'])
    const hours = column(table, 'at (hour)')
    expect(hours).toMatchObject({ kind: 'categorical', derived: { from: 'at', what: 'hour' }, n: rows, n_null: 0, numeric: null })
    expect(hours.categories?.top.map(({ value }) => value)).toEqual(each(24, (i) => String(i).padStart(2, '0')))
    expect(counts(hours)['07']).toBe(28)
    expect(counts(column(table, 'at (weekday)'))).toMatchObject({ '1 Monday': 96, '7 Sunday': 96 })
  })

  it('has a month only where a whole year is covered, and no hour where it is a date', async () => {
    const days = (count: number) => `day\n${each(count, (i) => stamp(i, 24 * hour).slice(0, 10)).join('\n')}\n`
    expect(names(await text('month.csv', days(40)))).toEqual(['day', 'day (weekday)'])
    const year = await text('year.csv', days(365))
    expect(names(year)).toEqual(['day', 'day (weekday)', 'day (month)'])
    expect(counts(column(year, 'day (month)'))).toMatchObject({ '01 January': 31, '02 February': 28, '12 December': 31 })
  })

  it('of current data has those parts of the reference whose rounds it covers whole: ten days are no week, half an hour no day', async () => {
    const reference = await text('before.csv', `at\n${each(rows, (i) => stamp(i, hour)).join('\n')}\n`)
    const now = (count: number, step: number) =>
      text(`now-${count}.csv`, `at\n${each(count, (i) => stamp(i, step)).join('\n')}\n`, { reference })
    expect(names(await now(30, 60_000))).toEqual(['at'])
    expect(names(await now(24 * 10, hour))).toEqual(['at', 'at (hour)'])
    const week = await now(24 * 7, hour)
    expect(names(week)).toEqual(names(reference))
    expect(counts(column(week, 'at (hour)'))['07']).toBe(7)
  })

  it('whose derived name the data bear already keeps the data, and nothing of a sensitive one is made', async () => {
    const lines = `at,AT (HOUR)\n${each(100, (i) => `${stamp(i, hour)},own ${i % 2}`).join('\n')}\n`
    const table = await text('taken.csv', lines)
    expect(names(table)).toEqual(['at', 'AT (HOUR)'])
    expect(counts(column(table, 'AT (HOUR)'))).toEqual({ 'own 0': 50, 'own 1': 50 })
    const hidden = await text('hidden.csv', `at\n${each(rows, (i) => stamp(i, hour)).join('\n')}\n`, { sensitive: ['at'] })
    expect(names(hidden)).toEqual(['at'])
  })
})

describe('a text', () => {
  const sentences = each(300, (i) => (i % 30 === 0 ? '' : `Sentence number ${i} is here, München ${'word '.repeat(i % 9)}`))
  it('is counted by its length, words, kinds of characters, and emptiness', async () => {
    const table = await profile({ note: [...sentences, null] })
    expect(names(table).slice(1)).toEqual(
      ['length', 'words', 'digits', 'upper case', 'non-ASCII', 'punctuation', 'empty', 'unknown words'].map((what) => `note (${what})`),
    )
    const lengths = sentences.map((one) => [...one].length)
    const numeric = (name: string) => column(table, `note (${name})`).numeric
    expect(numeric('length')).toMatchObject({
      min: 0,
      max: Math.max(...lengths),
      mean: Number((lengths.reduce((a, b) => a + b) / 300).toPrecision(12)),
    })
    expect(column(table, 'note (length)').n_null).toBe(1)
    const words = sentences.map((one) => (one.trim() === '' ? 0 : one.trim().split(' ').length))
    expect([numeric('words')?.min, numeric('words')?.max]).toEqual([Math.min(...words), Math.max(...words)])
    const digits = sentences.filter((one) => one !== '').map((one) => one.replaceAll(/[^0-9]/g, '').length / one.length)
    expect(numeric('digits')?.max).toBeCloseTo(Math.max(...digits), 12)
    const foreign = sentences.filter((one) => one !== '').map((one) => 1 / one.length)
    expect(numeric('non-ASCII')?.max).toBeCloseTo(Math.max(...foreign), 12)
    expect(column(table, 'note (empty)')).toMatchObject({ kind: 'boolean', n_null: 1 })
    expect(counts(column(table, 'note (empty)'))).toEqual({ false: 290, true: 10 })
  })

  /** Texts of twelve words each, falling in number as 1/rank; `foreign` of the words are of another language. */
  function texts(seed: number, rows: number, foreign = 0): string[] {
    const next = sequence(seed)
    const word = () => `${next() < foreign ? 'x' : 'w'}${Math.floor(3000 ** next())}`
    return each(rows, () => each(12, word).join(' '))
  }
  const unknown = (table: TableProfile) => column(table, 'note (unknown words)')

  it('has its unknown words counted by the words that at least five rows of the reference hold', async () => {
    const before = texts(1, 900)
    const reference = await profile({ note: before })
    const held = new Map<string, number>()
    for (const text of before) for (const word of new Set(text.split(' '))) held.set(word, (held.get(word) ?? 0) + 1)
    const now = [...texts(2, 500), '', '  ', 'never seen before']
    const current = await profile({ note: [...now, null] }, { reference })
    const shares = now
      .map((text) =>
        text
          .trim()
          .split(' ')
          .filter((word) => word !== ''),
      )
      .filter((words) => words.length > 0)
      .map((words) => words.filter((word) => (held.get(word) ?? 0) < 5).length / words.length)
    expect(unknown(current)).toMatchObject({ n: 504, n_null: 3 })
    // some unknown word shares its bucket with a known one
    const mean = shares.reduce((a, b) => a + b) / shares.length
    expect(unknown(current).numeric?.mean).toBeLessThanOrEqual(mean)
    expect(unknown(current).numeric?.mean).toBeGreaterThan(0.97 * mean)
    expect(unknown(current).numeric?.max).toBeGreaterThan(0.6)
    expect(column(current, 'note').words).toEqual(column(reference, 'note').words)
  })

  it('has as many of them at training as later, where nothing changed, and more where other words are used', async () => {
    let small = 0
    for (let run = 0; run < 20; run++) {
      const reference = await profile({ note: texts(100 + run, 400) })
      const current = await profile({ note: texts(200 + run, 400) }, { reference })
      const cells = columnCells(unknown(reference), unknown(current))
      if (cells === null) throw new Error('no cells')
      if (measureShift(unknown(reference), unknown(current), cells).p <= 0.05) small += 1
    }
    expect(small).toBeLessThanOrEqual(4) // five or more of 20 by chance: 3 in 1,000
    const reference = await profile({ note: texts(1, 400) })
    const moved = await profile({ note: texts(2, 400, 0.15) }, { reference })
    const cells = columnCells(unknown(reference), unknown(moved))
    expect(cells && measureShift(unknown(reference), unknown(moved), cells).js).toBeGreaterThan(0.2)
  })

  it('has none counted where the engine would put words elsewhere, and no word is kept', async () => {
    const reference = await profile({ note: texts(1, 300) })
    expect(JSON.stringify(reference)).not.toMatch(/w\d+ /)
    const columns = reference.columns.map((one) => (one.words ? { ...one, words: { ...one.words, probe: '1' } } : one))
    const current = await profile({ note: texts(2, 300) }, { reference: { ...reference, columns } })
    expect(names(current)).not.toContain('note (unknown words)')
    expect(column(current, 'note').words ?? null).toBeNull()
    // what a file says goes into SQL only where it is what we write
    const hostile = reference.columns.map((one) => (one.words ? { ...one, words: { ...one.words, known: "AA'); DROP" } } : one))
    expect(names(await profile({ note: texts(2, 300) }, { reference: { ...reference, columns: hostile } }))).not.toContain(
      'note (unknown words)',
    )
  })

  it('leaves none of its words in the profile', async () => {
    const table = JSON.stringify(await profile({ note: each(300, (i) => `secretword${i} stands in this long sentence here`) }))
    expect(table).not.toContain('secretword')
  })
})

describe('lists', () => {
  it('are counted by their length; vectors of one length by norm and eight projections, the same in every run', async () => {
    const next = sequence(4)
    const lines = each(200, (i) =>
      JSON.stringify({ tags: each(i % 4, () => 'x'), v: each(16, () => Number((next() - 0.5).toFixed(3))), s: { a: i } }),
    )
    const table = await text('vectors.jsonl', `${lines.join('\n')}\n`)
    expect(names(table)).toEqual([
      'tags',
      'v',
      's',
      'tags (length)',
      'v (length)',
      'v (norm)',
      ...each(8, (i) => `v (projection ${i + 1})`),
    ])
    expect(column(table, 'tags (length)')).toMatchObject({ kind: 'categorical' })
    expect(column(table, 'v (length)')).toMatchObject({ kind: 'constant' })
    expect(column(table, 'v (projection 3)').derived).toEqual({ from: 'v', what: 'projection 3', size: 16 })
    const norms = lines.map((line) => Math.hypot(...(JSON.parse(line) as { v: number[] }).v))
    expect(column(table, 'v (norm)').numeric?.max).toBeCloseTo(Math.max(...norms), 12)
    // random directions keep the scale of one coordinate
    const { m2 } = column(table, 'v (projection 1)').numeric ?? { m2: null }
    expect(Math.sqrt((m2 ?? 0) / 200)).toBeGreaterThan(0.2)
    expect(Math.sqrt((m2 ?? 0) / 200)).toBeLessThan(0.4)

    const other = await text('shorter.jsonl', `${each(60, () => JSON.stringify({ tags: [], v: [1, null], s: { a: 1 } })).join('\n')}\n`, {
      reference: table,
    })
    expect(column(other, 'v (norm)')).toMatchObject({ n: 60, n_null: 60 })
  })
})

describe('data.kinds', () => {
  it('decides, with the reason recorded', async () => {
    const zips = each(400, (i) => 10_000 + ((i * 7919) % 90))
    expect(column(await profile({ zip: zips }), 'zip').kind).toBe('numeric-discrete')
    const table = await profile({ zip: zips }, { kinds: { zip: 'categorical' } })
    expect(column(table, 'zip')).toMatchObject({ kind: 'categorical', reason: 'as data.kinds says' })
    expect(column(table, 'zip').categories?.distinct).toBe(90)
  })

  it('names a column that is there, and a kind that it can be', async () => {
    const unknown = await refusal(profile({ zip: [1, 2] }, { kinds: { zap: 'categorical' } }))
    expect([unknown.code, unknown.fix]).toEqual(['UNKNOWN_COLUMN', 'did you mean zip?'])
    const wrong = await refusal(profile({ zip: ['a', 'b'] }, { kinds: { zip: 'numeric-continuous' } }))
    expect([wrong.code, wrong.message]).toEqual([
      'COLUMN_KIND',
      'data.kinds calls zip numeric-continuous, but data.train holds it as VARCHAR',
    ])
  })

  it('is not needed for text of more than fifty levels', async () => {
    expect(column(await profile({ k: each(600, (i) => `k${i % 51}`) }), 'k').kind).toBe('categorical-high')
    expect(column(await profile({ k: each(600, (i) => `k${i % 50}`) }), 'k').kind).toBe('categorical')
  })
})

describe('two values stored another way are the same two values', () => {
  const truth = each(300, (i) => i % 3 === 0)
  const cases: readonly (readonly [string, Values, Values])[] = [
    ['true as text', truth, truth.map(String)],
    ['true as Python writes it', truth, truth.map((one) => (one ? 'True' : 'False'))],
    ['true as 1', truth, truth.map(Number)],
    ['1 as true', truth.map(Number), truth],
    ["1 as '1'", truth.map(Number), truth.map((one) => (one ? '1' : '0'))],
    ["'True' as true", truth.map((one) => (one ? 'True' : 'False')), truth],
    ['true as 1.0', truth, Float64Array.from(truth, Number)],
  ]
  it.each(cases)('%s', async (_, before, now) => {
    const reference = await profile({ flag: before })
    const current = await profile({ flag: now }, { reference })
    expect(column(current, 'flag').kind).toBe('boolean')
    expect(counts(column(current, 'flag'))).toEqual(counts(column(reference, 'flag')))
  })

  it('another word stays another word', async () => {
    const reference = await profile({ flag: truth })
    const current = await profile({ flag: truth.map((one, i) => (i < 10 ? 'maybe' : String(one))) }, { reference })
    expect(counts(column(current, 'flag'))).toMatchObject({ maybe: 10 })
  })
})

describe('traps of numbers', () => {
  it('integers beyond 2^53 are told apart, and none is named by a rounded number', async () => {
    const near = each(200, (i) => 9_007_199_254_740_993n + BigInt(i % 2))
    const two = await profile({ x: near })
    expect(column(two, 'x').kind).toBe('boolean')
    expect(counts(column(two, 'x'))).toEqual({ '9007199254740993': 100, '9007199254740994': 100 })
    const many = await profile({ x: each(2000, (i) => 9_007_199_254_740_993n + BigInt(i % 40)) })
    expect(column(many, 'x')).toMatchObject({ kind: 'numeric-discrete', numeric: { spikes: [] } })
  })

  it('an outlier does not collapse the cells, as it would in ones of equal width', async () => {
    const next = sequence(8)
    const values = Float64Array.from({ length: 2000 }, next)
    values[77] = 1e15
    const { cells, edges } = column(await profile({ x: values }), 'x').numeric ?? { cells: [], edges: [] }
    expect(edges.length).toBe(99)
    expect(Math.max(...cells)).toBeLessThanOrEqual(40)
  })

  it('values beyond the extremes of the reference are counted on both ends, infinities and NaN apart', async () => {
    const reference = await profile({ x: Float64Array.from({ length: 500 }, (_, i) => Math.sin(i)) })
    expect(column(reference, 'x').numeric?.beyond).toBeUndefined()
    const now = Float64Array.from([-2, -3, 5, 0, 0.5, Infinity, -Infinity, Number.NaN])
    const current = await profile({ x: now }, { reference })
    expect(column(current, 'x').numeric?.beyond).toEqual({ below: 2, above: 1 })
    const hidden = await profile({ x: now }, { reference, sensitive: ['x'] })
    expect(column(hidden, 'x').numeric?.beyond).toBeUndefined()
  })

  it('tables of one row, of one value, of nothing but nulls have a profile and merge', async () => {
    const options: Options = { pairs: { first: [], leaveOut: [] } }
    for (const x of [[1.5], each(60, () => 2), each(60, () => null)] as const) {
      const one = await profile({ x, y: each(x.length, (i) => i) }, options)
      expect(one.rows).toBe(x.length)
      expect(mergeProfiles(one, one).rows).toBe(2 * x.length)
    }
  })
})

describe('weights', () => {
  const next = sequence(21)
  const rows = 400
  const x = Float64Array.from({ length: rows }, (_, i) =>
    i % 17 === 0 ? Number.NaN : i % 23 === 0 ? Infinity : i % 4 === 0 ? -1 : next() * 10,
  )
  const label = each(rows, (i) => (i % 11 === 0 ? null : (['a', 'b', 'c'][i % 3] ?? null)))
  const w = each(rows, (i) => (i % 5) / 4)

  it('sum up what is counted: cells, frequent values, labels, missing, infinite', async () => {
    const table = await profile({ x, label, w }, { weight: 'w' })
    const sum = (where: (i: number) => boolean) => w.reduce((total, weight, i) => total + (where(i) ? weight : 0), 0)
    expect(table.weight).toEqual({ column: 'w', total: sum(() => true), squares: w.reduce((total, one) => total + one * one, 0) })
    const found = column(table, 'x')
    const at = (i: number) => x[i] ?? 0
    const { edges = [], spikes = [] } = found.numeric ?? {}
    expect(found.weighted?.missing).toBeCloseTo(
      sum((i) => Number.isNaN(at(i))),
      9,
    )
    expect(found.weighted?.infinite).toBeCloseTo(
      sum((i) => at(i) === Infinity),
      9,
    )
    found.weighted?.cells.forEach((weight, j) => {
      expect(weight).toBeCloseTo(
        sum((i) => Number.isFinite(at(i)) && at(i) <= (edges[j] ?? Infinity) && at(i) > (edges[j - 1] ?? -Infinity)),
        9,
      )
    })
    expect(found.weighted?.spikes).toEqual(spikes.map(({ value }) => sum((i) => at(i) === value)))
    const labels = column(table, 'label')
    expect(labels.weighted?.top).toEqual(labels.categories?.top.map(({ value }) => sum((i) => label[i] === value)))
    expect(labels.weighted?.missing).toBe(sum((i) => label[i] === null))
    expect(labels.weighted?.other).toBe(0)
  })

  it.each([
    ['missing', [1, null, 1]],
    ['negative', [1, -0.5, 1]],
    ['not a number', [1, Number.NaN, 1]],
    ['too large to be summed', [1, 1e308, 1]],
    ['too small to be summed', [1, 5e-324, 1]],
    ['zero everywhere', [0, 0, 0]],
  ])('that are %s are refused, with the name of the column', async (_, weights) => {
    const error = await refusal(profile({ w: weights }, { weight: 'w' }))
    expect(error.code).toBe('WEIGHT_INVALID')
    expect(error.message).toMatch(/^w of data.train has /)
  })

  it('that are not there, or text, are refused', async () => {
    expect((await refusal(profile({ x: [1] }, { weight: 'w' }))).code).toBe('UNKNOWN_COLUMN')
    expect((await refusal(profile({ w: ['a', 'b'] }, { weight: 'w' }))).code).toBe('WEIGHT_INVALID')
  })
})

describe('pairs', () => {
  const next = sequence(33)
  const a = each(500, () => Math.floor(next() * 1000) / 10)
  const b = a.map((value) => value + next() * 20)
  const holes = each(500, (i) => (i % 7 === 0 ? null : Math.floor(next() * 100)))
  const flag = a.map((value) => value > 50)
  const options: Options = { pairs: { first: ['holes'], leaveOut: ['id'] } }

  it('hold exactly what a rank correlation needs, over rows where both are there', async () => {
    const table = await profile({ id: each(500, (i) => i), a, b, holes, flag, name: each(500, (i) => `n${i % 3}`) }, options)
    expect(table.pairs?.columns).toEqual(['holes', 'a', 'b', 'flag'])
    const code = (name: string, value: number | null) => {
      const edges = column(table, name).numeric?.edges ?? []
      if (value === null) return null
      const at = edges.findIndex((edge) => value <= edge)
      return (at < 0 ? edges.length : at) - Math.floor(edges.length / 2)
    }
    const codes: Readonly<Record<string, readonly (number | null)[]>> = {
      holes: holes.map((value) => code('holes', value)),
      a: a.map((value) => code('a', value)),
      b: b.map((value) => code('b', value)),
      flag: flag.map(Number),
    }
    for (const pair of pairSums(table.pairs)) {
      const both = each(500, (i) => [codes[pair.a]?.[i], codes[pair.b]?.[i]] as const).flatMap(([p, q]) =>
        typeof p === 'number' && typeof q === 'number' ? [[p, q] as const] : [],
      )
      const sum = (make: (p: number, q: number) => number) => both.reduce((total, [p, q]) => total + make(p, q), 0)
      expect(pair).toEqual({
        a: pair.a,
        b: pair.b,
        n: both.length,
        sa: sum((p) => p),
        sb: sum((_, q) => q),
        saa: sum((p) => p * p),
        sbb: sum((_, q) => q * q),
        sab: sum((p, q) => p * q),
        spread: null,
      })
    }
  })

  it('and of those that are not what they were at training how much they vary by themselves', async () => {
    const reference = await profile({ a, b, holes, flag }, options)
    const turned = await profile({ a, b: b.toReversed(), holes, flag }, { ...options, reference })
    const spreads = new Map(pairSums(turned.pairs).map((pair) => [`${pair.a} ${pair.b}`, pair.spread]))
    expect([...spreads].flatMap(([name, spread]) => (spread === null ? [] : [name]))).toEqual(['a b', 'b flag'])
    const code = (name: string, value: number) => {
      const edges = column(reference, name).numeric?.edges ?? []
      return edges.filter((edge) => edge < value).length
    }
    const rows = a.map((value, i) => [code('a', value), code('b', b.at(-1 - i) ?? 0)] as const)
    const mean = (of: (x: number, y: number) => number) => rows.reduce((sum, [x, y]) => sum + of(x, y), 0) / rows.length
    const [ma, mb] = [mean((x) => x), mean((_, y) => y)]
    const [sa, sb] = [Math.sqrt(mean((x) => (x - ma) ** 2)), Math.sqrt(mean((_, y) => (y - mb) ** 2))]
    const r = mean((x, y) => ((x - ma) / sa) * ((y - mb) / sb))
    const expected = mean((x, y) => {
      const [u, v] = [(x - ma) / sa, (y - mb) / sb]
      return (u * v - (r / 2) * (u * u + v * v)) ** 2
    })
    expect(spreads.get('a b')).toBeCloseTo(expected, 5)
    expect((await profile({ a, b, holes, flag }, { ...options, reference })).pairs).not.toHaveProperty('spread')
  })

  it('of fifty columns are counted at once, and small', async () => {
    const columns = Object.fromEntries(each(60, (c) => [`c${c}`, Float64Array.from({ length: 300 }, (_, i) => Math.sin(i * (c + 1)))]))
    const table = await profile(columns, { pairs: { first: [], leaveOut: [] } })
    expect(table.pairs?.columns).toHaveLength(50)
    expect(pairSums(table.pairs)).toHaveLength(1225)
    expect(JSON.stringify(table.pairs).length).toBeLessThan(15_000)
  })

  it('of a large table are those of a sample that says its size, the same in every run', async () => {
    const rows = 260_000
    const x = Float64Array.from({ length: rows }, next)
    const columns = { x, y: Float64Array.from(x, (value) => value * value) }
    const [one, two] = [
      await profile(columns, { pairs: { first: [], leaveOut: [] } }),
      await profile(columns, { pairs: { first: [], leaveOut: [] } }),
    ]
    expect(one.pairs?.rows).toBeGreaterThan(190_000)
    expect(one.pairs?.rows).toBeLessThan(210_000)
    expect(two.pairs).toEqual(one.pairs)
  })
})

describe('associations of classes and labels', () => {
  const next = sequence(39)
  const rows = 600
  const kind = each(rows, (i) => (i % 41 === 0 ? null : `kind ${Math.floor(next() ** 2 * 20)}`))
  const x = each(rows, (i) => (i % 29 === 0 ? null : next() * 10))
  const flag = each(rows, () => next() < 0.3)
  const rating = each(rows, () => 1 + Math.floor(next() * 5))
  const columns = { id: each(rows, (i) => i), kind, x, flag, rating }
  const options: Options = { pairs: { first: ['flag', 'rating'], labels: ['flag', 'rating'], leaveOut: ['id'] } }

  it('are counts of the rows by both, in cells of the reference', async () => {
    const table = await profile(columns, options)
    const tables = associationTables(table.associations)
    expect(tables.map(({ feature, label }) => `${feature.column} ${label.column}`)).toEqual(['kind flag', 'kind rating', 'x rating'])
    const cell = ({ column: name, levels, cuts }: Axis, i: number) => {
      const value = columns[name === 'kind' ? 'kind' : name === 'x' ? 'x' : name === 'flag' ? 'flag' : 'rating'][i] ?? null
      if (levels === null) {
        const at = cuts?.findIndex((cut) => Number(value) <= cut) ?? -1
        return value === null ? null : at < 0 ? (cuts?.length ?? 0) : at
      }
      const at = levels.indexOf(String(value))
      return value === null ? levels.length + 1 : at < 0 ? levels.length : at
    }
    for (const { feature, label, counts: found } of tables) {
      const own = found.map((row) => row.map(() => 0))
      for (let i = 0; i < rows; i++) {
        const [a, b] = [cell(feature, i), cell(label, i)]
        const row = a === null ? undefined : own[a]
        if (row !== undefined && b !== null) row[b] = (row[b] ?? 0) + 1
      }
      expect(found).toEqual(own)
    }
    // twelve of the twenty kinds; of the rest no label
    expect(tables[0]?.feature.levels).toHaveLength(12)
    expect(tables[2]?.feature.cuts).toHaveLength(9)
  })

  it('hold no label of fewer than five rows, and nothing of a sensitive column', async () => {
    const rare = { ...columns, kind: each(rows, (i) => (i < 4 ? 'CANARY' : i % 2 === 0 ? 'even' : 'odd')) }
    const seen = await profile(rare, options)
    expect(seen.associations?.axes.find(({ column: name }) => name === 'kind')?.levels?.toSorted()).toEqual(['even', 'odd'])
    expect(JSON.stringify(seen)).not.toContain('CANARY')
    const hidden = await profile(columns, { ...options, sensitive: ['kind'] })
    expect(hidden.associations?.axes.map(({ column: name }) => name).toSorted()).toEqual(['rating', 'x'])
    expect((await profile(columns, { ...options, sensitive: ['flag', 'rating'] })).associations).toBeUndefined()
  })

  it('of other data are in the cells of the reference; of a column that changed its type there are none', async () => {
    const reference = await profile(columns, options)
    const again = await profile({ ...columns, kind: each(rows, (i) => (i % 2 === 0 ? 'kind 0' : 'new')) }, { ...options, reference })
    expect(again.associations?.axes).toEqual(reference.associations?.axes)
    const [first] = associationTables(again.associations)
    const sums = first?.counts.map((row) => row.reduce((all, one) => all + one, 0))
    expect([sums?.[first?.feature.levels?.indexOf('kind 0') ?? -1], sums?.at(-2)]).toEqual([300, 300])
    const other = await profile({ ...columns, kind: each(rows, (i) => i) }, { ...options, reference })
    expect(associationTables(other.associations).map(({ feature }) => feature.column)).toEqual(['x'])
  })

  it('of a large table are those of the sample the pairs are of, and of very many columns they stay small', async () => {
    const many = 260_000
    const big = { k: each(many, (i) => `k${i % 7}`), x: Float64Array.from({ length: many }, next), y: each(many, (i) => i % 3 === 0) }
    const table = await profile(big, { pairs: { first: [], labels: ['y'], leaveOut: [] } })
    expect(table.associations?.rows).toBe(table.pairs?.rows)
    const wide = Object.fromEntries(each(90, (c) => [`c${c}`, each(400, () => `v${Math.floor(next() * 15)}`)]))
    const narrow = await profile(wide, { pairs: { first: [], labels: ['c0', 'c1', 'c2'], leaveOut: [] } })
    expect(narrow.associations?.tables.reduce((all, one) => all + one.counts.length, 0)).toBeLessThanOrEqual(8_000)
    expect(JSON.stringify(narrow.associations).length).toBeLessThan(40_000)
  })
})

describe('blocks', () => {
  const next = sequence(41)
  const rows = 24 * 40
  const values = each(rows, (i) => (i % 19 === 0 ? null : i % 5 === 0 ? 0 : Math.floor(next() * 1e6) / 1e3))
  const labels = each(rows, (i) => `k${Math.floor(next() * 4)}${i % 97 === 0 ? 'rare' : ''}`)
  const lines = (from: number, to: number) =>
    `at,x,k,g\n${each(to - from, (i) => `${stamp(from + i, hour)},${values[from + i] ?? ''},${labels[from + i]},g${(from + i) % 30}`).join('\n')}\n`

  it('of time are days, and their cells add up to the table', async () => {
    const table = await text('blocks.csv', lines(0, rows), { time: 'at' })
    expect(table.blocks).toMatchObject({ by: 'time', unit: '1 day', first: Date.UTC(2001, 0, 1) / (24 * hour) })
    expect(table.blocks?.rows).toEqual(each(40, () => 24))
    const x = column(table, 'x')
    const cells = blockCells(x)
    const sums = (x.blocks ?? []).reduce(
      (total, block) => total.map((count, i) => count + (block[i] ?? 0)),
      each(cells?.size ?? 0, () => 0),
    )
    expect(sums.at(-1)).toBe(x.n_null)
    expect(sums.at(-2)).toBe(0)
    expect(sums[0]).toBe(values.filter((value) => value === 0).length)
    expect(sums.reduce((a, b) => a + b, 0)).toBe(rows)
    const second = each(24, (i) => values[24 + i] ?? null)
    const { cuts = null, spikes = [] } = cells ?? {}
    const inCell = (j: number) =>
      second.filter(
        (value) => value !== null && !spikes.includes(value) && value <= (cuts?.[j] ?? Infinity) && value > (cuts?.[j - 1] ?? -Infinity),
      ).length
    expect(x.blocks?.[1]?.slice(spikes.length, -2)).toEqual(each((cuts?.length ?? 0) + 1, inCell))
    const k = column(table, 'k')
    expect(k.blocks?.[0]?.reduce((a, b) => a + b, 0)).toBe(24)
    expect(column(table, 'at').blocks).toBeNull()
    expect(column(table, 'at (weekday)').blocks).toBeNull()
  })

  it('are hours where there are fewer than four days, weeks where there are many columns or years', async () => {
    expect((await text('hours.csv', lines(0, 24 * 4), { time: 'at' })).blocks).toMatchObject({ unit: '1 day' })
    expect((await text('hours.csv', lines(0, 24 * 3), { time: 'at' })).blocks).toMatchObject({ unit: '1 hour' })
    const days = `at,x\n${each(3000, (i) => `${stamp(i, 24 * hour).slice(0, 10)},${i % 50}`).join('\n')}\n`
    const long = (await text('years.csv', days, { time: 'at' })).blocks
    expect(long?.unit).toBe('4 weeks')
    expect(long?.rows.length).toBeLessThanOrEqual(400)
  })

  it('of current data are cut as those of the reference', async () => {
    const reference = await text('ref.csv', lines(0, 24 * 30), { time: 'at' })
    const current = await text('cur.csv', lines(24 * 30, rows), { time: 'at', reference })
    expect(current.blocks).toMatchObject({ unit: '1 day', rows: each(10, () => 24) })
    const cells = blockCells(column(reference, 'x'))?.size
    for (const block of column(current, 'x').blocks ?? []) expect(block).toHaveLength(cells ?? -1)
  })

  it('of groups are buckets that hold no name of a group, the same for the same group', async () => {
    const whole = await text('groups.csv', lines(0, rows), { group: 'g', sensitive: ['g'] })
    expect(whole.blocks).toMatchObject({ by: 'group', unit: 'group', first: null })
    expect(JSON.stringify(whole)).not.toMatch(/"g\d+"/)
    const part = await text('group.csv', lines(0, 30), { group: 'g', reference: whole })
    const filled = (table: TableProfile) => (table.blocks?.rows ?? []).flatMap((count, i) => (count > 0 ? [i] : []))
    expect(filled(part)).toEqual(filled(whole))
  })

  it('are not counted where nothing asks for them, nor of sensitive columns', async () => {
    const plain = await text('plain.csv', lines(0, 48))
    expect([plain.blocks, plain.pairs, plain.weight, column(plain, 'x').blocks]).toEqual([undefined, undefined, undefined, undefined])
    expect(column(await text('hidden.csv', lines(0, rows), { time: 'at', sensitive: ['x'] }), 'x').blocks).toBeNull()
  })
})

describe('parts merge to the whole, bit for bit in counts', () => {
  it('derived columns, blocks, pairs, weights, values beyond', async () => {
    const row = fc.record({
      day: fc.integer({ min: 0, max: 40 }),
      x: fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ min: -200, max: 200, noNaN: true })),
      y: fc.option(fc.integer({ min: 0, max: 50 })),
      k: fc.constantFrom('a', 'b'),
      c: fc.option(fc.constantFrom('p', 'q', 'r', 'seldom')),
      w: fc.integer({ min: 1, max: 8 }),
    })
    type Line = {
      readonly day: number
      readonly x: number
      readonly y: number | null
      readonly k: string
      readonly c: string | null
      readonly w: number
    }
    const csv = (lines: readonly Line[]) =>
      `at,x,y,k,c,w\n${lines.map(({ day, x, y, k, c, w }) => `${stamp(day, 7 * hour)},${x},${y ?? ''},${k},${c ?? ''},${w / 8}`).join('\n')}\n`
    const options: Options = { time: 'at', weight: 'w', pairs: { first: [], labels: ['k', 'y'], leaveOut: ['at', 'w'] } }
    const next = sequence(2)
    const reference = await text(
      'reference.csv',
      csv(
        each(600, (i) => ({
          day: i % 41,
          x: next() * 200 - 100,
          y: i % 9 === 0 ? null : i % 51,
          k: i % 3 === 0 ? 'a' : 'b',
          c: i % 11 === 0 ? null : (['p', 'q', 'r'][i % 3] ?? null),
          w: 1 + (i % 8),
        })),
      ),
      options,
    )
    const against = (lines: readonly Line[]) => text('part.csv', csv(lines), { ...options, reference })
    const part = fc.array(row, { minLength: 40, maxLength: 80 })
    await fc.assert(
      fc.asyncProperty(part, part, async (left, right) => {
        const merged = mergeProfiles(await against(left), await against(right))
        const whole = await against([...left, ...right])
        expect([merged.rows, merged.fingerprint, merged.blocks, merged.weight]).toEqual([
          whole.rows,
          whole.fingerprint,
          whole.blocks,
          whole.weight,
        ])
        // how much a correlation varies is no count
        const sums = (table: TableProfile) => pairSums(table.pairs).map(({ spread: _, ...counts }) => counts)
        expect(sums(merged)).toEqual(sums(whole))
        expect(merged.associations?.tables).toHaveLength(2)
        expect(merged.associations).toEqual(whole.associations)
        for (const one of whole.columns) {
          const mine = column(merged, one.name)
          expect([mine.n, mine.n_null, mine.blocks, mine.derived]).toEqual([one.n, one.n_null, one.blocks, one.derived])
          expect(mine.numeric?.cells).toEqual(one.numeric?.cells)
          expect(mine.numeric?.beyond).toEqual(one.numeric?.beyond)
          const { cells, missing, infinite } = mine.weighted ?? {}
          expect([cells, missing, infinite]).toEqual([one.weighted?.cells, one.weighted?.missing, one.weighted?.infinite])
          const all = (sums: ColumnProfile['weighted']) => (sums?.other ?? 0) + (sums?.top ?? []).reduce((a, b) => a + b, 0)
          expect(all(mine.weighted)).toBeCloseTo(all(one.weighted), 9)
        }
      }),
      { numRuns: 2 },
    )
  }, 60_000)
})

describe('size and repetition', () => {
  it('two hundred columns take less than 300 KB, with pairs, associations and blocks', async () => {
    const next = sequence(55)
    const rows = 2000
    const columns: Record<string, Values> = { at: each(rows, (i) => `2001-01-${String(1 + (i % 28)).padStart(2, '0')}`) }
    for (let c = 0; c < 200; c += 1) {
      columns[`feature_${c}`] =
        c % 4 === 0
          ? each(rows, () => Math.floor(next() * 150))
          : c % 4 === 1
            ? each(rows, () => `level ${Math.floor(next() * 80)}`)
            : Float64Array.from({ length: rows }, () => next() * 1e4)
    }
    const lines = [
      Object.keys(columns).join(','),
      ...each(rows, (i) =>
        Object.values(columns)
          .map((list) => String(list[i]))
          .join(','),
      ),
    ]
    const table = await text('wide.csv', `${lines.join('\n')}\n`, {
      time: 'at',
      pairs: { first: [], labels: ['feature_0', 'feature_1', 'feature_4'], leaveOut: [] },
    })
    expect(table.columns.length).toBeGreaterThan(200)
    expect(JSON.stringify(table).length).toBeLessThan(300_000)
  }, 60_000)

  it('one thread and two give the same bytes, with everything asked for', async () => {
    const next = sequence(77)
    const rows = 70_000
    const lines = `at,x,k,w\n${each(rows, (i) => `${stamp(i, 60_000)},${next()},k${i % 9},${next()}`).join('\n')}\n`
    const options: ProfileOptions = { role: 'train', sensitive: [], time: 'at', weight: 'w', pairs: { first: [], leaveOut: [] } }
    const texts = new Set<string>()
    for (const threads of [1, 2, 2]) {
      await using one = await makeBench({ threads })
      texts.add(JSON.stringify(await buildProfile(one.engine, await one.table('same.csv', lines), options)))
    }
    expect(texts.size).toBe(1)
  }, 60_000)

  it('equal files are profiled once, whatever they are called; parts of them, or other questions, are not confused', async () => {
    const content = `x\n${each(100, (i) => i % 7).join('\n')}\n`
    const [one, two] = [await bench.table('once-a.csv', content), await bench.table('once-b.csv', content)]
    const options: ProfileOptions = { role: 'train', sensitive: [] }
    const once = async (table: Table, asked: ProfileOptions) => (await profileOnce(bench.engine, table, asked)).profile
    const first = await once(one, options)
    const again = await once(two, { ...options, role: 'test' })
    expect(again).toEqual({ ...first, role: 'test' })
    expect(again.columns).toBe(first.columns)
    expect((await once(two, { ...options, sensitive: ['x'] })).columns[0]?.categories?.top).toEqual([])
  })

  it('repeated rows are counted', async () => {
    expect((await profile({ x: [1, 2, 2, 3, 3, 3], y: ['a', 'b', 'b', 'c', 'c', null] })).duplicates).toBe(2)
  })
})

describe('lists that there was no room for', () => {
  it('say the most rows that something left out can have', async () => {
    const next = sequence(91)
    const rows = 2000
    const columns: Record<string, Values> = {}
    for (let c = 0; c < 120; c += 1)
      columns[`c${c}`] =
        c % 2 === 0 ? each(rows, () => `k${Math.floor(next() ** 2 * 200)}`) : each(rows, () => Math.floor(next() ** 2 * 120))
    const table = await profile(columns)
    const labels = column(table, 'c0').categories
    const all = new Map<string, number>()
    for (const value of columns.c0 ?? []) all.set(String(value), (all.get(String(value)) ?? 0) + 1)
    const listed = new Set(labels?.top.map(({ value }) => value))
    expect(listed.size).toBeLessThan(all.size)
    expect(labels?.most_unlisted).toBe(Math.max(...[...all].flatMap(([value, count]) => (listed.has(value) ? [] : [count]))))
    const numeric = column(table, 'c1').numeric
    const counted = (value: number) => (columns.c1 ?? []).filter((one) => one === value).length
    const spikes = new Set(numeric?.spikes.map(({ value }) => value))
    const left = each(120, (value) => value).filter((value) => !spikes.has(value))
    expect(numeric?.most_unlisted).toBe(Math.max(...left.map(counted)))
  })
})

describe('a small memory limit', () => {
  it('spills to disk and changes no number', async () => {
    const rows = 100_000
    const next = sequence(12)
    const lines = `at,x,k\n${each(rows, (i) => `${stamp(i, 60_000)},${next()},key ${Math.floor(next() * 100_000)}`).join('\n')}\n`
    const options: ProfileOptions = { role: 'train', sensitive: [], time: 'at', pairs: { first: [], leaveOut: [] }, duplicates: true }
    const texts = new Set<string>()
    for (const memoryLimitBytes of [64 * 2 ** 20, 512 * 2 ** 20]) {
      await using one = await makeBench({ memoryLimitBytes, inMemoryBytes: 2 ** 20 })
      texts.add(JSON.stringify(await buildProfile(one.engine, await one.table('small.csv', lines), options)))
    }
    expect(texts.size).toBe(1)
  }, 60_000)
})
