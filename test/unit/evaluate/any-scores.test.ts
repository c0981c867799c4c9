/** Small and degenerate data in every combination: one row, one class, weights of 0, groups, models that are all right, all wrong, the same. Each metric of the task is judged and nothing breaks. */
import { describe, expect, it } from 'vitest'
import { policy, spec } from '../../../bench/simulate-gate/blocks.ts'
import { judge } from '../../../src/core/evaluate/judge.ts'
import type { Scores } from '../../../src/core/metrics/scores.ts'
import { metrics } from '../../../src/core/metrics/table.ts'
import type { Check } from '../../../src/core/schema/result.ts'
import { type Random, random } from '../../../src/core/stats/random.ts'

const tasks = ['binary', 'multiclass', 'regression', 'ranking', 'multilabel', 'forecasting'] as const
type Task = (typeof tasks)[number]
const kinds = 3

const one = <T>(source: Random, from: readonly [T, ...T[]]): T => from[source.below(from.length)] as T

/** What a model answers: a share of what would be right, 1 is right and 0 as wrong as can be. */
type Style = 'right' | 'wrong' | 'undecided' | 'by chance'

interface World {
  readonly task: Task
  readonly rows: number
  readonly truth: Float64Array
  readonly weight: Float64Array | null
  readonly group: Int32Array | null
}

function worldOf(task: Task, source: Random): World {
  const rows = one(source, [1, 2, 3, 5, 12, 40])
  const positives = one(source, [0, 0.05, 0.5, 1])
  const yes = () => Number(source.next() < positives)
  const draw = {
    multiclass: () => yes() * source.below(kinds),
    regression: () => yes() * source.normal(),
    forecasting: () => yes() * source.normal(),
  }
  const truth = Float64Array.from({ length: task === 'multilabel' ? 2 * rows : rows }, task in draw ? draw[task as keyof typeof draw] : yes)
  // a row that counts is there
  const some = Float64Array.from({ length: rows }, (_, i) => (i === 0 ? 1 : one(source, [0, 1, 2.7, 1e-9])))
  const weight = task === 'ranking' ? null : one(source, [null, null, some])
  const size = one(source, [1, 3, rows])
  const group =
    task === 'ranking' || task === 'forecasting' ? null : one(source, [null, Int32Array.from(some, (_, i) => Math.floor(i / size))])
  return { task, rows, truth, weight, group }
}

/** @param said of each value of the truth: how right the answer is */
function modelOf({ task, rows, truth, weight, group }: World, said: Float64Array): Scores {
  const given = { weight, group }
  const share = (i: number) => said[i] ?? 0
  const score = truth.map((y, i) => (y === 1 ? share(i) : 1 - share(i)))
  const predicted = Uint8Array.from(score, (p) => Number(p >= 0.5))
  const off = truth.map((y, i) => y + 1 - share(i))
  switch (task) {
    case 'binary':
      return { task, y: Uint8Array.from(truth), score, predicted, ...given }
    case 'multilabel':
      return { task, labels: ['a', 'b'], y: Uint8Array.from(truth), score, predicted, ...given }
    case 'multiclass': {
      const y = Int32Array.from(truth)
      const proba = Float64Array.from({ length: kinds * rows }, (_, at) => {
        const [row, kind] = [Math.floor(at / kinds), at % kinds]
        return kind === y[row] ? share(row) : kind === ((y[row] ?? 0) + 1) % kinds ? 1 - share(row) : 0
      })
      return {
        task,
        classes: ['a', 'b', 'c'],
        y,
        proba,
        predicted: y.map((label, i) => (share(i) >= 0.5 ? label : (label + 1) % kinds)),
        ...given,
      }
    }
    case 'regression':
      return { task, y: truth, predicted: off, ...given }
    case 'ranking':
      return { task, y: truth, score, query: Int32Array.from(truth, (_, i) => Math.floor(i / 4)) }
    case 'forecasting': {
      const series = Int32Array.from(truth, (_, i) => Math.floor(i / 4))
      const none = { time: null, horizon: null, quantiles: null, scale: null, naive: null }
      return { task, y: truth, predicted: off, series, weight, ...none }
    }
  }
}

const answers: Readonly<Record<Style, (source: Random) => number>> = {
  right: () => 1,
  wrong: () => 0,
  undecided: () => 0.5,
  'by chance': (source) => source.next(),
}

/** Two models, of which the candidate answers none, one, three or all of the rows in another way. */
function pairOf(world: World, source: Random): readonly [baseline: Scores, candidate: Scores] {
  const styles = ['right', 'wrong', 'undecided', 'by chance'] as const
  const [style, other] = [one<Style>(source, styles), one<Style>(source, styles)]
  const before = world.truth.map(() => answers[style](source))
  const differing = one(source, [0, 1, 3, world.truth.length])
  const after = before.map((share, i) => (i < differing ? answers[other](source) : share))
  return [modelOf(world, before), modelOf(world, after)]
}

const isOdd = (x: number | null | undefined) => Number.isNaN(x)
/** What no reader of a check may meet. */
function oddities({ id, message, p_value, delta, observed, interval }: Check): readonly string[] {
  const [low = null, high = null] = interval ?? []
  return [
    ...([p_value, delta, observed, low, high].some(isOdd) ? [`${id}: a number is NaN`] : []),
    ...(/NaN|Infinity/.test(message) ? [`${id}: ${message}`] : []),
    ...(low !== null && high !== null && low > high ? [`${id}: the ends ${low} and ${high} are the wrong way round`] : []),
    ...(delta !== null && low !== null && delta < low - 1e-9 ? [`${id}: ${delta} is below ${low}`] : []),
    ...(delta !== null && high !== null && delta > high + 1e-9 ? [`${id}: ${delta} is above ${high}`] : []),
  ]
}

describe('degenerate scores', { timeout: 120_000 }, () => {
  it.each(tasks)('of %s are judged in every mode', (task) => {
    const specs = Object.entries(metrics).flatMap(([name, { of }]) => (of[task] ? [spec(name, 0.01)] : []))
    expect(specs.length).toBeGreaterThan(5)
    const source = random(2026)
    for (let world = 0; world < 15; world++) {
      const drawn = worldOf(task, source)
      const [baseline, candidate] = pairOf(drawn, source)
      const mode = one(source, ['guard', 'non_inferior', 'superior', 'point'] as const)
      const { checks } = judge({ baseline, candidate, missing: null, specs, mode, policy })
      expect(checks.length).toBeGreaterThanOrEqual(specs.length)
      expect(checks.flatMap(oddities), `world ${world}, ${mode}, ${drawn.rows} rows`).toEqual([])
    }
  })
})
