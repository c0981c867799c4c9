/**
 * Typed arrays → the profile that the product would make of them, with the product's own functions for kinds, edges, cells and assembly.
 *
 * Only the counting itself, which is SQL in the product, is done here in a loop: thousands of tables through an engine would take days. That
 * both ways give the same profile is proven by test/contract/simulate. Above 65,536 rows the product decides on rows chosen by a hash of
 * their number and this on the first ones: rows are drawn independently here, so both are a sample of the same kind.
 */
import type { ColumnFacts, TableFacts } from '../../src/core/checks/facts.ts'
import { assembleTable, type ColumnPlan, type Levels, planColumns } from '../../src/core/profile/assemble.ts'
import { binsOf } from '../../src/core/profile/bins.ts'
import { gridPoints } from '../../src/core/profile/edges.ts'
import { type NumericPlan, pivotOf } from '../../src/core/profile/measures.ts'
import { minLevelRows, sampledRows } from '../../src/core/profile/queries.ts'
import type { TableProfile } from '../../src/core/schema/profile.ts'
import { firstAtLeast } from '../../src/core/stats/sorted.ts'
import type { Drawn } from './columns.ts'
import { countPairs } from './pairs.ts'

const types = { float: 'DOUBLE', integer: 'BIGINT', string: 'VARCHAR', boolean: 'BOOLEAN' } as const

/** @param tag differs from table to table, as content does */
export function profileOf(role: string, drawn: readonly Drawn[], tag: number, reference: TableProfile | null = null): TableProfile {
  const columns = drawn.map(({ name, storage }): ColumnFacts => ({ name, quoted: name, kind: storage, type: types[storage] }))
  const rows = drawn[0]?.values.length ?? 0
  const table: TableFacts = { role, relation: role, rowNumber: null, rows, untyped: false, columnar: true, columns }
  const sample = Object.assign({}, ...drawn.map(sampled))
  const plans = planColumns(columns, sample, { sensitive: new Set(), reference, columns: columns.length })
  const counts = Object.assign({ rows, x: String(tag), s: String(tag) }, ...drawn.map((column, i) => counted(column, i, plans[i] ?? null)))
  const levels = new Map(drawn.flatMap((column, i) => (plans[i]?.levels ? [[column.name, levelsOf(column)] as const] : [])))
  const profile = assembleTable(table, plans, counts, levels, [])
  // with twenty columns of numbers no row repeats another
  return { ...profile, pairs: countPairs(drawn, reference ?? profile), duplicates: rows <= 200_000 ? 0 : null }
}

/** What `sampleQuery` answers of one column. */
function sampled({ values, labels }: Drawn, i: number): Record<string, unknown> {
  const there = present(values.subarray(0, sampledRows))
  const n = there.length
  if (labels !== null) {
    const found = counts(there, labels.length)
    const letters = found.reduce((sum, rows, code) => sum + rows * (labels[code]?.length ?? 0), 0)
    const spaced = found.reduce((sum, rows, code) => sum + (labels[code]?.includes(' ') ? rows : 0), 0)
    return { [`n${i}`]: n, [`d${i}`]: found.filter((rows) => rows > 0).length, [`l${i}`]: letters / n, [`w${i}`]: spaced / n }
  }
  there.sort()
  let distinct = n === 0 ? 0 : 1
  for (let k = 1; k < n; k++) if (there[k] !== there[k - 1]) distinct += 1
  const grid = Array.from({ length: gridPoints }, (_, at) => there[Math.floor(((at + 1) * n + gridPoints) / (gridPoints + 1)) - 1])
  return {
    [`n${i}`]: n,
    [`d${i}`]: distinct,
    [`q${i}`]: JSON.stringify(n === 0 ? [] : grid),
    [`lo${i}`]: there[0] ?? null,
    [`hi${i}`]: there[n - 1] ?? null,
    [`o${i}`]: 0, // drawn independently: no order
  }
}

/** Values that are not missing, in a copy. */
function present(values: Float64Array): Float64Array {
  const kept = new Float64Array(values.length)
  let n = 0
  for (let k = 0; k < values.length; k++) {
    const value = values[k] ?? Number.NaN
    if (!Number.isNaN(value)) kept[n++] = value
  }
  return kept.subarray(0, n)
}

/** What `countQuery` answers of one column. */
function counted(column: Drawn, i: number, plan: ColumnPlan | null): Record<string, unknown> {
  const { values } = column
  return { [`v${i}`]: present(values).length, ...(plan?.numeric ? countedNumbers(values, i, plan.numeric) : {}) }
}

function countedNumbers(values: Float64Array, i: number, { edges, frequent, beyond }: NumericPlan): Record<string, unknown> {
  const bins = Float64Array.from(binsOf(edges, frequent))
  const held = new Array<number>(bins.length + 1).fill(0)
  const pivot = pivotOf(edges)
  const first = new Sum()
  const second = new Sum()
  let below = 0
  let above = 0
  let low = Infinity
  let high = -Infinity
  for (let k = 0; k < values.length; k++) {
    const value = values[k] ?? Number.NaN
    if (Number.isNaN(value)) continue
    if (value < low) low = value
    if (value > high) high = value
    if (beyond !== null && value < beyond.min) below += 1
    if (beyond !== null && value > beyond.max) above += 1
    const bin = firstAtLeast(bins, value)
    held[bin] = (held[bin] ?? 0) + 1
    first.add(value - pivot)
    second.add((value - pivot) * (value - pivot))
  }
  return {
    [`lo${i}`]: low <= high ? low : null,
    [`hi${i}`]: low <= high ? high : null,
    ...(beyond === null ? {} : { [`below${i}`]: below, [`above${i}`]: above }),
    [`s1${i}`]: first.total,
    [`s2${i}`]: second.total,
    [`h${i}`]: JSON.stringify(held),
  }
}

/** What `levelQuery` answers of one column. */
function levelsOf({ values, labels }: Drawn): Levels {
  const found = new Map<string, number>()
  if (labels !== null) for (const [code, rows] of counts(values, labels.length).entries()) found.set(labels[code] ?? '', rows)
  else for (const value of values) if (!Number.isNaN(value)) found.set(String(value), (found.get(String(value)) ?? 0) + 1)
  const there = [...found].filter(([, rows]) => rows > 0)
  const top = there
    .filter(([, rows]) => rows >= minLevelRows)
    .map(([value, count]) => ({ value, count }))
    .sort((x, y) => y.count - x.count || (x.value < y.value ? -1 : 1))
  return { top, distinct: there.length }
}

function counts(codes: Float64Array, levels: number): number[] {
  const found = new Array<number>(levels).fill(0)
  for (let k = 0; k < codes.length; k++) {
    const code = codes[k] ?? Number.NaN
    if (!Number.isNaN(code)) found[code] = (found[code] ?? 0) + 1
  }
  return found
}

/** Neumaier's compensated sum. */
class Sum {
  private sum = 0
  private lost = 0
  add(value: number): void {
    const next = this.sum + value
    this.lost += Math.abs(this.sum) >= Math.abs(value) ? this.sum - next + value : value - next + this.sum
    this.sum = next
  }
  get total(): number {
    return this.sum + this.lost
  }
}
