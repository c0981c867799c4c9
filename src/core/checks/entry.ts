/**
 * What a check of `expect` is. One check is one entry of data with pure functions; the YAML it may be written in, the plan of scans, the
 * messages, `--explain`, the docs table and the test matrix are made from it (`table.ts` lists them, `entries/<theme>.ts` holds them).
 *
 * HOW TO ADD ONE: write an entry with one of the constructors below in `entries/<theme>.ts`, and put it into the list of that file.
 *
 *   decided   no scan: judged on facts (names, types, number of rows, the other roles, the reference profile)
 *   rowRule   SQL that is true for a row that breaks the rule; all of them share one scan. Takes `mostly`, unless it has a limit of its own
 *   figures   named SQL aggregates in that same scan, and a pure judge over them
 *   counted   one query of its own that returns `judged` and `broken`, or where it can say both as aggregates, a part of the shared scan. Takes
 *             `mostly`, unless it has a limit of its own
 *   asked     queries of its own (each a scan), and a pure judge over their rows
 *
 * What a judge says is made in answer.ts: `pass`, `fail`, `skipped`, `unanswerable`, and the limits.
 *
 * Every function gets the parsed parameters and a `Scope`: the table with its columns, the column judged, the tables of the other roles
 * (`others`), the training profile (`reference`), `data` (target, id, time, group, features), and the time of the run (`now`).
 *
 * - SQL: identifiers only as `column.quoted` or `quoted` of a `scope.find(name)`; every value of the config as a parameter (`sql('… ?', [x])`),
 *   in the order in which the question marks stand. Text that is SQL itself is a parameter whose key is listed in `sqlKeys`: it arrives
 *   verified (user-sql.ts: no table, no function that reads files or settings, only columns that are there) and may be put into brackets. A whole SELECT is
 *   a parameter in `queryKeys`: it reads the names `data`, train, validation, test, current, which the entry makes with WITH.
 * - `where`: `rowRule` and `counted` and `asked` get a `scope.table.relation` or a condition that holds it already; in `figures` every
 *   aggregate says `FILTER (WHERE ${scope.keep})`, which is a Sql without parameters.
 * - Names of other columns in the parameters are listed by `columns(params)`: the plan answers for those that are not there.
 * - Roles: `roles` limits what `on` may say (an overlap with train is judged on test); a check that needs another table or the reference
 *   answers `skipped(why)` where it is not there, and says so in `needs`, which `--explain` tells.
 * - No message, and no id, holds a value of the data. A judge never sees a cell: let the SQL count.
 * - `mostly`, `where`, `severity`, `on`, `name` are no parameters: they are the plan's business.
 */
import type { z } from 'zod'
import type { DataSpec, Role } from '../schema/config.ts'
import { section } from '../schema/leaves.ts'
import type { TableProfile } from '../schema/profile.ts'
import type { Answer, Limit, Row } from './answer.ts'
import type { ColumnFacts, Sql, StorageKind, TableFacts } from './facts.ts'

export type Shape = Readonly<Record<string, z.ZodType>>
export type ParamsOf<S extends Shape> = z.output<z.ZodObject<S, z.core.$strict>>

export interface Scope {
  /** with `where` applied in `relation` for checks that ask on their own */
  readonly table: TableFacts
  /** of a check on a column. A check of a table has none: asking for it is a bug, and throws */
  readonly column: ColumnFacts
  /** its name in the config, whether it is there or not; null of a table */
  readonly subject: string | null
  /** a column that `columns(params)` names, which is there. @throws Error for another */
  readonly find: (name: string) => ColumnFacts
  /** SQL condition without parameters: the rows that `where` lets through, `true` without one */
  readonly keep: string
  /** the other roles whose rows could be opened */
  readonly others: ReadonlyMap<string, TableFacts>
  /** aggregates of the training data; null where there is none, or where this table is that one */
  readonly reference: TableProfile | null
  readonly data: DataSpec
  /** when this run began, ISO 8601 in UTC: the only clock a check knows */
  readonly now: string
}

export interface Wrong {
  /** the parameter it is about; none: all of them */
  readonly key?: string
  readonly text: string
}

