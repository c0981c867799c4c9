/** What a graph is made of, for telling two models apart in a report: operators, opset, whether it was quantised. Names of the ONNX standard only. */
import { tensorsOf } from './inspect.ts'
import { type AttributeProto, dataTypes, type GraphProto, type ModelProto } from './proto.ts'

export interface GraphFacts {
  /** of the standard's own domain; null: not said */
  readonly opset: number | null
  /** operator → how often, at any depth, sorted by name */
  readonly operators: Readonly<Record<string, number>>
  /** it computes or stores 8-bit integers */
  readonly int8: boolean
}

const quantised = /^(QLinear|QuantizeLinear$|DynamicQuantizeLinear$|DequantizeLinear$|MatMulInteger|ConvInteger|QGemm|QAttention)/
const plainWord = /^[A-Za-z][A-Za-z0-9_]{0,60}$/

export function describeGraph(model: ModelProto): GraphFacts {
  const counts = new Map<string, number>()
  if (model.graph) countOperators(model.graph, counts)
  const opset = model.opsetImport.find(({ domain }) => domain === undefined || domain === '' || domain === 'ai.onnx')?.version
  const small = [...tensorsOf(model)].some(({ dataType }) => dataType === dataTypes.int8 || dataType === dataTypes.uint8)
  return {
    opset: opset === undefined ? null : Number(opset),
    operators: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    int8: small || [...counts.keys()].some((operator) => quantised.test(operator)),
  }
}

function countOperators(graph: GraphProto, counts: Map<string, number>): void {
  for (const { opType, attribute } of graph.node) {
    const name = opType !== undefined && plainWord.test(opType) ? opType : 'other'
    counts.set(name, (counts.get(name) ?? 0) + 1)
    for (const inner of attribute.flatMap(graphsOf)) countOperators(inner, counts)
  }
}

const graphsOf = ({ g, graphs }: AttributeProto): readonly GraphProto[] => [...(g ? [g] : []), ...graphs]

/** `opset 17 → 18, Gemm 3 → 2, now int8`; empty: nothing differs. */
export function graphDifference(before: GraphFacts, after: GraphFacts): string {
  const names = [...new Set([...Object.keys(before.operators), ...Object.keys(after.operators)])].sort()
  const operators = names.flatMap((name) => {
    const [a, b] = [before.operators[name] ?? 0, after.operators[name] ?? 0]
    return a === b ? [] : [`${name} ${a} → ${b}`]
  })
  return [
    ...(before.opset === after.opset ? [] : [`opset ${before.opset ?? '?'} → ${after.opset ?? '?'}`]),
    ...operators.slice(0, 12),
    ...(operators.length > 12 ? [`${operators.length - 12} more operators`] : []),
    ...(before.int8 === after.int8 ? [] : [after.int8 ? 'now with 8-bit integers' : 'no longer with 8-bit integers']),
  ].join(', ')
}
