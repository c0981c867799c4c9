/**
 * Populations of the tasks whose rows belong together: several labels a row, lists of queries, forecasts of series. As in populations.ts two models share
 * most of what they know, and every part (a row, a query, a series, a stretch of time) comes twice, with the models exchanged: they are equal in every metric.
 */
import { naiveScale } from '../../src/core/metrics/forecast.ts'
import type { ForecastingScores, MultilabelScores, RankingScores } from '../../src/core/metrics/scores.ts'
import { normalQuantile } from '../../src/core/stats/normal.ts'
import { type Random, random } from '../../src/core/stats/random.ts'
import { type Pair, quantilesAbout } from './populations.ts'

/** Of labels that half, a fifth and a twelfth of the rows have; who has one has the next more often. @param worse how much more noise the candidate has; 1: equal models */
export function multilabel(seed: number, worse = 1): Pair {
  const half = 6_000
  const labels = ['a', 'b', 'c']
  const shares = [0.5, 0.2, 0.08]
  const k = labels.length
  const rng = random(seed)
  const make = (): MultilabelScores & { readonly score: Float64Array } => ({
    task: 'multilabel',
    labels,
    y: new Uint8Array(2 * half * k),
    score: new Float64Array(2 * half * k),
    predicted: new Uint8Array(2 * half * k),
  })
  const [first, second] = [make(), make()]
  const write = (model: ReturnType<typeof make>, at: number, truth: number, odds: number) => {
    model.y[at] = truth
    model.score[at] = Math.fround(1 / (1 + Math.exp(-odds)))
    model.predicted[at] = odds >= 0 ? 1 : 0
  }
  for (let i = 0; i < half; i++) {
    const common = rng.normal()
    for (const [c, share] of shares.entries()) {
      // about a normal quantile of the share
      const truth = 0.5 * common + Math.sqrt(0.75) * rng.normal() > -Math.log(share / (1 - share)) / 1.7 ? 1 : 0
      const shared = 1.5 * truth - 0.75 + rng.normal()
      const centre = Math.log(share / (1 - share))
      const [one, two] = [rng.normal(), rng.normal()]
      const odds = (noise: number) => centre + 1.5 * (shared + 0.4 * noise)
      for (const [at, noise, other] of [
        [2 * i * k + c, one, two],
        [(2 * i + 1) * k + c, two, one],
      ] as const) {
        write(first, at, truth, odds(noise))
        write(second, at, truth, odds(worse * other))
      }
    }
  }
  return { baseline: first, candidate: second }
}

/** Lists of eight to 32 items of relevance 0, 1 or 2; one list in twenty has none that is relevant. Rows of a query lie together. */
export function ranking({
  apart,
  seed,
  worse = 1,
}: {
  readonly apart: number
  readonly seed: number
  /** how much more noise the candidate has; 1: equal models */
  readonly worse?: number
}): Pair {
  const half = 1_500
  const rng = random(seed)
  const rows: { readonly query: number; readonly y: number; readonly item: number; readonly scores: readonly [number, number] }[] = []
  for (let q = 0; q < half; q++) {
    const none = rng.next() < 0.05
    const list = Array.from({ length: 8 + rng.below(25) }, () => {
      const u = none ? 1 : rng.next()
      const y = u < 0.08 ? 2 : u < 0.3 ? 1 : 0
      const shared = apart * y + rng.normal()
      return { y, item: rng.below(500), shared, noise: [rng.normal(), rng.normal()] as const }
    })
    for (const [at, swap] of [
      [2 * q, false],
      [2 * q + 1, true],
    ] as const) {
      for (const { noise, shared, ...one } of list) {
        const [own, other] = swap ? [noise[1], noise[0]] : noise
        rows.push({ ...one, scores: [shared + 0.4 * own, shared + 0.4 * worse * other], query: at })
      }
    }
  }
  const model = (which: 0 | 1): RankingScores => ({
    task: 'ranking',
    y: Float64Array.from(rows, ({ y }) => y),
    score: Float64Array.from(rows, ({ scores }) => scores[which]),
    query: Int32Array.from(rows, ({ query }) => query),
    item: Int32Array.from(rows, ({ item }) => item),
  })
  return { baseline: model(0), candidate: model(1) }
}

const season = 4

/** How wrong models say that they may be: they are a little too sure. */
const spread = 0.14

/** One moment of one series: the truth and what two models say of it. */
interface Moment {
  readonly series: number
  readonly time: number
  readonly y: number
  readonly said: readonly [number, number]
}

/** @param timed rows say when they are, and how many steps ahead */
function forecasts(moments: readonly Moment[], scale: ForecastingScores['scale'], horizon: number, timed: boolean): Pair {
  const model = (which: 0 | 1): ForecastingScores => {
    const predicted = Float64Array.from(moments, ({ said }) => said[which])
    return {
      task: 'forecasting',
      y: Float64Array.from(moments, ({ y }) => y),
      predicted,
      series: Int32Array.from(moments, ({ series }) => series),
      time: timed ? Float64Array.from(moments, ({ time }) => time) : null,
      horizon: timed ? new Int32Array(moments.length).fill(horizon) : null,
      quantiles: quantilesAbout(predicted, spread),
      scale,
      naive: null,
    }
  }
  return { baseline: model(0), candidate: model(1) }
}

