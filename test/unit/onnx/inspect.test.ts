import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { inputNames, readModel, tensorOutputNames } from '../../../src/core/onnx/inspect.ts'
import { isPickle } from '../../../src/core/onnx/pickle.ts'
import { dataTypes, externalLocation, type GraphDraft, type TensorDraft } from '../../../src/core/onnx/proto.ts'
import { UserError } from '../../../src/errors.ts'
import { attribute, classifierWithZipMap, floats, logistic, loop, modelOf, node, tensorOf } from '../../support/onnx-models.ts'

const unsafe: Readonly<Record<string, string>> = JSON.parse(readFileSync(`${import.meta.dirname}/fixtures/unsafe.json`, 'utf8'))
const text = (content: string) => new TextEncoder().encode(content)
const codeOf = (bytes: Uint8Array): string => {
  try {
    readModel(bytes, 'm.onnx')
  } catch (error) {
    return error instanceof UserError ? `${error.code}: ${error.message}` : String(error)
  }
  return 'read'
}

const models = {
  logistic: logistic([1, 2, 3], 0),
  zipmap: classifierWithZipMap({ width: 1, labels: ['a', 'b'], coefficients: [1, -1], intercepts: [0, 0] }),
  loop: loop(3),
}

describe('MDL-01 pickles are refused by content', () => {
  it.each(Object.keys(unsafe))('%s', (name) => {
    expect(codeOf(Buffer.from(unsafe[name] ?? '', 'base64'))).toContain('MODEL_UNSAFE_FORMAT: m.onnx is ')
  })

  it('every pickle of every protocol is told as one', () => {
    const pickles = Object.keys(unsafe).filter((name) => name.startsWith('pickle ') || name === 'joblib')
    expect(pickles.length).toBe(37)
    for (const name of pickles) expect(isPickle(Buffer.from(unsafe[name] ?? '', 'base64')), name).toBe(true)
  })

  it('and no ONNX model is', () => {
    for (const bytes of Object.values(models)) {
      expect(isPickle(bytes)).toBe(false)
      expect(codeOf(bytes)).toBe('read')
    }
  })

  it('nor a pickle cut off, or text: these are no models, and not pickles', () => {
    expect(isPickle(text('.'))).toBe(false)
    expect(isPickle(text('hello world'))).toBe(false)
    expect(isPickle(text(''))).toBe(false)
    expect(isPickle(Buffer.from(unsafe['pickle dict protocol 0'] ?? '', 'base64').subarray(0, 9))).toBe(false)
  })
})

describe('files that are no ONNX model', () => {
  it.each([
    ['nothing', '', 'MODEL_EMPTY: m.onnx is an empty file'],
    ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\n', 'pointer of Git LFS'],
    ['GGUF', 'GGUF\u0003', 'GGUF'],
    ['a page', '\n<!DOCTYPE html><html></html>', 'm.onnx is a page of HTML'],
    ['a JSON model of XGBoost', '{"learner": {}}', 'm.onnx is not an ONNX model: its bytes are not those of a whole model'],
    ['a text model of LightGBM', 'tree\nversion=v4\n', 'MODEL_UNREADABLE'],
  ])('%s', (_, content, says) => {
    expect(codeOf(text(content))).toContain(says)
  })

  it("a model in onnxruntime's own format, even when it also reads as a protobuf", () => {
    const whole = models.logistic
    // unknown field 15, length-delimited, whose bytes bring ORTM to offset 4
    const both = Uint8Array.from([0x7a, 0x06, 0, 0, ...text('ORTM'), ...whole])
    expect(codeOf(both)).toContain('.ort')
  })

  it('safetensors, by its length and JSON', () => {
    const header = text('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}')
    const file = new Uint8Array(8 + header.length + 4)
    new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true)
    file.set(header, 8)
    expect(codeOf(file)).toContain('safetensors')
  })

  it('a protobuf without a graph, or whose graph has no output', () => {
    expect(codeOf(Uint8Array.from([0x08, 0x08]))).toContain('it holds no graph')
    expect(codeOf(modelOf({ node: [] }))).toContain('no output')
  })
})

describe('MDL-04 external data is refused in every tensor container', () => {
  const outside: TensorDraft = {
    name: 'w\n::error::',
    dataType: dataTypes.float,
    dims: [1],
    dataLocation: externalLocation,
    externalData: [{ key: 'location', value: '../../etc/passwd' }],
  }
  // the location alone is enough, whatever data_location says
  const hidden: TensorDraft = { ...outside, dataLocation: 0 }
  const graph = (more: GraphDraft): Uint8Array => modelOf({ output: [tensorOf('y', 'float', 'n', 1)], ...more })
  const inNode = (attributes: Parameters<typeof node>[3]) => graph({ node: [node('If', [], ['y'], attributes)] })
  it.each<[string, Uint8Array]>([
    ['an initializer', graph({ initializer: [floats('a', [1], [1]), outside] })],
    ['an initializer that hides it', graph({ initializer: [hidden] })],
    ['values of a sparse initializer', graph({ sparseInitializer: [{ values: outside }] })],
    ['indices of a sparse initializer', graph({ sparseInitializer: [{ indices: outside }] })],
    ['an attribute', inNode([attribute.tensor('value', outside)])],
    ['a list of attributes', inNode([{ name: 'v', tensors: [outside] }])],
    ['a sparse attribute', inNode([{ name: 'v', sparseTensor: { values: outside } }])],
    ['a list of sparse attributes', inNode([{ name: 'v', sparseTensors: [{ indices: outside }] }])],
    ['a graph within a node', inNode([attribute.graph('then_branch', { initializer: [outside] })])],
    [
      'graphs within a node within a graph',
      inNode([{ name: 'g', graphs: [{ node: [node('If', [], [], [attribute.graph('e', { initializer: [outside] })])] }] }]),
    ],
    [
      'a function',
      modelOf(
        { output: [tensorOf('y', 'float', 1)] },
        { functions: [{ node: [node('Constant', [], ['c'], [attribute.tensor('value', outside)])] }] },
      ),
    ],
    [
      'a default of a function',
      modelOf({ output: [tensorOf('y', 'float', 1)] }, { functions: [{ attributeProto: [attribute.tensor('value', outside)] }] }),
    ],
    ['a training graph', modelOf({ output: [tensorOf('y', 'float', 1)] }, { trainingInfo: [{ algorithm: { initializer: [outside] } }] })],
  ])('%s', (_, bytes) => {
    const found = codeOf(bytes)
    expect(found).toContain('MODEL_EXTERNAL_DATA')
    expect(found).toContain('not available in this version')
    expect(found).not.toContain('\n')
  })
})

describe('inputs and outputs', () => {
  it('an initializer that is also listed as input need not be fed', () => {
    const bytes = modelOf({
      node: [node('Mul', ['x', 'w'], ['y'])],
      input: [tensorOf('x', 'float', 'n', 1), tensorOf('w', 'float', 1)],
      initializer: [floats('w', [1], [2])],
      output: [tensorOf('y', 'float', 'n', 1)],
    })
    expect(inputNames(readModel(bytes, 'm'))).toEqual(['x'])
  })

  it('only tensors come out', () => {
    expect(tensorOutputNames(readModel(models.zipmap, 'm'))).toEqual(['output_label'])
  })
})
