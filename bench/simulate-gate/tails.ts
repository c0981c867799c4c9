/**
 * P-values far out, of changes that are read from draws: where Holm corrects for sixty metrics, or a holdout was used often, a change is held against levels such as 0.0002. How often is one
 * called smaller, or larger, than it is by so small a p-value? And how often is one found, against a z test that is told the true standard error, and against what the same draws say where
 * they end (`core/stats/drawn-tail.ts`)? Draws are added as the product adds them (`core/evaluate/finely.ts`). Prints tables, and ends with 1 when a target is missed by more than
 * the simulation's own error.
 *
 *     node bench/simulate-gate/tails.ts [--short] [--seed 20260101] [--out FILE.md] [--keep FILE.json] [--only PART]
 *
 * Draws are most of what a world costs. Where 200 of them, of which the standard error is read, say a p-value of more than 0.05 on both sides, none at these levels is asked for.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Test } from '../../src/core/evaluate/change-test.ts'
import { isShort, STEPS } from '../../src/core/evaluate/finely.ts'
import { type More, type Resampling, resampling } from '../../src/core/evaluate/resampling.ts'
import { count } from '../../src/core/report/format.ts'
import { normalQuantile } from '../../src/core/stats/normal.ts'
import { random } from '../../src/core/stats/random.ts'
import { keptIn } from '../kept.ts'
import { seedOf } from '../simulate/repetition.ts'
import { interval, judgeTarget, percent, type Target } from '../simulate/tally.ts'
import { compare, spec } from './blocks.ts'
import { changeIn, populations, worsePopulations } from './coverage.ts'
import { binary, draw, type Pair } from './populations.ts'

/** 0.05 among 25 metrics, and among 80; α spent by the seventh candidate of a holdout is 0.0006, by the twelfth 0.0002. */
export const levels = [0.002, 0.0006, 0.0002] as const
/** the fiftieth: fewer than one in 80,000, of which 40,000 draws alone say nothing */
const reachLevels = [...levels, 0.000012] as const

const farWorse: Readonly<Record<string, Pair>> = {
  'binary, 30 % positives, one model much worse': binary({ positives: 0.3, apart: 1.6, seed: 21 })(6),
  'binary, 30 % positives, one model knows little': binary({ positives: 0.3, apart: 1.6, seed: 21 })(30),
}

/** Near 1 a metric has farther to fall than to rise, which t of the change does not know: of a change that is not 0 p-values are too small there, however they are made. */
const toldOnly: ReadonlySet<string> = new Set(['binary, nearly perfect, one model worse'])

interface Part {
  readonly population: string
  readonly rows: number
  readonly metrics: readonly string[]
  readonly runs: number
}

export interface Far {
  readonly population: string
  readonly rows: number
  readonly metric: string
  /** worlds in which there was a test */
  readonly runs: number
  /** by level: worlds in which the change was called smaller than it is, or larger; the same, of draws alone, which end */
  readonly wrong: readonly number[]
  readonly ended: readonly number[]
}

export interface Reached {
  readonly population: string
  readonly rows: number
  readonly metric: string
  readonly runs: number
  /** by level: worlds in which the candidate was found to be worse; by the product, where its draws end, and by a z test that knows the standard error */
  readonly found: readonly number[]
  readonly ended: readonly number[]
  readonly known: readonly number[]
}

const SCREEN = 0.05

type Asked = (test: Test) => readonly [p: number, little: number]

const below =
  (at: number): Asked =>
  (test) => [test.below(at), test.tails?.[0] ?? 0]
const above =
  (at: number): Asked =>
  (test) => [test.above(at), test.tails?.[1] ?? 0]

/** One change, its tests made when they are asked for. */
class Change {
  readonly #made = new Map<string, Test | null>()
  readonly #draws: Resampling = resampling()
  readonly #world: Pair
  readonly #metric: string

  constructor(world: Pair, metric: string) {
    this.#world = world
    this.#metric = metric
  }

  #test(more: More | null): Test | null {
    const key = JSON.stringify(more)
    const known = this.#made.get(key)
    if (known !== undefined) return known
    const [found] = compare(this.#world, [spec(this.#metric)], more ? this.#draws.finer(more) : this.#draws)
    const test = found?.change.test ?? null
    this.#made.set(key, test)
    return test
  }

  /** Is the p-value at most `level`, from as many draws as the product would make? @param steps how it adds them */
  reaches(asked: Asked, level: number, steps: readonly More[] = STEPS): boolean {
    let test = this.#test(null)
    for (const more of steps) {
      if (!test) return false
      const [p, little] = asked(test)
      if (!isShort(p, little, level)) break
      test = this.#test(more)
    }
    return test !== null && asked(test)[0] <= level
  }
}

const steps = STEPS.map((more) => ({ ...more, beyond: false }))

function pairOf(population: string): Pair {
  const pair = populations[population] ?? worsePopulations[population] ?? farWorse[population]
  if (!pair) throw new RangeError(`no population ${population}`)
  return pair
}

