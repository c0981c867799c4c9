/** Parts of the test rows: the columns that say which they are, read once, and what the core makes of the scores there. */
import type { Judgement, MissingBaseline } from '../../core/evaluate/judge.ts'
import { type Family, slicesOf } from '../../core/evaluate/slice-rows.ts'
import { judgeSlices } from '../../core/evaluate/slices.ts'
import type { Scores } from '../../core/metrics/scores.ts'
import type { MetricSpec, SlicesSpec } from '../../core/schema/config.ts'
import type { EvaluateDetails } from '../../core/schema/details.ts'
import type { Check } from '../../core/schema/result.ts'
import type { DataEngine, Table } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { type Cut, cutColumns } from './slice-columns.ts'

export interface PartsRequest {
  readonly engine: DataEngine
  readonly table: Table
  /** what messages call the data */
  readonly shown: string
  readonly own: Scores
  readonly other: Scores | null
  readonly missing: MissingBaseline | null
  readonly judged: Judgement
}

export interface Parts {
  readonly checks: readonly Check[]
  readonly details: Pick<EvaluateDetails, 'slices'>
}

export async function judgeParts(context: ModelContext, request: PartsRequest): Promise<Parts> {
  const { evaluate, data } = context.model
  const slices = evaluate.slices ?? null
  if (slices === null) return { checks: [], details: {} }
  const declared = [...new Set(slices.by.flat())]
  const found = slices.auto ? { but: slices.by.flatMap((names) => (names.length === 1 ? names : [])) } : null
  const cut = await cutColumns(request.engine, request.table, { declared, found }, data, request.shown)
  return judgeSlices({
    families: familiesOf(slices, cut, request.table.rows),
    candidate: request.own,
    baseline: request.other,
    missing: request.missing,
    specs: slices.metrics.length > 0 ? slices.metrics : primaryOf(context, request.judged),
    policy: { onInconclusive: context.model.gate.onInconclusive, onMissing: context.model.baseline.onMissing },
    minRows: slices.minRows,
    notes: cut.notes,
  })
}

function familiesOf({ by, minRows }: SlicesSpec, { columns, found }: Cut, rows: number): readonly Family[] {
  const columnsOf = (names: readonly string[]) => names.flatMap((name) => columns.get(name) ?? [])
  return [
    ...by.map((names) => slicesOf(columnsOf(names), minRows, true)),
    ...found.map((name) => slicesOf(columnsOf([name]), Math.max(minRows, 50, Math.ceil(rows / 100)), false)),
  ]
}

/** The metric that stands for the model, without its limits: those of the whole are not those of its parts. */
function primaryOf({ model }: ModelContext, { metrics, primary }: Judgement): readonly MetricSpec[] {
  const metric = metrics.find(({ name }) => name === primary)?.metric
  const params = model.evaluate.metrics.find(({ name }) => name === primary)?.params ?? {}
  return metric === undefined ? [] : [{ name: primary, metric, params, certainty: 'literal' }]
}
