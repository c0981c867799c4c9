import { describe, expect, it } from 'vitest'
import { judge } from '../../../src/core/evaluate/judge.ts'
import { type SliceColumn, slicesOf } from '../../../src/core/evaluate/slice-rows.ts'
import { judgeSlices } from '../../../src/core/evaluate/slices.ts'
import type { BinaryScores } from '../../../src/core/metrics/scores.ts'
import { renderHtml } from '../../../src/core/report/html.ts'
import { dueLines } from '../../../src/core/report/log-lines.ts'
import { reportMarkdown } from '../../../src/core/report/markdown.ts'
import { verdictTable } from '../../../src/core/report/terminal.ts'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { type Check, makeCheck } from '../../../src/core/schema/result.ts'
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

describe('what many checks say alike', () => {
  const slice = (at: number, drop: number, effect: 'fail' | 'warn' = 'fail') =>
    makeCheck({
      id: `evaluate.slice:accuracy:site#${at}`,
      status: effect,
      effect,
      metric: 'accuracy',
      slice: `site#${at}`,
      column: 'site',
      delta: -drop,
      message: `accuracy in site#${at} fell by ${drop}`,
      fix: 'look at it',
    })
  const { details } = evaluated()

  it('parts of the rows: the three that fell furthest, then how many more, each severity for itself', () => {
    const checks = [slice(1, 0.1), slice(2, 0.5), slice(3, 0.2), slice(4, 0.4), slice(5, 0.3), slice(6, 0.9, 'warn')]
    const lines = verdictTable(reportOf(checks, details))
      .split('\n')
      .filter((line) => /^ {2}(FAIL|WARN)/.test(line))
    expect(lines).toEqual([
      '  FAIL  evaluate: accuracy in site#2 fell by 0.5',
      '  FAIL  evaluate: accuracy in site#4 fell by 0.4',
      '  FAIL  evaluate: accuracy in site#5 fell by 0.3',
      '  FAIL  evaluate: accuracy in 2 more slices likewise: the table of slices and evaluate.json have them',
      '  WARN  evaluate: accuracy in site#6 fell by 0.9',
    ])
    expect(dueLines(result('sites', { stage: 'evaluate', checks, details }))).toHaveLength(5)
  })

  it('pairs of columns: the three that changed most, then how many more; classes and the label for themselves', () => {
    const pair = (other: string, change: number, check: 'correlation' | 'association' = 'correlation') =>
      makeCheck({
        id: `drift.${check}:hour~${other}`,
        status: 'warn',
        effect: 'warn',
        metric: check,
        names: ['hour', other],
        observed: 0.5 + change,
        baseline: 0.5,
        delta: check === 'correlation' ? change : null,
        message: `hour and ${other} go together differently`,
        fix: 'train on newer data',
      })
    const checks = [pair('a', 0.11), pair('b', -0.3), pair('c', 0.12), pair('d', 0.2), pair('e', 0.15, 'association'), pair('f', 0.1)]
    const lines = dueLines(result('sites', { stage: 'drift', checks }))
    expect(lines.map(({ message }) => message)).toEqual([
      ...['e', 'b', 'd', 'c'].map((other) => `hour and ${other} go together differently`),
      '2 more pairs of columns likewise: drift.json has them',
    ])
    expect(lines.at(-1)).toMatchObject({ id: 'drift', fix: [] })
  })

  it('of drift the columns come first, then what was found in them, then pairs', () => {
    const of = (id: string) => makeCheck({ id: `drift.${id}`, status: 'warn', effect: 'warn', column: 'hour', message: `${id} says so` })
    const ids = ['correlation:hour~day', 'nulls:hour', 'shift:hour', 'range:hour']
    const drifted = report([modelReport(modelConfig('sites'), [result('sites', { stage: 'drift', checks: ids.map(of) })])])
    expect(verdictTable(drifted).match(/(?<=WARN {2}drift: )\w+(?=:)/g)).toEqual(['shift', 'nulls', 'range', 'correlation'])
  })

  it('metrics that cannot be compared for one reason are one line, and the headline says that there is a baseline', () => {
    const because = 'columns differ: the baseline takes 3 columns'
    const judged = judge({
      candidate,
      baseline: null,
      missing: { kind: 'not-comparable', because },
      specs: ['accuracy', 'f1'].map((metric) => ({ name: metric, metric, params: {}, certainty: 'literal' as const })),
      mode: 'guard',
      policy: { onInconclusive: 'pass', onMissing: 'warn' },
    })
    const text = verdictTable(reportOf(judged.checks, { ...details, slices: undefined, metrics: judged.metrics }))
    expect(text).toContain('on 900 rows. It is not compared with the baseline.')
    expect(text.split('\n').filter((line) => line.includes('WARN  evaluate:'))).toEqual([
      `  WARN  evaluate: accuracy, f1 could not be compared: ${because}. Counted as warn (baseline.on_missing).`,
    ])
  })
})

describe('what waits for a baseline', () => {
  const waiting = (id: string, message: string, names: readonly string[] = []) =>
    makeCheck({
      id,
      status: 'no-baseline',
      effect: 'warn',
      metric: id.startsWith('evaluate.max') ? 'accuracy' : null,
      names: [...names],
      message,
    })
  const why = 'there is no baseline yet; tried production: no ledger. Counted as warn (baseline.on_missing).'
  const checks = [
    waiting('evaluate.max_drop:accuracy', `accuracy is not compared: ${why}`),
    waiting('evaluate.slices:accuracy', `accuracy of 3 slices of site is not compared: ${why}`, ['accuracy', 'site']),
    waiting('evaluate.fairness_rise:tpr:sex', `the gap of tpr over sex is not compared: ${why}`, ['tpr', 'sex']),
  ]

  it('a metric, its slices and its groups are told apart', () => {
    const { details } = evaluated()
    expect(
      verdictTable(reportOf(checks, details))
        .split('\n')
        .filter((line) => line.includes('WARN  evaluate:')),
    ).toEqual([`  WARN  evaluate: accuracy, the gap of tpr over sex, accuracy of 3 slices of site could not be compared: ${why}`])
    expect(reportMarkdown(reportOf(checks, details))).toContain(
      '<code>accuracy</code>, the gap of <code>tpr</code> over <code>sex</code>, <code>accuracy</code> of 3 slices of <code>site</code> could not be compared',
    )
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
