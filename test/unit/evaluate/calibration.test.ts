import { describe, expect, it } from 'vitest'
import { judgeCalibration } from '../../../src/core/evaluate/calibration.ts'
import type { BinaryScores, MulticlassScores, Scores } from '../../../src/core/metrics/scores.ts'
import { renderHtml } from '../../../src/core/report/html.ts'
import { commentBody } from '../../../src/core/report/markdown.ts'
import { type CalibrationSpec, usualCalibration } from '../../../src/core/schema/config.ts'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { calibrationLine } from '../../../src/core/stats/calibration-line.ts'
import { random } from '../../../src/core/stats/random.ts'
import { passing, report } from '../report/samples.ts'

const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** Truth drawn from probabilities whose log-odds the model multiplies. */
function world(n: number, sharper: number, seed: number): BinaryScores {
  const rng = random(seed)
  const odds = Float64Array.from({ length: n }, () => 1.5 * rng.normal())
  const y = Uint8Array.from(odds, (x) => (rng.next() < sigmoid(x) ? 1 : 0))
  const score = odds.map((x) => sigmoid(sharper * x))
  return { task: 'binary', y, score, predicted: Uint8Array.from(score, (p) => (p >= 0.5 ? 1 : 0)) }
}

const judged = (candidate: Scores, spec: CalibrationSpec | null = usualCalibration, baseline: Scores | null = null) =>
  judgeCalibration({ candidate, baseline, spec, policy })

describe('the check of calibration', () => {
  it('lets calibrated probabilities pass, at every size, where the bare error would not', () => {
    let alarms = 0
    let bare = 0
    for (let seed = 1; seed <= 200; seed++) {
      const { checks, details } = judged(world(150, 1, seed))
      alarms += Number(checks[0]?.effect === 'fail')
      bare += Number((details.calibration?.error.width ?? 0) > 0.05)
    }
    // p ≤ 0.01 alone would be 2 of 200
    expect(alarms).toBeLessThanOrEqual(4)
    expect(bare).toBeGreaterThan(180)
  })

  it('stops probabilities that are too extreme, and says so', () => {
    const { checks } = judged(world(3000, 3, 4))
    expect(checks[0]).toMatchObject({ id: 'evaluate.calibration', status: 'fail', limit: 0.05, limit_kind: 'max_excess', n: 3000 })
    expect(checks[0]?.message).toMatch(
      /^probabilities are off by 0\.\d+ beyond chance \(limit 0\.05\): error .* in 15 bins, of which chance explains .* p .* \(Spiegelhalter\): too extreme, slope 0\.3/,
    )
  })

  it('is undecided where it is beyond the limit and may be chance', () => {
    const few = Array.from(
      { length: 60 },
      (_, i) => judged(world(60, 1, i + 1), { ...usualCalibration, maxExcess: { fail: 0.01 } }).checks[0],
    )
    const open = few.find((check) => check?.status === 'inconclusive')
    expect(open).toMatchObject({ effect: 'pass' })
    expect(open?.message).toMatch(/Not decided: p = 0\.\d+ \(Spiegelhalter\), and 0\.01 is needed\. Counted as pass/)
  })

  it('without limits is told and not judged; without probabilities it is an error where it is written', () => {
    const plain = world(500, 1, 3)
    expect(judged(plain, null).checks).toEqual([])
    expect(judged(plain, null).details.calibration?.excess.width).toBeGreaterThanOrEqual(0)
    const labels = { ...plain, score: null }
    expect(judged(labels, null)).toEqual({ checks: [], details: {} })
    expect(judged(labels).checks[0]).toMatchObject({ status: 'error', effect: 'error' })
  })

  it('a row that is there in every second customer counts once for the customer', () => {
    const once = world(400, 1.6, 9)
    const repeat = (xs: Float64Array | Uint8Array) => Array.from({ length: 20 }, () => [...xs]).flat()
    const many: BinaryScores = {
      task: 'binary',
      y: Uint8Array.from(repeat(once.y)),
      score: Float64Array.from(repeat(once.score ?? new Float64Array())),
      predicted: Uint8Array.from(repeat(once.predicted)),
      group: Int32Array.from({ length: 8000 }, (_, i) => i % 400),
    }
    const alone = judged({ ...many, group: null }).details.calibration?.spiegelhalter.z ?? 0
    const grouped = judged(many).details.calibration?.spiegelhalter.z ?? 0
    const true_ = judged(once).details.calibration?.spiegelhalter.z ?? 0
    expect(alone / true_).toBeCloseTo(Math.sqrt(20), 1)
    expect(Math.abs(grouped / true_ - 1)).toBeLessThan(0.25)
  })

  it('of several classes the top label is judged', () => {
    const rng = random(5)
    const n = 4000
    const proba = new Float64Array(n * 3)
    const y = new Int32Array(n)
    for (let i = 0; i < n; i++) {
      const parts = [0, 1, 2].map(() => Math.exp(rng.normal()))
      const total = parts.reduce((sum, one) => sum + one, 0)
      const sharp = parts.map((one) => (one / total) ** 3)
      const sum = sharp.reduce((all, one) => all + one, 0)
      const u = rng.next() * total
      y[i] = u < (parts[0] ?? 0) ? 0 : u < (parts[0] ?? 0) + (parts[1] ?? 0) ? 1 : 2
      for (const [c, one] of sharp.entries()) proba[i * 3 + c] = one / sum
    }
    const scores: MulticlassScores = { task: 'multiclass', classes: ['a', 'b', 'c'], y, proba, predicted: y }
    const { checks, details } = judged(scores)
    expect(checks[0]?.status).toBe('fail')
    expect(checks[0]?.message).toContain('probabilities of the top label')
    expect(details.calibration).toMatchObject({ of: 'top label' })
    expect(details.calibration?.classwise).toBeGreaterThan(0.05)
  })

  it('the parts of the Brier score add up to it', () => {
    const { calibration } = judged(world(700, 1.3, 8), { ...usualCalibration, binning: 'mass' }, world(700, 1, 8)).details
    const part = (name: 'value' | 'reliability' | 'resolution' | 'uncertainty' | 'within') => calibration?.brier[name] ?? Number.NaN
    expect(part('reliability') - part('resolution') + part('uncertainty') + part('within')).toBeCloseTo(part('value'), 12)
    expect(calibration?.table).toHaveLength(15)
    expect(calibration?.baseline?.excess.mass).toBeLessThan(0.05)
    expect(evaluateDetails.unwrap().shape.calibration.parse(calibration)).toEqual(calibration)
  })
})

