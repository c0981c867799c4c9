/**
 * Drift as a reader meets it: what moved, how far and how sure, first of all what the model says, which moves when anything that matters
 * to it does; then how the two were compared.
 */
import { pairMeasures } from '../drift/pair-measures.ts'
import { ruleOf } from '../drift/rules.ts'
import { shiftLimits } from '../drift/thresholds.ts'
import type { ModelConfig } from '../schema/config.ts'
import { type DriftDetails, driftDetails } from '../schema/drift-details.ts'
import type { Check, StageResult } from '../schema/result.ts'
import { sizeInWords } from './drift-scale.ts'
import type { ShareCell } from './drift-shares.ts'
import { count, distance, figure, namedProbability, plural, share, written } from './format.ts'
import { statistics } from './statistics-words.ts'
import { join, name, own, prose, say, type Text } from './text.ts'

type Column = DriftDetails['columns'][number]
type State = Column['state']

export interface DriftRow {
  readonly column: string
  readonly family: Column['family']
  readonly state: State
  readonly word: string
  readonly js: number | null
  /** null: no such limit */
  readonly warn: number | null
  readonly fail: number | null
  /** false: judged by another measure than JS*, so its limits are none of a JS* */
  readonly byJs: boolean
  readonly distance: Text
  /** JS* in words; empty where that says nothing */
  readonly size: Text
  readonly limits: Text
  readonly certainty: Text
  readonly summary: Text
  /** shares to draw; empty where nothing moved */
  readonly cells: readonly ShareCell[]
}

export interface PairRow {
  readonly state: State
  readonly word: string
  readonly pair: Text
  /** what was compared of the two */
  readonly measure: Text
  readonly reference: Text
  readonly current: Text
  /** what changed, chance taken off: classes that change places leave both figures as they were */
  readonly change: Text
  readonly certainty: Text
}

/** What the figures of drift are, for whoever meets them the first time. */
export const driftWords = `JS*: ${statistics['JS*']}; q: ${statistics.q}. A column drifts only when it is both far and certain.`

export interface DriftView {
  readonly summary: Text
  readonly notes: readonly Text[]
  /** what moved first; of what moved alike predictions, labels, features; furthest first */
  readonly rows: readonly DriftRow[]
  /** pairs of columns that go together differently */
  readonly pairs: readonly PairRow[]
  /** how well a classifier tells the two apart, and by what */
  readonly classifier: Text | null
}

const words: Readonly<Record<State, string>> = {
  fail: 'drifted',
  warn: 'moved',
  immaterial: 'real but small',
  inconclusive: 'too few rows',
  ok: 'steady',
  skipped: 'not tested',
}

/** As a sentence of its own. */
export const sentence = (text: Text): Text => {
  const [first, ...rest] = text
  return first?.kind === 'own' ? [...own(`${first.text.slice(0, 1).toUpperCase()}${first.text.slice(1)}`), ...rest, ...own('.')] : text
}

const hasMoved = ({ state }: { readonly state: State }) => state === 'fail' || state === 'warn'

export function driftView(result: StageResult | null, config: ModelConfig): DriftView | null {
  const parsed = driftDetails.safeParse(result?.details)
  if (!parsed.success) return null
  const details = parsed.data
  const checks = new Map((result?.checks ?? []).map((check) => [check.id, check]))
  const rows = details.columns.map((column) => driftRow(column, config, checks.get(`drift.shift:${column.column}`) ?? null)).sort(byWeight)
  return {
    summary: summaryOf(rows),
    notes: notesOf(details),
    rows,
    pairs: (details.correlations ?? []).filter(hasMoved).sort(byChange).map(pairRow),
    classifier: classifierText(details.classifier ?? null),
  }
}

