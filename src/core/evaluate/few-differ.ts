/**
 * The change of a metric between two models that differ on few rows, or on none. What was seen is then no guide to what could be seen: nothing drawn from rows that are all answered alike has
 * a spread, and 20 of them would "prove" what takes a thousand. So each row that differs counts by its effect on the metric, one that was not seen by the largest effect that one row
 * could have, and the test is Tango's with such effects (`stats/few-differ.ts`).
 *
 *     a confusion table    effect: the metric with the row where the candidate has it less where the baseline has it; the largest: any row moved to another answer
 *     a mean of rows       effect: the difference of the row; the largest: how far apart the losses of two rows lie; where all are alike, how far apart they can; towards the worse, how
 *                          far they lie from the worst that a row can have
 *     anything else        effect: the metric less that with the answers of the baseline in the row (`differing.ts`); the largest: what one row tells of the level, √n · width of its
 *                          interval of 95 %, four standard deviations of the influences; of a share no less than 1
 */
import type { Sample } from '../metrics/sample.ts'
import { effectiveUnits, groupsOf, rarerOf } from '../stats/clusters.ts'
import { type FewDiffer, fewDifferLower, fewDifferUpper, fewDifferZ } from '../stats/few-differ.ts'
import { normalSf } from '../stats/normal.ts'
import { connor } from '../stats/rows-needed.ts'
import type { Test, Way } from './change-test.ts'
import type { Differing } from './differing.ts'
import { FEWEST_DISCORDANT } from './discordant.ts'
import { levelOf } from './level.ts'
import { type Resampling, unitsFor } from './resampling.ts'
import type { Serial } from './serial.ts'
import { entriesOf, isRowSample } from './statistic.ts'

type Cells = Extract<Sample, { kind: 'cells' }>
type Mean = Extract<Sample, { kind: 'mean' }>

/** Entries of tables that are read to find the largest effect: with 100 classes two thousand tables, those of the rarest. */
const LOOK = 20_000_000

/** null: more rows (or groups) differ than what was seen could mislead about, or no row could have any effect (F1 without a positive row), and then nothing is known of a change */
export function fewCellsDiffer(baseline: Cells, candidate: Cells, value: number): Test | null {
  const { classes, y, of, unit = null, weight = null } = candidate
  const rows: number[] = []
  const groups = new Set<number>()
  for (let i = 0; i < y.length; i++) {
    if (candidate.predicted[i] === baseline.predicted[i]) continue
    rows.push(i)
    groups.add(unit ? (unit[i] ?? 0) : i)
    if (groups.size >= FEWEST_DISCORDANT) return null
  }
  const heavy = weight ?? new Float64Array(y.length).fill(1)
  const table = new Float64Array(classes * classes)
  for (let i = 0; i < y.length; i++) add(table, (y[i] ?? 0) * classes + (candidate.predicted[i] ?? 0), heavy[i] ?? 0)
  const whole = of(table).value
  if (whole === null) return null
  /** of a row of this weight that lies in one cell and might lie in another */
  const effect = (from: number, to: number, w: number): number => {
    add(table, from, -w)
    add(table, to, w)
    const { value: moved, undefined: because } = of(table)
    add(table, to, -w)
    add(table, from, w)
    return moved === null || because !== null ? 0 : whole - moved
  }
  const { count, alike } = effectiveUnits(weight, unit, y.length)
  const units = Math.max(groups.size, alike)
  const moves = new Map<number, number>()
  for (const i of rows) {
    const at = (y[i] ?? 0) * classes
    const code = unit ? (unit[i] ?? 0) : i
    const own = effect(at + (candidate.predicted[i] ?? 0), at + (baseline.predicted[i] ?? 0), heavy[i] ?? 0)
    moves.set(code, (moves.get(code) ?? 0) + units * own)
  }
  // all rows of a unit of average weight, a row at a time: functions of a table bend
  const largest = y.length * largestEffect(table, classes, heavy.reduce((sum, w) => sum + w, 0) / y.length, effect)
  const effects = [...moves.values()].filter((g) => Math.abs(g) > 1e-12 * largest)
  return largest > 0 ? testOf({ effects, units, largest }, value, unit ? count : null) : null
}

