/** Profiles made of values that a test can name: what the engine counts over a file, counted here over an array. */
import { type DriftInput, type DriftJudgement, judgeDrift } from '../../../src/core/drift/judge.ts'
import type { ColumnProfile, ProfileKind, TableProfile } from '../../../src/core/schema/profile.ts'
import { random } from '../../../src/core/stats/random.ts'

type Value = number | string | null

const blank = (name: string, kind: ProfileKind, values: readonly Value[]): ColumnProfile => ({
  name,
  kind,
  reason: 'test',
  type: 'TEST',
  sensitive: false,
  n: values.length,
  n_null: values.filter((value) => value === null).length,
  n_nan: values.filter((value) => Number.isNaN(value)).length,
  n_pos_inf: values.filter((value) => value === Infinity).length,
  n_neg_inf: values.filter((value) => value === -Infinity).length,
  n_empty: 0,
  numeric: null,
  categories: null,
})

export function percentiles(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b)
  const at = Array.from({ length: 99 }, (_, i) => sorted[Math.ceil(((i + 1) / 100) * sorted.length) - 1] ?? 0)
  return [...new Set(at)]
}

const tally = <T>(values: readonly T[]): Map<T, number> => {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

export function numbers(name: string, values: readonly (number | null)[], edges?: readonly number[]): ColumnProfile {
  const finite = values.filter((value): value is number => value !== null && Number.isFinite(value))
  const at = [...(edges ?? percentiles(finite))]
  const cells = new Array<number>(at.length + 1).fill(0)
  for (const value of finite) {
    const found = at.findIndex((edge) => value <= edge)
    const j = found < 0 ? at.length : found
    cells[j] = (cells[j] ?? 0) + 1
  }
  const mean = finite.reduce((sum, value) => sum + value, 0) / Math.max(1, finite.length)
  const least = finite.reduce((low, value) => Math.min(low, value), Infinity)
  const most = finite.reduce((high, value) => Math.max(high, value), -Infinity)
  return {
    ...blank(name, 'numeric-continuous', values),
    numeric: {
      min: finite.length === 0 ? null : least,
      max: finite.length === 0 ? null : most,
      mean,
      m2: finite.reduce((sum, value) => sum + (value - mean) ** 2, 0),
      edges: at,
      edges_id: at.join(),
      cells,
      spikes: [...tally(finite)]
        .filter(([, count]) => count >= Math.max(5, 0.005 * values.length))
        .map(([value, count]) => ({ value, count })),
    },
  }
}

export function labels(name: string, values: readonly (string | null)[], kind: ProfileKind = 'categorical'): ColumnProfile {
  const all = [...tally(values.filter((value): value is string => value !== null))]
  const top = all.filter(([, count]) => count >= 5).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  const kept = top.reduce((sum, [, count]) => sum + count, 0)
  return {
    ...blank(name, kind, values),
    categories: {
      top: top.map(([value, count]) => ({ value, count })),
      other_count: all.reduce((sum, [, count]) => sum + count, 0) - kept,
      distinct: all.length,
    },
  }
}

/** Counts of levels, written out as rows. */
export const rows = (counts: Readonly<Record<string, number>>): string[] =>
  Object.entries(counts).flatMap(([label, count]) => new Array<string>(count).fill(label))

export const table = (role: string, columns: readonly ColumnProfile[]): TableProfile => ({
  role,
  rows: columns[0]?.n ?? 0,
  fingerprint: `${role} ${columns.map((column) => JSON.stringify(column)).join()}`,
  digests: [],
  columns: [...columns],
})

const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const

/** Tables of these columns judged; everything that is not given is as when nothing was configured. */
export function judge(
  reference: readonly ColumnProfile[],
  current: readonly ColumnProfile[],
  more: Partial<DriftInput> = {},
): DriftJudgement {
  return judgeDrift({
    reference: table('train', reference),
    current: table('current', current),
    targets: [],
    positive: null,
    features: null,
    leaveOut: [],
    columns: {},
    policy,
    capAtWarn: false,
    ...more,
  })
}

/** One column judged: its line, and its checks by id. */
export function judgeOne(reference: ColumnProfile, current: ColumnProfile, more: Partial<DriftInput> = {}) {
  const { checks, columns } = judge([reference], [current], more)
  const [row] = columns
  if (row === undefined) throw new Error('no row')
  return { row, checks: new Map(checks.map((check) => [check.id, check])) }
}

export function gaussian(seed: number, n: number, mean = 0, sd = 1): number[] {
  const rng = random(seed)
  return Array.from({ length: n }, () => mean + sd * rng.normal())
}

/** Reference and current of one number column, counted at the reference's edges, with what lies beyond its extremes. */
export function pair(before: readonly (number | null)[], now: readonly (number | null)[], name = 'x'): [ColumnProfile, ColumnProfile] {
  const reference = numbers(name, before)
  const current = numbers(name, now, reference.numeric?.edges ?? [])
  const { min = null, max = null } = reference.numeric ?? {}
  const values = now.filter((value): value is number => value !== null && Number.isFinite(value))
  if (current.numeric === null || min === null || max === null) return [reference, current]
  const beyond = { below: values.filter((value) => value < min).length, above: values.filter((value) => value > max).length }
  return [reference, { ...current, numeric: { ...current.numeric, beyond } }]
}
