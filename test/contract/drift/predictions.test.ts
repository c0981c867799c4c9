import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renderHtml } from '../../../src/core/report/html.ts'
import { reportMarkdown } from '../../../src/core/report/markdown.ts'
import { verdictTable } from '../../../src/core/report/terminal.ts'
import { driftDetails } from '../../../src/core/schema/drift-details.ts'
import { profileSchema } from '../../../src/core/schema/profile.ts'
import type { StageResult } from '../../../src/core/schema/result.ts'
import { classifierWithZipMap, floats, identityModel, modelOf, node, tensorOf } from '../../support/onnx-models.ts'
import { numbers } from '../../support/project.ts'
import { modelConfig, modelReport, report } from '../../unit/report/samples.ts'
import { type Desk, makeDesk } from './support.ts'

const detailsOf = (result: StageResult) => {
  if (result.verdict === 'error' || result.because !== null) throw new Error(`${result.because}: ${result.checks[0]?.message}`)
  return driftDetails.parse(result.details)
}
const states = (result: StageResult) => Object.fromEntries(detailsOf(result).columns.map(({ column, state }) => [column, state]))
const check = (result: StageResult, id: string) => result.checks.find((one) => one.id === id)

/** σ(3ab): what the two features make only together */
const product = (slope = 3): Uint8Array =>
  modelOf({
    node: [node('Mul', ['a', 'b'], ['ab']), node('Mul', ['ab', 'slope'], ['z']), node('Sigmoid', ['z'], ['score'])],
    initializer: [floats('slope', [1], [slope])],
    input: [tensorOf('a', 'float', 'n', 1), tensorOf('b', 'float', 'n', 1)],
    output: [tensorOf('score', 'float', 'n', 1)],
  })

/** Two uniform features in −1 … 1; `alike` of the rows have the same sign in both: neither column alone shows it. */
function pairs(seed: number, rows: number, { alike = 0.5, labelled = true, days = 0, label = ['0', '1'] } = {}): string {
  const next = numbers(seed)
  const lines = [['a', 'b', ...(labelled ? ['y'] : []), ...(days > 0 ? ['at'] : [])].join(',')]
  for (let i = 0; i < rows; i += 1) {
    const a = next() * 2 - 1
    const size = next()
    const b = next() < alike ? Math.sign(a) * size : -Math.sign(a) * size
    const y = label[next() < 1 / (1 + Math.exp(-3 * a * b)) ? 1 : 0]
    const at = new Date(Date.UTC(2026, 0, 1 + Math.floor((i * days) / rows))).toISOString().slice(0, 10)
    lines.push([a.toFixed(4), b.toFixed(4), ...(labelled ? [y] : []), ...(days > 0 ? [at] : [])].join(','))
  }
  return `${lines.join('\n')}\n`
}

const config = ({ data = '', rest = '', drift = '', model = 'm.onnx' } = {}) => `models:
  m:
    task: binary
    model: ${model}
    data: {train: train.csv, test: test.csv, current: current.csv, target: y, positive: 1, features: [a, b]${data}}
    baseline: []
    drift: {correlations: false${drift}}
${rest}`

const all = ['validate', 'evaluate', 'drift'] as const

