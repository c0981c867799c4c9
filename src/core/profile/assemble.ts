/** Rows of the profile's queries → the profile. Everything is checked for shape here: what comes back from an engine is not trusted to be what was asked for. */
import type { Row } from '../checks/answer.ts'
import type { ColumnFacts, TableFacts } from '../checks/facts.ts'
import { toldBy } from '../checks/float32.ts'
import type { ColumnProfile, ProfileKind, TableProfile } from '../schema/profile.ts'
import { fromBins } from './bins.ts'
import type { Derived, DerivedColumn } from './derive.ts'
import { digits12 } from './digits.ts'
import { chooseEdges, coarseEdges, edgesId, frequentValues, room, topTwentyShare } from './edges.ts'
import { fingerprint } from './fingerprint.ts'
import { decideKind, family, type KindFacts } from './kind.ts'
import { cutsIn, type NumericPlan, pivotOf } from './measures.ts'
import { minLevelRows } from './queries.ts'
import { sameTruth } from './truth.ts'

/** What is to be counted of one column. */
export interface ColumnPlan {
  readonly facts: ColumnFacts
  readonly kind: ProfileKind
  readonly reason: string
  readonly sensitive: boolean
  readonly numeric: NumericPlan | null
  /** its labels are listed */
  readonly levels: boolean
  readonly derived: Derived | null
  /** labels by number: a part of the calendar */
  readonly labels: readonly string[] | null
  /** of a time, its span in seconds; of lists, the length that all have */
  readonly span: number | null
  readonly size: number | null
}

const number = (value: unknown): number | null =>
  value === null || value === undefined ? null : Number.isFinite(Number(value)) ? Number(value) : null
const count = (value: unknown): number => number(value) ?? 0
const list = (value: unknown): readonly number[] => {
  if (typeof value !== 'string') return []
  const parsed: unknown = JSON.parse(value)
  return Array.isArray(parsed) ? parsed.map(Number) : []
}
const finiteDigits = (value: number): number | null => (Number.isFinite(value) ? digits12(value) : null)

const isNumber = (facts: ColumnFacts) => family(facts.kind) === 'number'

export interface PlanOptions {
  readonly sensitive: ReadonlySet<string>
  readonly reference: TableProfile | null
  /** by name of the column: what the config says they are */
  readonly kinds?: ReadonlyMap<string, ProfileKind>
  /** columns of the table that are read in the reference's words */
  readonly reread?: ReadonlySet<string>
  /** columns of the data: the more there are, the less is kept of each */
  readonly columns?: number
}

/**
 * Kinds, edges and frequent values, from the sample; edges and kinds of the reference where there is one.
 * @param from place of the first of the columns in the sample
 */
export function planColumns(columns: readonly ColumnFacts[], sample: Row, options: PlanOptions, from = 0): readonly ColumnPlan[] {
  return columns.map((facts, at) => {
    const i = from + at
    const sensitive = options.sensitive.has(facts.name)
    const grid = gridOf(facts, sample, i)
    const values = count(sample[`n${i}`])
    const seen = kindFacts(facts, sample, i, grid)
    const before = options.reference?.columns.find((column) => column.name === facts.name) ?? null
    const numeric = isNumber(facts)
    const taken =
      before !== null && ((before.numeric !== null) === numeric || sameTruth(facts, before, options.reread?.has(facts.name) === true))
        ? before
        : null
    const said = options.kinds?.get(facts.name)
    const kind =
      taken !== null
        ? { kind: taken.kind, reason: 'as in the reference' }
        : said !== undefined
          ? { kind: said, reason: 'as data.kinds says' }
          : decideKind(seen)
    const { min, max } = taken?.numeric ?? { min: null, max: null }
    return {
      facts,
      ...kind,
      sensitive,
      numeric: numeric
        ? {
            ...numbersToCount(facts, kind.kind, grid, values, sensitive, taken, room(options.columns ?? 1).edges),
            beyond: min === null || max === null || sensitive ? null : { min, max },
          }
        : null,
      levels: !sensitive && (labelled(facts, kind.kind) || (said !== undefined && isCategory(kind.kind))),
      derived: null,
      labels: null,
      ...shapeOf(facts, sample, i),
    }
  })
}

const gridOf = (facts: ColumnFacts, sample: Row, i: number): readonly number[] => list(sample[`q${i}`]).map((value) => toldBy(facts, value))

