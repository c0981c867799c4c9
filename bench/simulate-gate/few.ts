/**
 * A candidate that answers as the baseline does but in few rows (of lists: queries), and is worse by exactly the margin: how often does non_inferior let it pass? And one that is equally good there: how often is it
 * blocked, or called better?
 */
import type { Compared } from '../../src/core/evaluate/claim.ts'
import { type Resampling, resampling } from '../../src/core/evaluate/resampling.ts'
import { withAnswers } from '../../src/core/metrics/answers.ts'
import { type BinaryScores, type RegressionScores, rowsOf, type Scores } from '../../src/core/metrics/scores.ts'
import { metrics } from '../../src/core/metrics/table.ts'
import { takeRows } from '../../src/core/metrics/take-rows.ts'
import type { MetricSpec } from '../../src/core/schema/config.ts'
import type { Bca } from '../../src/core/stats/bca.ts'
import { type Random, random } from '../../src/core/stats/random.ts'
import { seedOf } from '../simulate/repetition.ts'
import { blocks, compare, spec } from './blocks.ts'
import { binary, draw, type Pair, regression, truthOf } from './populations.ts'
import { ranking } from './task-populations.ts'

/** A candidate that answers as the baseline does, but in a share of rows (of lists: of queries), picked at random, as `other` does. */
export function differingIn(baseline: Scores, other: Scores, share: number, rng = random(5)): Pair {
  return { baseline, candidate: withAnswers(baseline, other, pickedOf(baseline, share, rng)) }
}

function pickedOf(scores: Scores, share: number, rng: Random): readonly number[] {
  const rows = [...Array(rowsOf(scores)).keys()]
  if (scores.task !== 'ranking') return rows.filter(() => rng.next() < share)
  const { query } = scores
  let picked = false
  // rows of a query lie together
  return rows.filter((i) => {
    if (i === 0 || query[i] !== query[i - 1]) picked = rng.next() < share
    return picked
  })
}

/** Each row has the answer of another one. */
export function shuffled(scores: Scores): Scores {
  const rng = random(6)
  const n = rowsOf(scores)
  return takeRows(
    scores,
    Uint32Array.from({ length: n }, () => rng.below(n)),
  )
}

/** Each row is off by as much as one of the worst tenth. */
export function asTheWorst(scores: RegressionScores): RegressionScores {
  const rng = random(7)
  const off = Float64Array.from(scores.predicted, (p, i) => p / (scores.y[i] ?? 1))
  const worst = [...off].toSorted((a, b) => Math.abs(Math.log(b)) - Math.abs(Math.log(a))).slice(0, off.length / 10)
  return { ...scores, quantiles: null, predicted: scores.y.map((y) => y * (worst[rng.below(worst.length)] ?? 1)) }
}

const times = (scores: RegressionScores, by: number): RegressionScores => ({
  ...scores,
  quantiles: null,
  predicted: scores.predicted.map((p) => by * p),
})

/** Certain, and as often wrong as not. */
function certain(scores: BinaryScores): BinaryScores {
  const rng = random(8)
  return { ...scores, score: Float64Array.from(scores.y, () => rng.below(2)) }
}

interface Model<S> {
  readonly baseline: S
  /** as good as the baseline */
  readonly equal: S
}

function numbers(tail: number, seed: number): Model<RegressionScores> {
  const { baseline, candidate } = regression({ tail, seed })(1)
  if (baseline.task !== 'regression' || candidate.task !== 'regression') throw new RangeError('a population of numbers')
  return { baseline: { ...baseline, quantiles: null }, equal: { ...candidate, quantiles: null } }
}

function labels(): Model<BinaryScores> {
  const { baseline, candidate } = binary({ positives: 0.3, apart: 1.6, seed: 21 })(1)
  if (baseline.task !== 'binary' || candidate.task !== 'binary') throw new RangeError('a population of two classes')
  return { baseline, equal: candidate }
}

const ofNumbers = ['mae', 'mse', 'rmse', 'mape', 'r2', 'poisson_deviance'] as const

/** What was first comes last. */
function turned(scores: Scores): Scores {
  if (scores.task !== 'ranking') throw new RangeError('a population of lists')
  return { ...scores, score: scores.score.map((x) => -x) }
}

interface World {
  readonly baseline: Scores
  /** whose answers the rows that differ have */
  readonly other: Scores
  readonly metrics: readonly string[]
  /** the candidate is as good as the baseline */
  readonly equal: boolean
}

const cases = (name: string, { baseline, equal }: Model<RegressionScores>): Readonly<Record<string, World>> => {
  const world = (other: Scores, same = false): World => ({ baseline, other, metrics: ofNumbers, equal: same })
  return {
    [`${name}: as good`]: world(equal, true),
    [`${name}: as bad as the worst tenth`]: world(asTheWorst(baseline)),
    [`${name}: the answer of another row`]: world(shuffled(baseline)),
    [`${name}: twice the answer`]: world(times(baseline, 2)),
    [`${name}: ten times the answer`]: world(times(baseline, 10)),
  }
}

