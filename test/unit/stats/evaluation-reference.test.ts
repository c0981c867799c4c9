import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Scores } from '../../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import { acceleration, bca } from '../../../src/core/stats/bca.ts'
import { cellBootstrap } from '../../../src/core/stats/cell-bootstrap.ts'
import { aucCovariance, aucDifference, aucParts } from '../../../src/core/stats/delong.ts'
import { mcnemarExact, mcnemarMidP } from '../../../src/core/stats/mcnemar.ts'
import { benjaminiHochberg, holm } from '../../../src/core/stats/multiplicity.ts'
import { newcombe } from '../../../src/core/stats/newcombe.ts'
import { normalSf } from '../../../src/core/stats/normal.ts'
import { clopperPearson, wilson } from '../../../src/core/stats/proportion.ts'
import { ranking } from '../../../src/core/stats/ranking.ts'
import { minus, replicate, rowBootstrap, rowDraws } from '../../../src/core/stats/row-bootstrap.ts'
import { connor } from '../../../src/core/stats/rows-needed.ts'
import { tangoZ } from '../../../src/core/stats/tango.ts'

const numbers = z.array(z.number())
const reference = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      inputs: z.record(z.string(), z.unknown()),
      expected: z.record(z.string(), z.unknown()),
      tolerance: z.number(),
    }),
  ),
})
const { cases } = reference.parse(JSON.parse(readFileSync(new URL('../../reference/evaluation.json', import.meta.url), 'utf8')))

const num = (value: unknown) => z.number().parse(value)
const list = (value: unknown) => numbers.parse(value)
const binary = (y: readonly number[], score: readonly number[] | null, predicted: readonly number[]): Scores => ({
  task: 'binary',
  y: Uint8Array.from(y),
  score: score ? Float64Array.from(score) : null,
  predicted: Uint8Array.from(predicted),
})
const multiclass = (classes: readonly string[], y: readonly number[], predicted: readonly number[]): Scores => ({
  task: 'multiclass',
  classes,
  y: Int32Array.from(y),
  proba: null,
  predicted: Int32Array.from(predicted),
})
const regression = (y: unknown, predicted: unknown): Scores => ({
  task: 'regression',
  y: Float64Array.from(list(y)),
  predicted: Float64Array.from(list(predicted)),
})
const value = (name: string, scores: Scores, params: Record<string, string | number> = {}) => {
  const metric = metrics[name]
  if (!metric) throw new Error(`no metric ${name}`)
  return sampleOf(metric, viewOf(scores), params).value
}