const kindFacts = (facts: ColumnFacts, sample: Row, i: number, grid: readonly number[]): KindFacts => ({
  storage: facts.kind,
  values: count(sample[`n${i}`]),
  distinct: count(sample[`d${i}`]),
  min: number(sample[`lo${i}`]),
  max: number(sample[`hi${i}`]),
  order: number(sample[`o${i}`]),
  topTwenty: topTwentyShare(grid),
  meanLength: count(sample[`l${i}`]),
  withSpaces: count(sample[`w${i}`]),
})

function numbersToCount(
  facts: ColumnFacts,
  kind: ProfileKind,
  grid: readonly number[],
  values: number,
  sensitive: boolean,
  taken: ColumnProfile | null,
  mostEdges: number,
): Omit<NumericPlan, 'beyond'> {
  const own = () => (kind === 'identifier' ? [] : sensitive ? coarseEdges(grid, values) : chooseEdges(grid, values, mostEdges))
  const hidden = sensitive || kind === 'identifier'
  const always = hidden ? [] : (taken?.numeric?.spikes ?? []).map((spike) => spike.value)
  // an integer that a double rounds is no value to be named: it may be two
  const exact = facts.kind === 'integer' ? frequentValues(grid).filter(Number.isSafeInteger) : frequentValues(grid)
  const frequent = hidden ? [] : [...new Set([...exact, ...always])].sort((a, b) => a - b)
  return { edges: taken?.numeric?.edges ?? own(), frequent, always }
}

function shapeOf(facts: ColumnFacts, sample: Row, i: number): Pick<ColumnPlan, 'span' | 'size'> {
  const [low, high] = [number(sample[`lo${i}`]), number(sample[`hi${i}`])]
  const known = low !== null && high !== null
  if (family(facts.kind) === 'datetime') return { span: known ? high - low : null, size: null }
  return { span: null, size: facts.kind === 'other' && known && low === high ? low : null }
}

/** Columns of ours: parts of the calendar are known, the rest is decided like any other, and is never an identifier. */
export function planDerived(columns: readonly DerivedColumn[], sample: Row, options: PlanOptions, from: number): readonly ColumnPlan[] {
  const facts = columns.map((column) => column.facts)
  return planColumns(facts, sample, options, from).map((plan, at) => {
    const { derived, labels } = columns[at] ?? { derived: null, labels: null }
    if (labels !== null) return { ...plan, derived, labels, kind: 'categorical', reason: 'part of the calendar', levels: true }
    if (plan.kind !== 'identifier' || plan.numeric === null) return { ...plan, derived }
    const i = from + at
    const grid = gridOf(plan.facts, sample, i)
    const numeric = numbersToCount(
      plan.facts,
      'numeric-continuous',
      grid,
      count(sample[`n${i}`]),
      false,
      null,
      room(options.columns ?? 1).edges,
    )
    return { ...plan, derived, kind: 'numeric-continuous', reason: 'numbers, most of them distinct', numeric: { ...numeric, beyond: null } }
  })
}

const isCategory = (kind: ProfileKind): boolean => ['constant', 'boolean', 'categorical', 'categorical-high'].includes(kind)
/** Columns whose values are labels: text and truth that repeat, integers with few levels. */
const labelled = (facts: ColumnFacts, kind: ProfileKind): boolean =>
  isCategory(kind) && ['string', 'boolean', 'integer'].includes(facts.kind)

export interface Levels {
  readonly top: readonly { readonly value: string; readonly count: number; readonly weight?: number }[]
  readonly distinct: number
  /** rows that have a label */
  readonly present?: number
  /** rows of the first label that there was no room for; 0: there was room */
  readonly unlisted?: number
}

/** Rows of one level query → levels by name of the column. */
export function readLevels(columns: readonly ColumnPlan[], rows: readonly Row[]): ReadonlyMap<string, Levels> {
  const found = new Map<
    string,
    { top: { value: string; count: number; weight: number }[]; distinct: number; present: number; unlisted: number }
  >()
  for (const row of rows) {
    const plan = columns[count(row.column)]
    if (plan === undefined) continue
    const levels = found.get(plan.facts.name) ?? { top: [], distinct: count(row.levels), present: count(row.present), unlisted: 0 }
    const { label } = row
    if (typeof label === 'string')
      levels.top.push({ value: plan.labels?.[Number(label)] ?? label, count: count(row.rows), weight: count(row.weight) })
    else if (levels.top.length > 0) levels.unlisted = count(row.rows)
    found.set(plan.facts.name, levels)
  }
  return found
}

