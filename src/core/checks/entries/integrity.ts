/** Checks of a dataset as something to learn from: labels, leaks, constant and doubled features. */
import { count, plural, share as shownShare, verb, written } from '../../report/format.ts'
import type { DataSpec } from '../../schema/config.ts'
import { targetColumns } from '../../schema/target-columns.ts'
import { type Answer, fail, number, pass, type Row, shareAtMost, skipped } from '../answer.ts'
import { asked, type CheckEntry, figures, type Scope } from '../entry.ts'
import { type ColumnFacts, present, sql } from '../facts.ts'
import { columns, share, values, count as wholeNumber } from '../params.ts'
import { member } from '../sql-parts.ts'
import { canonical, rowHash } from './same-value.ts'

/** What the model learns from: `data.features`, or every column that the config gives no other part. */
export const featuresOf = (
  columnsThere: readonly ColumnFacts[],
  { features, id, time, weight, ...truth }: DataSpec,
): readonly ColumnFacts[] => {
  const targets = targetColumns(truth)
  return features === null
    ? columnsThere.filter(({ name }) => ![...targets, id, time, weight].includes(name))
    : columnsThere.filter(({ name }) => features.includes(name) && !targets.includes(name))
}

/** Names of the columns asked for, else of the features of one kind. */
export const askedOrFeatures = (
  { table, data }: Scope,
  names: readonly string[] | undefined,
  wanted: (column: ColumnFacts) => boolean,
): readonly string[] =>
  names ??
  featuresOf(table.columns, data)
    .filter(wanted)
    .map(({ name }) => name)

export const labelOf = ({ table, data }: Scope): ColumnFacts | null => table.columns.find((column) => column.name === data.target) ?? null
export const noLabel = ({ data }: Scope) =>
  data.targets
    ? skipped('data.target lists several labels, and this is judged of one: write rules of their columns under expect.columns')
    : skipped('there is no label: data.target is not written, or not there')
export const featuresAsked = (scope: Scope, names: readonly string[] | undefined): readonly ColumnFacts[] =>
  names === undefined ? featuresOf(scope.table.columns, scope.data) : names.map((name) => scope.find(name))

