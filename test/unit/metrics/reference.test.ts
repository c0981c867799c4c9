import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Scores } from '../../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'

const params = z.record(z.string(), z.record(z.string(), z.union([z.number(), z.string()])))
const expected = z.record(z.string(), z.number().nullable())
const common = { name: z.string(), y: z.array(z.number()), predicted: z.array(z.number()), params, expected }
const file = z.object({
  cases: z.array(
    z.discriminatedUnion('task', [
      z.object({ task: z.literal('binary'), score: z.array(z.number()), ...common }),
      z.object({ task: z.literal('multiclass'), classes: z.array(z.string()), proba: z.array(z.array(z.number())), ...common }),
      z.object({ task: z.literal('regression'), ...common }),
    ]),
  ),
})
const { cases } = file.parse(JSON.parse(readFileSync(new URL('../../reference/metrics.json', import.meta.url), 'utf8')))
type Case = (typeof cases)[number]

function scoresOf(entry: Case): Scores {
  switch (entry.task) {
    case 'binary':
      return {
        task: 'binary',
        y: Uint8Array.from(entry.y),
        score: Float64Array.from(entry.score),
        predicted: Uint8Array.from(entry.predicted),
      }
    case 'multiclass':
      return {
        task: 'multiclass',
        classes: entry.classes,
        y: Int32Array.from(entry.y),
        proba: Float64Array.from(entry.proba.flat()),
        predicted: Int32Array.from(entry.predicted),
      }
    case 'regression':
      return { task: 'regression', y: Float64Array.from(entry.y), predicted: Float64Array.from(entry.predicted) }
  }
}

describe('metrics agree with scikit-learn to 1e-9', () => {
  for (const entry of cases) {
    it(`${entry.task}: ${entry.name}`, () => {
      const view = viewOf(scoresOf(entry))
      const off = Object.entries(entry.expected).flatMap(([key, value]): object[] => {
        const { metric: named, ...given } = entry.params[key] ?? {}
        const name = String(named ?? key)
        const metric = metrics[name]
        if (!metric) return [{ key, problem: 'no such metric' }]
        const found = sampleOf(metric, view, given).value
        if (value === null) return found.value === null && found.undefined !== null ? [] : [{ key, value, found }]
        const near = found.value !== null && Math.abs(found.value - value) <= 1e-9 * Math.max(1, Math.abs(value))
        return near ? [] : [{ key, value, found }]
      })
      expect(off).toEqual([])
    })
  }
})
