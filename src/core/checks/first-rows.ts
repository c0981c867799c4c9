/** In which row each finding broke first: a second pass, and only for what is broken. */
import { chunks, groupBy } from '../collections.ts'
import type { Expectation } from '../schema/config.ts'
import { number } from './answer.ts'
import type { Asked } from './ask.ts'
import { freeName, type Sql, sql, type TableFacts } from './facts.ts'
import type { Finding, Step } from './finding.ts'
import { conditions } from './row-conditions.ts'
import { aggregatesPerQuery } from './scan.ts'

/** One look after the other: what the first has found, the next does not look for. */
export const looks = ['once for a column', 'beginning', 'anywhere'] as const
export type Look = (typeof looks)[number]

/**
 * A few are looked for by themselves, as far as the first row each, those of a column first in the row that breaks any of them, for often it is the same one; many
 * together: a look at the beginning of the table, which finds what is common, then a scan for what is not found yet.
 * @param rules those that count rows one by one @returns null when there is nothing to look for
 */
export function locate(rules: readonly Asked[], table: TableFacts, findings: readonly Finding[], where: Look): Step | null {
  const lost = lostOf(findings)
  const found = table.rowNumber === null ? [] : rules.filter(({ expectation }) => lost.has(expectation))
  if (found.length === 0) return null
  const alone = eachAlone(found, table)
  if (where === 'once for a column') return alone ? firstOf(ofColumns(found), table, findings) : null
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
 * A look for each, which ends at its first row and skips what the file says holds none, or one scan for all? Each is planned by itself, which takes
 * longer the more columns there are, and reads its own columns only where that is possible.
 */
const eachAlone = (found: readonly Asked[], { columnar, rows, columns }: TableFacts): boolean =>
  found.length <= few || (columnar && rows > 100_000 + 500 * columns.length)
const few = 4

/** Those of each column, and each of the whole table. */
const ofColumns = (found: readonly Asked[]): readonly (readonly Asked[])[] => [
  ...groupBy(found, ({ expectation }) => expectation.column ?? expectation).values(),
]

/** Looks of one query: the engine takes them up at once, where one after the other would leave a processor idle for a third of the time. Each holds what it has read. */
const looksPerQuery = 8

/** The first row that breaks one of a group is the first for all that it breaks. */
function firstOf(groups: readonly (readonly Asked[])[], table: TableFacts, findings: readonly Finding[]): Step {
  const row = freeName('row_at', table)
  const look = (group: readonly Asked[], at: number, width: number): Sql => {
    const broken = group.map((asked) => conditions(asked).broken)
    const values = broken.flatMap((one) => one.values)
    const flags = Array.from(
      { length: width },
      (_, index) => `${broken[index] === undefined ? 'false' : `(${broken[index].sql})`} AS b${index}`,
    )
    return sql(
      `(SELECT ${at} AS look, ${row} AS f, ${flags.join(', ')}
        FROM (SELECT *, ${table.rowNumber} AS ${row} FROM ${table.relation}) WHERE ${broken.map((one) => `(${one.sql})`).join(' OR ')} LIMIT 1)`,
      [...values, ...values],
    )
  }
  return {
    queries: chunks([...groups.entries()], looksPerQuery).map((part) => {
      const width = Math.max(...part.map(([, group]) => group.length))
      const together = part.map(([at, group]) => look(group, at, width))
      return sql(
        together.map((one) => one.sql).join('\nUNION ALL\n'),
        together.flatMap((one) => one.values),
      )
    }),
    finish: (answers) => {
      const seen = new Map(answers.flat().map((answer) => [number(answer.look), answer]))
      const places = new Map(groups.flatMap((group, at) => group.map(({ expectation }, index) => [expectation, { at, index }] as const)))
      return findings.map((finding) => {
        const place = places.get(finding.expectation)
        const answer = place === undefined ? undefined : seen.get(place.at)
        return answer?.[`b${place?.index}`] === true ? startingAt(finding, answer.f) : finding
      })
    },
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
