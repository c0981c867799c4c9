/**
 * How often each class occurs now, estimated from predictions alone (black-box shift estimation).
 *
 *     C w = μ̂          C_ij = P(ŷ = i, y = j) on the holdout, μ̂_i = share of predictions i now
 *     prior now_j = w_j · P(y = j)
 *
 * Valid where classes became more or less frequent but look as they did (label shift); it says nothing where the classes themselves changed.
 * A model that hardly tells classes apart leaves C nearly singular and w noise: `prior` is null unless `smallest`, its smallest singular value,
 * exceeds 0.05. A perfect model of k equal classes has 1/k, so there is none of twenty classes. Weights below 0 are noise
 * around 0: the prior takes them as 0 and is scaled to add up to 1; `weights` are as they were solved.
 * @param joint shares by prediction (row) and truth (column), k × k, adding up to 1; @param current share of each prediction now
 * @throws RangeError when sizes differ or shares do not add up
 * Source: Lipton, Wang & Smola 2018, "Detecting and correcting for label shift with black box predictors"; singular values by
 * one-sided Jacobi rotations (Hestenes 1958).
 */
const leastSingular = 0.05

export interface PriorShift {
  readonly weights: readonly number[]
  /** null: the model tells too little for an estimate */
  readonly prior: readonly number[] | null
  readonly smallest: number
}

export function priorShift(joint: readonly (readonly number[])[], current: readonly number[]): PriorShift {
  const k = current.length
  if (k < 2 || joint.length !== k || joint.some((row) => row.length !== k))
    throw new RangeError(`shares of ${k} classes need a table of ${k} × ${k}`)
  shares(joint.flat())
  shares(current)

  const { columns, rotation } = orthogonal(joint)
  const singular = columns.map((column) => Math.hypot(...column))
  const smallest = Math.min(...singular)
  // C = U Σ Vᵀ: w = Σ_c V_c (U_c · μ̂)/σ_c, and columns hold U_c σ_c
  const weights = new Array<number>(k).fill(0)
  for (const [c, column] of columns.entries()) {
    const along = dot(column, current) / (singular[c] ?? 0) ** 2
    for (let j = 0; j < k; j++) weights[j] = (weights[j] ?? 0) + along * (rotation[c]?.[j] ?? 0)
  }
  const kept = weights.map((w, j) => Math.max(0, w) * joint.reduce((sum, row) => sum + (row[j] ?? 0), 0))
  const total = kept.reduce((sum, share) => sum + share, 0)
  return { weights, prior: smallest > leastSingular && total > 0 ? kept.map((share) => share / total) : null, smallest }
}

/** Columns of C made orthogonal by rotating pairs of them; `rotation` holds the same rotations of the unit vectors, column by column. */
function orthogonal(matrix: readonly (readonly number[])[]): { columns: number[][]; rotation: number[][] } {
  const k = matrix.length
  const columns = Array.from({ length: k }, (_, j) => matrix.map((row) => row[j] ?? 0))
  const rotation = Array.from({ length: k }, (_, j) => Array.from({ length: k }, (_, i) => (i === j ? 1 : 0)))
  for (let sweep = 0; sweep < 60; sweep++) {
    let turned = false
    for (let p = 0; p < k - 1; p++) {
      for (let q = p + 1; q < k; q++) {
        const [a, b] = [columns[p] ?? [], columns[q] ?? []]
        const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)]
        if (Math.abs(ab) <= 1e-15 * Math.sqrt(aa * bb)) continue
        turned = true
        const zeta = (bb - aa) / (2 * ab)
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta))
        const cos = 1 / Math.hypot(1, t)
        rotate(a, b, cos, cos * t)
        rotate(rotation[p] ?? [], rotation[q] ?? [], cos, cos * t)
      }
    }
    if (!turned) break
  }
  return { columns, rotation }
}

function rotate(a: number[], b: number[], cos: number, sin: number): void {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0]
    a[i] = cos * x - sin * y
    b[i] = sin * x + cos * y
  }
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0)

function shares(values: readonly number[]): void {
  const sum = values.reduce((total, value) => total + value, 0)
  if (!values.every((value) => value >= 0) || Math.abs(sum - 1) > 1e-6)
    throw new RangeError(`shares are not negative and add up to 1, not ${sum}`)
}
