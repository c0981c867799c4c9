/** How the evaluation computes what a reference case asks of an interval, a comparison or a sample size: statistic → our code. */
import { z } from 'zod'
import { changeBetween } from '../../../src/core/evaluate/change.ts'
import { judge } from '../../../src/core/evaluate/judge.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import type { Scores } from '../../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import { levelOfUse } from '../../../src/core/stats/alpha-spending.ts'
import { acceleration, bca } from '../../../src/core/stats/bca.ts'
import { cellBootstrap } from '../../../src/core/stats/cell-bootstrap.ts'
import { aucCovariance, aucDifference, aucParts } from '../../../src/core/stats/delong.ts'
import { cosineMean } from '../../../src/core/stats/equal-weighted-cosine.ts'
import { mcnemarBounds, mcnemarWorse } from '../../../src/core/stats/mcnemar.ts'
import { meanOf, skewBounds, tBelow, tBounds } from '../../../src/core/stats/mean.ts'
import { normalSf } from '../../../src/core/stats/normal.ts'
import { clopperPearson, wilson } from '../../../src/core/stats/proportion.ts'
import { quantileRanks } from '../../../src/core/stats/quantile-interval.ts'
import { ranking } from '../../../src/core/stats/ranking.ts'
import { replicate, rowDraws } from '../../../src/core/stats/row-bootstrap.ts'
import { connor, rowsNeeded } from '../../../src/core/stats/rows-needed.ts'
import { shrunk, sliceEffect } from '../../../src/core/stats/slice-effect.ts'
import { tangoBounds, tangoZ } from '../../../src/core/stats/tango.ts'
import { hoeffding } from '../hoeffding.ts'
import { mcnemarExact, mcnemarMidP } from '../mcnemar.ts'
import { newcombe } from '../newcombe.ts'
import { type Found, type Inputs, list, num, type Runner, table } from './inputs.ts'

const moments = z.object({ n: z.number(), mean: z.number(), sd: z.number() })
const slice = z.object({ n: z.number(), value: z.number(), variance: z.number() })

/** Plug-in variance of weighted rows. */
function variance(values: readonly number[], weights: Uint8Array): number {
  const n = weights.reduce((sum, w) => sum + w, 0)
  const mean = values.reduce((sum, x, i) => sum + x * (weights[i] ?? 0), 0) / n
  return values.reduce((sum, x, i) => sum + (x - mean) ** 2 * (weights[i] ?? 0), 0) / n
}

function bcaVariance({ values }: Inputs): Found {
  const x = list(values)
  const found = replicate(rowDraws(x.length, 50_000), (weights) => variance(x, weights))
  const jackknife = { values: [...found.leftOut], counts: x.map(() => 1) }
  const read = bca(found.estimate, found.draws, jackknife)
  return {
    estimate: found.estimate,
    jackknife_acceleration: acceleration(jackknife),
    bca_ci95_200k: read.bounds(0.975),
    bca_ci90_200k: read.bounds(0.95),
  }
}

/** Keys such as y1_b0_c1: truth, baseline, candidate. */
function f1Cells({ cells }: Inputs): Found {
  const counts = table(cells)
  const keys = Object.keys(counts)
  const f1 = (of: Float64Array, model: 'b' | 'c') => {
    let tp = 0
    let wrong = 0
    for (const [j, key] of keys.entries()) {
      const truth = key.includes('y1')
      const said = key.includes(`${model}1`)
      if (truth && said) tp += of[j] ?? 0
      else if (truth !== said) wrong += of[j] ?? 0
    }
    return (2 * tp) / (2 * tp + wrong)
  }
  return { se_bootstrap_200k: cellBootstrap(Float64Array.from(Object.values(counts)), (of) => f1(of, 'c') - f1(of, 'b')).se }
}

function delong({ y, first, second }: Inputs): Found {
  const labels = list(y)
  const a = aucParts(ranking(Float64Array.from(list(first))), labels)
  const b = aucParts(ranking(Float64Array.from(list(second))), labels)
  const change = aucDifference(a, b, labels)
  const score = change.value === 0 ? 0 : -change.value / change.se
  return {
    auc: [a.auc, b.auc],
    cov: [
      [aucCovariance(a, a, labels), aucCovariance(a, b, labels)],
      [aucCovariance(a, b, labels), aucCovariance(b, b, labels)],
    ],
    z: score,
    p: 2 * normalSf(Math.abs(score)),
  }
}

const change = z.object({
  metric: z.enum(['accuracy', 'recall', 'roc_auc', 'brier', 'mae']),
  margin: z.number(),
  y: z.array(z.number()),
  before: z.array(z.number()),
  after: z.array(z.number()),
  group: z.array(z.number()).optional(),
})

