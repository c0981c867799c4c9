/**
 * The change of a metric where hundreds of changes are judged at once, as over slices. What counts there is the tail: among 200 comparisons the smallest p-value is held
 * against 1 in 4,000, which is where the quantiles of a few thousand draws end, and a few lucky draws more or less call a slice worse. So nothing is read from draws but
 * a standard error, and nothing is drawn where the influence ψ of each row (or group, or step in time) on the metric is known:
 *
 *     t = Δ / √(n/(n − 1) Σ (ψ_after − ψ_before)²)
 *
 * of two models that are equally good, the differences lie on both sides alike, and the tail of Student's t is then kept or too careful, however far out and whatever the
 * tails of the differences (Efron 1969); differences that lean to one side are judged by the wider of it and of t moved by their skewness (Hall 1992). A change of a
 * confusion table comes from the rows alone in which the models differ, and is wider by half a row in each of the ways to differ. Calibration errors: `calibration-among-many.ts`. Tests that draw nothing in `change.ts`
 * (McNemar, DeLong, means in time) are what they are there.
 * Source: Efron 1969, "Student's t-test under symmetry conditions"; Hall 1992; Efron & Tibshirani 1993, §11 and §21 for the influences.
 */
import type { Sample } from '../metrics/sample.ts'
import { clustered, groupsOf, weightedMean } from '../stats/clusters.ts'
import { differences } from '../stats/differences.ts'
import { type Mean, meanOf as meanOfRows, tBounds } from '../stats/mean.ts'
import { drawsFor } from '../stats/row-bootstrap.ts'
import { calibrationAmongMany } from './calibration-among-many.ts'
import { type Change, changeBetween, changeOf } from './change.ts'
import { leaning, type Test } from './change-test.ts'
import { fewCellsDiffer, fewRowsDiffer } from './few-differ.ts'
import { influenceOf } from './influence.ts'
import { type Level, levelOf, meanOfHits, serialFor, serialMean } from './level.ts'
import { type Resampling, unitsFor } from './resampling.ts'
import { entriesOf, isRowSample } from './statistic.ts'
import { discordant } from './table-change.ts'

/** Draws over rows, where there have to be some: the standard error of 200 is itself known to 5 %, which their degrees of freedom take into account. */
export const DRAWS = 200

/** From so many rows on an average of influences is normal, and the draws of a bootstrap say no more. */
const ROWS_FOR_T = 5000

/** null where either value is undefined */
export function changeAmongMany(baseline: Sample, candidate: Sample, draws: Resampling): Change | null {
  if (baseline.value.value === null || candidate.value.value === null) return null
  if (hasOwnTest(candidate, draws)) return changeBetween(baseline, candidate, draws)
  const value = candidate.value.value - baseline.value.value
  const few = fewIn(baseline, candidate, value)
  if (few) return changeOf(value, few, candidate, draws)
  if (candidate.kind === 'weighted' && baseline.kind === 'weighted') {
    const found = calibrationAmongMany(baseline, candidate, value, unitsFor(candidate, draws.serial))
    if (found) return changeOf(value, found, candidate, draws)
  }
  const mean = meanOf(baseline, candidate, value, draws)
  return changeOf(value, mean && mean.n > 1 ? leaning(mean, 'influence-t', candidate.unit ? mean.n : null) : null, candidate, draws)
}

/** Where the rows on which the models differ are few, and the samples say which. */
function fewIn(baseline: Sample, candidate: Sample, value: number): Test | null {
  if (candidate.kind === 'cells' && baseline.kind === 'cells') return fewCellsDiffer(baseline, candidate, value)
  return candidate.kind === 'mean' && baseline.kind === 'mean' ? fewRowsDiffer(baseline, candidate) : null
}

/** An exact test, DeLong's, or one in time. */
function hasOwnTest(sample: Sample, draws: Resampling): boolean {
  if (sample.kind === 'proportion') return !sample.unit
  if (sample.kind === 'mean') return serialFor(sample, sample.rows.length, draws.serial) !== null
  return !isRowSample(sample)
}

function meanOf(baseline: Sample, candidate: Sample, value: number, draws: Resampling): Mean | null {
  if (candidate.kind === 'proportion') return baseline.kind === 'proportion' ? (meanOfHits(candidate, baseline)?.mean ?? null) : null
  if (candidate.kind !== 'mean')
    return meanOfInfluences(baseline, candidate, value, draws) ?? meanOfDraws(baseline, candidate, value, draws)
  if (baseline.kind !== 'mean') return null
  const { unit = null, weight = null } = candidate
  const difference = differences(candidate.rows, baseline.rows)
  return unit || weight ? weightedMean(difference, weight, unit) : meanOfRows(difference)
}

/** null where no influence is known, or a model has no value without one of the rows */
function meanOfInfluences(baseline: Sample, candidate: Sample, value: number, draws: Resampling): Mean | null {
  const [before, after] = [influenceOf(baseline), influenceOf(candidate)]
  if (!before || !after || after.length < 2) return null
  const difference = differences(after, before)
  const timed = candidate.kind === 'moments' ? serialFor(candidate, difference.length, draws.serial) : null
  if (timed) {
    const steps = difference.map((x) => value + difference.length * x)
    return serialMean(steps, timed)
  }
  const mean = clustered(value, difference, null)
  if (candidate.kind !== 'cells' || baseline.kind !== 'cells') return mean
  const rows = discordant(baseline, candidate)
  return rows === 0 ? mean : { ...mean, se: mean.se * Math.sqrt((rows + 2) / rows) }
}

/** Of draws only the standard error is read; as many degrees of freedom as there are draws or units, whichever are fewer. */
function meanOfDraws(baseline: Sample, candidate: Sample, value: number, draws: Resampling): Mean | null {
  if (!isRowSample(candidate) || !isRowSample(baseline)) return null
  const units = unitsFor(candidate, draws.serial)
  const entries = entriesOf(candidate)
  const n = Math.min(DRAWS, drawsFor(entries), units ? groupsOf(units) : entries)
  if (n < 2) return null
  const ofTable = candidate.kind === 'cells' && baseline.kind === 'cells' && !candidate.unit && !candidate.weight
  const made = ofTable ? draws.cells(candidate, baseline) : draws.rows(candidate, baseline)
  return made && { n, mean: value, se: made.se, skewness: 0 }
}

/** A level among many: what passes over the rows for each draw is not drawn where there are thousands of them and the influences say the same. */
export function levelAmongMany(sample: Sample, draws: Resampling): Level | null {
  const { value } = sample
  if (sample.kind !== 'rank' || !sample.influence || sample.y.length <= ROWS_FOR_T || value.value === null || value.undefined !== null)
    return levelOf(sample, draws)
  const psi = influenceOf(sample)
  if (!psi || psi.length < 2) return levelOf(sample, draws)
  const mean = clustered(value.value, psi, null)
  return { method: 'influence-t', bounds: (level) => tBounds(mean, level) }
}
