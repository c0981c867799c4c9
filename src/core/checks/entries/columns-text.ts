/** Checks of text: patterns, formats, lengths, and what goes wrong between programs. */
import { plural, count as shown, written } from '../../report/format.ts'
import { choice } from '../../schema/leaves.ts'
import { fail, number, pass, shareAtMost, skipped } from '../answer.ts'
import { asked, type CheckEntry, counted, figures, rowRule, type Scope } from '../entry.ts'
import { type ColumnFacts, present, sql } from '../facts.ts'
import { badRange, count, pattern, patterns, share, values } from '../params.ts'
import { all, any, asNumber, asText, matchesWhole, not, sizeOutside } from '../sql-parts.ts'
import { stable } from './answers.ts'
import { listed } from './columns-basic.ts'
import { type Format, type FormatName, formatNames, formats } from './formats.ts'
import { affix, fixedPattern, someText } from './text-rules.ts'

const lengthOf = ({ column }: Scope): string => `length(${asText(column)})`

/** What variants of one text share; of what is no text there are none. */
const spelling = (column: ColumnFacts): string =>
  column.kind === 'string' ? `lower(regexp_replace(${asText(column)}, '[^\\p{L}\\p{N}]', '', 'g'))` : asText(column)

const formatOf = (name: FormatName): Format => formats[name]

