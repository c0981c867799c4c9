/** The word of a list a person most likely meant. */

/**
 * Optimal-string-alignment distance: insertions, deletions, substitutions and swaps of neighbours, each counted 1.
 * Source: Damerau 1964; the restricted form.
 */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const substituted = (previous[j - 1] ?? 0) + (same ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : Infinity
      row.push(Math.min(substituted, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, swapped))
    }
    before = previous
    previous = row
  }
  return previous[b.length] ?? 0
}

/** null when nothing is near: more than a third of the letters differ. */
export function nearest(word: string, allowed: readonly string[]): string | null {
  if (word.length > 100) return null
  const ranked = allowed
    .map((name) => ({ name, distance: editDistance(word.toLowerCase(), name.toLowerCase()) }))
    .sort((x, y) => x.distance - y.distance)
  const best = ranked[0]
  return best && best.distance <= Math.max(1, Math.floor(Math.max(word.length, best.name.length) / 3)) ? best.name : null
}
