import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5'
import { describe, expect, it } from 'vitest'
import type { PolicyDifference } from '../../../src/core/policy/difference.ts'
import type { PolicyOrigin } from '../../../src/core/policy/origin.ts'
import { renderHtml } from '../../../src/core/report/html.ts'
import { commentBody, reportMarkdown } from '../../../src/core/report/markdown.ts'
import { policyDetails } from '../../../src/core/report/policy-view.ts'
import { verdictTable } from '../../../src/core/report/terminal.ts'
import { passing, report } from '../report/samples.ts'

const lowered: PolicyDifference = {
  model: 'flights',
  path: 'models.flights.evaluate.metrics.roc_auc.min',
  kind: 'policy',
  base: '0.8',
  head: '0.1',
  used: '0.8',
  from: 'base',
}
const moved: PolicyDifference = {
  ...lowered,
  path: 'models.flights.data.test',
  kind: 'wiring',
  base: 'a.csv',
  head: 'b.csv',
  used: 'b.csv',
  from: 'head',
}
const origin = (change: Partial<PolicyOrigin> = {}): PolicyOrigin => ({
  base: 'aaaaaaa',
  because: null,
  pullRequest: true,
  differences: [lowered, moved],
  ...change,
})
const written = (policy: PolicyOrigin) => {
  const given = report([passing()], { policy })
  return { markdown: reportMarkdown(given), html: renderHtml(given), terminal: verdictTable(given) }
}

const elements = (node: DefaultTreeAdapterTypes.Node): readonly string[] => [
  node.nodeName,
  ...('childNodes' in node ? node.childNodes.flatMap(elements) : []),
]

describe('EVT-06 the report says what changed and where the policy came from', () => {
  it('in each form, before the figures', () => {
    const { markdown, html, terminal } = written(origin())
    for (const text of [markdown, html, terminal]) {
      expect(text).toContain('Policy changed in this pull request')
      expect(text.indexOf('Policy changed')).toBeLessThan(text.indexOf('Promotable'))
    }
    expect(markdown).toContain(
      '- <code>models.flights.evaluate.metrics.roc\\_auc.min</code>: <code>0.8</code> of the base is used, <code>0.1</code> of the head is not',
    )
    // of the whole run: a heading at the level of its models, not below one
    expect(html).toContain('<h2 class="part">Policy changed in this pull request')
    expect(terminal).toContain('  models.flights.evaluate.metrics.roc_auc.min: 0.8 of the base is used, 0.1 of the head is not')
  })

  it('paths apart, folded away', () => {
    const { markdown, terminal } = written(origin())
    expect(markdown).toContain('<details><summary>Paths, commands and columns that differ (1)</summary>')
    expect(terminal).toContain(
      'Paths, commands and columns that differ:\n  models.flights.data.test: b.csv of the head is used, it was a.csv',
    )
    expect(written(origin({ differences: [moved] })).markdown).not.toContain('Policy changed')
  })

  it.each([
    ['a base', origin(), 'policy of base <code>aaaaaaa</code>'],
    ['a checkout', origin({ base: null, differences: [] }), 'policy of this checkout'],
    [
      'a first run',
      origin({ base: null, because: 'there is no m.yml at base aaaaaaa', differences: [] }),
      'there is no m.yml at base aaaaaaa',
    ],
  ])('the footer names %s', (_, policy, said) => {
    expect(written(policy).markdown.split('\n---\n')[1]).toContain(said)
    expect(written(policy).html.slice(written(policy).html.indexOf('<footer>'))).toContain(said)
  })

  it('a person who named the base is not told of a pull request', () => {
    expect(written(origin({ pullRequest: false })).terminal).toContain('Policy changed since the base:')
  })

  it('a report without differences has no such part', () => {
    const { markdown, html, terminal } = written(origin({ differences: [] }))
    for (const text of [markdown, html, terminal]) expect(text).not.toMatch(/Policy changed|that differ/)
  })

  it('RPT-01, RPT-02 names of the head are quoted, whatever is in them', () => {
    const hostile = '</code></li><img src=x onerror=1> @everyone\n/approve | ![x](https://e/x.png)\u202e'
    const { markdown, html, terminal } = written(
      origin({ differences: [{ ...lowered, path: `models.flights.expect.columns.${hostile}.max`, head: hostile }] }),
    )
    expect(elements(parseFragment(html))).not.toContain('img')
    expect(markdown).not.toContain('<img')
    expect(markdown).not.toMatch(/(?<![\w`])@everyone/)
    expect(markdown.split('\n').some((line) => line.startsWith('/approve'))).toBe(false)
    for (const text of [markdown, html, terminal]) expect(text).not.toContain('\u202e')
  })

  it('RPT-08 ten thousand differences still leave the verdict', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => ({ ...lowered, path: `models.flights.expect.columns.c${i}.max` }))
    const body = commentBody(report([passing()], { policy: origin({ differences: many }) }), { key: 'k', run: '1', attempt: '1' })
    expect(body.length).toBeLessThanOrEqual(60_000)
    expect(body).toContain('Modelgate: <code>flights</code> passes')
    expect(body).toMatch(/… and 9[,\d]+ more/)
    expect(body).toContain('Shortened to fit')
  })

  it('the result of the gate holds the same sentences', () => {
    expect(policyDetails(origin())).toEqual({
      from: 'base aaaaaaa',
      because: null,
      differences: [
        'models.flights.evaluate.metrics.roc_auc.min: 0.8 of the base is used, 0.1 of the head is not',
        'models.flights.data.test: b.csv of the head is used, it was a.csv',
      ],
    })
  })
})
