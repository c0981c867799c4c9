/**
 * Rows that resemble the others of their group (patients, routes): intervals by group against intervals by row. The population is a list of groups of
 * ten rows, drawn with replacement; in each a share `alike` of the noise, the intra-class correlation, is common to the group.
 */
import { resampling } from '../../src/core/evaluate/resampling.ts'
import { rowsOf } from '../../src/core/evaluate/rows.ts'
import type { BinaryScores } from '../../src/core/metrics/scores.ts'
import { takeRows } from '../../src/core/metrics/take-rows.ts'
import { viewOf } from '../../src/core/metrics/view.ts'
import { random } from '../../src/core/stats/random.ts'
import { seedOf } from '../simulate/repetition.ts'
import { spec } from './blocks.ts'
import { type Pair, truthOf } from './populations.ts'

const size = 10
const inPopulation = 1500
export const groupMetrics = ['accuracy', 'log_loss', 'roc_auc', 'f1', 'pr_auc'] as const

export interface GroupCoverage {
  readonly alike: number
  readonly groups: number
  readonly metric: string
  readonly runs: number
  readonly byGroup: number
  readonly byRow: number
  readonly changeByGroup: number
  readonly changeByRow: number
}

/** The second half of the groups is the first with the models exchanged: equal models. */
function populationOf(alike: number, seed: number): Pair {
  const rng = random(seed)
  const n = inPopulation * size
  const empty = () => ({ score: new Float64Array(n), predicted: new Uint8Array(n) })
  const y = new Uint8Array(n)
  const models = [empty(), empty()] as const
  const common = Math.sqrt(alike)
  const own = Math.sqrt(1 - alike)
  const write = (model: (typeof models)[number], at: number, odds: number) => {
    const p = 1 / (1 + Math.exp(-odds))
    model.score[at] = p
    model.predicted[at] = p >= 0.5 ? 1 : 0
  }
  for (let g = 0; g < inPopulation / 2; g++) {
    const [ofLabel, ofShared, ofFirst, ofSecond] = [rng.normal(), rng.normal(), rng.normal(), rng.normal()]
    for (let i = 0; i < size; i++) {
      const at = g * size + i
      const twin = at + n / 2
      const label = common * ofLabel + own * rng.normal() > 0.4 ? 1 : 0
      const shared = 1.6 * (label - 0.5) + common * ofShared + own * rng.normal()
      const first = shared + 0.5 * (common * ofFirst + own * rng.normal()) - 0.6
      const second = shared + 0.5 * (common * ofSecond + own * rng.normal()) - 0.6
      y[at] = label
      y[twin] = label
      write(models[0], at, first)
      write(models[1], at, second)
      write(models[0], twin, second)
      write(models[1], twin, first)
    }
  }
  const [baseline, candidate] = models.map((model): BinaryScores => ({ task: 'binary', y, ...model }))
  if (!baseline || !candidate) throw new RangeError('two models are compared')
  return { baseline, candidate }
}

export function countGroups(alike: number, groups: number, runs: number, seed: number): readonly GroupCoverage[] {
  const pair = populationOf(alike, seedOf(seed, 7))
  const rng = random(seedOf(seed, groups, Math.round(100 * alike)))
  const asked = groupMetrics.map((name) => ({ spec: spec(name), gated: true, floor: false }))
  const truths = new Map(groupMetrics.map((name) => [name as string, truthOf(pair.candidate, name) ?? Number.NaN]))
  const found = groupMetrics.map((metric) => ({ metric, byGroup: 0, byRow: 0, changeByGroup: 0, changeByRow: 0 }))
  const group = Int32Array.from({ length: groups * size }, (_, i) => Math.floor(i / size))
  for (let run = 0; run < runs; run++) {
    const rows = new Uint32Array(groups * size)
    for (let g = 0; g < groups; g++) {
      const from = rng.below(inPopulation) * size
      for (let i = 0; i < size; i++) rows[g * size + i] = from + i
    }
    const [baseline, candidate] = [takeRows(pair.baseline, rows), takeRows(pair.candidate, rows)]
    for (const by of ['Group', 'Row'] as const) {
      const given = by === 'Group' ? { group } : {}
      const judged = rowsOf(asked, {
        candidate: viewOf({ ...candidate, ...given }),
        baseline: viewOf({ ...baseline, ...given }),
        trivial: [],
        draws: resampling(),
      })
      for (const [j, { spec: one, level, change }] of judged.entries()) {
        const into = found[j]
        const truth = truths.get(one.name) ?? Number.NaN
        if (!into) continue
        const holds = ([low, high]: readonly [number, number], at: number) => Number(low <= at && at <= high)
        into[`by${by}`] += level ? holds(level.bounds(0.975), truth) : 0
        into[`changeBy${by}`] += change?.test ? holds(change.test.bounds(0.975, Number.NaN), 0) : 0
      }
    }
  }
  return found.map((one) => ({ alike, groups, runs, ...one }))
}
