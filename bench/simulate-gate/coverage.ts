/**
 * How often do intervals hold the truth? Worlds of n rows from a population of which every metric is known; two-sided intervals of 95 % as they are shown, and
 * the one-sided bounds of 95 % that decide, for the metric of one model and for the change between two: equal ones, and one that is worse (`worsePopulations`), as an
 * interval may be right at a change of 0 alone.
 */
import { type Resampling, resampling } from '../../src/core/evaluate/resampling.ts'
import { type Row, rowsOf } from '../../src/core/evaluate/rows.ts'
import { serialOf } from '../../src/core/evaluate/serial.ts'
import { metricNames, metrics } from '../../src/core/metrics/table.ts'
import { viewOf } from '../../src/core/metrics/view.ts'
import type { MetricSpec } from '../../src/core/schema/config.ts'
import { random } from '../../src/core/stats/random.ts'
import { seedOf } from '../simulate/repetition.ts'
import { compare, spec } from './blocks.ts'
import { binary, draw, multiclass, type Pair, regression, truthOf } from './populations.ts'
import { fewSeries, manySeries, multilabel, ranking } from './task-populations.ts'

export const parts = ['level', 'change'] as const
export type Part = (typeof parts)[number]

/** Of one metric, or of its change. */
export interface Coverage {
  readonly population: string
  readonly rows: number
  readonly metric: string
  readonly part: Part
  /** of the population */
  readonly truth: number
  /** worlds in which there was an interval */
  readonly runs: number
  /** worlds in which there was none, because the metric is undefined there */
  readonly without: number
  readonly held: number
  /** worlds in which the one-sided bound of 95 % was on the right side of the truth */
  readonly heldBelow: number
  readonly heldAbove: number
  /** how the intervals were made, most often */
  readonly method: string
}

export const populations: Readonly<Record<string, Pair>> = {
  'binary, 30 % positives': binary({ positives: 0.3, apart: 1.6, seed: 21 })(1),
  'binary, 5 % positives': binary({ positives: 0.05, apart: 1.6, seed: 22 })(1),
  'binary, nearly perfect': binary({ positives: 0.3, apart: 3.5, seed: 23 })(1),
  'three classes': multiclass(24)(1),
  amounts: regression({ tail: 0, seed: 25 })(1),
  'amounts, some far off': regression({ tail: 0.6, seed: 26 })(1),
  'three labels': multilabel(27),
  'lists of queries': ranking({ apart: 1.2, seed: 28 }),
  'lists, nearly perfect': ranking({ apart: 3, seed: 29 }),
  'many series': manySeries(30),
  'three series, one step ahead': fewSeries({ horizon: 1, seed: 31 }),
  'three series, three steps ahead': fewSeries({ horizon: 3, seed: 32 }),
}

/** The candidate has more noise: every metric of it is worse, the accuracy by 3 to 5 points. */
export const worsePopulations: Readonly<Record<string, Pair>> = {
  'binary, 30 % positives, one model worse': binary({ positives: 0.3, apart: 1.6, seed: 21 })(3),
  'binary, 5 % positives, one model worse': binary({ positives: 0.05, apart: 1.6, seed: 22 })(3),
  'binary, nearly perfect, one model worse': binary({ positives: 0.3, apart: 3.5, seed: 23 })(2),
  'three classes, one model worse': multiclass(24)(2),
  'amounts, one model worse': regression({ tail: 0, seed: 25 })(1.3),
  'amounts, some far off, one model worse': regression({ tail: 0.6, seed: 26 })(1.3),
  'three labels, one model worse': multilabel(27, 2),
  'lists of queries, one model worse': ranking({ apart: 1.2, seed: 28, worse: 2 }),
  'lists, nearly perfect, one model worse': ranking({ apart: 3, seed: 29, worse: 2 }),
  'many series, one model worse': manySeries(30, 1.3),
  'three series, one step ahead, one model worse': fewSeries({ horizon: 1, seed: 31, worse: 1.3 }),
  'three series, three steps ahead, one model worse': fewSeries({ horizon: 3, seed: 32, worse: 1.3 }),
}

class Counter {
  runs = 0
  without = 0
  held = 0
  heldBelow = 0
  heldAbove = 0
  readonly methods = new Map<string, number>()

  add(truth: number, method: string, two: readonly [number, number], one: readonly [number, number]): void {
    // bounds end where rounding ends: an interval of no width holds its own point
    const slack = 1e-12 * Math.max(1, Math.abs(truth))
    this.runs += 1
    this.held += Number(two[0] <= truth + slack && truth <= two[1] + slack)
    this.heldBelow += Number(one[0] <= truth + slack)
    this.heldAbove += Number(truth <= one[1] + slack)
    this.methods.set(method, (this.methods.get(method) ?? 0) + 1)
  }
}

/** or what is drawn in other worlds of the same population, where more rows differ */
const bootstrap = /^(bca|percentile|bootstrap-t|tango-effects)/

/** Metrics whose intervals are formulas in this population: no draws, or hardly any. Seen in one world. */
export function cheapOf(name: string, rows: number, of: readonly Part[] = parts): readonly string[] {
  const methods = countCoverage(name, rows, 1, 1, { of })
  return [...new Set(methods.map(({ metric }) => metric))].filter((metric) =>
    methods.every((one) => one.metric !== metric || !bootstrap.test(one.method)),
  )
}

export interface Wanted {
  /** metrics; all that the task has, when it is not given */
  readonly only?: readonly string[] | undefined
  /** how many times as many worlds were drawn before */
  readonly again?: number
  /** levels cost as much as changes, and where one model is worse they are those of a model that is counted elsewhere */
  readonly of?: readonly Part[]
}

