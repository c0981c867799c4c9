import { describe, expect, it } from 'vitest'
import { judgeNumbers, type OwnInput } from '../../../src/core/evaluate/own-numbers.ts'
import type { MetricSpec, Mode } from '../../../src/core/schema/config.ts'
import { type OwnNumber, readMetricsFile } from '../../../src/core/schema/metrics-file.ts'

const numbersOf = (text: string): ReadonlyMap<string, OwnNumber> => {
  const read = readMetricsFile(text)
  if (!read.ok) throw new Error(read.why)
  return read.numbers
}
const said = (text: string): string => {
  const read = readMetricsFile(text)
  return read.ok ? 'read' : read.why
}

describe('a file of numbers', () => {
  it('holds a number, or what is known of it', () => {
    const numbers = numbersOf('{"bleu": 31.5, "toxic@5": {"value": 0.02, "low": 0.01, "high": 0.04, "n": 2000, "direction": "lower"}}')
    expect(numbers.get('bleu')).toEqual({ value: 31.5, interval: null, n: null, direction: null })
    expect(numbers.get('toxic@5')).toEqual({ value: 0.02, interval: [0.01, 0.04], n: 2000, direction: 'lower' })
  })

  it.each([
    ['', 'is not JSON'],
    ['bleu: 1', 'is not JSON'],
    ['{"bleu": NaN}', 'it holds NaN or Infinity'],
    ['[1]', 'is not a map'],
    ['3', 'is not a map'],
    ['{}', 'holds no number'],
    ['{"bleu": null}', 'has bleu, which is no number'],
    ['{"bleu": "0.9"}', 'has bleu, which is no number'],
    ['{"bleu": true}', 'has bleu, which is no number'],
    ['{"bleu": 1e999}', 'has bleu, which is no number'],
    ['{"bleu": {"value": null}}', 'has bleu, whose value is no number'],
    ['{"bleu": {"value": 1, "low": 0}}', 'has bleu, whose low and high do not stand together'],
    ['{"bleu": {"value": 1, "low": 2, "high": 3}}', 'has bleu, whose value does not lie from low to high'],
    ['{"bleu": {"value": 1, "low": "0", "high": 2}}', 'has bleu, whose low or high is no number'],
    ['{"bleu": {"value": 1, "n": 0}}', 'has bleu, whose n is no whole number above 0'],
    ['{"bleu": {"value": 1, "direction": "up"}}', 'has bleu, whose direction is neither higher nor lower'],
    ['{"bleu": {"value": 1, "ci": [0, 2]}}', 'has bleu, which has another key than value, low, high, n, direction'],
    ['{"a\\n::error::x": 1}', 'names a metric otherwise than with letters'],
    ['{"bleu": 1, "bleu": 2}', 'written twice'],
    ['{"bleu": {"__proto__": {"value": 1}}}', 'The key __proto__ is refused'],
  ])('GATE-01, GATE-03 what is none is said: %s', (text, why) => {
    expect(said(text)).toContain(why)
  })

  it('GATE-03 nested without end is refused', () => {
    expect(said(`{"bleu": ${'['.repeat(5000)}1${']'.repeat(5000)}}`)).toContain('levels deep')
  })
})

const spec = (name: string, direction: 'higher' | 'lower', more: Partial<MetricSpec> = {}): MetricSpec => ({
  name,
  metric: name,
  params: {},
  certainty: 'literal',
  direction,
  ...more,
})
const dropOf = (value: number): Partial<MetricSpec> => ({ maxDrop: { fail: { kind: 'absolute', value } } })

function judged(text: string, specs: readonly MetricSpec[], stored: NonNullable<OwnInput['unpaired']>['metrics'], mode: Mode = 'guard') {
  return judgeNumbers({
    numbers: numbersOf(text),
    specs,
    missing: { kind: 'not-comparable', because: 'of production only the numbers are known' },
    unpaired: { because: 'of production only the numbers are known', metrics: stored },
    mode,
    policy: { onInconclusive: 'pass', onMissing: 'warn' },
  })
}
const changeOf = (...given: Parameters<typeof judged>) => {
  const check = judged(...given).checks.find(({ limit_kind: kind }) => kind === 'max_drop' || kind === 'max_rise')
  if (check === undefined) throw new Error('a change is judged')
  return check
}

