/** One way to change the ledger: read, decide on what is there now, commit; when somebody else was faster, read and decide again. */
import {
  eventPath,
  type Ledger,
  modelPath,
  modelsFolder,
  parseLedger,
  serialiseEvent,
  serialiseModel,
  stateOf,
} from '../core/ledger/files.ts'
import type { Stamp, Transition } from '../core/ledger/transitions.ts'
import type { LedgerEvent, LedgerModel } from '../core/schema/ledger.ts'
import { UserError } from '../errors.ts'
import type { LedgerTransport } from '../ports/ledger.ts'
import type { RunContext } from './context.ts'

/** How often others may be faster before we give up. */
const maxTries = 12

export interface LedgerNow {
  readonly head: string | null
  readonly ledger: Ledger
}

/** A path with a typo looks like a ledger that nobody has begun, run after run: whoever reads it can tell. */
export function noLedgerYet({ name, nothingThere }: Pick<LedgerTransport, 'name' | 'nothingThere'>): string {
  const why = nothingThere?.() ?? null
  const made =
    why === null ? '' : `: ${why}, and the first promotion makes it; where a ledger should be there already, correct ledger.remote`
  return `there is no ledger yet (${name}${made})`
}

export async function readLedger(transport: LedgerTransport): Promise<LedgerNow> {
  const { head, files } = await transport.read(modelsFolder)
  return { head, ledger: parseLedger(files) }
}

export type Step = (state: LedgerModel, stamp: Stamp) => Transition

export interface Changed {
  readonly state: LedgerModel
  readonly head: string | null
  /** empty: everything was so already, and nothing was written */
  readonly events: readonly LedgerEvent[]
}

/**
 * Applies steps to one model's state as one commit: all of them or none.
 * @param steps asked again with the state of each reading; it throws when what others did makes the change wrong
 */
export async function changeModel(
  context: Pick<RunContext, 'clock' | 'source' | 'signal'>,
  transport: LedgerTransport,
  model: string,
  message: string,
  steps: (state: LedgerModel) => readonly Step[],
): Promise<Changed> {
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    context.signal.throwIfAborted()
    const { head, ledger } = await readLedger(transport)
    let state = stateOf(ledger, model)
    const events: LedgerEvent[] = []
    for (const step of steps(state)) {
      const stamp: Stamp = { sequence: ledger.sequence + events.length + 1, at: context.clock.now(), source: context.source }
      const outcome = step(state, stamp)
      if (outcome === 'unchanged') continue
      state = outcome.state
      events.push(outcome.event)
    }
    if (events.length === 0) return { state, head, events }
    const files = new Map([
      [modelPath(model), serialiseModel(state)],
      ...events.map((event) => [eventPath(event), serialiseEvent(event)] as const),
    ])
    const done = await transport.commit({ parent: head, files, message })
    if (done !== 'moved') return { state, head: done.head, events }
  }
  throw new UserError(
    'LEDGER_BUSY',
    `the ledger ${transport.name} changed under every one of ${maxTries} tries`,
    'run it again when fewer runs write to it',
  )
}
