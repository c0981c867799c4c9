/**
 * The report in GitHub Markdown, for the comment on a pull request and the summary of a job: written in full, and then with less of everything
 * until it is short enough to be posted. What was left out is counted.
 */
import { verdicts } from '../gate/fold.ts'
import { driftWords } from './drift-view.ts'
import { fairnessCells, fairnessHeader } from './fairness-view.ts'
import type { Finding } from './findings.ts'
import { grouped } from './fixes.ts'
import { duration } from './format.ts'
import { folded, groupText, icons, neutral, strongIf, table, verdictWords } from './markdown-blocks.ts'
import { type Marker, writeMarker } from './marker.ts'
import { areCompared, type MetricView } from './metric-view.ts'
import { wiringTitle } from './policy-view.ts'
import type { Report } from './report.ts'
import { cellsOf, sliceHeader } from './slice-view.ts'
import { advice, join, markdown, name, own, say, strong, type Text } from './text.ts'
import { type ModelView, type ReportView, undecidedTitle, viewOf } from './view.ts'

/** findings, with those that are put right alike, that stand before what is folded */
const mostOpen = 5

export const commentBudget = 60_000
/** bytes; above 1 MiB the runner drops a step's whole summary */
export const summaryBudget = 1_000_000

/** How much of everything is shown; the last one always fits. */
interface Detail {
  readonly models: number
  readonly findings: number
  readonly fixes: boolean
  readonly rows: number
  readonly folded: boolean
}
const details: readonly Detail[] = [
  { models: 200, findings: 200, fixes: true, rows: 1000, folded: true },
  { models: 50, findings: 50, fixes: true, rows: 100, folded: true },
  { models: 25, findings: 15, fixes: true, rows: 25, folded: true },
  { models: 12, findings: 8, fixes: true, rows: 10, folded: true },
  { models: 6, findings: 4, fixes: false, rows: 5, folded: false },
  { models: 2, findings: 2, fixes: false, rows: 2, folded: false },
  { models: 0, findings: 0, fixes: false, rows: 0, folded: false },
]

export interface MarkdownOptions {
  /** longest body, in `measure`'s unit */
  readonly budget: number
  readonly measure?: (body: string) => number
  readonly marker?: Marker
}

export function renderMarkdown(report: Report, options: MarkdownOptions): string {
  const view = viewOf(report)
  const measure = options.measure ?? ((body: string) => body.length)
  const head = options.marker === undefined ? '' : `${writeMarker(options.marker)}\n`
  let body = ''
  for (const detail of details) {
    body = `${head}${new Page(view, detail).body()}\n`
    if (measure(body) <= options.budget) break
  }
  return body
}

export const commentBody = (report: Report, marker: Marker): string => renderMarkdown(report, { budget: commentBudget, marker })

/** `report.md`, and the summary of a job, of which the runner counts bytes. */
export const reportMarkdown = (report: Report): string => renderMarkdown(report, { budget: summaryBudget, measure: utf8Bytes })

const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length

/** What stands where no verdict could be had: an old green comment must not go on speaking for new commits. */
export function withoutGate(why: string, marker: Marker): string {
  return `${writeMarker(marker)}\n## ${icons.error} Modelgate: no verdict\n\n${markdown(say`The gate of this run left no result: ${advice(why)}. What stood here before was about another run.`)}\n`
}

/** One rendering at one level of detail; it counts what it leaves out. */
class Page {
  private readonly view: ReportView
  private readonly detail: Detail
  private omitted = 0

  constructor(view: ReportView, detail: Detail) {
    this.view = view
    this.detail = detail
  }

  body(): string {
    const { view } = this
    const single = view.models.length === 1
    const blocks = [
      `## ${icons[view.verdict]} Modelgate: ${markdown(view.title)}`,
      ...(single ? [] : [this.overview()]),
      ...this.findings(view.findings),
      ...this.policy(),
      ...this.some(view.models, this.detail.models).flatMap((model) => this.model(model, single)),
    ]
    return [...blocks.filter((block) => block !== ''), ...this.footer()].join('\n\n')
  }

  private some<T>(items: readonly T[], max: number): readonly T[] {
    this.omitted += Math.max(0, items.length - max)
    return items.slice(0, max)
  }

  private footer(): readonly string[] {
    const cut =
      this.omitted === 0 && this.detail.folded
        ? []
        : [
            `> ✂️ ${markdown(strong(own('Shortened to fit.')))} The full report is \`report.html\` in the out folder, and in the artifact of the run.`,
          ]
    return ['---', `<sub>${markdown(join([this.view.provenance, this.view.run], ' · '))}</sub>`, ...cut]
  }

