import { describe, expect, it } from 'vitest'
import {
  effect,
  exitCode,
  failingOn,
  foldGate,
  passed,
  type Status,
  statuses,
  type Verdict,
  verdicts,
  worst,
} from '../../../src/core/gate/fold.ts'

const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const

describe('effect', () => {
  it('a fail of severity warn is a warn; what decided nothing is what policy says; the rest is what it says itself', () => {
    const of = (severity: 'warn' | 'fail') =>
      Object.fromEntries(statuses.map((status: Status) => [status, effect(status, severity, policy)]))
    const common = {
      pass: 'pass',
      warn: 'warn',
      inconclusive: 'pass',
      'no-baseline': 'warn',
      'not-comparable': 'warn',
      skipped: 'skipped',
      error: 'error',
    }
    expect(of('warn')).toEqual({ ...common, fail: 'warn' })
    expect(of('fail')).toEqual({ ...common, fail: 'fail' })
  })
})

describe('worst', () => {
  it('is error, then fail, warn, pass, skipped, in whatever order they come', () => {
    for (const [index, verdict] of verdicts.entries()) {
      const milder = verdicts.slice(index)
      expect(worst(milder)).toBe(verdict)
      expect(worst(milder.toReversed())).toBe(verdict)
    }
  })

  it('of nothing is skipped', () => {
    expect(worst([])).toBe('skipped')
  })
})

describe('GATE-04 a gate that looked at nothing is an error', () => {
  const stage = (verdict: Verdict, ...effects: Verdict[]) => ({ verdict, effects })

  it.each([
    ['no stage', []],
    ['every stage skipped', [stage('skipped'), stage('skipped')]],
    ['every check of every stage skipped', [stage('skipped', 'skipped'), stage('skipped', 'skipped', 'skipped')]],
    ['stages without a check', [stage('pass'), stage('pass')]],
  ])('%s', (_, stages) => {
    expect(foldGate(stages)).toEqual({ verdict: 'error', empty: true })
  })

  it('one check that decided makes it a gate', () => {
    expect(foldGate([stage('skipped'), stage('pass', 'pass', 'skipped')])).toEqual({ verdict: 'pass', empty: false })
    expect(foldGate([stage('fail', 'fail'), stage('error')])).toEqual({ verdict: 'error', empty: false })
  })
})

describe('exit', () => {
  it('is 2, 1, 0, 0, 0', () => {
    expect(verdicts.map((verdict) => exitCode[verdict])).toEqual([2, 1, 0, 0, 0])
    expect(verdicts.filter(passed)).toEqual(['warn', 'pass'])
  })

  it('with --fail-on warn a warning fails, and nothing else changes', () => {
    expect(verdicts.map((verdict) => failingOn(verdict, 'warn'))).toEqual(['error', 'fail', 'fail', 'pass', 'skipped'])
    expect(verdicts.map((verdict) => failingOn(verdict, 'fail'))).toEqual([...verdicts])
  })
})
