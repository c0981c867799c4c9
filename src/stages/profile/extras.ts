/** What a profile holds besides its columns, each by scans of its own: sums of weights, counts by block, sums of pairs, counts by class and label, repeated rows. */
import { type ColumnFacts, isNumeric, type TableFacts } from '../../core/checks/facts.ts'
import { chunks } from '../../core/collections.ts'
import { pairLimits } from '../../core/drift/pair-measures.ts'
import type { ColumnPlan, Levels } from '../../core/profile/assemble.ts'
import {
  type AssociationPlan,
  associationQueries,
  axisCode,
  fitsAxis,
  planAssociations,
  readAssociations,
} from '../../core/profile/associations.ts'
import {
  type BlockPlan,
  blockCells,
  blockLimit,
  blockQuery,
  type CountedCells,
  planGroups,
  planTime,
  readBlocks,
  spanQuery,
} from '../../core/profile/blocks.ts'
import { digits12 } from '../../core/profile/digits.ts'
import { movedPairs, spreadQueries, withSpreads } from '../../core/profile/pair-spread.ts'
import {
  type Code,
  canBeRanked,
  codesStatement,
  columnSums,
  completeColumns,
  dropStatement,
  maxPairColumns,
  type Pairs,
  pairQueries,
  type RankPlan,
  rankCodes,
  readPairs,
} from '../../core/profile/pairs.ts'
import { columnsPerQuery, duplicateQuery } from '../../core/profile/queries.ts'
import { readWeights, type WeighedColumn, weightColumnsPerQuery, weighted, weightQuery, weightTotals } from '../../core/profile/weights.ts'
import type { ColumnProfile, TableProfile } from '../../core/schema/profile.ts'
import { UserError } from '../../errors.ts'
import type { DataEngine } from '../../ports/data-engine.ts'
import type { Narrowed } from './counts.ts'

export interface Subject {
  readonly engine: DataEngine
  readonly narrowed: Narrowed
  readonly plans: readonly ColumnPlan[]
  /** as far as it is made */
  readonly profile: TableProfile
  /** what it is counted against: the profile itself where there is no other */
  readonly reference: TableProfile
  readonly ownReference: boolean
}

const columnOf = (table: TableProfile, name: string): ColumnProfile | null => table.columns.find((column) => column.name === name) ?? null

/** @throws UserError WEIGHT_INVALID */
export async function countWeights(
  { engine, narrowed, plans, profile }: Subject,
  weight: ColumnFacts,
  levels: ReadonlyMap<string, Levels>,
): Promise<TableProfile> {
  const table = narrowed([weight])
  const [row = {}] = await engine.aggregate(weightTotals(table.relation, weight))
  const total = Number(row.total ?? 0)
  const bad = Number(row.bad ?? 0)
  if (bad > 0 || total <= 0) {
    const what =
      bad > 0
        ? `${bad} ${bad === 1 ? 'weight that is' : 'weights that are'} missing, negative, not finite or no usual size`
        : 'no weight above 0'
    throw new UserError('WEIGHT_INVALID', `${weight.name} of data.${table.role} has ${what}`, 'give every row a weight of at least 0')
  }
  const asked: readonly WeighedColumn[] = plans.map(({ facts, numeric }) => ({
    facts,
    edges: numeric?.edges ?? null,
    values: numeric?.frequent ?? [],
  }))
  const sums = new Map<string, ReturnType<typeof weighted>>()
  for (const some of chunks(asked, weightColumnsPerQuery)) {
    const found = readWeights(
      some,
      await engine.aggregate(weightQuery(narrowed([weight, ...some.map(({ facts }) => facts)]).relation, weight, some)),
    )
    for (const { facts, values } of some) {
      const column = columnOf(profile, facts.name)
      const one = found.get(facts.name)
      const labels = new Map((levels.get(facts.name)?.top ?? []).map((level) => [level.value, level.weight ?? 0]))
      if (column !== null && one !== undefined) sums.set(facts.name, weighted(column, values, one, labels))
    }
  }
  return {
    ...profile,
    columns: profile.columns.map((column) => ({ ...column, weighted: sums.get(column.name) ?? null })),
    weight: { column: weight.name, total: digits12(total), squares: digits12(Number(row.squares ?? 0)) },
  }
}

