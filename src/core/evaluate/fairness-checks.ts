/** One check for each limit of a measure over a column, from what was decided of its pairs. */
import { effect } from '../gate/fold.ts'
import { count, plural, verb } from '../report/format.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { ALPHA } from './claim.ts'
import { limitsOf, type Outcome } from './fairness-claims.ts'
import { type GapKind, gapKinds } from './fairness-gaps.ts'
import type { Compared, FairnessInput } from './fairness-groups.ts'
import { finite } from './figures.ts'
import { countedInconclusive, countedMissing, pText, sentence } from './words.ts'

const order = ['fail', 'warn', 'inconclusive', 'pass'] as const

export function checksOf(one: Compared, outcomes: readonly Outcome[], input: FairnessInput): readonly Check[] {
  const { limits } = one
  if (limits === null) return []
  return (['difference', 'ratio', 'rise'] as const).flatMap((kind) =>
    limitsOf(limits, kind)
      ? [
          checkOf(
            one,
            kind,
            outcomes.filter((o) => o.kind === kind),
            input,
          ),
        ]
      : [],
  )
}

/** Groups that are not compared, as a sentence; null: all are. */
function leftOut({ parts, kept, column }: Compared, least: number): string | null {
  const out = column.groups.flatMap(({ id, rows }, g) => {
    if (kept.includes(g)) return []
    const part = parts.find((groups) => (groups[g]?.base ?? 0) < least || groups[g]?.estimate == null)
    const at = part ? parts.indexOf(part) : 0
    return [
      {
        id,
        rows: rows.length,
        at,
        base: part?.[g]?.base ?? 0,
        because: part?.[g]?.undefined ?? 'its rows are too few, or all the same, for an interval',
      },
    ]
  })
  const [first] = out
  if (!first) return null
  const more = out.length === 1 ? '' : ` (and ${plural(out.length - 1, 'group')} more)`
  const among = measuresAmong(parts, first.at)
  if (first.base >= least) return `${first.id}${more} is not compared: ${first.because}`
  const needed = first.base === 0 ? '' : `, about ${plural(Math.ceil((first.rows * least) / first.base), 'row')} of it would have them`
  return `${first.id}${more} has ${count(first.base)} ${among}, and ${count(least)} are needed${needed}`
}

const measuresAmong = (parts: Compared['parts'], at: number): string => parts[at]?.[0]?.among ?? 'rows'

function checkOf(one: Compared, kind: GapKind, outcomes: readonly Outcome[], { missing, policy, spec }: FairnessInput): Check {
  const { column, name, measure, kept } = one
  const { word, key } = gapKinds[kind]
  const written = one.limits ? limitsOf(one.limits, kind) : undefined
  const common = {
    id: `evaluate.fairness_${word}:${name}:${column.column}`,
    metric: name,
    // not a check on the metric of that name
    slice: column.column,
    column: column.column,
    unit: kind === 'ratio' ? '' : measure.unit,
    limit_kind: `${snake(key)}`,
    limit: written?.fail ?? written?.warn ?? null,
    n: kept.reduce((sum, g) => sum + (column.groups[g]?.rows.length ?? 0), 0),
  } as const
  const strict = one.limits?.certainty === 'strict'
  const severity = written?.fail === undefined ? 'warn' : 'fail'
  if (one.parts.some((groups) => groups.every((group) => group.undefined !== null))) {
    const because = one.parts.flat().find((group) => group.undefined !== null)?.undefined ?? 'it has no value'
    return makeCheck({
      ...common,
      status: 'error',
      effect: 'error',
      message: `${name} is undefined in every group of ${column.column}: ${because}. A gate on an undefined measure cannot be decided.`,
      fix: `evaluate on data where ${name} is defined, or limit another measure in evaluate.fairness.metrics`,
    })
  }
  if (kind === 'rise' && missing) {
    const status = missing.kind === 'unchanged' ? 'skipped' : missing.kind
    return makeCheck({
      ...common,
      status,
      effect: status === 'skipped' ? 'skipped' : effect(status, severity, policy),
      message: `the gap of ${name} over ${column.column} is not compared: ${sentence(missing.because)}${status === 'skipped' ? '' : ` ${countedMissing(policy)}`}`,
      fix: status === 'no-baseline' ? 'promote a first model, or let a run of the default branch record one' : null,
    })
  }
  const small = leftOut(one, spec.minRows)
  const undecided = (because: string) =>
    strict
      ? ({ status: severity, effect: severity, because } as const)
      : ({
          status: 'inconclusive',
          effect: effect('inconclusive', severity, policy),
          because: `${because}. ${countedInconclusive(policy)}`,
        } as const)
  const worst = order.find((status) => outcomes.some((o) => o.status === status))
  const decided = outcomes.filter((o) => o.status === worst).toSorted((a, b) => b.quantity.value - a.quantity.value)[0]
  if (!decided) {
    const { because, ...verdict } = undecided(
      `Not decided: ${small ?? (kept.length < 2 ? 'there are no two groups to compare' : 'the gap of the baseline has no value')}`,
    )
    return makeCheck({ ...common, ...verdict, message: `${name} over ${column.column} is not compared. ${because}` })
  }
  const { quantity, among, adjusted, limit, level } = decided
  const unfinished = small !== null && (decided.status === 'pass' || decided.status === 'inconclusive')
  const verdict = unfinished
    ? undecided(`Not decided: ${small}`)
    : decided.status === 'inconclusive'
      ? undecided(`Not decided: ${quantity.needs(among)}`)
      : null
  const broken = decided.status === 'fail' || decided.status === 'warn'
  const chance = adjusted !== null && broken ? ` ${pText(adjusted, ALPHA)} (Holm, ${plural(among, 'comparison')}).` : ''
  const others = broken && small !== null ? ` ${small}.` : ''
  const rest =
    column.without === 0
      ? ''
      : ` ${plural(column.without, 'row')} without a value of ${column.column} ${verb(column.without, 'are')} left out.`
  const bounds = quantity.bounds(kind === 'rise' || strict ? level : 1 - (1 - level) / 2)
  const shown = bounds && gapKinds[kind].interval(bounds, strict)
  return makeCheck({
    ...common,
    status: verdict?.status ?? decided.status,
    effect: verdict?.effect ?? decided.effect,
    observed: gapKinds[kind].shown(quantity.value),
    ...(kind === 'rise' ? { baseline: quantity.before, delta: quantity.value, observed: quantity.after } : {}),
    interval: shown ? [finite(shown[0]), finite(shown[1])] : null,
    level: shown && level,
    tail: shown && gapKinds[kind].tail(strict),
    limit,
    p_value: adjusted,
    message: `${quantity.says(limit, broken)}.${chance}${verdict ? ` ${verdict.because}` : ''}${others}${rest}`,
    fix:
      broken || (strict && verdict)
        ? `look at what differs in these groups (details.fairness says which they are); or accept it with another ${snake(key)} under evaluate.fairness.metrics.${name} of the base branch, or a waiver`
        : null,
  })
}

const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
