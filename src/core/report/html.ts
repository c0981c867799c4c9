/**
 * The report as one self-contained, inert page: no script, no request, nothing that was not written here. It shows everything the comment
 * had to shorten, and draws what a table cannot say: where candidate and baseline lie against the limit, how far each column moved.
 */
import type { Verdict } from '../gate/fold.ts'
import { driftBars, intervalPlot, reliabilityPlot, shareBars } from './charts.ts'
import { type DriftRow, driftWords, type PairRow, sentence } from './drift-view.ts'
import { blockHtml, escapeHtml } from './escape.ts'
import { fairnessCells, fairnessHeader } from './fairness-view.ts'
import { type FindingGroup, grouped } from './fixes.ts'
import { duration } from './format.ts'
import { areCompared, type MetricView } from './metric-view.ts'
import { wiringTitle } from './policy-view.ts'
import type { Report } from './report.ts'
import { cellsOf, sliceHeader } from './slice-view.ts'
import { statisticsIn } from './statistics-words.ts'
import { style, styleHash } from './style.ts'
import { advice, html, join, name, own, plain, say, type Text } from './text.ts'
import { type ModelView, undecidedTitle, viewOf } from './view.ts'

const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`

export function renderHtml(report: Report): string {
  const view = viewOf(report)
  const single = view.models.length === 1
  const body = [
    `<header class="${view.verdict}"><span class="quiet">Modelgate</span><h1>${html(view.title)}</h1></header>`,
    ...(single ? [] : [overview(view.models)]),
    ...grouped(view.findings).map(findingBox),
    ...listPart(view.policy?.title ?? '', view.policy?.policy ?? [], 2),
    ...listPart(wiringTitle, view.policy?.wiring ?? [], 2),
    ...view.models.map((model) => modelSection(model, single)),
    `<footer>${html(join([view.provenance, view.run], ' · '))}</footer>`,
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(`Modelgate: ${plain(view.title)}`)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body.join('\n')}
</main>
</body>
</html>
`
}

const badge = (verdict: Verdict | 'neutral', word: string): string => `<span class="badge ${verdict}">${escapeHtml(word)}</span>`

function overview(models: readonly ModelView[]): string {
  return grid(
    'Models',
    ['verdict', 'model', 'result', 'promotable'],
    models.map((model) => [
      { html: badge(model.verdict, model.verdict) },
      { html: html(name(model.name)) },
      { html: html(model.headline) },
      { html: model.promotable ? 'yes' : 'no' },
    ]),
  )
}

function modelSection(model: ModelView, single: boolean): string {
  const stages = grid(
    'Stages',
    ['stage', 'verdict', 'what it found', 'took'],
    model.stages.map((stage) => [
      { html: escapeHtml(stage.stage) },
      { html: badge(stage.verdict, stage.verdict) },
      { html: html(stage.text) },
      { html: duration(stage.durationMs), figure: true },
    ]),
  )
  return [
    '<section>',
    single ? '<h2 class="unseen">Verdict</h2>' : `<h2>${badge(model.verdict, model.verdict)} ${html(model.title)}</h2>`,
    `<p class="lead">${html(model.headline)}</p>`,
    `<p><strong>${html(model.promotion)}</strong></p>`,
    ...grouped(model.findings).map(findingBox),
    ...metricsPart(model),
    ...slicesPart(model),
    ...calibrationPart(model),
    ...fairnessPart(model),
    ...driftPart(model),
    ...listPart(
      undecidedTitle,
      model.undecided.map(({ text }) => text),
    ),
    ...listPart('Waived', model.waived),
    ...listPart('Data', model.data),
    heading('Stages'),
    stages,
    ...(model.notConfigured.length === 0 ? [] : [`<p><strong>Not configured, so not checked:</strong> ${html(model.notConfigured)}</p>`]),
    ...(model.provenance.length === 0 ? [] : [`<p class="quiet">${html(model.provenance)}</p>`]),
    '</section>',
  ]
    .filter((part) => part !== '')
    .join('\n')
}

function findingBox({ findings: [first, ...others], fix, names }: FindingGroup): string {
  const lines = [first, ...others].map(
    ({ effect, stage, text }) => `<p>${badge(effect, effect)} <strong>${escapeHtml(stage)}</strong> ${html(text)}</p>`,
  )
  return `<div class="finding ${first.effect}">${lines.join('')}${fix === null ? '' : fixPart(fix, names)}</div>`
}