interface Common<S extends Shape> {
  readonly name: string
  /** longer names that may be written for it */
  readonly also?: readonly string[]
  readonly on: 'column' | 'table'
  /** what holds when it passes */
  readonly summary: string
  /** what to do when it fails */
  readonly fix: string
  /** schemas of leaves.ts or params.ts, which accept what people write and what came out of them */
  readonly params: S
  /** the parameter that a bare value stands for: `min: 3` is `min: {value: 3}` */
  readonly short?: keyof S & string
  /** what no single schema can say: a min above its max */
  readonly wrong?: (params: ParamsOf<S>) => Wrong | null
  /** kinds of columns that can be judged; a column of another kind fails as a whole. By default all */
  readonly kinds?: readonly StorageKind[]
  /** names of further columns that it reads */
  readonly columns?: (params: ParamsOf<S>, data: DataSpec) => readonly string[]
  /** parameters that are an SQL condition or value over one row */
  readonly sqlKeys?: readonly (keyof S & string)[]
  /** parameters that are a whole SELECT; it reads `data`, the table judged, and the roles by their names */
  readonly queryKeys?: readonly (keyof S & string)[]
  /** parameters that are RE2 patterns, or lists of them */
  readonly patternKeys?: readonly (keyof S & string)[]
  /** RE2 patterns that lie deeper in its parameters */
  readonly patterns?: (params: ParamsOf<S>) => readonly string[]
  readonly roles?: readonly Role[]
  /** it is about the table as a whole, whatever it asks: there is no `where` */
  readonly whole?: boolean
  /** what it needs beside the rows of its table, for `--explain` */
  readonly needs?: string
  /** its names elsewhere, such as `GX expect_column_values_to_be_between` */
  readonly elsewhere?: readonly string[]
  /** YAML of what stands behind `<check>:`, over a column `a` (or columns `a`, `b`); used by docs and tests */
  readonly example: string
}

export interface Decided<S extends Shape> extends Common<S> {
  readonly decide: (params: ParamsOf<S>, scope: Scope) => Answer
}
export interface RowRule<S extends Shape> extends Common<S> {
  /** SQL: the rows that are judged; by default those whose value is there, and of a table all */
  readonly judged?: (params: ParamsOf<S>, scope: Scope) => Sql
  /** SQL that is true for a judged row that breaks the rule */
  readonly breaks: (params: ParamsOf<S>, scope: Scope) => Sql
  /** `lie below -120`: what the broken ones do, in words of the config */
  readonly says: (params: ParamsOf<S>, scope: Scope) => string
  /** what part or number of them is allowed. Without it none is, and `mostly` says otherwise */
  readonly allowed?: (params: ParamsOf<S>) => Limit
}
export interface Figures<S extends Shape> extends Common<S> {
  readonly figures: (params: ParamsOf<S>, scope: Scope) => Readonly<Record<string, Sql>>
  readonly judge: (params: ParamsOf<S>, row: Row, scope: Scope) => Answer
}
export interface Counted<S extends Shape> extends Common<S> {
  /** one row: `judged` and `broken` */
  readonly count: (params: ParamsOf<S>, scope: Scope) => Sql
  /** the same as aggregates over all rows of the table; null where that cannot be */
  readonly aggregates?: (params: ParamsOf<S>, scope: Scope) => Aggregates | null
  readonly says: (params: ParamsOf<S>, scope: Scope) => string
  readonly allowed?: (params: ParamsOf<S>) => Limit
}
export interface Aggregates {
  readonly judged: Sql
  readonly broken: Sql
  /** in the place of `broken`, for less: 0 where nothing is broken, and any other number says nothing */
  readonly doubts?: Sql
}
export interface Asked<S extends Shape> extends Common<S> {
  /** in the order of the answers; none where it cannot be asked, which the judge then says */
  readonly queries: (params: ParamsOf<S>, scope: Scope) => readonly Sql[]
  readonly judge: (params: ParamsOf<S>, answers: readonly (readonly Row[])[], scope: Scope) => Answer
}

/** How a check is answered, its parameters parsed: what the plan works with. */
export type Work =
  | { readonly kind: 'decided'; readonly decide: (scope: Scope) => Answer }
  | {
      readonly kind: 'rows'
      readonly judged: ((scope: Scope) => Sql) | null
      readonly breaks: (scope: Scope) => Sql
      readonly says: (scope: Scope) => string
      readonly allowed: Limit | null
    }
  | {
      readonly kind: 'figures'
      readonly figures: (scope: Scope) => Readonly<Record<string, Sql>>
      readonly judge: (row: Row, scope: Scope) => Answer
    }
  | {
      readonly kind: 'counted'
      readonly count: (scope: Scope) => Sql
      readonly aggregates: (scope: Scope) => Aggregates | null
      readonly says: (scope: Scope) => string
      readonly allowed: Limit | null
    }
  | {
      readonly kind: 'asked'
      readonly queries: (scope: Scope) => readonly Sql[]
      readonly judge: (answers: readonly (readonly Row[])[], scope: Scope) => Answer
    }