/** Of the worlds of a population. */
export const seedFor = (name: string, rows: number, seed: number, again = 0): number =>
  seedOf(seed, rows, 3, ...new TextEncoder().encode(name), ...(again === 0 ? [] : [again]))

export function countCoverage(
  name: string,
  rows: number,
  runs: number,
  seed: number,
  { only, again = 0, of = parts }: Wanted = {},
): readonly Coverage[] {
  const pair = populations[name] ?? worsePopulations[name]
  if (!pair) throw new RangeError(`no population ${name}`)
  const names = metricNames(pair.candidate.task).filter((metric) => !only || only.includes(metric))
  if (names.length === 0) return []
  const truths = new Map(names.map((metric) => [metric, truthOf(pair.candidate, metric)]))
  const changes = new Map(names.map((metric) => [metric, changeIn(pair, metric)]))
  const counters = new Map(names.flatMap((metric) => of.map((part) => [`${part} ${metric}`, new Counter()] as const)))
  const rng = random(seedFor(name, rows, seed, again))
  const asked = names.map((metric) => ({ spec: spec(metric), gated: true, floor: false }))
  for (let run = 0; run < runs; run++) {
    const world = draw(pair, rows, rng)
    const view = viewOf(world.candidate)
    const draws = resampling(serialOf(world.candidate, view.n, false))
    const judged = of.includes('level')
      ? rowsOf(asked, { candidate: view, baseline: viewOf(world.baseline), trivial: [], draws })
      : changesOf(
          world,
          asked.map((one) => one.spec),
          draws,
        )
    for (const row of judged) record(row, { level: truths.get(row.spec.name) ?? null, change: changes.get(row.spec.name) ?? 0 }, counters)
  }
  return names.flatMap((metric) => {
    const truth = truths.get(metric) ?? null
    return of.flatMap((part): readonly Coverage[] => {
      const found = counters.get(`${part} ${metric}`)
      if (truth === null || !found || found.runs === 0) return []
      const [method = ''] = [...found.methods].sort((a, b) => b[1] - a[1])[0] ?? []
      const { runs: made, without, held, heldBelow, heldAbove } = found
      return [
        {
          population: name,
          rows,
          metric,
          part,
          truth: part === 'level' ? truth : (changes.get(metric) ?? 0),
          runs: made,
          without,
          held,
          heldBelow,
          heldAbove,
          method,
        },
      ]
    })
  })
}

/** Of the same metrics in other worlds. The method is that of most worlds, as far as each knew. */
export function together(counted: readonly (readonly Coverage[])[]): readonly Coverage[] {
  const all = counted.flat()
  const keyOf = ({ metric, part }: Coverage) => `${part} ${metric}`
  return [...new Set(all.map(keyOf))].flatMap((key) => {
    const own = all.filter((one) => keyOf(one) === key)
    const [first] = own.toSorted((a, b) => b.runs - a.runs)
    if (!first) return []
    const sum = (of: (one: Coverage) => number) => own.reduce((total, one) => total + of(one), 0)
    const by = new Map<string, number>()
    for (const { method, runs } of own) by.set(method, (by.get(method) ?? 0) + runs)
    const [method = ''] = [...by].sort((a, b) => b[1] - a[1])[0] ?? []
    return [
      {
        ...first,
        method,
        runs: sum(({ runs }) => runs),
        without: sum(({ without }) => without),
        held: sum(({ held }) => held),
        heldBelow: sum(({ heldBelow }) => heldBelow),
        heldAbove: sum(({ heldAbove }) => heldAbove),
      },
    ]
  })
}

/** The changes alone: where a metric is undefined there is none. */
function changesOf(world: Pair, specs: readonly MetricSpec[], draws: Resampling): readonly Judged[] {
  const compared = compare(world, specs, draws)
  return specs.map((one) => ({
    spec: one,
    change: compared.find(({ spec }) => spec === one)?.change ?? null,
    level: null,
    candidate: null,
  }))
}

/** Equal models are equal to the last digit but one. */
export function changeIn({ baseline, candidate }: Pair, metric: string): number {
  const [before, after] = [truthOf(baseline, metric) ?? 0, truthOf(candidate, metric) ?? 0]
  return Math.abs(after - before) < 1e-9 * Math.max(1, Math.abs(before)) ? 0 : after - before
}

interface Truth {
  readonly level: number | null
  readonly change: number
}

type Judged = Pick<Row, 'spec' | 'level' | 'change'> & { readonly candidate: Row['candidate'] | null }

function record({ spec: { name }, level, change, candidate }: Judged, truth: Truth, counters: ReadonlyMap<string, Counter>): void {
  if (truth.level === null) return
  const ofLevel = counters.get(`level ${name}`)
  if (ofLevel && level && candidate?.undefined === null) {
    const [low, high] = metrics[name]?.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    const clip = ([a, b]: readonly [number, number]): [number, number] => [Math.max(low, a), Math.min(high, b)]
    ofLevel.add(truth.level, level.method, clip(level.bounds(0.975)), clip(level.bounds(0.95)))
  } else if (ofLevel) ofLevel.without += 1
  const ofChange = counters.get(`change ${name}`)
  const test = change?.test
  if (ofChange && test) ofChange.add(truth.change, test.method, test.bounds(0.975, Number.NaN), test.bounds(0.95, 0))
  else if (ofChange) ofChange.without += 1
}
