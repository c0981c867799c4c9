/**
 * The report's drawings: inline SVG without script, style attribute or reference. Each says in words what it shows (`<title>`), and nothing in
 * it is only a colour: candidate is filled, baseline hollow, limits are dashed and named.
 */
import type { CalibrationView } from './calibration-view.ts'
import type { ShareCell } from './drift-shares.ts'
import type { DriftRow } from './drift-view.ts'
import { escapeHtml } from './escape.ts'
import type { Mark, MetricView } from './metric-view.ts'

const width = 480

const at = (x: number): string => (Math.round(x * 10) / 10).toString()
const text = (x: number, y: number, words: string, className: string, anchor: 'start' | 'middle' | 'end' = 'start'): string =>
  `<text x="${at(x)}" y="${at(y)}" class="${className}" text-anchor="${anchor}">${escapeHtml(words)}</text>`
const line = (x1: number, y1: number, x2: number, y2: number, className: string): string =>
  `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" class="${className}"/>`
const svg = (height: number, title: string, body: readonly string[]): string =>
  `<svg viewBox="0 0 ${width} ${height}" role="img" preserveAspectRatio="xMidYMid meet"><title>${escapeHtml(title)}</title>${body.join('')}</svg>`

const finite = (values: readonly (number | null)[]): readonly number[] =>
  values.flatMap((value) => (value !== null && Number.isFinite(value) ? [value] : []))

/** Candidate under baseline with their intervals on the metric's own scale, the limits, and the side of each that fails shaded. */
export function intervalPlot({ plot }: MetricView, title: string): string {
  const { candidate, baseline } = plot
  if (candidate === null) return ''
  const limits = [...plot.limits].sort((a, b) => a.at - b.at)
  const ends = (mark: Mark | null): readonly (number | null)[] => (mark === null ? [] : [mark.value, ...(mark.interval ?? [])])
  const values = finite([...ends(candidate), ...ends(baseline), ...limits.map((limit) => limit.at)])
  const low = Math.min(...values)
  const high = Math.max(...values)
  const pad = (high - low || Math.abs(high) || 1) * 0.14
  const [left, right, top, bottom] = [88, width - 6, 6, 92]
  const x = (value: number): number => left + ((value - (low - pad)) / (high - low + 2 * pad)) * (right - left)

  const shades = limits
    .filter((limit) => limit.severity === 'fail')
    .map((limit) => {
      const [from, to] = limit.bad === 'below' ? [left, x(limit.at)] : [x(limit.at), right]
      return `<rect x="${at(from)}" y="${top}" width="${at(Math.max(0, to - from))}" height="${bottom - top}" class="bad"/>`
    })
  // neighbours' labels stand on two lines, so that they never cover each other
  const marks = limits.flatMap((limit, index) => [
    line(x(limit.at), top, x(limit.at), bottom + 4, `limit ${limit.severity}`),
    text(x(limit.at), bottom + 20 + (index % 2) * 18, limit.label, `small ${limit.severity}`, anchorOf(x(limit.at), left, right)),
  ])
  return svg(bottom + 26 + (limits.length > 1 ? 18 : 0), title, [
    ...shades,
    line(left, bottom, right, bottom, 'frame'),
    ...marks,
    ...whisker(baseline, 34, 'baseline', x, left, right),
    ...whisker(candidate, 74, 'candidate', x, left, right),
  ])
}

function whisker(
  mark: Mark | null,
  y: number,
  what: 'baseline' | 'candidate',
  x: (value: number) => number,
  left: number,
  right: number,
): readonly string[] {
  const word = text(0, y + 4, what, 'axis')
  if (mark === null) return [word, text(left + 8, y + 4, 'none yet', 'small')]
  const [from, to] = [mark.interval?.[0] ?? mark.value, mark.interval?.[1] ?? mark.value]
  const ends = (mark.interval ?? []).flatMap((end) => (end === null ? [] : [line(x(end), y - 5, x(end), y + 5, `whisker ${what}`)]))
  return [
    word,
    line(x(from), y, x(to), y, `whisker ${what}`),
    ...ends,
    `<circle cx="${at(x(mark.value))}" cy="${y}" r="5.5" class="point ${what}"/>`,
    text(x(mark.value), y - 11, mark.label, 'small value', anchorOf(x(mark.value), left, right)),
  ]
}

const anchorOf = (x: number, left: number, right: number): 'start' | 'middle' | 'end' =>
  x < left + 40 ? 'start' : x > right - 40 ? 'end' : 'middle'

const maxBars = 30