describe('predictions of today against those on the holdout', () => {
  let desk: Desk
  beforeAll(() => {
    desk = makeDesk()
    desk.write('m.onnx', product())
    desk.write('train.csv', pairs(1, 2000))
    desk.write('test.csv', pairs(2, 1200))
    desk.write('current.csv', pairs(3, 1200, { alike: 0.9, labelled: false }))
  })
  afterAll(() => desk.close())

  it('catch features that moved only together, which no column shows', async () => {
    const result = await desk.run(config(), all)
    expect(states(result)).toMatchObject({ a: 'ok', b: 'ok', 'predictions.probability': 'fail' })
    expect(result.verdict).toBe('fail')
    const details = detailsOf(result)
    expect(details.predictions).toMatchObject({ from: 'its own on data.test', because: null })
    // E max(p, 1 − p) of σ(3ab), |a| and |b| uniform: 0.64, whatever the signs
    expect(details.predictions?.expected_accuracy).toBeCloseTo(0.64, 1)
    const row = details.columns.find(({ column }) => column === 'predictions.probability')
    expect(row).toMatchObject({ family: 'predictions', n_reference: 1200, n_current: 1200 })
    expect(row?.cells?.reduce((sum, cell) => sum + cell.current, 0)).toBeCloseTo(1, 4)
  })

  it('tell how often each class occurs now, where classes became more frequent and look as they did', async () => {
    const [head = '', ...lines] = pairs(6, 9000).trimEnd().split('\n')
    const of = (label: string) => lines.filter((line) => line.endsWith(`,${label}`))
    const unlabelled = [head, ...of('1').slice(0, 3600), ...of('0').slice(0, 900)].map((line) => line.replace(/,[^,]*$/, ''))
    desk.write('shifted.csv', `${unlabelled.join('\n')}\n`)
    desk.write('holdout.csv', pairs(7, 8000))
    const shifted = (data = '') => config({ data }).replace('current.csv', 'shifted.csv').replace('test.csv', 'holdout.csv')
    const result = await desk.run(shifted(), all)
    const priors = detailsOf(result).predictions?.priors
    const positive = priors?.positive ?? -1
    expect(priors?.holdout[positive]).toBeCloseTo(0.5, 1)
    expect(priors?.now[positive]).toBeGreaterThan(0.72)
    expect(priors?.now[positive]).toBeLessThan(0.88)
    expect(renderHtml(report([modelReport(modelConfig('m'), [result])]))).toContain('the positive class is')
    expect(priors?.now.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12)
    const hidden = await desk.run(shifted(', sensitive: [y]'), all)
    expect(detailsOf(hidden).predictions?.priors).toBeNull()
  })

  it('are steady where the current rows are like the holdout', async () => {
    desk.write('like.csv', pairs(4, 1200, { labelled: false }))
    const result = await desk.run(config().replace('current.csv', 'like.csv'), all)
    expect(states(result)).toEqual({ a: 'ok', b: 'ok', 'predictions.probability': 'ok', 'predictions.class': 'ok' })
    expect(result.verdict).toBe('pass')
  })

  it('are held against validation where there is one, and against test where it cannot be scored', async () => {
    desk.write('validation.csv', pairs(5, 1000))
    const own = await desk.run(config({ data: ', validation: validation.csv' }), all)
    expect(detailsOf(own).predictions?.from).toBe('its own on data.validation')
    expect(detailsOf(own).columns.find(({ family }) => family === 'predictions')?.n_reference).toBe(1000)
    desk.write('validation.csv', pairs(5, 800).replace('a,b,y', 'a,other,y'))
    const fallen = await desk.run(config({ data: ', validation: validation.csv' }).replace(', features: [a, b]', ''), all)
    expect(detailsOf(fallen).columns.find(({ family }) => family === 'predictions')?.n_reference).toBe(1200)
    expect(detailsOf(fallen).predictions?.from).toBe('its own on data.test (data.validation could not be scored: COLUMNS_MISSING)')
    // those of the very rows of data.test say nothing of today, whatever the config would have had them be of
    const same = config({ data: ', validation: validation.csv' }).replace(', features: [a, b]', '').replace('current.csv', 'test.csv')
    expect(detailsOf(await desk.run(same, all)).predictions?.because).toContain('data.current holds the same data as data.test')
  })

  it('are a skipped check with its reason where there is no holdout, no rows, another model: columns are compared all the same', async () => {
    const reason = (result: StageResult) => {
      expect(states(result)).toMatchObject({ a: 'ok', b: 'ok' })
      expect(check(result, 'drift.predictions')).toMatchObject({ status: 'skipped', effect: 'skipped' })
      expect(detailsOf(result).predictions?.from).toBeNull()
      return detailsOf(result).predictions?.because
    }
    expect(reason(await desk.run(config({ rest: '    evaluate: {threshold: 0.4}' }), ['validate', 'drift']))).toContain(
      'evaluate did not score one',
    )
    await desk.run(config(), ['validate', 'evaluate'])
    desk.write('m.onnx', product(2))
    expect(reason(await desk.run(config(), ['validate', 'drift']))).toContain('the model changed')
    desk.write('m.onnx', product())
    expect(reason(await desk.run(config().replace('current.csv', 'test.csv'), all))).toBe(
      'data.current holds the same data as data.test, which the model answered for in this run',
    )
    desk.write('now.json', desk.read('.modelgate/m/profile.json'))
    expect(reason(await desk.run(config().replace('current.csv', '{profile: now.json}'), all))).toContain('no rows for the model')
  })

  it('a model that wants what current data does not have is a reason too', async () => {
    desk.write('wide.csv', pairs(1, 1000).replace('a,b,y', 'a,c,y'))
    const result = await desk.run(
      config({ drift: ', columns: {b: {ignore: true}}' }).replace('current.csv', 'wide.csv').replace('[a, b]', '[a]'),
      all,
    )
    expect(check(result, 'drift.predictions')?.message).toContain('wants columns that wide.csv does not have')
    expect(result.verdict).not.toBe('error')
  })

  it('leave no profile of an evaluation that failed', async () => {
    await desk.run(config(), ['validate', 'evaluate'])
    const path = join(desk.folder, '.modelgate/m/predictions.json')
    expect(existsSync(path)).toBe(true)
    await desk.run(config().replace('test.csv', 'nowhere.csv'), ['evaluate'])
    expect(existsSync(path)).toBe(false)
  })

  it('with a time, whole days are compared: the profile of the predictions has the blocks of its rows', async () => {
    desk.write('train.csv', pairs(1, 4000, { days: 40 }))
    desk.write('test.csv', pairs(2, 3000, { days: 40 }))
    desk.write('days.csv', pairs(6, 3000, { days: 20, alike: 0.9 }))
    const result = await desk.run(config({ data: ', time: at' }).replace('current.csv', 'days.csv'), all)
    const [table] = profileSchema.parse(JSON.parse(desk.read('.modelgate/m/predictions.json'))).tables
    expect(table?.blocks).toMatchObject({ by: 'time', unit: '1 day' })
    expect(table?.columns.map(({ name }) => name)).toEqual(['probability', 'class'])
    const row = detailsOf(result).columns.find(({ column }) => column === 'predictions.probability')
    expect(row).toMatchObject({ state: 'fail', unit: 'blocks' })
    expect(detailsOf(result).blocks).toMatchObject({ unit: '1 day', reference: 40, current: 20 })
  })
})

