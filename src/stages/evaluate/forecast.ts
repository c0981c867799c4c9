/**
 * What a forecast is held against: the time of each row, and what repeating the last season of the training series would have said. The
 * series are those of `data.group`; without it there is one. Training rows are those of `data.train`; without them there is no naive forecast.
 */

import { type NaiveScale, naiveScale } from '../../core/metrics/forecast.ts'
import { quoted } from '../../core/onnx/inspect.ts'
import { outOf } from '../../core/report/format.ts'
import type { DataSpec } from '../../core/schema/config.ts'
import { UserError } from '../../errors.ts'
import type { ColumnValues, DataEngine, Scalar, Table } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { openSource } from '../open-data.ts'
import type { ColumnReader } from './column-reader.ts'
import { columnOf, type RowFacts } from './row-facts.ts'

/** A date, a timestamp or a number as a place in time; NaN where there is none. */
const momentOf = (value: Scalar): number => {
  if (typeof value !== 'string') return value === null ? Number.NaN : Number(value)
  const text = value.replace(' ', 'T')
  return Date.parse(/T/.test(text) && !/[Z+]|T.*-/.test(text) ? `${text}Z` : text)
}

const mostSteps = 1_000_000

export class TimeReader implements ColumnReader {
  /** to be read beside the features */
  readonly columns: readonly string[]
  readonly #times: Float64Array
  readonly #steps: Float64Array

  /** @param data null: the task has no use for it */
  constructor(table: Table, data: Pick<DataSpec, 'time' | 'horizon'> | null, shown: string) {
    const { time = null, horizon = null } = data ?? {}
    if (time !== null) columnOf(table, time, 'data.time', shown)
    if (time !== null && horizon !== null) columnOf(table, horizon, 'data.horizon', shown)
    this.columns = time === null ? [] : [time, ...(horizon === null ? [] : [horizon])]
    this.#times = new Float64Array(time === null ? 0 : table.rows)
    this.#steps = new Float64Array(this.columns.length < 2 ? 0 : table.rows)
  }

