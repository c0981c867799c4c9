import { describe, expect, it } from 'vitest'
import { annotations } from '../../../src/core/report/annotations.ts'
import { renderHtml } from '../../../src/core/report/html.ts'
import { junit } from '../../../src/core/report/junit.ts'
import { commentBody } from '../../../src/core/report/markdown.ts'
import { verdictTable } from '../../../src/core/report/terminal.ts'
import { naughtyCases } from './naughty.ts'
import { failing, first, hostile, missing, passing, report } from './samples.ts'

describe('the verdict table', () => {
  it('says what passed, against what, and what is not configured', () => {
    expect(verdictTable(report([passing()]))).toBe(
      `PASS  flights passes

flights: roc_auc 0.691 → 0.702 (+1.1 pp better, CI +0.6 to +1.6 pp at 95 % each side) on 30,000 rows against production 1.3.0 (12 days old).
  Promotable to staging, production

  metric                      verdict       baseline  candidate  limit                change
  roc_auc                     PASS          0.691     0.702      drop ≤ 1 pp, ≥ 0.7   +1.1 pp better (+0.6 to +1.6 pp, 95 % each side)
  log_loss (lower is better)  inconclusive  0.450     0.451      rise ≤ 1 % relative  +0.001 (−0.002 to +0.005, 95 % each side)

  drift: none of 4 columns moved

  Not decided, and not counted against the model:
  - log_loss rose by 0.0006, which cannot be told from noise on 30,000 rows; 84,000 would decide it

  validate  PASS  340 ms  4 of 4 checks passed
  train     PASS  2.1 s   builtin: baseline made 12 kB
  evaluate  PASS  1.2 s   2 of 3 checks passed, 1 undecided
  drift     PASS  510 ms  4 of 4 checks passed

  not configured: fetch (the model is a file of this repository)`,
    )
  })

  it('names what failed with its fix', () => {
    const text = verdictTable(report([failing()]))
    expect(text).toContain(
      '  FAIL  evaluate: roc_auc fell by 2.1 pp (limit 1.0 pp)\n        → To settle it:\n          waivers:\n            - model: flights',
    )
  })

  it('has reasons and fixes before any figure, and says once what the statistics in them are', () => {
    const lines = verdictTable(report([failing()])).split('\n')
    const place = (words: string) => lines.findIndex((line) => line.includes(words))
    expect(lines.slice(0, 4)).toEqual([
      'FAIL  flights fails',
      '',
      expect.stringMatching(/^flights: roc_auc 0\.6911 → 0\.6702/),
      '  Not promotable: validate and evaluate fail',
    ])
    expect(place('WARN  drift: distance moved')).toBeGreaterThan(place('FAIL  evaluate'))
    expect(place('metric ')).toBeGreaterThan(place('WARN  drift: distance moved'))
    expect(lines.filter((line) => line.includes('JS*: how far two distributions are apart, 0 to 1'))).toHaveLength(1)
    expect(verdictTable(report([passing()]))).not.toContain('JS*')
  })

  it('has no column for a baseline or a change where there is none, nor have comment and report', () => {
    const given = report([first()])
    expect(verdictTable(given)).toContain('\n  metric                      verdict  candidate  limit\n')
    expect(commentBody(given, { key: 'k', run: '1', attempt: '1' })).toContain('| verdict | metric | candidate | limit |')
    expect(renderHtml(given)).not.toContain('<th scope="col">baseline</th>')
    expect(renderHtml(report([passing()]))).toContain('<th scope="col">baseline</th>')
  })

  it('tells the reason of a stage whole', () => {
    const because = `the baseline could not be fetched: ${'it answered nothing, '.repeat(5)}so there was nothing to compare with`
    const model = passing()
    const stages = model.stages.map((stage) => (stage.stage === 'drift' ? { ...stage, verdict: 'skipped' as const, because } : stage))
    expect(verdictTable(report([{ ...model, stages }]))).toContain(`  drift     skipped  510 ms  ${because}\n`)
  })

  it('says what is missing where a model may be promoted and nobody said where', () => {
    const model = passing()
    expect(verdictTable(report([{ ...model, config: { ...model.config, promote: null } }]))).toContain(
      '  Promotable, once promote.to says where\n',
    )
  })

  it('says which result is missing', () => {
    expect(verdictTable(report([missing()]))).toContain('  ERROR  evaluate: no result of this run: the stage did not run to its end')
  })

  it.each(naughtyCases)('CMD-10 has no control, escape or bidi character, whatever the data says: %s', (_, text) => {
    expect(verdictTable(report([hostile(failing(), text)]))).not.toMatch(/[^\P{C}\n]|[\u2028\u2029]/u)
  })
})

describe('annotations', () => {
  it('are one a finding, worst first, with the one-line fix', () => {
    const found = annotations(report([failing()]))
    expect(found.map((entry) => entry.level)).toEqual(['error', 'error', 'warning', 'warning', 'warning'])
    expect(found[0]).toEqual({
      level: 'error',
      title: 'modelgate flights: validate.min:delay',
      message: '3 of 50,000 values of delay lie below −120 in train → remove these rows, or write what is true: `expect.columns.delay.min`',
    })
  })

  it('are silent when nothing is due', () => {
    expect(annotations(report([passing()]))).toEqual([])
  })

  it('wait for a baseline once, not once a check', () => {
    expect(annotations(report([first()]))).toHaveLength(1)
  })
})

describe('JUnit', () => {
  it('counts checks, failures and errors per stage', () => {
    const text = junit(report([failing()]))
    expect(text).toContain('<testsuites name="modelgate" tests="15" failures="3" errors="0" skipped="0">')
    expect(text).toContain('<testsuite name="flights.evaluate" tests="3" failures="1" errors="0" skipped="0" time="1.200">')
    expect(text).toContain('<failure message="roc_auc fell by 2.1 pp (limit 1.0 pp)">')
    expect(text).toContain('<system-out>warning: ')
  })

  it.each(naughtyCases)('is well-formed whatever the data says: %s', (_, text) => {
    const xml = junit(report([hostile(failing(), text)]))
    // XML 1.0: no control characters, no lone surrogates, no raw `<` or `&` in text
    expect(xml).not.toMatch(/[^\P{C}\n]/u)
    expect(xml.replace(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&')
    const tags = [...xml.matchAll(/<(\/?)([a-z-]+)[^<>]*?(\/?)>/g)]
    expect(xml.slice(xml.indexOf('<testsuites')).replace(/<[^<>]*>/g, '')).not.toMatch(/[<>]/)
    const open: string[] = []
    for (const [, end, tag = '', empty] of tags) {
      if (end === '/') expect(open.pop()).toBe(tag)
      else if (empty !== '/') open.push(tag)
    }
    expect(open).toEqual([])
    expect(tags.filter(([, end, tag]) => end === '' && tag === 'testcase')).toHaveLength(15)
  })
})
