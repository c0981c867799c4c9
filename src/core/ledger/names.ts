/**
 * Names that become paths, refs and release tags. One table of rules, so that nothing else decides what may become part of a path:
 * a name that passes needs no escaping in a file name, a git ref or a URL, on any system.
 */
import { UserError } from '../../errors.ts'
import { alias, badModelName } from '../schema/leaves.ts'

const plain = /^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,98}[A-Za-z0-9_-]$|^[A-Za-z0-9]$/
const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i
const threeNumbers = /^(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8})){2}$/
const branch = /^[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)|\/(?![/.-])){0,198}[A-Za-z0-9_-]$|^[A-Za-z0-9]$/

/** Kind of name → why this is none, or null. Models and aliases follow the config's own rules. */
const rules = {
  model: badModelName,
  alias: (name) => alias.safeParse(name).error?.issues[0]?.message ?? null,
  version: (name) => (threeNumbers.test(name) ? null : 'a version is three numbers such as 1.4.0'),
  file: (name) =>
    plain.test(name) && !device.test(name) ? null : 'a file in the store has letters, digits, `-`, `_` and single dots in its name',
  branch: (name) =>
    branch.test(name) && !/\.lock(\/|$)/i.test(name) ? null : 'a branch has letters, digits, `-`, `_`, single dots and slashes in its name',
} as const satisfies Record<string, (name: string) => string | null>

export type NameKind = keyof typeof rules

/** Why this is no such name, or null. */
export const nameTrouble = (kind: NameKind, name: string): string | null => rules[kind](name)

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
