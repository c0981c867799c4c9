/** One model worker process: started with nothing, capped, asked one thing after the other, and always ended. */
import { type ChildProcess, spawn } from 'node:child_process'
import { parse } from 'node:path'
import { loadFailure } from '../../core/onnx/load-failure.ts'
import { shorten, visible } from '../../core/text/visible.ts'
import { UserError } from '../../errors.ts'
import type { ModelLimits } from '../../ports/model-runtime.ts'
import { capMemory } from './memory-cap.ts'
import { type Reply, type ReplyOf, type Request, replySchema } from './messages.ts'

export interface ChildOptions {
  /** the entry file of the worker */
  readonly workerPath: string
  /** what messages call the model */
  readonly shown: string
  readonly limits: ModelLimits
  readonly signal: AbortSignal
  /** path of prlimit, or null to poll */
  readonly prlimit: string | null
  /** lines that the native code printed, raw */
  readonly onLine: (line: string) => void
}

export interface Child {
  ask<K extends 'opened' | 'scored' | 'timed'>(request: Request, kind: K): Promise<ReplyOf<K>>
  readonly pid: number | undefined
  [Symbol.asyncDispose](): Promise<void>
}

/** allocation failures in the words of onnxruntime, the C++ library and V8 */
const outOfMemory = /failed to allocate memory|bad_alloc|out of memory|allocation failed|array buffer allocation/i

/** a longer timer would fire at once */
const longestTimer = 2 ** 31 - 1

export async function startChild(options: ChildOptions): Promise<Child> {
  const { workerPath, limits, signal, shown } = options
  signal.throwIfAborted()
  const child = spawn(process.execPath, [workerPath], {
    cwd: parse(process.execPath).root,
    env: {},
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    windowsHide: true,
  })
  const printed = collect(child, options.onLine)
  const waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void }[] = []
  /** why it was or is being ended; every question from then on gets this answer */
  let ended: Error | null = null
  const end = (reason: Error) => {
    ended ??= reason
    child.kill('SIGKILL')
  }
  const exited = new Promise<void>((resolve) => {
    child.on('close', (code, killedBy) => {
      ended ??= died(shown, limits, code, killedBy, printed())
      for (const { reject } of waiting.splice(0)) reject(ended)
      resolve()
    })
    child.on('error', (error) => {
      ended ??= error
      if (child.pid === undefined) {
        for (const { reject } of waiting.splice(0)) reject(ended)
        resolve()
      }
    })
  })
  child.on('message', (message) => {
    const reply = replySchema.safeParse(message)
    if (!reply.success) end(new UserError('MODEL_CRASHED', `${shown} made its process answer nonsense`, 'check where the model comes from'))
    else waiting.shift()?.resolve(reply.data)
  })
  const next = () =>
    new Promise<Reply>((resolve, reject) => {
      if (ended !== null) reject(ended)
      else waiting.push({ resolve, reject })
    })

  const clock = setTimeout(() => end(tooSlow(shown, limits)), Math.min(limits.timeMs, longestTimer))
  const onAbort = () => end(new UserError('CANCELLED', `scoring with ${shown} was cancelled`, 'run it again'))
  signal.addEventListener('abort', onAbort, { once: true })
  const withUs = () => child.kill('SIGKILL')
  process.once('exit', withUs)
  let stopCap = () => {}
  const dispose = async () => {
    end(new Error('the model session is closed'))
    clearTimeout(clock)
    stopCap()
    signal.removeEventListener('abort', onAbort)
    await exited
    process.off('exit', withUs)
  }

  try {
    await next()
    stopCap = await capMemory({
      pid: child.pid ?? 0,
      memoryBytes: limits.memoryBytes,
      cpuSeconds: Math.ceil(limits.timeMs / 1000) + 5,
      prlimit: options.prlimit,
      over: () => end(tooLarge(shown, limits)),
    })
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    pid: child.pid,
    ask: async (request, kind) => {
      const reply = next()
      if (ended === null) child.send(request, (error) => error && end(error))
      const answer = await reply
      if (answer.kind === kind) return answer as ReplyOf<typeof kind>
      throw answer.kind === 'failed'
        ? failed(shown, limits, request.kind, answer.message)
        : new Error(`the model worker answered ${answer.kind}`)
    },
    [Symbol.asyncDispose]: dispose,
  }
}

const tooSlow = (shown: string, limits: ModelLimits) =>
  new UserError(
    'MODEL_RESOURCE_LIMIT',
    `${shown} was not done after ${Math.round(limits.timeMs / 1000)} s (limits.time) and was stopped`,
    'raise limits.time for this model, or make the model faster',
  )

const tooLarge = (shown: string, limits: ModelLimits) =>
  new UserError(
    'MODEL_RESOURCE_LIMIT',
    `${shown} needs more memory than ${Math.round(limits.memoryBytes / 2 ** 20)} MB (limits.memory) and was stopped`,
    'raise limits.memory for this model, or make the model smaller',
  )

/** A process that ended by itself: out of memory, or crashed in native code. */
function died(shown: string, limits: ModelLimits, code: number | null, signal: NodeJS.Signals | null, printed: string): Error {
  if (outOfMemory.test(printed)) return tooLarge(shown, limits)
  if (signal === 'SIGXCPU') return tooSlow(shown, limits)
  const how = signal === null ? `exit code ${code}` : signal
  const why = signal === 'SIGKILL' ? ', as when the machine is out of memory' : ''
  return new UserError(
    'MODEL_CRASHED',
    `the process that ran ${shown} ended with ${how}${why}; nothing it may have answered was used`,
    'check that the model file is sound: load it with onnxruntime elsewhere, or export it anew',
  )
}

/**
 * What onnxruntime threw. Its text stands in messages about the model only: while scoring it may quote a value of the data, so of that
 * only the operator's kind is shown, which is a word of the ONNX standard.
 */
function failed(shown: string, limits: ModelLimits, during: Request['kind'], message: string): UserError {
  if (outOfMemory.test(message)) return tooLarge(shown, limits)
  if (during === 'open') {
    const { why, fix } = loadFailure(message)
    return new UserError('MODEL_UNREADABLE', `onnxruntime cannot load ${shown}: ${shorten(visible(why), 400)}`, fix)
  }
  const operator = /while running (\w{1,60}) node/.exec(message)?.[1]
  return new UserError(
    'MODEL_FAILED',
    `${shown} failed while it scored rows${operator === undefined ? '' : `, in an operator ${operator}`}`,
    'check that the columns hold what the model was trained on (types, missing values, categories it never saw)',
  )
}

/** Drains both pipes, so that the child never blocks on them; gives lines out, keeps the last ones to tell why it died. */
function collect(child: ChildProcess, onLine: (line: string) => void): () => string {
  let tail = ''
  for (const stream of [child.stdout, child.stderr]) {
    let rest = ''
    stream?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-8192)
      const lines = (rest + text).split(/\r\n|\r|\n/)
      rest = (lines.pop() ?? '').slice(-8192)
      for (const line of lines) onLine(line)
    })
    stream?.on('end', () => {
      if (rest !== '') onLine(rest)
    })
  }
  return () => tail
}
