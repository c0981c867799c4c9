import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { joinClassColumns } from '../../../src/core/onnx/class-columns.ts'
import { readModel } from '../../../src/core/onnx/inspect.ts'
import type { GraphProto, ModelProto } from '../../../src/core/onnx/proto.ts'

const { cases }: { cases: Readonly<Record<string, { readonly model: string }>> } = JSON.parse(
  readFileSync(new URL('../../contract/onnx/fixtures/sklearn.json', import.meta.url), 'utf8'),
)
const model = (name: string): ModelProto => readModel(Buffer.from(cases[name]?.model ?? '', 'base64'), 'm.onnx')
const columns = model('a column for each class: labels of text')

/** The same model with another graph. */
function changed(change: (graph: GraphProto) => Partial<GraphProto>): ModelProto {
  const { graph } = columns
  if (graph === undefined) throw new Error('no graph')
  return { ...columns, graph: { ...graph, ...change(graph) } }
}

const otherOf = (name: string): string => ({ slate1: 'scancelled1', scancelled1: 'slate1' })[name] ?? name

describe("outputs of skl2onnx with zipmap: 'columns'", () => {
  it('become the one tensor that they are slices of, and say its labels in order', () => {
    const joined = joinClassColumns(columns)
    expect(joined.classLabels).toEqual(['cancelled', 'late', 'on time'])
    expect(joined.model.graph?.output.map(({ name }) => name)).toEqual(['output_label', 'probabilities'])
    expect(joined.rewrites).toEqual(['the outputs of 3 classes come out as one tensor'])
    // whatever order they stand in
    const turned = joinClassColumns(changed(({ output }) => ({ output: output.toReversed() })))
    expect(turned.classLabels).toEqual(joined.classLabels)
  })

  it.each([
    ['other outputs', model('labels of text')],
    ['no classes at all', model('linear regression')],
    [
      'a name that is no label of the graph',
      changed(({ output }) => ({ output: output.map((one, at) => (at === 1 ? { ...one, name: 'slate1' } : one)) })),
    ],
    ['a column that is not given out', changed(({ output }) => ({ output: output.slice(0, -1) }))],
    ['one that is no slice', changed(({ node }) => ({ node: node.filter(({ opType }, at) => opType !== 'Slice' || at % 2 === 0) }))],
    [
      'labels in another order than the slices',
      changed(({ node }) => ({ node: node.map((one) => (one.opType === 'Slice' ? { ...one, output: one.output.map(otherOf) } : one)) })),
    ],
    ['nothing in the graph that lists the labels', changed(({ node }) => ({ node: node.map((one) => ({ ...one, attribute: [] })) }))],
  ])('stay as they are where something would have to be guessed: %s', (_, other) => {
    expect(joinClassColumns(other)).toEqual({ model: other, rewrites: [], classLabels: null })
  })
})
