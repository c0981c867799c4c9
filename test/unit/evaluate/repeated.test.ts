import { describe, expect, it } from 'vitest'
import { determinismCheck } from '../../../src/core/evaluate/determinism.ts'
import type { Judgement } from '../../../src/core/evaluate/judge.ts'
import { mostOf, type Said } from '../../../src/core/evaluate/most-of.ts'
import { parityChecks, parityOf, worstParity } from '../../../src/core/evaluate/parity.ts'
import { decideRuns, type PartsOfRun, type Run, toConfirm } from '../../../src/core/evaluate/repeated.ts'
import type { Status, Verdict } from '../../../src/core/gate/fold.ts'
import { makeCheck } from '../../../src/core/schema/result.ts'

describe('what most of several measurements say', () => {
  const words = { p: 'pass', w: 'warn', f: 'fail' } as const
  const said = (letters: string): readonly Said[] => [...letters].map((letter) => words[letter === 'f' ? 'f' : letter === 'w' ? 'w' : 'p'])

  it.each([
    ['f', 'fail'],
    ['fp', 'pass'],
    ['fpp', 'pass'],
    ['fpf', 'fail'],
    ['ffpp', 'pass'],
    ['fwp', 'warn'],
    ['fww', 'warn'],
    ['ffw', 'fail'],
    ['wpp', 'pass'],
  ])('%s is a %s', (letters, expected) => {
    expect(mostOf(said(letters), (one) => one)).toBe(expected)
  })

  it('of none is refused', () => {
    expect(() => mostOf<Said>([], (one) => one)).toThrow('nothing was measured')
  })
})

const run = (effect: Verdict, status: Status = effect === 'fail' ? 'fail' : 'pass', metric = 'f1'): Judgement => ({
  checks: [
    makeCheck({ id: `evaluate.min:${metric}`, status, effect, metric, message: effect }),
    makeCheck({ id: `evaluate.max_drop:${metric}`, status: 'no-baseline', effect: 'warn', metric, message: 'none' }),
  ],
  metrics: [],
  primary: metric,
})
const spec = (name: string, confirm: number) => ({ name, metric: 'f1', params: {}, certainty: 'literal', confirm }) as const

const parts = (...effects: readonly Verdict[]) => ({
  checks: effects.map((effect, i) =>
    makeCheck({ id: `evaluate.slice:f1:a#${i + 1}`, status: effect === 'fail' ? 'fail' : 'pass', effect, message: effect }),
  ),
})
type Runs = [Run<PartsOfRun>, ...Run<PartsOfRun>[]]
const judgedRuns = (...all: readonly Judgement[]) => all.map((judged) => ({ judged, parts: parts('pass') })) as unknown as Runs
const runsOf = (...all: readonly PartsOfRun[]) => all.map((one) => ({ judged: run('pass'), parts: one })) as unknown as Runs

describe('confirm', () => {
  it('is due where a measurement would not pass, not where there is nothing to compare with', () => {
    expect(toConfirm([spec('f1', 3)], run('fail'))).toHaveLength(1)
    expect(toConfirm([spec('f1', 3)], run('pass'))).toHaveLength(0)
    expect(toConfirm([spec('f1', 1)], run('fail'))).toHaveLength(0)
    expect(toConfirm([spec('recall', 3)], run('fail'))).toHaveLength(0)
  })

  it('an error of one run is an error: no majority passes what is undefined', () => {
    const { checks } = decideRuns(judgedRuns(run('fail'), run('pass'), run('error', 'error')), [spec('f1', 3)])
    expect(checks[0]).toMatchObject({ status: 'error', effect: 'error' })
  })

  it('each metric counts as many runs as it asked for', () => {
    const runs = judgedRuns(run('fail'), run('pass'), run('pass'), run('fail'), run('fail'))
    const three = decideRuns(runs, [spec('f1', 3)])
    expect(three.checks[0]?.effect).toBe('pass')
    expect(three.checks[1]?.message).toBe('none')
    expect(decideRuns(runs, [spec('f1', 5)]).checks[0]?.effect).toBe('fail')
  })
})

describe('parts of the rows, measured in several runs', () => {
  it('are those of one run that says what most of the runs say', () => {
    const [bad, good] = [parts('pass', 'fail'), parts('pass', 'pass')]
    expect(decideRuns(runsOf(bad, good, good), []).parts).toEqual(good)
    const found = decideRuns(runsOf(good, bad, parts('fail', 'pass')), []).parts
    expect(found.checks.map(({ effect }) => effect)).toEqual(['pass', 'fail'])
    expect(found.checks.map(({ message }) => message)).toEqual(['pass', 'fail. Run 3 times, most of them decide. Shown is run 2.'])
  })

  it('an error of one run is an error', () => {
    const broken = { checks: [makeCheck({ id: 'evaluate.fairness_difference:tpr:a', status: 'error', effect: 'error', message: 'x' })] }
    expect(decideRuns(runsOf(parts('fail'), broken, parts('pass')), []).parts).toEqual(broken)
  })
})

