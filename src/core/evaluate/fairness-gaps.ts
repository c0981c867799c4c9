/** What a limit of fairness is held against: how far two groups are apart, in points or as a ratio, or how much the widest gap has grown. */

import { once } from '../metrics/once.ts'
import { change, count, level as levelText, plural } from '../report/format.ts'
import { contrastAbove, contrastBelow, contrastBounds, ratioBounds } from '../stats/mover.ts'
import { normalQuantile } from '../stats/normal.ts'
import type { RowDraws } from '../stats/row-bootstrap.ts'
import { rowsNeeded } from '../stats/rows-needed.ts'
import { ALPHA } from './claim.ts'
import type { Compared, GroupValue } from './fairness-groups.ts'
import { gapOf, riseTest } from './fairness-rise.ts'
import { limitText } from './limit-text.ts'
import { rowsToDo, size } from './words.ts'

export type GapKind = 'difference' | 'ratio' | 'rise'

interface Kind {
  readonly key: 'maxDifference' | 'minRatio' | 'maxRise'
  readonly word: string
  /** what is written ↔ how far from equal that is, 0 or more */
  readonly amount: (limit: number) => number
  readonly shown: (amount: number) => number
  /** of bounds on the amount, in what is shown; @param strict the upper bound decides alone, of a rise else the lower */
  readonly interval: (amounts: readonly [number, number], strict: boolean) => readonly [number, number]
  /** in which the claim lies: too far apart, or for proof near enough */
  readonly tail: (strict: boolean) => 'lower' | 'upper' | 'two-sided'
  /** of −1, 0, 1: below, at, above the limit */
  readonly reached: (side: number) => boolean
}

const open = Number.POSITIVE_INFINITY

export const gapKinds: Readonly<Record<GapKind, Kind>> = {
  difference: {
    key: 'maxDifference',
    word: 'difference',
    amount: (limit) => limit,
    shown: (amount) => amount,
    interval: ([low, high], strict) => (strict ? [-open, high] : [low, high]),
    tail: (strict) => (strict ? 'lower' : 'two-sided'),
    reached: (side) => side > 0,
  },
  ratio: {
    key: 'minRatio',
    word: 'ratio',
    amount: (limit) => 1 - limit,
    shown: (amount) => 1 - amount,
    interval: ([low, high], strict) => (strict ? [1 - high, open] : [1 - high, 1 - low]),
    tail: (strict) => (strict ? 'upper' : 'two-sided'),
    reached: (side) => side > 0,
  },
  // a change is limited as changes are: one that reaches the limit is one
  rise: {
    key: 'maxRise',
    word: 'rise',
    amount: (limit) => limit,
    shown: (amount) => amount,
    interval: ([low, high], strict) => (strict ? [-open, high] : [low, open]),
    tail: (strict) => (strict ? 'lower' : 'upper'),
    reached: (side) => side >= 0,
  },
}

/** Something that should be small. */
export interface Quantity {
  /** tells what "there is no gap at all" is about */
  readonly key: string
  /** how far from equal, 0 or more; of a rise any number */
  readonly value: number
  /** p-value of "the true one exceeds `at`", whichever way round; null: no test is known */
  p(at: number): number | null
  /** ends are one-sided bounds; the upper one of how far apart, whichever of the two is the larger in truth */
  bounds(level: number): readonly [number, number] | null
  /** of a rise: the gap of the baseline, and of the candidate */
  readonly before: number | null
  readonly after: number | null
  says(limit: number, beyond: boolean): string
  /** why it may be chance, without a full stop. @param among comparisons of the family */
  needs(among: number): string
}

/** Every two groups that are compared, in every part of the measure. */
export function pairQuantities(one: Compared, kind: 'difference' | 'ratio'): readonly Quantity[] {
  return one.parts.flatMap((groups, at) => {
    const kept = one.kept.flatMap((g) => groups[g] ?? [])
    return kept.flatMap((a, i) => kept.slice(i + 1).map((b) => pairQuantity(one, at, a, b, kind)))
  })
}

