import { readdirSync, readFileSync } from 'node:fs'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decodeModel } from '../../../src/core/onnx/wire.ts'
import type { ModelConfig } from '../../../src/core/schema/config.ts'
import { trainDetails } from '../../../src/core/schema/details.ts'
import { rowHash } from '../../../src/core/train/fit.ts'
import { codeOf, makeWorkshop, type Workshop } from './support.ts'

let shop: Workshop
beforeEach(() => {
  shop = makeWorkshop()
})
afterEach(() => shop.close())

const uniform = (row: number, stream: number): number => rowHash(row * 31 + stream * 1_000_003) / 2 ** 32

/** id, amount (some missing), kind (some missing), hour, late: late follows all three */
function flights(rows: number, seed: number): { csv: string; cells: { amount: number; kind: string; hour: number; late: number }[] } {
  const lines = ['id,amount,kind,hour,late']
  const cells = []
  for (let i = 0; i < rows; i++) {
    const amount = uniform(i, seed) < 0.1 ? Number.NaN : Math.round(uniform(i, seed + 1) * 1000) / 100
    const kind = ['red', 'green', 'blue', ''][Math.floor(uniform(i, seed + 2) * 3.2)] ?? ''
    const hour = Math.floor(uniform(i, seed + 3) * 24)
    const score = (Number.isNaN(amount) ? 6 : amount) - 5 + (kind === 'red' ? 2 : 0) + (hour >= 8 && hour < 16 ? 1.5 : -1.5)
    const late = uniform(i, seed + 4) < 1 / (1 + Math.exp(-score)) ? 1 : 0
    lines.push(`r${seed}x${i},${Number.isNaN(amount) ? '' : amount},${kind},${hour},${late}`)
    cells.push({ amount, kind, hour, late })
  }
  return { csv: `${lines.join('\n')}\n`, cells }
}

const config = (data: string, builtin = 'baseline', task = '') => `models:
  m:
    model: out/m.onnx
    ${task}
    data: {train: train.csv, ${data}}
    train: {builtin: ${builtin}}
`

async function scores(path: string, cells: readonly { amount: number; kind: string; hour: number }[]): Promise<number[]> {
  const session = await InferenceSession.create(readFileSync(path))
  const dims = [cells.length, 1]
  const feeds: Record<string, Tensor> = {
    amount: new Tensor(
      'float64',
      Float64Array.from(cells, (cell) => cell.amount),
      dims,
    ),
    kind: new Tensor(
      'string',
      cells.map((cell) => cell.kind),
      dims,
    ),
    hour: new Tensor(
      'float64',
      Float64Array.from(cells, (cell) => cell.hour),
      dims,
    ),
  }
  const outputs = await session.run(
    Object.fromEntries(session.inputNames.map((name) => [name, feeds[name] ?? new Tensor('string', [], [0, 1])])),
  )
  const data = outputs.probabilities?.data
  if (!(data instanceof Float32Array)) throw new Error('no probabilities')
  return cells.map((_, i) => data[2 * i + 1] ?? Number.NaN)
}

const areaUnderCurve = (p: readonly number[], y: readonly number[]): number => {
  const order = p.map((score, i) => ({ score, y: y[i] ?? 0 })).toSorted((a, b) => a.score - b.score)
  const positives = y.filter((label) => label === 1).length
  const ranks = order.reduce((total, { y: label }, rank) => total + (label === 1 ? rank + 1 : 0), 0)
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (y.length - positives))
}

const weighted = (model: ModelConfig): ModelConfig => ({ ...model, data: { ...model.data, weight: 'w' } })

const builtinOf = (details: unknown) => trainDetails.parse(details).builtin ?? {}

