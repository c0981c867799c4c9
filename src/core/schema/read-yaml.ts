/**
 * YAML 1.2 text → plain data with a position for every key and value. Anything that could surprise is refused: several documents,
 * duplicate keys, tags, keys that reach a prototype, aliases that multiply, depth and size without end.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseAllDocuments } from 'yaml'
import { type Locate, type Path, type Problem, shown } from './problems.ts'

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain }

export type Read =
  | { readonly ok: true; readonly value: Plain; readonly locate: Locate; readonly has: (path: Path) => boolean }
  | { readonly ok: false; readonly problem: Problem; readonly line: number; readonly column: number }

const maxCharacters = 2 ** 18
const maxNodes = 50_000
const maxDepth = 50
const tooDeep = `The file is nested more than ${maxDepth} levels deep.`
const forbidden = new Set(['__proto__', 'constructor', 'prototype'])
const plainTags = new Set(['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`))

class Refused extends Error {
  readonly offset: number
  readonly code: string
  constructor(code: string, message: string, offset: number) {
    super(message)
    this.code = code
    this.offset = offset
  }
}

export function readYaml(source: string): Read {
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source
  const lines = new LineCounter()
  const refuse = (code: string, message: string, offset: number): Read => {
    const before = text.slice(0, Math.max(0, offset))
    const line = before.split('\n').length
    return {
      ok: false,
      problem: { code, path: [], text: message, atKey: false },
      line,
      column: before.length - (before.lastIndexOf('\n') + 1) + 1,
    }
  }
  if (text.length > maxCharacters) return refuse('CONFIG_INVALID', `The file has ${text.length} characters; 262,144 are allowed.`, 0)
  const control = /(?![\t\n\r])\p{Cc}/u.exec(text)
  if (control !== null) return refuse('CONFIG_INVALID', `There is a control character (${shown(control[0])}) in the file.`, control.index)
  try {
    const documents = parseAllDocuments(text, {
      version: '1.2',
      schema: 'core',
      uniqueKeys: false,
      lineCounter: lines,
      prettyErrors: false,
      strict: true,
    })
    if (!Array.isArray(documents) || documents.length === 0) return refuse('CONFIG_INVALID', 'The file is empty.', 0)
    const [document, second] = documents
    const error = documents.flatMap((d) => d.errors)[0]
    if (error !== undefined) {
      if (/call stack/.test(error.message)) return refuse('CONFIG_INVALID', tooDeep, error.pos[0])
      const merge = /^(?:<{7}|={7}|>{7})(?:[ \r]|$)/m.exec(text)
      if (merge !== null)
        return refuse(
          'CONFIG_INVALID',
          'This is the mark of a merge that was not finished: keep one of the two sides, without the marks.',
          merge.index,
        )
      const tab = tabbedLine(text)
      if (tab !== null) return refuse('CONFIG_INVALID', 'This line is indented with a tab: YAML wants spaces.', tab)
      return refuse('CONFIG_INVALID', yamlTrouble(error.code, error.message), error.pos[0])
    }
    if (document === undefined || second !== undefined)
      return refuse('CONFIG_INVALID', 'The file holds more than one document (`---`).', second?.range[0] ?? 0)
    const walker = new Walker((node) => (isAlias(node) ? node.resolve(document) : undefined))
    const value = walker.value(document.contents, [], 0)
    const locate: Locate = (path, atKey) => {
      const { line, col } = lines.linePos(walker.offset(path, atKey))
      return { line: Math.max(1, line), column: Math.max(1, col) }
    }
    return { ok: true, value, locate, has: (path) => walker.has(path) }
  } catch (thrown) {
    if (thrown instanceof Refused) return refuse(thrown.code, thrown.message, thrown.offset)
    // the parser is recursive: text nested thousands deep ends its stack
    if (thrown instanceof RangeError) return refuse('CONFIG_INVALID', tooDeep, 0)
    throw thrown
  }
}

/** What people do wrong most, in words of theirs; the parser's own words for the rest. */
function yamlTrouble(code: string, message: string): string {
  const [start] = /(?<=character ).$/u.exec(message) ?? []
  const [closing] = /(?<=end with a |Missing closing )["'\]}]/.exec(message) ?? []
  if (start !== undefined) return `A value that begins with ${start} must stand in quotes.`
  if (closing === '"' || closing === "'") return `A quote (${closing}) is opened here or above, and nothing closes it.`
  if (closing !== undefined) return `A bracket is opened above, and no ${closing} closes it before this line.`
  if (code === 'BLOCK_AS_IMPLICIT_KEY')
    return 'Keys do not stand below one another here: indent them alike, and put a value that holds ": " in quotes.'
  if (code === 'BAD_INDENT') return 'This key does not stand below the others of its map: indent them alike.'
  if (code === 'MULTILINE_IMPLICIT_KEY' || /need to be followed by map values/.test(message))
    return 'This is no key with a value: write `key: value`, with a space behind the colon.'
  if (code === 'UNEXPECTED_TOKEN' && /node end/.test(message))
    return 'Something stands behind a value here: put a value that holds { } [ ] or * in quotes.'
  return `This is not YAML: ${shown(message)}.`
}

/** Offset of the first line that is indented with a tab. */
function tabbedLine(text: string): number | null {
  const found = /^ *\t\s*\S/m.exec(text)
  return found === null ? null : found.index
}

const keyOf = (path: Path): string => JSON.stringify(path.map(String))

class Walker {
  readonly #offsets = new Map<string, { key: number; value: number }>()
  readonly #resolve: (node: unknown) => Node | undefined
  #nodes = 0

  constructor(resolve: (node: unknown) => Node | undefined) {
    this.#resolve = resolve
  }

  has(path: Path): boolean {
    return this.#offsets.has(keyOf(path))
  }

  /** Of the path, or of the nearest of its parents that is written in the file. */
  offset(path: Path, atKey: boolean): number {
    for (let length = path.length; length >= 0; length--) {
      const found = this.#offsets.get(keyOf(path.slice(0, length)))
      if (found !== undefined) return atKey || length < path.length ? found.key : found.value
    }
    return 0
  }

  value(node: unknown, path: Path, keyOffset: number): Plain {
    const at = start(node) ?? keyOffset
    this.#nodes += 1
    if (this.#nodes > maxNodes) throw new Refused('CONFIG_INVALID', `The file has more than ${maxNodes} values, its aliases followed.`, at)
    if (path.length > maxDepth) throw new Refused('CONFIG_INVALID', tooDeep, at)
    if (!isAlias(node)) this.#offsets.set(keyOf(path), { key: keyOffset, value: at })
    if (node === null || node === undefined) return null
    if (isAlias(node)) {
      const target = this.#resolve(node)
      if (target === undefined) throw new Refused('CONFIG_INVALID', 'This alias has no anchor.', at)
      const value = this.value(target, path, keyOffset)
      this.#offsets.set(keyOf(path), { key: keyOffset, value: at })
      return value
    }
    if (isMap(node)) return this.#map(node.items, path, tagless(node, at))
    if (isSeq(node)) {
      tagless(node, at)
      return node.items.map((item, i) => this.value(item, [...path, i], start(item) ?? at))
    }
    if (isScalar(node)) {
      tagless(node, at)
      const { value } = node
      if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
      if (typeof value === 'number') {
        if (Number.isInteger(value) && !Number.isSafeInteger(value))
          throw new Refused('INVALID_VALUE', 'This number is too large to be kept exactly: put it in quotes.', at)
        return value
      }
    }
    throw new Refused('CONFIG_INVALID', 'This value is of a kind that a config has no use for.', at)
  }

  #map(items: readonly Pair[], path: Path, at: number): Plain {
    const entries: [string, Plain][] = []
    const seen = new Set<string>()
    for (const pair of items) {
      const offset = start(pair.key) ?? at
      const key = keyText(pair.key, offset)
      if (forbidden.has(key)) throw new Refused('CONFIG_INVALID', `The key ${key} is refused.`, offset)
      if (seen.has(key)) throw new Refused('DUPLICATE_KEY', `The key ${shown(key)} is written twice here.`, offset)
      seen.add(key)
      entries.push([key, this.value(pair.value, [...path, key], offset)])
    }
    return Object.fromEntries(entries)
  }
}

/** A key as it is written: `1` and `true` are column names like any other. */
function keyText(key: unknown, at: number): string {
  if (!isScalar(key)) throw new Refused('CONFIG_INVALID', 'A key must be plain text.', at)
  tagless(key, at)
  if (typeof key.value === 'string') return key.value
  if (key.value === null || key.source === undefined) throw new Refused('CONFIG_INVALID', 'A key must be plain text.', at)
  return key.source
}

function tagless(node: { tag?: string | undefined }, at: number): number {
  if (node.tag !== undefined && !plainTags.has(node.tag)) throw new Refused('CONFIG_INVALID', `The tag ${shown(node.tag)} is refused.`, at)
  return at
}

const start = (node: unknown): number | undefined =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) && typeof node.range[0] === 'number'
    ? node.range[0]
    : undefined
