/** Which rows of the test data are others than those the baseline was judged on, where the history of this checkout has that file. */
import { join, resolve } from 'node:path'
import { type ChangedRows, changedRowsQuery, sameColumns } from '../../core/evaluate/changed-rows.ts'
import { type EarlierHoldout, earlierHoldout, saidOfHoldout } from '../../core/evaluate/comparable.ts'
import type { LedgerModel } from '../../core/schema/ledger.ts'
import { UserError } from '../../errors.ts'
import type { DataEngine, Table } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { tableFacts } from '../profile-table.ts'

export interface Today {
  readonly engine: DataEngine
  /** every row, also those that are too young to be judged */
  readonly all: Table
  readonly holdout: string
  /** that were evaluated */
  readonly rows: number
}

/** A sentence on the holdout; null: it is the one of then, or nobody knows. @param baseline digest of its bytes, where it was scored */
export async function holdoutChange(
  context: ModelContext,
  state: LedgerModel | null,
  baseline: string | null,
  today: Today,
): Promise<string | null> {
  const then = earlierHoldout(state, baseline, today.holdout)
  return then === null ? null : saidOfHoldout(then, today.rows, await changedRows(context, then, today))
}

/** null: the earlier file is not at hand, or is none that can be counted against this one */
async function changedRows(
  { model, root, ports }: ModelContext,
  then: EarlierHoldout,
  { engine, all }: Today,
): Promise<ChangedRows | null> {
  const [file, another] = all.files
  // several files are one holdout by all of their digests, and none of them has a path of its own then
  if (file === undefined || another !== undefined || !/^sha256:[0-9a-f]{64}$/.test(then.holdout) || ports.earlier === undefined) return null
  await using folder = await ports.files.temporaryFolder()
  const path = join(folder.path, 'then')
  try {
    if (!(await (await ports.earlier()).copy(resolve(root, file.path), then.holdout, path))) return null
    const before = await engine.open({ files: [{ path, shown: `${file.path} of then` }], format: all.format })
    const [here, there] = [tableFacts(all, 'test'), tableFacts(before, 'test')]
    const { id } = model.data
    if (id === null && !sameColumns(here, there)) return null
    const [row] = await engine.aggregate({ sql: changedRowsQuery(here, there, id) })
    const altered = row?.altered
    return { added: Number(row?.added), removed: Number(row?.removed), altered: altered === null ? null : Number(altered) }
  } catch (thrown) {
    // a sentence beside the verdict: whatever the file of then was, the comparison of today stands
    if (thrown instanceof UserError) return null
    throw thrown
  }
}