/** What the details of an evaluation say of the change of one metric. */
function rowsOfChange(inputs: Inputs): Found {
  const { metric, margin, y, before, after, group: codes } = change.parse(inputs)
  const group = codes ? Int32Array.from(codes) : null
  const ofLabels = metric === 'accuracy' || metric === 'recall'
  const model = (given: readonly number[]): Scores =>
    metric === 'mae'
      ? { task: 'regression', y: Float64Array.from(y), predicted: Float64Array.from(given), group }
      : {
          task: 'binary',
          y: Uint8Array.from(y),
          score: ofLabels ? null : Float64Array.from(given),
          predicted: Uint8Array.from(given, (one) => (one >= 0.5 ? 1 : 0)),
          group,
        }
  const limit = { fail: { kind: 'absolute', value: margin } } as const
  const lower = metric === 'mae' || metric === 'brier'
  const found = judge({
    candidate: model(after),
    baseline: model(before),
    missing: null,
    specs: [{ name: metric, metric, params: {}, certainty: 'literal', ...(lower ? { maxRise: limit } : { maxDrop: limit }) }],
    mode: 'guard',
    policy: { onInconclusive: 'pass', onMissing: 'pass' },
  })
  return { rows_needed: found.metrics.find(({ name }) => name === metric)?.change?.rows_needed ?? null }
}

/** How far down the change of one metric may be. */
function lowerOfChange({ metric: name, y, before, after, query, level }: Inputs): Found {
  const metric = metrics[z.string().parse(name)]
  if (!metric) throw new Error(`there is no metric ${name}`)
  const [first, second] = [before, after].map((given) => {
    const score = Float64Array.from(list(given))
    const scores: Scores = query
      ? { task: 'ranking', y: Float64Array.from(list(y)), score, query: Int32Array.from(list(query)) }
      : { task: 'binary', y: Uint8Array.from(list(y)), score, predicted: Uint8Array.from(score, (one) => (one >= 0.5 ? 1 : 0)) }
    return sampleOf(metric, viewOf(scores))
  })
  const found = first && second && changeBetween(first, second, resampling())
  return { value: found?.value, lower: found?.test?.bounds(num(level), Number.NaN)[0] }
}

export const comparisonRunners: Readonly<Record<string, Runner>> = {
  proportion_interval: ({ k, n, level }) => ({
    wilson: wilson(num(k), num(n), num(level)),
    clopper_pearson: clopperPearson(num(k), num(n), num(level)),
  }),
  newcombe: ({ k, n, l, m, level }) => ({ bounds: newcombe(num(k), num(n), num(l), num(m), num(level)) }),
  tango: ({ b, c, n, at, level }) => {
    const score = tangoZ(num(b), num(c), num(n), num(at))
    return {
      delta_hat: (num(c) - num(b)) / num(n),
      z: score,
      p_noninferior: normalSf(score),
      p_worse_than_margin: normalSf(-score),
      ...(level === undefined ? {} : { bounds: tangoBounds(num(b), num(c), num(n), num(level)) }),
    }
  },
  mcnemar: ({ b, c, n, level }) => ({
    exact: mcnemarExact(num(b), num(c)),
    midp: mcnemarMidP(num(b), num(c)),
    worse: mcnemarWorse(num(b), num(c)),
    diff: (num(c) - num(b)) / num(n),
    ...(level === undefined ? {} : { bounds: mcnemarBounds(num(b), num(c), num(n), num(level)) }),
  }),
  f1_cells: f1Cells,
  skew_mean: ({ values, level }) => ({ bounds: [...skewBounds(meanOf(Float64Array.from(list(values))), num(level))] }),
  cosine_mean: ({ values }) => {
    const { n, mean, se } = cosineMean(list(values))
    return { mean, df: n - 1, se }
  },
  bca_variance: bcaVariance,
  delong,
  mean: ({ values, level, at }) => {
    const found = meanOf(Float64Array.from(list(values)))
    return { mean: found.mean, se: found.se, skewness: found.skewness, bounds: tBounds(found, num(level)), p_below: tBelow(found, num(at)) }
  },
  connor: ({ disagreement, delta, alpha, power }) => ({ n: connor(num(disagreement), num(delta), num(alpha), num(power)) }),
  rows_needed: ({ rows, se, delta, alpha, power }) => ({ n: rowsNeeded(num(rows), num(se), num(delta), num(alpha), num(power)) }),
  rows_of_change: rowsOfChange,
  lower_of_change: lowerOfChange,
  hoeffding: ({ epsilon, delta, uses }) => ({
    non_adaptive: hoeffding(num(epsilon), num(delta), num(uses), false),
    adaptive: hoeffding(num(epsilon), num(delta), num(uses), true),
  }),
  alpha_spending: ({ alpha, uses }) => ({ basel: list(uses).map((use) => levelOfUse(num(alpha), use)) }),
  slice_effect: ({ slice: one, rest }) => ({ ...sliceEffect(moments.parse(one), moments.parse(rest)) }),
  shrunk: ({ slices, whole }) => ({ values: shrunk(z.array(slice).parse(slices), num(whole)) }),
  quantile_ranks: ({ n, q, level }) => ({ ...quantileRanks(num(n), num(q), num(level)) }),
}
