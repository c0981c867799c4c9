import { describe, expect, it } from 'vitest'
import { changeBetween } from '../../../src/core/evaluate/change.ts'
import { differenceChecks } from '../../../src/core/evaluate/difference.ts'
import { judge } from '../../../src/core/evaluate/judge.ts'
import type { JudgeInput } from '../../../src/core/evaluate/judge-input.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import type { BinaryScores, RegressionScores } from '../../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import type { MetricSpec, Mode } from '../../../src/core/schema/config.ts'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { type Check, checkSchema } from '../../../src/core/schema/result.ts'
import { random } from '../../../src/core/stats/random.ts'
import { connor } from '../../../src/core/stats/rows-needed.ts'
import { tangoBounds } from '../../../src/core/stats/tango.ts'

const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const
const noBaseline = { kind: 'no-baseline', because: 'nothing was promoted yet' } as const
const spec = (name: string, limits: Partial<MetricSpec> = {}): MetricSpec => ({
  name,
  metric: name,
  params: {},
  certainty: 'literal',
  ...limits,
})

/** `right` of `n` rows are predicted right, the first ones wrong; truth alternates. */
function accurate(n: number, wrong: (i: number) => boolean): BinaryScores {
  const y = Uint8Array.from({ length: n }, (_, i) => i % 2)
  const predicted = y.map((truth, i) => (wrong(i) ? 1 - truth : truth))
  return { task: 'binary', y, score: Float64Array.from(predicted, (p) => (p === 1 ? 0.8 : 0.2)), predicted }
}
/** The same as labels alone: with scores, metrics that nobody asked about here would be resampled to be shown. */
const labelled = (n: number, wrong: (i: number) => boolean): BinaryScores => ({ ...accurate(n, wrong), score: null })

function decide(input: Partial<JudgeInput> & Pick<JudgeInput, 'candidate'>) {
  const judged = judge({ baseline: null, missing: input.baseline ? null : noBaseline, specs: [], mode: 'guard', policy, ...input })
  for (const check of judged.checks) checkSchema.parse(check)
  evaluateDetails.unwrap().shape.metrics.parse(judged.metrics)
  return judged
}

function checkOf(id: string, judged: { readonly checks: readonly Check[] }): Check {
  const check = judged.checks.find((entry) => entry.id === id)
  if (!check) throw new Error(`no check ${id} among ${judged.checks.map((entry) => entry.id).join(', ')}`)
  return check
}

describe('GATE-01 an undefined gated metric is an error, never a pass', () => {
  const onlyPositives: BinaryScores = {
    task: 'binary',
    y: Uint8Array.of(1, 1),
    score: Float64Array.of(0.4, 0.6),
    predicted: Uint8Array.of(0, 1),
  }

  it('names the metric and why, for every limit kind', () => {
    const judged = decide({ candidate: onlyPositives, specs: [spec('roc_auc', { min: { fail: 0.5 } })] })
    for (const id of ['evaluate.min:roc_auc', 'evaluate.max_drop:roc_auc']) {
      expect(checkOf(id, judged)).toMatchObject({ status: 'error', effect: 'error' })
      expect(checkOf(id, judged).message).toContain('roc_auc is undefined: the truth has one class only')
    }
  })

  it('also where the convention would give 0', () => {
    const nothingSaid: BinaryScores = { task: 'binary', y: Uint8Array.of(0, 1), score: null, predicted: Uint8Array.of(0, 0) }
    expect(checkOf('evaluate.max_drop:precision', decide({ candidate: nothingSaid, specs: [spec('precision')] })).status).toBe('error')
  })

  it('NaN in scores never reaches a check', () => {
    const broken: BinaryScores = { ...onlyPositives, score: Float64Array.of(Number.NaN, 1) }
    expect(() => decide({ candidate: broken })).toThrow('not finite')
  })
})

describe('GATE-04 an empty evaluation is an error', () => {
  it('whatever is gated', () => {
    const empty: RegressionScores = { task: 'regression', y: new Float64Array(0), predicted: new Float64Array(0) }
    const judged = decide({ candidate: empty, specs: [spec('mae', { max: { fail: 10 } })] })
    expect(judged.checks.map((check) => [check.id, check.effect])).toEqual([['evaluate.rows', 'error']])
  })
})