describe('builtin: baseline on a binary target', () => {
  it('writes a model of the raw columns that ranks unseen rows nearly as well as the truth does', async () => {
    shop.write('train.csv', flights(3000, 1).csv)
    const result = await shop.train(config('target: late, id: id'))
    expect([result.verdict, result.checks[0]?.id]).toEqual(['pass', 'train.model'])
    const { cells } = flights(2000, 77)
    const found = areaUnderCurve(
      await scores(shop.path('out/m.onnx'), cells),
      cells.map((cell) => cell.late),
    )
    const best = areaUnderCurve(
      cells.map((c) => (Number.isNaN(c.amount) ? 6 : c.amount) + (c.kind === 'red' ? 2 : 0) + (c.hour >= 8 && c.hour < 16 ? 3 : 0)),
      cells.map((cell) => cell.late),
    )
    expect(found).toBeGreaterThan(best - 0.01)
    expect(found).toBeGreaterThan(0.9)
  })

  it('leaves out what names rows, and says each column and why', async () => {
    shop.write('train.csv', flights(1500, 2).csv)
    const { details } = await shop.train(config('target: late'))
    const builtin = builtinOf(details)
    expect(builtin.left_out).toEqual([{ column: 'id', because: 'nearly every row has a value of its own' }])
    expect(builtin.columns).toEqual([
      { column: 'amount', as: 'numeric', levels: null },
      { column: 'kind', as: 'levels', levels: 3 },
      { column: 'hour', as: 'levels', levels: 24 },
    ])
  })

  it('is the same bytes on a second training, on any machine', async () => {
    shop.write('train.csv', flights(1000, 3).csv)
    await shop.train(config('target: late, id: id'))
    const first = readFileSync(shop.path('out/m.onnx'))
    shop.write('.modelgate/m/train.lineage.json', '{}')
    const second = await shop.train(config('target: late, id: id'))
    expect(trainDetails.parse(second.details).reused).toBe(false)
    expect(readFileSync(shop.path('out/m.onnx')).equals(first)).toBe(true)
  })

  it('is skipped, and says so, while nothing it depends on has changed', async () => {
    shop.write('train.csv', flights(500, 4).csv)
    const text = config('target: late, id: id')
    expect((await shop.train(text)).checks.map((check) => check.id)).toEqual(['train.model'])
    const again = await shop.train(text)
    expect(again.checks.map((check) => [check.id, check.effect])).toEqual([['train.reused', 'pass']])
    expect(trainDetails.parse(again.details).reused).toBe(true)
    expect((await shop.train(config('target: late, id: id, sensitive: [kind]'))).checks[0]?.id).toBe('train.model')
    shop.write('train.csv', flights(501, 4).csv)
    expect((await shop.train(text)).checks[0]?.id).toBe('train.model')
    shop.write('out/m.onnx', 'something else')
    expect((await shop.train(text)).checks[0]?.id).toBe('train.model')
  })

  it('says the class shares where there is nothing to learn from, as a warning', async () => {
    shop.write('train.csv', `only,late\n${'x,1\nx,0\nx,0\nx,0\n'.repeat(30)}`)
    const result = await shop.train(config('target: late, id: only'))
    expect([result.verdict, builtinOf(result.details).kind]).toEqual(['warn', 'prior'])
    const session = await InferenceSession.create(readFileSync(shop.path('out/m.onnx')))
    const outputs = await session.run({ only: new Tensor('string', ['a', ''], [2, 1]) })
    const data = outputs.probabilities?.data
    if (!(data instanceof Float32Array)) throw new Error('no probabilities')
    expect(data[1]).toBeCloseTo(30.5 / 121, 3)
    expect(data[3]).toBe(data[1])
    const again = await shop.train(config('target: late, id: only'))
    expect([again.verdict, again.checks.map((check) => check.id)]).toEqual(['warn', ['train.reused', 'train.model']])
    expect(codeOf(await shop.train(config('target: late, id: only', 'linear')))).toBe('NO_FEATURES')
  })

  it('never lets a level of a sensitive column, or of a handful of rows, into the file', async () => {
    const rows = Array.from({ length: 400 }, (_, i) => `n${i % 4},${i < 5 ? 'rare-and-secret' : 'common'},${i % 7},${i % 3 === 0 ? 1 : 0}`)
    shop.write('train.csv', `name,place,n,late\n${rows.join('\n')}\n`)
    const result = await shop.train(config('target: late, sensitive: [name]'))
    expect(result.verdict).toBe('pass')
    const bytes = readFileSync(shop.path('out/m.onnx')).toString('latin1')
    expect(bytes).toContain('common')
    for (const secret of ['rare-and-secret', 'name', 'n0', 'n3']) expect(bytes).not.toContain(secret)
    expect(JSON.stringify(result)).not.toContain('rare-and-secret')
  })
})

