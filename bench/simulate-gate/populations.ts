/**
 * Populations of which the truth is known: a list of rows with two models' answers, from which worlds are drawn with replacement. What is true of the
 * population is what the product computes on all of it, so that no metric needs a formula here, and every metric there is can be held against its truth.
 *
 * Each row comes twice, with the noise of the two models exchanged: at `worse` = 1 every metric of the two is equal to the last digit.
 */
import type { BinaryScores, MulticlassScores, Quantiles, RegressionScores, Scores } from '../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../src/core/metrics/table.ts'
import { takeRows } from '../../src/core/metrics/take-rows.ts'
import { viewOf } from '../../src/core/metrics/view.ts'
import { bisection } from '../../src/core/stats/bisection.ts'
import { type Random, random } from '../../src/core/stats/random.ts'

export interface Pair {
  readonly baseline: Scores
  readonly candidate: Scores
  /** a new stretch of n steps, where rows follow each other in time and a list of them would soon be used up */
  readonly stretch?: (n: number, rng: Random) => Pair
}

/** A pair of models by how much more noise the candidate has; 1: equal models. */
export type Population = (worse: number) => Pair

const half = 6_000

/** Numbers of one row: called twice a row, the noise of the models exchanged. */
type Row<T> = (own: T, noise: readonly number[]) => void

function twice<T>(
  seed: number,
  width: number,
  own: (rng: Random, at: number) => T,
  worse: number,
  baseline: (at: number) => Row<T>,
  candidate: (at: number) => Row<T>,
): void {
  const rng = random(seed)
  for (let i = 0; i < half; i++) {
    const truth = own(rng, i)
    const first = Array.from({ length: width }, () => rng.normal())
    const second = Array.from({ length: width }, () => rng.normal())
    const more = (noise: readonly number[]) => noise.map((x) => worse * x)
    baseline(2 * i)(truth, first)
    candidate(2 * i)(truth, more(second))
    baseline(2 * i + 1)(truth, second)
    candidate(2 * i + 1)(truth, more(first))
  }
}

/** Scores of two models that share most of what they know, in single precision as a runtime gives them. @param apart how far the classes lie apart */
export function binary({
  positives,
  apart,
  seed,
}: {
  readonly positives: number
  readonly apart: number
  readonly seed: number
}): Population {
  return (worse) => {
    const n = 2 * half
    const make = (): BinaryScores & { readonly score: Float64Array } => ({
      task: 'binary',
      y: new Uint8Array(n),
      score: new Float64Array(n),
      predicted: new Uint8Array(n),
      // a miss costs five times what a false alarm does, and a hit earns four times that
      worth: { kind: 'table', values: Float64Array.of(0, -1, -5, 4) },
    })
    const models = { baseline: make(), candidate: make() }
    // the log odds that shared knowledge gives, so that probabilities are about calibrated
    const odds = Math.log(positives / (1 - positives)) - apart ** 2 / 2
    const write = (into: ReturnType<typeof make>) => (at: number) => (own: { y: number; shared: number }, noise: readonly number[]) => {
      into.y[at] = own.y
      into.score[at] = Math.fround(1 / (1 + Math.exp(-(odds + apart * (own.shared + 0.3 * (noise[0] ?? 0))))))
      into.predicted[at] = (into.score[at] ?? 0) >= 0.5 ? 1 : 0
    }
    const own = (rng: Random, at: number) => {
      const y = at < Math.round(positives * half) ? 1 : 0
      return { y, shared: apart * y + rng.normal() }
    }
    twice(seed, 1, own, worse, write(models.baseline), write(models.candidate))
    return models
  }
}

/** Three classes of which one is rare. */
export function multiclass(seed: number): Population {
  const classes = ['a', 'b', 'c']
  const shares = [0.5, 0.9]
  return (worse) => {
    const n = 2 * half
    const make = (): MulticlassScores & { readonly proba: Float64Array } => ({
      task: 'multiclass',
      classes,
      y: new Int32Array(n),
      proba: new Float64Array(n * 3),
      predicted: new Int32Array(n),
    })
    const models = { baseline: make(), candidate: make() }
    const write = (into: ReturnType<typeof make>) => (at: number) => (own: { y: number; shared: number[] }, noise: readonly number[]) => {
      const odds = classes.map((_, c) => Math.exp(1.5 * ((own.shared[c] ?? 0) + 0.4 * (noise[c] ?? 0)) - (c === 2 ? 1 : 0)))
      const sum = odds.reduce((total, x) => total + x, 0)
      into.y[at] = own.y
      for (const [c, x] of odds.entries()) into.proba[3 * at + c] = x / sum
      into.predicted[at] = odds.indexOf(Math.max(...odds))
    }
    const own = (rng: Random, at: number) => {
      const share = at / half
      const y = shares.filter((limit) => share >= limit).length
      return { y, shared: classes.map((_, c) => (c === y ? 1.5 : 0) + rng.normal()) }
    }
    twice(seed, 3, own, worse, write(models.baseline), write(models.candidate))
    return models
  }
}

const levels = [0.1, 0.5, 0.9]
const normalAt = [-1.2816, 0, 1.2816]

/** What a model says that an amount lies below, with 10, 50 and 90 %. @param spread of its logarithm, as the model believes */
export const quantilesAbout = (predicted: Float64Array, spread: number): Quantiles => ({
  levels,
  values: Float64Array.from({ length: levels.length * predicted.length }, (_, at) => {
    const i = Math.floor(at / levels.length)
    return (predicted[i] ?? 0) * Math.exp(spread * (normalAt[at % levels.length] ?? 0))
  }),
})

