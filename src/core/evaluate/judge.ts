/**
 * Scores → checks. Good enough, and not worse than the baseline? Pure: same input, same answer to the last digit.
 *
 * - Metrics listed are gated; if none is listed, the task's primary one is (binary roc_auc, multiclass accuracy, regression rmse; accuracy
 *   for a binary model that gives labels only).
 * - A gated metric without `max_drop` or `max_rise` has the default margin, so that a worse model never passes because a limit was forgotten.
 * - A gated metric that is undefined is an error, and so are no rows at all.
 * - The first gated metric for which that makes sense, else the task's primary one, is also held against a trivial model on the same rows. On a first run,
 *   which no baseline decides, so are the probabilities, where what is gated looks at their order or at classes only.
 */

import { defined, type MetricValue, undefinedBecause } from '../metrics/sample.ts'
import { assertPaired, type Scores, unitsOf } from '../metrics/scores.ts'
import { metrics, usualMetric } from '../metrics/table.ts'
import { viewOf } from '../metrics/view.ts'
import type { MetricSpec } from '../schema/config.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { groupsOf } from '../stats/clusters.ts'
import { type StoredValue, unpairedChange } from './change.ts'
import { ALPHA, type Compared } from './claim.ts'
import { differenceChecks } from './difference.ts'
import { floorChecks, undefinedCheck } from './floor.ts'
import type { JudgeInput } from './judge-input.ts'
import { changeKind } from './margin.ts'
import { resampling } from './resampling.ts'
import { type Row, rowsOf } from './rows.ts'
import { beatsTrivial, orderOnly, probabilitiesToDoubt, tooGood } from './sanity.ts'
import { serialOf } from './serial.ts'
import { type ShownRow, shownRow, unlimited } from './shown-row.ts'
import { trivialOf } from './trivial.ts'
import { uncompared } from './uncompared.ts'
import { groupNoun, sentence } from './words.ts'

export interface Judgement {
  readonly checks: readonly Check[]
  readonly metrics: ShownRow[]
  /** shown name of the metric that stands for the model */
  readonly primary: string
  /** what was resampled and counted instead of rows */
  readonly groups?: { readonly count: number; readonly noun: string }
}

export function judge(input: JudgeInput): Judgement {
  const { candidate, baseline } = input
  if (baseline) assertPaired(candidate, baseline)
  else if (!input.missing) throw new RangeError('without a baseline there is a reason why')
  const view = viewOf(candidate)
  const before = baseline ? viewOf(baseline) : null
  const gated = gatedSpecs(input)
  const primary = gated[0]?.name ?? ''
  const trivial = trivialOf(candidate, input.training ?? null)
  const shown = shownSpecs(candidate, gated)
  // the first gated metric that a model without features cannot be good at, else the task's own
  const floor = gated.find(({ metric }) => metrics[metric]?.floor) ?? shown.find(({ metric }) => metric === usualMetric(candidate))
  const doubted = input.missing?.kind === 'no-baseline' ? probabilitiesToDoubt(gated, shown) : null
  const asked = [...gated, ...shown].map((spec, at) => ({ spec, gated: at < gated.length, floor: spec === floor || spec === doubted }))
  const draws = resampling(serialOf(candidate, view.n, (candidate.group ?? null) !== null))
  const asking = { among: gated.length, mode: input.mode, proof: input.proof ?? ALPHA }
  const rows = rowsOf(asked, { candidate: view, baseline: before, trivial: trivial.views, draws, asking })

  const checks = view.n === 0 ? [emptyCheck()] : checksOf(rows, { floor: floor ?? null, doubted }, view.n, input, trivial.knows)
  return { checks, metrics: rows.map((row) => shownOf(row, input, view.n)), primary, ...groupsCounted(input) }
}

/** Steps are counted, not series, where these are too few. */
function groupsCounted({ candidate, groupName = null }: JudgeInput): Pick<Judgement, 'groups'> {
  const units = unitsOf(candidate)
  if (units === null || units.length === 0 || serialOf(candidate, units.length, (candidate.group ?? null) !== null)) return {}
  const { weight = null } = candidate
  const counted = weight === null ? units : units.filter((_, row) => weight[row] !== 0)
  return { groups: { count: groupsOf(counted), noun: groupNoun(candidate.task, groupName) } }
}

