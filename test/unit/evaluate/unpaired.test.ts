import { describe, expect, it } from 'vitest'
import { unpairedChange } from '../../../src/core/evaluate/change.ts'
import { judge } from '../../../src/core/evaluate/judge.ts'
import type { JudgeInput } from '../../../src/core/evaluate/judge-input.ts'
import { rowsToDo } from '../../../src/core/evaluate/words.ts'
import type { BinaryScores } from '../../../src/core/metrics/scores.ts'
import type { MetricSpec } from '../../../src/core/schema/config.ts'

/** `right` of `n` rows are predicted right. */
function accurate(n: number, wrong: (i: number) => boolean): BinaryScores {
  const y = Uint8Array.from({ length: n }, (_, i) => i % 2)
  return { task: 'binary', y, score: null, predicted: y.map((truth, i) => (wrong(i) ? 1 - truth : truth)) }
}

const accuracy: MetricSpec = {
  name: 'accuracy',
  metric: 'accuracy',
  params: {},
  certainty: 'literal',
  maxDrop: { fail: { kind: 'absolute', value: 0.01 } },
}
const missing = { kind: 'not-comparable', because: 'only the numbers of production are known' } as const
const unpaired = {
  because: 'the predictions of production on these rows were not kept',
  metrics: { accuracy: { value: 0.95, interval: [0.936, 0.961] } },
} as const

function changeCheck(candidate: BinaryScores, more: Partial<JudgeInput>) {
  const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const
  const judged = judge({ candidate, baseline: null, missing, specs: [accuracy], mode: 'guard', policy, ...more })
  const check = judged.checks.find(({ id }) => id === 'evaluate.max_drop:accuracy')
  if (!check) throw new Error('a change is judged')
  return { check, row: judged.metrics.find(({ name }) => name === 'accuracy') }
}

describe('a baseline of which only numbers are left', () => {
  it('adds the two standard errors in squares', () => {
    const level = { method: 'wilson', bounds: () => [0.87, 0.93] as const }
    const { value, test } = unpairedChange({ value: 0.92, interval: [0.88, 0.96] }, 0.9, level, 400)
    expect(value).toBeCloseTo(-0.02, 12)
    const [low, high] = test?.bounds(0.975, 0) ?? [0, 0]
    expect((high - low) / 2).toBeCloseTo(Math.hypot(0.04, 0.03), 12)
  })

  it('is compared on the same rows, and the message says how', () => {
    const { check, row } = changeCheck(
      accurate(1000, (i) => i < 100),
      { unpaired },
    )
    expect(check).toMatchObject({ status: 'fail', baseline: 0.95 })
    expect(check.message).toContain('Not compared row by row: the predictions of production on these rows were not kept.')
    expect(row?.change?.method).toBe('unpaired')
    expect(row?.baseline).toEqual({ value: 0.95, undefined: null, interval: [0.936, 0.961], method: 'stored' })
  })

  it('is not compared on other rows, whatever the numbers say', () => {
    const { check } = changeCheck(
      accurate(1000, (i) => i < 100),
      { stored: { accuracy: 0.95 } },
    )
    expect(check).toMatchObject({ status: 'not-comparable', effect: 'warn', delta: null })
  })

  it('is nothing to compare with where the bytes are the same', () => {
    const { check } = changeCheck(
      accurate(1000, (i) => i < 100),
      { unpaired, missing: { kind: 'unchanged', because: 'the same file' } },
    )
    expect(check.status).toBe('skipped')
  })
})

describe('what a sample size can show', () => {
  it('is said to the row where the disagreements alone say it, and with two digits, rounded up, where a standard error was estimated', () => {
    expect(rowsToDo(6181, { connor: true })).toBe('6,181')
    expect([7, 40, 1512, 36_638, 150_809].map((needed) => rowsToDo(needed))).toEqual([
      'about 7',
      'about 40',
      'about 1,600',
      'about 37,000',
      'about 160,000',
    ])
    expect(rowsToDo(Number.POSITIVE_INFINITY)).toBe('no number of them')
    const { check } = changeCheck(
      accurate(1000, (i) => i < 60),
      { unpaired },
    )
    expect(check.message).toMatch(/1,000 rows cannot show a drop of 1\.0 pp \(about \d,\d00 would\)/)
  })

  it('800 rows of which 10 % change sides cannot show a point: 6,181 would', () => {
    const baseline = accurate(800, (i) => i < 100)
    const candidate = accurate(800, (i) => (i >= 36 && i < 100) || (i >= 100 && i < 144))
    const { check } = changeCheck(candidate, { baseline, missing: null })
    expect(check.status).toBe('inconclusive')
    expect(check.message).toBe(
      'accuracy fell by 1.0 pp (limit 1.0 pp). Not decided: 800 rows cannot show a drop of 1.0 pp (6,181 would). Counted as pass (gate.on_inconclusive).',
    )
  })
})
