/** A private bare repository in a temporary folder, and the remote behind it: everything the ledger and the store do goes through here. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../../errors.ts'
import { type Remote, resolveRemote } from './remote.ts'
import { type GitAnswer, type GitOptions, lastWords, runGit } from './run-git.ts'

export interface RepositoryOptions extends GitOptions {
  /** `ledger.remote` of the config */
  readonly remote: string
  /** folder of the config */
  readonly root: string
}

/** What came of a push: `refused` when the ref is not where it was expected to be. */
export type Pushed = 'done' | 'refused'

export interface Repository {
  /** for messages */
  readonly shown: string
  /** nothing lies at the path of the remote yet: the first push makes it */
  nothingThere(): boolean
  /** Object the remote's ref points to; null when there is no such ref. @throws UserError when the remote cannot be read */
  remoteRef(ref: string): Promise<string | null>
  /** Gets a ref's newest commit, unless it lies here already, and answers its id; null when there is no such ref. */
  fetch(ref: string): Promise<string | null>
  /** whether the private repository holds this commit */
  has(commit: string): Promise<boolean>
  /** Moves the remote's ref from `expected` (null: it must not exist) to `commit`, or does nothing. */
  push(ref: string, expected: string | null, commit: string): Promise<Pushed>
  /** Runs plumbing in the private repository. @throws UserError LEDGER_GIT when git fails */
  git(args: readonly string[], more?: { readonly input?: string; readonly index?: string }): Promise<Buffer>
  /** Writes what git prints to a file, which is removed when git fails. */
  gitInto(args: readonly string[], file: string): Promise<void>
  /** the private folder, for index files and the like */
  folder(): Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

const zero = /^0+$/
const objectId = /^[0-9a-f]{40}([0-9a-f]{24})?$/

export async function openRepository(options: RepositoryOptions): Promise<Repository> {
  const remote = await resolveRemote(options.remote, options.root, options)
  let made: Promise<string> | null = null
  const folder = () => {
    made ??= makeBare(options)
    return made
  }
  let { toMake } = remote
  /** commits that lie here with all of their trees: an id is its content, and is never asked for twice */
  const here = new Set<string>()
  const far = async (args: readonly string[]) => runGit({ args, cwd: await folder(), settings: remote.settings }, options)

  const repository: Repository = {
    shown: remote.shown,
    nothingThere: () => toMake,
    folder,

    async git(args, more = {}) {
      const answer = await runGit({ args, cwd: await folder(), ...more }, options)
      if (answer.code !== 0) throw trouble(remote, `git ${args[0]}`, answer)
      return answer.stdout
    },

    async gitInto(args, file) {
      const answer = await runGit({ args, cwd: await folder(), into: file }, options)
      if (answer.code === 0) return
      await rm(file, { force: true })
      throw trouble(remote, `git ${args[0]}`, answer)
    },

    async remoteRef(ref) {
      if (toMake) return null
      const answer = await far(['ls-remote', '--refs', '--', remote.url, ref])
      if (answer.code !== 0) throw unreadable(remote, answer)
      for (const line of answer.stdout.toString('utf8').split('\n')) {
        const [id = '', name] = line.split('\t')
        if (name === ref && objectId.test(id) && !zero.test(id)) return id
      }
      return null
    },

    async fetch(ref) {
      const id = await repository.remoteRef(ref)
      if (id === null || here.has(id)) return id
      const local = `refs/modelgate/${ref.replaceAll('/', '-')}`
      const answer = await far([
        'fetch',
        '--quiet',
        '--no-tags',
        '--no-write-fetch-head',
        '--depth=1',
        '--',
        remote.url,
        `+${ref}:${local}`,
      ])
      if (answer.code !== 0) throw unreadable(remote, answer)
      const commit = (await repository.git(['rev-parse', '--verify', '--end-of-options', `${local}^{commit}`])).toString('utf8').trim()
      here.add(commit)
      return commit
    },

    async has(commit) {
      return here.has(commit) || (await runGit({ args: ['cat-file', '-e', `${commit}^{commit}`], cwd: await folder() }, options)).code === 0
    },

    async push(ref, expected, commit) {
      if (toMake) {
        const answer = await runGit({ args: ['init', '--quiet', '--bare', '--', remote.url], cwd: await folder() }, options)
        if (answer.code !== 0) throw trouble(remote, 'git init', answer)
        toMake = false
      }
      const args = [
        'push',
        '--quiet',
        '--porcelain',
        '--no-verify',
        `--force-with-lease=${ref}:${expected ?? ''}`,
        '--',
        remote.url,
        `${commit}:${ref}`,
      ]
      const answer = await far(args)
      // Whatever git said, the remote's ref is the truth: a push whose answer was lost may have been done.
      const now = await repository.remoteRef(ref)
      if (now === commit) {
        here.add(commit)
        return 'done'
      }
      if (now !== expected) return 'refused'
      throw trouble(remote, 'the push', { ...answer, stderr: `${pushReason(answer)}\n${answer.stderr}` })
    },

    async [Symbol.asyncDispose]() {
      if (made !== null) await rm(await made, { recursive: true, force: true })
    },
  }
  return repository
}

async function makeBare(options: GitOptions): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'modelgate-git-'))
  const answer = await runGit({ args: ['init', '--quiet', '--bare', '--template=', '--', folder], cwd: folder }, options)
  if (answer.code !== 0)
    throw new UserError('LEDGER_GIT', `a private git repository cannot be made: ${lastWords(answer)}`, 'check git and the temporary folder')
  return folder
}

/** `!\t<from>:<to>\t[remote rejected] (hook declined)` of --porcelain. */
function pushReason(answer: GitAnswer): string {
  const line = answer.stdout
    .toString('utf8')
    .split('\n')
    .find((one) => one.startsWith('!'))
  return line === undefined ? '' : `error: ${line.split('\t').at(2) ?? line}`
}

const unreadable = (remote: Remote, answer: GitAnswer): UserError =>
  new UserError(
    'LEDGER_UNREADABLE',
    `the ledger at ${remote.shown} cannot be read: ${lastWords(answer)}`,
    'check ledger.remote, the network and the credentials git uses for it',
  )

const trouble = (remote: Remote, what: string, answer: GitAnswer): UserError =>
  new UserError(
    'LEDGER_GIT',
    `${what} failed for the ledger at ${remote.shown}: ${lastWords(answer)}`,
    'see what git says about it; writing needs push rights to the ledger branch and to tags',
  )
