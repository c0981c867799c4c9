/**
 * Versions of models as GitHub Releases: draft → upload each file → verify each by digest → publish. A draft carries the digest of the set of
 * files it is for, so that a run finds its own unfinished draft again and never touches another one's. Published files are never changed.
 */
import { createHash } from 'node:crypto'
import { parseTag } from '../../core/ledger/names.ts'
import { differingFile, sameFiles } from '../../core/ledger/stored-files.ts'
import { UserError } from '../../errors.ts'
import type { ModelStore, StoredFile } from '../../ports/ledger.ts'
import { ask, read, repositoryPath } from './answers.ts'
import type { GithubRepository } from './ledger.ts'
import { type Asset, assetDigest, assetsOf, type Release, releaseAnswer, releasesOf } from './release-answers.ts'
import { apiPath, RestError } from './rest.ts'

type Version = Parameters<ModelStore['publish']>[0]
type Given = Version['files'][number]

const needs = 'contents: write'
/** of one upload, each after reading back that it is not there */
const uploadTries = 3

export function githubReleases({ rest, repository }: GithubRepository): ModelStore {
  const root = repositoryPath(repository)

  async function published(tag: string): Promise<Release | null> {
    parseTag(tag)
    const call = { method: 'GET', path: root + apiPath`/releases/tags/${tag}`, allow: [404], needs: 'contents: read' } as const
    const answer = await rest.call(call)
    if (answer.status === 404) {
      // 404 is also what a token without rights gets: only a repository that can be read has no such release.
      await rest.call({ method: 'GET', path: root, needs: 'contents: read' })
      return null
    }
    const release = read(releaseAnswer, answer, call)
    return release.draft ? null : release
  }

  async function storedFiles(release: Release): Promise<StoredFile[]> {
    const files: StoredFile[] = []
    for (const asset of await assetsOf(rest, root, release.id)) {
      files.push({ name: asset.name, digest: await assetDigest(rest, root, asset), bytes: asset.size })
    }
    return files.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Drafts of ours for this version: of this very set of files, or of any. The oldest first. */
  async function ownDrafts(tag: string, mark: string): Promise<Release[]> {
    const drafts = (await releasesOf(rest, root)).filter((one) => one.draft && one.tag_name === tag && one.body?.includes(mark))
    return drafts.sort((a, b) => a.id - b.id)
  }

  async function openDraft(version: Version): Promise<Release> {
    const mark = markOf(version)
    const [unfinished] = await ownDrafts(version.tag, mark)
    if (unfinished !== undefined) return unfinished
    const call = {
      method: 'POST',
      path: `${root}/releases`,
      body: {
        tag_name: version.tag,
        target_commitish: version.sha,
        name: version.title,
        body: `${version.notes}\n\n${mark}`,
        draft: true,
        make_latest: 'false',
      },
      needs,
    } as const
    const made = await ask(rest, releaseAnswer, call).catch((thrown: unknown) => asDoubt(thrown))
    // Another run may have made the same draft meanwhile, and an unknown outcome may be one: the oldest is the one everybody takes.
    const [first, ...twins] = await ownDrafts(version.tag, mark)
    const own = made instanceof RestError ? null : made
    for (const twin of twins) if (twin.id === own?.id) await removeDraft(twin.id)
    const draft = first ?? own
    if (draft === null || draft === undefined) throw made
    return draft
  }

  /** The file is in the draft and has the digest it should have. */
  async function ensureAsset(draft: Release, file: Given): Promise<void> {
    let doubt: RestError | null = null
    for (let uploads = 0; ; uploads += 1) {
      const there = (await assetsOf(rest, root, draft.id)).find((asset) => asset.name === file.name)
      if (there !== undefined && (await holds(there, file))) return
      if (uploads >= uploadTries) throw doubt ?? unverified(draft.tag_name, { name: file.name, stored: 'other bytes', given: file.digest })
      if (there !== undefined) {
        await mustBeDraft(draft)
        await rest.call({ method: 'DELETE', path: `${root}/releases/assets/${there.id}`, allow: [404], needs })
      }
      const address = `${uploadUrl(draft)}?name=${encodeURIComponent(file.name)}`
      doubt = await rest.upload(address, file.path, needs).then(() => null, asDoubt)
    }
  }

  async function holds(asset: Asset, file: Given): Promise<boolean> {
    if (asset.state !== 'uploaded' || asset.size !== file.bytes) return false
    return (await assetDigest(rest, root, asset)) === file.digest
  }

  async function mustBeDraft(draft: Release): Promise<void> {
    const now = await ask(rest, releaseAnswer, { method: 'GET', path: `${root}/releases/${draft.id}`, needs: 'contents: read' })
    if (!now.draft)
      throw new UserError('RELEASE_PUBLISHED', `the release ${draft.tag_name} was published by another run meanwhile`, 'run it again')
  }

  async function removeDraft(id: number): Promise<void> {
    await rest.call({ method: 'DELETE', path: `${root}/releases/${id}`, allow: [404], needs })
  }

  /** Drafts that earlier runs left for this version with other files. The version is published, so nobody can want them any more. */
  async function removeLeftovers(tag: string): Promise<void> {
    for (const draft of await ownDrafts(tag, markOfTag(tag))) await removeDraft(draft.id)
  }

  /** The uploads go where the API says, but the token goes with them only to a host of the same kind. */
  function uploadUrl(draft: Release): string {
    const url = new URL(draft.upload_url.replace(/\{.*$/, ''))
    const base = new URL(rest.baseUrl)
    const sibling = url.hostname === base.hostname || url.hostname === base.hostname.replace(/^api\./, 'uploads.')
    if (url.protocol !== base.protocol || !sibling) {
      throw new UserError('GITHUB_ANSWER', `GitHub wants files to be sent to ${url.host}`, 'check GITHUB_API_URL and any proxy in between')
    }
    return `${url.origin}${url.pathname}`
  }

  const store: ModelStore = {
    name: `releases of ${repository}`,

    async find(tag) {
      const release = await published(tag)
      return release === null ? null : { tag, files: await storedFiles(release), url: release.html_url }
    },

    async publish(version) {
      const { tag, files } = version
      const existing = await store.find(tag)
      if (existing !== null) {
        sameFiles(tag, existing.files, files)
        await removeLeftovers(tag)
        return { url: existing.url }
      }
      const draft = await openDraft(version)
      let doubt: RestError | null = null
      try {
        for (const file of files) await ensureAsset(draft, file)
        const difference = differingFile(await storedFiles(draft), files)
        if (difference !== null) throw unverified(tag, difference)
        const call = { method: 'PATCH', path: `${root}/releases/${draft.id}`, body: { draft: false, make_latest: 'false' }, needs } as const
        doubt = await rest.call(call).then(() => null, asDoubt)
      } catch (thrown) {
        // who published this version meanwhile has removed our draft: that is the answer, not the 404 of a draft that is gone
        const winner = isNotFound(thrown) ? await store.find(tag) : null
        if (winner === null) throw thrown
        sameFiles(tag, winner.files, files)
        return { url: winner.url }
      }

      const now = await store.find(tag)
      if (now === null) throw doubt ?? unverified(tag, { name: 'the release', stored: 'absent', given: 'published' })
      sameFiles(tag, now.files, files)
      await removeLeftovers(tag)
      return { url: now.url }
    },

    async download(tag, file, path) {
      const release = await published(tag)
      const asset = release === null ? undefined : (await assetsOf(rest, root, release.id)).find((one) => one.name === file)
      if (asset === undefined) {
        const what = release === null ? `have no ${tag}` : `have ${tag}, but without the file ${file}`
        throw new UserError('VERSION_GONE', `the ${store.name} ${what}`, 'name a version that exists')
      }
      await rest.download(`${root}/releases/assets/${asset.id}`, path)
    },
  }
  return store
}

/** Of every draft of ours for a version, and of those for one set of files. Invisible where the release is shown. */
const markOfTag = (tag: string): string => `<!-- modelgate:version ${tag} `
const markOf = (version: Version): string => `${markOfTag(version.tag)}${setDigest(version.files)} -->`

function setDigest(files: readonly Given[]): string {
  const lines = files.map((file) => `${file.name} ${file.digest}\n`).sort()
  return `sha256:${createHash('sha256').update(lines.join('')).digest('hex')}`
}

/** An error after which the truth has to be read back; any other is thrown on. */
function asDoubt(thrown: unknown): RestError {
  if (thrown instanceof RestError && (thrown.failure.mayHaveChanged || thrown.failure.status === 422)) return thrown
  throw thrown
}

const isNotFound = (thrown: unknown): boolean => thrown instanceof RestError && thrown.failure.status === 404

const unverified = (tag: string, difference: { readonly name: string; readonly stored: string; readonly given: string }): UserError =>
  new UserError(
    'STORE_UNVERIFIED',
    `${difference.name} of ${tag} is not what was sent: there ${difference.stored}, here ${difference.given}`,
    'nothing was released: run it again',
  )
