/** What holds a calibration error from both sides, for its level and for its change (`level.ts`, `calibration-change.ts`). */
import type { Sample } from '../metrics/sample.ts'
import { reach } from '../stats/calibration-reach.ts'
import { varianceOfSigns } from '../stats/calibration-signs.ts'
import { weightedMean } from '../stats/clusters.ts'
import { type Mean, tBounds } from '../stats/mean.ts'
import { studentQuantile } from '../stats/student-t.ts'

type Weighted = Extract<Sample, { kind: 'weighted' }>

/** What holds a calibration error: from below the mean of honest rows, from above that of flattered ones, or what the squares of all bins leave open. */
export interface SignedBounds {
  readonly below: Mean
  readonly above: Mean
  readonly most: (level: number) => number
}

type Signed = ReturnType<NonNullable<Weighted['signed']>>

/** The level of a model and its change ask for the same; the rows themselves are three columns of all, and are made anew. */
const heldBy = new WeakMap<Weighted, SignedBounds | null>()

/** @param signed rows of that sample @returns null where there is one group */
export function signedBounds(sample: Weighted, signed: () => Signed): SignedBounds | null {
  const found = heldBy.get(sample)
  if (found !== undefined) return found
  const made = boundsOf(signed(), sample.unit ?? null)
  heldBy.set(sample, made)
  return made
}

function boundsOf(
  { flattered, honest, doubtful, heavy, chance, doubtfulChance, reached }: Signed,
  unit: Int32Array | null,
): SignedBounds | null {
  const spread = (rows: Float64Array, least: number) => {
    const mean = weightedMean(rows, heavy, unit)
    return { ...mean, se: Math.max(mean.se, least) }
  }
  const [above, honestly] = [spread(flattered, chance), spread(honest, chance)]
  if (above.n < 2) return null
  const below = { ...honestly, se: Math.hypot(honestly.se, Math.sqrt(varianceOfSigns) * spread(doubtful, doubtfulChance).se) }
  const bins = reached?.() ?? null
  const most = (level: number): number => {
    const each = tBounds(above, level)[1]
    return bins ? Math.min(each, reach(bins, above.n, level, studentQuantile(level, above.n - 1))) : each
  }
  return { below, above, most }
}
