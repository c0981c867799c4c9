/**
 * Metrics of rankings, as entries of the table; what they compute of one query is in query-ranking.ts. A query is an entry of the sample: it is
 * resampled and counted, not its rows. Queries without a relevant item have no value: they are left out and counted (`excluded`); where no
 * query has one, the metric is undefined. Weights belong to queries: where rows of one query differ in weight or group, it is undefined.
 *
 *     catalog_coverage@k = different items among the first k of any query / different items
 *
 * [0, 1], higher is better; it grows with the number of queries, so that no sample of them shows it: it has no interval.
 */
import { type Metric, metric } from './metric.ts'
import { type Params, wholeOr } from './params.ts'
import { type QueryMetric, queryMetrics } from './query-ranking.ts'
import { noRows } from './row-samples.ts'
import { defined, plain, type Sample, undefinedBecause } from './sample.ts'
import type { RankingView } from './view.ts'

const k = { k: wholeOr('all', 'all') }
const depth = (params: Params): number | null => (typeof params.k === 'number' ? params.k : null)

const perQuery =
  (of: QueryMetric) =>
  (view: RankingView, params: Params): Sample => {
    const { y, score, weight, unit } = view
    if (view.n === 0) return noRows
    const values: number[] = []
    const firsts: number[] = []
    const queries = view.queries()
    for (const rows of queries) {
      const [first = 0] = rows
      if (weight && rows.some((i) => weight[i] !== weight[first])) return plain(undefinedBecause('rows of one query differ in weight'))
      if (unit && rows.some((i) => unit[i] !== unit[first])) return plain(undefinedBecause('rows of one query are in different groups'))
      const value = of(
        Float64Array.from(rows, (i) => y[i] ?? 0),
        Float64Array.from(rows, (i) => score[i] ?? 0),
        depth(params),
      )
      if (value === null) continue
      values.push(value)
      firsts.push(first)
    }
    if (values.length === 0) return plain(undefinedBecause('no query has a relevant item'))
    const weights = weight && Float64Array.from(firsts, (i) => weight[i] ?? 0)
    const total = weights ? weights.reduce((sum, w) => sum + w, 0) : values.length
    const without = queries.length - values.length
    return {
      kind: 'mean',
      value: defined(values.reduce((sum, value, q) => sum + value * (weights?.[q] ?? 1), 0) / total),
      rows: Float64Array.from(values),
      weight: weights,
      unit: unit && Int32Array.from(firsts, (i) => unit[i] ?? 0),
      excluded: without === 0 ? null : { count: without, because: 'queries have no relevant item' },
    }
  }

/** Of equal scores the row that comes first is shown first. */
function catalogCoverage(view: RankingView, params: Params): Sample {
  const { item, score } = view
  if (!item) return plain(undefinedBecause('the items of the rows are not known'))
  const seen = new Set<number>()
  for (const rows of view.queries()) {
    const ordered = [...rows].sort((a, b) => (score[b] ?? 0) - (score[a] ?? 0) || a - b)
    for (const row of ordered.slice(0, depth(params) ?? ordered.length)) seen.add(item[row] ?? 0)
  }
  return plain(defined(seen.size / new Set(item).size))
}

const ranked = (summary: string, of: QueryMetric, given: Partial<Metric> = {}) =>
  metric({ summary, direction: 'higher', needs: 'scores', takes: k, of: { ranking: perQuery(of) }, ...given })

export const rankingMetrics = {
  ndcg: ranked(
    'normalised discounted cumulative gain of the first `k`, gains of equal scores averaged; mean over queries',
    queryMetrics.ndcg,
    {
      shown: ['ranking'],
    },
  ),
  map: ranked('mean over queries of the average precision of the first `k`', queryMetrics.average_precision, { shown: ['ranking'] }),
  mrr: ranked('mean over queries of 1/rank of the first relevant item, 0 beyond `k`', queryMetrics.reciprocal_rank, { shown: ['ranking'] }),
  query_precision: ranked('share of relevant items among the first `k`, mean over queries', queryMetrics.precision, {
    takes: { k: wholeOr(10, 'all') },
  }),
  query_recall: ranked('share of the relevant items that are among the first `k`, mean over queries', queryMetrics.recall, {
    takes: { k: wholeOr(10, 'all') },
  }),
  hit_rate: ranked('share of queries with a relevant item among the first `k`', queryMetrics.hit, {
    takes: { k: wholeOr(10, 'all') },
    shown: ['ranking'],
  }),
  catalog_coverage: metric({
    summary: 'share of the items that are among the first `k` of any query; has no interval, because it grows with the queries',
    direction: 'higher',
    tested: false,
    needs: 'scores',
    takes: { k: wholeOr(10, 'all') },
    of: { ranking: catalogCoverage },
  }),
} as const satisfies Record<string, Metric>
