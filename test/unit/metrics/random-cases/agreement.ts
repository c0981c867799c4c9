/**
 * 10,000 random small cases of each task through every metric that it has, every second one with weights, against scikit-learn. The rows are made here by the generator of
 * scripts/reference/metric_batches.py; the file keeps, for each batch of cases and each metric, the weighted sum of the values and how many
 * cases have none.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ScoredTask, Scores } from '../../../../src/core/metrics/scores.ts'
import { metricNames, metrics, sampleOf } from '../../../../src/core/metrics/table.ts'
import { viewOf } from '../../../../src/core/metrics/view.ts'
import { cases } from './cases.ts'

const part = z.object({
  params: z.record(z.string(), z.record(z.string(), z.union([z.number(), z.string()]))),
  batches: z.array(z.record(z.string(), z.tuple([z.number(), z.number()]))),
})
const file = z.object({ batch: z.number(), tasks: z.record(z.string(), part) })
const reference = file.parse(JSON.parse(readFileSync(new URL('../../../reference/metric-batches.json', import.meta.url), 'utf8')))

/** Where scikit-learn's definition is not ours, or it has none, the script writes nothing, and nothing is compared. Of rows that count. */
const compared: Record<string, (view: { readonly y: ArrayLike<number> }) => boolean> = {
  mape: ({ y }) => !Array.from(y).includes(0),
  brier_skill: twoClasses,
  ks_statistic: twoClasses,
  recall_at_fpr: twoClasses,
  precision_at_recall: twoClasses,
}
function twoClasses({ y }: { readonly y: ArrayLike<number> }): boolean {
  return Array.from(y).includes(0) && Array.from(y).includes(1)
}
const isCompared = (key: string, view: { readonly y: ArrayLike<number> }): boolean =>
  // far from zero neither side keeps digits of a deviance
  /^(d2_)?tweedie_/.test(key) ? Math.max(...Array.from(view.y, Math.abs)) < 1e5 : (compared[key]?.(view) ?? true)

/** A task a file, so that they run side by side. */
export function agreesOn(task: ScoredTask): void {
  const { params, batches } = reference.tasks[task] ?? { params: {}, batches: [] }
  const make: (i: number) => Scores = cases[task]
  const definedCases = new Map<string, number>()

  describe(`10,000 random cases of ${task} agree with scikit-learn`, () => {
    it('are as many', () => {
      expect(batches.length * reference.batch).toBe(10_000)
    })

    it('every metric, ties, zeros, one class, one row and constant truths included', { timeout: 300_000 }, () => {
      const off: string[] = []
      for (const [at, expected] of batches.entries()) {
        const found = new Map(Object.keys(expected).map((key) => [key, { sum: 0, size: 0, none: 0 }]))
        for (let i = at * reference.batch; i < (at + 1) * reference.batch; i++) {
          const view = viewOf(make(i))
          for (const [key, total] of found) {
            if (!isCompared(key, view)) continue
            const { metric: named, ...given } = params[key] ?? {}
            const metric = metrics[String(named ?? key)]
            const value = metric ? sampleOf(metric, view, given).value.value : null
            const weight = 1 + (i % 7) / 7
            if (value === null) total.none += 1
            else {
              const counted = String(named ?? key)
              definedCases.set(counted, (definedCases.get(counted) ?? 0) + 1)
              total.sum += weight * value
              total.size += weight * Math.max(1, Math.abs(value))
            }
          }
        }
        for (const [key, [sum, none]] of Object.entries(expected)) {
          const total = found.get(key)
          // 1e-12 of some 750: an error of 1e-9 in a single case shows
          if (!total || total.none !== none || !(Math.abs(total.sum - sum) <= 1e-12 * total.size))
            off.push(`batch ${at} ${key}: ${total?.sum} for ${sum}, ${total?.none} without for ${none}`)
        }
      }
      expect(off).toEqual([])
    })

    it('leave no metric without a thousand cases that have a value', () => {
      const few = metricNames(task).filter((name) => (definedCases.get(name) ?? 0) < 1000)
      expect(few).toEqual([])
    })
  })
}
