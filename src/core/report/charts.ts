/**
 * The report's drawings: inline SVG without script, style attribute or reference. Each says in words what it shows (`<title>`), and nothing in
 * it is only a colour: candidate is filled, baseline hollow, limits are dashed and named.
 */
import type { DriftRow } from './drift-view.ts'
import { escapeHtml } from './escape.ts'
import type { Mark, MetricView } from './metric-view.ts'

const width = 640

const at = (x: number): string => (Math.round(x * 10) / 10).toString()
const text = (x: number, y: number, words: string, className: string, anchor: 'start' | 'middle' | 'end' = 'start'): string =>
  `<text x="${at(x)}" y="${at(y)}" class="${className}" text-anchor="${anchor}">${escapeHtml(words)}</text>`
const line = (x1: number, y1: number, x2: number, y2: number, className: string): string =>
  `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" class="${className}"/>`
const svg = (height: number, title: string, body: readonly string[]): string =>
  `<svg viewBox="0 0 ${width} ${height}" role="img" preserveAspectRatio="xMidYMid meet"><title>${escapeHtml(title)}</title>${body.join('')}</svg>`

const finite = (values: readonly (number | null)[]): readonly number[] =>
  values.flatMap((value) => (value !== null && Number.isFinite(value) ? [value] : []))

/** Candidate over baseline with their intervals on the metric's own scale, the limits, and the side of each that fails shaded. */
export function intervalPlot(metric: MetricView, title: string): string {
  const { candidate, baseline, limits, label } = metric.plot
  if (candidate === null) return ''
  const ends = (mark: Mark | null): readonly (number | null)[] => (mark === null ? [] : [mark.value, ...(mark.interval ?? [])])
  const values = finite([...ends(candidate), ...ends(baseline), ...limits.map((limit) => limit.at)])
  const low = Math.min(...values)
  const high = Math.max(...values)
  const pad = (high - low || Math.abs(high) || 1) * 0.12
  const [left, right] = [92, width - 16]
  const x = (value: number): number => left + ((value - (low - pad)) / (high - low + 2 * pad)) * (right - left)
  const bottom = 84

  const shades = limits
    .filter((limit) => limit.severity === 'fail')
    .map((limit) => {
      const [from, to] = limit.bad === 'below' ? [left, x(limit.at)] : [x(limit.at), right]
      return `<rect x="${at(from)}" y="8" width="${at(Math.max(0, to - from))}" height="${bottom - 8}" class="bad"/>`
    })
  const marks = limits.flatMap((limit) => [
    line(x(limit.at), 8, x(limit.at), bottom, `limit ${limit.severity}`),
    text(x(limit.at), bottom + 30, `limit ${label(limit.at)}`, `small ${limit.severity}`, anchorOf(x(limit.at), left, right)),
  ])
  const whisker = (mark: Mark | null, y: number, words: string, className: string): readonly string[] => {
    if (mark === null) return [text(0, y + 4, words, 'axis'), text(left, y + 4, 'none yet', 'small')]
    const [from, to] = [mark.interval?.[0] ?? mark.value, mark.interval?.[1] ?? mark.value]
    return [
      text(0, y + 4, words, 'axis'),
      line(x(from), y, x(to), y, `whisker ${className}`),
      line(x(from), y - 5, x(from), y + 5, `whisker ${className}`),
      line(x(to), y - 5, x(to), y + 5, `whisker ${className}`),
      `<circle cx="${at(x(mark.value))}" cy="${y}" r="5.5" class="point ${className}"/>`,
      text(x(mark.value), y - 10, label(mark.value), 'small value', anchorOf(x(mark.value), left, right)),
    ]
  }
  return svg(bottom + 38, title, [
    ...shades,
    line(left, bottom, right, bottom, 'frame'),
    ...marks,
    ...whisker(baseline, 30, 'baseline', 'baseline'),
    ...whisker(candidate, 64, 'candidate', 'candidate'),
  ])
}

const anchorOf = (x: number, left: number, right: number): 'start' | 'middle' | 'end' =>
  x < left + 40 ? 'start' : x > right - 40 ? 'end' : 'middle'

const maxBars = 30

/** JS* of each column as a bar, furthest first, with the thresholds that count for it as ticks. */
export function driftBars(rows: readonly DriftRow[], label: (row: DriftRow) => string, title: string): string {
  const shown = rows.filter((row) => row.js !== null).slice(0, maxBars)
  if (shown.length === 0) return ''
  const [left, right, step] = [190, width - 56, 26]
  const top = Math.max(0.25, ...shown.map((row) => Math.max(row.js ?? 0, row.fail) * 1.1))
  const x = (value: number): number => left + (value / top) * (right - left)
  const bars = shown.flatMap((row, index) => {
    const y = index * step + 8
    const value = row.js ?? 0
    return [
      text(left - 10, y + 13, label(row), 'axis', 'end'),
      `<rect x="${left}" y="${y + 3}" width="${at(right - left)}" height="14" class="track"/>`,
      `<rect x="${left}" y="${y + 3}" width="${at(Math.max(1, x(value) - left))}" height="14" class="bar ${row.state}"/>`,
      line(x(row.warn), y, x(row.warn), y + 20, 'limit warn'),
      line(x(row.fail), y, x(row.fail), y + 20, 'limit fail'),
      text(right + 8, y + 14, value.toFixed(3), 'small value'),
    ]
  })
  return svg(shown.length * step + 14, title, bars)
}
