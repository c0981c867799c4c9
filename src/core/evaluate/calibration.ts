/**
 * Are the probabilities right? Told of every classifier that gives them, judged where `evaluate.calibration` is written:
 *
 *     fail   the error in bins is above what chance alone would make it by more than the limit (0.05), and p of Spiegelhalter's test ≤ 0.01
 *
 * Beyond the limit without that p: inconclusive. Of several classes the most probable one is judged, by whether it was right; the error of each class is told beside it.
 * With `data.group` the test counts groups; with weights rows count as they weigh.
 */
import { effect, type Policy } from '../gate/fold.ts'
import { topLabel } from '../metrics/multiclass-scores.ts'
import type { Scores } from '../metrics/scores.ts'
import { metrics, sampleOf } from '../metrics/table.ts'
import { type View, viewOf } from '../metrics/view.ts'
import { figure, namedProbability, writtenLevel } from '../report/format.ts'
import { type CalibrationSpec, usualCalibration } from '../schema/config.ts'
import type { EvaluateDetails } from '../schema/evaluate-details.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { type Binning, binnedError, brierParts, type ReliabilityBin, reliabilityBins } from '../stats/calibration-bins.ts'
import { type CalibrationLine, calibrationLine } from '../stats/calibration-line.ts'
import { groupsOf } from '../stats/clusters.ts'
import { excessCalibrationError, expectedCalibrationError } from '../stats/expected-calibration-error.ts'
import { wilson } from '../stats/proportion.ts'
import { spiegelhalter } from '../stats/spiegelhalter.ts'
import { finite } from './figures.ts'
import { compare } from './margin.ts'
import { FEWEST_GROUPS } from './serial.ts'
import { countedInconclusive } from './words.ts'

export interface CalibrationInput {
  readonly candidate: Scores
  readonly baseline: Scores | null
  /** null: told, not judged */
  readonly spec: CalibrationSpec | null
  readonly policy: Policy
}

interface Promised {
  readonly view: View
  readonly of: 'positive' | 'top label'
  readonly y: Uint8Array
  readonly p: Float64Array
}

interface Found {
  readonly bins: Readonly<Record<Binning, readonly ReliabilityBin[]>>
  readonly test: { readonly z: number; readonly p: number }
  readonly excess: Readonly<Record<Binning, number>>
}

type Told = NonNullable<EvaluateDetails['calibration']>

export function judgeCalibration(input: CalibrationInput): {
  readonly checks: readonly Check[]
  readonly details: Pick<EvaluateDetails, 'calibration'>
} {
  const { spec } = input
  const used = spec ?? usualCalibration
  const promised = promisedBy(input.candidate)
  if (promised === null || promised.p.length === 0)
    return { checks: spec === null ? [] : [undefinedCheck(promised?.p.length ?? null)], details: {} }
  const found = examine(promised, used)
  const line = calibrationLine(promised.y, promised.p, promised.view.weight, promised.view.unit)
  const before = input.baseline && promisedBy(input.baseline)
  const was = before && before.p.length > 0 ? examine(before, used) : null
  return {
    checks: spec === null ? [] : [checkOf(promised, found, line, spec, input.policy)],
    details: { calibration: detailsOf(promised, found, line, was, used) },
  }
}

/** null: there are no probabilities */
function promisedBy(scores: Scores): Promised | null {
  const view = viewOf(scores)
  const valid = (p: Float64Array) => p.every((one) => one >= 0 && one <= 1)
  if (view.task === 'binary') return view.score && valid(view.score) ? { view, of: 'positive', y: view.y, p: view.score } : null
  if (view.task !== 'multiclass' || !view.proba || !valid(view.proba)) return null
  const { p, right } = topLabel(view, view.proba)
  return { view, of: 'top label', y: right, p }
}

function examine({ view, y, p }: Promised, { bins: count }: CalibrationSpec): Found {
  const of = (binning: Binning) => reliabilityBins(y, p, view.weight, count, binning)
  const bins = { width: of('width'), mass: of('mass') }
  const excess = (binning: Binning) => excessCalibrationError(binnedError(bins[binning]), bins[binning])
  return { bins, test: spiegelhalter(y, p, view.weight, view.unit), excess: { width: excess('width'), mass: excess('mass') } }
}

