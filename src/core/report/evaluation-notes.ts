/** What a report says of an evaluation beside its metrics: which rows, against what, by whose answers, what was left out. */
import type { EvaluateDetails } from '../schema/evaluate-details.ts'
import type { BaselineRecord, StageResult } from '../schema/result.ts'
import { bytes, count, figure, plural } from './format.ts'
import { rowsText } from './metric-view.ts'
import { join, name, own, prose, say, type Text } from './text.ts'

export function baselineWords(baseline: BaselineRecord | null): Text {
  if (baseline === null) return []
  const version = baseline.version === null ? name(baseline.ref) : say`${name(baseline.ref)} ${name(baseline.version)}`
  const age =
    baseline.age_days === null ? [] : own(baseline.age_days < 1 ? ' (of today)' : ` (${plural(Math.round(baseline.age_days), 'day')} old)`)
  return say`${version}${age}`
}

export function evaluationNotes(details: EvaluateDetails, result: StageResult | null): readonly Text[] {
  const excluded = Object.entries(details.excluded).filter(([, rows]) => rows > 0)
  const baseline = baselineWords(result?.baseline ?? null)
  return [
    say`${own(details.task)}${rowsText(details)}${details.threshold === null ? [] : own(`, threshold ${details.threshold}`)}`,
    ...(details.unchanged ? [own('The candidate is the baseline, byte for byte: nothing was compared.')] : []),
    ...(baseline.length > 0 && !details.unchanged
      ? [say`${own(result?.baseline?.same_rows ? 'compared with' : 'not compared with')} ${baseline}`]
      : []),
    ...scoredNotes(details),
    ...measuredNotes(details),
    ...(details.decisions?.notes ?? []).map((note) => prose(note)),
    ...(details.holdout === undefined ? [] : [prose(details.holdout.note, [details.primary])]),
    ...keptNotes(details),
    ...leftOut(details),
    ...excluded.map(([why, rows]) => say`${own(plural(rows, 'row'))} left out: ${prose(why)}`),
    ...details.rewrites.map((rewrite) => say`for scoring only: ${prose(rewrite)}`),
  ]
}

/** Rows of which the predictions are kept, where they are not those that the config asks for. */
const keptNotes = ({ predictions_kept: kept }: EvaluateDetails): readonly Text[] =>
  kept === undefined || kept.because === null ? [] : [prose(`predictions kept for drift are those on data.${kept.on}: ${kept.because}`)]

/** What metrics have no value for, said once for all that leave out the same. */
function leftOut({ metrics }: EvaluateDetails): readonly Text[] {
  const metricsOf = new Map<string, string[]>()
  for (const { name: metric, excluded } of metrics) {
    if (excluded === undefined) continue
    const what = `${count(excluded.count)} ${excluded.because}`
    metricsOf.set(what, [...(metricsOf.get(what) ?? []), metric])
  }
  return [...metricsOf].map(([what, names]) => say`${own(what)}, and are left out of ${join(names.map(name), ', ')}`)
}

const whose = {
  command: 'answers of the command',
  predictions: 'answers of the file',
  metrics_file: 'numbers of your own evaluation, taken at their word:',
} as const

/** Who answered where we did not, and what a command said when it was asked again. */
function scoredNotes({ scored, baseline_answers: before, runs, repeated = [] }: EvaluateDetails): readonly Text[] {
  const by = scored === undefined ? [] : [say`${own(whose[scored.by])} ${name(scored.how)}`]
  return [
    ...by,
    ...(before === undefined ? [] : [say`answers of the baseline from ${name(before)}, taken at their word`]),
    ...(scored?.inspected === false
      ? [own('The model file is not inspected (format: opaque): Modelgate has not looked into it and never loads it.')]
      : []),
    ...(runs === undefined
      ? []
      : [own(`run ${plural(runs.count, 'time')}, by \`confirm\`: what is shown, recorded and kept is of run ${runs.shown}`)]),
    ...repeated.map(({ name: metric, shown, runs: each }) => {
      const values = each.map(({ value }) => figure(value)).join(', ')
      return say`${name(metric)} over ${own(`${plural(each.length, 'run')}: ${values}${shown === runs?.shown ? '' : `; of it, run ${shown} is shown`}`)}`
    }),
  ]
}

/** Size and speed, where they were asked for. */
function measuredNotes({ measured }: EvaluateDetails): readonly Text[] {
  if (measured === undefined) return []
  const { candidate, baseline } = measured.bytes
  const size = baseline === null ? bytes(candidate) : `${bytes(baseline)} → ${bytes(candidate)}`
  const differs = measured.graph === null || measured.graph === '' ? '' : ` (${measured.graph})`
  return [
    own(`model file ${size}${differs}`),
    ...measured.latency.map(({ name: shown, calls, rows, repeats }) => {
      const values = repeats.map(({ value, baseline: before }) => `${before === null ? '' : `${figure(before)} → `}${figure(value)} ms`)
      return say`${name(shown)} ${own(`${values.join(', ')} over ${plural(calls, 'call')} of ${plural(rows, 'row')}`)}`
    }),
  ]
}
