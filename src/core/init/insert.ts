/**
 * Lines put into a config that a person has written: behind what stands there, at its indentation, every other byte left as it is. Where that
 * cannot be done the answer is null, and the caller says what to add by hand.
 */
import { isMap, isPair, isScalar, isSeq, type Node, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml'
import { canonicalJson } from '../schema/parse-config.ts'
import type { Path } from '../schema/problems.ts'
import { type Plain, readYaml } from '../schema/read-yaml.ts'
import { itemText, type Line, plainOf, toFlow, toYaml } from './lines.ts'

/** Lines of a map, or items of a list, that are to stand below `path`. */
export interface Addition {
  readonly path: Path
  readonly lines?: readonly Line[]
  readonly items?: readonly { readonly value: Plain; readonly comment: string }[]
}

export function insert(text: string, additions: readonly Addition[]): string | null {
  let now = text
  for (const addition of additions) {
    const next = insertOne(now, addition)
    if (next === null) return null
    now = next
  }
  return now
}

function insertOne(text: string, given: Addition): string | null {
  const read = readYaml(text)
  if (!read.ok) return null
  const mark = text.startsWith('\uFEFF') ? 1 : 0
  const document = parseDocument(text.slice(mark), { version: '1.2', schema: 'core', uniqueKeys: false })
  const { node, addition } = deepest(document.contents, given)
  if (node === null || node.range === null || node.range === undefined) return null
  const body = text.slice(mark)
  const placed = node.flow === true ? intoFlow(body, node, addition) : intoBlock(body, node, addition)
  if (placed === null) return null
  const result = text.slice(0, mark) + placed
  const again = readYaml(result)
  const wanted = withAddition(read.value, given)
  return again.ok && wanted !== null && canonicalJson(again.value) === canonicalJson(wanted) ? result : null
}

/** The innermost map or list of the path that is there; what is missing of the path becomes part of what is added. */
function deepest(root: unknown, addition: Addition): { readonly node: YAMLMap | YAMLSeq | null; readonly addition: Addition } {
  let node: unknown = root
  for (const [depth, key] of addition.path.entries()) {
    if (!isMap(node)) return { node: null, addition }
    const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && keyOf(item.key) === String(key))
    if (pair === undefined) return { node, addition: { path: addition.path.slice(0, depth), lines: [nested(addition, depth)] } }
    node = pair.value
  }
  return isMap(node) || isSeq(node) ? { node, addition } : { node: null, addition }
}

/** A key as it is written. */
export const keyOf = (key: { value: unknown; source?: string }): string => (typeof key.value === 'string' ? key.value : (key.source ?? ''))

function nested({ path, lines, items }: Addition, depth: number): Line {
  const [key = '', ...rest] = path.slice(depth).map(String)
  if (rest.length > 0) return { key, lines: [nested({ path: rest, ...(lines ? { lines } : {}), ...(items ? { items } : {}) }, 0)] }
  return items === undefined ? { key, lines: lines ?? [] } : { key, items }
}

function intoFlow(text: string, node: Node & { items: unknown[] }, { lines = [], items = [] }: Addition): string | null {
  const end = (node.range?.[1] ?? 0) - 1
  if (text[end] !== '}' && text[end] !== ']') return null
  const parts = isSeq(node) ? items.map((item) => itemText(item.value)) : lines.map(toFlow)
  const before = text.slice(0, end).trimEnd()
  const comma = node.items.length === 0 || before.endsWith(',') ? (before.endsWith(',') ? ' ' : '') : ', '
  return before + comma + parts.join(', ') + text.slice(before.length, end) + text.slice(end)
}

function intoBlock(text: string, node: YAMLMap | YAMLSeq, { lines = [], items = [] }: Addition): string | null {
  const [first] = node.items
  const last = node.items.at(-1)
  const start = isPair(first) ? startOf(first.key) : isMap(first) || isSeq(first) || isScalar(first) ? startOf(first) : null
  if (start === null || last === undefined) return null
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const indent = isSeq(node) ? (/^ */.exec(text.slice(lineStart, start))?.[0] ?? '') : text.slice(lineStart, start)
  if (!/^ *$/.test(indent)) return null
  const end = endOf(last)
  if (end === null) return null
  const newline = text[end - 1] === '\n' ? end - 1 : text.indexOf('\n', end)
  const at = newline < 0 ? text.length : newline + 1
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const written = isSeq(node)
    ? items.map((item) => `- ${itemText(item.value)} # ${item.comment}`)
    : toYaml(lines, [], stepOf(text)).trimEnd().split('\n')
  const block = written.map((line) => (line === '' ? '' : indent + line) + eol).join('')
  return text.slice(0, at) + (newline < 0 ? eol : '') + block + text.slice(at)
}

const startOf = (node: unknown): number | null => (isScalar(node) || isMap(node) || isSeq(node) ? (node.range?.[0] ?? null) : null)

/** Where the last thing of an item ends, comments left out. */
export function endOf(item: unknown): number | null {
  if (isPair(item)) return endOf(item.value) ?? endOf(item.key)
  if ((isMap(item) || isSeq(item)) && item.flow !== true) {
    const last = item.items.at(-1)
    return last === undefined ? (item.range?.[1] ?? null) : endOf(last)
  }
  return isScalar(item) || isMap(item) || isSeq(item) ? (item.range?.[1] ?? null) : null
}

/** How far this file indents. */
const stepOf = (text: string): number => Math.min(8, Math.max(2, /^( +)\S/m.exec(text)?.[1]?.length ?? 2))

function withAddition(value: Plain, { path, lines, items }: Addition): Plain | null {
  const [key, ...rest] = path
  if (key === undefined) {
    if (Array.isArray(value)) return [...value, ...(items ?? []).map((item) => item.value)]
    if (typeof value !== 'object' || value === null) return null
    return { ...value, ...Object.fromEntries((lines ?? []).map((line) => [line.key, plainOf(line)])) }
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const map: { readonly [key: string]: Plain } = Object.fromEntries(Object.entries(value))
  const below = Object.hasOwn(map, String(key)) ? map[String(key)] : undefined
  const empty: Plain = rest.length === 0 && items !== undefined ? [] : {}
  const inner = withAddition(below ?? empty, { path: rest, ...(lines ? { lines } : {}), ...(items ? { items } : {}) })
  return inner === null ? null : { ...map, [String(key)]: inner }
}
