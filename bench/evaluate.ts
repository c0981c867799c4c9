/**
 * What the judging of an evaluation costs: every metric of a binary task gated, with its intervals and the paired comparison of two models; the
 * two models in 200 slices of the rows, by the usual metric; the DeLong comparison alone; the pages that are made of it. At 100,000 to
 * 3,000,000 rows. Scores are made in the process; each size has a process of its own, whose peak of memory is that of the whole.
 *
 * Times are processor time of the process, garbage collection on other threads included, so that what else the machine does is not counted;
 * the wall time is less where a core is free.
 *
 *     node bench/evaluate.ts [--short] [--runs 1] [--only 100000,300000] [--out FILE.md] [--json FILE]
 *
 * `--short` judges 20,000 and 100,000 rows: it shows that everything runs. The full form ends with 1 when a target is missed.
 */
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { judge } from '../src/core/evaluate/judge.ts'
import { type SliceColumn, slicesOf } from '../src/core/evaluate/slice-rows.ts'
import { judgeSlices } from '../src/core/evaluate/slices.ts'
import type { BinaryScores } from '../src/core/metrics/scores.ts'
import { metricNames, metrics, usualMetric } from '../src/core/metrics/table.ts'
import { renderHtml } from '../src/core/report/html.ts'
import { reportMarkdown } from '../src/core/report/markdown.ts'
import type { MetricSpec } from '../src/core/schema/config.ts'
import { aucDifference, aucParts } from '../src/core/stats/delong.ts'
import { random } from '../src/core/stats/random.ts'
import { ranking } from '../src/core/stats/ranking.ts'
import { type Case, machine, markdown } from './data-report.ts'
import { evaluationReport } from './evaluation-report.ts'
import { measure, round } from './measure.ts'

interface Times {
  readonly judgeMs: number
  /** of 200 slices, from codes of columns on */
  readonly slicesMs: number
  readonly usualMs: number
  readonly delongMs: number
  /** of the report as HTML and the comment as Markdown, the first time and the median of twenty */
  readonly pagesMs: readonly [first: number, median: number]
}

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    runs: { type: 'string', default: '1' },
    only: { type: 'string' },
    one: { type: 'string' },
    out: { type: 'string' },
    json: { type: 'string' },
  },
})

const levels = [...Array(10).keys()]
const slices = 20 * levels.length

if (values.one === undefined) await report()
else process.stdout.write(JSON.stringify(judgeOnce(Number(values.one))))

/** Late flights: 20 % positives, two models whose scores share most of what they know, single precision as a runtime gives it. */
function models(rows: number): readonly [BinaryScores, BinaryScores] {
  const source = random(20260101)
  const y = new Uint8Array(rows)
  const shared = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    y[i] = source.next() < 0.2 ? 1 : 0
    shared[i] = 1.1 * (y[i] ?? 0) - 1.6 + source.normal()
  }
  const model = (noise: number): BinaryScores => {
    const score = new Float64Array(rows)
    const predicted = new Uint8Array(rows)
    for (let i = 0; i < rows; i++) {
      const p = Math.fround(1 / (1 + Math.exp(-((shared[i] ?? 0) + noise * source.normal()))))
      score[i] = p
      predicted[i] = p >= 0.5 ? 1 : 0
    }
    return { task: 'binary', y, score, predicted }
  }
  return [model(0.3), model(0.35)]
}

/** Twenty columns of ten levels. */
function sliceColumns(rows: number): readonly SliceColumn[] {
  const source = random(20260102)
  return Array.from({ length: slices / levels.length }, (_, j) => {
    const codes = new Uint16Array(rows)
    for (let i = 0; i < rows; i++) codes[i] = source.below(levels.length)
    return { name: `column ${j}`, codes, labels: levels.map(String), order: levels, hidden: false }
  })
}

