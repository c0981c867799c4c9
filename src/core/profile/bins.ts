/**
 * Cells and frequent values of a column from one histogram.
 *
 *     bins      edges, frequent values v, and of each v the greatest double u below it; right-closed: (…, b1], (b1, b2], …, (bk, ∞)
 *     cells     (e1, e2] holds what lies up to e2, less what lies up to e1
 *     frequent  exactly v is what lies up to v, less what lies up to u
 *
 * Finer bins cost a step of a binary search; a second histogram, of exact values, costs as much as the first.
 * @param edges, frequent  finite, ascending, without −0
 */
export function binsOf(edges: readonly number[], frequent: readonly number[]): readonly number[] {
  const below = frequent.map(justBelow).filter(Number.isFinite)
  return [...new Set([...edges, ...frequent, ...below])].sort((a, b) => a - b)
}

/** @param counts of the bins, and behind them of what lies above; the last may be missing when it is empty */
export function fromBins(
  counts: readonly number[],
  edges: readonly number[],
  frequent: readonly number[],
): { readonly cells: number[]; readonly often: readonly number[] } {
  const upTo = new Map<number, number>()
  let total = 0
  for (const [at, bin] of binsOf(edges, frequent).entries()) {
    total += counts[at] ?? 0
    upTo.set(bin, total)
  }
  total += counts[upTo.size] ?? 0
  const through = (bin: number | undefined) => (bin === undefined ? 0 : (upTo.get(bin) ?? 0))
  return {
    cells: [...edges.map((edge, j) => through(edge) - through(edges[j - 1])), total - through(edges.at(-1))],
    often: frequent.map((value) => through(value) - through(justBelow(value))),
  }
}

const view = new DataView(new ArrayBuffer(8))

/** The greatest double below: bits of doubles of one sign are ordered as the doubles are. */
function justBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE
  view.setFloat64(0, value)
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? -1n : 1n))
  return view.getFloat64(0)
}
