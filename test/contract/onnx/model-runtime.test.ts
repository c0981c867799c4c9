import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createModelRuntime } from '../../../src/adapters/onnx/model-runtime.ts'
import { locateNative } from '../../../src/adapters/runtime/load-native.ts'
import { UserError } from '../../../src/errors.ts'
import type { ModelLimits, Tensor } from '../../../src/ports/model-runtime.ts'
import {
  attribute,
  classifierWithZipMap,
  floats,
  hungry,
  logistic,
  loop,
  mlNode,
  modelOf,
  node,
  tensorOf,
} from '../../support/onnx-models.ts'

let folder = ''
const printed: string[] = []
const nativeFolder = () => locateNative('onnx', { environment: {} })
const runtime = createModelRuntime({ nativeFolder, onLine: (line) => printed.push(line) })
const limits: ModelLimits = { memoryBytes: 2 ** 30, timeMs: 60_000 }
const never = new AbortController().signal

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelgate-onnx-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const fileOf = (bytes: Uint8Array | string) => {
  files += 1
  const path = join(folder, `model-${files}.onnx`)
  writeFileSync(path, bytes)
  return path
}
const column = (name: string, values: readonly number[]): Tensor => ({
  name,
  type: 'float32',
  shape: [values.length, 1],
  data: Float32Array.from(values),
})
const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => 'it succeeded',
    (thrown: unknown) => thrown,
  )
  return error instanceof UserError ? `${error.code}: ${error.message}` : String(error)
}

