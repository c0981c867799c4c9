/**
 * Expectations of one table → the queries that answer them, and their answers → findings.
 *
 * Row-wise checks share one scan, whatever their number: one `count_if` a check, and one for each set of rows that is judged. The engine
 * plans in the square of the number of aggregates, so that beyond some hundred they are asked for in several queries, in the order of their
 * columns; each then scans its own columns only. Where a profile is made of the same rows, they ride in its count (scan.ts). The first broken row is looked for in a second pass, and only for what is broken.
 */
import { chunks } from '../collections.ts'
import type { DataSpec, Expectation } from '../schema/config.ts'
import type { TableProfile } from '../schema/profile.ts'
import { nearest } from '../text/nearest.ts'
import { type Answer, type CheckEntry, type Limit, number, type Row, type Scope, type Work } from './entry.ts'
import { type ColumnFacts, filtered, freeName, type Sql, sql, type TableFacts } from './facts.ts'
import { conditions } from './row-conditions.ts'
import type { Scan } from './scan.ts'
import { findCheck } from './table.ts'
import type { SqlForm, VerifiedSql } from './user-sql.ts'

/** What was found of one expectation in one table. */
export interface Finding {
  readonly expectation: Expectation
  readonly role: string
  readonly status: 'pass' | 'fail' | 'skipped' | 'inconclusive' | 'error'
  /** rows judged and rows that break the rule; null where rows were not looked at */
  readonly judged: number | null
  readonly broken: number | null
  /** what is set against the limit where no rows were counted */
  readonly observed: number | null
  /** first broken row, counted from 1; null when unknown */
  readonly first: number | null
  readonly limit: Limit | null
  /** what the broken ones do, or the whole sentence where rows were not counted */
  readonly says: string
  /** `says` is the whole sentence */
  readonly whole?: boolean
  readonly interval?: Answer['interval'] | null
  readonly p?: number | null
  /** what to do, where that is not what the check says */
  readonly fix?: string
  /** columns that the sentence may name, beside the one of the expectation */
  readonly names?: readonly string[]
  /** nothing is found yet: the cheap way to say that nothing is broken did not say so (`Plan.settle`) */
  readonly doubtful?: true
}

/** What a check may look at beside its table. */
export interface Surroundings {
  readonly others: ReadonlyMap<string, TableFacts>
  readonly reference: TableProfile | null
  readonly data: DataSpec
  readonly now: string
  /** every SQL text of the config that was let through (user-sql.ts), by its text */
  readonly verified: ReadonlyMap<string, VerifiedSql>
}

/** Queries, each answered by its rows, and what is made of the answers. */
export interface Step {
  readonly queries: readonly Sql[]
  readonly finish: (answers: readonly (readonly Row[])[]) => readonly Finding[]
}

export interface Plan {
  /** one scan together, several where they want more than one query should answer */
  readonly shared: readonly Scan<readonly Finding[]>[]
  /** one scan each, or more */
  readonly own: readonly Step[]
  /** decided without a scan */
  readonly known: readonly Finding[]
  /** Counts what the shared scan left in doubt; null where it did not. */
  readonly settle: (findings: readonly Finding[]) => Step | null
  /**
   * In which row each of these findings broke first. A few are looked for one by one, as far as the first row each; many together: a look at the
   * beginning of the table, which finds what is common, then a scan for what is not found yet. Null when there is nothing to look for.
   */
  readonly locate: (findings: readonly Finding[], where: 'beginning' | 'anywhere') => Step | null
  /** SQL that is true for a row that breaks a rule, of findings that count rows one by one */
  readonly brokenRows: (finding: Finding) => { readonly condition: Sql; readonly columns: readonly ColumnFacts[] } | null
}

/** Aggregates of one query. Twice as many took four times as long to plan, from about here on. */
export const aggregatesPerQuery = 200

interface Asked {
  readonly expectation: Expectation
  readonly entry: CheckEntry
  readonly work: Work
  readonly scope: Scope
  readonly blank: Finding
}

