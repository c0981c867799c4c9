/** Two hundred slices of two equal models: is any of them called worse? And one slice in which the candidate is worse: is it found? */
import { slicesOf } from '../../src/core/evaluate/slice-rows.ts'
import { judgeSlices } from '../../src/core/evaluate/slices.ts'
import { random } from '../../src/core/stats/random.ts'
import { seedOf } from '../simulate/repetition.ts'
import { policy, spec } from './blocks.ts'
import { answers, binary, draw, type Pair } from './populations.ts'

const columns = 20
const levels = 10
export const slices = columns * levels

export interface SliceCount {
  readonly metric: string
  readonly rows: number
  readonly runs: number
  /** runs in which any slice was called worse although none is */
  readonly any: number
  /** runs in which the slice that is worse by twenty points was found; null where it was not asked */
  readonly found: number | null
}

const classifier = binary({ positives: 0.3, apart: 1.6, seed: 13 })(1)

export function countSlices(metric: string, rows: number, runs: number, seed: number): SliceCount {
  const rng = random(seedOf(seed, rows, 200, ...new TextEncoder().encode(metric)))
  const population = metric === 'accuracy' ? answers(0) : classifier
  let any = 0
  let found = 0
  for (let run = 0; run < runs; run++) {
    const drawn = draw(population, rows, rng)
    const coded = Array.from({ length: columns }, (_, j) => ({
      name: `column ${j}`,
      codes: Uint16Array.from({ length: rows }, () => rng.below(levels)),
      labels: Array.from({ length: levels }, (_, code) => String(code)),
      order: Array.from({ length: levels }, (_, code) => code),
      hidden: false,
    }))
    const families = coded.map((column) => slicesOf([column], 30, false))
    const worse = (pair: Pair) =>
      judgeSlices({ families, ...pair, missing: null, specs: [spec(metric)], policy, minRows: 30, notes: [] }).checks.filter(
        ({ effect }) => effect === 'fail',
      )
    any += Number(worse(drawn).length > 0)
    if (metric !== 'accuracy') continue
    // in the first slice every fifth answer is turned round
    const { candidate } = drawn
    if (candidate.task !== 'binary') throw new RangeError('answers are binary')
    const predicted = candidate.predicted.map((answer, i) =>
      coded[0]?.codes[i] === 0 && answer === candidate.y[i] && rng.next() < 0.2 / 0.85 ? 1 - answer : answer,
    )
    const [first] = families.flatMap((family) => family.slices)
    found += Number(worse({ ...drawn, candidate: { ...candidate, predicted } }).some(({ slice }) => slice === first?.id))
  }
  return { metric, rows, runs, any, found: metric === 'accuracy' ? found : null }
}
