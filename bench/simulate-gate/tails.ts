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
import { normalQuantile } from '../../src/core/stats/normal.ts'
import { random } from '../../src/core/stats/random.ts'
import { keptIn } from '../kept.ts'
import { seedOf } from '../simulate/repetition.ts'
import { compare, spec } from './blocks.ts'
import { changeIn, populations, worsePopulations } from './coverage.ts'
import { binary, draw, type Pair } from './populations.ts'
import { type Far, levels, type Reached, reachLevels, tables } from './tails-report.ts'

const farWorse: Readonly<Record<string, Pair>> = {
  'binary, 30 % positives, one model much worse': binary({ positives: 0.3, apart: 1.6, seed: 21 })(6),
  'binary, 30 % positives, one model knows little': binary({ positives: 0.3, apart: 1.6, seed: 21 })(30),
}

interface Part {
  readonly population: string
  readonly rows: number
  readonly metrics: readonly string[]
  readonly runs: number
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

/** A change of one world. */
interface Seen {
  readonly metric: string
  readonly value: number
  /** with 200 draws */
  readonly test: Test
  readonly own: Change
}

/** @param stream tells the worlds of one table from those of another */
function* changesOf({ population, rows, metrics, runs }: Part, seed: number, stream: number): Generator<Seen> {
  const rng = random(seedOf(seed, rows, stream, ...new TextEncoder().encode(population)))
  const specs = metrics.map((metric) => spec(metric))
  for (let run = 0; run < runs; run++) {
    const world = draw(pairOf(population), rows, rng)
    for (const { spec: one, change } of compare(world, specs, resampling(null, 200)))
      if (change.test) yield { metric: one.name, value: change.value, test: change.test, own: new Change(world, one.name) }
  }
}

interface Counted {
  readonly called: number[]
  readonly ended: number[]
}

const none = (at: readonly number[]): Counted => ({ called: at.map(() => 0), ended: at.map(() => 0) })

/** Is the change called so on any of these sides, at each level? By the product, and where its draws end. */
function addTo({ called, ended }: Counted, own: Change, at: readonly number[], sides: readonly Asked[]): void {
  for (const [j, level] of at.entries()) {
    called[j] = (called[j] ?? 0) + Number(sides.some((side) => own.reaches(side, level)))
    ended[j] = (ended[j] ?? 0) + Number(sides.some((side) => own.reaches(side, level, steps)))
  }
}

/** @param screened false: nothing is left out, which gives the same */
export function countFar(part: Part, seed: number, screened = true): readonly Far[] {
  const { population, rows, metrics } = part
  const counts = new Map(metrics.map((metric) => [metric, { ...none(levels), runs: 0, truth: changeIn(pairOf(population), metric) }]))
  for (const { metric, test, own } of changesOf(part, seed, 4)) {
    const into = counts.get(metric)
    if (!into) continue
    into.runs += 1
    if (screened && Math.min(test.below(into.truth), test.above(into.truth)) > SCREEN) continue
    addTo(into, own, levels, [below(into.truth), above(into.truth)])
  }
  return [...counts].map(([metric, { runs, called: wrong, ended }]) => ({ population, rows, metric, runs, wrong, ended }))
}

export function countReached(part: Part, seed: number): readonly Reached[] {
  const { population, rows, metrics } = part
  const counts = new Map(
    metrics.map((metric) => [
      metric,
      { ...none(reachLevels), changes: [] as number[], worse: Math.sign(changeIn(pairOf(population), metric)) },
    ]),
  )
  for (const { metric, value, test, own } of changesOf(part, seed, 5)) {
    const into = counts.get(metric)
    if (!into) continue
    into.changes.push(into.worse * value)
    const asked = into.worse < 0 ? below(0) : above(0)
    if (asked(test)[0] <= SCREEN) addTo(into, own, reachLevels, [asked])
  }
  return [...counts].map(([metric, { changes, called: found, ended }]) => {
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