/** @throws Error when an expectation names no check of the table, or holds SQL that nobody verified: the config's parser and the stage did that */
export function planChecks(expectations: readonly Expectation[], table: TableFacts, around: Surroundings): Plan {
  const known: Finding[] = []
  const own: Step[] = []
  const shared: Asked[] = []
  for (const expectation of expectations) {
    const asked = ask(expectation, table, around)
    if ('status' in asked) {
      known.push(asked)
      continue
    }
    const { work, blank, scope } = asked
    switch (work.kind) {
      case 'decided':
        known.push(answered(blank, work.decide(scope)))
        break
      case 'rows':
      case 'figures':
        shared.push(asked)
        break
      case 'counted':
        if (work.aggregates(scope) !== null) shared.push(asked)
        else own.push(countedAlone(asked, work))
        break
      case 'asked':
        own.push({ queries: work.queries(scope), finish: (answers) => [answered(blank, work.judge(answers, scope))] })
        break
    }
  }
  const rules = shared.filter(({ work }) => work.kind === 'rows')
  return {
    known,
    own,
    shared: sharedScans(shared, table),
    settle: (findings) => settled(shared, findings),
    locate: (findings, where) => {
      const lost = lostOf(findings)
      const found = table.rowNumber === null ? [] : rules.filter(({ expectation }) => lost.has(expectation))
      if (found.length === 0) return null
      if (where === 'beginning' && oneByOne(found, table)) return firstOfEach(found, table, findings)
      return firstRows(found, table, findings, where === 'beginning' ? ` LIMIT ${beginning}` : '')
    },
    brokenRows: ({ expectation }) => {
      const rule = rules.find((one) => one.expectation === expectation)
      if (rule === undefined) return null
      const names = [expectation.column, ...rule.entry.columns(expectation.params, around.data)]
      return { condition: conditions(rule).broken, columns: table.columns.filter(({ name }) => names.includes(name)) }
    },
  }
}

/** An expectation bound to this table, or what is found of it without looking. */
function ask(expectation: Expectation, table: TableFacts, around: Surroundings): Asked | Finding {
  const { check, column: subject, params, where = null } = expectation
  const entry = findCheck(check)
  if (entry === null) throw new Error(`there is no check ${check}`)
  const blank: Finding = {
    expectation,
    role: table.role,
    status: 'pass',
    judged: null,
    broken: null,
    observed: null,
    first: null,
    limit: null,
    says: '',
    names: entry.columns(params, around.data),
  }
  const column = table.columns.find((one) => one.name === subject)
  const known = (status: Finding['status'], says: string): Finding => ({ ...blank, status, says, whole: true })
  if (entry.on === 'column' && entry.scan !== 'none') {
    if (column === undefined) return known('skipped', `there is no column ${subject}`)
    if (!entry.kinds.includes(column.kind)) {
      const says = `${column.name} is ${column.type}, and ${check} judges columns of ${entry.kinds.join(', ')}`
      const text = column.kind === 'string' ? ' (one value that is none of these makes text of a whole column)' : ''
      return { ...known('fail', says), fix: `give the column one of these types${text}, or take ${check} away` }
    }
  }
  const missing = entry.columns(params, around.data).find((name) => !table.columns.some((one) => one.name === name))
  if (missing !== undefined) return known('fail', `there is no column ${missing}, which ${check} looks at`)
  const unknown = unknownName(expectation, entry, table, around)
  if (unknown !== null) return known('error', unknown)
  const keep = where === null ? 'true' : `(\n${where}\n)`
  const alone = entry.scan === 'own' && where !== null
  const scope: Scope = {
    table: alone ? filtered(table, keep) : table,
    get column(): ColumnFacts {
      if (column === undefined) throw new Error(`${check} has no column of its own`)
      return column
    },
    subject,
    find: (name) => {
      const found = table.columns.find((one) => one.name === name)
      if (found === undefined) throw new Error(`${check} looks at ${name}, which it does not list among its columns`)
      return found
    },
    keep,
    others: around.others,
    reference: around.reference,
    data: around.data,
    now: around.now,
  }
  return { expectation, entry, work: entry.bind(params), scope, blank }
}

/** A column that SQL of the config names and the table lacks, in words; null where all are there. */
function unknownName(expectation: Expectation, entry: CheckEntry, table: TableFacts, { verified }: Surroundings): string | null {
  const texts = sqlTexts(expectation, entry)
  if (texts.length === 0) return null
  const names = table.columns.map(({ name }) => name)
  const there = new Set(names.map((name) => name.toLowerCase()))
  for (const { key, text } of texts) {
    const found = verified.get(text)
    if (found === undefined) throw new Error(`${key} of ${expectation.check} was not verified`)
    const missing = found.columns.find((name) => !there.has(name.toLowerCase()))
    if (missing === undefined) continue
    const near = nearest(missing, names)
    return `COLUMN_MISSING: ${key} names the column ${missing}, which is not there${near === null ? '' : `; did you mean ${near}?`}`
  }
  return null
}

