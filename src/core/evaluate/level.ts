/**
 * The interval of a metric of one model: one function per family of the metrics table, no metric by name. Where rows come in groups
 * (`unit`) or count differently (`weight`), the standard error is that of groups, or groups are resampled.
 *
 * A level keeps a few numbers, never the rows: at millions of rows every metric would hold its own copy of them.
 */
import { rowsWhere } from '../metrics/row-samples.ts'
import type { Gap, Sample } from '../metrics/sample.ts'
import { chanceDistance } from '../stats/best-cut.ts'
import { alikeOf, clustered, effectiveShare, groupsOf, weightedMean } from '../stats/clusters.ts'
import { type AucError, atEnd, aucBounds, aucInfluence } from '../stats/delong.ts'
import { dieboldMariano } from '../stats/diebold-mariano.ts'
import { dirichletQuantiles } from '../stats/dirichlet.ts'
import { distanceBounds } from '../stats/distance.ts'
import { cosineMean } from '../stats/equal-weighted-cosine.ts'
import { farthestAtLeast } from '../stats/farthest-share.ts'
import { type Mean, meanOf, skewBounds, tBounds } from '../stats/mean.ts'
import { contrastBounds, type Estimate } from '../stats/mover.ts'
import { type Bounds, proportionInterval } from '../stats/proportion.ts'
import { unseenBounds } from '../stats/unseen.ts'
import type { Resampling } from './resampling.ts'
import { perStep, type Serial } from './serial.ts'
import { signedBounds } from './signed-bounds.ts'

export interface Level {
  readonly method: string
  /** each end is a one-sided bound at `level`; 0.975 makes a two-sided 95 % interval */
  bounds(level: number): Bounds
}

/** How the largest error of a bin is bounded, and its change. */
export const FARTHEST_BIN = 'farthest-bin'

type Kind<K extends Sample['kind']> = Extract<Sample, { kind: K }>

/** Few rows or a long tail: Student's t does not hold. */
export const isTame = (mean: { readonly n: number; readonly skewness: number }): boolean => mean.n >= 30 && Math.abs(mean.skewness) <= 3

/** null where the value is undefined or no interval is known */
export function levelOf(sample: Sample, draws: Resampling): Level | null {
  const { value } = sample
  if (value.value === null || value.undefined !== null) return null
  const unseen = draws.serial || !draws.readsQuantiles ? null : sample.unseen?.()
  if (unseen) return { method: 'dirichlet-unseen', bounds: unseenBounds(unseen, value.value) }
  switch (sample.kind) {
    case 'proportion':
      return proportionLevel(sample, draws.serial)
    case 'cells':
      if (sample.unit || sample.weight) return draws.rows(sample, null)
      return sample.trials ? share(...sample.trials(tableOf(sample))) : (fewCells(sample) ?? draws.cells(sample, null))
    case 'auc': {
      const error = errorOfAuc(sample)
      if (error.df === 0) return null
      return { method: aucBounds(error, 0.95).method, bounds: (level) => aucBounds(error, level).bounds }
    }
    case 'mean':
      return meanLevel(sample, draws)
    case 'cut':
      return cutLevel(sample)
    case 'influence': {
      const mean = influenceMean(value.value, sample.influence, sample.unit ?? null)
      if (mean.n < 2) return null
      const auc = atEnd(value.value)
      if (auc !== 0 && auc !== 1) return student(mean, 'influence')
      const fewest = sample.fewest()
      return { method: 'influence-boundary', bounds: (level) => aucBounds({ auc, se: 0, fewest, df: null }, level).bounds }
    }
    case 'moments':
      return sample.ofMean ? fromMean(sample, sample.ofMean, draws) : draws.rows(sample, null)
    case 'rank':
      return draws.rows(sample, null)
    case 'weighted':
      if (draws.serial) return draws.rows(sample, null)
      return signedLevel(sample) ?? (sample.gaps ? largestGap(sample.gaps()) : draws.rows(sample, null))
    case 'plain':
      return null
  }
}

/** Of two classes, where a kind of answer is rare: a bootstrap holds no kind that was not seen, and hardly varies one that was seen twice. Null: none is. */
function fewCells(sample: Kind<'cells'>): Level | null {
  const { classes, of, value } = sample
  if (classes !== 2 || value.value === null) return null
  const table = tableOf(sample)
  if (table.every((rows) => rows >= FEW)) return null
  const seen = value.value
  const quantile = dirichletQuantiles(table, (shares) => of(shares).value ?? Number.NaN)
  return { method: 'dirichlet', bounds: (level) => [Math.min(seen, quantile(1 - level)), Math.max(seen, quantile(level))] }
}

/** Rows of a kind of which a bootstrap knows enough. */
const FEW = 30

