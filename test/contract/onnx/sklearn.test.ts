import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createModelRuntime } from '../../../src/adapters/onnx/model-runtime.ts'
import { locateNative } from '../../../src/adapters/runtime/load-native.ts'
import type { Column } from '../../../src/ports/data-engine.ts'
import { planFeed } from '../../../src/stages/evaluate/feed.ts'
import { layoutOf } from '../../../src/stages/evaluate/outputs.ts'

interface Case {
  readonly model: string
  readonly rows: readonly (readonly (number | string)[])[]
  readonly classes: readonly (number | string)[] | null
  readonly expected: readonly number[]
}
const { cases }: { cases: Readonly<Record<string, Case>> } = JSON.parse(
  readFileSync(`${import.meta.dirname}/fixtures/sklearn.json`, 'utf8'),
)
const runtime = createModelRuntime({ nativeFolder: () => locateNative('onnx', { environment: {} }) })

/** the three columns of every case */
const names = ['distance', 'hour', 'origin']

describe('models of scikit-learn, as skl2onnx writes them, answer what scikit-learn answers', () => {
  it.each(Object.keys(cases))('%s', async (name) => {
    const { model, rows, classes, expected } = cases[name] ?? { model: '', rows: [], classes: null, expected: [] }
    const path = join(tmpdir(), `modelgate-sklearn-${process.pid}.onnx`)
    writeFileSync(path, Buffer.from(model, 'base64'))
    try {
      await using session = await runtime.open(path, { memoryBytes: 2 ** 30, timeMs: 30_000 }, new AbortController().signal)
      const columns = names.map(
        (column, index): Column => ({ name: column, kind: typeof rows[0]?.[index] === 'string' ? 'string' : 'float', type: '' }),
      )
      const feed = planFeed({ inputs: session.inputs, columns, features: names, shown: { model: 'm', data: 'd' } })
      const layout = layoutOf(session.outputs, classes === null ? 'regression' : 'binary', 'm')
      const values = feed.columns.map((column) => rows.map((row) => row[names.indexOf(column)] ?? null))
      const outputs = await session.score(feed.tensors(values, rows.length))
      const found = [...(outputs.find((output) => output.name === layout.values)?.data ?? [])].map(Number)
      expect(found).toHaveLength(expected.length)
      // float32 inside the model
      for (const [index, value] of expected.entries()) expect(found[index]).toBeCloseTo(value, 5)
      if (classes !== null && !name.includes('no ZipMap')) expect(session.classLabels).toEqual(classes)
    } finally {
      rmSync(path)
    }
  })
})
