/** `modelgate drift --explain`: every rule in words, as this config sets it, before anything is read. */
import { plural, written } from '../report/format.ts'
import { statistics } from '../report/statistics-words.ts'
import type { DriftColumn, ModelConfig, Thresholds } from '../schema/config.ts'
import { targetColumns } from '../schema/target-columns.ts'
import { classifierLimits } from './classifier-check.ts'
import { questions } from './findings.ts'
import { driftMetricTable, metricName } from './metric-table.ts'
import { pairLimits } from './pair-measures.ts'
import { leastRare } from './rare-pairs.ts'
import { isPattern } from './rules.ts'
import { driftSeeds } from './seeds.ts'
import { tableQuestions } from './table-checks.ts'
import { certainty, families, minRows, predictionPrefix, rateLimits, shiftLimits } from './thresholds.ts'

const optional: Readonly<Record<string, (drift: ModelConfig['drift']) => boolean>> = {
  failed_columns: ({ maxFailedColumns }) => (maxFailedColumns ?? null) !== null,
  importance: ({ importance }) => importance !== undefined,
}

/** One line each; nothing of the data is in them. */
export function explainDrift({ drift, data }: ModelConfig): readonly string[] {
  if (!drift.enabled) return ['drift is switched off']
  if (data.sources.current === undefined) return ['drift does not run: data.current is not configured']
  const columns = Object.entries(drift.columns)
  const targets = targetColumns(data)
  const strict = drift.certainty === 'strict'
  return [
    `reference: ${referenceOf(drift.reference)}`,
    `columns: ${data.features === null ? 'all of the reference that are no target, id, time, group or weight' : data.features.join(', ')}${targets.length === 0 ? '' : `; ${targets.join(', ')} as ${targets.length === 1 ? 'a label' : 'labels'} where both sides have it`}; predictions of the model where it can be asked`,
    `below ${plural(drift.minRows ?? minRows, 'row')} on a side nothing is tested; identifiers, times and texts are not, columns made of times and texts are`,
    `JS*: ${statistics['JS*']}`,
    ...families.map((family) => {
      const limits = shiftLimits(family, null, drift)
      return `drift.shift of ${family}: ${limitsOf(limits, 'JS*')}`
    }),
    strict
      ? `certain: a limit counts when the change surely lies beyond it, adjusted p ≤ ${certainty.strict.fail} (noncentral χ²)`
      : `certain (Anderson–Darling and χ² combined), adjusted p to warn and to fail: ${families.map((family) => `${family} ≤ ${certainty.shift[family].warn} and ≤ ${certainty.shift[family].fail}`).join(', ')}`,
    `p is adjusted over each family by ${drift.correction === 'by' ? 'Benjamini–Yekutieli' : 'Benjamini–Hochberg'}`,
    ...blocksOf(drift, data),
    ...(data.weight === null ? [] : [`rows count by ${data.weight}; tests use as many rows as the weights are worth`]),
    ...columns.map(([name, column]) => `drift.columns.${name}${isPattern(name) ? ' (all that fit)' : ''}: ${ruleOf(column)}`),
    ...questions.map(({ name, summary }) => `drift.${name}: ${summary}`),
    `these questions share a p of ${certainty.questions.warn} to warn and ${certainty.questions.fail} to fail over all columns`,
    `drift.rate_ratio of labels and predictions with two values: a factor of ${rateLimits.warn} warns, of ${rateLimits.fail} fails, p ≤ ${certainty.rate.warn} and ${certainty.rate.fail} over all such columns together (Bonferroni)`,
    ...tableQuestions.filter(({ name }) => optional[name]?.(drift) ?? true).map(({ name, summary }) => `drift.${name}: ${summary}`),
    drift.correlations === false
      ? 'drift.correlation, drift.association: switched off'
      : `drift.correlation, drift.association: a rank correlation of two columns, or what a class and the label tell of each other (Cramér’s V, correlation ratio), that changes by ${pairLimits.warn} warns, by ${pairLimits.fail} fails, p adjusted over all pairs ≤ ${certainty.pairs.warn} and ${certainty.pairs.fail}; of columns that hold one value nearly everywhere, only where one has ${leastRare.others} rows with another on each side (two flags: ${leastRare.flags})`,
    drift.classifier
      ? `drift.classifier: on at most ${plural(drift.classifier.rows, 'row')} of each side; AUC surely above ${classifierLimits.warn} warns (95 %), above ${classifierLimits.fail} fails (99 %)`
      : 'drift.classifier: not asked for',
    `what is drawn by chance starts from seed ${driftSeeds.blocks} (blocks, classifier) and ${driftSeeds.cells} (sparse cells), in every run`,
    'on a pull request a fail becomes a warn unless its limit was written',
  ]
}

function referenceOf(reference: ModelConfig['drift']['reference']): string {
  if (reference === 'training') return 'the training profile of the model under test'
  const days = (ms: number) => `${written(ms / 86_400_000)}d`
  switch (reference.kind) {
    case 'window':
      return `rows of data.current: the ${days(reference.windowMs)} before its last ${days(reference.currentMs)}, which are current`
    case 'profile':
      return `the stored profile ${reference.path}`
    case 'glob':
      return `the files ${reference.pattern}`
    case 'files':
      return reference.paths.join(', ')
  }
}

function blocksOf(drift: ModelConfig['drift'], { time, group }: ModelConfig['data']): readonly string[] {
  const by = time ?? group
  if (by === null) return ['rows are taken as independent: name data.time or data.group if they are not']
  return drift.blocks === 'rows'
    ? ['rows are taken as independent (drift.blocks: rows)']
    : [`where both profiles hold blocks of ${by}, blocks are exchanged instead of rows`]
}

function limitsOf({ warn, fail }: Thresholds<number>, metric: string): string {
  const parts = [
    warn === undefined ? [] : [`warns at ${metric} ${written(warn)}`],
    fail === undefined ? [] : [`fails at ${metric} ${written(fail)}`],
  ]
  return parts.flat().join(', ') || 'no limit'
}

function ruleOf(column: DriftColumn): string {
  const { ignore, shift, metric = 'js', raw = false, maxChange, maxRatio } = column
  if (ignore === true) return 'not tested'
  const name = metricName(metric, raw)
  const measured = shift === undefined && metric === 'js' && !raw ? [] : [limitsOf(shiftLimits('features', column), name)]
  return [
    ...measured,
    ...(shift === undefined && metric !== 'js' ? [`half as far for labels and ${predictionPrefix}*`] : []),
    ...(metric === 'js' ? [] : [driftMetricTable[metric].summary]),
    ...(raw ? ['without asking whether it is certain'] : []),
    ...(maxChange === undefined ? [] : [`rate of the rarer value: ${limitsOf(maxChange, 'a change of')}`]),
    ...(maxRatio === undefined ? [] : [`rate of the rarer value: ${limitsOf(maxRatio, 'a factor of')}`]),
  ].join('; ')
}
