/** Queries of a profile over many columns: some columns at a time, their answers put together. */
import type { ColumnFacts, Sql, TableFacts } from '../../core/checks/facts.ts'
import { answersOf } from '../../core/checks/scan.ts'
import { chunks } from '../../core/collections.ts'
import { type ColumnPlan, type Levels, readLevels } from '../../core/profile/assemble.ts'
import { roomForLabels } from '../../core/profile/edges.ts'
import { countMeasure, type Measure, sampleMeasure } from '../../core/profile/measures.ts'
import { columnsPerQuery, countQuery, levelColumnsPerQuery, levelGroups, levelQuery, sampleQuery } from '../../core/profile/queries.ts'
import { layOut, readStacked, stackedAtOnce, stackedLevels, stackedOrder, stackedQuery } from '../../core/profile/stacked.ts'
import type { DataEngine, Scalar } from '../../ports/data-engine.ts'

/**
 * The table with columns of ours beside those of the data, as a query needs it that asks for some of them. What it does not use costs nothing
 * to read, but is planned: with thousands of columns a star in every query took longer than all else.
 */
export type Narrowed = (asked: readonly ColumnFacts[]) => TableFacts & { readonly rowAt: string }

type Answers = Readonly<Record<string, Scalar>>

/** Of columns with their places in the table: what is asked of each that something is asked of. */
export const measuresOf = <T>(
  columns: readonly T[],
  measure: (column: T, place: number) => Measure | null,
  first = 0,
): readonly Measure[] => columns.flatMap((column, at) => measure(column, first + at) ?? [])

interface Part {
  readonly query: Sql
  /** stacked: a row a column */
  readonly measures: readonly Measure[] | null
}

async function answersTo(engine: DataEngine, parts: Iterable<Part>): Promise<Answers> {
  const whole: Record<string, Scalar> = {}
  for (const { query, measures } of parts) {
    const rows = await engine.aggregate(query)
    Object.assign(whole, measures === null ? rows[0] : readStacked(rows, measures))
  }
  return whole
}

const factsOf = (measures: readonly Measure[]): readonly ColumnFacts[] => measures.map(({ facts }) => facts)

/** What the measures ask, as one row. */
export async function countAll(engine: DataEngine, table: Narrowed, measures: readonly Measure[], rows: number): Promise<Answers> {
  const { stacked, sideBySide } = layOut(measures, rows)
  return answersTo(engine, [
    ...stacked.map((some) => ({ query: stackedQuery(table(factsOf(some)), some), measures: some })),
    ...chunks(sideBySide, columnsPerQuery).flatMap((some) => {
      const query = countQuery(table(factsOf(some)), some)
      return query === null ? [] : [{ query, measures: null }]
    }),
  ])
}

/** As `sampleQuery`, of however many columns. @param rows of the sample, which is the table here */
export async function countSample(
  engine: DataEngine,
  table: Narrowed,
  columns: readonly ColumnFacts[],
  rows: number,
  first = 0,
): Promise<Answers> {
  const { stacked, sideBySide } = layOut(measuresOf(columns, sampleMeasure, first), rows)
  return answersTo(engine, [
    ...stacked.flatMap((some) => {
      const narrow = table(factsOf(some))
      const order = stackedOrder(narrow, some)
      return [stackedQuery(narrow, some), ...(order === null ? [] : [order])].map((query) => ({ query, measures: some }))
    }),
    ...chunks(sideBySide, columnsPerQuery).flatMap((some) => {
      const query = sampleQuery(table(factsOf(some)), some)
      return query === null ? [] : [{ query, measures: null }]
    }),
  ])
}

/** What riders were told, in their order; null where they were not taken along. */
export interface Rode {
  readonly rode: readonly unknown[] | null
}

/**
 * The exact counts of every column. Riders go with the first columns: every column is read there, for the fingerprint of the rows. Where one
 * of them fails, as a cast in SQL of the config may, all are left behind: it is their own scans that tell whose fault it is.
 */
export async function countWithRiders(
  engine: DataEngine,
  table: Narrowed,
  plans: readonly ColumnPlan[],
  riders: readonly Sql[],
): Promise<{ readonly row: Answers } & Rode> {
  const { rows, columns } = table([])
  const { stacked, sideBySide } = layOut(measuresOf(plans, countMeasure), rows)
  const first = sideBySide.slice(0, columnsPerQuery)
  const others = await countAll(engine, table, [...stacked.flat(), ...sideBySide.slice(columnsPerQuery)], rows)
  const count = async (taken: readonly Sql[]): Promise<Answers> => {
    const query = countQuery(table([...columns, ...factsOf(first)]), first, { print: true, riders: taken })
    return { ...others, ...(query === null ? {} : (await engine.aggregate(query))[0]) }
  }
  if (riders.length === 0) return { row: await count([]), rode: null }
  try {
    const row = await count(riders)
    return { row, rode: answersOf(riders, row) }
  } catch {
    return { row: await count([]), rode: null }
  }
}

export async function countLevels(
  engine: DataEngine,
  table: Narrowed,
  plans: readonly ColumnPlan[],
  weight: ColumnFacts | null,
): Promise<ReadonlyMap<string, Levels>> {
  const levels = new Map<string, Levels>()
  const labelled = plans.filter((plan) => plan.levels)
  const most = roomForLabels(labelled.length)
  const sum = weight === null ? null : `CAST(${weight.quoted} AS DOUBLE)`
  const atOnce = stackedAtOnce(table([]).rows)
  for (const some of chunks(labelled, Math.max(atOnce, levelColumnsPerQuery))) {
    const columns = some.map((plan) => plan.facts)
    const asked = table(weight === null ? columns : [...columns, weight])
    const groups = some.length > levelColumnsPerQuery ? stackedLevels(asked, columns, sum) : levelGroups(asked, columns, sum)
    const found = readLevels(some, await engine.aggregate(levelQuery(groups, most, weight !== null)))
    for (const [name, one] of found) levels.set(name, one)
  }
  return levels
}
