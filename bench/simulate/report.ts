/** What was counted → tables in Markdown, and each target with whether it was met. */
import { count } from '../../src/core/report/format.ts'
import { columns } from './columns.ts'
import { rowsPerDay, type WeekCount } from './dependent.ts'
import { links } from './links.ts'
import { scenarios } from './scenarios.ts'
import { type Alarm, interval, judgeTarget, percent, type Tally, type Verdict } from './tally.ts'

export interface Size {
  readonly rows: number
  readonly quiet: Tally
  readonly whole: Tally
  readonly immaterial: Tally
  readonly immaterialWhole: Tally
  readonly shifted: ReadonlyMap<string, Tally>
  readonly linked: ReadonlyMap<string, Tally>
}

const immaterialFrom = 10_000

export function report(
  sizes: readonly Size[],
  weeks: readonly WeekCount[],
  { seed, short }: { readonly seed: number; readonly short: boolean },
) {
  const targets = [...falseAlarms(sizes), ...power(sizes), ...associated(sizes), ...dependence(weeks)].map(judgeTarget)
  const missed = targets.filter(({ met }) => !met)
  const text = [
    '# Simulated drift',
    '',
    `\`node bench/simulate/run.ts${short ? ' --short' : ''} --seed ${seed}\`: ${columns.length} columns drawn, profiled and judged by the product's own code, at its defaults.`,
    'Every rate is a part of the simulated runs; in brackets the exact binomial interval at 99 %. A target is missed when that whole interval is.',
    '',
    '## Any column alarms although nothing moved',
    '',
    alarmsOf(sizes, ({ quiet }) => quiet),
    '',
    '## The same runs with a label of two values and the predictions of a binary model beside the columns: anything alarms',
    '',
    alarmsOf(sizes, ({ whole }) => whole),
    '',
    '## Any column alarms when all moved by what does not matter (0.02 sd, ± 2 % of each level)',
    '',
    alarmsOf(sizes, ({ immaterial }) => immaterial),
    '',
    '## The same with predictions that moved by 0.02 sd, and a label of which a number and a category tell a tenth more than they did: anything alarms',
    '',
    alarmsOf(sizes, ({ immaterialWhole }) => immaterialWhole),
    '',
    '## One of the twenty columns moved: is it flagged?',
    '',
    table(
      ['change', 'rows', 'runs', 'distance warns', 'distance fails', 'any check warns', 'any check fails', 'wanted', 'which checks'],
      scenarios.flatMap(({ name, power: wanted }) =>
        sizes.map(({ rows, shifted }) => {
          const tally = shifted.get(name)
          const goal = wanted[rows]
          return tally === undefined || tally.runs === 0
            ? []
            : [
                name,
                count(rows),
                count(tally.runs),
                percent(tally.alarms.shiftWarn / tally.runs),
                percent(tally.alarms.shiftFail / tally.runs),
                percent(tally.alarms.anyWarn / tally.runs),
                percent(tally.alarms.anyFail / tally.runs),
                goal === undefined ? '' : `≥ ${percent(goal.any)}`,
                causes(tally),
              ]
        }),
      ),
    ),
    '',
    '## What a category tells of the label changed: does `association` say so?',
    '',
    table(
      ['change', 'rows', 'runs', 'warns', 'fails', 'wanted'],
      links.flatMap(({ name, power: wanted = {}, most }) =>
        sizes.map(({ rows, linked }) => {
          const tally = linked.get(name)
          const least = wanted[rows]
          return tally === undefined || tally.runs === 0
            ? []
            : [
                name,
                count(rows),
                count(tally.runs),
                percent(tally.alarms.anyWarn / tally.runs),
                percent(tally.alarms.anyFail / tally.runs),
                least !== undefined ? `≥ ${percent(least)}` : most !== undefined ? `≤ ${percent(most)}` : '',
              ]
        }),
      ),
    ),
    '',
    `## Rows that depend on their day: 28 days of training, 7 of today, ${rowsPerDay} rows each`,
    '',
    table(
      [
        'day effect, sd',
        'shift, sd',
        'runs',
        'p by row ≤ 0.05',
        'p by day ≤ 0.05',
        'p by day ≤ 0.01',
        'gate alarms, by row',
        'gate alarms, by day',
      ],
      weeks.map((week) => [
        String(week.dayEffect),
        String(week.shift),
        count(week.runs),
        ...[week.rowsAt05, week.blocksAt05, week.blocksAt01, week.rowsAlarm, week.blocksAlarm].map((k) => bracketed(k, week.runs)),
      ]),
    ),
    '',
    missed.length === 0
      ? `All ${targets.length} targets are met.`
      : `${missed.length} of ${targets.length} targets are missed:\n\n${missed.map(say).join('\n')}`,
    '',
  ].join('\n')
  return { text, targets }
}

const alarmsOf = (sizes: readonly Size[], of: (size: Size) => Tally) =>
  table(
    ['rows on each side', 'runs', 'warn or fail', 'fail', 'by the distance alone', 'which checks'],
    sizes.map((size) => {
      const tally = of(size)
      if (tally.runs === 0) return []
      return [count(size.rows), count(tally.runs), rate(tally, 'anyWarn'), rate(tally, 'anyFail'), rate(tally, 'shiftWarn'), causes(tally)]
    }),
  )

