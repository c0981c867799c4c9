/** What to do about a change that fails or warns: a better model, more rows, or the limit that would accept it. */
import type { Status } from '../gate/fold.ts'
import type { Change, Mode } from '../schema/config.ts'
import { levelOfUse } from '../stats/alpha-spending.ts'
import { fewGroups } from './change.ts'
import { ALPHA, type Claim, tested } from './claim.ts'
import { changeInYaml, limitsInYaml } from './limit-text.ts'

export function fixFor(claim: Claim, kind: string, status: Status, mode: Mode, proof: number): string {
  const { compared, margin } = claim
  const { spec, metric, change, baseline, noun = 'groups' } = compared
  const unit = fewGroups(change) === null && !change.test?.groups ? 'rows' : noun
  if (!metric.tested && mode !== 'point')
    return 'gate a metric that has a test; or judge the bare change, in modelgate.yml of the base branch: `evaluate: {mode: point}`'
  // a level that many candidates have used up comes back with other rows
  const unused =
    (mode === 'non_inferior' || mode === 'superior') && proof < levelOfUse(ALPHA, 1) ? `, or on ${unit} that no candidate has seen` : ''
  const more = compared.untested === undefined ? `evaluate on more ${unit}${unused}` : 'write low and high beside both numbers'
  // no limit accepts what is not proven whatever the limit, or is not shown to be better
  if (mode === 'non_inferior' && status === 'inconclusive' && change.test?.unproven)
    return `${more}; or gate a metric that one row cannot move without end; or ask for less in modelgate.yml of the base branch: evaluate: {mode: guard}`
  if (mode === 'superior')
    return `improve the model, or ${more}; or ask for less in modelgate.yml of the base branch: \`evaluate: {mode: guard}\``
  if (mode === 'non_inferior' && !tested(compared)) return more
  const drop = Math.abs(mode === 'non_inferior' ? farthest(claim, proof) : change.value)
  const wanted =
    margin.relative !== null && baseline !== 0
      ? `${roundUp((drop / Math.abs(baseline)) * 100)}% relative`
      : metric.unit === 'pp'
        ? `${roundUp(drop * 100)}pp`
        : `${roundUp(drop)}`
  // no model can change by more: that would be no limit
  const [least, most] = metric.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  const room = metric.direction === 'higher' ? baseline - least : most - baseline
  const allowed =
    Number.parseFloat(wanted) * (margin.relative !== null && baseline !== 0 ? Math.abs(baseline) / 100 : metric.unit === 'pp' ? 0.01 : 1)
  const no = status === 'inconclusive' ? more : 'improve the model'
  if (allowed >= room) return no
  const marginOf = ({ kind, value }: Change) => (kind === 'relative' ? value * Math.abs(baseline) : value)
  const limits = limitsInYaml(metric.direction === 'higher' ? spec.maxDrop : spec.maxRise, claim.severity, wanted, {
    write: (limit) => changeInYaml(limit, metric.unit),
    beforeFail: (fail) => allowed <= marginOf(fail),
  })
  const accept = `accept this change in modelgate.yml of the base branch: \`evaluate: {metrics: {${spec.name}: {${kind}: ${limits}}}}\``
  return `${no}; or ${accept}`
}

/** How far down the change may be: a limit that proof is to stay below lies beyond it. */
function farthest({ compared, margin }: Claim, proof: number): number {
  const { metric, change } = compared
  const higher = metric.direction === 'higher'
  const [low, high] = change.test?.bounds(1 - proof, higher ? -margin.value : margin.value) ?? [change.value, change.value]
  return higher ? low : high
}

/** To two significant digits, upwards and past the value itself, because guard stops a drop that equals its limit. */
function roundUp(value: number): number {
  if (value === 0) return 0
  const step = 10 ** (Math.floor(Math.log10(value)) - 1)
  return Number(((Math.floor(value / step + 1e-9) + 1) * step).toPrecision(2))
}