export function assembleTable(
  table: TableFacts,
  plans: readonly ColumnPlan[],
  counts: Row,
  levels: ReadonlyMap<string, Levels>,
  digests: readonly string[],
): TableProfile {
  const rows = count(counts.rows)
  return {
    role: table.role,
    rows,
    fingerprint: fingerprint(table.columns, rows, counts),
    digests: [...digests],
    columns: plans.map((plan, i) =>
      columnProfile(plan, i, rows, counts, levels.get(plan.facts.name) ?? null, room(table.columns.length).spikes),
    ),
  }
}

function columnProfile(plan: ColumnPlan, i: number, rows: number, counts: Row, levels: Levels | null, mostSpikes: number): ColumnProfile {
  const { facts, kind, reason, sensitive } = plan
  const present = plan.labels === null ? count(counts[`v${i}`]) : (levels?.present ?? 0)
  return {
    name: facts.name,
    kind,
    reason,
    type: facts.type,
    sensitive,
    n: rows,
    n_null: rows - present,
    n_nan: count(counts[`nan${i}`]),
    n_pos_inf: count(counts[`pos${i}`]),
    n_neg_inf: count(counts[`neg${i}`]),
    n_empty: count(counts[`e${i}`]),
    numeric: plan.numeric === null ? null : numericProfile(plan, plan.numeric, i, rows, counts, present, mostSpikes),
    categories: plan.levels
      ? labels(levels ?? { top: [], distinct: 0 }, present)
      : sensitive && labelled(facts, kind)
        ? { top: [], other_count: present, distinct: null }
        : null,
    ...(plan.derived === null ? {} : { derived: { ...plan.derived } }),
  }
}

const labels = ({ top, distinct, unlisted = 0 }: Levels, present: number) => ({
  top: top
    .filter((level) => level.count >= minLevelRows)
    .map(({ value, count }) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)),
  other_count: present - top.reduce((sum, level) => sum + level.count, 0),
  distinct,
  ...(unlisted >= minLevelRows ? { most_unlisted: unlisted } : {}),
})

function numericProfile(
  plan: ColumnPlan,
  { edges, frequent, always, beyond }: NumericPlan,
  i: number,
  rows: number,
  counts: Row,
  present: number,
  mostSpikes: number,
) {
  const finite = present - count(counts[`nan${i}`]) - count(counts[`pos${i}`]) - count(counts[`neg${i}`])
  const { cells, often } = fromBins(list(counts[`h${i}`]), ...cutsIn(plan.facts, { edges, frequent }))
  if (edges.length === 0) cells[0] = finite
  const sum = number(counts[`s1${i}`])
  const squares = number(counts[`s2${i}`])
  // the mean of one value, or of few people, is somebody's value
  const shown = finite > 0 && !(plan.sensitive && (finite < minLevelRows || plan.kind === 'constant'))
  const extremes = shown && !plan.sensitive
  const fromReference = new Set(always)
  const candidates = frequent
    .map((value, at) => ({ value, count: often[at] ?? 0 }))
    .filter(({ value, count }) => fromReference.has(value) || (count >= minLevelRows && count >= spikeShare * rows))
    .sort((a, b) => b.count - a.count || a.value - b.value)
  // what the reference lists comes first: both sides know its count then
  const free = mostSpikes - candidates.filter(({ value }) => fromReference.has(value)).length
  const fresh = candidates.filter(({ value }) => !fromReference.has(value))
  const left = new Set(fresh.slice(Math.max(0, free)))
  return {
    min: extremes ? plain(plan.facts, counts[`lo${i}`]) : null,
    max: extremes ? plain(plan.facts, counts[`hi${i}`]) : null,
    mean: shown && sum !== null ? finiteDigits(pivotOf(edges) + sum / finite) : null,
    m2: shown && sum !== null && squares !== null ? finiteDigits(Math.max(0, squares - (sum * sum) / finite)) : null,
    edges: [...edges],
    edges_id: edgesId(edges),
    cells,
    spikes: candidates.filter((spike) => !left.has(spike)),
    ...(left.size > 0 ? { most_unlisted: fresh.find((spike) => left.has(spike))?.count ?? 0 } : {}),
    ...(beyond === null ? {} : { beyond: { below: count(counts[`below${i}`]), above: count(counts[`above${i}`]) } }),
  }
}

const spikeShare = 0.005
/** −0 is 0. */
const plain = (facts: ColumnFacts, value: unknown): number | null => {
  const known = number(value)
  return known === null ? null : toldBy(facts, known) + 0
}
