import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { mapEngineError } from '../../../src/adapters/duckdb/errors.ts'
import { LineCounter, mostBrackets } from '../../../src/adapters/duckdb/line-counter.ts'
import { commandLine } from '../../support/command-line.ts'
import { makeProject } from '../../support/project.ts'
import { bareEnvironment, projectRoot, runNode } from '../../support/spawn.ts'
import { type Bench, makeBench, refusal } from '../duckdb/support.ts'
import { flipped, outcome, seeded } from './support.ts'

const spectrum = dirname(createRequire(import.meta.url).resolve('csv-spectrum'))

let bench: Bench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

describe('DAT-07 csv-spectrum: each file is what the JSON beside it says', () => {
  const names = readdirSync(join(spectrum, 'csvs')).map((name) => name.replace('.csv', ''))
  it('has twelve of them', () => expect(names).toHaveLength(12))

  it.each(names)('%s', async (name) => {
    const said: unknown = JSON.parse(readFileSync(join(spectrum, 'json', `${name}.json`), 'utf8'))
    // one of them is an object alone
    const wanted = z.array(z.record(z.string(), z.string())).parse([said].flat())
    const table = await bench.table(`${name}.csv`, readFileSync(join(spectrum, 'csvs', `${name}.csv`)))
    const columns = table.columns.map((column) => column.name)
    const rows = await bench.rows(table)
    // "" is a missing value here; numbers are compared as they are written
    const text = rows.map((row) => Object.fromEntries(row.map((value, index) => [columns[index] ?? '', String(value ?? '')])))
    // the telephone number of that file is another one in its JSON: theirs to correct
    const known = name === 'location_coordinates' ? [{ ...wanted[0], 'Contact Phone Number': '2095257564' }] : wanted
    expect(text).toEqual(known)
  })
})

/** Records by RFC 4180, one character after the other: a quote opens where a field begins. Blank lines are none. */
function recordsOf(text: string): number {
  let records = 0
  let line = 0
  for (let i = 0; i <= text.length; i += 1) {
    const char = text[i] ?? '\n'
    const begins = line === 0 || text[i - 1] === ','
    if (char === '"' && begins) {
      // to the quote that is not doubled
      for (i += 1; i < text.length && (text[i] !== '"' || text[i + 1] === '"'); i += 1) if (text[i] === '"') i += 1
      line += 1
    } else if (char === '\n' || char === '\r') {
      if (line > 0) records += 1
      line = 0
    } else line += 1
  }
  return records
}