const fixPart = ({ sentence, block }: NonNullable<FindingGroup['fix']>, names: readonly string[]): string =>
  `<p>→ ${html(advice(sentence, names))}</p>${block === null ? '' : blockHtml(block)}`

function metricsPart(model: ModelView): readonly string[] {
  if (model.metrics.length === 0) return []
  const gated = model.metrics.filter((metric) => metric.gated)
  const compared = areCompared(model.metrics)
  const rows = grid(
    'Metrics',
    ['verdict', 'metric', ...(compared ? ['baseline'] : []), 'candidate', ...(compared ? ['change'] : []), 'limit'],
    model.metrics.map((metric) => [
      { html: metricBadge(metric) },
      { html: html(metric.name) },
      ...(compared ? [{ html: html(metric.baseline), figure: true }] : []),
      { html: html(metric.candidate), figure: true },
      ...(compared ? [{ html: html(metric.change), figure: true }] : []),
      { html: metric.limit.length === 0 ? '–' : html(metric.limit).replaceAll(/([≤≥]) /g, '$1&nbsp;') },
    ]),
  )
  const plots = gated.flatMap((metric) => {
    const title = `${plain(metric.name)}: baseline ${plain(metric.baseline)}, candidate ${plain(metric.candidate)}, limit ${plain(metric.limit) || 'none'}`
    const drawn = intervalPlot(metric, title)
    const caption = `<figcaption><strong>${html(metric.name)}</strong> ${metricBadge(metric)} ${compared ? `<span class="note">${html(metric.change)}</span>` : ''}</figcaption>`
    return drawn === '' ? [] : [`<figure>${caption}${drawn}</figure>`]
  })
  const statistics = statisticsIn(model.findings.flatMap(({ stage, text }) => (stage === 'evaluate' ? [plain(text)] : [])))
  return [
    heading('Metrics'),
    rows,
    ...(gated.length === model.metrics.length ? [] : ['<p class="note">Metrics without a verdict are shown, but not gated.</p>']),
    ...(statistics === '' ? [] : [`<p class="note">${escapeHtml(statistics)}.</p>`]),
    ...(plots.length === 0 ? [] : [`<div class="plots">${plots.join('')}</div>`]),
    ...(plots.length === 0
      ? []
      : [
          '<p class="note">Whiskers are 95 % intervals of each level on its own; the verdict compares the two on the same rows, which is sharper. The shaded side of a dashed limit fails.</p>',
        ]),
    ...(model.evaluation.length === 0 ? [] : [`<ul>${model.evaluation.map((note) => `<li>${html(note)}</li>`).join('')}</ul>`]),
  ]
}

function calibrationPart({ calibration }: ModelView): readonly string[] {
  if (calibration === null) return []
  return [
    heading('Calibration'),
    `<p>${html(calibration.note)}.</p>`,
    `<figure>${reliabilityPlot(calibration.points, 'Share of rows that came true against the probability the model gave, in bins')}</figure>`,
    '<p class="note">Each point is a bin of rows: to the right what the model promised, upwards what came true, with 95 % intervals. Calibrated probabilities lie on the line.</p>',
  ]
}

function fairnessPart({ fairness }: ModelView): readonly string[] {
  if (fairness === null) return []
  const rows = fairness.rows.map((row) => [{ html: metricBadge(row) }, ...fairnessCells(row).map((cell) => ({ html: html(cell) }))])
  return [
    heading('Fairness'),
    `<p class="lead">${html(fairness.summary)}.</p>`,
    `<p>${html(join(fairness.notes, '. '))}.</p>`,
    grid('Fairness', fairnessHeader, rows),
    '<p class="note">Groups are called by their column and their place in the order of its values. A group with too few rows for a measure is not compared.</p>',
  ]
}

const metricBadge = (metric: Pick<MetricView, 'gated' | 'effect' | 'word'>): string => {
  if (!metric.gated) return '–'
  return metric.effect === 'pass' && metric.word !== 'pass' ? badge('neutral', metric.word) : badge(metric.effect, metric.word)
}

const stateBadge = ({ state, word }: { readonly state: string; readonly word: string }): string =>
  badge(state === 'fail' || state === 'warn' ? state : 'neutral', word)

