import { describe, expect, it } from 'vitest'
import { judge } from '../../../src/core/evaluate/judge.ts'
import { type SliceColumn, slicesOf } from '../../../src/core/evaluate/slice-rows.ts'
import { judgeSlices } from '../../../src/core/evaluate/slices.ts'
import type { BinaryScores } from '../../../src/core/metrics/scores.ts'
import { renderHtml } from '../../../src/core/report/html.ts'
import { reportMarkdown } from '../../../src/core/report/markdown.ts'
import { verdictTable } from '../../../src/core/report/terminal.ts'
import { evaluateDetails } from '../../../src/core/schema/details.ts'
import type { Check } from '../../../src/core/schema/result.ts'
import { modelConfig, modelReport, report, result } from './samples.ts'

const rows = 900
/** Three sites of 300 rows; the candidate lost 60 of the second one. */
const y = Uint8Array.from({ length: rows }, (_, i) => i % 2)
const scores = (wrong: (i: number) => boolean): BinaryScores => ({
  task: 'binary',
  y,
  score: null,
  predicted: y.map((truth, i) => (wrong(i) ? 1 - truth : truth)),
})
const candidate = scores((i) => i % 10 === 0 || (i % 3 === 1 && i < 180))
const baseline = scores((i) => i % 10 === 0)
const site: SliceColumn = {
  name: 'site',
  codes: Uint16Array.from({ length: rows }, (_, i) => i % 3),
  labels: ['Northcanary', 'Southcanary', 'Westcanary'],
  order: [0, 1, 2],
  hidden: false,
}

function evaluated() {
  const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const
  const spec = { name: 'accuracy', metric: 'accuracy', params: {}, certainty: 'literal' } as const
  const judged = judge({ candidate, baseline, missing: null, specs: [spec], mode: 'guard', policy })
  const families = [slicesOf([site], 50, true)]
  const parts = judgeSlices({ families, candidate, baseline, missing: null, specs: [spec], policy, minRows: 50, notes: [] })
  const details = evaluateDetails.parse({
    task: 'binary',
    primary: judged.primary,
    rows,
    excluded: {},
    labels: null,
    positive: null,
    threshold: 0.5,
    rewrites: [],
    score_ms: 1,
    unchanged: false,
    metrics: judged.metrics,
    ...parts.details,
  })
  return { details, checks: [...judged.checks, ...parts.checks] }
}

const reportOf = (checks: readonly Check[], details: object) =>
  report([modelReport(modelConfig('sites'), [result('sites', { stage: 'evaluate', checks, details })])])

describe('parts of the rows in a report', () => {
  const { details, checks } = evaluated()
  const texts = {
    markdown: reportMarkdown(reportOf(checks, details)),
    html: renderHtml(reportOf(checks, details)),
    terminal: verdictTable(reportOf(checks, details)),
  }

  it.each(Object.entries(texts))('%s: says how many are worse, and no label of the data', (_, text) => {
    expect(details.slices?.list.map(({ label }) => label)).toContain('Southcanary')
    expect(text).toMatch(/3 slices of .*site.*: 1 is worse beyond chance\./)
    expect(text).not.toContain('canary')
  })

  it('lists the worst one first, with what it had, has and how sure that is', () => {
    const table = texts.markdown.split('\n').filter((line) => /^\| (worse|holds|perhaps)/.test(line))
    expect(table).toEqual([
      expect.stringMatching(/^\| worse \| <code>site#2<\/code> \| <code>accuracy<\/code> \| 300 \| 0\.900 \| 0\.720 \| −18\.0 pp/),
      expect.stringContaining('holds'),
      expect.stringContaining('holds'),
    ])
  })

  it('a finding of the model as a whole stands before those of its parts', () => {
    const findings = texts.markdown.split('\n').filter((line) => line.startsWith('❌ **evaluate**'))
    expect(findings.map((line) => /site#/.test(line))).toEqual([false, true])
  })
})

describe('the word beside a metric', () => {
  it('is that of a check with the effect it has: floors are judged although the bytes are the same', () => {
    const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const
    const missing = { kind: 'unchanged', because: 'the model is the same file' } as const
    const spec = { name: 'f1', metric: 'f1', params: {}, certainty: 'literal', min: { fail: 0.5 } } as const
    const judged = judge({ candidate, baseline: null, missing, specs: [spec], mode: 'guard', policy })
    const { details } = evaluated()
    const text = verdictTable(reportOf(judged.checks, { ...details, slices: undefined, metrics: judged.metrics, primary: judged.primary }))
    expect(text).toMatch(/^ {2}f1 +PASS/m)
  })
})
