/**
 * Expectations of one table → the queries that answer them, and their answers → findings.
 *
 * Row-wise checks share one scan, whatever their number: one `count_if` a check, and one for each set of rows that is judged. The engine
 * plans in the square of the number of aggregates, so that beyond some hundred they are asked for in several queries, in the order of their
 * columns; each then scans its own columns only. Where a profile is made of the same rows, they ride in its count (scan.ts). The first broken row is looked for in a second pass, and only for what is broken.
 */
import type { Expectation } from '../schema/config.ts'
import { type Asked, ask, type Surroundings } from './ask.ts'
import type { Work } from './entry.ts'
import type { ColumnFacts, Sql, TableFacts } from './facts.ts'
import { type Finding, limitOf, type Step, withAnswer, withCounts } from './finding.ts'
import { type Look, locate } from './first-rows.ts'
import { conditions } from './row-conditions.ts'
import { answersOf, type Scan, scanQuery } from './scan.ts'
import { sharedScans } from './shared-scans.ts'

export interface Plan {
  /** one scan together, several where they want more than one query should answer */
  readonly shared: readonly Scan<readonly Finding[]>[]
  /** one scan each, or more */
  readonly own: readonly Step[]
  /** decided without a scan */
  readonly known: readonly Finding[]
  /** Counts what the shared scan left in doubt; null where it did not. */
  readonly settle: (findings: readonly Finding[]) => Step | null
  /** In which row each of these findings broke first: one look after the other. Null when there is nothing to look for (first-rows.ts) */
  readonly locate: (findings: readonly Finding[], where: Look) => Step | null
  /** SQL that is true for a row that breaks a rule, of findings that count rows one by one */
  readonly brokenRows: (finding: Finding) => { readonly condition: Sql; readonly columns: readonly ColumnFacts[] } | null
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
        known.push(withAnswer(blank, work.decide(scope)))
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
        own.push({ queries: work.queries(scope), finish: (answers) => [withAnswer(blank, work.judge(answers, scope))] })
        break
    }
  }
  const rules = shared.filter(({ work }) => work.kind === 'rows')
  return {
    known,
    own,
    shared: sharedScans(shared, table),
    settle: (findings) => settled(shared, table, findings),
    locate: (findings, where) => locate(rules, table, findings, where),
    brokenRows: ({ expectation }) => {
      const rule = rules.find((one) => one.expectation === expectation)
      if (rule === undefined) return null
      const names = [expectation.column, ...rule.entry.columns(expectation.params, around.data)]
      return { condition: conditions(rule).broken, columns: table.columns.filter(({ name }) => names.includes(name)) }
    },
  }
}

const countedAlone = ({ blank, scope, expectation }: Asked, { count, says, allowed }: Extract<Work, { kind: 'counted' }>): Step => ({
  queries: [count(scope)],
  finish: ([rows]) => [withCounts(blank, rows?.[0] ?? {}, says(scope), limitOf(expectation, allowed))],
})

function settled(shared: readonly Asked[], table: TableFacts, findings: readonly Finding[]): Step | null {
  const doubtful = new Set(findings.flatMap((finding) => (finding.doubtful ? [finding.expectation] : [])))
  const open = shared.filter(({ expectation }) => doubtful.has(expectation))
  const steps = [
    ...sharedScans(
      open.filter(({ work }) => work.kind === 'rows'),
      table,
      true,
    ).flatMap((scan) => askedAlone(scan, table)),
    ...open.flatMap((asked) => (asked.work.kind === 'counted' ? [countedAlone(asked, asked.work)] : [])),
  ]
  if (steps.length === 0) return null
  return {
    queries: steps.flatMap(({ queries }) => queries),
    finish: (answers) => [
      ...findings.filter((finding) => !finding.doubtful),
      ...steps.flatMap(({ finish }, place) => finish(answers.slice(place, place + 1))),
    ],
  }
}

function askedAlone({ wanted, finish }: Scan<readonly Finding[]>, table: TableFacts): readonly Step[] {
  const query = scanQuery(wanted, table)
  return query === null ? [] : [{ queries: [query], finish: ([rows]) => finish(answersOf(wanted, rows?.[0] ?? {})) }]
}
