/** Whether git tracks anything in a folder: a result that was committed could be a planted one. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UserError } from '../../errors.ts'
import { runGit } from '../git/run-git.ts'
import { realPath } from './confine.ts'

/**
 * Asks git itself; a repository that git cannot read is an error, never "no".
 * The answer needs no trust in the repository, whose hooks and monitors stay off: it may belong to another user, as in containers.
 * A folder reached over a link is asked about under both of its names.
 */
export async function isTracked(folder: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const names = new Set([folder, realPath(folder)])
  for (const name of names) if (await holdsTracked(name, environment)) return true
  return false
}

async function holdsTracked(folder: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const root = await repositoryOf(folder)
  if (root === null) return false
  const answer = await runGit({ args: ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--', folder], cwd: root }, { environment })
  if (answer.code === 0) return answer.stdout.length > 0
  throw new UserError(
    'GIT_UNREADABLE',
    `cannot tell whether git tracks ${folder}`,
    'repair the repository, or name a folder outside of it with --out',
  )
}

/** The nearest folder above that holds `.git`, or null. */
export async function repositoryOf(folder: string): Promise<string | null> {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (dirname(at) === at) return null
  }
}
