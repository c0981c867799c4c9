/**
 * What makes two evaluations comparable. Both models are scored in one run, on the same rows, with one truth, one positive class, one threshold and
 * one version of every metric, so that these cannot differ. What is left to differ is the baseline itself: columns it wants, labels it speaks.
 * Of a baseline whose bytes are gone a run recorded numbers, and what they mean (`Judged`). They are compared, row by row no more, where all of that
 * which touches the metric is the same today (basis.ts); else what differs is said.
 */
import { count, plural } from '../report/format.ts'
import type { MetricSpec } from '../schema/config.ts'
import type { EvaluateDetails } from '../schema/evaluate-details.ts'
import type { Judged } from '../schema/judged.ts'
import type { LedgerModel } from '../schema/ledger.ts'
import { differsFor } from './basis.ts'
import type { StoredValue } from './change.ts'
import { type ChangedRows, saidChanged } from './changed-rows.ts'

/** A baseline that fails for one of these reasons was made for other data: nothing is wrong with the candidate, and nothing can be compared. */
const foreign: Readonly<Record<string, string>> = {
  COLUMNS_MISSING: 'columns differ',
  COLUMN_UNFIT: 'columns differ',
  FEATURES_NEEDED: 'columns differ',
  CLASSES_UNKNOWN: 'labels differ',
  LABEL_UNSEEN: 'labels differ',
  SCORES_OUTSIDE: 'scores differ',
  OUTPUT_WIDTH: 'outputs differ',
  QUANTILES_CROSS: 'its quantiles cross',
}

/** What differs, or null: the error is no matter of comparability. */
export const whatDiffers = (code: string): string | null => (Object.hasOwn(foreign, code) ? (foreign[code] ?? null) : null)

