/** Whether a version in a store is the one that was meant: the same names with the same digests, nothing more and nothing less. */
import { versionTaken } from './transitions.ts'

interface Named {
  readonly name: string
  readonly digest: string
}

/** @throws UserError VERSION_TAKEN naming the first file that differs with both digests */
export function sameFiles(tag: string, stored: readonly Named[], given: readonly Named[]): void {
  const difference = differingFile(stored, given)
  if (difference !== null) throw versionTaken(tag, `${difference.name} ${difference.stored}`, `${difference.name} ${difference.given}`)
}

/** The first file, in the order given, that is not the same on both sides; null when all are. */
export function differingFile(
  stored: readonly Named[],
  given: readonly Named[],
): { readonly name: string; readonly stored: string; readonly given: string } | null {
  const there = new Map(stored.map((file) => [file.name, file.digest]))
  const here = new Map(given.map((file) => [file.name, file.digest]))
  for (const name of new Set([...here.keys(), ...there.keys()])) {
    const [a, b] = [there.get(name) ?? 'absent', here.get(name) ?? 'absent']
    if (a !== b) return { name, stored: a, given: b }
  }
  return null
}
