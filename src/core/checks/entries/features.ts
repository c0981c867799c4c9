/** Checks of the features among themselves: pairs that say the same, features that say nothing, rows that lie outside in many. */
import { correlationChange } from '../../drift/correlation.ts'
import { count, plural, verb, written } from '../../report/format.ts'
import { targetColumns } from '../../schema/target-columns.ts'
import { benjaminiHochberg } from '../../stats/multiplicity.ts'
import { fail, number, pass, type Row, shareAtMost, skipped } from '../answer.ts'
import { asked, type CheckEntry, decided, figures, type Scope } from '../entry.ts'
import { type ColumnFacts, isNumeric, present, type Sql, sql } from '../facts.ts'
import { columns, share, strength, count as wholeNumber } from '../params.ts'
import { asNumber, asText } from '../sql-parts.ts'
import { sample } from './association.ts'
import { featuresAsked, featuresOf } from './integrity.ts'
import { classPairs, type Pair, profilePairs, rankPairs, readPairs } from './pairs.ts'
import { listed } from './schema.ts'

const possible = (queries: readonly (Sql | null)[]): readonly Sql[] => queries.filter((query) => query !== null)
const inPairs = ({ a, b, found }: Pair): string => `${a} and ${b} (${found.strength.toFixed(2)})`

