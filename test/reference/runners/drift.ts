/** How the drift gate computes what a reference case asks: statistic → our code. */
import { andersonDarling, andersonDarlingSf } from '../../../src/core/drift/anderson-darling.ts'
import { blockPermutation } from '../../../src/core/drift/block-permutation.ts'
import { cauchyCombination } from '../../../src/core/drift/cauchy-combination.ts'
import { chiSquare } from '../../../src/core/drift/chi-square.ts'
import { correlationChange } from '../../../src/core/drift/correlation.ts'
import { exceedanceP } from '../../../src/core/drift/exceedance.ts'
import { fisherExact } from '../../../src/core/drift/fisher-exact.ts'
import { groupShift } from '../../../src/core/drift/group-shift.ts'
import { hellinger } from '../../../src/core/drift/hellinger.ts'
import { proportionsP } from '../../../src/core/drift/homogeneity.ts'
import { interaction } from '../../../src/core/drift/interaction.ts'
import { jensenShannon } from '../../../src/core/drift/jensen-shannon.ts'
import { kolmogorovSf, kolmogorovSmirnov } from '../../../src/core/drift/kolmogorov-smirnov.ts'
import { minimumDetectable, noncentrality } from '../../../src/core/drift/minimum-detectable.ts'
import { populationStability } from '../../../src/core/drift/population-stability.ts'
import { shareGaps } from '../../../src/core/drift/share-gaps.ts'
import { wasserstein } from '../../../src/core/drift/wasserstein.ts'
import { bisection } from '../../../src/core/stats/bisection.ts'
import { aucParts } from '../../../src/core/stats/delong.ts'
import { chiSquareSf } from '../../../src/core/stats/gamma.ts'
import { meanOf } from '../../../src/core/stats/mean.ts'
import { benjaminiHochberg, benjaminiYekutieli, holm } from '../../../src/core/stats/multiplicity.ts'
import { noncentralChiSquareSf } from '../../../src/core/stats/noncentral-chi-square.ts'
import { ranking } from '../../../src/core/stats/ranking.ts'
import { newcombe } from '../newcombe.ts'
import { cellsOf, type Found, type Inputs, list, lists, num, type Runner } from './inputs.ts'

const sides = ({ reference, current }: Inputs) => [list(reference), list(current)] as const

function js(inputs: Inputs): Found {
  const { distance, corrected } = jensenShannon(...sides(inputs))
  const nats = distance ** 2 * Math.LN2
  return { js: distance, js_corrected: corrected, jsd_nats: nats, bias: nats - corrected ** 2 * Math.LN2 }
}

function psi(inputs: Inputs): Found {
  const { raw, corrected } = populationStability(...sides(inputs))
  return { psi: raw, psi_corrected: corrected }
}

/** The law that the correction takes the mean of: PSI / (1/n + 1/m) is about χ²(k − 1). */
function psiNull({ n, m, cells }: Inputs): Found {
  const scale = 1 / num(n) + 1 / num(m)
  // counts with a PSI above its mean, so that nothing is cut off at 0
  const reference = Array.from({ length: num(cells) }, () => num(n) / num(cells))
  const current = reference.map((_, j) => (num(m) / num(cells)) * (j % 2 === 0 ? 1.4 : 0.6))
  const { raw, corrected } = populationStability(reference, current)
  const mean = raw - corrected
  const critical = (alpha: number) => scale * bisection((x) => chiSquareSf(x, num(cells) - 1) > alpha, 0, 1000, 100)
  return { mean, sd: Math.sqrt(2 * mean * scale), crit95: critical(0.05), crit99: critical(0.01) }
}

function samples({ reference, current }: Inputs): Found {
  const cells = cellsOf(list(reference), list(current))
  const ks = kolmogorovSmirnov(cells.reference, cells.current)
  return {
    d: ks.d,
    p: ks.p,
    w1: wasserstein(cells.points, cells.reference, cells.current),
    a2: andersonDarling(cells.reference, cells.current).statistic,
  }
}

const gaps = (inputs: Inputs): Found => {
  const { totalVariation, largest } = shareGaps(...sides(inputs))
  return { tvd: totalVariation, linf: largest }
}

