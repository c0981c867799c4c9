/**
 * The units that drift exchanges when rows depend on one another: spans of `data.time`, or buckets of `data.group`, with the counts of a few
 * cells of every column in each. Cells are those of the reference alone, so both sides are counted in the same ones.
 *
 * Spans follow one another without a gap, so that parts line up when they are merged. A bucket is a hash of the group's value: no
 * value is kept. How many there are shrinks with the number of columns: the profile stays small.
 */
import type { Row } from '../checks/answer.ts'
import { type ColumnFacts, type Sql, sql } from '../checks/facts.ts'
import type { ColumnProfile, TableProfile } from '../schema/profile.ts'
import { asDouble, asLabel, cellNumber, isMissing, numberIn, placeOf, sqlText } from './codes.ts'
import { notByLuck } from './not-by-luck.ts'
import { minLevelRows } from './queries.ts'

export const maxBlocks = 400
const minBlocks = 12
/** cells of all blocks and columns together */
const cellBudget = 32_000
const usualCells = 13

/** What a block counts of one column, in this order: spikes, quantile cells, infinite, missing; or levels, other, missing. */
export interface BlockCells {
  readonly spikes: readonly number[]
  /** edges between the quantile cells; null: the column has labels */
  readonly cuts: readonly number[] | null
  readonly levels: readonly string[] | null
  readonly size: number
}

const spikeShare = 0.02
const maxSpikes = 8
const quantileCells = 10
const maxLevels = 12

/** Which cells of a column are counted in every block: decided by the reference alone. null: none, as of a sensitive column or an identifier. */
export function blockCells(reference: ColumnProfile): BlockCells | null {
  const { categories, numeric, sensitive, n } = reference
  if (sensitive || reference.kind === 'identifier') return null
  if (categories !== null) {
    const { top, other_count: others, most_unlisted: unlisted = others > 0 ? minLevelRows - 1 : 0 } = categories
    const levels = notByLuck(top, maxLevels, unlisted, (x, y) => (x.value < y.value ? -1 : 1)).map((level) => level.value)
    return { spikes: [], cuts: null, levels, size: levels.length + 2 }
  }
  if (numeric === null) return null
  const rare = Math.max(spikeShare * n, numeric.most_unlisted ?? 0)
  const spikes = notByLuck(numeric.spikes, maxSpikes, rare, (x, y) => x.value - y.value)
    .map((spike) => spike.value)
    .sort((a, b) => a - b)
  const apart = new Set(spikes)
  const cuts = quantileCuts(numeric, apart)
  return { spikes, cuts, levels: null, size: spikes.length + cuts.length + 1 + 2 }
}

/** Edges of the reference that part what is left of it into ten about equal cells. */
export function quantileCuts(numeric: NonNullable<ColumnProfile['numeric']>, spikes: ReadonlySet<number>): readonly number[] {
  const { edges, cells } = numeric
  const left = cells.map((count, j) => {
    const [from, to] = [edges[j - 1] ?? -Infinity, edges[j] ?? Infinity]
    const inside = numeric.spikes.filter(({ value }) => spikes.has(value) && value > from && value <= to)
    return Math.max(0, count - inside.reduce((sum, spike) => sum + spike.count, 0))
  })
  const total = left.reduce((sum, count) => sum + count, 0)
  const cuts: number[] = []
  let seen = 0
  for (const [j, edge] of edges.entries()) {
    seen += left[j] ?? 0
    if (cuts.length < quantileCells - 1 && seen < total && seen >= (total * (cuts.length + 1)) / quantileCells) cuts.push(edge)
  }
  return cuts
}

/** How many blocks a table of so many columns may have. */
export const blockLimit = (columns: number): number =>
  Math.min(maxBlocks, Math.max(minBlocks, Math.floor(cellBudget / (usualCells * Math.max(1, columns)))))

const hour = 3_600_000_000
const day = 24 * hour
/** Microseconds, ascending. The names are kept in profiles. */
const units = [
  { unit: '1 hour', span: hour },
  { unit: '6 hours', span: 6 * hour },
  { unit: '1 day', span: day },
  { unit: '2 days', span: 2 * day },
  { unit: '3 days', span: 3 * day },
  { unit: '1 week', span: 7 * day },
  { unit: '4 weeks', span: 28 * day },
  { unit: '13 weeks', span: 91 * day },
  { unit: '52 weeks', span: 364 * day },
  { unit: '520 weeks', span: 3640 * day },
] as const
/** Fewer spans than this are too few to exchange: shorter ones are tried, but none below a day. */
const enoughBlocks = 14
/** As many days show how much days differ (drift/block-spread.ts). Only where there are fewer are parts of a day exchanged: its rows are alike, and so are its hours. */
const enoughDays = 4
/** weeks begin on a Monday: 1969-12-29 */
const shiftOf = (span: number): number => (span % (7 * day) === 0 ? 3 * day : 0)

export type BlockPlan =
  | {
      readonly by: 'time'
      readonly facts: ColumnFacts
      readonly unit: string
      readonly span: number
      readonly first: number
      readonly blocks: number
    }
  | { readonly by: 'group'; readonly facts: ColumnFacts; readonly unit: 'group'; readonly first: null; readonly blocks: number }

/** First and last time as microseconds since 1970. */
export const spanQuery = (relation: string, { quoted }: ColumnFacts): Sql => {
  const at = `CAST(${quoted} AS TIMESTAMP)`
  const ok = `FILTER (WHERE isfinite(${at}))`
  return sql(`SELECT epoch_us(min(${at}) ${ok}) AS lo, epoch_us(max(${at}) ${ok}) AS hi FROM ${relation}`)
}