function checkOf(
  { view, of, p }: Promised,
  { bins, test, excess: both }: Found,
  line: CalibrationLine | null,
  spec: CalibrationSpec,
  policy: Policy,
): Check {
  const { maxExcess, binning } = spec
  const excess = both[binning]
  const beyond = (limit: number | undefined) => limit !== undefined && compare(excess, limit) > 0
  const severity = beyond(maxExcess.fail) ? 'fail' : beyond(maxExcess.warn) ? 'warn' : null
  const limit = (severity === null ? (maxExcess.fail ?? maxExcess.warn) : maxExcess[severity]) ?? 0
  const few = view.unit !== null && groupsOf(view.unit) < FEWEST_GROUPS
  const certain = !few && test.p <= spec.p
  const status = severity === null ? 'pass' : certain ? severity : 'inconclusive'
  const error = binnedError(bins[binning])
  const leaning =
    line === null ? '' : line.slope < 1 ? `: too extreme, slope ${figure(line.slope)}` : `: too timid, slope ${figure(line.slope)}`
  const what = of === 'positive' ? 'probabilities' : 'probabilities of the top label'
  const tested = few
    ? `fewer than ${FEWEST_GROUPS} groups cannot tell it from chance`
    : `${namedProbability('p', test.p, [spec.p])} (Spiegelhalter), and ${spec.p} is needed`
  return makeCheck({
    id: 'evaluate.calibration',
    status,
    effect: status === 'inconclusive' ? effect('inconclusive', severity ?? 'fail', policy) : status,
    unit: '',
    limit_kind: 'max_excess',
    observed: excess,
    limit,
    p_value: few ? null : test.p,
    n: p.length,
    message: [
      `${what} are off by ${figure(excess, [limit])} beyond chance (limit ${writtenLevel(limit, '')}): error ${figure(error)} in ${spec.bins} bins, of which chance explains ${figure(error - excess)}`,
      ...(status === 'pass'
        ? []
        : status === 'inconclusive'
          ? [`Not decided: ${tested}. ${countedInconclusive(policy)}`]
          : [`${namedProbability('p', test.p, [spec.p])} (Spiegelhalter)${leaning}.`]),
    ].join('. '),
    fix:
      status === 'fail' || status === 'warn'
        ? 'calibrate the model on rows that it was not trained on (Platt, isotonic or temperature scaling); or accept it with another evaluate.calibration.max_excess of the base branch, or a waiver'
        : null,
  })
}

const undefinedCheck = (rows: number | null): Check =>
  makeCheck({
    id: 'evaluate.calibration',
    status: 'error',
    effect: 'error',
    message: `calibration is undefined: ${rows === 0 ? 'there are no rows' : 'the model gives no probabilities'}. A gate on an undefined measure cannot be decided.`,
    fix: 'export the model with probabilities, or take evaluate.calibration out',
  })

function detailsOf(
  promised: Promised,
  { bins, test, excess }: Found,
  line: CalibrationLine | null,
  was: Found | null,
  spec: CalibrationSpec,
): Told {
  const { view, of, y, p } = promised
  const both = (value: (bins: readonly ReliabilityBin[]) => number) => ({ width: value(bins.width), mass: value(bins.mass) })
  const brier = meanOf(view.weight, p.length, (i) => ((p[i] ?? 0) - (y[i] ?? 0)) ** 2)
  const half = 1.959964
  return {
    of,
    rows: p.length,
    bins: spec.bins,
    binning: spec.binning,
    error: both(binnedError),
    chance: both(expectedCalibrationError),
    excess,
    classwise: classwiseOf(view, spec),
    spiegelhalter: { z: finite(test.z), p: finite(test.p) },
    line:
      line === null
        ? null
        : {
            slope: line.slope,
            slope_interval: [finite(line.slope - half * line.slopeError), finite(line.slope + half * line.slopeError)],
            intercept: line.intercept,
            intercept_interval: [finite(line.intercept - half * line.interceptError), finite(line.intercept + half * line.interceptError)],
          },
    brier: { value: brier, ...brierParts(bins[spec.binning], brier) },
    baseline: was && { excess: was.excess, z: finite(was.test.z), p: finite(was.test.p) },
    table: bins[spec.binning].map(({ rows, weight, squares, mean, observed }) => {
      const n = Math.max(1, weight ** 2 / squares)
      const [low, high] = wilson(observed * n, n, 0.975)
      return { rows, mean, observed, interval: [low, high] }
    }),
  }
}

const meanOf = (weight: Float64Array | null, n: number, of: (i: number) => number): number => {
  let sum = 0
  let total = 0
  for (let i = 0; i < n; i++) {
    const w = weight ? (weight[i] ?? 0) : 1
    sum += w * of(i)
    total += w
  }
  return sum / total
}

function classwiseOf(view: View, { bins, binning }: CalibrationSpec): number | null {
  const metric = metrics.classwise_ece
  return view.task === 'multiclass' && metric ? sampleOf(metric, view, { bins, binning }).value.value : null
}
