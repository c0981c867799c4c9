/**
 * The change of a metric from one model to another on the same rows, always paired: one function per family of the metrics table.
 * The p-value and the bounds of a change come from one and the same test, so that they never contradict each other.
 */
import type { Sample } from '../metrics/sample.ts'
import { aucDifference, aucParts } from '../stats/delong.ts'
import { mcnemarBounds, mcnemarWorse } from '../stats/mcnemar.ts'
import { meanOf, tBelow, tBounds } from '../stats/mean.ts'
import { normalQuantile, normalSf } from '../stats/normal.ts'
import type { Bounds } from '../stats/proportion.ts'
import { connor, rowsNeeded } from '../stats/rows-needed.ts'
import { tangoBounds, tangoZ } from '../stats/tango.ts'
import { influenceError, isTame } from './level.ts'
import type { Resampling } from './resampling.ts'

export interface Change {
  /** candidate − baseline */
  readonly value: number
  readonly test: Test | null
}

export interface Test {
  readonly method: string
  /** p-value of "the true change is below `at`" */
  below(at: number): number
  above(at: number): number
  /** one-sided bounds at `level`, from the test of `at` */
  bounds(level: number, at: number): Bounds
  /** rows that would show a change of this size, 80 % of the time */
  rowsNeeded(size: number): number
}

/** null where either value is undefined */
export function changeBetween(baseline: Sample, candidate: Sample, draws: Resampling): Change | null {
  if (baseline.value.value === null || candidate.value.value === null) return null
  const value = candidate.value.value - baseline.value.value
  return { value, test: testOf(baseline, candidate, value, draws) }
}

function testOf(baseline: Sample, candidate: Sample, value: number, draws: Resampling): Test | null {
  switch (candidate.kind) {
    case 'proportion':
      return baseline.kind === 'proportion' ? proportions(baseline, candidate) : null
    case 'auc': {
      if (baseline.kind !== 'auc') return null
      const { y } = candidate
      const { se } = aucDifference(aucParts(baseline.ranks, y), aucParts(candidate.ranks, y), y)
      return normal(value, se, y.length, 'delong')
    }
    case 'influence': {
      if (baseline.kind !== 'influence') return null
      const se = influenceError(candidate.influence.map((x, i) => x - (baseline.influence[i] ?? 0)))
      return Number.isNaN(se) ? null : normal(value, se, candidate.influence.length, 'influence')
    }
    case 'mean': {
      if (baseline.kind !== 'mean') return null
      const mean = meanOf(candidate.rows.map((x, i) => x - (baseline.rows[i] ?? 0)))
      if (mean.n < 2) return null
      const needed = (size: number) => rowsNeeded(mean.n, mean.se, size)
      if (!isTame(mean)) return resampled(draws.rows(candidate, baseline), needed)
      return {
        method: 'paired-t',
        below: (at) => tBelow(mean, at),
        above: (at) => tBelow({ ...mean, mean: -mean.mean }, -at),
        bounds: (level) => tBounds(mean, level),
        rowsNeeded: needed,
      }
    }
    case 'cells':
      return baseline.kind === 'cells' ? resampled(draws.cells(candidate, baseline), null, candidate.y.length) : null
    case 'moments':
      return baseline.kind === 'moments' ? resampled(draws.rows(candidate, baseline), null, candidate.columns[0]?.length) : null
    case 'rank':
      return baseline.kind === 'rank' ? resampled(draws.rows(candidate, baseline), null, candidate.y.length) : null
    case 'weighted':
      return baseline.kind === 'weighted' ? resampled(draws.rows(candidate, baseline), null, candidate.rows) : null
    case 'plain':
      return null
  }
}

function proportions(baseline: Extract<Sample, { kind: 'proportion' }>, candidate: Extract<Sample, { kind: 'proportion' }>): Test | null {
  let lost = 0 // the baseline had it, the candidate has not
  let won = 0
  let rows = 0
  for (let i = 0; i < candidate.hit.length; i++) {
    if (candidate.among && candidate.among[i] === 0) continue
    rows += 1
    const before = baseline.hit[i] === 1
    const after = candidate.hit[i] === 1
    if (before && !after) lost += 1
    else if (after && !before) won += 1
  }
  if (rows === 0) return null
  const [b, c] = [lost, won]
  // of a rate among some of the rows: as many rows again as there are of the others
  const scale = candidate.hit.length / rows
  return {
    method: 'mcnemar-mid-p',
    below: (at) => (at === 0 ? mcnemarWorse(b, c) : normalSf(-tangoZ(b, c, rows, at))),
    above: (at) => (at === 0 ? mcnemarWorse(c, b) : normalSf(tangoZ(b, c, rows, at))),
    bounds: (level, at) => (at === 0 ? mcnemarBounds(b, c, rows, level) : tangoBounds(b, c, rows, level)),
    rowsNeeded: (size) => Math.ceil(connor((b + c) / rows, size) * scale),
  }
}

function normal(value: number, se: number, rows: number, method: string): Test {
  const z = (at: number) => (se === 0 ? (value === at ? 0 : (value - at) * Number.POSITIVE_INFINITY) : (value - at) / se)
  return {
    method,
    below: (at) => normalSf(-z(at)),
    above: (at) => normalSf(z(at)),
    bounds: (level) => [value - normalQuantile(level) * se, value + normalQuantile(level) * se],
    rowsNeeded: (size) => rowsNeeded(rows, se, size),
  }
}

function resampled(bca: ReturnType<Resampling['rows']>, needed: ((size: number) => number) | null, rows = 0): Test | null {
  if (bca === null) return null
  return {
    method: bca.method,
    below: bca.below,
    above: (at) => 1 - bca.below(at),
    bounds: (level) => bca.bounds(level),
    rowsNeeded: needed ?? ((size) => rowsNeeded(rows, bca.se, size)),
  }
}
