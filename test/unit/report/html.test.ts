import { createHash } from 'node:crypto'
import { type DefaultTreeAdapterTypes, parse } from 'parse5'
import { describe, expect, it } from 'vitest'
import { renderHtml } from '../../../src/core/report/html.ts'
import { style, styleHash } from '../../../src/core/report/style.ts'
import { naughtyCases } from './naughty.ts'
import { failing, first, hostile, missing, passing, report } from './samples.ts'

type Node = DefaultTreeAdapterTypes.ChildNode
interface Element {
  readonly tag: string
  readonly attributes: ReadonlyMap<string, string>
}
const elements = (nodes: readonly Node[]): readonly Element[] =>
  nodes.flatMap((node) =>
    'tagName' in node
      ? [{ tag: node.tagName, attributes: new Map(node.attrs.map((attr) => [attr.name, attr.value])) }, ...elements(node.childNodes)]
      : [],
  )
const page = (text: string) => elements(parse(text).childNodes)
const tags = (text: string) => page(text).map((element) => element.tag)

const pages = {
  passing: renderHtml(report([passing()])),
  failing: renderHtml(report([failing()])),
  'first run': renderHtml(report([first()])),
  missing: renderHtml(report([missing()])),
  several: renderHtml(report([passing('flights'), failing('fraud'), first('churn')])),
}

describe('RPT-10 the page is inert', () => {
  it.each(Object.entries(pages))('%s: nothing runs, nothing is fetched', (_, text) => {
    const all = page(text)
    const allowed = new Set(
      'html head meta title style body main header section footer h1 h2 h3 p span strong code pre div table thead tbody tr th td ul li figure figcaption svg rect line circle text a'.split(
        ' ',
      ),
    )
    expect(all.map((element) => element.tag).filter((tag) => !allowed.has(tag))).toEqual([])
    const attributes = all.flatMap((element) => [...element.attributes.keys()])
    expect(attributes.filter((name) => name.startsWith('on') || name === 'style' || name === 'src' || name === 'srcset')).toEqual([])
    const links = all.flatMap((element) => element.attributes.get('href') ?? [])
    expect(links).toEqual(['https://github.com/acme/flights/actions/runs/7300012345'])
  })

  it('has a policy that allows its own style and nothing else', () => {
    expect(styleHash).toBe(createHash('sha256').update(style).digest('base64'))
    const policy = page(pages.failing).find((element) => element.attributes.get('http-equiv') === 'Content-Security-Policy')
    expect(policy?.attributes.get('content')).toBe(
      `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`,
    )
    expect(pages.failing).toContain(`<style>${style}</style>`)
    expect(style).not.toMatch(/url\(|@import/)
  })

  it.each(naughtyCases)('has the same elements whatever the data says: %s', (_, text) => {
    const withoutCode = (html: string) => tags(html).filter((tag) => tag !== 'code')
    const rendered = renderHtml(report([hostile(failing(), text)]))
    expect(withoutCode(rendered)).toEqual(withoutCode(renderHtml(report([hostile(failing(), 'name')]))))
    expect(rendered.isWellFormed()).toBe(true)
  })
})

describe('the page', () => {
  it('draws a gated metric with baseline, candidate and limits, and says it in words', () => {
    expect(pages.failing).toContain('<title>roc_auc: baseline 0.6911, candidate 0.6702, limit drop ≤ 1 pp, ≥ 0.67</title>')
    expect(pages.failing).toContain('class="point candidate"')
    expect(pages.failing).toContain('class="point baseline"')
    expect(pages['first run']).toContain('none yet')
  })

  it('draws drift with its thresholds', () => {
    expect(pages.failing).toContain('class="bar fail"')
    expect(pages.failing).toContain('>warn 0.1<')
    expect(pages.failing).toContain('>fail 0.2<')
  })

  it('has no coordinate that is no number', () => {
    for (const text of Object.values(pages)) expect(text).not.toMatch(/NaN|Infinity|undefined/)
  })
})
