/**
 * Twenty columns such as tables have: the world that the simulation draws from. One entry a column.
 *
 * `make(tilt)` gives what draws one value: at tilt 0 the plain column; at 0.02 the column moved by 0.02 of its standard deviation, or with the
 * shares of its levels tilted by ± 2 %: certain in many rows, and of no importance in any. Labels are drawn as their index in `labels`.
 */
import type { Random } from '../../src/core/stats/random.ts'

export type Draw = (rng: Random) => number

export interface ColumnSpec {
  readonly name: string
  readonly storage: 'float' | 'integer' | 'string' | 'boolean'
  readonly labels: readonly string[] | null
  readonly make: (tilt: number) => Draw
}

/** n values of one column; NaN is a missing one, labels are indexes. */
export interface Drawn {
  readonly name: string
  readonly storage: ColumnSpec['storage']
  readonly labels: readonly string[] | null
  readonly values: Float64Array
}

export function drawColumn(spec: ColumnSpec, rows: number, rng: Random, draw: Draw = spec.make(0), labels = spec.labels): Drawn {
  const values = new Float64Array(rows)
  for (let i = 0; i < rows; i++) values[i] = draw(rng)
  return { name: spec.name, storage: spec.storage, labels, values }
}

/** Index of a share, in constant time. Source: Walker 1977 (alias method), Vose's construction. */
export function discrete(shares: readonly number[]): Draw {
  const k = shares.length
  const sum = shares.reduce((total, share) => total + share, 0)
  const scaled = shares.map((share) => (share / sum) * k)
  const alias = Array.from({ length: k }, (_, i) => i)
  const small = scaled.flatMap((share, i) => (share < 1 ? [i] : []))
  const large = scaled.flatMap((share, i) => (share < 1 ? [] : [i]))
  for (;;) {
    const low = small.pop()
    const high = large.at(-1)
    if (low === undefined || high === undefined) break
    alias[low] = high
    scaled[high] = (scaled[high] ?? 0) - (1 - (scaled[low] ?? 0))
    if ((scaled[high] ?? 0) < 1) {
      large.pop()
      small.push(high)
    }
  }
  for (const i of small) scaled[i] = 1
  return (rng) => {
    const u = rng.next() * k
    const i = Math.floor(u)
    return u - i < (scaled[i] ?? 1) ? i : (alias[i] ?? i)
  }
}

/** Every other level up, the rest down. */
const tilted = (shares: readonly number[], tilt: number) => shares.map((share, i) => share * (i % 2 === 0 ? 1 + tilt : 1 - tilt))

/** Shares of k levels that fall as 1 / rank^power. */
export const zipf = (levels: number, power: number): readonly number[] => Array.from({ length: levels }, (_, i) => (i + 1) ** -power)

const numbers = (name: string, make: ColumnSpec['make'], storage: 'float' | 'integer' = 'float'): ColumnSpec => ({
  name,
  storage,
  labels: null,
  make,
})
const levels = (name: string, shares: readonly number[]): ColumnSpec => ({
  name,
  storage: 'string',
  labels: shares.map((_, i) => `level ${i + 1}`),
  make: (tilt) => discrete(tilted(shares, tilt)),
})
const truth = (name: string, share: number): ColumnSpec => ({
  name,
  storage: 'boolean',
  labels: ['false', 'true'],
  make: (tilt) => discrete([1 - share * (1 + tilt), share * (1 + tilt)]),
})
const poisson = (name: string, lambda: number): ColumnSpec =>
  numbers(
    name,
    (tilt) => {
      const mean = lambda + tilt * Math.sqrt(lambda)
      const shares: number[] = [Math.exp(-mean)]
      for (let k = 1; k < mean + 12 * Math.sqrt(mean) + 12; k++) shares.push(((shares.at(-1) ?? 0) * mean) / k)
      return discrete(shares)
    },
    'integer',
  )
const exponential = (rng: Random) => -Math.log1p(-rng.next())

export const fiveLevels = [0.35, 0.25, 0.2, 0.12, 0.08] as const

export const columns: readonly ColumnSpec[] = [
  numbers('normal', (tilt) => (rng) => rng.normal() + tilt),
  numbers('normal_wide', (tilt) => (rng) => 50 + 10 * (rng.normal() + tilt)),
  numbers('normal_rounded', (tilt) => (rng) => Math.round(100 * (100 + 15 * (rng.normal() + tilt))) / 100),
  numbers('lognormal', (tilt) => (rng) => Math.exp(rng.normal() + tilt)),
  numbers('lognormal_narrow', (tilt) => (rng) => 20 * Math.exp(0.5 * (rng.normal() + tilt))),
  numbers('exponential', (tilt) => (rng) => 3 * (1 + tilt) * exponential(rng)),
  numbers('uniform', (tilt) => (rng) => rng.next() + tilt / Math.sqrt(12)),
  numbers('student_t3', (tilt) => (rng) => {
    const squares = rng.normal() ** 2 + rng.normal() ** 2 + rng.normal() ** 2
    return rng.normal() / Math.sqrt(squares / 3) + tilt * Math.sqrt(3)
  }),
  numbers('zero_inflated', (tilt) => (rng) => (rng.next() < 0.6 ? 0 : 100 * (1 + tilt) * exponential(rng))),
  numbers('zero_inflated_lognormal', (tilt) => (rng) => (rng.next() < 0.3 ? 0 : Math.exp(rng.normal() + tilt))),
  poisson('poisson_3', 3),
  poisson('poisson_40', 40),
  truth('boolean', 0.5),
  truth('rare_flag', 0.02),
  levels('levels_3', [0.5, 0.3, 0.2]),
  levels('levels_5', fiveLevels),
  levels('levels_10', zipf(10, 0.5)),
  levels('levels_30', zipf(30, 0.7)),
  levels('levels_50', zipf(50, 0.8)),
  levels('levels_100', zipf(100, 0.9)),
]

export function column(name: string): ColumnSpec {
  const found = columns.find((spec) => spec.name === name)
  if (found === undefined) throw new RangeError(`no column ${name}`)
  return found
}
