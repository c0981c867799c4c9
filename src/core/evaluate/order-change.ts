/** The change of what is read off an order of rows, or off bins: from draws over rows. */
import type { Sample } from '../metrics/sample.ts'
import { groupsOf, rarerOf } from '../stats/clusters.ts'
import { resampled, student, type Test, wider } from './change-test.ts'
import { orderHeld } from './held-below.ts'
import { type Resampling, type RowSample, unitsFor } from './resampling.ts'
import { entriesOf } from './statistic.ts'

type Rank = Extract<Sample, { kind: 'rank' }>

export function ordersDiffer(baseline: Rank, candidate: Rank, value: number, draws: Resampling): Test | null {
  return orderHeld(drawnOrT(baseline, candidate, value, draws), baseline, candidate, value, freedomOf(candidate, draws), draws)
}

/**
 * What is read off an order, or off bins, jumps from draw to draw, and BCa takes where the estimate lies among the jumps for a bias: it is judged by the wider of BCa
 * and of t with the standard error of the draws, which is about as long and lies around the estimate, on the degrees of freedom of the rarer class.
 */
export function drawnOrT<S extends RowSample>(baseline: S, candidate: S, value: number, draws: Resampling): Test | null {
  const found = draws.rows(candidate, baseline)
  const groups = candidate.unit ? groupsOf(candidate.unit) : null
  const bca = resampled(found, groups ?? entriesOf(candidate), groups)
  const df = freedomOf(candidate, draws)
  // of so few draws that their quantiles are not read, it is t already
  if (!found || !bca || found.method === 'bootstrap-t' || df < 1) return bca
  return wider(student({ n: unitsOf(candidate, draws), mean: value, se: found.se, skewness: 0, df }, 't', groups), bca)
}

/** Rows, or what is drawn instead of them. */
function unitsOf(sample: RowSample, { serial }: Resampling): number {
  const units = unitsFor(sample, serial)
  return units ? groupsOf(units) : entriesOf(sample)
}

/** Of the standard error of draws; of an order by a score, the rarer class says how many know the spread. */
function freedomOf(sample: RowSample, draws: Resampling): number {
  const n = unitsOf(sample, draws)
  return (sample.kind === 'rank' ? Math.min(n, rarerOf(sample.y, sample.unit ?? null)) : n) - 1
}
