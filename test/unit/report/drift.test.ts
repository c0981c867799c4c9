/** How drift reads: its scale in words, its charts, and what comes first. */
import { describe, expect, it } from 'vitest'
import { driftBars, shareBars } from '../../../src/core/report/charts.ts'
import { jsOfNewMass, jsOfShift, newMassOf, shiftOf, sizeInWords } from '../../../src/core/report/drift-scale.ts'
import { shareCells } from '../../../src/core/report/drift-shares.ts'
import { driftView } from '../../../src/core/report/drift-view.ts'
import { renderHtml } from '../../../src/core/report/html.ts'
import { reportMarkdown } from '../../../src/core/report/markdown.ts'
import { verdictTable } from '../../../src/core/report/terminal.ts'
import { plain } from '../../../src/core/report/text.ts'
import type { DriftDetails } from '../../../src/core/schema/drift-details.ts'
import { type Check, makeCheck } from '../../../src/core/schema/result.ts'
import { plainColumn } from '../../support/plain.ts'
import { modelConfig, modelReport, report, result } from './samples.ts'

describe('the scale of JS* in words', () => {
  it.each([
    [0.1, 0.042],
    [0.25, 0.104],
    [0.3, 0.124],
    [0.5, 0.205],
    [1, 0.391],
  ])('a shift of %s sd is JS %s in ten deciles, and back', (sd, js) => {
    expect(jsOfShift(sd)).toBeCloseTo(js, 3)
    expect(shiftOf(jsOfShift(sd))).toBeCloseTo(sd, 6)
  })
  it.each([
    [0.02, 0.1],
    [0.05, 0.16],
    [0.08, 0.203],
  ])('a part of %s of the rows in a new cell is JS %s, and back', (mass, js) => {
    expect(jsOfNewMass(mass)).toBeCloseTo(js, 2)
    expect(newMassOf(jsOfNewMass(mass))).toBeCloseTo(mass, 6)
  })
  it('says the nearest fraction, a bound at either end, and nothing where rates say more', () => {
    expect([0.01, 0.042, 0.1, 0.2, 0.39, 0.95].map((js) => sizeInWords(js, 'numeric-continuous'))).toEqual([
      'less than ⅒ sd',
      '⅒ sd',
      '¼ sd',
      '½ sd',
      '1 sd',
      'more than 2½ sd',
    ])
    expect([0.01, 0.05, 0.2, 1].map((js) => sizeInWords(js, 'categorical'))).toEqual([
      'less than 0.1 % of the rows new',
      '0.5 % of the rows new',
      '8 % of the rows new',
      '100 % of the rows new',
    ])
    expect(sizeInWords(0.2, 'boolean')).toBeNull()
    expect(sizeInWords(0, 'numeric-discrete')).toBeNull()
    expect(sizeInWords(null, 'numeric-discrete')).toBeNull()
  })
})

const column = plainColumn
const numeric = (cells: readonly number[], edges: readonly number[] = [10, 20.0004, 30]) => ({
  min: 0,
  max: 40,
  mean: 20,
  m2: 1,
  edges: [...edges],
  edges_id: 'e',
  cells: [...cells],
  spikes: [],
})

