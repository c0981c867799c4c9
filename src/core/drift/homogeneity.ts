/**
 * The p-value of "these two histograms come from one distribution", by the test that holds for the table at hand.
 * χ² where its law holds; Fisher's exact test for a sparse 2 × 2; a seeded permutation for a sparse larger one.
 */
import { type ChiSquare, chiSquare } from './chi-square.ts'
import { fisherExact } from './fisher-exact.ts'
import { permutationP } from './permutation.ts'
import { driftSeeds } from './seeds.ts'

/** p of 0.2 after 1,000 draws, and of 0.02 after all that there are */
const enough = 200

export interface Homogeneity extends ChiSquare {
  readonly method: 'chi-square' | 'fisher' | 'permutation'
}

export function homogeneity(reference: readonly number[], current: readonly number[]): Homogeneity {
  const result = chiSquare(reference, current)
  if (!result.sparse) return { ...result, method: 'chi-square' }
  if (result.df > 1) return { ...result, p: permutationP(reference, current, { seed: driftSeeds.cells, enough }), method: 'permutation' }
  const filled = reference.map((a, j) => [a, current[j] ?? 0] as const).filter(([a, b]) => a + b > 0)
  const [[a, c] = [0, 0], [b, d] = [0, 0]] = filled
  return { ...result, p: fisherExact(a, b, c, d), method: 'fisher' }
}

/** Two proportions: k of n against l of m. */
export const proportionsP = (k: number, n: number, l: number, m: number): number =>
  n === 0 || m === 0 ? 1 : homogeneity([k, n - k], [l, m - l]).p
