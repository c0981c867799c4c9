/** Whether the probabilities are right, in a line and as points of a drawing. */
import type { EvaluateDetails } from '../schema/evaluate-details.ts'
import { figure, namedProbability } from './format.ts'
import { own, type Text } from './text.ts'

export interface CalibrationView {
  readonly note: Text
  /** of each bin: mean probability, share that came true, and where that may be */
  readonly points: readonly { readonly mean: number; readonly observed: number; readonly low: number; readonly high: number }[]
}

export function calibrationView({ calibration }: EvaluateDetails): CalibrationView | null {
  if (calibration === undefined) return null
  const { of, bins, binning, error, chance, excess, spiegelhalter, line, baseline, classwise, brier, table } = calibration
  const before = baseline === null ? '' : `${figure(baseline.excess[binning])} → `
  const told = [
    `calibration${of === 'positive' ? '' : ' of the top label'}: off by ${before}${figure(excess[binning])} beyond chance (error ${figure(error[binning])} in ${bins} bins of equal ${binning}, chance alone ${figure(chance[binning])})`,
    `Spiegelhalter ${namedProbability('p', spiegelhalter.p)}`,
    ...(line === null ? [] : [`slope ${figure(line.slope)}, intercept ${figure(line.intercept)}`]),
    ...(classwise === null ? [] : [`by class ${figure(classwise)}`]),
    `Brier ${figure(brier.value)}: reliability ${figure(brier.reliability)}, resolution ${figure(brier.resolution)}, uncertainty ${figure(brier.uncertainty)}`,
  ]
  return {
    note: own(told.join('; ')),
    points: table.map(({ mean, observed, interval }) => ({
      mean,
      observed,
      low: interval?.[0] ?? observed,
      high: interval?.[1] ?? observed,
    })),
  }
}