const at = (micros: number, span: number): number => Math.floor((micros + shiftOf(span)) / span)

/**
 * Days, else hours or weeks: as many spans as there may be and no more.
 * @param unit of the reference: current data are cut into the same spans
 * @returns null where there is no time, or more spans than a profile holds
 */
export function planTime(facts: ColumnFacts, lo: number | null, hi: number | null, limit: number, unit: string | null): BlockPlan | null {
  if (lo === null || hi === null) return null
  const spans = (span: number) => at(hi, span) - at(lo, span) + 1
  const given = units.findIndex((one) => one.unit === unit)
  let place = given >= 0 ? given : units.findIndex((one) => one.unit === '1 day')
  if (given < 0) {
    while (place < units.length - 1 && spans(units[place]?.span ?? 1) > limit) place += 1
    const finest = facts.kind === 'date' || spans(day) >= enoughDays ? units.findIndex((one) => one.unit === '1 day') : 0
    while (place > finest && spans(units[place]?.span ?? 1) < enoughBlocks && spans(units[place - 1]?.span ?? 1) <= limit) place -= 1
  }
  const chosen = units[place]
  if (chosen === undefined) return null
  const blocks = spans(chosen.span)
  return blocks > (given >= 0 ? maxBlocks : limit) ? null : { by: 'time', facts, ...chosen, first: at(lo, chosen.span), blocks }
}

export const planGroups = (facts: ColumnFacts, blocks: number): BlockPlan => ({ by: 'group', facts, unit: 'group', first: null, blocks })

/** SQL: number of the block of a row, from 0; null where its time or group is missing. */
function blockOf(plan: BlockPlan): string {
  if (plan.by === 'group') return `CAST(hash(${asLabel(plan.facts)}) % ${plan.blocks} AS INTEGER)`
  const time = `CAST(${plan.facts.quoted} AS TIMESTAMP)`
  return `CASE WHEN isfinite(${time}) THEN CAST(floor((epoch_us(${time}) + ${shiftOf(plan.span)}) / ${plan.span}) AS BIGINT) - ${plan.first} END`
}

export interface CountedCells {
  readonly facts: ColumnFacts
  readonly cells: BlockCells
}

/** SQL: the number of the cell of a row. */
export function cellOf({ facts, cells }: CountedCells): string {
  const { spikes, cuts, levels, size } = cells
  if (levels !== null) {
    const place = placeOf(asLabel(facts), levels.map(sqlText))
    return `CASE WHEN ${isMissing(facts)} THEN ${size - 1} ELSE coalesce(nullif(${place}, -1), ${size - 2}) END`
  }
  const x = asDouble(facts)
  const often = spikes.map((value, i) => `WHEN ${x} = ${numberIn(facts, value)} THEN ${i}`).join(' ')
  return `CASE WHEN ${isMissing(facts)} THEN ${size - 1} WHEN isinf(${x}) THEN ${size - 2} ${often} ELSE ${cellNumber(facts, cuts ?? [], spikes.length)} END`
}

/** One row a block that has rows: `block`, `rows`, and per column `b<i>`, its counts as JSON. */
export function blockQuery(relation: string, plan: BlockPlan, columns: readonly CountedCells[], from = 0): Sql {
  const cells = columns.map((column, i) => `CAST(${cellOf(column)} AS INTEGER) AS c${from + i}`)
  const counts = columns.map((column, i) => {
    const list = Array.from({ length: column.cells.size }, (_, cell) => cell).join(', ')
    return `to_json(map_values(histogram_exact(c${from + i}, [${list}]))) AS b${from + i}`
  })
  return sql(`SELECT block, count(*) AS "rows"${counts.map((one) => `, ${one}`).join('')}
    FROM (SELECT ${blockOf(plan)} AS block${cells.map((one) => `, ${one}`).join('')} FROM ${relation} WHERE ${plan.facts.quoted} IS NOT NULL)
    WHERE block IS NOT NULL GROUP BY block ORDER BY block`)
}

export interface CountedBlocks {
  readonly table: NonNullable<TableProfile['blocks']>
  /** by name of the column */
  readonly columns: ReadonlyMap<string, number[][]>
}

/** @param parts rows of each query, and the columns it was about */
export function readBlocks(
  plan: BlockPlan,
  parts: readonly { readonly columns: readonly CountedCells[]; readonly from: number; readonly rows: readonly Row[] }[],
): CountedBlocks {
  const rows = Array.from({ length: plan.blocks }, () => 0)
  for (const row of parts[0]?.rows ?? []) rows[Number(row.block)] = Number(row.rows)
  const columns = new Map<string, number[][]>()
  for (const part of parts) {
    for (const [i, column] of part.columns.entries()) {
      const counts = Array.from({ length: plan.blocks }, () => Array.from({ length: column.cells.size }, () => 0))
      for (const row of part.rows) counts[Number(row.block)] = listOf(row[`b${part.from + i}`], column.cells.size)
      columns.set(column.facts.name, counts)
    }
  }
  return { table: { by: plan.by, unit: plan.unit, rows, first: plan.first }, columns }
}

function listOf(value: unknown, size: number): number[] {
  const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : []
  const counts = Array.isArray(parsed) ? parsed.map(Number) : []
  return Array.from({ length: size }, (_, i) => counts[i] ?? 0)
}