describe('several classes, and numbers', () => {
  it('a multiclass model is compared by class, confidence and entropy; a regression by its value', async () => {
    const desk = makeDesk()
    const coefficients = [2, 0, -1, 1.7, -1, -1.7]
    desk.write('m.onnx', classifierWithZipMap({ width: 2, labels: ['u', 'v', 'w'], coefficients, intercepts: [0, 0, 0] }))
    const rows = (seed: number, shift: number) => {
      const next = numbers(seed)
      const lines = Array.from(
        { length: 1500 },
        (_, i) => `${(next() * 2 - 1 + shift).toFixed(3)},${(next() * 2 - 1).toFixed(3)},${['u', 'v', 'w'][i % 3]}`,
      )
      return `a,b,y\n${lines.join('\n')}\n`
    }
    for (const [name, seed, shift] of [
      ['train', 1, 0],
      ['test', 2, 0],
      ['current', 3, 0.5],
    ] as const)
      desk.write(`${name}.csv`, rows(seed, shift))
    const text = config().replace('binary', 'multiclass').replace(', positive: 1', '')
    const several = states(await desk.run(text, all))
    expect(several).toMatchObject({ 'predictions.class': 'fail', a: 'fail', b: 'ok' })
    expect(Object.keys(several).filter((name) => name.startsWith('predictions.'))).toEqual([
      'predictions.confidence',
      'predictions.entropy',
      'predictions.class',
    ])

    const sum = modelOf({
      node: [node('Add', ['a', 'b'], ['score'])],
      input: [tensorOf('a', 'float', 'n', 1), tensorOf('b', 'float', 'n', 1)],
      output: [tensorOf('score', 'float', 'n', 1)],
    })
    desk.write('m.onnx', sum)
    for (const name of ['train', 'test', 'current'])
      desk.write(
        `${name}.csv`,
        desk.read(`${name}.csv`).replace(/,[uvw]$/gm, (label) => `,${label.charCodeAt(1)}.5`),
      )
    // rows in the order of what is predicted of them: a score is no identifier for that
    const [head = '', ...lines] = desk.read('test.csv').trimEnd().split('\n')
    const sumOf = (line: string) =>
      line
        .split(',')
        .slice(0, 2)
        .reduce((total, cell) => total + Number(cell), 0)
    desk.write('test.csv', `${[head, ...lines.sort((x, y) => sumOf(x) - sumOf(y))].join('\n')}\n`)
    const value = states(await desk.run(text.replace('multiclass', 'regression'), all))
    const stored = profileSchema.parse(JSON.parse(desk.read('.modelgate/m/predictions.json')))
    expect(stored.tables[0]?.columns.map(({ kind }) => kind)).toEqual(['numeric-continuous'])
    expect(value).toMatchObject({ 'predictions.value': 'fail' })
    await desk.close()
  })
})

