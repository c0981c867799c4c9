/**
 * Names that become paths, refs and release tags. One table of rules, so that nothing else decides what may become part of a path:
 * a name that passes needs no escaping in a file name, a git ref or a URL, on any system.
 */
import { UserError } from '../../errors.ts'

interface Rule {
  readonly pattern: RegExp
  /** words that mean something else where this name is used */
  readonly reserved: readonly string[]
  readonly says: string
}

const rules = {
  model: {
    pattern: /^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,98}[A-Za-z0-9_-]$|^[A-Za-z0-9]$/,
    reserved: ['con', 'prn', 'aux', 'nul', 'gate', 'comment'],
    says: 'letters, digits, `-`, `_` and single dots, at most 100, first a letter or digit, last no dot',
  },
  alias: {
    pattern: /^[A-Za-z][A-Za-z0-9_-]{0,62}$/,
    reserved: ['main'],
    says: 'letters, digits, `-` and `_`, at most 63, first a letter, and not `main`',
  },
  version: { pattern: /^(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8})){2}$/, reserved: [], says: 'three numbers such as 1.4.0' },
  file: {
    pattern: /^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,98}[A-Za-z0-9_-]$|^[A-Za-z0-9]$/,
    reserved: ['con', 'prn', 'aux', 'nul'],
    says: 'letters, digits, `-`, `_` and single dots',
  },
  branch: {
    pattern: /^[A-Za-z0-9_](?:[A-Za-z0-9_-]|\.(?!\.)|\/(?![/.-])){0,198}[A-Za-z0-9_-]$/,
    reserved: [],
    says: 'letters, digits, `-`, `_`, single dots and slashes',
  },
} as const satisfies Record<string, Rule>

export type NameKind = keyof typeof rules

/** Why this is no such name, or null. */
export function nameTrouble(kind: NameKind, name: string): string | null {
  const rule: Rule = rules[kind]
  const bare = name.toLowerCase().split('.')[0] ?? ''
  const odd = !rule.pattern.test(name) || /\.lock(\/|$)/i.test(name) || rule.reserved.includes(bare)
  return odd ? `allowed: ${rule.says}` : null
}

/** The name itself. @throws UserError NAME_INVALID */
export function checkName(kind: NameKind, name: string): string {
  const trouble = nameTrouble(kind, name)
  if (trouble === null) return name
  throw new UserError('NAME_INVALID', `${JSON.stringify(name.slice(0, 80))} is no ${kind} name`, trouble)
}

/** `flights@v1.4.0`: name of a version in the store, and a git tag. @throws UserError NAME_INVALID */
export const tagOf = (model: string, version: string): string => `${checkName('model', model)}@v${checkName('version', version)}`

/** The parts of such a tag. @throws UserError NAME_INVALID */
export function parseTag(tag: string): { readonly model: string; readonly version: string } {
  const at = tag.lastIndexOf('@v')
  if (at <= 0)
    throw new UserError('NAME_INVALID', `${JSON.stringify(tag.slice(0, 80))} is no version tag`, 'a version tag is written flights@v1.4.0')
  return { model: checkName('model', tag.slice(0, at)), version: checkName('version', tag.slice(at + 2)) }
}