describe('GATE-08 limits are compared on unrounded numbers and shown with enough digits', () => {
  it('equal to the limit passes, one row less fails', () => {
    const exact = decide({ candidate: accurate(1000, (i) => i < 100), specs: [spec('accuracy', { min: { fail: 0.9 } })] })
    expect(checkOf('evaluate.min:accuracy', exact)).toMatchObject({ status: 'pass', observed: 0.9 })
    expect(checkOf('evaluate.min:accuracy', exact).message).toContain('exactly the minimum')
    const less = decide({ candidate: accurate(1000, (i) => i < 101), specs: [spec('accuracy', { min: { fail: 0.9 } })] })
    expect(checkOf('evaluate.min:accuracy', less).status).toBe('fail')
  })

  it('0.8996 is never shown as 0.900 against 0.9', () => {
    const judged = decide({ candidate: accurate(10_000, (i) => i < 1004), specs: [spec('accuracy', { min: { fail: 0.9 } })] })
    expect(checkOf('evaluate.min:accuracy', judged).status).toBe('fail')
    expect(checkOf('evaluate.min:accuracy', judged).message).toBe('accuracy is 0.8996, below the minimum of 0.9')
  })

  it('0.1 + 0.2 meets a limit of 0.3', () => {
    const scores: RegressionScores = { task: 'regression', y: Float64Array.of(0, 0), predicted: Float64Array.of(0.1 + 0.2, 0.1 + 0.2) }
    expect(checkOf('evaluate.max:mae', decide({ candidate: scores, specs: [spec('mae', { max: { fail: 0.3 } })] })).status).toBe('pass')
  })

  it('a drop of exactly one point is one point, whatever binary fractions say', () => {
    for (const base of [0.57, 0.9, 0.07, 0.58]) {
      const n = 10_000
      const wrong = Math.round((1 - base) * n)
      const baseline = labelled(n, (i) => i < wrong)
      const candidate = labelled(n, (i) => i < wrong + n / 100)
      const limits = { maxDrop: { fail: { kind: 'absolute', value: 0.01 } } } as const
      expect(checkOf('evaluate.max_drop:accuracy', decide({ candidate, baseline, specs: [spec('accuracy', limits)] })).status).toBe('fail')
      const point = decide({ candidate, baseline, specs: [spec('accuracy', limits)], mode: 'point' })
      expect(checkOf('evaluate.max_drop:accuracy', point).status).toBe('pass')
    }
  })
})

describe('floors', () => {
  const candidate = accurate(400, (i) => i < 60) // 0.85, one-sided 95 % about ±0.03

  it('warn and fail are judged both, the worst counts', () => {
    const at = (warn: number, fail: number) =>
      checkOf('evaluate.min:accuracy', decide({ candidate, specs: [spec('accuracy', { min: { warn, fail } })] }))
    expect(at(0.84, 0.8)).toMatchObject({ status: 'pass', effect: 'pass' })
    expect(at(0.86, 0.8)).toMatchObject({ status: 'warn', effect: 'warn', limit: 0.86 })
    expect(at(0.9, 0.86)).toMatchObject({ status: 'fail', effect: 'fail', limit: 0.86 })
  })

  it('literal reads the estimate, strict the whole interval, lenient fails only when sure', () => {
    const at = (certainty: MetricSpec['certainty'], fail: number) =>
      checkOf('evaluate.min:accuracy', decide({ candidate, specs: [spec('accuracy', { certainty, min: { fail } })] }))
    expect(at('literal', 0.85).status).toBe('pass')
    expect(at('literal', 0.84)).toMatchObject({ tail: 'two-sided', level: 0.95 })
    expect(at('strict', 0.84)).toMatchObject({ status: 'fail', tail: 'upper' })
    expect(at('strict', 0.8).status).toBe('pass')
    expect(at('lenient', 0.86)).toMatchObject({ status: 'warn', effect: 'warn', tail: 'lower' })
    expect(at('lenient', 0.9).status).toBe('fail')
  })

  it('a loss has a maximum, and what fails says how to resolve it', () => {
    const judged = decide({ candidate, specs: [spec('log_loss', { max: { fail: 0.4 } })] })
    const check = checkOf('evaluate.max:log_loss', judged)
    expect(check.status).toBe('fail')
    expect(check.fix).toMatch(/evaluate: \{metrics: \{log_loss: \{max: 0\.\d+\}\}\}/)
    const wanted = Number(check.fix?.match(/max: ([\d.]+)/)?.[1])
    expect(checkOf('evaluate.max:log_loss', decide({ candidate, specs: [spec('log_loss', { max: { fail: wanted } })] })).status).toBe(
      'pass',
    )
  })

  it('strict is an error for a metric that has no interval', () => {
    const scores: RegressionScores = { task: 'regression', y: Float64Array.of(0, 1), predicted: Float64Array.of(0, 2) }
    const judged = decide({ candidate: scores, specs: [spec('max_error', { certainty: 'strict', max: { fail: 5 } })] })
    expect(checkOf('evaluate.max:max_error', judged)).toMatchObject({ status: 'error', effect: 'error' })
  })
})

