/**
 * The checks of `expect`, one entry each; the scan, the messages, the docs page and the test matrix are made from this table.
 *
 * A check says, in SQL, which rows it judges and which of these break it; it never sees a value, and its message holds none.
 * Row-wise checks (`shared`) cost one scan together, whatever their number; `own` costs one more each; `none` needs no scan.
 */
import { z } from 'zod'
import { count } from '../report/format.ts'
import { type ColumnFacts, isNumeric, present, type Sql, type SqlValue, type StorageKind, sql, type TableFacts } from './facts.ts'
import { declaredTypes, typeRules } from './type-rules.ts'

export interface Limit {
  /** a part of the judged rows, or a number of rows */
  readonly value: number
  readonly kind: 'min' | 'max'
  readonly unit: 'share' | 'rows'
}

export interface Told {
  /** `lie below -120`: what the broken ones do, in words of the config */
  readonly broken: string
  readonly limit: Limit
}

interface Common<S extends z.ZodType> {
  readonly name: string
  readonly summary: string
  readonly params: S
  readonly fix: string
}

interface RowWise<S extends z.ZodType> extends Common<S> {
  readonly on: 'column'
  readonly scan: 'shared'
  /** kinds that can be judged; others fail as a whole */
  readonly kinds: readonly StorageKind[]
  /** SQL: the rows that are judged; by default those whose value is there */
  readonly judged?: (column: ColumnFacts) => string
  /** SQL that is true for a judged row that breaks the rule; identifiers arrive quoted, values are parameters */
  readonly breaks: (column: ColumnFacts, params: z.infer<S>, table: TableFacts) => Sql
  readonly says: (params: z.infer<S>, table: TableFacts) => Told
}

interface Counted<S extends z.ZodType> extends Common<S> {
  readonly on: 'column' | 'table'
  readonly scan: 'own'
  /** a query of one row: `judged` and `broken` */
  readonly count: (columns: readonly ColumnFacts[], params: z.infer<S>, table: TableFacts) => Sql
  readonly says: (params: z.infer<S>, table: TableFacts) => Told
}

interface Known<S extends z.ZodType> extends Common<S> {
  readonly on: 'column' | 'table'
  readonly scan: 'none'
  readonly decide: (params: z.infer<S>, table: TableFacts, column: string | null) => Decision
}

/** Of a check that looks at no row. */
export interface Decision {
  readonly ok: boolean
  readonly message: string
  readonly observed: number | null
  readonly limit: Limit | null
}

/** A check whose parameters were parsed: what the plan works with. */
export type BoundCheck =
  | (Omit<RowWise<z.ZodType>, 'breaks' | 'says' | 'params'> & {
      readonly breaks: (column: ColumnFacts, table: TableFacts) => Sql
      readonly says: (table: TableFacts) => Told
    })
  | (Omit<Counted<z.ZodType>, 'count' | 'says' | 'params'> & {
      readonly count: (columns: readonly ColumnFacts[], table: TableFacts) => Sql
      readonly says: (table: TableFacts) => Told
    })
  | (Omit<Known<z.ZodType>, 'decide' | 'params'> & {
      readonly decide: (table: TableFacts, column: string | null) => Decision
    })

export interface CheckEntry {
  readonly name: string
  readonly on: 'column' | 'table'
  readonly scan: 'none' | 'shared' | 'own'
  readonly summary: string
  readonly params: z.ZodType
  readonly fix: string
  /** @throws ZodError when the parameters are not this check's */
  readonly bind: (params: unknown) => BoundCheck
}

const rowWise = <S extends z.ZodType>({ breaks, says, params: schema, ...rest }: RowWise<S>): CheckEntry => ({
  ...rest,
  params: schema,
  bind: (given) => {
    const params = schema.parse(given)
    return { ...rest, breaks: (column, table) => breaks(column, params, table), says: (table) => says(params, table) }
  },
})

const counting = <S extends z.ZodType>({ count: query, says, params: schema, ...rest }: Counted<S>): CheckEntry => ({
  ...rest,
  params: schema,
  bind: (given) => {
    const params = schema.parse(given)
    return { ...rest, count: (columns, table) => query(columns, params, table), says: (table) => says(params, table) }
  },
})

const known = <S extends z.ZodType>({ decide, params: schema, ...rest }: Known<S>): CheckEntry => ({
  ...rest,
  params: schema,
  bind: (given) => {
    const params = schema.parse(given)
    return { ...rest, decide: (table, column) => decide(params, table, column) }
  },
})

