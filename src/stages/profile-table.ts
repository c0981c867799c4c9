/**
 * An opened table → its profile, by at most four scans of each column, five where it holds NaN or ±∞ (core/profile/queries.ts says which), and one
 * more for each thing that is asked for besides: blocks, weights, pairs and associations. No row leaves the engine.
 */

import { type ColumnFacts, freeStem, type Sql, type TableFacts } from '../core/checks/facts.ts'
import { chunks, groupBy } from '../core/collections.ts'
import { assembleTable, type ColumnPlan, type PlanOptions, planColumns, planDerived } from '../core/profile/assemble.ts'
import { type DerivedColumn, deriveAsBefore, deriveColumns } from '../core/profile/derive.ts'
import { binMeasure, countAndBinMeasure, type Measure, nonFiniteMeasure } from '../core/profile/measures.ts'
import { sampledRows } from '../core/profile/queries.ts'
import { chosenRows } from '../core/profile/sampling.ts'
import { type Reread, rereadTruth } from '../core/profile/truth.ts'
import { bucketsOf, hashProbe, textsAtOnce, usualWords, type Words, wordQuery } from '../core/profile/words.ts'
import type { ColumnProfile, ProfileKind, TableProfile } from '../core/schema/profile.ts'
import { type DataEngine, quoteName, type Table } from '../ports/data-engine.ts'
import type { Narrowed } from './profile/counts.ts'
import { countAll, countLevels, countSample, countWithRiders, measuresOf, type Rode } from './profile/counts.ts'
import { demandKinds, weightFacts } from './profile/demands.ts'
import { type AskedPairs, countBlocks, countDuplicates, countPairs, countWeights } from './profile/extras.ts'
import { tableFacts } from './table-facts.ts'

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

interface Made {
  /** what the table is told to be, but for its bytes */
  readonly key: string
  /** of its files: known when every byte was seen, while its rows are counted */
  readonly digests: Promise<readonly string[]>
  readonly profiled: Promise<Profiled>
}
const made = new WeakMap<DataEngine, { readonly alone: Made[]; readonly against: WeakMap<TableProfile, Made[]> }>()

/**
 * As `buildProfile`, of whole files: those of equal bytes are profiled once by an engine, whichever model asks. A table that is a part of its
 * files (a window) is not for this.
 *
 * @param riders aggregates over the columns of the table (core/checks/scan.ts); those of a profile that is made already were not taken along
 */
export async function profileOnce(
  engine: DataEngine,
  table: Table,
  options: ProfileOptions,
  riders: readonly Sql[] = [],
): Promise<Profiled> {
  const { role, reference, ...rest } = options
  const known = made.get(engine) ?? { alone: [], against: new WeakMap<TableProfile, Made[]>() }
  made.set(engine, known)
  const profiles = reference === undefined ? known.alone : (known.against.get(reference) ?? [])
  if (reference !== undefined) known.against.set(reference, profiles)
  const key = JSON.stringify([table.format, table.columns, rest])
  const before = await sameBytes(
    profiles.filter((one) => one.key === key),
    table,
  )
  const own: Made = before ?? { key, digests: table.digests(), profiled: buildWithRiders(engine, table, options, riders) }
  if (before === null) profiles.push(own)
  // told to whoever waits for it, below
  own.digests.catch(() => undefined)
  try {
    const { profile, rode } = await own.profiled
    await own.digests
    return { profile: { ...profile, role }, rode: before === null ? rode : null }
  } catch (thrown) {
    if (profiles.includes(own)) profiles.splice(profiles.indexOf(own), 1)
    throw thrown
  }
}

/** Nobody waits for the bytes of a table that nothing is like. */
async function sameBytes(likely: readonly Made[], table: Table): Promise<Made | null> {
  if (likely.length === 0) return null
  const digests = (await table.digests()).join()
  for (const one of likely) if ((await one.digests).join() === digests) return one
  return null
}

/** @throws UserError UNKNOWN_COLUMN, COLUMN_KIND, WEIGHT_INVALID */
export const buildProfile = async (engine: DataEngine, table: Table, options: ProfileOptions): Promise<TableProfile> =>
  (await buildWithRiders(engine, table, options, [])).profile

/** A profile, and what aggregates of others said that rode in its count. */
export interface Profiled extends Rode {
  readonly profile: TableProfile
}

