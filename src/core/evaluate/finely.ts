/**
 * How small a p-value can be said. B draws say none below about 1/2B, which the corrections of BCa move to 1/100 and more; among dozens of gated metrics Holm asks for less, and so does a
 * proof on a holdout that was used often: a metric that is read from draws could not fail there however bad it is. So where its p-value is not as small as could be asked, and
 * fewer than ten draws lie beyond it, its test is made again from 5 and then from 20 times as many draws; that test is the one that counts and is shown. Where these end, too, the last goes on
 * beyond them with a tail that is no shorter than the normal one (`stats/drawn-tail.ts`).
 *
 * It estimates the same tail with a smaller error, and is seldom made: p-values of 2,000 draws with ten beyond them are about 0.005, which is enough for ten metrics.
 * Source: Davison & Hinkley 1997, §4.2.5, on how many draws a p-value needs.
 */
import type { Metric } from '../metrics/metric.ts'
import type { MetricSpec, Mode } from '../schema/config.ts'
import type { Change } from './change.ts'
import { ALPHA, isCorrected, notWorse, worse } from './claim.ts'
import { margins } from './margin.ts'
import type { More } from './resampling.ts'

export interface Asking {
  /** gated metrics */
  readonly among: number
  readonly mode: Mode
  /** level of a mode that asks for proof */
  readonly proof: number
}

export interface Told {
  readonly spec: MetricSpec
  readonly metric: Metric
  readonly change: Change
  /** value of the baseline */
  readonly baseline: number
}

/** What is made, one after the other, as long as it is not enough. */
export const STEPS: readonly More[] = [
  { times: 5, beyond: false },
  { times: 20, beyond: true },
]

/** Is a p-value one that draws know little of, and not as small as could be asked? */
export function wantsMore({ spec, metric, change, baseline }: Told, { among, mode, proof }: Asking): boolean {
  const [below, above] = change.test?.tails ?? [0, 0]
  if (mode === 'point') return false
  const corrected = isCorrected(mode)
  const margin = mode === 'non_inferior' ? (margins(spec, metric, baseline)[0]?.margin.value ?? 0) : 0
  // of "worse by more than a margin" no p-value is smaller than that of "worse"
  const p = corrected ? worse({ metric, change }, 0) : notWorse({ metric, change }, margin)
  const little = (metric.direction === 'higher') === corrected ? below : above
  return isShort(p, little, corrected ? ALPHA / Math.max(1, among) : proof)
}

/** @param little p-value beyond which there are ten draws; @param asked the smallest that could be asked */
export const isShort = (p: number, little: number, asked: number): boolean => p <= little && p > asked