describe('a window of the same data', () => {
  let desk: Desk
  beforeAll(() => {
    desk = makeDesk()
    desk.write('m.onnx', product())
    desk.write('train.csv', pairs(1, 1000, { days: 30 }))
    desk.write('test.csv', pairs(2, 1000, { days: 30 }))
    const old = pairs(3, 7200, { days: 36 }).trimEnd()
    // the last six days turn
    const turned = pairs(4, 1200, { days: 6, alike: 0.9 }).trimEnd().split('\n').slice(1)
    desk.write('current.csv', `${old}\n${turned.map((line) => line.replace(/2026-01-0(\d)$/, (_, day) => `2026-02-1${day}`)).join('\n')}\n`)
  })
  afterAll(() => desk.close())

  const windowed = (window: string, more = '') => config({ data: `, time: at${more}`, drift: `, reference: ${window}` })

  it('the last days against the weeks before them, with what the model says of both', async () => {
    const result = await desk.run(windowed('{window: 28d, current: 6d}'), ['drift'])
    const details = detailsOf(result)
    expect(details.reference).toMatchObject({ from: 'the 28 days before (data.current)' })
    expect(details.current.rows).toBe(1200)
    expect(details.reference.rows).toBeLessThan(7200)
    expect(details.predictions?.from).toBe('its own in the 28 days before')
    expect(result.checks.map(({ message }) => message).join('\n')).not.toContain('training')
    expect(states(result)).toMatchObject({ a: expect.stringMatching(/ok|inconclusive/), 'predictions.probability': 'fail' })
    const day = await desk.run(windowed('{window: 1d, current: 1d}'), ['drift'])
    expect(detailsOf(day).reference.from).toBe('the day before (data.current)')
  })

  it('trouble is one sentence that names what is missing', async () => {
    const trouble = async (text: string) => {
      const result = await desk.run(text, ['drift'])
      expect(result.verdict).toBe('error')
      return result.checks[0]?.message
    }
    expect(await trouble(windowed('{window: 28d, current: 400d}'))).toBe(
      'WINDOW_EMPTY: data.current has no row in the 28 days before the last 400 days of at',
    )
    expect(await trouble(windowed('{window: 28d, current: 7d}').replace('time: at', 'time: a'))).toContain(
      'TIME_UNFIT: data.time names a, which data.current holds as DOUBLE',
    )
    expect(await trouble(windowed('{window: 28d, current: 7d}').replace('time: at', 'time: when'))).toContain(
      'COLUMN_MISSING: data.current has no column when',
    )
  })
})