export const featureChecks: readonly CheckEntry[] = [
  asked({
    name: 'feature_feature_correlation',
    on: 'table',
    summary: 'no two features say nearly the same: at most max (of numbers |ρ| on ranks, of classes Cramér’s V)',
    fix: 'drop one of the two, or raise max',
    params: { max: strength.optional(), columns: columns.optional() },
    short: 'max',
    columns: ({ columns: names = [] }) => names,
    elsewhere: ['deepchecks FeatureFeatureCorrelation'],
    example: '0.95',
    queries: ({ columns: names }, scope) =>
      possible([rankPairs(scope.table, featuresAsked(scope, names)), classPairs(scope.table, featuresAsked(scope, names))]),
    judge: ({ max = 0.95, columns: names }, answers, scope) => {
      const pairs = readPairs(answers.flat(), featuresAsked(scope, names))
      const [strongest] = pairs
      if (strongest === undefined) return skipped('there are no two features that could be held against each other')
      const high = pairs.filter(({ found }) => found.strength > max && found.p <= 0.001)
      const more = {
        observed: strongest.found.strength,
        limit: { value: max, kind: 'max', unit: null },
        p: strongest.found.p,
        names: [strongest, ...high].flatMap(({ a, b }) => [a, b]),
      } as const
      return high.length === 0
        ? pass(`of ${plural(pairs.length, 'pair')} ${inPairs(strongest)} go together most`, more)
        : fail(`${listed(high.map(inPairs))} say nearly the same (limit ${written(max)})`, more)
    },
  }),
  asked({
    name: 'correlation_change',
    on: 'table',
    roles: ['validation', 'test', 'current'],
    summary:
      'no rank correlation of two numbers changed by more than max against the training data, where it is no accident; what classes and the label tell of each other is compared by drift (`drift.association`)',
    fix: 'look at the two columns named: one of them may be made in another way now',
    params: { max: strength.optional(), columns: columns.optional() },
    short: 'max',
    columns: ({ columns: names = [] }) => names,
    needs: 'the rows of the training data, or the pairs of its profile',
    elsewhere: ['Evidently correlation change', 'deepchecks FeatureLabelCorrelationChange'],
    example: '0.2',
    queries: ({ columns: names }, scope) => {
      const both = compared(scope, names)
      const here = both.map(([column]) => column)
      const there = both.map(([, column]) => column)
      const train = trainOf(scope)
      return possible([rankPairs(scope.table, here, true), train === undefined ? null : rankPairs(train, there)])
    },
    judge: ({ max = 0.2, columns: names }, [here = [], there], scope) => {
      const both = compared(scope, names)
      const before =
        there === undefined
          ? scope.reference === null
            ? []
            : profilePairs(scope.reference)
          : readPairs(
              there,
              both.map(([, column]) => column),
            )
      const changes = changesOf(
        readPairs(
          here,
          both.map(([column]) => column),
        ),
        before,
      )
      const [largest] = changes
      if (largest === undefined) return skipped('there are no two numbers in this table and in the training data that could be compared')
      const far = changes.filter(({ change, q }) => change > max && q <= 0.01)
      const more = {
        observed: largest.change,
        limit: { value: max, kind: 'max', unit: null },
        p: largest.q,
        names: [largest, ...far].flatMap(({ pair: { a, b } }) => [a, b]),
      } as const
      const says = ({ pair, was, is }: (typeof changes)[number]) => `${pair.a} and ${pair.b} from ${was.toFixed(2)} to ${is.toFixed(2)}`
      return far.length === 0
        ? pass(`of ${plural(changes.length, 'correlation')} that of ${says(largest)} changed most`, more)
        : fail(`${listed(far.map(says))} (limit ${written(max)})`, more)
    },
  }),
  asked({
    name: 'outlier_rows',
    on: 'table',
    summary: 'at most this part of the rows lies beyond the 0.05th or the 99.95th percentile in several numbers at once',
    fix: 'look at these rows: units, defaults or shifted columns usually make them',
    params: { max: share.optional(), columns: wholeNumber.optional() },
    short: 'max',
    elsewhere: ['deepchecks OutlierSampleDetection'],
    example: '{max: 0.1%, columns: 3}',
    queries: ({ columns: least = 3 }, { table }) => {
      const numbers = table.columns.filter(({ kind }) => isNumeric(kind))
      if (numbers.length < least) return []
      const list = numbers.map((column, i) => `CASE WHEN isfinite(${asNumber(column)}) THEN ${asNumber(column)} END AS x${i}`)
      const edges = numbers.map((_, i) => `list_sort(list(x${i}) FILTER (WHERE x${i} IS NOT NULL)) AS v${i}, count(x${i}) AS n${i}`)
      const at = (i: number, place: string) => `v${i}[${place}]`
      const ends = numbers.map(
        (_, i) => `${at(i, `CAST(ceil(n${i} * 0.0005) AS BIGINT)`)} AS lo${i}, ${at(i, `CAST(ceil(n${i} * 0.9995) AS BIGINT)`)} AS hi${i}`,
      )
      const beyond = numbers.map((_, i) => `coalesce(CAST(x${i} < lo${i} OR x${i} > hi${i} AS INTEGER), 0)`)
      return [
        sql(
          `WITH e AS MATERIALIZED (SELECT ${ends.join(', ')} FROM (SELECT ${edges.join(', ')} FROM (${sample(table, list, 65_536)})))
           SELECT count(*) AS judged, count(*) FILTER (WHERE ${beyond.join(' + ')} >= ${least}) AS broken FROM (SELECT ${list.join(', ')} FROM ${table.relation}), e`,
        ),
      ]
    },
    judge: ({ max = 0.001, columns: least = 3 }, [answer]) => {
      const row = answer?.[0]
      if (row === undefined) return skipped(`there are fewer than ${plural(least, 'column')} of numbers`)
      const [judged, broken] = [number(row.judged) ?? 0, number(row.broken) ?? 0]
      if (judged === 0) return skipped('there are no rows to judge')
      const says = `${count(broken)} of ${plural(judged, 'row')} lie outside in ${plural(least, 'column')} or more`
      const more = { judged, broken, limit: shareAtMost(max) }
      return broken <= max * judged ? pass(says, more) : fail(says, more)
    },
  }),
  figures({
    name: 'constant_features',
    on: 'table',
    summary: 'no feature is the same, or missing, in every row',
    fix: 'drop these features, or find out where their values went',
    params: {},
    elsewhere: ['deepchecks IsSingleValue', 'Evidently constant columns'],
    example: '{}',
    figures: (_, scope) =>
      Object.fromEntries([
        ['rows', sql(`count(*) FILTER (WHERE ${scope.keep})`)],
        ...featuresOf(scope.table.columns, scope.data).map((column, i) => {
          const value = column.kind === 'other' ? asText(column) : column.quoted
          const there = `FILTER (WHERE ${scope.keep} AND ${present(column)})`
          const missing = `count(*) FILTER (WHERE ${scope.keep} AND NOT ${present(column)})`
          return [
            `c${i}`,
            sql(
              `CASE WHEN count(*) ${there} = 0 THEN 1 WHEN ${missing} = 0 AND min(${value}) ${there} = max(${value}) ${there} THEN 1 ELSE 0 END`,
            ),
          ] as const
        }),
      ]),
    judge: (_, row: Row, scope) => {
      const features = featuresOf(scope.table.columns, scope.data)
      if ((number(row.rows) ?? 0) < 2) return skipped('there are fewer than two rows')
      const constant = features.filter((_, i) => number(row[`c${i}`]) === 1).map(({ name }) => name)
      const more = { observed: constant.length, limit: { value: 0, kind: 'max', unit: 'columns' }, names: constant } as const
      return constant.length === 0
        ? pass(`no feature of ${count(features.length)} is constant`, more)
        : fail(`${listed(constant)} ${verb(constant.length, 'are')} the same in every row`, more)
    },
  }),
  decided({
    name: 'unused_features',
    on: 'table',
    summary: 'every column is a feature or has another part in the config',
    fix: 'add the column to data.features, or leave it out of the data',
    params: {},
    needs: 'data.features',
    elsewhere: ['deepchecks UnusedFeatures'],
    example: '{}',
    decide: (_, { table, data }) => {
      if (data.features === null) return skipped('data.features is not written: every column may be one')
      const used = [...data.features, ...targetColumns(data), data.id, data.time, data.group, data.weight, data.horizon, ...data.sensitive]
      const unused = table.columns.map(({ name }) => name).filter((name) => !used.includes(name))
      const more = { observed: unused.length, limit: { value: 0, kind: 'max', unit: 'columns' }, names: unused } as const
      return unused.length === 0
        ? pass('every column is used', more)
        : fail(`${listed(unused)} ${verb(unused.length, 'are')} used for nothing`, more)
    },
  }),
]

