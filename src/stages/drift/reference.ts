/** What the model under test was trained on, as a profile: the thing that current data is held against. */
import { join, resolve } from 'node:path'
import { fetchDetails } from '../../core/schema/details.ts'
import type { TableProfile } from '../../core/schema/profile.ts'
import type { InputRecord } from '../../core/schema/result.ts'
import { UserError } from '../../errors.ts'
import type { ModelContext } from '../context.ts'
import { modelFolder } from '../out-folder.ts'
import { readProfile, tableOf } from './profile-file.ts'
import { profileOfFiles } from './profile-files.ts'

export interface Reference {
  readonly table: TableProfile
  /** for people: where it comes from */
  readonly from: string
  /** files that were read for it by this stage */
  readonly inputs: readonly InputRecord[]
}

/** @throws UserError NO_REFERENCE, PROFILE_UNREADABLE, DATA_MISSING */
export async function findReference(context: ModelContext): Promise<Reference> {
  const { reference } = context.model.drift
  if (reference === 'training') return (await fetchedProfile(context)) ?? (await trainingProfile(context))
  if (reference.kind === 'window') throw new RangeError('a window of the data is not read here')
  if (reference.kind === 'profile') return storedProfile(context, resolve(context.root, reference.path), reference.path)
  const { table, shown, inputs } = await profileOfFiles(context, 'reference', reference, null)
  return { table, from: shown, inputs }
}

/** The profile that was promoted with the fetched model. */
async function fetchedProfile(context: ModelContext): Promise<Reference | null> {
  if (context.model.model.kind === 'path') return null
  const parsed = fetchDetails.safeParse((await context.result('fetch'))?.details)
  if (!parsed.success) return null
  const { profile, resolved } = parsed.data
  if (profile !== null) {
    const found = await storedProfile(context, resolve(context.root, profile), profile)
    return { ...found, from: `the training profile of ${resolved}` }
  }
  context.progress.warn(`${context.model.name}: ${resolved} has no training profile of its own; data.train stands in for it`)
  return null
}

async function trainingProfile(context: ModelContext): Promise<Reference> {
  const path = join(modelFolder(context.out, context.model.name), 'profile.json')
  const table = (await readProfile(context.ports.files, path))?.tables.find(({ role }) => role === 'train')
  if (table === undefined) {
    throw new UserError(
      'NO_REFERENCE',
      `there is no training profile of ${context.model.name} to hold current data against`,
      'configure data.train, or say what to compare with: drift: {reference: {profile: FILE}}',
    )
  }
  return { table, from: 'data.train of this run', inputs: [] }
}

async function storedProfile(context: ModelContext, path: string, shown: string): Promise<Reference> {
  const profile = await readProfile(context.ports.files, path, shown)
  const table = profile === null ? null : tableOf(profile, 'train')
  if (table === null) {
    const why = profile === null ? 'is not there' : 'holds no training table'
    throw new UserError('NO_REFERENCE', `the reference profile ${shown} ${why}`, 'correct drift.reference, or make the profile again')
  }
  return { table, from: shown, inputs: [] }
}
