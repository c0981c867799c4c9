/**
 * One step from its first to its last moment. Its exit code is 1 until an outcome was given out, and its outputs are set however it ends:
 * a config that does not parse, a bug, a promise that never settles, a cancel, a `process.exit` of somebody else's.
 */
import { setOutputs } from '../adapters/github/commands.ts'
import { exitCode, passed, type Verdict } from '../core/gate/fold.ts'
import type { StageName } from '../core/schema/result.ts'
import { UserError } from '../errors.ts'
import { print } from './log.ts'
import type { OutputName } from './table.ts'

export interface Outcome {
  readonly verdict: Verdict
  readonly degraded: readonly string[]
  /** null: no result was written */
  readonly resultPath: string | null
  /** fails the step although the verdict does not, or keeps it green although the verdict would not */
  readonly exit?: number
}

export interface Step {
  readonly signal: AbortSignal
  /** Gives out the outcome: outputs, then the exit code. The first one counts. */
  finish(outcome: Outcome): void
}

/** The runner kills 7.5 s after SIGINT; what is not done by then would never be told. */
const graceMs = 4_000

/** @param outputFile GITHUB_OUTPUT */
export function beginStep(action: StageName, outputFile: string | undefined): Step {
  process.exitCode = 1
  const cancelled = new AbortController()
  let finished = false
  let decided = 1

  const finish = (outcome: Outcome): void => {
    if (finished) return
    finished = true
    setOutputs(asOutputs(outcome), outputFile)
    decided = cancelled.signal.aborted ? 1 : (outcome.exit ?? exitCode[outcome.verdict])
    process.exitCode = decided
  }
  const unfinished = { verdict: 'error', degraded: [], resultPath: null } as const

  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (cancelled.signal.aborted) return
      print(`modelgate ${action}: cancelled by ${name}, stopping`)
      cancelled.abort(new UserError('CANCELLED', `${action} was cancelled by ${name}`, 'run it again'))
      setTimeout(() => {
        finish(unfinished)
        process.exit(1)
      }, graceMs).unref()
    })
  }
  process.on('exit', (code) => {
    if (finished) {
      if (code === 0) process.exitCode = decided
      return
    }
    print(`modelgate ${action}: the process ended before there was an outcome`)
    finish(unfinished)
    process.exitCode = code === 0 ? 1 : code
  })
  return { signal: cancelled.signal, finish }
}

const asOutputs = ({ verdict, degraded, resultPath }: Outcome): Readonly<Record<OutputName, string>> => ({
  verdict,
  passed: String(passed(verdict)),
  degraded: degraded.join(','),
  'result-path': resultPath ?? '',
})
