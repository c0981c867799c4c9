import { describe, expect, it } from 'vitest'
import { judgedAs } from '../../../src/core/evaluate/basis.ts'
import { earlierHoldout, figuresOf, saidOfHoldout, sameFigures, whatDiffers } from '../../../src/core/evaluate/comparable.ts'
import { judge } from '../../../src/core/evaluate/judge.ts'
import { emptyModel } from '../../../src/core/ledger/files.ts'
import { judgedSchema } from '../../../src/core/schema/judged.ts'
import type { LedgerModel } from '../../../src/core/schema/ledger.ts'
import { UserError } from '../../../src/errors.ts'
import { byNumbers, type Compared, notComparable } from '../../../src/stages/evaluate/baseline.ts'
import { readConfig } from '../../support/local-run.ts'

const digest = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`
const judgedOn = (...holdouts: readonly string[]): LedgerModel => ({
  ...emptyModel('m'),
  recent: holdouts.map((holdout) => ({ digest: digest(1), at: 'then', verdict: 'pass', holdout, rows: 30_000, metrics: {} })),
})
const compared: Compared = {
  scored: null,
  missing: null,
  stored: null,
  judged: null,
  record: { ref: 'production', version: '1.0.0', digest: digest(1), age_days: 1, same_rows: true },
  inputs: [],
  checks: [],
  again: null,
  answers: null,
}

describe('a baseline that was made for other data', () => {
  it.each([
    ['COLUMNS_MISSING', 'columns differ'],
    ['CLASSES_UNKNOWN', 'labels differ'],
  ])('%s is not comparable, and says that %s', (code, says) => {
    expect(whatDiffers(code)).toBe(says)
    expect(notComparable(compared, new UserError(code, 'it has others', 'retrain'))).toMatchObject({
      scored: null,
      record: { same_rows: false },
      missing: { kind: 'not-comparable', because: `${says}: it has others` },
    })
  })

  it('is not what a crash, a wrong digest or a bug is', () => {
    for (const thrown of [new UserError('MODEL_CRASHED', 'x', 'y'), new UserError('DIGEST_DIFFERS', 'x', 'y'), new RangeError('x')])
      expect(() => notComparable(compared, thrown)).toThrow(thrown)
  })
})

describe('test data that changed since the baseline was judged', () => {
  it('is said when the ledger knows it', () => {
    const then = earlierHoldout(judgedOn('a'), digest(1), 'b')
    expect(then).toEqual({ holdout: 'a', rows: 30_000 })
    expect(earlierHoldout(judgedOn('a', 'b'), digest(1), 'b')).toBeNull()
    expect(earlierHoldout(judgedOn('a'), digest(2), 'b')).toBeNull()
    expect(earlierHoldout(null, digest(1), 'b')).toBeNull()
  })

  it('with as much as is known: sizes, or what became of the rows', () => {
    const said = (...given: Parameters<typeof saidOfHoldout>) => saidOfHoldout(...given)
    const scored = 'both models were scored on the rows of today.'
    expect(said({ holdout: 'a', rows: 30_000 }, 30_117, null)).toBe(
      `The test data has changed since the baseline was judged, 30,000 rows then and 30,117 now: ${scored}`,
    )
    expect(said({ holdout: 'a', rows: 30_000 }, 30_117, { added: 120, removed: 3, altered: null })).toBe(
      `The test data has changed since the baseline was judged, +120 −3 rows: ${scored}`,
    )
    expect(said({ holdout: 'a', rows: null }, 30_117, { added: 0, removed: 1, altered: 5 })).toContain('+0 −1 row, 5 of the others altered')
    expect(said({ holdout: 'a', rows: null }, 30_117, null)).toContain('was judged: both')
  })
})

describe('a baseline of which a run kept the numbers alone', () => {
  const model = readConfig(
    'models:\n  m: {model: m.onnx, data: {test: t.csv, target: y}, evaluate: {metrics: {f1: {}, low: {metric: recall_at_fpr, fpr: 1%}}}}\n',
  ).model
  const basis = judgedAs(model, { holdout: 'h', task: 'binary', rows: 1000 })
  const figure = (of: string) => ({ of, value: 0.9, interval: [0.88, 0.92] as [number, number] })
  const numbers: Compared = {
    ...compared,
    missing: { kind: 'not-comparable', because: 'only the numbers of main are known' },
    stored: { f1: 0.9, low: 0.9 },
    judged: { basis, figures: { f1: figure('f1'), low: figure('recall_at_fpr fpr=0.01') } },
  }
  const asked = (now: Partial<typeof basis>, judged: Compared['judged'] = numbers.judged) =>
    byNumbers({ ...numbers, judged }, { ...basis, ...now }, model.evaluate.metrics)

  it('is compared where all that they mean is the same today', () => {
    const { compared: found, input } = asked({})
    expect(found.record?.same_rows).toBe(true)
    expect(Object.keys(input.unpaired?.metrics ?? {})).toEqual(['f1', 'low'])
  })

  it.each([
    [{ holdout: 'other' }, 'the test data is not what it was then'],
    [{ positive: 'yes' }, 'data.positive is not what it was then'],
    [{ metrics_version: 99 }, 'the definition of the metrics is not what it was then'],
    [
      // all that differs is said, where one part of it touches every metric
      { threshold: '0.4', rows: 999 },
      'the number of rows (1000 then, 999 now), evaluate.threshold (0.5 then, 0.4 now) are not what they were then',
    ],
    [{ weight: 'w' }, 'data.weight (not set then, w now) is not what it was then'],
  ] as const)('is not comparable with %o, and the reason is said', (now, says) => {
    const { compared: found, input } = asked(now)
    expect(input.unpaired).toBeUndefined()
    expect(found.missing).toEqual({ kind: 'not-comparable', because: `only the numbers of main are known; ${says}` })
  })

  it('with another threshold is compared by what asks no decision, and the others say why', () => {
    const { compared: found, input } = asked({ threshold: '0.4' })
    expect(found).toMatchObject({ record: { same_rows: true }, missing: { because: 'only the numbers of main are known' } })
    expect(Object.keys(input.unpaired?.metrics ?? {})).toEqual(['low'])
    expect(input.redefined).toEqual({ f1: 'evaluate.threshold (0.5 then, 0.4 now) is not what it was then' })
    // it is a level that the metric had, if not one to compare with
    expect(input.stored).toEqual({ f1: 0.9, low: 0.9 })
  })

  it('with nothing left to compare was judged on the same rows, and is not called compared', () => {
    const only = readConfig('models:\n  m: {model: m.onnx, data: {test: t.csv, target: y}, evaluate: {metrics: {f1: {}}}}\n').model
    const judged = { basis, figures: { f1: figure('f1') } }
    const found = byNumbers({ ...numbers, judged }, { ...basis, threshold: '0.4' }, only.evaluate.metrics)
    expect(found.compared.record?.same_rows).toBe(false)
  })

  it('the default of data.positive is the same question where it is written out', () => {
    for (const positive of ['1', 'true', 'True']) expect(asked({ positive }).compared.record?.same_rows).toBe(true)
  })

  it('a metric of the same name with other parameters is another metric', () => {
    const figures = { f1: figure('f1'), low: figure('recall_at_fpr fpr=0.005') }
    const { input } = asked({}, { basis, figures })
    expect(Object.keys(input.unpaired?.metrics ?? {})).toEqual(['f1'])
    expect(input.redefined).toEqual({ low: 'low was recall_at_fpr fpr=0.005 then and is recall_at_fpr fpr=0.01 now' })
    // nor is its number of then a level that is shown as that of the baseline
    expect(input.stored).toEqual({ f1: 0.9 })
  })

  it('a metric that nobody recorded then says so', () => {
    const { input } = asked({ weight: 'w' }, { basis, figures: { f1: figure('f1') } })
    expect(input.redefined).toEqual({ low: 'low was not recorded then' })
  })

  it('of which nobody recorded what they mean is not comparable', () => {
    expect(asked({}, null).compared.missing?.because).toContain('nobody recorded what they mean')
  })

  it('what a run leaves behind is what is read of it again', () => {
    const y = Uint8Array.from({ length: 400 }, (_, i) => i % 2)
    const predicted = y.map((truth, i) => (i % 10 === 0 ? 1 - truth : truth))
    const judged = judge({
      candidate: { task: 'binary', y, score: null, predicted },
      baseline: null,
      missing: { kind: 'no-baseline', because: 'none' },
      specs: [{ name: 'f1', metric: 'f1', params: {}, certainty: 'literal' }],
      mode: 'guard',
      policy: { onInconclusive: 'pass', onMissing: 'warn' },
    })
    const figures = figuresOf(judged.metrics, [])
    expect(figures.f1).toMatchObject({ of: 'f1', value: 10 / 11 })
    expect(judgedSchema.parse({ basis, figures })).toEqual({ basis, figures })
    expect(sameFigures({ basis, figures }, basis, []).f1).toMatchObject({ value: 10 / 11 })
  })
})
