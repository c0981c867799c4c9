/** The change of a distance at a threshold that the rows have chosen. */
import type { Sample } from '../metrics/sample.ts'
import { callInfluence } from '../stats/best-cut.ts'
import { clustered, rarerOf } from '../stats/clusters.ts'
import { differences } from '../stats/differences.ts'
import { contrasted, student, type Test, wider } from './change-test.ts'
import { FEWEST_DISCORDANT } from './discordant.ts'
import { cutLevel } from './level.ts'

type Cut = Extract<Sample, { kind: 'cut' }>

/**
 * Of thresholds that were chosen, two models flatter themselves about alike, so the change is that of the best; its spread is that of thresholds which the rows had no part in,
 * or of the best ones, whichever is larger: where positives are few, what was chosen by them moves less than what will be.
 * Fewer than ten rows (groups) of the rarer class that both models call alike show no spread at all: there it is the wider of that and of what the own intervals of both models leave open.
 */
export function cutsDiffer(baseline: Cut, candidate: Cut, value: number): Test | null {
  const { y, unit = null, weight = null } = candidate
  const spread = (calls: 'calls' | 'honestCalls') => {
    const influence = ({ cut }: Cut) => callInfluence(cut[calls], y, weight)
    return clustered(value, differences(influence(candidate), influence(baseline)), unit)
  }
  const [own, honest] = [spread('calls'), spread('honestCalls')]
  if (own.n < 2) return null
  const t = student({ ...own, se: Math.max(own.se, honest.se) }, 'cross-fit', unit ? own.n : null)
  if (rarerOf(y, unit) >= FEWEST_DISCORDANT) return t
  const [after, before] = [candidate, baseline].map((one) => {
    const level = cutLevel(one)
    return level && { value: one.value.value ?? Number.NaN, bounds: level.bounds }
  })
  if (!after || !before) return t
  return { ...wider(t, contrasted(before, after, t.method, t.groups, own.n)), method: t.method, rowsNeeded: t.rowsNeeded }
}