export const textChecks: readonly CheckEntry[] = [
  rowRule({
    name: 'matches_any',
    also: ['matches_regex_list'],
    on: 'column',
    kinds: listed,
    summary: 'every value as a whole matches one of the RE2 patterns',
    params: { patterns },
    short: 'patterns',
    patternKeys: ['patterns'],
    fix: 'correct those rows, or add a pattern',
    elsewhere: ['GX expect_column_values_to_match_regex_list (match_on any)'],
    example: "['[0-9]', '[0-9]{2}']",
    breaks: (params, { column }) => not(any(params.patterns.map((one) => matchesWhole(column, one)))),
    says: (params) => `match none of the ${params.patterns.length} patterns`,
  }),
  rowRule({
    name: 'matches_all',
    on: 'column',
    kinds: listed,
    summary: 'every value as a whole matches all of the RE2 patterns',
    params: { patterns },
    short: 'patterns',
    patternKeys: ['patterns'],
    fix: 'correct those rows, or take a pattern out',
    elsewhere: ['GX expect_column_values_to_match_regex_list (match_on all)'],
    example: "['[0-9]+', '.{1,2}']",
    breaks: (params, { column }) => not(all(params.patterns.map((one) => matchesWhole(column, one)))),
    says: (params) => `do not match all of the ${params.patterns.length} patterns`,
  }),
  rowRule({
    name: 'not_matches',
    also: ['not_matches_regex'],
    on: 'column',
    kinds: listed,
    summary: 'no value as a whole matches the RE2 pattern',
    params: { pattern },
    short: 'pattern',
    patternKeys: ['pattern'],
    fix: 'correct those rows, or change the pattern',
    elsewhere: ['GX expect_column_values_to_not_match_regex', 'Soda invalid regex'],
    example: "'[0-9]{3,}'",
    breaks: (params, { column }) => matchesWhole(column, params.pattern),
    says: () => 'match the pattern',
  }),
  rowRule({
    name: 'like',
    on: 'column',
    kinds: listed,
    summary: 'every value as text matches the SQL pattern: % is any text, _ one character',
    params: { pattern: someText },
    short: 'pattern',
    fix: 'correct those rows, or change the pattern',
    elsewhere: ['GX expect_column_values_to_match_like_pattern'],
    example: "'%'",
    breaks: (params, { column }) => not(sql(`${asText(column)} LIKE ?`, [params.pattern])),
    says: () => 'are not like the pattern',
  }),
  affix('startswith', (x) => `starts_with(${x}, ?)`, 'starts with', ['pandera str_startswith'], "'1'"),
  affix('endswith', (x) => `suffix(${x}, ?)`, 'ends with', ['pandera str_endswith'], "'0'"),
  affix('contains', (x) => `contains(${x}, ?)`, 'contains', ['pandera str_contains'], "'1'"),
  rowRule({
    name: 'format',
    on: 'column',
    kinds: listed,
    summary: `every value as text is of the format: ${formatNames.join(', ')}; strftime takes the pattern`,
    params: { as: choice(formatNames), pattern: someText.optional() },
    short: 'as',
    wrong: (params) =>
      params.as === 'strftime'
        ? params.pattern === undefined
          ? { text: 'strftime needs a pattern, such as "%Y-%m-%d": {as: strftime, pattern: "%Y-%m-%d"}.' }
          : badDirective(params.pattern)
        : params.pattern === undefined
          ? null
          : { key: 'pattern', text: 'Only strftime takes a pattern.' },
    fix: 'correct those rows, or name another format',
    elsewhere: ['Soda valid format', 'GX expect_column_values_to_match_strftime_format, …_be_dateutil_parseable, …_be_json_parseable'],
    example: 'integer',
    breaks: (params, { column }) => {
      const { holds, takesPattern = false } = formatOf(params.as)
      return not(sql(holds(asText(column)), takesPattern ? [params.pattern ?? ''] : []))
    },
    says: (params) => `are not ${formatOf(params.as).summary}`,
  }),
  rowRule({
    name: 'string_length_between',
    on: 'column',
    kinds: listed,
    summary: 'every value as text has between min and max characters; missing values are not judged',
    params: { min: count.optional(), max: count.optional() },
    wrong: badRange,
    fix: 'correct those rows, or change the limits',
    elsewhere: ['GX expect_column_value_lengths_to_be_between', 'pandera str_length', 'Soda valid min length'],
    example: '{min: 1, max: 2}',
    breaks: (range, scope) => sizeOutside(lengthOf(scope), range),
    says: ({ min, max }) => `have a length outside [${min ?? 0}, ${max ?? '∞'}]`,
  }),
  rowRule({
    name: 'string_length_equal',
    on: 'column',
    kinds: listed,
    summary: 'every value as text has exactly this many characters; missing values are not judged',
    params: { value: count },
    short: 'value',
    fix: 'correct those rows, or change the length',
    elsewhere: ['GX expect_column_value_lengths_to_equal', 'Soda valid length'],
    example: '1',
    breaks: ({ value }, scope) => sql(`${lengthOf(scope)} <> ?`, [value]),
    says: ({ value }) => `do not have ${value} characters`,
  }),
  asked({
    name: 'string_length_outliers',
    on: 'column',
    kinds: listed,
    summary: 'at most max (0) of the values are shorter or longer than all but 0.1 % of the training data on either side',
    params: { max: share.optional() },
    roles: ['validation', 'test', 'current'],
    needs: 'the rows of data.train',
    fix: 'look at the shortest and the longest texts, or allow more with max',
    elsewhere: ['deepchecks StringLengthOutOfBounds'],
    example: '{max: 1%}',
    queries: (_, { column, table, others }) => {
      const train = others.get('train')
      const same = train?.columns.find(({ name }) => name === column.name)
      if (train === undefined || same === undefined) return []
      return [
        sql(
          `SELECT count_if(${present(column)}) AS judged,
             count_if(${present(column)} AND (length(${asText(column)}) < low OR length(${asText(column)}) > high)) AS broken, any_value(low) AS low
           FROM ${table.relation},
             (SELECT quantile_disc(length(${asText(same)}), 0.001) AS low, quantile_disc(length(${asText(same)}), 0.999) AS high
              FROM ${train.relation} WHERE ${present(same)}) AS usual`,
        ),
      ]
    },
    judge: ({ max = 0 }, answers, { column }) => {
      const [row] = answers[0] ?? []
      const judged = number(row?.judged) ?? 0
      if (row === undefined || number(row.low) === null) return skipped('there are no texts of data.train to compare with')
      if (judged === 0) return skipped(`${column.name} has no values to judge`)
      const broken = number(row.broken) ?? 0
      const told = `${shown(broken)} of ${plural(judged, 'value')} of ${column.name} are of a length that is rare in training`
      const more = { judged, broken, limit: shareAtMost(max) }
      return broken > stable(max * judged) ? fail(`${told} (limit ${written(max * 100)} %)`, more) : pass(told, more)
    },
  }),
  fixedPattern(
    'utf8_valid',
    String.raw`\x{FFFD}`,
    'no text holds the replacement character that stands where bytes were no UTF-8 (bytes that are none cannot be read at all)',
    'hold a replacement character',
    'read the source in its own encoding',
    ['TFDV INVALID_UTF8'],
  ),
  fixedPattern(
    'special_chars_only',
    String.raw`^[^\p{L}\p{N}]+$`,
    'no text is made of signs alone, without a letter or a digit',
    'have no letter and no digit',
    'find out what these signs stand for: often a missing value',
    ['deepchecks SpecialCharacters'],
  ),
  fixedPattern(
    'whitespace',
    String.raw`^[\s\p{Z}]|[\s\p{Z}]$`,
    'no text begins or ends with white space',
    'begin or end with white space',
    'trim the text where it is made',
    ['evidently', 'Soda regex'],
  ),
  fixedPattern(
    'control_chars',
    String.raw`[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]`,
    'no text holds a control character; tab and line breaks are none',
    'hold a control character',
    'find out which program writes them',
    ['Soda regex'],
  ),
  fixedPattern(
    'mojibake',
    String.raw`[\x{C2}\x{C3}][\x{80}-\x{BF}]|\x{E2}(\x{20AC}|\x{80})|\x{EF}\x{BB}\x{BF}|\x{FFFD}`,
    'no text looks like UTF-8 that was read as Latin-1 or Windows-1252',
    'look like text read in the wrong encoding',
    'read the source as UTF-8',
    ['ftfy badness'],
  ),
  counted({
    name: 'string_mismatch',
    on: 'column',
    kinds: listed,
    summary: 'no value is a variant of a more frequent one that differs in case, spaces or punctuation only',
    params: {},
    fix: 'write each value in one way',
    elsewhere: ['deepchecks StringMismatch'],
    example: 'true',
    count: (_, { column, table }) =>
      sql(
        `SELECT coalesce(sum(n), 0) AS judged, coalesce(sum(n) - sum(most), 0) AS broken FROM (
           SELECT base, sum(n) AS n, max(n) AS most FROM (
             SELECT ${asText(column)} AS value, ${spelling(column)} AS base, count(*) AS n
             FROM ${table.relation} WHERE ${present(column)} GROUP BY ALL)
           WHERE base <> '' GROUP BY base)`,
      ),
    says: () => 'are variants of a more frequent spelling',
  }),
  figures({
    name: 'mixed_types',
    on: 'column',
    kinds: listed,
    summary:
      'numbers and other text are not mixed in a way that looks like an accident: the rarer of the two makes up less than min (1 %) or more than max (10 %)',
    params: { min: share.optional(), max: share.optional() },
    wrong: (params) => (params.min === undefined && params.max === undefined ? null : badRange(params)),
    fix: 'keep numbers and other text in columns of their own',
    elsewhere: ['deepchecks MixedDataTypes'],
    example: '{min: 1%, max: 10%}',
    figures: (_, scope) => {
      const there = `${scope.keep} AND ${present(scope.column)}`
      return {
        n: sql(`count_if(${there})`),
        numbers: sql(
          `count_if(${there}${scope.column.kind === 'string' ? ` AND TRY_CAST(trim(${asText(scope.column)}) AS DOUBLE) IS NOT NULL` : ''})`,
        ),
      }
    },
    judge: ({ min = 0.01, max = 0.1 }, row, { column }) => {
      const n = number(row.n) ?? 0
      if (n === 0) return skipped(`${column.name} has no values to judge`)
      const numbers = number(row.numbers) ?? 0
      const rare = Math.min(numbers, n - numbers)
      const told = `${shown(rare)} of ${plural(n, 'value')} of ${column.name} are ${numbers * 2 < n ? 'numbers among text' : 'text among numbers'}`
      const mixed = rare > 0 && rare >= stable(min * n) && rare <= stable(max * n)
      const more = { judged: n, broken: rare, limit: { value: mixed ? min : max, kind: 'max', unit: 'share' } } as const
      return mixed
        ? fail(`${told}: between ${written(min * 100)} % and ${written(max * 100)} % looks like an accident`, more)
        : pass(told, more)
    },
  }),
  rowRule({
    name: 'boolean_domain',
    on: 'column',
    kinds: ['string', 'boolean', 'integer', 'float', 'decimal'],
    summary: 'every value is one of those that mean true or false, whatever its case',
    params: { true_values: values.optional(), false_values: values.optional() },
    fix: 'correct those rows, or list what means true and false',
    elsewhere: ['TFDV BOOL_TYPE_UNEXPECTED_STRING, BOOL_TYPE_BIG_INT'],
    example: '{true_values: [1, 2, 3], false_values: [0]}',
    breaks: (params, { column }) => {
      const words = [...(params.true_values ?? usualTrue), ...(params.false_values ?? usualFalse)].map((word) => String(word).toLowerCase())
      const value =
        column.kind === 'string' || column.kind === 'boolean' ? `lower(trim(${asText(column)}))` : `format('{:g}', ${asNumber(column)})`
      return not(sql(`${value} IN (${words.map(() => '?').join(', ')})`, words))
    },
    says: () => 'mean neither true nor false',
  }),
]

const usualTrue = ['true', 't', 'yes', 'y', '1', 'on'] as const
const usualFalse = ['false', 'f', 'no', 'n', '0', 'off'] as const

/** A pattern the engine refuses would fail in the middle of a scan. */
const directives = new Set([...'aAwuWUVdjmbBhyYHIMSfgnpzZqxXcGCD%'].concat(['-d', '-m', '-y', '-H', '-I', '-M', '-S', '-j', '-g']))
function badDirective(written: string): { readonly key: string; readonly text: string } | null {
  const [, wrong] = [...written.matchAll(/%(-?.?)/gsu)].find(([, directive = '']) => !directives.has(directive)) ?? []
  return wrong === undefined ? null : { key: 'pattern', text: `%${wrong} is no part of a date: %Y, %m, %d, %H, %M, %S and their like are.` }
}
