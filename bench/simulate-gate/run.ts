/**
 * Does the evaluation gate keep what it promises? Models that are equal or worse by a known amount, intervals, reuse of a holdout, slices and groups, judged by
 * the product's own code. Prints the tables and ends with 1 when a target is missed by more than the simulation's own error.
 *
 *     node bench/simulate-gate/run.ts [--short] [--seed 20260101] [--out FILE.md] [--json FILE.json] [--keep FILE.json] [--only coverage,groups,…]
 *
 * What `few` counts is a report of its own, `FILE-few.md` beside `--out FILE.md`; `--only few` writes that alone.
 * `--keep` writes each part when it is done, and takes what the file already has: a run that was stopped goes on there. `--only` names what is drawn, `coverage:50` for
 * one size; with a kept file the others are reported as they were kept.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { metricNames } from '../../src/core/metrics/table.ts'
import { keptIn } from '../kept.ts'
import { countAttainable } from './attainable.ts'
import { blockCases, countBlocks, kinds } from './blocks.ts'
import { type Coverage, cheapOf, countCoverage, populations, together, worsePopulations } from './coverage.ts'
import { countFew, fewWorlds } from './few.ts'
import { countGroups } from './groups.ts'
import { report, reportFew } from './report.ts'
import { countReuse } from './reuse.ts'
import { meanShareCoverage, rates, shareCoverage } from './shares.ts'
import { countSlices, pooled } from './slices.ts'
import { holdsTooOften } from './targets.ts'

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    seed: { type: 'string', default: '20260101' },
    out: { type: 'string' },
    json: { type: 'string' },
    only: { type: 'string' },
    keep: { type: 'string' },
  },
})
const seed = Number(values.seed)

/** What a slice of numbers is judged by, without draws. */
const ofNumbers = metricNames('regression').filter((name) => name !== 'medae' && name !== 'max_error')

/**
 * How much of each is drawn. The full form is an hour of one processor, most of it resampling for coverage: 220 worlds or more wherever they are cheap, so that the standard error of a
 * share of 95 % is 1.5 points. Larger worlds cost more and are fewer: 80 of 1,000 rows, 2.4 points, and 10 of 5,000, 6.9 points, which shows an interval that is far off and no more. What is
 * a formula is cheap, and has 200 more of 1,000 rows and 90 more of 5,000, in which a change may be cheap whose level is not. Of a change that is not 0: 100 worlds of 200 rows and 20 of 1,000, and 200 more of each where the change is a formula.
 * Of slices by every metric there are 40 runs of a binary task, 20 of classes and labels, 80 of numbers (20 of medians, which are drawn), 220 more of four metrics of numbers, and 10
 * of lists and series. The short form is a part of a minute.
 * Of few rows: 1,000 worlds of 200, of which 7.5 % wrong is a miss, and 400 of 1,000, of which 9 % is.
 */
const plan = values.short
  ? {
      blocks: { sizes: [200, 1000], runs: 1200, fewest: 25 },
      shares: [50, 200, 1000],
      coverage: [{ rows: 200, runs: 60, times: 1 }],
      cheap: [],
      worse: [],
      metrics: ['accuracy', 'f1', 'roc_auc', 'log_loss', 'mae', 'rmse', 'ndcg', 'mase', 'crps', 'subset_accuracy'],
      reuse: [{ rows: 500, runs: 100 }],
      few: [{ rows: 200, differ: 12, runs: 10 }],
      slices: [{ population: 'answers', metrics: ['accuracy'], rows: 20_000, runs: 15 }],
      groups: [{ alike: 0.3, groups: 50, runs: 30 }],
    }
  : {
      blocks: { sizes: [200, 1000, 5000, 20_000], runs: 4000, fewest: 220 },
      shares: [50, 100, 200, 1000, 5000],
      coverage: [
        { rows: 50, runs: 220, times: 1 },
        { rows: 200, runs: 220, times: 1 },
        { rows: 1000, runs: 40, times: 2 },
        { rows: 5000, runs: 10, times: 1 },
      ],
      // changes that are not 0; beside them, equal models
      worse: [
        { rows: 200, runs: 100, cheap: 200 },
        { rows: 1000, runs: 20, cheap: 200 },
      ],
      cheap: [
        { rows: 1000, runs: 100, times: 2 },
        { rows: 5000, runs: 90, times: 1 },
      ],
      metrics: undefined,
      reuse: [
        { rows: 500, runs: 220 },
        { rows: 2000, runs: 220 },
      ],
      few: [2.5, 12, 40].flatMap((differ) => [
        { rows: 200, differ, runs: 1000 },
        { rows: 1000, differ, runs: 400 },
      ]),
      slices: [
        { population: 'answers', metrics: ['accuracy'], rows: 20_000, runs: 220 },
        { population: 'classifier', metrics: ['roc_auc', 'log_loss', 'f1'], rows: 20_000, runs: 100 },
        // four hundred rows a slice, every metric of the task
        { population: 'classifier', metrics: undefined, rows: 4000, runs: 40 },
        ...['three classes', 'amounts', 'amounts, some far off', 'three labels'].map((population) => ({
          population,
          metrics: undefined,
          rows: 4000,
          runs: 20,
        })),
        // more of what costs little: one alarm more among twenty says nothing
        ...['amounts', 'amounts, some far off'].map((population) => ({ population, metrics: ofNumbers, rows: 4000, runs: 60 })),
        { population: 'amounts', metrics: ['mae', 'rmse', 'crps', 'interval_coverage'], rows: 4000, runs: 220 },
        // errors in bins, where both models are as wrong, or the candidate less so
        ...['both too certain', 'the baseline too certain'].map((which) => ({
          population: `classifier, ${which}`,
          metrics: ['ece', 'ece_excess'],
          rows: 4000,
          runs: 20,
        })),
        ...['lists of queries', 'many series'].map((population) => ({ population, metrics: undefined, rows: 1000, runs: 10 })),
      ],
      groups: [0, 0.1, 0.3].flatMap((alike) => [30, 100].map((groups) => ({ alike, groups, runs: 220 }))),
    }