const trainOf = ({ others }: Scope): Scope['table'] | undefined => others.get('train')

/** Numbers of this table, beside the column of that name in the training data where its rows are there. */
function compared(scope: Scope, names: readonly string[] | undefined): readonly (readonly [ColumnFacts, ColumnFacts])[] {
  const train = trainOf(scope)
  return featuresAsked(scope, names).flatMap((here) => {
    const there = train === undefined ? here : train.columns.find(({ name }) => name === here.name)
    return there !== undefined && isNumeric(here.kind) && isNumeric(there.kind) ? [[here, there] as const] : []
  })
}

/** The test of drift, adjusted over all pairs. Largest change first. */
function changesOf(now: readonly Pair[], before: readonly Pair[]) {
  const key = ({ a, b }: Pair) => JSON.stringify([a, b].toSorted())
  const old = new Map(before.map((pair) => [key(pair), pair]))
  const both = now.flatMap((pair) => {
    const was = old.get(key(pair))
    if (was === undefined || was.r === null || pair.r === null || was.found.n < 30 || pair.found.n < 30) return []
    const { p } = correlationChange(was.r, was.found.n, pair.r, pair.found.n, { ranks: true, spread: pair.spread })
    return [{ pair, was: was.r, is: pair.r, change: Math.abs(was.r - pair.r), p }]
  })
  const q = benjaminiHochberg(both.map((one) => one.p))
  return both.map((one, i) => ({ ...one, q: q[i] ?? 1 })).toSorted((a, b) => b.change - a.change)
}