describe('builtin models of other tasks', () => {
  it('multiclass: text labels in order, each named in the metadata', async () => {
    const kinds = ['zebra', 'ant', 'Mole', 'ünit']
    const rows = Array.from({ length: 1200 }, (_, i) => {
      const c = Math.floor(uniform(i, 1) * 4)
      return `${c * 3 + uniform(i, 2) * 4},${uniform(i, 3) < 0.1 ? '' : `side ${c % 2}`},${kinds[c]}`
    })
    shop.write('train.csv', `x,side,animal\n${rows.join('\n')}\n`)
    const result = await shop.train(config('target: animal'))
    expect(builtinOf(result.details)).toMatchObject({ task: 'multiclass', classes: 4, kind: 'linear' })
    const bytes = readFileSync(shop.path('out/m.onnx'))
    const labels = decodeModel(bytes).metadataProps.find(({ key }) => key === 'modelgate.classes')?.value
    expect(JSON.parse(labels ?? '')).toEqual(['Mole', 'ant', 'zebra', 'ünit'])
    const session = await InferenceSession.create(bytes)
    const outputs = await session.run({
      x: new Tensor('float64', [2, 5, 8, 11], [4, 1]),
      side: new Tensor('string', ['side 0', 'side 1', 'side 0', 'side 1'], [4, 1]),
    })
    expect(Array.from<unknown>(outputs.label?.data ?? [])).toEqual(kinds)
  })

  it('regression: an amount comes back in its own unit', async () => {
    const rows = Array.from({ length: 800 }, (_, i) => {
      const x = uniform(i, 5) * 50
      return `${x},${1e6 + 2000 * x + (uniform(i, 6) - 0.5) * 10}`
    })
    shop.write('train.csv', `x,price\n${rows.join('\n')}\n`)
    const result = await shop.train(config('target: price'))
    expect(builtinOf(result.details)).toMatchObject({ task: 'regression', classes: null })
    const session = await InferenceSession.create(readFileSync(shop.path('out/m.onnx')))
    const outputs = await session.run({ x: new Tensor('float64', [25, 1000], [2, 1]) })
    const [middle, clipped] = Array.from<unknown, number>(outputs.prediction?.data ?? [], Number)
    expect(Math.abs((middle ?? 0) - 1_050_000)).toBeLessThan(200)
    // beyond the range seen it does not run away
    expect(Math.abs((clipped ?? 0) - 1_100_000)).toBeLessThan(300)
  })

  it('row weights move the shares, and a weight that is missing is refused', async () => {
    shop.write('train.csv', `c,w,late\n${'a,9,1\na,1,0\n'.repeat(100)}`)
    await shop.train(config('target: late'), { change: weighted })
    const session = await InferenceSession.create(readFileSync(shop.path('out/m.onnx')))
    expect(session.inputNames).toEqual(['c'])
    const outputs = await session.run({ c: new Tensor('string', ['a'], [1, 1]) })
    expect(Number(outputs.probabilities?.data[1])).toBeCloseTo(0.9, 2)
    shop.write('train.csv', `c,w,late\n${'a,9,1\na,,0\n'.repeat(100)}`)
    expect(codeOf(await shop.train(config('target: late'), { change: weighted }))).toBe('WEIGHT_INVALID')
  })
})

