/** Rows of the profile's queries → the profile. Everything is checked for shape here: what comes back from an engine is not trusted to be what was asked for. */
import type { ColumnFacts, TableFacts } from '../checks/facts.ts'
import type { ColumnProfile, ProfileKind, TableProfile } from '../schema/profile.ts'
import { chooseEdges, coarseEdges, edgesId, fnv64, frequentValues, topTwentyShare } from './edges.ts'
import { decideKind, family } from './kind.ts'
import { minLevelRows, type NumericPlan, pivotOf } from './queries.ts'

export type Row = Readonly<Record<string, unknown>>

/** What is to be counted of one column. */
export interface ColumnPlan {
  readonly facts: ColumnFacts
  readonly kind: ProfileKind
  readonly reason: string
  readonly sensitive: boolean
  readonly numeric: NumericPlan | null
  /** its labels are listed */
  readonly levels: boolean
}

const number = (value: unknown): number | null =>
  value === null || value === undefined ? null : Number.isFinite(Number(value)) ? Number(value) : null
const count = (value: unknown): number => number(value) ?? 0
const list = (value: unknown): readonly number[] => {
  if (typeof value !== 'string') return []
  const parsed: unknown = JSON.parse(value)
  return Array.isArray(parsed) ? parsed.map(Number) : []
}
/** Threads add in no fixed order: twelve digits are the same in every run. */
const digits12 = (value: number): number | null => (Number.isFinite(value) ? Number(value.toPrecision(12)) : null)

const isNumber = (facts: ColumnFacts) => family(facts.kind) === 'number'

/** Kinds, edges and frequent values, from the sample; edges and kinds of the reference where there is one. */
export function planColumns(
  columns: readonly ColumnFacts[],
  sample: Row,
  options: { readonly sensitive: ReadonlySet<string>; readonly reference: TableProfile | null },
): readonly ColumnPlan[] {
  return columns.map((facts, i) => {
    const sensitive = options.sensitive.has(facts.name)
    const grid = list(sample[`q${i}`])
    const values = count(sample[`n${i}`])
    const own = decideKind({
      storage: facts.kind,
      values,
      distinct: count(sample[`d${i}`]),
      min: number(sample[`lo${i}`]),
      max: number(sample[`hi${i}`]),
      order: number(sample[`o${i}`]),
      topTwenty: topTwentyShare(grid),
      meanLength: count(sample[`l${i}`]),
      withSpaces: count(sample[`w${i}`]),
    })
    const before = options.reference?.columns.find((column) => column.name === facts.name) ?? null
    const numeric = isNumber(facts)
    const taken = before !== null && (before.numeric !== null) === numeric ? before : null
    const kind = taken === null ? own : { kind: taken.kind, reason: 'as in the reference' }
    const edges =
      taken?.numeric?.edges ?? (kind.kind === 'identifier' ? [] : sensitive ? coarseEdges(grid, values) : chooseEdges(grid, values))
    const hidden = sensitive || kind.kind === 'identifier'
    const always = hidden ? [] : (taken?.numeric?.spikes ?? []).map((spike) => spike.value)
    const frequent = hidden ? [] : [...new Set([...frequentValues(grid), ...always])].sort((a, b) => a - b)
    return {
      facts,
      ...kind,
      sensitive,
      numeric: numeric ? { edges, frequent, always } : null,
      levels: !sensitive && labelled(facts, kind.kind),
    }
  })
}

/** Columns whose values are labels: text and truth that repeat, integers with few levels. */
const labelled = (facts: ColumnFacts, kind: ProfileKind): boolean =>
  ['constant', 'boolean', 'categorical'].includes(kind) && ['string', 'boolean', 'integer'].includes(facts.kind)

export interface Levels {
  readonly top: readonly { readonly value: string; readonly count: number }[]
  readonly distinct: number
}

