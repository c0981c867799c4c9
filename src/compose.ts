/**
 * Where shells meet adapters: options of a person or a workflow → everything a stage may touch. The command line and the actions call this
 * one function. Adapters are imported when they are first asked for, so that a stage loads only what it uses.
 */
import { createHash } from 'node:crypto'
import { tmpdir, totalmem } from 'node:os'
import { dirname, resolve } from 'node:path'
import { detectHost } from './adapters/ci/detect-host.ts'
import { systemClock } from './adapters/clock.ts'
import { confinedEngine, confinedFiles, confinedRuntime, confinedTo, holds, realPath, type Within } from './adapters/fs/confine.ts'
import { createFiles } from './adapters/fs/files.ts'
import { repositoryOf } from './adapters/fs/tracked.ts'
import type { GitLedger } from './adapters/git/open.ts'
import { createArtifactStore } from './adapters/github/artifacts.ts'
import type { Rest, RestLimits } from './adapters/github/rest.ts'
import type { Config } from './core/schema/config.ts'
import { narrow, parseConfig } from './core/schema/parse-config.ts'
import type { RunSource } from './core/schema/result.ts'
import { UserError } from './errors.ts'
import { maxConfigBytes } from './ports/base-config.ts'
import type { CiHost, CommentThread } from './ports/ci-host.ts'
import type { DataEngine } from './ports/data-engine.ts'
import type { Files } from './ports/files.ts'
import type { Progress } from './ports/progress.ts'
import type { Ports, RunContext } from './stages/context.ts'
import type { InitContext } from './stages/init/context.ts'
import { type Base, narrowPolicy, underBasePolicy } from './stages/policy.ts'

/** As in package.json; a test compares them. */
export const toolVersion = '0.1.0'

export interface ContextOptions {
  /** relative to `cwd` */
  readonly configPath: string
  /** null: every model of the config */
  readonly modelName: string | null
  /** relative to `cwd` */
  readonly out: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly progress: Progress
  readonly signal: AbortSignal
  /** of GitHub; null: its API is not used */
  readonly token: string | null
  /** the commit whose policy counts; left out, it is the base of the pull request, or the checkout where there is none */
  readonly base?: string | null
}

export interface OwnedContext extends RunContext {
  /** Ends what was started: the data engine, private repositories. */
  dispose(): Promise<void>
}

/** @throws UserError CONFIG_MISSING and every error of the config, UNKNOWN_MODEL, EVENT_INVALID, BASE_UNREADABLE, BASE_INVALID */
export async function createRunContext(options: ContextOptions): Promise<OwnedContext> {
  const { env, signal, progress } = options
  const files = createFiles({ environment: env, temporaryRoot: env.RUNNER_TEMP || tmpdir() })
  const path = resolve(options.cwd, options.configPath)
  const root = dirname(path)
  const rest = once(() => makeGithubRest(options))
  // asks git, which takes its time while the config is read; what is wrong with the config is told first
  const detecting = detectHost({
    env,
    readFile: files.read,
    folder: root,
    signal,
    comments: (repository, pull) =>
      lazyComments(async () => (await import('./adapters/github/comments.ts')).githubComments({ rest: await rest(), repository, pull })),
    artifacts: createArtifactStore,
  })
  detecting.catch(() => undefined)
  const loading = loadConfig(files, path, options.configPath)
  loading.catch(() => undefined)
  const asked = await detecting.then(({ host }) => host.event.isPullRequest).catch(() => false)
  const confine = asked ? await confinement(options, root) : null
  confine?.([])(path, options.configPath)
  const head = await loading
  narrow(head, options.modelName)
  const { host, source } = await detecting
  const under = await underBasePolicy(head, await baseOf(options, path, host, source), options.configPath, sha256)
  const config = narrow(under.config, options.modelName)
  const onGithub = host.name === 'github' && options.token !== null && config.ledger.remote === 'origin'
  const owned: (() => Promise<unknown>)[] = []
  // without a base nobody but the author has said what may be read
  const within = confine?.(under.policy.base === null ? [] : (config.outside ?? [])) ?? null
  const ports = makePorts({
    options,
    config,
    files,
    root,
    owned,
    within,
    github: onGithub ? { rest, repository: source.repository } : null,
  })
  return {
    config,
    policy: narrowPolicy(under.policy, options.modelName),
    configPath: options.configPath,
    root,
    out: resolve(options.cwd, options.out),
    source,
    toolVersion,
    host,
    ports,
    clock: systemClock,
    progress,
    signal,
    environment: env,
    dispose: async () => {
      await Promise.allSettled(owned.map((end) => end()))
    },
  }
}

