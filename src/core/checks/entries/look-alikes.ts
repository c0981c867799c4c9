/** Names of columns that a person would take for one another. The engine refuses names that differ in case only; these it lets through. */
import { groupBy } from '../../collections.ts'

/** Groups of two or more, in the order of the names. */
export function lookAlikes(names: readonly string[]): readonly (readonly string[])[] {
  const folded = new Set(names.map(fold))
  const groups = groupBy(names, (name) => {
    // pandas calls the second `price` of a file `price.1`
    const base = /^(.*)\.\d+$/s.exec(name)?.[1]
    return base !== undefined && names.includes(base) ? fold(base) : fold(name)
  })
  return folded.size === names.length && groups.size === names.length ? [] : [...groups.values()].filter((group) => group.length > 1)
}

/** Letters and digits alone; a name without any is compared as it is. */
function fold(name: string): string {
  const bare = name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]/gu, '')
  return bare === '' ? `=${name}` : bare
}
