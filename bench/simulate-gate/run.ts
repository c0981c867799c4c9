/**
 * Does the evaluation gate keep what it promises? Models that are equal or worse by a known amount, intervals, reuse of a holdout, slices and groups, judged by
 * the product's own code. Prints the tables and ends with 1 when a target is missed by more than the simulation's own error.
 *
 *     node bench/simulate-gate/run.ts [--short] [--seed 20260101] [--out FILE.md] [--json FILE.json] [--only blocks,coverage,reuse,slices,groups]
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { blockCases, countBlocks } from './blocks.ts'
import { countCoverage, populations } from './coverage.ts'
import { countGroups } from './groups.ts'
import { report } from './report.ts'
import { countReuse } from './reuse.ts'
import { meanShareCoverage, rates, shareCoverage } from './shares.ts'
import { countSlices } from './slices.ts'

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    seed: { type: 'string', default: '20260101' },
    out: { type: 'string' },
    json: { type: 'string' },
    only: { type: 'string' },
  },
})
const seed = Number(values.seed)

/** How much of each is drawn. The full form is an hour and a half of one processor, most of it resampling for coverage; the short one a part of a minute. */
const plan = values.short
  ? {
      blocks: { sizes: [200, 1000], runs: 1200, fewest: 25 },
      shares: [50, 200, 1000],
      coverage: [{ rows: 200, runs: 150 }],
      metrics: ['accuracy', 'f1', 'roc_auc', 'log_loss', 'mae'],
      reuse: [{ rows: 500, runs: 150 }],
      slices: [{ metric: 'accuracy', rows: 20_000, runs: 25 }],
      groups: [{ alike: 0.3, groups: 50, runs: 30 }],
    }
  : {
      blocks: { sizes: [200, 1000, 5000, 20_000], runs: 20_000, fewest: 500 },
      shares: [50, 100, 200, 1000, 5000],
      coverage: [
        { rows: 50, runs: 2000 },
        { rows: 200, runs: 1000 },
        { rows: 1000, runs: 500 },
        { rows: 5000, runs: 200 },
      ],
      metrics: undefined,
      reuse: [
        { rows: 500, runs: 2000 },
        { rows: 2000, runs: 2000 },
      ],
      slices: [
        { metric: 'accuracy', rows: 20_000, runs: 500 },
        { metric: 'accuracy', rows: 100_000, runs: 100 },
        { metric: 'roc_auc', rows: 20_000, runs: 300 },
        { metric: 'log_loss', rows: 20_000, runs: 100 },
        { metric: 'f1', rows: 20_000, runs: 100 },
      ],
      groups: [0, 0.1, 0.3].flatMap((alike) => [30, 100, 300].map((groups) => ({ alike, groups, runs: 1000 }))),
    }

const asked = values.only?.split(',')
function part<T>(name: string, count: () => readonly T[]): readonly T[] {
  if (asked && !asked.includes(name)) return []
  const start = performance.now()
  const found = count()
  process.stderr.write(`${name}: ${Math.round((performance.now() - start) / 1000)} s\n`)
  return found
}

const counted = {
  blocked: part('blocks', () => blockCases(plan.blocks.sizes, plan.blocks.runs, plan.blocks.fewest).map((one) => countBlocks(one, seed))),
  shares: plan.shares.map(meanShareCoverage),
  shareTable: plan.shares.flatMap((rows) => shareCoverage(rows, rates)),
  covered: part('coverage', () =>
    plan.coverage.flatMap(({ rows, runs }) =>
      Object.keys(populations).flatMap((name) => countCoverage(name, rows, runs, seed, plan.metrics)),
    ),
  ),
  reused: part('reuse', () => plan.reuse.map(({ rows, runs }) => countReuse(rows, runs, seed))),
  sliced: part('slices', () => plan.slices.map(({ metric, rows, runs }) => countSlices(metric, rows, runs, seed))),
  grouped: part('groups', () => plan.groups.flatMap(({ alike, groups, runs }) => countGroups(alike, groups, runs, seed))),
}

const { text, targets, missed } = report(counted, { seed, short: values.short })
console.log(text)
if (values.out) writeFileSync(values.out, text)
if (values.json) writeFileSync(values.json, `${JSON.stringify(targets, null, 2)}\n`)
if (missed.length > 0) process.exitCode = 1
