/**
 * Rows of both sides as cell numbers, for the classifier of core/drift: a few thousand a side, chosen by a hash of their number, so that
 * every run looks at the same ones. Only numbers of cells leave the engine, never a value.
 */

import { chunks } from '../../core/collections.ts'
import { type CodedColumn, tellApart } from '../../core/drift/classifier.ts'
import { type ClassifierOutcome, classifierRows, separated } from '../../core/drift/classifier-check.ts'
import { driftSeeds } from '../../core/drift/seeds.ts'
import type { Asked } from '../../core/drift/subjects.ts'
import { subjects } from '../../core/drift/subjects.ts'
import { blockCells, type CountedCells, cellOf } from '../../core/profile/blocks.ts'
import { chosenRows } from '../../core/profile/sampling.ts'
import { count, plural } from '../../core/report/format.ts'
import type { TableProfile } from '../../core/schema/profile.ts'
import { UserError } from '../../errors.ts'
import type { Column, DataEngine, Table } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { columnFacts } from '../table-facts.ts'
import type { Sides } from './sides.ts'

/** the engine plans in the square of what it is asked for at once */
const columnsPerQuery = 16

/** null: not asked for. A side without rows, or with too few, is a reason; what goes wrong while reading is one too. */
export async function classify(context: ModelContext, sides: Sides, asked: Asked): Promise<ClassifierOutcome | null> {
  const wanted = context.model.drift.classifier ?? null
  if (wanted === null) return null
  const none = (because: string): ClassifierOutcome => ({ details: null, because })
  const { reference, current } = sides
  if (reference.rows === null) return none(`${reference.from} is a profile, and rows are needed`)
  if (current.rows === null) return none('data.current is a stored profile, and rows are needed')
  try {
    const [before, now] = [await reference.rows(), await current.rows()]
    const fewer = Math.min(before.rows, now.rows, wanted.rows)
    if (fewer < classifierRows) return none(`${plural(fewer, 'row')} are too few, ${count(classifierRows)} on each side are needed`)
    const columns = commonColumns(asked, before, now)
    if (columns.length === 0) return none('no column can be laid into cells on both sides')
    const engine = await context.ports.engine()
    const [a, b] = [await cellsOf(engine, before, columns, 'before', wanted.rows), await cellsOf(engine, now, columns, 'now', wanted.rows)]
    const coded = columns.map(
      ({ name, cells }, i): CodedColumn => ({ name, levels: cells.size, reference: a[i] ?? [], current: b[i] ?? [] }),
    )
    return separated(tellApart(coded, { seed: driftSeeds.classifier }))
  } catch (thrown) {
    context.signal.throwIfAborted()
    if (thrown instanceof UserError) return none(thrown.message)
    throw thrown
  }
}

interface Coded {
  readonly name: string
  readonly cells: CountedCells['cells']
  readonly before: CountedCells['facts']
  readonly now: CountedCells['facts']
}

const numbers: ReadonlySet<Column['kind']> = new Set(['integer', 'float', 'decimal'])

/** Features that both sides store alike; of what was made of others the originals are looked at. */
function commonColumns(asked: Asked, before: Table, now: Table): readonly Coded[] {
  const [left, right] = [columnFacts(before), columnFacts(now)]
  const profileOf = (table: TableProfile, name: string) => table.columns.find((column) => column.name === name)
  return subjects(asked).flatMap(({ family, column: name, rule }) => {
    if (family !== 'features' || rule?.rule.ignore === true) return []
    const profile = profileOf(asked.reference, name)
    const cells = profile === undefined ? null : blockCells(profile)
    const [a, b] = [left.find((one) => one.name === name), right.find((one) => one.name === name)]
    if (cells === null || a === undefined || b === undefined) return []
    const alike = cells.levels === null ? numbers.has(a.kind) && numbers.has(b.kind) : a.kind === b.kind
    return alike ? [{ name, cells, before: a, now: b }] : []
  })
}

/** Per column the cell of each chosen row, rows in one order. */
async function cellsOf(
  engine: DataEngine,
  table: Table,
  columns: readonly Coded[],
  side: 'before' | 'now',
  wanted: number,
): Promise<readonly (readonly number[])[]> {
  const found: number[][] = []
  for (const some of chunks(columns, columnsPerQuery)) {
    const cells = some.map((column, i) => `CAST(${cellOf({ facts: column[side], cells: column.cells })} AS INTEGER) AS c${i}`)
    const lists = some.map((_, i) => `to_json(list(c${i} ORDER BY row_at)) AS l${i}`)
    const [row = {}] = await engine.aggregate({
      sql: `SELECT ${lists.join(', ')} FROM (SELECT * FROM (SELECT ${table.rowNumber} AS row_at, ${cells.join(', ')} FROM ${table.relation}) ${chosenRows(table.rows, wanted)})`,
    })
    for (const i of some.keys()) found.push(listOf(row[`l${i}`]))
  }
  return found
}

function listOf(value: unknown): number[] {
  const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : []
  return Array.isArray(parsed) ? parsed.map(Number) : []
}
