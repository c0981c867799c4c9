/** `score`, `format` and `evaluate.parity` as they are written: what of them fits together, and what does not. */
import type { z } from 'zod'
import { isMeasured, measureOf } from '../evaluate/measured.ts'
import type { ParitySpec } from './config.ts'
import type { ModelFile } from './config-file.ts'
import type { evaluate } from './evaluate-file.ts'
import { invalid, type Path, type Problem } from './problems.ts'

const usualDifference = 1e-4
const usualAgreement = 0.999

type Parity = NonNullable<z.output<typeof evaluate>['parity']>

export function paritySpec(file: Parity, path: Path, problems: Problem[]): ParitySpec {
  if (file.predictions.kind === 'profile') problems.push(invalid([...path, 'predictions'], 'Rows are needed here: a profile holds none.'))
  return {
    predictions: file.predictions,
    maxDifference: file.max_difference ?? usualDifference,
    minAgreement: file.min_agreement ?? usualAgreement,
  }
}

/** What needs our own runtime, or a command that can be run again, says so before any work. */
export function scoreProblems({ format, score, evaluate, data }: ModelFile, path: Path, problems: Problem[]): void {
  const metrics = evaluate?.metrics ?? []
  const at = (...keys: readonly string[]): Path => [...path, ...keys]
  if (format === 'opaque' && score === undefined && data?.test !== undefined && data.target !== undefined)
    problems.push(
      invalid(
        at('format'),
        'An opaque model is never loaded by Modelgate: write score: {run: …}, a command that answers rows, or score: {predictions: …}.',
      ),
    )
  if (format === 'opaque' || score !== undefined) {
    for (const { name, metric } of metrics)
      if (measureOf(metric)?.kind === 'latency')
        problems.push(invalid(at('evaluate', 'metrics', name), 'A latency is timed in our own runtime, which does not run this model.'))
  }
  if (score?.kind !== 'run') {
    for (const { name, metric, confirm } of metrics)
      if (confirm !== undefined && !isMeasured(metric))
        problems.push(
          invalid(
            at('evaluate', 'metrics', name, 'confirm'),
            'confirm repeats a noisy measurement: a latency, or what score: {run: …} answers. This one gives the same number every time.',
          ),
        )
  }
  for (const { name, metric, confirm } of evaluate?.slices?.metrics ?? [])
    if (confirm !== undefined && !isMeasured(metric))
      problems.push(
        invalid(
          at('evaluate', 'slices', 'metrics', name, 'confirm'),
          'Slices are measured again with the metrics: confirm belongs to evaluate.metrics.',
        ),
      )
  if (score?.kind === 'predictions' && typeof evaluate?.threshold === 'object')
    problems.push(
      invalid(at('evaluate', 'threshold', 'on'), 'score.predictions has answers for data.test alone: write the threshold as a number.'),
    )
}

/** Answers of a baseline need rows to answer, and an id that says which. */
export function baselineProblems({ baseline, data, task, evaluate }: ModelFile, path: Path, problems: Problem[]): void {
  if (baseline === undefined || !('predictions' in baseline) || baseline.predictions === undefined) return
  const refuse = (text: string) => problems.push(invalid([...path, 'baseline', 'predictions'], text))
  if (baseline.predictions.kind === 'profile') refuse('Rows are needed here: a profile holds none.')
  if (task === 'custom') refuse('A custom task has numbers alone, and the ledger keeps those of the baseline.')
  else if (data?.id === undefined) refuse('Nothing says which row each answer is of: write data.id.')
  if (typeof evaluate?.threshold === 'object') refuse('These are answers to data.test alone: write the threshold as a number.')
}
