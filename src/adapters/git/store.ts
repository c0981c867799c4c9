/**
 * Versions of models as tags of any git remote: `flights@v1.0.0` → a commit without parents whose tree holds the files. Tags are only ever
 * created, never moved, and digests are those of the bytes that came back from the remote, not of what somebody wrote beside them.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { checkName, parseTag } from '../../core/ledger/names.ts'
import { sameFiles } from '../../core/ledger/stored-files.ts'
import { UserError } from '../../errors.ts'
import type { ModelStore, StoredFile } from '../../ports/ledger.ts'
import { listTree } from './ledger.ts'
import type { Repository } from './repository.ts'

export function gitStore(repository: Repository): ModelStore {
  const refOf = (tag: string) => {
    parseTag(tag)
    return `refs/tags/${tag}`
  }

  /** commit → what it holds: an id is its content */
  const looked = new Map<string, readonly StoredFile[]>()

  async function stored(tag: string, commit: string): Promise<readonly StoredFile[]> {
    const known = looked.get(commit)
    if (known !== undefined) return known
    const files: StoredFile[] = []
    for (const entry of await listTree(repository, commit, '')) {
      if (entry.mode !== '100644') throw odd(tag, entry.path)
      const path = join(await repository.folder(), `blob-${entry.id}`)
      await repository.gitInto(['cat-file', 'blob', entry.id], path)
      files.push({ name: checkName('file', entry.path), ...(await digestOf(path)) })
      await rm(path, { force: true })
    }
    looked.set(commit, files)
    return files
  }

  const store: ModelStore = {
    name: `${repository.shown} (tags)`,

    async find(tag) {
      const commit = await repository.fetch(refOf(tag))
      return commit === null ? null : { tag, files: await stored(tag, commit), url: null }
    },

    async publish({ tag, title, notes, files }) {
      const ref = refOf(tag)
      const existing = await store.find(tag)
      if (existing !== null) {
        sameFiles(tag, existing.files, files)
        return { url: null }
      }
      let tree = ''
      for (const file of files) {
        const args = ['hash-object', '-w', '--no-filters', '--', file.path]
        const id = (await repository.git(args)).toString('utf8').trim()
        tree += `100644 blob ${id}\t${checkName('file', file.name)}\0`
      }
      const treeId = (await repository.git(['mktree', '-z'], { input: tree })).toString('utf8').trim()
      const commit = (await repository.git(['commit-tree', '-F', '-', treeId], { input: `${title}\n\n${notes}\n` })).toString('utf8').trim()
      // What is pushed are these objects and nothing else, so what is right here is right there.
      sameFiles(tag, await stored(tag, commit), files)
      if ((await repository.push(ref, null, commit)) === 'done') return { url: null }
      const winner = await store.find(tag)
      if (winner === null) throw odd(tag, 'a tag that came and went')
      sameFiles(tag, winner.files, files)
      return { url: null }
    },

    async download(tag, file, path) {
      const commit = await repository.fetch(refOf(tag))
      if (commit === null) throw new UserError('VERSION_GONE', `${store.name} has no ${tag}`, 'name a version that exists')
      const entry = (await listTree(repository, commit, '')).find((one) => one.path === checkName('file', file))
      if (entry === undefined) throw new UserError('VERSION_GONE', `${tag} in ${store.name} has no file ${file}`, 'promote the model again')
      await repository.gitInto(['cat-file', 'blob', entry.id], path)
    },
  }
  return store
}

async function digestOf(path: string): Promise<{ digest: string; bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk)
      bytes += chunk.length
    }
  })
  return { digest: `sha256:${hash.digest('hex')}`, bytes }
}

const odd = (tag: string, path: string): UserError =>
  new UserError(
    'STORE_CORRUPT',
    `${tag} holds ${JSON.stringify(path.slice(0, 200))}, which no promotion writes`,
    'delete the tag if nothing uses it, and promote again',
  )