/** JS* of each column as a bar, worst first, with the thresholds that count for it as ticks. */
export function driftBars(rows: readonly DriftRow[], label: (row: DriftRow) => string, title: string): string {
  const shown = rows.filter((row) => row.js !== null).slice(0, maxBars)
  if (shown.length === 0) return ''
  const [left, right, step] = [0, width - 56, 44] // a label has the whole width, above its bar: on a phone the letters are half as large again
  const top = Math.max(0.25, ...shown.map((row) => Math.max(row.js ?? 0, row.byJs ? (row.fail ?? row.warn ?? 0) : 0) * 1.1))
  const x = (value: number): number => left + (value / top) * (right - left)
  // labels and predictions have other limits than features: those that most rows have are named
  const named = usualLimits(shown)
  // each beside its tick, away from the other
  const legend = named.map(([word, limit], index) =>
    text(x(limit), 12, `${word} ${limit}`, `small ${word}`, named.length < 2 ? 'middle' : index === 0 ? 'end' : 'start'),
  )
  const bars = shown.flatMap((row, index) => {
    const y = index * step + 18
    const value = row.js ?? 0
    const limits = row.byJs ? ([['warn', row.warn] as const, ['fail', row.fail] as const] satisfies readonly Limit[]) : []
    return [
      text(left, y + 13, label(row), 'axis'),
      `<rect x="${left}" y="${y + 23}" width="${at(right - left)}" height="14" class="track"/>`,
      `<rect x="${left}" y="${y + 23}" width="${at(Math.max(1, x(value) - left))}" height="14" class="bar ${row.state}"/>`,
      ...limits.flatMap(([word, limit]) => (limit === null ? [] : [line(x(limit), y + 20, x(limit), y + 40, `limit ${word}`)])),
      text(right + 8, y + 34, value.toFixed(3), 'small value'),
    ]
  })
  return svg(shown.length * step + 22, title, [...legend, ...bars])
}

type Limit = readonly ['warn' | 'fail', number | null]

function usualLimits(rows: readonly DriftRow[]): readonly (readonly ['warn' | 'fail', number])[] {
  const features = rows.filter((row) => row.byJs && row.family === 'features')
  const [first] = features.length > 0 ? features : rows.filter((row) => row.byJs)
  if (first === undefined) return []
  return (['warn', 'fail'] as const).flatMap((word) => (first[word] === null ? [] : [[word, first[word]] as const]))
}

/** Two shares with the same digits, so that they can be compared. */
function shareChange({ reference, current }: ShareCell): string {
  const digits = Math.min(reference, current) < 0.1 ? 1 : 0
  const [before, after] = [reference, current].map((share) => (share > 0 && share < 0.001 ? '< 0.1' : (share * 100).toFixed(digits)))
  return `${before} → ${after} %`
}

/** Shares of the rows in each cell of one column: reference hollow above, current filled below. */
export function shareBars(cells: readonly ShareCell[], title: string): string {
  if (cells.length === 0) return ''
  const [left, right, step] = [154, width - 124, 30]
  const top = Math.max(0.01, ...cells.flatMap((cell) => [cell.reference, cell.current]))
  const long = (value: number): string => at(Math.max(0.5, (value / top) * (right - left)))
  const bars = cells.flatMap((cell, index) => {
    const y = index * step + 4
    return [
      text(left - 10, y + 15, cell.name, 'axis', 'end'),
      `<rect x="${left}" y="${y + 1}" width="${long(cell.reference)}" height="9" class="part reference"/>`,
      `<rect x="${left}" y="${y + 12}" width="${long(cell.current)}" height="9" class="part current"/>`,
      text(right + 10, y + 15, shareChange(cell), 'small value'),
    ]
  })
  return svg(cells.length * step + 4, title, [line(left, 2, left, cells.length * step, 'frame'), ...bars])
}

/** Promised against came true: the line is where calibrated probabilities lie. */
export function reliabilityPlot(points: CalibrationView['points'], title: string): string {
  const [left, right, top, bottom] = [60, width - 6, 6, 246]
  const x = (value: number): number => left + value * (right - left)
  const y = (value: number): number => bottom - value * (bottom - top)
  const marks = points.flatMap(({ mean, observed, low, high }) => [
    line(x(mean), y(low), x(mean), y(high), 'whisker candidate'),
    `<circle cx="${at(x(mean))}" cy="${at(y(observed))}" r="4.5" class="point candidate"/>`,
  ])
  const ticks = [0, 0.5, 1].flatMap((tick) => [
    text(x(tick), bottom + 16, String(tick), 'small', tick === 0 ? 'start' : tick === 1 ? 'end' : 'middle'),
    text(left - 8, y(tick) + (tick === 1 ? 10 : 4), String(tick), 'small', 'end'),
  ])
  return svg(bottom + 36, title, [
    line(left, bottom, right, bottom, 'frame'),
    line(left, top, left, bottom, 'frame'),
    line(x(0), y(0), x(1), y(1), 'ideal'),
    ...marks,
    ...ticks,
    text((left + right) / 2, bottom + 32, 'probability', 'axis', 'middle'),
    text(0, top + (bottom - top) / 4, 'true', 'axis'),
  ])
}
