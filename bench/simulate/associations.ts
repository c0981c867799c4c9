/** What the product's association queries answer of a drawn table: rows by cell of a feature and cell of the label. */
import { type Associations, type Axis, cellsOf, planAssociations, readAssociations } from '../../src/core/profile/associations.ts'
import { maxPairColumns, maxPairRows } from '../../src/core/profile/pairs.ts'
import type { TableProfile } from '../../src/core/schema/profile.ts'
import { firstAtLeast } from '../../src/core/stats/sorted.ts'
import type { Drawn } from './columns.ts'

/** @param reference with the axes and columns that are counted; of itself for the first table */
export function countAssociations(drawn: readonly Drawn[], reference: TableProfile, label: string): Associations | null {
  const features = drawn.flatMap(({ name }) => (name === label ? [] : [name])).slice(0, maxPairColumns)
  const plan = planAssociations(reference, features, [label])
  if (plan.pairs.length === 0) return null
  const rows = Math.min(drawn[0]?.values.length ?? 0, maxPairRows)
  const codes = plan.axes.map((axis) => codesOf(axis, drawn, rows))
  const counts = plan.pairs.map(([a, b], i) => {
    const width = sizeOf(plan.axes[b])
    const found = new Array<number>(sizeOf(plan.axes[a]) * width).fill(0)
    const [left, right] = [codes[a] ?? new Int16Array(), codes[b] ?? new Int16Array()]
    for (let row = 0; row < rows; row++) {
      const cell = (left[row] ?? -1) * width + (right[row] ?? -1)
      if ((left[row] ?? -1) >= 0 && (right[row] ?? -1) >= 0) found[cell] = (found[cell] ?? 0) + 1
    }
    return [`t${i}`, JSON.stringify(found)]
  })
  return readAssociations(Object.fromEntries(counts), rows, plan)
}

const sizeOf = (axis: Axis | undefined): number => (axis === undefined ? 0 : cellsOf(axis))

/** −1 of a missing number. */
function codesOf({ column, levels, cuts }: Axis, drawn: readonly Drawn[], rows: number): Int16Array {
  const found = drawn.find(({ name }) => name === column)
  const of = new Int16Array(rows).fill(-1)
  if (found === undefined) return of
  const { labels, values } = found
  const edges = Float64Array.from(cuts ?? [])
  const place = new Map(levels?.map((level, i) => [level, i]))
  const byCode = labels?.map((label) => place.get(label) ?? place.size)
  for (let row = 0; row < rows; row++) {
    const value = values[row] ?? Number.NaN
    if (levels === null) of[row] = Number.isNaN(value) ? -1 : firstAtLeast(edges, value)
    else if (Number.isNaN(value)) of[row] = levels.length + 1
    else of[row] = byCode?.[value] ?? place.get(String(value)) ?? levels.length
  }
  return of
}
