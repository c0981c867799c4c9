/**
 * Rules that a person writes as a query. What may stand in it is decided by user-sql.ts before any data is read; here it becomes a subquery over
 * `data` and the roles, of which only a number of rows, or whether a figure lies within its limits, comes back.
 */

import { z } from 'zod'
import { count, plural, written } from '../../report/format.ts'
import { roles } from '../../schema/config.ts'
import { atMost, fail, number, pass, skipped } from '../answer.ts'
import { asked, type CheckEntry, type Scope } from '../entry.ts'
import type { TableFacts } from '../facts.ts'
import { sql } from '../facts.ts'
import { badRange, real, share, text } from '../params.ts'

const query = text.min(1, { error: 'this query is empty' }).max(20_000, { error: 'a query has at most 20000 characters' })
const most = z.union([z.number().nonnegative(), share], { error: 'expected a part of the rows such as 1%, or a number of rows' })

/** The columns of the data and no other, under the names that a query may read. */
function over({ table, others }: Scope, body: string): string {
  const list = ({ columns, relation }: TableFacts) => `SELECT ${columns.map((column) => column.quoted).join(', ')} FROM ${relation}`
  const tables = [
    ['data', table] as const,
    [table.role, table] as const,
    ...[...others].filter(([name]) => roles.some((role) => role === name)),
  ]
  return `WITH ${tables.map(([name, one]) => `${name} AS (${list(one)})`).join(', ')} ${body}`
}

export const customChecks: readonly CheckEntry[] = [
  asked({
    name: 'failed_rows',
    also: ['unexpected_rows'],
    on: 'table',
    summary:
      'the query over data, train, validation, test, current gives no row, or at most max: up to 1 a part of the rows, above it a number of rows',
    fix: 'correct the rows that the query finds',
    params: { query, max: most.optional() },
    short: 'query',
    queryKeys: ['query'],
    elsewhere: ['Soda failed rows', 'GX unexpected_rows_expectation', 'dbt singular tests'],
    example: 'SELECT * FROM data WHERE a IS NULL AND a IS NOT NULL',
    queries: ({ query: asks }, scope) => [sql(over(scope, `SELECT count(*) AS broken FROM (\n${asks}\n)`))],
    judge: ({ max = 0 }, [answer], { table }) => {
      const broken = number(answer?.[0]?.broken) ?? 0
      const limit = atMost(max)
      const says = `the query gives ${plural(broken, 'row')}`
      const more = { observed: limit.unit === 'share' ? broken / Math.max(1, table.rows) : broken, limit }
      return broken <= (limit.unit === 'share' ? max * table.rows : max)
        ? pass(says, more)
        : fail(max === 0 ? says : `${says} (limit ${limit.unit === 'share' ? `${written(max * 100)} %` : count(max)})`, more)
    },
  }),
  asked({
    name: 'custom_sql',
    on: 'table',
    summary:
      'the one number that the query over data, train, validation, test, current gives lies in [min, max]; the number itself is not shown',
    fix: 'find out why the figure changed, or change the limit',
    params: { query, min: real.optional(), max: real.optional() },
    wrong: badRange,
    queryKeys: ['query'],
    elsewhere: ['Soda user-defined metric', 'GX query expectations'],
    example: '{query: SELECT count(*) FROM data, min: 0}',
    queries: ({ query: asks }, scope) => [
      sql(over(scope, `SELECT count(*) AS "rows", count(v) AS answers, max(TRY_CAST(v AS DOUBLE)) AS v FROM (\n${asks}\n) AS asked (v)`)),
    ],
    judge: ({ min, max }, [answer]) => {
      const rows = number(answer?.[0]?.rows) ?? 0
      const found = number(answer?.[0]?.v)
      if (rows !== 1) return fail(`the query gives ${plural(rows, 'row')}, and one number is wanted`)
      // a largest salary is somebody's: the figure may be a cell of the data
      if (found === null && number(answer?.[0]?.answers) !== 0) return fail('the query gives something that is no number')
      if (found === null) return skipped('the query gives no number: there was nothing to compute it of')
      if (min !== undefined && found < min) return fail(`the figure lies below ${written(min)}`)
      if (max !== undefined && found > max) return fail(`the figure lies above ${written(max)}`)
      return pass('the figure lies within its limits')
    },
  }),
]