export const integrityChecks: readonly CheckEntry[] = [
  asked({
    name: 'conflicting_labels',
    on: 'table',
    roles: ['train', 'validation', 'test'],
    summary: 'at most this part of the labelled rows has the features of another row and a different label',
    fix: 'correct the labels, add the feature that tells these rows apart, or raise max',
    params: { max: share.optional(), columns: columns.optional() },
    short: 'max',
    columns: ({ columns: names = [] }) => names,
    needs: 'data.target',
    elsewhere: ['deepchecks ConflictingLabels'],
    example: '1%',
    queries: ({ columns: names }, scope) => {
      const label = labelOf(scope)
      const features = featuresAsked(scope, names)
      if (label === null || features.length === 0) return []
      const key = rowHash(features.map(canonical))
      return [
        sql(
          `SELECT coalesce(sum(n), 0) AS judged, coalesce(sum(n) FILTER (WHERE differs), 0) AS broken
           FROM (SELECT k, count(*) AS n, min(y) <> max(y) AS differs FROM (SELECT ${key} AS k, ${canonical(label)} AS y FROM ${scope.table.relation} WHERE ${present(label)}) GROUP BY k)`,
        ),
      ]
    },
    judge: ({ max = 0 }, [answer], scope) =>
      counted(
        scope,
        answer,
        max,
        (broken, judged) =>
          `${count(broken)} of ${plural(judged, 'labelled row')} ${verb(judged, 'have')} the features of another row and a different label`,
      ),
  }),
  asked({
    name: 'class_imbalance',
    on: 'table',
    roles: ['train', 'validation', 'test'],
    summary: 'no class of the label has less than min_share or more than max_share of the rows, or fewer than min_rows',
    fix: 'collect more of the rare class, weight it, or change the limit',
    params: { min_share: share.optional(), max_share: share.optional(), min_rows: wholeNumber.optional() },
    wrong: ({ min_share: low, max_share: high, min_rows: rows }) =>
      low === undefined && high === undefined && rows === undefined
        ? { text: 'Write min_share, max_share, min_rows or several of them.' }
        : null,
    needs: 'data.target',
    elsewhere: ['deepchecks ClassImbalance'],
    example: '{min_share: 1%}',
    queries: (_, scope) => {
      const label = labelOf(scope)
      if (label === null) return []
      return [
        sql(
          `SELECT count(*) AS classes, coalesce(sum(n), 0) AS total, min(n) AS rarest, max(n) AS commonest
           FROM (SELECT count(*) AS n FROM (SELECT ${canonical(label)} AS y FROM ${scope.table.relation} WHERE ${present(label)}) GROUP BY y)`,
        ),
      ]
    },
    judge: ({ min_share: low, max_share: high, min_rows: rows }, [answer], scope) => {
      const row = answer?.[0]
      if (row === undefined) return noLabel(scope)
      const [classes, total] = [number(row.classes) ?? 0, number(row.total) ?? 0]
      const [rarest, commonest] = [number(row.rarest) ?? 0, number(row.commonest) ?? 0]
      if (total === 0) return skipped('there are no labels to judge')
      if (classes > mostLabels) return skipped(`${scope.data.target} has ${plural(classes, 'value')}: these are no classes`)
      const limits = [low, high].filter((limit) => limit !== undefined)
      const part = (n: number) => `${count(n)} of ${plural(total, 'row')} (${shownShare(n / total, limits)})`
      if (rows !== undefined && rarest < rows)
        return fail(`the rarest of ${plural(classes, 'class', 'classes')} has ${part(rarest)}, fewer than ${count(rows)}`, {
          observed: rarest,
          limit: { value: rows, kind: 'min', unit: 'rows' },
        })
      if (low !== undefined && rarest / total < low)
        return fail(`the rarest of ${plural(classes, 'class', 'classes')} has ${part(rarest)}, less than ${written(low * 100)} %`, {
          observed: rarest / total,
          limit: { value: low, kind: 'min', unit: 'share' },
        })
      if (high !== undefined && commonest / total > high)
        return fail(
          `the most frequent of ${plural(classes, 'class', 'classes')} has ${part(commonest)}, more than ${written(high * 100)} %`,
          {
            observed: commonest / total,
            limit: shareAtMost(high),
          },
        )
      return pass(`the rarest of ${plural(classes, 'class', 'classes')} has ${part(rarest)}, the most frequent ${part(commonest)}`, {
        observed: rarest / total,
      })
    },
  }),
  figures({
    name: 'label_in_set',
    on: 'table',
    roles: ['train', 'validation', 'test'],
    summary: 'every label is one of the list; missing labels are not judged',
    fix: 'correct those labels, or add what is missing to the list',
    params: { values },
    short: 'values',
    needs: 'data.target',
    elsewhere: ['GX expect_column_values_to_be_in_set on the label'],
    example: '[0, 1]',
    figures: ({ values: allowed }, scope) => {
      const label = labelOf(scope)
      if (label === null) return { rows: sql('count(*)') }
      const inside = member(label, allowed)
      const judged = `${scope.keep} AND ${present(label)}`
      return {
        judged: sql(`count(*) FILTER (WHERE ${judged})`),
        broken: sql(`count(*) FILTER (WHERE ${judged} AND NOT (${inside.sql}))`, inside.values),
      }
    },
    judge: ({ values: allowed }, row, scope) =>
      labelOf(scope) === null
        ? noLabel(scope)
        : counted(
            scope,
            [row],
            0,
            (broken, judged) =>
              `${count(broken)} of ${plural(judged, 'label')} ${verb(judged, 'are')} none of the ${allowed.length} listed`,
          ),
  }),
  figures({
    name: 'label_null',
    on: 'table',
    roles: ['train', 'validation', 'test'],
    summary: 'at most this part of the rows has no label',
    fix: 'label these rows, or leave them out',
    params: { max: share.optional() },
    short: 'max',
    needs: 'data.target',
    elsewhere: ['GX expect_column_values_to_not_be_null on the label'],
    example: '0',
    figures: (_, scope) => {
      const label = labelOf(scope)
      if (label === null) return { rows: sql('count(*)') }
      return {
        judged: sql(`count(*) FILTER (WHERE ${scope.keep})`),
        broken: sql(`count(*) FILTER (WHERE ${scope.keep} AND NOT ${present(label)})`),
      }
    },
    judge: ({ max = 0 }, row, scope) =>
      labelOf(scope) === null
        ? noLabel(scope)
        : counted(scope, [row], max, (broken, judged) => `${count(broken)} of ${plural(judged, 'row')} ${verb(judged, 'have')} no label`),
  }),
]

/** A target of more values than this has no classes. */
const mostLabels = 1_000

function counted(scope: Scope, answer: readonly Row[] | undefined, max: number, says: (broken: number, judged: number) => string): Answer {
  const row = answer?.[0]
  if (row === undefined) return noLabel(scope)
  const [judged, broken] = [number(row.judged) ?? 0, number(row.broken) ?? 0]
  if (judged === 0) return skipped('there are no labelled rows to judge')
  const more = { judged, broken, limit: shareAtMost(max) }
  return broken <= max * judged ? pass(says(broken, judged), more) : fail(says(broken, judged), more)
}