describe('a level of the team’s own', () => {
  it('is held against its limits in the direction of the config', () => {
    const { checks } = judged(
      '{"bleu": 30, "toxic": 0.05}',
      [spec('bleu', 'higher', { min: { fail: 31 } }), spec('toxic', 'lower', { max: { fail: 0.04 } })],
      {},
    )
    expect(checks.find(({ id }) => id === 'evaluate.min:bleu')).toMatchObject({ status: 'fail', observed: 30, limit: 31 })
    expect(checks.find(({ id }) => id === 'evaluate.max:toxic')).toMatchObject({ status: 'fail', observed: 0.05 })
  })

  it('has the interval that was given, and strict asks for all of it', () => {
    const strict = spec('bleu', 'higher', { min: { fail: 29 }, certainty: 'strict' })
    const floor = (text: string) => judged(text, [strict], {}).checks.find(({ id }) => id === 'evaluate.min:bleu')
    expect(floor('{"bleu": {"value": 30, "low": 28, "high": 32}}')).toMatchObject({ status: 'fail' })
    // the one-sided 95 % bound is 1.645/1.960 of the way to low: 28.32
    expect(floor('{"bleu": {"value": 30, "low": 28, "high": 32}}')?.interval?.[0]).toBeCloseTo(
      30 - 2 * (1.6448536269514722 / 1.959963984540054),
      10,
    )
    expect(floor('{"bleu": {"value": 30, "low": 29.5, "high": 32}}')).toMatchObject({ status: 'pass' })
    expect(floor('{"bleu": 30}')).toMatchObject({ status: 'error', effect: 'error' })
  })
})

describe('a change of the team’s own numbers', () => {
  const bleu = [spec('bleu', 'higher', dropOf(1))]
  const tight = '{"bleu": {"value": 30, "low": 29.5, "high": 30.5}}'
  const wide = '{"bleu": {"value": 30, "low": 26, "high": 34}}'

  it('between two intervals is tested without pairs: certain, or told to be perhaps chance', () => {
    const before = { bleu: { value: 32, interval: [31.5, 32.5] } } as const
    expect(changeOf(tight, bleu, before)).toMatchObject({ status: 'fail', delta: -2 })
    // z = −2 / (√(0.5² + 0.5²) / 1.96): p of the normal distribution
    expect(changeOf(tight, bleu, before).p_value).toBeCloseTo(1.48e-8, 10)
    const open = changeOf(wide, bleu, { bleu: { value: 32, interval: [28, 36] } })
    expect(open).toMatchObject({ status: 'inconclusive', effect: 'pass' })
    expect(open.message).toContain('with the intervals of the two numbers a change of 1 may be chance')
  })

  it.each([
    ['{"bleu": 30}', { value: 32, interval: null }, 'neither number has an interval'],
    [tight, { value: 32, interval: null }, 'the number of the baseline has no interval'],
    ['{"bleu": 30}', { value: 32, interval: [31, 33] }, 'the number of the candidate has no interval'],
  ] as const)('without an interval on both sides cannot be told from noise: %s', (text, before, why) => {
    const check = changeOf(text, bleu, { bleu: before })
    expect(check).toMatchObject({ status: 'inconclusive', effect: 'pass', interval: null, p_value: null })
    expect(check.message).toContain(
      `${why}, so the change cannot be told from noise. Write low and high beside the value, or let mode point judge it.`,
    )
    // who asks for proof does not get it
    for (const mode of ['non_inferior', 'superior'] as const) {
      const proof = changeOf(text, bleu, { bleu: before }, mode)
      expect(proof).toMatchObject({ status: 'fail' })
      expect(proof.message).toContain(why)
    }
    expect(changeOf(text, bleu, { bleu: before }, 'confident_worse').status).toBe('inconclusive')
  })

  it('is the bare difference under mode point', () => {
    expect(changeOf('{"bleu": 30}', bleu, { bleu: { value: 32, interval: null } }, 'point')).toMatchObject({ status: 'fail' })
    expect(changeOf('{"bleu": 31}', bleu, { bleu: { value: 32, interval: null } }, 'point')).toMatchObject({ status: 'pass' })
    expect(changeOf('{"bleu": 33}', bleu, { bleu: { value: 32, interval: null } })).toMatchObject({ status: 'pass' })
  })

  it('of a number of which lower is better is a rise', () => {
    const toxic = [spec('toxic', 'lower', { maxRise: { fail: { kind: 'relative', value: 0.1 } } })]
    const before = { toxic: { value: 0.02, interval: [0.019, 0.021] } } as const
    expect(changeOf('{"toxic": {"value": 0.03, "low": 0.029, "high": 0.031}}', toxic, before)).toMatchObject({
      id: 'evaluate.max_rise:toxic',
      status: 'fail',
      unit: 'relative',
    })
  })

  it('with no number of the baseline is not comparable, and its own check says so', () => {
    expect(changeOf(tight, bleu, {})).toMatchObject({ status: 'not-comparable', effect: 'warn' })
  })
})

it('a number that nobody asked for is shown where the file says which way is better', () => {
  const { metrics } = judged('{"bleu": 30, "rouge": {"value": 0.4, "direction": "higher"}, "tokens": 9}', [spec('bleu', 'higher')], {})
  expect(metrics.map(({ name, gated }) => [name, gated])).toEqual([
    ['bleu', true],
    ['rouge', false],
  ])
})
