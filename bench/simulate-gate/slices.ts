/** Two hundred slices of two equal models: is any of them called worse? And one slice in which the candidate is worse: is it found? */
import { type Measured, measureSlices } from '../../src/core/evaluate/slice-measure.ts'
import { type Slice, slicesOf } from '../../src/core/evaluate/slice-rows.ts'
import { judgeFamily } from '../../src/core/evaluate/slices.ts'
import { type BinaryScores, rowsOf, type Scores, unitsOf } from '../../src/core/metrics/scores.ts'
import { metricNames } from '../../src/core/metrics/table.ts'
import { notOfSlices } from '../../src/core/schema/parts-spec.ts'
import { type Random, random } from '../../src/core/stats/random.ts'
import { seedOf } from '../simulate/repetition.ts'
import { policy, spec } from './blocks.ts'
import { populations } from './coverage.ts'
import { answers, binary, draw, type Pair } from './populations.ts'

const columns = 20
const levels = 10
export const slices = columns * levels
/** A p-value that one comparison among many has to reach; of equal models as many do. */
export const small = 0.001

export interface SliceCount {
  readonly population: string
  readonly metric: string
  /** of a world: rows, queries or series */
  readonly rows: number
  readonly runs: number
  /** runs in which any slice was called worse although none is */
  readonly any: number
  /** comparisons of all runs, and how many of them have a p-value of at most `small` */
  readonly compared: number
  readonly below: number
  /** runs in which a slice was found in which every tenth, or fifth, right answer is turned round; null where it was not asked */
  readonly found: readonly [tenth: number, fifth: number] | null
}

const classifier = binary({ positives: 0.3, apart: 1.6, seed: 13 })(1)

/** Log-odds twice as large: as good an order, and a calibration error of some eight points. */
function tooCertain(scores: Scores): Scores {
  if (scores.task !== 'binary' || !scores.score) throw new RangeError('scores of two classes')
  return { ...scores, score: scores.score.map((p) => Math.fround(p ** 2 / (p ** 2 + (1 - p) ** 2))) }
}

const worlds: Readonly<Record<string, Pair>> = {
  ...populations,
  answers: answers(0),
  classifier,
  'classifier, both too certain': { baseline: tooCertain(classifier.baseline), candidate: tooCertain(classifier.candidate) },
  'classifier, the baseline too certain': { ...classifier, baseline: tooCertain(classifier.baseline) },
}

/** Each metric is a family of its own, all on the same rows. @param only metrics; all of the task that have a test, when it is not given */
export function countSlices(population: string, rows: number, runs: number, seed: number, only?: readonly string[]): readonly SliceCount[] {
  const pair = worlds[population]
  if (!pair) throw new RangeError(`no population ${population}`)
  const rng = random(seedOf(seed, rows, 200, ...new TextEncoder().encode([population, ...(only ?? [])].join())))
  const specs = (only ?? metricNames(pair.candidate.task).filter((name) => !notOfSlices.has(name))).map((name) => spec(name))
  const found = specs.map(({ name }) => ({ metric: name, any: 0, compared: 0, below: 0, tenth: 0, fifth: 0 }))
  for (let run = 0; run < runs; run++) {
    const drawn = draw(pair, rows, rng)
    const families = coded(drawn.candidate, rng).map((column) => slicesOf([column], 30, false))
    const family = families[0]
    const first = family?.slices[0]
    // the others are in none
    const alone = family && first ? [{ ...family, slices: [first], of: family.of.map((slice) => Math.min(slice, 1)) }] : []
    const measure = (models: Pair, own = families) =>
      measureSlices({ families: own, ...models, missing: null, specs, policy, minRows: 30, notes: [] })
    const equal = measure(drawn)
    const turned = first && drawn.candidate.task === 'binary' ? { first, candidate: drawn.candidate } : null
    const [tenth, fifth] = [0.1, 0.2].map((share) => {
      if (!turned) return []
      const candidate = turnedRound(turned.candidate, turned.first, share, rng)
      return measure({ ...drawn, candidate }, alone)
    })
    for (const [j, into] of found.entries()) {
      const own = equal.filter((one) => one.spec === specs[j])
      const tested = own.filter(({ p }) => p !== null)
      into.any += Number(judgeFamily(own).some(({ state }) => state === 'fail'))
      into.compared += tested.length
      into.below += tested.filter(({ p }) => (p ?? 1) <= small).length
      into.tenth += Number(
        isFound(
          own,
          tenth?.find((one) => one.spec === specs[j]),
        ),
      )
      into.fifth += Number(
        isFound(
          own,
          fifth?.find((one) => one.spec === specs[j]),
        ),
      )
    }
  }
  return found
    .filter(({ compared }) => compared > 0)
    .map(({ tenth, fifth, ...one }) => ({
      population,
      rows,
      runs,
      ...one,
      found: pair.candidate.task === 'binary' ? [tenth, fifth] : null,
    }))
}

/** Of the same metrics in other worlds of as many rows. */
export function pooled(counted: readonly SliceCount[]): readonly SliceCount[] {
  const keyOf = ({ population, metric, rows }: SliceCount) => `${population} ${metric} ${rows}`
  return [...Map.groupBy(counted, keyOf).values()].flatMap((own) => {
    const [first] = own
    if (!first) return []
    const sum = (of: (one: SliceCount) => number) => own.reduce((total, one) => total + of(one), 0)
    return [
      {
        ...first,
        runs: sum(({ runs }) => runs),
        any: sum(({ any }) => any),
        compared: sum(({ compared }) => compared),
        below: sum(({ below }) => below),
        found: first.found && ([sum(({ found }) => found?.[0] ?? 0), sum(({ found }) => found?.[1] ?? 0)] as const),
      },
    ]
  })
}

/** Columns of levels by chance; rows of a query or a series have the level of that. */
function coded(scores: Scores, rng: Random) {
  const units = unitsOf(scores)
  return Array.from({ length: columns }, (_, j) => {
    const own = Uint16Array.from({ length: units ? units.reduce((most, code) => Math.max(most, code), 0) + 1 : rowsOf(scores) }, () =>
      rng.below(levels),
    )
    return {
      name: `column ${j}`,
      codes: units ? Uint16Array.from(units, (code) => own[code] ?? 0) : own,
      labels: Array.from({ length: levels }, (_, code) => String(code)),
      order: Array.from({ length: levels }, (_, code) => code),
      hidden: false,
    }
  })
}

/** A share of all rows of the slice is wrong that was right. */
function turnedRound(candidate: BinaryScores, { rows }: Slice, share: number, rng: Random): BinaryScores {
  const predicted = candidate.predicted.slice()
  const score = candidate.score?.slice() ?? null
  const right = rows.filter((i) => predicted[i] === candidate.y[i])
  for (const i of right) {
    if (rng.next() >= (share * rows.length) / right.length) continue
    predicted[i] = 1 - (predicted[i] ?? 0)
    if (score) score[i] = 1 - (score[i] ?? 0)
  }
  return { ...candidate, predicted, score }
}

/** The slice is one of all, the others as they were. */
function isFound(others: readonly Measured[], worse: Measured | undefined): boolean {
  if (!worse) return false
  const family = others.map((one) => (one.slice.id === worse.slice.id ? worse : one))
  return judgeFamily(family).some(({ slice, state }) => slice.id === worse.slice.id && state === 'fail')
}
