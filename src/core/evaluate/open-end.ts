/**
 * A loss that one row can make as large as it likes. What was seen vouches for nothing there (Bahadur & Savage 1956), so two things hold on the side of the harm alone, where a wrong
 * verdict lets a worse model pass; the other side, by which a model is found worse, is that of the test.
 *
 *     fewer than ten rows (groups, blocks of time) differ    no proof: `unproven`, whatever the p-value; where a row has an end, far out (log loss is clipped), the test has counted with
 *                                                            that (`few-differ.ts`)
 *     the change rests on few rows, ν ≤ 100                  the wider of the test and of Tango's with effects (`stats/few-differ.ts`), in which a row that nobody saw may
 *                                                            have c times the largest effect that was seen, c = min(3, 70/ν)
 *
 * ν are the degrees of freedom of the change (`degreesOf`): about twice the rows that carry it, n − 1 where no row weighs more than others.
 */
import type { Sample } from '../metrics/sample.ts'
import { groupsOf, sumsByGroup } from '../stats/clusters.ts'
import { differences } from '../stats/differences.ts'
import { type FewDiffer, fewDifferUpper, fewDifferZ } from '../stats/few-differ.ts'
import { degreesOf } from '../stats/mean.ts'
import { normalSf } from '../stats/normal.ts'
import type { Test, Way } from './change-test.ts'
import { leftOut } from './left-out.ts'
import { serialFor } from './level.ts'
import type { Resampling } from './resampling.ts'

/** Degrees of freedom beyond which no row stands out; what the largest effect may be exceeded by, and up to where. */
const [MANY, TIMES, ALL] = [100, 3, 70]

/** Effects that are told apart; of a million rows the others count by their mean and spread. */
const TOLD = 256

/** @param harm which way it lies */
export function openEnd(test: Test, baseline: Sample, candidate: Sample, draws: Resampling, harm: Way): Test {
  const { differ } = test
  const end = candidate.kind === 'mean' && candidate.within ? candidate.within[1] - candidate.within[0] : Number.POSITIVE_INFINITY
  if (differ !== undefined) return Number.isFinite(end) ? test : { ...test, unproven: { differ } }
  const effects = effectsOf(baseline, candidate, draws)
  if (effects === null) return test
  const sign = harm === 'up' ? 1 : -1
  const turned = effects.map((g) => sign * g)
  const few = tailOf(turned, end)
  if (few === null) return test
  /** of "the harm is below `at`" */
  const below = (at: number) => normalSf(-fewDifferZ(few, at))
  return {
    ...test,
    method: `${test.method}+tail`,
    below: (at) => (sign > 0 ? Math.max(test.below(at), below(at)) : test.below(at)),
    above: (at) => (sign > 0 ? test.above(at) : Math.max(test.above(at), below(-at))),
    bounds: (level, at) => {
      const [low, high] = test.bounds(level, at)
      const end = sign > 0 ? high : -low
      // most often the test is the wider one
      if (below(end) <= 1 - level) return [low, high]
      const most = fewDifferUpper(few, level)
      return sign > 0 ? [low, Math.max(high, most)] : [Math.min(low, -most), high]
    },
  }
}

/** What each unit adds to the change, times their number; null: it is not known, or units follow each other in time. */
function effectsOf(baseline: Sample, candidate: Sample, { serial }: Resampling): Float64Array | null {
  if (candidate.kind === 'mean' && baseline.kind === 'mean') {
    if (serialFor(candidate, candidate.rows.length, serial)) return null
    const { unit = null, weight = null } = candidate
    const by = differences(candidate.rows, baseline.rows)
    if (!unit && !weight) return by
    const units = unit ? groupsOf(unit) : by.length
    const all = weight ? weight.reduce((sum, w) => sum + w, 0) : by.length
    const each = by.map((d, i) => (units * (weight ? (weight[i] ?? 0) : 1) * d) / all)
    return unit ? sumsByGroup(each, unit) : each
  }
  if (candidate.kind !== 'moments' || baseline.kind !== 'moments') return null
  if (serialFor(candidate, candidate.columns[0]?.length ?? 0, serial)) return null
  const codes = candidate.unit ?? null
  const [after, before] = [leftOut(candidate, codes), leftOut(baseline, codes)]
  if (!after || !before) return null
  const change = (candidate.value.value ?? Number.NaN) - (baseline.value.value ?? Number.NaN)
  return differences(after, before).map((psi) => change + after.length * psi)
}

/** null: so many rows carry the change that none stands out, or there is none */
function tailOf(effects: Float64Array, end: number): FewDiffer | null {
  const n = effects.length
  const mean = effects.reduce((sum, g) => sum + g, 0) / n
  const most = effects.reduce((largest, g) => Math.max(largest, Math.abs(g)), 0)
  let [squares, fourths] = [0, 0]
  for (let i = 0; i < n; i++) {
    // of a model that went astray the fourth power of an error is no number
    const square = (((effects[i] ?? 0) - mean) / most) ** 2
    squares += square
    fourths += square * square
  }
  const df = n < 2 ? 0 : degreesOf(n, squares, fourths)
  if (!(squares > 0 && most > 0) || df > MANY) return null
  const largest = Math.min(end, Math.min(TIMES, ALL / df) * most)
  if (n <= TOLD) return { effects: [...effects], units: n, largest }
  const sorted = effects.toSorted((a, b) => Math.abs(b) - Math.abs(a))
  const [told, others] = [sorted.subarray(0, TOLD), sorted.subarray(TOLD)]
  const centre = others.reduce((sum, g) => sum + g, 0) / others.length
  const spread = Math.sqrt(others.reduce((sum, g) => sum + (g - centre) ** 2, 0) / others.length)
  const rest = [centre - spread, centre + spread].map((effect) => ({ effect, rows: others.length / 2 }))
  return { effects: [...told], units: n, largest, rest }
}
