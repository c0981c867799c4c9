/**
 * ROC AUC of a multiclass model, with the influence of every row on it.
 *
 *     ovr: Σ_c w_c AUC(c against the rest)            w: equal (macro) or the share of the class (weighted)
 *     ovo: Σ_(a<b) w_ab (AUC(a|b) + AUC(b|a))/2        w: equal (macro) or the share of the pair's rows (weighted); Hand & Till
 *
 * The standard error of the sum is that of the mean of the influences, √(Σ ψ²)/n, with class shares taken as given.
 * Undefined when a class does not occur in the truth.
 * Source: Hand & Till 2001; influence of an AUC: DeLong et al. 1988.
 */
import { aucParts } from '../stats/delong.ts'
import { ranking } from '../stats/ranking.ts'
import { noScores } from './metric.ts'
import { defined, plain, type Sample, undefinedBecause } from './sample.ts'
import type { MulticlassView } from './view.ts'

export function multiclassAuc(view: MulticlassView, multi: 'ovr' | 'ovo', average: 'macro' | 'weighted'): Sample {
  if (!view.proba) return noScores
  const k = view.classes.length
  const sizes = new Float64Array(k)
  for (let i = 0; i < view.n; i++) sizes[view.y[i] ?? 0] = (sizes[view.y[i] ?? 0] ?? 0) + 1
  if (k < 2 || sizes.some((size) => size === 0)) return plain(undefinedBecause('a class does not occur in the truth'))

  const sum = { value: 0, influence: new Float64Array(view.n) }
  if (multi === 'ovr') {
    for (let c = 0; c < k; c++) add(sum, view, c, null, average === 'macro' ? 1 / k : (sizes[c] ?? 0) / view.n)
  } else {
    const all = view.n * (k - 1) // Σ over pairs of their rows
    for (let a = 0; a < k; a++) {
      for (let b = a + 1; b < k; b++) {
        const weight = average === 'macro' ? 2 / (k * (k - 1)) : ((sizes[a] ?? 0) + (sizes[b] ?? 0)) / all
        add(sum, view, a, b, weight / 2)
        add(sum, view, b, a, weight / 2)
      }
    }
  }
  return { kind: 'influence', value: defined(sum.value), influence: sum.influence }
}

/** Adds weight × AUC of class `c` against `other` (null: the rest), ranked by the probability of `c`. */
function add(sum: { value: number; influence: Float64Array }, view: MulticlassView, c: number, other: number | null, weight: number): void {
  const rows = other === null ? null : Uint32Array.from([...view.y.keys()].filter((i) => view.y[i] === c || view.y[i] === other))
  const k = view.classes.length
  const n = rows?.length ?? view.n
  const rowAt = (j: number) => rows?.[j] ?? j
  const ranks = rows ? ranking(Float64Array.from(rows, (i) => view.proba?.[i * k + c] ?? 0)) : view.ranks(c)
  if (!ranks) return
  const y = Uint8Array.from({ length: n }, (_, j) => (view.y[rowAt(j)] === c ? 1 : 0))
  const parts = aucParts(ranks, y)
  sum.value += weight * parts.auc
  for (let j = 0; j < n; j++) {
    const i = rowAt(j)
    const share = (y[j] === 1 ? parts.positives : parts.negatives) / view.n
    sum.influence[i] = (sum.influence[i] ?? 0) + (weight * ((parts.components[j] ?? 0) - parts.auc)) / share
  }
}
