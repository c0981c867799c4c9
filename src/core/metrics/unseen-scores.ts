/** Draws as in `unseen.ts`, of what is read from the order of the scores of one class or several. */
import { rarerOf } from '../stats/clusters.ts'
import type { GammaDraws } from '../stats/gamma-draws.ts'
import type { Ranking } from '../stats/ranking.ts'
import { UNSEEN, type UnseenDraw } from '../stats/unseen.ts'
import { curveOf, cuts, emptyCurve } from './curve.ts'
import type { Curve } from './sample.ts'
import { each, FEW, MOST, some } from './unseen.ts'

/** Rows among which a place in the order of the scores jumps from one to the next. */
const ROWS = 500

/** The rows of one draw, added up, and what stands for a positive and a negative that nobody saw. */
interface Drawn {
  readonly curve: Curve
  readonly positive: number
  readonly negative: number
}

/** Adds up in place. */
function drawnOf(curve: Curve, positive: number, negative: number): Drawn {
  let [tp, fp] = [0, 0]
  for (let g = 0; g < curve.tp.length; g++) {
    tp += curve.tp[g] ?? 0
    fp += curve.fp[g] ?? 0
    curve.tp[g] = tp
    curve.fp[g] = fp
  }
  return { curve, positive, negative }
}

/** @param into has a place before all thresholds and one after them, for what nobody saw */
function fill(into: Curve, { tp, fp }: Curve, first: Shares, last: Shares): Curve {
  const size = tp.length
  const [positive, negative] = first
  into.tp[0] = positive
  into.fp[0] = negative
  for (let g = 0; g < size; g++) {
    into.tp[g + 1] = (tp[g] ?? 0) + positive
    into.fp[g + 1] = (fp[g] ?? 0) + negative
  }
  into.tp[size + 1] = (into.tp[size] ?? 0) + last[0]
  into.fp[size + 1] = (into.fp[size] ?? 0) + last[1]
  return into
}

/** A positive below all others and a negative above them; the other way round. */
const bothEnds = (into: Curve, { curve, positive, negative }: Drawn, of: (curve: Curve) => number): readonly [number, number] => {
  const worse = of(fill(into, curve, [0, negative], [positive, 0]))
  return [worse, of(fill(into, curve, [positive, 0], [0, negative]))]
}
type Shares = readonly [positive: number, negative: number]

/** @param always however many rows there are of the rarer class, where there are few in all: for what jumps */
export function ofScores(ranks: Ranking, y: Uint8Array, of: (curve: Curve) => number, always: boolean): UnseenDraw | null {
  const rarer = rarerOf(y, null)
  if (rarer === 0 || (rarer >= FEW && !(always && y.length < ROWS))) return null
  const seen = curveOf(ranks, y)
  const size = seen.tp.length
  if (size > MOST) return null
  const curve = emptyCurve(new Uint32Array(size + 2))
  const draw = (weight: GammaDraws): Drawn => {
    const drawn = { tp: new Float64Array(size), fp: new Float64Array(size) }
    for (let g = 0; g < size; g++) {
      drawn.tp[g] = some(weight, (seen.tp[g] ?? 0) - (seen.tp[g - 1] ?? 0))
      drawn.fp[g] = some(weight, (seen.fp[g] ?? 0) - (seen.fp[g - 1] ?? 0))
    }
    return drawnOf(drawn, weight(UNSEEN), weight(UNSEEN))
  }
  const drawn = size > ROWS ? null : keptFor(ranks, y)
  let next = 0
  return (weight) => {
    const known = drawn?.[next] ?? draw(weight)
    if (drawn) drawn[next++] = known
    return bothEnds(curve, known, of)
  }
}

/** Draws of one ranking, which every metric of it reads: weights come from one seed, so that they are the same in each. Gone with the ranking. */
const kept = new WeakMap<Ranking, { readonly y: Uint8Array; readonly drawn: Drawn[] }>()

function keptFor(ranks: Ranking, y: Uint8Array): Drawn[] {
  const known = kept.get(ranks)
  if (known?.y === y) return known.drawn
  const drawn: Drawn[] = []
  kept.set(ranks, { y, drawn })
  return drawn
}

/** Area under the ROC curve: trapezes. */
export function areaUnder({ tp, fp }: Curve): number {
  let [sum, tpBefore, fpBefore] = [0, 0, 0]
  for (let g = 0; g < tp.length; g++) {
    sum += ((fp[g] ?? 0) - fpBefore) * ((tp[g] ?? 0) + tpBefore)
    tpBefore = tp[g] ?? 0
    fpBefore = fp[g] ?? 0
  }
  return sum / (2 * tpBefore * fpBefore)
}

export interface ScoresOfClass {
  readonly ranks: Ranking
  readonly y: Uint8Array
  /** in the mean over the classes */
  readonly share: number
}

/** A mean over classes or labels of what each scores against the rest. A row has one weight for all of them. */
export function ofManyScores(classes: readonly ScoresOfClass[], of: (curve: Curve) => number): UnseenDraw | null {
  const [first] = classes
  if (!first || first.y.length * classes.length > MOST || classes.every(({ y }) => rarerOf(y, null) >= FEW)) return null
  const drawn = classes.map(({ ranks, y, share }) => {
    const ends = cuts(
      ranks,
      Uint8Array.from(ranks.order, (row) => y[row] ?? 0),
    )
    const sums = [new Float64Array(ends.length), new Float64Array(ends.length)] as const
    return { order: ranks.order, y, share, ends, sums, curve: emptyCurve(new Uint32Array(ends.length + 2)) }
  })
  const weights = new Float64Array(first.y.length)
  const unseen = each(classes.length)
  return (weight) => {
    for (let i = 0; i < weights.length; i++) weights[i] = weight(1)
    let [worse, better] = [0, 0]
    for (const { order, y, share, ends, sums, curve } of drawn) {
      const [negatives, positives] = [sums[0].fill(0), sums[1].fill(0)]
      let at = 0
      for (let g = 0; g < ends.length; g++) {
        for (const end = ends[g] ?? 0; at < end; at++) {
          const row = order[at] ?? 0
          const into = y[row] === 1 ? positives : negatives
          into[g] = (into[g] ?? 0) + (weights[row] ?? 0)
        }
      }
      const [low, high] = bothEnds(curve, drawnOf({ tp: positives, fp: negatives }, weight(unseen), weight(unseen)), of)
      worse += share * low
      better += share * high
    }
    return [worse, better]
  }
}
