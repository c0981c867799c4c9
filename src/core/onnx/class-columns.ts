/**
 * A classifier that skl2onnx wrote with `zipmap: 'columns'` has one output for each class, `i<label>` or `s<label>`, each a slice of one tensor of
 * probabilities. In memory that tensor comes out instead, and the slices say which of its columns has which label.
 *
 * It is done only where nothing is left to guess: every output of numbers is such a slice, together they are all columns from the first on, and
 * the graph itself lists these very labels in this order. Anything else stays as it is.
 */

import { dataTypes, type GraphProto, type ModelProto, type NodeProto, type TensorProto } from './proto.ts'
import { classesOf, matrixOf } from './zipmap.ts'

export interface Joined {
  /** the same object when there was nothing to rewrite */
  readonly model: ModelProto
  readonly rewrites: readonly string[]
  readonly classLabels: readonly (string | number)[] | null
}

export function joinClassColumns(model: ModelProto): Joined {
  const { graph } = model
  const found = graph === undefined ? null : classColumns(graph)
  if (graph === undefined || found === null) return { model, rewrites: [], classLabels: null }
  const { from, names, labels } = found
  const rest = graph.output.filter(({ name = '' }) => !names.has(name))
  const joined = { name: from, type: matrixOf(labels.length), metadataProps: [], unknown: [] }
  return {
    model: {
      ...model,
      graph: { ...graph, output: [...rest, joined], valueInfo: graph.valueInfo.filter(({ name }) => name !== from) },
    },
    rewrites: [`the outputs of ${labels.length} classes come out as one tensor`],
    classLabels: labels,
  }
}

interface Found {
  /** the tensor of which all are slices */
  readonly from: string
  readonly names: ReadonlySet<string>
  readonly labels: readonly (string | number)[]
}

function classColumns(graph: GraphProto): Found | null {
  const makers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)))
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor]))
  const columns = graph.output.flatMap(({ name = '', type }) =>
    type?.tensorType?.elemType === dataTypes.float ? [{ name, slice: sliceOf(makers.get(name), makers, constants) }] : [],
  )
  const [first] = columns
  if (columns.length < 2 || first?.slice == null) return null
  const { from } = first.slice
  const inOrder = columns.map((_, at) => columns.find(({ slice }) => slice?.from === from && slice.at === at)?.name ?? null)
  const labels = listedLabels(graph).find(
    (listed) =>
      listed.length === inOrder.length && listed.every((label, at) => inOrder[at] === `${typeof label === 'number' ? 'i' : 's'}${label}`),
  )
  return labels === undefined ? null : { from, names: new Set(columns.map(({ name }) => name)), labels }
}

/** `Reshape(Slice(from, [at], [at + 1], [1]))`, as skl2onnx writes one column; null for anything else. */
function sliceOf(
  reshape: NodeProto | undefined,
  makers: ReadonlyMap<string, NodeProto>,
  constants: ReadonlyMap<string, TensorProto>,
): { readonly from: string; readonly at: number } | null {
  const slice = reshape?.opType === 'Reshape' ? makers.get(reshape.input[0] ?? '') : undefined
  if (slice?.opType !== 'Slice') return null
  const [from = '', ...bounds] = slice.input
  const [start, end, axis] = bounds.map((name) => onlyInteger(constants.get(name)))
  return start != null && end === start + 1 && axis === 1 && bounds.length === 3 ? { from, at: start } : null
}

function onlyInteger(tensor: TensorProto | undefined): number | null {
  const [value, second] = tensor === undefined ? [] : integersOf(tensor)
  return value === undefined || second !== undefined ? null : value
}

function integersOf({ dataType, int64Data, int32Data, rawData }: TensorProto): readonly number[] {
  if (dataType === dataTypes.int32) return int32Data
  if (dataType !== dataTypes.int64) return []
  if (rawData === undefined || rawData.length === 0) return int64Data.map(Number)
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength)
  return Array.from({ length: Math.floor(rawData.length / 8) }, (_, at) => Number(view.getBigInt64(8 * at, true)))
}

/** Every list that may be one of classes: what classifiers say, and constants that labels are picked from. */
function listedLabels({ node, initializer }: GraphProto): readonly (readonly (string | number)[])[] {
  const decoder = new TextDecoder()
  return [
    ...node.flatMap((one) => [classesOf(one) ?? []]),
    ...initializer.map((tensor) =>
      tensor.dataType === dataTypes.string ? tensor.stringData.map((bytes) => decoder.decode(bytes)) : integersOf(tensor),
    ),
  ].filter((labels) => labels.length >= 2 && new Set(labels).size === labels.length)
}
