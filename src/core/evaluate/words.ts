/** How the checks of an evaluation speak. Figures come from the report's own formatter, so that message and table never differ. */
import type { Policy } from '../gate/fold.ts'
import { change, count, namedProbability, plural } from '../report/format.ts'
import type { Test } from './change-test.ts'
import { limitText } from './limit-text.ts'
import type { Margin } from './margin.ts'

/** A change without its sign, with enough digits to be told from the limit. */
export const size = (value: number, unit: string, against: readonly number[] = []): string =>
  change(Math.abs(value), unit, against.map(Math.abs)).replace(/^[+±]/, '')

/** `roc_auc fell by 2.1 pp (limit 1.0 pp)`; a change for the better has no limit */
export function moved(name: string, delta: number, baseline: number, unit: string, worse: boolean, margin: Margin): string {
  if (delta === 0) return `${name} is what it was`
  const by = size(delta, unit, margin.relative === null && Math.abs(delta) !== margin.value ? [margin.value] : [])
  const share =
    margin.relative !== null && baseline !== 0 ? `, ${size(delta / baseline, 'relative', [margin.relative])} of the baseline` : ''
  const limit = worse ? ` (${margin.written ? '' : 'default '}limit ${limitText(margin, unit)})` : ''
  return `${name} ${delta < 0 ? 'fell' : 'rose'} by ${by}${share}${limit}`
}

/**
 * `6,181`, or `about 38,000`: rows that would do. A standard error that is itself estimated leaves two digits of such a number at most, and with few positives not the
 * first; it is rounded up. What Connor's formula makes of the rows on which two models disagree is told whole.
 */
export function rowsToDo(needed: number, test: Pick<Test, 'connor'> | null = null): string {
  if (test?.connor) return count(needed)
  if (!Number.isFinite(needed)) return 'no number of them'
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(needed)) - 1)
  return `about ${count(Math.ceil(needed / unit) * unit)}`
}

/** `800 rows cannot show a drop of 1 pp (6,181 would)` */
export function notShown(
  counted: number,
  needed: number,
  direction: 'higher' | 'lower',
  what: string,
  { noun = 'rows', test = null }: { readonly noun?: string; readonly test?: Pick<Test, 'connor'> | null } = {},
): string {
  const kind = direction === 'higher' ? 'drop' : 'rise'
  if (!Number.isFinite(needed)) return `${count(counted)} ${noun} cannot show any ${kind}, however small`
  if (needed <= counted) return `a ${kind} of ${what} would show in ${count(counted)} ${noun}, but this one may be chance`
  return `${count(counted)} ${noun} cannot show a ${kind} of ${what} (${rowsToDo(needed, test)} would)`
}

/** What the groups that are counted instead of rows are called. */
export function groupNoun(task: string, column: string | null): string {
  if (column !== null) return column.endsWith('s') ? column : /[^aeiou]y$/i.test(column) ? `${column.slice(0, -1)}ies` : `${column}s`
  return task === 'ranking' ? 'queries' : task === 'forecasting' ? 'series' : 'groups'
}

/** `1,200 rows`, `1,200 rows in 80 routes` */
export const counted = (rows: number, groups: number | null, noun: string): string =>
  groups === null ? plural(rows, 'row') : `${plural(rows, 'row')} in ${count(groups)} ${noun}`

/** Said where there are fewer groups than a standard error can be had from. */
export const tooFewGroups = (rows: number, groups: number, noun: string, fewest: number): string =>
  `Not decided: ${counted(rows, groups, noun)}; fewer than ${fewest} ${noun} cannot tell a change from chance.`

export const countedInconclusive = (policy: Policy): string => `Counted as ${policy.onInconclusive} (gate.on_inconclusive).`
export const countedMissing = (policy: Policy): string => `Counted as ${policy.onMissing} (baseline.on_missing).`

/** @param level what it is held against */
export const pText = (p: number, level: number): string => namedProbability('p', p, [level])

/** A sentence with its full stop, whoever wrote it. */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
