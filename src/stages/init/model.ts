/** What the model's file says of itself: its inputs met with the columns, the order of a matrix where the file has it, and what is missing. */
import { readModel } from '../../core/onnx/inspect.ts'
import { plural } from '../../core/report/format.ts'
import { UserError } from '../../errors.ts'
import type { Column } from '../../ports/data-engine.ts'
import type { TensorInfo } from '../../ports/model-runtime.ts'
import { planFeed } from '../evaluate/feed.ts'
import type { InitContext } from './context.ts'
import type { FoundModel } from './find-files.ts'

export interface ModelSeen {
  readonly path: string
  /** for the comment beside it */
  readonly saw: string
  readonly inputs: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
  readonly classLabels: number
  /** columns that it is fed; null where that is not known */
  readonly columns: readonly string[] | null
  /** the order of its one matrix, which its file says */
  readonly features: readonly string[] | null
  /** it takes one matrix, and nothing says of which columns: how many, or null where that is free */
  readonly wantsFeatures: { readonly width: number | null } | null
  /** why it could not be fed, as a sentence */
  readonly trouble: string | null
}

const limits = { memoryBytes: 4e9, timeMs: 300_000 }
const maxModelBytes = 2 ** 31
/** Keys of a file's metadata under which exporters and people write the columns. */
const featureKeys = ['feature_names', 'features', 'input_features', 'columns', 'feature_names_in_']

/** @param written the order that a config says already
 * @throws UserError as the runtime says it: MODEL_UNSAFE_FORMAT, MODEL_UNREADABLE … */
export async function lookAtModel(
  context: InitContext,
  { path, file }: FoundModel & { readonly file: string },
  columns: readonly Column[],
  data: string,
  written: readonly string[] | null = null,
): Promise<ModelSeen> {
  const runtime = await context.ports.runtime()
  await using session = await runtime.open(file, limits, context.signal, path)
  const { inputs, outputs } = session
  const features = written ?? (matrix(inputs) === null ? null : await featuresOf(context, file, path, columns))
  const feed = feedOf(inputs, columns, features, { model: path, data })
  const wantsFeatures = feed.code === 'FEATURES_NEEDED' ? matrix(inputs) : null
  return {
    path,
    saw: `${plural(inputs.length, 'input')}, ${plural(outputs.length, 'output')}${feed.columns === null ? '' : `; fed ${plural(feed.columns.length, 'column')}`}`,
    inputs,
    outputs,
    classLabels: session.classLabels?.length ?? 0,
    columns: feed.columns,
    features: feed.columns === null ? null : features,
    wantsFeatures,
    trouble: wantsFeatures === null ? feed.why : null,
  }
}

/** The one wide input of a model that takes all columns in it. */
function matrix(inputs: readonly TensorInfo[]): { readonly width: number | null } | null {
  const [only, ...others] = inputs
  if (only === undefined || others.length > 0 || only.shape.length !== 2) return null
  const width = only.shape[1] ?? null
  return width === 1 ? null : { width }
}

function feedOf(
  inputs: readonly TensorInfo[],
  columns: readonly Column[],
  features: readonly string[] | null,
  shown: { model: string; data: string },
) {
  try {
    return { columns: planFeed({ inputs, columns, features, shown }).columns, code: null, why: null }
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown
    return { columns: null, code: thrown.code, why: `${thrown.message}: ${thrown.fix}` }
  }
}

/** Taken only where every name is a column of the data. */
async function featuresOf(
  { ports }: InitContext,
  file: string,
  shown: string,
  columns: readonly Column[],
): Promise<readonly string[] | null> {
  const bytes = await ports.files.read(file, maxModelBytes)
  if (bytes === null) return null
  const there = new Set(columns.map(({ name }) => name))
  for (const { key, value } of readModel(bytes, shown).metadataProps) {
    if (key === undefined || value === undefined || !featureKeys.includes(key)) continue
    const names = namesIn(value)
    if (names.length > 0 && new Set(names).size === names.length && names.every((name) => there.has(name))) return names
  }
  return null
}

function namesIn(text: string): readonly string[] {
  try {
    const read: unknown = JSON.parse(text)
    if (Array.isArray(read)) return read.filter((name) => typeof name === 'string')
  } catch {
    // not JSON: names with commas between
  }
  return text.split(',').map((name) => name.trim())
}