/** Rows of one level query → levels by name of the column. */
export function readLevels(columns: readonly ColumnFacts[], rows: readonly Row[]): ReadonlyMap<string, Levels> {
  const found = new Map<string, { top: { value: string; count: number }[]; distinct: number }>()
  for (const row of rows) {
    const name = columns[count(row.column)]?.name
    if (name === undefined) continue
    const levels = found.get(name) ?? { top: [], distinct: count(row.levels) }
    const { label } = row
    if (typeof label === 'string') levels.top.push({ value: label, count: count(row.rows) })
    found.set(name, levels)
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
    fingerprint: fingerprint(plans, rows, counts),
    digests: [...digests],
    columns: plans.map((plan, i) => columnProfile(plan, i, rows, counts, levels.get(plan.facts.name) ?? null)),
  }
}

function columnProfile(plan: ColumnPlan, i: number, rows: number, counts: Row, levels: Levels | null): ColumnProfile {
  const { facts, kind, reason, sensitive } = plan
  const present = count(counts[`v${i}`])
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
    numeric: plan.numeric === null ? null : numericProfile(plan, plan.numeric, i, rows, counts, present),
    categories: plan.levels
      ? labels(levels ?? { top: [], distinct: 0 }, present)
      : sensitive && labelled(facts, kind)
        ? { top: [], other_count: present, distinct: null }
        : null,
  }
}

const labels = ({ top, distinct }: Levels, present: number) => ({
  top: top.filter((level) => level.count >= minLevelRows).map((level) => ({ ...level })),
  other_count: present - top.reduce((sum, level) => sum + level.count, 0),
  distinct,
})

function numericProfile(plan: ColumnPlan, { edges, frequent, always }: NumericPlan, i: number, rows: number, counts: Row, present: number) {
  const finite = present - count(counts[`nan${i}`]) - count(counts[`pos${i}`]) - count(counts[`neg${i}`])
  const held = list(counts[`h${i}`])
  const cells = Array.from({ length: edges.length + 1 }, (_, cell) => held[cell] ?? 0)
  if (edges.length === 0) cells[0] = finite
  const often = list(counts[`f${i}`])
  const sum = number(counts[`s1${i}`])
  const squares = number(counts[`s2${i}`])
  // the mean of one value, or of few people, is somebody's value
  const shown = finite > 0 && !(plan.sensitive && (finite < minLevelRows || plan.kind === 'constant'))
  const extremes = shown && !plan.sensitive
  return {
    min: extremes ? plain(counts[`lo${i}`]) : null,
    max: extremes ? plain(counts[`hi${i}`]) : null,
    mean: shown && sum !== null ? digits12(pivotOf(edges) + sum / finite) : null,
    m2: shown && sum !== null && squares !== null ? digits12(Math.max(0, squares - (sum * sum) / finite)) : null,
    edges: [...edges],
    edges_id: edgesId(edges),
    cells,
    spikes: frequent
      .map((value, at) => ({ value, count: often[at] ?? 0 }))
      .filter((spike) => always.includes(spike.value) || (spike.count >= minLevelRows && spike.count >= spikeShare * rows))
      .sort((a, b) => b.count - a.count || a.value - b.value)
      .slice(0, maxSpikes),
  }
}

const spikeShare = 0.005
const maxSpikes = 200
/** −0 is 0. */
const plain = (value: unknown): number | null => {
  const known = number(value)
  return known === null ? null : known + 0
}

/** Order-free and mergeable: rows, xor and sum of row hashes, and which columns they were taken of. */
function fingerprint(plans: readonly ColumnPlan[], rows: number, counts: Row): string {
  const hex = (value: unknown) =>
    BigInt.asUintN(64, BigInt(String(value ?? 0)))
      .toString(16)
      .padStart(16, '0')
  const names = plans.map((plan) => plan.facts.name).toSorted()
  return `${rows}:${hex(counts.x)}:${hex(counts.s)}:${fnv64(JSON.stringify(names))}`
}