/** By time where there is one, else by group. A reference without blocks leaves nothing to compare with. */
export async function countBlocks(subject: Subject, time: string | null, group: string | null): Promise<TableProfile> {
  const { engine, narrowed, plans, profile, reference } = subject
  const plan = await planBlocks(subject, time, group)
  if (plan === null) return profile
  const counted = plans.flatMap((one): CountedCells[] => {
    const { facts, sensitive, derived, labels } = one
    const before = columnOf(reference, facts.name)
    const cells = before === null || sensitive || plan.facts.name === (derived?.from ?? facts.name) ? null : blockCells(before)
    if (cells === null || (cells.levels === null && !isNumeric(facts.kind))) return []
    // parts of the calendar are numbers in the table
    const levels = labels === null ? cells.levels : (cells.levels?.map((label) => String(labels.indexOf(label))) ?? null)
    return [{ facts, cells: { ...cells, levels } }]
  })
  const parts = []
  for (let from = 0; from === 0 || from < counted.length; from += columnsPerQuery) {
    const columns = counted.slice(from, from + columnsPerQuery)
    const { relation } = narrowed([plan.facts, ...columns.map(({ facts }) => facts)])
    parts.push({ columns, from, rows: await engine.aggregate(blockQuery(relation, plan, columns, from)) })
  }
  const blocks = readBlocks(plan, parts)
  return {
    ...profile,
    columns: profile.columns.map((column) => ({ ...column, blocks: blocks.columns.get(column.name) ?? null })),
    blocks: blocks.table,
  }
}

async function planBlocks(
  { engine, narrowed, profile, reference, ownReference }: Subject,
  time: string | null,
  group: string | null,
): Promise<BlockPlan | null> {
  const before = ownReference ? null : (reference.blocks ?? null)
  if (!ownReference && before === null) return null
  const limit = blockLimit(profile.columns.length)
  const { columns } = narrowed([])
  const named = (name: string | null) => columns.find((column) => column.name === name) ?? null
  const at = named(time)
  if (at !== null && (at.kind === 'date' || at.kind === 'timestamp') && before?.by !== 'group') {
    const [row = {}] = await engine.aggregate(spanQuery(narrowed([at]).relation, at))
    return planTime(at, micros(row.lo), micros(row.hi), limit, before?.unit ?? null)
  }
  const of = named(group)
  return of === null || before?.by === 'time' ? null : planGroups(of, before?.rows.length ?? limit)
}

const micros = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value))

let codeTables = 0

export interface AskedPairs {
  /** columns that come first where there is not room for all */
  readonly first: readonly string[]
  /** columns of the truth: what features tell of them is counted */
  readonly labels?: readonly string[]
  readonly leaveOut: readonly string[]
}

/** Sums for rank correlations, and counts by feature and label. A reference without them leaves nothing to compare with. */
export async function countPairs(subject: Subject, asked: AskedPairs | null): Promise<TableProfile> {
  const { engine, narrowed, profile } = subject
  if (asked === null) return profile
  const usual = subject.plans.filter(
    ({ sensitive, derived, kind }) => !sensitive && derived === null && kind !== 'identifier' && kind !== 'constant',
  )
  const leaveOut = new Set(asked.leaveOut)
  const order = [...new Set([...asked.first, ...usual.map(({ facts }) => facts.name)])].filter((one) => !leaveOut.has(one))
  const ranked = rankPlans(subject, usual, order)
  const tables = associationPlan(subject, usual, order, asked.labels ?? [])
  const codes = [...rankCodes(ranked), ...tables.codes]
  if (codes.length === 0) return profile
  const name = `codes_of_profile_${++codeTables}`
  await engine.aggregate({ sql: codesStatement(narrowed(codes.map(({ facts }) => facts)), codes, name) })
  try {
    const [sums = {}] = await engine.aggregate(columnSums(name, ranked.length))
    const row: Record<string, unknown> = { ...sums }
    const queries = [...pairQueries(name, completeColumns(row, ranked.length)), ...associationQueries(name, tables.plan, axisName)]
    for (const query of queries) Object.assign(row, (await engine.aggregate(query))[0])
    const names = ranked.map(({ facts }) => facts.name)
    return {
      ...profile,
      ...(ranked.length === 0 ? {} : { pairs: await spreadOf(subject, readPairs(row, names), name) }),
      ...(tables.plan.pairs.length === 0 ? {} : { associations: readAssociations(row, Number(row.rows ?? 0), tables.plan) }),
    }
  } finally {
    await engine.aggregate({ sql: dropStatement(name) })
  }
}