describe('shares that a chart draws', () => {
  it('are of all rows: cells, infinite, missing add up to one on both sides', () => {
    const before = column({ numeric: numeric([20, 30, 30, 10]), n_null: 8, n_pos_inf: 2 })
    const now = column({ numeric: numeric([0, 0, 20, 70]), n_null: 10 })
    const cells = shareCells(before, now) ?? []
    expect(cells.map(({ name }) => name)).toEqual(['up to 10', '10 to 20', '20 to 30', 'above 30', 'infinite', 'missing'])
    for (const side of ['reference', 'current'] as const) expect(cells.reduce((sum, cell) => sum + cell[side], 0)).toBeCloseTo(1, 12)
  })
  it('PII-01, PII-03: labels are ranks, whatever they are; new ones are one cell', () => {
    const top = (entries: readonly (readonly [string, number])[], other: number) => ({
      top: entries.map(([value, count]) => ({ value, count })),
      other_count: other,
      distinct: null,
    })
    const before = column({
      kind: 'categorical',
      categories: top(
        [
          ['SECRET', 60],
          ['B', 30],
        ],
        10,
      ),
    })
    const now = column({
      kind: 'categorical',
      categories: top(
        [
          ['B', 50],
          ['FRESH', 40],
        ],
        10,
      ),
    })
    const cells = shareCells(before, now) ?? []
    expect(cells).toEqual([
      { name: 'most frequent', reference: 0.6, current: 0 },
      { name: '2nd', reference: 0.3, current: 0.5 },
      { name: 'all others', reference: 0.1, current: 0.1 },
      { name: 'new since', reference: 0, current: 0.4 },
    ])
  })
  it('PII-04: cells of a sensitive number have no name, and a sensitive label has no cells', () => {
    const hidden = shareCells(
      column({ sensitive: true, numeric: numeric([25, 25, 25, 25]) }),
      column({ sensitive: true, numeric: numeric([0, 0, 50, 50]) }),
    )
    expect(hidden?.map(({ name }) => name)).toEqual(['', '', '', ''])
    const labels = { top: [], other_count: 100, distinct: null }
    const secret = column({ kind: 'categorical', sensitive: true, categories: labels })
    expect(shareCells(secret, secret)).toBeNull()
  })
  it('are not drawn of cells that were cut elsewhere, or of no rows', () => {
    const other = { ...numeric([25, 25, 25, 25]), edges_id: 'other' }
    expect(shareCells(column({ numeric: numeric([1, 1, 1, 1]) }), column({ numeric: other }))).toBeNull()
    expect(shareCells(column({ n: 0, numeric: numeric([0, 0, 0, 0]) }), column({ numeric: numeric([1, 1, 1, 1]) }))).toBeNull()
  })
  it('a chart escapes what it is given', () => {
    expect(shareBars([{ name: '<script>', reference: 0.5, current: 0.4 }], '"&<')).not.toMatch(/<script>|"&</)
    expect(shareBars([], 'nothing')).toBe('')
  })
})

type Row = DriftDetails['columns'][number]
const row = (name: string, family: Row['family'], state: Row['state'], js: number): Row => ({
  column: name,
  family,
  kind: 'numeric-continuous',
  state,
  js,
  p: 0.001,
  q: 0.002,
  n_reference: 1000,
  n_current: 1000,
  summary: 'median 1 → 2',
  companions: {},
  unit: 'blocks',
  ...(state === 'fail' ? { cells: [{ name: 'up to 1', reference: 0.5, current: 0.2 }] } : {}),
})
const details: DriftDetails = {
  reference: { from: 'data.train of this run', rows: 1000, digest: null },
  current: { rows: 1000 },
  same_data: false,
  columns: [
    row('hour', 'features', 'fail', 0.31),
    row('late', 'labels', 'ok', 0.01),
    row('predictions.probability', 'predictions', 'fail', 0.12),
    row('distance', 'features', 'ok', 0.02),
  ],
  predictions: { from: 'its own on data.test', because: null },
  blocks: { by: 'time', unit: '1 day', reference: 28, current: 7 },
  seeds: { blocks: 20010401, cells: 20010201, classifier: 20010401 },
  correlations: [
    { a: 'hour', b: 'distance', reference: 0.31, current: -0.02, change: -0.33, q: 0.0001, state: 'fail' },
    { a: 'city', b: 'late', measure: 'cramers_v', reference: 0.7, current: 0.1, change: 0.6, q: 0.0001, state: 'fail' },
    { a: 'late', b: 'hour', reference: 0.1, current: 0.11, change: 0.01, q: 0.8, state: 'ok' },
  ],
  classifier: {
    auc: 0.64,
    low95: 0.62,
    low99: 0.61,
    rows: 4000,
    seed: 1,
    top: [
      { column: 'hour', gain: 0.7 },
      { column: 'distance', gain: 0.01 },
    ],
  },
}
const shown = (change: Partial<DriftDetails> = {}) => {
  const entry = result('m', { stage: 'drift', checks: [], details: { ...details, ...change } })
  return { view: driftView(entry, modelConfig('m')), report: report([modelReport(modelConfig('m'), [entry])]) }
}

describe('a drift section', () => {
  it('says of the predictions first, then of the columns; what moved stands above what did not', () => {
    const { view } = shown()
    expect(plain(view?.summary ?? [])).toBe('the predictions moved, and 1 of 3 columns')
    expect(view?.rows.map(({ column: name }) => name)).toEqual(['predictions.probability', 'hour', 'late', 'distance'])
    const steady = shown({ columns: details.columns.map((one) => (one.family === 'predictions' ? { ...one, state: 'ok' } : one)) })
    expect(plain(steady.view?.summary ?? [])).toBe('the predictions are steady, 1 of 3 columns moved')
    const alone = shown({ columns: details.columns.map((one) => (one.column === 'hour' ? { ...one, state: 'ok' } : one)) })
    expect(plain(alone.view?.summary ?? [])).toBe('the predictions moved, though none of 3 columns moved alone')
  })

  it('does not count a column among those that did not move when it was not tested', () => {
    const states: Readonly<Record<string, 'ok' | 'skipped'>> = { hour: 'ok', late: 'ok', distance: 'skipped' }
    const columns = details.columns.map((one) => ({ ...one, state: states[one.column] ?? one.state }))
    expect(plain(shown({ columns }).view?.summary ?? [])).toBe(
      'the predictions moved, though none of 2 columns (1 more not tested) moved alone',
    )
    const steady = columns.map((one) => ({ ...one, state: states[one.column] ?? ('ok' as const) }))
    expect(plain(shown({ columns: steady }).view?.summary ?? [])).toBe(
      'the predictions are steady, none of 2 columns (1 more not tested) moved',
    )
  })

  it.each([
    ['inconclusive', 'inconclusive', 'too few rows to say whether the predictions or one of 3 columns moved'],
    ['skipped', 'skipped', 'nothing says whether one of 3 columns moved'],
    ['ok', 'inconclusive', 'the predictions are steady, too few rows to say whether one of 3 columns moved'],
    ['inconclusive', 'ok', 'too few rows to say whether the predictions moved; none of 3 columns moved'],
    ['fail', 'skipped', 'the predictions moved; nothing says whether one of 3 columns moved'],
  ] as const)('never calls steady what nobody could tell: predictions %s, columns %s', (predictions, others, words) => {
    const columns = details.columns.map((one) => ({ ...one, state: one.family === 'predictions' ? predictions : others }))
    expect(plain(shown({ columns }).view?.summary ?? [])).toBe(words)
  })

  it('says how it was compared: blocks, the classifier and by what, pairs that changed only', () => {
    const text = reportMarkdown(shown().report)
    expect(text).toContain('Rows of one time are alike, so they count in blocks of 1 day: 7 blocks against 28 (drawn from seed 20010401)')
    expect(text).toMatch(/AUC 0\.640 \(0\.5 is chance; surely better than 0\.620\), by <code>hour<\/code> \(70 %\)\./)
    expect(text).toContain('| drifted | <code>hour</code> and <code>distance</code> | rank correlation | 0.310 | −0.020 |')
    expect(text).toContain('| drifted | <code>city</code> and <code>late</code> | Cramér’s V | 0.700 | 0.100 |')
    expect(text).not.toContain('<code>late</code> and')
    expect(verdictTable(shown().report)).toContain('drift: the predictions moved, and 1 of 3 columns')
  })

  it('says why predictions were not compared', () => {
    const { report: without } = shown({ predictions: { from: null, because: 'evaluate did not score one in this run' } })
    expect(reportMarkdown(without)).toContain('Predictions were not compared: evaluate did not score one in this run')
  })

  it('draws a bar a column, with its own limits, and the shares of what moved', () => {
    const { view, report: whole } = shown()
    const bars = driftBars(view?.rows ?? [], ({ column: name }) => name, 'drift')
    expect(bars.match(/class="bar /g)).toHaveLength(4)
    const page = renderHtml(whole)
    expect(page.match(/class="part reference"/g)).toHaveLength(2)
    expect(page).toContain('up to 1')
    expect(page).toContain('about ¾ sd')
  })

  it('a column with a limit of its own is shown against that, and by its own measure', () => {
    const entry = result('m', { stage: 'drift', checks: [], details })
    const config = modelConfig('m', {
      drift: { enabled: true, reference: 'training', columns: { hour: { shift: { fail: 0.4 } }, 'dist*': { metric: 'ks' } } },
    })
    const rows = new Map(driftView(entry, config)?.rows.map((one) => [one.column, one]))
    expect(rows.get('hour')).toMatchObject({ warn: null, fail: 0.4, byJs: true })
    expect(rows.get('distance')?.byJs).toBe(false)
  })
})

describe('names in the messages of checks of pairs', () => {
  const check = (id: string, metric: string | null, message: string, names: readonly string[], column: string | null = null) =>
    makeCheck({ id, status: 'fail', effect: 'fail', metric, column, names: [...names], message })
  const markdownOf = (stage: 'drift' | 'validate', ...checks: readonly Check[]) =>
    reportMarkdown(report([modelReport(modelConfig('m'), [result('m', { stage, checks })])]))

  it('are code, and the word for what is measured is not', () => {
    const text = markdownOf(
      'drift',
      check('drift.correlation:mood~age', 'correlation', 'mood and age go together differently: rank correlation 0.1 → 0.6', [
        'mood',
        'age',
      ]),
      check('drift.range:age', 'range', '3 rows of age lie outside the range of the reference', [], 'age'),
    )
    expect(text).toContain('<code>mood</code> and <code>age</code> go together differently: rank correlation 0.1')
    expect(text).toContain('3 rows of <code>age</code> lie outside the range of the reference')
  })

  it('of a table are those that its sentence names', () => {
    const text = markdownOf('validate', check('validate.no_extra_columns', null, 'train: nobody expects mood, age_2', ['mood', 'age_2']))
    expect(text).toContain('nobody expects <code>mood</code>, <code>age\\_2</code>')
  })
})
