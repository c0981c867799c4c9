/** The files of a version, copied to a private folder so that what is sent is what was checked. */
import { join, resolve } from 'node:path'
import { makeManifest, manifestName, modelFileName, profileName } from '../../core/ledger/manifest.ts'
import { type Profile, profileSchema } from '../../core/schema/profile.ts'
import { UserError } from '../../errors.ts'
import type { ModelStore } from '../../ports/ledger.ts'
import { fetchedModel } from '../candidate.ts'
import type { ModelContext } from '../context.ts'
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
  const profile = await trainingProfile(context)
  const kept = [model, ...(profile === null ? [] : [await add(profileName, (path) => files.write(path, profile))])]
  const listed = kept.map(({ name, digest, bytes }) => ({ name, digest, bytes }))
  const manifest = makeManifest(context.model.name, version, evidence.digest, listed)
  return [...kept, await add(manifestName, (path) => files.write(path, manifest))]
}

/** The profile that came with a fetched model, else the one validate of this run wrote, reduced to what belongs to the model. */
async function trainingProfile(context: ModelContext): Promise<string | null> {
  const fetched = context.model.model.kind === 'path' ? null : await fetchedModel(context)
  if (fetched !== null) return fetched.profile === null ? null : readProfile(context, resolve(context.root, fetched.profile))
  if ((await context.result('validate')) === null) return null
  return readProfile(context, join(modelFolder(context.out, context.model.name), profileName))
}

async function readProfile(context: ModelContext, path: string): Promise<string | null> {
  const bytes = await context.ports.files.read(path, maxProfileBytes)
  if (bytes === null) return null
  const profile = parseProfile(bytes)
  if (profile === null)
    throw new UserError(
      'PROFILE_INVALID',
      `the training profile of ${context.model.name} is not a modelgate/profile@1`,
      'run `modelgate validate` again',
    )
  const tables = profile.tables.filter((table) => keptRoles.includes(table.role))
  return tables.length === 0 ? null : `${JSON.stringify({ ...profile, tables }, null, 2)}\n`
}

function parseProfile(bytes: Uint8Array): Profile | null {
  try {
    return profileSchema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))).data ?? null
  } catch {
    return null
  }
}
