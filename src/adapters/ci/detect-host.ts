/** Which CI server this is, what it knows of the run, and what it lets us show. Without one: a laptop. */
import type { RunSource } from '../../core/schema/result.ts'
import type { ArtifactStore, CiHost, CommentThread, EventFacts } from '../../ports/ci-host.ts'
import { repositoryOf } from '../fs/tracked.ts'
import { runGit } from '../git/run-git.ts'
import type { Environment, ReadFile } from '../github/event.ts'
import { isOn } from './is-on-server.ts'
import { servers } from './servers.ts'

export interface HostOptions {
  readonly env: Environment
  readonly readFile: ReadFile
  /** where git is asked on a laptop: the config's folder */
  readonly folder: string
  readonly signal: AbortSignal
  /** comments of a pull request of a repository on GitHub */
  readonly comments: (repository: string, pull: number) => CommentThread
  readonly artifacts: () => ArtifactStore
}

export interface Detected {
  readonly host: CiHost
  readonly source: RunSource
}

/** @throws UserError EVENT_INVALID when GitHub's payload is missing or not as GitHub writes it */
export async function detectHost(options: HostOptions): Promise<Detected> {
  const { env } = options
  if (env.GITHUB_ACTIONS === 'true') return github(options)
  const server = servers.find((entry) => entry.detects(env))
  if (server !== undefined) return { host: silent('other', server.facts(env), server.runUrl(env) ?? null), source: server.source(env) }
  const facts: EventFacts = { isPullRequest: false, fromFork: false, defaultBranch: null, refProtected: false }
  const source = await localSource(options)
  // a server that is not in the table says nothing that could be trusted: it is no laptop, where a person decides
  if (isOn(env.CI) || isOn(env.TF_BUILD)) return { host: silent('other', facts, null), source: { ...source, event: 'ci' } }
  return { host: silent('local', facts, null), source }
}

async function github(options: HostOptions): Promise<Detected> {
  const { readEvent } = await import('../github/event.ts')
  const { facts, source, runUrl, pullRequest } = await readEvent(options.env, options.readFile)
  return {
    host: {
      name: 'github',
      event: facts,
      pullRequest: async () => pullRequest,
      comments: (pull) => options.comments(source.repository, pull),
      // only JavaScript actions are given the token that artifacts need
      artifacts: options.env.ACTIONS_RUNTIME_TOKEN ? options.artifacts() : null,
      runUrl,
    },
    source,
  }
}

/** A host that shows nothing beside its log. */
const silent = (name: 'local' | 'other', event: EventFacts, runUrl: string | null): CiHost => ({
  name,
  event,
  pullRequest: async () => null,
  comments: () => {
    throw new Error(`${name} has no comments`)
  },
  artifacts: null,
  runUrl,
})

/** Commit and branch as git knows them; empty where there is no git or no repository. */
async function localSource({ env, folder, signal }: HostOptions): Promise<RunSource> {
  const ask = async (...args: string[]): Promise<string> => {
    try {
      const answer = await runGit({ args, cwd: folder }, { environment: env, signal })
      return answer.code === 0 ? answer.stdout.toString('utf8').trim() : ''
    } catch {
      signal.throwIfAborted()
      return ''
    }
  }
  const [sha, ref] = (await repositoryOf(folder)) === null ? ['', ''] : await headOf(ask)
  return { repository: '', sha, ref, run_id: 'local', run_attempt: '1', event: 'local' }
}

/** Both in one answer; a branch without a commit, or a HEAD on none, is asked for one by one. */
async function headOf(ask: (...args: string[]) => Promise<string>): Promise<readonly [sha: string, ref: string]> {
  const [, sha, ref] = /^([0-9a-f]{40,64})\n(refs\/.+)$/.exec(await ask('rev-parse', 'HEAD', '--symbolic-full-name', 'HEAD')) ?? []
  if (sha !== undefined && ref !== undefined) return [sha, ref]
  return Promise.all([ask('rev-parse', '--verify', '--quiet', 'HEAD'), ask('symbolic-ref', '--quiet', 'HEAD')])
}
