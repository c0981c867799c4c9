import { createHash } from 'node:crypto'
import { type DefaultTreeAdapterTypes, parse } from 'parse5'
import { describe, expect, it } from 'vitest'
import { renderHtml } from '../../../src/core/report/html.ts'
import { style, styleHash } from '../../../src/core/report/style.ts'
import { makeCheck } from '../../../src/core/schema/result.ts'
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
      'html head meta title style body main header section footer h1 h2 h3 p span strong code pre div table thead tbody tr th td ul li figure figcaption caption svg rect line circle text a'.split(
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

  it('says once what the p-values in its findings are', () => {
    const found = makeCheck({
      id: 'evaluate.max_drop:roc_auc',
      metric: 'roc_auc',
      status: 'fail',
      effect: 'fail',
      message: 'roc_auc fell by 5.3 pp (limit 0.5 pp). p < 1e−16 (Holm, 2 metrics), 30,000 rows.',
    })
    const model = failing()
    const stages = model.stages.map((stage) =>
      stage.stage !== 'evaluate' || stage.result === null ? stage : { ...stage, result: { ...stage.result, checks: [found] } },
    )
    const words = 'p: how likely chance alone would show as much; Holm: corrected for the number of metrics.'
    expect(renderHtml(report([{ ...model, stages }])).split(words)).toHaveLength(2)
    expect(pages.passing).not.toContain('how likely chance alone would show as much; Holm')
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

describe('the page without a pointer, a colour or sight', () => {
  it.each(Object.entries(pages))('%s: headings go down one level at a time, under one title', (_, text) => {
    const levels = tags(text).flatMap((tag) => (/^h[1-6]$/.test(tag) ? [Number(tag[1])] : []))
    expect(levels.filter((level) => level === 1)).toHaveLength(1)
    expect(levels.filter((level, at) => level > (levels[at - 1] ?? 0) + 1)).toEqual([])
  })

  it.each(Object.entries(pages))('%s: each table has a name, and keys scroll it', (_, text) => {
    const all = page(text)
    const regions = all.filter(({ attributes }) => attributes.get('class') === 'scroll')
    expect(regions.length).toBeGreaterThan(0)
    expect(tags(text).filter((tag) => tag === 'table')).toHaveLength(regions.length)
    expect(tags(text).filter((tag) => tag === 'caption')).toHaveLength(regions.length)
    for (const { attributes } of regions) {
      expect([attributes.get('role'), attributes.get('tabindex')]).toEqual(['region', '0'])
      expect(attributes.get('aria-label')).not.toBe('')
    }
    expect(all.filter(({ tag, attributes }) => tag === 'pre' && attributes.get('tabindex') !== '0')).toEqual([])
    expect(all.filter(({ tag, attributes }) => tag === 'th' && attributes.get('scope') !== 'col')).toEqual([])
  })

  it('a bar of drift says in words what its colour does', () => {
    expect(pages.failing).toContain('>distance: drifted<')
    expect(pages.failing).toContain('>hour: moved<')
    expect(pages.failing).toContain('>weekday: real but small<')
  })

  it.each(['light', 'dark'])('%s: words stand out from what they stand on (WCAG 2, 4.5 to 1)', (scheme) => {
    const [light = '', dark = ''] = style.split('@media(prefers-color-scheme:dark)')
    const colours = new Map(
      [...(scheme === 'light' ? light : dark).matchAll(/--([a-z]+):(#[0-9a-f]{3,6})(?=[;}])/g)].map(([, key, hex]) => [key, hex ?? '']),
    )
    const pairs = ['text', 'quiet', 'link', 'pass', 'warn', 'fail', 'error', 'skipped'].map((ink) => [ink, 'bg'] as const)
    for (const [ink, ground] of [...pairs, ['quiet', 'soft'] as const, ['text', 'soft'] as const])
      expect(contrast(colours.get(ink) ?? '', colours.get(ground) ?? ''), `${ink} on ${ground}`).toBeGreaterThan(4.5)
  })
})

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(hex: string): number {
  const digits = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit).join('') : hex.slice(1)
  const [r = 0, g = 0, b = 0] = [0, 2, 4]
    .map((at) => Number.parseInt(digits.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
