/** Labels and categories that one role has and the training data has not, and the other way round. Labels are counted, never named. */
import { count, plural, probability, share as shownShare, verb, written } from '../../report/format.ts'
import { fail, number, pass, type Row, shareAtMost, skipped } from '../answer.ts'
import { asked, type CheckEntry, type Scope } from '../entry.ts'
import { type ColumnFacts, sql } from '../facts.ts'
import { columns, share } from '../params.ts'
import { askedOrFeatures, noLabel } from './integrity.ts'
import { folded } from './overlap.ts'
import { comparable } from './same-value.ts'
import { listed } from './schema.ts'
import { held, noTrain, twins } from './split.ts'

const isCategory = ({ kind }: ColumnFacts): boolean => kind === 'string' || kind === 'boolean'

/** Columns that are judged: those asked for, or every category among the features, where train has it too. */
const judgedColumns = (scope: Scope, names: readonly string[] | undefined): readonly string[] =>
  askedOrFeatures(scope, names, isCategory).filter((name) => twins(scope, name) !== null)

/** SQL of the levels of one column on both sides with their rows: k, here, there. */
function levels(scope: Scope, name: string): string {
  const pair = twins(scope, name)
  if (pair === null) throw new Error('a column that was said to be in both tables is not')
  const [here, there, train] = pair
  const [a, b] = comparable(here, there)
  return `SELECT k, sum(h) AS here, sum(1 - h) AS there FROM (SELECT ${a} AS k, 1 AS h FROM ${scope.table.relation} UNION ALL SELECT ${b}, 0 FROM ${train.relation}) WHERE k IS NOT NULL GROUP BY k`
}

const each = (names: readonly string[], query: (name: string) => string) =>
  names.length === 0 ? [] : [sql(names.map((name, i) => `SELECT ${i} AS c, * FROM (${query(name)})`).join(' UNION ALL '))]

const nothing = (scope: Scope) =>
  scope.others.has('train') ? skipped('there are no categories that this table and train both have') : noTrain

const wide = { needs: 'the rows of the training data', roles: held, on: 'table' } as const
const listOf = { max: share.optional(), columns: columns.optional() }

/** Per column a number of rows judged and broken; the worst gives the figures. */
function worst(rows: readonly Row[], names: readonly string[], max: number, says: (name: string, row: Row) => string, fine: string) {
  const all = rows
    .map((row) => ({ row, name: names[Number(row.c)] ?? '', judged: number(row.judged) ?? 0, broken: number(row.broken) ?? 0 }))
    .filter(({ judged }) => judged > 0)
    .toSorted((a, b) => b.broken / b.judged - a.broken / a.judged)
  const [first] = all
  if (first === undefined) return skipped('there are no values to judge')
  const high = all.filter(({ judged, broken }) => broken > max * judged)
  const more = { judged: first.judged, broken: first.broken, limit: shareAtMost(max), names: [first, ...high].map(({ name }) => name) }
  return high.length === 0
    ? pass(first.broken === 0 ? fine : says(first.name, first.row), more)
    : fail(`${listed(high.map(({ name, row }) => says(name, row)))}${max === 0 ? '' : ` (limit ${written(max * 100)} %)`}`, more)
}
const part = (row: Row) => `${count(number(row.broken) ?? 0)} of ${plural(number(row.judged) ?? 0, 'row')}`
const labels = (row: Row, of: string) => `${plural(number(row.labels) ?? 0, 'label')} of ${of} ${verb(number(row.labels) ?? 0, 'are')}`