export const driftRunners: Readonly<Record<string, Runner>> = {
  psi,
  psi_null: psiNull,
  js,
  /** so many rows that the correction is nothing */
  js_new_mass: ({ mass }) => ({ js: list(mass).map((part) => jensenShannon([1e15, 0], [1e15 * (1 - part), 1e15 * part]).distance) }),
  tvd: gaps,
  linf: gaps,
  chi2: (inputs) => {
    const { statistic, df, p, v } = chiSquare(...sides(inputs))
    return { chi2: statistic, df, p, v, js: js(inputs).js }
  },
  fisher: ({ table }) => {
    const [[a = 0, b = 0] = [], [c = 0, d = 0] = []] = lists(table)
    return { p: fisherExact(a, b, c, d) }
  },
  proportions: ({ k, n, l, m }) => {
    const [a, b] = [num(k) / num(n), num(l) / num(m)]
    const { statistic } = chiSquare([num(k), num(n) - num(k)], [num(l), num(m) - num(l)])
    return {
      z: Math.sign(a - b) * Math.sqrt(statistic),
      p: proportionsP(num(k), num(n), num(l), num(m)),
      diff: a - b,
      newcombe_ci95: newcombe(num(k), num(n), num(l), num(m), 0.975),
    }
  },
  ks_samples: samples,
  wasserstein: samples,
  anderson_darling: samples,
  ks_limit: ({ n, m, d }) => ({ p: kolmogorovSf(num(d) * Math.sqrt((num(n) * num(m)) / (num(n) + num(m)))) }),
  anderson_darling_tail: ({ z }) => ({ sf: andersonDarlingSf(num(z)) }),
  hellinger: (inputs) => ({ hellinger: hellinger(...sides(inputs)) }),
  exceedance: ({ k, n, m }) => ({ p: exceedanceP(num(k), num(n), num(m)) }),
  correlation_change: ({ reference, current, n, m, ranks }) => ({
    ...correlationChange(num(reference), num(n), num(current), num(m), { ranks: ranks === true }),
  }),
  interaction: ({ before, now }) => ({ ...interaction(lists(before), lists(now)) }),
  group_shift: ({ before, now }) => ({ ...groupShift(lists(before), lists(now)) }),
  block_permutation: ({ blocks, current }) => {
    const chosen = new Set(list(current))
    const side = (wanted: boolean) => lists(blocks).filter((_, i) => chosen.has(i) === wanted)
    const { p, observed, mean, smallest } = blockPermutation(side(false), side(true), { seed: 1 })
    return { p, observed_jsd: observed, minimum_attainable_p: smallest, mean }
  },
  /** what a model's AUC is made of; the test of it is DeLong's */
  mann_whitney: ({ x, y }) => {
    const labels = [...list(x).map(() => 1), ...list(y).map(() => 0)]
    const { auc, positives, negatives } = aucParts(ranking(Float64Array.from([...list(x), ...list(y)])), labels)
    return { auc, u: auc * positives * negatives }
  },
  cauchy_combination: ({ p }) => ({ p: cauchyCombination(list(p)) }),
  benjamini_hochberg: ({ p, q }) => {
    const adjusted = benjaminiHochberg(list(p))
    const atMost = (values: readonly number[]) => values.filter((value) => value <= num(q ?? 0.05)).length
    // Holm rejects what Bonferroni does, or more
    return { adjusted, rejected: atMost(adjusted), bonferroni_rejected: atMost(holm(list(p))) }
  },
  multiplicity: ({ p }) => ({ bh: benjaminiHochberg(list(p)), by: benjaminiYekutieli(list(p)), holm: holm(list(p)) }),
  /** The p-value of "at least u of N are worse", for each u: Bonferroni's with a running maximum is Holm's, in order. */
  partial_conjunction: ({ p, alpha }) => {
    const adjusted = holm(list(p)).sort((a, b) => a - b)
    return { p_u_of_N: adjusted, k_hat: adjusted.filter((value) => value <= num(alpha)).length }
  },
  noncentral_chi2: ({ x, df, lambda }) => ({ sf: noncentralChiSquareSf(num(x), num(df), num(lambda)) }),
  minimum_detectable: ({ df, rows }) => ({ lambda: noncentrality(num(df)), mde: minimumDetectable(num(df), num(rows)) }),
  variance: ({ values }) => {
    const { n, mean, se } = meanOf(Float64Array.from(list(values)))
    return { mean, variance: se * se * n }
  },
}
