/** What there is to do about findings: what is put right in the same way is said once, and all of its YAML can be pasted at once. */
import { Document, isMap, parseDocument, visit } from 'yaml'
import type { Finding } from './findings.ts'

/** A fix as it is shown: a sentence, and what there is to paste below it. */
export interface ShownFix {
  readonly sentence: string
  readonly block: string | null
}

/** Findings of one stage and effect over the fix that they share. */
export interface FindingGroup {
  readonly findings: readonly [Finding, ...Finding[]]
  readonly fix: ShownFix | null
  /** names that stand in the fix */
  readonly names: readonly string[]
}

/**
 * YAML begins with a key on a line of its own, or follows a sentence that ends in a colon. Any other line break came with a name and is none.
 */
export function shownFix(fix: string): ShownFix {
  const [head = '', ...rest] = fix.trim().split('\n')
  if (rest.length === 0) return { sentence: head, block: null }
  if (/^[a-z_-]+:\s*$/.test(head)) return { sentence: 'To settle it:', block: fix.trim() }
  return /:\s*$/.test(head) && /^[ -]*["a-z_-]+:/.test(rest[0] ?? '')
    ? { sentence: head, block: rest.join('\n').trimEnd() }
    : { sentence: fix, block: null }
}

/** Neighbours with the same fix, or with one sentence before what each would write into the config. */
export function grouped(findings: readonly Finding[]): readonly FindingGroup[] {
  const groups: [Finding, ...Finding[]][] = []
  for (const found of findings) {
    const last = groups.at(-1)
    if (last !== undefined && putRightAlike(last[0], found)) last.push(found)
    else groups.push([found])
  }
  return groups.map((group) => ({ findings: group, fix: fixOf(group), names: group.flatMap(({ names }) => names) }))
}

const putRightAlike = (a: Finding, b: Finding): boolean =>
  a.fix !== null &&
  b.fix !== null &&
  a.stage === b.stage &&
  a.effect === b.effect &&
  (a.fix === b.fix || (snippetOf(a.fix) !== null && snippetOf(a.fix)?.sentence === snippetOf(b.fix)?.sentence))

function fixOf([first, ...others]: FindingGroup['findings']): ShownFix | null {
  if (first.fix === null) return null
  if (others.length === 0) return shownFix(first.fix)
  const snippets = [first, ...others].flatMap(({ fix }) => (fix === null ? [] : (snippetOf(fix) ?? [])))
  const [one] = snippets
  if (one === undefined || others.every(({ fix }) => fix === first.fix)) return shownFix(first.fix)
  return { sentence: `${one.sentence}:`, block: oneBlock(snippets) }
}

interface Snippet {
  readonly sentence: string
  readonly yaml: Document
}

/** `retrain; or, if this is expected: ` and the YAML in backticks behind it. */
function snippetOf(fix: string): Snippet | null {
  const [, sentence, text] = /^([^`]*): `([a-z_]+: \{[^`\n]*\})`$/.exec(fix) ?? []
  if (sentence === undefined || text === undefined) return null
  const yaml = parseDocument(text)
  return yaml.errors.length > 0 ? null : { sentence, yaml }
}

/** One key twice is no YAML: what several write under the same keys is put together. The first three levels stand on lines of their own. */
function oneBlock(snippets: readonly Snippet[]): string {
  const whole = new Document(snippets.map(({ yaml }): unknown => yaml.toJS({ mapAsMap: true })).reduce(together))
  visit(whole, {
    Map(_, map, path) {
      map.flow = path.filter(isMap).length > 2
    },
  })
  // a key stays on its line, whatever is in it
  const oneLine = { lineWidth: 0, blockQuote: false, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER } as const
  return whole.toString({ ...oneLine, flowCollectionPadding: false }).trimEnd()
}

function together(a: unknown, b: unknown): unknown {
  if (!(a instanceof Map && b instanceof Map)) return b
  const both = new Map<unknown, unknown>(a)
  for (const [key, value] of b) both.set(key, both.has(key) ? together(both.get(key), value) : value)
  return both
}
