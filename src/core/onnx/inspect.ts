/**
 * What kind of bytes is this, told by content, never by name; and is the model they hold one that may be given to onnxruntime?
 * Nothing but an ONNX protobuf without external data gets through, so no pickle, in whatever wrapping, is ever executed or parsed.
 */
import { UserError } from '../../errors.ts'
import { shorten, visible } from '../text/visible.ts'
import { isPickle } from './pickle.ts'
import { type AttributeProto, externalLocation, type GraphProto, type ModelProto, type NodeProto, type TensorProto } from './proto.ts'
import { decodeModel, ProtoError } from './wire.ts'

interface Kind {
  readonly code: 'MODEL_UNSAFE_FORMAT' | 'MODEL_UNREADABLE'
  /** goes after "FILE is " */
  readonly says: string
  readonly fix?: string
  readonly is: (bytes: Uint8Array) => boolean
}

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const at = (offset: number, ...marks: readonly string[]) => {
  const wanted = marks.map(latin1)
  return (bytes: Uint8Array) => wanted.some((mark) => mark.every((byte, index) => bytes[offset + index] === byte))
}
const holds = (bytes: Uint8Array, text: string) => new TextDecoder('latin1').decode(bytes).includes(text)

const exportIt = 'export the model as ONNX (skl2onnx, torch.onnx.export, tf2onnx, onnxmltools) and name that file under `model`'
const unpackIt = 'unpack it, or export the model as ONNX, and name that file under `model`'

/** First match wins. An ONNX protobuf starts with 0x08 (its IR version), which none of these does. */
const kinds: readonly Kind[] = [
  { code: 'MODEL_UNSAFE_FORMAT', says: 'a Python pickle: loading one can run any code', fix: exportIt, is: isPickle },
  {
    code: 'MODEL_UNSAFE_FORMAT',
    says: 'a PyTorch archive, which holds a pickle: loading one can run any code',
    fix: exportIt,
    // the names of a zip's files stand in its last bytes
    is: (bytes) => at(0, 'PK\x03\x04')(bytes) && holds(bytes.subarray(-65_536), 'data.pkl'),
  },
  {
    code: 'MODEL_UNSAFE_FORMAT',
    says: 'a zip archive, as PyTorch, Keras and skops write: it may hold a pickle',
    fix: exportIt,
    is: at(0, 'PK\x03\x04', 'PK\x05\x06'),
  },
  {
    code: 'MODEL_UNSAFE_FORMAT',
    says: 'compressed, as joblib writes pickles: what it holds was not looked at',
    fix: unpackIt,
    // gzip, zlib, bzip2, xz, lzma, lz4, zstd
    is: at(0, '\x1f\x8b', 'x\x01', 'x\x5e', 'x\x9c', 'x\xda', 'BZh', '\xfd7zXZ\x00', ']\x00\x00', '\x04"M\x18', '\x28\xb5\x2f\xfd'),
  },
  { code: 'MODEL_UNSAFE_FORMAT', says: 'a tar archive: it may hold a pickle', fix: unpackIt, is: at(257, 'ustar') },
  {
    code: 'MODEL_UNSAFE_FORMAT',
    says: 'an HDF5 file, as Keras writes: its layers may hold code',
    fix: exportIt,
    is: at(0, '\x89HDF\r\n\x1a\n'),
  },
  {
    code: 'MODEL_UNREADABLE',
    says: 'a safetensors file: weights without the graph that uses them',
    fix: exportIt,
    // eight bytes of length, then JSON
    is: (bytes) =>
      at(8, '{"', '{ "')(bytes) && Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true)) < bytes.length,
  },
  { code: 'MODEL_UNREADABLE', says: 'a GGUF file', fix: exportIt, is: at(0, 'GGUF') },
  { code: 'MODEL_UNREADABLE', says: 'a TensorFlow Lite model', fix: exportIt, is: at(4, 'TFL3') },
  {
    code: 'MODEL_UNREADABLE',
    says: "a model in onnxruntime's own format (.ort), which cannot be inspected",
    fix: 'name the ONNX file it was made from',
    is: at(4, 'ORTM'),
  },
  {
    code: 'MODEL_UNREADABLE',
    says: 'a pointer of Git LFS, not the model',
    fix: 'check out with LFS (`lfs: true` of actions/checkout, or `git lfs pull`)',
    is: at(0, 'version https://git-lfs'),
  },
  {
    code: 'MODEL_UNREADABLE',
    says: 'a page of HTML, as a server answers with in the place of a file',
    fix: 'download it again, with the address of the file itself and with the right to read it',
    is: (bytes) => /^\s*<(?:!doctype html|html|head)\b/i.test(new TextDecoder('latin1').decode(bytes.subarray(0, 256))),
  },
]