const none: Limit = { value: 0, kind: 'max', unit: 'share' }
/** Up to 1 is a part of the rows, above it a number of rows. */
const atMost = (max: number): Limit => ({ value: max, kind: 'max', unit: max <= 1 ? 'share' : 'rows' })

const nothing = z.strictObject({})
const scalar = z.union([z.string(), z.number(), z.boolean()])
const bound = z.strictObject({ value: z.union([z.number(), z.string()]) })
const range = z.strictObject({ min: z.number().optional(), max: z.number().optional() })
const anyKind: readonly StorageKind[] = ['integer', 'float', 'boolean', 'string', 'date', 'timestamp', 'time', 'decimal', 'other']
const ordered: readonly StorageKind[] = ['integer', 'float', 'decimal', 'string', 'date', 'timestamp']
const listed: readonly StorageKind[] = ['integer', 'float', 'decimal', 'boolean', 'string', 'date', 'timestamp', 'time']

const asText = ({ quoted }: ColumnFacts) => `CAST(${quoted} AS VARCHAR)`

/** `value` below or above a limit. Text is read as the limit's type; what cannot be read breaks the rule. */
function beyond(column: ColumnFacts, operator: '<' | '>', value: number | string): Sql {
  const type = typeof value === 'number' ? 'DOUBLE' : 'TIMESTAMP'
  const fits = typeof value === 'number' ? isNumeric(column.kind) : ['date', 'timestamp'].includes(column.kind)
  if (fits)
    return sql(`${typeof value === 'number' ? column.quoted : `CAST(${column.quoted} AS TIMESTAMP)`} ${operator} CAST(? AS ${type})`, [
      value,
    ])
  if (column.kind !== 'string') return sql('true')
  const read = `TRY_CAST(${column.quoted} AS ${type})`
  return sql(`(${read} IS NULL OR ${read} ${operator} CAST(? AS ${type}))`, [value])
}

/** Membership; numbers compare as numbers, everything else as text. */
function member(column: ColumnFacts, values: readonly SqlValue[]): Sql {
  const numbers = isNumeric(column.kind)
  const wanted: readonly SqlValue[] = numbers ? values.map(Number).filter((value) => !Number.isNaN(value)) : values.map(String)
  if (wanted.length === 0) return sql('false')
  const marks = wanted.map(() => (numbers ? 'CAST(? AS DOUBLE)' : '?')).join(', ')
  return sql(`${numbers ? `CAST(${column.quoted} AS DOUBLE)` : asText(column)} IN (${marks})`, wanted)
}

const not = (condition: Sql): Sql => ({ ...condition, sql: `NOT (${condition.sql})` })