describe('the profile travels with a model', () => {
  it('a fetched model is held against the predictions stored with it, not those of this repository', async () => {
    const desk = makeDesk()
    desk.write('m.onnx', product())
    desk.write('train.csv', pairs(1, 2000))
    desk.write('test.csv', pairs(2, 2000, { alike: 0.9 }))
    desk.write('current.csv', pairs(3, 2000, { alike: 0.9 }))
    const own = await desk.run(config(), all)
    expect(states(own)['predictions.probability']).toBe('ok')
    const digest = own.inputs.find(({ role }) => role === 'model')?.digest ?? ''
    // as promoted: another holdout than today's
    desk.write('holdout.csv', pairs(5, 2000))
    await desk.run(config().replace('test.csv', 'holdout.csv'), ['validate', 'evaluate'])
    const [trained, answered] = ['profile', 'predictions'].map((name) =>
      profileSchema.parse(JSON.parse(desk.read(`.modelgate/m/${name}.json`))),
    )
    const tables = [...(trained?.tables.filter(({ role }) => role === 'train') ?? []), ...(answered?.tables ?? [])]
    desk.write('cache/profile.json', JSON.stringify({ ...trained, tables }))
    desk.write('cache/m.onnx', product())
    const model = { path: 'cache/m.onnx', digest: digest || `sha256:${'0'.repeat(64)}`, bytes: 1 }
    const fetched = { ref: 'production', resolved: 'm@1.4.0', version: '1.4.0', model, profile: 'cache/profile.json' }
    const text = config({ model: 'production' })
    const first = await desk.run(text, ['validate', 'fetch', 'evaluate'], { fetched })
    const scored = first.inputs.find(({ role }) => role === 'model')?.digest ?? ''
    const result = await desk.run(text, ['fetch', 'drift'], { fetched: { ...fetched, model: { ...model, digest: scored } } })
    expect(detailsOf(result).predictions?.from).toBe('the predictions stored with m@1.4.0')
    expect(states(result)['predictions.probability']).toBe('fail')
    await desk.close()
  })
})

describe('PII-01 and PII-03: no cell value and no label of the data leaves through drift', () => {
  const canaries = ['CANARY_label', 'CANARY_rare', '987654.321', 'CANARY_class']

  it('labels, rare ones, extremes and classes are nowhere in the result, and a sensitive target shows no figure', async () => {
    const desk = makeDesk()
    desk.write('m.onnx', product())
    const withLabels = (text: string, fresh: boolean) =>
      text
        .trimEnd()
        .split('\n')
        .map((line, i) =>
          i === 0
            ? `${line},c`
            : `${i === 7 ? line.replace(/^[^,]*/, '987654.321') : line},${fresh && i % 3 === 0 ? 'CANARY_label' : i === 9 ? 'CANARY_rare' : 'usual'}`,
        )
        .join('\n')
    const label = ['CANARY_class', 'CANARY_other']
    desk.write('train.csv', withLabels(pairs(1, 2000, { label }), false))
    desk.write('test.csv', withLabels(pairs(2, 2000, { label }), false))
    desk.write('current.csv', withLabels(pairs(3, 2000, { label, alike: 0.9 }), true))
    const text = config({ drift: ', classifier: {rows: 1000}' })
      .replace('positive: 1', 'positive: CANARY_other, sensitive: [y]')
      .replace('[a, b]', '[a, b, c]')
    const result = await desk.run(text, all)
    expect(result.verdict).toBe('fail')
    expect(states(result)['predictions.probability']).toBe('fail')
    const written = JSON.stringify(result)
    for (const canary of canaries) expect(written).not.toContain(canary)
    const shown = report([modelReport(modelConfig('m'), [result])])
    for (const text of [renderHtml(shown), reportMarkdown(shown), verdictTable(shown)]) {
      expect(text).toContain('predictions.probability')
      for (const canary of canaries) expect(text).not.toContain(canary)
    }
    const stored = desk.read('.modelgate/m/predictions.json')
    for (const canary of canaries) expect(stored).not.toContain(canary)
    const table = profileSchema.parse(JSON.parse(stored)).tables[0]
    expect(table?.columns.every(({ sensitive, numeric }) => sensitive && (numeric?.min ?? null) === null)).toBe(true)
    await desk.close()
  })
})

