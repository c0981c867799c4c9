import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { describe, expect, it } from 'vitest'
import { dataTypes, type ModelDraft } from '../../../src/core/onnx/proto.ts'
import { decodeModel, encodeModel, ProtoError } from '../../../src/core/onnx/wire.ts'

const model: ModelDraft = {
  irVersion: 8,
  producerName: 'test',
  opsetImport: [{ domain: 'ai.onnx.ml', version: 3 }, { version: 17 }],
  graph: {
    name: 'g',
    node: [
      {
        opType: 'LinearClassifier',
        domain: 'ai.onnx.ml',
        input: ['x'],
        output: ['label', 'p'],
        attribute: [
          { name: 'coefficients', type: 6, floats: [0.5, -0.25] },
          { name: 'classlabels_ints', type: 7, ints: [0, 1, -7, 2n ** 60n] },
          { name: 'post_transform', type: 3, s: new TextEncoder().encode('LOGISTIC') },
        ],
      },
    ],
    initializer: [
      { name: 'w', dataType: dataTypes.float, dims: [2], floatData: [1.5, 2.5] },
      { name: 'd', dataType: dataTypes.double, dims: [1], doubleData: [0.1] },
      { name: 's', dataType: dataTypes.string, dims: [1], stringData: [new TextEncoder().encode('ü')] },
    ],
    input: [{ name: 'x', type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'n' }, { dimValue: 2 }] } } } }],
    output: [{ name: 'z', type: { sequenceType: { elemType: { mapType: { keyType: 7, valueType: { tensorType: { elemType: 1 } } } } } } }],
  },
  metadataProps: [{ key: 'k', value: 'v' }],
}
const bytes = encodeModel(model)

describe('the ONNX protobuf', () => {
  it('reads back what it wrote, and writes the same bytes again', () => {
    const decoded = decodeModel(bytes)
    expect(decoded.graph?.node[0]?.attribute.map((attribute) => attribute.name)).toEqual([
      'coefficients',
      'classlabels_ints',
      'post_transform',
    ])
    expect(decoded.graph?.node[0]?.attribute[1]?.ints).toEqual([0, 1, -7, 2n ** 60n])
    expect(decoded.graph?.initializer[1]?.doubleData).toEqual([0.1])
    expect(decoded.graph?.output[0]?.type?.sequenceType?.elemType?.mapType?.keyType).toBe(7)
    expect([...encodeModel(decoded)]).toEqual([...bytes])
  })

  it('keeps fields it does not know, byte for byte, at every level', () => {
    const inner = new BinaryWriter().tag(1000, WireType.Bit64).fixed64(7n).tag(10, WireType.LengthDelimited).string('doc').finish()
    const raw = new BinaryWriter().tag(1, WireType.Varint).int64(8).tag(7, WireType.LengthDelimited).bytes(inner)
    raw.tag(6, WireType.LengthDelimited).string('hello').tag(900, WireType.Bit32).fixed32(5)
    raw.tag(901, WireType.StartGroup).tag(1, WireType.Varint).int32(3).tag(901, WireType.EndGroup)
    const original = raw.finish()
    expect([...encodeModel(decodeModel(original))]).toEqual([...original])
  })

  it('keeps a known field that arrives with another wire type as unknown, as protobuf does', () => {
    const odd = new BinaryWriter().tag(7, WireType.Varint).int32(3).finish()
    const decoded = decodeModel(odd)
    expect(decoded.graph).toBeUndefined()
    expect([...encodeModel(decoded)]).toEqual([...odd])
  })

  it('reads lists whether they are packed or not', () => {
    const list = new BinaryWriter().int64(3).int64(4).finish()
    const tensor = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(list).tag(1, WireType.Varint).int64(5).finish()
    const graph = new BinaryWriter().tag(5, WireType.LengthDelimited).bytes(tensor).finish()
    const decoded = decodeModel(new BinaryWriter().tag(7, WireType.LengthDelimited).bytes(graph).finish())
    expect(decoded.graph?.initializer[0]?.dims).toEqual([3, 4, 5])
  })

  it('refuses a graph given twice, which onnxruntime would merge', () => {
    const twice = new BinaryWriter().tag(7, WireType.LengthDelimited).bytes(new Uint8Array())
    twice.tag(7, WireType.LengthDelimited).bytes(new Uint8Array())
    expect(() => decodeModel(twice.finish())).toThrow('graph twice')
  })
})

describe('MDL-10 malformed protobufs fail cleanly', () => {
  it('at every cut: either a ProtoError, or a whole message before the cut', () => {
    let refused = 0
    for (let length = 0; length < bytes.length; length += 1) {
      try {
        decodeModel(bytes.subarray(0, length))
      } catch (error) {
        expect(error).toBeInstanceOf(ProtoError)
        refused += 1
      }
    }
    expect(refused).toBeGreaterThan(bytes.length * 0.9)
  })

  it('when nested 5000 deep', () => {
    let nested: Uint8Array = new Uint8Array()
    for (let level = 4999; level >= 0; level -= 1) {
      // graph → node → attribute → graph → …
      nested = new BinaryWriter()
        .tag(level === 0 ? 7 : ([1, 5, 6][(level - 1) % 3] ?? 1), WireType.LengthDelimited)
        .bytes(nested)
        .finish()
    }
    expect(() => decodeModel(nested)).toThrow('nested more than 100 deep')
  })

  it('on bytes that were never a protobuf', () => {
    for (const text of ['\u0000', '<html>', '{"a": 1}', '\u007fELF']) {
      expect(() => decodeModel(new TextEncoder().encode(text))).toThrow(ProtoError)
    }
  })
})