const notOnnx = (shown: string, why: string, cause?: unknown) =>
  new UserError(
    'MODEL_UNREADABLE',
    `${shown} is not an ONNX model: ${why}`,
    'make the file anew; it may have been cut off or be of another kind',
    {
      cause,
    },
  )

/**
 * The model in these bytes.
 * @param shown what messages call the file
 * @throws UserError MODEL_EMPTY, MODEL_UNSAFE_FORMAT, MODEL_UNREADABLE, MODEL_EXTERNAL_DATA
 */
export function readModel(bytes: Uint8Array, shown: string): ModelProto {
  if (bytes.length === 0) throw new UserError('MODEL_EMPTY', `${shown} is an empty file`, 'make the model anew')
  const kind = kinds.find(({ is }) => is(bytes))
  if (kind) throw new UserError(kind.code, `${shown} is ${kind.says}`, kind.fix ?? exportIt)
  const model = decode(bytes, shown)
  if (model.graph === undefined || model.irVersion === undefined) throw notOnnx(shown, 'it holds no graph')
  if (model.graph.output.length === 0) throw notOnnx(shown, 'its graph has no output')
  for (const tensor of tensorsOf(model)) {
    if (tensor.dataLocation !== externalLocation && tensor.externalData.length === 0) continue
    throw new UserError(
      'MODEL_EXTERNAL_DATA',
      `${shown} keeps the values of ${quoted(tensor.name ?? '')} in another file (external data), which is not available in this version`,
      'save the model as one file: onnx.save_model(model, path, save_as_external_data=False)',
    )
  }
  return model
}

function decode(bytes: Uint8Array, shown: string): ModelProto {
  try {
    return decodeModel(bytes)
  } catch (error) {
    if (error instanceof ProtoError) throw notOnnx(shown, error.message, error)
    throw error
  }
}

/** Text of the model, safe and short enough for a message. */
export const quoted = (text: string): string => `'${shorten(visible(text), 100)}'`

/** Every tensor that a model can carry: in graphs, in attributes of nodes at any depth, in functions, in training graphs. */
export function* tensorsOf(model: ModelProto): Generator<TensorProto> {
  if (model.graph) yield* tensorsOfGraph(model.graph)
  for (const { node, attributeProto } of model.functions) {
    for (const each of node) yield* tensorsOfNode(each)
    for (const each of attributeProto) yield* tensorsOfAttribute(each)
  }
  for (const { initialization, algorithm } of model.trainingInfo) {
    if (initialization) yield* tensorsOfGraph(initialization)
    if (algorithm) yield* tensorsOfGraph(algorithm)
  }
}

function* tensorsOfGraph(graph: GraphProto): Generator<TensorProto> {
  yield* graph.initializer
  for (const sparse of graph.sparseInitializer) yield* tensorsOfSparse(sparse)
  for (const node of graph.node) yield* tensorsOfNode(node)
}

function* tensorsOfNode(node: NodeProto): Generator<TensorProto> {
  for (const attribute of node.attribute) yield* tensorsOfAttribute(attribute)
}

function* tensorsOfAttribute(attribute: AttributeProto): Generator<TensorProto> {
  if (attribute.t) yield attribute.t
  yield* attribute.tensors
  if (attribute.sparseTensor) yield* tensorsOfSparse(attribute.sparseTensor)
  for (const sparse of attribute.sparseTensors) yield* tensorsOfSparse(sparse)
  if (attribute.g) yield* tensorsOfGraph(attribute.g)
  for (const graph of attribute.graphs) yield* tensorsOfGraph(graph)
}

function* tensorsOfSparse(sparse: GraphProto['sparseInitializer'][number]): Generator<TensorProto> {
  if (sparse.values) yield sparse.values
  if (sparse.indices) yield sparse.indices
}

/** Names that must be fed: the graph's inputs without those that have a value in the file. */
export function inputNames(model: ModelProto): readonly string[] {
  const given = new Set(model.graph?.initializer.map((tensor) => tensor.name))
  for (const sparse of model.graph?.sparseInitializer ?? []) given.add(sparse.values?.name)
  return (model.graph?.input ?? []).map((input) => input.name ?? '').filter((name) => !given.has(name))
}

/** Names of the outputs that are tensors: the only ones that can be taken out of onnxruntime here. */
export const tensorOutputNames = (model: ModelProto): readonly string[] =>
  (model.graph?.output ?? [])
    .filter((output) => output.type?.tensorType !== undefined || output.type === undefined)
    .map((output) => output.name ?? '')
