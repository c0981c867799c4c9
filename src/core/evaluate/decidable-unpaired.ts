/**
 * What `--explain` says of a baseline that is numbers alone: nothing is compared row by row, so that how often two models disagree tells nothing. A change of
 * a number is as certain as both intervals make it (`unpairedChange`), and that of the candidate is taken to be as wide as the one that was recorded.
 */
import { metrics } from '../metrics/table.ts'
import { plural, writtenChange } from '../report/format.ts'
import type { MetricSpec, ModelConfig } from '../schema/config.ts'
import type { Judged } from '../schema/judged.ts'
import { normalQuantile } from '../stats/normal.ts'
import { rowsNeeded } from '../stats/rows-needed.ts'
import { basisDiffers, differsFor, judgedAs } from './basis.ts'
import { halfOf } from './change.ts'
import { redefined, sameFigures } from './comparable.ts'
import { gatedSpecs, judgedAt, type KnownOfRows } from './decidable.ts'
import { margins } from './margin.ts'
import { rowsToDo } from './words.ts'

export interface NumbersOnly {
  readonly ref: string
  /** null: nobody recorded what they mean, or there are none */
  readonly judged: Judged | null
}

export interface RowsOfToday extends KnownOfRows {
  readonly rows: number
  /** fingerprint */
  readonly holdout: string
}

export function decidableUnpaired(model: ModelConfig, { ref, judged }: NumbersOnly, today: RowsOfToday): readonly string[] {
  const only = `of the baseline ${ref} only numbers are known`
  const counts = `changes will count as ${model.baseline.onMissing} (baseline.on_missing), and floors decide`
  if (judged === null)
    return [`nobody answers rows for the baseline ${ref}, and no numbers of it are recorded with what they mean: ${counts}`]
  // a task that only looks like one is not told from the one that was recorded
  const now = judgedAs(model, { holdout: today.holdout, task: model.task ?? judged.basis.task, rows: today.rows })
  const differs = basisDiffers(judged.basis, now)
  if (differs !== null) return [`${only}, and they cannot be compared: ${differs}; ${counts}`]
  const specs = gatedSpecs(model.evaluate, today.task)
  const { mode } = model.evaluate
  const figures = sameFigures(judged, now, model.evaluate.metrics)
  const others = redefined(judged.figures, specs)
  const { level, words } = judgedAt(mode, today.proof, specs)
  const how = mode === 'point' ? 'mode point takes a change as it is' : 'which is less certain than row by row'
  return [`${only}: changes are held against their intervals, ${how}`, ...specs.flatMap(of)]

  function of(spec: MetricSpec): readonly string[] {
    const [figure, metric] = [figures[spec.name], metrics[spec.metric]]
    if (figure === undefined || metric === undefined) {
      const why = others[spec.name] ?? differsFor(spec, judged?.basis ?? now, now) ?? `${spec.name} was not recorded then`
      return [`a change in ${spec.name} cannot be compared: ${why}`]
    }
    if (mode === 'point' || figure.interval === null) return []
    const [margin] = margins(spec, metric, figure.value)
    // the limit of auto is made of earlier runs
    if (margin === undefined || spec.auto) return []
    const se = (Math.SQRT2 * halfOf(figure.value, figure.interval)) / normalQuantile(0.975)
    const needed = rowsNeeded(today.rows, se, margin.margin.value, level)
    return [
      `a change of ${writtenChange(margin.margin.value, metric.unit)} in ${spec.name}: ${plural(today.rows, 'row')} can ${needed <= today.rows ? '' : 'hardly '}show it (${rowsToDo(needed)} rows would, where the candidate's interval is as wide as the one recorded of the baseline${words})`,
    ]
  }
}