export interface OwnedInitContext extends InitContext {
  /** Ends the data engine. */
  dispose(): Promise<void>
}

/** Before there is a config: files, the data engine and the model's process, and nothing that leaves this machine. */
export function createInitContext(options: Pick<ContextOptions, 'configPath' | 'cwd' | 'env' | 'progress' | 'signal'>): OwnedInitContext {
  const { configPath, cwd, env, progress, signal } = options
  const files = createFiles({ environment: env, temporaryRoot: env.RUNNER_TEMP || tmpdir() })
  const root = dirname(resolve(cwd, configPath))
  const owned: (() => Promise<unknown>)[] = []
  const config = parseConfig('models: {model: {model: model.onnx}}', 'init', sha256)
  const whole = { ...options, modelName: null, out: '.modelgate', token: null }
  return {
    configPath,
    cwd,
    root,
    hash: sha256,
    ports: makePorts({ options: whole, config, files, root, owned, within: null, github: null }),
    clock: systemClock,
    progress,
    signal,
    dispose: async () => {
      await Promise.allSettled(owned.map((end) => end()))
    },
  }
}

/** What of a pull request is read; the folders that the base allows come later than the config. */
async function confinement({ cwd, out, env }: ContextOptions, root: string): Promise<(outside: readonly string[]) => Within> {
  const workspace = env.GITHUB_WORKSPACE || ((await repositoryOf(root)) ?? root)
  // what lies in the checkout may be a link of the author's: only a place that the workflow has named outside is one more
  const place = resolve(realPath(cwd), out)
  const own = [env.RUNNER_TEMP || tmpdir(), ...([workspace, realPath(workspace)].some((folder) => holds(folder, place)) ? [] : [place])]
  return (outside) => confinedTo({ root, workspace, others: [...own, ...outside.map((folder) => resolve(root, folder))] })
}

async function loadConfig(files: Files, path: string, shown: string): Promise<Config> {
  const bytes = await files.read(path, maxConfigBytes)
  if (bytes === null)
    throw new UserError(
      'CONFIG_MISSING',
      `there is no config at ${shown}`,
      'write one, or let `modelgate init` write it of your data; or name its path',
    )
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new UserError('CONFIG_INVALID', `${shown} is not UTF-8 text`, 'save it as UTF-8', { cause })
  }
  // what the engine's library waits for goes on, before this thread is busy
  await new Promise((resolve) => setImmediate(resolve))
  return parseConfig(text, shown, sha256)
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Where the policy of this run is read; null: it is that of the checkout. */
async function baseOf(options: ContextOptions, path: string, host: CiHost, source: RunSource): Promise<Base | null> {
  const { base: ref = null, env, signal } = options
  if (ref !== null) {
    const { readBaseAtRef } = await import('./adapters/git/show.ts')
    return { pullRequest: false, read: () => readBaseAtRef(ref, path, { environment: env, signal }) }
  }
  if (host.name !== 'github' || !host.event.isPullRequest) return null
  const { noToken, pathInRepository, readBaseOfPull } = await import('./adapters/github/contents.ts')
  if (options.token === null) throw noToken()
  // an event about a pull request that names none runs on the default branch: its commit is what no author of a pull request wrote
  const sha = (await host.pullRequest())?.baseSha ?? source.sha
  const inRepository = pathInRepository(path, env.GITHUB_WORKSPACE)
  const rest = await makeGithubRest(options, { attempts: 3 })
  return { pullRequest: true, read: () => readBaseOfPull({ rest, repository: source.repository, sha, path: inRepository }) }
}

