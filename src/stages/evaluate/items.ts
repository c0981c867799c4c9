/**
 * The items of a ranking, which `data.id` names, and how often each was wanted in the training data: by that a model without features would order
 * them. Training rows are those of `data.train`; without them, or without the item there, popularity is not known.
 */
import type { DataEngine, Scalar } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { openSource } from '../open-data.ts'

export interface Items {
  /** of each row; null: nothing names the items */
  readonly item: Int32Array | null
  /** of each row: training rows in which its item was relevant */
  readonly popularity: Float64Array | null
}

/** @param ids data.id of each test row; null: it is not configured */
export async function itemsOf(context: ModelContext, engine: DataEngine, target: string, ids: readonly Scalar[] | null): Promise<Items> {
  if (ids === null) return { item: null, popularity: null }
  const codeOf = new Map<Scalar, number>()
  const item = Int32Array.from(ids, (id) => {
    const code = codeOf.get(id) ?? codeOf.size
    codeOf.set(id, code)
    return code
  })
  const wanted = await wantedInTraining(context, engine, target, codeOf)
  return { item, popularity: wanted && Float64Array.from(item, (code) => wanted[code] ?? 0) }
}

/** By code of the item. */
async function wantedInTraining(
  context: ModelContext,
  engine: DataEngine,
  target: string,
  codeOf: ReadonlyMap<Scalar, number>,
): Promise<Float64Array | null> {
  const { sources, id } = context.model.data
  const source = sources.train
  if (source === undefined || source.kind === 'profile' || id === null) return null
  const table = await openSource(context, source, 'train')
  if (![target, id].every((name) => table.columns.some((column) => column.name === name))) return null
  const wanted = new Float64Array(codeOf.size)
  for await (const { rows, columns } of engine.batches(table, [target, id], { size: 8192, numeric: [target] })) {
    const [values = [], ids = []] = columns
    for (let row = 0; row < rows; row += 1) {
      const code = codeOf.get(ids[row] ?? null)
      if (code !== undefined && Number(values[row]) > 0) wanted[code] = (wanted[code] ?? 0) + 1
    }
  }
  return wanted
}
