/** Checks of names, types and numbers of columns and rows: facts that are known once a table is open, so that they cost no scan. */
import { z } from 'zod'
import { count, plural, verb, written } from '../../report/format.ts'
import { roles } from '../../schema/config.ts'
import { choice, flag, path } from '../../schema/leaves.ts'
import { type Answer, fail, type Limit, pass, skipped, unanswerable } from '../answer.ts'
import { anyKind, asked, type CheckEntry, decided, rowRule, type Scope } from '../entry.ts'
import { sql } from '../facts.ts'
import { badRange, columns, share, count as wholeNumber } from '../params.ts'
import { declaredTypes, storedAs, typeRules } from '../type-rules.ts'
import { lookAlikes } from './look-alikes.ts'
import { daysOfProfile, expectedRows, readDays, rowsByDay } from './rows-by-day.ts'
import { changesOfSchema, schemaChanges } from './schema-change.ts'

/** Names of columns stand in messages; of many the first ten. */
export const listed = (names: readonly string[]): string =>
  names.length <= 10 ? names.join(', ') : `${names.slice(0, 10).join(', ')} and ${count(names.length - 10)} more`

const inColumns = (value: number): Limit => ({ value, kind: 'max', unit: 'columns' })
const names = ({ table }: Scope): readonly string[] => table.columns.map((column) => column.name)
const differences = (missing: readonly string[], extra: readonly string[]): string =>
  [missing.length > 0 ? `there is no column ${listed(missing)}` : '', extra.length > 0 ? `nobody expects ${listed(extra)}` : '']
    .filter((text) => text !== '')
    .join(', and ')

/** At least one, as people mean `max_ratio: 2`: neither more than twice nor less than half. */
export const ratio = z.number({ error: 'expected a number of at least 1' }).min(1, { error: 'expected a number of at least 1' })
/** A role, or a file that is none. */
export const otherTable = path.describe('train, validation, test or current, or the path of a file')
/** `data.train`, or the path as it was written. */
export const called = (other: string): string => (roles.some((role) => role === other) ? `data.${other}` : other)