describe('a model session', () => {
  it('takes a matrix and gives the numbers of the graph', async () => {
    const bytes = logistic([1, -2], 0.5)
    await using session = await runtime.open(fileOf(bytes), limits, never)
    expect(session.inputs).toEqual([{ name: 'x', type: 'float32', shape: [null, 2] }])
    expect(session.outputs).toEqual([{ name: 'score', type: 'float32', shape: [null, 1] }])
    expect(session.digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`)
    const [score] = await session.score([{ name: 'x', type: 'float32', shape: [2, 2], data: Float32Array.of(0, 0, 1, 1) }])
    expect(score?.shape).toEqual([2, 1])
    expect(Number(score?.data[0])).toBeCloseTo(1 / (1 + Math.exp(-0.5)), 6)
    expect(Number(score?.data[1])).toBeCloseTo(1 / (1 + Math.exp(0.5)), 6)
  })

  it('takes one input per column, strings among them, and answers batch after batch', async () => {
    const model = modelOf({
      node: [
        mlNode(
          'LabelEncoder',
          ['origin'],
          ['code'],
          [
            attribute.strings('keys_strings', ['ATL', 'LAS']),
            attribute.floats('values_floats', [1, 2]),
            { name: 'default_float', type: 1, f: -1 },
          ],
        ),
        node('Add', ['code', 'distance'], ['y']),
      ],
      input: [tensorOf('origin', 'string', 'n', 1), tensorOf('distance', 'float', 'n', 1)],
      output: [tensorOf('y', 'float', 'n', 1)],
    })
    await using session = await runtime.open(fileOf(model), limits, never)
    const origin: Tensor = { name: 'origin', type: 'string', shape: [3, 1], data: ['LAS', 'ATL', 'new'] }
    for (const base of [10, 20]) {
      const [y] = await session.score([origin, column('distance', [base, base, base])])
      expect([...(y?.data ?? [])]).toEqual([base + 2, base + 1, base - 1])
    }
  })

  it('gives the probabilities of a classifier with ZipMap, the same as without, and its labels', async () => {
    const options = { width: 2, coefficients: [1, 0, 0, 1, -1, -1], intercepts: [0, 0.1, 0.2] }
    const x: Tensor = { name: 'float_input', type: 'float32', shape: [2, 2], data: Float32Array.of(0.3, -1, 2, 2) }
    await using plain = await runtime.open(
      fileOf(classifierWithZipMap({ ...options, labels: [3, 5, 9] }, { zipMap: false })),
      limits,
      never,
    )
    await using ints = await runtime.open(fileOf(classifierWithZipMap({ ...options, labels: [3, 5, 9] })), limits, never)
    await using strings = await runtime.open(fileOf(classifierWithZipMap({ ...options, labels: ['a', 'ü', 'c'] })), limits, never)
    expect([plain.classLabels, ints.classLabels, strings.classLabels]).toEqual([null, [3, 5, 9], ['a', 'ü', 'c']])
    expect([plain.rewrites, ints.rewrites]).toEqual([[], ['ZipMap dropped: the probabilities come out as a tensor']])
    const expected = await plain.score([x])
    const found = await ints.score([x])
    expect(found).toEqual(expected)
    expect(found.map(({ name, shape }) => ({ name, shape }))).toEqual([
      { name: 'output_label', shape: [2] },
      { name: 'output_probability', shape: [2, 3] },
    ])
    const [label] = await strings.score([x])
    expect(label?.data).toEqual(['c', 'ü'])
  })

  it('hands NaN through for the stage to see', async () => {
    const model = modelOf({
      node: [node('Log', ['x'], ['y'])],
      input: [tensorOf('x', 'float', 'n', 1)],
      output: [tensorOf('y', 'float', 'n', 1)],
    })
    await using session = await runtime.open(fileOf(model), limits, never)
    const [y] = await session.score([column('x', [-1, 1])])
    expect([...(y?.data ?? [])]).toEqual([Number.NaN, 0])
  })

  it('says in which operator scoring failed, and quotes no value', async () => {
    const model = modelOf({
      node: [node('Cast', ['x'], ['i'], [attribute.int('to', 7)]), node('Gather', ['table', 'i'], ['y'])],
      initializer: [floats('table', [2], [0, 1])],
      input: [tensorOf('x', 'float', 'n', 1)],
      output: [tensorOf('y', 'float', 'n', 1)],
    })
    await using session = await runtime.open(fileOf(model), limits, never)
    const found = await codeOf(session.score([column('x', [1, 4711])]))
    expect(found).toContain('MODEL_FAILED')
    expect(found).toContain('in an operator Gather')
    expect(found).not.toContain('4711')
    // one failed batch does not end the session
    expect(await session.score([column('x', [1, 0])])).toHaveLength(1)
  })

  it('is a clear error when there is no file, or a folder', async () => {
    expect(await codeOf(runtime.open(join(folder, 'none.onnx'), limits, never))).toContain('MODEL_MISSING: there is no model at none.onnx')
    mkdirSync(join(folder, 'bundle'))
    expect(await codeOf(runtime.open(join(folder, 'bundle'), limits, never))).toContain('MODEL_UNREADABLE: bundle is not a file')
  })
})

describe('MDL-07 memory and time are capped', () => {
  const small: ModelLimits = { memoryBytes: 200 * 2 ** 20, timeMs: 60_000 }

  it('when a model never ends', async () => {
    await using session = await runtime.open(fileOf(loop(2 ** 52)), { ...limits, timeMs: 1500 }, never)
    const found = await codeOf(session.score([column('x', [1])]))
    expect(found).toContain('MODEL_RESOURCE_LIMIT')
    expect(found).toContain('limits.time')
    // and the session stays closed
    expect(await codeOf(session.score([column('x', [1])]))).toContain('MODEL_RESOURCE_LIMIT')
  })

  it('when 200 bytes ask for 4 GB', async () => {
    await using session = await runtime.open(fileOf(hungry(2 ** 30)), small, never)
    const found = await codeOf(session.score([column('x', [1])]))
    expect(found).toContain('MODEL_RESOURCE_LIMIT')
    expect(found).toContain('limits.memory')
  })

  it('and a model within the limit still runs', async () => {
    await using session = await runtime.open(fileOf(hungry(2 ** 20)), small, never)
    const [y] = await session.score([column('x', [1])])
    expect([...(y?.data ?? [])]).toEqual([1])
  })

  it('also where there is no prlimit, by looking at its memory', async () => {
    const polled = createModelRuntime({ nativeFolder, prlimit: null })
    await using session = await polled.open(fileOf(hungry(2 ** 30)), small, never)
    const found = await codeOf(session.score([column('x', [1])]))
    expect(found).toContain('MODEL_RESOURCE_LIMIT')
  })

  it('when the file itself is larger than the memory it may have', async () => {
    expect(await codeOf(runtime.open(fileOf(new Uint8Array(2 ** 20)), { ...limits, memoryBytes: 2 ** 19 }, never))).toContain(
      'MODEL_RESOURCE_LIMIT',
    )
  })

  it('and cancelling ends it at once', async () => {
    const cancel = new AbortController()
    await using session = await runtime.open(fileOf(loop(2 ** 52)), limits, cancel.signal)
    const scoring = codeOf(session.score([column('x', [1])]))
    cancel.abort()
    expect(await scoring).toContain('CANCELLED')
  })
})

describe('MDL-08 a native crash is an error', () => {
  /** a worker that answers as the real one does until it is asked to score, then dies of a signal */
  const crashing = (signal: string) => {
    const path = join(folder, `crash-${signal}.mjs`)
    writeFileSync(
      path,
      `process.on('message', ({ kind }) => kind === 'open'
        ? process.send({ kind: 'opened', inputs: [], outputs: [] })
        : process.kill(process.pid, '${signal}'))
       process.send({ kind: 'ready' })`,
    )
    return createModelRuntime({ nativeFolder, workerPath: path })
  }

  for (const signal of ['SIGSEGV', 'SIGABRT', 'SIGKILL']) {
    it(`that names ${signal}`, async () => {
      await using session = await crashing(signal).open(fileOf(logistic([1], 0)), limits, never)
      const found = await codeOf(session.score([column('x', [1])]))
      expect(found).toContain('MODEL_CRASHED')
      expect(found).toContain(`ended with ${signal}`)
    })
  }

  it('and so is an answer that is none', async () => {
    const path = join(folder, 'nonsense.mjs')
    writeFileSync(
      path,
      `process.on('message', ({ kind }) => process.send(kind === 'open'
        ? { kind: 'opened', inputs: [], outputs: [] }
        : { kind: 'scored', outputs: [{ name: 'y', type: 'float32', shape: [3], data: new Float32Array(2) }] }))
       process.send({ kind: 'ready' })`,
    )
    await using session = await createModelRuntime({ nativeFolder, workerPath: path }).open(fileOf(logistic([1], 0)), limits, never)
    expect(await codeOf(session.score([column('x', [1])]))).toContain('MODEL_CRASHED')
  })
})

describe('MDL-10 malformed models fail cleanly', () => {
  it('when cut at every 64th byte', async () => {
    const whole = classifierWithZipMap({ width: 2, labels: [0, 1], coefficients: [1, 0, 0, 1], intercepts: [0, 0] })
    const cuts = Array.from({ length: Math.floor(whole.length / 64) }, (_, index) => 64 * (index + 1))
    for (const cut of cuts) {
      const found = await codeOf(runtime.open(fileOf(whole.subarray(0, cut)), limits, never))
      expect(found).toContain('MODEL_UNREADABLE')
    }
    expect(cuts.length).toBeGreaterThan(3)
  })

  it('when onnxruntime refuses it: unknown operator, unknown domain, opset 9999, a cycle', async () => {
    const ends = { input: [tensorOf('x', 'float', 'n', 1)], output: [tensorOf('y', 'float', 'n', 1)] }
    const models = [
      modelOf({ ...ends, node: [node('Evil', ['x'], ['y'])] }),
      modelOf({ ...ends, node: [{ ...node('Evil', ['x'], ['y']), domain: 'com.evil' }] }),
      modelOf({ ...ends, node: [node('Identity', ['x'], ['y'])] }, { opsetImport: [{ version: 9999 }] }),
      modelOf({ ...ends, node: [node('Add', ['x', 'b'], ['a']), node('Add', ['a', 'x'], ['b']), node('Identity', ['b'], ['y'])] }),
    ]
    for (const model of models) expect(await codeOf(runtime.open(fileOf(model), limits, never))).toContain('MODEL_UNREADABLE')
  })
})

describe('CMD-01 text of a model never reaches our own stdout, and messages hold none of its control characters', () => {
  it('with a newline and a workflow command in a node name', async () => {
    const evil = '\n::error::pwned\n##[error]pwned'
    const written: string[] = []
    const write = process.stdout.write
    process.stdout.write = (chunk: string | Uint8Array) => {
      written.push(String(chunk))
      return true
    }
    let found = ''
    try {
      const ends = { input: [tensorOf('x', 'float', 'n', 1)], output: [tensorOf('y', 'float', 'n', 2)] }
      const bad = modelOf({
        ...ends,
        node: [{ ...node('MatMul', ['x', 'w'], ['y']), name: evil }],
        initializer: [floats('w', [3, 2], [1, 2, 3, 4, 5, 6])],
      })
      found = await codeOf(runtime.open(fileOf(bad), limits, never))
    } finally {
      process.stdout.write = write
    }
    expect(written).toEqual([])
    expect(found).toContain('MODEL_')
    expect(found).not.toContain('\n')
  })
})

describe('MDL-09 no file appears', () => {
  it('beside the model, after it was loaded and scored', async () => {
    const own = mkdtempSync(join(folder, 'own-'))
    const path = join(own, 'm.onnx')
    writeFileSync(path, logistic([1], 0))
    await using session = await runtime.open(path, limits, never)
    await session.score([column('x', [1])])
    expect(readdirSync(own)).toEqual(['m.onnx'])
  })
})