type Losses = Pick<Mean, 'rows' | 'unit' | 'weight' | 'within'>

/** What rounding leaves between numbers that are the same, as a part of them. */
export const ROUNDING = 1e-12

/**
 * The same of a mean: the largest effect is how far the losses of rows lie apart, or `range` where they cannot lie elsewhere. Losses that are all alike say nothing of it. Of lists that are nearly perfect none shows
 * how far a list can fall, and all can, to the end: towards the harm, where a wrong verdict lets a worse model pass, the largest is as far as the rows lie from the worst that one can have.
 * @param harm null: not known, and then either way is as what was seen
 */
export function fewRowsDiffer(
  baseline: Losses,
  candidate: Losses,
  range: readonly [number, number] | null = null,
  harm: Way | null = null,
): Test | null {
  const { rows, unit = null, weight = null } = candidate
  const differing = new Set<number>()
  let [least, most] = range ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < rows.length; i++) {
    const [after, before] = [rows[i] ?? 0, baseline.rows[i] ?? 0]
    least = Math.min(least, after, before)
    most = Math.max(most, after, before)
    if (after !== before) differing.add(unit ? (unit[i] ?? 0) : i)
    if (differing.size >= FEWEST_DISCORDANT) return null
  }
  const alike = !(most - least > ROUNDING * Math.max(Math.abs(most), Math.abs(least)))
  const largest = alike ? widthOf(candidate.within) : most - least
  if (largest === 0) return null
  const heavy = weight ?? new Float64Array(rows.length).fill(1)
  const sum = heavy.reduce((total, w) => total + w, 0)
  const { count, alike: counted } = effectiveUnits(weight, unit, rows.length)
  const units = Math.max(differing.size, counted)
  const moves = new Map<number, number>()
  for (let i = 0; i < rows.length; i++) {
    const by = (rows[i] ?? 0) - (baseline.rows[i] ?? 0)
    if (by === 0) continue
    const code = unit ? (unit[i] ?? 0) : i
    moves.set(code, (moves.get(code) ?? 0) + (units * (heavy[i] ?? 0) * by) / sum)
  }
  const effects = [...moves.values()]
  const value = effects.reduce((total, g) => total + g, 0) / units
  const few = { effects, units, largest }
  const { within } = candidate
  // rows that are all at the worst have no way left to it, and say as little of others as any that are alike
  const worst = harm === null || !within ? largest : Math.max(largest, harm === 'up' ? within[1] - least : most - within[0])
  return testOf(few, value, unit ? count : null, { down: few, up: few, ...(harm && { [harm]: { ...few, largest: worst } }) })
}

const widthOf = ([least, most]: Mean['within'] = [0, 0]): number => most - least

function add(table: Float64Array, cell: number, by: number): void {
  table[cell] = (table[cell] ?? 0) + by
}

/** Of a row that becomes right or is no longer: the classes with the fewest rows first, of which a row counts most. */
function largestEffect(table: Float64Array, classes: number, one: number, effect: (from: number, to: number, w: number) => number): number {
  const ofClass = (c: number) => table.subarray(c * classes, (c + 1) * classes).reduce((sum, x) => sum + x, 0)
  const sizes = Array.from({ length: classes }, (_, c) => ({ c, size: ofClass(c) })).filter(({ size }) => size > 0)
  sizes.sort((a, b) => a.size - b.size)
  let left = Math.max(2 * classes, Math.floor(LOOK / classes ** 2))
  let most = 0
  for (const { c } of sizes) {
    const right = c * classes + c
    for (let other = c * classes; other < (c + 1) * classes; other++) {
      if (other === right) continue
      for (const [from, to] of [
        [right, other],
        [other, right],
      ] as const) {
        const w = Math.min(one, table[from] ?? 0)
        if (w === 0) continue
        most = Math.max(most, Math.abs(effect(from, to, w)) * (one / w))
        left -= 1
      }
    }
    if (left <= 0) break
  }
  return most
}

