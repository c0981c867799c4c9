/** The model file around a training command: what lay there is never taken for what was made, and never lost. */
import { UserError } from '../../errors.ts'
import type { FileDigest, Files } from '../../ports/files.ts'

const asideOf = (path: string): string => `${path}.before-training`

/**
 * Moves the old file aside, trains, and demands a new one. When training fails, whatever half of a file it left is removed and the old
 * one is back at its place. A run that was killed on the way left the old file aside: that one is good, what lies at `path` is not.
 * @throws UserError MODEL_NOT_WRITTEN, MODEL_EMPTY, and what `train` throws
 */
export async function replaceModel(files: Files, path: string, shown: string, train: () => Promise<void>): Promise<FileDigest> {
  const aside = asideOf(path)
  if ((await files.digest(aside)) !== null) await files.place(aside, path)
  const old = await files.digest(path)
  if (old !== null) await files.place(path, aside)
  try {
    await train()
    const made = await demand(files, path, shown)
    await files.remove(aside)
    return made
  } catch (thrown) {
    await files.remove(path)
    if (old !== null) await files.place(aside, path)
    throw thrown
  }
}

async function demand(files: Files, path: string, shown: string): Promise<FileDigest> {
  const found = await files.digest(path)
  if (found === null)
    throw new UserError(
      'MODEL_NOT_WRITTEN',
      `the training command ended well, but left no file at ${shown}`,
      `make it write ${shown}, or correct \`model:\``,
    )
  if (found.bytes === 0) throw new UserError('MODEL_EMPTY', `the training command left an empty file at ${shown}`, 'see its output above')
  return found
}
