/** Parts of the rows as a reader meets them: the worst first, each by its column and place, never by a label of the data. */
import type { EvaluateDetails } from '../schema/evaluate-details.ts'
import type { Check } from '../schema/result.ts'
import { change, changeInterval, count, level, namedProbability, plural, verb, written } from './format.ts'
import { join, name, own, prose, type Text } from './text.ts'

type Slices = NonNullable<EvaluateDetails['slices']>
type Told = Slices['list'][number]

export interface SliceRow {
  readonly state: Told['state']
  readonly word: string
  readonly slice: Text
  readonly metric: Text
  readonly rows: Text
  readonly baseline: Text
  readonly candidate: Text
  readonly change: Text
  readonly certainty: Text
  /** the candidate's level with the luck of few rows taken off */
  readonly shrunk: Text
  /** how much worse its rows are than the rest */
  readonly effect: Text
}

export interface SlicesView {
  readonly summary: Text
  readonly notes: readonly Text[]
  readonly rows: readonly SliceRow[]
}

/** The columns of the table, in the order of `cellsOf`. */
export const sliceHeader = [
  'state',
  'slice',
  'metric',
  'rows',
  'baseline',
  'candidate',
  'change',
  'certainty',
  'luck taken off',
  'φ',
] as const

export const cellsOf = (row: SliceRow): readonly Text[] => [
  own(row.word),
  row.slice,
  row.metric,
  row.rows,
  row.baseline,
  row.candidate,
  row.change,
  row.certainty,
  row.shrunk,
  row.effect,
]

const words: Readonly<Record<Told['state'], string>> = {
  fail: 'worse',
  warn: 'worse, a warning',
  inconclusive: 'perhaps worse',
  ok: 'holds',
  alone: 'not compared',
  undefined: 'undefined',
}

/** Rows of a slice are worth a look from here on (Chung et al. 2019). */
const worthALook = 0.4

export function slicesView(slices: EvaluateDetails['slices'], checks: readonly Check[]): SlicesView | null {
  if (slices === undefined || slices.list.length === 0) return null
  const apart = new Set(slices.list.filter(({ effect }) => (effect ?? 0) >= worthALook).map(({ slice }) => slice)).size
  const metrics = slices.list.map(({ metric }) => metric)
  return {
    summary: join(
      checks.filter(({ id }) => id.startsWith('evaluate.slices:')).map(({ message }) => prose(message, [...metrics, ...slices.columns])),
      ' ',
    ),
    notes: [
      own(`A slice has ${plural(slices.min_rows, 'row')} at least`),
      ...(slices.small === 0 ? [] : [own(`${plural(slices.small, 'level')} with fewer ${verb(slices.small, 'are')} left out`)]),
      own('Slices are called by column and place in the order of its labels, which evaluate.json holds, under details.slices'),
      ...(apart === 0 ? [] : [own(`In ${plural(apart, 'slice')} the rows are much worse than the rest (φ ≥ ${worthALook})`)]),
      ...slices.notes.map((note) => prose(note.replace(/\.$/, ''))),
    ],
    rows: slices.list.map(sliceRow),
  }
}

function sliceRow(told: Told): SliceRow {
  const { value, baseline, unit } = told
  const both = [value, baseline].filter((each) => each !== null)
  const interval = told.change_interval === null ? '' : ` (${changeInterval(told.change_interval, unit)})`
  return {
    state: told.state,
    word: words[told.state],
    slice: name(told.slice),
    metric: name(told.metric),
    rows: own(count(told.n)),
    baseline: own(level(baseline, unit, [], both)),
    candidate: own(value === null ? 'undefined' : level(value, unit, [], both)),
    change: own(told.change === null ? '–' : `${change(told.change, unit)}${interval}`),
    certainty: own(told.q === null ? '–' : namedProbability('q', told.q)),
    shrunk: own(level(told.shrunk, unit, [], both)),
    effect: own(told.effect === null ? '–' : written(Math.round(told.effect * 100) / 100)),
  }
}
