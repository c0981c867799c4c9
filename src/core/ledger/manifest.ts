/** `manifest.json` of a version: which files it has, by digest. Nothing in it differs between two runs that promote the same files. */
import { z } from 'zod'
import { UserError } from '../../errors.ts'
import { checkName, tagOf } from './names.ts'

export const manifestName = 'manifest.json'
export const profileName = 'profile.json'

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const manifestSchema = z.strictObject({
  schema: z.literal('modelgate/manifest@1'),
  model: z.string(),
  version: z.string(),
  tag: z.string(),
  /** of the model file */
  digest,
  files: z.array(z.strictObject({ name: z.string(), digest, bytes: z.number().int().nonnegative() })),
})
export type Manifest = z.infer<typeof manifestSchema>

export function makeManifest(model: string, version: string, digest: string, files: Manifest['files']): string {
  const sorted = files
    .map(({ name, digest, bytes }) => ({ bytes, digest, name: checkName('file', name) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const manifest = { digest, files: sorted, model, schema: 'modelgate/manifest@1', tag: tagOf(model, version), version }
  return `${JSON.stringify(manifestSchema.parse(manifest), Object.keys({ ...manifest, bytes: 0, name: '' }).sort(), 2)}\n`
}

/** @throws UserError STORE_CORRUPT */
export function parseManifest(tag: string, text: string): Manifest {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw corrupt(tag)
  }
  const parsed = manifestSchema.safeParse(json)
  if (!parsed.success || parsed.data.tag !== tag) throw corrupt(tag)
  return parsed.data
}

const corrupt = (tag: string): UserError =>
  new UserError('STORE_CORRUPT', `${tag} has a ${manifestName} that is none`, 'promote the model again as a new version')

/** Name of the model file in the store: the model's own, with the extension of the file, which in the repository may be called anything. */
export function modelFileName(model: string, path: string): string {
  const extension = /\.([A-Za-z0-9]{1,16})$/.exec(path)?.[1]?.toLowerCase() ?? 'bin'
  const name = `${checkName('model', model)}.${extension}`
  return name === manifestName || name === profileName ? `model-${name}` : name
}
