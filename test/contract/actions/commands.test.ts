import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Annotation, addSummary, annotate, mask, setOutputs } from '../../../src/adapters/github/commands.ts'
import { commandsIn, parseOutputFile } from '../../support/runner-parsers.ts'

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelgate-commands-'))
  file = join(folder, 'channel')
  writeFileSync(file, '')
  process.env.GITHUB_OUTPUT = file
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What is written on stdout meanwhile: the runner's channel. */
function printed(work: () => void): string {
  const write = process.stdout.write
  let text = ''
  process.stdout.write = (chunk: string | Uint8Array) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
    return true
  }
  try {
    work()
  } finally {
    process.stdout.write = write
  }
  return text
}
const shown = (annotations: readonly Annotation[]) => printed(() => annotate(annotations))

const error = (title: string, message: string) => ({ level: 'error', title, message }) as const

describe('CMD-02 annotation fields round-trip', () => {
  it.each([
    ['a,line=9::x%0A', '100% :: done'],
    ['t%3At', 'a%25b'],
    ['::error::', 'two\nlines'],
    ['##[error]', '##[add-mask]x'],
    ['', '%%0A%0D'],
  ])('%j and %j come back exactly', (title, message) => {
    expect(commandsIn(shown([error(title, message)]))).toEqual([
      { name: 'error', properties: { title: title || 'modelgate' }, data: message },
    ])
  })

  it('any text gives one command and one line, whose fields come back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), fc.string({ unit: 'grapheme-ascii' }), (title, message) => {
        const text = shown([error(title, message)])
        expect(text.trimEnd().split(/\r\n|\r|\n/)).toHaveLength(1)
        expect(commandsIn(text)).toEqual([{ name: 'error', properties: { title: title.trim() || 'modelgate' }, data: message }])
      }),
    )
  })

  it('what cannot be seen is spelt out', () => {
    expect(commandsIn(shown([error('t', 'a\rb\u001bc')]))[0]?.data).toBe('aU+000DbU+001Bc')
  })
})

describe('CMD-07 ten annotations a level, 4096 characters each', () => {
  it('of 500 nine are shown and the others counted', () => {
    const commands = commandsIn(shown(Array.from({ length: 500 }, (_, i) => error(`${i}`, 'm'))))
    expect(commands).toHaveLength(10)
    expect(commands[9]?.data).toBe('491 more in the report')
  })

  it('ten are all shown, of each level', () => {
    const ten = (level: 'error' | 'warning') => Array.from({ length: 10 }, (_, i) => ({ level, title: `${i}`, message: 'm' }))
    const commands = commandsIn(shown([...ten('warning'), ...ten('error')]))
    expect(commands.map(({ name }) => name)).toEqual([...Array(10).fill('error'), ...Array(10).fill('warning')])
  })

  it('a long one is cut', () => {
    expect(commandsIn(shown([error('t'.repeat(9000), 'm'.repeat(9000))]))[0]?.data).toHaveLength(4096)
  })
})

describe('SEC-01 a credential is masked, in every form it could be printed in', () => {
  it('as it is, in base64 and in a URL', () => {
    const secret = 'ghs_a/b+c=d%'
    expect(commandsIn(printed(() => mask(secret)))).toEqual(
      [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)].map((data) => ({
        name: 'add-mask',
        properties: {},
        data,
      })),
    )
  })
})

describe('SEC-03 what is too short to be a secret is not masked', () => {
  it.each([null, '', '1', 'true'])('%j', (value) => {
    expect(printed(() => mask(value))).toBe('')
  })
})

describe('CMD-03 output values cannot add keys', () => {
  it.each(['a\nevil=1', 'x\nEOF\nevil=1', 'a<<b\nb', '\r\n', '', '=', 'modelgate_\nx', '::set-output name=evil::1'])('%j', (value) => {
    setOutputs({ verdict: value, passed: 'false' }, file)
    expect(parseOutputFile(readFileSync(file, 'utf8'))).toEqual({ verdict: value, passed: 'false' })
  })

  it('any values come back byte for byte', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        writeFileSync(file, '')
        setOutputs({ verdict: a.toWellFormed(), 'result-path': b }, file)
        expect(parseOutputFile(readFileSync(file, 'utf8'))).toEqual({ verdict: a.toWellFormed(), 'result-path': b })
      }),
    )
  })
})

describe('CMD-06 the summary fits 1 MiB and keeps its beginning', () => {
  const limit = 1_048_576

  it('a report that is too long is cut at a line and says so', () => {
    addSummary(`# verdict: fail\n${`${'ü'.repeat(500)}\n`.repeat(3000)}`, file)
    const text = readFileSync(file, 'utf8')
    expect(statSync(file).size).toBeLessThanOrEqual(limit)
    expect(statSync(file).size).toBeGreaterThan(limit - 2000)
    expect(text.startsWith('# verdict: fail\n')).toBe(true)
    expect(text).toMatch(/ü\n\n\n_Truncated: the full report is in the artifact\._\n$/)
  })

  it('what lies there already counts, to the last byte', () => {
    for (const before of [limit, limit - 1, limit - 10, limit - 60, limit - 500]) {
      writeFileSync(file, 'x'.repeat(before))
      addSummary(`${'line\n'.repeat(300)}`, file)
      expect(statSync(file).size).toBeLessThanOrEqual(limit)
    }
  })

  it('without a file there is nobody to tell', () => {
    addSummary('x', undefined)
    setOutputs({ verdict: 'pass' }, '')
    expect(readFileSync(file, 'utf8')).toBe('')
  })
})
