/** One holdout, fifty candidates that are all as good as the champion: is any of them promoted? By the levels of the product, and at a fixed 5 %. */
import { proofLevel } from '../../src/core/evaluate/reuse.ts'
import type { BinaryScores } from '../../src/core/metrics/scores.ts'
import { random } from '../../src/core/stats/random.ts'
import { seedOf } from '../simulate/repetition.ts'
import { blocks, compare, spec } from './blocks.ts'

export const uses = 50

export interface ReuseCount {
  readonly rows: number
  readonly runs: number
  /** holdouts on which any candidate was promoted */
  readonly spent: number
  readonly fixed: number
  /** by the bare number: better is better */
  readonly bare: number
}

export function countReuse(rows: number, runs: number, seed: number): ReuseCount {
  const rng = random(seedOf(seed, rows, 50))
  const found = { spent: 0, fixed: 0, bare: 0 }
  const digests = Array.from({ length: uses }, (_, h) => `candidate ${h}`)
  for (let run = 0; run < runs; run++) {
    const y = Uint8Array.from({ length: rows }, () => rng.below(2))
    const champion = y.map((label) => (rng.next() < 0.85 ? label : 1 - label))
    const baseline: BinaryScores = { task: 'binary', y, score: null, predicted: champion }
    const promoted = { spent: false, fixed: false, bare: false }
    for (const [h, digest] of digests.entries()) {
      // 5 % of all rows are lost and 5 % won: the candidate is right in 85 % of them, too
      const predicted = champion.map((answer, i) => (rng.next() < 0.05 / (answer === y[i] ? 0.85 : 0.15) ? 1 - answer : answer))
      const compared = compare({ baseline, candidate: { ...baseline, predicted } }, [spec('accuracy')])
      const level = proofLevel({ kind: 'counted', uses: digests.slice(0, h), uncounted: '' }, digest)
      promoted.spent ||= !blocks(compared, 'superior', level)
      promoted.fixed ||= !blocks(compared, 'superior')
      promoted.bare ||= compared.some(({ change }) => change.value > 0)
    }
    found.spent += Number(promoted.spent)
    found.fixed += Number(promoted.fixed)
    found.bare += Number(promoted.bare)
  }
  return { rows, runs, ...found }
}