/** Amounts above zero. @param tail 0: errors of one size; larger: some rows err far more, for both models */
export function regression({ tail, seed }: { readonly tail: number; readonly seed: number }): Population {
  return (worse) => {
    const n = 2 * half
    const make = (): RegressionScores => ({ task: 'regression', y: new Float64Array(n), predicted: new Float64Array(n) })
    const models = { baseline: make(), candidate: make() }
    const write =
      (into: RegressionScores) => (at: number) => (own: { y: number; shared: number; size: number }, noise: readonly number[]) => {
        into.y[at] = own.y
        into.predicted[at] = own.y * Math.exp(0.1 * own.size * (0.8 * own.shared + 0.6 * (noise[0] ?? 0)))
      }
    const own = (rng: Random) => ({ y: 20 * Math.exp(0.4 * rng.normal()), shared: rng.normal(), size: Math.exp(tail * rng.normal()) })
    twice(seed, 1, own, worse, write(models.baseline), write(models.candidate))
    const sure = (model: RegressionScores): RegressionScores => ({ ...model, quantiles: quantilesAbout(model.predicted, 0.1) })
    return { baseline: sure(models.baseline), candidate: sure(models.candidate) }
  }
}

/** Labels only, by the numbers of §6.6: the baseline is right in 85 % of rows, the models differ in 10 %, the candidate is worse by `drop`. */
export function answers(drop: number): Pair {
  const n = 2000
  const lost = Math.round(n * (0.05 + drop / 2)) // the baseline had it, the candidate has not
  const won = Math.round(n * (0.05 - drop / 2))
  const right = 0.85 * n
  const y = Uint8Array.from({ length: n }, (_, i) => i % 2)
  const model = (isRight: (i: number) => boolean): BinaryScores => ({
    task: 'binary',
    y,
    score: null,
    predicted: y.map((label, i) => (isRight(i) ? label : 1 - label)),
  })
  return { baseline: model((i) => i < right), candidate: model((i) => (i >= lost && i < right) || (i >= right && i < right + won)) }
}

/** Of these rows chance is taken off as if they were a sample: of a population, which they are, nothing is chance, and worlds of ever more rows come nearer to this. */
const ofPopulation: Readonly<Record<string, string>> = { ece_excess: 'ece' }

/** Null where the metric is undefined for these rows. */
export function truthOf(scores: Scores, name: string): number | null {
  const metric = metrics[ofPopulation[name] ?? name]
  if (!metric) throw new RangeError(`there is no metric ${name}`)
  const { value } = sampleOf(metric, viewOf(scores))
  return value.undefined === null ? value.value : null
}

/** The population in which the candidate is worse by `drop`: in the metric's unit, or as a share of the baseline for a loss. */
export function worseBy(population: Population, name: string, drop: number): Pair {
  if (drop === 0) return population(1)
  const found = (worse: number): number => {
    const pair = population(worse)
    const [before, after] = [truthOf(pair.baseline, name) ?? 0, truthOf(pair.candidate, name) ?? 0]
    return metrics[name]?.margin === 'relative' ? Math.abs(after - before) / before : Math.abs(after - before)
  }
  let high = 2
  while (found(high) < drop) high *= 2
  return population(bisection((worse) => found(worse) < drop, 1, high, 24))
}

/**
 * A world of n units, drawn with replacement: rows, or the queries or series that rows belong to. Of forecasts that say their time: n new steps.
 */
export function draw({ baseline, candidate, stretch }: Pair, n: number, rng: Random): Pair {
  if (stretch) return stretch(n, rng)
  if (baseline.task === 'ranking' && candidate.task === 'ranking') {
    const { rows, unit } = drawUnits(baseline.query, n, rng)
    return { baseline: { ...takeRows(baseline, rows), query: unit }, candidate: { ...takeRows(candidate, rows), query: unit } }
  }
  if (baseline.task === 'forecasting' && candidate.task === 'forecasting') {
    const { rows, unit } = drawUnits(baseline.series ?? new Int32Array(), n, rng)
    const again = (scores: typeof baseline) => {
      const { series, scale, ...taken } = takeRows(scores, rows)
      // a series that is drawn twice is two
      const own = scale && Array.from({ length: n }, () => naiveNone)
      for (let i = 0; i < rows.length; i++) if (own && scale) own[unit[i] ?? 0] = scale[series?.[i] ?? 0] ?? naiveNone
      return { ...taken, series: unit, scale: own }
    }
    return { baseline: again(baseline), candidate: again(candidate) }
  }
  const size = baseline.y.length / (baseline.task === 'multilabel' ? baseline.labels.length : 1)
  const rows = Uint32Array.from({ length: n }, () => rng.below(size))
  return { baseline: takeRows(baseline, rows), candidate: takeRows(candidate, rows) }
}

const naiveNone = { absolute: 0, squared: 0, pairs: 0 }

/** @param codes of units whose rows lie together; rows of n of them, and which draw each is of */
function drawUnits(codes: Int32Array, n: number, rng: Random): { readonly rows: Uint32Array; readonly unit: Int32Array } {
  const starts = startsOf(codes)
  const rows: number[] = []
  const unit: number[] = []
  for (let j = 0; j < n; j++) {
    const u = rng.below(starts.length - 1)
    for (let i = starts[u] ?? 0; i < (starts[u + 1] ?? 0); i++) {
      rows.push(i)
      unit.push(j)
    }
  }
  return { rows: Uint32Array.from(rows), unit: Int32Array.from(unit) }
}

const known = new WeakMap<Int32Array, readonly number[]>()

/** Where each unit begins, and the end. */
function startsOf(codes: Int32Array): readonly number[] {
  const before = known.get(codes)
  if (before) return before
  const made = [...codes.keys()].filter((i) => codes[i] !== codes[i - 1])
  made.push(codes.length)
  known.set(codes, made)
  return made
}