/** Every SQL text of an expectation, with the key it stands behind. */
export function sqlTexts(
  { params, where }: Expectation,
  entry: CheckEntry,
): readonly { readonly key: string; readonly text: string; readonly form: SqlForm }[] {
  const written = (keys: readonly string[], form: SqlForm) =>
    keys.flatMap((key) => {
      const text = params[key]
      return typeof text === 'string' ? [{ key, text, form }] : []
    })
  return [
    ...(where === null || where === undefined ? [] : [{ key: 'where', text: where, form: 'expression' } as const]),
    ...written(entry.sqlKeys, 'expression'),
    ...written(entry.queryKeys, 'query'),
  ]
}

/** Columns in their order, so that a query over some of the checks reads few of them. */
function sharedScans(all: readonly Asked[], table: TableFacts): readonly Scan<readonly Finding[]>[] {
  const place = new Map(table.columns.map(({ name }, index) => [name, index]))
  const order = all.toSorted((a, b) => (place.get(a.expectation.column ?? '') ?? -1) - (place.get(b.expectation.column ?? '') ?? -1))
  const scans: Scan<readonly Finding[]>[] = []
  for (let from = 0; from < order.length; ) {
    const { scan, taken } = sharedScan(order.slice(from))
    scans.push(scan)
    from += taken
  }
  return scans
}

/** The first of them, as many as one query should answer. */
function sharedScan(order: readonly Asked[]): { readonly scan: Scan<readonly Finding[]>; readonly taken: number } {
  const wanted: Sql[] = []
  const places = new Map<string, number>()
  const want = (asked: Sql): number => {
    const key = JSON.stringify(asked)
    const place = places.get(key) ?? wanted.push(asked) - 1
    places.set(key, place)
    return place
  }
  const finishers: ((values: readonly unknown[]) => Finding)[] = []
  for (const asked of order) {
    if (wanted.length >= aggregatesPerQuery) break
    const { work, scope, blank, expectation } = asked
    if (work.kind === 'rows') {
      const { judged, broken } = conditions(asked).counts
      finishers.push(countedIn(asked, work, want(judged), want(broken)))
    } else if (work.kind === 'counted') {
      const aggregates = work.aggregates(scope)
      if (aggregates === null) throw new Error(`${expectation.check} has no aggregates`)
      const { judged, broken, doubts = null } = aggregates
      finishers.push(
        doubts === null ? countedIn(asked, work, want(judged), want(broken)) : unlessDoubtful(asked, work, want(judged), want(doubts)),
      )
    } else if (work.kind === 'figures') {
      const named = Object.entries(work.figures(scope)).map(([key, figure]) => [key, want(figure)] as const)
      finishers.push((values) => answered(blank, work.judge(Object.fromEntries(named.map(([key, at]) => [key, values[at]])), scope)))
    } else throw new Error(`${expectation.check} shares no scan`)
  }
  return { scan: { wanted, finish: (values) => finishers.map((finish) => finish(values)) }, taken: finishers.length }
}

/** @param judged @param broken places of their numbers among the values */
const countedIn =
  ({ blank, scope, expectation }: Asked, { says, allowed }: Extract<Work, { kind: 'rows' | 'counted' }>, judged: number, broken: number) =>
  (values: readonly unknown[]): Finding =>
    counted(blank, { judged: values[judged], broken: values[broken] }, says(scope), limitOf(expectation, allowed))

/** The same where what is counted is 0 if nothing is broken, and else says nothing. */
const unlessDoubtful =
  (asked: Asked, work: Extract<Work, { kind: 'counted' }>, judged: number, doubts: number) =>
  (values: readonly unknown[]): Finding =>
    number(values[doubts]) === 0 ? countedIn(asked, work, judged, doubts)(values) : { ...asked.blank, doubtful: true }

const countedAlone = ({ blank, scope, expectation }: Asked, { count, says, allowed }: Extract<Work, { kind: 'counted' }>): Step => ({
  queries: [count(scope)],
  finish: ([rows]) => [counted(blank, rows?.[0] ?? {}, says(scope), limitOf(expectation, allowed))],
})

function settled(shared: readonly Asked[], findings: readonly Finding[]): Step | null {
  const open = new Set(findings.flatMap(({ doubtful, expectation }) => (doubtful ? [expectation] : [])))
  const steps = shared.flatMap((asked) =>
    open.has(asked.expectation) && asked.work.kind === 'counted' ? [countedAlone(asked, asked.work)] : [],
  )
  if (steps.length === 0) return null
  return {
    queries: steps.flatMap(({ queries }) => queries),
    finish: (answers) => [
      ...findings.filter(({ doubtful }) => !doubtful),
      ...steps.flatMap(({ finish }, place) => finish(answers.slice(place, place + 1))),
    ],
  }
}

