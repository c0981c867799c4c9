/**
 * Globs below one folder: `*`, `?`, `[a-z]`, `{a,b}` and `**`. Links are not followed, so nothing outside is reached and no loop is walked;
 * names that begin with a dot match only where the pattern says the dot.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../../errors.ts'
import { codeOf } from './code-of.ts'

const maxEntries = 200_000
const maxPattern = 500

/** Names of regular files below `root` that match, sorted, relative, with `/` on every system. */
export async function glob(root: string, pattern: string): Promise<readonly string[]> {
  const parts = partsOf(pattern)
  const found: string[] = []
  let entries = 0
  const walk = async (folder: string, prefix: string, states: ReadonlySet<number>): Promise<void> => {
    let names: Awaited<ReturnType<typeof list>>
    try {
      names = await list(folder)
    } catch (thrown) {
      if (codeOf(thrown) === 'ENOENT' || codeOf(thrown) === 'ENOTDIR') return
      throw thrown
    }
    for (const entry of names) {
      entries += 1
      if (entries > maxEntries)
        throw new UserError('GLOB_TOO_WIDE', `${pattern} looks at more than ${maxEntries} files`, 'begin the pattern with a folder')
      const next = advance(parts, states, entry.name)
      if (next.size === 0) continue
      if (entry.isFile() && next.has(parts.length)) found.push(prefix + entry.name)
      else if (entry.isDirectory()) await walk(join(folder, entry.name), `${prefix}${entry.name}/`, next)
    }
  }
  await walk(root, '', closure(parts, new Set([0])))
  return found.sort((a, b) => (a < b ? -1 : 1))
}

const list = (folder: string) => readdir(folder, { withFileTypes: true })

type Part = { readonly any: true } | { readonly any: false; readonly matches: (name: string) => boolean }

function partsOf(pattern: string): readonly Part[] {
  const refuse = (why: string) =>
    new UserError(
      'GLOB_INVALID',
      `the pattern ${pattern.slice(0, 100)} ${why}`,
      'write a pattern such as data/*.parquet, relative to the config',
    )
  if (pattern.length > maxPattern) throw refuse(`is longer than ${maxPattern} characters`)
  if (/^([\\/]|[A-Za-z]:)/.test(pattern)) throw refuse('must be relative')
  const names = pattern.split('/').filter((name) => name !== '' && name !== '.')
  if (names.length === 0) throw refuse('is empty')
  if (names.includes('..')) throw refuse('leaves the folder')
  return names.map((name): Part => {
    if (name === '**') return { any: true }
    const alternatives = braces(name).map(wildcard)
    return { any: false, matches: (candidate) => alternatives.some((matches) => matches(candidate)) }
  })
}

/** One level of `{a,b}`, as often as it occurs, at most 100 combinations. */
function braces(name: string): readonly string[] {
  const found = /^([^{}]*)\{([^{}]*,[^{}]*)\}(.*)$/.exec(name)
  if (found === null) return [name]
  const [, before = '', inside = '', after = ''] = found
  return inside
    .split(',')
    .flatMap((word) => braces(after).map((rest) => before + word + rest))
    .slice(0, 100)
}

/** Linear in the name for every pattern: the last star is the only one that is ever retried. */
function wildcard(pattern: string): (name: string) => boolean {
  const tokens = [...pattern.matchAll(/\*+|\[[!^]?\]?[^\]]*\]|\?|[\s\S]/gu)].map(([token]) => token)
  const one = tokens.map((token): ((c: string) => boolean) => {
    if (token === '?') return () => true
    if (token.startsWith('[') && token.length > 2) return characterClass(token)
    return (c) => c === token
  })
  const star = tokens.map((token) => token.startsWith('*'))
  return (name) => {
    if (name.startsWith('.') && !pattern.startsWith('.')) return false
    const characters = [...name]
    let p = 0
    let n = 0
    let retry: { p: number; n: number } | null = null
    while (n < characters.length) {
      if (star[p] === true) {
        p += 1
        retry = { p, n }
      } else if (one[p]?.(characters[n] ?? '') === true) {
        p += 1
        n += 1
      } else if (retry !== null) {
        retry = { p: retry.p, n: retry.n + 1 }
        p = retry.p
        n = retry.n
      } else return false
    }
    while (star[p] === true) p += 1
    return p === tokens.length
  }
}

function characterClass(token: string): (c: string) => boolean {
  const inside = token.slice(1, -1)
  const negated = /^[!^]/.test(inside)
  const ranges = [...(negated ? inside.slice(1) : inside).matchAll(/([\s\S])-([\s\S])|([\s\S])/gu)].map(
    ([, from, to, single]) => [from ?? single ?? '', to ?? single ?? ''] as const,
  )
  return (c) => ranges.some(([from, to]) => c >= from && c <= to) !== negated
}

/** Which places of the pattern one name leads to; `**` stands for any number of folders. */
function advance(parts: readonly Part[], states: ReadonlySet<number>, name: string): ReadonlySet<number> {
  const next = new Set<number>()
  for (const state of states) {
    const part = parts[state]
    if (part === undefined) continue
    if (part.any) {
      if (!name.startsWith('.')) next.add(state)
    } else if (part.matches(name)) next.add(state + 1)
  }
  return closure(parts, next)
}

/** `**` may stand for no folder at all. */
function closure(parts: readonly Part[], states: ReadonlySet<number>): ReadonlySet<number> {
  const all = new Set(states)
  for (const state of all) if (parts[state]?.any === true) all.add(state + 1)
  return all
}
