/**
 * ROC AUC of a model of several classes or labels, with the influence of every row on it.
 *
 *     ovr: Σ_c w_c AUC(c against the rest)            w: equal (macro) or the share of the class (weighted)
 *     ovo: Σ_(a<b) w_ab (AUC(a|b) + AUC(b|a))/2        w: equal (macro) or the share of the pair's rows (weighted); Hand & Till
 *
 * The standard error of the sum is that of the mean of the influences, √(Σ ψ²)/n, with class shares taken as given.
 * Undefined when a class does not occur in the truth, or a label occurs in every row or none. ovo has no weighted form.
 * Source: Hand & Till 2001; influence of an AUC: weighted-auc.ts.
 */
import { rarestAlike } from '../stats/clusters.ts'
import { atEnd } from '../stats/delong.ts'
import { type Ranking, ranking } from '../stats/ranking.ts'
import { noScores } from './row-samples.ts'
import { defined, plain, type Sample, undefinedBecause } from './sample.ts'
import { unseenOf } from './unseen.ts'
import { areaUnder, ofManyScores, type ScoresOfClass } from './unseen-scores.ts'
import type { MulticlassView, MultilabelView } from './view.ts'
import { weightedAuc } from './weighted-auc.ts'

export function multiclassAuc(view: MulticlassView, multi: 'ovr' | 'ovo', average: 'macro' | 'weighted'): Sample {
  const { proba, n, y, weight, unit } = view
  if (!proba) return noScores
  const k = view.classes.length
  const sizes = new Float64Array(k)
  for (let i = 0; i < n; i++) sizes[y[i] ?? 0] = (sizes[y[i] ?? 0] ?? 0) + (weight ? (weight[i] ?? 0) : 1)
  if (k < 2 || sizes.some((size) => size === 0)) return plain(undefinedBecause('a class does not occur in the truth'))
  if (multi === 'ovo' && weight !== null) return plain(undefinedBecause('multi ovo has no form with weights'))

  const fewest = () => rarestAlike(y, k, weight, unit)
  if (multi === 'ovr') {
    const truths = Array.from({ length: k }, (_, c) => Uint8Array.from(y, (code) => (code === c ? 1 : 0)))
    return meanArea(view, truths, sizes, average, fewest)
  }
  const sum = { value: 0, influence: new Float64Array(n) }
  const all = total(sizes)
  for (let a = 0; a < k; a++) {
    for (let b = a + 1; b < k; b++) {
      const share = average === 'macro' ? 2 / (k * (k - 1)) : ((sizes[a] ?? 0) + (sizes[b] ?? 0)) / (all * (k - 1))
      const rows = Uint32Array.from([...y.keys()].filter((i) => y[i] === a || y[i] === b))
      for (const c of [a, b]) {
        const ranks = ranking(Float64Array.from(rows, (i) => proba[i * k + c] ?? 0))
        const truth = Uint8Array.from(rows, (i) => (y[i] === c ? 1 : 0))
        add(sum, ranks, truth, null, rows, share / 2)
      }
    }
  }
  return { kind: 'influence', value: defined(sum.value), influence: sum.influence, unit, fewest }
}

export function multilabelAuc(view: MultilabelView, average: 'macro' | 'weighted'): Sample {
  const { score, n, y, weight, unit } = view
  const k = view.labels.length
  if (!score) return noScores
  const columns = view.labels.map((_, c) => Uint8Array.from({ length: n }, (_, i) => y[i * k + c] ?? 0))
  if (columns.some((truth) => !truth.includes(0) || !truth.includes(1)))
    return plain(undefinedBecause('a label occurs in every row, or in none'))
  const sizes = columns.map((truth) => truth.reduce((sum, one, i) => sum + one * (weight ? (weight[i] ?? 0) : 1), 0))
  const fewest = () => Math.min(...columns.map((truth) => rarestAlike(truth, 2, weight, unit)))
  return meanArea(view, columns, sizes, average, fewest)
}

/** Of each class or label against the rest. @param truths 1 where a row is of it; @param sizes weight of these rows */
function meanArea(
  view: MulticlassView | MultilabelView,
  truths: readonly Uint8Array[],
  sizes: ArrayLike<number>,
  average: 'macro' | 'weighted',
  fewest: () => number,
): Sample {
  const all = total(sizes)
  const each = truths.map((y, c) => {
    const ranks = view.ranks(c)
    if (!ranks) throw new RangeError('a ranking is missing')
    return { ranks, y, share: average === 'macro' ? 1 / truths.length : (sizes[c] ?? 0) / all }
  })
  const sum = { value: 0, influence: new Float64Array(view.n) }
  for (const { ranks, y, share } of each) add(sum, ranks, y, view.weight, null, share)
  const { value, influence } = sum
  return { kind: 'influence', value: defined(value), influence, unit: view.unit, fewest, ...unseenOf(view, () => unseenAreas(value, each)) }
}

const total = (sizes: ArrayLike<number>): number => Array.from(sizes).reduce((sum, size) => sum + size, 0)

/** Of areas that all end at 0 or 1 the bound is another. */
const unseenAreas = (area: number, classes: readonly ScoresOfClass[]) =>
  [0, 1].includes(atEnd(area)) ? null : ofManyScores(classes, areaUnder)

/** Adds share × AUC. @param rows of which `ranks` and `y` are; null: all */
function add(
  sum: { value: number; influence: Float64Array },
  ranks: Ranking,
  y: Uint8Array,
  weight: Float64Array | null,
  rows: Uint32Array | null,
  share: number,
): void {
  const { auc, influence } = weightedAuc(ranks, y, weight)
  sum.value += share * auc
  // the influence of a row among m of n is n/m times as large on what all rows say
  const scale = rows === null ? share : (share * sum.influence.length) / rows.length
  for (let j = 0; j < influence.length; j++) {
    const i = rows ? (rows[j] ?? 0) : j
    sum.influence[i] = (sum.influence[i] ?? 0) + scale * (influence[j] ?? 0)
  }
}
