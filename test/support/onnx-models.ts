/** Tiny ONNX models, built field by field, for tests of everything that reads or runs one. */
import {
  attributeTypes,
  dataTypes,
  type GraphDraft,
  type ModelDraft,
  type NodeDraft,
  type TensorDraft,
  type ValueInfoDraft,
} from '../../src/core/onnx/proto.ts'
import { encodeModel } from '../../src/core/onnx/wire.ts'

const utf8 = new TextEncoder()
type Elem = keyof typeof dataTypes

/** `n` is a free dimension */
export const tensorOf = (name: string, elem: Elem, ...shape: readonly (number | 'n')[]): ValueInfoDraft => ({
  name,
  type: {
    tensorType: {
      elemType: dataTypes[elem],
      shape: { dim: shape.map((extent) => (extent === 'n' ? { dimParam: 'n' } : { dimValue: extent })) },
    },
  },
})

export const attribute = {
  ints: (name: string, ints: readonly number[]) => ({ name, type: attributeTypes.ints, ints }),
  floats: (name: string, floats: readonly number[]) => ({ name, type: attributeTypes.floats, floats }),
  strings: (name: string, strings: readonly string[]) => ({
    name,
    type: attributeTypes.strings,
    strings: strings.map((text) => utf8.encode(text)),
  }),
  string: (name: string, text: string) => ({ name, type: attributeTypes.string, s: utf8.encode(text) }),
  int: (name: string, i: number) => ({ name, type: attributeTypes.int, i }),
  graph: (name: string, g: GraphDraft) => ({ name, type: attributeTypes.graph, g }),
  tensor: (name: string, t: TensorDraft) => ({ name, type: attributeTypes.tensor, t }),
} as const

export const floats = (name: string, dims: readonly number[], floatData: readonly number[]): TensorDraft => ({
  name,
  dataType: dataTypes.float,
  dims,
  floatData,
})
export const int64s = (name: string, dims: readonly number[], int64Data: readonly number[]): TensorDraft => ({
  name,
  dataType: dataTypes.int64,
  dims,
  int64Data,
})

export const modelOf = (graph: GraphDraft, more: ModelDraft = {}): Uint8Array =>
  encodeModel({
    irVersion: 8,
    opsetImport: [{ version: 17 }, { domain: 'ai.onnx.ml', version: 3 }],
    graph: { name: 'test', ...graph },
    ...more,
  })

export const node = (
  opType: string,
  input: readonly string[],
  output: readonly string[],
  attributes: NodeDraft['attribute'] = [],
): NodeDraft => ({
  opType,
  input,
  output,
  attribute: attributes,
})
export const mlNode = (...args: Parameters<typeof node>): NodeDraft => ({ ...node(...args), domain: 'ai.onnx.ml' })

/** x [n, width] → σ(x·w + b) [n, 1] */
export const logistic = (weights: readonly number[], bias: number): Uint8Array =>
  modelOf({
    node: [node('MatMul', ['x', 'w'], ['xw']), node('Add', ['xw', 'b'], ['z']), node('Sigmoid', ['z'], ['score'])],
    initializer: [floats('w', [weights.length, 1], weights), floats('b', [1], [bias])],
    input: [tensorOf('x', 'float', 'n', weights.length)],
    output: [tensorOf('score', 'float', 'n', 1)],
  })

/** Draws noise each time it is asked: no two answers are alike. */
export const noisy = (weights: readonly number[]): Uint8Array =>
  modelOf({
    node: [
      node('MatMul', ['x', 'w'], ['z']),
      node('RandomNormalLike', ['z'], ['noise']),
      node('Add', ['z', 'noise'], ['zn']),
      node('Sigmoid', ['zn'], ['score']),
    ],
    initializer: [floats('w', [weights.length, 1], weights)],
    input: [tensorOf('x', 'float', 'n', weights.length)],
    output: [tensorOf('score', 'float', 'n', 1)],
  })

