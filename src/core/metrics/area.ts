/** The area under the ROC curve of one model with what is asked of it, computed on first use: of rows that have scores, or of a part of them of which it is known already. */
import { type AucChange, type AucError, type AucParts, aucDifference, aucError, aucParts } from '../stats/delong.ts'
import type { PartAreas } from '../stats/delong-in-parts.ts'
import type { Ranking } from '../stats/ranking.ts'
import { once } from './once.ts'

/** Rows stand for themselves, and count alike. */
export interface Area {
  readonly auc: number
  readonly positives: number
  readonly negatives: number
  readonly error: () => AucError
  /** @param before of another model on the same rows */
  readonly from: (before: Area) => AucChange
  readonly components: () => AucParts
  readonly ranks: () => Ranking
}

/** @throws RangeError when one class is absent */
export function areaOf(ranks: Ranking, y: Uint8Array): Area {
  const parts = aucParts(ranks, y)
  return {
    auc: parts.auc,
    positives: parts.positives,
    negatives: parts.negatives,
    error: once(() => aucError(parts, y)),
    from: (before) => aucDifference(before.components(), parts, y),
    components: () => parts,
    ranks: () => ranks,
  }
}

/**
 * Of one model in a part of the rows, where it is known without looking at it again.
 * @param own computes what more is asked, from the rows of the part
 */
export function areaOfPart(
  { first, second, change, positives, negatives }: PartAreas,
  model: 'first' | 'second',
  own: () => Area | null,
): Area {
  const error = model === 'first' ? first : (second ?? first)
  const computed = (): Area => {
    const area = own()
    if (area === null) throw new RangeError('a part that has an area has rows of both classes')
    return area
  }
  return {
    auc: error.auc,
    positives,
    negatives,
    error: () => error,
    from: (before) => (change && error === second && before.error() === first ? change : computed().from(before)),
    components: () => computed().components(),
    ranks: () => computed().ranks(),
  }
}
