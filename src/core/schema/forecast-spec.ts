/** What a forecast, or a regression of quantiles, says of its rows and outputs: asked for where a metric needs it, and refused where the task has no use for it. */
import { metrics as metricTable } from '../metrics/table.ts'
import type { DataSpec, MetricSpec, Task } from './config.ts'
import { invalid, type Path, type Problem } from './problems.ts'

interface Written {
  readonly quantiles?: readonly number[] | undefined
  readonly metrics?: readonly MetricSpec[] | undefined
  readonly slices?: { readonly metrics?: readonly MetricSpec[] | undefined } | undefined
}

/** @param path of the model */
export function forecastProblems(
  { quantiles, metrics = [], slices }: Written,
  task: Task | null,
  { horizon = null }: DataSpec,
  path: Path,
  problems: Problem[],
): void {
  if (task !== 'forecasting' && horizon !== null)
    problems.push(invalid([...path, 'data', 'horizon'], 'Only a forecast has steps ahead: write task: forecasting.'))
  if (task !== 'forecasting' && task !== 'regression') {
    if (quantiles !== undefined)
      problems.push(
        invalid([...path, 'evaluate', 'quantiles'], 'Only numbers have quantiles: write task: regression, or task: forecasting.'),
      )
    return
  }
  const sliced = slices?.metrics ?? []
  for (const [at, specs] of [[['metrics'], metrics] as const, [['slices', 'metrics'], sliced] as const]) {
    for (const spec of specs) {
      const why = lacking(spec, quantiles ?? null, horizon)
      if (why !== null) problems.push(invalid([...path, 'evaluate', ...at, spec.name], why))
    }
  }
}

function lacking({ metric, params }: MetricSpec, quantiles: readonly number[] | null, horizon: string | null): string | null {
  const entry = Object.hasOwn(metricTable, metric) ? metricTable[metric] : undefined
  if (params.horizon !== undefined && horizon === null)
    return 'Its horizon needs data.horizon: the column that says how many steps ahead a row is.'
  if (entry?.needs !== 'scores') return null
  if (quantiles === null) return 'This needs evaluate.quantiles: the levels of the outputs of the model.'
  const level = params.level ?? entry.params.level
  if (typeof level !== 'number') return null
  const ends = [(1 - level) / 2, (1 + level) / 2]
  return ends.every((end) => quantiles.some((one) => sameLevel(one, end)))
    ? null
    : `An interval of level ${level} needs the quantiles ${ends.map((end) => Number(end.toPrecision(6))).join(' and ')} in evaluate.quantiles.`
}

/** Levels are decimal fractions, and (1 − 0.8)/2 is not 0.1 to the last bit. */
const sameLevel = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9
