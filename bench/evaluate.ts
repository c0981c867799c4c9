/**
 * What the judging of an evaluation costs: every metric of a binary task gated, with its intervals and the paired comparison of two models,
 * and the DeLong comparison alone, at 100,000 to 3,000,000 rows. Scores are made in the process; each size has a process of its own, whose
 * peak of memory is that of the whole.
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
import type { BinaryScores } from '../src/core/metrics/scores.ts'
import { metricNames, metrics } from '../src/core/metrics/table.ts'
import type { MetricSpec } from '../src/core/schema/config.ts'
import { aucDifference, aucParts } from '../src/core/stats/delong.ts'
import { random } from '../src/core/stats/random.ts'
import { ranking } from '../src/core/stats/ranking.ts'
import { type Case, machine, markdown } from './data-report.ts'
import { measure, round } from './measure.ts'

interface Times {
  readonly judgeMs: number
  readonly usualMs: number
  readonly delongMs: number
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

function judgeOnce(rows: number): Times {
  const [baseline, candidate] = models(rows)
  const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const
  const spec = (name: string): MetricSpec => ({ name, metric: name, params: {}, certainty: 'literal' })
  const timed = (work: () => unknown): number => {
    const start = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1000
  }
  const names = metricNames('binary').filter((name) => metrics[name]?.of.binary !== undefined)
  const judgeMs = timed(() => judge({ candidate, baseline, missing: null, specs: names.map(spec), mode: 'guard', policy }))
  const usualMs = timed(() => judge({ candidate, baseline, missing: null, specs: [], mode: 'guard', policy }))
  const delongMs = timed(() => {
    const parts = [baseline, candidate].map(({ score }) => aucParts(ranking(score ?? new Float64Array()), candidate.y))
    const [first, second] = parts
    if (first && second) aucDifference(first, second, candidate.y)
  })
  return { judgeMs, usualMs, delongMs }
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
    const ratio = time.judgeMs / first.judgeMs
    const large = rows === 3_000_000
    return [
      {
        name: `${shown} rows, ${count} metrics gated, two models`,
        seconds: time.judgeMs / 1000,
        peak: found[at]?.peak ?? null,
        ...(at === 0 ? {} : { ratio, against: `${smallest.toLocaleString('en')} rows`, most: `${most} ×` }),
        ...(large ? { peakMost: 1.5e9, met: time.judgeMs <= 20_000 && ratio <= most && (found[at]?.peak ?? 0) <= 1.5e9 } : {}),
      },
      { name: `${shown} rows, the usual metric gated`, seconds: time.usualMs / 1000, peak: null },
      {
        name: `${shown} rows, DeLong of two models`,
        seconds: time.delongMs / 1000,
        peak: null,
        ...(large ? { most: '3 s', met: time.delongMs <= 3000 } : {}),
      },
    ]
  })
  const text = `${machine({ cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), runs, short: values.short, node: process.version, built: false })}\n\n${markdown(cases)}`
  process.stdout.write(text)
  if (values.out) writeFileSync(values.out, text)
  if (values.json) writeFileSync(values.json, `${JSON.stringify(cases, null, 2)}\n`)
  if (!values.short && cases.some((one) => one.met === false)) process.exitCode = 1
}
