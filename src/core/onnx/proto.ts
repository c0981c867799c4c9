/**
 * The messages of a model: one table of field numbers (onnx.proto, ONNX IR 13), from which their types follow. Read and written by `wire.ts`.
 */
import type { WireType } from '@bufbuild/protobuf/wire'

const one = <N extends string, T extends string>(name: N, type: T) => ({ name, type, many: false, packed: false }) as const
const many = <N extends string, T extends string>(name: N, type: T) => ({ name, type, many: true, packed: false }) as const
const packed = <N extends string, T extends string>(name: N, type: T) => ({ name, type, many: true, packed: true }) as const

/** message → field number → field. Documentation strings and metadata we never read stay out: they survive as `unknown`. */
export const messages = {
  ModelProto: {
    1: one('irVersion', 'int64'),
    2: one('producerName', 'string'),
    3: one('producerVersion', 'string'),
    4: one('domain', 'string'),
    5: one('modelVersion', 'int64'),
    7: one('graph', 'GraphProto'),
    8: many('opsetImport', 'OperatorSetIdProto'),
    14: many('metadataProps', 'StringStringEntryProto'),
    20: many('trainingInfo', 'TrainingInfoProto'),
    25: many('functions', 'FunctionProto'),
  },
  OperatorSetIdProto: { 1: one('domain', 'string'), 2: one('version', 'int64') },
  StringStringEntryProto: { 1: one('key', 'string'), 2: one('value', 'string') },
  TrainingInfoProto: { 1: one('initialization', 'GraphProto'), 2: one('algorithm', 'GraphProto') },
  GraphProto: {
    1: many('node', 'NodeProto'),
    2: one('name', 'string'),
    5: many('initializer', 'TensorProto'),
    11: many('input', 'ValueInfoProto'),
    12: many('output', 'ValueInfoProto'),
    13: many('valueInfo', 'ValueInfoProto'),
    15: many('sparseInitializer', 'SparseTensorProto'),
  },
  NodeProto: {
    1: many('input', 'string'),
    2: many('output', 'string'),
    3: one('name', 'string'),
    4: one('opType', 'string'),
    5: many('attribute', 'AttributeProto'),
    7: one('domain', 'string'),
    8: one('overload', 'string'),
  },
  AttributeProto: {
    1: one('name', 'string'),
    2: one('f', 'float'),
    3: one('i', 'int64'),
    4: one('s', 'bytes'),
    5: one('t', 'TensorProto'),
    6: one('g', 'GraphProto'),
    7: many('floats', 'float'),
    8: many('ints', 'int64'),
    9: many('strings', 'bytes'),
    10: many('tensors', 'TensorProto'),
    11: many('graphs', 'GraphProto'),
    14: one('tp', 'TypeProto'),
    15: many('typeProtos', 'TypeProto'),
    20: one('type', 'int32'),
    21: one('refAttrName', 'string'),
    22: one('sparseTensor', 'SparseTensorProto'),
    23: many('sparseTensors', 'SparseTensorProto'),
  },
  TensorProto: {
    1: many('dims', 'int64'),
    2: one('dataType', 'int32'),
    4: packed('floatData', 'float'),
    5: packed('int32Data', 'int32'),
    6: many('stringData', 'bytes'),
    7: packed('int64Data', 'int64'),
    8: one('name', 'string'),
    9: one('rawData', 'bytes'),
    10: packed('doubleData', 'double'),
    11: packed('uint64Data', 'uint64'),
    13: many('externalData', 'StringStringEntryProto'),
    14: one('dataLocation', 'int32'),
  },
  SparseTensorProto: { 1: one('values', 'TensorProto'), 2: one('indices', 'TensorProto'), 3: many('dims', 'int64') },
  ValueInfoProto: { 1: one('name', 'string'), 2: one('type', 'TypeProto') },
  TypeProto: {
    1: one('tensorType', 'TensorTypeProto'),
    4: one('sequenceType', 'SequenceTypeProto'),
    5: one('mapType', 'MapTypeProto'),
    8: one('sparseTensorType', 'TensorTypeProto'),
    9: one('optionalType', 'SequenceTypeProto'),
  },
  TensorTypeProto: { 1: one('elemType', 'int32'), 2: one('shape', 'TensorShapeProto') },
  /** also the shape of TypeProto.Optional */
  SequenceTypeProto: { 1: one('elemType', 'TypeProto') },
  MapTypeProto: { 1: one('keyType', 'int32'), 2: one('valueType', 'TypeProto') },
  TensorShapeProto: { 1: many('dim', 'DimensionProto') },
  DimensionProto: { 1: one('dimValue', 'int64'), 2: one('dimParam', 'string') },
  FunctionProto: {
    1: one('name', 'string'),
    4: many('input', 'string'),
    5: many('output', 'string'),
    6: many('attribute', 'string'),
    7: many('node', 'NodeProto'),
    9: many('opsetImport', 'OperatorSetIdProto'),
    10: one('domain', 'string'),
    11: many('attributeProto', 'AttributeProto'),
    12: many('valueInfo', 'ValueInfoProto'),
    13: one('overload', 'string'),
  },
} as const