describe('changes', () => {
  const baseline = labelled(2000, (i) => i < 200)
  const specs = [spec('accuracy', { maxDrop: { fail: { kind: 'absolute', value: 0.01 } } })]
  const run = (candidate: BinaryScores, mode: Mode = 'guard', more: Partial<JudgeInput> = {}) =>
    checkOf('evaluate.max_drop:accuracy', decide({ candidate, baseline, specs, mode, ...more }))

  const muchWorse = labelled(2000, (i) => i < 260)
  /** 1.2 points down, but 15 % of the rows changed sides */
  const noisy = labelled(2000, (i) => i < 40 || (i >= 200 && i < 384))
  const better = labelled(2000, (i) => i < 120)

  it('guard fails a drop that is both large and certain, and says so', () => {
    const check = run(muchWorse)
    expect(check).toMatchObject({ status: 'fail', effect: 'fail', limit: 0.01, unit: 'pp', tail: 'lower', level: 0.95, n: 2000 })
    expect(check.delta).toBeCloseTo(-0.03, 12)
    expect(check.message).toBe('accuracy fell by 3.0 pp (limit 1.0 pp). p < 1e−16, 2,000 rows.')
    expect(check.interval?.[1]).toBeLessThan(0)
    expect(check.fix).toContain('evaluate: {metrics: {accuracy: {max_drop: 3.1pp}}}')
  })

  it('guard does not decide a large drop that may be chance, and says how many rows would', () => {
    const check = run(noisy)
    expect(check).toMatchObject({ status: 'inconclusive', effect: 'pass' })
    expect(check.interval?.[1]).toBeGreaterThan(0)
    expect(check.message).toMatch(
      /^accuracy fell by 1\.2 pp \(limit 1\.0 pp\)\. Not decided: 2,000 rows cannot show a drop of 1\.0 pp \([\d,]+ would\)\. Counted as pass \(gate\.on_inconclusive\)\.$/,
    )
    expect(run(noisy, 'guard', { policy: { ...policy, onInconclusive: 'fail' } }).effect).toBe('fail')
  })

  it('guard passes a certain drop that does not matter, and every improvement', () => {
    const slightlyWorse = labelled(2000, (i) => i < 215)
    expect(run(slightlyWorse)).toMatchObject({ status: 'pass' })
    expect(run(slightlyWorse).p_value).toBeLessThan(0.01)
    expect(run(better)).toMatchObject({ status: 'pass', message: 'accuracy rose by 4.0 pp.' })
    expect(run(baseline)).toMatchObject({ status: 'pass', message: 'accuracy is what it was.', p_value: 0.5 })
  })

  it('the other modes', () => {
    expect(run(noisy, 'point').status).toBe('fail')
    expect(run(better, 'point').status).toBe('pass')
    expect(run(noisy, 'confident_worse').status).toBe('inconclusive')
    expect(run(muchWorse, 'confident_worse').status).toBe('fail')
    expect(run(baseline, 'non_inferior').status).toBe('pass')
    expect(run(muchWorse, 'non_inferior').status).toBe('fail')
    expect(run(noisy, 'non_inferior')).toMatchObject({ status: 'inconclusive', effect: 'fail' })
    expect(run(better, 'superior').status).toBe('pass')
    // no limit is asked about: neither the check nor its sentence names one
    expect(run(baseline, 'superior')).toMatchObject({ status: 'fail', effect: 'fail', limit: null, unit: 'pp' })
    expect(run(noisy, 'superior').message).not.toContain('limit')
  })

  it('a fix names no limit that every model meets', () => {
    const upsideDown = { ...accurate(400, () => true), score: Float64Array.from({ length: 400 }, (_, i) => 1 - (i % 2)) }
    const judged = decide({
      candidate: upsideDown,
      baseline: { ...accurate(400, () => false), score: Float64Array.from({ length: 400 }, (_, i) => i % 2) },
      specs: [spec('roc_auc', { min: { fail: 0.7 } }), spec('accuracy', { min: { fail: 0.7 } })],
    })
    for (const kind of ['min', 'max_drop'])
      for (const name of ['roc_auc', 'accuracy'])
        expect(checkOf(`evaluate.${kind}:${name}`, judged)).toMatchObject({ effect: 'fail', fix: 'improve the model' })
    const one = decide({ candidate: accurate(400, (i) => i > 0), specs: [spec('accuracy', { min: { fail: 0.7 } })] })
    expect(checkOf('evaluate.min:accuracy', one).fix).toContain('{accuracy: {min: 0.002}}')
  })

  it('the limit that a fix names is one that the change passes, in every mode that has a limit; superior has none', () => {
    for (const mode of ['guard', 'point', 'confident_worse', 'non_inferior'] as const) {
      for (const candidate of [muchWorse, noisy]) {
        const failed = run(candidate, mode, { policy: { ...policy, onInconclusive: 'fail' } })
        expect(failed.effect, mode).toBe('fail')
        const points = Number(/max_drop: ([\d.]+)pp/.exec(failed.fix ?? '')?.[1])
        const asked = [spec('accuracy', { maxDrop: { fail: { kind: 'absolute', value: points / 100 } } })]
        expect(run(candidate, mode, { specs: asked }).status, `${mode} ${failed.fix}`).toBe('pass')
      }
    }
    expect(run(noisy, 'superior').fix).toMatch(/^improve the model, or evaluate on more rows; .*mode: guard/)
    expect(run(noisy, 'superior').fix).not.toContain('max_drop')
    // a level that others have used up comes back with rows that nobody has seen
    const unseen = 'evaluate on more rows, or on rows that no candidate has seen;'
    expect(run(noisy, 'superior', { proof: 0.0076 }).fix).toContain(unseen)
    expect(run(noisy, 'non_inferior', { proof: 0.0076 }).fix).toContain(unseen)
    expect(run(noisy, 'non_inferior').fix).not.toContain('no candidate has seen')
  })

  it('a warning that is accepted stays a warning, and the other word of a limit stays what it says', () => {
    const fixOf = (warn: number, fail: number | null) => {
      const points = (value: number) => ({ kind: 'absolute', value }) as const
      const limits = { warn: points(warn), ...(fail === null ? {} : { fail: points(fail) }) }
      return run(muchWorse, 'guard', { specs: [spec('accuracy', { maxDrop: limits })] }).fix
    }
    expect(fixOf(0.01, null)).toContain('{accuracy: {max_drop: {warn: 3.1pp}}}')
    expect(fixOf(0.01, 0.05)).toContain('{accuracy: {max_drop: {warn: 3.1pp, fail: 5pp}}}')
    expect(fixOf(0.005, 0.01)).toContain('{accuracy: {max_drop: {warn: 0.5pp, fail: 3.1pp}}}')
    // a warning beyond the fail would be refused: what is left is the fail
    expect(fixOf(0.01, 0.0305)).toContain('{accuracy: {max_drop: 3.05pp}}')
    const floor = (min: MetricSpec['min']) =>
      checkOf('evaluate.min:accuracy', decide({ candidate: muchWorse, specs: [spec('accuracy', { ...(min && { min }) })] })).fix
    expect(floor({ warn: 0.9 })).toContain('{accuracy: {min: {warn: 0.87}}}')
    expect(floor({ warn: 0.9, fail: 0.8 })).toContain('{accuracy: {min: {warn: 0.87, fail: 0.8}}}')
    expect(floor({ warn: 0.95, fail: 0.9 })).toContain('{accuracy: {min: {warn: 0.95, fail: 0.87}}}')
  })

  it('non_inferior says how many rows would show that a small drop is below the limit', () => {
    const close = labelled(2000, (i) => i < 150 || (i >= 200 && i < 260))
    expect(run(close, 'non_inferior')).toMatchObject({ status: 'inconclusive', effect: 'fail' })
    const { message } = run(close, 'non_inferior')
    expect(message).toMatch(/Not decided: 2,000 rows do not show that the drop is below 1\.0 pp \([\d,]+ would\)\. Mode non_inferior/)
    // z = 1.645 and 0.842, sd of the differences √0.055: n = (z_α + z_β)² · 0.055 / 0.005² less the square of the drop
    const rows = Number(/\(([\d,]+) would\)/.exec(message)?.[1]?.replaceAll(',', ''))
    expect(rows / ((1.645 + 0.842) ** 2 * (0.055 / 0.005 ** 2))).toBeCloseTo(1, 1)
  })

  it('every mode says how many rows would decide, at the level at which it decides', () => {
    const n = 1000
    // each differs from its baseline on the same number of rows: 40 lost against 20 won, or the other way round
    const worse = { baseline: accurate(n, (i) => i < 20), candidate: accurate(n, (i) => i >= 20 && i < 60) }
    const better = { baseline: worse.candidate, candidate: worse.baseline }
    const limits = (value: number) => ({ maxDrop: { fail: { kind: 'absolute', value } } }) as const
    const said = (mode: Mode, pair: typeof worse, specs: readonly MetricSpec[], more: Partial<JudgeInput> = {}) =>
      checkOf('evaluate.max_drop:accuracy', decide({ ...pair, specs, mode, ...more })).message
    const among = (count: number) =>
      Array.from({ length: count }, (_, i) => spec(i === 0 ? 'accuracy' : `copy${i}`, { metric: 'accuracy', ...limits(0.02) }))
    const p = 0.06
    const rows = (size: number, alpha: number) => connor(p, size, alpha).toLocaleString('en-US')

    const few = { baseline: accurate(n, (i) => i < 20), candidate: accurate(n, (i) => i >= 20 && i < 45) }
    expect(said('guard', few, [spec('accuracy', limits(0.004))])).toContain(
      `1,000 rows cannot show a drop of 0.4 pp (${connor(0.045, 0.004).toLocaleString('en-US')} would)`,
    )
    // Holm: the first of twelve equal p-values was compared with a twelfth of 0.05
    expect(said('guard', worse, among(12))).toContain(`(${rows(0.02, 0.05 / 12)} would)`)
    expect(said('confident_worse', worse, [spec('accuracy', limits(0.015))])).toContain(
      `Not decided: 1,000 rows do not show that the drop is above 1.5 pp (${rows(0.005, 0.05)} would)`,
    )
    expect(said('non_inferior', worse, [spec('accuracy', limits(0.03))], { proof: 0.001 })).toContain(
      `1,000 rows do not show that the drop is below 3.0 pp (${rows(0.01, 0.001)} would)`,
    )
    expect(said('superior', better, [spec('accuracy')], { proof: 0.001 })).toContain(
      `Not shown to be better (p = 0.005 at 0.001, its share of 0.05 among all uses of the holdout): 1,000 rows cannot show a rise of 2.0 pp (${rows(0.02, 0.001)} would)`,
    )
    expect(said('superior', worse, [spec('accuracy')])).not.toContain('would')
  })

  it('a level that has to be certain says how many rows would show it', () => {
    const message = (min: number) =>
      checkOf(
        'evaluate.min:accuracy',
        decide({ candidate: accurate(200, (i) => i < 20), specs: [spec('accuracy', { min: { fail: min }, certainty: 'strict' })] }),
      ).message
    const needed = /200 rows do not show it \(about ([\d,]+) would\)/.exec(message(0.88))?.[1] ?? ''
    // 0.9 against 0.88 takes about z² p q / 0.02² rows
    const about = (2.4865 ** 2 * 0.9 * 0.1) / 0.02 ** 2
    expect(Number(needed.replace(',', '')) / about).toBeGreaterThan(0.9)
    expect(Number(needed.replace(',', '')) / about).toBeLessThan(1.4)
    expect(message(0.92)).not.toContain('would')
    // and the limit that the fix names is one that the bound meets
    const failing = decide({
      candidate: accurate(200, (i) => i < 20),
      specs: [spec('accuracy', { min: { fail: 0.88 }, certainty: 'strict' })],
    })
    const min = Number(/min: ([\d.]+)/.exec(checkOf('evaluate.min:accuracy', failing).fix ?? '')?.[1])
    expect(min).toBeGreaterThan(0.8)
    const after = decide({
      candidate: accurate(200, (i) => i < 20),
      specs: [spec('accuracy', { min: { fail: min }, certainty: 'strict' })],
    })
    expect(checkOf('evaluate.min:accuracy', after).status).toBe('pass')
  })

  it('of a share the interval of the change is Tango’s also where the test at 0 decides', () => {
    const n = 285
    const judged = decide({ baseline: accurate(n, () => false), candidate: accurate(n, (i) => i < 100), specs: [spec('accuracy')] })
    const { interval, level, p_value } = checkOf('evaluate.max_drop:accuracy', judged)
    expect(interval).toEqual([...tangoBounds(100, 0, n, 0.95)])
    expect(level).toBe(0.95)
    expect(p_value).toBeLessThan(1e-20)
  })

  it('the interval that is shown is the one that decided, in every mode', () => {
    for (const mode of ['guard', 'confident_worse', 'non_inferior', 'superior'] as const) {
      for (const candidate of [muchWorse, noisy, better, baseline]) {
        const { interval, p_value: p, tail } = run(candidate, mode)
        const at = mode === 'guard' || mode === 'superior' ? 0 : -0.01
        const beyond = tail === 'lower' ? (interval?.[1] ?? 0) < at : (interval?.[0] ?? 0) > at
        expect(beyond, `${mode} ${p} ${interval}`).toBe((p ?? 1) < 0.05)
      }
    }
  })

  it('warn and fail margins are judged both', () => {
    const both = (warn: number, fail: number) =>
      checkOf(
        'evaluate.max_drop:accuracy',
        decide({
          candidate: muchWorse,
          baseline,
          specs: [spec('accuracy', { maxDrop: { warn: { kind: 'absolute', value: warn }, fail: { kind: 'absolute', value: fail } } })],
        }),
      )
    expect(both(0.01, 0.05)).toMatchObject({ status: 'warn', effect: 'warn', limit: 0.01 })
    expect(both(0.01, 0.02)).toMatchObject({ status: 'fail', effect: 'fail', limit: 0.02 })
    expect(both(0.04, 0.05)).toMatchObject({ status: 'pass' })
  })

  it('relative margins are shares of the baseline', () => {
    const limits = { maxRise: { fail: { kind: 'relative', value: 0.05 } } } as const
    const [scored, worse] = [accurate(2000, (i) => i < 200), accurate(2000, (i) => i < 260)]
    const check = checkOf('evaluate.max_rise:log_loss', decide({ candidate: worse, baseline: scored, specs: [spec('log_loss', limits)] }))
    expect(check).toMatchObject({ status: 'fail', unit: 'relative', limit: 0.05, tail: 'upper' })
    expect(check.message).toMatch(/^log_loss rose by 0\.04\d, 11\.\d % of the baseline \(limit 5 %\)/)
  })

  it('a listed metric without a change limit has the default margin', () => {
    const judged = decide({ candidate: muchWorse, baseline, specs: [spec('accuracy', { min: { fail: 0.5 } })] })
    expect(checkOf('evaluate.max_drop:accuracy', judged)).toMatchObject({ status: 'fail', limit: 0.005 })
    expect(checkOf('evaluate.max_drop:accuracy', judged).message).toContain('(default limit 0.5 pp)')
  })

  it('below a baseline of 0.10 the default margin is 2 % of it, on losses 1 %', () => {
    const low = accurate(2000, (i) => i < 1900)
    expect(checkOf('evaluate.max_drop:accuracy', decide({ candidate: low, baseline: low, specs: [spec('accuracy')] }))).toMatchObject({
      unit: 'relative',
      limit: 0.02,
    })
    expect(checkOf('evaluate.max_rise:brier', decide({ candidate: low, baseline: low, specs: [spec('brier')] }))).toMatchObject({
      unit: 'relative',
      limit: 0.01,
    })
  })

  it('a share of a baseline that is 0 is nothing: the rows that are told would show the change that was seen', () => {
    const right = labelled(200, () => false)
    const check = checkOf(
      'evaluate.max_rise:fpr',
      decide({ candidate: labelled(200, (i) => i === 0 || i === 2), baseline: right, specs: [spec('fpr')] }),
    )
    expect(check).toMatchObject({ status: 'inconclusive', baseline: 0 })
    expect(check.message).toContain('200 rows cannot show a rise of 2.0 pp (')
    expect(check.message).not.toContain('a rise of 2 %')
  })

  it('Holm: one drop that is certain alone is not certain among many', () => {
    // p ≈ 0.02 alone
    const drop = labelled(2000, (i) => (i >= 5 && i < 200) || (i >= 200 && i < 219))
    const alone = run(drop, 'guard', { specs: [spec('accuracy')] })
    expect(alone.status).toBe('fail')
    const others = ['specificity', 'fpr', 'recall', 'npv'].map((name) => spec(name))
    const among = run(drop, 'guard', { specs: [spec('accuracy'), ...others] })
    expect(among.p_value ?? 0).toBeGreaterThan(alone.p_value ?? 1)
    expect(among.level ?? 0).toBeGreaterThan(0.95)
    // EVT-06: a pull request that lists forty metrics does not make the one of its base forty times less certain
    const added = run(drop, 'guard', { specs: [spec('accuracy'), ...others.map((one): MetricSpec => ({ ...one, fresh: true }))] })
    expect([added.status, added.p_value, added.level]).toEqual([alone.status, alone.p_value, alone.level])
    // nor one that gives metrics of the base, which only warned, a limit that fails
    const worded = others.map((one): MetricSpec => ({ ...one, freshWords: ['fail'] }))
    const raised = run(drop, 'guard', { specs: [spec('accuracy'), ...worded] })
    expect([raised.status, raised.p_value, raised.level]).toEqual([alone.status, alone.p_value, alone.level])
  })

  it('a metric without a test is inconclusive under guard, and judged under point', () => {
    const y = new Float64Array(50)
    const baselineNumbers: RegressionScores = { task: 'regression', y, predicted: y.map((_, i) => i / 100) }
    const candidate: RegressionScores = { task: 'regression', y, predicted: y.map((_, i) => i / 50) }
    const of = (mode: Mode) =>
      checkOf('evaluate.max_rise:max_error', decide({ candidate, baseline: baselineNumbers, specs: [spec('max_error')], mode }))
    expect(of('guard').status).toBe('inconclusive')
    expect(of('point').status).toBe('fail')
    // no number of rows would help
    for (const mode of ['non_inferior', 'superior'] as const) {
      expect(of(mode).status).toBe('fail')
      expect(of(mode).fix).not.toContain('more rows')
      expect(of(mode).fix).toContain('evaluate: {mode: point}')
      expect(of(mode)).toMatchObject({ p_value: null, message: expect.stringContaining('No test is known for it') })
    }
  })
})