function judgeOnce(rows: number): Times {
  const [baseline, candidate] = models(rows)
  const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const
  const spec = (name: string): MetricSpec => ({ name, metric: name, params: {}, certainty: 'literal' })
  const names = metricNames('binary').filter((name) => metrics[name]?.of.binary !== undefined)
  const all = { candidate, baseline, missing: null, specs: names.map(spec), mode: 'guard', policy } as const
  const { value: judged, ms: judgeMs } = timed(() => judge(all))
  const columns = sliceColumns(rows)
  const { value: parts, ms: slicesMs } = timed(() => {
    const families = columns.map((column) => slicesOf([column], 30, true))
    return judgeSlices({
      families,
      candidate,
      baseline,
      missing: null,
      specs: [spec(usualMetric(candidate))],
      policy,
      minRows: 30,
      notes: [],
    })
  })
  const { ms: usualMs } = timed(() => judge({ ...all, specs: [] }))
  const { ms: delongMs } = timed(() => {
    const [first, second] = [baseline, candidate].map(({ score }) => aucParts(ranking(score ?? new Float64Array()), candidate.y))
    if (first && second) aucDifference(first, second, candidate.y)
  })
  const shown = evaluationReport(rows, judged, parts)
  const pages = Array.from({ length: 21 }, () => timed(() => [renderHtml(shown), reportMarkdown(shown)]).ms)
  const [first = 0, ...warm] = pages
  return { judgeMs, slicesMs, usualMs, delongMs, pagesMs: [first, warm.sort((a, b) => a - b)[10] ?? 0] }
}

function timed<T>(work: () => T): { readonly value: T; readonly ms: number } {
  const start = process.cpuUsage()
  const value = work()
  const { user, system } = process.cpuUsage(start)
  return { value, ms: (user + system) / 1000 }
}

async function report(): Promise<void> {
  const runs = Number(values.runs)
  const sizes = values.only?.split(',').map(Number) ?? (values.short ? [20_000, 100_000] : [100_000, 300_000, 1_000_000, 3_000_000])
  const self = fileURLToPath(import.meta.url)
  const found = await measure(
    sizes.map((rows) => ({ name: String(rows), argv: [process.execPath, self, '--one', String(rows)] })),
    { runs, warm: 0 },
  )
  const count = metricNames('binary').length
  const [smallest] = sizes
  const times = found.map(({ stdout }): Times => JSON.parse(stdout))
  const cases = sizes.flatMap((rows, at): Case[] => {
    const time = times[at]
    const first = times[0]
    if (!time || !first || smallest === undefined) return []
    const shown = rows.toLocaleString('en')
    // n log n of the smallest size, and half as much again for caches that no longer hold the rows
    const most = round(((1.5 * rows) / smallest) * (Math.log(rows) / Math.log(smallest)), 1)
    const all = ({ judgeMs, slicesMs }: Times) => judgeMs + slicesMs
    const ratio = all(time) / all(first)
    const large = rows === 3_000_000
    const peak = found[at]?.peak ?? null
    return [
      {
        name: `${shown} rows: ${count} metrics gated, two models, and ${slices} slices of them`,
        seconds: all(time) / 1000,
        peak,
        ...(at === 0 ? {} : { ratio, against: `${smallest.toLocaleString('en')} rows`, most: `${most} ×${large ? ' and 20 s' : ''}` }),
        ...(large ? { peakMost: 1.5e9, met: all(time) <= 20_000 && ratio <= most && (peak ?? 0) <= 1.5e9 } : {}),
      },
      { name: `${shown} rows, of that the ${slices} slices`, seconds: time.slicesMs / 1000, peak: null },
      { name: `${shown} rows, the usual metric gated`, seconds: time.usualMs / 1000, peak: null },
      {
        name: `${shown} rows, DeLong of two models`,
        seconds: time.delongMs / 1000,
        peak: null,
        ...(large ? { most: '3 s', met: time.delongMs <= 3000 } : {}),
      },
      ...(rows === 100_000
        ? [
            { name: `${shown} rows, report.html and report.md of that, first time`, seconds: time.pagesMs[0] / 1000, peak: null },
            { name: `${shown} rows, the same, median of twenty`, seconds: time.pagesMs[1] / 1000, peak: null },
          ]
        : []),
    ]
  })
  const text = `${machine({ cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), runs, short: values.short, node: process.version, built: false, note: ' of processor time, garbage collection on other threads included; the machine does other work, too' })}\n\n${markdown(cases)}`
  process.stdout.write(text)
  if (values.out) writeFileSync(values.out, text)
  if (values.json) writeFileSync(values.json, `${JSON.stringify(cases, null, 2)}\n`)
  if (!values.short && cases.some((one) => one.met === false)) process.exitCode = 1
}
