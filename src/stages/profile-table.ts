/**
 * An opened table → its profile, by at most four scans of each column, five where it holds NaN or ±∞ (core/profile/queries.ts says which), and one
 * more for each thing that is asked for besides: blocks, weights, pairs and associations. No row leaves the engine.
 */
import type { ColumnFacts, Sql, TableFacts } from '../core/checks/facts.ts'
import {
  assembleTable,
  type ColumnPlan,
  type Levels,
  type PlanOptions,
  planColumns,
  planDerived,
  readLevels,
} from '../core/profile/assemble.ts'
import { type DerivedColumn, deriveAsBefore, deriveColumns } from '../core/profile/derive.ts'
import { roomForLabels } from '../core/profile/edges.ts'
import {
  binQuery,
  columnsPerQuery,
  countQuery,
  levelColumnsPerQuery,
  levelQuery,
  nonFiniteQuery,
  sampledRows,
  sampleQuery,
} from '../core/profile/queries.ts'
import { chosenRows } from '../core/profile/sampling.ts'
import { type Reread, rereadTruth } from '../core/profile/truth.ts'
import { bucketsOf, hashProbe, usualWords, type Words, wordQuery } from '../core/profile/words.ts'
import type { ColumnProfile, ProfileKind, TableProfile } from '../core/schema/profile.ts'
import { type DataEngine, quoteName, type Scalar, type Table } from '../ports/data-engine.ts'
import { demandKinds, weightFacts } from './profile/demands.ts'
import { type AskedPairs, countBlocks, countDuplicates, countPairs, countWeights } from './profile/extras.ts'

export interface ProfileOptions {
  readonly role: string
  /** names of columns of which nothing but counts is kept */
  readonly sensitive: readonly string[]
  /** its kinds, edges, derived columns and blocks are used, so that the two can be compared */
  readonly reference?: TableProfile
  /** kinds that are not to be guessed; where there is a reference, its own count */
  readonly kinds?: Readonly<Record<string, ProfileKind>>
  /** counts by spans of the first, else by buckets of the second */
  readonly time?: string | null
  readonly group?: string | null
  /** everything is also counted in sums of this column */
  readonly weight?: string | null
  /** what rank correlations need, of up to fifty columns, and what a class tells of the label */
  readonly pairs?: AskedPairs | null
  /** count rows that repeat an earlier one, however many rows there are */
  readonly duplicates?: boolean
}

export const columnFacts = (table: Table): readonly ColumnFacts[] =>
  table.columns.map((column) => ({ ...column, quoted: quoteName(column.name) }))

export const tableFacts = (table: Table, role: string): TableFacts => ({
  role,
  relation: table.relation,
  rowNumber: table.files.length === 1 ? table.rowNumber : null,
  rows: table.rows,
  untyped: table.format === 'csv',
  columnar: table.format === 'parquet',
  columns: columnFacts(table),
})

type Made = Map<string, Promise<TableProfile>>
const made = new WeakMap<DataEngine, { readonly alone: Made; readonly against: WeakMap<TableProfile, Made> }>()

/**
 * As `buildProfile`, of whole files: those of equal bytes are profiled once by an engine, whichever model asks. A table that is a part of its
 * files (a window) is not for this.
 */
export async function profileOnce(engine: DataEngine, table: Table, options: ProfileOptions): Promise<TableProfile> {
  const { role, reference, ...rest } = options
  const known = made.get(engine) ?? { alone: new Map(), against: new WeakMap<TableProfile, Made>() }
  made.set(engine, known)
  const profiles: Made = reference === undefined ? known.alone : (known.against.get(reference) ?? new Map())
  if (reference !== undefined) known.against.set(reference, profiles)
  const key = JSON.stringify([table.files.map((file) => file.digest), table.format, table.columns, rest])
  const profile = profiles.get(key) ?? buildProfile(engine, table, options)
  profiles.set(key, profile)
  try {
    return { ...(await profile), role }
  } catch (thrown) {
    profiles.delete(key)
    throw thrown
  }
}

