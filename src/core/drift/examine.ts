/** One column measured: its two profiles laid over each other, by rows, by weight or by blocks; or why it was not. */
import { UserError } from '../../errors.ts'
import { count, plural, verb } from '../report/format.ts'
import type { DriftDetails } from '../schema/drift-details.ts'
import type { ColumnProfile, ProfileKind, TableProfile } from '../schema/profile.ts'
import { blockLikeness, type Likeness } from './block-likeness.ts'
import { blockPermutation } from './block-permutation.ts'
import { blockSpread } from './block-spread.ts'
import { type ColumnCells, columnCells } from './column-cells.ts'
import { missing } from './column-rows.ts'
import { eras } from './era.ts'
import { jensenShannon } from './jensen-shannon.ts'
import { driftMetricTable } from './metric-table.ts'
import { effectiveRows, shrunk, weightedColumn } from './pseudo-rows.ts'
import { positiveRates, type Rates } from './rate-ratio.ts'
import { driftSeeds } from './seeds.ts'
import { inBlocks, measureShift, type Shift } from './shift.ts'
import { columnOf, derivedFrom, type Subject, typeChanged } from './subjects.ts'
import { certainty, type DriftSettings, minRows, type ShiftLimits, shiftLimits } from './thresholds.ts'

export interface Tested {
  readonly subject: Subject
  /** as counted */
  readonly reference: ColumnProfile
  readonly current: ColumnProfile
  /** as asked: in weighted rows, or in the rows that blocks are worth */
  readonly asked: { readonly reference: ColumnProfile; readonly current: ColumnProfile; readonly cells: ColumnCells }
  readonly cells: ColumnCells
  /** whose shares are told and held against limits: by weight, else as counted. Blocks are worth so few rows that shares of these are rounded */
  readonly told: Tested['asked']
  readonly shift: Shift
  readonly limits: ShiftLimits
  /** of a column with two values, where something is asked of its rate */
  readonly rates: Rates | null
  readonly unit: NonNullable<DriftDetails['columns'][number]['unit']>
  /** how much more blocks vary than independent rows; 1 of rows */
  readonly excess: number
  /** of blocks: how alike their rows are; null of rows */
  readonly likeness: Likeness | null
  /** of blocks of time: JS* of each current one against all of the reference, in the order of time */
  readonly trend: readonly number[] | null
  /** several values share the one cell that rows, or blocks of them, were counted in: whatever becomes of these, nothing moves */
  readonly blind: 'rows' | 'blocks' | null
}

export interface Untested {
  readonly subject: Subject
  readonly reference: ColumnProfile
  readonly current: ColumnProfile
  readonly state: 'skipped' | 'fail'
  readonly because: string
  /** more of them would have it tested */
  readonly wantsRows?: boolean
}

/** Kinds whose values move by their nature; why they are not tested. */
const untested: Readonly<Partial<Record<ProfileKind, string>>> = {
  datetime: 'time moves on by itself',
  identifier:
    'an identifier differs by its nature, and it was taken for one: nearly every value is another, or they follow the order of the rows (if it is none, name its kind in data.kinds)',
  text: 'text is not compared word by word',
}
const notText = 'lists, structures, bytes and times of day are not compared one by one'

/** What is made of the column instead; none of it is tested that these rows make nothing of, such as weekdays of three days. */
function insteadOf({ reference, current, column }: Subject): string {
  const made = derivedFrom(reference, column)
  const tested = made.filter((name) => columnOf(current, name) !== null)
  const gone = made.filter((name) => !tested.includes(name))
  const told = (names: readonly string[], what: string) =>
    names.length === 0 ? '' : `; ${names.join(', ')} ${verb(names.length, 'are')} ${what}`
  return `${told(tested, 'tested for it')}${told(gone, 'not: current data do not make it')}`
}

/** Draws are enough for the smallest adjusted p of so many columns, and no more than takes a moment each. */
export const drawsFor = (columns: number): number => Math.min(49_999, Math.max(9_999, 100 * columns - 1))

export interface Question {
  readonly positive: string | number | boolean | null
  readonly settings: DriftSettings
  /** columns that share the draws */
  readonly columns: number
}

