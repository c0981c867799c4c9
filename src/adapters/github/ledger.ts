/**
 * The ledger branch through GitHub's Git data API. A change is a tree, a commit, and a ref update that must be a fast-forward: compare-and-swap.
 * Trees and commits nobody points to are harmless, so only the ref decides; after any doubt about it, it is read back.
 */
import { z } from 'zod'
import { checkName } from '../../core/ledger/names.ts'
import { UserError } from '../../errors.ts'
import type { LedgerTransport } from '../../ports/ledger.ts'
import { ask, read, repositoryPath } from './answers.ts'
import { type Rest, RestError } from './rest.ts'

export interface GithubRepository {
  readonly rest: Rest
  /** owner/name */
  readonly repository: string
}

const id = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/)
const refAnswer = z.object({ ref: z.string(), object: z.object({ sha: id }) })
const commitAnswer = z.object({ sha: id, tree: z.object({ sha: id }) })
const treeAnswer = z.object({
  sha: id,
  truncated: z.boolean(),
  tree: z.array(z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: id })),
})
const blobAnswer = z.object({ content: z.string(), encoding: z.enum(['base64', 'utf-8']) })

const needs = 'contents: write'

export function githubLedger({ rest, repository, branch }: GithubRepository & { readonly branch: string }): LedgerTransport {
  checkName('branch', branch)
  const root = repositoryPath(repository)
  const refPath = `heads/${branch.split('/').map(encodeURIComponent).join('/')}`

  async function head(): Promise<string | null> {
    const call = { method: 'GET', path: `${root}/git/ref/${refPath}`, allow: [404], needs: 'contents: read' } as const
    const answer = await rest.call(call)
    if (answer.status !== 404) {
      const found = read(refAnswer, answer, call)
      return found.ref === `refs/heads/${branch}` ? found.object.sha : null
    }
    // 404 is also what a token without rights gets: only a repository that can be read has no such branch.
    await rest.call({ method: 'GET', path: root, needs: 'contents: read' })
    return null
  }

  const treeOf = async (commit: string) =>
    (await ask(rest, commitAnswer, { method: 'GET', path: `${root}/git/commits/${commit}`, needs: 'contents: read' })).tree.sha

  async function entries(tree: string, recursive: boolean) {
    const path = `${root}/git/trees/${tree}${recursive ? '?recursive=1' : ''}`
    const answer = await ask(rest, treeAnswer, { method: 'GET', path, needs: 'contents: read' })
    if (answer.truncated) throw corrupt(branch, 'it has more files than GitHub lists at once')
    return answer.tree
  }

  async function textOf(blob: string, path: string): Promise<string> {
    const answer = await ask(rest, blobAnswer, { method: 'GET', path: `${root}/git/blobs/${blob}`, needs: 'contents: read' })
    if (answer.encoding === 'utf-8') return answer.content
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(answer.content, 'base64'))
    } catch {
      throw corrupt(branch, `${JSON.stringify(path.slice(0, 200))} is not UTF-8`)
    }
  }

  /** The tree of a folder such as `models/`, null when there is none. */
  async function folderTree(tree: string, under: string): Promise<string | null> {
    let at = tree
    for (const part of under.split('/').filter((name) => name !== '')) {
      const entry = (await entries(at, false)).find((one) => one.path === part && one.type === 'tree')
      if (entry === undefined) return null
      at = entry.sha
    }
    return at
  }

  return {
    name: `${repository}#${branch}`,

    async read(under = '') {
      const at = await head()
      const files = new Map<string, string>()
      if (at === null) return { head: null, files }
      const folder = await folderTree(await treeOf(at), under)
      for (const entry of folder === null ? [] : await entries(folder, true)) {
        if (entry.type === 'tree') continue
        const path = `${under}${entry.path}`
        if (entry.type !== 'blob' || entry.mode !== '100644')
          throw corrupt(branch, `${JSON.stringify(path.slice(0, 200))} is no regular file`)
        files.set(path, await textOf(entry.sha, path))
      }
      return { head: at, files }
    },

    async commit({ parent, files, message }) {
      const tree = await ask(rest, treeAnswer, {
        method: 'POST',
        path: `${root}/git/trees`,
        body: {
          ...(parent === null ? {} : { base_tree: await treeOf(parent) }),
          tree: [...files].map(([path, content]) => ({ path, mode: '100644', type: 'blob', content })),
        },
        needs,
      })
      const made = await ask(rest, commitAnswer, {
        method: 'POST',
        path: `${root}/git/commits`,
        body: { message, tree: tree.sha, parents: parent === null ? [] : [parent] },
        needs,
      })
      const refused = await rest
        .call(
          parent === null
            ? { method: 'POST', path: `${root}/git/refs`, body: { ref: `refs/heads/${branch}`, sha: made.sha }, needs }
            : { method: 'PATCH', path: `${root}/git/refs/${refPath}`, body: { sha: made.sha, force: false }, retry: false, needs },
        )
        .then(
          () => null,
          (thrown: unknown) => thrown,
        )
      if (refused === null) return { head: made.sha }
      if (!(refused instanceof RestError)) throw refused
      if (!refused.failure.mayHaveChanged && refused.failure.status !== 422 && refused.failure.status !== 409) throw refused
      const now = await head()
      if (now === made.sha) return { head: made.sha }
      if (now !== parent) return 'moved'
      throw refused
    },
  }
}

const corrupt = (branch: string, why: string): UserError =>
  new UserError('LEDGER_CORRUPT', `the ledger branch ${branch} cannot be read: ${why}`, 'restore the ledger branch from an earlier commit')
