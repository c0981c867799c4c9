/** What several findings have to do about them in common is said once, and what they would write into the config is one block. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { renderHtml } from '../../../src/core/report/html.ts'
import { commentBody } from '../../../src/core/report/markdown.ts'
import { verdictTable } from '../../../src/core/report/terminal.ts'
import { parseConfig } from '../../../src/core/schema/parse-config.ts'
import { type Check, makeCheck } from '../../../src/core/schema/result.ts'
import { naughtyCases } from './naughty.ts'
import { modelConfig, modelReport, report, result } from './samples.ts'

const found = (kind: string, column: string, fix: string | null, effect: 'fail' | 'warn' = 'fail', observed = 0.5): Check =>
  makeCheck({
    id: `drift.${kind}:${column}`,
    status: effect,
    effect,
    column,
    observed,
    limit: 0.2,
    message: `${column} moved: median 1 → 2`,
    fix,
  })
const shift = (column: string, limit: number, effect?: 'fail' | 'warn') =>
  found(
    'shift',
    column,
    `Train on newer data; or, if this is expected, in modelgate.yml: \`drift: {columns: {${JSON.stringify(column)}: {shift: {warn: ${limit}}}}}\``,
    effect,
    limit,
  )
const reported = (...checks: Check[]) => report([modelReport(modelConfig('m'), [result('m', { stage: 'drift', checks })])])
const comment = (...checks: Check[]) => commentBody(reported(...checks), { key: 'k', run: '1', attempt: '1' })
const times = (text: string, words: string) => text.split(words).length - 1

describe('findings with one fix', () => {
  const columns = ['age', 'no', '1', 'a: b', 'größe']
  const checks = columns.map((column, at) => shift(column, 0.9 - at / 10))

  it('say it once, with YAML of all of them that a config takes as it stands', () => {
    const text = verdictTable(reported(...checks))
    expect(times(text, 'Train on newer data')).toBe(1)
    const lines = text.split('\n')
    const from = lines.findIndex((line) => line.endsWith('drift:'))
    const block = lines.slice(from, from + 2 + columns.length).map((line) => line.slice(10))
    const config = ['models:', '  m:', '    model: m.onnx', '    data: {test: t.csv, target: y}', ...block.map((line) => `    ${line}`), '']
    const [model] = parseConfig(config.join('\n'), 'modelgate.yml', (content) => createHash('sha256').update(content).digest('hex')).models
    const written = Object.entries(model?.drift.columns ?? {}).map(([column, { shift: limits }]) => [column, limits?.warn])
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(columns.map((column, at) => [column, 0.9 - at / 10])))
  })

  it('do so in the comment and in the report too, the furthest first', () => {
    for (const text of [comment(...checks), renderHtml(reported(...checks))]) {
      expect(times(text, 'Train on newer data')).toBe(1)
      expect(times(text, 'shift: {warn:')).toBe(columns.length)
      expect(text.indexOf('age')).toBeLessThan(text.indexOf('größe'))
    }
  })

  it('one alone keeps its line, and neither warnings nor other advice are mixed with it', () => {
    const text = comment(shift('a', 0.5), shift('b', 0.3, 'warn'), found('range', 'a', 'Check the unit.'))
    expect(times(text, 'Train on newer data')).toBe(2)
    expect(text).not.toContain('```yaml')
    expect(text).toContain('→ Check the unit.')
  })

  it('the same sentence without YAML is said once', () => {
    const text = comment(...['a', 'b', 'c'].map((column) => found('spike', column, 'Look for a default.', 'warn')))
    expect(times(text, 'Look for a default.')).toBe(1)
    expect(times(text, 'moved: median')).toBe(3)
  })

  it.each(naughtyCases)('are one block that nothing ends, whatever a column is called: %s', (_, text) => {
    const given = reported(shift(`${text}\n${text}`, 0.5), shift('plain', 0.4))
    const [before = '', block, after] = comment(shift(`${text}\n${text}`, 0.5), shift('plain', 0.4)).split(/^```+(?:yaml)?$/m)
    // what cannot be merged keeps a line of its own
    if (before.includes('in modelgate.yml:\n')) {
      expect(after).toContain('<details>')
      expect(block?.trimEnd().split('\n').at(-1)).toBe('    plain: {shift: {warn: 0.4}}')
    }
    expect(verdictTable(given)).not.toMatch(/[^\P{C}\n]|[\u2028\u2029]/u)
    expect(renderHtml(given).isWellFormed()).toBe(true)
  })

  it('without a fix stand alone', () => {
    expect(times(comment(found('a', 'x', null), found('b', 'y', null)), '\n\n❌')).toBe(2)
  })
})

describe('a comment with much to say', () => {
  const many = Array.from({ length: 9 }, (_, at) => found('range', `c${at}`, `Look at ${at}.`, at < 7 ? 'fail' : 'warn'))

  it('shows the first five with their fix, and folds and counts the others', () => {
    const [shown = '', folded = ''] = comment(...many).split('<details><summary>What else was found: 2 fail, 2 warn</summary>')
    expect([times(shown, 'Look at'), times(folded, 'Look at')]).toEqual([5, 4])
  })

  it('folds nothing where little is found', () => {
    expect(comment(...many.slice(0, 5))).not.toContain('What else was found')
  })
})
