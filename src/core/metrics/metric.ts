/** The shape of one entry of the metrics table, and the two ways to write one. */
import { classParam, horizonParam, type Param, type Params } from './params.ts'
import type { Sample } from './sample.ts'
import type { ScoredTask } from './scores.ts'
import type { BinaryView, ForecastingView, MulticlassView, MultilabelView, RankingView, RegressionView } from './view.ts'

export interface Metric {
  readonly summary: string
  readonly direction: 'higher' | 'lower'
  /** null: any number */
  readonly range: readonly [number, number] | null
  /** how a change is said: percentage points, or in the metric's own unit */
  readonly unit: 'pp' | ''
  /** the default margin of a change: half a point, or 1 % of the baseline */
  readonly margin: 'points' | 'relative'
  readonly needs: 'scores' | 'labels' | 'values'
  /** a model that knows no features is a floor for it: not so for calibration, or for one side of a confusion table */
  readonly floor: boolean
  /** false: no sample of rows shows it, so that it has no interval and its change no test; only mode point can judge that */
  readonly tested: boolean
  /** one row can make it worse without end: no sample shows how bad the next one is */
  readonly endless: boolean
  /** parameters: any other is an error */
  readonly takes: Readonly<Record<string, Param>>
  /** their defaults */
  readonly params: Params
  /** tasks in whose report it is shown even when nobody asked for it */
  readonly shown: readonly ScoredTask[]
  readonly of: {
    readonly binary?: (view: BinaryView, params: Params) => Sample
    readonly multiclass?: (view: MulticlassView, params: Params) => Sample
    readonly regression?: (view: RegressionView, params: Params) => Sample
    readonly multilabel?: (view: MultilabelView, params: Params) => Sample
    readonly ranking?: (view: RankingView, params: Params) => Sample
    readonly forecasting?: (view: ForecastingView, params: Params) => Sample
  }
}

type Given = Pick<Metric, 'summary' | 'direction' | 'of'> & Partial<Omit<Metric, 'params'>>

/** A metric between 0 and 1 of predicted labels, unless said otherwise. */
export function metric(given: Given): Metric {
  const { binary, multiclass, multilabel, forecasting } = given.of
  const takes = {
    ...given.takes,
    ...(binary && (multiclass || multilabel) ? { class: classParam } : {}),
    ...(forecasting ? { horizon: horizonParam } : {}),
  }
  const params = Object.fromEntries(Object.entries(takes).map(([key, param]) => [key, param.default]))
  const [least, most] = given.range === undefined ? [0, 1] : (given.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
  const endless = !Number.isFinite(given.direction === 'lower' ? most : least)
  const { tested = true } = given
  return {
    range: [0, 1],
    unit: 'pp',
    margin: 'points',
    needs: 'labels',
    tested,
    floor: tested,
    shown: [],
    endless,
    ...given,
    takes,
    params,
  }
}

/** A loss without upper bound. */
export const loss = (given: Omit<Given, 'direction'>): Metric =>
  metric({ direction: 'lower', range: [0, Number.POSITIVE_INFINITY], unit: '', margin: 'relative', ...given })
