/**
 * `task: custom` with `score.metrics_file`: the team's own evaluation, of which only numbers are known. What needs answers of rows has nothing
 * to look at there, and a number has the direction that the config gives it.
 */
import { isMeasured, measureOf } from '../evaluate/measured.ts'
import type { MetricSpec, ModelConfig } from './config.ts'
import type { ModelFile } from './config-file.ts'
import { invalid, type Path, type Problem } from './problems.ts'

/** Keys of `evaluate` that are asked for and cannot be judged from numbers alone. */
export function needRows({ evaluate }: Pick<ModelConfig, 'evaluate'>): readonly string[] {
  const { slices, fairness, calibration, parity, value, chooseThreshold, quantiles, metrics } = evaluate
  return [
    ...Object.entries({ slices, fairness, calibration, parity, value, threshold: chooseThreshold, quantiles }).flatMap(([key, asked]) =>
      asked ? [`evaluate.${key}`] : [],
    ),
    ...metrics.flatMap(({ name, metric, direction }) =>
      direction === undefined && measureOf(metric)?.kind === 'latency' ? [`evaluate.metrics.${name}`] : [],
    ),
  ]
}

/** A metric of the file, not a measure of the model's file. */
export const isOfFile = ({ metric, direction }: MetricSpec): boolean => direction !== undefined || !isMeasured(metric)

export function customProblems({ task, score, evaluate }: ModelFile, path: Path, problems: Problem[]): void {
  const refuse = (keys: readonly string[], text: string) => problems.push(invalid([...path, ...keys], text))
  const metrics = evaluate?.metrics ?? []
  if (task !== 'custom') {
    if (score?.kind === 'metrics_file')
      refuse(['score', 'metrics_file'], 'Numbers of your own evaluation are of task: custom: write it, or let the model be scored by rows.')
    const places = [
      { under: ['metrics'], specs: metrics },
      { under: ['slices', 'metrics'], specs: evaluate?.slices?.metrics ?? [] },
    ]
    for (const { under, specs } of places)
      for (const { name } of specs.filter(({ direction }) => direction !== undefined))
        refuse(
          ['evaluate', ...under, name, 'direction'],
          'This is of a metric that score.metrics_file brings, in task: custom; the direction of others is known.',
        )
    return
  }
  if (score?.kind !== 'metrics_file')
    return void refuse(
      ['task'],
      'A custom task is evaluated by yourself: write score: {metrics_file: FILE}, the JSON that your evaluation writes.',
    )
  if (!metrics.some(isOfFile))
    refuse(
      ['evaluate', 'metrics'],
      'Nothing says which numbers of score.metrics_file are judged: list them, each with its direction, such as {accuracy: {direction: higher, min: 0.7}}.',
    )
  for (const { name, metric, direction } of metrics)
    if (direction === undefined && !isMeasured(metric))
      problems.push({
        code: 'MISSING_KEY',
        path: [...path, 'evaluate', 'metrics', name, 'direction'],
        text: 'Nothing says which way is better: write direction: higher or direction: lower.',
        atKey: true,
      })
  for (const key of ['slices', 'fairness', 'calibration', 'parity', 'value', 'threshold', 'quantiles', 'season'] as const)
    if (evaluate?.[key] !== undefined)
      refuse(['evaluate', key], `evaluate.${key} needs answers of rows, and score.metrics_file has numbers alone.`)
}
