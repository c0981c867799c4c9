import fc from 'fast-check'
import { parseFragment } from 'parse5'
import { describe, expect, it } from 'vitest'
import { fence } from '../../../src/core/report/escape.ts'
import { advice, blockMarkdown, html, link, markdown, name, own, plain, prose, say, strong } from '../../../src/core/report/text.ts'
import { naughty } from './naughty.ts'

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.constantFrom(...naughty))

/** What is left for Markdown to see once its own escapes and entities are taken away. */
const live = (text: string) => text.replace(/\\[!-/:-@[-`{-~]/g, '').replace(/&(#\d+|[a-z]+);/g, '')
/** html-pipeline's mention filter */
const mention = /(?:^|\W)@((?:[a-z0-9][a-z0-9-]*))/i

describe('RPT-01 RPT-05 foreign text in Markdown is text', () => {
  it('leaves no character that Markdown reads as more than itself, in names and prose', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const quoted = markdown(name(text)).replace(/^<code>|<\/code>$/g, '')
        for (const written of [quoted, markdown(prose(text))]) {
          expect(live(written)).not.toMatch(/[\\`*_[\]<>|~$&{}^\n\r\u2028\u2029\u0085]/)
        }
      }),
    )
  })

  it('is one text node, whatever stands in it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const written of [html(prose(text)), blockMarkdown(prose(text))]) {
          const { childNodes } = parseFragment(`<p>${written}</p>`)
          expect(childNodes).toHaveLength(1)
          const inner = childNodes[0] && 'childNodes' in childNodes[0] ? childNodes[0].childNodes : []
          expect(inner.every((node) => node.nodeName === '#text')).toBe(true)
        }
      }),
    )
  })

  it('reads back as what it was, but for what nobody could see', () => {
    expect(markdown(name('a_b|c'))).toBe('<code>a\\_b&#124;c</code>')
    expect(plain(name('a\u202eb'))).toBe('aU+202Eb')
    expect(plain(name(' x '))).toBe('␣x␣')
  })
})

describe('RPT-02 nobody is mentioned', () => {
  it('in no rendering of any text, raw or read', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const write of [markdown, blockMarkdown]) {
          for (const piece of [name(text), prose(text), advice(text), say`x${name(text)}${prose(text)}`])
            expect(write(piece)).not.toMatch(mention)
        }
        expect(fence(text, 'yaml')).not.toMatch(mention)
      }),
    )
  })

  it('keeps the name of a metric copyable, and no other @', () => {
    const fix = 'evaluate: {metrics: {ndcg@5: {max_drop: 1pp}}}'
    expect(markdown(advice(fix, ['ndcg@5']))).toContain('<code>ndcg@5</code>: ')
    expect(markdown(name('ndcg@5'))).not.toMatch(mention)
    for (const other of ['@5', 'a@b.co', 'a @b', 'a@b@c', 'a-@b']) expect(markdown(name(other))).toContain('@\u200b')
  })

  it('keeps an @ inside a word copyable in a block', () => {
    expect(fence('flights@1.0.0', 'yaml')).toBe('```yaml\nflights@1.0.0\n```')
  })
})

describe('RPT-03 nothing becomes a link or a reference', () => {
  it.each(['#1', 'GH-1', 'acme/flights#1', 'https://e.x', 'http://e.x', 'www.e.x', 'a@b.co', '1fed20d0c2a4f0f5b6a7c8d9e0f1a2b3c4d5e6f7'])(
    '%s',
    (text) => {
      const linkers = [/#\d/, /gh-\d/i, /:\/\//, /www\./i, /[a-z0-9]@[a-z0-9]/i, /\b[0-9a-f]{7,40}\b/i]
      expect(linkers.filter((linker) => linker.test(markdown(prose(`see ${text} there`))))).toEqual([])
    },
  )

  it('links only plain addresses of our own', () => {
    expect(markdown(link(own('run'), 'https://github.com/acme/flights/actions/runs/1'))).toBe(
      '[run](https://github.com/acme/flights/actions/runs/1)',
    )
    for (const href of ['javascript:alert(1)', 'https://e.x/)(x', 'https://u:p@e.x/', 'https://e.x/?a=b', 'https://e.x/ "t"', null])
      expect(markdown(link(own('run'), href))).toBe('run')
  })
})

describe('RPT-05 a fence holds whatever it is given', () => {
  it('cannot be ended from inside, and begins no ChatOps line (RPT-07)', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const lines = fence(text, 'yaml').split('\n')
        const ticks = /^`+/.exec(lines[0] ?? '')?.[0] ?? ''
        expect(lines.at(-1)).toBe(ticks)
        for (const line of lines.slice(1, -1)) {
          expect(line).not.toContain(ticks)
          expect(line).not.toMatch(/^[/@]/)
          expect(line).not.toContain('<!--')
        }
      }),
    )
  })
})

describe('RPT-09 ticks and colours are ours alone', () => {
  it('spells out pictures in sentences, and quotes them in names', () => {
    expect(plain(prose('✅ PASSED 🟢'))).toBe('U+2705 PASSED U+1F7E2')
    expect(markdown(name('✅ PASSED'))).toBe('<code>✅ PASSED</code>')
  })

  it('leaves no emoji shortcode in a sentence', () => {
    expect(markdown(prose(':white_check_mark: :tada:'))).not.toMatch(/:[a-z0-9_+-]+:/)
  })
})

describe('RPT-11 hidden text is shown', () => {
  it('in every rendering', () => {
    const hidden = 'a\u200bb\u{e0041}c\u202ed\u0007e'
    for (const write of [markdown, html, plain, blockMarkdown])
      for (const piece of [name(hidden), prose(hidden)])
        for (const code of ['U+200B', 'U+E0041', 'U+202E', 'U+0007']) expect(write(piece)).toContain(code)
  })
})

describe('prose', () => {
  it('quotes the names that stand in it on their own, longest first, and no part of a word', () => {
    const text = prose('delay of delayed flights: delay_min and delay', ['delay', 'delay_min'])
    expect(text.filter((piece) => piece.kind === 'name').map(plain1)).toEqual(['delay', 'delay_min', 'delay'])
    expect(plain(text)).toBe('delay of delayed flights: delay_min and delay')
  })

  it('makes code of our own plain backticks in a fix, and of nothing else', () => {
    expect(markdown(advice('run `modelgate fetch` now'))).toBe('run <code>modelgate fetch</code> now')
    // a snippet is one piece, whatever names stand in it
    expect(advice('write `drift: {columns: {"städte": {ignore: true}}}` or städte', ['städte'])).toEqual([
      ...prose('write '),
      ...name('drift: {columns: {"städte": {ignore: true}}}'),
      ...prose(' or '),
      ...name('städte'),
    ])
    expect(markdown(advice('run `<img>` now'))).toBe('run &#96;&lt;img&gt;&#96; now')
  })

  it('nests what is strong', () => {
    expect(markdown(strong(say`no: ${name('a')}`))).toBe('**no: <code>a</code>**')
  })
})

const plain1 = (piece: Parameters<typeof plain>[0][number]) => plain([piece])
