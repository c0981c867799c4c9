/** What slices know of the order of all rows: their rankings and areas, made for all slices of a column in one pass each, where a metric asks. */
import { areaOfPart } from '../metrics/area.ts'
import { once } from '../metrics/once.ts'
import { unitsOf } from '../metrics/scores.ts'
import type { Known } from '../metrics/view.ts'
import { areasInParts } from '../stats/delong-in-parts.ts'
import { type Parts, type Ranking, rankingInParts } from '../stats/ranking.ts'
import type { Models } from './discordant.ts'

/** The rows in the order of the scores of each model, as they lie; null: it has none. */
export type Ranked = Readonly<Record<Model, () => Pick<Ranking, 'order' | 'ends'> | null>>

type Model = 'candidate' | 'baseline'

/** @returns of the parts of a family, given how many of them are slices: what each knows, which holds until the next family is asked for */
export function knownOf(
  models: Models,
  ranked: Ranked,
): (parts: Parts, slices: number) => (slice: number) => Readonly<Record<Model, Known>> {
  const inParts = (model: Model) =>
    once(() => {
      const ranks = ranked[model]()
      return ranks && rankingInParts(ranks)
    })
  const rankings = { candidate: inParts('candidate'), baseline: inParts('baseline') }
  const areas = once(() => areasFrom(models, ranked))
  return (parts, slices) => {
    const ranks = (model: Model) => once(() => rankings[model]()?.(parts) ?? null)
    const own = { candidate: ranks('candidate'), baseline: ranks('baseline') }
    const known = once(() => areas()?.(parts.of, slices) ?? null)
    return (slice) => {
      const ofSlice = (model: Model): Known => ({
        n: (parts.starts[slice + 1] ?? 0) - (parts.starts[slice] ?? 0),
        ranks: () => own[model]()?.[slice] ?? null,
        area: (compute) => {
          const all = known()
          const area = all?.[slice] ?? null
          if (all === null || area === null) return all === null ? compute() : null
          return areaOfPart(area, model === 'candidate' && area.second ? 'second' : 'first', compute)
        },
      })
      return { candidate: ofSlice('candidate'), baseline: ofSlice('baseline') }
    }
  }
}

/** null: what is asked of areas is more than is known of parts (groups), or there is none */
function areasFrom({ candidate, baseline }: Models, ranked: Ranked): ReturnType<typeof areasInParts> | null {
  if (candidate.task !== 'binary' || unitsOf(candidate) || candidate.weight) return null
  const [after, before] = [ranked.candidate(), baseline && ranked.baseline()]
  if (!after) return null
  // the rows lie in the order of the candidate
  const own = { order: null, ends: after.ends }
  return before ? areasInParts(candidate.y, before, own) : areasInParts(candidate.y, own, null)
}
