/**
 * An output that is a sequence of tensors, as skl2onnx writes the probabilities of a MultiOutputClassifier (one [rows, classes] a label), cannot be
 * taken out of onnxruntime here. In memory its tensors are stacked into one, [labels, rows, classes]; the numbers stay as they are.
 */
import { quoted } from './inspect.ts'
import { attributeTypes, type ModelDraft, type NodeDraft, type ValueInfoDraft } from './proto.ts'

/** the first opset that has ConcatFromSequence */
const leastOpset = 11

export function stackSequences(model: ModelDraft): { readonly model: ModelDraft; readonly rewrites: readonly string[] } {
  const { graph, opsetImport = [] } = model
  const main = opsetImport.find(({ domain = '' }) => domain === '' || domain === 'ai.onnx')
  const sequences = (graph?.output ?? []).filter((output) => elementOf(output) !== undefined)
  if (graph === undefined || sequences.length === 0 || Number(main?.version ?? 0) < leastOpset) return { model, rewrites: [] }
  const taken = new Set([graph.input, graph.output, graph.initializer].flatMap((list) => (list ?? []).map(({ name = '' }) => name)))
  for (const { output = [] } of graph.node ?? []) for (const name of output) taken.add(name)
  const stacked = new Map(sequences.map(({ name = '' }) => [name, free(`${name}_stacked`, taken)]))
  const nodes = [...stacked].map(
    ([name, as]): NodeDraft => ({
      opType: 'ConcatFromSequence',
      input: [name],
      output: [as],
      attribute: [
        { name: 'axis', type: attributeTypes.int, i: 0 },
        { name: 'new_axis', type: attributeTypes.int, i: 1 },
      ],
    }),
  )
  return {
    model: {
      ...model,
      graph: {
        ...graph,
        node: [...(graph.node ?? []), ...nodes],
        output: (graph.output ?? []).map((output): ValueInfoDraft => {
          const elemType = elementOf(output)
          const name = stacked.get(output.name ?? '')
          return elemType === undefined || name === undefined
            ? output
            : { name, type: { tensorType: { elemType, shape: { dim: [{}, {}, {}] } } } }
        }),
      },
    },
    rewrites: sequences.map(({ name = '' }) => `the tensors of the sequence ${quoted(name)} come out as one, stacked`),
  }
}

const elementOf = ({ type }: ValueInfoDraft): number | undefined => type?.sequenceType?.elemType?.tensorType?.elemType

function free(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted
  while (taken.has(name)) name += '_'
  return name
}
