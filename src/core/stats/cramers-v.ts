/**
 * Cramér's V of a table of counts, without its upward bias.
 *
 *     φ̃² = max(0, X²/n − (k − 1)(c − 1)/(n − 1))          V = √(φ̃² / (min(k̃, c̃) − 1)), k̃ = k − (k − 1)²/(n − 1)
 *
 * In [0, 1]; 0 of a table with one row or one column.
 * @param statistic Pearson's X² of the table; @param k and @param c its rows and columns that are not empty; @param n its counts together
 * Source: Bergsma 2013, "A bias-correction for Cramér's V and Tschuprow's T".
 */
export function cramersV(statistic: number, k: number, c: number, n: number): number {
  if (k < 2 || c < 2 || n < 2) return 0
  const phi2 = Math.max(0, statistic / n - ((k - 1) * (c - 1)) / (n - 1))
  const corrected = (levels: number) => levels - (levels - 1) ** 2 / (n - 1)
  const room = Math.min(corrected(k), corrected(c)) - 1
  return room <= 0 ? 0 : Math.min(1, Math.sqrt(phi2 / room))
}