/** what tells these worlds from those of all metrics */
const CHEAP = 1000

const asked = values.only?.split(',')
const kept = keptIn(values.keep)
const left: string[] = []

/** @param rows of a world; @param key what else tells this part from others: another plan is another part */
function part<T>(name: string, rows: number, key: object, count: () => readonly T[]): readonly T[] {
  const id = `${name}:${rows} ${seed} ${JSON.stringify(key)}`
  if (asked && !kept.has(id) && !asked.includes(name) && !asked.includes(`${name}:${rows}`)) {
    left.push(id)
    return []
  }
  return kept.take(id, count)
}

const { blocks, metrics } = plan

/** More worlds of what costs little: both intervals of a metric, or that of its change where its level is drawn. */
function cheaply(name: string, rows: number) {
  return plan.cheap
    .filter((one) => one.rows === rows)
    .flatMap(({ runs, times }) =>
      Array.from({ length: times }, (_, at) => {
        const again = CHEAP + at
        const both = () => cheapOf(name, rows)
        const changes = () => {
          const known = both()
          return cheapOf(name, rows, ['change']).filter((metric) => !known.includes(metric))
        }
        return [
          ...part('cheap', rows, { name, runs, again: at }, () => countCoverage(name, rows, runs, seed, { only: both(), again })),
          ...part('cheap', rows, { name, runs, again: at, of: 'change' }, () =>
            countCoverage(name, rows, runs, seed, { only: changes(), again, of: ['change'] }),
          ),
        ]
      }).flat(),
    )
}

const covered: readonly Coverage[] = [
  ...plan.coverage.flatMap(({ rows, runs, times }) => {
    const byTime = Array.from({ length: times }, (_, again) =>
      Object.keys(populations).map((name) =>
        part('coverage', rows, { name, runs, metrics, ...(again === 0 ? {} : { again }) }, () =>
          countCoverage(name, rows, runs, seed, { only: metrics, again }),
        ),
      ),
    )
    return Object.keys(populations).flatMap((name, at) => together([...byTime.map((found) => found[at] ?? []), cheaply(name, rows)]))
  }),
  ...plan.worse.flatMap(({ rows, runs, cheap }) =>
    Object.keys(worsePopulations).flatMap((name) =>
      together([
        part('worse', rows, { name, runs }, () => countCoverage(name, rows, runs, seed, { of: ['change'] })),
        part('worse', rows, { name, cheap }, () =>
          countCoverage(name, rows, cheap, seed, { only: cheapOf(name, rows, ['change']), again: CHEAP, of: ['change'] }),
        ),
      ]),
    ),
  ),
]

/** Of what held too often, in the worlds that were drawn for it first. */
const attainable = covered.filter(holdsTooOften).flatMap((one) => {
  const { population, rows, metric, part: of } = one
  const worlds = plan.coverage.find((size) => size.rows === rows)?.runs
  return worlds === undefined
    ? []
    : part('attainable', rows, { name: population, metric, of, runs: worlds }, () => {
        const found = countAttainable(one, worlds, seed)
        return found === null ? [] : [found]
      })
})

const counted = {
  shares: plan.shares.map(meanShareCoverage),
  shareTable: plan.shares.flatMap((rows) => shareCoverage(rows, rates)),
  reused: plan.reuse.flatMap(({ rows, runs }) => part('reuse', rows, { runs }, () => [countReuse(rows, runs, seed)])),
  blocked: blocks.sizes.flatMap((rows) =>
    kinds.flatMap((kind) =>
      part('blocks', rows, { name: kind.name, runs: blocks.runs }, () =>
        blockCases(kind, rows, blocks.runs, blocks.fewest).map((one) => countBlocks(one, seed)),
      ),
    ),
  ),
  sliced: pooled(
    plan.slices.flatMap(({ population, metrics: own, rows, runs }) =>
      part('slices', rows, { population, metrics: own, runs }, () => countSlices(population, rows, runs, seed, own)),
    ),
  ),
  covered,
  attainable,
  grouped: plan.groups.flatMap(({ alike, groups, runs }) =>
    part('groups', groups, { alike, runs }, () => countGroups(alike, groups, runs, seed)),
  ),
}

// what `few` counts is a report of its own
const leftOut = left.length

const few = plan.few.flatMap(({ rows, differ, runs }) =>
  Object.keys(fewWorlds).flatMap((name) =>
    part('few', rows, { name, differ, runs, wrong: true }, () => countFew(name, rows, differ, runs, seed)),
  ),
)

const how = { seed, short: values.short }
const reports = [
  ...(asked?.every((name) => name.startsWith('few')) ? [] : [{ ...report(counted, { ...how, left: leftOut }), file: values.out }]),
  ...(few.length === 0 ? [] : [{ ...reportFew(few, how), file: values.out?.replace(/(\.md)?$/, '-few$1') }]),
]
for (const { text, missed, file } of reports) {
  console.log(text)
  if (file) writeFileSync(file, text)
  if (missed.length > 0) process.exitCode = 1
}
if (values.json)
  writeFileSync(
    values.json,
    `${JSON.stringify(
      reports.flatMap(({ targets }) => targets),
      null,
      2,
    )}\n`,
  )
