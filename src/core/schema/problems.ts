/** What is wrong with a config, in the form people read it: place, code, key, what to write instead. */
import type { z } from 'zod'
import { UserError } from '../../errors.ts'
import { wordsInstead } from '../text/nearest.ts'
import { shorten, visible } from '../text/visible.ts'
import { meant } from './meant.ts'

export type Path = readonly (string | number)[]

export interface Problem {
  readonly code: string
  readonly path: Path
  readonly text: string
  /** point at the key instead of its value */
  readonly atKey: boolean
}

export type Locate = (path: Path, atKey: boolean) => { readonly line: number; readonly column: number }

const shownAtMost = 10

/** A message of our own inside a zod schema: `code` travels in front of the text. */
export const says = (code: string, text: string): string => `${code}\u0000${text}`

/** What `section` and `notAvailable` write into zod's message for an unknown key. */
const allowedMark = 'ALLOWED'
export const allowedKeys = (keys: readonly string[]): string => says(allowedMark, keys.join(', '))

export const notAvailable = (what: string): string => says('NOT_AVAILABLE', `${what} is not available in this version`)

export const unknownKey = (path: Path, key: string, allowed: readonly string[]): Problem => {
  const near = meant(key, allowed)
  const list = allowed.length > 0 ? `Allowed: ${wordsInstead(near ?? key, allowed, shown)}.` : 'Nothing is allowed here.'
  return { code: 'UNKNOWN_KEY', path: [...path, key], text: near === null ? list : `Did you mean ${near}? ${list}`, atKey: true }
}

export const invalid = (path: Path, text: string): Problem => ({ code: 'INVALID_VALUE', path, text, atKey: false })

/** zod's issues, flattened: of a union only the alternative that was meant, and no complaint about a map beside one about its keys. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], input: unknown): readonly Problem[] {
  const problems = flatten(issues, input, [])
  const withBadKey = new Set(problems.filter(({ code }) => ofKeys.has(code)).map(({ path }) => JSON.stringify(path.slice(0, -1))))
  return problems.filter(({ code, path }) => {
    if (code === 'MISSING_KEY') return !problems.some((other) => isTypoOf(other, path))
    return code !== 'INVALID_VALUE' || !withBadKey.has(JSON.stringify(path))
  })
}

function flatten(issues: readonly z.core.$ZodIssue[], input: unknown, under: Path): readonly Problem[] {
  return issues.flatMap((issue): readonly Problem[] => {
    const path = [...under, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))]
    const [code, text] = spoken(issue.message)
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => unknownKey(path, key, code === allowedMark ? text.split(', ') : []))
      case 'invalid_union': {
        const meant = issue.errors.find((branch) => !mismatched(branch))
        return meant === undefined ? [problemAt(code, path, text, input)] : flatten(meant, input, path)
      }
      case 'invalid_key':
        return issue.issues.map((inner) => {
          const [innerCode, innerText] = spoken(inner.message)
          return { code: innerCode ?? 'INVALID_NAME', path, text: innerText, atKey: true }
        })
      default:
        return [problemAt(code, path, text, input)]
    }
  })
}

/** A required key that is there under a wrong name is not missing as well. */
const isTypoOf = (problem: Problem, missing: Path): boolean =>
  problem.code === 'UNKNOWN_KEY' &&
  problem.path.length === missing.length &&
  missing.slice(0, -1).every((part, i) => part === problem.path[i]) &&
  problem.text.startsWith(`Did you mean ${missing.at(-1)}?`)

/** True when this alternative of a union was not meant at all: another kind of value stands there. */
const mismatched = (branch: readonly z.core.$ZodIssue[]): boolean =>
  branch.some((issue) => {
    if (issue.path.length > 0) return false
    if (issue.code === 'invalid_type') return issue.expected !== 'never'
    return issue.code === 'invalid_value' || (issue.code === 'invalid_union' && issue.errors.every(mismatched))
  })

/** Codes that speak of a key rather than of its value. */
const ofKeys = new Set(['UNKNOWN_KEY', 'NOT_AVAILABLE', 'MISSING_KEY', 'INVALID_NAME'])

/** One issue as a problem: an absent value is a missing key, whatever zod calls it. */
function problemAt(code: string | null, path: Path, text: string, input: unknown): Problem {
  const value = valueAt(input, path)
  if (code === null && value === undefined) return { code: 'MISSING_KEY', path, text: 'This key is required.', atKey: true }
  if (code === null && value === null)
    return { code: 'INVALID_VALUE', path, text: 'Nothing is written here: write a value, or remove the key.', atKey: false }
  return { code: code ?? 'INVALID_VALUE', path, text: sentence(text), atKey: code !== null && ofKeys.has(code) }
}

const spoken = (message: string): readonly [string | null, string] => {
  const at = message.indexOf('\u0000')
  return at < 0 ? [null, message.replace(/^Invalid input: /, '')] : [message.slice(0, at), message.slice(at + 1)]
}

/** With a full stop, and a capital where it begins with a word of ours rather than with a name of the user's. */
const sentence = (text: string): string => {
  const begun = /^(a|an|expected|nothing|no|the|this|these|write|did)\b/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text
  return /[.?!)]$/.test(begun) ? begun : `${begun}.`
}

function valueAt(input: unknown, path: Path): unknown {
  let at = input
  for (const part of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = Object.entries(at).find(([key]) => key === String(part))?.[1]
  }
  return at
}

export const shown = (text: string): string => shorten(visible(text), 80)

/** Where a person finds it: without `models.<name>.`, which the line number says, as the smallest name that is still theirs. */
const shownPath = (path: Path): string => {
  const rest = path[0] === 'models' && path.length > 2 ? path.slice(2) : path
  return rest.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${shown(part)}`)).join('')
}

/** All of them in one error, in file order, each place once. */
export function configError(problems: readonly Problem[], file: string, locate: Locate): UserError {
  const seen = new Set<string>()
  const lines = problems
    .map((problem) => ({ problem, place: locate(problem.path, problem.atKey) }))
    .filter(({ problem, place }) => {
      const key = `${place.line}:${place.column} ${problem.code} ${problem.text}`
      return seen.has(key) ? false : seen.add(key)
    })
    .sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
  const told = lines.slice(0, shownAtMost).map(({ problem, place }) => {
    const name = shownPath(problem.path)
    return `${shown(file)}:${place.line}:${place.column} ${problem.code}${name === '' ? '' : ` ${name}`}. ${problem.text}`
  })
  if (lines.length > shownAtMost) told.push(`… and ${lines.length - shownAtMost} more.`)
  return new UserError(
    lines[0]?.problem.code ?? 'CONFIG_INVALID',
    told.join('\n'),
    `correct ${shown(file)} at the ${lines.length === 1 ? 'place' : 'places'} named`,
  )
}
