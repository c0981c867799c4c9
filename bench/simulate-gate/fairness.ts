/**
 * Do the gates of fairness and of calibration keep what they promise? Groups that are treated alike, or one of them worse by a known amount; equal models, whose
 * gaps did not rise; probabilities that are calibrated, or too extreme; all judged by the product's own code. Prints a table, and ends with 1 when a target is missed
 * by more than the simulation's own error.
 *
 *     node bench/simulate-gate/fairness.ts [--short] [--seed 20260101] [--out FILE.md]
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { judgeCalibration } from '../../src/core/evaluate/calibration.ts'
import { judgeFairness } from '../../src/core/evaluate/fairness.ts'
import { slicesOf } from '../../src/core/evaluate/slice-rows.ts'
import type { BinaryScores } from '../../src/core/metrics/scores.ts'
import { count } from '../../src/core/report/format.ts'
import { type FairnessLimits, usualCalibration } from '../../src/core/schema/config.ts'
import { type Random, random } from '../../src/core/stats/random.ts'
import { seedOf } from '../simulate/repetition.ts'
import { interval, judgeTarget, percent, type Target } from '../simulate/tally.ts'
import { policy } from './blocks.ts'

interface World {
  /** rows of the whole, and how many groups they are shared out to */
  readonly rows: number
  readonly groups: number
  /** points by which fewer positives of the first group are found */
  readonly worse: number
}

const measures = ['selection_rate', 'equalized_odds', 'precision', 'calibration', 'roc_auc'] as const
const margin = 0.01

const limits = (key: 'maxDifference' | 'maxRise', names: readonly string[]): readonly FairnessLimits[] =>
  names.map((measure) => ({ name: measure, measure, named: null, certainty: 'guard', [key]: { fail: margin } }))

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** A calibrated model of rows with 30 % positives; of the first group a share of the found ones is turned round. */
function answers(codes: ArrayLike<number>, { rows, worse }: World, rng: Random): BinaryScores {
  const score = new Float64Array(rows)
  const y = new Uint8Array(rows)
  const predicted = new Uint8Array(rows)
  for (let i = 0; i < rows; i++) {
    const p = sigmoid(-1.2 + 1.6 * rng.normal())
    score[i] = p
    y[i] = rng.next() < p ? 1 : 0
    const found = p >= 0.3 ? 1 : 0
    predicted[i] = codes[i] === 0 && found === 1 && y[i] === 1 && rng.next() < worse / 0.72 ? 0 : found
  }
  return { task: 'binary', y, score, predicted }
}

const fails = (checks: readonly { readonly effect: string }[]): boolean => checks.some(({ effect }) => effect === 'fail')

/** Another model that is as good: the score of each row drawn about the same. */
const alike = (scores: BinaryScores, rng: Random): BinaryScores => {
  const score = Float64Array.from(scores.score ?? [], (p) => sigmoid(Math.log(p / (1 - p)) + 0.3 * rng.normal()))
  return { ...scores, score, predicted: Uint8Array.from(score, (p) => (p >= 0.3 ? 1 : 0)) }
}

function gaps(world: World, runs: number, seed: number, kind: 'difference' | 'rise'): { readonly k: number; readonly n: number } {
  const rng = random(seedOf(seed, world.rows, world.groups, kind === 'rise' ? 1 : 2, Math.round(1000 * world.worse)))
  let k = 0
  for (let run = 0; run < runs; run++) {
    const codes = Uint16Array.from({ length: world.rows }, () => rng.below(world.groups))
    const labels = Array.from({ length: world.groups }, (_, code) => String(code))
    const { slices: groups } = slicesOf([{ name: 'column', codes, labels, order: [...labels.keys()], hidden: true }], 1, true)
    const truth = answers(codes, world, rng)
    const [candidate, baseline] = kind === 'rise' ? [alike(truth, rng), alike(truth, rng)] : [truth, null]
    const asked = world.worse > 0 ? ['tpr'] : measures
    const { checks } = judgeFairness({
      columns: [{ column: 'column', groups, without: 0 }],
      candidate,
      baseline,
      missing: baseline ? null : { kind: 'no-baseline', because: 'there is none' },
      spec: { by: [['column']], minRows: 50, metrics: limits(kind === 'rise' ? 'maxRise' : 'maxDifference', asked) },
      policy,
    })
    k += Number(fails(checks))
  }
  return { k, n: runs }
}

