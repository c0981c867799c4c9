/** A table of thousands of columns that have all moved: what people read stays readable, and says how much it leaves out. */
import { describe, expect, it } from 'vitest'
import { renderHtml } from '../../../src/core/report/html.ts'
import { commentBody, reportMarkdown } from '../../../src/core/report/markdown.ts'
import { verdictTable } from '../../../src/core/report/terminal.ts'
import { makeCheck } from '../../../src/core/schema/result.ts'
import { modelConfig, modelReport, report, result } from './samples.ts'

const columns = 5_000
/** the most that GitHub takes */
const longestComment = 65_536

const moved = (kind: 'shift' | 'range', at: number) =>
  makeCheck({
    id: `drift.${kind}:gene_${at}`,
    status: 'fail',
    effect: 'fail',
    column: `gene_${at}`,
    // the further back the further away
    observed: 0.2 + at / 10_000,
    limit: 0.2,
    message:
      kind === 'shift' ? `gene_${at} moved: median 1 → 2. JS* 0.5 (limit 0.2)` : `gene_${at} has values above the largest of training`,
    fix: 'Train on newer data.',
  })
const checks = Array.from({ length: columns }, (_, at) => [moved('shift', at), moved('range', at)]).flat()
const missing = Array.from({ length: columns }, (_, at) =>
  makeCheck({
    id: `validate.column_train:gene_${at}`,
    status: 'error',
    effect: 'error',
    column: `gene_${at}`,
    message: `COLUMN_MISSING: data.train has no column gene_${at}`,
    fix: 'its columns are: a, b',
  }),
)
const config = modelConfig('genes')
const drifted = report([modelReport(config, [result('genes', { stage: 'drift', checks })])])
const lacking = report([modelReport(config, [result('genes', { stage: 'validate', checks: missing })])])
const told = (text: string, words: string): number => text.split(words).length - 1

describe('ten thousand findings', () => {
  it('are told as the twenty furthest of each kind, and the number of the others', () => {
    const terminal = verdictTable(drifted)
    expect(told(terminal, 'moved: median')).toBe(20)
    expect(terminal).toContain('gene_4999 moved')
    expect(terminal).toContain('gene_4980 moved')
    expect(terminal).not.toContain('gene_4979 moved')
    expect(terminal).toContain('4,980 more of drift.shift likewise: drift.json has them')
    expect(terminal).toContain('4,980 more of drift.range likewise: drift.json has them')
    expect(terminal.split('\n').length).toBeLessThan(120)
    expect(verdictTable(lacking)).toContain('4,980 more of validate.column_train likewise: validate.json has them')
  })

  it('fit a comment of GitHub, which says how many it does not show', () => {
    for (const [some, kind] of [
      [drifted, 'drift.shift'],
      [lacking, 'validate.column_train'],
    ] as const) {
      const body = commentBody(some, { key: 'default', run: '1', attempt: '1' })
      expect(body.length).toBeLessThan(longestComment)
      expect(body).toContain(`4,980 more of ${kind.replaceAll('_', '\\_')} likewise`)
      expect(reportMarkdown(some)).toContain(`4,980 more of ${kind.replaceAll('_', '\\_')} likewise`)
      expect(renderHtml(some)).toContain(`4,980 more of ${kind} likewise`)
    }
  })

  it('of twenty or fewer each is told', () => {
    const twenty = report([modelReport(config, [result('genes', { stage: 'drift', checks: checks.slice(0, 40) })])])
    expect(told(verdictTable(twenty), 'moved: median')).toBe(20)
    expect(verdictTable(twenty)).not.toContain('likewise')
  })
})
