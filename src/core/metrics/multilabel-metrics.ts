/**
 * Metrics of several labels a row, as entries of the table; what they compute is in multilabel.ts. Rows are resampled and paired: a value a row is a
 * mean of them; an average over labels is a function of each label's hits, false alarms and misses.
 *
 * A row without any label, true or predicted, has an F1 of 0/0 = 0. Where there is one, a samples average is flagged, and says in how many rows.
 */
import type { ClassCounts, PerClass } from './confusion.ts'
import { loss, type Metric, metric } from './metric.ts'
import { averagedLabels, perRow, perRowByScore, type RankMetric, type RowCounts, type RowMetric, undefinedRows } from './multilabel.ts'
import { mean, noScores, proportion, weighted } from './row-samples.ts'
import { type Sample, undefinedBecause } from './sample.ts'
import { ofLabels, unseenOf } from './unseen.ts'
import type { MultilabelView } from './view.ts'

const labelled = ({ labels, y, predicted }: MultilabelView) => ({ labels: labels.length, y, predicted })

export function samplesAverage(view: MultilabelView, row: RowMetric | ((counts: RowCounts) => number)): Sample {
  const rows = perRow(labelled(view), row)
  const sample = mean(view, (i) => rows[i] ?? 0)
  const empty = undefinedRows(labelled(view))
  if (empty === 0) return sample
  return { ...sample, value: undefinedBecause(`${empty} of ${view.n} rows have no label, true or predicted: 0/0`, sample.value.value) }
}

/** Macro, weighted or micro over labels. Rows are summed into their units once. */
export function labelAverage(view: MultilabelView, perClass: PerClass, average: 'macro' | 'weighted' | 'micro'): Sample {
  const { n, y, predicted, weight } = view
  const k = view.labels.length
  const of = (sums: Float64Array) => {
    const totals: ClassCounts[] = []
    for (let at = 0; at < sums.length; at += 4)
      totals.push({ tn: sums[at] ?? 0, fp: sums[at + 1] ?? 0, fn: sums[at + 2] ?? 0, tp: sums[at + 3] ?? 0 })
    return averagedLabels(totals, perClass, average)
  }
  const sample = weighted(view, (unit) => {
    const units = unit.reduce((most, u) => Math.max(most, u), 0) + 1
    const cell = 4 * k
    const perUnit = new Float64Array(units * cell)
    for (let i = 0; i < n; i++) {
      const w = weight ? (weight[i] ?? 0) : 1
      const from = (unit[i] ?? 0) * cell
      for (let c = 0; c < k; c++) {
        const at = from + 4 * c + 2 * (y[i * k + c] ?? 0) + (predicted[i * k + c] ?? 0)
        perUnit[at] = (perUnit[at] ?? 0) + w
      }
    }
    const sums = new Float64Array(cell)
    return (weights) => {
      sums.fill(0)
      for (let u = 0; u < units; u++) {
        const w = weights[u] ?? 0
        if (w === 0) continue
        for (let at = 0; at < cell; at++) sums[at] = (sums[at] ?? 0) + w * (perUnit[u * cell + at] ?? 0)
      }
      return of(sums)
    }
  })
  return { ...sample, ...unseenOf(view, () => ofLabels(y, predicted, k, of)) }
}

const byScore = (name: RankMetric) => (view: MultilabelView) => {
  if (!view.score) return noScores
  const rows = perRowByScore(view.labels.length, view.y, view.score, name)
  return mean(view, (i) => rows[i] ?? 0)
}

export const multilabelMetrics = {
  subset_accuracy: metric({
    summary: 'share of rows all of whose labels are right',
    direction: 'higher',
    shown: ['multilabel'],
    of: {
      multilabel: (view) => {
        const rows = perRow(labelled(view), 'subset_accuracy')
        return proportion(view, (i) => rows[i] === 1, 'there are no rows')
      },
    },
  }),
  hamming_loss: metric({
    summary: 'share of labels that are wrong, over rows and labels',
    direction: 'lower',
    shown: ['multilabel'],
    of: {
      multilabel: (view) => {
        const rows = perRow(labelled(view), 'hamming')
        return mean(view, (i) => rows[i] ?? 0)
      },
    },
  }),
  lrap: metric({
    summary: 'label ranking average precision: of the labels scored at or above each true one, the share that is true',
    direction: 'higher',
    needs: 'scores',
    shown: ['multilabel'],
    of: { multilabel: byScore('lrap') },
  }),
  coverage_error: loss({
    endless: false,
    summary: 'how many of the best scored labels have to be taken to have every true one',
    needs: 'scores',
    of: { multilabel: byScore('coverage_error') },
  }),
  ranking_loss: metric({
    summary: 'share of pairs of a true and another label that are not in that order',
    direction: 'lower',
    needs: 'scores',
    of: { multilabel: byScore('ranking_loss') },
  }),
} as const satisfies Record<string, Metric>
