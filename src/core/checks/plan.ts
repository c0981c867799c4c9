/** Expectations of one table → the queries that answer them, and their answers → findings. Row-wise checks share one scan. */
import type { Expectation } from '../schema/config.ts'
import { type ColumnFacts, present, type Sql, type SqlValue, sql, type TableFacts } from './facts.ts'
import { type BoundCheck, type Decision, findCheck, type Limit } from './table.ts'

/** What was found of one expectation in one table. */
export interface Finding {
  readonly expectation: Expectation
  readonly role: string
  readonly status: 'pass' | 'fail' | 'skipped'
  /** rows judged and rows that break the rule; null where rows were not looked at */
  readonly judged: number | null
  readonly broken: number | null
  /** what is set against the limit where rows were not looked at */
  readonly observed: number | null
  /** first broken row, counted from 1; null when unknown */
  readonly first: number | null
  readonly limit: Limit | null
  /** what the broken ones do, or the whole sentence where rows were not looked at */
  readonly says: string
}

type Row = Readonly<Record<string, unknown>>

interface Step {
  readonly query: Sql
  readonly finish: (row: Row) => Finding
}

export interface Plan {
  /** one scan for all row-wise checks; null when there is none */
  readonly shared: Sql | null
  readonly finishShared: (row: Row) => readonly Finding[]
  /** one scan each */
  readonly own: readonly Step[]
  /** decided without a scan */
  readonly known: readonly Finding[]
}

/** @throws Error when an expectation names no check of the table: the config's parser knows the same names */
export function planChecks(expectations: readonly Expectation[], table: TableFacts): Plan {
  const known: Finding[] = []
  const own: Step[] = []
  const shared: {
    readonly expectation: Expectation
    readonly bound: Extract<BoundCheck, { scan: 'shared' }>
    readonly column: ColumnFacts
  }[] = []
  for (const expectation of expectations) {
    const bound = bind(expectation)
    const finding = blank(expectation, table)
    const column = table.columns.find((one) => one.name === expectation.column)
    if (bound.scan === 'none') known.push(decided(bound.decide(table, expectation.column), finding))
    else if (bound.on === 'column' && column === undefined) {
      known.push({ ...finding, status: 'skipped', says: `there is no column ${expectation.column}` })
    } else if (bound.scan === 'own') {
      const columns = bound.on === 'column' && column !== undefined ? [column] : groupedBy(expectation, table)
      if (columns === null) known.push({ ...finding, status: 'fail', says: 'a column it is to be judged on is not there' })
      else own.push({ query: bound.count(columns, table), finish: (row) => judge(finding, row, bound.says(table)) })
    } else if (column !== undefined) {
      if (bound.kinds.includes(column.kind)) shared.push({ expectation, bound, column })
      else known.push({ ...finding, status: 'fail', says: `${column.type} values cannot be judged by ${bound.name}` })
    }
  }
  return {
    known,
    own,
    shared: shared.length === 0 ? null : sharedScan(shared, table),
    finishShared: (row) =>
      shared.map(({ expectation, bound }, index) =>
        judge(
          blank(expectation, table),
          { judged: row[`n${index}`], broken: row[`b${index}`], first: row[`f${index}`] },
          bound.says(table),
        ),
      ),
  }
}

function bind({ check, params }: Expectation): BoundCheck {
  const entry = findCheck(check)
  if (entry === null) throw new Error(`there is no check ${check}`)
  return entry.bind(params)
}

const blank = (expectation: Expectation, { role }: TableFacts): Finding => ({
  expectation,
  role,
  status: 'pass',
  judged: null,
  broken: null,
  observed: null,
  first: null,
  limit: null,
  says: '',
})

const decided = ({ ok, message, observed, limit }: Decision, finding: Finding): Finding => ({
  ...finding,
  status: ok ? 'pass' : 'fail',
  says: message,
  observed,
  limit,
})

/** Duplicates are judged over all columns, or over those listed. */
function groupedBy({ params }: Expectation, table: TableFacts): readonly ColumnFacts[] | null {
  const { columns: names } = params
  if (!Array.isArray(names)) return table.columns
  const found = names.map((name) => table.columns.find((column) => column.name === name))
  return found.every((column) => column !== undefined) ? found : null
}

function sharedScan(
  checks: readonly { readonly bound: Extract<BoundCheck, { scan: 'shared' }>; readonly column: ColumnFacts }[],
  table: TableFacts,
): Sql {
  const values: SqlValue[] = []
  const list = checks.map(({ bound, column }, index) => {
    const judged = bound.judged?.(column) ?? present(column)
    const breaks = bound.breaks(column, table)
    // the condition is computed once per row in the inner query, so that its parameters stand there once
    values.push(...breaks.values)
    return { inner: `(${judged}) AS j${index}, (${judged}) AND (${breaks.sql}) AS x${index}`, index }
  })
  const row = table.rowNumber
  const outer = list.map(
    ({ index }) =>
      `count(*) FILTER (WHERE j${index}) AS n${index}, count(*) FILTER (WHERE x${index}) AS b${index}` +
      (row === null ? '' : `, min(row_at) FILTER (WHERE x${index}) AS f${index}`),
  )
  const inner = `SELECT ${row === null ? '' : `${row} AS row_at, `}${list.map((one) => one.inner).join(', ')} FROM ${table.relation}`
  return sql(`SELECT ${outer.join(', ')} FROM (${inner})`, values)
}

const nothingToJudge = ({ column }: Expectation): string =>
  column === null ? 'there are no rows to judge' : `${column} has no values to judge`

function judge(finding: Finding, row: Row, told: { readonly broken: string; readonly limit: Limit }): Finding {
  const judged = Number(row.judged ?? 0)
  const broken = Number(row.broken ?? 0)
  const { limit } = told
  // nothing was looked at: neither kept nor broken
  if (judged === 0) return { ...finding, status: 'skipped', judged, says: nothingToJudge(finding.expectation) }
  const allowed = limit.unit === 'share' ? limit.value * judged : limit.value
  const first = row.first === undefined || row.first === null ? null : Number(row.first) + 1
  return { ...finding, judged, broken, first, limit, says: told.broken, status: broken > allowed ? 'fail' : 'pass' }
}