describe('the classifier', () => {
  it('tells apart what moved only together, reads the same rows in every run, and says why it cannot', async () => {
    const desk = makeDesk()
    desk.write('m.onnx', product())
    desk.write('train.csv', pairs(1, 2000))
    desk.write('test.csv', pairs(2, 1000))
    desk.write('current.csv', pairs(3, 3000, { alike: 0.9 }))
    const text = config({ drift: ', classifier: {rows: 1500}' })
    const [once, again] = [await desk.run(text, ['validate', 'drift']), await desk.run(text, ['validate', 'drift'])]
    const found = detailsOf(once).classifier
    expect(found?.low99).toBeGreaterThan(0.6)
    expect(found).toEqual(detailsOf(again).classifier)
    expect(
      found?.top
        .map(({ column }) => column)
        .slice(0, 2)
        .sort(),
    ).toEqual(['a', 'b'])
    desk.write('stored.json', desk.read('.modelgate/m/profile.json'))
    const stored = await desk.run(config({ drift: ', classifier: {rows: 1500}, reference: {profile: stored.json}' }), ['validate', 'drift'])
    expect(check(stored, 'drift.classifier')).toMatchObject({ status: 'skipped' })
    expect(check(stored, 'drift.classifier')?.message).toContain('stored.json is a profile, and rows are needed')
    await desk.close()
  })
})

describe('two stored profiles', () => {
  it('are compared alone: no stage before, no data read', async () => {
    const desk = makeDesk()
    desk.write('train.csv', pairs(1, 2000))
    desk.write('test.csv', pairs(2, 300))
    desk.write('current.csv', pairs(3, 2000, { alike: 0.9 }))
    await desk.run(config(), ['validate'])
    desk.write('both.json', desk.read('.modelgate/m/profile.json'))
    const other = makeDesk()
    other.write('both.json', desk.read('both.json'))
    const text = `models: {m: {model: m.onnx, data: {current: {profile: both.json}, target: y, positive: 1}, drift: {reference: {profile: both.json}}}}`
    const result = await other.run(text, ['drift'])
    expect(states(result)).toMatchObject({ a: 'ok', b: 'ok' })
    expect(detailsOf(result)).toMatchObject({ reference: { rows: 2000 }, current: { rows: 2000 }, same_data: false })
    await desk.close()
    await other.close()
  })
})

describe('predictions of a ranking and of a forecast', () => {
  let desk: Desk
  beforeAll(() => {
    desk = makeDesk()
    desk.write('m.onnx', identityModel('good'))
  })
  afterAll(() => desk.close())

  /** 300 questions of five items; the score of each is moved by `by` */
  function questions(seed: number, by = 0): string {
    const next = numbers(seed)
    const lines = Array.from({ length: 1500 }, (_, i) => `q${i % 300},i${Math.floor(i / 300)},${i % 3},${(next() + by).toFixed(4)}`)
    return `query,item,clicked,good\n${lines.join('\n')}\n`
  }
  const ranking = (current: string) => `models:
  m:
    task: ranking
    model: m.onnx
    data: {train: train.csv, test: test.csv, current: ${current}, target: clicked, group: query, id: item, features: [good]}
    baseline: []
    drift: {blocks: rows, columns: {good: {ignore: true}}}
    evaluate: {metrics: {ndcg: {}}}
`

  it('scores that moved are found, others are steady, by the scores of the holdout', async () => {
    desk.write('train.csv', questions(1))
    desk.write('test.csv', questions(2))
    desk.write('like.csv', questions(3))
    desk.write('moved.csv', questions(4, 0.4))
    const like = await desk.run(ranking('like.csv'), all)
    expect(detailsOf(like).predictions).toMatchObject({
      from: 'its own on data.test',
      because: null,
      priors: null,
      expected_accuracy: null,
    })
    expect(states(like)['predictions.score']).toBe('ok')
    expect(states(await desk.run(ranking('moved.csv'), all))['predictions.score']).toBe('fail')
  })
})