export interface CheckEntry {
  readonly name: string
  /** longer names that may be written for it: ids and messages have `name` */
  readonly also: readonly string[]
  readonly on: 'column' | 'table'
  /** what it costs: nothing, a part of the one shared scan, scans of its own */
  readonly scan: 'none' | 'shared' | 'own'
  /** of `own`: where its answer can be told by aggregates, it is a part of the shared scan after all */
  readonly mayShare: boolean
  readonly summary: string
  readonly fix: string
  readonly shape: Shape
  readonly short: string | null
  readonly kinds: readonly StorageKind[]
  readonly sqlKeys: readonly string[]
  readonly queryKeys: readonly string[]
  /** every RE2 pattern of the parameters, tried before data are read */
  readonly patterns: (params: unknown) => readonly string[]
  readonly roles: readonly Role[] | null
  readonly needs: string | null
  readonly elsewhere: readonly string[]
  readonly example: string
  /** it counts rows that break it, and has no limit of its own */
  readonly takesMostly: boolean
  readonly takesWhere: boolean
  /** null as well where single parameters are wrong: their schemas say so */
  readonly wrong: (params: unknown) => Wrong | null
  readonly columns: (params: unknown, data: DataSpec) => readonly string[]
  /** @throws ZodError when the parameters are not this check's */
  readonly bind: (params: unknown) => Work
}

export const anyKind: readonly StorageKind[] = ['integer', 'float', 'boolean', 'string', 'date', 'timestamp', 'time', 'decimal', 'other']

function entryOf<S extends Shape>(
  scan: CheckEntry['scan'],
  takesMostly: boolean,
  common: Common<S>,
  work: (params: ParamsOf<S>) => Work,
): CheckEntry {
  // made when the check is first asked for: of a hundred and more a run asks for few
  let schema: ReturnType<typeof section<S>> | null = null
  const params = () => {
    schema ??= section(common.params)
    return schema
  }
  return {
    name: common.name,
    also: common.also ?? [],
    on: common.on,
    scan,
    mayShare: false,
    summary: common.summary,
    fix: common.fix,
    shape: common.params,
    short: common.short ?? null,
    kinds: common.kinds ?? anyKind,
    sqlKeys: common.sqlKeys ?? [],
    queryKeys: common.queryKeys ?? [],
    patterns: (given) => {
      const read = params().parse(given)
      const keyed = (common.patternKeys ?? []).flatMap((key) => [Object.entries(read).find(([name]) => name === key)?.[1]].flat())
      return [...keyed.filter((pattern) => typeof pattern === 'string'), ...(common.patterns?.(read) ?? [])]
    },
    roles: common.roles ?? null,
    needs: common.needs ?? null,
    elsewhere: common.elsewhere ?? [],
    example: common.example,
    takesMostly,
    takesWhere: scan !== 'none' && common.whole !== true,
    wrong: (given) => {
      const read = params().safeParse(given)
      return read.success ? (common.wrong?.(read.data) ?? null) : null
    },
    columns: (given, data) => common.columns?.(params().parse(given), data) ?? [],
    bind: (given) => work(params().parse(given)),
  }
}

export const decided = <const S extends Shape>(entry: Decided<S>): CheckEntry =>
  entryOf('none', false, entry, (params) => ({ kind: 'decided', decide: (scope) => entry.decide(params, scope) }))

export const rowRule = <const S extends Shape>(entry: RowRule<S>): CheckEntry =>
  entryOf('shared', entry.allowed === undefined, entry, (params) => ({
    kind: 'rows',
    judged: entry.judged === undefined ? null : (scope) => entry.judged?.(params, scope) ?? { sql: 'true', values: [] },
    breaks: (scope) => entry.breaks(params, scope),
    says: (scope) => entry.says(params, scope),
    allowed: entry.allowed?.(params) ?? null,
  }))

export const figures = <const S extends Shape>(entry: Figures<S>): CheckEntry =>
  entryOf('shared', false, entry, (params) => ({
    kind: 'figures',
    figures: (scope) => entry.figures(params, scope),
    judge: (row, scope) => entry.judge(params, row, scope),
  }))

export const counted = <const S extends Shape>(entry: Counted<S>): CheckEntry => ({
  ...entryOf('own', entry.allowed === undefined, entry, (params) => ({
    kind: 'counted',
    count: (scope) => entry.count(params, scope),
    // of a part of the rows it asks for itself
    aggregates: (scope) => (scope.keep === 'true' ? (entry.aggregates?.(params, scope) ?? null) : null),
    says: (scope) => entry.says(params, scope),
    allowed: entry.allowed?.(params) ?? null,
  })),
  mayShare: entry.aggregates !== undefined,
})

export const asked = <const S extends Shape>(entry: Asked<S>): CheckEntry =>
  entryOf('own', false, entry, (params) => ({
    kind: 'asked',
    queries: (scope) => entry.queries(params, scope),
    judge: (answers, scope) => entry.judge(params, answers, scope),
  }))
