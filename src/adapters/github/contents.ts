/**
 * The config at the base commit of a pull request, through the API: the checkout of a runner is shallow, and nothing in it is to be trusted here.
 * A 404 says "not there" only when the commit itself can be read: it is also what a token without rights is answered.
 */
import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { z } from 'zod'
import { staysInside } from '../../core/text/stays-inside.ts'
import { asError, UserError } from '../../errors.ts'
import { type BaseConfig, maxConfigBytes } from '../../ports/base-config.ts'
import { read, repositoryPath } from './answers.ts'
import { type Rest, RestError } from './rest.ts'

const fileAnswer = z.object({ type: z.string(), encoding: z.string().optional(), content: z.string().optional(), size: z.number() })
const commitAnswer = z.object({ sha: z.string() })

const needs = 'contents: read'

export interface BaseOfPull {
  readonly rest: Rest
  /** owner/name */
  readonly repository: string
  readonly sha: string
  /** in the repository, with `/` */
  readonly path: string
}

/** @throws UserError BASE_UNREADABLE */
export async function readBaseOfPull({ rest, repository, sha, path }: BaseOfPull): Promise<BaseConfig> {
  try {
    const root = repositoryPath(repository)
    const encoded = path.split('/').map(encodeURIComponent).join('/')
    const call = { method: 'GET', path: `${root}/contents/${encoded}?ref=${sha}`, allow: [404], needs } as const
    const answer = await rest.call(call)
    if (answer.status !== 404) return { kind: 'found', commit: sha, text: textOf(answer.data, () => read(fileAnswer, answer, call)) }
    const commit = { method: 'GET', path: `${root}/git/commits/${sha}`, needs } as const
    read(commitAnswer, await rest.call(commit), commit)
    return { kind: 'absent', commit: sha }
  } catch (thrown) {
    const cause = asError(thrown)
    const refused = thrown instanceof RestError && [401, 403, 404].includes(thrown.failure.status ?? 0)
    throw unreadable(cause.message, refused || !(thrown instanceof UserError) ? permission : thrown.fix, cause)
  }
}

const permission = `give the job the permission \`${needs}\`, and the step its token as github-token`

const unreadable = (why: string, fix: string, cause?: unknown) =>
  new UserError('BASE_UNREADABLE', `the policy of the base of this pull request cannot be read: ${why}`, fix, { cause })

export const noToken = (): UserError => unreadable('there is no token', 'pass github-token, or set GITHUB_TOKEN; it needs `contents: read`')

function textOf(data: unknown, parse: () => z.infer<typeof fileAnswer>): string {
  const fix = 'make it a regular file of less than 1 MB on the base branch'
  if (Array.isArray(data)) throw unreadable('the config is a folder there', fix)
  const { type, encoding, content, size } = parse()
  if (type !== 'file') throw unreadable(`the config is a ${type} there`, fix)
  // GitHub leaves the content of larger files out
  if (encoding !== 'base64' || content === undefined || size > maxConfigBytes) throw unreadable(`the config has ${size} bytes there`, fix)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(content, 'base64'))
  } catch (cause) {
    throw unreadable('the config is not UTF-8 text there', fix, cause)
  }
}

/**
 * Path of the config in its repository: below the nearest folder that is a checkout, which is the workspace unless it was checked out deeper.
 * @throws UserError BASE_UNREADABLE when it lies outside of the workspace
 */
export function pathInRepository(config: string, workspace: string | undefined): string {
  if (!workspace) throw unreadable('GITHUB_WORKSPACE is not set', 'start modelgate in a step of a workflow')
  const top = realpathSync(workspace)
  const folder = realpathSync(dirname(config))
  const path = relative(top, folder)
  if (!staysInside(path, sep))
    throw unreadable(
      'the config lies outside of the workspace, so that no commit of this repository holds it',
      'keep the config in the repository',
    )
  let root = folder
  while (root !== top && !existsSync(join(root, '.git'))) root = dirname(root)
  return relative(root, join(folder, basename(config))).replaceAll('\\', '/')
}