/** `the predictions are steady, 1 of 6 columns moved`; nothing is called steady that nobody could tell */
function summaryOf(rows: readonly DriftRow[]): Text {
  const [answers, columns] = [rows.filter(isPrediction), rows.filter((row) => !isPrediction(row))]
  const moved = columns.filter(hasMoved).length
  const untested = columns.filter(({ state }) => state === 'skipped').length
  const rest = untested === 0 || untested === columns.length ? '' : ` (${count(untested)} more not tested)`
  const all = `${plural(columns.length - (rest === '' ? 0 : untested), 'column')}${rest}`
  const decided = columns.some(wasDecided)
  const counted = moved > 0 ? `${moved} of ${all} moved` : decided ? `none of ${all} moved` : undecided(columns, `one of ${all}`)
  const tested = answers.filter(({ state }) => state !== 'skipped')
  if (tested.length === 0) return own(counted)
  if (tested.some(hasMoved)) {
    if (moved > 0) return own(`the predictions moved, and ${moved} of ${all}`)
    return own(decided ? `the predictions moved, though none of ${all} moved alone` : `the predictions moved; ${counted}`)
  }
  if (tested.some(wasDecided)) return own(`the predictions are steady, ${counted}`)
  if (moved === 0 && !decided) return own(undecided(rows, `the predictions or one of ${all}`))
  return own(`${undecided(tested, 'the predictions')}; ${counted}`)
}

const wasDecided = ({ state }: DriftRow) => state !== 'inconclusive' && state !== 'skipped'
const undecided = (rows: readonly DriftRow[], what: string): string =>
  rows.some(({ state }) => state === 'inconclusive') ? `too few rows to say whether ${what} moved` : `nothing says whether ${what} moved`

const isPrediction = ({ family }: DriftRow) => family === 'predictions'

function notesOf({ current, reference, same_data: same, predictions, blocks, seeds }: DriftDetails): readonly Text[] {
  return [
    say`${own(plural(current.rows, 'row'))} of current data against ${own(plural(reference.rows, 'row'))} of ${name(reference.from)}`,
    ...(same ? [own('Current and reference are the same data')] : []),
    ...(predictions?.from == null ? [] : [say`The model's predictions are held against ${prose(predictions.from)}`]),
    ...(predictions?.expected_accuracy == null
      ? []
      : [
          own(
            `As its own probabilities have it, its accuracy on these rows is ${figure(predictions.expected_accuracy)}; that holds where they are calibrated and what the columns mean for the label has not changed`,
          ),
        ]),
    ...(predictions?.priors == null ? [] : [own(priorsText(predictions.priors))]),
    ...(predictions?.because == null ? [] : [say`Predictions were not compared: ${prose(predictions.because)}`]),
    ...(blocks == null ? [] : [blocksText(blocks, seeds?.blocks ?? null)]),
  ]
}

/** What the shares of the classes may be now, in the words of the caveat that holds for them. */
function priorsText({ holdout, now, positive }: NonNullable<NonNullable<DriftDetails['predictions']>['priors']>): string {
  const change = (place: number) => Math.abs((now[place] ?? 0) - (holdout[place] ?? 0))
  const furthest = holdout.reduce((most, _, place) => (change(place) > change(most) ? place : most), 0)
  const shown = positive ?? furthest
  const which = positive === null ? `the class that changed most, of ${holdout.length}, is` : 'the positive class is'
  return `As its predictions have it, ${which} ${share(now[shown] ?? 0)} of these rows, ${share(holdout[shown] ?? 0)} on its holdout; that holds where classes became more or less frequent and otherwise look as they did`
}

/** Why p is larger than the rows would have it. */
function blocksText({ by, unit, reference, current }: NonNullable<DriftDetails['blocks']>, seed: number | null): Text {
  const what = by === 'group' ? 'Rows of one group are alike' : 'Rows of one time are alike'
  const kind = by === 'group' ? 'blocks of groups' : `blocks of ${unit}`
  return own(
    `${what}, so they count in ${kind}: ${plural(current, 'block')} against ${reference}${seed === null ? '' : ` (drawn from seed ${seed})`}`,
  )
}

