/** What `tails.ts` counts, held against what is promised, as tables. */
import { count } from '../../src/core/report/format.ts'
import { interval, judgeTarget, percent, type Target } from '../simulate/tally.ts'

/** 0.05 among 25 metrics, and among 80; α spent by the seventh candidate of a holdout is 0.0006, by the twelfth 0.0002. */
export const levels = [0.002, 0.0006, 0.0002] as const
/** the fiftieth: fewer than one in 80,000, of which 40,000 draws alone say nothing */
export const reachLevels = [...levels, 0.000012] as const

/** Near 1 a metric has farther to fall than to rise, which t of the change does not know: of a change that is not 0 p-values are too small there, but for what both own intervals hold. */
const toldOnly: ReadonlySet<string> = new Set(['binary, nearly perfect, one model worse'])
const held: ReadonlySet<string> = new Set(['pr_auc'])

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

/** Of one metric in all worlds: a rate in one of them is beyond what so many runs can tell. */
function farTargets(all: readonly Far[]): readonly Target[] {
  const far = all.filter(({ population, metric }) => !toldOnly.has(population) || held.has(metric))
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
const reachedTargets = (reached: readonly Reached[]): readonly Target[] =>
  reached.flatMap(({ population, rows, metric, runs, found, known }) =>
    reachLevels.map((level, j) => ({
      what: `${metric}, ${population}, ${count(rows)} rows: found at ${level}`,
      k: found[j] ?? 0,
      n: runs,
      least: Math.max(0, (known[j] ?? 0) / runs - 0.15),
    })),
  )

const tiny = (share: number): string => (share === 0 ? '0' : `${(100 * share).toFixed(3)} %`)

export function tables(far: readonly Far[], reached: readonly Reached[], how: string): { readonly text: string; readonly missed: boolean } {
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
    `Not counted above, but of ${[...held].join(', ')}: ${[...toldOnly].join('; ')}. Near 1 a metric has farther to fall than to rise, which t of the change does not know: of a change that is not 0 such p-values are too small there, with or without what goes on beyond the draws, where both models' own intervals do not hold it.`,
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
