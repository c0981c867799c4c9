/** An earlier version of a file, by its sha256, from the commits that this checkout holds. Blobs are read as they are stored: no filter runs, nothing is fetched. */
import { basename, dirname } from 'node:path'
import type { EarlierFiles } from '../../ports/earlier-files.ts'
import type { Files } from '../../ports/files.ts'
import { type GitOptions, runGit } from './run-git.ts'

/** Commits that touched the file, newest first. */
const mostCommits = 50
/** GitHub takes no larger file into a repository. */
const mostBytes = 100 * 2 ** 20

export const earlierFiles = (files: Files, options: GitOptions): EarlierFiles => ({
  async copy(path, digest, to) {
    const cwd = dirname(path)
    const name = basename(path)
    const ask = async (...args: string[]) => {
      const { code, stdout } = await runGit({ args, cwd }, options)
      return code === 0 ? stdout.toString('utf8') : ''
    }
    const log = await ask('--literal-pathspecs', 'log', '--no-show-signature', `-n${mostCommits}`, '--format=%H', '--', name)
    const seen = new Set<string>()
    for (const commit of log.split('\n').filter((line) => /^[0-9a-f]{40,64}$/.test(line))) {
      const entry = (await ask('--literal-pathspecs', 'ls-tree', '-z', commit, '--', name)).split('\0')[0] ?? ''
      const blob = /^100(?:644|755) blob ([0-9a-f]+)\t/.exec(entry)?.[1]
      if (blob === undefined || seen.has(blob)) continue
      seen.add(blob)
      const size = Number((await ask('cat-file', '-s', blob)) || Number.NaN)
      if (!(size > 0 && size <= mostBytes)) continue
      const { code } = await runGit({ args: ['cat-file', 'blob', blob], cwd, into: to }, options)
      if (code === 0 && (await files.digest(to))?.digest === digest) return true
    }
    await files.remove(to)
    return false
  },
})
