/**
 * Numbers of a team's own evaluation → checks (`task: custom`). Nobody has seen the rows: a level is held against its limits, and a change
 * against the number that was recorded for the baseline.
 *
 *     both numbers with an interval   unpaired: se = √(se₁² + se₂²), each from the longer half of its interval; every mode as in `difference.ts`
 *     one of them without             no test: mode point judges the bare difference; the others say that it cannot be told from noise
 *
 * There is no trivial model and no row to doubt, so `beats_trivial`, `too_good` and their like are not there.
 */
import { type Metric, metric } from '../metrics/metric.ts'
import { defined } from '../metrics/sample.ts'
import { metrics } from '../metrics/table.ts'
import type { MetricSpec } from '../schema/config.ts'
import type { OwnNumber } from '../schema/metrics-file.ts'
import { normalQuantile } from '../stats/normal.ts'
import { type Change, type StoredValue, unpairedChange } from './change.ts'
import type { Compared } from './claim.ts'
import { differenceChecks } from './difference.ts'
import { floorChecks } from './floor.ts'
import type { Judgement } from './judge.ts'
import type { JudgeInput } from './judge-input.ts'
import type { Level } from './level.ts'
import { type ShownRow, shownRow, unlimited } from './shown-row.ts'
import { uncompared } from './uncompared.ts'
import { sentence } from './words.ts'

export interface OwnInput extends Pick<JudgeInput, 'missing' | 'stored' | 'unpaired' | 'specs' | 'mode' | 'policy' | 'proof'> {
  /** by their key in the file; each of `specs` is among them */
  readonly numbers: ReadonlyMap<string, OwnNumber>
}

const unbounded = (direction: 'higher' | 'lower', summary: string): Metric =>
  metric({ summary, direction, range: null, unit: '', margin: 'relative', floor: false, of: {} })

/** One of the table keeps its range and its unit, whoever computed it; null: neither config nor table knows it. */
export const metricOfSpec = ({ metric: key, direction }: MetricSpec): Metric | null =>
  direction === undefined ? (Object.hasOwn(metrics, key) ? (metrics[key] ?? null) : null) : unbounded(direction, key)

/** Each end as far out as its level asks for, by the normal distribution. */
const levelOf = ({ value, interval }: OwnNumber): Level | null =>
  interval === null
    ? null
    : {
        method: 'given',
        bounds: (level) => {
          const part = normalQuantile(level) / normalQuantile(0.975)
          return [value - part * (value - interval[0]), value + part * (interval[1] - value)]
        },
      }

interface Own {
  readonly spec: MetricSpec
  readonly metric: Metric
  readonly number: OwnNumber
  readonly level: Level | null
  readonly kept: StoredValue | null
  readonly change: Change | null
}

/** @throws RangeError for a metric that is not among the numbers */
export function judgeNumbers(input: OwnInput): Judgement {
  const { numbers, specs, missing, mode, policy, proof } = input
  const rows = specs.map((spec): Own => {
    const number = numbers.get(spec.metric)
    const known = metricOfSpec(spec)
    if (number === undefined || known === null) throw new RangeError(`there is no number ${spec.metric}`)
    const kept = missing?.kind === 'unchanged' ? null : (input.unpaired?.metrics[spec.name] ?? null)
    const level = levelOf(number)
    const change = kept === null ? null : unpairedChange(kept, number.value, level, number.n)
    return { spec, metric: known, number, level, kept, change }
  })
  const compared: Compared[] = []
  const checks = rows.flatMap(({ spec, metric: known, number: { value, n }, level, kept, change }) => {
    const floors = floorChecks({ spec, metric: known, value, level, rows: n })
    if (kept === null || change === null) {
      const because = `nothing is recorded of ${spec.name} of the baseline`
      return [...floors, uncompared({ spec, metric: known, value, rows: n, because }, input)]
    }
    const untested = change.test === null ? { untested: withoutTest(level === null, kept.interval === null) } : {}
    const note = `Not compared row by row: ${sentence(input.unpaired?.because ?? '')}`
    compared.push({ spec, metric: known, change, candidate: value, baseline: kept.value, rows: n, note, ...untested })
    return floors
  })
  return {
    checks: [...checks, ...differenceChecks(compared, mode, policy, proof)],
    metrics: [...rows.map((row) => shownOf(row, input)), ...besides(numbers, specs)],
    primary: specs[0]?.name ?? '',
  }
}

function withoutTest(own: boolean, theirs: boolean): string {
  const who = own && theirs ? 'neither number has an interval' : `the number of the ${own ? 'candidate' : 'baseline'} has no interval`
  return `Not decided: ${who}, so the change cannot be told from noise. Write low and high beside the value, or let mode point judge it.`
}

const shownOf = ({ spec, metric: known, number, level, kept, change }: Own, { stored = {} }: OwnInput): ShownRow => {
  const was = stored[spec.name] ?? null
  return shownRow(
    { spec, metric: known, gated: true, candidate: defined(number.value), level, kept, change },
    was === null ? undefined : defined(was),
  )
}

/** Numbers that say their direction and that nobody asked for: shown. */
const besides = (numbers: OwnInput['numbers'], specs: readonly MetricSpec[]): readonly ShownRow[] =>
  [...numbers].flatMap(([key, number]) =>
    number.direction === null || specs.some(({ metric: asked }) => asked === key)
      ? []
      : [
          shownRow({
            spec: unlimited(key),
            metric: unbounded(number.direction, key),
            gated: false,
            candidate: defined(number.value),
            level: levelOf(number),
            kept: null,
            change: null,
          }),
        ],
  )
