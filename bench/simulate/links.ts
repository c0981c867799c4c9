/**
 * What may happen to how a category (`levels_5`) and the label go together, and how often that has to be found: one entry a row. No column moves by itself
 * but in the last, where the categories are more or less frequent and say of the label what they said.
 */
import type { Random } from '../../src/core/stats/random.ts'
import { target, truths } from './answers.ts'
import { column, type Drawn, discrete } from './columns.ts'

export const category = column('levels_5')

/** The label of a row by the index of its category. */
type Tells = (level: number, rng: Random) => number

export interface Link {
  readonly name: string
  readonly label: Pick<Drawn, 'storage' | 'labels'>
  readonly before: Tells
  readonly now: Tells
  /** shares of the categories now, where they are others */
  readonly shares?: readonly number[]
  /** least part of the runs with an alarm of `association` */
  readonly power?: Readonly<Record<number, number>>
  /** most of it */
  readonly most?: number
}

const truth = { storage: 'boolean', labels: truths } as const
const amount = { storage: 'float', labels: null } as const

const withChance =
  (rates: readonly number[]): Tells =>
  (level, rng) =>
    Number(rng.next() < (rates[level] ?? 0))
/** three of the five categories, of 55 % of the rows */
const telling: Tells = (level) => Number(level % 2 === 1 || level === 2)
const rates = [0.1, 0.3, 0.5, 0.7, 0.9]
const means = [-1, -0.5, 0, 0.5, 1]
const amountOf =
  (strength: number): Tells =>
  (level, rng) =>
    strength * (means[level] ?? 0) + rng.normal()

export const links: readonly Link[] = [
  {
    name: 'a category determined the label, and tells nothing of it',
    label: truth,
    before: telling,
    now: withChance([0.57, 0.57, 0.57, 0.57, 0.57]),
    power: { 200: 1, 1000: 1, 10000: 1, 100000: 1 },
  },
  {
    name: 'categories from 10 to 90 % of a label change places',
    label: truth,
    before: withChance(rates),
    now: withChance(rates.toReversed()),
    power: { 200: 1, 1000: 1, 10000: 1, 100000: 1 },
  },
  {
    name: 'categories from 10 to 90 % of a label come to 20 to 80 %',
    label: truth,
    before: withChance(rates),
    now: withChance([0.2, 0.35, 0.5, 0.65, 0.8]),
  },
  {
    name: 'means of a numeric label, ± 1 sd by category, become one',
    label: amount,
    before: amountOf(1),
    now: amountOf(0),
    power: { 1000: 1, 10000: 1, 100000: 1 },
  },
  {
    name: 'shares of the categories move by 15 points, what they tell does not',
    label: truth,
    before: withChance(rates),
    now: withChance(rates),
    shares: [0.2, 0.4, 0.2, 0.12, 0.08],
    most: 0.01,
  },
]

/** @param rows of the category */
export function drawLabel({ label }: Link, tells: Tells, rows: Drawn, rng: Random): Drawn {
  return { name: target, ...label, values: rows.values.map((level) => tells(level, rng)) }
}

/** The category as it is drawn now. */
export const drawShares = (shares: readonly number[], rows: Drawn, rng: Random): Drawn => {
  const draw = discrete(shares)
  return { ...rows, values: rows.values.map(() => draw(rng)) }
}
