/** Which columns are looked at, in which family, and from which two profiles each comes. */
import type { DriftColumn } from '../schema/config.ts'
import type { ColumnProfile, TableProfile } from '../schema/profile.ts'
import type { Era } from './era.ts'
import { type ColumnRule, isPattern, ruleOf } from './rules.ts'
import { type Family, predictionPrefix } from './thresholds.ts'

export interface Asked {
  readonly reference: TableProfile
  readonly current: TableProfile
  /** columns of the truth; several of a multilabel task */
  readonly targets: readonly string[]
  /** the model's columns; null: every column of the reference that is not left out */
  readonly features: readonly string[] | null
  /** names rows, orders or weighs them: never a feature */
  readonly leaveOut: readonly string[]
  readonly columns: Readonly<Record<string, DriftColumn>>
  readonly predictions?: PredictionTables | null
  /** what the reference is; the training data unless said */
  readonly era?: Era
}

/** What the model under test said on its holdout and says now, as profiles; or why they were not compared. */
export type PredictionTables =
  | { readonly kind?: 'found'; readonly reference: TableProfile; readonly current: TableProfile }
  | { readonly kind: 'none'; readonly because: string }

export interface Subject {
  /** as it is shown: predictions begin with `predictions.` */
  readonly name: string
  readonly family: Family
  /** name of the column in its two tables */
  readonly column: string
  readonly reference: TableProfile
  readonly current: TableProfile
  readonly rule: ColumnRule | null
  readonly era: Era
}

/** Columns whose drift has a limit of its own; patterns ask for no column, they only say how. */
export const limitedColumns = (columns: Readonly<Record<string, DriftColumn>>): readonly string[] =>
  Object.entries(columns).flatMap(([name, { ignore, ...limits }]) =>
    isPattern(name) || name.startsWith(predictionPrefix) || Object.keys(limits).length === 0 ? [] : [name],
  )

/** Features first. A column with a limit of its own is asked for, whatever else is said of it. */
export function subjects(asked: Asked): readonly Subject[] {
  const { reference, current, targets, columns, predictions, era = 'training' } = asked
  const labelled = targets.filter((target) => [reference, current].every((table) => columnOf(table, target) !== null))
  const names = [...new Set([...featureNames(asked), ...limitedColumns(columns).filter((name) => !targets.includes(name))])]
  const made = names.flatMap((name) =>
    // the length of a list is not that of a text
    changed(columnOf(reference, name), columnOf(current, name))
      ? []
      : derivedFrom(reference, name).filter((one) => !names.includes(one) && columnOf(current, one) !== null),
  )
  const subject = (name: string, family: Family): Subject => ({
    name,
    family,
    column: name,
    reference,
    current,
    rule: ruleFor(asked, name),
    era,
  })
  return [
    ...names.map((name) => subject(name, 'features')),
    ...made.map((name) => subject(name, 'features')),
    ...labelled.map((target) => subject(target, 'labels')),
    ...predicted(columns, predictions ?? null, era === 'window' ? era : 'holdout'),
  ]
}

/** What is looked at unless the config names more: the features, without what was made of others. */
function featureNames({ reference, targets, features, leaveOut }: Omit<Asked, 'columns' | 'current' | 'predictions'>): readonly string[] {
  if (features !== null) return features
  const out = new Set([...leaveOut, ...targets])
  return reference.columns.flatMap(({ name, derived }) => (derived || out.has(name) ? [] : [name]))
}

const shapeOf = ({ type }: ColumnProfile): 'list' | 'struct' | 'map' | 'value' =>
  type.endsWith(']') ? 'list' : type.startsWith('STRUCT(') ? 'struct' : type.startsWith('MAP(') ? 'map' : 'value'
const isMoment = ({ type }: ColumnProfile): boolean => /^(DATE|TIMESTAMP)/.test(type)

/** A list, a struct or a map is another thing than a value, whatever is counted of both, and of what was a time and is none now there is no calendar. */
export const typeChanged = (reference: ColumnProfile, current: ColumnProfile): boolean =>
  shapeOf(reference) !== shapeOf(current) || (isMoment(reference) && !isMoment(current))

const changed = (reference: ColumnProfile | null, current: ColumnProfile | null): boolean =>
  reference !== null && current !== null && typeChanged(reference, current)

/** Of a column that is not tested itself, such as a time or a text: the columns made of it that are. */
export const derivedFrom = (table: TableProfile, name: string): readonly string[] => indexOf(table).derived.get(name) ?? []

/** A column made of another follows the rule of that one, where it has none of its own. */
function ruleFor({ reference, columns }: Asked, name: string): ColumnRule | null {
  const own = ruleOf(columns, name)
  const from = columnOf(reference, name)?.derived?.from
  if (own !== null || from === undefined) return own
  const inherited = ruleOf(columns, from)
  return inherited === null ? null : { ...inherited, exact: false }
}

function predicted(columns: Asked['columns'], tables: PredictionTables | null, era: Era): readonly Subject[] {
  if (tables === null || tables.kind === 'none') return []
  const { reference, current } = tables
  return reference.columns.flatMap(({ name: column, derived }) => {
    if (derived || columnOf(current, column) === null) return []
    const name = `${predictionPrefix}${column}`
    return [{ name, family: 'predictions' as const, column, reference, current, rule: ruleOf(columns, name), era }]
  })
}

export const columnOf = (table: TableProfile, name: string): ColumnProfile | null => indexOf(table).columns.get(name) ?? null

interface Index {
  readonly columns: ReadonlyMap<string, ColumnProfile>
  readonly derived: ReadonlyMap<string, readonly string[]>
}
const indices = new WeakMap<TableProfile, Index>()

/** By name: every column is asked for several times, and there may be hundreds. */
function indexOf(table: TableProfile): Index {
  const there = indices.get(table)
  if (there !== undefined) return there
  const columns = new Map<string, ColumnProfile>()
  const derived = new Map<string, string[]>()
  for (const column of table.columns) {
    if (!columns.has(column.name)) columns.set(column.name, column)
    if (column.derived) derived.set(column.derived.from, [...(derived.get(column.derived.from) ?? []), column.name])
  }
  const made = { columns, derived }
  indices.set(table, made)
  return made
}
