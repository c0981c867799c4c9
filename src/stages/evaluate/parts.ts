/** Parts of the test rows, slices and groups: the columns that say which they are, read once, and what the core makes of the scores there. */
import { judgeCalibration } from '../../core/evaluate/calibration.ts'
import { judgeFairness } from '../../core/evaluate/fairness.ts'
import type { FairnessColumn } from '../../core/evaluate/fairness-groups.ts'
import { unsuitedMeasure } from '../../core/evaluate/fairness-measures.ts'
import type { Judgement } from '../../core/evaluate/judge.ts'
import type { MissingBaseline } from '../../core/evaluate/missing-baseline.ts'
import { type Family, slicesOf } from '../../core/evaluate/slice-rows.ts'
import { judgeSlices } from '../../core/evaluate/slices.ts'
import type { Policy } from '../../core/gate/fold.ts'
import type { Scores } from '../../core/metrics/scores.ts'
import { quoted } from '../../core/onnx/inspect.ts'
import { plural } from '../../core/report/format.ts'
import type { FairnessSpec, MetricSpec, SlicesSpec } from '../../core/schema/config.ts'
import type { EvaluateDetails } from '../../core/schema/evaluate-details.ts'
import type { Check } from '../../core/schema/result.ts'
import { UserError } from '../../errors.ts'
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
  readonly details: Pick<EvaluateDetails, 'slices' | 'fairness' | 'calibration'>
}

export async function judgeParts(context: ModelContext, request: PartsRequest): Promise<Parts> {
  const { evaluate, data } = context.model
  const { slices = null, fairness = null } = evaluate
  const policy = { onInconclusive: context.model.gate.onInconclusive, onMissing: context.model.baseline.onMissing }
  const calibration = judgedCalibration(context, request, policy)
  if (slices === null && fairness === null) return calibration
  if (fairness !== null) refuseUnsuited(fairness, request.own)
  const declared = [...new Set([...(slices?.by ?? []), ...(fairness?.by ?? [])].flat())]
  const found = slices?.auto ? { but: aloneBy(slices) } : null
  const cut = await cutColumns(request.engine, request.table, { declared, found }, data, request.shown)
  const models = { candidate: request.own, baseline: request.other, missing: request.missing }
  const parts =
    slices &&
    judgeSlices({
      ...models,
      families: familiesOf(slices, cut, request.table.rows, request.own.weight ?? null),
      specs: slices.metrics.length > 0 ? slices.metrics : primaryOf(context, request.judged),
      policy,
      minRows: slices.minRows,
      notes: cut.notes,
    })
  const groups =
    fairness &&
    judgeFairness({
      ...models,
      columns: fairness.by.map((names) => ({
        ...groupsOf(names, cut, request),
        fresh: isIn(fairness.freshBy, names),
      })),
      spec: fairness,
      policy,
    })
  return {
    checks: [...calibration.checks, ...(parts?.checks ?? []), ...(groups?.checks ?? [])],
    details: { ...calibration.details, ...parts?.details, ...groups?.details },
  }
}

/** Told of every classifier that gives probabilities, whether it is judged or not. */
function judgedCalibration(context: ModelContext, { own, other }: PartsRequest, policy: Policy): Parts {
  const spec = context.model.evaluate.calibration ?? null
  if (own.task === 'binary' || own.task === 'multiclass') return judgeCalibration({ candidate: own, baseline: other, spec, policy })
  if (spec === null) return { checks: [], details: {} }
  throw new UserError(
    'METRIC_UNSUITED',
    `evaluate.calibration does not suit a ${own.task} task`,
    'take it out: calibration is of binary and multiclass',
  )
}

/** Where the config says the task, it has been refused there already. */
function refuseUnsuited({ metrics }: FairnessSpec, { task }: Scores): void {
  for (const { name, measure, named } of metrics) {
    const why = unsuitedMeasure(measure, task, named)
    if (why === null) continue
    throw new UserError(
      'METRIC_UNSUITED',
      `evaluate.fairness.metrics.${name}: ${why}`,
      'correct the measure, or write the task into the config',
    )
  }
}

/** More groups have more pairs than anything can be shown of. */
const mostGroups = 50

function groupsOf(names: readonly string[], { columns }: Cut, { own, shown }: PartsRequest): FairnessColumn {
  const { column, slices: all } = slicesOf(
    names.flatMap((name) => columns.get(name) ?? []),
    1,
    true,
    false,
    own.weight ?? null,
  )
  const groups = all.filter(({ missing }) => !missing)
  if (groups.length < 2) {
    throw new UserError(
      'GROUPS_UNFIT',
      `${quoted(column)} of ${shown}, which is named in evaluate.fairness.by, has ${groups.length === 0 ? 'no value' : 'one value only'}: there are no groups to compare`,
      'name a column with at least two values, or give test rows of more than one group',
    )
  }
  if (groups.length > mostGroups) {
    throw new UserError(
      'GROUPS_UNFIT',
      `${quoted(column)} of ${shown}, which is named in evaluate.fairness.by, has ${groups.length} values, and ${plural(mostGroups, 'group')} can be compared at most`,
      'name a column with fewer values, or one in which they are put together',
    )
  }
  return { column, groups, without: all.reduce((sum, { n, missing }) => sum + (missing ? n : 0), 0) }
}

const isIn = (by: SlicesSpec['by'] = [], names: readonly string[]): boolean =>
  by.some((one) => one.length === names.length && one.every((name, at) => name === names[at]))

/** Single columns that are not looked for because they are declared. One that the base finds by itself is not moved away by a pull request that declares it. */
export const aloneBy = ({ by, fresh }: SlicesSpec): readonly string[] =>
  by.flatMap((names) => (names.length === 1 && (fresh === undefined || fresh.auto || !isIn(fresh.by, names)) ? names : []))

export function familiesOf(
  { by, minRows, fresh }: SlicesSpec,
  { columns, found }: Pick<Cut, 'columns' | 'found'>,
  rows: number,
  weight: Float64Array | null = null,
): readonly Family[] {
  const counted = weight === null ? rows : weight.reduce((sum, w) => sum + (w === 0 ? 0 : 1), 0)
  const columnsOf = (names: readonly string[]) => names.flatMap((name) => columns.get(name) ?? [])
  const declared = by.filter((names) => names.length > 1 || !names.some((name) => found.includes(name)))
  return [
    ...declared.map((names) => slicesOf(columnsOf(names), minRows, true, isIn(fresh?.by, names), weight)),
    ...found.map((name) => slicesOf(columnsOf([name]), Math.max(minRows, 50, Math.ceil(counted / 100)), false, fresh?.auto, weight)),
  ]
}

/** The metric that stands for the model, without its limits: those of the whole are not those of its parts. */
function primaryOf({ model }: ModelContext, { metrics, primary }: Judgement): readonly MetricSpec[] {
  const metric = metrics.find(({ name }) => name === primary)?.metric
  const params = model.evaluate.metrics.find(({ name }) => name === primary)?.params ?? {}
  return metric === undefined ? [] : [{ name: primary, metric, params, certainty: 'literal' }]
}
