/** Groups against each other as rows of the report: how far apart they are in each measure, and what was asked. Groups are called by column and place, never by a label. */
import { type Verdict, worst } from '../gate/fold.ts'
import type { EvaluateDetails } from '../schema/evaluate-details.ts'
import type { Check } from '../schema/result.ts'
import { change, count, level, plural, written, writtenChange } from './format.ts'
import { join, name, own, say, strong, type Text } from './text.ts'

export interface FairnessRow {
  readonly column: Text
  readonly measure: Text
  readonly smallest: Text
  readonly largest: Text
  readonly difference: Text
  readonly ratio: Text
  readonly limit: Text
  readonly gated: boolean
  readonly effect: Verdict
  readonly word: string
}

export interface FairnessView {
  /** `sex: sex#1 1,000 rows, sex#2 800 rows` */
  readonly notes: readonly Text[]
  readonly effect: Verdict
  readonly summary: Text
  readonly rows: readonly FairnessRow[]
}

export const fairnessHeader = ['verdict', 'over', 'measure', 'smallest', 'largest', 'difference', 'ratio', 'limit'] as const

/** In the order of the header, after the verdict. */
export const fairnessCells = (row: FairnessRow): readonly Text[] => [
  row.column,
  row.measure,
  row.smallest,
  row.largest,
  row.difference,
  row.ratio,
  row.limit.length === 0 ? own('–') : row.limit,
]

type Details = NonNullable<EvaluateDetails['fairness']>
type Entry = Details['list'][number]

const fewest = 8

export function fairnessView({ fairness }: EvaluateDetails, checks: readonly Check[]): FairnessView | null {
  if (fairness === undefined) return null
  const of = ({ checks: ids }: Entry) => checks.filter(({ id }) => ids.includes(id))
  const rows = fairness.list.filter(({ gated, difference }) => gated || difference !== null).map((entry) => rowOf(entry, of(entry)))
  const own_ = fairness.list.flatMap(of)
  const effect = worst(own_.map((check) => check.effect))
  const broken = own_.filter((check) => check.effect === 'fail' || check.effect === 'warn').length
  const open = own_.filter((check) => check.status === 'inconclusive').length
  const columns = join(
    fairness.columns.map(({ column }) => name(column)),
    ', ',
  )
  const judged =
    own_.length === 0
      ? 'shown, no gap is limited'
      : `${plural(own_.length, 'gap')} limited, ${broken} beyond${open === 0 ? '' : `, ${open} not decided`}`
  return {
    notes: fairness.columns.map(({ column, groups, without }) => {
      const told = groups.slice(0, fewest).map(({ group, rows: n }) => say`${name(group)} ${own(plural(n, 'row'))}`)
      const more = groups.length > fewest ? own(` and ${groups.length - fewest} more`) : []
      return say`${name(column)}: ${join(told, ', ')}${more}${own(without === 0 ? '' : `; ${plural(without, 'row')} without a value left out`)}`
    }),
    effect: own_.length === 0 ? 'skipped' : effect,
    summary: say`${columns}: ${own(judged)}`,
    rows: [...rows.filter((row) => row.gated), ...rows.filter((row) => !row.gated)],
  }
}

function rowOf(entry: Entry, checks: readonly Check[]): FairnessRow {
  const { column, name: called, unit, gated, difference, ratio, baseline_difference: before } = entry
  const effect = worst(checks.map((check) => check.effect))
  const deciding = checks.find((check) => check.effect === effect && check.status !== 'pass') ?? checks[0]
  const [smallest, largest] = ends(entry)
  // in the digits of the sentences of its checks
  const limitsOf = (kind: string) => checks.flatMap((check) => (check.limit_kind === kind && check.limit !== null ? [check.limit] : []))
  const size = (value: number | null, limits: readonly number[] = []) => change(value, unit, limits).replace(/^[+±]/, '')
  return {
    column: name(column),
    measure: name(called),
    smallest,
    largest,
    difference: strongIf(
      effect === 'fail' || effect === 'error',
      `${before === null ? '' : `${size(before)} → `}${size(difference, limitsOf('max_difference'))}`,
    ),
    ratio: own(ratio === null ? '–' : level(ratio, '', limitsOf('min_ratio'))),
    limit: join(
      checks.flatMap((check) => (check.limit === null ? [] : [own(limitWords(check))])),
      ', ',
    ),
    gated,
    effect: gated ? effect : 'skipped',
    word: gated ? (deciding?.status ?? 'skipped') : 'shown only',
  }
}

const strongIf = (wanted: boolean, text: string): Text => (wanted ? strong(own(text)) : own(text))

const limitWords = ({ limit_kind: kind, limit, unit }: Check): string =>
  kind === 'min_ratio' ? `ratio ≥ ${written(limit)}` : `${kind === 'max_rise' ? 'rise <' : 'difference ≤'} ${writtenChange(limit, unit)}`

/** Of the part with the wider gap. */
function ends({ parts, unit }: Entry): readonly [Text, Text] {
  const spread = parts.map(({ part, among, groups }) => {
    const sorted = groups
      .flatMap(({ group, value, base, compared }) => (compared && value !== null ? [{ group, value, base }] : []))
      .toSorted((a, b) => a.value - b.value)
    const [low, high] = [sorted[0], sorted.at(-1)]
    return { part, among, low, high, gap: low && high ? high.value - low.value : -1 }
  })
  const [widest] = spread.toSorted((a, b) => b.gap - a.gap)
  const said = (end: { group: string; value: number; base: number } | undefined): Text =>
    end === undefined || widest === undefined
      ? own('–')
      : say`${own(`${parts.length > 1 ? `${widest.part} ` : ''}${level(end.value, unit)} in `)}${name(end.group)}${own(` (${count(end.base)} ${widest.among})`)}`
  return [said(widest?.low), said(widest?.high)]
}
