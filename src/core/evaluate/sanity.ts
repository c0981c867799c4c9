/** Checks that need no limit: is it better than knowing nothing, and is it too good to be true? */
import { effect, type Policy } from '../gate/fold.ts'
import type { MetricValue } from '../metrics/sample.ts'
import { level as levelText, plural } from '../report/format.ts'
import type { MetricSpec } from '../schema/config.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { intervalOf } from './figures.ts'
import type { Row } from './rows.ts'
import { FEWEST_GROUPS } from './serial.ts'
import { countedInconclusive, notShown, size, tooFewGroups } from './words.ts'

/**
 * Better than a trivial model on the same rows, paired: pass when the one-sided 95 % bound of the difference says so. Not better at all: fail when
 * it is worse beyond chance, else warn. Better but not beyond chance: inconclusive.
 */
export function beatsTrivial(
  { spec, metric, candidate, trivial, gain: change }: Pick<Row, 'spec' | 'metric' | 'candidate' | 'trivial' | 'gain'>,
  /** what the trivial model knows, in words */
  knows: string,
  rows: number,
  /** what groups of rows are called, where they are counted */
  noun: string,
  policy: Policy,
): Check {
  const id = `evaluate.beats_trivial:${spec.name}`
  const { value } = candidate
  const floor = trivial?.value ?? null
  if (!change?.test || value === null || floor === null) {
    const message = `${spec.name} is not compared with a trivial model: it has no value or no test there`
    return makeCheck({ id, status: 'skipped', effect: 'skipped', metric: spec.name, n: rows, message })
  }
  const { groups } = change.test
  const few = groups !== null && groups < FEWEST_GROUPS
  const higher = metric.direction === 'higher'
  const gain = higher ? change.value : -change.value
  const [low, high] = change.test.bounds(0.95, 0)
  const better = higher ? low > 0 : high < 0
  const worse = higher ? high < 0 : low > 0
  const status = few ? 'inconclusive' : better ? 'pass' : gain > 0 ? 'inconclusive' : worse ? 'fail' : 'warn'
  const said = {
    better: `${spec.name} ${levelText(value, metric.unit)}`,
    than: `${levelText(floor, metric.unit)} of a model that knows no features, ${knows}`,
  }
  const needed = change.test.rowsNeeded(gain)
  const open = few
    ? tooFewGroups(rows, groups, noun, FEWEST_GROUPS)
    : `Not decided: ${notShown(groups ?? rows, needed, higher ? 'lower' : 'higher', size(gain, metric.unit), { noun: groups === null ? 'rows' : noun, test: change.test })}.`
  const messages = {
    pass: `${said.better} beats the ${said.than}`,
    inconclusive: `${said.better} against the ${said.than}. ${open} ${countedInconclusive(policy)}`,
    warn: `${said.better} is no better than the ${said.than}`,
    fail: `${said.better} is worse than the ${said.than}`,
  }
  return makeCheck({
    id,
    status,
    effect: effect(status, 'fail', policy),
    metric: spec.name,
    unit: metric.unit,
    limit_kind: 'beats_trivial',
    observed: value,
    baseline: floor,
    delta: change.value,
    interval: intervalOf([low, high]),
    level: 0.95,
    tail: higher ? 'upper' : 'lower',
    limit: 0,
    p_value: higher ? change.test.above(0) : change.test.below(0),
    n: rows,
    message: messages[status],
    fix:
      status === 'pass' || status === 'inconclusive'
        ? null
        : spec.metric === 'value'
          ? 'choose the threshold by what it earns: evaluate: {threshold: {on: validation, maximize: value}}; the report says which one earns most on these rows. Where it is chosen so, train a model that tells apart the rows that pay'
          : 'check that features and target are what the model was trained on, that classes are not swapped, and train it again',
  })
}

/** Metrics that are best for the true probabilities and for nothing else (proper scores). */
const proper: ReadonlySet<string> = new Set(['brier', 'brier_skill', 'log_loss'])

/** The metric that looks at probabilities where no gated one does; null: one does, or the task has none. */
export const probabilitiesToDoubt = (gated: readonly MetricSpec[], shown: readonly MetricSpec[]): MetricSpec | null =>
  gated.some(({ metric }) => proper.has(metric)) ? null : (shown.find(({ metric }) => metric === 'brier') ?? null)

/**
 * A model that was trained on wrong labels may order the rows better than chance by luck: a random direction through features that hang together has a ROC AUC of
 * its own. Its probabilities cannot be luck. They may be worse than class shares for an honest reason, too (classes that were weighted in training), so it warns.
 */
export function orderOnly({ spec, metric, candidate, trivial, gain }: Row, knows: string, rows: number): readonly Check[] {
  const { value } = candidate
  const floor = trivial?.value ?? null
  if (!gain?.test || value === null || floor === null) return []
  const [low, high] = gain.test.bounds(0.95, 0)
  if (low <= 0) return []
  return [
    makeCheck({
      id: `evaluate.order_only:${spec.name}`,
      status: 'warn',
      effect: 'warn',
      metric: spec.name,
      unit: metric.unit,
      limit_kind: 'beats_trivial',
      observed: value,
      baseline: floor,
      delta: gain.value,
      interval: intervalOf([low, high]),
      level: 0.95,
      tail: 'lower',
      limit: 0,
      p_value: gain.test.below(0),
      n: rows,
      message: `The probabilities are worse than those of a model that knows no features, ${knows}: ${spec.name} ${levelText(value, metric.unit)} against ${levelText(floor, metric.unit)}. A model that was trained on wrong labels looks like this, and so does one whose classes were weighted`,
      fix: 'check the labels it was trained on; where classes were weighted on purpose, calibrate its probabilities, or list brier or log_loss under evaluate.metrics to have them decide',
    }),
  ]
}

/** Above these a holdout is more likely to hold the answer than a model to know it. */
const suspicious = [
  { metric: 'roc_auc', beyond: (value: number) => value > 0.999 },
  { metric: 'accuracy', beyond: (value: number) => value === 1 },
]

export function tooGood(spec: MetricSpec, candidate: MetricValue, rows: number): readonly Check[] {
  const { value } = candidate
  const rule = suspicious.find((entry) => entry.metric === spec.metric)
  if (!rule || value === null || rows < 100 || !rule.beyond(value)) return []
  return [
    makeCheck({
      id: `evaluate.too_good:${spec.name}`,
      status: 'warn',
      effect: 'warn',
      metric: spec.name,
      observed: value,
      n: rows,
      message: `${spec.name} is ${levelText(value, '', [0.999])} on ${plural(rows, 'row')}: too good to be true unless the task is trivial`,
      fix: 'look for a feature that is known only after the target, and for rows of the test data that are in the training data',
    }),
  ]
}
