import { readFileSync, writeFileSync } from 'node:fs'
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5'
import { describe, expect, it } from 'vitest'
import {
  commentBody,
  commentBudget,
  renderMarkdown,
  reportMarkdown,
  summaryBudget,
  withoutGate,
} from '../../../src/core/report/markdown.ts'
import type { ModelReport, Report } from '../../../src/core/report/report.ts'
import { makeCheck } from '../../../src/core/schema/result.ts'
import { naughtyCases } from './naughty.ts'
import { failing, first, hostile, missing, passing, report } from './samples.ts'

const marker = { key: 'default', run: '7300012345', attempt: '1' }
const body = (...models: ModelReport[]) => commentBody(report(models), marker)

/** The comment as it is committed. `UPDATE_GOLDEN=1` writes it anew; the difference is then read like any other. */
function golden(name: string, text: string): string {
  const path = new URL(`./golden/${name}`, import.meta.url)
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text)
  return readFileSync(path, 'utf8')
}

/** Elements in order, as a tree without text. */
type Node = DefaultTreeAdapterTypes.ChildNode
const tree = (nodes: readonly Node[]): string =>
  nodes
    .map((node) =>
      'tagName' in node
        ? `<${node.tagName} ${node.attrs.map((attr) => `${attr.name}=${attr.value}`).join(' ')}>${tree(node.childNodes)}</>`
        : node.nodeName === '#comment'
          ? '<!>'
          : '',
    )
    .join('')
