/**
 * What stands beside the twenty columns in a real run: a label of two values, of which one row in five is positive, and what a model says of other rows,
 * as `evaluate` keeps it: `probability` and `class`. They are families of their own; together with the columns they are what a run can alarm of.
 */
import type { TableProfile } from '../../src/core/schema/profile.ts'
import type { Random } from '../../src/core/stats/random.ts'
import { countAssociations } from './associations.ts'
import { type Drawn, drawColumn } from './columns.ts'
import { countPairs } from './pairs.ts'
import { profileOf } from './profile.ts'

export const target = 'label'
export const positive = 'true'
export const truths = ['false', 'true']

export interface Answers {
  readonly label: Drawn
  readonly predictions: readonly Drawn[]
}

export function drawAnswers(rows: number, rng: Random): Answers {
  const label = drawColumn({ name: target, storage: 'boolean', labels: truths, make: () => (r) => Number(r.next() < 0.2) }, rows, rng)
  return { label, predictions: drawPredictions(rows, 0, rng) }
}

/** @param tilt standard deviations by which the log-odds moved */
export function drawPredictions(rows: number, tilt: number, rng: Random): readonly Drawn[] {
  const odds = (r: Random) => 1.2 * (r.normal() + tilt) - 1.6
  const probability = drawColumn(
    { name: 'probability', storage: 'float', labels: null, make: () => (r) => 1 / (1 + Math.exp(-odds(r))) },
    rows,
    rng,
  )
  const said: Drawn = { name: 'class', storage: 'boolean', labels: truths, values: probability.values.map((p) => Number(p >= 0.5)) }
  return [probability, said]
}

/** @param features of which a number and a category tell something of the label: its log-odds, times `strength` */
export function drawTold(features: readonly Drawn[], strength: number, rng: Random): Drawn {
  const [number, category] = ['normal', 'levels_5'].map((name) => features.find((one) => one.name === name)?.values)
  if (number === undefined || category === undefined) throw new RangeError('there is no such column')
  const values = number.map((x, i) => Number(rng.next() < 1 / (1 + Math.exp(1.5 - strength * (0.6 * x + 0.5 * (category[i] ?? 0) - 0.6)))))
  return { name: target, storage: 'boolean', labels: truths, values }
}

/** The profile with the label as one more column of it, and how the others go together with it. */
export function withLabel(
  profile: TableProfile,
  features: readonly Drawn[],
  label: Drawn,
  tag: number,
  reference: TableProfile | null,
): TableProfile {
  const known = reference === null ? null : { ...reference, columns: reference.columns.filter(({ name }) => name === target) }
  const columns = [...profile.columns, ...profileOf(profile.role, [label], tag, known).columns]
  const whole = { ...profile, columns }
  // the target comes first where columns are paired
  const drawn = [label, ...features]
  return {
    ...whole,
    pairs: countPairs(drawn, reference ?? whole),
    associations: countAssociations(drawn, reference ?? whole, target),
  }
}
