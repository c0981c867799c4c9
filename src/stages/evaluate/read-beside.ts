/** Columns of a table in one pass, for whoever scores without reading it itself. */
import type { Scalar } from '../../ports/data-engine.ts'
import { readsNothing } from './column-reader.ts'
import type { ScoreRequest } from './scorer.ts'

const batchRows = 8192

/** Gives the columns asked for to those who take them, and keeps the ids. @param id null: they are not wanted */
export async function readBeside(
  { engine, table, beside = readsNothing }: Pick<ScoreRequest, 'engine' | 'table' | 'beside'>,
  id: string | null,
): Promise<readonly Scalar[] | null> {
  const columns = [...new Set([...beside.columns, ...(id === null ? [] : [id])])]
  const ids: Scalar[] | null = id === null ? null : []
  if (columns.length === 0) return ids
  const besideAt = beside.columns.map((name) => columns.indexOf(name))
  const idAt = id === null ? -1 : columns.indexOf(id)
  let from = 0
  for await (const batch of engine.batches(table, columns, { size: batchRows, numeric: [] })) {
    beside.take(
      besideAt.map((at) => batch.columns[at] ?? []),
      from,
      batch.rows,
    )
    if (ids !== null) for (const value of batch.columns[idAt] ?? []) ids.push(value)
    from += batch.rows
  }
  return ids
}