describe('without a baseline', () => {
  const candidate = accurate(200, (i) => i < 20)
  const specs = [spec('accuracy', { min: { fail: 0.5 } })]

  it('a change is no-baseline, through on_missing; the floor still decides', () => {
    const judged = decide({ candidate, specs })
    expect(checkOf('evaluate.min:accuracy', judged).status).toBe('pass')
    expect(checkOf('evaluate.max_drop:accuracy', judged)).toMatchObject({ status: 'no-baseline', effect: 'warn' })
    expect(checkOf('evaluate.max_drop:accuracy', judged).message).toBe(
      'accuracy is not compared: nothing was promoted yet. Counted as warn (baseline.on_missing).',
    )
    expect(checkOf('evaluate.max_drop:accuracy', decide({ candidate, specs, policy: { ...policy, onMissing: 'fail' } })).effect).toBe(
      'fail',
    )
  })

  it('unchanged bytes are skipped, and said', () => {
    const judged = decide({ candidate, specs, missing: { kind: 'unchanged', because: 'these are the bytes of production 1.3.0' } })
    expect(checkOf('evaluate.max_drop:accuracy', judged)).toMatchObject({ status: 'skipped', effect: 'skipped' })
    expect(checkOf('evaluate.max_drop:accuracy', judged).message).toContain('these are the bytes of production 1.3.0')
  })

  it('numbers of another holdout are shown, never compared', () => {
    const judged = decide({
      candidate,
      specs,
      missing: { kind: 'not-comparable', because: 'the test data changed' },
      stored: { accuracy: 0.99 },
    })
    expect(checkOf('evaluate.max_drop:accuracy', judged)).toMatchObject({
      status: 'not-comparable',
      effect: 'warn',
      baseline: 0.99,
      delta: null,
    })
    expect(checkOf('evaluate.max_drop:accuracy', judged).message).toContain('The baseline had 0.990 then.')
    expect(judged.metrics[0]?.baseline?.value).toBe(0.99)
  })

  it('the reason is required', () => {
    expect(() => judge({ candidate, baseline: null, missing: null, specs, mode: 'guard', policy })).toThrow('reason why')
  })

  it('a baseline whose metric is undefined is not comparable', () => {
    const silent: BinaryScores = { ...candidate, predicted: new Uint8Array(200) }
    const judged = decide({ candidate, baseline: silent, specs: [spec('precision')] })
    expect(checkOf('evaluate.max_drop:precision', judged)).toMatchObject({ status: 'not-comparable', effect: 'warn' })
  })
})