/** @param sharper what the log-odds of calibrated probabilities are multiplied by */
function promises(rows: number, sharper: number, runs: number, seed: number): { readonly k: number; readonly n: number } {
  const rng = random(seedOf(seed, rows, Math.round(100 * sharper), 3))
  let k = 0
  for (let run = 0; run < runs; run++) {
    const odds = Float64Array.from({ length: rows }, () => 1.5 * rng.normal())
    const y = Uint8Array.from(odds, (x) => (rng.next() < sigmoid(x) ? 1 : 0))
    const score = odds.map((x) => sigmoid(sharper * x))
    const candidate: BinaryScores = { task: 'binary', y, score, predicted: Uint8Array.from(score, (p) => (p >= 0.5 ? 1 : 0)) }
    k += Number(fails(judgeCalibration({ candidate, baseline: null, spec: usualCalibration, policy }).checks))
  }
  return { k, n: runs }
}

export function fairnessTargets(runs: number, seed: number): readonly Target[] {
  const alike = [
    { rows: 600, groups: 2, worse: 0 },
    { rows: 2000, groups: 2, worse: 0 },
    { rows: 4000, groups: 8, worse: 0 },
  ]
  return [
    ...alike.map((world) => ({
      what: `${world.groups} groups alike, ${count(world.rows)} rows, ${measures.length} measures: any gap fails`,
      ...gaps(world, runs, seed, 'difference'),
      most: 0.055,
    })),
    ...alike.map((world) => ({
      what: `two models as good, ${world.groups} groups, ${count(world.rows)} rows: any rise of a gap fails`,
      ...gaps(world, Math.ceil(runs / 4), seed, 'rise'),
      most: 0.055,
    })),
    {
      what: 'of 2 groups, 2,000 rows, one has 20 points fewer of its positives found: that fails',
      ...gaps({ rows: 2000, groups: 2, worse: 0.2 }, runs, seed, 'difference'),
      least: 0.8,
    },
    ...[150, 1000, 10_000].map((rows) => ({
      what: `calibrated probabilities, ${count(rows)} rows: calibration fails`,
      ...promises(rows, 1, runs, seed),
      most: 0.02,
    })),
    { what: 'log-odds twice as large, 1,000 rows: calibration fails', ...promises(1000, 2, runs, seed), least: 0.8 },
  ]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { short: { type: 'boolean', default: false }, seed: { type: 'string', default: '20260101' }, out: { type: 'string' } },
  })
  const verdicts = fairnessTargets(values.short ? 60 : 100, Number(values.seed)).map(judgeTarget)
  const lines = verdicts.map(({ what, k, n, rate, least, most, met }) => {
    const [low, high] = interval(k, n)
    const wanted = least === undefined ? `≤ ${percent(most ?? 1)}` : `≥ ${percent(least)}`
    return `| ${what} | ${count(n)} | ${percent(rate)} [${percent(low)}, ${percent(high)}] | ${wanted} | ${met ? 'met' : 'MISSED'} |`
  })
  const text = [
    '# Simulated fairness and calibration',
    '',
    `\`node bench/simulate-gate/fairness.ts${values.short ? ' --short' : ''} --seed ${values.seed}\`: limits of one point, everything else at its default; in brackets the exact binomial interval at 99 %.`,
    '',
    '| what | runs | rate | wanted | |',
    '|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n')
  process.stdout.write(text)
  if (values.out) writeFileSync(values.out, text)
  if (verdicts.some(({ met }) => !met)) process.exitCode = 1
}