function fromMean(sample: Kind<'moments'>, how: NonNullable<Kind<'moments'>['ofMean']>, draws: Resampling): Level | null {
  const [rows = new Float64Array()] = sample.columns
  const { unit = null, weight = null, value } = sample
  const mean = meanLevel({ kind: 'mean', value, rows, unit, weight }, draws)
  if (mean === null) return null
  if (how.kind === 'root') return { ...mean, bounds: (level) => [rootOf(mean.bounds(level)[0]), rootOf(mean.bounds(level)[1])] }
  const less = (level: number): Bounds => [mean.bounds(level)[0] - how.from, mean.bounds(level)[1] - how.from]
  return { ...mean, bounds: (level) => distanceBounds(less, level) }
}

const rootOf = (x: number): number => Math.sqrt(Math.max(0, x))

const student = (mean: Mean, method: string): Level => ({ method, bounds: (level) => tBounds(mean, level) })
const skewed = (mean: Mean, method: string): Level => ({ method, bounds: (level) => skewBounds(mean, level) })

function proportionLevel(sample: Kind<'proportion'>, serial: Serial | null): Level | null {
  const timed = sample.among ? null : serialFor(sample, sample.hit.length, serial)
  if (timed) return groupShare({ mean: serialMean(Float64Array.from(sample.hit), timed), rows: sample.hit.length })
  if (sample.unit) {
    const found = meanOfHits(sample)
    return found && groupShare(found)
  }
  const [hits, rows] = countHits(sample.hit, sample.among)
  return share(hits, rows)
}

function meanLevel(sample: Kind<'mean'>, draws: Resampling): Level | null {
  const timed = serialFor(sample, sample.rows.length, draws.serial)
  if (timed) return student(serialMean(sample.rows, timed), 't-hac')
  const { unit = null, weight = null, rows } = sample
  if (!unit && !weight) {
    const mean = meanOf(rows)
    return mean.n < 2 ? null : skewed(mean, 't-skew')
  }
  const mean = weightedMean(rows, weight, unit)
  if (mean.n < 2) return null
  // a share of rows that count differently
  if (rows.every((x) => x === 0 || x === 1)) return groupShare({ mean, rows: rows.length })
  return skewed(mean, unit ? 't-skew-groups' : 't-skew-weighted')
}

/**
 * The shares of both classes at the best threshold have intervals of their own, as of a threshold that was given, put together as a difference. The upper bound is of
 * that threshold, which flatters; the lower one of thresholds that the rows had no part in, which do not. Where both classes may have one distribution any threshold may be the best,
 * and what a fold was held against hangs together with what the others were: there it is 0 unless the test of Kolmogorov and Smirnov finds them apart at this level.
 */
export function cutLevel({ y, cut, unit = null, weight = null }: Kind<'cut'>): Level | null {
  const [positive, negative] = [1, 0].map((label) => calledOf(cut.calls, y, label, weight, unit))
  if (!positive || !negative) return null
  const value = positive.value - negative.value
  const flattered = Math.max(0, value - cut.honest)
  const [yes, no] = [alikeOf(y, 1, weight, unit), alikeOf(y, 0, weight, unit)]
  return {
    method: 'cross-fit',
    bounds: (level) => {
      const [low, high] = contrastBounds(positive, negative, 1, level)
      return [value <= chanceDistance(yes, no, level) ? 0 : Math.max(0, low - flattered), high]
    },
  }
}

/** From below by signs that a row had no part in choosing, from above by those of all rows, which flatter. Null: it has no signs, or one group. */
function signedLevel(sample: Kind<'weighted'>): Level | null {
  const found = sample.signed ? signedBounds(sample, sample.signed) : null
  if (!found) return null
  const seen = sample.value.value ?? 0
  return {
    method: 'cross-fit',
    bounds: (level) => [Math.max(0, Math.min(seen, tBounds(found.below, level)[0])), Math.max(seen, found.most(level))],
  }
}

/** At least as far as the farthest of them certainly is, of groups and weighted rows as any share is, all of them looked at on either side; no farther than the farthest may be. */
export function largestGap(gaps: readonly Gap[]): Level {
  const apart = ({ share: seen, rows, promised }: Gap, level: number): Bounds => {
    const [low, high] = (typeof seen === 'number' ? share(seen, rows) : groupShare({ mean: seen, rows })).bounds(level)
    return [Math.max(0, low - promised, promised - high), Math.max(Math.abs(low - promised), Math.abs(high - promised))]
  }
  const counted = gaps.flatMap(({ share: hits, rows, promised }) => (typeof hits === 'number' ? [{ hits, rows, promised }] : []))
  // at 1 itself no share has a bound
  const ofEach = (level: number) => Math.min(1 - Number.EPSILON, 1 - (1 - level) / (2 * gaps.length))
  const least =
    counted.length === gaps.length
      ? farthestAtLeast(counted)
      : (level: number) => Math.max(...gaps.map((gap) => apart(gap, ofEach(level))[0]))
  return { method: FARTHEST_BIN, bounds: (level) => [least(level), Math.max(...gaps.map((gap) => apart(gap, level)[1]))] }
}

