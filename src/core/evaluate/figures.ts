/** Figures as the details keep them: JSON has no number that is none, and an interval ends where the metric does. */

export const finite = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null

/** @param range of the metric; null: any number */
export function shownInterval(
  bounds: readonly [number, number] | undefined,
  range: readonly [number, number] | null,
): [number | null, number | null] | null {
  if (!bounds) return null
  const [low, high] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  return intervalOf([Math.max(low, bounds[0]), Math.min(high, bounds[1])])
}

/** As JSON; null: it has no end, so that it says nothing. */
export const intervalOf = ([low, high]: readonly [number, number]): [number | null, number | null] | null =>
  Number.isFinite(low) || Number.isFinite(high) ? [finite(low), finite(high)] : null
