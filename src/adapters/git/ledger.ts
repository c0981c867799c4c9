/** The ledger branch of any git remote. A change is one commit built with plumbing and pushed with a lease: compare-and-swap. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { checkName } from '../../core/ledger/names.ts'
import { UserError } from '../../errors.ts'
import type { LedgerTransport } from '../../ports/ledger.ts'
import type { Repository } from './repository.ts'

const maxFileBytes = 16 * 2 ** 20

export function gitLedger(repository: Repository, branch: string): LedgerTransport {
  const ref = `refs/heads/${checkName('branch', branch)}`
  return {
    name: `${repository.shown}#${branch}`,

    async read(under = '') {
      const head = await repository.fetch(ref)
      if (head === null) return { head, files: new Map() }
      const entries = await listTree(repository, head, under)
      const files = new Map<string, string>()
      for (const entry of entries) {
        if (entry.mode !== '100644') throw corrupt(entry.path, 'it is no regular file')
        if (entry.bytes > maxFileBytes) throw corrupt(entry.path, `it has ${entry.bytes} bytes`)
        files.set(entry.path, decode(entry.path, await repository.git(['cat-file', 'blob', entry.id])))
      }
      return { head, files }
    },

    async commit({ parent, files, message }) {
      if (parent !== null && !(await repository.has(parent)) && (await repository.fetch(ref)) !== parent) return 'moved'
      const tree = await buildTree(repository, parent, files)
      const args = ['commit-tree', ...(parent === null ? [] : ['-p', parent]), '-F', '-', tree]
      const head = textOf(await repository.git(args, { input: message }))
      return (await repository.push(ref, parent, head)) === 'done' ? { head } : 'moved'
    },
  }
}

interface Entry {
  readonly mode: string
  readonly id: string
  readonly bytes: number
  readonly path: string
}

/** Every blob of a commit's tree below a folder. */
export async function listTree(repository: Repository, commit: string, under: string): Promise<Entry[]> {
  const listed = await repository.git(['ls-tree', '-r', '-l', '-z', '--full-tree', commit, '--', ...(under === '' ? [] : [under])])
  return decode('the tree', listed)
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [facts = '', path = ''] = [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)]
      const [mode = '', , id = '', bytes = ''] = facts.split(/ +/)
      return { mode, id, bytes: Number(bytes) || 0, path }
    })
}

/** The parent's tree with these files put in, by way of an index of its own. */
async function buildTree(repository: Repository, parent: string | null, files: ReadonlyMap<string, string>): Promise<string> {
  const index = join(await repository.folder(), `index-${randomUUID()}`)
  if (parent !== null) await repository.git(['read-tree', parent], { index })
  let lines = ''
  for (const [path, text] of files) {
    const id = textOf(await repository.git(['hash-object', '-w', '--no-filters', '--stdin'], { input: text }))
    lines += `100644 blob ${id}\t${path}\0`
  }
  await repository.git(['update-index', '-z', '--index-info'], { index, input: lines })
  return textOf(await repository.git(['write-tree'], { index }))
}

const textOf = (output: Buffer): string => output.toString('utf8').trim()

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw corrupt(path, 'it is not UTF-8')
  }
}

const corrupt = (path: string, why: string): UserError =>
  new UserError(
    'LEDGER_CORRUPT',
    `the ledger holds ${JSON.stringify(path.slice(0, 200))}, and ${why}`,
    'restore the ledger branch from an earlier commit',
  )
