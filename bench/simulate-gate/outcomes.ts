/**
 * What a level could have come out at: a share of rows, or a mean of lists, has few outcomes where few rows count or nearly all are right. An interval whose bounds are each right at
 * 97.5 %, whatever is true, misses the truth at most in the outcomes at either end that have 2.5 % together, and that of Clopper & Pearson 1934 does in all of them. Of ten rows of which
 * 84 % are right all are right in 17 % of worlds: from above nothing is missed. Of a share at a threshold that the rows have chosen this is what is left to one who knows the threshold.
 *
 * The largest error of a bin may be that of any bin: from above it is missed where the exact bounds of all bins are (a bin of one row leaves nearly everything open), from below in 2.5 %.
 */

import { tableOf } from '../../src/core/evaluate/level.ts'
import type { Gap } from '../../src/core/metrics/sample.ts'
import type { BinaryScores, Scores } from '../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../src/core/metrics/table.ts'
import { viewOf } from '../../src/core/metrics/view.ts'
import { binomialPmf } from '../../src/core/stats/beta.ts'
import { clopperPearson } from '../../src/core/stats/proportion.ts'
import type { Random } from '../../src/core/stats/random.ts'
import { truthOf } from './populations.ts'
import { bothEnds, type Way } from './ways.ts'

/** Of a world: a share of so many rows, or a mean of so many of the values that rows of the population have. */
type Counted = { readonly rows: number; readonly share: number } | { readonly rows: number; readonly values: Float64Array }

const drawn = 4000
/** of each bound */
const error = 0.025

/** Metrics that are a share at a threshold, and of what. */
const atThreshold: Readonly<Record<string, (world: BinaryScores, population: BinaryScores) => Counted>> = {
  recall_at_fpr: (world, population) => ofPositives(world, population, 'recall_at_fpr'),
  recall_at_k: (world, population) => ofPositives(world, population, 'recall_at_k'),
  // the same share, counted in picks at random
  lift_at_k: (world, population) => ofPositives(world, population, 'recall_at_k'),
  precision_at_recall: (world, population) => {
    const threshold = mostPrecise(population, 0.8)
    const rows = world.score?.reduce((sum, score) => sum + Number(score >= threshold), 0) ?? 0
    return { rows, share: truthOf(population, 'precision_at_recall') ?? Number.NaN }
  },
}

const ofPositives = ({ y }: BinaryScores, population: BinaryScores, metric: string): Counted => ({
  rows: y.reduce((sum, label) => sum + label, 0),
  share: truthOf(population, metric) ?? Number.NaN,
})

/** The threshold beyond which, of those that leave such a recall, most are positive. */
function mostPrecise({ y, score }: BinaryScores, recall: number): number {
  const falling = [...y.keys()].sort((a, b) => (score?.[b] ?? 0) - (score?.[a] ?? 0))
  const positives = y.reduce((sum, label) => sum + label, 0)
  let [hits, best, threshold] = [0, 0, Number.NEGATIVE_INFINITY]
  for (const [at, row] of falling.entries()) {
    hits += y[row] ?? 0
    const own = score?.[row] ?? 0
    // rows of one score are on one side
    if (own === score?.[falling[at + 1] ?? -1] || hits < recall * positives || hits / (at + 1) <= best) continue
    best = hits / (at + 1)
    threshold = own
  }
  return threshold
}

/** The part of the worlds like this one in which two bounds that are right may miss the level. null: it is not known */
export function missable(world: Scores, population: Scores, name: string, rng: Random): number | null {
  const metric = metrics[name]
  if (!metric) throw new RangeError(`there is no metric ${name}`)
  const sample = sampleOf(metric, viewOf(world))
  if (sample.kind === 'weighted' && sample.gaps) return largestMissed(sample.gaps(), truthOf(population, name) ?? Number.NaN)
  const ways = outcomesOf(world, population, name, rng)
  return ways && bothEnds(ways, error)
}

function largestMissed(gaps: readonly Gap[], truth: number): number | null {
  const ends = gaps.map(({ rows, promised, share: hits }) => {
    if (typeof hits !== 'number') return Number.NaN
    return Math.max(...clopperPearson(hits, rows, 1 - error).map((end) => Math.abs(end - promised)))
  })
  const most = Math.max(...ends)
  return Number.isNaN(most) ? null : most < truth ? 1 : error
}

/** null: this level has more outcomes than can be told apart, or none in this world */
function outcomesOf(world: Scores, population: Scores, name: string, rng: Random): readonly Way[] | null {
  const counted = countedOf(world, population, name)
  if (counted === null || counted.rows === 0) return null
  const { rows } = counted
  if ('share' in counted) {
    return Array.from({ length: rows + 1 }, (_, hits) => ({ value: hits, chance: binomialPmf(hits, rows, counted.share) }))
  }
  const { values } = counted
  const mean = () => Array.from({ length: rows }, () => values[rng.below(values.length)] ?? 0).reduce((sum, x) => sum + x, 0) / rows
  return Array.from({ length: drawn }, () => ({ value: mean(), chance: 1 / drawn }))
}

/** Levels that are a share, or a mean of what lists have. */
export function countedOf(world: Scores, population: Scores, name: string): Counted | null {
  const metric = metrics[name]
  if (!metric) throw new RangeError(`there is no metric ${name}`)
  const chosen = atThreshold[name]
  if (chosen) return world.task === 'binary' && population.task === 'binary' ? chosen(world, population) : null
  const [own, all] = [world, population].map((scores) => sampleOf(metric, viewOf(scores)))
  if (own?.kind === 'proportion' && all?.kind === 'proportion') {
    const rows = own.among?.reduce((sum, kept) => sum + Number(kept !== 0), 0) ?? own.hit.length
    return { rows, share: all.value.value ?? Number.NaN }
  }
  // of rows that the model chooses itself: so many as it chose
  if (own?.kind === 'cells' && own.trials) return { rows: own.trials(tableOf(own))[1], share: truthOf(population, name) ?? Number.NaN }
  return world.task === 'ranking' && own?.kind === 'mean' && all?.kind === 'mean' ? { rows: own.rows.length, values: all.rows } : null
}
