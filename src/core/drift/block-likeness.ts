/**
 * How alike rows of one block are in the direction of a column in which they are most alike.
 *
 *     R_bj = (c_bj − n_b p_j) / √(n_b p_j)     p of the block's own side        λ = largest eigenvalue of RᵀR / Σ (B − 1)
 *     ρ = (λ − 1)/(m̄ − 1), kept to [0, 1]      m̄ = Σ n_b² / Σ n_b
 *
 * What blocks vary by lies in one direction, a mean that wanders, and the mean over all directions (the design effect of a column) says less of it.
 * A product of two columns wanders with both: rows are worth 1 + (m̄ − 1) ρ_a ρ_b times less to their correlation.
 * Blocks of one row each, or fewer than two on both sides: ρ is 0.
 * Source: Kish 1965 for the design effect; Rao & Scott 1981 for its generalised form, whose largest eigenvalue λ is.
 */
export interface Likeness {
  readonly rho: number
  readonly rows: number
}

type Counts = readonly (readonly number[])[]

const steps = 50

/** @param sides counts per block and cell, of each side; the same cells in all */
export function blockLikeness(sides: readonly Counts[]): Likeness {
  const sizes = sides.flat().map(sum)
  const all = sum(sizes)
  const rows = all === 0 ? 0 : sum(sizes.map((size) => size * size)) / all
  const free = sum(sides.map((blocks) => Math.max(0, blocks.length - 1)))
  if (free === 0 || rows <= 1) return { rho: 0, rows: Math.max(1, rows) }
  const residuals = sides.flatMap(residualsOf)
  return { rho: Math.min(1, Math.max(0, (largest(residuals) / free - 1) / (rows - 1))), rows }
}

/** How many rows one independent row takes, for the correlation of two columns. */
export const pairEffect = (a: Likeness, b: Likeness): number => 1 + (Math.max(a.rows, b.rows) - 1) * a.rho * b.rho

function residualsOf(blocks: Counts): Counts {
  const shares = (blocks[0] ?? []).map((_, j) => sum(blocks.map((block) => block[j] ?? 0)) / sum(blocks.map(sum)))
  return blocks.map((block) => {
    const size = sum(block)
    return shares.map((share, j) => (share > 0 && size > 0 ? ((block[j] ?? 0) - size * share) / Math.sqrt(size * share) : 0))
  })
}

/** Largest eigenvalue of RᵀR by power iteration, from the row that lies furthest out. */
function largest(residuals: Counts): number {
  const start = residuals.reduce<readonly number[]>((far, row) => (square(row) > square(far) ? row : far), [])
  let [direction, value] = [start, 0]
  for (let step = 0; step < steps; step++) {
    const length = Math.sqrt(square(direction))
    if (length === 0) return 0
    const unit = direction.map((x) => x / length)
    const along = residuals.map((row) => row.reduce((of, x, j) => of + x * (unit[j] ?? 0), 0))
    direction = unit.map((_, j) => residuals.reduce((of, row, i) => of + (row[j] ?? 0) * (along[i] ?? 0), 0))
    value = square(along)
  }
  return value
}

const sum = (of: readonly number[]): number => of.reduce((total, x) => total + x, 0)
const square = (of: readonly number[]): number => of.reduce((total, x) => total + x * x, 0)
