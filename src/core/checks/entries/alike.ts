/** Columns of one table that hold the same, or nearly: what a join or a copy leaves behind. */
import { chunks } from '../../collections.ts'
import { share as shownShare, written } from '../../report/format.ts'
import { fail, number, pass, skipped } from '../answer.ts'
import { asked, type CheckEntry } from '../entry.ts'
import { present, sql } from '../facts.ts'
import { share } from '../params.ts'
import { numbered, sample } from './association.ts'
import { contentHash } from './same-value.ts'
import { listed } from './schema.ts'

const perQuery = 64

/** Rows that are looked at for columns that nearly agree. */
const looked = 4_096
/** Of two rare flags nearly all rows agree: Cohen's kappa says how much of it is no accident. */
const leastKappa = 0.5

export const alikeChecks: readonly CheckEntry[] = [
  asked({
    name: 'duplicate_columns',
    on: 'table',
    summary: 'no two columns hold the same values in every row',
    fix: 'drop one of them',
    params: {},
    elsewhere: ['Evidently DuplicatedColumnsCount'],
    example: '{}',
    queries: (_, { table }) =>
      chunks(
        table.columns.map((column, i) => [column, i] as const),
        perQuery,
      ).map((some) => {
        const inner = numbered(
          table,
          some.map(([column, i]) => `${contentHash(column)} AS c${i}, ${present(column)} AS p${i}`),
        )
        // hash(a, b) is linear in exclusive or: without the outer hash the order of the rows would cancel out
        const each = some.map(
          ([, i]) => `CAST(bit_xor(hash(hash(row_at, c${i}))) AS VARCHAR) AS x${i}, count(*) FILTER (WHERE p${i}) AS n${i}`,
        )
        return sql(`SELECT ${each.join(', ')} FROM (${inner})`)
      }),
    judge: (_, answers, { table }) => {
      const row = Object.assign({}, ...answers.map((rows) => rows[0] ?? {}))
      const groups = new Map<string, string[]>()
      for (const [i, { name }] of table.columns.entries()) {
        // columns without a value are a matter of empty_columns
        if ((number(row[`n${i}`]) ?? 0) === 0) continue
        const key = `${row[`n${i}`]}:${row[`x${i}`]}`
        groups.set(key, [...(groups.get(key) ?? []), name])
      }
      if (groups.size === 0) return skipped('there are no values to judge')
      const same = [...groups.values()].filter((group) => group.length > 1)
      const more = {
        observed: same.reduce((sum, group) => sum + group.length - 1, 0),
        limit: { value: 0, kind: 'max', unit: 'columns' } as const,
        names: same.flat(),
      }
      return same.length === 0
        ? pass('every column has content of its own', more)
        : fail(`${same.map((group) => listed(group)).join('; ')} hold the same values`, more)
    },
  }),
  asked({
    name: 'near_duplicate_columns',
    on: 'table',
    summary:
      'no two columns agree in this part of the rows or more (99 %), beyond what columns of few values do by chance; looks at 4,096 rows',
    fix: 'drop one of them, or find out what the few other rows are',
    params: { min_agreement: share.optional() },
    short: 'min_agreement',
    elsewhere: ['Evidently almost duplicated columns'],
    example: '99%',
    queries: ({ min_agreement: least = 0.99 }, { table }) => {
      if (table.columns.length < 2) return []
      const hashes = table.columns.map((column, i) => `${contentHash(column)} AS x${i}`)
      const lines = hashes.map((_, i) => `SELECT ${i} AS f, row_at, x${i} AS x FROM s`).join(' UNION ALL ')
      return [
        sql(
          `WITH s AS MATERIALIZED (${sample(table, hashes, looked)}), l AS MATERIALIZED (${lines}), m AS (SELECT CAST(count(*) AS DOUBLE) AS n FROM s),
             p AS (SELECT a.f AS fa, b.f AS fb, count(*) AS same FROM l AS a JOIN l AS b ON a.row_at = b.row_at AND a.x = b.x AND a.f < b.f
               GROUP BY a.f, b.f HAVING count(*) >= ? * (SELECT n FROM m)),
             c AS MATERIALIZED (SELECT f, x, count(*) AS n FROM l GROUP BY f, x),
             e AS (SELECT a.f AS fa, b.f AS fb, sum(CAST(a.n AS DOUBLE) * b.n) AS lucky FROM c AS a JOIN c AS b ON a.x = b.x AND a.f < b.f GROUP BY a.f, b.f)
           SELECT fa, fb, same / n AS agreed, lucky / (n * n) AS chance FROM p JOIN e USING (fa, fb), m ORDER BY fa, fb`,
          [least],
        ),
        sql(`SELECT count(*) AS n FROM ${table.relation}`),
      ]
    },
    judge: ({ min_agreement: least = 0.99 }, [rows, all], { table }) => {
      if (rows === undefined) return skipped('there are no two columns')
      if ((number(all?.[0]?.n) ?? 0) === 0) return skipped('there are no rows to judge')
      const alike = rows.flatMap((row) => {
        const [a, b] = [table.columns[Number(row.fa)]?.name, table.columns[Number(row.fb)]?.name]
        const [agreed, chance] = [number(row.agreed) ?? 0, number(row.chance) ?? 1]
        return chance < 1 && (agreed - chance) / (1 - chance) >= leastKappa
          ? [{ says: `${a} and ${b} (${shownShare(agreed)})`, names: [a ?? '', b ?? ''] }]
          : []
      })
      const more = { observed: alike.length, limit: { value: 0, kind: 'max', unit: 'columns' } } as const
      if (alike.length === 0) return pass(`no two columns agree in ${written(least * 100)} % of the rows`, more)
      return fail(`${listed(alike.map(({ says }) => says))} agree in nearly every row`, {
        ...more,
        names: alike.flatMap(({ names }) => names),
      })
    },
  }),
]
