/**
 * A candidate that answers as the baseline does but in few rows, and is worse by exactly the margin: how often does a mode that asks for proof have it? And one that is equally good there: how often
 * is it blocked?
 */
import { differenceChecks } from '../../src/core/evaluate/difference.ts'
import { withAnswers } from '../../src/core/metrics/answers.ts'
import { type BinaryScores, type RegressionScores, rowsOf, type Scores } from '../../src/core/metrics/scores.ts'
import { metrics } from '../../src/core/metrics/table.ts'
import { takeRows } from '../../src/core/metrics/take-rows.ts'
import { random } from '../../src/core/stats/random.ts'
import { seedOf } from '../simulate/repetition.ts'
import { blocks, compare, policy, spec } from './blocks.ts'
import { binary, draw, type Pair, regression, truthOf } from './populations.ts'

/** A candidate that answers as the baseline does, but in a share of rows, picked at random, as `other` does. */
export function differingIn(baseline: Scores, other: Scores, share: number): Pair {
  const rng = random(5)
  const rows = [...Array(rowsOf(baseline)).keys()].filter(() => rng.next() < share)
  return { baseline, candidate: withAnswers(baseline, other, rows) }
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
export const fewWorlds: Readonly<Record<string, World>> = {
  ...cases('amounts', numbers(0, 25)),
  ...cases('amounts, some far off', numbers(0.6, 26)),
  'two classes: as good': { baseline: two.baseline, other: two.equal, metrics: ['log_loss'], equal: true },
  'two classes: the answer of another row': { baseline: two.baseline, other: shuffled(two.baseline), metrics: ['log_loss'], equal: false },
  'two classes: certain': { baseline: two.baseline, other: certain(two.baseline), metrics: ['log_loss'], equal: false },
}

export interface FewCount {
  readonly world: string
  readonly equal: boolean
  readonly metric: string
  readonly rows: number
  /** rows that differ, on average */
  readonly differ: number
  readonly runs: number
  /** non_inferior passes with the true change for its margin; null of equal models, whose change has no margin */
  readonly passed: number | null
  /** by guard */
  readonly blocked: number
}

export function countFew(name: string, rows: number, differ: number, runs: number, seed: number): readonly FewCount[] {
  const world = fewWorlds[name]
  if (!world) throw new RangeError(`no world ${name}`)
  const { baseline, other, metrics: names, equal } = world
  const share = differ / rows
  const rng = random(seedOf(seed, rows, Math.round(10 * differ), ...new TextEncoder().encode(name)))
  const pair: Pair = equal ? { baseline, candidate: other } : differingIn(baseline, other, share)
  const truths = names.map((metric) => (truthOf(pair.candidate, metric) ?? Number.NaN) - (truthOf(pair.baseline, metric) ?? Number.NaN))
  const counts = names.map(() => ({ passed: 0, blocked: 0 }))
  for (let run = 0; run < runs; run++) {
    const drawn = draw(pair, rows, rng)
    // models that are equally good in all rows are so in some of them whichever these are: chosen anew in each world
    const own = equal
      ? {
          ...drawn,
          candidate: withAnswers(
            drawn.baseline,
            drawn.candidate,
            [...Array(rows).keys()].filter(() => rng.next() < share),
          ),
        }
      : drawn
    const compared = compare(
      own,
      names.map((metric) => spec(metric)),
    )
    for (const [m, one] of compared.entries()) {
      const count = counts[m]
      if (!count) continue
      count.blocked += Number(blocks([one], 'guard'))
      if (equal) continue
      const margin = { kind: 'absolute', value: Math.abs(truths[m] ?? Number.NaN) } as const
      const limit = metrics[one.spec.metric]?.direction === 'higher' ? { maxDrop: { fail: margin } } : { maxRise: { fail: margin } }
      const [check] = differenceChecks([{ ...one, spec: { ...one.spec, ...limit } }], 'non_inferior', policy)
      count.passed += Number(check?.status === 'pass')
    }
  }
  return names.map((metric, m) => ({
    world: name,
    equal,
    metric,
    rows,
    differ,
    runs,
    passed: equal ? null : (counts[m]?.passed ?? 0),
    blocked: counts[m]?.blocked ?? 0,
  }))
}
