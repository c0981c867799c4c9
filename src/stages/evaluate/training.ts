/** The profile of what the model under test was trained on, for the trivial model it is held against. Without one, nothing fails. */
import { join, resolve } from 'node:path'
import type { ColumnProfile, TableProfile } from '../../core/schema/profile.ts'
import { UserError } from '../../errors.ts'
import { fetchedModel } from '../candidate.ts'
import type { ModelContext } from '../context.ts'
import { modelFolder } from '../out-folder.ts'
import { readProfile, tableOf } from '../read-profile.ts'

/** The target column of the training data; null when no profile of it is known. */
export async function trainingTarget(context: ModelContext, target: string): Promise<ColumnProfile | null> {
  try {
    const table = (await fetchedTable(context)) ?? (await validatedTable(context))
    return table?.columns.find(({ name }) => name === target) ?? null
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown
    context.progress.warn(`${context.model.name}: the training profile is not used: ${thrown.message}`)
    return null
  }
}

/** What was stored with the model that `fetch` of this run got. */
async function fetchedTable(context: ModelContext): Promise<TableProfile | null> {
  if (context.model.model.kind === 'path') return null
  const path = (await fetchedModel(context))?.profile ?? null
  const profile = path === null ? null : await readProfile(context.ports.files, resolve(context.root, path), path)
  return profile === null ? null : tableOf(profile, 'train')
}

/** What `validate` of this run wrote: of the very files that its result names. */
async function validatedTable(context: ModelContext): Promise<TableProfile | null> {
  const validated = await context.result('validate')
  if (validated === null) return null
  const read = validated.inputs.filter(({ role }) => role === 'train').map(({ digest }) => digest)
  const profile = await readProfile(context.ports.files, join(modelFolder(context.out, context.model.name), 'profile.json'))
  const table = profile?.tables.find(({ role }) => role === 'train') ?? null
  return table !== null && table.digests.join() === read.join() ? table : null
}