/** @throws UserError UNKNOWN_COLUMN, COLUMN_KIND, WEIGHT_INVALID */
export async function buildProfile(engine: DataEngine, table: Table, options: ProfileOptions): Promise<TableProfile> {
  const { role, reference = null, kinds = {} } = options
  const facts = tableFacts(table, role)
  if (reference === null) demandKinds(facts, kinds)
  const weight = weightFacts(facts, options.weight ?? null)
  const names = aliases(facts.columns)
  const reread = reference === null ? [] : rereadTruth(facts.columns, reference)
  const columns = facts.columns.map((column, i) => {
    const other = reread.find(({ name }) => name === column.name)
    return other === undefined ? column : { ...column, ...other.facts, quoted: names.reread(i) }
  })
  const planOptions: PlanOptions = {
    sensitive: new Set(options.sensitive),
    reference,
    kinds: new Map(Object.entries(kinds)),
    reread: new Set(reread.map(({ name }) => name)),
    columns: columns.length,
  }
  const some = chosenRows(table.rows, sampledRows, table.rowNumber)
  const sampled = { ...facts, relation: widen(table, names, facts.columns, reread, [], some), rowAt: names.row }
  const sample = await inParts(engine, columns, (some, from) => sampleQuery(sampled, some, from))
  const own = planColumns(columns, sample, planOptions)
  const probe = await wordProbe(engine, own, reference)
  const words = reference === null && probe !== null ? await wordsOf(engine, sampled, own) : new Map<string, Words>()
  const derived =
    reference === null
      ? deriveColumns(
          own.map((plan) => ({ ...plan, words: words.get(plan.facts.name)?.own ?? null })),
          names.derived,
        )
      : deriveAsBefore(own, reference, names.derived, probe)
  const wide = { ...facts, relation: widen(table, names, facts.columns, reread, derived) }
  const few = { ...facts, relation: widen(table, names, facts.columns, reread, derived, some), rowAt: names.row }
  const ours = await planOurs(engine, few, derived, planOptions, columns.length)
  const plans = [...own, ...ours]

  const counted = {
    ...(await inParts(engine, own, (some, from) => countQuery(wide, some, from))),
    ...(await inParts(engine, own, (some, from) => binQuery(wide, some, from))),
    ...(await inParts(engine, ours, (some, from) => countQuery(wide, some, from, true), columns.length)),
  }
  const counts = { ...counted, ...(await inParts(engine, plans, (some, from) => nonFiniteQuery(wide, some, counted, from))) }
  const levels = await countLevels(engine, wide, plans, weight)
  const digests = table.files.map((file) => file.digest)
  const assembled = assembleTable(facts, plans, counts, levels, digests)
  const profile = { ...assembled, columns: assembled.columns.map((column) => withWords(column, probe, words, reference)) }
  const subject = {
    engine,
    table: { ...wide, rowAt: names.row },
    plans,
    profile,
    reference: reference ?? profile,
    ownReference: reference === null,
  }
  const weighted = weight === null ? profile : await countWeights(subject, weight, levels)
  const blocked = await countBlocks({ ...subject, profile: weighted }, options.time ?? null, options.group ?? null)
  const paired = await countPairs({ ...subject, profile: blocked }, options.pairs ?? null)
  return countDuplicates({ ...subject, profile: paired, table: { ...facts, rowAt: table.rowNumber } }, options.duplicates ?? false)
}

const isText = ({ kind, facts, sensitive }: ColumnPlan): boolean => kind === 'text' && facts.kind === 'string' && !sensitive

/** null where there is no text whose words would be looked at. */
async function wordProbe(engine: DataEngine, plans: readonly ColumnPlan[], reference: TableProfile | null): Promise<string | null> {
  if (!(reference === null ? plans.some(isText) : reference.columns.some(({ words }) => words))) return null
  const [row] = await engine.aggregate(hashProbe)
  return typeof row?.probe === 'string' ? row.probe : null
}

/** @param table the sample */
async function wordsOf(
  engine: DataEngine,
  table: TableFacts & { readonly rowAt: string },
  plans: readonly ColumnPlan[],
): Promise<ReadonlyMap<string, Words>> {
  const texts = plans.filter(isText)
  const buckets = bucketsOf(texts.length)
  const found = new Map<string, Words>()
  for (const { facts } of texts) {
    const words = usualWords(await engine.aggregate(wordQuery(table, facts, buckets)), buckets)
    if (words !== null) found.set(facts.name, words)
  }
  return found
}