/** a number, and a bigint only beyond ±(2^53 − 1) */
export type Int = number | bigint

export interface ScalarTypes {
  readonly int32: number
  readonly int64: Int
  readonly uint64: Int
  readonly float: number
  readonly double: number
  readonly string: string
  readonly bytes: Uint8Array
}
export type MessageName = keyof typeof messages
type Fields<M extends MessageName> = (typeof messages)[M][keyof (typeof messages)[M]]
type Names<F, Many extends boolean> = F extends { readonly name: infer N extends string; readonly many: Many } ? N : never
type TypeOf<F, N> = F extends { readonly name: N; readonly type: infer T } ? T : never

/** A field that the table does not know: its number, its wire type and its bytes after the tag. */
export interface UnknownField {
  readonly number: number
  readonly wire: WireType
  readonly bytes: Uint8Array
}

type Value<T> = T extends keyof ScalarTypes ? ScalarTypes[T] : T extends MessageName ? Message<T> : never
type Draft<T> = T extends keyof ScalarTypes ? ScalarTypes[T] : T extends MessageName ? MessageDraft<T> : never

/** As decoded: repeated fields are always there, singular ones only when the bytes had them. */
export type Message<M extends MessageName> = {
  readonly [N in Names<Fields<M>, true>]: readonly Value<TypeOf<Fields<M>, N>>[]
} & { readonly [N in Names<Fields<M>, false>]?: Value<TypeOf<Fields<M>, N>> } & { readonly unknown: readonly UnknownField[] }

/** As written by us: say only what is there. Every decoded message is a draft too. */
export type MessageDraft<M extends MessageName> = {
  readonly [N in Names<Fields<M>, true>]?: readonly Draft<TypeOf<Fields<M>, N>>[] | undefined
} & { readonly [N in Names<Fields<M>, false>]?: Draft<TypeOf<Fields<M>, N>> | undefined } & { readonly unknown?: readonly UnknownField[] }

export type ModelProto = Message<'ModelProto'>
export type GraphProto = Message<'GraphProto'>
export type NodeProto = Message<'NodeProto'>
export type AttributeProto = Message<'AttributeProto'>
export type TensorProto = Message<'TensorProto'>
export type ValueInfoProto = Message<'ValueInfoProto'>
export type TypeProto = Message<'TypeProto'>
export type FunctionProto = Message<'FunctionProto'>
export type ModelDraft = MessageDraft<'ModelProto'>
export type GraphDraft = MessageDraft<'GraphProto'>
export type NodeDraft = MessageDraft<'NodeProto'>
export type AttributeDraft = MessageDraft<'AttributeProto'>
export type TensorDraft = MessageDraft<'TensorProto'>
export type ValueInfoDraft = MessageDraft<'ValueInfoProto'>

/** TensorProto.DataType */
export const dataTypes = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
} as const

/** AttributeProto.AttributeType */
export const attributeTypes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
} as const

/** TensorProto.DataLocation.EXTERNAL: the values lie in another file */
export const externalLocation = 1
