/** Probabilities of several classes or labels: is the truth among the best, how well is each ranked, how sure is the top one. */
import { averagePrecision, cuts, drawable, drawnCurve, emptyCurve } from './curve.ts'
import { noScores, proportion, weighted } from './row-samples.ts'
import { defined, type Sample, undefinedBecause } from './sample.ts'
import { unseenOf } from './unseen.ts'
import { ofManyScores } from './unseen-scores.ts'
import type { MulticlassView, MultilabelView } from './view.ts'

/** Truth among the `k` most probable classes; of equal ones the later class counts first, as in scikit-learn. */
export function topK(view: MulticlassView, k: number): Sample {
  const { proba, classes } = view
  if (!proba) return noScores
  const width = classes.length
  return proportion(
    view,
    (i) => {
      const truth = view.y[i] ?? 0
      const own = proba[i * width + truth] ?? 0
      let ahead = 0
      for (let c = 0; c < width; c++) {
        const p = proba[i * width + c] ?? 0
        if (p > own || (p === own && c > truth)) ahead += 1
      }
      return ahead < k
    },
    'there are no rows',
  )
}

/** Mean of the average precisions of each class against the rest. */
export const macroAveragePrecision = (view: MulticlassView): Sample =>
  view.proba
    ? meanAveragePrecision(view, view.classes.length, (row, c) => (view.y[row] === c ? 1 : 0), 'a class does not occur in the truth')
    : noScores

/** Mean over labels of the average precision of each. */
export const labelAveragePrecision = (view: MultilabelView): Sample =>
  view.score
    ? meanAveragePrecision(
        view,
        view.labels.length,
        (row, c) => view.y[row * view.labels.length + c] ?? 0,
        'a label occurs in every row, or in none',
      )
    : noScores

/** @param is 1 where the row is of the class; @param because said where one has no average precision */
function meanAveragePrecision(
  view: MulticlassView | MultilabelView,
  classes: number,
  is: (row: number, c: number) => number,
  because: string,
): Sample {
  const perClass = Array.from({ length: classes }, (_, c) => {
    const ranks = view.ranks(c)
    if (!ranks) throw new RangeError('a ranking is missing')
    const sorted = Uint8Array.from(ranks.order, (row) => is(row, c))
    const ends = cuts(ranks, sorted)
    return { ranks, order: ranks.order, sorted, ends, curve: emptyCurve(ends) }
  })
  const sample = weighted(view, (unitOf) => {
    const drawn = perClass.map(({ order, sorted, ends, curve }) => ({ curve, rows: drawable(order, ends, sorted, unitOf, view.weight) }))
    return (weights) => {
      let sum = 0
      for (const { curve, rows } of drawn) {
        const { value } = averagePrecision(drawnCurve(curve, rows, weights))
        if (value === null) return undefinedBecause(because)
        sum += value
      }
      return defined(sum / perClass.length)
    }
  })
  const unseen = () =>
    ofManyScores(
      perClass.map(({ ranks }, c) => ({ ranks, y: Uint8Array.from({ length: view.n }, (_, row) => is(row, c)), share: 1 / classes })),
      (curve) => averagePrecision(curve).value ?? Number.NaN,
    )
  return { ...sample, ...unseenOf(view, unseen) }
}

/** Highest probability of each row, and whether that class was right. */
export function topLabel(view: MulticlassView, proba: Float64Array): { readonly p: Float64Array; readonly right: Uint8Array } {
  const k = view.classes.length
  const p = new Float64Array(view.n)
  const right = new Uint8Array(view.n)
  for (let i = 0; i < view.n; i++) {
    let best = 0
    for (let c = 1; c < k; c++) if ((proba[i * k + c] ?? 0) > (proba[i * k + best] ?? 0)) best = c
    p[i] = proba[i * k + best] ?? 0
    right[i] = best === view.y[i] ? 1 : 0
  }
  return { p, right }
}
