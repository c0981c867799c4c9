/** What GitHub says about releases and their assets, and what digest an asset really has. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { read } from './answers.ts'
import type { Rest } from './rest.ts'

export const releaseAnswer = z.object({
  id: z.number().int(),
  tag_name: z.string(),
  draft: z.boolean(),
  body: z.string().nullish(),
  html_url: z.string(),
  upload_url: z.string(),
})
export type Release = z.infer<typeof releaseAnswer>

const assetAnswer = z.object({
  id: z.number().int(),
  name: z.string(),
  state: z.string(),
  size: z.number().int(),
  /** GitHub computes it; servers that do not are asked for the bytes */
  digest: z.string().nullish(),
})
export type Asset = z.infer<typeof assetAnswer>

const list = async <T>(rest: Rest, schema: z.ZodType<T>, path: string): Promise<T[]> =>
  read(z.array(schema), { status: 200, data: await rest.pages({ path, needs: 'contents: read' }) }, { method: 'GET', path })

/** Drafts too, for a token that may write. */
export const releasesOf = (rest: Rest, root: string): Promise<Release[]> => list(rest, releaseAnswer, `${root}/releases`)

export const assetsOf = (rest: Rest, root: string, release: number): Promise<Asset[]> =>
  list(rest, assetAnswer, `${root}/releases/${release}/assets`)

export async function assetDigest(rest: Rest, root: string, asset: Asset): Promise<string> {
  if (asset.digest && /^sha256:[0-9a-f]{64}$/.test(asset.digest)) return asset.digest
  const folder = await mkdtemp(join(tmpdir(), 'modelgate-asset-'))
  try {
    const path = join(folder, 'asset')
    await rest.download(`${root}/releases/assets/${asset.id}`, path)
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    return `sha256:${hash.digest('hex')}`
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
