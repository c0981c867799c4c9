import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { neutralise, neutraliseLine } from '../../../src/core/text/neutralise.ts'
import { shorten, visible } from '../../../src/core/text/visible.ts'
import { commandsIn, parseV1, parseV2 } from '../../support/runner-parsers.ts'

/** Pieces that commands are made of, between any text. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '::',
        ':',
        '#',
        '##[',
        '##',
        '[',
        ']',
        'error',
        'set-output name=x',
        'add-mask',
        ' ',
        '\t',
        '\r',
        '\n',
        '\u0085',
        '\u2028',
        '\u00a0',
      ),
      fc.constantFrom(
        '\u200b',
        '\u00ad',
        '\ufe0f',
        '\u200d',
        '\ufeff',
        '\u0000',
        '\u001b[31m',
        '\u3000',
        '⚠️',
        '\ud800',
        '\u034f',
        '\u2066',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => pieces.join(''))

describe('CMD-01 no text forms a workflow command', () => {
  it.each([
    '::error::owned',
    '   ::set-output name=verdict::pass',
    '\u00a0\u3000::add-mask::a',
    '\u200b::error::x',
    '##[add-mask]1',
    'harmless ##[set-output name=a;]b',
    '#\u200b#[error]x',
    '#\ufe0f#[error]x',
    '###[error]x',
    ':\u00ad:error::x',
    'loss 0.1\r::error::x',
    'a\n::stop-commands::t',
  ])('%j is shown and obeyed by neither parser', (text) => {
    expect(commandsIn(text).length + commandsIn(` ${text}`).length).toBeGreaterThan(0)
    expect(commandsIn(neutralise(text))).toEqual([])
    expect(commandsIn(neutraliseLine(text))).toEqual([])
  })

  it('holds for any text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(commandsIn(neutralise(text))).toEqual([])
        expect(commandsIn(neutraliseLine(text))).toEqual([])
        expect(neutraliseLine(text)).not.toMatch(/[\r\n]/)
      }),
      { numRuns: 5000 },
    )
  })

  it('leaves ordinary lines as they are', () => {
    for (const line of ['epoch 1: loss 0.3', 'std::vector<int>', 'a::b::c', '## heading', '[1, 2]', 'für 日本語 ✓ ⚠️', 'tab\there'])
      expect(neutralise(line)).toBe(line)
  })

  it('what it makes of a command is still readable', () => {
    expect(neutralise('  ::error file=a::b')).toBe('  : :error file=a::b')
    expect(neutralise('x ##[error]b')).toBe('x # #[error]b')
  })
})

describe('the oracle itself', () => {
  it('reads what the runner reads', () => {
    expect(parseV2('  ::error file=a%2Cb,line=3::100%25%0Adone')).toEqual({
      name: 'error',
      properties: { file: 'a,b', line: '3' },
      data: '100%\ndone',
    })
    expect(parseV1('at the end ##[set-output name=a;b=c]v%5D')).toEqual({
      name: 'set-output',
      properties: { name: 'a', b: 'c' },
      data: 'v]',
    })
    expect(parseV2('text ::error::x')).toBeNull()
    expect(parseV2('::error')).toBeNull()
  })
})

describe('CMD-10 what cannot be seen is shown', () => {
  it.each([
    ['\u001b]8;;http://e\u0007', 'U+001B]8;;http://eU+0007'],
    ['a\u202eb', 'aU+202Eb'],
    ['a\bb', 'aU+0008b'],
    ['\u200bx\u200d', 'U+200BxU+200D'],
    ['\u{e0041}', 'U+E0041'],
    ['\u2028', 'U+2028'],
    ['\u009b31m', 'U+009B31m'],
    ['\ud800', 'U+D800'],
    ['\u3164', 'U+3164'],
    ['a\ufe0f', 'aU+FE0F'],
    ['a\nb', 'aU+000Ab'],
  ])('%j becomes %s', (text, shown) => {
    expect(visible(text)).toBe(shown)
  })

  it('nothing unseen is left of any text, and doing it twice changes nothing', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = visible(text)
        expect(shown).not.toMatch(/(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
        expect(visible(shown)).toBe(shown)
      }),
    )
  })
})

describe('shorten', () => {
  it('never leaves half a character', () => {
    expect(shorten('ab😀cd', 4)).toBe('ab…')
    expect(shorten('abcd', 4)).toBe('abcd')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, length) => {
        const short = shorten(text, length)
        expect(short.length).toBeLessThanOrEqual(Math.max(1, length))
        expect(short.isWellFormed()).toBe(true)
      }),
    )
  })
})
