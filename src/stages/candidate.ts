/** Where the model under test lies: one answer for evaluate, gate and promote. */
import { resolve } from 'node:path'
import { fetchDetails } from '../core/schema/details.ts'
import { UserError } from '../errors.ts'
import type { ModelContext } from './context.ts'

/**
 * Absolute path of the candidate: the config's own file, or what `fetch` got in this run. Whether a file lies there is the caller's to see.
 * @throws UserError MODEL_NOT_FETCHED when the config names a reference and this run has not fetched it
 */
export async function candidatePath(context: ModelContext): Promise<string> {
  const ref = context.model.model
  if (ref.kind === 'path') return resolve(context.root, ref.path)
  const fetched = await fetchedModel(context)
  if (fetched !== null) return resolve(context.root, fetched.model.path)
  throw new UserError(
    'MODEL_NOT_FETCHED',
    `the model of ${context.model.name} is a reference, and fetch has not got it in this run`,
    'run `modelgate fetch` before this stage',
  )
}

/** What `fetch` of this run says about the file it wrote; its paths are relative to the config's folder. Null when there is no such result. */
export async function fetchedModel(context: ModelContext) {
  const details = fetchDetails.safeParse((await context.result('fetch'))?.details)
  return details.success ? details.data : null
}
