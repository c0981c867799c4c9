/**
 * Metrics of a ranking: per query, then the mean over queries. The query is the unit that is resampled and counted.
 *
 *     NDCG@k = DCG@k / best DCG@k,  DCG = Σ gain / log2(rank + 1)      gains of tied scores are averaged over their ranks
 *     AP@k   = Σ_(ranks r ≤ k with a relevant item) precision@r / min(k, relevant items)
 *     RR     = 1 / rank of the first relevant item (0 beyond k)
 *     precision@k = relevant among the first k / k,  recall@k = … / relevant items,  hit@k = 1 if any
 *
 * All in [0, 1], higher is better. Relevance above 0 is relevant; its size is the gain (linear, as in scikit-learn). Of tied scores the less relevant
 * item is taken to come first, except in NDCG: what a model does not tell apart earns it nothing, and row order never matters.
 * A query without a relevant item has no value (null): `overQueries` leaves it out and counts it.
 * @param relevance not negative; @param score same length; @param k null: the whole list
 * @throws RangeError on lengths that differ, a negative relevance or a score that is none
 * Source: Järvelin & Kekäläinen 2002; McSherry & Najork 2008 for ties in NDCG; Manning, Raghavan & Schütze 2008, §8.4.
 */
export type QueryMetric = (relevance: ArrayLike<number>, score: ArrayLike<number>, k: number | null) => number | null

export const queryMetrics = {
  ndcg: (relevance, score, k) => {
    const order = ordered(relevance, score)
    const depth = Math.min(k ?? order.length, order.length)
    let dcg = 0
    for (let start = 0; start < depth; ) {
      let end = start
      let gain = 0
      while (end < order.length && order[end]?.score === order[start]?.score) {
        gain += order[end]?.relevance ?? 0
        end += 1
      }
      for (let at = start; at < Math.min(end, depth); at++) dcg += (gain / (end - start)) * discount(at)
      start = end
    }
    const ideal = order.map((item) => item.relevance).sort((a, b) => b - a)
    let best = 0
    for (let at = 0; at < depth; at++) best += (ideal[at] ?? 0) * discount(at)
    return best === 0 ? null : dcg / best
  },
  average_precision: (relevance, score, k) =>
    overRelevant(
      relevance,
      score,
      (hits, items, depth) => {
        let found = 0
        let sum = 0
        for (let at = 0; at < depth; at++) {
          if (hits[at] !== true) continue
          found += 1
          sum += found / (at + 1)
        }
        return sum / Math.min(k ?? items, items)
      },
      k,
    ),
  reciprocal_rank: (relevance, score, k) =>
    overRelevant(
      relevance,
      score,
      (hits, _, depth) => {
        const first = hits.indexOf(true)
        return first < depth ? 1 / (first + 1) : 0
      },
      k,
    ),
  precision: (relevance, score, k) => overRelevant(relevance, score, (hits, _, depth) => among(hits, depth) / (k ?? depth), k),
  recall: (relevance, score, k) => overRelevant(relevance, score, (hits, items, depth) => among(hits, depth) / items, k),
  hit: (relevance, score, k) => overRelevant(relevance, score, (hits, _, depth) => (among(hits, depth) > 0 ? 1 : 0), k),
} as const satisfies Record<string, QueryMetric>
export type QueryMetricName = keyof typeof queryMetrics

/** Mean over the queries that have a value. */
export function overQueries(values: readonly (number | null)[]): {
  readonly mean: number | null
  readonly judged: number
  readonly without: number
} {
  let sum = 0
  let judged = 0
  for (const value of values) {
    if (value === null) continue
    sum += value
    judged += 1
  }
  return { mean: judged === 0 ? null : sum / judged, judged, without: values.length - judged }
}

const discount = (at: number) => 1 / Math.log2(at + 2)
const among = (hits: readonly boolean[], depth: number) => hits.slice(0, depth).filter(Boolean).length

function overRelevant(
  relevance: ArrayLike<number>,
  score: ArrayLike<number>,
  read: (hits: readonly boolean[], relevant: number, depth: number) => number,
  k: number | null,
): number | null {
  const hits = ordered(relevance, score).map((item) => item.relevance > 0)
  const relevant = among(hits, hits.length)
  return relevant === 0 ? null : read(hits, relevant, Math.min(k ?? hits.length, hits.length))
}

/** Best score first; of equal scores the less relevant first. */
function ordered(relevance: ArrayLike<number>, score: ArrayLike<number>): { readonly relevance: number; readonly score: number }[] {
  if (relevance.length !== score.length) throw new RangeError(`${score.length} scores for ${relevance.length} items`)
  const items = Array.from({ length: relevance.length }, (_, i) => {
    const item = { relevance: relevance[i] ?? Number.NaN, score: (score[i] ?? Number.NaN) + 0 }
    if (!(item.relevance >= 0 && Number.isFinite(item.relevance))) throw new RangeError('a relevance is negative or none')
    if (!Number.isFinite(item.score)) throw new RangeError('a score is not finite')
    return item
  })
  return items.sort((a, b) => b.score - a.score || a.relevance - b.relevance)
}
