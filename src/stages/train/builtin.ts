/** `train: {builtin: …}`: aggregates decide how columns are read, rows are read once, the core fits, the model is written whole or not at all. */
import { buildLinearModel } from '../../core/onnx/build.ts'
import { plural } from '../../core/report/format.ts'
import type { BuiltinSpec } from '../../core/schema/config.ts'
import { type Check, makeCheck } from '../../core/schema/result.ts'
import { columnsInstead, someOf } from '../../core/text/nearest.ts'
import { assemble } from '../../core/train/assemble.ts'
import { type Encoder, width } from '../../core/train/encode.ts'
import { candidates, type LeftOut } from '../../core/train/features.ts'
import { type Fit, fitLinear, priorIntercepts, type Targets } from '../../core/train/fit.ts'
import type { LinearModel } from '../../core/train/linear-model.ts'
import { UserError } from '../../errors.ts'
import type { DataEngine, Table } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { openSource } from '../open-data.ts'
import { planColumns } from './columns.ts'
import { type Made, pass } from './made.ts'
import { readRows, type TrainingRows } from './rows.ts'
import { readTarget, type TargetPlan } from './target.ts'

export async function trainBuiltin(context: ModelContext, spec: BuiltinSpec, path: string): Promise<Made> {
  const { files } = context.ports
  const engine = await context.ports.engine()
  const { table, target } = await openTrainingData(context, spec, engine)
  const shown = shownFiles(table)
  const { use, leftOut } = candidates(table.columns, context.model.data)
  const plan = await planColumns(engine, table, use)
  const rows = await readRows(engine, table, target, plan.columns, context.model.data.weight, context.signal)
  if (rows.count === 0)
    throw new UserError('NO_ROWS', `${shown} has no row with a value of ${target.column} and a weight above 0`, 'give it labelled rows')

  const { encoders, design, leftOut: silent } = assemble(plan.columns, rows.columns, rows.count)
  const unused = [...leftOut, ...plan.leftOut, ...silent]
  tellUnused(context, unused)
  if (encoders.length === 0 && spec.builtin === 'linear')
    throw new UserError('NO_FEATURES', `${shown} has no column to learn from`, 'use builtin: baseline, or train with a command')

  context.progress.say(
    `${context.model.name}: fits ${plural(encoders.length, 'column')} (${plural(design.width, 'term')}) to ${plural(rows.count, 'row')}`,
  )
  const targets: Targets = { task: target.task, y: rows.target, classes: target.classes?.labels.length ?? 1, rowWeights: rows.weights }
  const fit = encoders.length === 0 ? null : await fitLinear(design, targets, () => breathe(context.signal))
  const common = { task: target.task, classes: target.classes }
  const model: LinearModel =
    fit === null
      ? prior(common, counting(table, target.column), priorIntercepts(targets))
      : { ...common, encoders, intercepts: fit.intercepts, weights: fit.weights }

  context.signal.throwIfAborted()
  await files.write(path, buildLinearModel(model))
  const written = await files.digest(path)
  if (written === null) throw new UserError('MODEL_NOT_WRITTEN', `${path} was removed while it was written`, 'let nothing else write there')
  return {
    ...written,
    environment: { modelgate: context.toolVersion },
    rows: table.rows,
    builtin: facts(table, target, rows, encoders, unused, fit),
    checks: [madeCheck(shown, target, rows, encoders.length)],
  }
}

/** Lets signals and timers in between two iterations, so that a cancel is heard. */
async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  signal.throwIfAborted()
}

const shownFiles = (table: Table): string => table.files.map((file) => file.path).join(', ')

