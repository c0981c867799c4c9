/** What the tests of evaluation share. */
import type { Sample } from '../../../src/core/metrics/sample.ts'
import type { Scores } from '../../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'

/** What a metric is computed from. @throws Error for the name of no metric */
export function sampleFor(name: string, scores: Scores): Sample {
  const metric = metrics[name]
  if (!metric) throw new Error(`no metric ${name}`)
  return sampleOf(metric, viewOf(scores))
}
