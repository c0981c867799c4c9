/** Checks that hold one role against the training data: rows, ids, groups and times that both have, and how large they are. */
import { count, plural, share as shownShare, written } from '../../report/format.ts'
import type { Role } from '../../schema/config.ts'
import { flag } from '../../schema/leaves.ts'
import { type Answer, fail, number, pass, type Row, shareAtMost, skipped } from '../answer.ts'
import { asked, type CheckEntry, decided, type Scope } from '../entry.ts'
import { type ColumnFacts, isMoment, sql } from '../facts.ts'
import { columnName, columns, share, count as wholeNumber } from '../params.ts'
import { byChance } from './chance.ts'
import { moment, noneReads, unreadIn } from './moments.ts'
import { isText, nearQuery, usualSimilarity } from './near-text.ts'
import { fuzzy, overlapQueries, rowColumns } from './overlap.ts'
import { comparable } from './same-value.ts'

/** Roles that are held against the training data. */
export const held: readonly Role[] = ['validation', 'test', 'current']
/** Below it, too many texts that are alike would not be found. */
const leastSimilarity = 0.6
/** Rows that are met today may well be those of the training data. */
const tested: readonly Role[] = ['validation', 'test']
export const noTrain = skipped('there are no rows of data.train to compare with')

/** A column of this table and that of its name in train; null where one lacks it. */
export function twins(scope: Scope, name: string | null): readonly [ColumnFacts, ColumnFacts, Scope['table']] | null {
  const train = scope.others.get('train')
  const here = scope.table.columns.find((column) => column.name === name)
  const there = train?.columns.find((column) => column.name === name)
  return train === undefined || here === undefined || there === undefined ? null : [here, there, train]
}

interface Shares {
  readonly name: string
  readonly summary: string
  readonly fix: string
  readonly elsewhere: readonly string[]
  /** the part of the config that names its column */
  readonly part: 'id' | 'group' | 'time'
  readonly example: string
  /** one row: `judged`, `broken` */
  readonly query: (twins: readonly [ColumnFacts, ColumnFacts, Scope['table']], scope: Scope) => string
  readonly says: (broken: number, judged: number, name: string) => string
  readonly quiet?: (row: Row) => string | null
}

/** Checks of one column that both tables have. */
const sharing = ({ part, query, says, quiet, ...rest }: Shares): CheckEntry =>
  asked({
    ...rest,
    on: 'table',
    roles: tested,
    params: { max: share.optional(), column: columnName.optional() },
    short: 'max',
    columns: ({ column }, data) => [column ?? data[part] ?? []].flat(),
    needs: `the rows of the training data, and data.${part} or column`,
    queries: ({ column }, scope) => {
      const pair = twins(scope, column ?? scope.data[part])
      return pair === null ? [] : [sql(query(pair, scope))]
    },
    judge: ({ max = 0, column }, [answer], scope) => {
      const name = column ?? scope.data[part]
      if (name === null) return skipped(`no column is said to be the ${part}: write column, or data.${part}`)
      const row = answer?.[0]
      if (row === undefined) return skipped(`there are no rows of data.train with ${name} to compare with`)
      const because = quiet?.(row) ?? null
      return because === null ? parted(row, max, (broken, judged) => says(broken, judged, name), name) : skipped(`${name} ${because}`)
    },
  })

function parted(row: Row, max: number, says: (broken: number, judged: number) => string, name: string): Answer {
  const [judged, broken] = [number(row.judged) ?? 0, number(row.broken) ?? 0]
  const unread = unreadIn(row, name, ', here or in train')
  if (unread !== null) return unread
  if (judged === 0) return skipped(`${name} has no values to judge`)
  const more = { judged, broken, limit: shareAtMost(max) }
  const said = says(broken, judged)
  return broken <= max * judged ? pass(said, more) : fail(max === 0 ? said : `${said} (limit ${written(max * 100)} %)`, more)
}

const one = (value: string, relation: string) => `SELECT k FROM (SELECT ${value} AS k FROM ${relation}) WHERE k IS NOT NULL`
const times = ([here, there, train]: readonly [ColumnFacts, ColumnFacts, Scope['table']], { table }: Scope) =>
  `WITH here AS (${one(moment(here), table.relation)}), there AS (${one(moment(there), train.relation)}), ends AS (SELECT min(k) AS a, max(k) AS b FROM there)`
/** Last in the list of a query over times: text stands on one of the two sides and none of it is a time, so that nothing could be compared. */
const unread = ([here, there, train]: readonly [ColumnFacts, ColumnFacts, Scope['table']], { table }: Scope) => {
  const words = (column: ColumnFacts, relation: string) =>
    isMoment(column.kind) ? 'false' : `(SELECT ${noneReads(column)} FROM ${relation})`
  return `(${words(here, table.relation)} OR ${words(there, train.relation)}) AS unread`
}