type Inputs = Record<string, unknown>
/** Found values under the names of the expected ones; what is not listed here is a remark of the source. */
const compute: Record<string, (inputs: Inputs) => Record<string, unknown>> = {
  two_proportion_z: ({ k1, n1, k2, n2 }) => ({ newcombe_ci95: newcombe(num(k1), num(n1), num(k2), num(n2), 0.975) }),
  mann_whitney_exact: ({ x, y }) => {
    const scores = [...list(x), ...list(y)]
    const labels = [...list(x).map(() => 1), ...list(y).map(() => 0)]
    return { auc: aucParts(ranking(Float64Array.from(scores)), labels).auc }
  },
  bh_1995_example: ({ p, q }) => ({
    adjusted: benjaminiHochberg(list(p)),
    rejected: benjaminiHochberg(list(p)).filter((x) => x <= num(q)).length,
    // Holm rejects what Bonferroni does, here no more
    bonferroni_rejected: holm(list(p)).filter((x) => x <= num(q)).length,
  }),
  binary_no_positive_predictions: ({ y_true, y_pred }) => {
    const scores = binary(list(y_true), null, list(y_pred))
    return {
      precision: value('precision', scores).value,
      recall: value('recall', scores).value,
      f1: value('f1', scores).value,
      accuracy: value('accuracy', scores).value,
      flags: value('precision', scores).undefined === null ? [] : ['precision_undefined'],
    }
  },
  'fbeta_0.5_sklearn': ({ y_true, y_pred }) => {
    const scores = multiclass(['a', 'b', 'c'], list(y_true), list(y_pred))
    const average = (name: string) => value('fbeta', scores, { beta: 0.5, average: name }).value
    return { macro: average('macro'), micro: average('micro'), weighted: average('weighted') }
  },
  balanced_accuracy_sklearn: ({ y_true, y_pred }) => ({
    balanced_accuracy: value('balanced_accuracy', binary(list(y_true), null, list(y_pred))).value,
  }),
  mcc_multiclass: ({ y_true, y_pred }) => ({ mcc: value('mcc', multiclass(['a', 'b', 'c'], list(y_true), list(y_pred))).value }),
  kappa_sklearn: ({ y1, y2 }) => {
    const classes = ['negative', 'neutral', 'positive']
    const codes = (labels: unknown) =>
      z
        .array(z.string())
        .parse(labels)
        .map((label) => classes.indexOf(label))
    return { kappa: value('kappa', multiclass(classes, codes(y1), codes(y2))).value }
  },
  auc_single_class: ({ y, score }) => {
    const found = value('roc_auc', binary(list(y), list(score), list(y)))
    return { auc: found.value, flags: found.undefined === null ? [] : ['undefined_single_class'] }
  },
  ap_sklearn: ({ y, score }) => ({ ap: value('pr_auc', binary(list(y), list(score), list(y))).value }),
  logloss_sklearn: ({ y, proba }) => {
    const p = z
      .array(numbers)
      .parse(proba)
      .map((row) => row[1] ?? 0)
    return { log_loss: value('log_loss', binary(list(y), p, list(y))).value }
  },
  brier_sklearn: ({ y, p }) => {
    const scores = binary(list(y), list(p), list(y))
    return { brier: value('brier', scores).value, brier_skill_vs_prevalence: value('brier_skill', scores).value }
  },
  mape_smape_zero_true: ({ y_true, y_pred }) => {
    const scores = regression(y_true, y_pred)
    const mape = value('mape', scores)
    return {
      mape_excluding_zero_true: mape.value,
      n_excluded: Number(mape.undefined?.match(/0 in (\d+) of 4 rows/)?.[1]),
      smape_0_2_zero_over_zero_is_0: value('smape', scores).value,
      wape: value('wape', scores).value,
    }
  },
  pinball_sklearn: ({ y_true, y_pred, alpha }) => ({ pinball: value('pinball', regression(y_true, y_pred), { alpha: num(alpha) }).value }),
  r2_constant_true_perfect: ({ y_true, y_pred }) => ({ r2_raw: value('r2', regression(y_true, y_pred)).value }),
  wilson_cp_0_20: ({ k, n }) => ({ wilson: wilson(num(k), num(n), 0.975), clopper_pearson: clopperPearson(num(k), num(n), 0.975) }),
  'tango_noninferiority_0_0_200_-0.02': tango,
  'tango_noninferiority_30_50_1000_-0.02': tango,
  f1_paired_delta_method_se: ({ cells }) => {
    const table = z.record(z.string(), z.number()).parse(cells)
    const keys = Object.keys(table)
    const f1 = (counts: Float64Array, model: 'b' | 'c') => {
      let tp = 0
      let wrong = 0
      for (const [j, key] of keys.entries()) {
        const truth = key.includes('y1')
        const said = key.includes(`${model}1`)
        if (truth && said) tp += counts[j] ?? 0
        else if (truth !== said) wrong += counts[j] ?? 0
      }
      return (2 * tp) / (2 * tp + wrong)
    }
    const drawn = cellBootstrap(Float64Array.from(Object.values(table)), (counts) => f1(counts, 'c') - f1(counts, 'b'))
    // 4,000 draws against 200,000: the Monte-Carlo error of a standard error is se/√8000 = 4e-4
    return { se_bootstrap_200k: drawn.se }
  },
  mcnemar_equal_discordance: ({ first_only, second_only }) => ({
    exact: mcnemarExact(num(first_only), num(second_only)),
    midp: mcnemarMidP(num(first_only), num(second_only)),
  }),
  bca_spatial_variance: ({ x }) => {
    const values = list(x)
    const draws = rowDraws(values.length, 50_000)
    const found = replicate(draws, (weights) => variance(values, weights))
    const read = bca(found.estimate, found.draws, { values: [...found.leftOut], counts: values.map(() => 1) })
    return { estimate: found.estimate, bca_ci95_200k: read.bounds(0.975), bca_ci90_200k: read.bounds(0.95) }
  },
  delong_small_with_ties: ({ y, score1, score2 }) => {
    const labels = list(y)
    const a = aucParts(ranking(Float64Array.from(list(score1))), labels)
    const b = aucParts(ranking(Float64Array.from(list(score2))), labels)
    const change = aucDifference(a, b, labels)
    const z = -change.value / change.se
    const [ab, aa, bb] = [aucCovariance(a, b, labels), aucCovariance(a, a, labels), aucCovariance(b, b, labels)]
    return {
      auc: [a.auc, b.auc],
      cov: [
        [aa, ab],
        [ab, bb],
      ],
      z,
      p: 2 * normalSf(Math.abs(z)),
    }
  },
  'mcnemar_sample_size_0.2_0.02': ({ disagreement, delta, alpha_one_sided, power }) => ({
    n: connor(num(disagreement), num(delta), num(alpha_one_sided), num(power)),
  }),
  value_matrix: ({ tp, fp, fn, tn, value: worth }) => {
    const cell = (n: unknown, truth: number, said: number) => Array.from({ length: num(n) }, () => [truth, said] as const)
    const rows = [...cell(tp, 1, 1), ...cell(fp, 0, 1), ...cell(fn, 1, 0), ...cell(tn, 0, 0)]
    const scores = binary(
      rows.map(([truth]) => truth),
      null,
      rows.map(([, said]) => said),
    )
    const perRow = value('value', scores, z.record(z.string(), z.number()).parse(worth)).value ?? 0
    return { per_row: perRow, total: perRow * rows.length }
  },
}

