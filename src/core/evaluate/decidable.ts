/** What `--explain` says of the rows that are there: whether they can show a change of the size that is limited. Before scoring nobody knows how often the models differ. */
import { usualMetrics } from '../metrics/table.ts'
import { plural, share, writtenChange } from '../report/format.ts'
import type { MetricSpec, Mode, ModelConfig, Task } from '../schema/config.ts'
import { factsOfSpec, isTested } from '../schema/metric-facts.ts'
import { areaRows, connor } from '../stats/rows-needed.ts'
import { ALPHA } from './claim.ts'
import { isMeasured } from './measured.ts'
import { unlimited } from './shown-row.ts'
import { rowsToDo } from './words.ts'

/** Rows that differ between two models, of all rows: what the table of sample sizes is made with. */
const disagreement = 0.1
/** Of a ROC area, where nothing is known of it yet. */
const areas = { area: 0.8, positives: 0.1, correlation: 0.9 }
const usualPoints = 0.005

/** Yes or no of every row, so that how often two models disagree says how many rows a change takes. */
export const yesOrNo: ReadonlySet<string> = new Set(['accuracy', 'top_k_accuracy', 'subset_accuracy'])

export interface KnownOfRows {
  /** of the config, or what the target looks like */
  readonly task: Task | null
  /** level of a mode that asks for proof */
  readonly proof: number
}

/** Whether so many rows can decide the changes that are written in points. */
export function decidable(
  { evaluate, data, task: written }: ModelConfig,
  rows: number,
  { task, proof }: KnownOfRows = { task: written, proof: ALPHA },
): readonly string[] {
  const { mode } = evaluate
  if (mode === 'point') return ['mode point takes a change as it is, however few the rows: none is told from chance']
  const gated = gatedSpecs(evaluate, task)
  const specs = gated.filter(isTested)
  const untested = gated.flatMap((spec) => (isTested(spec) ? [] : [`a change in ${spec.name}: no number of rows can show it`]))
  const { level, words: at } = judgedAt(mode, proof, specs)
  const counted = data.group !== null || task === 'ranking' || task === 'forecasting'
  // most metrics are of that kind, and one sentence says it of all of them
  const later: string[] = []
  const known = specs.flatMap((spec): readonly string[] => {
    const { name, metric } = spec
    const needs = counted || Object.keys(spec.params).length > 0 ? null : rowsFor(metric, level)
    const limit = (factsOfSpec(spec)?.direction === 'lower' ? spec.maxRise : spec.maxDrop)?.fail
    // the limit of auto is made of earlier runs
    if (needs === null || limit?.kind === 'relative' || spec.auto) {
      later.push(name)
      return []
    }
    const size = limit?.value ?? usualPoints
    if (!(size > 0)) return [`${name}: no number of rows can show a change of nothing`]
    const needed = needs.rows(size)
    const would = `${rowsToDo(needed, needs.exact ? { connor: true } : null)} ${needed === 1 ? 'row' : 'rows'} would, ${needs.where}${at}`
    return [
      `a change of ${writtenChange(size, 'pp')} in ${name}: ${plural(rows, 'row')} can ${needed <= rows ? '' : 'hardly '}show it (${would})`,
    ]
  })
  if (later.length === 0) return [...known, ...untested]
  const any = later.length === 1 ? later[0] : `${later.slice(0, -1).join(', ')} or ${later.at(-1)}`
  return [
    ...known,
    `a change in ${any}: how many ${counted ? 'groups of rows' : 'rows'} show it is known only once both models have been scored`,
    ...untested,
  ]
}

/** The level at which a change has to be certain, in words where it is not the usual one. @param proof of a mode that asks for it */
export function judgedAt(mode: Mode, proof: number, specs: readonly MetricSpec[]): { readonly level: number; readonly words: string } {
  const proving = mode === 'non_inferior' || mode === 'superior'
  // of many that are certain at 5 % together, the worst has to be so at its share
  const level = proving ? proof : ALPHA / Math.max(1, specs.length)
  return {
    level,
    words: level === ALPHA ? '' : `, at ${Number(level.toPrecision(3))}${proving ? '' : ` among ${plural(specs.length, 'metric')}`}`,
  }
}

/** As `judge` gates them, as far as the task is known. */
export function gatedSpecs({ metrics, usualToo }: ModelConfig['evaluate'], task: Task | null): readonly MetricSpec[] {
  const computed = metrics.filter(({ metric }) => !isMeasured(metric))
  const usual = task === null ? [] : usualMetrics(task).slice(0, 1)
  if (computed.length > 0 && !usualToo) return computed
  return [...usual.filter((name) => !computed.some((spec) => spec.name === name)).map(unlimited), ...computed]
}

/** How many rows show a change of a metric, and what has to be supposed for that; null: it cannot be said before both models were scored. */
function rowsFor(
  metric: string,
  level: number,
): { readonly rows: (size: number) => number; readonly where: string; readonly exact: boolean } | null {
  if (yesOrNo.has(metric))
    return {
      rows: (size) => connor(disagreement, size, level),
      where: `where the models differ on ${share(disagreement)} of them`,
      exact: true,
    }
  if (metric === 'roc_auc')
    return {
      rows: (size) => areaRows(size, areas, level),
      where: `where both areas are near ${areas.area} and correlate at ${areas.correlation}, and ${share(areas.positives)} of the rows are positive`,
      exact: false,
    }
  return null
}
