import { describe, expect, it } from 'vitest'
import { type CodedColumn, tellApart } from '../../../src/core/drift/classifier.ts'
import { classifierCheck, separated } from '../../../src/core/drift/classifier-check.ts'
import { type Random, random } from '../../../src/core/stats/random.ts'

type Draw = (rng: Random) => readonly number[]

/** Columns of standard normal values as deciles, drawn row by row. */
function sample(seed: number, rows: number, before: Draw, now: Draw): readonly CodedColumn[] {
  const rng = random(seed)
  const cuts = [-1.28, -0.84, -0.52, -0.25, 0, 0.25, 0.52, 0.84, 1.28]
  const code = (value: number) => cuts.filter((cut) => value > cut).length
  const sides = [before, now].map((draw) => Array.from({ length: rows }, () => draw(rng).map(code)))
  const width = sides[0]?.[0]?.length ?? 0
  return Array.from({ length: width }, (_, j) => ({
    name: `x${j}`,
    levels: 10,
    reference: (sides[0] ?? []).map((row) => row[j] ?? 0),
    current: (sides[1] ?? []).map((row) => row[j] ?? 0),
  }))
}

const noise: Draw = (rng) => Array.from({ length: 12 }, () => rng.normal())
const policy = { policy: { onInconclusive: 'pass', onMissing: 'warn' }, capAtWarn: false } as const
const judged = (columns: readonly CodedColumn[]) => classifierCheck(policy, separated(tellApart(columns, { seed: 7 })))

describe('a classifier that tells today from training', () => {
  it('finds nothing where there is nothing: 60 runs, an AUC near ½, no alarm', () => {
    const found = Array.from({ length: 60 }, (_, run) => tellApart(sample(run, 400, noise, noise), { seed: 7 }))
    const mean = found.reduce((sum, { auc }) => sum + auc, 0) / found.length
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.01)
    expect(found.filter(({ low95 }) => low95 > 0.55)).toEqual([])
    // and its bound is one: 5 % lie above ½
    expect(found.filter(({ low95 }) => low95 > 0.5).length).toBeLessThanOrEqual(8)
  })

  it('sees a correlation that changed its sign, although no column moved, and names the two', () => {
    const tied =
      (sign: number): Draw =>
      (rng) => {
        const values = Array.from({ length: 12 }, () => rng.normal())
        const a = values[3] ?? 0
        values[8] = sign * 0.8 * a + 0.6 * (values[8] ?? 0)
        return values
      }
    const columns = sample(1, 1500, tied(1), tied(-1))
    const found = tellApart(columns, { seed: 7 })
    expect(found.low99).toBeGreaterThan(0.6)
    expect(
      found.top
        .slice(0, 2)
        .map(({ column }) => column)
        .toSorted(),
    ).toEqual(['x3', 'x8'])
    expect(judged(columns)).toMatchObject({ status: 'fail', limit: 0.6, tail: 'lower', level: 0.99 })
  })

  it('half a standard deviation in one column is an AUC of about 0.64, and fails', () => {
    const moved: Draw = (rng) => noise(rng).map((value, j) => (j === 5 ? value + 0.5 : value))
    const found = tellApart(sample(2, 3000, noise, moved), { seed: 7 })
    expect(found.auc).toBeGreaterThan(0.61)
    expect(found.auc).toBeLessThan(0.66)
    expect(found.top[0]?.column).toBe('x5')
  })

  it('a hundredth of a standard deviation everywhere says nothing, and equal seeds say the same', () => {
    const slightly: Draw = (rng) => noise(rng).map((value) => value + 0.01)
    const columns = sample(3, 2000, noise, slightly)
    expect(judged(columns).status).toBe('pass')
    expect(tellApart(columns, { seed: 7 })).toEqual(tellApart(columns, { seed: 7 }))
  })

  it('sizes that differ are no sign of anything', () => {
    const rng = random(8)
    const side = (rows: number) => Array.from({ length: rows }, () => rng.below(10))
    const columns = Array.from({ length: 6 }, (_, i) => ({ name: `x${i}`, levels: 10, reference: side(4000), current: side(400) }))
    expect(judged(columns).status).toBe('pass')
  })

  it('without rows there is none, and the reason is said', () => {
    expect(() => tellApart([], { seed: 1 })).toThrow('needs rows of both sides')
    const check = classifierCheck(policy, { details: null, because: 'data.current is a stored profile' })
    expect(check).toMatchObject({ status: 'skipped', message: expect.stringContaining('data.current is a stored profile') })
  })

  it('on a pull request it warns at most', () => {
    const moved: Draw = (rng) => noise(rng).map((value) => value + 1)
    const outcome = separated(tellApart(sample(4, 500, noise, moved), { seed: 7 }))
    expect(classifierCheck({ ...policy, capAtWarn: true }, outcome)).toMatchObject({ status: 'fail', effect: 'warn' })
  })
})
