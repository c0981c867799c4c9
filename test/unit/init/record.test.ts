import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRecord, writeRecord } from '../../../src/core/init/record.ts'
import { readYaml } from '../../../src/core/schema/read-yaml.ts'

const two = 'models:\n  a:\n    model: a.onnx\n  b:\n    model: b.onnx # mine\nversion: 1\n'
const seen = (...columns: readonly string[]) => ({ columns, keys: [] })

describe('the line of a config that says what init has seen', () => {
  it('gives back any names, whatever is in them, and changes no value of the config', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'grapheme' }), { maxLength: 8 }), (columns) => {
        const record = { columns, keys: ['target'] as const }
        const text = writeRecord(two, 'a', record)
        expect(text === null ? null : readRecord(text, 'a', 'modelgate.yml')).toEqual(record)
      }),
    )
  })

  it('belongs to the model it stands under, and stands there once', () => {
    const first = writeRecord(two, 'b', seen('x')) ?? ''
    const second = writeRecord(first, 'b', seen('x', 'y')) ?? ''
    expect(readRecord(second, 'a', 'c')).toBeNull()
    expect(readRecord(second, 'b', 'c')).toEqual(seen('x', 'y'))
    expect(
      second
        .split('\n')
        .filter((line) => !line.includes('# init has seen'))
        .join('\n'),
    ).toBe(two)
    expect(readRecord(second.replace('  b:', '  renamed:'), 'renamed', 'c')).toEqual(seen('x', 'y'))
  })

  it.each([
    ['a map between braces', 'models: {a: {model: a.onnx}}'],
    ['line ends of Windows', two.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${two}`],
    ['a model that another one repeats', 'models:\n  a: &a {model: a.onnx}\n  b: *a\n'],
  ])('is written into %s, every other byte as it was', (_, text) => {
    const written = writeRecord(text, 'a', seen('x')) ?? ''
    expect(written.replace(/[^\n]*# init has seen[^\n]*\n/, '').trimEnd()).toBe(text.trimEnd())
    expect(readRecord(written, 'a', 'c')).toEqual(seen('x'))
    expect(readYaml(written)).toMatchObject({ ok: true })
  })

  it('never writes into a text that only looks like it', () => {
    const text = 'models:\n  a:\n    note: |\n      # init has seen {columns: [], keys: []}: it adds none of this again\n'
    expect(writeRecord(text, 'a', seen('x'))).toBeNull()
  })

  it.each(['columns: [a', '{columns: a, keys: []}', '{columns: [a]}', '{columns: [[a]], keys: []}'])(
    'that was changed into %s is an error with its place',
    (inside) => {
      const text = `models:\n  a:\n    model: a.onnx\n    # init has seen ${inside}: it adds none of this again\n`
      expect(() => readRecord(text, 'a', 'modelgate.yml')).toThrow(/^modelgate\.yml:4 the comment that says what init has seen/)
    },
  )
})
