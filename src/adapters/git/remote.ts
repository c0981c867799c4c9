/** Which repository `ledger.remote` means: a remote's name, a URL, or a path; and the settings its own checkout has for reaching it. */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UserError } from '../../errors.ts'
import { type GitOptions, runGit } from './run-git.ts'

export interface Remote {
  /** what git is given */
  readonly url: string
  /** for messages: no credentials, no query */
  readonly shown: string
  readonly settings: readonly (readonly [string, string])[]
  /** a path ending in `.git` where nothing is yet: a ledger that begins, as a bare repository, with the first promotion */
  readonly toMake: boolean
}

const schemes = /^(https|ssh|file):\/\//
const scpLike = /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[^:]/

/**
 * @param root folder of the config: where a remote's name is looked up and relative paths begin
 * @throws UserError LEDGER_REMOTE; LEDGER_NONE when a bare name is no remote here
 */
export async function resolveRemote(remote: string, root: string, options: GitOptions): Promise<Remote> {
  if (remote.startsWith('-') || /\p{Cc}/u.test(remote) || remote === '') throw refused(remote, 'it is no name, URL or path')
  const named = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(remote) ? await urlOf(remote, root, options) : null
  const url = named ?? remote
  if (schemes.test(url))
    return { url, shown: show(url), toMake: false, settings: schemes.exec(url)?.[1] === 'https' ? await httpSettings(root, options) : [] }
  if (/^[a-z0-9+.-]+::/i.test(url) || /^[a-z][a-z0-9+.-]*:\/\//i.test(url))
    throw refused(url, 'only https, ssh, file and paths are reached')
  if (scpLike.test(url)) return { url, shown: url, settings: [], toMake: false }
  const path = resolve(root, url)
  const found = await stat(path).catch(() => null)
  if (!found?.isDirectory()) {
    if (found === null && path.endsWith('.git')) return { url: path, shown: remote, settings: [], toMake: true }
    // A bare name that means nothing here: nobody has begun a ledger. A path or URL that does not work is trouble.
    if (found === null && /^[A-Za-z0-9_-]+$/.test(remote)) throw none(remote)
    throw refused(remote, 'there is no remote of that name and no folder at that path')
  }
  return { url: await topOf(path, options), shown: remote, settings: [], toMake: false }
}

async function urlOf(name: string, root: string, options: GitOptions): Promise<string | null> {
  const answer = await runGit({ args: ['remote', 'get-url', '--', name], cwd: root }, options)
  const url = answer.stdout.toString('utf8').trim()
  return answer.code === 0 && url !== '' ? url : null
}

/** A path inside a working tree means its repository, so that `.` is the one the config lies in. */
async function topOf(path: string, options: GitOptions): Promise<string> {
  const answer = await runGit({ args: ['rev-parse', '--path-format=absolute', '--git-common-dir'], cwd: path }, options)
  const top = answer.stdout.toString('utf8').trim()
  if (answer.code !== 0 || top === '') throw refused(path, 'this folder is no git repository')
  return top
}

/** A checkout on a CI server keeps its credentials and proxies in its own config; our private repository needs them too. */
async function httpSettings(root: string, options: GitOptions): Promise<[string, string][]> {
  const args = ['config', '--local', '--includes', '--null', '--get-regexp', '^(http|credential|url)\\.']
  const answer = await runGit({ args, cwd: root }, options)
  if (answer.code !== 0) return []
  return answer.stdout
    .toString('utf8')
    .split('\0')
    .filter((entry) => entry.includes('\n'))
    .map((entry) => [entry.slice(0, entry.indexOf('\n')), entry.slice(entry.indexOf('\n') + 1)])
}

const show = (url: string): string => url.replace(/\/\/[^/@]*@/, '//').replace(/[?#].*$/s, '')

const refused = (remote: string, why: string): UserError =>
  new UserError(
    'LEDGER_REMOTE',
    `the ledger's remote ${JSON.stringify(show(remote).slice(0, 200))} cannot be used: ${why}`,
    'set ledger.remote to a remote, a URL or a path of a git repository',
  )

const none = (remote: string): UserError =>
  new UserError(
    'LEDGER_NONE',
    `there is no git remote ${remote}, so there is no ledger`,
    'add the remote, or set ledger.remote to a remote, a URL or a path of a git repository',
  )
