/**
 * Gamma variates of scale 1, one after the other from a seed. Whoever begins with the same seed is given the same ones, and what somebody drew before is kept: both models and all their
 * metrics draw their rows' weights from the start, and the logarithm of each was half of what a draw costs.
 * Source: Marsaglia & Tsang 2000, by `dirichlet.ts`; of shape 1 they are exponential, −ln(1 − u).
 */
import { gamma } from './dirichlet.ts'
import { polar, type Random, random } from './random.ts'

/** @param shape > 0: a weight of so many rows */
export type GammaDraws = (shape: number) => number

const CHUNK = 1 << 16
/** Two million numbers, 32 MiB with their logarithms: two thousand draws of a thousand rows. What comes after them is drawn anew. */
const CHUNKS = 32

interface Chunk {
  readonly uniform: Float64Array
  readonly exponential: Float64Array
}

interface Kept {
  readonly chunks: Chunk[]
  /** stands where the last chunk ends */
  readonly source: Random
}

/** In practice there is one seed. */
let last: { readonly seed: number; readonly kept: Kept } | null = null

function keptOf(seed: number): Kept {
  if (last?.seed !== seed) last = { seed, kept: { chunks: [], source: random(seed) } }
  return last.kept
}

function nextChunk({ chunks, source }: Kept): Chunk {
  const chunk = { uniform: new Float64Array(CHUNK), exponential: new Float64Array(CHUNK) }
  for (let i = 0; i < CHUNK; i++) {
    const u = source.next()
    chunk.uniform[i] = u
    chunk.exponential[i] = -Math.log(1 - u)
  }
  chunks.push(chunk)
  return chunk
}

/** The source of a seed after everything that is kept of it. */
function beyond(seed: number): Random {
  const source = random(seed)
  for (let i = 0; i < CHUNK * CHUNKS; i++) source.next()
  return source
}

export function gammaDraws(seed: number): GammaDraws {
  const kept = keptOf(seed)
  let chunk: Chunk | null = null
  let [number, at] = [0, CHUNK]
  let live: Random | null = null

  /** Whether the next number is one of those that are kept. */
  function isKept(): boolean {
    if (at < CHUNK) return true
    if (live) return false
    if (number === CHUNKS) {
      live = beyond(seed)
      return false
    }
    chunk = kept.chunks[number] ?? nextChunk(kept)
    number += 1
    at = 0
    return true
  }

  const next = (): number => (isKept() ? (chunk?.uniform[at++] ?? 0) : (live?.next() ?? 0))
  const source = { next, normal: () => polar(next) }
  return (shape) => {
    if (shape !== 1) return gamma(source, shape)
    return isKept() ? (chunk?.exponential[at++] ?? 0) : -Math.log(1 - (live?.next() ?? 0))
  }
}
