/**
 * Sentences of a report, with what is ours and what is not kept apart until a renderer writes them. `say` takes no bare string as a value,
 * so a name that was not wrapped does not compile.
 */
import { shorten } from '../text/visible.ts'
import { blockWriter, htmlWriter, markdownWriter, plainWriter, type Writer } from './escape.ts'

export type Piece =
  /** words and figures of our own */
  | { readonly kind: 'own'; readonly text: string }
  /** a name that is not ours: column, metric, model, path, digest */
  | { readonly kind: 'name'; readonly text: string }
  /** a sentence that a stage wrote, which may hold names */
  | { readonly kind: 'prose'; readonly text: string }
  | { readonly kind: 'strong'; readonly inner: Text }
  | { readonly kind: 'link'; readonly inner: Text; readonly href: string }
export type Text = readonly Piece[]

const maxName = 120
const maxProse = 600

export const own = (text: string): Text => (text === '' ? [] : [{ kind: 'own', text }])
export const name = (text: string): Text => [{ kind: 'name', text: shorten(text, maxName) }]
export const strong = (inner: Text): Text => [{ kind: 'strong', inner }]

/** A sentence of a stage; the names that are known to stand in it are quoted like every other name. */
export function prose(text: string, names: readonly string[] = []): Text {
  const known = [...new Set(names)].filter((known) => known.length > 1 && text.includes(known)).sort((a, b) => b.length - a.length)
  const [first, ...rest] = known
  if (first === undefined) return text === '' ? [] : [{ kind: 'prose', text: shorten(text, maxProse) }]
  const at = boundedIndex(text, first)
  if (at < 0) return prose(text, rest)
  return [...prose(text.slice(0, at), rest), ...name(first), ...prose(text.slice(at + first.length), known)]
}

/** What to do about a finding. Our stages set commands, keys and YAML in backticks: plain ones become code, names in them too; anything else stays as it is. */
export const advice = (text: string, names: readonly string[] = []): Text =>
  text
    .split(/(`[A-Za-z][\p{L}\p{N}_.:/=,%*"{}[\] -]{0,118}`)/u)
    .flatMap((part, index) => (index % 2 === 1 ? name(part.slice(1, -1)) : prose(part, names)))

/** Where `word` stands in `text` on its own, not inside a longer word. */
function boundedIndex(text: string, word: string): number {
  const wordlike = /[\p{L}\p{N}_]/u
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const before = text.slice(0, at).at(-1) ?? ' '
    const after = text.slice(at + word.length).at(0) ?? ' '
    if (!wordlike.test(before) && !wordlike.test(after)) return at
  }
  return -1
}

/** A link to an address that is plainly one (no user, no query, no odd character), else its words alone. */
export const link = (inner: Text, href: string | null): Text =>
  href !== null && /^https?:\/\/[a-zA-Z0-9.-]+(:\d+)?(\/[a-zA-Z0-9._~-]+)*\/?$/.test(href) ? [{ kind: 'link', inner, href }] : inner

export function say(words: readonly string[], ...values: readonly Text[]): Text {
  return words.flatMap((word, index) => [...own(word), ...(values[index] ?? [])])
}

export const join = (texts: readonly Text[], between: string): Text =>
  texts.flatMap((text, index) => (index === 0 ? text : [...own(between), ...text]))

/** At most `max` of them, then how many more there are. */
export const joinSome = (texts: readonly Text[], max: number): Text =>
  texts.length <= max ? join(texts, ', ') : say`${join(texts.slice(0, max), ', ')} and ${own(String(texts.length - max))} more`

const write = (text: Text, writer: Writer): string => text.map((piece) => writePiece(piece, writer)).join('')

function writePiece(piece: Piece, writer: Writer): string {
  switch (piece.kind) {
    case 'own':
    case 'name':
    case 'prose':
      return writer[piece.kind](piece.text)
    case 'strong':
      return writer.strong(write(piece.inner, writer))
    case 'link':
      return writer.link(write(piece.inner, writer), piece.href)
  }
}

export const markdown = (text: Text): string => write(text, markdownWriter)
export const blockMarkdown = (text: Text): string => write(text, blockWriter)
export const html = (text: Text): string => write(text, htmlWriter)
export const plain = (text: Text): string => write(text, plainWriter)