/** The share of a class that lies beyond the threshold. */
function calledOf(calls: Uint8Array, y: Uint8Array, label: number, weight: Float64Array | null, unit: Int32Array | null): Estimate | null {
  const rows = rowsWhere(y.length, (i) => y[i] === label)
  if (!weight && !unit) {
    const hits = rows.reduce((sum, i) => sum + (calls[i] ?? 0), 0)
    return { value: hits / rows.length, bounds: share(hits, rows.length).bounds }
  }
  const values = Float64Array.from(rows, (i) => calls[i] ?? 0)
  const mean = weightedMean(
    values,
    weight && Float64Array.from(rows, (i) => weight[i] ?? 0),
    unit && Int32Array.from(rows, (i) => unit[i] ?? 0),
  )
  return mean.n < 2 ? null : { value: mean.mean, bounds: groupShare({ mean, rows: rows.length }).bounds }
}

const share = (hits: number, rows: number): Level => ({
  method: proportionInterval(hits, rows, 0.95).method,
  bounds: (level) => proportionInterval(hits, rows, level).bounds,
})

const groupShare = ({ mean, rows }: { readonly mean: Mean; readonly rows: number }): Level => ({
  method: effectiveShare(mean, rows, 0.95).method,
  bounds: (level) => effectiveShare(mean, rows, level).bounds,
})

export function tableOf({ classes, y, predicted }: Kind<'cells'>): Float64Array {
  const table = new Float64Array(classes * classes)
  for (let i = 0; i < y.length; i++) {
    const cell = (y[i] ?? 0) * classes + (predicted[i] ?? 0)
    table[cell] = (table[cell] ?? 0) + 1
  }
  return table
}

function countHits(hit: Uint8Array, among: Uint8Array | null): [hits: number, rows: number] {
  let hits = 0
  let rows = 0
  for (let i = 0; i < hit.length; i++) {
    if (among && among[i] === 0) continue
    rows += 1
    hits += hit[i] ?? 0
  }
  return [hits, rows]
}

/** The rows that count, 1 where it holds. */
export function hitsOf({ hit, among, unit = null }: Kind<'proportion'>): { readonly rows: Float64Array; readonly unit: Int32Array | null } {
  const kept = rowsWhere(hit.length, (i) => !among || among[i] === 1)
  return { rows: Float64Array.from(kept, (i) => hit[i] ?? 0), unit: unit && Int32Array.from(kept, (i) => unit[i] ?? 0) }
}

/** What each of the rows that count adds; null: none does, as of a rate among positive rows where there are none. @param minus the other model, for a difference */
export function meanOfHits(sample: Kind<'proportion'>, minus: Kind<'proportion'> | null = null): { mean: Mean; rows: number } | null {
  const { rows, unit } = hitsOf(sample)
  if (rows.length === 0) return null
  const before = minus && hitsOf(minus).rows
  const values = before ? rows.map((x, i) => x - (before[i] ?? 0)) : rows
  return { mean: weightedMean(values, null, unit), rows: rows.length }
}

/** @param influence whose mean over the rows is the deviation of the estimate; @param spread how the error of their sums is made */
export function influenceMean(value: number, influence: Float64Array, codes: Int32Array | null, spread = clustered): Mean {
  return spread(
    value,
    influence.map((x) => x / influence.length),
    codes,
  )
}

export function errorOfAuc(sample: Kind<'auc'>): AucError {
  const { area, unit = null } = sample
  if (!unit) return area.error()
  const { y } = sample
  const parts = area.components()
  const { se, n } = clustered(parts.auc, aucInfluence(parts, y), unit)
  const having = (label: number) => groupsOf(unit.filter((_, i) => y[i] === label))
  return { auc: parts.auc, se, fewest: Math.min(having(1), having(0)), df: n - 1 }
}

/** Rows in time, where the sample has all of them. */
export const serialFor = (sample: Kind<'mean' | 'proportion' | 'moments'>, entries: number, serial: Serial | null): Serial | null =>
  serial && !sample.weight && entries === serial.rows && serial.steps > serial.horizon ? serial : null

/** One step ahead errors are new each time, and the test of Diebold and Mariano is Student's; further ahead they overlap, and few waves of them are counted. */
export function serialMean(values: Float64Array, serial: Serial): Mean {
  if (serial.horizon > 1) return cosineMean(perStep(values, serial))
  const { n, mean, se } = dieboldMariano(perStep(values, serial), serial.horizon)
  return { n, mean, se, skewness: 0 }
}