/** They are broken, and nobody knows where yet. */
const lostOf = (findings: readonly Finding[]): ReadonlySet<Expectation> =>
  new Set(
    findings.flatMap(({ expectation, status, broken, first }) =>
      status === 'fail' && (broken ?? 0) > 0 && first === null ? [expectation] : [],
    ),
  )

/** Rows of the first look. The engine hands rows out in the order of the file. */
const beginning = 50_000

/**
 * A query for each, which ends at its first row and skips what the file says holds none, or one scan for all? Each is planned by itself, which takes
 * longer the more columns there are, and reads its own columns only where that is possible.
 */
const oneByOne = (found: readonly Asked[], { columnar, rows, columns }: TableFacts): boolean =>
  found.length <= few || (columnar && rows > 100_000 + 500 * columns.length)
const few = 4

function firstOfEach(found: readonly Asked[], table: TableFacts, findings: readonly Finding[]): Step {
  const row = freeName('row_at', table)
  return {
    queries: found.map((asked) => {
      const { broken } = conditions(asked)
      return sql(
        `SELECT ${row} AS f FROM (SELECT *, ${table.rowNumber} AS ${row} FROM ${table.relation}) WHERE ${broken.sql} LIMIT 1`,
        broken.values,
      )
    }),
    finish: (answers) =>
      findings.map((finding) => {
        const index = found.findIndex(({ expectation }) => expectation === finding.expectation)
        return index < 0 ? finding : startingAt(finding, answers[index]?.[0]?.f)
      }),
  }
}

/** @param row counted from 0; null or none where it was not found */
function startingAt(finding: Finding, row: unknown): Finding {
  const first = number(row)
  return first === null ? finding : { ...finding, first: first + 1 }
}

function firstRows(found: readonly Asked[], table: TableFacts, findings: readonly Finding[], limit: string): Step {
  const row = freeName('row_at', table)
  return {
    queries: chunks(found, aggregatesPerQuery).map((part) => {
      const broken = part.map((asked) => conditions(asked).broken)
      return sql(
        `SELECT ${broken.map((one, index) => `min(${row}) FILTER (WHERE ${one.sql}) AS f${index}`).join(', ')}
         FROM (SELECT *, ${table.rowNumber} AS ${row} FROM ${table.relation}${limit})`,
        broken.flatMap((one) => one.values),
      )
    }),
    finish: (answers) =>
      findings.map((finding) => {
        const index = found.findIndex(({ expectation }) => expectation === finding.expectation)
        if (index < 0) return finding
        return startingAt(finding, answers[Math.floor(index / aggregatesPerQuery)]?.[0]?.[`f${index % aggregatesPerQuery}`])
      }),
  }
}

/** What `mostly` leaves over, or the limit of the check itself; without either nothing may break it. */
function limitOf({ mostly = 1 }: Expectation, allowed: Limit | null): Limit {
  return allowed ?? { value: exact(1 - mostly), kind: 'max', unit: 'share' }
}

/** 1 − 0.9 is 0.1: a limit must not move by the last bit of a product. */
const exact = (value: number): number => Number(value.toPrecision(12))

const nothingToJudge = ({ column, where = null }: Expectation): string =>
  `${column === null ? 'there are no rows to judge' : `${column} has no values to judge`}${where === null ? '' : ' where it is asked'}`

function counted(finding: Finding, row: Row, says: string, limit: Limit): Finding {
  const judged = number(row.judged) ?? 0
  const broken = number(row.broken) ?? 0
  // nothing was looked at: neither kept nor broken
  if (judged === 0) return { ...finding, status: 'skipped', judged, says: nothingToJudge(finding.expectation), whole: true }
  const allowed = limit.unit === 'share' ? exact(limit.value * judged) : limit.value
  return { ...finding, judged, broken, limit, says, status: broken > allowed ? 'fail' : 'pass' }
}

const answered = (finding: Finding, answer: Answer): Finding => ({
  ...finding,
  status: answer.status,
  says: answer.says,
  whole: true,
  observed: answer.observed ?? null,
  limit: answer.limit ?? null,
  judged: answer.judged ?? null,
  broken: answer.broken ?? null,
  interval: answer.interval ?? null,
  p: answer.p ?? null,
  names: [...(finding.names ?? []), ...(answer.names ?? [])],
})
