/** Versions of files in the commits that this checkout holds, and of files that lay beside them with the same ending. */
import { basename, dirname, extname, relative } from 'node:path'
import { type GitOptions, runGit } from './run-git.ts'

/** Commits that touched the files, newest first. */
const mostCommits = 50
/** Paths of one command. */
const mostPaths = 200

export interface Version {
  readonly blob: string
  readonly bytes: number
}

export interface History {
  /** absolute folders: of the work tree, and what all work trees of the repository share */
  readonly top: string
  readonly common: string
  /** each blob once: first those of the files themselves */
  versions(): AsyncIterable<Version>
  /** what a blob says, as UTF-8 */
  text(blob: string): Promise<string>
  /** false: git could not */
  write(blob: string, to: string): Promise<boolean>
}

/** null: the files lie in no work tree of git. @param paths absolute, at least one; @param ends what the name of a pointer to one ends with */
export async function openHistory([first, ...others]: readonly string[], ends: string, options: GitOptions): Promise<History | null> {
  if (first === undefined) return null
  const cwd = dirname(first)
  const ask = async (args: readonly string[], input = '') => {
    const { code, stdout } = await runGit({ args, cwd, input }, options)
    return code === 0 ? stdout.toString('utf8') : ''
  }
  const [top, common] = (await ask(['rev-parse', '--path-format=absolute', '--show-toplevel', '--git-common-dir'])).split('\n')
  if (top === undefined || common === undefined || common === '') return null

  const near = [first, ...others].slice(0, mostPaths).map((path) => relative(cwd, path).replaceAll('\\', '/'))
  const beside = [...new Set(near.map((path) => `${literally(folderOf(path))}*${literally(extname(path))}`))]
  const changesOf = async (pathspecs: readonly string[]) => {
    const range = ['log', '--no-show-signature', `-n${mostCommits}`, '--format=', '--raw', '-z', '-m', '--no-abbrev', '--no-renames']
    return ask([...range, '--', ...pathspecs.flatMap((path) => [path, path + ends])])
  }
  const sizesOf = async (blobs: readonly string[]): Promise<readonly Version[]> =>
    (await ask(['cat-file', '--batch-check=%(objectname) %(objectsize)'], `${blobs.join('\n')}\n`)).split('\n').flatMap((line) => {
      const [, blob, bytes] = /^([0-9a-f]+) (\d+)$/.exec(line) ?? []
      return blob === undefined ? [] : [{ blob, bytes: Number(bytes) }]
    })

  return {
    top,
    common,
    async *versions() {
      const seen = new Set<string>()
      for (const pathspecs of [near.map((path) => `:(glob)${literally(path)}`), beside.map((path) => `:(glob)${path}`)]) {
        const fresh = blobsOf(await changesOf(pathspecs)).filter((blob) => !seen.has(blob))
        for (const blob of fresh) seen.add(blob)
        yield* fresh.length === 0 ? [] : await sizesOf([...new Set(fresh)])
      }
    },
    text: (blob) => ask(['cat-file', 'blob', blob]),
    write: async (blob, into) => (await runGit({ args: ['cat-file', 'blob', blob], cwd, into }, options)).code === 0,
  }
}

/** Of `--raw -z`: `:100644 100755 <before> <after> M\0<path>\0`; a side that is no regular file, or not there, has another mode. */
const blobsOf = (raw: string): readonly string[] =>
  [...raw.matchAll(/:(\d{6}) (\d{6}) ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) [A-Z]\d*\0/g)].flatMap(
    ([, modeBefore = '', modeAfter = '', before = '', after = '']) => [
      ...(modeAfter.startsWith('100') ? [after] : []),
      ...(modeBefore.startsWith('100') ? [before] : []),
    ],
  )

const folderOf = (path: string): string => path.slice(0, path.length - basename(path).length)

/** In a pattern of git, these characters as they are. */
const literally = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&')
