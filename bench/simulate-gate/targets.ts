/** What is promised, held against what was counted. */
import { count } from '../../src/core/report/format.ts'
import { interval, type Target } from '../simulate/tally.ts'
import type { Attainable } from './attainable.ts'
import type { BlockCount } from './blocks.ts'
import type { Coverage } from './coverage.ts'
import { type Departure, departureOf } from './departures.ts'
import { type FewCount, mistakenModes, mistakes } from './few.ts'
import type { GroupCoverage } from './groups.ts'
import { type ReuseCount, uses } from './reuse.ts'
import type { meanShareCoverage, ShareCoverage } from './shares.ts'
import { type SliceCount, slices } from './slices.ts'

export interface Counted {
  readonly blocked: readonly BlockCount[]
  readonly shares: readonly ReturnType<typeof meanShareCoverage>[]
  readonly shareTable: readonly ShareCoverage[]
  readonly covered: readonly Coverage[]
  /** of those that held more often than they should, as far as it can be counted */
  readonly attainable: readonly Attainable[]
  readonly reused: readonly ReuseCount[]
  readonly sliced: readonly SliceCount[]
  readonly grouped: readonly GroupCoverage[]
}

/** P(block) of guard for accuracy in §6.6, by drop and rows. They were simulated, too: a point is left for that. */
const published: readonly { readonly drop: number; readonly rows: number; readonly guard: number }[] = [
  { drop: 0.01, rows: 1000, guard: 0.269 },
  { drop: 0.01, rows: 5000, guard: 0.724 },
  { drop: 0.02, rows: 1000, guard: 0.643 },
  { drop: 0.02, rows: 5000, guard: 0.998 },
  { drop: 0.05, rows: 200, guard: 0.738 },
  { drop: 0.05, rows: 1000, guard: 1 },
]
export const publishedFor = ({ name, drop, rows }: BlockCount): number | null =>
  name === 'accuracy' ? (published.find((one) => one.drop === drop && one.rows === rows)?.guard ?? null) : null

export const band = { least: 0.93, most: 0.97 } as const
/** A level of 5 %, and half a point for what mid-p and resampling may take. */
const mostFalse = 0.055

export function targetsOf(counted: Counted): readonly Target[] {
  return [
    ...counted.blocked.flatMap(ofBlocks),
    ...counted.covered.flatMap((one) => ofCoverage(one, attainableOf(counted, one))),
    ...counted.reused.map(({ rows, runs, spent }) => ({
      what: `${uses} candidates as good as the champion, ${count(rows)} rows: any is promoted`,
      k: spent,
      n: runs,
      most: 0.05,
    })),
    ...counted.sliced.flatMap(ofSlices),
    ...counted.grouped.flatMap(ofGroups),
  ]
}

export const sayDrop = (drop: number, nonInferior: number | null): string =>
  drop === 0
    ? 'equal models'
    : nonInferior === null
      ? `${100 * drop} % worse`
      : `${drop < 0 ? 'better' : 'worse'} by ${Math.abs(100 * drop)} points`

function ofBlocks(one: BlockCount): readonly Target[] {
  const { name, drop, rows, runs: n, guard, confidentWorse, nonInferior, oracle } = one
  const what = `${name}, ${sayDrop(drop, nonInferior)}, ${count(rows)} rows`
  if (drop <= 0) {
    return [
      { what: `${what}: guard blocks`, k: guard, n, most: mostFalse },
      { what: `${what}: confident_worse blocks`, k: confidentWorse, n, most: mostFalse },
    ]
  }
  const wanted = publishedFor(one)
  const least = wanted === null ? (oracle ?? 0) / n - 0.03 : wanted - 0.01
  return [
    { what: `${what}: guard blocks`, k: guard, n, least },
    ...(nonInferior !== null && drop === 0.02
      ? [{ what: `${what}: non_inferior by 2 points lets it pass`, k: n - nonInferior, n, most: mostFalse }]
      : []),
  ]
}

/** Whether an interval certainly held the truth more often than it should. */
export const holdsTooOften = ({ held, runs }: Coverage): boolean => interval(held, runs)[0] > band.most

export const attainableOf = ({ attainable }: Counted, { population, rows, metric, part }: Coverage): Attainable | null =>
  attainable.find((of) => of.population === population && of.rows === rows && of.metric === metric && of.part === part) ?? null

/** The most that an interval may hold: what could hold less has to. */
const mostHeld = (attainable: Attainable | null): number => Math.max(band.most, 1 - (attainable?.refused ?? 1))

/** Why an interval held the truth too often: it could not have held it less, or the departure that it is. null: nobody knows */
export function whyTooOften(one: Coverage, attainable: Attainable | null): 'attainable' | Departure | null {
  return interval(one.held, one.runs)[0] <= mostHeld(attainable) ? 'attainable' : departureOf(one, 'wide')
}

function ofCoverage(one: Coverage, attainable: Attainable | null): readonly Target[] {
  const { population, rows, metric, part, runs: n, held, heldBelow, heldAbove } = one
  const what = `${population}, ${count(rows)} rows: ${part} of ${metric}`
  const most = departureOf(one, 'wide') ? 1 : mostHeld(attainable)
  if (departureOf(one, 'short')) return [{ what: `${what}, interval`, k: held, n, most }]
  return [
    { what: `${what}, interval`, k: held, n, least: band.least, most },
    { what: `${what}, lower bound`, k: heldBelow, n, least: band.least },
    { what: `${what}, upper bound`, k: heldAbove, n, least: band.least },
  ]
}

function ofSlices({ population, metric, rows, runs: n, any, found }: SliceCount): readonly Target[] {
  const what = `${slices} slices of ${count(rows)} rows, ${population}, ${metric}`
  return [
    { what: `${what}: any is called worse, none is`, k: any, n, most: 0.05 },
    ...(found === null || rows < 20_000
      ? []
      : [{ what: `${what}: the one of which a fifth is wrong is found`, k: found[1], n, least: 0.8 }]),
  ]
}

export const ofFew = ({ world, rows, differ, metric, runs: n, wrong }: FewCount): readonly Target[] =>
  mistakenModes.flatMap((mode) => {
    const k = wrong[mode]
    const { of, is } = mistakes[mode]
    const what = `${world}, in ${differ} of ${count(rows)} rows: ${metric}${of === 'worse' ? ', worse by the margin' : ''}: ${mode} ${is}`
    return k === null ? [] : [{ what, k, n, most: mostFalse }]
  })

function ofGroups({ alike, groups, metric, runs: n, byGroup, changeByGroup }: GroupCoverage): readonly Target[] {
  const what = `${groups} groups alike by ${alike}: ${metric}`
  return [
    { what: `${what}, interval by group`, k: byGroup, n, ...band },
    { what: `${what}, change by group`, k: changeByGroup, n, ...band },
  ]
}

/** Exact, so without an interval: the mean over shares, where 95 % at each share cannot be. */
export const sharesMissed = ({ shares }: Counted): readonly string[] =>
  shares.flatMap(({ rows, two, below, above }) =>
    [two, below, above].every((held) => held >= band.least && held <= band.most)
      ? []
      : [`- a share of ${count(rows)} rows, mean over shares`],
  )
