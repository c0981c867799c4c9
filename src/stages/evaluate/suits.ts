/** Whether the answers of a classifier can be held against the truth at all: it knows every label there is, and a threshold means something. */

import { type BinaryScores, type MultilabelScores, rowsOf } from '../../core/metrics/scores.ts'
import { metrics, usualMetric } from '../../core/metrics/table.ts'
import { quoted } from '../../core/onnx/inspect.ts'
import { outOf, plural } from '../../core/report/format.ts'
import type { MetricSpec } from '../../core/schema/config.ts'
import { UserError } from '../../errors.ts'
import type { Answered } from './assemble.ts'
import type { Coded } from './coded.ts'
import { alignTo } from './truth.ts'

/**
 * A label that the candidate cannot give is a fault of the data or of the export, not a low score.
 * @throws UserError LABEL_UNSEEN, which counts rows and shows no label
 */
export function checkLabels({ codes, names }: Coded, { classLabels, shown }: Answered, target: string, data: string): void {
  if (classLabels === null) return
  const align = alignTo(names)
  const known = new Set(classLabels.map((label) => align(String(label))))
  const unseen = names.map((name) => !known.has(name))
  const rows = codes.reduce((sum, code) => sum + (unseen[code] ? 1 : 0), 0)
  if (rows === 0) return
  throw new UserError(
    'LABEL_UNSEEN',
    `${quoted(target)} of ${data} has a label that ${shown} does not know in ${outOf(rows, codes.length)}: it knows ${plural(classLabels.length, 'class', 'classes')}`,
    'correct the labels, or train the model on data in which each of them occurs',
  )
}

/**
 * Of two labels, every other one would count as the negative: where the answers are labels alone, each must be one of the two.
 * @throws UserError LABEL_UNSEEN
 */
export function checkPredicted({ names }: Coded, { predictions: { labels, values }, shown }: Answered, target: string): void {
  if (labels === null || values !== null) return
  const align = alignTo(names)
  const known = new Set(names)
  const strange = labels.names.map((name) => !known.has(align(name)))
  const rows = labels.codes.reduce((sum, code) => sum + (strange[code] ? 1 : 0), 0)
  if (rows === 0) return
  throw new UserError(
    'LABEL_UNSEEN',
    `${shown} answers with a label that ${quoted(target)} does not have in ${outOf(rows, labels.codes.length)}`,
    'answer with the two labels of the target, as the data writes them',
  )
}

/**
 * A threshold makes classes of probabilities. Of a score of another scale only the order can be read, so only metrics of the order can be gated.
 * @throws UserError SCORES_OUTSIDE
 */
export function checkScale(scores: BinaryScores | MultilabelScores, specs: readonly MetricSpec[], threshold: number, shown: string): void {
  const { score } = scores
  const [usual] = specs.length === 0 ? [usualMetric(scores)] : []
  const first =
    specs.find(({ metric }) => metrics[metric]?.needs === 'labels')?.name ??
    (usual !== undefined && metrics[usual]?.needs === 'labels' ? usual : undefined)
  if (score === null || first === undefined) return
  const rows = rowsOf(scores)
  const width = score.length / Math.max(1, rows)
  let outside = 0
  for (let row = 0; row < rows; row += 1) if (score.subarray(row * width, (row + 1) * width).some((p) => !(p >= 0 && p <= 1))) outside += 1
  if (outside === 0) return
  throw new UserError(
    'SCORES_OUTSIDE',
    `scores of ${shown} lie outside [0, 1] in ${outOf(outside, rows)}, so evaluate.metrics.${first} has no meaning at the threshold ${threshold}`,
    'export the model with probabilities (a sigmoid at its end), or gate metrics of the order alone, such as roc_auc',
  )
}
