/** What was counted → tables in Markdown, and each target with whether it was met. */
import { count } from '../../src/core/report/format.ts'
import { judgeTarget, percent, type Verdict } from '../simulate/tally.ts'
import { type FewCount, mistakenModes, mistakes } from './few.ts'
import { bracketed, fine, table } from './markdown.ts'
import { rates } from './shares.ts'
import { slices, small } from './slices.ts'
import { type Counted, ofFew, publishedFor, sayDrop, sharesMissed, targetsOf } from './targets.ts'
import { markOf, tooOften } from './too-often.ts'

/** @param left parts of the plan that were not drawn */
export function report(counted: Counted, { seed, short, left }: { readonly seed: number; readonly short: boolean; readonly left: number }) {
  const targets = targetsOf(counted).map(judgeTarget)
  const missed = [...targets.filter(({ met }) => !met).map(say), ...sharesMissed(counted)]
  const { blocked, shares, shareTable, covered, reused, sliced, grouped } = counted
  const text = [
    '# Simulated evaluation',
    '',
    `\`node bench/simulate-gate/run.ts${short ? ' --short' : ''} --seed ${seed}\`: two models drawn again and again, judged by the product's own code, at its defaults.`,
    ...(left === 0 ? [] : [`${left} parts of it were not drawn: what stands below is what was. \`--keep\` goes on from there.`, '']),
    rule,
    '',
    '## Is a run blocked?',
    '',
    'Accuracy: 85 %, the models differ in 10 % of rows. Margins are the defaults (half a point; 1 % of a loss), of non_inferior 2 points. "Knows the error" is a z test',
    'that is told the true standard error: what no test of the data can do much better than.',
    '',
    table(
      ['gated', 'truth', 'rows', 'runs', 'guard', 'wanted', 'knows the error', 'confident_worse', 'non_inferior'],
      blocked.map((one) => {
        const { name, drop, rows, runs, guard, confidentWorse, nonInferior, oracle } = one
        const wanted = publishedFor(one)
        return [
          name,
          sayDrop(drop, nonInferior),
          count(rows),
          count(runs),
          bracketed(guard, runs),
          drop <= 0 ? '≤ 5.5 %' : wanted === null ? '' : `≥ ${percent(wanted)}`,
          oracle === null ? '' : percent(oracle / runs),
          percent(confidentWorse / runs),
          nonInferior === null ? '' : percent(nonInferior / runs),
        ]
      }),
    ),
    '',
    '## Does the interval of a share hold it?',
    '',
    'Computed, not drawn: two-sided at 95 %, then the lower and the upper bound at 95 %. With few rows on one side there are few outcomes, and coverage jumps as the share passes',
    'an end of an interval: no interval of a count has 95 % at every share. Wilson is right on average and may be below at one share; Clopper–Pearson, which',
    'is taken for no hit, all hits and fewer than 30 rows, and for the end on whose side fewer than ten rows lie, is never below.',
    '',
    table(
      ['rows', 'mean over shares', 'least', ...rates.map((rate) => `share ${100 * rate} %`)],
      shares.map(({ rows, two, below, above, worst, worstAt }) => [
        count(rows),
        `${fine(two)} / ${fine(below)} / ${fine(above)}`,
        `${fine(worst)} at ${fine(worstAt)}`,
        ...shareTable.filter((one) => one.rows === rows).map((one) => `${fine(one.two)} / ${fine(one.below)} / ${fine(one.above)}`),
      ]),
    ),
    '',
    '## Do intervals hold the truth?',
    '',
    'Two-sided at 95 %, wanted 93 to 97 %; of each bound that decides, at 95 %, wanted 93 % at least. What a row can show is as wide as its brackets: ten worlds show an interval that is',
    'far off and no more. "One model worse": the change is not 0 there. In the last column why more than 97 %, or less than 93 %, is no miss.',
    '',
    table(
      ['population', 'metric', 'of', 'rows', 'runs', 'interval', 'lower bound', 'upper bound', 'method', ''],
      covered.map((one) => [
        one.population,
        one.metric,
        one.part,
        count(one.rows),
        `${count(one.runs)}${one.without === 0 ? '' : ` (none in ${count(one.without)})`}`,
        bracketed(one.held, one.runs),
        percent(one.heldBelow / one.runs),
        percent(one.heldAbove / one.runs),
        one.method,
        markOf(counted, one),
      ]),
    ),
    '',
    ...tooOften(counted),
    '',
    '## Fifty candidates on one holdout, all as good as the champion: is any promoted?',
    '',
    table(
      ['rows', 'holdouts', 'superior, level by use', 'superior at 5 % each time', 'the better number'],
      reused.map(({ rows, runs, spent, fixed, bare }) => [
        count(rows),
        count(runs),
        bracketed(spent, runs),
        percent(fixed / runs),
        percent(bare / runs),
      ]),
    ),
    '',
    `## ${slices} slices of equal models: is any called worse?`,
    '',
    'Each metric is a family of its own. Of equal models one p-value in a thousand is at most 0.001: what lies there is what two hundred comparisons look at. A slice is',
    'found where every tenth, or fifth, row of it that was right is wrong.',
    '',
    table(
      [
        'population',
        'metric',
        'rows',
        'runs',
        'any is called worse',
        `p ≤ ${small}, of a thousand`,
        'a tenth wrong is found',
        'a fifth wrong is found',
      ],
      sliced.map((one) => [
        one.population,
        one.metric,
        count(one.rows),
        count(one.runs),
        bracketed(one.any, one.runs),
        ((1000 * one.below) / one.compared).toFixed(2),
        ...(one.found?.map((found) => percent(found / one.runs)) ?? ['', '']),
      ]),
    ),
    '',
    '## Losses and lists, of models that differ in few rows',
    '',
    'In a file of its own: [`simulate-gate-few.md`](simulate-gate-few.md).',
    '',
    '## Rows in groups of ten',
    '',
    table(
      ['alike', 'groups', 'metric', 'runs', 'interval by group', 'by row', 'change by group', 'by row'],
      grouped.map(({ alike, groups, metric, runs, byGroup, byRow, changeByGroup, changeByRow }) => [
        String(alike),
        String(groups),
        metric,
        count(runs),
        bracketed(byGroup, runs),
        percent(byRow / runs),
        bracketed(changeByGroup, runs),
        percent(changeByRow / runs),
      ]),
    ),
    '',
    sum(targets.length, missed),
    '',
  ].join('\n')
  return { text, targets, missed }
}