describe('slope and intercept', () => {
  it('have no answer where there is none', () => {
    expect(calibrationLine([1, 1, 1], Float64Array.of(0.2, 0.5, 0.9))).toBeNull()
    expect(calibrationLine([0, 1], Float64Array.of(0.5, 0.5))).toBeNull()
    expect(calibrationLine([0, 0, 1, 1], Float64Array.of(0.1, 0.2, 0.8, 0.9))).toBeNull()
    expect(calibrationLine([], new Float64Array())).toBeNull()
  })

  it('a weight of 2 is the row twice', () => {
    const { y, score } = world(300, 0.7, 2)
    const p = score ?? new Float64Array()
    const twice = calibrationLine([...y, ...y], Float64Array.from([...p, ...p]))
    const weighed = calibrationLine(y, p, new Float64Array(300).fill(2))
    expect(weighed?.slope).toBeCloseTo(twice?.slope ?? 0, 9)
    expect(weighed?.intercept).toBeCloseTo(twice?.intercept ?? 0, 9)
  })
})

describe('calibration in a report', () => {
  it('is a line of the comment, and a drawing of the page', () => {
    const { details } = judged(world(2000, 1.2, 6), null, world(2000, 1, 6))
    const model = passing()
    const stages = model.stages.map((stage) =>
      stage.stage !== 'evaluate' || stage.result === null
        ? stage
        : { ...stage, result: { ...stage.result, details: JSON.parse(JSON.stringify({ ...stage.result.details, ...details })) } },
    )
    const all = report([{ ...model, stages }])
    expect(commentBody(all, { key: 'default', run: '1', attempt: '1' })).toMatch(
      /- calibration: off by 0\S* → 0\.\d+ beyond chance \(error 0\.\d+ in 15 bins of equal width, chance alone 0\.\d+\); Spiegelhalter p .*; slope 0\.\d+, intercept .*; Brier 0\.\d+: reliability/,
    )
    const page = renderHtml(all)
    expect(page).toContain('<h3>Calibration</h3>')
    expect(page.split('class="point candidate"').length).toBeGreaterThan(10)
  })
})
