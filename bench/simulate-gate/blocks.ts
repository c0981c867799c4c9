/** How often is a run blocked? Two models of which it is known by how much one is worse, judged on n rows by the product's own rule. */
import { changeBetween } from '../../src/core/evaluate/change.ts'
import type { Compared } from '../../src/core/evaluate/claim.ts'
import { differenceChecks } from '../../src/core/evaluate/difference.ts'
import { fewDiffering } from '../../src/core/evaluate/differing.ts'
import { resampling } from '../../src/core/evaluate/resampling.ts'
import { harmOf } from '../../src/core/evaluate/rows.ts'
import { metrics, sampleOf } from '../../src/core/metrics/table.ts'
import { viewOf } from '../../src/core/metrics/view.ts'
import type { MetricSpec, Mode } from '../../src/core/schema/config.ts'
import { random } from '../../src/core/stats/random.ts'
import { seedOf } from '../simulate/repetition.ts'
import { answers, binary, draw, type Pair, type Population, regression, worseBy } from './populations.ts'

export const policy = { onInconclusive: 'pass', onMissing: 'pass' } as const
export const spec = (name: string, drop?: number): MetricSpec => ({
  name,
  metric: name,
  params: {},
  certainty: 'literal',
  ...(drop === undefined ? {} : { maxDrop: { fail: { kind: 'absolute', value: drop } } }),
})

/** What the gate computes of each metric before it decides. */
export function compare({ baseline, candidate }: Pair, specs: readonly MetricSpec[], draws = resampling()): readonly Compared[] {
  const [before, after] = [viewOf(baseline), viewOf(candidate)]
  const few = fewDiffering(after, before, null)
  const samples = specs.map((one) => {
    const metric = metrics[one.metric]
    if (!metric) throw new RangeError(`there is no metric ${one.metric}`)
    const [was, is] = [sampleOf(metric, before, one.params), sampleOf(metric, after, one.params)]
    draws.announce([was, is])
    return { one, metric, was, is }
  })
  return samples.flatMap(({ one, metric, was, is }) => {
    const differing = () => few(metric.needs, (view) => sampleOf(metric, view, one.params).value)
    const change = changeBetween(was, is, draws, differing, harmOf(metric))
    if (change === null || was.value.value === null || is.value.value === null) return []
    return [{ spec: one, metric, change, candidate: is.value.value, baseline: was.value.value, rows: after.n }]
  })
}

export const blocks = (compared: readonly Compared[], mode: Mode, proof?: number): boolean =>
  differenceChecks(compared, mode, policy, proof).some(({ effect }) => effect === 'fail')

export interface BlockCase {
  readonly name: string
  readonly gated: readonly string[]
  /** true drop: points, or a share of the baseline for a loss */
  readonly drop: number
  readonly pair: Pair
  readonly rows: number
  readonly runs: number
}

export interface BlockCount extends Omit<BlockCase, 'pair'> {
  readonly guard: number
  readonly confidentWorse: number
  /** with a margin of two points; null where the metric is a loss */
  readonly nonInferior: number | null
  /** by a z test that knows the true standard error, with the margin of guard; null where several metrics are gated */
  readonly oracle: number | null
}

const classifier = binary({ positives: 0.3, apart: 1.6, seed: 11 })
const amounts = regression({ tail: 0, seed: 12 })

interface Kind {
  readonly name: string
  readonly gated: readonly string[]
  readonly population: Population | null
  readonly drops: readonly number[]
  /** what a run costs, against one of accuracy */
  readonly cost: number
}

const points = [0, 0.01, 0.02, 0.05]
const shares = [0, 0.02, 0.05, 0.1]
/** A population of null is that of §6.6. */
export const kinds: readonly Kind[] = [
  { name: 'accuracy', gated: ['accuracy'], population: null, drops: [-0.01, ...points], cost: 1 },
  { name: 'roc_auc', gated: ['roc_auc'], population: classifier, drops: points, cost: 4 },
  { name: 'log_loss', gated: ['log_loss'], population: classifier, drops: shares, cost: 4 },
  { name: 'f1', gated: ['f1'], population: classifier, drops: points, cost: 4 },
  { name: 'rmse', gated: ['rmse'], population: amounts, drops: shares, cost: 10 },
  { name: 'five at once', gated: ['accuracy', 'roc_auc', 'log_loss', 'f1', 'brier'], population: classifier, drops: [0], cost: 8 },
]

/** @param runs of the cheapest metric; what costs more is run less often, but `fewest` times at least */
export function blockCases(
  { name, gated, population, drops, cost }: Kind,
  rows: number,
  runs: number,
  fewest: number,
): readonly BlockCase[] {
  return drops.map((drop) => ({
    name,
    gated,
    drop,
    pair: population === null ? answers(drop) : worseBy(population, gated[0] ?? '', drop),
    rows,
    runs: Math.max(fewest, Math.round(runs / cost / Math.max(1, rows / 1000))),
  }))
}

export function countBlocks(one: BlockCase, seed: number): BlockCount {
  const { pair, ...what } = one
  const { gated, rows, runs } = what
  const rng = random(seedOf(seed, rows, Math.round(10_000 * (one.drop + 1)), ...new TextEncoder().encode(one.name)))
  const found = { guard: 0, confidentWorse: 0, nonInferior: 0 }
  const specs = gated.map((name) => spec(name))
  const single = gated.length === 1 ? metrics[gated[0] ?? ''] : undefined
  const moves: { readonly drop: number; readonly margin: number }[] = []
  for (let run = 0; run < runs; run++) {
    const compared = compare(draw(pair, rows, rng), specs)
    found.guard += Number(blocks(compared, 'guard'))
    found.confidentWorse += Number(blocks(compared, 'confident_worse'))
    const [first] = compared
    if (!single || !first) continue
    moves.push({
      drop: single.direction === 'higher' ? -first.change.value : first.change.value,
      margin: single.margin === 'points' ? 0.005 : 0.01 * first.baseline,
    })
    if (single.margin === 'points') found.nonInferior += Number(blocks([{ ...first, spec: spec(first.spec.name, 0.02) }], 'non_inferior'))
  }
  return { ...what, ...found, nonInferior: single?.margin === 'points' ? found.nonInferior : null, oracle: single ? oracle(moves) : null }
}

/** The spread is that of all runs together. */
function oracle(moves: readonly { readonly drop: number; readonly margin: number }[]): number {
  const mean = moves.reduce((sum, { drop }) => sum + drop, 0) / moves.length
  const sd = Math.sqrt(moves.reduce((sum, { drop }) => sum + (drop - mean) ** 2, 0) / (moves.length - 1))
  return moves.filter(({ drop, margin }) => drop >= margin && drop >= 1.645 * sd).length
}
