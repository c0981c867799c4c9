/** Reading files of reference cases, and agreement of a found value with an expected one. */
import { readdirSync, readFileSync } from 'node:fs'
import { z } from 'zod'

const one = z.object({
  group: z.string(),
  name: z.string(),
  /** key of the runners */
  statistic: z.string(),
  inputs: z.record(z.string(), z.unknown()),
  expected: z.record(z.string(), z.unknown()),
  tolerance: z.number(),
  /** tolerance × the expected value, however small that is; else × max(1, expected value) */
  relative: z.boolean().default(false),
  source: z.string(),
})
const file = z.object({ cases: z.array(one) })
export type ReferenceCase = z.infer<typeof one>

export function casesIn(folder: 'cases' | 'generated'): readonly ReferenceCase[] {
  const url = new URL(`./${folder}/`, import.meta.url)
  return readdirSync(url)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => file.parse(JSON.parse(readFileSync(new URL(name, url), 'utf8'))).cases)
}

/** What is wrong with a found value, or nothing. */
export function disagreement(
  found: unknown,
  expected: unknown,
  entry: Pick<ReferenceCase, 'tolerance' | 'relative'>,
  where: string,
): readonly string[] {
  if (Array.isArray(expected) && Array.isArray(found)) {
    if (found.length !== expected.length) return [`${where}: ${found.length} values for ${expected.length}`]
    return expected.flatMap((item, i) => disagreement(found[i], item, entry, `${where}[${i}]`))
  }
  if (typeof expected === 'number' && typeof found === 'number') {
    const scale = entry.relative ? Math.abs(expected) : Math.max(1, Math.abs(expected))
    // written as !(≤), so that NaN disagrees
    return !(Math.abs(found - expected) <= entry.tolerance * scale) ? [`${where}: ${found} for ${expected}`] : []
  }
  return found === expected ? [] : [`${where}: ${String(found)} for ${String(expected)}`]
}
