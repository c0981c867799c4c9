import { describe, expect, it } from 'vitest'
import { judgeFairness } from '../../../src/core/evaluate/fairness.ts'
import { slicesOf } from '../../../src/core/evaluate/slice-rows.ts'
import type { BinaryScores } from '../../../src/core/metrics/scores.ts'
import { renderHtml } from '../../../src/core/report/html.ts'
import { commentBody } from '../../../src/core/report/markdown.ts'
import type { Report } from '../../../src/core/report/report.ts'
import { passing, report } from './samples.ts'

/** The passing report of the samples, whose evaluation also held two groups against each other. */
function withGroups(): Report {
  const n = 1000
  const y = Uint8Array.from({ length: n }, (_, i) => Number(i % 5 < 2))
  const scores = (missed: number): BinaryScores => ({
    task: 'binary',
    y,
    score: null,
    predicted: y.map((truth, i) => (i % 2 && truth && i % 10 === missed ? 0 : truth)),
  })
  const codes = Uint16Array.from({ length: n }, (_, i) => i % 2)
  const { slices: groups } = slicesOf(
    [{ name: 'region', codes, labels: ['Alphaville', 'Betaville'], order: [0, 1], hidden: false }],
    1,
    true,
  )
  const { checks, details } = judgeFairness({
    columns: [{ column: 'region', groups, without: 7 }],
    candidate: scores(1),
    baseline: scores(-1),
    missing: null,
    spec: {
      by: [['region']],
      minRows: 50,
      metrics: [
        { name: 'tpr', measure: 'tpr', named: null, certainty: 'guard', maxDifference: { fail: 0.1 } },
        {
          name: 'selection_rate',
          measure: 'selection_rate',
          named: null,
          certainty: 'guard',
          minRatio: { fail: 0.4 },
          maxRise: { fail: 0.3 },
        },
      ],
    },
    policy: { onInconclusive: 'pass', onMissing: 'warn' },
  })
  const model = passing()
  const stages = model.stages.map((stage) =>
    stage.stage !== 'evaluate' || stage.result === null
      ? stage
      : {
          ...stage,
          verdict: 'fail' as const,
          result: {
            ...stage.result,
            verdict: 'fail' as const,
            checks: [...stage.result.checks, ...checks],
            details: JSON.parse(JSON.stringify({ ...stage.result.details, ...details })),
          },
        },
  )
  return report([{ ...model, verdict: 'fail', promotable: false, stages }])
}

const lines = (text: string) => text.split('\n')

describe('fairness in a report', () => {
  const body = commentBody(withGroups(), { key: 'default', run: '1', attempt: '1' })

  it('says what failed above, and every measure in a table below', () => {
    expect(body).toContain('❌ **evaluate** · <code>tpr</code> differs by 50.0 pp over <code>region</code> (limit 10.0 pp)')
    expect(body).toContain('❌ Fairness over <code>region</code>: 3 gaps limited, 1 beyond')
    const row = lines(body).find((line) => line.startsWith('| ❌ fail') && line.includes('difference ≤'))
    expect(row).toContain('0.500 in <code>region#2</code> (200 positive rows)')
    expect(row).toContain('1.000 in <code>region#1</code> (200 positive rows)')
    // as the sentence of its check says it
    expect(row).toContain('0 pp → 50.0 pp')
    expect(body).toContain('differs by 50.0 pp')
    expect(lines(body).filter((line) => line.startsWith('| – | <code>region</code> | <code>equalized\\_odds</code>'))).toHaveLength(1)
  })

  it('a measure that the model cannot have and nobody limits is no row', () => {
    expect(body).not.toContain('calibration')
  })

  it('calls groups by their place, in the comment and on the page', () => {
    const page = renderHtml(withGroups())
    for (const text of [body, page]) {
      expect(text).toContain('region#1')
      expect(text).not.toMatch(/Alphaville|Betaville/)
    }
    expect(page).toContain('<h3>Fairness</h3>')
    expect(page).toContain('7 rows without a value left out')
  })
})
