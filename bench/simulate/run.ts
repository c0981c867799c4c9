/**
 * Does the drift gate keep what it promises? Twenty columns, no drift, drift that does not matter and drift that does, at 200 to 1,000,000 rows on
 * each side, judged by the product's own code. Prints the tables and ends with 1 when a target is missed by more than the simulation's own error.
 *
 *     node bench/simulate/run.ts [--short] [--seed 20260101] [--out FILE.md] [--json FILE.json] [--keep FILE.json] [--only 200,1000]
 *
 * `--keep` writes some worlds when they are done, and takes what the file already has: a run that was stopped goes on there. `--only` names sizes; "weeks" is the rows that
 * depend on their day.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { keptIn } from '../kept.ts'
import { countWeeks, weeks } from './dependent.ts'
import { links } from './links.ts'
import { repeat, seedOf } from './repetition.ts'
import { report, type Size } from './report.ts'
import { scenarios } from './scenarios.ts'
import { Tally } from './tally.ts'

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

/**
 * How many worlds of each size: `quiet` without the shifts, `shifts` with them too; `told` of them with a label under immaterial drift. The full form is about an hour of one processor, half of it at a million rows, where
 * a world takes ten seconds. Where none alarms, 530 worlds exclude a rate of 1 % (the exact interval at 99 %), 300 one of 1.8 %, and 110 one of 5 %. With a kept file, more can be
 * drawn later.
 */
const plans = values.short
  ? [
      { rows: 200, quiet: 150, shifts: 80, told: 40 },
      { rows: 1_000, quiet: 100, shifts: 60, told: 40 },
      { rows: 10_000, quiet: 10, shifts: 20, told: 20 },
      { rows: 100_000, quiet: 0, shifts: 2, told: 0 },
    ]
  : [
      { rows: 200, quiet: 2_000, shifts: 500, told: 500 },
      { rows: 1_000, quiet: 1_000, shifts: 500, told: 500 },
      { rows: 10_000, quiet: 330, shifts: 200, told: 530 },
      { rows: 100_000, quiet: 240, shifts: 60, told: 300 },
      { rows: 1_000_000, quiet: 80, shifts: 30, told: 110 },
    ]
const asked = values.only?.split(',')
const wanted = (what: number | 'weeks') => asked?.includes(String(what)) ?? true
const kept = keptIn(values.keep)
/** Worlds between two times of writing: what takes some seconds, or a minute of the large ones. */
const together = (rows: number) => Math.min(100, Math.ceil(2_000_000 / rows))

const sizes: Size[] = []
for (const { rows, quiet, shifts, told } of plans) {
  if (!wanted(rows)) continue
  const size = {
    rows,
    quiet: new Tally(),
    whole: new Tally(),
    immaterial: new Tally(),
    immaterialWhole: new Tally(),
    shifted: new Map(scenarios.map(({ name }) => [name, new Tally()])),
    linked: new Map(links.map(({ name }) => [name, new Tally()])),
  }
  const worlds = quiet + shifts
  const step = together(rows)
  for (let from = 0; from < worlds; from += step) {
    const numbers = Array.from({ length: Math.min(step, worlds - from) }, (_, i) => from + i)
    const first = (most: number) => numbers.filter((at) => at < most).length
    const id = `${rows} ${seed} ${JSON.stringify({ from, worlds: numbers.length, shifts: first(shifts), told: first(told) })}`
    const drawn = kept.take(id, () => numbers.map((at) => repeat(rows, seedOf(seed, rows, at), at < shifts, at < told)))
    for (const one of drawn) {
      size.quiet.add(one.quiet)
      size.whole.add(one.whole)
      size.immaterial.add(one.immaterial)
      if (one.immaterialWhole) size.immaterialWhole.add(one.immaterialWhole)
      for (const [name, result] of one.shifted) size.shifted.get(name)?.add(result)
      for (const [name, result] of one.linked) size.linked.get(name)?.add(result)
    }
  }
  sizes.push(size)
}

const runs = values.short ? 40 : 500
const dependent = wanted('weeks')
  ? weeks.map((week) => kept.take(`weeks ${seed} ${JSON.stringify({ ...week, runs })}`, () => countWeeks(week, runs, seed)))
  : []

const { text, targets } = report(sizes, dependent, { seed, short: values.short })
console.log(text)
if (values.out) writeFileSync(values.out, text)
if (values.json) writeFileSync(values.json, `${JSON.stringify(targets, null, 2)}\n`)
const missed = targets.filter(({ met }) => !met)
if (missed.length > 0) process.exitCode = 1