/** @param screened false: nothing is left out, which gives the same */
export function countFar({ population, rows, metrics, runs }: Part, seed: number, screened = true): readonly Far[] {
  const pair = pairOf(population)
  const rng = random(seedOf(seed, rows, 4, ...new TextEncoder().encode(population)))
  const counts = new Map(
    metrics.map((metric) => [metric, { runs: 0, wrong: levels.map(() => 0), ended: levels.map(() => 0), truth: changeIn(pair, metric) }]),
  )
  for (let run = 0; run < runs; run++) {
    const world = draw(pair, rows, rng)
    const few = compare(
      world,
      metrics.map((metric) => spec(metric)),
      resampling(null, 200),
    )
    for (const { spec: one, change } of few) {
      const into = counts.get(one.name)
      if (!into || !change.test) continue
      into.runs += 1
      const { truth } = into
      if (screened && Math.min(change.test.below(truth), change.test.above(truth)) > SCREEN) continue
      const own = new Change(world, one.name)
      const sides = [below(truth), above(truth)]
      for (const [j, level] of levels.entries()) {
        into.wrong[j] = (into.wrong[j] ?? 0) + Number(sides.some((side) => own.reaches(side, level)))
        into.ended[j] = (into.ended[j] ?? 0) + Number(sides.some((side) => own.reaches(side, level, steps)))
      }
    }
  }
  return [...counts].map(([metric, { truth: _, ...found }]) => ({ population, rows, metric, ...found }))
}

export function countReached({ population, rows, metrics, runs }: Part, seed: number): readonly Reached[] {
  const pair = pairOf(population)
  const rng = random(seedOf(seed, rows, 5, ...new TextEncoder().encode(population)))
  const counts = new Map(
    metrics.map((metric) => [
      metric,
      {
        changes: [] as number[],
        worse: Math.sign(changeIn(pair, metric)),
        found: reachLevels.map(() => 0),
        ended: reachLevels.map(() => 0),
      },
    ]),
  )
  for (let run = 0; run < runs; run++) {
    const world = draw(pair, rows, rng)
    const few = compare(
      world,
      metrics.map((metric) => spec(metric)),
      resampling(null, 200),
    )
    for (const { spec: one, change } of few) {
      const into = counts.get(one.name)
      if (!into || !change.test) continue
      into.changes.push(into.worse * change.value)
      const asked = into.worse < 0 ? below(0) : above(0)
      if (asked(change.test)[0] > SCREEN) continue
      const own = new Change(world, one.name)
      for (const [j, level] of reachLevels.entries()) {
        into.found[j] = (into.found[j] ?? 0) + Number(own.reaches(asked, level))
        into.ended[j] = (into.ended[j] ?? 0) + Number(own.reaches(asked, level, steps))
      }
    }
  }
  return [...counts].map(([metric, { changes, found, ended }]) => {
    const mean = changes.reduce((sum, x) => sum + x, 0) / changes.length
    const sd = Math.sqrt(changes.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (changes.length - 1))
    const known = reachLevels.map((level) => changes.filter((x) => x >= normalQuantile(1 - level) * sd).length)
    return { population, rows, metric, runs: changes.length, found, ended, known }
  })
}

const ofOrder = ['pr_auc', 'brier_skill', 'recall_at_fpr', 'precision_at_recall']
const ofAmounts = ['rmse', 'r2', 'medae', 'wape']

const plan = (short: boolean) => {
  const times = short ? 0.01 : 1
  const part = (population: string, rows: number, metrics: readonly string[], runs: number): Part => ({
    population,
    rows,
    metrics,
    runs: Math.ceil(runs * times),
  })
  return {
    far: [
      part('binary, 30 % positives', 200, ofOrder, 4000),
      part('binary, 30 % positives, one model worse', 200, ofOrder, 3000),
      part('binary, nearly perfect, one model worse', 200, ofOrder, 3000),
      part('amounts', 200, ofAmounts, 3000),
      part('amounts, one model worse', 200, ofAmounts, 2000),
      part('three labels', 200, ['f1', 'pr_auc'], 1000),
      part('binary, 5 % positives', 1000, ofOrder, 1000),
      part('amounts, some far off', 1000, ofAmounts, 600),
    ],
    reached: [
      part('binary, 30 % positives, one model much worse', 200, ['pr_auc', 'brier_skill'], 40),
      part('binary, 30 % positives, one model knows little', 300, ['recall_at_fpr', 'precision_at_recall'], 40),
    ],
  }
}

/** Of one metric in all worlds: a rate in one of them is beyond what so many runs can tell. */
export function farTargets(all: readonly Far[]): readonly Target[] {
  const far = all.filter(({ population }) => !toldOnly.has(population))
  const metrics = [...new Set(far.map(({ metric }) => metric))]
  const rate = (name: string, own: readonly Far[]): readonly Target[] =>
    levels.map((level, j) => ({
      what: `${name}: p ≤ ${level} on either side of the truth`,
      k: own.reduce((sum, { wrong }) => sum + (wrong[j] ?? 0), 0),
      n: own.reduce((sum, { runs }) => sum + runs, 0),
      most: 2 * level,
    }))
  return metrics.flatMap((metric) =>
    rate(
      metric,
      far.filter((one) => one.metric === metric),
    ),
  )
}

