/**
 * ZipMap, as skl2onnx puts it at the end of every classifier, turns the probability tensor into a sequence of maps, which
 * onnxruntime-node cannot return. In memory, each ZipMap becomes an Identity: names stay, the numbers stay, what comes out is the tensor.
 */
import {
  type AttributeProto,
  attributeTypes,
  dataTypes,
  type GraphProto,
  type Int,
  type ModelDraft,
  type ModelProto,
  type NodeDraft,
  type NodeProto,
  type TypeProto,
} from './proto.ts'

export interface Unzipped {
  /** the same object when there was nothing to rewrite */
  readonly model: ModelDraft
  /** what was rewritten, in words */
  readonly rewrites: readonly string[]
  /** labels of the columns of the probability tensor, when exactly one ZipMap says them */
  readonly classLabels: readonly (string | number)[] | null
}

export function dropZipMaps(model: ModelProto): Unzipped {
  const graph = model.graph
  const zipMaps = graph?.node.filter(isZipMap) ?? []
  if (graph === undefined || zipMaps.length === 0) return { model, rewrites: [], classLabels: null }

  const [first, ...others] = zipMaps
  const labels = first === undefined ? null : classesOf(first)
  const columns = new Map<string, number | null>()
  for (const zipMap of zipMaps) for (const name of downstream(graph, zipMap)) columns.set(name, classesOf(zipMap)?.length ?? null)
  const main = model.opsetImport.some(({ domain }) => isMain(domain)) ? [] : [{ version: 13 }]
  return {
    model: {
      ...model,
      opsetImport: [...model.opsetImport, ...main],
      graph: {
        ...graph,
        node: graph.node.map(
          (node): NodeDraft => (isZipMap(node) ? { ...identity, name: node.name, input: node.input, output: node.output } : node),
        ),
        output: graph.output.map((output) =>
          columns.has(output.name ?? '') ? { ...output, type: matrixOf(columns.get(output.name ?? '') ?? null) } : output,
        ),
        valueInfo: graph.valueInfo.filter((info) => !columns.has(info.name ?? '')),
      },
    },
    rewrites: zipMaps.map(() => 'ZipMap dropped: the probabilities come out as a tensor'),
    classLabels: others.length === 0 ? labels : null,
  }
}

/** A float tensor of free rows. The width is said because onnxruntime cannot infer it behind most classifiers. */
export const matrixOf = (width: number | null): TypeProto => {
  const column = width === null ? { unknown: [] } : { dimValue: width, unknown: [] }
  return { tensorType: { elemType: dataTypes.float, shape: { dim: [{ unknown: [] }, column], unknown: [] }, unknown: [] }, unknown: [] }
}

const identity: NodeDraft = { opType: 'Identity' }

const isMain = (domain: string | undefined) => domain === undefined || domain === '' || domain === 'ai.onnx'
const isZipMap = (node: NodeProto) => node.opType === 'ZipMap' && node.domain === 'ai.onnx.ml'

/** Names that carried a sequence of maps, through any chain of Identity nodes, in whatever order these stand. */
function downstream(graph: GraphProto, zipMap: NodeProto): ReadonlySet<string> {
  const names = new Set(zipMap.output)
  const chain = graph.node.filter((node) => node.opType === 'Identity' && isMain(node.domain))
  for (let size = 0; size !== names.size; ) {
    size = names.size
    for (const { input, output } of chain) if (input.some((name) => names.has(name))) for (const name of output) names.add(name)
  }
  return names
}

/** Labels that a ZipMap or a classifier says of its columns. */
export function classesOf(node: NodeProto): readonly (string | number)[] | null {
  const attribute = (name: string): AttributeProto | undefined => node.attribute.find((each) => each.name === name)
  const strings = attribute('classlabels_strings')
  if (strings && strings.strings.length > 0 && (strings.type ?? attributeTypes.strings) === attributeTypes.strings) {
    const decoder = new TextDecoder()
    return strings.strings.map((bytes) => decoder.decode(bytes))
  }
  const ints = (attribute('classlabels_int64s') ?? attribute('classlabels_ints'))?.ints ?? []
  return ints.length > 0 ? ints.map(label) : null
}

/** A label beyond 2^53 stays exact as text, which is how labels are compared. */
const label = (int: Int): string | number => (typeof int === 'bigint' ? String(int) : int)
