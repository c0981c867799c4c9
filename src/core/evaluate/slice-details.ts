/** The list of slices for people: worst first, each level drawn towards its column by what its size leaves open. */
import type { Metric } from '../metrics/metric.ts'
import { shrunk } from '../stats/slice-effect.ts'
import { finite, shownInterval } from './figures.ts'
import type { Judged, Told } from './slice-checks.ts'

/** Told of each metric, worst first. */
const mostTold = 50

const severity: Readonly<Record<Told['state'], number>> = { fail: 0, warn: 1, inconclusive: 2, ok: 2, alone: 2, undefined: 3 }

/** Worst first: what is broken, then by the level that is left when luck is taken off. */
export function told(own: readonly Judged[]): readonly Told[] {
  const levels = new Map(
    [...new Set(own.map(({ slice }) => slice.column))].flatMap((column) => drawn(own.filter(({ slice }) => slice.column === column))),
  )
  const sign = (metric: Metric) => (metric.direction === 'higher' ? 1 : -1)
  return own
    .toSorted(
      (a, b) =>
        severity[a.state] - severity[b.state] || sign(a.metric) * ((levels.get(a) ?? 0) - (levels.get(b) ?? 0)) || b.slice.n - a.slice.n,
    )
    .slice(0, mostTold)
    .map((one) => ({
      slice: one.slice.id,
      label: one.slice.label,
      metric: one.spec.name,
      direction: one.metric.direction,
      unit: one.metric.unit,
      n: one.slice.n,
      value: finite(one.value),
      interval: shownInterval(one.level?.bounds(0.975), null),
      shrunk: finite(levels.get(one)),
      baseline: finite(one.baseline),
      change: finite(one.change?.value),
      change_interval: shownInterval(one.change?.test?.bounds(0.975, 0), null),
      q: finite(one.q),
      effect: finite(one.phi),
      state: one.state,
    }))
}

/** The slices of one column, drawn towards their own mean: that of all rows is another thing for a metric that is no mean, such as roc_auc. */
function drawn(column: readonly Judged[]): readonly (readonly [Judged, number])[] {
  const known = column.flatMap((one) => {
    const bounds = one.level?.bounds(0.975)
    if (one.value === null || !bounds) return []
    const n = one.slice.n
    const variance = n * ((bounds[1] - bounds[0]) / 2 / 1.959964) ** 2
    return Number.isFinite(variance) ? [{ one, n, value: one.value, variance }] : []
  })
  const rows = known.reduce((sum, { n }) => sum + n, 0)
  const whole = known.reduce((sum, { n, value }) => sum + n * value, 0) / rows
  return shrunk(known, whole).flatMap((value, i) => (known[i] ? [[known[i].one, value] as const] : []))
}
