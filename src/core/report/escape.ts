/**
 * The one place where text that is not ours becomes part of something people read: Markdown on GitHub, HTML, XML, a terminal.
 * Column names, metric names, paths, messages and fixes all come through here; nothing else writes them.
 *
 * Two kinds of foreign text. A *name* is quoted whole (`<code>` on GitHub), so GitHub's own filters for mentions, references,
 * emoji and commit ids leave it alone. *Prose* is a sentence a stage wrote: its words are kept readable, and everything in it that
 * Markdown or a filter would take as more than words is broken by an escape or by U+200B.
 */
import { visible } from '../text/visible.ts'

/** U+200B: stops a mention or link where a backslash, an entity or a code span would not survive (e-mail replies, text filters). */
const gap = '\u200B'

const spelt = (char: string): string => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/** What shows nothing, or something else for each reader: tab, private use, the empty braille cell, any space but the plain one. */
const unclear = /[\t\p{Co}\u2800]|(?! )\p{Zs}/gu

/** A name on one line, with everything that cannot be seen spelt out: `aU+202Eb`. */
const visibleName = (text: string): string =>
  visible(text)
    .replace(unclear, spelt)
    .replace(/^ +| +$/g, (spaces) => '␣'.repeat(spaces.length))

/** A sentence: line breaks and odd spaces become plain ones (stages set figures with thin spaces), and ticks and colours are only ours. */
const visibleProse = (text: string): string =>
  visible(text.replace(/\r\n?|[\n\t]|\p{Zs}/gu, ' '))
    .replace(unclear, spelt)
    .replace(/\p{Extended_Pictographic}\uFE0F?|\p{Regional_Indicator}|\p{Emoji_Modifier}/gu, spelt)

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** For element content and quoted attributes of HTML and XML. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => entities[char] ?? char)

// `\` first in the class; `|` ends a cell even when escaped inside code, `$` is mathematics, a backtick opens a span: entities for those.
const markdownEntities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '|': '&#124;',
  '`': '&#96;',
  $: '&#36;',
}
const markdownInline = (text: string): string =>
  text.replace(/[\\*_[\]~^{}]/g, (char) => `\\${char}`).replace(/[&<>|`$]/g, (char) => markdownEntities[char] ?? char)

/** Links, addresses and mentions: what GitHub makes of bare text, inside code or not. */
const unlinked = (text: string): string =>
  text
    .replaceAll('@', `@${gap}`)
    .replaceAll('://', `:${gap}//`)
    .replace(/www(?=\.)/gi, (www) => `${www}${gap}`)

/**
 * The same of a name. An `@` between two words mentions nobody, and without a dot behind it makes no address: the metric `ndcg@5` stays what a config can be
 * given, as fixes are copied.
 */
const unlinkedName = (text: string): string => (/^[a-z]\w*@[a-z0-9]+$/i.test(text) ? text : unlinked(text))

/** Issue, commit and emoji references: what GitHub makes of bare text outside code. */
const unreferenced = (text: string): string =>
  text
    .replace(/#(?=\d)/g, `#${gap}`)
    .replace(/([A-Za-z]-)(?=\d)/g, `$1${gap}`)
    .replace(/(?<![0-9a-z])[0-9a-f]{7,40}(?![0-9a-z])/gi, (hex) => hex.replace(/.{6}(?=.)/g, (part) => `${part}${gap}`))
    .replace(/:(?=[a-z0-9_+-]+:)/gi, `:${gap}`)

/** How one kind of document writes each kind of text. */
export interface Writer {
  /** words and figures of our own */
  readonly own: (text: string) => string
  readonly name: (text: string) => string
  readonly prose: (text: string) => string
  readonly strong: (inner: string) => string
  readonly link: (inner: string, href: string) => string
}

/** Markdown on GitHub: comments, job summaries, report.md. */
export const markdownWriter: Writer = {
  own: markdownInline,
  name: (text) => `<code>${markdownInline(unlinkedName(visibleName(text)))}</code>`,
  prose: (text) => markdownInline(unlinked(unreferenced(visibleProse(text)))),
  strong: (inner) => `**${inner}**`,
  link: (inner, href) => `[${inner}](${href})`,
}

/** Inside an HTML block of that Markdown, where Markdown is not read but GitHub's filters still are. */
export const blockWriter: Writer = {
  own: escapeHtml,
  name: (text) => `<code>${escapeHtml(unlinkedName(visibleName(text)))}</code>`,
  prose: (text) => escapeHtml(unlinked(unreferenced(visibleProse(text)))),
  strong: (inner) => `<b>${inner}</b>`,
  link: (inner) => inner,
}

/** A page of our own. */
export const htmlWriter: Writer = {
  own: escapeHtml,
  name: (text) => `<code>${escapeHtml(visibleName(text))}</code>`,
  prose: (text) => escapeHtml(visibleProse(text)),
  strong: (inner) => `<strong>${inner}</strong>`,
  link: (inner, href) => `<a href="${escapeHtml(href)}" rel="noreferrer">${inner}</a>`,
}

/** Terminals, annotations: text and nothing else. */
export const plainWriter: Writer = {
  own: (text) => text,
  name: visibleName,
  prose: visibleProse,
  strong: (inner) => inner,
  link: (inner) => inner,
}

/** Lines of a block that is meant to be copied (YAML): hidden characters shown, indentation kept. */
export const blockLines = (text: string): readonly string[] =>
  text.split(/\r\n?|\n/).map((line) => visible(line.replace(/\t/g, '  ')).replace(unclear, spelt))

/**
 * A fenced block that its content cannot end, and in which nobody is mentioned, no marker begins and no line is a ChatOps command.
 * An `@` inside a word (`flights@1.0.0`) mentions nobody and stays copyable.
 */
export function fence(text: string, language: 'yaml' | 'text'): string {
  const lines = blockLines(text).map((line) =>
    line
      .replace(/(?<![A-Za-z0-9_])@/g, `@${gap}`)
      .replaceAll('<!--', `<${gap}!--`)
      .replace(/^(?=[/@])/, '  '),
  )
  const runs = lines.flatMap((line) => [...line.matchAll(/`+/g)].map((run) => run[0].length))
  const ticks = '`'.repeat(Math.max(3, ...runs.map((length) => length + 1)))
  return [`${ticks}${language}`, ...lines, ticks].join('\n')
}

export const blockHtml = (text: string): string => `<pre tabindex="0">${escapeHtml(blockLines(text).join('\n'))}</pre>`

/** For XML 1.0, which has no way to write most control characters. */
export const escapeXml = (text: string): string => escapeHtml(blockLines(text).join('\n'))
