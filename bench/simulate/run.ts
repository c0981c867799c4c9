/**
 * Does the drift gate keep what it promises? Twenty columns, no drift, drift that does not matter and drift that does, at 200 to 1,000,000 rows on
 * each side, judged by the product's own code. Prints the tables and ends with 1 when a target is missed by more than the simulation's own error.
 *
 *     node bench/simulate/run.ts [--short] [--seed 20260101] [--out FILE.md] [--json FILE.json] [--only 200,1000]
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { countWeeks, weeks } from './dependent.ts'
import { links } from './links.ts'
import { repeat, seedOf } from './repetition.ts'
import { report } from './report.ts'
import { scenarios } from './scenarios.ts'
import { Tally } from './tally.ts'

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    seed: { type: 'string', default: '20260101' },
    out: { type: 'string' },
    json: { type: 'string' },
    only: { type: 'string' },
  },
})
const seed = Number(values.seed)

/** How many worlds of each size: `quiet` without the shifts, `shifts` with them too; `told` of them with a label under immaterial drift. Fewer where each takes seconds. */
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
      { rows: 10_000, quiet: 200, shifts: 200, told: 200 },
      { rows: 100_000, quiet: 0, shifts: 60, told: 0 },
      { rows: 1_000_000, quiet: 0, shifts: 20, told: 0 },
    ]
const only = values.only?.split(',').map(Number)

export interface Size {
  readonly rows: number
  readonly quiet: Tally
  readonly whole: Tally
  readonly immaterial: Tally
  readonly immaterialWhole: Tally
  readonly shifted: ReadonlyMap<string, Tally>
  readonly linked: ReadonlyMap<string, Tally>
}

const sizes: Size[] = []
for (const { rows, quiet, shifts, told } of plans) {
  if (only !== undefined && !only.includes(rows)) continue
  const size = {
    rows,
    quiet: new Tally(),
    whole: new Tally(),
    immaterial: new Tally(),
    immaterialWhole: new Tally(),
    shifted: new Map(scenarios.map(({ name }) => [name, new Tally()])),
    linked: new Map(links.map(({ name }) => [name, new Tally()])),
  }
  for (let at = 0; at < quiet + shifts; at++) {
    const one = repeat(rows, seedOf(seed, rows, at), at < shifts, at < told)
    size.quiet.add(one.quiet)
    size.whole.add(one.whole)
    size.immaterial.add(one.immaterial)
    if (one.immaterialWhole) size.immaterialWhole.add(one.immaterialWhole)
    for (const [name, result] of one.shifted) size.shifted.get(name)?.add(result)
    for (const [name, result] of one.linked) size.linked.get(name)?.add(result)
  }
  sizes.push(size)
}

const dependent = only === undefined ? weeks.map((week) => countWeeks(week, values.short ? 40 : 500, seed)) : []

const { text, targets } = report(sizes, dependent, { seed, short: values.short })
console.log(text)
if (values.out) writeFileSync(values.out, text)
if (values.json) writeFileSync(values.json, `${JSON.stringify(targets, null, 2)}\n`)
const missed = targets.filter(({ met }) => !met)
if (missed.length > 0) process.exitCode = 1
