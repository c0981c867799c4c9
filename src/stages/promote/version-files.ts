/** The files of a version, copied to a private folder so that what is sent is what was checked. */
import { basename, join, resolve } from 'node:path'
import { makeManifest, manifestName, modelFileName, profileName } from '../../core/ledger/manifest.ts'
import { type Profile, profileSchema } from '../../core/schema/profile.ts'
import { UserError } from '../../errors.ts'
import type { ModelStore } from '../../ports/ledger.ts'
import { fetchedModel } from '../candidate.ts'
import type { ModelContext } from '../context.ts'
import { answersProfilePath } from '../evaluate/predictions-profile.ts'
import { modelFolder } from '../out-folder.ts'
import type { Evidence } from './evidence.ts'

export type VersionFiles = Parameters<ModelStore['publish']>[0]['files']

const maxProfileBytes = 64 * 2 ** 20
/** Roles worth keeping: what the model was trained on, and what it said about its holdout. Drift of the future is measured against these. */
const keptRoles = ['train', 'predictions']

export async function versionFiles(context: ModelContext, evidence: Evidence, version: string, folder: string): Promise<VersionFiles> {
  const { files } = context.ports
  const add = async (name: string, fill: (path: string) => Promise<void>) => {
    const path = join(folder, name)
    await fill(path)
    const found = await files.digest(path)
    if (found === null) throw new Error(`${name} was written and is not there`)
    return { name, path, ...found }
  }

  const model = await add(modelFileName(context.model.name, evidence.path), (path) => files.copy(evidence.path, path))
  if (model.digest !== evidence.digest) {
    throw new UserError(
      'MODEL_CHANGED',
      `${context.model.name} changed while it was promoted: ${evidence.digest} was judged, now there is ${model.digest}`,
      'run the pipeline again',
    )
  }
  const profile = await modelProfile(context)
  const kept = [model, ...(profile === null ? [] : [await add(profileName, (path) => files.write(path, profile))])]
  const listed = kept.map(({ name, digest, bytes }) => ({ name, digest, bytes }))
  const manifest = makeManifest(context.model.name, version, evidence.digest, listed)
  return [...kept, await add(manifestName, (path) => files.write(path, manifest))]
}

/**
 * What belongs to the model, as one profile: the table it learned from (that came with a fetched model, else that validate of this run wrote),
 * and the table of its predictions on the holdout. Drift of the future is measured against these.
 */
async function modelProfile(context: ModelContext): Promise<string | null> {
  const training = await learnedFrom(context)
  // those that came with the model stay with it: they are of its own holdout
  const answers = training?.tables.some(({ role }) => role === 'predictions') === true ? null : await answersOfRun(context)
  const profile = training ?? answers
  if (profile === null) return null
  const tables = [...(training?.tables ?? []), ...(answers?.tables ?? [])]
  return `${JSON.stringify({ ...profile, tables }, null, 2)}\n`
}

async function learnedFrom(context: ModelContext): Promise<Profile | null> {
  const fetched = context.model.model.kind === 'path' ? null : await fetchedModel(context)
  if (fetched !== null) return fetched.profile === null ? null : readProfile(context, resolve(context.root, fetched.profile), 'validate')
  if ((await context.result('validate')) === null) return null
  return readProfile(context, join(modelFolder(context.out, context.model.name), profileName), 'validate')
}

/** Evidence has seen to it that evaluate of this run scored these very bytes. */
async function answersOfRun(context: ModelContext): Promise<Profile | null> {
  return (await context.result('evaluate')) === null ? null : readProfile(context, answersProfilePath(context), 'evaluate')
}

/** Reduced to the tables worth keeping; null when there are none. @param stage that writes it */
async function readProfile(context: ModelContext, path: string, stage: string): Promise<Profile | null> {
  const bytes = await context.ports.files.read(path, maxProfileBytes)
  if (bytes === null) return null
  const profile = parseProfile(bytes)
  if (profile === null)
    throw new UserError(
      'PROFILE_INVALID',
      `${basename(path)} of ${context.model.name} is not a modelgate/profile@1`,
      `run \`modelgate ${stage}\` again`,
    )
  const tables = profile.tables.filter((table) => keptRoles.includes(table.role))
  return tables.length === 0 ? null : { ...profile, tables }
}

function parseProfile(bytes: Uint8Array): Profile | null {
  try {
    return profileSchema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))).data ?? null
  } catch {
    return null
  }
}
