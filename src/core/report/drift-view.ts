/** Drift as rows: how far each column moved, against the thresholds that count for it. */
import type { ModelConfig } from '../schema/config.ts'
import { type DriftDetails, driftDetails } from '../schema/details.ts'
import type { StageResult } from '../schema/result.ts'
import { figure, plural, probability, written } from './format.ts'
import { name, own, prose, say, type Text } from './text.ts'

type Column = DriftDetails['columns'][number]

export interface DriftRow {
  readonly column: string
  readonly family: Column['family']
  readonly state: Column['state']
  readonly word: string
  readonly js: number | null
  readonly warn: number
  readonly fail: number
  readonly distance: Text
  readonly limits: Text
  readonly certainty: Text
  readonly summary: Text
}

export interface DriftView {
  readonly summary: Text
  readonly notes: readonly Text[]
  /** furthest first */
  readonly rows: readonly DriftRow[]
}

const words: Readonly<Record<Column['state'], string>> = {
  fail: 'drifted',
  warn: 'moved',
  immaterial: 'real but small',
  inconclusive: 'too few rows',
  ok: 'steady',
  skipped: 'not tested',
}

/** Thresholds on JS* by family: labels and predictions count at half the distance. */
const thresholds = {
  features: { warn: 0.1, fail: 0.2 },
  labels: { warn: 0.05, fail: 0.1 },
  predictions: { warn: 0.05, fail: 0.1 },
} as const

export function driftView(result: StageResult | null, config: ModelConfig): DriftView | null {
  const parsed = driftDetails.safeParse(result?.details)
  if (!parsed.success) return null
  const details = parsed.data
  const rows = details.columns.map((column) => driftRow(column, config)).sort(byDistance)
  const moved = rows.filter((row) => row.state === 'fail' || row.state === 'warn').length
  return {
    summary: own(moved === 0 ? `none of ${plural(rows.length, 'column')} moved` : `${moved} of ${plural(rows.length, 'column')} moved`),
    notes: [
      say`${own(plural(details.current.rows, 'row'))} of current data against ${own(plural(details.reference.rows, 'row'))} of ${name(details.reference.from)}`,
      ...(details.same_data ? [own('Current and reference are the same data.')] : []),
    ],
    rows,
  }
}

function driftRow(column: Column, config: ModelConfig): DriftRow {
  const defaults = thresholds[column.family]
  const shift = Object.hasOwn(config.drift.columns, column.column) ? config.drift.columns[column.column]?.shift : undefined
  const warn = shift?.warn ?? defaults.warn
  const fail = shift?.fail ?? defaults.fail
  return {
    column: column.column,
    family: column.family,
    state: column.state,
    word: words[column.state],
    js: column.js,
    warn,
    fail,
    distance: own(figure(column.js, [warn, fail])),
    limits: own(`${written(warn)} / ${written(fail)}`),
    certainty: own(column.q === null ? '–' : `q ${column.q < 1e-16 ? '' : '= '}${probability(column.q)}`),
    summary: prose(column.summary, [column.column]),
  }
}

const order: readonly Column['state'][] = ['fail', 'warn', 'immaterial', 'inconclusive', 'ok', 'skipped']

const byDistance = (a: DriftRow, b: DriftRow): number =>
  order.indexOf(a.state) - order.indexOf(b.state) || (b.js ?? -1) - (a.js ?? -1) || (a.column < b.column ? -1 : a.column > b.column ? 1 : 0)
