/** The two-sided tests of McNemar, which references print, from what the one-sided test of the gate is made of. No discordant pair: 1. */
import { binomialAtLeast } from '../../src/core/stats/beta.ts'
import { mcnemarWorse } from '../../src/core/stats/mcnemar.ts'

export const mcnemarMidP = (b: number, c: number): number => Math.min(1, 2 * Math.min(mcnemarWorse(b, c), mcnemarWorse(c, b)))

export const mcnemarExact = (b: number, c: number): number => Math.min(1, 2 * binomialAtLeast(Math.max(b, c), b + c, 0.5))