/** @throws UserError UNKNOWN_COLUMN, COLUMN_KIND, WEIGHT_INVALID */
async function buildWithRiders(engine: DataEngine, table: Table, options: ProfileOptions, riders: readonly Sql[]): Promise<Profiled> {
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
  const sampled = narrowed(facts, { table, names, reread, derived: [], where: some })
  const rows = Math.min(table.rows, sampledRows)
  const sample = await countSample(engine, sampled, columns, rows)
  const own = planColumns(columns, sample, planOptions)
  const probe = await wordProbe(engine, own, reference)
  const words = reference === null && probe !== null ? await wordsOf(engine, sampled, own, rows) : new Map<string, Words>()
  const derived =
    reference === null
      ? deriveColumns(
          own.map((plan) => ({ ...plan, words: words.get(plan.facts.name)?.own ?? null })),
          names.derived,
        )
      : deriveAsBefore(own, reference, names.derived, probe)
  const wide = narrowed(facts, { table, names, reread, derived, where: '' })
  const few = narrowed(facts, { table, names, reread, derived, where: some })
  const ours = await planOurs(engine, few, derived, planOptions, { rows, from: columns.length })
  const plans = [...own, ...ours]

  const { rode, row } = await countWithRiders(engine, wide, own, riders)
  const counting = (measures: readonly Measure[]) => countAll(engine, wide, measures, table.rows)
  const counted = {
    ...row,
    ...(await counting(measuresOf(own, binMeasure))),
    ...(await counting(measuresOf(ours, countAndBinMeasure, columns.length))),
  }
  const counts = { ...counted, ...(await counting(measuresOf(plans, (plan, place) => nonFiniteMeasure(plan, place, counted)))) }
  const levels = await countLevels(engine, wide, plans, weight)
  const digests = await table.digests()
  const assembled = assembleTable(facts, plans, counts, levels, digests)
  const profile = { ...assembled, columns: assembled.columns.map((column) => withWords(column, probe, words, reference)) }
  const subject = {
    engine,
    narrowed: wide,
    plans,
    profile,
    reference: reference ?? profile,
    ownReference: reference === null,
  }
  const weighted = weight === null ? profile : await countWeights(subject, weight, levels)
  const blocked = await countBlocks({ ...subject, profile: weighted }, options.time ?? null, options.group ?? null)
  const paired = await countPairs({ ...subject, profile: blocked }, options.pairs ?? null)
  return { profile: await countDuplicates(engine, facts, paired, options.duplicates ?? false), rode }
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
  table: Narrowed,
  plans: readonly ColumnPlan[],
  rows: number,
): Promise<ReadonlyMap<string, Words>> {
  const texts = plans.filter(isText).map(({ facts }) => facts)
  const buckets = bucketsOf(texts.length)
  const found = new Map<string, Words>()
  for (const some of chunks(texts, textsAtOnce(rows))) {
    const byColumn = groupBy(await engine.aggregate(wordQuery(table(some), some, buckets)), ({ col }) => Number(col))
    for (const [at, { name }] of some.entries()) {
      const words = usualWords(byColumn.get(at) ?? [], buckets)
      if (words !== null) found.set(name, words)
    }
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
  const stem = freeStem('of_profile', columns)
  return { row: quoteName(`${stem}row`), reread: (i) => quoteName(`${stem}r${i}`), derived: (i) => quoteName(`${stem}d${i}`) }
}

interface Wide {
  readonly table: Table
  readonly names: Aliases
  readonly reread: readonly Reread[]
  readonly derived: readonly DerivedColumn[]
  /** SQL that keeps some rows: it stands here, before anything is computed of them */
  readonly where: string
}

function narrowed(facts: TableFacts, { table, names, reread, derived, where }: Wide): Narrowed {
  const places = new Map(facts.columns.map(({ name }, place) => [name, place]))
  const again = reread.map(({ name, expression }) => {
    const place = places.get(name) ?? 0
    return { quoted: names.reread(place), of: facts.columns[place]?.quoted ?? '', expression }
  })
  const ours = derived.map(({ facts: { quoted }, of, expression }) => ({ quoted, of, expression }))
  return (asked) => {
    const wanted = new Set(asked.map(({ quoted }) => quoted))
    /** those of them that are wanted, so that what they are made of is wanted too */
    const needed = (some: typeof again) => {
      const used = some.filter(({ quoted }) => wanted.has(quoted))
      for (const { of } of used) wanted.add(of)
      return used
    }
    const ourOwn = needed(ours)
    const used = [...needed(again), ...ourOwn]
    const own = facts.columns.flatMap(({ quoted }) => (wanted.has(quoted) ? [quoted] : []))
    const list = [...own, `${table.rowNumber} AS ${names.row}`, ...used.map(({ quoted, expression }) => `${expression} AS ${quoted}`)]
    return { ...facts, relation: `(SELECT ${list.join(', ')} FROM ${table.relation} ${where})`, rowAt: names.row }
  }
}

/** Columns of ours are sampled like any other; parts of the calendar are known without. */
async function planOurs(
  engine: DataEngine,
  table: Narrowed,
  derived: readonly DerivedColumn[],
  options: PlanOptions,
  { rows, from }: { readonly rows: number; readonly from: number },
): Promise<readonly ColumnPlan[]> {
  if (derived.length === 0) return []
  const unknown = derived.some(({ labels }) => labels === null)
  const facts = derived.map((column) => column.facts)
  const sample = unknown ? await countSample(engine, table, facts, rows, from) : {}
  return planDerived(derived, sample, options, from)
}
