/**
 * A linear model as an ONNX file that takes the raw columns: one input a column, [N, 1], `double` for numbers (NaN is missing) and
 * `string` for text (the empty string is missing). Encoding is part of the graph, so whoever serves the file needs no code of ours.
 *
 *   outputs   classification: `label` [N] int64 or string, `probabilities` [N, classes] float; regression: `prediction` [N, 1] float.
 *             A column of the same name moves them aside: `label_`.
 *   metadata  modelgate.builtin = linear, modelgate.task, and for classification modelgate.classes: a JSON list, the label of each
 *             column of `probabilities` in order (numbers for int64, else text)
 *
 * The graph computes in double precision and rounds once at the end. The bytes are a function of the model alone.
 */
import { type CategoryEncoder, type Encoder, missingIndex, type NumericEncoder, otherIndex, width } from '../train/encode.ts'
import type { Classes, LinearModel } from '../train/linear-model.ts'
import { GraphBuilder, valueInfo } from './build-graph.ts'
import { metadataKeys } from './class-labels.ts'
import { dataTypes, type ValueInfoDraft } from './proto.ts'
import { encodeModel } from './wire.ts'

const irVersion = 8
const opset = 15
const mlOpset = 3

/** @throws RangeError when the model has no column: a graph without inputs cannot know how many rows there are */
export function buildLinearModel(model: LinearModel): Uint8Array {
  if (model.encoders.length === 0) throw new RangeError('an ONNX model needs at least one input column')
  const columns = model.encoders.map((encoder) => encoder.column)
  const graph = new GraphBuilder(columns)
  const scores = graph.node('Sum', [...contributions(graph, model), graph.doubles([1, model.intercepts.length], model.intercepts)])
  const outputs = finish(graph, model, scores, (name) => free(name, columns))
  const metadata = {
    [metadataKeys.builtin]: 'linear',
    [metadataKeys.task]: model.task,
    ...(model.classes === null ? {} : { [metadataKeys.classes]: JSON.stringify(model.classes.labels) }),
  }
  return encodeModel({
    irVersion,
    producerName: 'modelgate',
    opsetImport: [
      { domain: '', version: opset },
      { domain: 'ai.onnx.ml', version: mlOpset },
    ],
    graph: {
      name: 'linear',
      node: graph.nodes,
      initializer: graph.initializers,
      input: model.encoders.map((encoder) => valueInfo(encoder.column, inputType(encoder), [null, 1])),
      output: outputs,
    },
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  })
}

const inputType = (encoder: Encoder): 'double' | 'string' =>
  encoder.kind === 'category' && encoder.levels.of === 'string' ? 'string' : 'double'

function free(name: string, taken: readonly string[]): string {
  let found = name
  while (taken.includes(found)) found += '_'
  return found
}

/** What each column adds to the scores: [N, scores] each. */
function contributions(graph: GraphBuilder, model: LinearModel): readonly string[] {
  let offset = 0
  return model.encoders.map((encoder) => {
    const size = width(encoder)
    const k = model.weights.length
    const rows: number[] = []
    for (let j = offset; j < offset + size; j++) for (const weights of model.weights) rows.push(weights[j] ?? 0)
    const table = graph.doubles([size, k], rows)
    offset += size
    return encoder.kind === 'numeric' ? numeric(graph, encoder, table) : category(graph, encoder, table)
  })
}

function numeric(graph: GraphBuilder, encoder: NumericEncoder, table: string): string {
  const scalar = (value: number) => graph.doubles([], [value])
  const mean = scalar(encoder.mean)
  const missing = graph.node('IsNaN', [encoder.column])
  const filled = graph.node('Where', [missing, mean, encoder.column])
  const clipped = graph.node('Clip', [filled, scalar(encoder.low), scalar(encoder.high)])
  const scaled = graph.node('Div', [graph.node('Sub', [clipped, mean]), scalar(encoder.scale)])
  // a mean outside [low, high] cannot be, so a filled value is not moved by the clip
  const flag = graph.node('Cast', [missing], { to: { int: dataTypes.double } })
  return graph.node('MatMul', [graph.node('Concat', [scaled, flag], { axis: { int: 1 } }), table])
}

/** A level's row of the table, looked up: the same as one-hot times weights, without the zeros. */
function category(graph: GraphBuilder, encoder: CategoryEncoder, table: string): string {
  const { levels } = encoder
  const other = { default_int64: { int: otherIndex(encoder) } }
  const positions = levels.values.map((_, i) => i)
  let index: string
  if (levels.of === 'string') {
    index = graph.node('LabelEncoder', [encoder.column], {
      keys_strings: { strings: [...levels.values, ''] },
      values_int64s: { ints: [...positions, missingIndex(encoder)] },
      ...other,
    })
  } else {
    const known = graph.node('LabelEncoder', [graph.node('Cast', [encoder.column], { to: { int: dataTypes.float } })], {
      keys_floats: { floats: levels.values },
      values_int64s: { ints: positions },
      ...other,
    })
    index = graph.node('Where', [graph.node('IsNaN', [encoder.column]), graph.ints([], [missingIndex(encoder)]), known])
  }
  return graph.node('Squeeze', [graph.node('Gather', [table, index], { axis: { int: 0 } }), graph.ints([1], [1])])
}

function finish(graph: GraphBuilder, model: LinearModel, scores: string, name: (wanted: string) => string): readonly ValueInfoDraft[] {
  const toFloat = { to: { int: dataTypes.float } }
  const { task, classes } = model
  if (task === 'regression' || classes === null) {
    const prediction = name('prediction')
    graph.node('Cast', [scores], toFloat, prediction)
    return [valueInfo(prediction, 'float', [null, 1])]
  }
  const shares = task === 'binary' ? bothShares(graph, scores) : graph.node('Softmax', [scores], { axis: { int: 1 } })
  const label = name('label')
  const probabilities = name('probabilities')
  const best = graph.node('ArgMax', [shares], { axis: { int: 1 }, keepdims: { int: 0 } })
  graph.node('Gather', [labelTable(graph, classes), best], { axis: { int: 0 } }, label)
  graph.node('Cast', [shares], toFloat, probabilities)
  return [valueInfo(label, classes.type, [null]), valueInfo(probabilities, 'float', [null, classes.labels.length])]
}

function bothShares(graph: GraphBuilder, scores: string): string {
  const yes = graph.node('Sigmoid', [scores])
  const no = graph.node('Sub', [graph.doubles([1, 1], [1]), yes])
  return graph.node('Concat', [no, yes], { axis: { int: 1 } })
}

const labelTable = (graph: GraphBuilder, classes: Classes): string =>
  classes.type === 'int64' ? graph.ints([classes.labels.length], classes.labels) : graph.strings([classes.labels.length], classes.labels)