/** Integers that count every row from their smallest on number the rows of a file, and mean nothing in another one. */
const rowCounters = (row: Row): string | null => {
  const dense = (rows: unknown, low: unknown, high: unknown) => low !== null && Number(high) - Number(low) + 1 === Number(rows)
  return dense(row.judged, row.low, row.high) && dense(row.rows, row.train_low, row.train_high) && row.low === row.train_low
    ? 'counts the rows of each file from the same number on: it says nothing across files'
    : null
}

export const splitChecks: readonly CheckEntry[] = [
  asked({
    name: 'train_test_overlap',
    on: 'table',
    roles: tested,
    summary: 'at most this part of the rows is also in train, beside those that are by chance because such rows repeat',
    fix: 'take these rows out of one of the two, and split before rows are copied or sampled',
    params: {
      max: share.optional(),
      columns: columns.optional(),
      features_only: flag.optional(),
      fuzzy: flag.optional(),
      similarity: share.optional(),
      by_chance: flag.optional(),
      cautious: flag.optional(),
    },
    short: 'max',
    wrong: ({ fuzzy: nearly = false, similarity }) =>
      similarity === undefined || (nearly && similarity >= leastSimilarity)
        ? null
        : {
            key: 'similarity',
            text: `similarity is how alike long texts must be, from ${leastSimilarity} to 1, and goes with fuzzy: true`,
          },
    columns: ({ columns: names = [] }) => names,
    needs: 'the rows of the training data',
    elsewhere: ['deepchecks TrainTestSamplesMix', 'Evidently'],
    example: '{max: 1%, features_only: true}',
    queries: (params, scope) => {
      const train = scope.others.get('train')
      const pairs = train === undefined ? [] : rowColumns(scope, train, params)
      if (train === undefined || pairs.length === 0) return []
      const nearly = params.fuzzy === true
      const values = pairs.map(([a, b]) => (nearly ? fuzzy(a, b) : comparable(a, b)))
      if (!nearly || !pairs.some(isText)) return overlapQueries(scope.table, train, values, params.cautious === true)
      const marked = pairs.map((pair, i) => {
        const text = isText(pair)
        const [here = '', there = ''] = values[i] ?? []
        return [
          { value: here, text },
          { value: there, text },
        ] as const
      })
      return [nearQuery(scope.table, train, marked, params.similarity ?? usualSimilarity)]
    },
    judge: (
      { max = 0, by_chance: chance = true, cautious = false, fuzzy: nearly = false, similarity = usualSimilarity },
      [found, other],
      scope,
    ) => {
      const row = found?.[0]
      // of long texts one query tells both
      const repeated = other?.[0] ?? row
      if (row === undefined)
        return scope.others.has('train') ? skipped('this table and train have no columns in common that make a row') : noTrain
      const [judged, broken] = [number(row.judged) ?? 0, number(row.broken) ?? 0]
      if (judged === 0) return skipped('there are no rows to judge')
      const { expected, explained } = byChance(
        { n: number(repeated?.n) ?? 0, once: number(repeated?.once) ?? 0, twice: number(repeated?.twice) ?? 0 },
        judged,
        cautious,
      )
      const allowed = Math.min(judged, max * judged + (chance ? explained : 0))
      const says =
        `${count(broken)} of ${plural(judged, 'row')} (${shownShare(broken / judged)}) are also in train${nearly ? `, when numbers are rounded and text is folded${other === undefined ? `, and long texts are ${written(similarity * 100)} % alike` : ''}` : ''}` +
        (expected / judged >= 0.0005 ? `; ${shownShare(expected / judged)} are there by chance, as often as rows of train repeat` : '')
      const more = { judged, broken, limit: shareAtMost(allowed / judged) }
      return broken <= allowed
        ? pass(says, more)
        : fail(max === 0 ? says : `${says} (limit ${written(max * 100)} %${expected >= 0.5 && chance ? ' more' : ''})`, more)
    },
  }),
  sharing({
    name: 'id_overlap',
    part: 'id',
    summary:
      'at most this part of the rows has an id (data.id, or column) that is in train; a column that only numbers the rows of each file is not judged',
    fix: 'split by id, so that one id is on one side only',
    elsewhere: ['deepchecks IndexTrainTestLeakage'],
    example: '{max: 0, column: a}',
    query: ([here, there, train], { table }) => {
      const [a, b] = comparable(here, there)
      const ends = here.kind === 'integer' && there.kind === 'integer'
      const low = (name: string) => (ends ? `(SELECT CAST(min(k) AS VARCHAR) FROM ${name})` : 'NULL')
      const high = (name: string) => (ends ? `(SELECT CAST(max(k) AS VARCHAR) FROM ${name})` : 'NULL')
      return `WITH here AS (${one(a, table.relation)}), there AS (${one(b, train.relation)})
        SELECT (SELECT count(*) FROM here) AS judged, (SELECT count(*) FROM here SEMI JOIN there USING (k)) AS broken, (SELECT count(*) FROM there) AS "rows",
          ${low('here')} AS low, ${high('here')} AS high, ${low('there')} AS train_low, ${high('there')} AS train_high`
    },
    says: (broken, judged, name) => `the ${name} of ${count(broken)} of ${plural(judged, 'row')} is also in train`,
    quiet: rowCounters,
  }),
  sharing({
    name: 'group_overlap',
    part: 'group',
    summary: 'at most this part of the groups (data.group, or column) is also in train',
    fix: 'split by group, so that one user, patient or device is on one side only',
    elsewhere: ['deepchecks GroupTrainTestLeakage', 'scikit-learn GroupKFold'],
    example: '{max: 0, column: a}',
    query: ([here, there, train], { table }) => {
      const [a, b] = comparable(here, there)
      return `WITH here AS (SELECT DISTINCT k FROM (${one(a, table.relation)})), there AS (${one(b, train.relation)})
        SELECT (SELECT count(*) FROM here) AS judged, (SELECT count(*) FROM here SEMI JOIN there USING (k)) AS broken`
    },
    says: (broken, judged, name) => `${count(broken)} of ${plural(judged, 'group')} of ${name} are also in train`,
  }),
  sharing({
    name: 'date_overlap',
    part: 'time',
    summary: 'at most this part of the rows lies at or before the newest row of train (data.time, or column)',
    fix: 'split by time: a model is to be tested on what came after it was trained',
    elsewhere: ['deepchecks DateTrainTestLeakageOverlap'],
    example: '{max: 100%, column: a}',
    query: (pair, scope) =>
      `${times(pair, scope)} SELECT (SELECT count(*) FROM here, ends WHERE b IS NOT NULL) AS judged, (SELECT count(*) FROM here, ends WHERE k <= b) AS broken, ${unread(pair, scope)}`,
    says: (broken, judged, name) => `the ${name} of ${count(broken)} of ${plural(judged, 'row')} is at or before the newest of train`,
  }),
  sharing({
    name: 'date_duplicates',
    part: 'time',
    summary: 'at most this part of the rows has a time that a row of train has too (data.time, or column)',
    fix: 'split between two times, so that rows of one moment are on one side',
    elsewhere: ['deepchecks DateTrainTestLeakageDuplicates'],
    example: '{max: 100%, column: a}',
    query: (pair, scope) =>
      `${times(pair, scope)} SELECT (SELECT count(*) FROM here) AS judged, (SELECT count(*) FROM here SEMI JOIN there USING (k)) AS broken, ${unread(pair, scope)}`,
    says: (broken, judged, name) => `the ${name} of ${count(broken)} of ${plural(judged, 'row')} is that of a row of train too`,
  }),
  sharing({
    name: 'test_before_train',
    part: 'time',
    summary: 'at most this part of the rows lies before the oldest row of train (data.time, or column)',
    fix: 'split by time: a model cannot be tested on what was before its training data',
    elsewhere: ['deepchecks'],
    example: '{max: 100%, column: a}',
    query: (pair, scope) =>
      `${times(pair, scope)} SELECT (SELECT count(*) FROM here, ends WHERE a IS NOT NULL) AS judged, (SELECT count(*) FROM here, ends WHERE k < a) AS broken, ${unread(pair, scope)}`,
    says: (broken, judged, name) => `the ${name} of ${count(broken)} of ${plural(judged, 'row')} is before the oldest of train`,
  }),
  decided({
    name: 'size_comparison',
    on: 'table',
    roles: held,
    summary: 'the table has at least min_rows rows (100) and min_ratio as many as train (1 %)',
    fix: 'set more rows aside, or lower the limit',
    params: { min_rows: wholeNumber.optional(), min_ratio: share.optional() },
    needs: 'the training data or its profile, for min_ratio',
    elsewhere: ['deepchecks DatasetsSizeComparison'],
    example: '{min_rows: 1, min_ratio: 1%}',
    decide: ({ min_rows: rows = 100, min_ratio: least = 0.01 }, { table, others, reference }) => {
      const train = others.get('train')?.rows ?? reference?.rows ?? null
      if (table.rows < rows)
        return fail(`${plural(table.rows, 'row')}, fewer than ${count(rows)}`, {
          observed: table.rows,
          limit: { value: rows, kind: 'min', unit: 'rows' },
        })
      if (train === null || train === 0)
        return pass(plural(table.rows, 'row'), { observed: table.rows, limit: { value: rows, kind: 'min', unit: 'rows' } })
      const observed = table.rows / train
      const says = `${plural(table.rows, 'row')}, ${shownShare(observed, [least])} of the ${count(train)} of train`
      const more = { observed, limit: { value: least, kind: 'min', unit: 'share' } } as const
      return observed >= least ? pass(says, more) : fail(`${says} (at least ${written(least * 100)} %)`, more)
    },
  }),
]
