/**
 * Shares of the classes today, estimated without a label (BBSE): from what the model predicts, and how it errs on the holdout.
 *
 *     C_ij = P(predicted i, true j) on the holdout          C w = μ          estimate_j = w_j · P(true j)
 *
 * μ: shares of the predicted classes today. Information only, off the gate. It holds where rows of a class look as they did and only the shares of
 * the classes changed, and where C can be inverted: its smallest singular value must exceed 0.05, else there is no estimate. Estimates below 0
 * are 0, and the rest is scaled to add up to 1.
 * @param confusion counts or shares, one row a predicted class, one column a true one
 * @throws RangeError when it is not square, or μ has another length
 * Source: Lipton, Wang & Smola 2018, "Detecting and correcting for label shift with black box predictors".
 */
export interface PriorShift {
  /** per class; null where C cannot be inverted well enough */
  readonly estimated: readonly number[] | null
  readonly weights: readonly number[] | null
  readonly before: readonly number[]
  readonly smallestSingular: number
}

export const leastSingular = 0.05
export const priorShiftCondition = 'It holds where rows of each class look as they did and only the shares of the classes changed.'

export function priorShift(confusion: readonly (readonly number[])[], predicted: readonly number[]): PriorShift {
  const k = confusion.length
  if (k === 0 || predicted.length !== k || confusion.some((row) => row.length !== k))
    throw new RangeError('a confusion table is square, with a predicted share for each of its classes')
  const all = confusion.reduce((sum, row) => sum + row.reduce((of, count) => of + count, 0), 0)
  const whole = predicted.reduce((sum, share) => sum + share, 0)
  if (!(all > 0 && whole > 0)) throw new RangeError('a confusion table without rows')
  const joint = confusion.map((row) => row.map((count) => count / all))
  const before = Array.from({ length: k }, (_, j) => joint.reduce((sum, row) => sum + (row[j] ?? 0), 0))
  const smallestSingular = leastSingularValue(joint)
  if (smallestSingular <= leastSingular) return { estimated: null, weights: null, before, smallestSingular }
  const weights = solve(
    joint,
    predicted.map((share) => share / whole),
  )
  const kept = weights.map((weight, j) => Math.max(0, weight * (before[j] ?? 0)))
  const total = kept.reduce((sum, share) => sum + share, 0)
  return { estimated: kept.map((share) => share / total), weights, before, smallestSingular }
}

/** Gauss elimination with the largest pivot of each column. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const k = matrix.length
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0])
  for (let at = 0; at < k; at++) {
    let pivot = at
    for (let i = at + 1; i < k; i++) if (Math.abs(rows[i]?.[at] ?? 0) > Math.abs(rows[pivot]?.[at] ?? 0)) pivot = i
    ;[rows[at], rows[pivot]] = [rows[pivot] ?? [], rows[at] ?? []]
    const head = rows[at] ?? []
    for (const [i, row] of rows.entries()) {
      const factor = (row[at] ?? 0) / (head[at] ?? 1)
      if (i === at || factor === 0) continue
      for (let j = at; j <= k; j++) row[j] = (row[j] ?? 0) - factor * (head[j] ?? 0)
    }
  }
  return rows.map((row, i) => (row[k] ?? 0) / (row[i] ?? 1))
}

/** Root of the smallest eigenvalue of CᵀC, by Jacobi rotations. */
function leastSingularValue(matrix: readonly (readonly number[])[]): number {
  const k = matrix.length
  const a = Array.from({ length: k }, (_, i) =>
    Array.from({ length: k }, (_, j) => matrix.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0)),
  )
  const at = (i: number, j: number) => a[i]?.[j] ?? 0
  const put = (i: number, j: number, value: number) => {
    const row = a[i]
    if (row !== undefined) row[j] = value
  }
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0
    for (let p = 0; p < k; p++) {
      for (let q = p + 1; q < k; q++) {
        const apq = at(p, q)
        off += apq * apq
        if (apq === 0) continue
        const theta = (at(q, q) - at(p, p)) / (2 * apq)
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1)
        const s = t * c
        for (let i = 0; i < k; i++) {
          const [aip, aiq] = [at(i, p), at(i, q)]
          put(i, p, c * aip - s * aiq)
          put(i, q, s * aip + c * aiq)
        }
        for (let i = 0; i < k; i++) {
          const [api, aqi] = [at(p, i), at(q, i)]
          put(p, i, c * api - s * aqi)
          put(q, i, s * api + c * aqi)
        }
      }
    }
    if (off < 1e-30) break
  }
  return Math.sqrt(Math.max(0, Math.min(...a.map((row, i) => row[i] ?? 0))))
}
