/** The verdict as plain text: what the command line ends with. No colour, no control character, one line a stage. */
import { shorten } from '../text/visible.ts'
import { blockLines } from './escape.ts'
import { duration } from './format.ts'
import { wiringTitle } from './policy-view.ts'
import type { Report } from './report.ts'
import { name, plain, type Text } from './text.ts'
import { type ModelView, viewOf } from './view.ts'

const words = { pass: 'PASS', warn: 'WARN', fail: 'FAIL', error: 'ERROR', skipped: 'skipped' } as const

export function verdictTable(report: Report): string {
  const view = viewOf(report)
  const lines = view.models.flatMap(modelLines)
  const own = view.findings.flatMap((finding) => [`  ${words[finding.effect]}  ${plain(finding.text)}`])
  const changed = view.policy === null ? [] : [...listed(view.policy.title, view.policy.policy), ...listed(wiringTitle, view.policy.wiring)]
  return [`${words[view.verdict]}  ${plain(view.title)}`, '', ...changed, ...lines, ...own].join('\n').trimEnd()
}

const listed = (title: string, sentences: readonly Text[]): readonly string[] =>
  sentences.length === 0 ? [] : [`${title}:`, ...sentences.map((sentence) => `  ${plain(sentence)}`), '']

function modelLines(model: ModelView): readonly string[] {
  const stages = model.stages.map((stage) => [stage.stage, words[stage.verdict], duration(stage.durationMs), plain(stage.text)])
  const metrics = model.metrics
    .filter((metric) => metric.gated)
    .map((metric) => [
      plain(metric.name),
      metric.effect === 'pass' && metric.word !== 'pass' ? metric.word : words[metric.effect],
      `${plain(metric.baseline)} → ${plain(metric.candidate)}`,
      plain(metric.change),
      plain(metric.limit),
    ])
  const findings = model.findings.flatMap((finding) => [
    `  ${words[finding.effect]}  ${finding.stage}: ${plain(finding.text)}`,
    ...(finding.fix === null ? [] : blockLines(finding.fix.trim()).map((line) => `        ${line}`)),
  ])
  return [
    `${plain(name(model.name))}: ${plain(model.headline)}`,
    `  ${plain(model.promotion)}`,
    '',
    ...columns(stages),
    ...(metrics.length === 0 ? [] : ['', ...columns(metrics)]),
    ...(model.slices === null ? [] : ['', `  slices: ${plain(model.slices.summary)}`]),
    ...(model.drift === null || model.drift.rows.length === 0 ? [] : ['', `  drift: ${plain(model.drift.summary)}`]),
    ...(findings.length === 0 ? [] : ['', ...findings]),
    ...(model.undecided.length === 0 ? [] : ['', ...model.undecided.map(({ status, text }) => `  ${status}: ${plain(text)}`)]),
    ...(model.waived.length === 0 ? [] : ['', ...model.waived.map((text) => `  waived: ${plain(text)}`)]),
    ...(model.notConfigured.length === 0 ? [] : ['', `  not configured: ${plain(model.notConfigured)}`]),
    '',
  ]
}

const widest = 60

/** Rows under each other, two spaces between columns. */
function columns(cells: readonly (readonly string[])[]): readonly string[] {
  const rows = cells.map((row) => row.map((cell) => shorten(cell, widest)))
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
}
