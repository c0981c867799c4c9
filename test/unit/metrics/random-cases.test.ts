/**
 * 10,000 random small cases, every metric, against scikit-learn. The rows are made here by the generator of scripts/reference/metric_batches.py; the file
 * keeps, for each batch of cases and each metric, the weighted sum of the values and how many cases have none.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { PlainTask, Scores } from '../../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'

const part = z.object({
  params: z.record(z.string(), z.record(z.string(), z.union([z.number(), z.string()]))),
  batches: z.array(z.record(z.string(), z.tuple([z.number(), z.number()]))),
})
const file = z.object({ batch: z.number(), tasks: z.object({ binary: part, multiclass: part, regression: part }) })
const reference = file.parse(JSON.parse(readFileSync(new URL('../../reference/metric-batches.json', import.meta.url), 'utf8')))

/** mulberry32: the same few lines in Python. */
function mulberry(seed: number): (n: number) => number {
  let a = seed >>> 0
  return (n) => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}

const cases: Record<PlainTask, (i: number) => Scores> = {
  binary: (i) => {
    const below = mulberry(1_000_000 + i)
    const n = 1 + below(40)
    const share = [0, 1, 2, 3, 5, 8, 10][below(7)] ?? 0
    const levels = [1_000_000, 10, 1][below(3)] ?? 1
    const free = below(3) === 0
    const [y, score, predicted] = [new Uint8Array(n), new Float64Array(n), new Uint8Array(n)]
    for (let row = 0; row < n; row++) {
      y[row] = below(10) < share ? 1 : 0
      const s = below(levels + 1) / levels
      score[row] = s
      predicted[row] = free ? below(2) : s >= 0.5 ? 1 : 0
    }
    return { task: 'binary', y, score, predicted }
  },
  multiclass: (i) => {
    const below = mulberry(2_000_000 + i)
    const k = 3 + below(3)
    const n = 1 + below(40)
    const grain = [3, 1000][below(2)] ?? 3
    const free = below(4) === 0
    const [y, proba, predicted] = [new Int32Array(n), new Float64Array(n * k), new Int32Array(n)]
    for (let row = 0; row < n; row++) {
      y[row] = below(k)
      const weights = Array.from({ length: k }, () => below(grain))
      const total = weights.reduce((sum, w) => sum + w, 0)
      const parts = weights.map((w) => Math.floor(total ? (w * 1_000_000) / total : 1_000_000 / k))
      parts[k - 1] = 1_000_000 - parts.slice(0, -1).reduce((sum, w) => sum + w, 0)
      for (const [c, share] of parts.entries()) proba[row * k + c] = share / 1_000_000
      predicted[row] = free ? below(k) : parts.indexOf(Math.max(...parts))
    }
    return { task: 'multiclass', classes: Array.from({ length: k }, (_, c) => `c${c}`), y, proba, predicted }
  },
  regression: (i) => {
    const below = mulberry(3_000_000 + i)
    const n = 1 + below(40)
    const kind = below(4)
    const [y, predicted] = [new Float64Array(n), new Float64Array(n)]
    for (let row = 0; row < n; row++) {
      const a = below(1000)
      const b = below(1000)
      const pairs = [
        [(a % 21) - 10, (a % 21) - 10 + (b % 5) - 2],
        [(1 + a) / 10, (1 + b) / 10],
        [5, b % 11],
        [(100_000_000 + a) / 100, (100_000_000 + b) / 100],
      ] as const
      const [truth, said] = pairs[kind] ?? pairs[0]
      y[row] = truth
      predicted[row] = said
    }
    return { task: 'regression', y, predicted }
  },
}

/** Where scikit-learn's definition is not ours, or it has none, the script writes nothing, and nothing is compared. */
const compared: Record<string, (scores: Scores) => boolean> = {
  mape: ({ y }) => !y.includes(0),
  brier_skill: twoClasses,
  ks_statistic: twoClasses,
  recall_at_fpr: twoClasses,
  precision_at_recall: twoClasses,
}
function twoClasses({ y }: Scores): boolean {
  return y.includes(0) && y.includes(1)
}

describe('10,000 random cases agree with scikit-learn', () => {
  it('are as many', () => {
    expect(Object.values(reference.tasks).reduce((sum, { batches }) => sum + batches.length * reference.batch, 0)).toBe(10_000)
  })

  for (const task of ['binary', 'multiclass', 'regression'] as const) {
    it(`${task}: every metric, ties, zeros, one class, one row and constant truths included`, () => {
      const { params, batches } = reference.tasks[task]
      const off: string[] = []
      for (const [at, expected] of batches.entries()) {
        const found = new Map(Object.keys(expected).map((key) => [key, { sum: 0, size: 0, none: 0 }]))
        for (let i = at * reference.batch; i < (at + 1) * reference.batch; i++) {
          const scores = cases[task](i)
          const view = viewOf(scores)
          for (const [key, total] of found) {
            if (compared[key]?.(scores) === false) continue
            const { metric: named, ...given } = params[key] ?? {}
            const metric = metrics[String(named ?? key)]
            const value = metric ? sampleOf(metric, view, given).value.value : null
            const weight = 1 + (i % 7) / 7
            if (value === null) total.none += 1
            else {
              total.sum += weight * value
              total.size += weight * Math.max(1, Math.abs(value))
            }
          }
        }
        for (const [key, [sum, none]] of Object.entries(expected)) {
          const total = found.get(key)
          // 2e-12 of some 400: an error of 1e-9 in a single case shows
          if (!total || total.none !== none || !(Math.abs(total.sum - sum) <= 2e-12 * total.size))
            off.push(`batch ${at} ${key}: ${total?.sum} for ${sum}, ${total?.none} without for ${none}`)
        }
      }
      expect(off).toEqual([])
    })
  }
})