export function examine(subject: Subject, { positive, settings, columns }: Question): Tested | Untested {
  const { family, rule } = subject
  const before = demanded(subject.reference, subject.column)
  const now = typed(before, demanded(subject.current, subject.column))
  const [reference, current] = before.sensitive === now.sensitive ? [before, now] : [concealed(before), concealed(now)]
  const skipped = (because: string): Untested => ({ subject, reference, current, state: 'skipped', because })
  if (rule?.rule.ignore === true) return skipped('the config says to ignore it')
  if (missing(current) < current.n && missing(reference) < reference.n && typeChanged(reference, current))
    return { ...skipped(`its type changed from ${reference.type} to ${current.type}`), state: 'fail' }
  const reason = reference.kind === 'text' && reference.type !== 'VARCHAR' ? notText : untested[reference.kind]
  if (reason !== undefined) return skipped(`${reason}${insteadOf(subject)}`)
  if (missing(reference) === reference.n) return skipped(`it had no value ${eras[subject.era].at}`)
  const wanted = settings.minRows ?? minRows
  const fewer = Math.min(reference.n, current.n)
  if (fewer < wanted)
    return {
      ...skipped(`${plural(fewer, 'row')} ${verb(fewer, 'are')} too few, ${count(wanted)} on each side are needed`),
      wantsRows: true,
    }
  const cells = columnCells(reference, current)
  if (cells === null) return { ...skipped(`its type changed from ${reference.type} to ${current.type}`), state: 'fail' }

  const measured: Measured = byWeight(subject, reference, current) ??
    byBlocks(subject, reference, current, cells, settings, columns) ?? {
      asked: { reference, current, cells },
      shift: measureShift(reference, current, cells),
      unit: 'rows' as const,
      excess: 1,
      likeness: null,
      trend: null,
    }
  const limits = limitsOf(subject, measured, settings)
  const asksRate = family !== 'features' || rule?.rule.maxChange !== undefined || rule?.rule.maxRatio !== undefined
  const told = measured.unit === 'weights' ? measured.asked : { reference, current, cells }
  const rates = asksRate ? positiveRates(told.reference, told.current, family === 'features' ? null : positive, measured.excess) : null
  const rateOfIts = rule?.exact === true && (rule.rule.maxChange !== undefined || rule.rule.maxRatio !== undefined)
  if (rateOfIts && positiveRates(reference, reference, null) === null) {
    throw new UserError(
      'METRIC_UNSUITED',
      `drift.columns.${rule.key}: max_change and max_ratio are of columns with two values that are listed, and it is ${reference.sensitive ? 'sensitive' : reference.kind}`,
      'remove them, or write shift',
    )
  }
  const { blockCells, ...rest } = measured
  // what is missing has a cell of its own
  const blind = limits.metric === 'null_rate' ? null : blindness(reference, current, cells, blockCells)
  return { subject, reference, current, cells, told, limits, rates, blind, ...rest }
}

/** What is listed of a column on one side alone, because it has become sensitive since or no longer is, would all be unseen, or gone. */
const concealed = (column: ColumnProfile): ColumnProfile => ({
  ...column,
  sensitive: true,
  numeric: column.numeric && { ...column.numeric, min: null, max: null, spikes: [] },
  categories: column.categories && { top: [], other_count: column.n - missing(column), distinct: null },
})

/** @throws RangeError when a profile lacks it: the stage has made sure of that before */
function demanded(table: TableProfile, name: string): ColumnProfile {
  const column = columnOf(table, name)
  if (column === null) throw new RangeError(`the profile of ${table.role} has no column ${name}`)
  return column
}

/** Where no value is, a text file says no type: numbers of training that are all missing now are numbers still. */
const typed = ({ numeric }: ColumnProfile, current: ColumnProfile): ColumnProfile =>
  numeric === null || current.numeric !== null || missing(current) < current.n
    ? current
    : {
        ...current,
        numeric: {
          min: null,
          max: null,
          mean: null,
          m2: null,
          edges: numeric.edges,
          edges_id: numeric.edges_id,
          cells: numeric.cells.map(() => 0),
          spikes: [],
        },
      }

type Measured = Pick<Tested, 'asked' | 'shift' | 'unit' | 'excess' | 'likeness' | 'trend'> & {
  /** of blocks: cells that they tell apart, with rows in them */
  readonly blockCells?: number
}

/** Values that share a cell, as labels do of which none has rows enough. Those of a sensitive column are kept by nobody. */
function blindness(reference: ColumnProfile, current: ColumnProfile, { coarse }: ColumnCells, blockCells = Infinity): Tested['blind'] {
  const several = (column: ColumnProfile) =>
    !column.sensitive && column.categories !== null && (column.categories.top[0]?.count ?? 0) < column.n - missing(column)
  if (coarse.reference.length > 1) return blockCells < 2 ? 'blocks' : null
  return several(reference) || several(current) ? 'rows' : null
}

