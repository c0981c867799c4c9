/** What is kept of a seed is what its source draws, also after the last number that is kept. */
import { expect, it } from 'vitest'
import { gamma } from '../../../src/core/stats/dirichlet.ts'
import { gammaDraws } from '../../../src/core/stats/gamma-draws.ts'
import { random } from '../../../src/core/stats/random.ts'

/** By nothing but a source of this seed. */
function drawnAnew(seed: number): (shape: number) => number {
  const source = random(seed)
  return (shape) => (shape === 1 ? -Math.log(1 - source.next()) : gamma(source, shape))
}

const shapes = [1, 1, 0.5, 1, 7, 1, 0.15]

it('whoever begins with a seed draws what its source does, whatever others have drawn before', () => {
  gammaDraws(3)(1)
  for (const seed of [3, 4, 3]) {
    const [kept, anew] = [gammaDraws(seed), drawnAnew(seed)]
    for (let i = 0; i < 150_000; i++) {
      const shape = shapes[i % shapes.length] ?? 1
      if (kept(shape) !== anew(shape)) expect.fail(`number ${i} of seed ${seed} is another one`)
    }
  }
})

it('goes on where no more is kept, for two at once', () => {
  const [one, other, anew] = [gammaDraws(5), gammaDraws(5), drawnAnew(5)]
  for (let i = 0; i < 2_300_000; i++) {
    // the last numbers that are kept are met within a normal one, too
    const shape = i % 1000 === 7 ? 2.5 : 1
    const expected = anew(shape)
    if (one(shape) !== expected || other(shape) !== expected) expect.fail(`number ${i} is another one`)
  }
})
