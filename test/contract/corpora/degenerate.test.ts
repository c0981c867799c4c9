/** Tables that hardly are one, as training, test and current data at once: validate and drift have an answer, and no figure in it is NaN. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { statuses, verdicts } from '../../../src/core/gate/fold.ts'
import { makeDesk } from '../drift/support.ts'

const desk = makeDesk()
afterAll(() => desk.close())

const wide = Array.from({ length: 150 }, (_, i) => `c${i}`)
const lines = (count: number, line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i)).join('\n')
const config = `models:
  m:
    model: m.onnx
    data: {train: t.csv, test: t.csv, current: c.csv}
    expect: {rows: {min: 1}, duplicates: {max: 0}}
`

describe('DAT-09 degenerate tables through validate and drift', () => {
  const one = `a,b\n${lines(200, (i) => `${i},x${i % 4}`)}\n`
  const cases: readonly (readonly [string, string, string])[] = [
    ['no byte', '', ''],
    ['a header alone', 'a,b\n', 'a,b\n'],
    ['one row', 'a,b\n1,x\n', 'a,b\n1,x\n'],
    ['one row against many', one, 'a,b\n1,x\n'],
    ['many rows against one', 'a,b\n1,x\n', one],
    ['one column', `a\n${lines(200, String)}\n`, `a\n${lines(200, (i) => String(i + 50))}\n`],
    ['no value', `a,b\n${',\n'.repeat(200)}`, `a,b\n${',\n'.repeat(200)}`],
    ['no value any more', one, `a,b\n${',\n'.repeat(200)}`],
    ['one value', `a,b\n${'1,x\n'.repeat(200)}`, `a,b\n${'2,y\n'.repeat(200)}`],
    ['nothing but NaN and infinities', `a,b\n${'NaN,inf\n'.repeat(100)}${'inf,-inf\n'.repeat(100)}`, `a,b\n${'NaN,NaN\n'.repeat(200)}`],
    ['the largest and the least numbers', `a\n${'1e308\n-1e308\n5e-324\n'.repeat(70)}`, `a\n${'1.7e308\n-1.7e308\n0\n'.repeat(70)}`],
    ['a cell of a million letters', `a,b\n${'x'.repeat(1e6)},1\n${'y,2\n'.repeat(50)}`, `a,b\n${'y,2\n'.repeat(50)}`],
    ['other columns', one, `q,r\n${lines(200, (i) => `${i},x`)}\n`],
    ['another type', one, `a,b\n${lines(200, (i) => `v${i % 3},${i}`)}\n`],
  ]
  it.each(cases)('%s', async (_, reference, current) => {
    await judged(reference, current)
  })

  it('a hundred and fifty columns', { timeout: 120_000 }, async () => {
    const table = `${wide.join(',')}\n${lines(5, (i) => wide.map((_, c) => (i * c) % 7).join(','))}\n`
    await judged(table, table)
  })
})

async function judged(reference: string, current: string): Promise<void> {
  desk.write('t.csv', reference)
  desk.write('c.csv', current)
  // no row at all is an error of validate, and skips drift
  const results = [await desk.run(config, ['validate']), await desk.run(config, ['drift'])]
  for (const result of results) {
    expect(verdicts).toContain(result.verdict)
    for (const check of result.checks) {
      expect(statuses).toContain(check.status)
      expect(check.message).not.toMatch(/\b(NaN|undefined|Infinity)\b/)
    }
  }
  const out = join(desk.folder, '.modelgate', 'm')
  // JSON knows no NaN: what was one is null, and then a schema of ours would have refused it
  for (const name of readdirSync(out)) JSON.parse(readFileSync(join(out, name), 'utf8'))
}