/** Where both sides were counted by weight: shares by weight, in as many rows as the weights are worth. */
function byWeight(subject: Subject, reference: ColumnProfile, current: ColumnProfile): Measured | null {
  const [n, m] = [effectiveRows(subject.reference), effectiveRows(subject.current)]
  if (n === null || m === null) return null
  const before = weightedColumn(reference, n)
  const now = weightedColumn(current, m)
  if (before === null || now === null) return null
  const cells = columnCells(before, now)
  if (cells === null) return null
  return {
    asked: { reference: before, current: now, cells },
    // the means are those of the rows
    shift: measureShift(before, now, cells, null),
    unit: 'weights',
    excess: 1,
    likeness: null,
    trend: null,
  }
}

/** Where both sides were counted in blocks of the same unit. */
function byBlocks(
  subject: Subject,
  reference: ColumnProfile,
  current: ColumnProfile,
  cells: ColumnCells,
  settings: DriftSettings,
  columns: number,
): Measured | null {
  const common = settings.blocks === 'rows' ? null : commonBlocks(subject.reference, subject.current)
  if (common === null) return null
  const filled = (counts: readonly (readonly number[])[]) => counts.filter((block) => block.some((rows) => rows > 0))
  const [before, now] = [filled(reference.blocks ?? []), filled(current.blocks ?? [])]
  const size = before[0]?.length
  if (size === undefined || now.length === 0 || now[0]?.length !== size) return null
  const shift = measureShift(reference, current, cells)
  // so many independent rows would have a mean JSD of df / (8 N_eff)
  const used = Array.from({ length: size }, (_, j) => [...before, ...now].some((block) => (block[j] ?? 0) > 0)).filter(Boolean).length
  const independent = Math.max(1, used - 1) / (8 * shift.effectiveRows)
  const test = blockPermutation(before, now, { seed: driftSeeds.blocks, draws: drawsFor(columns) })
  // so few blocks that no exchange of them could be certain among so many columns
  const spread = test.smallest * columns > certainty.shift[subject.family].warn ? blockSpread(before, now) : null
  const excess = spread?.excess ?? Math.max(1, test.mean / independent)
  const moved =
    spread === null
      ? inBlocks(shift, test, excess)
      : inBlocks(shift, { p: spread.p, mean: independent * excess, smallest: 0 }, excess, true)
  const small = { reference: shrunk(reference, excess), current: shrunk(current, excess) }
  const laid = excess === 1 ? cells : columnCells(small.reference, small.current)
  return {
    asked: { ...small, cells: laid ?? cells },
    shift: moved,
    unit: 'blocks',
    excess,
    likeness: blockLikeness([before, now]),
    trend: common.by === 'time' ? trendOf(before, now) : null,
    blockCells: used,
  }
}

/** blocks that a trend goes back: a month of days */
const mostBlocks = 31

/** By each block's own rows: what blocks differ by anyway is in it. */
function trendOf(before: readonly (readonly number[])[], now: readonly (readonly number[])[]): readonly number[] {
  const all = (before[0] ?? []).map((_, j) => before.reduce((sum, block) => sum + (block[j] ?? 0), 0))
  return all.some((count) => count > 0) ? now.slice(-mostBlocks).map((block) => jensenShannon(all, block).corrected) : []
}

/** What both tables are cut into; null: they are not, or into different things. */
export function commonBlocks({ blocks: a }: TableProfile, { blocks: b }: TableProfile): (DriftDetails['blocks'] & object) | null {
  if (!a || !b || a.by !== b.by || a.unit !== b.unit) return null
  const filled = (rows: readonly number[]) => rows.filter((one) => one > 0).length
  return { by: a.by, unit: a.unit, reference: filled(a.rows), current: filled(b.rows) }
}

/**
 * A metric that this kind does not have is an error where the column was named, and the usual one where a pattern took it in. So it is where the data
 * leave it undefined: a distance in units beside an infinite value, a share of a spread that is not there.
 */
function limitsOf({ rule, family }: Subject, { shift, asked }: Measured, settings: DriftSettings): ShiftLimits {
  const limits = shiftLimits(family, rule?.rule ?? null, settings)
  if (shift.sizes[limits.metric] !== null) return limits
  if (rule?.exact === true && asked.cells.fine === null) {
    throw new UserError(
      'METRIC_UNSUITED',
      `drift.columns.${rule.key}: there is no ${limits.metric} of this column: ${driftMetricTable[limits.metric].summary}`,
      'write another metric, such as js or psi',
    )
  }
  return shiftLimits(family, null, settings)
}
