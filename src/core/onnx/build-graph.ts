/** Small words for writing an ONNX graph: constants, nodes and their attributes, in the order they are said. */
import { type AttributeDraft, attributeTypes, dataTypes, type NodeDraft, type TensorDraft, type ValueInfoDraft } from './proto.ts'

export type Attribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly string: string }
  | { readonly strings: readonly string[] }

const text = new TextEncoder()

/** Collects nodes and constants; every name it makes starts with a prefix that no column name starts with. */
export class GraphBuilder {
  readonly nodes: NodeDraft[] = []
  readonly initializers: TensorDraft[] = []
  readonly #prefix: string
  #made = 0

  constructor(taken: readonly string[]) {
    let prefix = 'mg.'
    while (taken.some((name) => name.startsWith(prefix))) prefix = `_${prefix}`
    this.#prefix = prefix
  }

  #name(what: string): string {
    this.#made += 1
    return `${this.#prefix}${this.#made}.${what}`
  }

  /** One node with one output; returns the output's name, which is `as` when given. */
  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, as?: string): string {
    const output = as ?? this.#name(op)
    this.nodes.push({
      input: inputs,
      output: [output],
      name: this.#name(op),
      opType: op,
      ...(op === 'LabelEncoder' ? { domain: 'ai.onnx.ml' } : {}),
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    })
    return output
  }

  doubles(dims: readonly number[], values: Iterable<number>): string {
    return this.#constant('double', dims, { dataType: dataTypes.double, doubleData: [...values] })
  }

  ints(dims: readonly number[], values: readonly number[]): string {
    return this.#constant('int64', dims, { dataType: dataTypes.int64, int64Data: values })
  }

  strings(dims: readonly number[], values: readonly string[]): string {
    return this.#constant('string', dims, { dataType: dataTypes.string, stringData: values.map((value) => text.encode(value)) })
  }

  #constant(what: string, dims: readonly number[], tensor: TensorDraft): string {
    const name = this.#name(what)
    this.initializers.push({ ...tensor, name, dims })
    return name
  }
}

function attribute(name: string, value: Attribute): AttributeDraft {
  if ('int' in value) return { name, type: attributeTypes.int, i: value.int }
  if ('ints' in value) return { name, type: attributeTypes.ints, ints: value.ints }
  if ('floats' in value) return { name, type: attributeTypes.floats, floats: value.floats }
  if ('string' in value) return { name, type: attributeTypes.string, s: text.encode(value.string) }
  return { name, type: attributeTypes.strings, strings: value.strings.map((item) => text.encode(item)) }
}

/** An input or output; a null dimension is the free number of rows. */
export const valueInfo = (name: string, type: keyof typeof dataTypes, shape: readonly (number | null)[]): ValueInfoDraft => ({
  name,
  type: {
    tensorType: {
      elemType: dataTypes[type],
      shape: { dim: shape.map((size) => (size === null ? { dimParam: 'N' } : { dimValue: size })) },
    },
  },
})
