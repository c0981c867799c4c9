/** What the product's pair queries answer of a drawn table: sums over the numbers of the cells of two columns, for rank correlations. */
import { pairLimits } from '../../src/core/drift/pair-measures.ts'
import { movedPairs, squaredInfluence, withSpreads } from '../../src/core/profile/pair-spread.ts'
import { maxPairRows, type Pairs, readPairs } from '../../src/core/profile/pairs.ts'
import type { ColumnProfile, TableProfile } from '../../src/core/schema/profile.ts'
import { firstAtLeast } from '../../src/core/stats/sorted.ts'
import type { Drawn } from './columns.ts'

/** Number of the cell of each row, from the middle cell; the missing have none. */
interface Codes {
  readonly name: string
  readonly of: Int16Array
  readonly complete: boolean
}
const missing = -32_768

/** Rows are drawn independently: the first are a sample as good as one by a hash. */
export function countPairs(drawn: readonly Drawn[], reference: TableProfile): Pairs | null {
  const ranked = drawn.flatMap(
    (column) =>
      codesOf(
        column,
        reference.columns.find(({ name }) => name === column.name),
      ) ?? [],
  )
  if (ranked.length < 2) return null
  const rows = ranked[0]?.of.length ?? 0
  const sums: Record<string, number> = { rows }
  for (const [i, { of }] of ranked.entries()) {
    const [n, s, , q] = sumsOf(of, of)
    Object.assign(sums, { [`n${i}`]: n, [`s${i}`]: s, [`q${i}`]: q })
  }
  for (const [i, a] of ranked.entries()) {
    for (const [j, b] of ranked.entries()) {
      if (j <= i) continue
      if (a.complete && b.complete) {
        sums[`p${i}_${j}`] = productOf(a.of, b.of)
        continue
      }
      const [n, sa, sb, saa, sbb, sab] = sumsOf(a.of, b.of)
      const key = `${i}_${j}`
      Object.assign(sums, { [`p${key}`]: sab, [`n${key}`]: n, [`a${key}`]: sa, [`b${key}`]: sb, [`aa${key}`]: saa, [`bb${key}`]: sbb })
    }
  }
  const pairs = readPairs(
    sums,
    ranked.map(({ name }) => name),
  )
  const moved = movedPairs(reference.pairs, pairs, pairLimits.warn)
  const spreads = moved.map((pair) => meanOf(squaredInfluence(pair), ranked[pair.i]?.of, ranked[pair.j]?.of))
  return withSpreads(pairs, moved, spreads)
}

const none = new Int16Array()

/** Over rows where both are there. */
function meanOf(f: (a: number, b: number) => number, a: Int16Array = none, b: Int16Array = none): number {
  let [n, sum] = [0, 0]
  for (let row = 0; row < a.length; row++) {
    const [x = missing, y = missing] = [a[row], b[row]]
    if (x === missing || y === missing) continue
    n += 1
    sum += f(x, y)
  }
  return sum / n
}

/** A table of today shares most columns with the one before it. */
const known = new WeakMap<Drawn, { readonly reference: ColumnProfile; readonly codes: Codes | null }>()

function codesOf(column: Drawn, reference: ColumnProfile | undefined): Codes | null {
  if (reference === undefined || reference.kind === 'constant' || reference.kind === 'identifier') return null
  const cached = known.get(column)
  if (cached?.reference === reference) return cached.codes
  const codes = makeCodes(column, reference)
  known.set(column, { reference, codes })
  return codes
}

function makeCodes({ name, values, labels }: Drawn, { kind, numeric, categories }: ColumnProfile): Codes | null {
  const edges = Float64Array.from(numeric?.edges ?? [])
  const [low, high, ...more] = kind === 'boolean' ? (categories?.top ?? []).map(({ value }) => value).sort() : []
  const two = numeric === null && low !== undefined && high !== undefined && more.length === 0
  if (edges.length === 0 && !two) return null
  const of = new Int16Array(Math.min(values.length, maxPairRows))
  let complete = true
  for (let row = 0; row < of.length; row++) {
    const value = values[row] ?? Number.NaN
    const label = labels?.[value]
    const code = Number.isNaN(value)
      ? missing
      : !two
        ? firstAtLeast(edges, value) - (edges.length >> 1)
        : label === low
          ? 0
          : label === high
            ? 1
            : missing
    if (code === missing) complete = false
    of[row] = code
  }
  return { name, of, complete }
}

function productOf(a: Int16Array, b: Int16Array): number {
  let sum = 0
  for (let row = 0; row < a.length; row++) sum += (a[row] ?? 0) * (b[row] ?? 0)
  return sum
}

/** n, Σa, Σb, Σa², Σb², Σab over rows where both are there. */
function sumsOf(a: Int16Array, b: Int16Array): readonly [number, number, number, number, number, number] {
  let [n, sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0, 0]
  for (let row = 0; row < a.length; row++) {
    const [x = missing, y = missing] = [a[row], b[row]]
    if (x === missing || y === missing) continue
    n += 1
    sa += x
    sb += y
    saa += x * x
    sbb += y * y
    sab += x * y
  }
  return [n, sa, sb, saa, sbb, sab]
}
