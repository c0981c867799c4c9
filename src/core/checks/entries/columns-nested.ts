/** Checks of lists and embeddings: columns that hold several values a row. */
import { type CheckEntry, rowRule, type Scope } from '../entry.ts'
import { type Sql, sql } from '../facts.ts'
import { badRange, count } from '../params.ts'
import { sizeOutside } from '../sql-parts.ts'

/** Whatever is no list breaks the rule: a column has one type, and it is the wrong one. */
const ofList = ({ column }: Scope, condition: (list: string) => Sql): Sql =>
  /\[\d*\]$/.test(column.type) ? condition(column.quoted) : sql('true')

const common = { on: 'column', kinds: ['other'] } as const

export const nestedChecks: readonly CheckEntry[] = [
  rowRule({
    ...common,
    name: 'list_length',
    also: ['list_length_between'],
    summary: 'every list has between min and max elements; missing lists are not judged',
    params: { min: count.optional(), max: count.optional() },
    wrong: badRange,
    fix: 'correct those rows, or change the limits',
    elsewhere: ['TFDV value_count', 'GX expect_column_value_lengths_to_be_between'],
    example: '{min: 1, max: 3}',
    breaks: (range, scope) => ofList(scope, (list) => sizeOutside(`len(${list})`, range)),
    says: ({ min, max }) => `have a number of elements outside [${min ?? 0}, ${max ?? '∞'}]`,
  }),
  rowRule({
    ...common,
    name: 'embedding_dim',
    summary: 'every list has exactly this many elements, and none of them is missing',
    params: { value: count },
    short: 'value',
    fix: 'make the embeddings again, all with one model',
    elsewhere: ['TFDV EMBEDDING_SHAPE_INVALID'],
    example: '2',
    breaks: ({ value }, scope) => ofList(scope, (list) => sql(`len(${list}) <> ? OR list_count(${list}) <> len(${list})`, [value])),
    says: ({ value }) => `do not have ${value} elements`,
  }),
  rowRule({
    ...common,
    name: 'no_zero_vector',
    summary: 'no list is made of zeros alone: an embedding that is zero was never made',
    params: {},
    fix: 'make those embeddings again',
    elsewhere: ['evidently embeddings', 'deepchecks embeddings'],
    example: 'true',
    breaks: (_, scope) =>
      ofList(scope, (list) => sql(`coalesce(list_sum(list_transform(${list}, lambda v: abs(TRY_CAST(v AS DOUBLE)))), 0) = 0`)),
    says: () => 'are zero in every element',
  }),
]
