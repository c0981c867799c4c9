/**
 * Does the model do worse somewhere although it does well on the whole? Each slice is held against the baseline on its own rows, as under mode `guard`:
 *
 *     fail   q ≤ 0.05 (Benjamini–Hochberg over all slices and metrics, a family of its own), drop ≥ margin, and the models differ on 10 rows at least
 *
 * Slices that a pull request brings are another family: it cannot make those of its base less certain.
 *
 * Default margin: 2 points; 5 % of a loss. `min` and `max` hold in each slice, so the worst one decides. Beyond that a slice is told, never judged, by how much
 * worse it does than the rest of the rows (φ), and its level is drawn towards that of its column by what its size leaves open: the worst of many is mostly unlucky.
 * Source: Chung et al. 2019, "Slice Finder"; Benjamini & Hochberg 1995.
 */
import type { EvaluateDetails } from '../schema/evaluate-details.ts'
import type { Check } from '../schema/result.ts'
import { benjaminiHochberg } from '../stats/multiplicity.ts'
import { changeCheck, decide, floors, type Judged, summary } from './slice-checks.ts'
import { told } from './slice-details.ts'
import { type Measured, measureSlices, type SlicesInput } from './slice-measure.ts'

export function judgeSlices(input: SlicesInput): { readonly checks: readonly Check[]; readonly details: Pick<EvaluateDetails, 'slices'> } {
  const { families, specs, minRows } = input
  const measured = measureSlices(input)
  const judged = [false, true].flatMap((fresh) => judgeFamily(measured.filter(({ slice }) => (slice.fresh ?? false) === fresh)))
  const own = judged.flatMap((one) => [...floors(one), ...changeCheck(one, input.policy)])
  const checks = [...own, ...specs.map((spec) => summary(spec, judged, input))]
  const small = families.reduce((sum, family) => sum + family.small, 0)
  return {
    checks,
    details: {
      slices: {
        judged: families.reduce((sum, { slices }) => sum + slices.length, 0),
        columns: families.map(({ column }) => column),
        small,
        min_rows: minRows,
        notes: [...input.notes],
        list: specs.flatMap((spec) => told(judged.filter((one) => one.spec === spec))),
      },
    },
  }
}

/** What was measured, of which each p-value is one among all. */
export function judgeFamily(measured: readonly Measured[]): readonly Judged[] {
  const tested = measured.filter(({ p }) => p !== null)
  const q = new Map(benjaminiHochberg(tested.map(({ p }) => p ?? 1)).map((value, i) => [tested[i], value]))
  return measured.map((one) => decide(one, q.get(one) ?? null, tested.length))
}
