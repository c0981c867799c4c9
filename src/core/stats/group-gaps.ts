/**
 * How differently a binary model treats the groups of a column: the usual fairness measures, from counts.
 *
 *     selection  predicted positive / rows          tpr  hits / positives          fpr  false alarms / negatives
 *     difference = largest − smallest rate over groups          ratio = smallest / largest
 *     equalized odds = the larger of the differences in tpr and fpr
 *
 * Differences in [0, 1], smaller is fairer; ratio in [0, 1], larger is (below 0.8: the four-fifths rule). A rate without rows (no positives
 * in a group) leaves its group out of that measure; with fewer than two groups left the measure is null. All rates 0: the ratio is 1.
 * `pair` are the two groups it lies between, smallest first: their counts give an interval (`newcombe`).
 * @throws RangeError when counts contradict each other
 * Source: Hardt, Price & Srebro 2016; definitions as in Fairlearn.
 */
export interface GroupCounts {
  readonly n: number
  readonly positives: number
  readonly predicted: number
  /** predicted positive and positive */
  readonly hits: number
}

export interface Gap {
  readonly difference: number
  readonly ratio: number
  /** places of the groups with the smallest and the largest rate */
  readonly pair: readonly [smallest: number, largest: number]
}

export interface Share {
  readonly of: number
  readonly among: number
}

/** One entry a rate; each becomes a difference and a ratio. */
export const groupRates = {
  selection: ({ n, predicted }: GroupCounts): Share => ({ of: predicted, among: n }),
  tpr: ({ positives, hits }: GroupCounts): Share => ({ of: hits, among: positives }),
  fpr: ({ n, positives, predicted, hits }: GroupCounts): Share => ({ of: predicted - hits, among: n - positives }),
  fnr: ({ positives, hits }: GroupCounts): Share => ({ of: positives - hits, among: positives }),
  precision: ({ predicted, hits }: GroupCounts): Share => ({ of: hits, among: predicted }),
  accuracy: ({ n, positives, predicted, hits }: GroupCounts): Share => ({ of: n - positives - predicted + 2 * hits, among: n }),
} as const
export type GroupRate = keyof typeof groupRates

export function groupGap(groups: readonly GroupCounts[], rate: GroupRate): Gap | null {
  const rates = groups.flatMap((group, at) => {
    const { n, positives, predicted, hits } = group
    if (!(hits >= 0 && hits <= positives && hits <= predicted && positives <= n && predicted <= n && positives + predicted - hits <= n))
      throw new RangeError('the counts of a group contradict each other')
    const { of, among } = groupRates[rate](group)
    return among === 0 ? [] : [{ at, value: of / among }]
  })
  if (rates.length < 2) return null
  const ascending = rates.toSorted((a, b) => a.value - b.value)
  const [smallest, largest] = [ascending[0], ascending.at(-1)]
  if (!smallest || !largest) return null
  return {
    difference: largest.value - smallest.value,
    ratio: largest.value === 0 ? 1 : smallest.value / largest.value,
    pair: [smallest.at, largest.at],
  }
}

/** null when either difference has fewer than two groups */
export function equalizedOdds(groups: readonly GroupCounts[]): number | null {
  const tpr = groupGap(groups, 'tpr')
  const fpr = groupGap(groups, 'fpr')
  return tpr && fpr ? Math.max(tpr.difference, fpr.difference) : null
}
