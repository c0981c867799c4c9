/** Every measure over every column for people: each group with its level, and how far the widest two are apart. */
import type { EvaluateDetails } from '../schema/evaluate-details.ts'
import type { Check } from '../schema/result.ts'
import { groupGap } from '../stats/group-gaps.ts'
import type { Compared, FairnessInput } from './fairness-groups.ts'
import { gapOf } from './fairness-rise.ts'
import { finite, shownInterval } from './figures.ts'

export function detailsOf(
  { columns, spec }: FairnessInput,
  all: readonly Compared[],
  checks: readonly Check[],
): NonNullable<EvaluateDetails['fairness']> {
  return {
    min_rows: spec.minRows,
    columns: columns.map(({ column, groups, without }) => ({
      column,
      without,
      groups: groups.map(({ id, label, rows }) => ({ group: id, label, rows: rows.length })),
    })),
    list: all.map((one) => {
      const { column, name, named, measure, parts, before, kept } = one
      const own = parts.map((groups) => kept.map((g) => groups[g]?.value ?? null))
      const was = before?.map((groups) => kept.map((g) => groups[g]?.value ?? null)) ?? null
      const ratios = own.map((values) => groupGap(values)?.ratio ?? Number.NaN)
      return {
        column: column.column,
        name,
        class: named,
        unit: measure.unit,
        gated: one.limits !== null,
        difference: gapOf(own),
        ratio: measure.ratio ? finite(Math.min(...ratios)) : null,
        baseline_difference: was && gapOf(was),
        checks: checks.filter((check) => check.metric === name && check.column === column.column).map(({ id }) => id),
        parts: measure.parts.map((part, at) => ({
          part: part.name,
          among: part.among,
          groups: (parts[at] ?? []).map(({ group, value, undefined: why, base, level }, g) => ({
            group: group.id,
            value: finite(value),
            undefined: why,
            interval: shownInterval(level?.bounds(0.975), measure.range),
            base,
            compared: kept.includes(g),
            baseline: finite(before?.[at]?.[g]?.value ?? null),
          })),
        })),
      }
    }),
  }
}
