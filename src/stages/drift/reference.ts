/** What the model under test was trained on, as a profile: the thing that current data is held against. */
import { join, resolve } from 'node:path'
import type { Source } from '../../core/schema/config.ts'
import { fetchDetails } from '../../core/schema/details.ts'
import type { Profile, TableProfile } from '../../core/schema/profile.ts'
import { UserError } from '../../errors.ts'
import type { ModelContext } from '../context.ts'
import { inputRecords, openSource } from '../open-data.ts'
import { modelFolder } from '../out-folder.ts'
import { readProfile, tableOf } from '../read-profile.ts'
import { profileOfTable } from './profile-now.ts'
import type { Side } from './side.ts'

/** A window of the data is no reference of its own: window.ts. @throws UserError NO_REFERENCE, PROFILE_UNREADABLE, DATA_MISSING */
export async function findReference(context: ModelContext, reference: 'training' | Source): Promise<Side> {
  if (reference === 'training') return (await fetchedProfile(context)) ?? (await trainingProfile(context))
  if (reference.kind === 'profile') return storedProfile(context, resolve(context.root, reference.path), reference.path)
  const table = await openSource(context, reference, 'reference')
  return {
    table: await profileOfTable(context, 'reference', table, null),
    from: table.files.map((file) => file.path).join(', '),
    inputs: await inputRecords('reference', table),
    rows: async () => table,
  }
}

/** The profile that was promoted with the fetched model. */
async function fetchedProfile(context: ModelContext): Promise<Side | null> {
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

async function trainingProfile(context: ModelContext): Promise<Side> {
  const path = join(modelFolder(context.out, context.model.name), 'profile.json')
  const table = (await readProfile(context.ports.files, path))?.tables.find(({ role }) => role === 'train')
  if (table === undefined) {
    throw new UserError(
      'NO_REFERENCE',
      `there is no training profile of ${context.model.name} to hold current data against`,
      'configure data.train, or say what to compare with: drift: {reference: {profile: FILE}}',
    )
  }
  const source = context.model.data.sources.train
  const rows = source === undefined || source.kind === 'profile' ? null : () => openSource(context, source, 'train')
  return { table, from: 'data.train of this run', inputs: [], rows }
}

async function storedProfile(context: ModelContext, path: string, shown: string): Promise<Side> {
  const profile = await readProfile(context.ports.files, path, shown)
  const table = profile === null ? null : trainingTable(profile)
  if (table === null) {
    const why = profile === null ? 'is not there' : 'holds no training table'
    throw new UserError('NO_REFERENCE', `the reference profile ${shown} ${why}`, 'correct drift.reference, or make the profile again')
  }
  return { table, from: shown, inputs: [], rows: null }
}

/** A profile may hold what the model said of its holdout beside the data it learned from, or alone: that is no training data. */
const trainingTable = (profile: Profile): TableProfile | null =>
  tableOf({ ...profile, tables: profile.tables.filter(({ role }) => role !== 'predictions') }, 'train')
