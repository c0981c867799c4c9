/**
 * Two models that differ on few rows (or groups): what each of those does to a metric, whatever the metric, by giving the candidate the answers of the baseline there.
 * What a metric reads of a model decides which rows differ: a model whose scores moved and whose labels did not answers alike where labels count.
 */
import { differingRows, withAnswers } from '../metrics/answers.ts'
import type { Metric } from '../metrics/metric.ts'
import { once } from '../metrics/once.ts'
import type { MetricValue } from '../metrics/sample.ts'
import { type View, viewOfPart } from '../metrics/view.ts'
import { effectiveUnits } from '../stats/clusters.ts'
import { FEWEST_DISCORDANT } from './discordant.ts'
import type { Serial } from './serial.ts'

export interface Differing {
  /** rows or groups, as many as count alike */
  readonly units: number
  /** groups, where these are counted */
  readonly groups: number | null
  /** the metric of the candidate with the answers of the baseline in one of the units that differ, for each; null: it is undefined then */
  readonly without: readonly (number | null)[]
}

/** @param needs of the metric; @param read the metric of one model. null: they differ on none, or on as many as need no such care */
export type FewDiffering = (needs: Metric['needs'], read: (view: View) => MetricValue) => Differing | null

/** Of so many rows the models with exchanged answers wait for the next metric; of more they would take more memory than anything else does. */
const ROWS_KEPT = 100_000

export function fewDiffering(candidate: View, baseline: View, serial: Serial | null): FewDiffering {
  const unit = serial && serial.rows === candidate.n ? serial.blocks : candidate.unit
  const made = new Map<Metric['needs'], readonly (() => View)[]>()
  const mixed = (needs: Metric['needs']): readonly (() => View)[] => {
    const known = made.get(needs)
    if (known) return known
    const views = rowsByUnit(candidate, baseline, needs, unit).map((own) => {
      const view = () => viewOfPart(withAnswers(candidate, baseline, own))
      return candidate.n <= ROWS_KEPT ? once(view) : view
    })
    made.set(needs, views)
    return views
  }
  return (needs, read) => {
    const views = mixed(needs)
    if (views.length === 0) return null
    const { count, alike } = effectiveUnits(candidate.weight, unit, candidate.n)
    return {
      units: Math.max(views.length, alike),
      groups: candidate.unit ? count : null,
      without: views.map((view) => {
        const { value, undefined: why } = read(view())
        return why === null ? value : null
      }),
    }
  }
}

/** Of each unit with a row that differs those rows; none where there are ten such units or more. */
function rowsByUnit(candidate: View, baseline: View, needs: Metric['needs'], unit: Int32Array | null): readonly (readonly number[])[] {
  const units = new Map<number, number[]>()
  const rows = differingRows(candidate, baseline, needs, candidate.n, (row) => {
    const code = unit ? (unit[row] ?? 0) : row
    units.set(code, [...(units.get(code) ?? []), row])
    return units.size >= FEWEST_DISCORDANT
  })
  return rows === null || units.size >= FEWEST_DISCORDANT ? [] : [...units.values()]
}
