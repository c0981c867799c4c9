import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Design } from '../../../src/core/train/design.ts'
import { fitAt, fitLinear, penalties, priorIntercepts, rowHash, type Targets } from '../../../src/core/train/fit.ts'
import { minimise } from '../../../src/core/train/lbfgs.ts'
import { sigmoid, softmaxInPlace } from '../../../src/core/train/linear-model.ts'

const numbers = z.array(z.number())
const reference = z
  .object({
    x: numbers,
    gap: numbers,
    level: numbers,
    binary: numbers,
    multiclass: numbers,
    regression: numbers,
    weight: numbers,
    cases: z.array(
      z.object({
        task: z.enum(['binary', 'multiclass', 'regression']),
        penalty: z.number(),
        weighted: z.boolean(),
        scores: z.array(numbers),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('reference.json', import.meta.url), 'utf8')))

const rows = reference.x.length
const design: Design = {
  rows,
  width: 8,
  blocks: [
    { offset: 0, block: { kind: 'numeric', values: Float64Array.from(reference.x), missing: Uint8Array.from(reference.gap) } },
    { offset: 2, block: { kind: 'category', index: Int32Array.from(reference.level) } },
  ],
}
const mean = reference.weight.reduce((total, w) => total + w, 0) / rows
const classes = { binary: 2, multiclass: 3, regression: 1 } as const

/** What the fit says of each row, from its weights and nothing else. */
function scoresOf({ intercepts, weights }: Pick<Awaited<ReturnType<typeof fitAt>>, 'intercepts' | 'weights'>): number[][] {
  return reference.x.map((x, i) =>
    weights.map(
      (w, c) => (intercepts[c] ?? 0) + x * (w[0] ?? 0) + (reference.gap[i] ?? 0) * (w[1] ?? 0) + (w[2 + (reference.level[i] ?? 0)] ?? 0),
    ),
  )
}

describe('the fit against scikit-learn', () => {
  it.each(reference.cases.map((one) => [one.task, one.penalty, one.weighted ? 'weighted' : 'unweighted', one] as const))(
    '%s at penalty %d, %s rows',
    async (task, penalty, _, wanted) => {
      const targets: Targets = {
        task,
        y: Float64Array.from(reference[task]),
        classes: classes[task],
        rowWeights: wanted.weighted ? Float64Array.from(reference.weight, (w) => w / mean) : null,
      }
      const fit = await fitAt(design, targets, penalty, { tolerance: 1e-10, gain: 0 })
      const got = scoresOf(fit).map((scores) => {
        if (task === 'regression') return scores
        if (task === 'binary') return scores.map(sigmoid)
        const shares = Float64Array.from(scores)
        softmaxInPlace(shares, 0, shares.length)
        return [...shares].slice(1)
      })
      // probabilities to 1e-6: both solvers stop at gradients of 1e-10, of a Hessian no flatter than penalty / rows; amounts to 1e-6 of 1000
      const tolerance = task === 'regression' ? 1e-3 : 1e-6
      const off = got.flatMap((values, i) =>
        values.filter((value, j) => !(Math.abs(value - (wanted.scores[i]?.[j] ?? Number.NaN)) < tolerance)),
      )
      expect(off).toEqual([])
    },
  )
})

describe('the penalty', () => {
  const noise: Targets = {
    task: 'binary',
    y: Float64Array.from(reference.x, (_, i) => rowHash(i + 5_000) & 1),
    classes: 2,
    rowWeights: null,
  }

  it('is the strongest where the columns say nothing, and weaker where they do', async () => {
    expect((await fitLinear(design, noise)).penalty).toBe(penalties[0])
    const signal: Targets = { task: 'binary', y: Float64Array.from(reference.binary), classes: 2, rowWeights: null }
    const fit = await fitLinear(design, signal)
    expect(fit.penalty).toBeLessThan(penalties[0])
    expect(fit.heldOut?.loss).toBeLessThan(fit.heldOut?.prior ?? 0)
  })

  it('with too few rows to hold some out is the default, and nothing is claimed', async () => {
    const few: Design = {
      rows: 4,
      width: 2,
      blocks: [{ offset: 0, block: { kind: 'numeric', values: Float64Array.of(-1, 0, 0, 1), missing: new Uint8Array(4) } }],
    }
    const fit = await fitLinear(few, { task: 'binary', y: Float64Array.of(0, 0, 1, 1), classes: 2, rowWeights: null })
    expect([fit.penalty, fit.heldOut, fit.converged]).toEqual([1, null, true])
    expect(fit.weights[0]?.[0]).toBeGreaterThan(0)
  })

  it('keeps separable classes finite', async () => {
    const y = Float64Array.from(reference.x, (x) => (x > 0 ? 1 : 0))
    const fit = await fitLinear(design, { task: 'binary', y, classes: 2, rowWeights: null })
    expect(fit.weights.every((w) => w.every(Number.isFinite))).toBe(true)
  })
})

describe('a fit', () => {
  it('is the same numbers, bit for bit, on the same rows', async () => {
    const targets: Targets = { task: 'multiclass', y: Float64Array.from(reference.multiclass), classes: 3, rowWeights: null }
    expect(await fitLinear(design, targets)).toEqual(await fitLinear(design, targets))
  })

  it('follows the unit of an amount', async () => {
    const of = async (factor: number) =>
      await fitAt(
        design,
        { task: 'regression', y: Float64Array.from(reference.regression, (y) => y * factor), classes: 1, rowWeights: null },
        1,
        { tolerance: 1e-10, gain: 0 },
      )
    expect(((await of(1000)).weights[0]?.[0] ?? 0) / ((await of(1)).weights[0]?.[0] ?? 1)).toBeCloseTo(1000, 6)
  })

  it('of the prior is the share or the mean, half a row against an empty class', () => {
    const prior = (task: Targets['task'], y: number[], k: number) =>
      priorIntercepts({ task, y: Float64Array.from(y), classes: k, rowWeights: null })
    expect(sigmoid(prior('binary', [0, 0, 0, 1], 2)[0] ?? 0)).toBeCloseTo(1.5 / 5, 12)
    expect(prior('regression', [1, 2, 6], 1)).toEqual([3])
    const shares = Float64Array.from(prior('multiclass', [0, 0, 1], 3))
    softmaxInPlace(shares, 0, 3)
    expect([...shares].map((p) => Math.round(p * 4.5 * 1e9) / 1e9)).toEqual([2.5, 1.5, 0.5])
  })
})

describe('minimise', () => {
  it('finds the minimum of a badly scaled bowl', async () => {
    const scale = [1e4, 1, 1e-3]
    const found = await minimise(
      new Float64Array(3),
      (x, gradient) => {
        let value = 0
        for (const [j, s] of scale.entries()) {
          const d = (x[j] ?? 0) - (j + 1)
          value += (s * d * d) / 2
          gradient[j] = s * d
        }
        return value
      },
      Float64Array.from([1, 1, 1]),
      { tolerance: 1e-9 },
    )
    expect(found.converged).toBe(true)
    for (const [j, x] of found.x.entries()) expect(x).toBeCloseTo(j + 1, 5)
  })

  it('says when it was stopped before the minimum', async () => {
    const banana = (x: Float64Array, gradient: Float64Array) => {
      const [a = 0, b = 0] = x
      gradient[0] = -2 * (1 - a) - 400 * a * (b - a * a)
      gradient[1] = 200 * (b - a * a)
      return (1 - a) ** 2 + 100 * (b - a * a) ** 2
    }
    expect((await minimise(Float64Array.of(-1.2, 1), banana, Float64Array.of(1, 1), { iterations: 3 })).converged).toBe(false)
  })
})