export interface ClassifierOptions {
  readonly width: number
  readonly labels: readonly number[] | readonly string[]
  /** one row a class */
  readonly coefficients: readonly number[]
  readonly intercepts: readonly number[]
  readonly postTransform?: 'SOFTMAX' | 'LOGISTIC' | 'NONE'
}

/** What skl2onnx writes of a scikit-learn classifier: LinearClassifier, Cast of the label, ZipMap at the end. */
export function classifierWithZipMap(options: ClassifierOptions, { zipMap = true } = {}): Uint8Array {
  const { width, labels, coefficients, intercepts, postTransform = 'SOFTMAX' } = options
  const text = labels.filter((label) => typeof label === 'string')
  const ints = labels.filter((label) => typeof label === 'number')
  const label = text.length > 0 ? attribute.strings('classlabels_strings', text) : null
  const classifier = mlNode(
    'LinearClassifier',
    ['float_input'],
    ['label', 'probability_tensor'],
    [
      attribute.floats('coefficients', coefficients),
      attribute.floats('intercepts', intercepts),
      attribute.string('post_transform', postTransform),
      attribute.int('multi_class', 1),
      label ?? attribute.ints('classlabels_ints', ints),
    ],
  )
  const zip = mlNode('ZipMap', ['probability_tensor'], ['zipped'], [label ?? attribute.ints('classlabels_int64s', ints)])
  const elem = label ? 'string' : 'int64'
  const probabilities: ValueInfoDraft = zipMap
    ? {
        name: 'output_probability',
        type: {
          sequenceType: {
            elemType: { mapType: { keyType: dataTypes[elem], valueType: { tensorType: { elemType: dataTypes.float, shape: {} } } } },
          },
        },
      }
    : tensorOf('output_probability', 'float', 'n', labels.length)
  return modelOf({
    node: [
      classifier,
      ...(zipMap ? [zip] : []),
      node('Identity', [zipMap ? 'zipped' : 'probability_tensor'], ['output_probability']),
      node('Identity', ['label'], ['output_label']),
    ],
    input: [tensorOf('float_input', 'float', 'n', width)],
    output: [tensorOf('output_label', elem, 'n'), probabilities],
  })
}

/** Counts to `trips` inside the model: for ever, in human terms, when that is large. */
export const loop = (trips: number, column = 'x'): Uint8Array =>
  modelOf({
    node: [
      node(
        'Loop',
        ['trips', 'yes', column],
        ['y'],
        [
          attribute.graph('body', {
            name: 'body',
            node: [node('Identity', ['go'], ['goes']), node('Sin', ['value'], ['next'])],
            input: [tensorOf('i', 'int64'), tensorOf('go', 'bool'), tensorOf('value', 'float', 'n', 1)],
            output: [tensorOf('goes', 'bool'), tensorOf('next', 'float', 'n', 1)],
          }),
        ],
      ),
    ],
    initializer: [int64s('trips', [], [trips]), { name: 'yes', dataType: dataTypes.bool, dims: [], int32Data: [1] }],
    input: [tensorOf(column, 'float', 'n', 1)],
    output: [tensorOf('y', 'float', 'n', 1)],
  })

/** Fills a tensor of `count` floats when it is run, 4 · count bytes out of 200. */
export const hungry = (count: number): Uint8Array =>
  modelOf({
    node: [
      // the size depends on the input, so that nothing is folded away when the model is loaded
      node('Shape', ['x'], ['shape']),
      node('Mul', ['shape', 'factor'], ['size']),
      node('ConstantOfShape', ['size'], ['big']),
      node('ReduceSum', ['big'], ['sum']),
      node('Add', ['x', 'sum'], ['y']),
    ],
    initializer: [int64s('factor', [2], [count, 1])],
    input: [tensorOf('x', 'float', 'n', 1)],
    output: [tensorOf('y', 'float', 'n', 1)],
  })

const oneColumn = (column: string) => ({
  input: [tensorOf(column, 'float', 'n', 1)],
  output: [tensorOf('score', 'float', 'n', 1)],
})