/** Lines with everything gone that Markdown would take for text: what is left is the structure. */
const structure = (text: string) =>
  text
    .replace(/<code>.*?<\/code>/g, '')
    .replace(/\\[!-/:-@[-`{-~]|&(?:#\d+|[a-z]+);/g, '')
    .split('\n')
    .map((line) => `${/^(?:#+|-|>|\d+\.)? ?/.exec(line)?.[0]}${line.replace(/[^|`*_[\]<>~$]/g, '')}`)

describe('a comment', () => {
  it.each([
    ['passing.md.txt', body(passing())],
    ['failing.md.txt', body(failing())],
    ['first-run.md.txt', body(first())],
    ['several.md.txt', body(passing('flights'), failing('fraud'), first('churn'))],
    ['missing.md.txt', body(missing())],
  ])('reads as %s', (name, text) => {
    expect(text).toBe(golden(name, text))
  })

  it('begins with the verdict in a sentence and the one figure', () => {
    const [, title, , headline] = body(passing()).split('\n')
    expect(title).toBe('## ✅ Modelgate: <code>flights</code> passes')
    expect(headline).toContain('0.691 → 0.702 (+1.1 pp better, CI +0.6 to +1.6 pp at 95 % each side) on 30,000 rows')
  })

  it('has what fails and its fix before any table', () => {
    const text = body(failing())
    expect(text.indexOf('```yaml\nwaivers:')).toBeGreaterThan(0)
    expect(text.indexOf('```yaml\nwaivers:')).toBeLessThan(text.indexOf('| verdict |'))
  })

  it('lists what is not configured, and never ticks it', () => {
    const line = body(passing())
      .split('\n')
      .find((entry) => entry.includes('Not configured'))
    expect(line).toBe('**Not configured, so not checked**: fetch (the model is a file of this repository)')
  })

  it('keeps what could not be decided neutral', () => {
    const lines = body(passing())
      .split('\n')
      .filter((line) => line.includes('inconclusive'))
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.filter((line) => line.includes('⚠️'))).toEqual([])
  })

  it('says first that an evaluation failed, not that it left nothing', () => {
    const model = passing()
    const failed = makeCheck({ id: 'evaluate.error', status: 'error', effect: 'error', message: 'MODEL_MISSING: there is no model' })
    const stages = model.stages.map((stage) =>
      stage.stage !== 'evaluate' || stage.result === null
        ? stage
        : { ...stage, verdict: 'error' as const, result: { ...stage.result, verdict: 'error' as const, checks: [failed], details: {} } },
    )
    expect(body({ ...model, verdict: 'error', stages })).toContain('**The model could not be evaluated.**')
  })

  it('names checks of the data that had nothing to judge, and what tested nothing', () => {
    const idle = makeCheck({ id: 'validate.max:delay', status: 'skipped', effect: 'skipped', message: 'delay has no values to judge' })
    const untested = makeCheck({ id: 'drift.nothing_tested', status: 'inconclusive', effect: 'skipped', message: 'nothing was tested' })
    const model = passing()
    const stages = model.stages.map((stage) => {
      const more = stage.stage === 'validate' ? [idle] : stage.stage === 'drift' ? [untested] : []
      return stage.result === null ? stage : { ...stage, result: { ...stage.result, checks: [...stage.result.checks, ...more] } }
    })
    const text = body({ ...model, stages })
    expect(text).toContain('- 1 check had nothing to judge: <code>max:delay</code>')
    expect(text).toContain('- ⚪ nothing was tested')
  })

  it('says of a lower-is-better metric that it is one', () => {
    expect(body(passing())).toContain('<code>log\\_loss</code> (lower is better)')
  })

  it('puts the worst model first', () => {
    const text = body(passing('flights'), failing('fraud'), first('churn'))
    expect(text.split('\n')[1]).toBe('## ❌ Modelgate: <code>fraud</code> fails, 2 others do not')
    expect(text.indexOf('### ❌')).toBeLessThan(text.indexOf('### ⚠️'))
  })

  it('says so when there is no gate, in place of an older verdict', () => {
    expect(withoutGate('gate.json is not there', marker)).toMatch(/^<!-- modelgate:default [^\n]*-->\n## ⛔ Modelgate: no verdict\n/)
  })
})

describe('RPT-01 RPT-04 RPT-05 RPT-06 RPT-07 a comment has only our own elements, whatever the data says', () => {
  const blocks = /^(`{3,})yaml\n[\s\S]*?\n\1$/gm
  const outside = (text: string) => text.replace(blocks, '')
  const elements = (text: string) => tree(parseFragment(outside(text)).childNodes)
  const withoutCode = (text: string) => elements(text).replaceAll('<code ></>', '')
  const plainBody = body(hostile(failing(), 'name'))

  it.each(naughtyCases)('%s', (_, text) => {
    const rendered = body(hostile(failing(), text))
    expect(withoutCode(rendered)).toBe(withoutCode(plainBody))
    expect(elements(rendered).split('<code').length).toBeLessThanOrEqual(elements(plainBody).split('<code').length)
    expect(structure(outside(rendered))).toEqual(structure(outside(plainBody)))
    expect(rendered.match(blocks)?.length).toBe(plainBody.match(blocks)?.length)
    // RPT-06: one marker, ours, at the very start
    expect(rendered.match(/<!--/g)).toHaveLength(1)
    expect(rendered.startsWith('<!-- modelgate:default run=7300012345 attempt=1 -->\n')).toBe(true)
    // RPT-07
    expect(rendered.split('\n').filter((line) => /^[/@]/.test(line))).toEqual([])
    // RPT-02, as html-pipeline reads it, in the raw body too
    expect(rendered).not.toMatch(/(?:^|\W)@((?:[a-z0-9][a-z0-9-]*))/im)
    expect(rendered.isWellFormed()).toBe(true)
  })
})

describe('RPT-08 a comment fits, keeps its verdict and closes its tags', () => {
  const many = (n: number, text: string): ModelReport => {
    const base = failing()
    const checks = Array.from({ length: n }, (_, i) =>
      makeCheck({
        // each of a kind of its own: what many columns have in common is told once (wide.test.ts)
        id: `validate.nulls${i}:${i}`,
        status: 'fail',
        effect: 'fail',
        column: `${i}${text}`,
        message: `column ${i}${text} has ${'too '.repeat(40)}many nulls`,
        fix: `waivers:\n  - check: ${i}${text}`,
      }),
    )
    return {
      ...base,
      stages: base.stages.map((stage) => (stage.result?.stage === 'validate' ? { ...stage, result: { ...stage.result, checks } } : stage)),
    }
  }
  const big: readonly (readonly [string, Report])[] = [
    ['3,000 failing checks', report([many(3000, '')])],
    ['500 checks with long names', report([many(500, '🙂'.repeat(2000))])],
    ['300 checks of lone surrogates', report([many(300, '\ud83d'.repeat(500))])],
    ['300 models', report(Array.from({ length: 300 }, (_, i) => failing(`model-${i}`)))],
    ['300 models with hostile names', report(Array.from({ length: 300 }, (_, i) => hostile(failing(), `${i}${'&'.repeat(3000)}`)))],
  ]

  it.each(big)('%s', (_, given) => {
    const text = commentBody(given, marker)
    expect(text.length).toBeLessThanOrEqual(commentBudget)
    expect(text.isWellFormed()).toBe(true)
    expect(text).toMatch(/^<!-- [^\n]*\n## ❌ Modelgate: /)
    expect(text.trimEnd().split('\n').at(-1)).toContain('Shortened to fit.')
    for (const tag of ['details', 'summary', 'code', 'sub']) expect(text.split(`<${tag}`).length, tag).toBe(text.split(`</${tag}>`).length)
    expect((text.match(/^`{3,}/gm) ?? []).length % 2).toBe(0)
  })

  it('says nothing of the kind when everything fits', () => {
    expect(body(failing())).not.toContain('Shortened')
  })

  it('fits even a budget that holds little more than the verdict', () => {
    const text = renderMarkdown(report([many(3000, '')]), { budget: 1500, marker })
    expect(text.length).toBeLessThanOrEqual(1500)
    expect(text).toContain('<code>flights</code> fails')
  })

  it('CMD-06 keeps a job summary under the limit in bytes', () => {
    const text = reportMarkdown(report([many(5000, '漢'.repeat(100))]))
    expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(summaryBudget)
    expect(text.startsWith('## ❌ Modelgate: ')).toBe(true)
  })
})

describe('RPT-12 same results, same bytes', () => {
  it('in whatever order the checks of a stage came', () => {
    const shuffled = (model: ModelReport): ModelReport => ({
      ...model,
      stages: model.stages.map((stage) =>
        stage.result === null ? stage : { ...stage, result: { ...stage.result, checks: [...stage.result.checks].reverse() } },
      ),
    })
    expect(body(shuffled(failing()))).toBe(body(failing()))
    expect(body(shuffled(first()))).toBe(body(first()))
  })
})
