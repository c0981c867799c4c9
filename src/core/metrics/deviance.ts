/**
 * Deviances, and D²: the share of a deviance that a model takes away from the best constant. μ = ŷ.
 *
 *     normal (power 0)  (y − μ)²            Poisson (1)  2(y ln(y/μ) − y + μ)            gamma (2)  2(ln(μ/y) + y/μ − 1)
 *     else              2(max(y, 0)^(2−p)/((1−p)(2−p)) − y μ^(1−p)/(1−p) + μ^(2−p)/(2−p))
 * All are 2 ∫ (t − y) t^(−p) dt from y to μ. Where y and μ are close the formulas lose every digit (y = 10⁶, off by 5: four are left), so there the integral
 * is taken, by six points of Gauss–Legendre.
 *
 *     D² = 1 − Σ deviance / Σ deviance of the constant: the mean (Tweedie), the quantile at `alpha` (pinball), the median (absolute error)
 *
 * Mean deviances [0, ∞), smaller is better; D² (−∞, 1], larger is. Needs: Poisson and 1 ≤ power < 2: y ≥ 0, μ > 0; gamma and power ≥ 2: y > 0, μ > 0; power < 0:
 * μ > 0. Undefined otherwise, for one row, and where the constant leaves nothing over. No distribution has a power between 0 and 1.
 * The constant is that of the rows as they are, also in a bootstrap.
 * Source: scikit-learn's `mean_tweedie_deviance`, `d2_tweedie_score`, `d2_pinball_score`; Jørgensen 1992.
 */
import { loss, type Metric, metric } from './metric.ts'
import { number, type Param, type Params, share } from './params.ts'
import { pinball, quantileNow } from './quantile.ts'
import { mean, meanNow, moments } from './row-samples.ts'
import { defined, plain, type Sample, undefinedBecause } from './sample.ts'
import type { RegressionView } from './view.ts'

type Deviance = (y: number, predicted: number) => number
const yAt = (view: RegressionView, i: number) => view.y[i] ?? 0
const at = (view: RegressionView, i: number) => view.predicted[i] ?? 0
const xlogy = (x: number, ratioToOne: number) => (x === 0 ? 0 : x * Math.log(ratioToOne))

function tweedie(power: number): Deviance {
  if (power === 0) return (y, m) => (y - m) ** 2
  const apart = farApart(power)
  return (y, m) => (Math.abs(y - m) < 0.05 * m ? near(y, m, power) : apart(y, m))
}

function farApart(power: number): Deviance {
  if (power === 1) return (y, m) => 2 * (xlogy(y, y / m) - y + m)
  if (power === 2) return (y, m) => 2 * (Math.log(m / y) + y / m - 1)
  const [a, b] = [1 - power, 2 - power]
  return (y, m) => 2 * (Math.max(y, 0) ** b / (a * b) - (y * m ** a) / a + m ** b / b)
}

const nodes = [
  { at: 0.2386191860831969, weight: 0.467913934572691 },
  { at: 0.6612093864662645, weight: 0.3607615730481386 },
  { at: 0.9324695142031521, weight: 0.1713244923791704 },
].flatMap(({ at, weight }) => [
  { at: (1 - at) / 2, weight: weight / 2 },
  { at: (1 + at) / 2, weight: weight / 2 },
])

function near(y: number, m: number, power: number): number {
  let sum = 0
  for (const { at, weight } of nodes) sum += weight * at * (y + at * (m - y)) ** -power
  return 2 * (m - y) ** 2 * sum
}

/** What values a power allows, in words of what is wrong; null: any. */
function refused(power: number): { readonly because: string; readonly fits: (y: number, predicted: number) => boolean } | null {
  if (power === 0) return null
  if (power < 0) return { because: 'a prediction is not positive', fits: (_, m) => m > 0 }
  if (power < 2) return { because: 'a truth is negative or a prediction is not positive', fits: (y, m) => y >= 0 && m > 0 }
  return { because: 'a truth or a prediction is not positive', fits: (y, m) => y > 0 && m > 0 }
}

function unfit(view: RegressionView, power: number): Sample | null {
  const rule = refused(power)
  if (rule === null) return null
  for (let i = 0; i < view.n; i++) if (!rule.fits(yAt(view, i), at(view, i))) return plain(undefinedBecause(rule.because))
  return null
}

const meanDeviance = (power: number) => (view: RegressionView) => {
  const of = tweedie(power)
  return unfit(view, power) ?? mean(view, (i) => of(yAt(view, i), at(view, i)))
}

const power: Param = {
  default: 1.5,
  says: 'a number, but none between 0 and 1',
  fits: (v) => typeof v === 'number' && Number.isFinite(v) && (v <= 0 || v >= 1),
}

/** @param constant what every row is told by the model that D² is measured against */
function explained(view: RegressionView, deviance: Deviance, constant: number): Sample {
  if (view.n < 2) return plain(undefinedBecause('one row has no spread'))
  if (view.y.every((y) => y === view.y[0])) return plain(undefinedBecause('the truth is constant'))
  return moments(view, [(i) => deviance(yAt(view, i), at(view, i)), (i) => deviance(yAt(view, i), constant)], ([own = 0, of = 0]) =>
    of > 0 ? defined(1 - own / of) : undefinedBecause('the truth is constant'),
  )
}

const pinballAt =
  (alpha: number): Deviance =>
  (y, p) =>
    pinball(alpha, y, p)

const d2 = (summary: string, takes: Metric['takes'], of: (view: RegressionView, params: Params) => Sample) =>
  metric({
    summary,
    direction: 'higher',
    range: [Number.NEGATIVE_INFINITY, 1],
    unit: '',
    needs: 'values',
    takes,
    of: { regression: of },
  })

export const devianceMetrics = {
  poisson_deviance: loss({
    summary: 'mean Poisson deviance; needs y ≥ 0 and ŷ > 0',
    needs: 'values',
    of: { regression: meanDeviance(1) },
  }),
  gamma_deviance: loss({ summary: 'mean gamma deviance; needs y > 0 and ŷ > 0', needs: 'values', of: { regression: meanDeviance(2) } }),
  tweedie_deviance: loss({
    summary: 'mean Tweedie deviance of `power`',
    needs: 'values',
    takes: { power },
    of: { regression: (view, params) => meanDeviance(number(params, 'power'))(view) },
  }),
  d2_absolute_error: d2('1 − mae/mae of the median of y', {}, (view) =>
    explained(view, pinballAt(0.5), quantileNow(view.y, view.weight, 0.5)),
  ),
  d2_pinball: d2('1 − pinball/pinball of the quantile of y at `alpha`', { alpha: share(0.5) }, (view, params) => {
    const alpha = number(params, 'alpha')
    return explained(view, pinballAt(alpha), quantileNow(view.y, view.weight, alpha))
  }),
  d2_tweedie: d2('1 − Tweedie deviance/deviance of the mean of y', { power }, (view, params) => {
    const of = number(params, 'power')
    return unfit(view, of) ?? explained(view, tweedie(of), meanNow(view.y, view.weight))
  }),
} as const satisfies Record<string, Metric>