function driftRow(column: Column, config: ModelConfig, check: Check | null): DriftRow {
  const rule = ruleOf(config.drift.columns, column.column)?.rule
  const limits = shiftLimits(column.family, rule ?? null, config.drift)
  const [warn, fail] = [limits.warn ?? null, limits.fail ?? null]
  const both = [warn, fail].filter((limit) => limit !== null)
  const byJs = limits.metric === 'js' && !limits.raw
  const size = sizeInWords(column.js, column.kind)
  return {
    column: column.column,
    family: column.family,
    state: column.state,
    word: words[column.state],
    js: column.js,
    warn,
    fail,
    byJs,
    distance: byJs
      ? own(distance(column.js, both))
      : say`${own(check?.unit ?? limits.metric)} ${own(distance(check?.observed ?? null, both))}`,
    size: size === null || column.state === 'skipped' ? [] : own(size),
    limits: own(column.state === 'skipped' ? '–' : `${written(warn)} / ${written(fail)}`),
    certainty: own(`${certainty(column.q)}${column.unit === 'blocks' ? ', by blocks' : ''}`),
    summary: hasMoved(column)
      ? say`${prose(column.summary, [column.column])}${own(trendText(column.trend ?? []))}`
      : prose(column.summary, [column.column]),
    cells: column.cells ?? [],
  }
}

const shownBlocks = 7

/** The last blocks, of what moved: whether it goes on. */
const trendText = (trend: readonly number[]): string =>
  trend.length < 3
    ? ''
    : `; JS* of the last ${Math.min(shownBlocks, trend.length)} blocks ${trend
        .slice(-shownBlocks)
        .map((js) => js.toFixed(2))
        .join(', ')}`

const certainty = (q: number | null): string => (q === null ? '–' : namedProbability('q', q))

type Correlation = NonNullable<DriftDetails['correlations']>[number]

const pairRow = ({ a, b, measure = 'rank_correlation', reference, current, change, q, state }: Correlation): PairRow => ({
  state,
  word: words[state],
  pair: say`${name(a)} and ${name(b)}`,
  measure: own(pairMeasures[measure].shown),
  reference: own(distance(reference)),
  current: own(distance(current)),
  change: own(distance(change)),
  certainty: own(certainty(q)),
})

const topColumns = 3

function classifierText(found: NonNullable<DriftDetails['classifier']> | null): Text | null {
  if (found === null || found.auc === null) return null
  const top = found.top.filter(({ gain }) => gain >= 0.05).slice(0, topColumns)
  const surely = found.low95 === null || found.low95 <= 0.5 ? 'no better than chance would' : `surely better than ${figure(found.low95)}`
  const by = join(
    top.map(({ column, gain }) => say`${name(column)} (${own(`${Math.round(gain * 100)} %`)})`),
    ', ',
  )
  return say`A classifier told current rows from reference rows with AUC ${own(figure(found.auc))} (0.5 is chance; ${own(surely)})${top.length === 0 ? [] : say`, by ${by}`}`
}

const order: readonly State[] = ['fail', 'warn', 'immaterial', 'inconclusive', 'ok', 'skipped']
const familyOrder: readonly Column['family'][] = ['predictions', 'labels', 'features']

const byWeight = (a: DriftRow, b: DriftRow): number =>
  order.indexOf(a.state) - order.indexOf(b.state) ||
  familyOrder.indexOf(a.family) - familyOrder.indexOf(b.family) ||
  (b.js ?? -1) - (a.js ?? -1) ||
  (a.column < b.column ? -1 : a.column > b.column ? 1 : 0)

const byChange = (a: Correlation, b: Correlation): number =>
  order.indexOf(a.state) - order.indexOf(b.state) || Math.abs(b.change ?? 0) - Math.abs(a.change ?? 0)
