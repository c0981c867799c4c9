/**
 * A JS* in words: what kind of change is about that large. One number means the same for every column, but nobody has a feeling for it.
 *
 *     numbers:  the shift of a normal distribution, in its own standard deviations, whose JS over the ten deciles is this
 *     labels:   the part ε of the rows that, moved into a value that did not occur, gives this JS
 *
 * Both rise with JS and are found by bisection. 0.104 is ¼ sd, 0.205 ½ sd, 0.391 1 sd; 0.1 is 2 % of the rows, 0.2 is 8 %. Above 3 sd the
 * deciles hardly tell shifts apart, so nothing larger is said. The words are a scale, not a finding: a column can have moved in
 * another way that is as far.
 */
import { jensenShannon } from '../drift/jensen-shannon.ts'
import { bisection } from '../stats/bisection.ts'
import { normalCdf, normalQuantile } from '../stats/normal.ts'

const deciles = Array.from({ length: 9 }, (_, i) => normalQuantile((i + 1) / 10))

/** JS distance between N(0, 1) and N(δ, 1) in the deciles of the first. */
export function jsOfShift(delta: number): number {
  const below = [0, ...deciles.map((edge) => normalCdf(edge - delta)), 1]
  const shares = below.slice(1).map((share, j) => share - (below[j] ?? 0))
  return jensenShannon(
    shares.map(() => 0.1),
    shares,
  ).distance
}

/** JS distance when ε of all rows move to a cell that was empty. */
export const jsOfNewMass = (epsilon: number): number => jensenShannon([1, 0], [1 - epsilon, epsilon]).distance

const widest = 3

export const shiftOf = (js: number): number => bisection((delta) => jsOfShift(delta) < js, 0, widest, 50)
export const newMassOf = (js: number): number => bisection((epsilon) => jsOfNewMass(epsilon) < js, 0, 1, 50)

/** As people say parts of one. */
const parts: readonly (readonly [number, string])[] = [
  [0.1, '⅒'],
  [0.2, '⅕'],
  [0.25, '¼'],
  [1 / 3, '⅓'],
  [0.5, '½'],
  [2 / 3, '⅔'],
  [0.75, '¾'],
  [1, '1'],
  [1.25, '1¼'],
  [1.5, '1½'],
  [2, '2'],
  [2.5, '2½'],
]

/** What is said of kinds whose values have an order, and of those that have none. Two values need no scale: their rates are shown. */
export function sizeInWords(js: number | null, kind: string): string | null {
  if (js === null || js <= 0 || kind === 'boolean' || kind === 'constant') return null
  if (kind.startsWith('numeric')) {
    const sd = shiftOf(js)
    if (sd >= widest - 0.25) return 'more than 2½ sd'
    if (sd < 0.075) return 'less than ⅒ sd'
    const [, word] = parts.reduce((best, part) => (Math.abs(part[0] - sd) < Math.abs(best[0] - sd) ? part : best))
    return `${word} sd`
  }
  const mass = newMassOf(js) * 100
  return mass < 0.1 ? 'less than 0.1 % of the rows new' : `${mass < 1 ? mass.toFixed(1) : Math.round(mass)} % of the rows new`
}
