/** A candidate that is the baseline byte for byte, and answers otherwise. */
import { differingFigure, sameNumber } from '../../core/evaluate/comparable.ts'
import type { MetricSpec } from '../../core/schema/config.ts'
import type { EvaluateDetails } from '../../core/schema/evaluate-details.ts'
import type { Judged } from '../../core/schema/judged.ts'
import type { Compared } from './baseline.ts'

/** What answers beside the file, and may change while the file does not. Numbers that lie closer are the same: a command may run on another machine. */
const answering = {
  predictions: { comes: 'score.predictions come', within: sameNumber },
  run: { comes: 'score.run comes', within: 1e-3 },
} as const
type Answering = keyof typeof answering

/**
 * The same file as the baseline, of which what answers beside it comes to other numbers than were recorded on the very same rows: these are answers of another
 * model, or of another way to feed it, and what changed by that is held against those numbers. Null: they are the same, or nobody recorded any.
 * @param rows of the candidate, judged with nothing to compare with
 */
export function otherAnswers(
  compared: Compared,
  now: Judged['basis'],
  rows: EvaluateDetails['metrics'],
  specs: readonly MetricSpec[],
  by: Answering,
): Compared | null {
  const { missing, judged, stored, record } = compared
  const { comes, within } = answering[by]
  if (missing?.kind !== 'unchanged' || judged === null) return null
  const levels = rows.map((row) => ({ ...row, baseline: row.candidate }))
  const differs = differingFigure(judged, now, levels, specs, within)
  if (differs === null) return null
  const { name, recorded, now: value } = differs
  return {
    ...compared,
    missing: {
      kind: 'not-comparable',
      because: `${missing.because}, but ${comes} to ${name} ${value}, and ${recorded} was recorded of it on the same test data: they are other answers`,
    },
    stored: stored ?? Object.fromEntries(Object.entries(judged.figures).map(([of, figure]) => [of, figure.value])),
    record: record && { ...record, same_rows: false },
  }
}