const two = labels()
const lists = ranking({ apart: 3, seed: 29 }).baseline
export const fewWorlds: Readonly<Record<string, World>> = {
  ...cases('amounts', numbers(0, 25)),
  ...cases('amounts, some far off', numbers(0.6, 26)),
  'two classes: as good': { baseline: two.baseline, other: two.equal, metrics: ['log_loss', 'brier'], equal: true },
  'two classes: the answer of another row': {
    baseline: two.baseline,
    other: shuffled(two.baseline),
    metrics: ['log_loss', 'brier'],
    equal: false,
  },
  'two classes: certain': { baseline: two.baseline, other: certain(two.baseline), metrics: ['log_loss', 'brier'], equal: false },
  'lists, nearly perfect: turned round': { baseline: lists, other: turned(lists), metrics: ['ndcg', 'mrr', 'map'], equal: false },
}

/** What a mode may get wrong, and of which candidate: `worse` is so by the margin, whichever it is; superior has none. What it takes: proof that the candidate is worse, or that it is not. */
export const mistakes = {
  guard: { of: 'as good', is: 'blocks', proves: 'worse' },
  confident_worse: { of: 'as good', is: 'blocks', proves: 'worse' },
  superior: { of: 'as good', is: 'passes', proves: 'no worse' },
  non_inferior: { of: 'worse', is: 'passes', proves: 'no worse' },
} as const
export type Mistaken = keyof typeof mistakes
export const mistakenModes = Object.keys(mistakes) as readonly Mistaken[]

export interface FewCount {
  readonly world: string
  readonly metric: string
  readonly rows: number
  /** rows that differ, on average */
  readonly differ: number
  readonly runs: number
  /** runs in which a mode was wrong; null: the other candidate is the one that it may be wrong of */
  readonly wrong: Readonly<Record<Mistaken, number | null>>
}

const rises = (metric: string): boolean => metrics[metric]?.direction === 'lower'

/**
 * Metrics of which the mode is wrong. Draws are most of what a world costs, and can only widen a test (`wider`): they are asked where the mode would be wrong if they agreed.
 * @param margins of non_inferior, by metric; @param screened false: draws are asked everywhere, which gives the same
 */
export function wrongOf(
  mode: Mistaken,
  own: Pair,
  names: readonly string[],
  margins: ReadonlyMap<string, number>,
  draws: Resampling,
  screened = true,
): readonly string[] {
  const { is, proves } = mistakes[mode]
  const specs = names.map((name) => withMargin(name, mode === 'non_inferior' ? (margins.get(name) ?? Number.NaN) : null))
  const wrong = (one: Compared) => blocks([one], mode) === (is === 'blocks')
  const could = screened
    ? [true, false].flatMap((up) =>
        compare(
          own,
          specs.filter((one) => rises(one.metric) === up),
          agreeing(draws, up === (proves === 'worse') ? 'above' : 'below'),
        )
          .filter(wrong)
          .map((one) => one.spec),
      )
    : specs
  return compare(own, could, draws)
    .filter(wrong)
    .map((one) => one.spec.name)
}

function withMargin(name: string, value: number | null): MetricSpec {
  if (value === null) return spec(name)
  const fail = { kind: 'absolute', value } as const
  return { ...spec(name), ...(rises(name) ? { maxRise: { fail } } : { maxDrop: { fail } }) }
}

/** Draws that say of any value that the change lies on that side of it, and nothing of the level of one model, by which a test is only widened, too. */
function agreeing(draws: Resampling, side: 'above' | 'below'): Resampling {
  const says: Bca = {
    method: 'bca',
    z0: 0,
    acceleration: 0,
    se: 0,
    tails: [0, 0],
    bounds: () => [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    below: () => Number(side === 'above'),
  }
  // where quantiles are not read, no level is made of rows that nobody saw
  return { ...draws, readsQuantiles: false, rows: (_, other) => (other === null ? null : says) }
}

export function countFew(name: string, rows: number, differ: number, runs: number, seed: number): readonly FewCount[] {
  const world = fewWorlds[name]
  if (!world) throw new RangeError(`no world ${name}`)
  const { baseline, other, metrics: names, equal } = world
  const share = differ / rows
  const rng = random(seedOf(seed, rows, Math.round(10 * differ), ...new TextEncoder().encode(name)))
  const pair: Pair = equal ? { baseline, candidate: other } : differingIn(baseline, other, share)
  const margins = new Map(
    names.map((metric) => {
      const [was, is] = [truthOf(pair.baseline, metric), truthOf(pair.candidate, metric)]
      return [metric, Math.abs((is ?? Number.NaN) - (was ?? Number.NaN))]
    }),
  )
  const asked = mistakenModes.filter((mode) => (mistakes[mode].of === 'as good') === equal)
  const wrong = new Map(asked.map((mode) => [mode, new Map(names.map((metric) => [metric, 0]))]))
  const draws = resampling()
  for (let run = 0; run < runs; run++) {
    const drawn = draw(pair, rows, rng)
    // models that are equally good in all rows are so in some of them whichever these are: chosen anew in each world
    const own = equal ? differingIn(drawn.baseline, drawn.candidate, share, rng) : drawn
    for (const [mode, counts] of wrong) {
      for (const metric of wrongOf(mode, own, names, margins, draws)) counts.set(metric, (counts.get(metric) ?? 0) + 1)
    }
  }
  return names.map((metric) => {
    const of = (mode: Mistaken) => wrong.get(mode)?.get(metric) ?? null
    return {
      world: name,
      metric,
      rows,
      differ,
      runs,
      wrong: { guard: of('guard'), confident_worse: of('confident_worse'), superior: of('superior'), non_inferior: of('non_inferior') },
    }
  })
}
