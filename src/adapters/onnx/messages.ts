/** What parent and child say to each other. The child runs a stranger's model in native code: what it answers is parsed like any input. */
import { z } from 'zod'
import { type TensorData, type TensorType, tensorTypes } from '../../ports/model-runtime.ts'

export interface OpenRequest {
  readonly kind: 'open'
  /** folder of the verified native part */
  readonly folder: string
  readonly model: Uint8Array
  /** outputs to ask for: the tensors among them */
  readonly outputs: readonly string[]
}
export interface ScoreRequest {
  readonly kind: 'score'
  readonly inputs: readonly {
    readonly name: string
    readonly type: TensorType
    readonly shape: readonly number[]
    readonly data: TensorData
  }[]
}
/** As ScoreRequest, again and again, each run timed; the outputs stay there. */
export interface TimeRequest extends Omit<ScoreRequest, 'kind'> {
  readonly kind: 'time'
  readonly runs: number
}
export type Request = OpenRequest | ScoreRequest | TimeRequest

/** The array that holds a tensor of each type, on both sides. */
const holds: Readonly<Record<TensorType, (data: unknown) => boolean>> = {
  float32: (data) => data instanceof Float32Array,
  float64: (data) => data instanceof Float64Array,
  int8: (data) => data instanceof Int8Array,
  int16: (data) => data instanceof Int16Array,
  int32: (data) => data instanceof Int32Array,
  int64: (data) => data instanceof BigInt64Array,
  uint8: (data) => data instanceof Uint8Array,
  uint16: (data) => data instanceof Uint16Array,
  uint32: (data) => data instanceof Uint32Array,
  uint64: (data) => data instanceof BigUint64Array,
  bool: (data) => data instanceof Uint8Array,
  string: (data) => Array.isArray(data) && data.every((item) => typeof item === 'string'),
}

const size = (data: TensorData): number => data.length

const tensorSchema = z
  .strictObject({
    name: z.string(),
    type: z.enum(tensorTypes),
    shape: z.array(z.number().int().nonnegative()),
    data: z.custom<TensorData>((data) => Object.values(holds).some((fits) => fits(data))),
  })
  .refine(({ type, shape, data }) => holds[type](data) && size(data) === shape.reduce((product, extent) => product * extent, 1))

/** A type may be one that we cannot feed, such as float16: whether that matters is decided where it is used. */
const infoSchema = z.strictObject({ name: z.string(), type: z.string(), shape: z.array(z.number().int().nonnegative().nullable()) })
export type AnyTensorInfo = z.infer<typeof infoSchema>

export const replySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({ kind: z.literal('opened'), inputs: z.array(infoSchema), outputs: z.array(infoSchema) }),
  z.strictObject({ kind: z.literal('scored'), outputs: z.array(tensorSchema) }),
  z.strictObject({ kind: z.literal('timed'), milliseconds: z.array(z.number().nonnegative()) }),
  z.strictObject({ kind: z.literal('failed'), message: z.string() }),
])
export type Reply = z.infer<typeof replySchema>
export type ReplyOf<K extends Reply['kind']> = Extract<Reply, { kind: K }>
