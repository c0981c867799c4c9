/** Checks of one column that have a bare spelling of their own: `type: integer`, `min: 0`, `in: [a, b]`. */

import { choice, flag } from '../../schema/leaves.ts'
import { atMost, fail, pass } from '../answer.ts'
import { anyKind, type CheckEntry, counted, decided, rowRule } from '../entry.ts'
import type { StorageKind } from '../facts.ts'
import { present, sql } from '../facts.ts'
import { badRange, bound, count, pattern, share, values } from '../params.ts'
import { asText, beyond, matchesWhole, member, noMember, not, sizeOutside, strict } from '../sql-parts.ts'
import { declaredTypes, storedAs, typeRules } from '../type-rules.ts'
import { repeats, repeatsInBits } from './repeats.ts'

export const ordered: readonly StorageKind[] = ['integer', 'float', 'decimal', 'string', 'date', 'timestamp']
export const listed: readonly StorageKind[] = ['integer', 'float', 'decimal', 'boolean', 'string', 'date', 'timestamp', 'time']

export const basicChecks: readonly CheckEntry[] = [
  decided({
    name: 'exists',
    also: ['column_exists'],
    on: 'column',
    summary: 'the column is there',
    params: {},
    fix: 'add the column to the data, or take it out of expect.columns',
    elsewhere: ['GX expect_column_to_exist', 'TFDV SCHEMA_MISSING_COLUMN', 'Soda missing column'],
    example: 'true',
    decide: (_, { table, subject }) =>
      table.columns.some((column) => column.name === subject) ? pass(`column ${subject} is there`) : fail(`there is no column ${subject}`),
  }),
  rowRule({
    name: 'type',
    also: ['column_type'],
    on: 'column',
    kinds: anyKind,
    summary: 'every value is of the type, or text that reads as it; with coerce: false the column is stored as it',
    params: { type: choice(declaredTypes), coerce: flag.optional() },
    short: 'type',
    fix: 'correct those values, or change the type in expect.columns',
    elsewhere: ['GX expect_column_values_to_be_of_type', 'TFDV UNEXPECTED_DATA_TYPE', 'pandera dtype, coerce'],
    example: 'integer',
    breaks: ({ type, coerce = true }, { column, table }) =>
      sql(coerce ? typeRules[type](column, table.untyped) : String(!storedAs[type](column.kind))),
    // of a list or a struct no value is at fault
    says: ({ type, coerce = true }, { column }) =>
      `are not ${coerce ? 'of' : 'stored as'} type ${type}${column.kind === 'other' ? ` (the column is stored as ${column.type})` : ''}`,
  }),
  rowRule({
    name: 'nulls',
    on: 'column',
    judged: () => sql('true'),
    summary: 'at most this part of the values is missing; NaN is missing',
    params: { max: share },
    fix: 'fill the values in, or raise nulls.max of this column',
    elsewhere: ['GX expect_column_values_to_not_be_null', 'Soda missing_percent', 'TFDV min_fraction'],
    example: '{max: 10%}',
    breaks: (_, { column }) => sql(`NOT ${present(column)}`),
    says: () => 'are missing',
    allowed: ({ max }) => atMost(max),
  }),
  rowRule({
    name: 'min',
    on: 'column',
    kinds: ordered,
    summary: 'no value lies below the limit; missing values are not judged',
    params: { value: bound },
    short: 'value',
    fix: 'correct those rows, or lower min of this column',
    elsewhere: ['pandera ge', 'Soda invalid: valid min'],
    example: '0',
    breaks: ({ value }, { column }) => beyond(column, '<', value),
    says: ({ value }) => `lie below ${value}`,
  }),
  rowRule({
    name: 'max',
    on: 'column',
    kinds: ordered,
    summary: 'no value lies above the limit; missing values are not judged',
    params: { value: bound },
    short: 'value',
    fix: 'correct those rows, or raise max of this column',
    elsewhere: ['pandera le', 'Soda invalid: valid max'],
    example: '100',
    breaks: ({ value }, { column }) => beyond(column, '>', value),
    says: ({ value }) => `lie above ${value}`,
  }),
  rowRule({
    name: 'in',
    also: ['values_in_set'],
    on: 'column',
    kinds: listed,
    summary: 'every value is one of the list; missing values are not judged',
    params: { values },
    short: 'values',
    fix: 'correct those rows, or add what is missing to the list',
    elsewhere: ['GX expect_column_values_to_be_in_set', 'pandera isin', 'TFDV ENUM_TYPE_UNEXPECTED_STRING_VALUES', 'Soda valid values'],
    example: '[1, 2, 3]',
    breaks: (params, { column }) => noMember(column, params.values),
    says: (params) => `are none of the ${params.values.length} listed`,
  }),
  rowRule({
    name: 'not_in',
    also: ['not_in_set'],
    on: 'column',
    kinds: listed,
    summary: 'no value is one of the list',
    params: { values },
    short: 'values',
    fix: 'correct those rows, or shorten the list',
    elsewhere: ['GX expect_column_values_to_not_be_in_set', 'pandera notin', 'Soda invalid values'],
    example: '[4]',
    breaks: (params, { column }) => member(column, params.values),
    says: (params) => `are one of the ${params.values.length} excluded`,
  }),
  rowRule({
    name: 'matches',
    also: ['matches_regex'],
    on: 'column',
    kinds: listed,
    summary: 'every value as a whole matches the RE2 pattern; missing values are not judged',
    params: { pattern },
    short: 'pattern',
    patternKeys: ['pattern'],
    fix: 'correct those rows, or change the pattern',
    elsewhere: ['GX expect_column_values_to_match_regex', 'pandera str_matches', 'Soda valid regex'],
    example: "'[0-9]+'",
    breaks: (params, { column }) => not(matchesWhole(column, params.pattern)),
    says: () => 'do not match the pattern',
  }),
  rowRule({
    name: 'length',
    on: 'column',
    kinds: listed,
    summary: 'every value as text has between min and max characters; missing values are not judged',
    params: { min: count.optional(), max: count.optional() },
    wrong: badRange,
    fix: 'correct those rows, or change length of this column',
    elsewhere: ['GX expect_column_value_lengths_to_be_between', 'pandera str_length', 'Soda valid length'],
    example: '{min: 1, max: 2}',
    breaks: (range, { column }) => strict(sizeOutside(`length(${asText(column)})`, range)),
    says: ({ min, max }) =>
      `are ${[min === undefined ? '' : `shorter than ${min}`, max === undefined ? '' : `longer than ${max}`].filter((part) => part !== '').join(' or ')}`,
  }),
  counted({
    name: 'unique',
    on: 'column',
    summary: 'no value occurs twice; missing values are not judged',
    params: {},
    fix: 'remove the repeated rows, or take unique out of this column',
    elsewhere: ['GX expect_column_values_to_be_unique', 'pandera unique', 'Soda duplicate_count'],
    example: 'true',
    count: (_, { column, table }) => repeats(column, table),
    aggregates: (_, { column }) => repeatsInBits(column),
    says: () => 'repeat an earlier one',
  }),
]
