/** The word of a list a person most likely meant. */
import { count, plural } from '../report/format.ts'

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

/** Names that are listed whole. */
const fewNames = 12
const nearNames = 5
/** Names are compared with a word at most: a model of thousands of columns may lack each of them in a table of thousands. */
const mostCompared = 200_000

/** Some names as a person can read them: all where they are few, else the first and how many there are besides. */
export const someOf = (names: readonly string[], most = fewNames): string =>
  names.length <= most ? names.join(', ') : `${names.slice(0, nearNames).join(', ')} and ${plural(names.length - nearNames, 'other')}`

/**
 * What there is instead of a name that is missing: the one that was most likely meant and `its columns are: …`, or of many the nearest first.
 * @param missing how many names are missing besides, each with such a sentence
 */
export function columnsInstead(name: string, columns: readonly string[], missing = 1): string {
  if (missing * columns.length > mostCompared) return `its columns are: ${someOf(columns)}`
  if (columns.length <= fewNames) {
    const near = nearest(name, columns)
    return `${near === null ? '' : `did you mean ${near}? `}its columns are: ${someOf(columns)}`
  }
  return `the nearest of its ${plural(columns.length, 'column')} are: ${nearestFirst(name, columns).slice(0, nearNames).join(', ')}`
}

/** What may stand in the place of a word: all of it in its own order, or of many the nearest and how many more there are. @param show how one is written */
export function wordsInstead(word: string, allowed: readonly string[], show: (one: string) => string = (one) => one): string {
  if (allowed.length <= fewNames) return allowed.map(show).join(', ')
  const near = allowed.length > mostCompared ? allowed : nearestFirst(word, allowed)
  return `${near.slice(0, fewNames).map(show).join(', ')} and ${count(allowed.length - fewNames)} more`
}

function nearestFirst(word: string, names: readonly string[]): readonly string[] {
  const start = (text: string) => text.slice(0, 100).toLowerCase()
  return names
    .map((name) => ({ name, distance: editDistance(start(word), start(name)) }))
    .sort((x, y) => x.distance - y.distance)
    .map(({ name }) => name)
}

/** null when nothing is near: more than a third of the letters differ, or all of them. */
export function nearest(word: string, allowed: readonly string[]): string | null {
  if (word.length > 100) return null
  const ranked = allowed
    .map((name) => ({ name, distance: editDistance(word.toLowerCase(), name.toLowerCase()) }))
    .sort((x, y) => x.distance - y.distance)
  const best = ranked[0]
  const longer = Math.max(word.length, best?.name.length ?? 0)
  return best && best.distance < longer && best.distance <= Math.max(1, Math.floor(longer / 3)) ? best.name : null
}
