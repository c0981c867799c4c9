/** Of cells whose interval holds more often than it should: how often could it hold at the least? Of changes of equal models and of levels with few outcomes this can be counted. */
import { type Random, random } from '../../src/core/stats/random.ts'
import { type Coverage, populations, seedFor } from './coverage.ts'
import { changesOf } from './exchange.ts'
import { missable } from './outcomes.ts'
import { draw, type Pair } from './populations.ts'
import { farthest } from './ways.ts'

export interface Attainable extends Pick<Coverage, 'population' | 'rows' | 'metric' | 'part'> {
  /** worlds in which it could be counted */
  readonly runs: number
  /** mean over worlds of what a test (both bounds) of 95 % could refuse there at most */
  readonly refused: number
  /** worlds in which that is nothing */
  readonly never: number
}

function rejectable(world: Pair, metric: string, rng: Random): number | null {
  const ways = changesOf(world, metric, rng)
  return ways && farthest(ways, 0.05)
}

/** In the worlds of `countCoverage`, as many as are asked for. null: it is not known. */
export function countAttainable({ population, rows, metric, part }: Coverage, runs: number, seed: number): Attainable | null {
  const pair = populations[population]
  if (!pair) return null
  const [rng, own] = [random(seedFor(population, rows, seed)), random(seed)]
  const found = { runs: 0, refused: 0, never: 0 }
  for (let run = 0; run < runs; run++) {
    const world = draw(pair, rows, rng)
    const refused = part === 'change' ? rejectable(world, metric, own) : missable(world.candidate, pair.candidate, metric, own)
    if (refused === null) continue
    found.runs += 1
    found.refused += refused
    found.never += Number(refused === 0)
  }
  return found.runs === 0 ? null : { population, rows, metric, part, ...found, refused: found.refused / found.runs }
}
