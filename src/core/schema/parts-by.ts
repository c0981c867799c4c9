/** Columns by which rows are parted into slices or groups, as a list of names each. */
import type { DataSpec } from './config.ts'
import { invalid, type Path, type Problem } from './problems.ts'
import { targetColumns } from './target-columns.ts'

/** @param what the rows of one outcome are none of */
export function partsBy(
  given: readonly (string | readonly string[])[],
  data: DataSpec,
  path: Path,
  what: 'slice' | 'group',
  problems: Problem[],
): readonly (readonly string[])[] {
  const by = given.map((entry) => (typeof entry === 'string' ? [entry] : entry))
  const seen = new Set<string>()
  for (const [i, names] of by.entries()) {
    const key = JSON.stringify([...names].sort())
    if (seen.has(key) || new Set(names).size < names.length) problems.push(invalid([...path, i], 'This is written twice.'))
    seen.add(key)
    if (targetColumns(data).some((target) => names.includes(target)))
      problems.push(invalid([...path, i], `Rows of one outcome are no ${what}: the target cannot be one.`))
  }
  return by
}