function tango({ cand_right_base_wrong, base_right_cand_wrong, n, margin }: Inputs) {
  const [b, c, rows] = [num(base_right_cand_wrong), num(cand_right_base_wrong), num(n)]
  const z = tangoZ(b, c, rows, -num(margin))
  return { delta_hat: (c - b) / rows, z, p_noninferior: normalSf(z), p_worse_than_margin: normalSf(-z) }
}

function variance(values: readonly number[], weights: Uint8Array): number {
  const n = weights.reduce((sum, w) => sum + w, 0)
  const mean = values.reduce((sum, x, i) => sum + x * (weights[i] ?? 0), 0) / n
  return values.reduce((sum, x, i) => sum + (x - mean) ** 2 * (weights[i] ?? 0), 0) / n
}

describe('published examples come out as published', () => {
  it('every case of the file is computed', () => {
    expect(Object.keys(compute).sort()).toEqual(cases.map((entry) => entry.name).sort())
  })

  for (const entry of cases) {
    it(entry.name, () => {
      const found = compute[entry.name]?.(entry.inputs) ?? {}
      expect(Object.keys(found).length).toBeGreaterThan(0)
      for (const [key, result] of Object.entries(found))
        near(result, entry.expected[key], key === 'estimate' ? 1e-9 : Math.max(1e-12, entry.tolerance), key)
    })
  }

  it('the jackknife acceleration of the spatial test data is that of Efron & Tibshirani', () => {
    const entry = cases.find((candidate) => candidate.name === 'bca_spatial_variance')
    const values = list(entry?.inputs.x)
    const found = replicate(rowDraws(values.length, 1), (weights) => variance(values, weights))
    expect(acceleration({ values: [...found.leftOut], counts: values.map(() => 1) })).toBeCloseTo(
      num(entry?.expected.jackknife_acceleration),
      9,
    )
  })
})

describe('row bootstrap', () => {
  it('the draws of a difference are the differences of the draws', () => {
    const draws = rowDraws(50, 200)
    const a = replicate(draws, (weights) => weights[0] ?? 0)
    const b = replicate(draws, (weights) => weights[1] ?? 0)
    const together = replicate(draws, (weights) => (weights[0] ?? 0) - (weights[1] ?? 0))
    expect(rowBootstrap(minus(a, b)).bounds(0.95)).toEqual(rowBootstrap(together).bounds(0.95))
  })

  it('in units, above 4,096 rows, has the standard error of the rows', () => {
    const n = 20_000
    const x = Float64Array.from({ length: n }, (_, i) => Math.sin(i * 12.9898) * (i % 7))
    const draws = rowDraws(n, 2000)
    const perUnit = new Float64Array(draws.units)
    for (let i = 0; i < n; i++) perUnit[draws.of[i] ?? 0] = (perUnit[draws.of[i] ?? 0] ?? 0) + (x[i] ?? 0)
    const found = rowBootstrap(replicate(draws, (weights) => weights.reduce((sum, w, u) => sum + w * (perUnit[u] ?? 0), 0) / n))
    const mean = x.reduce((sum, v) => sum + v, 0) / n
    const exact = Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0)) / n
    expect(found.se / exact).toBeGreaterThan(0.94)
    expect(found.se / exact).toBeLessThan(1.06)
  })
})

function near(found: unknown, expected: unknown, tolerance: number, what: string): void {
  if (Array.isArray(expected) && Array.isArray(found)) {
    expect(found.length, what).toBe(expected.length)
    for (const [i, item] of expected.entries()) near(found[i], item, tolerance, `${what}[${i}]`)
  } else if (typeof expected === 'number' && typeof found === 'number') {
    expect(Math.abs(found - expected), `${what}: ${found} for ${expected}`).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)))
  } else expect(found, what).toEqual(expected)
}