describe('what a builtin cannot learn from is one clear sentence, and the old model stays', () => {
  const secret = 'jane-doe'
  const cases: readonly (readonly [string, string, string])[] = [
    ['TARGET_ONE_CLASS', `x,t\n${`1,${secret}\n`.repeat(50)}`, config('target: t')],
    ['NO_ROWS', `x,t\n${'1,\n2,\n'.repeat(20)}`, config('target: t', 'baseline', 'task: binary')],
    ['COLUMN_MISSING', 'x,t\n1,0\n2,1\n', config('target: absent')],
    ['COLUMN_MISSING', 'x,t\n1,0\n2,1\n', config('target: t, features: [x, gone]')],
    ['NOT_AVAILABLE', 'x,t,u\n1,0,1\n2,1,0\n3,0,0\n', config('target: [t, u]')],
    ['TARGET_NOT_BINARY', `x,t\n1,${secret}\n2,b\n3,c\n`, config('target: t', 'baseline', 'task: binary')],
    ['TARGET_UNUSABLE', `x,t\n1,${secret}\n2,b\n3,c\n`, config('target: t', 'baseline', 'task: regression')],
    ['TARGET_UNUSABLE', 'x,t\n1,2024-01-01\n2,2024-01-02\n', config('target: t')],
    ['TARGET_TOO_MANY_CLASSES', `x,t\n${Array.from({ length: 150 }, (_, i) => `${i},${secret}-${i}`).join('\n')}\n`, config('target: t')],
    ['NO_FEATURES', 't\n0\n1\n0\n', config('target: t')],
    ['DATA_EMPTY', 'x,t\n', config('target: t')],
  ]
  it.each(cases)('%s', async (code, csv, text) => {
    shop.write('train.csv', csv)
    shop.write('out/m.onnx', 'the old model')
    const result = await shop.train(text)
    expect(codeOf(result)).toBe(code)
    expect(result.checks[0]?.fix).not.toBe('')
    expect(JSON.stringify(result)).not.toContain(secret)
    expect(shop.read('out/m.onnx')).toBe('the old model')
  })

  it('a format that nothing here reads is named, with the way out, as by every other stage', async () => {
    shop.write('train.feather', 'ARROW1 and more')
    const result = await shop.train(config('target: t').replace('train.csv', 'train.feather'))
    expect(codeOf(result)).toBe('DATA_UNREADABLE')
    expect(result.checks[0]?.message).toContain('train.feather is Arrow IPC')
    expect(result.checks[0]?.fix).toContain('Parquet')
  })

  it('DATA_MISSING', async () => {
    expect(codeOf(await shop.train(config('target: t')))).toBe('DATA_MISSING')
  })
})

describe('CAN-01 a cancel while a builtin fits', () => {
  it('is heard, leaves the old model and no partial one', async () => {
    shop.write('train.csv', flights(5000, 9).csv)
    shop.write('out/m.onnx', 'the old model')
    const abort = new AbortController()
    // a timer, as a signal would come: only a fit that lets others run can hear it
    const onSay = (line: string) => line.includes(': fits ') && setTimeout(() => abort.abort(), 0)
    const result = await shop.train(config('target: late, id: id'), { signal: abort.signal, onSay })
    expect(codeOf(result)).toBe('CANCELLED')
    expect(shop.read('out/m.onnx')).toBe('the old model')
    expect(readdirSync(shop.path('out'))).toEqual(['m.onnx'])
  })
})

describe('EVT-12 a lineage record never decides over bytes', () => {
  it('whatever lies at its place, training runs and the model is its own', async () => {
    shop.write('train.csv', flights(300, 10).csv)
    const text = config('target: late, id: id')
    await shop.train(text)
    const record: unknown = JSON.parse(shop.read('.modelgate/m/train.lineage.json'))
    const good = readFileSync(shop.path('out/m.onnx'))
    for (const content of [
      '',
      '{',
      'null',
      '[]',
      JSON.stringify({ ...Object(record), extra: 1 }),
      JSON.stringify(record).replace('lineage@1', 'lineage@2'),
      'x'.repeat(5 * 2 ** 20),
    ]) {
      shop.write('.modelgate/m/train.lineage.json', content)
      expect(trainDetails.parse((await shop.train(text)).details).reused).toBe(false)
      expect(readFileSync(shop.path('out/m.onnx')).equals(good)).toBe(true)
    }
    // a record that names other bytes with the right key
    shop.write('.modelgate/m/train.lineage.json', JSON.stringify(record))
    shop.write('out/m.onnx', 'planted')
    expect(trainDetails.parse((await shop.train(text)).details).reused).toBe(false)
    expect(readFileSync(shop.path('out/m.onnx')).equals(good)).toBe(true)
  })
})