/** The same of any metric. */
export function fewUnitsDiffer(candidate: Sample, { units, groups, without }: Differing, value: number, draws: Resampling): Test | null {
  const whole = candidate.value.value
  const open = leftOpen(candidate, draws)
  if (whole === null || open === null) return null
  // one of the rarer class counts for as many of all as there are to one of it
  const largest = open.largest * Math.max(1, units / open.units)
  const effects = without.map((left) => (left === null ? 0 : units * (whole - left))).filter((g) => Math.abs(g) > 1e-12 * largest)
  return testOf({ effects, units, largest }, value, groups)
}

/** The same test where not one row differs. null: the level has no width either, as the area of a score that is the same everywhere */
export function nothingDiffers(candidate: Sample, draws: Resampling): Test | null {
  const open = leftOpen(candidate, draws)
  if (open === null) return null
  // the interval of a perfect order is as short as 1/n, and yet a row may fall from its top to its end
  const largest = Math.max(open.largest, ordered.has(candidate.kind) ? 1 : 0)
  return testOf({ effects: [], units: open.units, largest }, 0, candidate.unit ? open.units : null)
}

const ordered: ReadonlySet<Sample['kind']> = new Set(['auc', 'cut', 'rank', 'influence'])

/** What one of so many rows (groups, blocks of time) could have at most, as far as the level tells. */
function leftOpen(candidate: Sample, draws: Resampling): Omit<FewDiffer, 'effects'> | null {
  const level = levelOf(candidate, draws)
  const units = unitsOf(candidate, draws.serial)
  if (level === null || units < 1) return null
  const [low, high] = level.bounds(0.975)
  const largest = Math.max(Math.sqrt(units) * (high - low), candidate.kind === 'proportion' ? 1 : 0)
  return largest > 0 ? { units, largest } : null
}

/** Where classes are ordered by a score, a change may come from the rarer one alone. */
function unitsOf(sample: Sample, serial: Serial | null): number {
  const all = (codes: Int32Array | null | undefined, rows: number) => (codes ? groupsOf(codes) : rows)
  if (sample.kind === 'auc' || sample.kind === 'cut' || sample.kind === 'rank') return rarerOf(sample.y, sample.unit ?? null)
  if (sample.kind === 'influence') return all(sample.unit, sample.influence.length)
  return isRowSample(sample) ? all(unitsFor(sample, serial), entriesOf(sample)) : 0
}

/** @param value the change; the effects add up to about that, as far as the metric is straight. @param open what is known of rows that nobody saw, by the way in which they would move it */
function testOf(
  few: FewDiffer,
  value: number,
  groups: number | null,
  open: Readonly<Record<Way, FewDiffer>> = { down: few, up: few },
): Test {
  const bend = value - few.effects.reduce((sum, g) => sum + g, 0) / few.units
  const differ = few.effects.reduce((sum, g) => sum + (g / few.largest) ** 2, 0) / few.units
  return {
    method: groups === null ? 'tango-effects' : 'tango-effects-groups',
    groups,
    differ: few.effects.length,
    below: (at) => normalSf(-fewDifferZ(open.up, at - bend)),
    above: (at) => normalSf(fewDifferZ(open.down, at - bend)),
    bounds: (level) => [fewDifferLower(open.down, level) + bend, fewDifferUpper(open.up, level) + bend],
    rowsNeeded: (size, alpha) => connor(Math.min(1, differ), Math.min(1, Math.abs(size) / few.largest), alpha),
  }
}
