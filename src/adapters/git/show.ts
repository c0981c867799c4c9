/** The config at a commit of the local repository, for `--base REF`. The blob is read as it is stored: no filter, no text conversion runs. */
import { basename, dirname } from 'node:path'
import { UserError } from '../../errors.ts'
import { type BaseConfig, maxConfigBytes } from '../../ports/base-config.ts'
import { type GitOptions, lastWords, runGit } from './run-git.ts'

/** Commits as git names them, and nothing that would be an option, a search or a path of another file. */
const plainRef = /^(?!-)[^\s\p{C}:\\]{1,250}$/u

const objectId = /^([0-9a-f]{40}|[0-9a-f]{64})$/

/** @throws UserError BASE_UNREADABLE, GIT_MISSING */
export async function readBaseAtRef(ref: string, config: string, options: GitOptions): Promise<BaseConfig> {
  if (!plainRef.test(ref))
    throw unreadable(ref, 'this is not the name of a commit', 'name a branch, a tag or a commit, such as --base main')
  const cwd = dirname(config)
  const ask = (...args: string[]) => runGit({ args, cwd }, options)

  const found = await ask('rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`)
  const commit = objectId.exec(found.stdout.toString('latin1').trim())?.[0]
  if (found.code !== 0 || commit === undefined)
    throw unreadable(ref, lastWords(found), 'name a commit that this repository holds; a shallow checkout has to fetch it first')

  // a listing that could be made and is empty: only that is "not there"
  const listed = await ask('--literal-pathspecs', 'ls-tree', '-z', commit, '--', basename(config))
  if (listed.code !== 0) throw unreadable(ref, lastWords(listed), 'fetch that commit whole')
  const entry = listed.stdout.toString('utf8').split('\0')[0] ?? ''
  if (entry === '') return { kind: 'absent', commit }
  const file = /^100(?:644|755) blob ([0-9a-f]+)\t/.exec(entry)?.[1]
  if (file === undefined) throw unreadable(ref, 'the config is no regular file there', 'make it a regular file there')

  const size = await ask('cat-file', '-s', file)
  if (Number(size.stdout.toString('latin1')) > maxConfigBytes)
    throw unreadable(ref, 'the config is larger than 1 MB there', 'make it smaller')
  const text = await ask('cat-file', 'blob', file)
  if (text.code !== 0) throw unreadable(ref, lastWords(text), 'fetch that commit whole')
  try {
    return { kind: 'found', commit, text: new TextDecoder('utf-8', { fatal: true }).decode(text.stdout) }
  } catch (cause) {
    throw unreadable(ref, 'the config is not UTF-8 text there', 'save it as UTF-8', cause)
  }
}

const unreadable = (ref: string, why: string, fix: string, cause?: unknown): UserError =>
  new UserError('BASE_UNREADABLE', `the policy of --base ${JSON.stringify(ref.slice(0, 100))} cannot be read: ${why}`, fix, { cause })
