/**
 * What may happen to one column between training and today, and how often that has to be found. One entry each.
 *
 * `power` is the least part of the runs in which the column must be flagged: `shift` by the distance (warn or worse), `any` by any check of the
 * column. `reason` says why a change is meant not to alarm.
 */
import { column, type Draw, discrete, fiveLevels, zipf } from './columns.ts'

export interface Scenario {
  readonly name: string
  readonly column: string
  readonly draw: Draw
  /** labels where the change brings new ones */
  readonly labels?: readonly string[]
  readonly power: Readonly<Partial<Record<number, { readonly shift: number; readonly any: number }>>>
}

const plain = column('normal').make(0)
const amount = column('lognormal').make(0)
const narrow = column('lognormal_narrow').make(0)
const tenLevels = column('levels_10')
const ten = tenLevels.make(0)
const hundred = zipf(100, 0.9)
const freed = hundred.slice(0, 3).reduce((sum, share) => sum + share / 2, 0)
/** what the three lose is spread evenly over the others */
const topThreeHalved = hundred.map((share, i) => (i < 3 ? share / 2 : share + freed / 97))
const [a, b, c, d, e] = fiveLevels

export const scenarios: readonly Scenario[] = [
  {
    name: 'mean +0.25 sd',
    column: 'normal',
    draw: (rng) => plain(rng) + 0.25,
    power: { 200: { shift: 0.12, any: 0.12 }, 1000: { shift: 0.54, any: 0.54 }, 100000: { shift: 1, any: 1 } },
  },
  {
    name: 'mean +0.5 sd',
    column: 'normal',
    draw: (rng) => plain(rng) + 0.5,
    power: { 200: { shift: 0.87, any: 0.87 }, 1000: { shift: 1, any: 1 }, 100000: { shift: 1, any: 1 } },
  },
  {
    name: 'scale × 1.5',
    column: 'normal',
    draw: (rng) => plain(rng) * 1.5,
    power: { 200: { shift: 0.33, any: 0.58 }, 1000: { shift: 1, any: 1 } },
  },
  {
    name: '8 % of the rows one constant in range',
    column: 'normal',
    draw: (rng) => (rng.next() < 0.08 ? 0.25 : plain(rng)),
    power: { 1000: { shift: 1, any: 1 }, 10000: { shift: 1, any: 1 } },
  },
  {
    name: '5 % of the rows −999',
    column: 'normal',
    draw: (rng) => (rng.next() < 0.05 ? -999 : plain(rng)),
    power: { 200: { shift: 0.01, any: 0.54 }, 1000: { shift: 1, any: 1 }, 10000: { shift: 1, any: 1 } },
  },
  {
    name: '2 % of the rows × 1000',
    column: 'lognormal',
    draw: (rng) => amount(rng) * (rng.next() < 0.02 ? 1000 : 1),
    power: { 1000: { shift: 0, any: 0.99 }, 10000: { shift: 0, any: 1 } },
  },
  { name: 'units × 10', column: 'lognormal_narrow', draw: (rng) => narrow(rng) * 10, power: { 200: { shift: 1, any: 1 } } },
  {
    name: '5 levels, 15 points moved',
    column: 'levels_5',
    draw: discrete([a - 0.15, b + 0.15, c, d, e]),
    power: { 200: { shift: 0.27, any: 0.27 }, 1000: { shift: 1, any: 1 } },
  },
  {
    name: '100 levels, top three halved',
    column: 'levels_100',
    draw: discrete(topThreeHalved),
    power: { 1000: { shift: 0.99, any: 0.99 }, 10000: { shift: 1, any: 1 } },
  },
  {
    name: '3 % of the rows in a new category',
    column: 'levels_10',
    draw: (rng) => (rng.next() < 0.03 ? 10 : ten(rng)),
    labels: [...(tenLevels.labels ?? []), 'level new'],
    power: { 1000: { shift: 0.96, any: 1 } },
  },
  { name: 'binary 50 → 60 %', column: 'boolean', draw: discrete([0.4, 0.6]), power: { 10000: { shift: 0, any: 0.01 } } },
  { name: 'rare flag 2 → 5 %', column: 'rare_flag', draw: discrete([0.95, 0.05]), power: { 10000: { shift: 0, any: 0 } } },
  {
    name: 'nulls 0 → 5 %',
    column: 'normal',
    draw: (rng) => (rng.next() < 0.05 ? Number.NaN : plain(rng)),
    power: { 1000: { shift: 1, any: 1 } },
  },
]