describe('without being asked', () => {
  const candidate = accurate(500, (i) => i < 50)

  it('the primary metric of the task is gated when none is listed', () => {
    expect(decide({ candidate }).primary).toBe('roc_auc')
    expect(decide({ candidate: { ...candidate, score: null } }).primary).toBe('accuracy')
    expect(decide({ candidate: { task: 'regression', y: Float64Array.of(1, 2, 3), predicted: Float64Array.of(1, 2, 4) } }).primary).toBe(
      'rmse',
    )
    const { metrics: shown } = decide({ candidate })
    expect(shown.filter((row) => row.gated).map((row) => row.name)).toEqual(['roc_auc'])
    expect(shown.map((row) => row.name)).toEqual(expect.arrayContaining(['accuracy', 'log_loss', 'f1']))
  })

  it('a model is held against one that knows no features', () => {
    expect(checkOf('evaluate.beats_trivial:roc_auc', decide({ candidate }))).toMatchObject({ status: 'pass', baseline: 0.5 })
    const constant: BinaryScores = { ...candidate, score: new Float64Array(500).fill(0.4), predicted: new Uint8Array(500) }
    expect(checkOf('evaluate.beats_trivial:roc_auc', decide({ candidate: constant }))).toMatchObject({ status: 'warn', effect: 'warn' })
    const swapped: BinaryScores = { ...candidate, score: candidate.score?.map((p) => 1 - p) ?? null }
    expect(checkOf('evaluate.beats_trivial:roc_auc', decide({ candidate: swapped }))).toMatchObject({ status: 'fail', effect: 'fail' })
    const six: BinaryScores = {
      task: 'binary',
      y: Uint8Array.of(1, 0, 1, 0, 1, 0),
      score: Float64Array.of(6, 1, 5, 2, 4, 3),
      predicted: Uint8Array.of(1, 1, 1, 1, 1, 1),
    }
    expect(checkOf('evaluate.beats_trivial:roc_auc', decide({ candidate: six })).status).toBe('inconclusive')
  })

  it('the training prior is the trivial model where it is known', () => {
    const judged = decide({ candidate, specs: [spec('brier')], training: { task: 'binary', prior: 0.9 } })
    expect(checkOf('evaluate.beats_trivial:brier', judged).baseline).toBeCloseTo(0.5 * 0.81 + 0.5 * 0.01, 12)
    expect(checkOf('evaluate.beats_trivial:brier', judged).message).toContain('only the class shares of training')
  })

  it('the test rows are the trivial model where nothing, or nothing that fits, is known of training, and the message says so', () => {
    for (const training of [null, { task: 'regression', mean: 1, median: 1 } as const]) {
      const check = checkOf('evaluate.beats_trivial:brier', decide({ candidate, specs: [spec('brier')], training }))
      expect(check.baseline).toBeCloseTo(0.25, 12)
      expect(check.message).toContain('only the class shares of the test rows, as those of training are not known')
    }
  })

  it('the baseline has the interval that it would have as a candidate', () => {
    const other = accurate(500, (i) => i % 9 === 0)
    const specs = ['roc_auc', 'accuracy', 'f1', 'pr_auc', 'log_loss'].map((name) => spec(name))
    const asBaseline = decide({ candidate, baseline: other, specs }).metrics
    const asCandidate = decide({ candidate: other, specs }).metrics
    for (const [i, row] of asBaseline.entries()) {
      expect(row.baseline, row.name).toEqual(asCandidate[i]?.candidate)
      if (row.gated) expect(row.baseline?.interval, row.name).not.toBeNull()
    }
  })

  it('a metric that a constant model is good at is no floor: the primary one is taken', () => {
    const judged = decide({ candidate, specs: [spec('ece')] })
    expect(judged.checks.map((check) => check.id)).toEqual(['evaluate.max_rise:ece', 'evaluate.beats_trivial:roc_auc'])
  })

  it('nor is one that no sample shows: the next one that is gated is taken, or the primary one', () => {
    const y = Float64Array.from({ length: 60 }, (_, i) => i % 7)
    const guess: RegressionScores = { task: 'regression', y, predicted: y.map((_, i) => (i * 5) % 11) }
    const ids = (...names: string[]) =>
      decide({ candidate: guess, specs: names.map((name) => spec(name)) }).checks.flatMap(({ id, effect }) =>
        id.startsWith('evaluate.beats_trivial') ? [[id, effect]] : [],
      )
    expect(ids('max_error', 'mae')).toEqual([['evaluate.beats_trivial:mae', 'fail']])
    expect(ids('max_error')).toEqual([['evaluate.beats_trivial:rmse', 'fail']])
  })

  describe('probabilities worse than class shares, where what is gated does not look at them', () => {
    // the order is right in nine of ten rows, the numbers say 0.98 and 0.97
    const right = accurate(500, (i) => i % 10 === 0)
    const shifted: BinaryScores = { ...right, score: Float64Array.from(right.predicted, (p) => (p === 1 ? 0.98 : 0.97)) }
    const doubts = (input: Parameters<typeof decide>[0]) => decide(input).checks.filter(({ id }) => id.startsWith('evaluate.order_only'))

    it('warn on a first run, with both numbers', () => {
      const [check] = doubts({ candidate: shifted, specs: [spec('roc_auc')] })
      expect(check).toMatchObject({ id: 'evaluate.order_only:brier', status: 'warn', effect: 'warn', metric: 'brier', n: 500 })
      // fifty of the negatives were called positive
      expect(check?.observed).toBeCloseTo((50 * 0.98 ** 2 + 200 * 0.97 ** 2 + 250 * 0.02 ** 2) / 500, 12)
      expect(check?.baseline).toBeCloseTo(0.25, 12)
      expect(check?.message).toContain('The probabilities are worse than those of a model that knows no features')
    })

    it.each([
      ['with a baseline, which decides', { candidate: shifted, baseline: right, specs: [spec('roc_auc')] }],
      ['where a gated metric looks at probabilities', { candidate: shifted, specs: [spec('roc_auc'), spec('log_loss')] }],
      ['of a model whose probabilities are better', { candidate: right, specs: [spec('roc_auc')] }],
      [
        'of scores that are no probabilities',
        { candidate: { ...shifted, score: shifted.score?.map((s) => s * 10) ?? null }, specs: [spec('roc_auc')] },
      ],
      ['of a model that gives labels only', { candidate: { ...shifted, score: null } }],
    ])('are not said %s', (_, input) => {
      expect(doubts(input)).toEqual([])
    })
  })

  it('too good to be true is a warn', () => {
    const perfect = accurate(200, () => false)
    expect(checkOf('evaluate.too_good:roc_auc', decide({ candidate: perfect }))).toMatchObject({ status: 'warn', effect: 'warn' })
    expect(decide({ candidate: accurate(50, () => false) }).checks.some((check) => check.id.includes('too_good'))).toBe(false)
  })

  it('is the same twice, to the last digit', () => {
    const other = accurate(500, (i) => i % 9 === 0)
    const specs = ['f1', 'pr_auc', 'ece'].map((name) => spec(name))
    expect(decide({ candidate, baseline: other, specs })).toEqual(decide({ candidate, baseline: other, specs }))
  })
})

