import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineSplitter, longest } from '../../../src/adapters/process/lines.ts'

const split = (chunks: readonly Buffer[]): string[] => {
  const lines: string[] = []
  const splitter = new LineSplitter((line) => lines.push(line))
  for (const chunk of chunks) splitter.push(chunk)
  splitter.end()
  return lines
}

describe('lines of a child', () => {
  it('end at LF, CRLF and a lone CR, and the last one needs no end', () => {
    expect(split([Buffer.from('a\nb\r\nc\rd\n\ne')])).toEqual(['a', 'b', 'c', 'd', '', 'e'])
  })

  it('are the same however the bytes were cut', () => {
    const text = fc
      .array(fc.constantFrom('a', 'é', '名', '😀', '\n', '\r', '\r\n', '::error::'), { maxLength: 40 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 60 }), { maxLength: 8 }), (whole, cuts) => {
        const bytes = Buffer.from(whole)
        const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b), bytes.length]
        const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end))
        const expected = whole.split(/\r\n|\r|\n/)
        if (expected.at(-1) === '') expected.pop()
        expect(split(chunks)).toEqual(expected)
      }),
    )
  })

  it('of a megabyte come out in bounded pieces that hold every character, no surrogate pair cut', () => {
    const line = `a${'😀'.repeat(300_000)}`
    const bytes = Buffer.from(`${line}\nnext\n`)
    const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, i) => bytes.subarray(i * 65_536, (i + 1) * 65_536))
    const lines = split(chunks)
    expect(Math.max(...lines.map((piece) => piece.length))).toBeLessThanOrEqual(longest)
    expect(lines.at(-1)).toBe('next')
    expect(lines.slice(0, -1).join('')).toBe(line)
    expect(lines.every((piece) => piece.isWellFormed())).toBe(true)
  })

  it('that are not UTF-8 become readable text, never an error', () => {
    expect(split([Buffer.from([0x66, 0xff, 0xfe, 0x0a, 0xc3])])).toEqual(['f\ufffd\ufffd', '\ufffd'])
  })
})
