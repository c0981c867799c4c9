/** What is called a plain pattern is one that the engine takes, and says the same of a text as JavaScript does. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isPlainPattern } from '../../../src/core/checks/plain-pattern.ts'
import { type Bench, makeBench } from './support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const piece = fc.constantFrom(
  ...'abzAZ059 _@:/,=-.^$*+?(){}[]|\\',
  '\\d',
  '\\w',
  '\\s',
  '\\.',
  '[a-z]',
  '[^0-9]',
  '[A-F0-9_]',
  '{2}',
  '{10,}',
  '{3,1}',
  'x',
  '\\1',
  '(?=',
)

describe('plain patterns', () => {
  it('are those that people write for codes and names', () => {
    for (const pattern of ['^[A-Z]{3}$', '^product [0-9]{4}$', '^customer/eu/1/[0-9a-f]{16}$', '[A-Za-z_]+', String.raw`^\d+\.\d{2}$`, ''])
      expect(isPlainPattern(pattern), pattern).toBe(true)
    for (const pattern of ['(a|b)', 'a**', '[z-a]', 'a{1001}', 'a{3,1}', '[]', String.raw`\1`, '(?=a)', 'é', '['])
      expect(isPlainPattern(pattern), pattern).toBe(false)
  })

  it('are all taken by the engine, and mean the same to it as to JavaScript', async () => {
    const { engine } = bench
    let plain = 0
    const word = fc.string({ unit: fc.constantFrom(...'abzAZ059 _@:/,=-.'), maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), word, async (pieces, text) => {
        const pattern = pieces.join('')
        if (!isPlainPattern(pattern)) return
        plain += 1
        const [row] = await engine.aggregate({ sql: 'SELECT regexp_full_match(?, ?) AS matches', values: [text, pattern] })
        expect(row?.matches, pattern).toBe(new RegExp(`^(?:${pattern})$`).test(text))
      }),
      { numRuns: 3000 },
    )
    expect(plain).toBeGreaterThan(300)
  })
})