  private policy(): readonly string[] {
    const { policy } = this.view
    if (policy === null) return []
    const list = (sentences: readonly Text[], most: number) => {
      const lines = this.some(sentences, most).map((sentence) => `- ${markdown(sentence)}`)
      return [...lines, ...(lines.length < sentences.length ? [`- … and ${sentences.length - lines.length} more`] : [])].join('\n')
    }
    const wiring = own(`${wiringTitle} (${policy.wiring.length})`)
    return [
      ...(policy.policy.length === 0
        ? []
        : [`${markdown(strong(own(policy.title)))}\n\n${list(policy.policy, Math.max(1, this.detail.findings))}`]),
      ...(policy.wiring.length === 0 || !this.detail.folded ? [] : [folded(wiring, [list(policy.wiring, this.detail.findings)])]),
    ]
  }

  private overview(): string {
    const rows = this.some(this.view.models, Math.max(this.detail.models, 1) * 2)
    return table(
      ['verdict', 'model', 'result', 'promotable'],
      rows.map((model) => [
        own(`${icons[model.verdict]} ${model.verdict}`),
        name(model.name),
        model.headline,
        own(model.promotable ? 'yes' : 'no'),
      ]),
    )
  }

  private model(model: ModelView, single: boolean): readonly string[] {
    if (single) return [this.lead(model), ...this.sections(model)]
    if (model.verdict !== 'pass') return [`### ${icons[model.verdict]} ${markdown(model.title)}`, this.lead(model), ...this.sections(model)]
    if (!this.detail.folded) return []
    return [folded(say`${own(icons.pass)} ${model.title}`, [this.lead(model), ...this.sections(model)])]
  }

  private lead(model: ModelView): string {
    return `${markdown(strong(model.headline))}\n\n${icons[model.promotable ? 'pass' : 'skipped']} ${markdown(model.promotion)}`
  }

  private sections(model: ModelView): readonly string[] {
    return [
      ...this.findings(model.findings),
      ...this.metrics(model),
      ...this.slices(model),
      ...this.fairness(model),
      ...this.undecided(model),
      ...this.waived(model),
      ...this.drift(model),
      ...this.rest(model),
      ...(model.notConfigured.length === 0
        ? []
        : [`${markdown(strong(own('Not configured, so not checked')))}: ${markdown(model.notConfigured)}`]),
      ...(model.provenance.length === 0 ? [] : [`<sub>${markdown(model.provenance)}</sub>`]),
    ].filter((block) => block !== '')
  }

  private findings(findings: readonly Finding[]): readonly string[] {
    const shown = this.some(findings, this.detail.findings)
    const more = findings.length - shown.length
    const groups = grouped(shown)
    const text = (group: (typeof groups)[number]) => groupText(group, this.detail.fixes)
    const open = this.detail.folded ? mostOpen : groups.length
    const rest = groups.slice(open)
    const counted = verdicts.flatMap((effect) => {
      const of = rest.flatMap((group) => group.findings).filter((found) => found.effect === effect).length
      return of === 0 ? [] : [`${of} ${effect}`]
    })
    return [
      ...groups.slice(0, open).map(text),
      ...(rest.length === 0 ? [] : [folded(own(`What else was found: ${counted.join(', ')}`), rest.map(text))]),
      ...(more > 0 ? [markdown(own(`… and ${more} more findings.`))] : []),
    ]
  }

  private undecided(model: ModelView): readonly string[] {
    if (model.undecided.length === 0) return []
    const lines = this.some(model.undecided, Math.min(this.detail.rows, 10)).map(({ text }) => `- ${neutral} ${markdown(text)}`)
    const more = model.undecided.length - lines.length
    return [[markdown(strong(own(undecidedTitle))), '', ...lines, ...(more > 0 ? [`- … and ${more} more`] : [])].join('\n')]
  }

  private waived(model: ModelView): readonly string[] {
    if (model.waived.length === 0) return []
    // never left out: what was accepted is part of the verdict
    const lines = this.some(model.waived, Math.max(1, this.detail.rows)).map((text) => `- 🔏 ${markdown(text)}`)
    const more = model.waived.length - lines.length
    return [[markdown(strong(own('Waived'))), '', ...lines, ...(more > 0 ? [`- … and ${more} more`] : [])].join('\n')]
  }

