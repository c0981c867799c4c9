/**
 * Times calls of the candidate, and of the baseline while its session is open, in turn: on the same rows of the test data, in the same minute.
 * What is timed is the run inside the model's own process, which has one thread; the way there and back is not in it.
 */

import { callsFor, isSlow, type LatencyRow, latencyChecks, latencyRow, warmUps } from '../../core/evaluate/latency.ts'
import { measureOf } from '../../core/evaluate/measured.ts'
import type { MissingBaseline } from '../../core/evaluate/missing-baseline.ts'
import { sizeChecks } from '../../core/evaluate/model-size.ts'
import { graphDifference } from '../../core/onnx/describe.ts'
import type { MetricSpec } from '../../core/schema/config.ts'
import type { EvaluateDetails } from '../../core/schema/evaluate-details.ts'
import type { Check } from '../../core/schema/result.ts'
import type { DataEngine, Table } from '../../ports/data-engine.ts'
import type { ModelSession, Tensor } from '../../ports/model-runtime.ts'
import type { ModelContext } from '../context.ts'
import { padded, planFeed } from './feed.ts'
import type { Scorer } from './scorer.ts'

/** Different rows for the calls, taken round and round. */
const mostInputs = 64

interface Taken {
  readonly spec: MetricSpec
  readonly quantile: number
  readonly calls: number
  readonly repeats: readonly LatencyRow[]
  readonly against: boolean
}

export class Measurements {
  readonly #context: ModelContext
  readonly #specs: readonly MetricSpec[]
  readonly #candidate: Scorer
  readonly #from: { readonly engine: DataEngine; readonly table: Table; readonly shown: { readonly model: string; readonly data: string } }
  #taken: readonly Taken[] = []
  #baseline: Pick<Scorer, 'bytes' | 'graph'> | null = null

  constructor(
    context: ModelContext,
    candidate: Scorer,
    from: { readonly engine: DataEngine; readonly table: Table; readonly shown: { readonly model: string; readonly data: string } },
  ) {
    this.#context = context
    this.#candidate = candidate
    this.#from = from
    this.#specs = context.model.evaluate.metrics.filter(({ metric }) => measureOf(metric) !== null)
  }

  /** Called while the baseline is open. */
  readonly against = async (baseline: Scorer, shown: string): Promise<void> => {
    this.#baseline = { bytes: baseline.bytes, graph: baseline.graph }
    await this.#time(baseline, shown)
  }

  /** Size and checks; times the candidate alone where there was no baseline to time it against. */
  async finish(
    missing: MissingBaseline | null,
    /** of a baseline that nobody could score */
    bytes: number | null,
  ): Promise<{ readonly checks: readonly Check[]; readonly details: Pick<EvaluateDetails, 'measured'> }> {
    if (this.#specs.length === 0) return { checks: [], details: {} }
    if (this.#taken.length === 0) await this.#time(null, '')
    const { gate, baseline } = this.#context.model
    const policy = { onInconclusive: gate.onInconclusive, onMissing: baseline.onMissing }
    const checks = this.#specs.flatMap((spec) => {
      const taken = this.#taken.find((one) => one.spec === spec)
      return taken === undefined
        ? sizeChecks({ spec, candidate: this.#candidate.bytes, baseline: this.#baselineBytes(missing) ?? bytes, missing, policy })
        : latencyChecks({ ...taken, missing, policy })
    })
    return { checks, details: { measured: this.#details() } }
  }

  #baselineBytes(missing: MissingBaseline | null): number | null {
    return missing?.kind === 'unchanged' ? this.#candidate.bytes : (this.#baseline?.bytes ?? null)
  }

  #details(): NonNullable<EvaluateDetails['measured']> {
    const before = this.#baseline
    return {
      bytes: { candidate: this.#candidate.bytes, baseline: before?.bytes ?? null },
      graph: before?.graph && this.#candidate.graph ? graphDifference(before.graph, this.#candidate.graph) : null,
      latency: this.#taken.map(({ spec, calls, repeats }) => ({
        name: spec.name,
        calls,
        warm_ups: warmUps,
        rows: rowsOf(spec),
        repeats: repeats.map(({ value, interval, baseline, ratio }) => ({
          value,
          interval: [...interval],
          baseline,
          ratio: ratio === null ? null : { value: ratio.value, interval: [...ratio.interval] },
        })),
      })),
    }
  }

  async #time(baseline: Pick<Scorer, 'session' | 'features'> | null, shown: string): Promise<void> {
    const taken: Taken[] = []
    for (const spec of this.#specs) {
      const quantile = measureOf(spec.metric)?.quantile ?? null
      if (quantile === null) continue
      const calls = callsFor(quantile)
      const rows = rowsOf(spec)
      const own = this.#candidate.session
      // the config refuses a latency beside `score`
      if (own === null) throw new Error('a latency of what we do not run')
      const mine = { session: own, inputs: await this.#inputs(own, this.#candidate.features, this.#from.shown.model, rows) }
      const before = baseline?.session ?? null
      const theirs =
        before === null ? null : { session: before, inputs: await this.#inputs(before, baseline?.features ?? null, shown, rows) }
      const repeats: LatencyRow[] = []
      for (let turn = 0; turn < (spec.confirm ?? 1); turn += 1) {
        const row = latencyRow(await this.#calls(mine, theirs, calls), quantile)
        repeats.push(row)
        if (turn === 0 && !isSlow(spec, row)) break
        this.#context.progress.say(`${this.#context.model.name}: ${spec.name} ${row.value.toPrecision(3)} ms`)
      }
      taken.push({ spec, quantile, calls, repeats, against: before !== null })
    }
    this.#taken = taken
  }

  async #calls(mine: Timed, theirs: Timed | null, calls: number) {
    await mine.session.time(inputAt(mine.inputs, 0), warmUps)
    await theirs?.session.time(inputAt(theirs.inputs, 0), warmUps)
    const candidate: number[] = []
    const baseline: number[] = []
    for (let call = 0; call < calls; call += 1) {
      this.#context.signal.throwIfAborted()
      const first = async () => candidate.push(...(await mine.session.time(inputAt(mine.inputs, call), 1)))
      const second = async () => theirs !== null && baseline.push(...(await theirs.session.time(inputAt(theirs.inputs, call), 1)))
      // who goes first changes from call to call
      for (const one of call % 2 === 0 ? [first, second] : [second, first]) await one()
    }
    return { candidate, baseline: theirs === null ? null : baseline }
  }

  async #inputs(session: ModelSession, features: Scorer['features'], model: string, rows: number): Promise<Inputs> {
    const { engine, table, shown } = this.#from
    const feed = planFeed({
      inputs: session.inputs,
      columns: table.columns,
      features,
      shown: { ...shown, model },
    })
    const size = feed.fixedRows ?? rows
    const inputs: (readonly Tensor[])[] = []
    for await (const batch of engine.batches(table, feed.columns, { size, numeric: feed.numeric })) {
      inputs.push(feed.tensors(padded(batch, size), size))
      if (inputs.length === mostInputs) break
    }
    return inputs
  }
}

type Inputs = readonly (readonly Tensor[])[]

interface Timed {
  readonly session: ModelSession
  readonly inputs: Inputs
}

const inputAt = (inputs: Inputs, call: number): readonly Tensor[] => inputs[call % inputs.length] ?? []

const rowsOf = ({ params }: MetricSpec): number => (typeof params.rows === 'number' ? params.rows : 1)
