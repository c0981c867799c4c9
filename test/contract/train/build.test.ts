import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { buildLinearModel } from '../../../src/core/onnx/build.ts'
import { decodeModel } from '../../../src/core/onnx/wire.ts'
import { type Cell, type Encoder, width } from '../../../src/core/train/encode.ts'
import { rowHash } from '../../../src/core/train/fit.ts'
import { type Classes, type LinearModel, outputWidth, predict } from '../../../src/core/train/linear-model.ts'

const encoders: readonly Encoder[] = [
  { kind: 'numeric', column: 'distance', mean: 731.25, scale: 560.5, low: 21, high: 4962 },
  { kind: 'numeric', column: 'epoch', mean: 1_700_000_000.5, scale: 0.25, low: 1_700_000_000, high: 1_700_000_001 },
  { kind: 'category', column: 'hour', levels: { of: 'integer', values: [-1, 0, 6, 23] } },
  { kind: 'category', column: 'the "origin"\n', levels: { of: 'string', values: ['ATL', 'Zürich', '名古屋'] } },
]

const rows = 12
const feeds: readonly (readonly Cell[])[] = [
  [731, null, Number.NaN, 21, 4962, -5, 1e300, Infinity, -Infinity, 0, 100.125, 3000],
  [1_700_000_000.75, 1_700_000_000, null, 0, 1_700_000_001, 1_700_000_000.5, 1, 2, 3, 4, 5, 1_700_000_000.125],
  [6, 0, 23, null, 99, -1, 6, 5, 1e9, Number.NaN, 0, 6],
  ['ATL', 'Zürich', '名古屋', '', 'never seen', null, 'atl', 'ATL ', 'ATL', 'x'.repeat(5000), '\0', '::error::x'],
]

const model = (task: LinearModel['task'], classes: Classes | null): LinearModel => {
  const size = encoders.reduce((total, encoder) => total + width(encoder), 0)
  const scores = task === 'multiclass' ? (classes?.labels.length ?? 0) : 1
  return {
    task,
    classes,
    encoders,
    intercepts: Array.from({ length: scores }, (_, c) => 0.3 - c / 2),
    weights: Array.from({ length: scores }, (_, c) =>
      Float64Array.from({ length: size }, (_, j) => (rowHash(1000 * c + j) / 2 ** 32 - 0.5) * 3),
    ),
  }
}

async function run(built: LinearModel) {
  const session = await InferenceSession.create(buildLinearModel(built), { logSeverityLevel: 4 })
  const inputs = Object.fromEntries(
    built.encoders.map((encoder, i) => {
      const feed = feeds[i] ?? []
      if (encoder.kind === 'category' && encoder.levels.of === 'string')
        return [
          encoder.column,
          new Tensor(
            'string',
            feed.map((cell) => (cell === null ? '' : String(cell))),
            [rows, 1],
          ),
        ]
      return [
        encoder.column,
        new Tensor(
          'float64',
          Float64Array.from(feed, (cell) => (cell === null ? Number.NaN : Number(cell))),
          [rows, 1],
        ),
      ]
    }),
  )
  return { session, outputs: await session.run(inputs) }
}

const labelsOf = (tensor: Tensor | undefined): readonly unknown[] => {
  const data: ArrayLike<unknown> = tensor?.data ?? []
  return Array.from(data, (label) => (typeof label === 'bigint' ? Number(label) : label))
}

const cases: readonly LinearModel[] = [
  model('binary', { type: 'int64', labels: [0, 1] }),
  model('binary', { type: 'string', labels: ['false', 'true'] }),
  model('multiclass', { type: 'string', labels: ['cat', 'dog', 'ünknown', 'x'] }),
  model('multiclass', { type: 'int64', labels: [-3, 0, 7] }),
  model('regression', null),
]

describe.each(cases.map((one) => [`${one.task} ${one.classes?.type ?? ''}`, one] as const))(
  'onnxruntime on a built %s model',
  (_, built) => {
    it('scores as predict() does, with missing values, unseen levels and values out of range', async () => {
      const { outputs } = await run(built)
      const wanted = predict(built, feeds, rows)
      const got = outputs[built.task === 'regression' ? 'prediction' : 'probabilities']
      expect(got?.type).toBe('float32')
      expect(got?.dims).toEqual([rows, outputWidth(built)])
      const data = got?.data
      if (!(data instanceof Float32Array)) throw new Error('not float32')
      const off = Array.from(wanted, (value, i) => Math.abs((data[i] ?? Number.NaN) - value)).flatMap((gap, i) =>
        gap < 1e-5 ? [] : [[i, gap]],
      )
      expect(off).toEqual([])
    })

    it('says the label with the largest probability, and which label each column means', async () => {
      const { outputs } = await run(built)
      const { classes } = built
      const metadata = new Map(decodeModel(buildLinearModel(built)).metadataProps.map(({ key, value }) => [key, value]))
      expect(metadata.get('modelgate.task')).toBe(built.task)
      if (classes === null) {
        expect(Object.keys(outputs)).toEqual(['prediction'])
        expect(metadata.has('modelgate.classes')).toBe(false)
        return
      }
      expect(metadata.get('modelgate.classes')).toBe(JSON.stringify(classes.labels))
      const wanted = predict(built, feeds, rows)
      const k = classes.labels.length
      const labels = Array.from({ length: rows }, (_, i) => {
        const shares = wanted.slice(i * k, (i + 1) * k)
        return classes.labels[shares.indexOf(Math.max(...shares))]
      })
      expect(outputs.label?.type).toBe(classes.type)
      expect(labelsOf(outputs.label)).toEqual(labels)
    })
  },
)

describe('a built model', () => {
  it('is the same bytes every time', () => {
    expect(buildLinearModel(model('binary', { type: 'int64', labels: [0, 1] }))).toEqual(
      buildLinearModel(model('binary', { type: 'int64', labels: [0, 1] })),
    )
  })

  it('keeps its outputs apart from columns of the same name', async () => {
    const names = ['label', 'probabilities', 'mg.1.Sum', '_mg.']
    const built: LinearModel = {
      ...model('binary', { type: 'int64', labels: [0, 1] }),
      encoders: encoders.map((encoder, i) => ({ ...encoder, column: names[i] ?? '' })),
    }
    const { session, outputs } = await run(built)
    expect(session.inputNames).toEqual(names)
    expect(Object.keys(outputs)).toEqual(['label_', 'probabilities_'])
  })

  it('of the prior still counts rows by one column, and says the same for each', async () => {
    for (const encoder of [
      { kind: 'numeric', column: 'id', mean: 0, scale: 1, low: 0, high: 0 },
      { kind: 'category', column: 'id', levels: { of: 'string', values: [] } },
    ] as const) {
      const built: LinearModel = {
        task: 'binary',
        classes: { type: 'int64', labels: [0, 1] },
        encoders: [encoder],
        intercepts: [Math.log(3)],
        weights: [new Float64Array(2)],
      }
      const { outputs } = await run(built)
      const data = outputs.probabilities?.data
      if (!(data instanceof Float32Array)) throw new Error('not float32')
      expect(data.length).toBe(2 * rows)
      for (let i = 0; i < rows; i++) expect(data[2 * i + 1]).toBeCloseTo(0.75, 6)
    }
  })

  it('refuses to have no column at all', () => {
    expect(() => buildLinearModel({ ...model('regression', null), encoders: [] })).toThrow('at least one input column')
  })
})
