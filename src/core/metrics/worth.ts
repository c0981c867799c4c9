/**
 * What the decisions of a model are worth: money per 1,000 of them.
 *
 *     value = 1000/n Σ_i V[y_i][ŷ_i]          or, with a column of its own: V_i where the model says yes, 0 where it says no
 *
 * Any number; higher is better. A mean of rows, so it is compared in pairs like any other. Where nothing is told of the rows (`evaluate.value`), outcomes are
 * worth what the parameters say, by the row.
 * Source: Elkan 2001, "The foundations of cost-sensitive learning".
 */

import { number, type Params } from './params.ts'
import { meanOf } from './row-samples.ts'
import { defined, type Sample } from './sample.ts'
import type { Worth } from './scores.ts'
import { ofClasses, unseenOf } from './unseen.ts'
import type { BinaryView } from './view.ts'

const PER = 1000

/** Of one decision. */
export const worthOf = (worth: Worth, classes: number, row: number, truth: number, predicted: number): number =>
  worth.kind === 'table' ? (worth.values[truth * classes + predicted] ?? 0) : predicted === 1 ? (worth.yes[row] ?? 0) : 0

export function binaryValue(view: BinaryView, params: Params): Sample {
  const { y, predicted } = view
  const outcomes: Worth = { kind: 'table', values: Float64Array.from(['tn', 'fp', 'fn', 'tp'], (key) => number(params, key)) }
  const worth = view.worth ?? outcomes
  const per = worth === outcomes ? 1 : PER
  const rows = new Float64Array(view.n)
  for (let i = 0; i < rows.length; i++) rows[i] = per * worthOf(worth, 2, i, y[i] ?? 0, predicted[i] ?? 0)
  const sample = meanOf(view, rows)
  if (sample.kind !== 'mean' || worth.kind !== 'table') return sample
  const [tn = 0, fp = 0, fn = 0, tp = 0] = worth.values.map((value) => per * value)
  const ends = (of: (...values: number[]) => number) => [[of(tn, fp)], [of(fn, tp)]] as const
  const unseen = () => ofClasses(y, [rows], ([sum = 0], n) => defined(sum / n), ends(Math.min), ends(Math.max))
  return { ...sample, ...unseenOf(view, unseen) }
}