/** How much the correlations vary that are not those of the reference. */
async function spreadOf({ engine, reference, ownReference }: Subject, pairs: Pairs, codes: string): Promise<Pairs> {
  const moved = ownReference ? [] : movedPairs(reference.pairs, pairs, pairLimits.warn)
  const row: Record<string, unknown> = {}
  for (const query of spreadQueries(codes, moved)) Object.assign(row, (await engine.aggregate(query))[0])
  return withSpreads(
    pairs,
    moved,
    moved.map((_, at) => Number(row[`k${at}`])),
  )
}

const axisName = (place: number): string => `a${place}`

/** In the cells of the reference, those of its tables whose columns are still what they were; else of the first fifty columns in this order. */
function associationPlan(
  { profile, reference, ownReference }: Subject,
  usual: readonly ColumnPlan[],
  order: readonly string[],
  labels: readonly string[],
): { readonly plan: AssociationPlan; readonly codes: readonly Code[] } {
  const known = reference.associations ?? null
  const truths = new Set(labels)
  const features = order.filter((name) => !truths.has(name)).slice(0, maxPairColumns)
  const { axes, pairs }: AssociationPlan = ownReference
    ? planAssociations(profile, features, labels)
    : { axes: known?.axes ?? [], pairs: known?.tables.map(({ feature, label }) => [feature, label] as const) ?? [] }
  const codes = axes.map((axis, place): Code | null => {
    const plan = usual.find(({ facts }) => facts.name === axis.column)
    return plan === undefined || !fitsAxis(plan.facts, plan.levels, axis)
      ? null
      : { facts: plan.facts, sql: `${axisCode(plan.facts, axis)} AS ${axisName(place)}` }
  })
  const there = (place: number) => (codes[place] ?? null) !== null
  return {
    plan: { axes, pairs: pairs.filter(([feature, label]) => there(feature) && there(label)) },
    codes: codes.filter((code) => code !== null),
  }
}

/** Those of the reference that can be ranked now; else of the columns in this order up to fifty. One alone makes no pair. */
function rankPlans({ reference, ownReference }: Subject, usual: readonly ColumnPlan[], order: readonly string[]): readonly RankPlan[] {
  const found = (ownReference ? order : (reference.pairs?.columns ?? [])).flatMap((name): RankPlan[] => {
    const plan = usual.find(({ facts }) => facts.name === name)
    const before = columnOf(reference, name)
    if (plan === undefined || before === null) return []
    const edges = before.numeric?.edges ?? null
    if (canBeRanked(plan.facts, edges)) return [{ facts: plan.facts, edges, labels: null }]
    const [low, high, ...more] = before.kind === 'boolean' ? (before.categories?.top ?? []).map(({ value }) => value).sort() : []
    if (low === undefined || high === undefined || more.length > 0 || edges !== null) return []
    return [{ facts: plan.facts, edges: null, labels: [low, high] }]
  })
  return found.length < 2 ? [] : found.slice(0, maxPairColumns)
}

/** Tables up to this size are looked through for rows that repeat one another without being asked. */
const cheapRows = 200_000

export async function countDuplicates(engine: DataEngine, table: TableFacts, profile: TableProfile, asked: boolean): Promise<TableProfile> {
  if (!asked && table.rows > cheapRows) return { ...profile, duplicates: null }
  const [row = {}] = await engine.aggregate(duplicateQuery(table))
  return { ...profile, duplicates: Number(row.duplicates ?? 0) }
}
