/**
 * Two tables of a feature and a label → the cells that a test can be asked of. Chosen from the sums of rows and columns alone, which the tests keep as they
 * are, so that no choice makes an alarm.
 *
 *     label     classes with at least ten rows on both sides; the others together, where they have ten
 *     feature   classes of which each class of the label is expected five times on both sides; the others together, where they are
 *     numbers   their cells as they are; a group of at least ten rows
 *
 * Missing is a class of the feature; of the label it is not known.
 */

import { type AssociationTable, type Axis, cellsOf } from '../profile/associations.ts'
import type { Tested } from './association-moves.ts'
import { cellNames, otherValues } from './association-moves.ts'
import { groupShift } from './group-shift.ts'
import { type AssociationChange, type Counts, columnSums, interaction, sum, total } from './interaction.ts'
import type { PairMeasure } from './pair-measures.ts'

const fewest = 10
const expected = 5

export interface AssociationFound extends AssociationChange {
  readonly measure: Exclude<PairMeasure, 'rank_correlation'>
  readonly tested: Tested
}

/** @param excess rows that one independent row takes; @returns null where too few rows are left for two classes */
export function associationChange(before: AssociationTable, now: AssociationTable, excess: number): AssociationFound | null {
  const known = (table: AssociationTable): Counts => {
    const rows = table.counts.map((row) => row.slice(0, width(table.label)).map((count) => count / excess))
    return table.feature.levels === null ? transposed(rows) : rows
  }
  const named = (axis: Axis): readonly string[] => cellNames(axis.levels?.length ?? 0)
  const tables: Two = [known(before), known(now)]
  if (before.feature.levels !== null && before.label.levels !== null) {
    const labels = pooled(turned(tables), named(before.label), (a, b) => Math.min(a, b) >= fewest)
    const columns = turned(labels.tables)
    const leastShare = (counts: Counts) => Math.min(...columnSums(counts)) / total(counts)
    const [p, q] = columns.map(leastShare)
    const features = pooled(columns, named(before.feature), (a, b) => Math.min(a * (p ?? 0), b * (q ?? 0)) >= expected)
    const found = interaction(...features.tables)
    return found === null
      ? null
      : { ...found, measure: 'cramers_v', tested: { tables: features.tables, groups: features.names, values: labels.names, turned: false } }
  }
  const isTurned = before.feature.levels === null
  const { tables: groups, names } = pooled(tables, named(isTurned ? before.label : before.feature), (a, b) => Math.min(a, b) >= fewest)
  const found = groupShift(...groups)
  return found === null
    ? null
    : { ...found, measure: 'correlation_ratio', tested: { tables: groups, groups: names, values: null, turned: isTurned } }
}

/** Cells of a label that are known. */
const width = (axis: Axis): number => cellsOf(axis) - (axis.levels === null ? 0 : 1)

type Two = readonly [Counts, Counts]

/** Rows that are large enough, and behind them all others as one, where that is; with their names. */
function pooled(
  [before, now]: Two,
  called: readonly string[],
  enough: (a: number, b: number) => boolean,
): { readonly tables: Two; readonly names: readonly string[] } {
  const large = before.map((row, g) => enough(sum(row), sum(now[g] ?? [])))
  const rest = (counts: Counts) => columnSums(counts.filter((_, g) => large[g] !== true))
  const others = [rest(before), rest(now)] as const
  const kept = <T>(rows: readonly T[]) => rows.filter((_, g) => large[g] === true)
  const names = kept(before.map((_, g) => called[g] ?? otherValues))
  const more = enough(sum(others[0]), sum(others[1]))
  return more
    ? {
        tables: [
          [...kept(before), others[0]],
          [...kept(now), others[1]],
        ],
        names: [...names, otherValues],
      }
    : { tables: [kept(before), kept(now)], names }
}

const turned = ([a, b]: Two): Two => [transposed(a), transposed(b)]
const transposed = (counts: Counts): Counts => (counts[0] ?? []).map((_, j) => counts.map((row) => row[j] ?? 0))
