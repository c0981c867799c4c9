/** In which row each finding broke first: a second pass, and only for what is broken. */
import { chunks, groupBy } from '../collections.ts'
import type { Expectation } from '../schema/config.ts'
import { number } from './answer.ts'
import type { Asked } from './ask.ts'
import { freeName, sql, type TableFacts } from './facts.ts'
import type { Finding, Step } from './finding.ts'
import { conditions } from './row-conditions.ts'
import { aggregatesPerQuery } from './scan.ts'

/** One look after the other: what the first has found, the next does not look for. */
export const looks = ['rows that break several', 'beginning', 'anywhere'] as const
export type Look = (typeof looks)[number]

/**
 * A few are looked for one by one, as far as the first row each, those of a column first in the row that breaks any of them, for often it is the same one; many
 * together: a look at the beginning of the table, which finds what is common, then a scan for what is not found yet.
 * @param rules those that count rows one by one @returns null when there is nothing to look for
 */
export function locate(rules: readonly Asked[], table: TableFacts, findings: readonly Finding[], where: Look): Step | null {
  const lost = lostOf(findings)
  const found = table.rowNumber === null ? [] : rules.filter(({ expectation }) => lost.has(expectation))
  if (found.length === 0) return null
  const alone = oneByOne(found, table)
  if (where === 'rows that break several') return alone ? firstOf(ofColumns(found), table, findings) : null
  if (where === 'beginning' && alone)
    return firstOf(
      found.map((one) => [one]),
      table,
      findings,
    )
  return firstRows(found, table, findings, where === 'beginning' ? ` LIMIT ${beginning}` : '')
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

/** Those of each column that has several. */
const ofColumns = (found: readonly Asked[]): readonly (readonly Asked[])[] =>
  [...groupBy(found, ({ expectation }) => expectation.column)].flatMap(([column, group]) =>
    column === null || group.length < 2 ? [] : [group],
  )

/** The first row that breaks one of a group is the first for all that it breaks. */
function firstOf(groups: readonly (readonly Asked[])[], table: TableFacts, findings: readonly Finding[]): Step | null {
  if (groups.length === 0) return null
  const row = freeName('row_at', table)
  return {
    queries: groups.map((group) => {
      const broken = group.map((asked) => conditions(asked).broken)
      const values = broken.flatMap((one) => one.values)
      return sql(
        `SELECT ${row} AS f, ${broken.map((one, index) => `(${one.sql}) AS b${index}`).join(', ')}
         FROM (SELECT *, ${table.rowNumber} AS ${row} FROM ${table.relation}) WHERE ${broken.map((one) => `(${one.sql})`).join(' OR ')} LIMIT 1`,
        [...values, ...values],
      )
    }),
    finish: (answers) =>
      findings.map((finding) => {
        for (const [at, group] of groups.entries()) {
          const index = group.findIndex(({ expectation }) => expectation === finding.expectation)
          const [answer] = answers[at] ?? []
          if (index >= 0 && answer?.[`b${index}`] === true) return startingAt(finding, answer.f)
        }
        return finding
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
