/**
 * How often can a test of equal models reject at all? Either answer of a row could as well be the other model's: of d rows in which two models differ all 2^d ways to
 * exchange answers are equally likely, whatever was seen (Fisher 1935, "The Design of Experiments", §21; Lehmann & Romano 2005, §15.2). A test that holds its level given these rows and takes
 * the larger change for the surer one rejects in the ways of the largest changes, as many as have 5 % together. Of five rows these are none: the two ways in which one
 * model has all of them are a sixteenth. What it rejects less than 5 % its interval holds more than 95 %. Queries and series are exchanged as a whole.
 *
 * The product's tests are asked nothing here: worlds, metrics, and counting.
 */
import { differingRows, withAnswers } from '../../src/core/metrics/answers.ts'
import type { Sample } from '../../src/core/metrics/sample.ts'
import { rowsOf, type Scores, unitsOf } from '../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../src/core/metrics/table.ts'
import { viewOf } from '../../src/core/metrics/view.ts'
import { binomialPmf } from '../../src/core/stats/beta.ts'
import type { Random } from '../../src/core/stats/random.ts'
import type { Pair } from './populations.ts'
import type { Way } from './ways.ts'

/** ways that are counted one by one; of more as many are drawn */
const counted = 4096
/** of a metric of an order each costs that of two models */
const drawn = 400

/** null: the metric is undefined in this world, or its steps overlap in time, so that no part of them can be exchanged alone */
export function changesOf({ baseline, candidate }: Pair, name: string, rng: Random): readonly Way[] | null {
  const metric = metrics[name]
  if (!metric) throw new RangeError(`there is no metric ${name}`)
  const sample = (scores: Scores) => sampleOf(metric, viewOf(scores))
  const [was, is] = [sample(baseline), sample(candidate)]
  if (was.value.value === null || is.value.value === null) return null
  const timed = candidate.task === 'forecasting' && candidate.time !== null
  if (timed && candidate.horizon?.some((steps) => steps > 1)) return null
  const effects = effectsOf(was, is, timed ? null : (is.unit ?? null))
  if (effects) return sumsOf(effects, rng)
  const rows = differingRows(candidate, baseline, metric.needs, rowsOf(candidate), () => false) ?? []
  const kinds = is.kind === 'cells' ? kindsOf(rows, was, is) : null
  const exchanged = (own: readonly number[]): number => {
    const [after, before] = [sample(withAnswers(candidate, baseline, own)), sample(withAnswers(baseline, candidate, own))]
    return (after.value.value ?? 0) - (before.value.value ?? 0)
  }
  if (kinds && kinds.reduce((ways, { length }) => ways * (length + 1), 1) <= counted) {
    return byKind(kinds).map(({ own, chance }) => ({ value: exchanged(own), chance }))
  }
  const units = timed ? null : unitsOf(candidate)
  return Array.from({ length: drawn }, () => {
    const chosen = new Map<number, boolean>()
    const isChosen = (row: number): boolean => {
      const unit = units?.[row] ?? row
      const known = chosen.get(unit) ?? rng.below(2) === 1
      chosen.set(unit, known)
      return known
    }
    return { value: exchanged(rows.filter(isChosen)), chance: 1 / drawn }
  })
}

/** Of a mean of rows what each adds to the change, or each unit of them. null: it is another kind of metric */
function effectsOf(was: Sample, is: Sample, units: Int32Array | null): readonly number[] | null {
  const [before, after] = [rowsIn(was), rowsIn(is)]
  if (!before || !after) return null
  const by = new Map<number, number>()
  for (const [i, x] of [...after].entries()) {
    const unit = units?.[i] ?? i
    by.set(unit, (by.get(unit) ?? 0) + x - (before[i] ?? 0))
  }
  return [...by.values()].filter((effect) => effect !== 0)
}

const rowsIn = (sample: Sample): (ArrayLike<number> & Iterable<number>) | null =>
  sample.kind === 'mean'
    ? sample.rows
    : sample.kind === 'proportion'
      ? sample.hit.map((hit, i) => (sample.among?.[i] === 0 ? 0 : hit))
      : null

/** Sums of the effects, each with either sign. */
function sumsOf(effects: readonly number[], rng: Random): readonly Way[] {
  let sums = new Map<number, number>([[0, 1]])
  for (const by of effects) {
    const next = new Map<number, number>()
    for (const [sum, chance] of sums) {
      for (const signed of [sum + by, sum - by]) {
        const key = Number(signed.toPrecision(11))
        next.set(key, (next.get(key) ?? 0) + chance / 2)
      }
    }
    if (next.size > counted) {
      const change = () => effects.reduce((sum, x) => sum + (rng.below(2) === 1 ? x : -x), 0)
      return Array.from({ length: counted }, () => ({ value: change(), chance: 1 / counted }))
    }
    sums = next
  }
  return [...sums].map(([value, chance]) => ({ value, chance }))
}

/** A row that differs, and whether the candidate has the larger of the two answers. */
interface Differs {
  readonly row: number
  readonly larger: boolean
}

/** Rows of one truth and the same two answers are alike: in how many of them the candidate has the larger one is all there is to know. null: these are not one answer a row */
function kindsOf(rows: readonly number[], was: Sample, is: Sample): readonly (readonly Differs[])[] | null {
  if (was.kind !== 'cells' || is.kind !== 'cells' || rows.some((row) => was.predicted[row] === is.predicted[row])) return null
  const kinds = new Map<string, Differs[]>()
  for (const row of rows) {
    const [before, after] = [was.predicted[row] ?? 0, is.predicted[row] ?? 0]
    const key = [is.y[row], Math.min(before, after), Math.max(before, after)].join(' ')
    kinds.set(key, [...(kinds.get(key) ?? []), { row, larger: after > before }])
  }
  return [...kinds.values()]
}

/** Which rows are to be exchanged so that of each kind so many have the larger answer in the candidate, and the chance of that. */
function byKind(kinds: readonly (readonly Differs[])[]): readonly { readonly own: readonly number[]; readonly chance: number }[] {
  const [first, ...others] = kinds
  if (!first) return [{ own: [], chance: 1 }]
  const rest = byKind(others)
  return Array.from({ length: first.length + 1 }, (_, larger) => {
    const own = first.filter((one, i) => one.larger !== i < larger).map(({ row }) => row)
    const chance = binomialPmf(larger, first.length, 0.5)
    return rest.map((one) => ({ own: [...own, ...one.own], chance: chance * one.chance }))
  }).flat()
}