async function openTrainingData(
  context: ModelContext,
  spec: BuiltinSpec,
  engine: DataEngine,
): Promise<{ readonly table: Table; readonly target: TargetPlan }> {
  const { name, task, data } = context.model
  if (data.sources.train === undefined)
    throw new UserError(
      'NO_TRAIN_DATA',
      `builtin: ${spec.builtin} of ${name} learns from data.train, which is not configured`,
      'add data.train',
    )
  if (data.targets)
    throw new UserError(
      'NOT_AVAILABLE',
      `builtin: ${spec.builtin} of ${name} learns one target, and data.target lists ${data.targets.length} labels`,
      'train it by a command (train: {run: …}), or name one column',
    )
  if (data.target === null)
    throw new UserError(
      'NO_TARGET',
      `builtin: ${spec.builtin} of ${name} needs to know what to predict`,
      'name the column under data.target',
    )
  const table = await openSource(context, data.sources.train, 'train')
  const shown = shownFiles(table)
  const present = new Set(table.columns.map((column) => column.name))
  const needed = new Set([data.target, ...(data.features ?? []), ...(data.weight === null ? [] : [data.weight])])
  const missing = [...needed].filter((column) => !present.has(column))
  const [first] = missing
  if (first !== undefined)
    throw new UserError('COLUMN_MISSING', `${shown} has no column ${someOf(missing)}`, columnsInstead(first, [...present]))
  return { table, target: await readTarget(engine, table, data.target, task, shown) }
}

/** A column that was asked for by name and is not used is said aloud; the others are in the details. */
function tellUnused(context: ModelContext, unused: readonly LeftOut[]): void {
  const asked = new Set(context.model.data.features ?? [])
  for (const { column, because } of unused)
    if (asked.has(column)) context.progress.warn(`${context.model.name}: ${column} is listed in data.features and not used: ${because}`)
}

/** The prior needs one column all the same: without an input a graph cannot know how many rows there are. Its values do not matter. */
function counting(table: Table, target: string): Encoder {
  const others = table.columns.filter((column) => column.name !== target && column.name !== '')
  const number = others.find((column) => ['integer', 'float', 'decimal', 'boolean'].includes(column.kind))
  if (number !== undefined) return { kind: 'numeric', column: number.name, mean: 0, scale: 1, low: 0, high: 0 }
  const text = others.find((column) => column.kind === 'string') ?? others[0]
  if (text === undefined)
    throw new UserError('NO_FEATURES', `${shownFiles(table)} has no column but the target`, 'add the columns to predict it from')
  return { kind: 'category', column: text.name, levels: { of: 'string', values: [] } }
}

const prior = (common: Pick<LinearModel, 'task' | 'classes'>, encoder: Encoder, intercepts: readonly number[]): LinearModel => ({
  ...common,
  encoders: [encoder],
  intercepts,
  weights: intercepts.map(() => new Float64Array(width(encoder))),
})

function madeCheck(shown: string, { task }: TargetPlan, { count }: TrainingRows, columns: number): Check {
  if (columns > 0)
    return { ...pass('train.model', `a linear model of ${columns} columns was fitted to ${count} rows of ${shown}`), n: count }
  return makeCheck({
    id: 'train.model',
    status: 'warn',
    effect: 'warn',
    message: `no column of ${shown} can be learned from: the model says the ${task === 'regression' ? 'mean' : 'class shares'} for every row`,
    fix: 'see left_out in the details of this result, or train with a command',
    n: count,
  })
}

/** What a person who wonders about the model asks first. Names and counts only. */
const facts = (
  table: Table,
  target: TargetPlan,
  rows: TrainingRows,
  encoders: readonly Encoder[],
  unused: readonly LeftOut[],
  fit: Fit | null,
): Made['builtin'] => ({
  kind: fit === null ? 'prior' : 'linear',
  task: target.task,
  classes: target.classes?.labels.length ?? null,
  rows: rows.count,
  rows_without_target: table.rows - target.present,
  rows_sampled: rows.sampled,
  columns: encoders.map((encoder) => ({
    column: encoder.column,
    as: encoder.kind === 'numeric' ? 'numeric' : 'levels',
    levels: encoder.kind === 'numeric' ? null : encoder.levels.values.length,
  })),
  left_out: unused.map(({ column, because }) => ({ column, because })),
  penalty: fit?.penalty ?? null,
  held_out: fit?.heldOut ? { loss: finite(fit.heldOut.loss), prior: finite(fit.heldOut.prior) } : null,
  iterations: fit?.iterations ?? 0,
  converged: fit?.converged ?? true,
})

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