function slicesPart({ slices }: ModelView): readonly string[] {
  if (slices === null) return []
  const words = 3 // state, slice and metric; what follows are figures
  const rows = slices.rows.map((row) => {
    const [, ...rest] = cellsOf(row)
    return [{ html: stateBadge(row) }, ...rest.map((text, at) => ({ html: html(text), figure: at + 1 >= words }))]
  })
  return [
    heading('Slices'),
    `<p class="lead">${html(slices.summary)}</p>`,
    `<p class="note">${html(join(slices.notes, '. '))}.</p>`,
    grid('Slices', sliceHeader, rows),
  ]
}

const maxCharts = 12
const pairsTitle = 'Columns that go together differently'

function driftPart(model: ModelView): readonly string[] {
  const { drift } = model
  if (drift === null || drift.rows.length === 0) return []
  const rows = grid(
    'Drift of columns',
    ['state', 'column', 'JS*', 'about as far as', 'warn / fail at', 'certainty', 'what moved'],
    drift.rows.map((row) => [
      { html: stateBadge(row) },
      { html: html(row.family === 'features' ? name(row.column) : say`${name(row.column)} (${own(row.family)})`) },
      { html: html(row.distance), figure: true },
      { html: html(row.size.length === 0 ? own('–') : row.size) },
      { html: html(row.limits), figure: true },
      { html: html(row.certainty), figure: true },
      { html: html(row.summary) },
    ]),
  )
  const bars = driftBars(drift.rows, (row) => `${plain(name(row.column)).slice(0, 36)}: ${row.word}`, `Drift: ${plain(drift.summary)}`)
  const charts = drift.rows
    .filter((row) => row.cells.length > 0)
    .slice(0, maxCharts)
    .map(sharesFigure)
  return [
    heading('Drift'),
    `<p class="lead">${html(sentence(drift.summary))}</p>`,
    `<p>${html(join(drift.notes, '. '))}.</p>`,
    ...(drift.classifier === null ? [] : [`<p>${html(drift.classifier)}.</p>`]),
    ...(bars === '' ? [] : [`<figure>${bars}</figure>`]),
    `<p class="note">${escapeHtml(driftWords)} Dashed lines are where it warns and where it fails, labels and predictions at half the distance.</p>`,
    ...(charts.length === 0
      ? []
      : [
          '<p class="note">Shares of the rows: hollow at the reference, filled today. Numbers in tenths of the reference, values of a label by their rank in it.</p>',
          `<div class="plots">${charts.join('')}</div>`,
        ]),
    rows,
    ...pairsPart(drift.pairs),
  ]
}

function sharesFigure(row: DriftRow): string {
  const title = `${plain(name(row.column))}: shares of the rows at the reference and today`
  const caption = `<figcaption><strong>${html(name(row.column))}</strong> ${stateBadge(row)} <span class="note">JS* ${html(row.distance)}${row.size.length === 0 ? '' : `, about ${html(row.size)}`}</span></figcaption>`
  return `<figure>${caption}${shareBars(row.cells, title)}</figure>`
}

function pairsPart(pairs: readonly PairRow[]): readonly string[] {
  if (pairs.length === 0) return []
  return [
    heading(pairsTitle),
    grid(
      pairsTitle,
      ['state', 'columns', 'by', 'reference', 'current', 'change', 'certainty'],
      pairs.map((pair) => [
        { html: stateBadge(pair) },
        { html: html(pair.pair) },
        { html: html(pair.measure) },
        { html: html(pair.reference), figure: true },
        { html: html(pair.current), figure: true },
        { html: html(pair.change), figure: true },
        { html: html(pair.certainty), figure: true },
      ]),
    ),
  ]
}

/** Of a part of a model, or of the whole run, where no model is above it. */
const heading = (title: string, level: 2 | 3 = 3): string =>
  level === 2 ? `<h2 class="part">${escapeHtml(title)}</h2>` : `<h3>${escapeHtml(title)}</h3>`

const listPart = (title: string, notes: readonly Text[], level: 2 | 3 = 3): readonly string[] =>
  notes.length === 0 ? [] : [heading(title, level), `<ul>${notes.map((note) => `<li>${html(note)}</li>`).join('')}</ul>`]

interface Cell {
  readonly html: string
  readonly figure?: boolean
}

/** Wider than a phone: whoever has no pointer scrolls it with the arrow keys. */
function grid(title: string, header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const name = escapeHtml(title)
  const head = header.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('')
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td${cell.figure ? ' class="figure"' : ''}>${cell.html}</td>`).join('')}</tr>`)
  return `<div class="scroll" role="region" aria-label="${name}" tabindex="0"><table><caption>${name}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}