describe('DAT-08 bits turned round in text: every record, or a sentence', () => {
  const csv = Buffer.from(
    `id,text,number\n${Array.from({ length: 60 }, (_, i) => `${i},"canary ${i}, ""q""\nnext",${i / 7}`).join('\n')}\n`,
  )
  const jsonl = Buffer.from(Array.from({ length: 60 }, (_, i) => JSON.stringify({ id: i, text: `canary ${i}`, number: i / 7 })).join('\n'))

  const kinds: readonly (readonly [string, string, Buffer, (bytes: Buffer) => number])[] = [
    ['CSV', 'bits.csv', csv, (bytes) => recordsOf(bytes.toString('latin1')) - 1],
    [
      'JSON lines',
      'bits.jsonl',
      jsonl,
      (bytes) =>
        bytes
          .toString('latin1')
          .split('\n')
          .filter((line) => /[^ \t\r]/.test(line)).length,
    ],
    ['gzipped CSV', 'bits.csv.gz', gzipSync(csv), (bytes) => recordsOf(gunzipSync(bytes).toString('latin1')) - 1],
  ]
  it.each(kinds)('%s', async (_, name, whole, count) => {
    const below = seeded(11)
    const counts = { read: 0, refused: 0 }
    for (let file = 0; file < 100; file += 1) {
      const bytes = flipped(whole, below)
      const found = await outcome(bench, name, bytes)
      if (found.refused === null) {
        counts.read += 1
        const records = count(bytes)
        expect([found.table.rows, found.rows.length], `file ${file}`).toEqual([records, records])
      } else {
        counts.refused += 1
        expect(found.refused.code).toBe('DATA_UNREADABLE')
        expect(found.refused.message + found.refused.fix).not.toContain('canary')
      }
    }
    expect(counts.refused).toBeGreaterThan(0)
    expect(counts.read + counts.refused).toBe(100)
  })

  it.each([
    ['zeros', Buffer.alloc(5000)],
    ['one zero', Buffer.alloc(1)],
    ['a gzip head alone', Buffer.from('1f8b0800', 'hex')],
    ['a zip archive', Buffer.from('504b0304140000000800', 'hex')],
    ['an executable', Buffer.from(`\x7fELF\x02\x01\x01${'\0'.repeat(200)}`, 'latin1')],
    ['an image', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['Arrow IPC', Buffer.from('ARROW1\0\0\x10\0\0\0', 'latin1')],
    ['a database', Buffer.from(`SQLite format 3\0${'\0'.repeat(100)}`, 'latin1')],
    ['UTF-32', Buffer.from('61000000 0a000000 31000000'.replaceAll(' ', ''), 'hex')],
    ['quotes only', Buffer.from('"""""')],
    ['a closing brace', Buffer.from('}')],
  ])('bytes that are no text under the name of text: %s', async (_, bytes) => {
    for (const name of ['odd.csv', 'odd.jsonl']) {
      const found = await outcome(bench, name, bytes)
      // a file of one line may be a header: a table without rows is one that every stage refuses
      if (found.refused === null) expect(found.table.rows).toBe(0)
      else expect(found.refused.code).toBe('DATA_UNREADABLE')
    }
  })

  it.each([
    ['arrays', (depth: number) => '['.repeat(depth) + ']'.repeat(depth)],
    ['objects', (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`],
    ['arrays behind a bracket in a text', (depth: number) => `["]\\"]", ${'['.repeat(depth)}${']'.repeat(depth)}]`],
    ['arrays that nobody closes', (depth: number) => '['.repeat(depth)],
  ])('JSON of %s that are nested too deep is refused by its line: the engine would end the process', async (_, nested) => {
    const lines = (depth: number) => `{"a":1}\n\n{"a":${nested(depth)}}\n`
    for (const depth of [1000, 10_000, 1_000_000]) {
      const message = 'deep.jsonl:3: the JSON is nested more than 200 deep'
      expect((await refusal(bench.table('deep.jsonl', lines(depth)))).message).toBe(message)
      expect((await refusal(bench.table('deep.jsonl.gz', gzipSync(lines(depth))))).message).toBe(message.replace('jsonl', 'jsonl.gz'))
    }
    if (nested(1).endsWith(']') || nested(1).endsWith('}')) expect((await bench.table('fair.jsonl', lines(150))).rows).toBe(2)
  })

  it('how deep a line is nested does not depend on how its bytes arrive', () => {
    const lines = Buffer.from(`{"a":"[[[\\"[["}\n${'['.repeat(mostBrackets)}\n${'['.repeat(mostBrackets + 1)}\n`)
    for (const size of [1, 2, 7, 100, 1000]) {
      const counter = new LineCounter()
      const feed = () => {
        for (let at = 1; at < lines.length; at += size) counter.push(lines.subarray(at, at + size))
      }
      counter.push(lines.subarray(0, 1))
      expect(feed).toThrow(expect.objectContaining({ line: 3 }))
    }
  })

  it('gzip members one behind the other are one text; what lies behind them is an error', async () => {
    const two = Buffer.concat([gzipSync('a\n1\n'), gzipSync('2\n')])
    expect((await bench.table('two.csv.gz', two)).rows).toBe(2)
    const found = await outcome(bench, 'tail.csv.gz', Buffer.concat([gzipSync('a\n1\n'), Buffer.from('canary')]))
    expect(found.refused?.code).toBe('DATA_UNREADABLE')
  })
})

describe('DAT-10 the memory that the config allows', () => {
  it.each([
    ['8MB', 2, 'DATA_MEMORY: train.csv: there is not enough memory for this data'],
    ['1GB', 0, 'pass'],
  ])('limits.memory: %s', async (memory, code, says) => {
    const project = makeProject({
      'modelgate.yml': `models: {m: {model: m.onnx, data: {train: train.csv}, limits: {memory: ${memory}}}}\n`,
    })
    try {
      const run = await runNode([commandLine(), 'validate'], {
        cwd: project.folder,
        env: { MODELGATE_RUNTIME_DIR: projectRoot },
      })
      expect(run.stderr).toContain(says)
      expect(run.code).toBe(code)
    } finally {
      project.remove()
    }
  })
})

describe('DAT-10 a disk that is full', () => {
  it('is an error that says so, and nothing is left in the temporary folder', async () => {
    const project = makeProject({
      'big.csv.gz': gzipSync(`a\n${Array.from({ length: 300_000 }, (_, i) => `value ${i}`).join('\n')}\n`),
      'modelgate.yml': 'models: {m: {model: m.onnx, data: {train: big.csv.gz}}}\n',
      'tmp/.keep': '',
    })
    try {
      // no file beyond 2000 blocks: what a full disk is to whoever writes
      const command = `ulimit -f 2000; exec "$0" "$1" validate`
      const program = [process.execPath, commandLine()]
      const env = { ...bareEnvironment(), TMPDIR: join(project.folder, 'tmp'), MODELGATE_RUNTIME_DIR: projectRoot }
      const run = spawnSync('sh', ['-c', command, ...program], { cwd: project.folder, env, encoding: 'utf8' })
      expect(run.stderr).toContain('DISK_FULL: there is no space left to unpack big.csv.gz')
      expect(run.status).toBe(2)
      expect(readdirSync(join(project.folder, 'tmp'))).toEqual(['.keep'])
    } finally {
      project.remove()
    }
  })

  it('the engine’s own word for it is the same error', () => {
    const error = mapEngineError(new Error('IO Error: Could not write file "/tmp/canary/spill": No space left on device'), 'a.csv')
    expect(error).toMatchObject({ code: 'DISK_FULL', message: 'a.csv: there is no space left for what is computed on it' })
  })
})
