/**
 * What is to stand in a config, as a tree of lines with the comments beside them, and its YAML. Names and labels of the data are quoted by the
 * yaml library; what a person could not see in them is written as an escape.
 */
import { Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import type { Plain } from '../schema/read-yaml.ts'
import { visible } from '../text/visible.ts'

export interface Line {
  readonly key: string
  /** on one line, behind the key */
  readonly value?: Plain
  /** below the key, a line each */
  readonly lines?: readonly Line[]
  readonly items?: readonly { readonly value: Plain; readonly comment: string }[]
  /** behind the value */
  readonly comment?: string
  /** lines of comment above the key, and below what it holds */
  readonly before?: readonly string[]
  readonly after?: readonly string[]
}

const style = { lineWidth: 0, flowCollectionPadding: false, doubleQuotedMinMultiLineLength: 1_000_000 } as const

/** Lists of more values than this are written one below the other. */
const mostOnALine = 20

export const toYaml = (lines: readonly Line[], head: readonly string[] = [], indent = 2): string => {
  const document = new Document()
  document.contents = mapOf(lines)
  const text = readable(document.toString({ ...style, indent }))
  return `${head.map((line) => `# ${safe(line)}\n`).join('')}${text}`
}

/** `key: value` as it may stand between the braces of a flow map. */
export const toFlow = (line: Line): string => {
  const document = new Document()
  const map = new YAMLMap()
  map.flow = true
  map.items.push(new Pair(textNode(line.key), plainNode(plainOf(line))))
  document.contents = map
  return readable(document.toString(style)).trim().slice(1, -1)
}

/** The value of a list's item, on one line. */
export const itemText = (value: Plain): string => {
  const document = new Document()
  const list = new YAMLSeq()
  list.flow = true
  list.items.push(plainNode(value))
  document.contents = list
  return readable(document.toString(style)).trim().slice(1, -1)
}

/** What a line says, without its comments. */
export function plainOf({ value, lines, items }: Line): Plain {
  if (lines !== undefined) return Object.fromEntries(lines.map((line) => [line.key, plainOf(line)]))
  if (items !== undefined) return items.map((item) => item.value)
  return value ?? null
}

function mapOf(lines: readonly Line[]): YAMLMap {
  const map = new YAMLMap()
  for (const line of lines) {
    const key = textNode(line.key)
    if (line.before !== undefined && line.before.length > 0) key.commentBefore = comments(line.before)
    const value = nodeOf(line)
    const blocked = value instanceof YAMLMap && value.flow !== true
    // behind a block there is no room for a comment: it stands above the key
    if (line.comment !== undefined && blocked) key.commentBefore = comments([...(line.before ?? []), line.comment])
    else if (line.comment !== undefined) value.comment = comments([line.comment])
    if (line.after !== undefined && line.after.length > 0) value.comment = comments(line.after)
    map.items.push(new Pair(key, value))
  }
  return map
}

function nodeOf(line: Line): Node {
  if (line.lines !== undefined) return mapOf(line.lines)
  if (line.items !== undefined) {
    const list = new YAMLSeq()
    for (const { value, comment } of line.items) {
      const node = plainNode(value)
      node.comment = comments([comment])
      list.items.push(node)
    }
    return list
  }
  const node = plainNode(line.value ?? null)
  if (node instanceof YAMLMap && longest(line.value ?? null) > mostOnALine) open(node)
  return node
}

/** Long lists below their keys: a change of one label is then a change of one line. */
function open(map: YAMLMap): void {
  map.flow = false
  for (const { value } of map.items) {
    if (value instanceof YAMLMap && value.items.some((pair) => pair.value instanceof YAMLSeq && pair.value.items.length > mostOnALine))
      open(value)
    if (value instanceof YAMLSeq && value.items.length > mostOnALine) value.flow = false
  }
}

function longest(value: Plain): number {
  if (Array.isArray(value)) return value.length
  return typeof value === 'object' && value !== null ? Math.max(0, ...Object.values(value).map(longest)) : 0
}

function plainNode(value: Plain): YAMLMap | YAMLSeq | Scalar {
  if (Array.isArray(value)) {
    const list = new YAMLSeq()
    list.flow = true
    for (const item of value) list.items.push(plainNode(item))
    return list
  }
  if (typeof value === 'object' && value !== null) {
    const map = new YAMLMap()
    map.flow = true
    for (const [key, inner] of Object.entries(value)) map.items.push(new Pair(textNode(key), plainNode(inner)))
    return map
  }
  return typeof value === 'string' ? textNode(value) : new Scalar(value)
}

const unseen = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u
const everyUnseen = new RegExp(unseen.source, 'gu')

function textNode(text: string): Scalar {
  const node = new Scalar(text)
  if (unseen.test(text) || text.includes('\n') || text !== text.trim()) node.type = Scalar.QUOTE_DOUBLE
  return node
}

/** Within double quotes, where alone they stand: `\u202E` for a character that cannot be seen, and that a config may not hold. */
const readable = (text: string): string =>
  text.replace(everyUnseen, (character) => {
    const code = character.codePointAt(0) ?? 0
    return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`
  })
const hex = (code: number, digits: number): string => code.toString(16).toUpperCase().padStart(digits, '0')

const safe = (comment: string): string => visible(comment).replaceAll(/[\t\u0085]/g, ' ')
const comments = (lines: readonly string[]): string => lines.map((line) => ` ${safe(line)}`).join('\n')