describe('the run that is shown', () => {
  /** each metric with the level it has in this run */
  const measured = (levels: Readonly<Record<string, readonly [Verdict, number]>>): Judgement => ({
    primary: 'f1',
    checks: Object.entries(levels).map(([metric, [effect, observed]]) =>
      makeCheck({
        id: `evaluate.min:${metric}`,
        status: effect === 'fail' ? 'fail' : 'pass',
        effect,
        metric,
        observed,
        message: `${metric} is ${observed}`,
      }),
    ),
    metrics: Object.entries(levels).map(([name, [, value]]) => ({
      name,
      metric: name,
      direction: 'higher' as const,
      unit: '',
      gated: true,
      candidate: { value, undefined: null, interval: null, method: null },
      baseline: null,
      trivial: null,
      change: null,
    })),
  })
  const levels = ({ metrics }: { readonly metrics: Judgement['metrics'] }) => metrics.map(({ candidate }) => candidate.value)

  it('is one: parts, metrics that asked for it and those that did not', () => {
    const found = decideRuns(
      [
        { judged: measured({ f1: ['fail', 0.1], recall: ['pass', 0.91] }), parts: parts('pass') },
        { judged: measured({ f1: ['pass', 0.8], recall: ['pass', 0.92] }), parts: parts('fail') },
        { judged: measured({ f1: ['pass', 0.9], recall: ['pass', 0.93] }), parts: parts('pass') },
      ],
      [spec('f1', 3)],
    )
    expect(found.shown).toBe(2)
    expect(levels(found)).toEqual([0.9, 0.93])
    expect(found.checks.map(({ observed }) => observed)).toEqual([0.9, 0.93])
    expect(found.checks.map(({ message }) => message)).toEqual([
      'f1 is 0.9. Run 3 times, most of them decide. Shown is run 3.',
      'recall is 0.93',
    ])
    expect(found.details).toMatchObject({ runs: { count: 3, shown: 3 }, repeated: [{ name: 'f1', shown: 3 }] })
  })

  it('where none says all that was decided, a metric is of one that says it of the metric, and tells so', () => {
    const found = decideRuns(
      [
        { judged: measured({ f1: ['fail', 0.1], recall: ['pass', 0.91] }), parts: parts('pass') },
        { judged: measured({ f1: ['pass', 0.8], recall: ['fail', 0.2] }), parts: parts('pass') },
        { judged: measured({ f1: ['pass', 0.9], recall: ['fail', 0.3] }), parts: parts('pass') },
      ],
      [spec('f1', 3)],
    )
    // recall did not ask for it, so the first run decides it
    expect(found.checks.map(({ effect }) => effect)).toEqual(['pass', 'pass'])
    expect(found.shown).toBe(0)
    expect(levels(found)).toEqual([0.8, 0.91])
    expect(found.checks[0]?.message).toBe(
      'f1 is 0.8. Run 3 times, most of them decide. This is of run 2; what else is shown is of run 1, which says otherwise here.',
    )
    expect(found.details).toMatchObject({ runs: { count: 3, shown: 1 }, repeated: [{ name: 'f1', shown: 2 }] })
  })
})

describe('parity', () => {
  const limits = { predictions: { kind: 'glob', pattern: 'x', format: null }, maxDifference: 1e-4, minAgreement: 0.999 } as const
  const regression = (predicted: readonly number[]) =>
    ({ task: 'regression', y: new Float64Array(predicted.length), predicted: Float64Array.from(predicted) }) as const

  it('of values is relative where they are larger than 1', () => {
    expect(parityOf(regression([1000.05, 0.5]), regression([1000, 0.5])).difference).toBeCloseTo(5e-5, 12)
    expect(parityOf(regression([0.50005, 2]), regression([0.5, 2])).difference).toBeCloseTo(5e-5, 12)
  })

  it('of several runs are the largest difference and the least agreement of any, what a run does not say left out', () => {
    const run = (difference: number | null, agreement: number | null) => ({ difference, agreement, rows: 10 })
    expect(worstParity([run(0.1, 1), run(0.3, 0.9), run(0.2, null)])).toEqual(run(0.3, 0.9))
    expect(worstParity([run(null, 1), run(null, 0.8)])).toEqual(run(null, 0.8))
    const { details } = parityChecks([run(0, 1), run(1e-3, 1)], limits, 'x')
    expect(details.runs).toEqual([
      { difference: 0, agreement: 1 },
      { difference: 1e-3, agreement: 1 },
    ])
  })

  it('holds at its limits, and shows on which side a figure lies', () => {
    expect(parityChecks([{ difference: 1e-4, agreement: 0.999, rows: 1000 }], limits, 'x').checks.map(({ status }) => status)).toEqual([
      'pass',
      'pass',
    ])
    const [difference, agreement] = parityChecks([{ difference: 1.0000001e-4, agreement: 0.99899, rows: 1000 }], limits, 'x').checks
    expect([difference?.status, agreement?.status]).toEqual(['fail', 'fail'])
    expect(agreement?.message).not.toContain('99.9 % of')
  })

  it('says nothing of what one of the two does not say', () => {
    const labels = { task: 'binary', y: Uint8Array.of(0, 1), score: null, predicted: Uint8Array.of(0, 1) } as const
    const scores = { ...labels, score: Float64Array.of(0.2, 0.9) }
    expect(parityOf(labels, scores)).toEqual({ difference: null, agreement: 1, rows: 2 })
  })
})

describe('determinism', () => {
  it('one other answer is a warning that counts rows', () => {
    expect(determinismCheck({ rows: 4096, differing: 0 })).toMatchObject({ status: 'pass', n: 4096 })
    expect(determinismCheck({ rows: 4096, differing: 1 })).toMatchObject({ status: 'warn', effect: 'warn', observed: 1 })
  })
})
