/** Modelgate's own files, watched while a command of the user runs: a command must not be able to write its own verdict. */
import { join } from 'node:path'
import { stageNames } from '../core/schema/result.ts'
import { UserError } from '../errors.ts'
import type { RunContext } from './context.ts'
import { modelFolder, resultPath } from './out-folder.ts'

/** @throws UserError RESULTS_CHANGED when any of them was added, changed or removed meanwhile */
export async function guardResults<T>(context: RunContext, what: string, work: () => Promise<T>): Promise<T> {
  const before = await snapshot(context)
  const value = await work()
  const after = await snapshot(context)
  const changed = [...before].filter(([path, digest]) => after.get(path) !== digest).map(([path]) => path)
  if (changed.length > 0) {
    throw new UserError(
      'RESULTS_CHANGED',
      `the ${what} command changed ${changed.join(', ')} in the out folder, which is Modelgate's own`,
      'let the command write its model and its own files elsewhere',
    )
  }
  return value
}

async function snapshot(context: RunContext): Promise<ReadonlyMap<string, string | null>> {
  const { files } = context.ports
  const found = new Map<string, string | null>()
  const look = async (path: string) => {
    found.set(path.slice(context.out.length + 1), (await files.digest(path))?.digest ?? null)
  }
  for (const stage of stageNames) await look(resultPath(context.out, null, stage))
  for (const { name } of context.config.models) {
    for (const stage of stageNames) await look(resultPath(context.out, name, stage))
    for (const other of ['profile.json', 'train.lineage.json']) await look(join(modelFolder(context.out, name), other))
  }
  return found
}
