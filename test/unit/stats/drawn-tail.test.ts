import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bca, type Jackknife } from '../../../src/core/stats/bca.ts'
import { normalSf } from '../../../src/core/stats/normal.ts'
import { clopperPearson } from '../../../src/core/stats/proportion.ts'
import { type Random, random } from '../../../src/core/stats/random.ts'
import { studentSf } from '../../../src/core/stats/student-t.ts'

const B = 40_000
/** that leans to neither side, and to one by an acceleration of 0.05 */
const even: Jackknife = { values: [-1, 1], counts: [50, 50] }
const leaning = (side: 1 | -1): Jackknife => ({ values: [side * -3, side], counts: [4, 12] })

const shapes: Readonly<Record<string, (rng: Random) => number>> = {
  normal: (rng) => rng.normal(),
  'long on one side': (rng) => Math.exp(0.3 * rng.normal()),
  'long on both sides': (rng) =>
    rng.normal() / Math.sqrt((rng.normal() ** 2 + rng.normal() ** 2 + rng.normal() ** 2 + rng.normal() ** 2) / 4),
  'short on both sides': (rng) => rng.next() + rng.next(),
  'in steps': (rng) => Math.round(5 * rng.normal()) / 5,
}

function drawsOf(shape: string, seed = 1): { readonly draws: Float64Array; readonly mean: number; readonly se: number } {
  const rng = random(seed)
  const of = shapes[shape]
  if (!of) throw new RangeError(shape)
  const draws = Float64Array.from({ length: B }, () => of(rng))
  const mean = draws.reduce((sum, x) => sum + x, 0) / B
  return { draws, mean, se: Math.sqrt(draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (B - 1)) }
}

describe('of 2,000 draws alone, with no other test beside them', () => {
  it.each(['normal', 'long on both sides'])('a mean of 100 rows is called too small or too large as often as said: rows %s', (shape) => {
    const [worlds, n, size] = [4000, 100, 2000]
    const of = shapes[shape]
    if (!of) throw new RangeError(shape)
    const rng = random(3)
    const levels = [0.002, 0.0006, 0.0002]
    const wrong = levels.map(() => 0)
    for (let world = 0; world < worlds; world++) {
      const rows = Float64Array.from({ length: n }, () => of(rng))
      const mean = rows.reduce((sum, x) => sum + x, 0) / n
      const se = Math.sqrt(rows.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1) / n)
      // nearer to 0 than two standard errors no such p-value is to be had
      if (Math.abs(mean) < 2 * se) continue
      const draws = Float64Array.from({ length: size }, () => {
        let sum = 0
        for (let i = 0; i < n; i++) sum += rows[rng.below(n)] ?? 0
        return sum / n
      })
      const values = Array.from(rows, (x) => (n * mean - x) / (n - 1))
      const below = bca(mean, draws, { values, counts: values.map(() => 1) }, n, true).below(0)
      for (const [j, level] of levels.entries()) wrong[j] = (wrong[j] ?? 0) + Number(Math.min(below, 1 - below) <= level)
    }
    for (const [j, level] of levels.entries()) {
      const [least, most] = clopperPearson(wrong[j] ?? 0, worlds, 0.995)
      expect(least, `${level}`).toBeLessThanOrEqual(2 * level)
      // and it is not that nothing is ever said
      expect(most, `${level}`).toBeGreaterThan(level)
    }
  })
})

describe('a p-value beyond the last draw', () => {
  it('is about that of a normal law where the draws are normal, and not smaller', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { draws, mean, se } = drawsOf('normal', seed)
      const read = bca(mean, draws, even, 10_000, true)
      for (const far of [5, 6, 8]) {
        const z = far - 2 * Math.abs(read.z0)
        for (const p of [read.below(mean + far * se), 1 - read.below(mean - far * se)]) {
          expect(p).toBeGreaterThanOrEqual(normalSf(far) - 1e-16)
          expect(p).toBeLessThan(normalSf(0.85 * z))
        }
      }
    }
  })

  it('ends with the draws where nothing goes on', () => {
    const { draws, mean } = drawsOf('normal')
    const read = bca(mean, draws, even, 10_000)
    expect(read.below(20)).toBe(read.below(10))
    expect(read.below(10)).toBeGreaterThan(1e-5)
  })

  for (const shape of Object.keys(shapes)) {
    it(`falls as what is asked lies farther out, is never smaller than that of t, and says what the bounds say: draws ${shape}`, () => {
      const { draws, mean, se } = drawsOf(shape)
      const sorted = draws.toSorted()
      const [tenth, last] = [sorted[B - 10] ?? Number.NaN, sorted[B - 1] ?? Number.NaN]
      const jackknifes = [even, leaning(1), leaning(-1)]
      fc.assert(
        fc.property(
          fc.constantFrom(0, 1, 2),
          fc.constantFrom(60, 300, 10_000),
          fc.double({ min: -0.4, max: 0.4, noNaN: true }),
          fc.double({ min: 1e-7, max: 0.05, noNaN: true }),
          (lean, units, off, alpha) => {
            const estimate = mean + off * se
            const read = bca(estimate, draws, jackknifes[lean] ?? even, units, true)
            const [low, high] = read.bounds(1 - alpha)
            expect(Number.isFinite(high - low)).toBe(true)
            // a step beyond the bound, since p jumps there where draws do; among the draws both are right to about one of them
            const step = 1e-6 * se
            expect(read.below(high + step)).toBeLessThanOrEqual(1.2 * alpha)
            expect(1 - read.below(low - step)).toBeLessThanOrEqual(1.2 * alpha)
            let before = 1
            for (let at = estimate; at < estimate + 12 * se; at += 0.1 * se) {
              const p = read.below(at)
              expect(p).toBeLessThanOrEqual(before * (1 + 1e-9))
              before = p
              if (at <= last) continue
              const t = studentSf((at - estimate) / se, units > 5000 ? Number.POSITIVE_INFINITY : units - 1)
              expect(p).toBeGreaterThanOrEqual(Math.min(t, read.below(tenth + step)) * (1 - 1e-9))
            }
          },
        ),
        { numRuns: 25 },
      )
    })
  }

  it('is no smaller than draws alone say where rows, or values of the statistic, are few', () => {
    const few = drawsOf('normal')
    const coarse = { ...few, draws: few.draws.map((x) => Math.round(x)) }
    for (const [{ draws, mean }, units] of [
      [few, 40],
      [coarse, 10_000],
    ] as const) {
      const [alone, on] = [false, true].map((beyond) => bca(mean, draws, even, units, beyond))
      for (const at of [3, 4.5, 6, 20]) expect(on?.below(at)).toBe(alone?.below(at))
    }
  })
})
