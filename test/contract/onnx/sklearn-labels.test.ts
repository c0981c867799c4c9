import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createModelRuntime } from '../../../src/adapters/onnx/model-runtime.ts'
import { locateNative } from '../../../src/adapters/runtime/load-native.ts'
import { labelMatrix } from '../../../src/stages/evaluate/label-matrix.ts'
import { layoutOf } from '../../../src/stages/evaluate/outputs.ts'

interface Case {
  readonly model: string
  readonly rows: readonly (readonly number[])[]
  readonly probabilities: readonly (readonly number[])[]
  readonly labels: readonly (readonly number[])[]
}
const { cases }: { cases: Readonly<Record<string, Case>> } = JSON.parse(
  readFileSync(`${import.meta.dirname}/fixtures/sklearn-labels.json`, 'utf8'),
)
const runtime = createModelRuntime({ nativeFolder: () => locateNative('onnx', { environment: {} }) })

describe('models of several labels, as skl2onnx writes them, answer what scikit-learn answers', () => {
  it.each(Object.entries(cases))('%s', async (_, { model, rows, probabilities, labels }) => {
    const path = join(tmpdir(), `modelgate-sklearn-labels-${process.pid}.onnx`)
    writeFileSync(path, Buffer.from(model, 'base64'))
    try {
      await using session = await runtime.open(path, { memoryBytes: 2 ** 30, timeMs: 30_000 }, new AbortController().signal)
      const layout = layoutOf(session.outputs, 'multilabel', 'm')
      const [input] = session.inputs
      const data = Float32Array.from(rows.flat())
      const outputs = await session.score([{ name: input?.name ?? '', type: 'float32', shape: [rows.length, 3], data }])
      const read = (name: string | null | undefined) => {
        const tensor = outputs.find((output) => output.name === name) ?? null
        return [...labelMatrix(tensor, { name: name ?? '', labels: 4, rows: rows.length, shown: 'm' }).data].map(Number)
      }
      const scores = read(layout.values)
      // float32 inside the model
      for (const [at, value] of probabilities.flat().entries()) expect(scores[at]).toBeCloseTo(value, 5)
      expect(scores).toHaveLength(4 * rows.length)
      expect(read(layout.marks)).toEqual(labels.flat())
    } finally {
      rmSync(path)
    }
  })
})