/** Of the part of few rows, which is drawn and kept by itself: it is enough for rates of 5 %, and twelve minutes of the hours that all takes. */
export function reportFew(few: readonly FewCount[], { seed, short }: { readonly seed: number; readonly short: boolean }) {
  const targets = few.flatMap(ofFew).map(judgeTarget)
  const missed = targets.filter(({ met }) => !met).map(say)
  const text = [
    '# Models that differ in few rows, or queries',
    '',
    `\`node bench/simulate-gate/run.ts${short ? ' --short' : ''} --seed ${seed} --only few\`: two models drawn again and again, judged by the product's own code.`,
    '',
    'Losses without an end, Brier scores, and lists of queries. The candidate answers as the baseline does but in so many rows (of lists: queries) on average. As good: guard or confident_worse blocks it by mistake, or superior passes it. Worse by the margin: non_inferior',
    `passes it by mistake. Each is wanted in 5.5 % of runs at most. ${rule}`,
    '',
    table(
      ['where they differ', 'metric', 'rows', 'differ', 'runs', ...mistakenModes.map((mode) => `${mode} ${mistakes[mode].is}`)],
      few.map(({ world, metric, rows, differ, runs, wrong }) => [
        world,
        metric,
        count(rows),
        String(differ),
        count(runs),
        ...mistakenModes.map((mode) => bracketedIf(wrong[mode], runs)),
      ]),
    ),
    '',
    sum(targets.length, missed),
    '',
  ].join('\n')
  return { text, targets, missed }
}

const rule =
  'Every rate is a part of the simulated runs; in brackets the exact binomial interval at 99 %. A target is missed when that whole interval is.'

const sum = (targets: number, missed: readonly string[]): string =>
  missed.length === 0 ? `All ${targets} targets are met.` : `${missed.length} of ${targets} targets are missed:\n\n${missed.join('\n')}`

const say = ({ what, k, n, rate, least, most }: Verdict) =>
  `- ${what}: ${percent(rate)} (${k} of ${n}), wanted ${[...(least === undefined ? [] : [`≥ ${percent(least)}`]), ...(most === undefined ? [] : [`≤ ${percent(most)}`])].join(' and ')}`

const bracketedIf = (k: number | null, n: number): string => (k === null ? '' : bracketed(k, n))
