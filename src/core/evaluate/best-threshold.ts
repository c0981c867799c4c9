/**
 * The threshold at which a binary model does best: every one that tells rows apart is tried, in one pass over the rows by falling score.
 *
 *     maximise over t   g(TP, FP, FN, TN)   or   Σ V(y_i, s_i ≥ t)
 *
 * Rows of equal score fall on one side together. Of equally good thresholds the highest is taken. `value` may be best with no yes at all: then `threshold` is null.
 * Weights count. Chosen and judged on the same rows it flatters, so it is chosen on others.
 */
import type { BinaryScores } from '../metrics/scores.ts'
import { worthOf } from '../metrics/worth.ts'
import { rankingOnce } from '../stats/ranking.ts'

type Goal = (tp: number, fp: number, fn: number, tn: number) => number

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

/** One entry a goal; `value` is the other one. */
const goals: Readonly<Record<string, Goal>> = {
  f1: (tp, fp, fn) => share(2 * tp, 2 * tp + fp + fn),
  accuracy: (tp, fp, fn, tn) => share(tp + tn, tp + fp + fn + tn),
  balanced_accuracy: (tp, fp, fn, tn) => (share(tp, tp + fn) + share(tn, tn + fp)) / 2,
  mcc: (tp, fp, fn, tn) => share(tp * tn - fp * fn, Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))),
}

export interface Best {
  /** null: never a yes */
  readonly threshold: number | null
  readonly value: number
}

/** @returns null without scores, without rows, or without worth where `value` is the goal */
export function bestThreshold(scores: BinaryScores, maximize: string): Best | null {
  const { y, score, weight = null, worth = null } = scores
  const goal = Object.hasOwn(goals, maximize) ? goals[maximize] : undefined
  if (score === null || y.length === 0 || (!goal && !worth)) return null
  const w = (i: number) => weight?.[i] ?? 1
  let positives = 0
  let rows = 0
  let earned = 0
  for (let i = 0; i < y.length; i++) {
    rows += w(i)
    positives += w(i) * (y[i] ?? 0)
    if (worth) earned += w(i) * worthOf(worth, 2, i, y[i] ?? 0, 0)
  }
  let best: Best | null = goal ? null : { threshold: null, value: (1000 * earned) / rows }
  const { order, ends } = rankingOnce(score)
  let tp = 0
  let fp = 0
  let at = 0
  for (const end of ends) {
    for (; at < end; at++) {
      const i = order[at] ?? 0
      const truth = y[i] ?? 0
      tp += truth * w(i)
      fp += (1 - truth) * w(i)
      if (worth) earned += w(i) * (worthOf(worth, 2, i, truth, 1) - worthOf(worth, 2, i, truth, 0))
    }
    const value = goal ? goal(tp, fp, positives - tp, rows - positives - fp) : (1000 * earned) / rows
    if (best === null || value > best.value) best = { threshold: score[order[end - 1] ?? 0] ?? null, value }
  }
  return best
}