/** Of current data the words are those of the reference: what they were counted against. */
function withWords(
  column: ColumnProfile,
  probe: string | null,
  words: ReadonlyMap<string, Words>,
  reference: TableProfile | null,
): ColumnProfile {
  const own = words.get(column.name)
  const before = column.sensitive ? null : (reference?.columns.find(({ name }) => name === column.name)?.words ?? null)
  if (own !== undefined && probe !== null) return { ...column, words: { known: own.known, probe } }
  return before === null || before.probe !== probe ? column : { ...column, words: before }
}

interface Aliases {
  readonly row: string
  reread(place: number): string
  derived(place: number): string
}

/** Names for columns of ours that none of the data has. */
function aliases(columns: readonly ColumnFacts[]): Aliases {
  const folded = columns.map(({ name }) => name.toLowerCase())
  let stem = 'of_profile'
  while (folded.some((name) => name.startsWith(stem))) stem = `${stem}_`
  return { row: quoteName(`${stem}row`), reread: (i) => quoteName(`${stem}r${i}`), derived: (i) => quoteName(`${stem}d${i}`) }
}

/**
 * The table with columns of ours beside those of the data. What a query does not use of it costs nothing.
 * @param where SQL that keeps some rows: it stands here, before anything is computed of them
 */
function widen(
  table: Table,
  names: Aliases,
  columns: readonly ColumnFacts[],
  reread: readonly Reread[],
  derived: readonly DerivedColumn[],
  where = '',
): string {
  const again = reread.map(
    ({ name, expression }) => `${expression} AS ${names.reread(columns.findIndex((column) => column.name === name))}`,
  )
  const ours = derived.map(({ facts, expression }) => `${expression} AS ${facts.quoted}`)
  return `(SELECT ${['*', `${table.rowNumber} AS ${names.row}`, ...again, ...ours].join(', ')} FROM ${table.relation} ${where})`
}

/** Columns of ours are sampled like any other; parts of the calendar are known without. */
async function planOurs(
  engine: DataEngine,
  table: TableFacts & { readonly rowAt: string },
  derived: readonly DerivedColumn[],
  options: PlanOptions,
  from: number,
): Promise<readonly ColumnPlan[]> {
  if (derived.length === 0) return []
  const unknown = derived.some(({ labels }) => labels === null)
  const facts = derived.map((column) => column.facts)
  const sample = unknown ? await inParts(engine, facts, (some, at) => sampleQuery(table, some, at), from) : {}
  return planDerived(derived, sample, options, from)
}

async function countLevels(
  engine: DataEngine,
  facts: TableFacts,
  plans: readonly ColumnPlan[],
  weight: ColumnFacts | null,
): Promise<ReadonlyMap<string, Levels>> {
  const levels = new Map<string, Levels>()
  const labelled = plans.filter((plan) => plan.levels)
  const most = roomForLabels(labelled.length)
  const sum = weight === null ? null : `CAST(${weight.quoted} AS DOUBLE)`
  for (let from = 0; from < labelled.length; from += levelColumnsPerQuery) {
    const some = labelled.slice(from, from + levelColumnsPerQuery)
    const columns = some.map((plan) => plan.facts)
    for (const [name, found] of readLevels(some, await engine.aggregate(levelQuery(facts, columns, most, sum)))) levels.set(name, found)
  }
  return levels
}

/** The one row that queries over some columns at a time come to together. A table without columns is asked once, too. */
async function inParts<T>(
  engine: DataEngine,
  columns: readonly T[],
  query: (some: readonly T[], from: number) => Sql | null,
  first = 0,
): Promise<Readonly<Record<string, Scalar>>> {
  const whole: Record<string, Scalar> = {}
  for (let from = 0; from === 0 || from < columns.length; from += columnsPerQuery) {
    const asked = query(columns.slice(from, from + columnsPerQuery), first + from)
    if (asked !== null) Object.assign(whole, (await engine.aggregate(asked))[0])
  }
  return whole
}
