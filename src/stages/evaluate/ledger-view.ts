/** What evaluation asks of the ledger: earlier uses of the holdout, and how much metrics have moved. Read once, and only when it is needed. */
import type { HoldoutUses } from '../../core/evaluate/reuse.ts'
import { stateOf } from '../../core/ledger/files.ts'
import { usesOf } from '../../core/ledger/transitions.ts'
import type { ModelConfig } from '../../core/schema/config.ts'
import type { LedgerModel } from '../../core/schema/ledger.ts'
import { asError, UserError } from '../../errors.ts'
import type { LedgerTransport } from '../../ports/ledger.ts'
import type { ModelContext } from '../context.ts'
import { noLedgerYet, readLedger } from '../ledger-change.ts'

export interface LedgerView {
  /** null: there is none, or it could not be read */
  readonly state: LedgerModel | null
  /** why there is no state */
  readonly because: string | null
  readonly degraded: readonly string[]
}

/** What is judged by the ledger cannot do without it; a count that is only shown can. */
const decides = ({ evaluate: { mode, metrics } }: ModelConfig): boolean =>
  mode === 'non_inferior' || mode === 'superior' || metrics.some((metric) => metric.auto)

const concerns = (model: ModelConfig): boolean =>
  decides(model) ||
  model.promote !== null ||
  model.baseline.from.some(({ kind }) => kind === 'alias' || kind === 'version' || kind === 'main')

/** @throws UserError when the ledger cannot be read and decides something */
export async function ledgerView(context: ModelContext): Promise<LedgerView> {
  const { model, ports, progress } = context
  if (!concerns(model)) return { state: null, because: 'nothing in this config has to do with a ledger', degraded: [] }
  try {
    const transport = await ports.ledger()
    const { head, ledger } = await readLedger(transport)
    if (head === null) return { state: null, because: noLedgerYet(transport), degraded: [] }
    return { state: stateOf(ledger, model.name), because: null, degraded: [] }
  } catch (thrown) {
    context.signal.throwIfAborted()
    if (thrown instanceof UserError && thrown.code === 'LEDGER_NONE')
      return { state: null, because: 'there is no ledger here', degraded: [] }
    if (decides(model) || !(thrown instanceof UserError)) throw thrown
    const { message } = asError(thrown)
    progress.warn(`uses of the holdout are not counted: ${message}`)
    return { state: null, because: 'the ledger could not be read', degraded: ['ledger'] }
  }
}

export const holdoutUses = ({ state, because }: LedgerView, holdout: string, { host }: ModelContext): HoldoutUses =>
  state === null
    ? { kind: 'unknown', because: because ?? 'there is no ledger' }
    : { kind: 'counted', uses: usesOf(state, holdout), uncounted: uncounted(host) }

const uncounted = ({ event, name }: ModelContext['host']): string =>
  event.isPullRequest
    ? 'Open pull requests are not counted.'
    : name === 'local'
      ? "Runs on somebody's own machine are counted once they are promoted."
      : ''

/** The same context, in which the ledger is read once: baseline, history and holdout see one and the same state. */
export function withOneReading(context: ModelContext): ModelContext {
  let opened: Promise<LedgerTransport> | null = null
  const open = async (): Promise<LedgerTransport> => {
    const transport = await context.ports.ledger()
    const readings = new Map<string, ReturnType<LedgerTransport['read']>>()
    return {
      name: transport.name,
      ...(transport.nothingThere === undefined ? {} : { nothingThere: transport.nothingThere }),
      commit: (change) => transport.commit(change),
      read: (under = '') => {
        const known = readings.get(under)
        if (known !== undefined) return known
        const reading = transport.read(under === '' ? undefined : under)
        readings.set(under, reading)
        return reading
      },
    }
  }
  const ledger = () => {
    opened ??= open()
    return opened
  }
  return { ...context, ports: { ...context.ports, ledger } }
}