const say = ({ what, k, n, rate, least, most }: Verdict) =>
  `- ${what}: ${percent(rate)} (${k} of ${n}), wanted ${[...(least === undefined ? [] : [`≥ ${percent(least)}`]), ...(most === undefined ? [] : [`≤ ${percent(most)}`])].join(' and ')}`

function falseAlarms(sizes: readonly Size[]) {
  return sizes.flatMap(({ rows, quiet, whole, immaterial, immaterialWhole }) => [
    { what: `nothing moved, ${count(rows)} rows: warn or fail`, k: quiet.alarms.anyWarn, n: quiet.runs, most: 0.05 },
    { what: `nothing moved, ${count(rows)} rows: fail`, k: quiet.alarms.anyFail, n: quiet.runs, most: 0.01 },
    {
      what: `nothing moved, with label and predictions, ${count(rows)} rows: warn or fail`,
      k: whole.alarms.anyWarn,
      n: whole.runs,
      most: 0.05,
    },
    { what: `nothing moved, with label and predictions, ${count(rows)} rows: fail`, k: whole.alarms.anyFail, n: whole.runs, most: 0.01 },
    ...(rows >= immaterialFrom
      ? // not once: an alarm here is a matter of the rule, not of chance
        [
          { what: `immaterial, ${count(rows)} rows: warn or fail`, k: immaterial.alarms.anyWarn, n: immaterial.runs, most: 0 },
          ...(immaterialWhole.runs === 0
            ? []
            : [
                {
                  what: `immaterial, with label and predictions, ${count(rows)} rows: warn or fail`,
                  k: immaterialWhole.alarms.anyWarn,
                  n: immaterialWhole.runs,
                  most: 0,
                },
              ]),
        ]
      : []),
  ])
}

/** The table these come from has two digits. */
const rounded = (rate: number) => Math.max(0, rate - 0.005)

function power(sizes: readonly Size[]) {
  return scenarios.flatMap(({ name, power: wanted }) =>
    sizes.flatMap(({ rows, shifted }) => {
      const tally = shifted.get(name)
      const goal = wanted[rows]
      if (tally === undefined || tally.runs === 0 || goal === undefined) return []
      return [
        {
          what: `${name}, ${count(rows)} rows: flagged by the distance`,
          k: tally.alarms.shiftWarn,
          n: tally.runs,
          least: rounded(goal.shift),
        },
        { what: `${name}, ${count(rows)} rows: flagged by any check`, k: tally.alarms.anyWarn, n: tally.runs, least: rounded(goal.any) },
      ]
    }),
  )
}

function associated(sizes: readonly Size[]) {
  return links.flatMap(({ name, power: wanted = {}, most }) =>
    sizes.flatMap(({ rows, linked }) => {
      const tally = linked.get(name)
      const least = wanted[rows]
      if (tally === undefined || tally.runs === 0 || (least === undefined && most === undefined)) return []
      const { runs: n } = tally
      return [
        {
          what: `${name}, ${count(rows)} rows: association`,
          k: tally.alarms.anyWarn,
          n,
          ...(least === undefined ? {} : { least: rounded(least) }),
          ...(most === undefined ? {} : { most }),
        },
      ]
    }),
  )
}

/** By day, chance is believed one time in twenty, and a shift is still found; by row, a day effect alone looks like drift. */
function dependence(weeks: readonly WeekCount[]) {
  return weeks.flatMap(({ dayEffect, shift, runs: n, ...found }) => {
    const name = `day effect ${dayEffect} sd, shift ${shift} sd`
    if (shift === 0) {
      const byDay = { what: `${name}: p by day ≤ 0.05`, k: found.blocksAt05, n, least: 0.03, most: 0.07 }
      return dayEffect < 0.3 ? [byDay] : [byDay, { what: `${name}: p by row ≤ 0.05`, k: found.rowsAt05, n, least: 0.6 }]
    }
    const [at05, at01] = dayEffect < 0.3 ? [1, 0.99] : [0.96, 0.83]
    return [
      { what: `${name}: p by day ≤ 0.05`, k: found.blocksAt05, n, least: rounded(at05) },
      { what: `${name}: p by day ≤ 0.01`, k: found.blocksAt01, n, least: rounded(at01) },
    ]
  })
}

function bracketed(k: number, n: number): string {
  const [low, high] = interval(k, n)
  return `${percent(k / n)} [${percent(low)}, ${percent(high)}]`
}

const rate = (tally: Tally, alarm: Alarm): string => bracketed(tally.alarms[alarm], tally.runs)

/** Checks that alarmed, most often first. */
const causes = ({ by, runs }: Tally) =>
  [...by]
    .sort((x, y) => y[1] - x[1])
    .map(([name, n]) => `${name} ${percent(n / runs)}`)
    .join(', ')

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.filter((row) => row.length > 0).map(line)].join('\n')
}
