/** Checks of what tells the label and should not: the order of rows, an identifier, a single feature. */
import { plural, probability, written } from '../../report/format.ts'
import { type Answer, fail, type Limit, pass, type Row, skipped } from '../answer.ts'
import { asked, type CheckEntry } from '../entry.ts'
import type { ColumnFacts } from '../facts.ts'
import { columnName, columns, strength } from '../params.ts'
import { rowPlace } from '../sql-parts.ts'
import { type Association, isOrdered, labelAssociation, labelQueries } from './association.ts'
import { featuresAsked, labelOf, noLabel } from './integrity.ts'
import { listed } from './schema.ts'

/** An association that chance makes once in a thousand tables is not one. */
const sure = 0.001
const most = (value: number): Limit => ({ value, kind: 'max', unit: null })
const two = (value: number): string => value.toFixed(2)

export const leakageChecks: readonly CheckEntry[] = [
  asked({
    name: 'identifier_label_association',
    also: ['identifier_label_correlation'],
    on: 'table',
    roles: ['train', 'validation', 'test'],
    summary: 'the order of the identifier (data.id, or column) says nothing of the label: at most max on [0, 1], where it is no accident',
    fix: 'leave the identifier out of the features, and find out what it is numbered by',
    params: { max: strength.optional(), column: columnName.optional() },
    short: 'max',
    columns: ({ column }, { id }) => [column ?? id ?? []].flat(),
    needs: 'data.target, and data.id or column',
    elsewhere: ['deepchecks IdentifierLabelCorrelation'],
    example: '{max: 0.5, column: a}',
    queries: ({ column }, scope) => {
      const label = labelOf(scope)
      const name = column ?? scope.data.id
      return label === null || name === null || name === label.name ? [] : labelQueries(scope.table, [scope.find(name)], label, () => true)
    },
    judge: ({ max = 0.1, column }, [answer], scope) => {
      const name = column ?? scope.data.id
      const label = labelOf(scope)
      if (label === null) return noLabel(scope)
      if (name === null || name === label.name) return skipped('no column is said to be the identifier: write column, or data.id')
      return tells(`the order of ${name}`, answer?.[0], label, max)
    },
  }),
  asked({
    name: 'index_leakage',
    on: 'table',
    roles: ['train', 'validation', 'test'],
    summary: 'the order of the rows says nothing of the label: at most max on [0, 1], where it is no accident',
    fix: 'shuffle the rows before they are split, or write data.time when their order is time',
    params: { max: strength.optional() },
    short: 'max',
    needs: 'data.target',
    elsewhere: ['deepchecks IndexLabelCorrelation'],
    example: '0.5',
    queries: (_, scope) => {
      const label = labelOf(scope)
      if (label === null) return []
      const place: ColumnFacts = {
        name: 'row',
        quoted: rowPlace(scope.table),
        kind: 'integer',
        type: 'BIGINT',
      }
      return labelQueries(scope.table, [place], label)
    },
    judge: ({ max = 0.1 }, [answer], scope) => {
      const label = labelOf(scope)
      return label === null ? noLabel(scope) : tells('the order of the rows', answer?.[0], label, max)
    },
  }),
  asked({
    name: 'feature_label_association_too_high',
    on: 'table',
    roles: ['train', 'validation', 'test'],
    summary:
      'no single feature tells the label nearly by itself: at most max (|AUC − ½|·2, Cramér’s V, rank η or |ρ|, by the kinds of the two)',
    fix: 'check that the feature is known before the label is: one that follows from the label leaks it',
    params: { max: strength.optional(), columns: columns.optional() },
    short: 'max',
    columns: ({ columns: names = [] }) => names,
    needs: 'data.target',
    elsewhere: ['deepchecks FeatureLabelCorrelation'],
    example: '0.95',
    queries: ({ columns: names }, scope) => {
      const label = labelOf(scope)
      return label === null ? [] : labelQueries(scope.table, featuresAsked(scope, names), label)
    },
    judge: ({ max = 0.95, columns: names }, answers, scope) => {
      const label = labelOf(scope)
      if (label === null) return noLabel(scope)
      const features = featuresAsked(scope, names)
      const all = answers.flat().flatMap((row) => {
        const found = labelAssociation(row, isOrdered(label))
        const name = features[Number(row.f)]?.name
        return found === null || name === undefined ? [] : [{ name, ...found }]
      })
      const [strongest, ...rest] = all.toSorted((a, b) => b.strength - a.strength || (a.name < b.name ? -1 : 1))
      if (strongest === undefined) return skipped('there is no feature whose association could be judged')
      const high = [strongest, ...rest].filter((one) => one.strength > max && one.p <= sure)
      const more = {
        observed: strongest.strength,
        limit: most(max),
        p: strongest.p,
        names: [label, strongest, ...high].map(({ name }) => name),
      }
      if (high.length === 0)
        return pass(`of ${plural(all.length, 'feature')} ${strongest.name} tells most of ${label.name}, ${two(strongest.strength)}`, more)
      return fail(
        `${listed(high.map((one) => `${one.name} (${two(one.strength)})`))} ${high.length === 1 ? 'tells' : 'tell'} ${label.name} nearly alone (limit ${written(max)})`,
        more,
      )
    },
  }),
]

function tells(what: string, row: Row | undefined, label: ColumnFacts, max: number): Answer {
  const found: Association | null = row === undefined ? null : labelAssociation(row, isOrdered(label))
  if (found === null) return skipped(`${what} cannot be held against ${label.name}: one of them has a single value`)
  const says = `${what} tells ${label.name} by ${two(found.strength)} (p ${probability(found.p)}, ${plural(found.n, 'row')})`
  const more = { observed: found.strength, limit: most(max), p: found.p }
  return found.strength > max && found.p <= sure ? fail(`${says}, limit ${written(max)}`, more) : pass(says, more)
}
