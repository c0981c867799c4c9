import { describe, expect, it } from 'vitest'
import { determinismCheck } from '../../../src/core/evaluate/determinism.ts'
import type { Judgement } from '../../../src/core/evaluate/judge.ts'
import { mostOf, type Said } from '../../../src/core/evaluate/most-of.ts'
import { parityChecks, parityOf, worstParity } from '../../../src/core/evaluate/parity.ts'
import { decideRepeated, mostParts, toConfirm } from '../../../src/core/evaluate/repeated.ts'
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

describe('confirm', () => {
  it('is due where a measurement would not pass, not where there is nothing to compare with', () => {
    expect(toConfirm([spec('f1', 3)], run('fail'))).toHaveLength(1)
    expect(toConfirm([spec('f1', 3)], run('pass'))).toHaveLength(0)
    expect(toConfirm([spec('f1', 1)], run('fail'))).toHaveLength(0)
    expect(toConfirm([spec('recall', 3)], run('fail'))).toHaveLength(0)
  })

  it('an error of one run is an error: no majority passes what is undefined', () => {
    const { checks } = decideRepeated([run('fail'), run('pass'), run('error', 'error')], [spec('f1', 3)])
    expect(checks[0]).toMatchObject({ status: 'error', effect: 'error' })
  })

  it('each metric counts as many runs as it asked for', () => {
    const runs = [run('fail'), run('pass'), run('pass'), run('fail'), run('fail')] as const
    const three = decideRepeated([...runs], [spec('f1', 3)])
    expect(three.checks[0]?.effect).toBe('pass')
    expect(three.checks[1]?.message).toBe('none')
    expect(decideRepeated([...runs], [spec('f1', 5)]).checks[0]?.effect).toBe('fail')
  })
})

describe('parts of the rows, measured in several runs', () => {
  const parts = (...effects: readonly Verdict[]) => ({
    checks: effects.map((effect, i) =>
      makeCheck({ id: `evaluate.slice:f1:a#${i + 1}`, status: effect === 'fail' ? 'fail' : 'pass', effect, message: effect }),
    ),
  })

  it('are those of one run that says what most of the runs say', () => {
    const [bad, good] = [parts('pass', 'fail'), parts('pass', 'pass')]
    expect(mostParts([bad, good, good])).toEqual(good)
    const found = mostParts([good, bad, parts('fail', 'pass')])
    expect(found.checks.map(({ effect }) => effect)).toEqual(['pass', 'fail'])
    expect(found.checks.map(({ message }) => message)).toEqual(['pass', 'fail. Run 3 times, shown is one of them; most of them decide.'])
    expect(mostParts([bad])).toBe(bad)
  })

  it('an error of one run is an error', () => {
    const broken = { checks: [makeCheck({ id: 'evaluate.fairness_difference:tpr:a', status: 'error', effect: 'error', message: 'x' })] }
    expect(mostParts([parts('fail'), broken, parts('pass')])).toBe(broken)
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