interface Parts {
  readonly options: ContextOptions
  readonly config: Config
  readonly files: Files
  readonly root: string
  /** null: every file that is named is read */
  readonly within: Within | null
  /** how to end what was started */
  readonly owned: (() => Promise<unknown>)[]
  /** null: ledger and store are those of the git remote */
  readonly github: { readonly rest: () => Promise<Rest>; readonly repository: string } | null
}

function makePorts({ options, config, files: all, root, owned, within, github }: Parts): Ports {
  const { env, signal, progress } = options
  const files = within === null ? all : confinedFiles(all, within)
  const native = { environment: env, signal, say: progress.say }
  const gitLedger = once(async (): Promise<GitLedger> => {
    const { openGitLedger } = await import('./adapters/git/open.ts')
    const { remote, branch } = config.ledger
    const opened = await openGitLedger({ remote, branch, root, environment: env, signal })
    owned.push(() => opened[Symbol.asyncDispose]())
    return opened
  })
  return {
    files,
    commands: once(async () => (await import('./adapters/process/commands.ts')).createCommands()),
    downloads: once(async () => (await import('./adapters/http/downloads.ts')).makeDownloads({ environment: env })),
    engine: once(async (): Promise<DataEngine> => {
      const { createDataEngine } = await import('./adapters/duckdb/engine.ts')
      const { asDuckdb, engineThreads } = await import('./adapters/duckdb/instance.ts')
      const { loadNative } = await import('./adapters/runtime/load-native.ts')
      const engine = createDataEngine({
        native: async () => asDuckdb(await loadNative('duckdb', native)),
        memoryLimitBytes: engineMemory(config),
        tempFolder: env.RUNNER_TEMP || tmpdir(),
        threads: engineThreads(),
        signal,
      })
      owned.push(() => engine[Symbol.asyncDispose]())
      return within === null ? engine : confinedEngine(engine, within)
    }),
    runtime: once(async () => {
      const { createModelRuntime } = await import('./adapters/onnx/model-runtime.ts')
      const { locateNative } = await import('./adapters/runtime/load-native.ts')
      const runtime = createModelRuntime({ nativeFolder: () => locateNative('onnx', native), onLine: progress.child })
      return within === null ? runtime : confinedRuntime(runtime, within)
    }),
    ledger: once(async () => {
      if (github === null) return (await gitLedger()).ledger
      const { githubLedger } = await import('./adapters/github/ledger.ts')
      return githubLedger({ rest: await github.rest(), repository: github.repository, branch: config.ledger.branch })
    }),
    earlier: once(async () => (await import('./adapters/git/earlier.ts')).earlierFiles(files, { environment: env, signal })),
    store: once(async () => {
      if (github === null) return (await gitLedger()).store
      const { githubReleases } = await import('./adapters/github/releases.ts')
      return githubReleases({ rest: await github.rest(), repository: github.repository })
    }),
  }
}

/** The largest limit of a model, and never so much of the machine that the model's own process has no room. */
const engineMemory = (config: Config): number =>
  Math.round(Math.min(Math.max(...config.models.map((model) => model.limits.memoryBytes)), totalmem() * 0.6))

async function makeGithubRest({ token, env, signal, progress }: ContextOptions, limits: Partial<RestLimits> = {}): Promise<Rest> {
  if (token === null)
    throw new UserError('TOKEN_MISSING', 'GitHub was to be asked, and there is no token', 'pass github-token, or set GITHUB_TOKEN')
  const { makeRest } = await import('./adapters/github/rest.ts')
  return makeRest({ token, baseUrl: env.GITHUB_API_URL || 'https://api.github.com', signal, limits, onWait: progress.say })
}

/** The thread is opened with the first thing that is asked of it. */
function lazyComments(open: () => Promise<CommentThread>): CommentThread {
  const thread = once(open)
  return {
    list: async () => (await thread()).list(),
    create: async (body) => (await thread()).create(body),
    update: async (id, body) => (await thread()).update(id, body),
    remove: async (id) => (await thread()).remove(id),
  }
}

/** The first call makes it; a making that failed is tried again by the next. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => {
    made ??= make().catch((thrown: unknown) => {
      made = null
      throw thrown
    })
    return made
  }
}