describe('equal models are stopped as seldom as promised', () => {
  /** Two models that differ by noise only. */
  function twins(n: number, source: ReturnType<typeof random>): [BinaryScores, BinaryScores] {
    const y = Uint8Array.from({ length: n }, () => (source.next() < 0.3 ? 1 : 0))
    const shared = Float64Array.from(y, (truth) => truth * 1.4 - 1.2 + 0.7 * source.normal())
    const model = (): BinaryScores => {
      const score = shared.map((s) => 1 / (1 + Math.exp(-(s + 0.7 * source.normal()))))
      return { task: 'binary', y, score, predicted: Uint8Array.from(score, (p) => (p >= 0.5 ? 1 : 0)) }
    }
    return [model(), model()]
  }

  /** The gated metrics alone, without what is computed for show. */
  function blocks(baseline: BinaryScores, candidate: BinaryScores, names: readonly string[]): boolean {
    const [before, after] = [viewOf(baseline), viewOf(candidate)]
    const draws = resampling()
    const compared = names.flatMap((name) => {
      const metric = metrics[name]
      if (!metric) return []
      const [a, b] = [sampleOf(metric, before), sampleOf(metric, after)]
      const change = changeBetween(a, b, draws)
      if (!change || a.value.value === null || b.value.value === null) return []
      return [{ spec: spec(name), metric, change, candidate: b.value.value, baseline: a.value.value, rows: after.n }]
    })
    return differenceChecks(compared, 'guard', policy).some((check) => check.effect === 'fail')
  }

  const families = [['accuracy'], ['roc_auc'], ['log_loss'], ['recall'], ['roc_auc', 'log_loss', 'accuracy', 'brier']]

  it('guard blocks at most 5 % of them, with one metric and with four, within Monte-Carlo error', () => {
    const source = random(2001)
    const runs = 600
    const blocked = families.map(() => 0)
    for (let k = 0; k < runs; k++) {
      const [baseline, candidate] = twins(250, source)
      for (const [i, names] of families.entries()) if (blocks(baseline, candidate, names)) blocked[i] = (blocked[i] ?? 0) + 1
    }
    // three standard errors of a share of 5 %
    const most = runs * (0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs))
    for (const [i, names] of families.entries()) expect(blocked[i], names.join(', ')).toBeLessThanOrEqual(most)
  })

  it('also through the bootstraps', () => {
    const source = random(2002)
    const runs = 100
    let [cells, rows] = [0, 0]
    for (let k = 0; k < runs; k++) {
      const [baseline, candidate] = twins(200, source)
      if (blocks(baseline, candidate, ['f1'])) cells += 1
      if (blocks(baseline, candidate, ['pr_auc'])) rows += 1
    }
    const most = runs * (0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs))
    expect(cells).toBeLessThanOrEqual(most)
    expect(rows).toBeLessThanOrEqual(most)
  })

  it('and a worse model is stopped', () => {
    const source = random(7)
    let stopped = 0
    for (let k = 0; k < 40; k++) {
      const [baseline, twin] = twins(1500, source)
      const score = twin.score?.map((p) => 0.6 * p + 0.4 * source.next()) ?? null
      if (blocks(baseline, { ...twin, score }, ['roc_auc'])) stopped += 1
    }
    expect(stopped).toBeGreaterThanOrEqual(38)
  })
})
