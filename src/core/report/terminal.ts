/** The verdict as plain text: what the command line ends with. No colour, no control character, one line a stage. */
import { shorten } from '../text/visible.ts'
import { blockLines } from './escape.ts'
import type { Finding } from './findings.ts'
import { grouped } from './fixes.ts'
import { duration } from './format.ts'
import { areCompared, type MetricView } from './metric-view.ts'
import { wiringTitle } from './policy-view.ts'
import type { Report } from './report.ts'
import { statisticsIn } from './statistics-words.ts'
import { name, plain, prose, type Text } from './text.ts'
import { type ModelView, undecidedTitle, viewOf } from './view.ts'

const words = { pass: 'PASS', warn: 'WARN', fail: 'FAIL', error: 'ERROR', skipped: 'skipped' } as const

/** @param files where it is told at length: named after the verdict once more, for whoever reads from below has scrolled past the first line */
export function verdictTable(report: Report, files: readonly string[] = []): string {
  const view = viewOf(report)
  const verdict = `${words[view.verdict]}  ${plain(view.title)}`
  const changed = view.policy === null ? [] : [...listed(view.policy.title, view.policy.policy), ...listed(wiringTitle, view.policy.wiring)]
  const own = findingLines(view.findings)
  const body = [...own, ...(own.length === 0 ? [] : ['']), ...changed, ...view.models.flatMap(modelLines)]
  const told = [verdict, '', ...body].join('\n').trimEnd()
  return files.length === 0 ? told : `${told}\n\n${verdict}: ${files.join(', ')}`
}

const listed = (title: string, sentences: readonly Text[]): readonly string[] =>
  sentences.length === 0 ? [] : [`${title}:`, ...sentences.map((sentence) => `  ${plain(sentence)}`), '']

/** The verdict's reasons and what to do about them before any figure. */
function modelLines(model: ModelView): readonly string[] {
  const stages = model.stages.map((stage) => [stage.stage, words[stage.verdict], duration(stage.durationMs), plain(stage.text)])
  const findings = findingLines(model.findings)
  const undecided = model.undecided.map(({ text }) => plain(text))
  const explained = statisticsIn([...findings, ...undecided])
  return [
    `${plain(name(model.name))}: ${plain(model.headline)}`,
    `  ${plain(model.promotion)}`,
    ...part(findings),
    ...part(columns(metricCells(model.metrics.filter((metric) => metric.gated)))),
    ...part(model.slices === null ? [] : [`  slices: ${plain(model.slices.summary)}`]),
    ...part(model.drift === null || model.drift.rows.length === 0 ? [] : [`  drift: ${plain(model.drift.summary)}`]),
    ...part(undecided.length === 0 ? [] : [`  ${undecidedTitle}:`, ...undecided.map((text) => `  - ${text}`)]),
    ...part(explained === '' ? [] : [`  ${explained}`]),
    ...part(model.waived.map((text) => `  waived: ${plain(text)}`)),
    ...part(columns(stages)),
    ...part(model.notConfigured.length === 0 ? [] : [`  not configured: ${plain(model.notConfigured)}`]),
    '',
  ]
}

const part = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : ['', ...lines])

const findingLines = (findings: readonly Finding[]): readonly string[] =>
  grouped(findings).flatMap(({ findings: alike, fix, names }) => [
    ...alike.map(({ effect, stage, text }) => `  ${words[effect]}  ${stage}: ${plain(text)}`),
    ...(fix === null ? [] : [`        → ${plain(prose(fix.sentence, names))}`]),
    ...(fix?.block == null ? [] : blockLines(fix.block).map((line) => `          ${line}`)),
  ])

/** The level of today before what it was: the change ends the row, for it is the longest. */
function metricCells(metrics: readonly MetricView[]): readonly (readonly string[])[] {
  if (metrics.length === 0) return []
  const compared = areCompared(metrics)
  const rows = metrics.map((metric) => [
    plain(metric.name),
    metric.effect === 'pass' && metric.word !== 'pass' ? metric.word : words[metric.effect],
    ...(compared ? [plain(metric.baseline)] : []),
    plain(metric.candidate),
    plain(metric.limit) || '–',
    ...(compared ? [plain(metric.change)] : []),
  ])
  const header = compared ? ['metric', 'verdict', 'baseline', 'candidate', 'limit', 'change'] : ['metric', 'verdict', 'candidate', 'limit']
  return [header, ...rows]
}

const widest = 60

/** Rows under each other, two spaces between columns. What ends a row pushes nothing aside, and is told whole. */
function columns(cells: readonly (readonly string[])[]): readonly string[] {
  const rows = cells.map((row) => row.map((cell, column) => (column < row.length - 1 ? shorten(cell, widest) : cell)))
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
}
