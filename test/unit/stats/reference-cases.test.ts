/**
 * Every published example and every generated case, through the code that the gates use. A case without a runner fails; what we do not compute
 * is listed below with the reason, value by value.
 */
import { describe, expect, it } from 'vitest'
import { chiSquare } from '../../../src/core/drift/chi-square.ts'
import { shareGaps } from '../../../src/core/drift/share-gaps.ts'
import { frequentValues } from '../../../src/core/profile/edges.ts'
import { casesIn, disagreement } from '../../reference/agreement.ts'
import { comparisonRunners } from '../../reference/runners/comparison.ts'
import { driftRunners } from '../../reference/runners/drift.ts'
import { list, num, type Runner } from '../../reference/runners/inputs.ts'
import { metricRunners } from '../../reference/runners/metrics.ts'
import { noLabelRunners } from '../../reference/runners/no-labels.ts'

const runners: Readonly<Record<string, Runner>> = { ...driftRunners, ...metricRunners, ...comparisonRunners, ...noLabelRunners }

/** Statistics that no gate of ours computes: a function that nobody calls is not written for a test. */
const notOurs: Readonly<Record<string, string>> = {
  psi_floored: 'raising small shares to 1 % is how one peer smooths; ours adds half a row, which is case psi_zero_bin_add_half',
  cramer_von_mises: 'the ordered test is Anderson–Darling, which sees the tails that this one does not weigh',
  equal_width_histogram: 'cells are cut at quantiles of the reference and closed on the right; one outlier would empty equal-width bins',
  sturges: 'the number of cells follows from rows and edges of the reference, not from n alone',
  quantile_edges: 'edges are values that occur, not interpolated between two of them',
}

/** Single values of cases that are computed otherwise. */
const leftOut: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  linf_tfdv_empty: { linf: 'an empty side is an error of the data, not a distance of 0' },
  cramers_v_with_none_category: { v: 'the published value comes after the larger side was scaled down and rounded; see below' },
  fisher_exact_small: { odds_ratio: 'only the p-value is used' },
  two_proportion_z: { cohens_h: 'the size of a change of a rate is told in points and as a ratio' },
  ks_ties_unequal_n: {
    p_exact: 'D is shown beside the verdict with the p of its limit law; it is not gated',
    p_kstwo: 'as p_exact',
  },
  'ks_asymptotic_1000_0.06': { p_kstwo: 'the p shown is that of the limit law' },
  ks_disjoint: { p_exact: 'the p shown is that of the limit law' },
  mann_whitney_exact: { p: 'AUCs are compared by DeLong, not by ranks of one sample' },
  wasserstein_deepchecks: {
    scaled_by_joint_range: 'one outlier would make any distance small',
    scaled_by_ref_std_ddof0: 'one outlier would make any distance small',
    scaled_by_ref_iqr: 'the profile knows quartiles as edges, so its spread is 50 where numpy interpolates 49.5',
  },
  mape_smape_zero_true: { mape_sklearn_eps: 'a truth of 0 is left out and counted, not divided by 2.2e-16' },
  r2_constant_true_perfect: { r2_sklearn_force_finite: 'a constant truth leaves it undefined; a gate on it is an error' },
  f1_paired_delta_method_se: {
    se_delta_method: 'the standard error is that of the bootstrap, which holds for every metric of a table',
    percentile_ci95_bootstrap: 'bounds are BCa, whose proof is bca_spatial_variance',
  },
  alpha_spending: { telescoping: 'one series is enough; uses are spent by 6/(π²h²)' },
}

/** At most what Monte-Carlo draws can agree on, where ours are drawn too; the rest of such a case is exact. */
const exactParts: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  bca_spatial_variance: { estimate: 1e-9, jackknife_acceleration: 1e-9 },
}

const published = casesIn('cases')
const generated = casesIn('generated')

describe('published examples come out as published', () => {
  it('all 65 are there', () => {
    expect(published.length).toBe(65)
    expect(new Set(published.map((entry) => entry.name)).size).toBe(65)
  })

  it('each is computed, or it is said why not', () => {
    const unknown = published.filter((entry) => !runners[entry.statistic] && !notOurs[entry.statistic]).map((entry) => entry.name)
    expect(unknown).toEqual([])
  })

  it('what is said not to be computed is not', () => {
    expect(Object.keys(notOurs).filter((statistic) => runners[statistic])).toEqual([])
    const names = new Map(published.map((entry) => [entry.name, entry]))
    const stale = Object.entries(leftOut).flatMap(([name, values]) =>
      Object.keys(values).filter((key) => !(key in (names.get(name)?.expected ?? {}))),
    )
    expect(stale).toEqual([])
  })

  for (const entry of published) {
    const runner = runners[entry.statistic]
    const left = leftOut[entry.name] ?? {}
    if (!runner || Object.keys(entry.expected).every((key) => key in left)) continue
    it(`${entry.group}: ${entry.name}`, () => {
      const found = runner(entry.inputs)
      const exact = exactParts[entry.name] ?? {}
      const off = Object.entries(entry.expected).flatMap(([key, value]) => {
        if (key in left) return []
        if (!(key in found)) return [`${key}: not computed`]
        const tolerance = exact[key] ?? entry.tolerance
        return disagreement(found[key], value, { tolerance: Math.max(1e-12, tolerance), relative: false }, key)
      })
      expect(off).toEqual([])
    })
  }
})

describe('where ours differs from a published example, it does what it says', () => {
  it('an empty side has no distance', () => {
    expect(() => shareGaps([], [])).toThrow(RangeError)
  })

  it("Cramér's V needs no rescaling of the larger side; rescaled like the published one it is the published one", () => {
    const entry = published.find((candidate) => candidate.name === 'cramers_v_with_none_category')
    const scaled = list(entry?.inputs.reference).map((count) => Math.round((count * 1000) / 1100))
    expect(chiSquare(scaled, list(entry?.inputs.current)).v).toBeCloseTo(num(entry?.expected.v), 9)
  })

  it('the point mass of heavy ties gets a cell of its own, and edges are values of the data', () => {
    const entry = published.find((candidate) => candidate.statistic === 'quantile_edges')
    const values = list(entry?.inputs.values).toSorted((a, b) => a - b)
    const grid = Array.from({ length: 999 }, (_, i) => values[Math.ceil(((i + 1) * values.length) / 1000) - 1] ?? Number.NaN)
    expect(frequentValues(grid)).toContain(0)
    expect(new Set(grid).size).toBe(new Set(values).size)
  })
})

describe('generated cases agree with scipy, scikit-learn and statsmodels', () => {
  it('there are at least as many as published ones', () => {
    expect(generated.length).toBeGreaterThanOrEqual(published.length)
  })

  it('every one has a runner, and every runner a case', () => {
    expect(generated.filter((entry) => !runners[entry.statistic]).map((entry) => entry.name)).toEqual([])
    const used = new Set([...published, ...generated].map((entry) => entry.statistic))
    expect(Object.keys(runners).filter((statistic) => !used.has(statistic))).toEqual([])
  })

  for (const [group, entries] of Map.groupBy(generated, (entry) => entry.group)) {
    it(`${group}: ${entries.length} cases`, () => {
      const off = entries.flatMap((entry) => {
        const found = runners[entry.statistic]?.(entry.inputs) ?? {}
        return Object.entries(entry.expected).flatMap(([key, value]) => disagreement(found[key], value, entry, `${entry.name} ${key}`))
      })
      expect(off).toEqual([])
    })
  }
})