  readonly take = ([values = [], steps = []]: readonly ColumnValues[], from: number, rows: number): void => {
    if (this.columns.length === 0) return
    for (let row = 0; row < rows; row += 1) {
      this.#times[from + row] = momentOf(values[row] ?? null)
      const step = steps[row] ?? null
      if (this.#steps.length > 0) this.#steps[from + row] = typeof step === 'string' || step === null ? Number.NaN : Number(step)
    }
  }

  /**
   * Steps ahead of each row; null: nothing says them.
   * @throws UserError HORIZON_INVALID
   */
  horizons(shown: string): Int32Array | null {
    if (this.columns.length < 2) return null
    const bad = this.#steps.reduce((sum, step) => sum + (Number.isInteger(step) && step >= 1 && step <= mostSteps ? 0 : 1), 0)
    if (bad === 0) return Int32Array.from(this.#steps)
    throw new UserError(
      'HORIZON_INVALID',
      `${quoted(this.columns[1] ?? '')} of ${shown}, which is data.horizon, is no whole number of steps in ${outOf(bad, this.#steps.length)}`,
      'write how many steps ahead each row was predicted: 1, 2, 3, …',
    )
  }

  /** @throws UserError TIME_INVALID */
  times(shown: string): Float64Array {
    const bad = this.#times.reduce((sum, time) => sum + (Number.isFinite(time) ? 0 : 1), 0)
    if (bad === 0) return this.#times
    throw new UserError(
      'TIME_INVALID',
      `${quoted(this.columns[0] ?? '')} of ${shown}, which is data.time, is no moment in ${outOf(bad, this.#times.length)}`,
      'store it as a date, a timestamp or a number, in every row',
    )
  }
}

export interface Naive {
  /** by code of the series */
  readonly scale: readonly NaiveScale[] | null
  readonly naive: Float64Array | null
}

/** @param times of the test rows */
export async function naiveForecast(
  context: ModelContext,
  engine: DataEngine,
  target: string,
  facts: RowFacts,
  times: Float64Array,
): Promise<Naive> {
  const source = context.model.data.sources.train
  if (source === undefined || source.kind === 'profile') return { scale: null, naive: null }
  const table = await openSource(context, source, 'train')
  const history = await seriesOf(context, engine, table, target, facts)
  const season = context.model.evaluate.season ?? 1
  const { group } = facts.counted
  const codes = group === null ? 1 : group.reduce((most, code) => Math.max(most, code + 1), 0)
  const scale = Array.from({ length: codes }, (_, code) => scaleOf(history.get(code), season))
  const values = new Map([...history].map(([code, past]) => [code, past.values]))
  return { scale, naive: scale.some(({ unknown }) => unknown !== undefined) ? null : repeated(values, season, group, times) }
}

/** Values of several series in one have no step from one to the next. */
const scaleOf = ({ values, several }: History = { values: [], several: false }, season: number): NaiveScale =>
  several
    ? {
        absolute: 0,
        squared: 0,
        pairs: 0,
        unknown:
          'the training rows have several values of one time in one series: name the series under data.group, or the steps ahead under data.horizon',
      }
    : naiveScale(values, season)

interface History {
  readonly values: readonly number[]
  /** times have more than one value */
  readonly several: boolean
}

/**
 * Training values of each series that the test data has, in the order of time. One that is missing keeps its place, as NaN: without it what comes
 * after would be held against another day of the season. A time may have a row for each step ahead, and is one place. Without `data.horizon` its rows have to agree: where they do not, there
 * are several series in one; but for a few times, as those of the hour in which clocks are set back, which are two places.
 */
async function seriesOf(
  { model: { data } }: ModelContext,
  engine: DataEngine,
  table: Table,
  target: string,
  { codeOf }: RowFacts,
): Promise<ReadonlyMap<number, History>> {
  const shown = 'data.train'
  const names = [target, data.time, data.group].filter((name) => name !== null)
  for (const name of names) columnOf(table, name, name === target ? 'data.target' : name === data.time ? 'data.time' : 'data.group', shown)
  const points = new Map<number, Point[]>()
  for await (const { rows, columns } of engine.batches(table, names, { size: 8192, numeric: [target] })) {
    const [values = [], moments = [], groups = []] = columns
    for (let row = 0; row < rows; row += 1) {
      const code = data.group === null ? 0 : codeOf.get(groups[row] ?? null)
      const [y, at] = [Number(values[row]), momentOf(moments[row] ?? null)]
      if (code === undefined || !Number.isFinite(at)) continue
      const series = points.get(code) ?? []
      series.push({ at, y: Number.isFinite(y) ? y : Number.NaN })
      points.set(code, series)
    }
  }
  return new Map([...points].map(([code, series]) => [code, placed(series, typeof data.horizon === 'string')]))
}

/** One time, and one in so many, may have two values. */
const SELDOM = 100

/** Of each time the first row whose value is known, else its first; and rows of that time with another value. @param agreed they are not looked for */
function placed(series: Point[], agreed: boolean): History {
  const places: Point[] = []
  let apart = 0
  for (const point of series.sort((a, b) => a.at - b.at)) {
    const last = places.at(-1)
    if (last?.at !== point.at) places.push(point)
    else if (Number.isNaN(last.y)) places[places.length - 1] = point
    else if (!agreed && !Number.isNaN(point.y) && point.y !== last.y) {
      places.push(point)
      apart += 1
    }
  }
  return { values: places.map(({ y }) => y), several: apart > Math.max(1, places.length / SELDOM) }
}

interface Point {
  readonly at: number
  readonly y: number
}

/** The last season again and again, one step for each time a series has; null when a series has no whole one that is known. */
function repeated(
  history: ReadonlyMap<number, readonly number[]>,
  season: number,
  group: Int32Array | null,
  times: Float64Array,
): Float64Array | null {
  const order = Array.from(times, (_, row) => row).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0))
  const ahead = new Map<number, { readonly step: number; readonly at: number }>()
  const naive = new Float64Array(times.length)
  for (const row of order) {
    const code = group?.[row] ?? 0
    const past = history.get(code) ?? []
    const last = ahead.get(code)
    const at = times[row] ?? 0
    const step = last === undefined ? 0 : last.at === at ? last.step : last.step + 1
    ahead.set(code, { step, at })
    const value = lastKnown(past, season, step % season)
    if (value === null) return null
    naive[row] = value
  }
  return naive
}

/** The value at a place of the last season, else at that place of the latest season that knows it; null: none does. */
function lastKnown(past: readonly number[], season: number, place: number): number | null {
  for (let at = past.length - season + place; at >= 0; at -= season) {
    const value = past[at] ?? Number.NaN
    if (!Number.isNaN(value)) return value
  }
  return null
}
