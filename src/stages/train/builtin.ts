/** `train: {builtin: …}`: aggregates decide how columns are read, rows are read once, the core fits, the model is written whole or not at all. */

import { buildLinearModel } from '../../core/onnx/build.ts'
import type { BuiltinSpec } from '../../core/schema/config.ts'
import { makeCheck } from '../../core/schema/result.ts'
import type { Block } from '../../core/train/encode.ts'
import { type Encoder, encodeColumn, width } from '../../core/train/encode.ts'
import { candidates, encodeNumber, type LeftOut } from '../../core/train/features.ts'
import { fitLinear, priorIntercepts, type Targets } from '../../core/train/fit.ts'
import type { LinearModel } from '../../core/train/linear-model.ts'
import { UserError } from '../../errors.ts'
import type { Table } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { planColumns } from './columns.ts'
import { type Made, pass } from './made.ts'
import { readRows } from './rows.ts'
import { sourceFiles } from './source-files.ts'
import { readTarget } from './target.ts'

export async function trainBuiltin(context: ModelContext, spec: BuiltinSpec, path: string): Promise<Made> {
  const { model, progress } = context
  const { sources, target, features, weight } = model.data
  if (sources.train === undefined)
    throw new UserError(
      'NO_TRAIN_DATA',
      `builtin: ${spec.builtin} of ${model.name} learns from data.train, which is not configured`,
      'add data.train',
    )
  if (target === null)
    throw new UserError(
      'NO_TARGET',
      `builtin: ${spec.builtin} of ${model.name} needs to know what to predict`,
      'name the column under data.target',
    )

  const engine = await context.ports.engine()
  const table = await engine.open(await sourceFiles(context, 'train', sources.train))
  const shown = table.files.map((file) => file.path).join(', ')
  if (table.rows === 0) throw new UserError('DATA_EMPTY', `${shown} has no rows to learn from`, 'give it rows')
  demandColumns(table, shown, [target, ...(features ?? []), ...(weight === null ? [] : [weight])])
  const targetPlan = await readTarget(engine, table, target, model.task, shown)
  context.signal.throwIfAborted()

  const { use, leftOut } = candidates(table.columns, model.data)
  const plan = await planColumns(engine, table, use)
  context.signal.throwIfAborted()
  const rows = await readRows(engine, table, targetPlan, plan.columns, weight, context.signal)
  if (rows.count === 0)
    throw new UserError('NO_ROWS', `${shown} has no row with a value of ${target} and a weight above 0`, 'give it labelled rows')

  const encoders: Encoder[] = []
  const blocks: { offset: number; block: Block }[] = []
  const out: LeftOut[] = [...leftOut, ...plan.leftOut]
  let offset = 0
  for (const [i, column] of plan.columns.entries()) {
    const values = rows.columns[i]
    if (values === undefined) continue
    if (column.as === 'levels') {
      encoders.push(column.encoder)
      blocks.push({ offset, block: { kind: 'category', index: Int32Array.from(values) } })
      offset += width(column.encoder)
      continue
    }
    const encoder = encodeNumber(column.column, values)
    if (!('kind' in encoder)) {
      out.push(encoder)
      continue
    }
    encoders.push(encoder)
    blocks.push({ offset, block: encodeColumn(encoder, values, rows.count) })
    offset += width(encoder)
  }
  refuseUnused(context, out)
  if (encoders.length === 0 && spec.builtin === 'linear')
    throw new UserError(
      'NO_FEATURES',
      `${shown} has no column that a linear model could learn from`,
      'use builtin: baseline, or train with a command',
    )

  const targets: Targets = {
    task: targetPlan.task,
    y: rows.target,
    classes: targetPlan.classes?.labels.length ?? 1,
    rowWeights: rows.weights,
  }
  progress.say(`${model.name}: fits ${encoders.length} columns (${offset} terms) on ${rows.count} rows`)
  context.signal.throwIfAborted()
  const fit = encoders.length > 0 ? fitLinear({ rows: rows.count, width: offset, blocks }, targets) : null
  const common = { task: targetPlan.task, classes: targetPlan.classes }
  const fitted: LinearModel =
    fit === null
      ? prior(common, counting(table, target, shown), priorIntercepts(targets))
      : { ...common, encoders, intercepts: fit.intercepts, weights: fit.weights }
  context.signal.throwIfAborted()
  const bytes = buildLinearModel(fitted)
  await context.ports.files.write(path, bytes)
  const written = await context.ports.files.digest(path)
  if (written === null) throw new Error('the model file is gone')

  const kind = fit === null ? 'prior' : 'linear'
  return {
    ...written,
    environment: { modelgate: context.toolVersion },
    rows: table.rows,
    builtin: {
      kind,
      task: targetPlan.task,
      rows: rows.count,
      rows_without_target: table.rows - targetPlan.present,
      rows_sampled: rows.sampled,
      classes: targetPlan.classes?.labels.length ?? null,
      columns: (fit === null ? [] : encoders).map((encoder) => ({
        column: encoder.column,
        as: encoder.kind === 'numeric' ? 'numeric' : 'levels',
        levels: encoder.kind === 'numeric' ? null : encoder.levels.values.length,
      })),
      left_out: out.map(({ column, because }) => ({ column, because })),
      penalty: fit?.penalty ?? null,
      held_out: fit?.heldOut ? { loss: finite(fit.heldOut.loss), prior: finite(fit.heldOut.prior) } : null,
      iterations: fit?.iterations ?? 0,
      converged: fit?.converged ?? true,
    },
    checks: [
      fit === null
        ? makeCheck({
            id: 'train.model',
            status: 'warn',
            effect: 'warn',
            message: `no column of ${shown} can be learned from: the model says the ${targetPlan.task === 'regression' ? 'mean' : 'class shares'} for every row`,
            fix: 'see left_out in the details of this result, or train with a command',
            n: rows.count,
          })
        : {
            ...pass('train.model', `a linear model of ${encoders.length} columns was fitted to ${rows.count} rows of ${shown}`),
            n: rows.count,
          },
    ],
  }
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

function demandColumns(table: Table, shown: string, names: readonly string[]): void {
  const present = new Set(table.columns.map((column) => column.name))
  const missing = [...new Set(names)].filter((name) => !present.has(name))
  if (missing.length === 0) return
  throw new UserError(
    'COLUMN_MISSING',
    `${shown} has no column ${missing.join(', ')}`,
    `its columns are: ${table.columns.map((column) => column.name).join(', ')}`,
  )
}

/** A column that was asked for by name and cannot be used is said, not dropped; one that says nothing (constant, empty) harms nobody. */
function refuseUnused(context: ModelContext, leftOut: readonly LeftOut[]): void {
  const asked = new Set(context.model.data.features ?? [])
  for (const { column, because } of leftOut)
    if (asked.has(column)) context.progress.warn(`${context.model.name}: ${column} is listed in data.features and not used: ${because}`)
}

/** The prior needs one column all the same: without an input a graph cannot know how many rows there are. Its values do not matter. */
function counting(table: Table, target: string, shown: string): Encoder {
  const others = table.columns.filter((column) => column.name !== target && column.name !== '')
  const number = others.find((column) => ['integer', 'float', 'decimal', 'boolean'].includes(column.kind))
  if (number !== undefined) return { kind: 'numeric', column: number.name, mean: 0, scale: 1, low: 0, high: 0 }
  const text = others.find((column) => column.kind === 'string') ?? others[0]
  if (text === undefined) throw new UserError('NO_FEATURES', `${shown} has no column but the target`, 'add the columns to predict it from')
  return { kind: 'category', column: text.name, levels: { of: 'string', values: [] } }
}

const prior = (common: Pick<LinearModel, 'task' | 'classes'>, encoder: Encoder, intercepts: readonly number[]): LinearModel => ({
  ...common,
  encoders: [encoder],
  intercepts,
  weights: intercepts.map(() => new Float64Array(width(encoder))),
})
