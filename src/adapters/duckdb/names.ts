/** Column names, as the engine compares them: without regard to case. */

/** The first name that stands there twice, or null. Empty names are left alone: the engine numbers them. */
export function sameNameTwice(names: readonly string[]): string | null {
  const seen = new Set<string>()
  for (const name of names) {
    if (name === '') continue
    const folded = name.toLowerCase()
    if (seen.has(folded)) return name
    seen.add(folded)
  }
  return null
}
