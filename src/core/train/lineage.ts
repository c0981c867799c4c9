/**
 * What made a model: the record that lies beside the results, as `train.lineage.json`, and decides whether training is needed again.
 * Persisted format `modelgate/lineage@1`. It is believed only while the model's bytes have the digest it names, so a record that was
 * left over, restored from a cache or copied from elsewhere can at worst cause a training that was not needed.
 */
import { z } from 'zod'
import type { BuiltinSpec, CommandSpec, ModelConfig } from '../schema/config.ts'
import { trainDetails } from '../schema/details.ts'
import { checkSchema, type InputRecord, inputSchema } from '../schema/result.ts'

const lineageSchema = z.strictObject({
  schema: z.literal('modelgate/lineage@1'),
  details: trainDetails,
  inputs: z.array(inputSchema),
  /** of that training: a warning stands for as long as its model does */
  checks: z.array(checkSchema),
})
export type Lineage = z.infer<typeof lineageSchema>

/** null for anything that is not a record: then training runs */
export function parseLineage(text: string): Lineage | null {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return null
  }
  const parsed = lineageSchema.safeParse(json)
  return parsed.success ? parsed.data : null
}

/**
 * Everything that decides what training makes, in a form to be hashed. Environment variables count by the names the config lets through:
 * their values are secrets, or differ from machine to machine. A builtin also depends on the version of this program.
 */
export function keyMaterial(
  model: ModelConfig,
  spec: CommandSpec | BuiltinSpec,
  modelPath: string,
  inputs: readonly InputRecord[],
  toolVersion: string,
): { readonly [key: string]: unknown } {
  const files = inputs.map(({ role, path, digest }) => ({ role, path, digest }))
  const common = { model: modelPath, inputs: files }
  if (spec.kind === 'run') {
    return { ...common, argv: spec.argv, shell: spec.shell, environment: spec.env.toSorted() }
  }
  const { target, features, sensitive, id, time, group, weight } = model.data
  return {
    ...common,
    builtin: spec.builtin,
    task: model.task,
    columns: { target, features, sensitive, id, time, group, weight },
    tool: toolVersion,
  }
}

/** The command as a person would type it, for messages and records. */
export const shownCommand = (spec: CommandSpec): string =>
  spec.shell === null
    ? spec.argv.map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')
    : `${spec.shell}: ${spec.argv.join(' ')}`
