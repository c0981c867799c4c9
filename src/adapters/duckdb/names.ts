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

/** Rows counted as they come: only where they come all, and in their order. */
export const countedRows = '(row_number() OVER () - 1)'

/** The engine's own row number, unless a column of the data bears its name and hides it. */
export const rowNumberOf = (own: 'rowid' | 'file_row_number', names: readonly string[]): string =>
  names.some((name) => name.toLowerCase() === own) ? countedRows : own