/** the column is the score */
export const identityModel = (column: string): Uint8Array =>
  modelOf({ ...oneColumn(column), node: [node('Identity', [column], ['score'])] })

/** every score is NaN: 0/0 */
export const nanModel = (column: string): Uint8Array =>
  modelOf({ ...oneColumn(column), node: [node('Sub', [column, column], ['zero']), node('Div', ['zero', 'zero'], ['score'])] })

/** scores its first batch until it is stopped */
export const endlessModel = (column: string): Uint8Array => loop(2 ** 52, column)

/** columns side by side, [n, width]: the scores of labels, or the quantiles of a forecast */
export const sideBySide = (columns: readonly string[], { as = 'probabilities' }: { readonly as?: string } = {}): Uint8Array =>
  modelOf({
    node: [node('Concat', columns, [as], [attribute.int('axis', 1)])],
    input: columns.map((column) => tensorOf(column, 'float', 'n', 1)),
    output: [tensorOf(as, 'float', 'n', columns.length)],
  })

/** As skl2onnx writes a classifier of several labels: a 0 or 1 for each, and its probability, above a half. */
export const labelsAndScores = (columns: readonly string[]): Uint8Array =>
  modelOf({
    node: [
      node('Concat', columns, ['probabilities'], [attribute.int('axis', 1)]),
      node('Greater', ['probabilities', 'half'], ['yes']),
      node('Cast', ['yes'], ['label'], [attribute.int('to', dataTypes.int64)]),
    ],
    initializer: [floats('half', [1], [0.5])],
    input: columns.map((column) => tensorOf(column, 'float', 'n', 1)),
    output: [tensorOf('label', 'int64', 'n', columns.length), tensorOf('probabilities', 'float', 'n', columns.length)],
  })

/** As skl2onnx writes a MultiOutputClassifier: labels, and a sequence of one [n, 2] a label. `stacked`: as it writes a forest, [labels, n, 2]. */
export const sequenceOfScores = (columns: readonly string[], { stacked = false } = {}): Uint8Array => {
  const pairs = columns.flatMap((column) => [
    node('Sub', ['one', column], [`${column}_no`]),
    node('Concat', [`${column}_no`, column], [`${column}_pair`], [attribute.int('axis', 1)]),
    ...(stacked ? [node('Unsqueeze', [`${column}_pair`, 'front'], [`${column}_front`])] : []),
  ])
  const sequence: ValueInfoDraft = {
    name: 'probabilities',
    type: { sequenceType: { elemType: { tensorType: { elemType: dataTypes.float, shape: {} } } } },
  }
  const ends = columns.map((column) => `${column}_${stacked ? 'front' : 'pair'}`)
  return modelOf({
    node: [
      ...pairs,
      stacked ? node('Concat', ends, ['probabilities'], [attribute.int('axis', 0)]) : node('SequenceConstruct', ends, ['probabilities']),
      node('Concat', columns, ['all'], [attribute.int('axis', 1)]),
      node('Greater', ['all', 'half'], ['yes']),
      node('Cast', ['yes'], ['label'], [attribute.int('to', dataTypes.int64)]),
    ],
    initializer: [floats('half', [1], [0.5]), floats('one', [1], [1]), int64s('front', [1], [0])],
    input: columns.map((column) => tensorOf(column, 'float', 'n', 1)),
    output: [
      tensorOf('label', 'int64', 'n', columns.length),
      stacked ? tensorOf('probabilities', 'float', columns.length, 'n', 2) : sequence,
    ],
  })
}

/** labels alone, [n, labels] of 0 and 1 */
export const labelsAlone = (columns: readonly string[]): Uint8Array =>
  modelOf({
    node: [
      node('Concat', columns, ['all'], [attribute.int('axis', 1)]),
      node('Cast', ['all'], ['label'], [attribute.int('to', dataTypes.int64)]),
    ],
    input: columns.map((column) => tensorOf(column, 'float', 'n', 1)),
    output: [tensorOf('label', 'int64', 'n', columns.length)],
  })