  private metrics(model: ModelView): readonly string[] {
    const gated = model.metrics.filter((metric) => metric.gated)
    const others = model.metrics.filter((metric) => !metric.gated)
    const compared = areCompared(model.metrics)
    const rows = (metrics: readonly MetricView[]) =>
      this.some(metrics, this.detail.rows).map((metric) => [
        own(verdictWords(metric)),
        metric.name,
        ...(compared ? [metric.baseline] : []),
        strongIf(metric.candidate, metric.effect === 'fail' || metric.effect === 'error'),
        ...(compared ? [metric.change] : []),
        metric.limit.length === 0 ? own('–') : metric.limit,
      ])
    const header = ['verdict', 'metric', ...(compared ? ['baseline'] : []), 'candidate', ...(compared ? ['change'] : []), 'limit']
    return [
      ...(gated.length === 0 || this.detail.rows === 0 ? [] : [table(header, rows(gated))]),
      ...(others.length === 0 || !this.detail.folded
        ? []
        : [
            folded(own(`${others.length} more ${others.length === 1 ? 'metric' : 'metrics'}, shown but not gated`), [
              table(
                header.slice(1),
                rows(others).map((row) => row.slice(1)),
              ),
            ]),
          ]),
    ]
  }

  private slices({ slices }: ModelView): readonly string[] {
    if (slices === null) return []
    if (!this.detail.folded) return [markdown(say`${own('Slices')}: ${slices.summary}`)]
    const rows = this.some(slices.rows, this.detail.rows).map(cellsOf)
    return [folded(say`${own('Slices')}: ${slices.summary}`, [markdown(say`${join(slices.notes, '. ')}.`), table(sliceHeader, rows)])]
  }

  private fairness({ fairness }: ModelView): readonly string[] {
    if (fairness === null) return []
    const summary = say`${own(icons[fairness.effect])} ${own('Fairness over')} ${fairness.summary}`
    if (!this.detail.folded) return [`${markdown(summary)}.`]
    const rows = this.some(fairness.rows, this.detail.rows).map((row) => [own(verdictWords(row)), ...fairnessCells(row)])
    return [folded(summary, [markdown(say`${join(fairness.notes, '. ')}.`), table(fairnessHeader, rows)])]
  }

  private drift(model: ModelView): readonly string[] {
    const { drift } = model
    if (drift === null || drift.rows.length === 0) return []
    const stage = model.stages.find((entry) => entry.stage === 'drift')
    const summary = say`${own(icons[stage?.verdict ?? 'skipped'])} ${own('Drift')}: ${drift.summary}`
    if (!this.detail.folded) return [`${markdown(summary)}.`]
    const rows = this.some(drift.rows, this.detail.rows).map((row) => [
      own(row.word),
      row.family === 'features' ? name(row.column) : say`${name(row.column)} (${own(row.family)})`,
      row.state === 'fail' || row.state === 'warn' ? strong(row.distance) : row.distance,
      row.size.length === 0 ? own('–') : row.size,
      row.limits,
      row.certainty,
      row.summary,
    ])
    const pairs = this.some(drift.pairs, this.detail.rows).map((pair) => [
      own(pair.word),
      pair.pair,
      pair.measure,
      pair.reference,
      pair.current,
      pair.change,
      pair.certainty,
    ])
    const body = [
      markdown(say`${join(drift.notes, '. ')}. ${own(driftWords)}`),
      ...(drift.classifier === null ? [] : [markdown(say`${drift.classifier}.`)]),
      table(['state', 'column', 'JS*', 'about as far as', 'warn / fail at', 'certainty', 'what moved'], rows),
      table(['state', 'columns that go together differently', 'by', 'reference', 'current', 'change', 'certainty'], pairs),
    ]
    return [folded(summary, body)]
  }

  private rest(model: ModelView): readonly string[] {
    if (!this.detail.folded) return []
    const stages = table(
      ['stage', 'verdict', 'what it found', 'took'],
      model.stages.map((stage) => [
        own(stage.stage),
        own(`${icons[stage.verdict]} ${stage.verdict}`),
        stage.text,
        own(duration(stage.durationMs)),
      ]),
    )
    const calibration = model.calibration === null ? [] : [model.calibration.note]
    const notes = [...model.data, ...model.evaluation, ...calibration].map((note) => `- ${markdown(note)}`).join('\n')
    const verdicts = model.stages.map((stage) => `${stage.stage} ${icons[stage.verdict]}`).join(' · ')
    return [folded(own(`Stages: ${verdicts}`), [stages, notes])]
  }
}