function pairQuantity(one: Compared, at: number, a: GroupValue, b: GroupValue, kind: 'difference' | 'ratio'): Quantity {
  const { measure, name, column } = one
  const [high, low] = (a.value ?? 0) >= (b.value ?? 0) ? [a, b] : [b, a]
  const [more, less] = [high.estimate, low.estimate]
  if (!more || !less) throw new RangeError('a group that is compared has an estimate')
  const part = measure.parts[at]
  const of = part && measure.parts.length > 1 ? `${part.name} ` : ''
  const say = ({ group, value, base }: GroupValue) =>
    `${levelText(value, measure.unit)} in ${group.id} (${count(base)} ${part?.among ?? 'rows'})`
  const difference = more.value - less.value
  const rows = high.base + low.base
  const needs = (among: number) => {
    const [from, to] = contrastBounds(more, less, 1, 0.975)
    const wanted = rowsNeeded(rows, (to - from) / 2 / normalQuantile(0.975), difference, ALPHA / 2 / among)
    return `${count(rows)} ${part?.among ?? 'rows'} of the two cannot show it among ${count(among)} ${among === 1 ? 'comparison' : 'comparisons'} (${rowsToDo(wanted)} would)`
  }
  const common = {
    key: `${column.column} ${one.named ?? ''} ${part?.name ?? ''} ${a.group.id} ${b.group.id}`,
    before: null,
    after: null,
    needs,
  }
  if (kind === 'difference') {
    return {
      ...common,
      value: difference,
      p: (limit) => Math.min(1, contrastAbove(more, less, 1, limit) + contrastAbove(more, less, 1, -limit)),
      bounds: (level) => {
        const [from, to] = contrastBounds(more, less, 1, level)
        return [from, Math.max(to, -from)]
      },
      says: (limit) =>
        `${name} differs by ${size(difference, measure.unit, [limit])} over ${column.column} (limit ${limitText({ value: limit, relative: null }, measure.unit)}): ${of}${say(high)}, ${say(low)}`,
    }
  }
  const ratio = more.value === 0 ? 1 : less.value / more.value
  return {
    ...common,
    value: 1 - ratio,
    p: (shortfall) => {
      const r = 1 - shortfall
      if (more.value === 0) return 1
      // to be unlike by more than r, whichever of the two is the larger
      return Math.min(1, contrastBelow(less, more, r, 0) + (r > 0 ? contrastBelow(less, more, 1 / r, 0) : 0))
    },
    bounds: (level) => {
      const [from, to] = ratioBounds(less, more, level)
      return [1 - to, 1 - Math.min(from, 1 / to)]
    },
    says: (limit) =>
      `the ratio of ${name} over ${column.column} is ${levelText(ratio, '', [limit])} (at least ${limit}): ${of}${say(low)}, ${say(high)}`,
  }
}

/** The widest gap of the candidate against that of the baseline. @param draws of the groups; null: too few units for any */
export function riseQuantity(one: Compared, draws: readonly RowDraws[] | null): readonly Quantity[] {
  const { before, parts, kept, measure, name, column, changes } = one
  if (before === null || kept.length < 2) return []
  const samples = (of: Compared['parts']) => of.map((groups) => kept.flatMap((g) => groups[g]?.sample ?? []))
  const values = (of: Compared['parts']) => of.map((groups) => kept.map((g) => groups[g]?.value ?? null))
  const [was, is] = [gapOf(values(before)), gapOf(values(parts))]
  if (was === null || is === null || values(before).flat().includes(null)) return []
  const own = draws?.filter((_, g) => kept.includes(g)) ?? null
  const test = own && riseTest(samples(before), samples(parts), own, once(changes))
  const rows = kept.reduce((sum, g) => sum + (column.groups[g]?.rows.length ?? 0), 0)
  const value = is - was
  return [
    {
      key: `${column.column} ${one.named ?? ''} ${measure.parts.map((part) => part.name).join('+')} rise`,
      value,
      p: (at) => test?.above(at) ?? null,
      bounds: (level) => test?.bounds(level) ?? null,
      before: was,
      after: is,
      says: (limit, beyond) => {
        const gaps = `${change(was, measure.unit)} → ${change(is, measure.unit)}`.replaceAll('+', '')
        const moved = value === 0 ? 'is what it was' : `${value > 0 ? 'rose' : 'fell'} by ${size(value, measure.unit, [limit])}`
        const limited = beyond || value > 0 ? ` (limit ${limitText({ value: limit, relative: null }, measure.unit)})` : ''
        return `the gap of ${name} over ${column.column} ${moved}${limited}: ${gaps}`
      },
      needs: (among) =>
        test === null
          ? 'no test is known for it: too few groups of data.group, or hardly a draw with a gap'
          : `${plural(rows, 'row')} cannot show it among ${count(among)} ${among === 1 ? 'comparison' : 'comparisons'} (${rowsToDo(rowsNeeded(rows, test.se, value, ALPHA / among))} would)`,
    },
  ]
}