export const schemaChecks: readonly CheckEntry[] = [
  decided({
    name: 'rows',
    also: ['row_count_between'],
    on: 'table',
    summary: 'the table has between min and max rows',
    fix: 'check where the data comes from, or change expect.rows',
    params: { min: wholeNumber.optional(), max: wholeNumber.optional() },
    wrong: badRange,
    elsewhere: ['GX expect_table_row_count_to_be_between', 'Soda row_count', 'TFDV DATASET_LOW_NUM_EXAMPLES, DATASET_HIGH_NUM_EXAMPLES'],
    example: '{min: 1, max: 1000000}',
    decide: ({ min, max }, { table: { rows: observed } }) => {
      const limit = (value: number | undefined, kind: Limit['kind']): Limit | null =>
        value === undefined ? null : { value, kind, unit: 'rows' }
      if (min !== undefined && observed < min)
        return fail(`${plural(observed, 'row')} are fewer than ${count(min)}`, { observed, limit: limit(min, 'min') })
      if (max !== undefined && observed > max)
        return fail(`${plural(observed, 'row')} are more than ${count(max)}`, { observed, limit: limit(max, 'max') })
      return pass(`${plural(observed, 'row')}`, { observed, limit: limit(min, 'min') ?? limit(max, 'max') })
    },
  }),
  decided({
    name: 'columns_match_set',
    on: 'table',
    summary: 'the columns are those listed, in whatever order; with exact: false there may be more',
    fix: 'correct how the data is made, or the list',
    params: { columns, exact: flag.optional() },
    short: 'columns',
    elsewhere: ['GX expect_table_columns_to_match_set'],
    example: '[a, b]',
    decide: ({ columns: wanted, exact = true }, scope) => {
      const there = names(scope)
      const missing = wanted.filter((name) => !there.includes(name))
      const extra = exact ? there.filter((name) => !wanted.includes(name)) : []
      const more = { observed: missing.length + extra.length, limit: inColumns(0), names: [...missing, ...extra] }
      return more.observed === 0
        ? pass(`the ${plural(wanted.length, 'column')} listed ${verb(wanted.length, 'are')} there`, more)
        : fail(differences(missing, extra), more)
    },
  }),
  decided({
    name: 'columns_match_ordered_list',
    on: 'table',
    summary: 'the columns are those listed, in this order',
    fix: 'correct how the data is made, or the list',
    params: { columns },
    short: 'columns',
    elsewhere: ['GX expect_table_columns_to_match_ordered_list', 'pandera strict, ordered'],
    example: '[a, b]',
    decide: ({ columns: wanted }, scope) => {
      const there = names(scope)
      const at = Array.from({ length: Math.max(wanted.length, there.length) }, (_, i) => i).find((i) => wanted[i] !== there[i])
      if (at === undefined)
        return pass(`the ${plural(wanted.length, 'column')} ${wanted.length === 1 ? 'stands' : 'stand'} in the order listed`)
      const [expected, found] = [wanted[at], there[at]]
      return fail(`column ${at + 1} is ${found ?? 'not there'}, and the list says ${expected ?? 'there is none'}`, {
        names: [found, expected].filter((name) => name !== undefined),
      })
    },
  }),
  decided({
    name: 'no_extra_columns',
    on: 'table',
    summary: 'no column is there beside those listed, or without a list beside those of the training data',
    fix: 'drop the column, or add it to the list',
    params: { columns: columns.optional() },
    needs: 'without a list: the training data',
    elsewhere: ['TFDV SCHEMA_NEW_COLUMN', 'pandera strict'],
    example: '{columns: [a, b]}',
    decide: ({ columns: listOf }, scope) => {
      const known = listOf ?? scope.reference?.columns.filter((column) => (column.derived ?? null) === null).map((column) => column.name)
      if (known === undefined) return skipped('there is no other training data to compare with')
      const extra = names(scope).filter((name) => !known.includes(name))
      const more = { observed: extra.length, limit: inColumns(0), names: extra }
      return extra.length === 0 ? pass('no column is there that nobody expects', more) : fail(differences([], extra), more)
    },
  }),
  decided({
    name: 'column_count_between',
    on: 'table',
    summary: 'the table has between min and max columns',
    fix: 'check how the data is made, or change the limit',
    params: { min: wholeNumber.optional(), max: wholeNumber.optional() },
    wrong: badRange,
    elsewhere: ['GX expect_table_column_count_to_be_between'],
    example: '{min: 1, max: 20}',
    decide: ({ min, max }, scope) => {
      const observed = scope.table.columns.length
      const limit: Limit | null =
        max !== undefined && (min === undefined || observed >= min)
          ? inColumns(max)
          : min === undefined
            ? null
            : { value: min, kind: 'min', unit: 'columns' }
      const said = plural(observed, 'column')
      if (min !== undefined && observed < min) return fail(`${said}, fewer than ${count(min)}`, { observed, limit })
      if (max !== undefined && observed > max) return fail(`${said}, more than ${count(max)}`, { observed, limit })
      return pass(said, { observed, limit })
    },
  }),
  rowRule({
    name: 'column_type_in_list',
    on: 'column',
    kinds: anyKind,
    summary: 'every value is of one of the types, or text that reads as one; with coerce: false the column is stored as one',
    fix: 'correct those values, or add their type to the list',
    params: {
      types: z.array(choice(declaredTypes), { error: 'expected a list of types' }).min(1, { error: 'this list is empty' }),
      coerce: flag.optional(),
    },
    short: 'types',
    elsewhere: ['GX expect_column_values_to_be_in_type_list'],
    example: '[integer, float]',
    breaks: ({ types, coerce = true }, { column, table }) =>
      sql(
        coerce
          ? types.map((type) => `(${typeRules[type](column, table.untyped)})`).join(' AND ')
          : String(!types.some((type) => storedAs[type](column.kind))),
      ),
    says: ({ types, coerce = true }) => `are ${coerce ? 'of' : 'stored as'} none of the types ${types.join(', ')}`,
  }),
  decided({
    name: 'row_count_equal_other',
    also: ['row_count_equal_other_table'],
    on: 'table',
    summary: 'the table has as many rows as another role or file',
    fix: 'find out where rows were lost or doubled',
    params: { other: otherTable },
    short: 'other',
    needs: 'the rows of the other role or file',
    elsewhere: ['GX expect_table_row_count_to_equal_other_table'],
    example: 'train',
    decide: ({ other }, scope) => rowsAgainst(scope, other, 0),
  }),
  decided({
    name: 'cross_table_row_count',
    on: 'table',
    summary: 'the table has as many rows as another role or file, give or take the tolerance',
    fix: 'find out where rows were lost or doubled, or raise the tolerance',
    params: { other: otherTable, tolerance: share.optional() },
    short: 'other',
    needs: 'the rows of the other role or file',
    elsewhere: ['Soda cross checks'],
    example: '{other: train, tolerance: 10%}',
    decide: ({ other, tolerance = 0 }, scope) => rowsAgainst(scope, other, tolerance),
  }),
  asked({
    name: 'row_count_change',
    on: 'table',
    roles: ['validation', 'test', 'current'],
    summary:
      'the table has at most max_ratio times as many rows as the training data, and at least one part in max_ratio; with same_weekday as many as its days should have by the medians of the same weekdays in training (data.time)',
    fix: 'find out where rows were lost or doubled, or raise max_ratio',
    params: { max_ratio: ratio, same_weekday: flag.optional() },
    short: 'max_ratio',
    whole: true,
    columns: ({ same_weekday: byDay = false }, { time }) => (byDay && time !== null ? [time] : []),
    needs: 'the training data or its profile, which for same_weekday must hold days',
    elsewhere: ['TFDV COMPARATOR_LOW_NUM_EXAMPLES, COMPARATOR_HIGH_NUM_EXAMPLES', 'Soda change over time, same day last week'],
    example: '2',
    queries: ({ same_weekday: byDay = false }, scope) => {
      const { time } = scope.data
      if (!byDay || time === null) return []
      const stored = scope.reference === null ? null : daysOfProfile(scope.reference)
      const train = scope.others.get('train')
      const there = train?.columns.find(({ name }) => name === time)
      return [
        rowsByDay(scope.table, scope.find(time)),
        ...(stored === null && train !== undefined && there !== undefined ? [rowsByDay(train, there)] : []),
      ]
    },
    judge: ({ max_ratio: most, same_weekday: byDay = false }, [now, before], { table, reference, data }) => {
      if (!byDay) {
        if (reference === null || reference.rows === 0) return skipped('there is no other training data to compare with')
        return changed(table.rows, reference.rows, most, `${plural(table.rows, 'row')} against ${count(reference.rows)} of training`)
      }
      if (now === undefined || data.time === null) return unanswerable('same_weekday needs data.time, which says of what day a row is')
      const training = (reference === null ? null : daysOfProfile(reference)) ?? (before === undefined ? null : readDays(before))
      if (training === null)
        return reference === null
          ? skipped('there is no other training data to compare with')
          : unanswerable(`the training profile does not hold the rows of each day of ${data.time}: give the training data themselves`)
      const found = expectedRows(training, readDays(now))
      if (found === null) return skipped(`the days of ${data.time} here are of no weekday that training spans`)
      const { rows, expected, days } = found
      const says = `${plural(rows, 'row')} on ${plural(days, 'day')}, where by their weekdays training had ${written(expected)}`
      if (expected === 0) return rows === 0 ? pass(says) : fail(`${says}: there should be none`, { observed: rows, limit: null })
      return changed(rows, expected, most, says)
    },
  }),
  decided({
    name: 'schema_evolution',
    on: 'table',
    roles: ['validation', 'test', 'current'],
    summary: 'against the training data no column was added, removed or changed in type, beside the changes allowed',
    fix: 'correct how the data is made, or list the change under allow and train again',
    params: { allow: z.array(choice(schemaChanges), { error: 'expected a list of add, remove, widen' }).optional() },
    short: 'allow',
    needs: 'the training data or its profile',
    elsewhere: ['Soda schema evolution', 'TFDV SCHEMA_NEW_COLUMN, UNEXPECTED_DATA_TYPE'],
    example: '[add, widen]',
    decide: ({ allow = [] }, { table, reference }) => {
      if (reference === null) return skipped('there is no other training data to compare with')
      const changes = changesOfSchema(reference, table)
      const not = changes.filter(({ change }) => change === 'retype' || !allow.includes(change))
      const more = { observed: not.length, limit: inColumns(0), names: not.map(({ name }) => name) }
      if (not.length > 0) return fail(listed(not.map(({ says }) => says)), more)
      return pass(
        changes.length === 0 ? 'the columns are those of the training data' : `${plural(changes.length, 'change')} of columns, all allowed`,
        more,
      )
    },
  }),
  decided({
    name: 'duplicate_column_names',
    on: 'table',
    summary: 'no two columns have names that differ only in case, spaces, punctuation or the .1 that pandas adds',
    fix: 'drop or rename one of them',
    params: {},
    elsewhere: ['pandera unique_column_names'],
    example: '{}',
    decide: (_, scope) => {
      const groups = lookAlikes(names(scope))
      const more = { observed: groups.length, limit: inColumns(0), names: groups.flat() }
      return groups.length === 0
        ? pass('every column has a name of its own', more)
        : fail(`${listed(groups.map((group) => group.join(' and ')))} ${groups.length === 1 ? 'are' : 'are each'} nearly one name`, more)
    },
  }),
]

function changed(rows: number, before: number, most: number, says: string): Answer {
  const times = rows / before
  const factor = Math.max(times, 1 / times)
  // no rows at all: there is no finite factor to show
  const more = { observed: Number.isFinite(factor) ? factor : null, limit: { value: most, kind: 'max', unit: null } as const }
  return factor <= most
    ? pass(says, more)
    : fail(`${says}: ${times > 1 ? 'more than' : 'less than one part in'} ${written(most)}${times > 1 ? ' times as many' : ''}`, more)
}

function rowsAgainst({ table, others }: Scope, role: string, tolerance: number) {
  if (role === table.role) return skipped(`this is data.${role} itself`)
  const other = others.get(role)
  if (other === undefined) return skipped(`${called(role)} has no rows to compare with`)
  const gap = Math.abs(table.rows - other.rows)
  const observed = gap / Math.max(1, other.rows)
  const says = `${plural(table.rows, 'row')} against ${count(other.rows)} of ${role}`
  const more = { observed, limit: { value: tolerance, kind: 'max', unit: 'share' } as const }
  return observed <= tolerance ? pass(says, more) : fail(says, more)
}
