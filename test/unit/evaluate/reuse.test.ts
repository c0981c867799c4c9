import { describe, expect, it } from 'vitest'
import { judgedAs } from '../../../src/core/evaluate/basis.ts'
import { mostRecent, withHistory } from '../../../src/core/evaluate/history.ts'
import { judge } from '../../../src/core/evaluate/judge.ts'
import { type HoldoutUses, optimismOf, proofLevel, reuse, useOf } from '../../../src/core/evaluate/reuse.ts'
import { emptyModel } from '../../../src/core/ledger/files.ts'
import { recordRun, recordUse, type Transition } from '../../../src/core/ledger/transitions.ts'
import type { BinaryScores } from '../../../src/core/metrics/scores.ts'
import type { MetricSpec, Mode } from '../../../src/core/schema/config.ts'
import type { Judged } from '../../../src/core/schema/judged.ts'
import type { LedgerModel, RunRecord } from '../../../src/core/schema/ledger.ts'
import { levelOfUse } from '../../../src/core/stats/alpha-spending.ts'
import { random } from '../../../src/core/stats/random.ts'
import { model, problems, whole } from '../config/support.ts'
import { apply } from '../policy/support.ts'

const digest = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`
const used = (...n: readonly number[]): HoldoutUses => ({ kind: 'counted', uses: n.map(digest), uncounted: '' })
const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const

describe('uses of a holdout', () => {
  it('count distinct candidates, this one included; the same bytes keep their number', () => {
    expect(useOf(used(1, 2), digest(3))).toEqual({ use: 3, repeated: false })
    expect(useOf(used(1, 2, 3), digest(2))).toEqual({ use: 2, repeated: true })
    expect(proofLevel(used(1, 2, 3), digest(2))).toBe(levelOfUse(0.05, 2))
  })

  it('are one where no ledger says more', () => {
    expect(proofLevel({ kind: 'unknown', because: 'there is no ledger here' }, digest(1))).toBe(levelOfUse(0.05, 1))
  })

  it('make the best of equal ones look better by sd · √(2 ln h)', () => {
    expect(optimismOf(0.01, 1)).toBe(0)
    expect(optimismOf(0.01, 20)).toBeCloseTo(0.01 * Math.sqrt(2 * Math.log(20)), 15)
  })

  const line = (holdout: HoldoutUses, mode: Mode = 'guard', budget = 50) =>
    reuse(holdout, digest(9), 'h', { mode, budget, paired: true }, undefined)
  it('are told, and warn at the budget', () => {
    expect(line(used(1)).check).toMatchObject({ id: 'evaluate.holdout_reuse', status: 'pass', observed: 2 })
    expect(line(used(1, 2, 3), 'guard', 4).check).toMatchObject({ status: 'warn', effect: 'warn', observed: 4, limit: 4 })
    expect(line(used(1, 2, 3), 'guard', 5).check.effect).toBe('pass')
  })

  it('say at most how much better the best looks, where rows of both models are not at hand: they err on the same ones', () => {
    const [candidate, baseline] = pair(400, 8, 8)
    const judged = judge({ candidate, baseline, missing: null, specs: [], mode: 'guard', policy })
    const told = (paired: boolean) => reuse(used(1), digest(9), 'h', { mode: 'guard', budget: 50, paired }, judged.metrics[0]).check.message
    expect(told(true)).toMatch(/looks better by about [\d.]+ pp/)
    expect(told(false)).toMatch(/looks better by at most about [\d.]+ pp/)
  })

  it('say that pull requests are not counted, and that a laptop knows nothing', () => {
    expect(line({ kind: 'counted', uses: [], uncounted: 'Open pull requests are not counted.' }).check.message).toContain(
      'Open pull requests are not counted.',
    )
    const unknown = line({ kind: 'unknown', because: 'there is no ledger here' })
    expect(unknown.check).toMatchObject({ status: 'skipped', effect: 'skipped' })
    expect(unknown.check.message).toBe('How often the holdout was used is not known: there is no ledger here.')
  })

  it('lower the level of a mode that asks for proof, and of no other', () => {
    expect(line(used(1, 2), 'superior').details.level).toBeCloseTo((0.05 * 6) / (Math.PI ** 2 * 9), 15)
    expect(line(used(1, 2), 'guard').details.level).toBeNull()
  })
})

/** Two models over n rows that differ on a few of them. */
function pair(n: number, lost: number, won: number): readonly [BinaryScores, BinaryScores] {
  const y = Uint8Array.from({ length: n }, (_, i) => i % 2)
  const before = Uint8Array.from(y, (label, i) => (i < won || i % 7 === 6 ? 1 - label : label))
  const now = Uint8Array.from(before, (label, i) => (i < won ? (y[i] ?? 0) : i < won + lost && label === y[i] ? 1 - (y[i] ?? 0) : label))
  const scores = (predicted: Uint8Array): BinaryScores => ({ task: 'binary', y, score: null, predicted })
  return [scores(before), scores(now)]
}
const spec = (change: Partial<MetricSpec> = {}): MetricSpec => ({
  name: 'accuracy',
  metric: 'accuracy',
  params: {},
  certainty: 'literal',
  ...change,
})
const verdict = (mode: Mode, proof: number, [baseline, candidate] = pair(1000, 10, 24)) =>
  judge({ candidate, baseline, missing: null, specs: [spec()], mode, policy, proof }).checks.find(
    (check) => check.id === 'evaluate.max_drop:accuracy',
  )

describe('α-spending', () => {
  it('a proof that holds at the first use does not hold at a later one', () => {
    expect(verdict('superior', levelOfUse(0.05, 1))).toMatchObject({ status: 'pass' })
    const later = verdict('superior', levelOfUse(0.05, 10))
    expect(later).toMatchObject({ status: 'fail', level: 1 - levelOfUse(0.05, 10) })
    expect(later?.message).toContain('its share of 0.05 among all uses of the holdout')
  })

  it('does not touch guard', () => {
    const args = pair(1000, 60, 20)
    expect(verdict('guard', 0.0001, args)).toEqual(verdict('guard', 0.05, args))
    expect(verdict('guard', 0.0001, args)?.status).toBe('fail')
  })

  it('keeps the chance of any false promotion over 50 uses at 5 %, where a fixed level loses it', () => {
    // of candidates that are truly equal, p is uniform
    const draw = random(20261123)
    let spent = 0
    let fixed = 0
    const worlds = 4000
    for (let world = 0; world < worlds; world += 1) {
      const ps = Array.from({ length: 50 }, () => draw.next())
      if (ps.some((p, i) => p <= levelOfUse(0.05, i + 1))) spent += 1
      if (ps.some((p) => p <= 0.05)) fixed += 1
    }
    expect(spent / worlds).toBeLessThan(0.06)
    expect(fixed / worlds).toBeGreaterThan(0.8)
  })
})

const source = { repository: 'acme/m', sha: 'a'.repeat(40), ref: 'refs/heads/main', run_id: '7', run_attempt: '1', event: 'push' }
const stamp = (sequence: number) => ({ sequence, at: '2026-01-01T00:00:00Z', source })
const basis: Judged['basis'] = judgedAs(model(''), { holdout: 'h', task: 'binary', rows: 1000 })
const run = (n: number, accuracy: number, meant: Partial<Judged['basis']> = {}, of = 'accuracy'): RunRecord => ({
  digest: digest(n),
  verdict: 'pass',
  source: { ...source, run_id: `${n}` },
  at: 'now',
  metrics: { accuracy },
  judged: { basis: { ...basis, ...meant }, figures: { accuracy: { of, value: accuracy, interval: [0, 1] } } },
  version: null,
})
const stateAfter = (transition: Transition): LedgerModel => {
  if (transition === 'unchanged') throw new Error('unchanged')
  return transition.state
}
const recorded = (runs: readonly RunRecord[]) =>
  runs.reduce((state, one, i) => stateAfter(recordRun(state, one, one.judged?.basis.holdout ?? 'h', stamp(i + 1))), emptyModel('m'))
const history = (values: readonly number[]) => recorded(values.map((value, i) => run(i, value)))

describe('the ledger remembers runs', () => {
  it('as many as are needed, newest last', () => {
    const state = history(Array.from({ length: mostRecent + 10 }, (_, i) => i / 100))
    expect(state.recent).toHaveLength(mostRecent)
    expect(state.recent?.at(-1)?.digest).toBe(digest(mostRecent + 9))
  })

  it('the same bytes on the same rows once', () => {
    const twice = stateAfter(recordRun(history([0.8, 0.9]), { ...run(0, 0.8), source: { ...source, run_id: '99' } }, 'h', stamp(3)))
    expect(twice.recent?.map((one) => one.digest)).toEqual([digest(1), digest(0)])
  })

  it('counts a candidate that failed as a use of the holdout, and leaves main alone', () => {
    const before = history([0.8])
    const failed = stateAfter(recordUse(before, digest(5), 'fail', 'h', stamp(2)))
    expect(failed.holdout_uses).toEqual({ h: [digest(0), digest(5)] })
    expect(failed.main).toEqual(before.main)
    expect(recordUse(failed, digest(5), 'fail', 'h', stamp(3))).toBe('unchanged')
  })
})

describe('max_drop: auto', () => {
  const auto = { floor: null, k: 3, runs: 20 } as const
  const judged = (values: readonly number[], given: MetricSpec['auto'] = auto) => judgedAfter(history(values), given)
  const judgedAfter = (state: LedgerModel, given: MetricSpec['auto'] = auto) => {
    const [baseline, candidate] = pair(1000, 30, 0)
    const specs = withHistory([spec({ auto: given ?? auto })], state, basis)
    return judge({ candidate, baseline, missing: null, specs, mode: 'guard', policy }).checks.find(
      (check) => check.id === 'evaluate.max_drop:accuracy',
    )
  }

  it('is k · MAD of the last runs where that is more than the floor', () => {
    const check = judged([0.8, 0.82, 0.84, 0.86, 0.88])
    expect(check?.limit).toBeCloseTo(3 * 0.02, 12)
    expect(check?.status).toBe('pass')
    expect(check?.message).toContain('The limit is the larger of the floor 0.5 pp and 3 × MAD over the last 5 comparable runs, 6.0 pp.')
  })

  it('counts in the three digits in which it is shown', () => {
    const check = judged([0.8, 0.8012345678, 0.8234567891, 0.8298765432, 0.85])
    expect(check?.limit).toBe(0.0667)
    expect(check?.message).toMatch(/and 3 × MAD over the last 5 comparable runs, 6\.67 pp\.$/)
  })

  it('is the floor where runs hardly differ', () => {
    expect(judged([0.8, 0.8, 0.8, 0.8, 0.8001])).toMatchObject({ limit: 0.005, status: 'fail' })
  })

  it('is the floor before there are five runs, and says so', () => {
    const check = judged([0.1, 0.9, 0.1, 0.9], { ...auto, floor: { kind: 'absolute', value: 0.01 } })
    expect(check?.limit).toBe(0.01)
    expect(check?.message).toContain('The limit is the floor of 1.0 pp: the ledger has 4 of the 5 comparable runs that auto needs.')
  })

  it('looks at the last runs only', () => {
    expect(judged([0.1, 0.9, 0.1, 0.9, 0.8, 0.8, 0.8, 0.8, 0.8], { ...auto, runs: 5 })).toMatchObject({ limit: 0.005 })
  })

  it('holds each run against those on its own test data: harder data is no tolerance', () => {
    const values = [0.9, 0.9, 0.9, 0.9, 0.7, 0.7, 0.7, 0.7]
    const check = judgedAfter(recorded(values.map((value, i) => run(i, value, { holdout: i < 4 ? 'old' : 'h', rows: i < 4 ? 500 : 1000 }))))
    expect(check).toMatchObject({ limit: 0.005, status: 'fail' })
    expect(check?.message).toContain('over the last 8 comparable runs')
    const apart = [0.9, 0.92, 0.94, 0.7, 0.72, 0.74].map((value, i) => run(i, value, { holdout: i < 3 ? 'old' : 'h' }))
    expect(judgedAfter(recorded(apart))?.limit).toBeCloseTo(3 * 0.02, 12)
  })

  it('leaves out a run that is alone on its test data, and one of which nobody recorded what it means', () => {
    const { judged: _, ...unknown } = run(9, 0.1)
    const alone = [0.1, 0.3, 0.5, 0.7, 0.9].map((value, i) => run(i, value, { holdout: `h${i}` }))
    expect(judgedAfter(recorded([...alone, unknown]))?.message).toContain('the ledger has 0 of the 5 comparable runs')
  })

  it.each<[string, Partial<Judged['basis']>, string?]>([
    ['another version of the metrics', { metrics_version: 0 }],
    ['another positive class', { positive: 'no' }],
    ['another threshold', { threshold: '0.9' }],
    ['another metric of that name', {}, 'recall_at_fpr fpr=0.01'],
  ])('leaves out runs of %s', (_, meant, of) => {
    const others = [0.1, 0.3, 0.5, 0.7, 0.9].map((value, i) => run(i, value, meant, of))
    const check = judgedAfter(recorded([...others, ...[0.8, 0.8, 0.8, 0.8].map((value, i) => run(i + 5, value))]))
    expect(check).toMatchObject({ limit: 0.005, status: 'fail' })
    expect(check?.message).toContain('the ledger has 4 of the 5 comparable runs')
  })

  const metrics = (text: string) => `evaluate:\n  metrics: ${text}\n`
  const specOf = (text: string) => model(metrics(text)).evaluate.metrics[0]
  it('is written as a word or with its settings', () => {
    expect(specOf('{accuracy: {max_drop: auto}}')?.auto).toEqual(auto)
    expect(specOf('{log_loss: {max_rise: {auto: {floor: 2% relative, k: 4, runs: 10}}}}')?.auto).toEqual({
      floor: { kind: 'relative', value: 0.02 },
      k: 4,
      runs: 10,
    })
  })

  it.each([
    ['{accuracy: {min: auto}}', 'auto is for max_drop and max_rise'],
    ['{accuracy: {max_rise: auto}}', 'higher is better, write max_drop'],
    ['{accuracy: {max_drop: {auto: {runs: 3}}}}', 'a whole number from 5 to 50'],
    ['{accuracy: {max_drop: {auto: {floor: 1%}}}}', 'could mean two things'],
    ['{accuracy: {max_drop: {auto: {kk: 3}}}}', 'Did you mean k?'],
  ])('%s is refused', (text, says) => {
    expect(problems(whole(metrics(text))).join('\n')).toContain(says)
  })

  it('EVT-06 comes from the base', () => {
    const fixed = metrics('{accuracy: {max_drop: 1pp}}')
    const wide = metrics('{accuracy: {max_drop: {auto: {k: 100}}}}')
    expect(apply(fixed, wide).model.evaluate.metrics[0]).toMatchObject({ maxDrop: { fail: { kind: 'absolute', value: 0.01 } } })
    expect(apply(fixed, wide).model.evaluate.metrics[0]?.auto).toBeUndefined()
    expect(apply(fixed, wide).sentences.join('\n')).toContain('100 × MAD of the last 20 runs of the head is not used')
    expect(apply(metrics('{accuracy: {max_drop: auto}}'), wide).model.evaluate.metrics[0]?.auto?.k).toBe(3)
    expect(apply(metrics('{accuracy: {}}'), wide).model.evaluate.metrics[0]?.auto).toBeUndefined()
    expect(
      apply('data: {test: b.csv, target: y}\n', metrics('{roc_auc: {max_drop: {auto: {k: 100}}}}')).model.evaluate.metrics[0]?.auto,
    ).toBeUndefined()
  })

  it('EVT-06 so does the budget of the holdout', () => {
    const budget = (n: number) => `evaluate: {holdout_budget: ${n}}\n`
    expect(apply(budget(10), budget(1000)).model.evaluate.holdoutBudget).toBe(10)
    expect(apply('', budget(1000)).model.evaluate.holdoutBudget).toBeUndefined()
  })
})
