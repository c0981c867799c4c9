import { describe, expect, it } from 'vitest'
import type { NodeDraft } from '../../../src/core/onnx/proto.ts'
import { decodeModel, encodeModel } from '../../../src/core/onnx/wire.ts'
import { dropZipMaps } from '../../../src/core/onnx/zipmap.ts'
import { attribute, classifierWithZipMap, logistic, mlNode, modelOf, node, tensorOf } from '../../support/onnx-models.ts'

const maps = (name: string) => ({
  name,
  type: { sequenceType: { elemType: { mapType: { keyType: 7, valueType: { tensorType: { elemType: 1 } } } } } },
})
const zip = (input: string, output: string, labels: readonly number[]): NodeDraft =>
  mlNode('ZipMap', [input], [output], [attribute.ints('classlabels_int64s', labels)])
const model = (nodes: readonly NodeDraft[], outputs: readonly string[]) =>
  decodeModel(modelOf({ node: nodes, input: [tensorOf('p', 'float', 'n', 2)], output: outputs.map(maps) }))

describe('dropping ZipMap', () => {
  it('leaves a model without one as it is', () => {
    const plain = decodeModel(logistic([1], 0))
    expect(dropZipMaps(plain)).toEqual({ model: plain, rewrites: [], classLabels: null })
    expect(dropZipMaps(plain).model).toBe(plain)
  })

  it('exposes the tensor, says the labels, and keeps everything else', () => {
    const original = decodeModel(classifierWithZipMap({ width: 1, labels: ['b', 'a'], coefficients: [1, -1], intercepts: [0, 0] }))
    const { model: rewritten, classLabels, rewrites } = dropZipMaps(original)
    expect(classLabels).toEqual(['b', 'a'])
    expect(rewrites).toHaveLength(1)
    const again = decodeModel(encodeModel(rewritten))
    expect(again.graph?.node.map((each) => each.opType)).toEqual(['LinearClassifier', 'Identity', 'Identity', 'Identity'])
    expect(again.graph?.output.map((output) => output.type?.tensorType?.elemType)).toEqual([8, 1])
    expect(again.graph?.node[0]).toEqual(original.graph?.node[0])
    expect(dropZipMaps(again).rewrites).toEqual([])
  })

  it('follows chains of Identity in whatever order they stand', () => {
    const { model: rewritten } = dropZipMaps(
      model([node('Identity', ['b'], ['c']), node('Identity', ['a'], ['b']), zip('p', 'a', [0, 1])], ['c']),
    )
    expect(rewritten.graph?.output?.[0]?.type?.tensorType?.elemType).toBe(1)
  })

  it('says no labels when two of them might be meant', () => {
    const { classLabels, rewrites } = dropZipMaps(model([zip('p', 'a', [0, 1]), zip('p', 'b', [0, 1])], ['a', 'b']))
    expect(classLabels).toBeNull()
    expect(rewrites).toHaveLength(2)
  })

  it('leaves an operator of the same name in another domain alone', () => {
    const foreign = model([{ ...node('ZipMap', ['p'], ['a']), domain: 'com.other' }], ['a'])
    expect(dropZipMaps(foreign).model).toBe(foreign)
  })

  it('adds the main operator set when the model imports only ai.onnx.ml', () => {
    const bare = decodeModel(
      modelOf(
        { node: [zip('p', 'a', [0, 1])], input: [tensorOf('p', 'float', 'n', 2)], output: [maps('a')] },
        { opsetImport: [{ domain: 'ai.onnx.ml', version: 3 }] },
      ),
    )
    expect(dropZipMaps(bare).model.opsetImport?.map(({ domain, version }) => [domain ?? '', version])).toEqual([
      ['ai.onnx.ml', 3],
      ['', 13],
    ])
  })
})