export const categoryChecks: readonly CheckEntry[] = [
  asked({
    ...wide,
    name: 'new_label',
    summary: 'at most this part of the labelled rows has a label that train has not',
    fix: 'train on every class, or take these rows out',
    params: { max: share.optional() },
    short: 'max',
    needs: 'the rows of the training data, and data.target',
    elsewhere: ['deepchecks NewLabelTrainTest'],
    example: '0',
    queries: (_, scope) =>
      scope.data.target === null || twins(scope, scope.data.target) === null ? [] : each([scope.data.target], (name) => fresh(scope, name)),
    judge: ({ max = 0 }, [answer], scope) => {
      if (answer === undefined) return scope.data.target === null ? noLabel(scope) : noTrain
      return worst(
        answer,
        [scope.data.target ?? ''],
        max,
        (name, row) => `${labels(row, name)} not in train, ${part(row)}`,
        'every label is in train',
      )
    },
  }),
  asked({
    ...wide,
    name: 'new_category',
    summary:
      'of no category (text and truth among the features, or columns) more than this part of the rows has a label that train has not; 1 % by default',
    fix: 'train on these categories, or find out whether they are spelled in another way now',
    params: listOf,
    short: 'max',
    columns: ({ columns: names = [] }) => names,
    elsewhere: ['deepchecks NewCategoryTrainTest', 'NannyML unseen values'],
    example: '1%',
    queries: ({ columns: names }, scope) => each(judgedColumns(scope, names), (name) => fresh(scope, name)),
    judge: ({ max = 0.01, columns: names }, [answer], scope) =>
      answer === undefined
        ? nothing(scope)
        : worst(
            answer,
            judgedColumns(scope, names),
            max,
            (name, row) => `${labels(row, name)} not in train, ${part(row)}`,
            'every category is in train',
          ),
  }),
  asked({
    ...wide,
    name: 'vanished_category',
    summary:
      'no label with more than this part of the rows of train (1 % by default) is missing here, where that is no accident (p ≤ 0.001)',
    fix: 'find out where these rows went',
    params: listOf,
    short: 'max',
    columns: ({ columns: names = [] }) => names,
    elsewhere: ['deepchecks', 'TFDV'],
    example: '1%',
    queries: ({ columns: names }, scope) =>
      each(
        judgedColumns(scope, names),
        (name) =>
          `SELECT coalesce(sum(here), 0) AS "rows", coalesce(sum(there), 0) AS train, count(*) FILTER (WHERE here = 0) AS labels, coalesce(max(there) FILTER (WHERE here = 0), 0) AS most FROM (${levels(scope, name)})`,
      ),
    judge: ({ max = 0.01, columns: names }, [answer], scope) => {
      if (answer === undefined) return nothing(scope)
      const judged = judgedColumns(scope, names)
      const all = answer
        .map((row) => {
          const [rows, train, most] = [number(row.rows) ?? 0, number(row.train) ?? 0, number(row.most) ?? 0]
          const share = train === 0 ? 0 : most / train
          return { name: judged[Number(row.c)] ?? '', rows, train, share, gone: number(row.labels) ?? 0, p: (1 - share) ** rows }
        })
        .filter(({ rows, train }) => rows > 0 && train > 0)
        .toSorted((a, b) => b.share - a.share)
      const [first] = all
      if (first === undefined) return skipped('there are no values to judge')
      const missing = all.filter(({ share, p }) => share > max && p <= 0.001)
      const says = ({ name, gone, share, p }: typeof first) =>
        `${plural(gone, 'label')} of ${name} in train ${verb(gone, 'are')} not here, the most frequent with ${shownShare(share)} of its rows (p ${probability(p)})`
      const more = { observed: first.share, limit: shareAtMost(max), p: first.p, names: [first, ...missing].map(({ name }) => name) }
      if (missing.length > 0) return fail(listed(missing.map(says)), more)
      return pass(first.gone === 0 ? 'every label of train is here' : says(first), more)
    },
  }),
  asked({
    ...wide,
    name: 'string_mismatch_comparison',
    summary: 'at most this part of the rows spells a label of train in another way: case, punctuation, spaces',
    fix: 'spell these labels as in the training data',
    params: listOf,
    short: 'max',
    columns: ({ columns: names = [] }) => names,
    elsewhere: ['deepchecks StringMismatchComparison'],
    example: '0',
    queries: ({ columns: names }, scope) =>
      each(
        judgedColumns(scope, names),
        (name) =>
          `WITH l AS MATERIALIZED (SELECT k, here, there, nullif(${folded('k')}, '') AS bare FROM (${levels(scope, name)}))
           SELECT coalesce(sum(here), 0) AS judged, coalesce(sum(here) FILTER (WHERE variant), 0) AS broken, count(*) FILTER (WHERE variant) AS labels
           FROM (SELECT here, there = 0 AND bare IN (SELECT bare FROM l WHERE there > 0 AND bare IS NOT NULL) AS variant FROM l)`,
      ),
    judge: ({ max = 0, columns: names }, [answer], scope) =>
      answer === undefined
        ? nothing(scope)
        : worst(
            answer,
            judgedColumns(scope, names),
            max,
            (name, row) => `${labels(row, name)} spelled in another way than in train, ${part(row)}`,
            'no label is spelled in another way than in train',
          ),
  }),
]

const fresh = (scope: Scope, name: string): string =>
  `SELECT coalesce(sum(here), 0) AS judged, coalesce(sum(here) FILTER (WHERE there = 0), 0) AS broken, count(*) FILTER (WHERE there = 0) AS labels FROM (${levels(scope, name)})`