/** In the order in which the config shows them. */
export const checkTable: readonly CheckEntry[] = [
  known({
    name: 'rows',
    on: 'table',
    scan: 'none',
    summary: 'the table has between min and max rows',
    params: range,
    fix: 'check where the data comes from, or change expect.rows',
    decide: ({ min, max }, { rows }) => {
      const limit = (value: number | undefined, kind: Limit['kind']): Limit | null =>
        value === undefined ? null : { value, kind, unit: 'rows' }
      if (min !== undefined && rows < min)
        return { ok: false, message: `${count(rows)} rows are fewer than ${count(min)}`, observed: rows, limit: limit(min, 'min') }
      if (max !== undefined && rows > max)
        return { ok: false, message: `${count(rows)} rows are more than ${count(max)}`, observed: rows, limit: limit(max, 'max') }
      return { ok: true, message: `${count(rows)} rows`, observed: rows, limit: limit(min, 'min') ?? limit(max, 'max') }
    },
  }),
  counting({
    name: 'duplicates',
    on: 'table',
    scan: 'own',
    summary: 'at most this part of the rows repeat an earlier row, in all columns or in those listed',
    params: z.strictObject({ max: z.number().nonnegative(), columns: z.array(z.string()).min(1).optional() }),
    fix: 'remove the repeated rows, or raise expect.duplicates.max',
    count: (columns, _, { relation }) =>
      sql(
        `SELECT coalesce(sum(copies), 0) AS judged, coalesce(sum(copies - 1), 0) AS broken
         FROM (SELECT count(*) AS copies FROM ${relation} GROUP BY ${columns.map((column) => column.quoted).join(', ')})`,
      ),
    says: ({ max }) => ({ broken: 'rows repeat an earlier row', limit: atMost(max) }),
  }),
  known({
    name: 'exists',
    on: 'column',
    scan: 'none',
    summary: 'the column is there',
    params: nothing,
    fix: 'add the column to the data, or take it out of expect.columns',
    decide: (_, { columns }, name) => {
      const ok = columns.some((column) => column.name === name)
      return { ok, message: ok ? `column ${name} is there` : `there is no column ${name}`, observed: null, limit: null }
    },
  }),
  rowWise({
    name: 'type',
    on: 'column',
    scan: 'shared',
    kinds: anyKind,
    summary: 'every value is of the type, or text that reads as it',
    params: z.strictObject({ type: z.enum(declaredTypes) }),
    fix: 'correct those values, or change the type in expect.columns',
    breaks: (column, { type }, { untyped }) => sql(typeRules[type](column, untyped)),
    says: ({ type }) => ({ broken: `are not of type ${type}`, limit: none }),
  }),
  rowWise({
    name: 'nulls',
    on: 'column',
    scan: 'shared',
    kinds: anyKind,
    judged: () => 'true',
    summary: 'at most this part of the values is missing; NaN is missing',
    params: z.strictObject({ max: z.number().nonnegative() }),
    fix: 'fill the values in, or raise nulls.max of this column',
    breaks: (column) => sql(`NOT ${present(column)}`),
    says: ({ max }) => ({ broken: 'are missing', limit: atMost(max) }),
  }),
  rowWise({
    name: 'min',
    on: 'column',
    scan: 'shared',
    kinds: ordered,
    summary: 'no value lies below the limit; missing values are not judged',
    params: bound,
    fix: 'correct those rows, or lower min of this column',
    breaks: (column, { value }) => beyond(column, '<', value),
    says: ({ value }) => ({ broken: `lie below ${value}`, limit: none }),
  }),
  rowWise({
    name: 'max',
    on: 'column',
    scan: 'shared',
    kinds: ordered,
    summary: 'no value lies above the limit; missing values are not judged',
    params: bound,
    fix: 'correct those rows, or raise max of this column',
    breaks: (column, { value }) => beyond(column, '>', value),
    says: ({ value }) => ({ broken: `lie above ${value}`, limit: none }),
  }),
  rowWise({
    name: 'in',
    on: 'column',
    scan: 'shared',
    kinds: listed,
    summary: 'every value is one of the list; missing values are not judged',
    params: z.strictObject({ values: z.array(scalar).min(1) }),
    fix: 'correct those rows, or add what is missing to the list',
    breaks: (column, { values }) => not(member(column, values)),
    says: ({ values }) => ({ broken: `are none of the ${values.length} listed`, limit: none }),
  }),
  rowWise({
    name: 'not_in',
    on: 'column',
    scan: 'shared',
    kinds: listed,
    summary: 'no value is one of the list',
    params: z.strictObject({ values: z.array(scalar).min(1) }),
    fix: 'correct those rows, or shorten the list',
    breaks: (column, { values }) => member(column, values),
    says: ({ values }) => ({ broken: `are one of the ${values.length} excluded`, limit: none }),
  }),
  rowWise({
    name: 'matches',
    on: 'column',
    scan: 'shared',
    kinds: listed,
    summary: 'every value as a whole matches the RE2 pattern; missing values are not judged',
    params: z.strictObject({ pattern: z.string().min(1) }),
    fix: 'correct those rows, or change the pattern',
    breaks: (column, { pattern }) => not(sql(`regexp_full_match(${asText(column)}, ?)`, [pattern])),
    says: () => ({ broken: 'do not match the pattern', limit: none }),
  }),
  rowWise({
    name: 'length',
    on: 'column',
    scan: 'shared',
    kinds: listed,
    summary: 'every value as text has between min and max characters; missing values are not judged',
    params: range,
    fix: 'correct those rows, or change length of this column',
    breaks: (column, { min = 0, max = Number.MAX_SAFE_INTEGER }) => sql(`length(${asText(column)}) NOT BETWEEN ? AND ?`, [min, max]),
    says: ({ min, max }) => ({
      broken: [min === undefined ? '' : `shorter than ${min}`, max === undefined ? '' : `longer than ${max}`]
        .filter((part) => part !== '')
        .join(' or ')
        .replace(/^/, 'are '),
      limit: none,
    }),
  }),
  counting({
    name: 'unique',
    on: 'column',
    scan: 'own',
    summary: 'no value occurs twice; missing values are not judged',
    params: nothing,
    fix: 'remove the repeated rows, or take unique out of this column',
    count: ([column], _, { relation }) =>
      sql(
        `SELECT count(${column?.quoted}) AS judged, count(${column?.quoted}) - count(DISTINCT ${column?.quoted}) AS broken FROM ${relation}`,
      ),
    says: () => ({ broken: 'repeat an earlier one', limit: none }),
  }),
]

export const findCheck = (name: string): CheckEntry | null => checkTable.find((entry) => entry.name === name) ?? null
