/**
 * Permutation test on whole blocks of rows, for rows that depend on each other: days, or groups.
 *
 *     statistic  JSD of the summed counts          p = #{JSD_permuted ≥ JSD} / C(B, b), all of them where there are at most 20,000
 *                                                  p = (1 + #{JSD_permuted ≥ JSD}) / (draws + 1), seeded, else
 *
 * Which b of the B blocks are "current" is exchanged. Exact when blocks are exchangeable: no trend, no season. The smallest p is
 * `smallest`: one block against 28 can only be the most different of 29. Draws end early once a hundred were as extreme (then p = 100 / draws),
 * so that columns without drift cost little. `mean` is the JSD that exchanging alone gives: its bias. Fewer than one block on a side: p = 1.
 * @param reference, current counts per block and cell, the same cells in all
 * Source: Besag & Clifford 1991 for the early end; Phipson & Smyth 2010.
 */
import { type Random, random } from '../stats/random.ts'

export interface BlockTest {
  readonly p: number
  /** JSD in nats as it is, and its mean over the permutations */
  readonly observed: number
  readonly mean: number
  readonly smallest: number
}

type Counts = readonly (readonly number[])[]

const enumerated = 20_000
const enoughExtreme = 100

/** @param draws at most, where not all can be gone through */
export function blockPermutation(reference: Counts, current: Counts, options: { seed: number; draws?: number }): BlockTest {
  const all = [...reference, ...current]
  const cells = all[0]?.length ?? 0
  const flat = new Float64Array(all.length * cells)
  for (const [i, block] of all.entries()) for (let j = 0; j < cells; j++) flat[i * cells + j] = block[j] ?? 0
  const sums = new Float64Array(cells)
  for (let i = 0; i < flat.length; i++) sums[i % cells] = (sums[i % cells] ?? 0) + (flat[i] ?? 0)

  // the smaller side is dealt out; JSD is the same seen from either
  const few = Math.min(reference.length, current.length)
  const dealt = new Float64Array(cells)
  const divergence = (chosen: ArrayLike<number>): number => {
    dealt.fill(0)
    for (let c = 0; c < few; c++) {
      const at = (chosen[c] ?? 0) * cells
      for (let j = 0; j < cells; j++) dealt[j] = (dealt[j] ?? 0) + (flat[at + j] ?? 0)
    }
    return jsd(dealt, sums)
  }
  const start = current.length <= reference.length ? reference.length : 0
  const observed = few === 0 ? 0 : divergence(Array.from({ length: few }, (_, i) => start + i))
  if (few === 0) return { p: 1, observed, mean: 0, smallest: 1 }

  const ways = choose(all.length, few)
  const limit = observed * (1 - 1e-12)
  const most = options.draws ?? 9999
  let made = 0
  let extreme = 0
  let total = 0
  const count = (chosen: ArrayLike<number>) => {
    const value = divergence(chosen)
    made += 1
    total += value
    if (value >= limit) extreme += 1
  }
  if (ways <= enumerated) {
    for (const chosen of combinations(all.length, few)) count(chosen)
    return { p: extreme / made, observed, mean: total / made, smallest: 1 / ways }
  }
  const rng = random(options.seed)
  const order = Uint16Array.from({ length: all.length }, (_, i) => i)
  while (made < most && extreme < enoughExtreme) {
    deal(order, few, rng)
    count(order)
  }
  const p = extreme >= enoughExtreme ? extreme / made : (1 + extreme) / (made + 1)
  return { p, observed, mean: total / made, smallest: 1 / (most + 1) }
}

/** Blocks on the smaller side of B that would let p reach `level`; null when more blocks of that side alone never would. */
export function blocksNeeded(blocks: number, level: number): number | null {
  for (let few = 1; few <= blocks; few++) if (1 / choose(blocks + few, few) <= level) return few
  return null
}

/** Number of ways to choose; exact while it matters. */
export function choose(all: number, few: number): number {
  let ways = 1
  for (let i = 1; i <= few && ways < 1e15; i++) ways = (ways * (all - few + i)) / i
  return Math.round(ways)
}

/** The first `few` places hold a random choice: a partial Fisher–Yates shuffle. */
function deal(order: Uint16Array, few: number, rng: Random): void {
  for (let i = 0; i < few; i++) {
    const j = i + rng.below(order.length - i)
    const taken = order[i] ?? 0
    order[i] = order[j] ?? 0
    order[j] = taken
  }
}

/** Every choice of `few` out of `all`, in one array that is used again. */
function* combinations(all: number, few: number): Generator<Uint16Array> {
  const chosen = Uint16Array.from({ length: few }, (_, i) => i)
  for (;;) {
    yield chosen
    let at = few - 1
    while (at >= 0 && chosen[at] === all - few + at) at -= 1
    if (at < 0) return
    chosen[at] = (chosen[at] ?? 0) + 1
    for (let i = at + 1; i < few; i++) chosen[i] = (chosen[i - 1] ?? 0) + 1
  }
}

/** JSD in nats of one part against the rest of the whole; 0 when either has no rows. */
function jsd(part: Float64Array, whole: Float64Array): number {
  let m = 0
  let all = 0
  for (let j = 0; j < whole.length; j++) {
    m += part[j] ?? 0
    all += whole[j] ?? 0
  }
  const n = all - m
  if (m <= 0 || n <= 0) return 0
  let divergence = 0
  for (let j = 0; j < whole.length; j++) {
    const q = (part[j] ?? 0) / m
    const p = ((whole[j] ?? 0) - (part[j] ?? 0)) / n
    if (p > 0) divergence += p * Math.log((2 * p) / (p + q))
    if (q > 0) divergence += q * Math.log((2 * q) / (p + q))
  }
  return divergence / 2
}
