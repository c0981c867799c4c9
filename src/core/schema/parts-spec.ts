/** `evaluate.slices` and `evaluate.value` as they are written → as the program uses them. */
import type { z } from 'zod'
import { isMeasured } from '../evaluate/measured.ts'
import type { DataSpec, MetricSpec, SlicesSpec, ValueSpec } from './config.ts'
import type { evaluate } from './evaluate-file.ts'
import { partsBy } from './parts-by.ts'
import { invalid, type Path, type Problem } from './problems.ts'

type File = z.output<typeof evaluate>

/**
 * Metrics that slices are not judged by. The largest of many calibration errors is that of another bin from draw to draw, so that no standard error measures the
 * tail of its change: of 200 slices of equal models some was called worse in 15 to 45 of a hundred runs.
 */
export const notOfSlices: ReadonlySet<string> = new Set(['mce'])

/** Rows that a slice has at least when nothing is said. */
const usualRows = 50

export function slicesSpec(file: NonNullable<File['slices']>, data: DataSpec, path: Path, problems: Problem[]): SlicesSpec {
  const by = partsBy(file.by ?? [], data, [...path, 'by'], 'slice', problems)
  const auto = file.auto ?? by.length === 0
  if (!auto && by.length === 0) problems.push(invalid(path, 'Write by: columns, or auto: true.'))
  const metrics = file.metrics ?? []
  for (const { name, metric, auto: history } of metrics) {
    if (isMeasured(metric)) problems.push(invalid([...path, 'metrics', name], 'This is measured of the model, not of rows.'))
    if (history)
      problems.push(invalid([...path, 'metrics', name], 'The ledger keeps no history of slices: write the change that is allowed.'))
  }
  for (const { name, metric } of metrics) if (notOfSlices.has(metric)) problems.push(invalid([...path, 'metrics', name], unjudged(metric)))
  return { by, auto, minRows: file.min_rows ?? usualRows, metrics: metrics satisfies readonly MetricSpec[] }
}

const unjudged = (metric: string) =>
  `Slices cannot be judged by ${metric}: among many, some would be called worse by chance. Write ece_excess.`

/** One of three ways to say it. */
export function valueSpec(file: NonNullable<File['value']>, path: Path, problems: Problem[]): ValueSpec {
  const { tp, fp, fn, tn, matrix, column, currency } = file
  const outcomes = [tp, fp, fn, tn].some((amount) => amount !== undefined)
  if ([outcomes, matrix !== undefined, column !== undefined].filter(Boolean).length !== 1)
    problems.push(invalid(path, 'Write one of: tp, fp, fn and tn; a matrix by label; a column.'))
  return {
    currency: currency ?? null,
    matrix: matrix ?? null,
    binary: outcomes ? { tp: tp ?? 0, fp: fp ?? 0, fn: fn ?? 0, tn: tn ?? 0 } : null,
    column: column ?? null,
  }
}

/** What needs `evaluate.value` or rows says so before any work. */
export function decisionProblems(file: File, data: DataSpec, path: Path, problems: Problem[]): void {
  const { metrics = [], slices, threshold, value } = file
  const [primary] = metrics
  // slices without metrics of their own are judged by it
  if (slices !== undefined && (slices.metrics ?? []).length === 0 && primary !== undefined && notOfSlices.has(primary.metric))
    problems.push(invalid([...path, 'slices'], unjudged(primary.metric)))
  if (value === undefined) {
    for (const { name, metric } of metrics)
      if (metric === 'value')
        problems.push(invalid([...path, 'metrics', name], 'This needs evaluate.value, which says what a decision is worth.'))
    if (slices?.metrics?.some(({ metric }) => metric === 'value'))
      problems.push(invalid([...path, 'slices', 'metrics'], 'value needs evaluate.value, which says what a decision is worth.'))
  }
  if (typeof threshold !== 'object') return
  if (threshold.maximize === 'value' && value === undefined)
    problems.push(invalid([...path, 'threshold', 'maximize'], 'This needs evaluate.value, which says what a decision is worth.'))
  const source = data.sources[threshold.on]
  if (source === undefined || source.kind === 'profile')
    problems.push(invalid([...path, 'threshold', 'on'], `This needs rows under data.${threshold.on}.`))
}
