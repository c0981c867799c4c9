/** Queries of a profile over many columns: some columns at a time, their answers put together. */
import type { ColumnFacts, Sql } from '../../core/checks/facts.ts'
import { answersOf } from '../../core/checks/scan.ts'
import { type ColumnPlan, type Levels, readLevels } from '../../core/profile/assemble.ts'
import { roomForLabels } from '../../core/profile/edges.ts'
import { columnsPerQuery, countQuery, levelColumnsPerQuery, levelQuery } from '../../core/profile/queries.ts'
import type { DataEngine, Scalar } from '../../ports/data-engine.ts'
import type { Narrowed } from '../profile-table.ts'

/** The one row that queries over some columns at a time come to together. A table without columns is asked once, too. */
export async function inParts<T>(
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
): Promise<{ readonly row: Readonly<Record<string, Scalar>> } & Rode> {
  const count = (taken: readonly Sql[]) =>
    inParts(engine, plans, (some, from) =>
      countQuery(table(from === 0 ? null : some.map(({ facts }) => facts)), some, { from, riders: from === 0 ? taken : [] }),
    )
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
  for (let from = 0; from < labelled.length; from += levelColumnsPerQuery) {
    const some = labelled.slice(from, from + levelColumnsPerQuery)
    const columns = some.map((plan) => plan.facts)
    const asked = table(weight === null ? columns : [...columns, weight])
    for (const [name, found] of readLevels(some, await engine.aggregate(levelQuery(asked, columns, most, sum)))) levels.set(name, found)
  }
  return levels
}
