/**
 * How far apart the groups of a column are in some measure of a model.
 *
 *     difference = largest − smallest          ratio = smallest / largest
 *
 * Difference ≥ 0, smaller is fairer; ratio of values that are not negative in [0, 1], larger is (below 0.8: the four-fifths rule), 1 where all
 * are 0. A group without a value is left out; fewer than two values have no gap. `pair`: places of the smallest and the largest.
 * Source: definitions as in Fairlearn (`MetricFrame.difference`, `.ratio`); equalized odds, the larger of two differences: Hardt, Price & Srebro 2016.
 */
export interface Gap {
  readonly difference: number
  readonly ratio: number
  readonly pair: readonly [smallest: number, largest: number]
}

export function groupGap(values: readonly (number | null)[]): Gap | null {
  let low = -1
  let high = -1
  let smallest = Number.POSITIVE_INFINITY
  let largest = Number.NEGATIVE_INFINITY
  let known = 0
  for (const [at, value] of values.entries()) {
    if (value === null || Number.isNaN(value)) continue
    known += 1
    if (value < smallest) [smallest, low] = [value, at]
    if (value > largest) [largest, high] = [value, at]
  }
  if (known < 2) return null
  return { difference: largest - smallest, ratio: largest === 0 ? 1 : smallest / largest, pair: [low, high] }
}
