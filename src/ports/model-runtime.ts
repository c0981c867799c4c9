/** Runs a model on batches of rows, in a child process that owns nothing else. */

import type { GraphFacts } from '../core/onnx/describe.ts'

export const tensorTypes = [
  'float32',
  'float64',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
  'string',
] as const
export type TensorType = (typeof tensorTypes)[number]

export interface TensorInfo {
  readonly name: string
  readonly type: TensorType
  /** null is a free dimension; the first one is the row */
  readonly shape: readonly (number | null)[]
}

export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | readonly string[]

export interface Tensor {
  readonly name: string
  readonly type: TensorType
  readonly shape: readonly number[]
  readonly data: TensorData
}

export interface ModelLimits {
  /** memory the child may allocate, bytes */
  readonly memoryBytes: number
  /** for the whole session, ms */
  readonly timeMs: number
}

export interface ModelSession {
  /** `sha256:…` over the file's bytes as they were read, once: what was digested is what is loaded */
  readonly digest: string
  readonly bytes: number
  readonly inputs: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
  /** what was rewritten in memory, such as a dropped ZipMap; digests always mean the original bytes */
  readonly rewrites: readonly string[]
  /** labels of the probability columns when the file says them (ZipMap, else the metadata of a builtin model), else null */
  readonly classLabels: readonly (string | number)[] | null
  /** what the original graph is made of */
  readonly graph: GraphFacts
  /** ms of each of `runs` runs over these inputs, taken inside the child; throws as `score` does */
  time(inputs: readonly Tensor[], runs: number): Promise<readonly number[]>
  /** @throws UserError MODEL_RESOURCE_LIMIT, MODEL_CRASHED (names the signal), MODEL_FAILED */
  score(inputs: readonly Tensor[]): Promise<readonly Tensor[]>
  [Symbol.asyncDispose](): Promise<void>
}

export interface ModelRuntime {
  /**
   * @param shown what messages call the file; default is its name
   * @throws UserError MODEL_UNSAFE_FORMAT (pickle), MODEL_EMPTY, MODEL_UNREADABLE, MODEL_RESOURCE_LIMIT, MODEL_CRASHED
   */
  open(path: string, limits: ModelLimits, signal: AbortSignal, shown?: string): Promise<ModelSession>
  /**
   * A file of a format that is not ours (`format: opaque`): read once, digested, and refused where it is a pickle. It is not loaded.
   * @throws UserError MODEL_MISSING, MODEL_EMPTY, MODEL_UNSAFE_FORMAT, MODEL_UNREADABLE, MODEL_RESOURCE_LIMIT
   */
  look(path: string, limits: ModelLimits, shown?: string): Promise<{ readonly digest: string; readonly bytes: number }>
}