/** Fifteen points less than the z test: Student's t and a correction of bias take some of that. */
export const reachedTargets = (reached: readonly Reached[]): readonly Target[] =>
  reached.flatMap(({ population, rows, metric, runs, found, known }) =>
    reachLevels.map((level, j) => ({
      what: `${metric}, ${population}, ${count(rows)} rows: found at ${level}`,
      k: found[j] ?? 0,
      n: runs,
      least: Math.max(0, (known[j] ?? 0) / runs - 0.15),
    })),
  )

const tiny = (share: number): string => (share === 0 ? '0' : `${(100 * share).toFixed(3)} %`)

function tables(far: readonly Far[], reached: readonly Reached[], how: string): { readonly text: string; readonly missed: boolean } {
  const wrong = farTargets(far).map(judgeTarget)
  const found = reachedTargets(reached).map(judgeTarget)
  const met = (ok: boolean) => (ok ? 'met' : 'MISSED')
  const text = [
    '# Simulated p-values far out',
    '',
    `${how}: changes that are read from draws, which the product adds to as long as they are not enough, and from the last on with a normal tail; in brackets the exact binomial interval at 99 %.`,
    '',
    '## The change called smaller, or larger, than it is',
    '',
    'Both sides together, so that twice the level may be wrong; equal models, and a candidate that is worse by what is tested.',
    '',
    '| what | worlds | wrong | most | |',
    '|---|---|---|---|---|',
    ...wrong.map(
      ({ what, n, rate, bounds: [low, high], most, met: ok }) =>
        `| ${what} | ${count(n)} | ${tiny(rate)} [${tiny(low)}, ${tiny(high)}] | ${tiny(most ?? 1)} | ${met(ok)} |`,
    ),
    '',
    'Of each population, and in brackets by the same draws where nothing goes on beyond the last.',
    '',
    `| metric | population | rows | worlds |${levels.map((level) => ` ${level} |`).join('')}`,
    `|---|---|---|---|${levels.map(() => '---|').join('')}`,
    ...far.map(
      ({ metric, population, rows, runs, wrong: k, ended }) =>
        `| ${metric} | ${population} | ${count(rows)} | ${count(runs)} |${k.map((x, j) => ` ${x} (${ended[j] ?? 0}) |`).join('')}`,
    ),
    '',
    `Not counted above: ${[...toldOnly].join('; ')}. Near 1 a metric has farther to fall than to rise, which t of the change does not know: of a change that is not 0 such p-values are too small there, with or without what goes on beyond the draws.`,
    '',
    '## A worse candidate is found',
    '',
    'The last level is that of the fiftieth candidate of a holdout. By the product; by the same draws where nothing goes on beyond the last; by a z test that is told the true standard error.',
    '',
    '| metric | population | rows | level | worlds | found | draws alone | z test | |',
    '|---|---|---|---|---|---|---|---|---|',
    ...reached.flatMap(({ metric, population, rows, runs, ended, known }) =>
      reachLevels.map((level, j) => {
        const one = found.find(({ what }) => what === `${metric}, ${population}, ${count(rows)} rows: found at ${level}`)
        const [low, high] = interval(one?.k ?? 0, runs)
        return `| ${metric} | ${population} | ${count(rows)} | ${level} | ${count(runs)} | ${percent((one?.k ?? 0) / runs)} [${percent(low)}, ${percent(high)}] | ${percent((ended[j] ?? 0) / runs)} | ${percent((known[j] ?? 0) / runs)} | ${met(one?.met ?? false)} |`
      }),
    ),
    '',
  ].join('\n')
  return { text, missed: [...wrong, ...found].some(({ met: ok }) => !ok) }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      seed: { type: 'string', default: '20260101' },
      out: { type: 'string' },
      keep: { type: 'string' },
      only: { type: 'string' },
    },
  })
  const seed = Number(values.seed)
  const kept = keptIn(values.keep)
  const { far, reached } = plan(values.short)
  const part = <T>(name: string, one: Part, of: (one: Part, seed: number) => readonly T[]): readonly T[] => {
    const id = `${name} ${one.population} ${one.rows} ${one.runs} ${seed}`
    return values.only && !kept.has(id) && !id.startsWith(values.only) ? [] : kept.take(id, () => of(one, seed))
  }
  const how = `\`node bench/simulate-gate/tails.ts${values.short ? ' --short' : ''} --seed ${seed}\``
  const { text, missed } = tables(
    far.flatMap((one) => part('far', one, countFar)),
    reached.flatMap((one) => part('reached', one, countReached)),
    how,
  )
  process.stdout.write(text)
  if (values.out) writeFileSync(values.out, text)
  if (missed) process.exitCode = 1
}