function gatedSpecs({ specs, candidate, usualToo = false }: JudgeInput): readonly MetricSpec[] {
  const usual = unlimited(usualMetric(candidate))
  if (specs.length === 0) return [usual]
  const listed = specs.some(({ metric, params }) => metric === usual.metric && Object.keys(params).length === 0)
  return listed || !usualToo ? specs : [usual, ...specs.filter(({ name }) => name !== usual.name)]
}

function shownSpecs(scores: Scores, gated: readonly MetricSpec[]): readonly MetricSpec[] {
  const taken = new Set(gated.flatMap((spec) => [spec.name, ...(Object.keys(spec.params).length === 0 ? [spec.metric] : [])]))
  return Object.entries(metrics).flatMap(([name, metric]) =>
    (metric.shown.includes(scores.task) || (name === 'value' && scores.worth)) && !taken.has(name) ? [unlimited(name)] : [],
  )
}

const emptyCheck = (): Check =>
  makeCheck({
    id: 'evaluate.rows',
    status: 'error',
    effect: 'error',
    n: 0,
    message: 'There are no labelled rows to evaluate on. An empty evaluation is not a pass.',
    fix: 'give data.test rows with labels',
  })

/** What is held against a model that knows no features. */
interface Trivially {
  readonly floor: MetricSpec | null
  readonly doubted: MetricSpec | null
}

function checksOf(all: readonly Row[], against: Trivially, n: number, input: JudgeInput, knows: string): readonly Check[] {
  const rows = all.filter((row) => row.gated)
  const noun = groupNoun(input.candidate.task, input.groupName ?? null)
  const compared: Compared[] = []
  const checks = rows.flatMap((row) => {
    const { spec, metric, candidate } = row
    const kind = changeKind(metric)
    const { value, undefined: why } = candidate
    if (value === null || why !== null) {
      const kinds = [...(['min', 'max'] as const).filter((limit) => spec[limit] !== undefined), kind]
      return kinds.map((limit) => undefinedCheck(limit, spec, why ?? 'it has no value', n))
    }
    const floors = floorChecks({ spec, metric, value, level: row.level, rows: n })
    const common = { spec, metric, candidate: value, rows: n, noun }
    const previous = row.baseline?.value ?? null
    if (row.change && previous !== null && row.baseline?.undefined === null) {
      compared.push({ ...common, change: row.change, baseline: previous })
      return floors
    }
    const stored = unpairedOf(row, input)
    if (stored && input.unpaired) {
      const change = unpairedChange(stored, value, row.level, n)
      compared.push({ ...common, change, baseline: stored.value, note: `Not compared row by row: ${sentence(input.unpaired.because)}` })
      return floors
    }
    const because = `${spec.name} of the baseline is undefined: ${row.baseline?.undefined ?? 'it has no value'}`
    return [...floors, uncompared({ spec, metric, value, rows: n, because }, input)]
  })
  const differences = differenceChecks(compared, input.mode, input.policy, input.proof)
  const sanity = all.flatMap((row) => [
    ...(row.spec === against.floor ? [beatsTrivial(row, knows, n, noun, input.policy)] : []),
    ...(row.spec === against.doubted ? orderOnly(row, knows, n) : []),
  ])
  return [...checks, ...differences, ...sanity, ...all.flatMap((row) => tooGood(row.spec, row.candidate, n))]
}

/** A number on the same rows; where the baseline itself was scored, or is the candidate, there is nothing to make up for. */
const unpairedOf = (row: Row, { baseline, missing, unpaired }: JudgeInput): StoredValue | null =>
  baseline === null && missing?.kind !== 'unchanged' ? (unpaired?.metrics[row.spec.name] ?? null) : null

function shownOf(row: Row, input: JudgeInput, n: number): ShownRow {
  const { candidate, level, spec } = row
  const kept = unpairedOf(row, input)
  const change = row.change ?? (kept && candidate.value !== null ? unpairedChange(kept, candidate.value, level, n) : null)
  const { stored = {} } = input
  return shownRow({ ...row, kept, change }, spec.name in stored ? storedValue(stored[spec.name] ?? null) : undefined)
}

const storedValue = (value: number | null): MetricValue => (value === null ? undefinedBecause('it was undefined') : defined(value))
