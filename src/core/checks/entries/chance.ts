/**
 * How many rows of a test table are also in the training table although nobody copied any.
 *
 * Good–Turing: a new draw has been seen before with probability c ≈ 1 − f₁/n, f₁ = rows of the training table that occur once in it. Where rows have few
 * distinct values, c is near 1; where every row is its own, c is 0 and any common row counts. Copies of test rows in the training table leave f₁ as it is.
 *
 *     E = m · c      Var E = m² · (f₁ + 2f₂ − f₁²/n) / n²  (Esty 1983)  +  m · c · (1 − c)
 *     explained = 1.1 · E + 3.09 · √Var + (3.09² − 1) / 6      (99.9 % of it, with the skew of a rare count; 0 where c is 0)
 *
 * The tenth is there because training and test data are never of exactly one distribution. `cautious` adds the rule of three: where no row of a small
 * training table repeats, c may still be 3/n; a check that nobody asked for is to be quiet there.
 * Valid for n ≥ 1; a training table that was itself doubled explains the overlap that a split after doubling gives: `duplicate_rows` is the check for that.
 * Source: Good 1953, "The population frequencies of species"; Esty 1983, "A normal limit law for a nonparametric estimator of the coverage of a random sample".
 */
export interface Repeats {
  /** rows of the training table that were counted, those that occur once, and values that occur twice */
  readonly n: number
  readonly once: number
  readonly twice: number
}

/** @param m rows of the test table */
export function byChance(
  { n, once, twice }: Repeats,
  m: number,
  cautious: boolean,
): { readonly expected: number; readonly explained: number } {
  if (n <= 0 || m <= 0) return { expected: 0, explained: 0 }
  const expected = m * (1 - once / n)
  const share = cautious ? Math.min(1, (n - once + 3) / (n + 3)) : 1 - once / n
  if (share === 0) return { expected: 0, explained: 0 }
  const estimate = Math.max(0, once + 2 * twice - (once * once) / n) / (n * n)
  const spread = Math.sqrt(m * m * estimate + m * share * (1 - share))
  return { expected, explained: Math.min(m, 1.1 * m * share + z * spread + (z * z - 1) / 6) }
}

const z = 3.0902
