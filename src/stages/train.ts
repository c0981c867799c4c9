/**
 * Makes the model and records what made it. Nothing is made when the record that lies there says that these very bytes came from
 * equal inputs: `<out>/<model>/train.lineage.json`, beside the results but not one of them, so that it outlives the run. A CI job that
 * restores the out folder and the model file from a cache is spared the training; one that restores half of it, or something else, trains.
 */
import { join, relative, resolve } from 'node:path'
import type { CommandSpec } from '../core/schema/config.ts'
import type { TrainDetails } from '../core/schema/details.ts'
import { canonicalJson } from '../core/schema/parse-config.ts'
import type { Check, InputRecord, StageOutput } from '../core/schema/result.ts'
import { keyMaterial, type Lineage, parseLineage, shownCommand } from '../core/train/lineage.ts'
import { UserError } from '../errors.ts'
import type { ModelContext, ModelStage } from './context.ts'
import { guardResults } from './guard-results.ts'
import { modelFolder } from './out-folder.ts'
import { runCommand } from './run-command.ts'
import { trainBuiltin } from './train/builtin.ts'
import { environmentOf } from './train/command.ts'
import { trainingInputs } from './train/inputs.ts'
import { type Made, pass } from './train/made.ts'
import { replaceModel } from './train/model-file.ts'

const maxLineageBytes = 4 * 2 ** 20

const lineagePath = (context: ModelContext): string => join(modelFolder(context.out, context.model.name), 'train.lineage.json')

export const train: ModelStage = async (context) => {
  const { model, progress } = context
  const { files } = context.ports
  const spec = model.train
  if (spec === null) return { checks: [], skipped: 'train is not configured' }
  if (model.model.kind !== 'path')
    throw new UserError(
      'MODEL_NOT_A_PATH',
      `${model.name} has a \`train:\`, and its \`model:\` is not a file that training could write`,
      'write the path of the file under `model:`',
    )
  const shown = model.model.path
  const path = resolve(context.root, shown)

  const inputs = await trainingInputs(context, spec)
  const key = await sha256(canonicalJson(keyMaterial(model, spec, shown, inputs.records, context.toolVersion)))
  const known = await reusable(context, key, path)
  if (known !== null && inputs.incomplete === null) {
    progress.say(`${model.name}: training skipped, nothing it depends on has changed`)
    return output({ ...known.details, reused: true }, known.inputs, [
      pass('train.reused', `nothing that training depends on has changed since ${shown} was made: it was not made again`),
      ...known.checks.filter((check) => check.effect !== 'pass'),
    ])
  }
  if (known !== null) progress.say(`${model.name}: trains again: ${inputs.incomplete}; list what it depends on under train.inputs`)

  await files.remove(lineagePath(context))
  const start = context.clock.elapsed()
  const made = spec.kind === 'builtin' ? await trainBuiltin(context, spec, path) : await trainByCommand(context, spec, path, shown)
  context.signal.throwIfAborted()
  const details: TrainDetails = {
    reused: false,
    how: spec.kind === 'builtin' ? `builtin: ${spec.builtin}` : shownCommand(spec),
    model: { path: relative(context.root, path).replaceAll('\\', '/'), digest: made.digest, bytes: made.bytes },
    key,
    duration_ms: Math.round(context.clock.elapsed() - start),
    environment: { ...made.environment },
    builtin: made.builtin,
  }
  const lineage: Lineage = { schema: 'modelgate/lineage@1', details, inputs: withRows(inputs.records, made.rows), checks: [...made.checks] }
  await files.write(lineagePath(context), `${JSON.stringify(lineage, null, 2)}\n`)
  return output(details, lineage.inputs, made.checks)
}

async function trainByCommand(context: ModelContext, spec: CommandSpec, path: string, shown: string): Promise<Made> {
  const commands = await context.ports.commands()
  const environment = await environmentOf(context, spec, commands)
  context.progress.say(`${context.model.name}: ${shownCommand(spec)}`)
  const train = () => guardResults(context, 'training', () => runCommand(context, spec, commands, { what: 'training', key: 'train' }))
  const written = await replaceModel(context.ports.files, path, shown, train)
  return { ...written, environment, builtin: null, rows: null, checks: [pass('train.model', `the training command wrote ${shown}`)] }
}

/** A count of rows belongs to one file only when there is one. */
const withRows = (records: readonly InputRecord[], rows: number | null): InputRecord[] => {
  const alone = records.filter((record) => record.role === 'train').length === 1
  return records.map((record) => (alone && record.role === 'train' ? { ...record, rows } : record))
}

const output = (details: TrainDetails, inputs: readonly InputRecord[], checks: readonly Check[]): StageOutput => ({
  checks,
  inputs,
  details,
})

/** The record of these very bytes from these very inputs, or null. */
async function reusable(context: ModelContext, key: string, path: string): Promise<Lineage | null> {
  const lineage = await readLineage(context)
  if (lineage === null || lineage.details.key !== key) return null
  const model = await context.ports.files.digest(path)
  return model?.digest === lineage.details.model.digest ? lineage : null
}

/** null also for what is no record: a folder, a gigabyte, something that a cache brought. Then training runs. */
async function readLineage(context: ModelContext): Promise<Lineage | null> {
  try {
    const bytes = await context.ports.files.read(lineagePath(context), maxLineageBytes)
    return bytes === null ? null : parseLineage(new TextDecoder().decode(bytes))
  } catch (thrown) {
    if (thrown instanceof UserError) return null
    throw thrown
  }
}

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return `sha256:${Buffer.from(hash).toString('hex')}`
}