/** The level of a series through its seasons. */
const levelAt = (base: number, time: number): number => base * Math.exp(0.3 * Math.sin((2 * Math.PI * time) / season))

const scaleOf = (base: number, rng: Random) =>
  naiveScale(
    Float64Array.from({ length: 40 }, (_, t) => levelAt(base, t) * Math.exp(0.15 * rng.normal())),
    season,
  )

export const stepsOfSeries = 12

/** Many series of twelve steps, whose errors resemble each other: the series is what is drawn and counted. @param worse how much more noise the candidate has; 1: equal models */
export function manySeries(seed: number, worse = 1): Pair {
  const half = 1_500
  const rng = random(seed)
  const moments: Moment[] = []
  const scale: ReturnType<typeof naiveScale>[] = []
  for (let s = 0; s < half; s++) {
    const base = 20 * Math.exp(0.5 * rng.normal())
    const own = scaleOf(base, rng)
    scale.push(own, own)
    const [common, first, second] = [rng.normal(), rng.normal(), rng.normal()]
    const steps = Array.from({ length: stepsOfSeries }, (_, time) => {
      const y = levelAt(base, time) * Math.exp(0.15 * (0.5 * common + 0.85 * rng.normal()))
      const [one, two] = [0.6 * first + 0.8 * rng.normal(), 0.6 * second + 0.8 * rng.normal()]
      const said = (noise: number) => levelAt(base, time) * Math.exp(0.02 + 0.08 * noise)
      return { time, y, said: [said(one), said(worse * two)], swapped: [said(two), said(worse * one)] } as const
    })
    for (const { swapped, ...step } of steps) moments.push({ ...step, series: 2 * s })
    for (const { swapped, ...step } of steps) moments.push({ ...step, said: swapped, series: 2 * s + 1 })
  }
  return forecasts(moments, scale, 1, false)
}

const bases = [10, 25, 60]

/**
 * Three series for a long time: errors of forecasts h steps ahead are sums of the last h shocks, part of which all series share. Each world is a stretch of time that
 * nobody has seen before: stretches of one list overlap where worlds are many and long, and would tell the same again and again.
 * What is true of all time needs no time: the joint law of a truth and its forecast at each place of the season. The list that truths are computed on
 * has a lattice of Fibonacci's of their normal shocks (Niederreiter 1992, §5), each shock of a model once and its opposite once, with the models exchanged.
 */
export function fewSeries({
  horizon,
  seed,
  worse = 1,
}: {
  readonly horizon: number
  readonly seed: number
  /** how much more noise the candidate has; 1: equal models */
  readonly worse?: number
}): Pair {
  const rng = random(seed)
  const scale = bases.map((base) => scaleOf(base, rng))
  const moment = (series: number, time: number, truth: number, noise: readonly [number, number]): Moment => {
    const level = levelAt(bases[series] ?? 0, time)
    const said = (x: number) => level * Math.exp(0.02 + 0.08 * x)
    return { series, time, y: level * Math.exp(0.15 * truth), said: [said(noise[0]), said(worse * noise[1])] }
  }
  const [points, step] = [4181, 2584]
  const all = Array.from({ length: points }, (_, i) => {
    const [truth, noise] = [normalQuantile((i + 0.5) / points), normalQuantile((((i * step) % points) + 0.5) / points)]
    return Array.from({ length: season }, (_, phase) => {
      const moments = (swap: -1 | 1) =>
        bases.map((_, s) => moment(s, (2 * i + Number(swap > 0)) * season + phase, truth, [swap * noise, -swap * noise]))
      return [...moments(-1), ...moments(1)]
    }).flat()
  }).flat()
  return {
    ...forecasts(all, scale, horizon, true),
    stretch: (n, own) => {
      const from = own.below(season)
      const common = moving(n, horizon, own)
      const shocks = bases.map(() => [moving(n, horizon, own), moving(n, horizon, own), moving(n, horizon, own)])
      const moments = Array.from({ length: n }, (_, t) =>
        shocks.map(([truth, first, second], s) =>
          moment(s, from + t, 0.6 * (common[t] ?? 0) + 0.8 * (truth?.[t] ?? 0), [first?.[t] ?? 0, second?.[t] ?? 0]),
        ),
      )
      return forecasts(moments.flat(), scale, horizon, true)
    },
  }
}

/** Sums of the last `horizon` shocks at each of n steps, of spread 1. */
function moving(n: number, horizon: number, rng: Random): Float64Array {
  const shocks = Float64Array.from({ length: n + horizon - 1 }, () => rng.normal())
  return Float64Array.from({ length: n }, (_, t) => {
    let sum = 0
    for (let lag = 0; lag < horizon; lag++) sum += shocks[t + lag] ?? 0
    return sum / Math.sqrt(horizon)
  })
}
