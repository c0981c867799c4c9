/**
 * The influence of each unit on a metric: ψ_u with Σψ = 0 and se² = n/(n − 1) Σψ², for the families of metrics that have one. A unit is a row, or what the
 * sample counts instead, in the order in which units first occur.
 *
 * Of a function of sums it is what leaving the unit out changes (`left-out.ts`), of a function of a ranking with a gradient that. Of a
 * confusion table every row of a cell moves it alike, so one value is made for each filled cell, by taking an average row (of weight w̄) from it:
 *
 *     g_c = (θ(T) − θ(T − w̄ e_c))/w̄,    ψ_i = (n − 1)/n · w_i (g_c(i) − ḡ)
 *
 * which with weights of 1 is leaving each row out, at O(cells) tables instead of O(rows). The rows of a group add up.
 * Source: Efron & Tibshirani 1993, §11 and §21; Davison & Hinkley 1997, §2.7.
 */
import type { Sample } from '../metrics/sample.ts'
import { sumsByGroup } from '../stats/clusters.ts'
import { leftOut } from './left-out.ts'

type Kind<K extends Sample['kind']> = Extract<Sample, { kind: K }>

/** null: none is known, or there is no value without one of the units */
export function influenceOf(sample: Sample): Float64Array | null {
  switch (sample.kind) {
    case 'moments':
      return leftOut(sample, sample.unit ?? null)
    case 'cells': {
      const rows = ofCells(sample)
      return rows && byUnit(rows, sample.unit)
    }
    case 'rank':
      return sample.influence && byUnit(sample.influence(), sample.unit)
    case 'influence':
    case 'mean':
    case 'proportion':
    case 'auc':
    case 'cut':
    case 'weighted':
    case 'plain':
      return null
  }
}

const byUnit = (rows: Float64Array, unit: Int32Array | null | undefined): Float64Array => (unit ? sumsByGroup(rows, unit) : rows)

function ofCells(sample: Kind<'cells'>): Float64Array | null {
  const { classes, y, predicted, weight = null } = sample
  const n = y.length
  const cells = Uint32Array.from(y, (truth, i) => truth * classes + (predicted[i] ?? 0))
  const heavy = weight ?? new Float64Array(n).fill(1)
  const influence = cellInfluences(sample, heavy, cells, n)
  return influence && Float64Array.from(cells, (cell, i) => (heavy[i] ?? 0) * (influence[cell] ?? 0))
}

/**
 * ψ of a row of weight 1 in each cell of the table.
 * @param counts what lies in the cells that `cells` names, rows or weights; @param rows null: counts are of rows
 */
export function cellInfluences(
  { classes, of }: Kind<'cells'>,
  counts: Float64Array,
  cells: Uint32Array,
  rows: number | null = null,
): Float64Array | null {
  const table = new Float64Array(classes * classes)
  let all = 0
  for (const [j, count] of counts.entries()) {
    const cell = cells[j] ?? 0
    table[cell] = (table[cell] ?? 0) + count
    all += count
  }
  const n = rows ?? all
  const whole = of(table).value
  if (whole === null || n < 2) return null
  const slope = new Float64Array(table.length)
  let mean = 0
  for (const [c, count] of table.entries()) {
    if (count === 0) continue
    // an average row, or what there is
    const one = Math.min(all / n, count)
    table[c] = count - one
    const left = of(table).value
    table[c] = count
    if (left === null || !Number.isFinite(left)) return null
    slope[c] = (whole - left) / one
    mean += (count * (slope[c] ?? 0)) / all
  }
  return slope.map((g) => ((n - 1) / n) * (g - mean))
}
