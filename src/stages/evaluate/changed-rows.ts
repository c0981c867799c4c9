/** Which rows of the test data are others than those the baseline was judged on, where that data is still on this machine. */
import { resolve } from 'node:path'
import { type ChangedRows, changedRowsQuery, sameColumns } from '../../core/evaluate/changed-rows.ts'
import { type EarlierHoldout, earlierHoldout, type KeptElsewhere, saidOfHoldout } from '../../core/evaluate/comparable.ts'
import type { LedgerModel } from '../../core/schema/ledger.ts'
import { rowNames } from '../../core/schema/row-names.ts'
import { UserError } from '../../errors.ts'
import type { DataEngine, Table } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { tableFacts } from '../table-facts.ts'

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
  /** its answers are stored ones */
  stored: boolean,
): Promise<string | null> {
  const change = await changeSince(context, state, baseline, today)
  return change === null ? null : saidOfHoldout(change.before, today.rows, change.difference, stored)
}

/** null: the holdout is the one of then, or nobody knows */
export async function changeSince(
  context: ModelContext,
  state: LedgerModel | null,
  baseline: string | null,
  today: Today,
): Promise<{ readonly before: EarlierHoldout; readonly difference: ChangedRows | KeptElsewhere | null } | null> {
  const before = earlierHoldout(state, baseline, today.holdout)
  return before === null ? null : { before, difference: await changedRows(context, before, today) }
}

const nothingGone = { kind: 'found', paths: [] } as const

/** null: the data of then is not at hand, or is none that can be counted against that of today */
async function changedRows(
  { model, root, ports }: ModelContext,
  then: EarlierHoldout,
  { engine, all }: Today,
): Promise<ChangedRows | KeptElsewhere | null> {
  // several files are one holdout by all of their digests
  const digests = then.holdout.split('+')
  if (!digests.every((digest) => /^sha256:[0-9a-f]{64}$/.test(digest))) return null
  await using folder = await ports.files.temporaryFolder()
  try {
    const ofToday = await all.digests()
    const today = all.files.map(({ path }, at) => ({ path: resolve(root, path), digest: ofToday[at] ?? '' }))
    const kept = today.filter(({ digest }) => digests.includes(digest))
    const gone = digests.filter((digest) => !kept.some((file) => file.digest === digest))
    const request = { digests: gone, near: today.map(({ path }) => path), folder: folder.path }
    const found = gone.length === 0 ? nothingGone : await (await ports.earlier?.())?.find(request)
    if (found?.kind === 'kept') return { by: found.by, certain: found.by === 'Git LFS' }
    if (found?.kind !== 'found') return null
    const paths = [...kept.map(({ path }) => path), ...found.paths]
    const files = paths.map((path) => ({ path, shown: 'data of then' }))
    // names of then were taken for names
    const before = await engine.open({ files, format: all.format, ...(all.format === 'csv' ? { header: true } : {}) })
    // more rows were judged than there are: a file that was there twice has one digest
    if ((await before.digests()).some((digest) => !digests.includes(digest)) || before.rows < (then.rows ?? 0)) return null
    const [here, there] = [tableFacts(all, 'test'), tableFacts(before, 'test')]
    const names = rowNames(model)
    if (names === null && !sameColumns(here, there)) return null
    const [row] = await engine.aggregate({ sql: changedRowsQuery(here, there, names) })
    const altered = row?.altered
    return { added: Number(row?.added), removed: Number(row?.removed), altered: altered === null ? null : Number(altered) }
  } catch (thrown) {
    // a sentence beside the verdict: whatever the data of then was, the comparison of today stands
    if (thrown instanceof UserError) return null
    throw thrown
  }
}