/** A metric with its parameters, so that one name means one thing. */
export const meaning = ({ metric, params, direction }: Pick<MetricSpec, 'metric' | 'params' | 'direction'>): string =>
  [
    metric,
    ...(direction === undefined ? [] : [`of its own, ${direction} is better`]),
    ...Object.entries(params)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${key}=${value}`),
  ].join(' ')

/** What a run leaves behind of its numbers, for those that come after the bytes are gone. */
export function figuresOf(rows: EvaluateDetails['metrics'], specs: readonly MetricSpec[]): Judged['figures'] {
  return Object.fromEntries(
    rows.flatMap(({ name, metric, candidate: { value, undefined: why, interval } }) => {
      const [low = null, high = null] = interval ?? []
      const spec = specs.find((one) => one.name === name)
      const known = low === null || high === null ? null : ([low, high] as [number, number])
      // without an interval nothing that is computed here can be compared; a number of the team's own is judged by mode point
      if (value === null || why !== null || (known === null && spec?.direction === undefined)) return []
      return [[name, { of: meaning(spec ?? { metric, params: {} }), value, interval: known }]]
    }),
  )
}

/** Those of the past that mean today what they meant then, on a basis of which nothing that touches every metric differs. */
export function sameFigures(
  { basis, figures }: Judged,
  now: Judged['basis'],
  specs: readonly MetricSpec[],
): Readonly<Record<string, StoredValue>> {
  return Object.fromEntries(
    Object.entries(figures).filter(([name, figure]) => {
      const spec = specFor(name, specs)
      return figure.of === meaning(spec) && differsFor(spec, basis, now) === null
    }),
  )
}

/** Without a key in the config it is called by its metric. */
const specFor = (name: string, specs: readonly MetricSpec[]): Pick<MetricSpec, 'metric' | 'params' | 'direction'> =>
  specs.find((one) => one.name === name) ?? { metric: name, params: {} }

/** Of each metric that means what it did, but rests on something else: on what. */
export function otherwiseBased(
  { basis, figures }: Judged,
  now: Judged['basis'],
  specs: readonly MetricSpec[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(figures).flatMap((name) => {
      const why = differsFor(specFor(name, specs), basis, now)
      return why === null ? [] : [[name, why]]
    }),
  )
}

/** Of each metric that meant something else then, or that nobody recorded then: that it cannot be held against its own past. */
export const redefined = (then: Judged['figures'], specs: readonly MetricSpec[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    specs.flatMap((spec) => {
      const [was, is] = [then[spec.name]?.of ?? null, meaning(spec)]
      if (was === is) return []
      return [[spec.name, was === null ? `${spec.name} was not recorded then` : `${spec.name} was ${was} then and is ${is} now`]]
    }),
  )

/** numbers of one metric that are not the same, as far as answers that were written with fewer digits may be */
export const sameNumber = 1e-6
const isSame = (value: number, recorded: number, within: number): boolean =>
  Math.abs(value - recorded) <= within * Math.max(1, Math.abs(recorded))

/** Whether a model answered the same rows twice as well. */
export const sameLevels = (one: EvaluateDetails['metrics'], other: EvaluateDetails['metrics']): boolean =>
  one.every(({ name, candidate: { value } }) => {
    const again = other.find((metric) => metric.name === name)?.candidate.value ?? null
    return value === null || again === null ? value === again : isSame(again, value, sameNumber)
  })

/**
 * The first metric of which a run recorded another number on the same basis; null: none, or nothing on that basis was recorded.
 * @param within numbers that lie closer are the same; of those above 1, as a share of them
 */
export function differingFigure(
  judged: Judged,
  now: Judged['basis'],
  rows: EvaluateDetails['metrics'],
  specs: readonly MetricSpec[],
  within = sameNumber,
): { readonly name: string; readonly recorded: number; readonly now: number } | null {
  const known = sameFigures(judged, now, specs)
  for (const { name, baseline } of rows) {
    const [recorded, value] = [known[name]?.value ?? null, baseline?.value ?? null]
    if (recorded !== null && value !== null && !isSame(value, recorded, within))
      return { name, recorded: Number(recorded.toPrecision(6)), now: Number(value.toPrecision(6)) }
  }
  return null
}

export interface EarlierHoldout {
  /** fingerprint */
  readonly holdout: string
  readonly rows: number | null
}

/** What the ledger knows the baseline was judged on last, where it never was judged on what is there today. @param baseline digest of its bytes; @param now fingerprint */
export function earlierHoldout(state: LedgerModel | null, baseline: string | null, now: string): EarlierHoldout | null {
  const judged: readonly EarlierHoldout[] = [
    ...(state?.versions ?? []).flatMap(({ digest, judged: kept }) =>
      digest === baseline && kept !== undefined && kept.basis.holdout !== ''
        ? [{ holdout: kept.basis.holdout, rows: kept.basis.rows }]
        : [],
    ),
    ...(state?.recent ?? []).flatMap(({ digest, holdout, rows = null }) =>
      digest === baseline && holdout !== null ? [{ holdout, rows }] : [],
    ),
  ]
  return judged.some(({ holdout }) => holdout === now) ? null : (judged.at(-1) ?? null)
}

/** What a tool keeps elsewhere: `certain` where the history names the very data of then. */
export interface KeptElsewhere {
  readonly by: string
  readonly certain: boolean
}

/** The comparison is sound, but not the one of then. @param difference what changed, where the data of then is at hand; else where it is, where that is known */
export function saidOfHoldout(
  { rows }: EarlierHoldout,
  now: number,
  difference: ChangedRows | KeptElsewhere | null,
  /** of the baseline */
  stored = false,
): string {
  const sizes = rows === null ? '' : `, ${plural(rows, 'row')} then and ${count(now)} now`
  const where =
    difference !== null && 'by' in difference
      ? ` (the data of then ${difference.certain ? 'is' : 'may be'} in ${difference.by}, and is not on this machine)`
      : ''
  const what = difference === null || 'by' in difference ? sizes + where : `, ${saidChanged(difference)}`
  return `The test data has changed since the baseline was judged${what}: ${stored ? 'the answers of both models are' : 'both models were scored'} on the rows of today.`
}
