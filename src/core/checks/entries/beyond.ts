/**
 * Numbers beyond the range of the training data: units that changed, sentinels, errors. Some values beyond it are there in any new sample; the exact chance
 * of so many is known whatever the distribution (`exceedanceP`), for both ends twice the smaller of the two, times the columns that are looked at.
 */
import { exceedanceP } from '../../drift/exceedance.ts'
import { count, namedProbability, plural, share as shownShare, written } from '../../report/format.ts'
import { fail, number, pass, type Row, shareAtMost, skipped } from '../answer.ts'
import { asked, type CheckEntry, type Scope } from '../entry.ts'
import { isNumeric, type Sql, sql } from '../facts.ts'
import { storedIn } from '../float32.ts'
import { columns, share } from '../params.ts'
import { asNumber, asNumbers } from '../sql-parts.ts'
import { askedOrFeatures } from './integrity.ts'
import { listed } from './schema.ts'
import { held, twins } from './split.ts'

/** part of the values that may lie beyond, where nothing is written */
const usual = 0.001
const level = 0.001

/** What is known of a column of train: its ends and its finite values; or its rows, which say the same. */
interface Known {
  readonly name: string
  readonly ends: { readonly low: number; readonly high: number; readonly n: number } | null
}

function judgedColumns(scope: Scope, names: readonly string[] | undefined): readonly Known[] {
  return askedOrFeatures(scope, names, ({ kind }) => isNumeric(kind)).flatMap((name): Known[] => {
    const profile = scope.reference?.columns.find((column) => column.name === name)
    // numbers that only tell rows apart go on by their nature
    if (names === undefined && profile?.kind === 'identifier') return []
    const { min = null, max = null, cells = [] } = profile?.numeric ?? {}
    const pair = twins(scope, name)
    const ends = min === null || max === null ? null : { low: min, high: max, n: cells.reduce((sum, rows) => sum + rows, 0) }
    const known = ends !== null || (pair !== null && isNumeric(pair[1].kind))
    return known && scope.table.columns.some((column) => column.name === name && isNumeric(column.kind)) ? [{ name, ends }] : []
  })
}

/** One row: of each column `rows`, `below`, `above`, and of train `n`. */
function query(scope: Scope, judged: readonly Known[]): Sql {
  const train = scope.others.get('train')
  const fromRows = judged.some(({ ends }) => ends === null)
  const columns = judged.map(({ name, ends: known }) => {
    const own = scope.table.columns.find((column) => column.name === name) ?? scope.find(name)
    const [here, there] = known === null ? asNumbers(own, twins(scope, name)?.[1] ?? own) : [asNumber(own)]
    return { own, known, here, there }
  })
  const ends = columns.map(({ own, known, here, there: x = here }, i): Sql => {
    if (known !== null)
      return sql(`${['low', 'high', 'n'].map((end) => `CAST(? AS DOUBLE) AS ${end}${i}`).join(', ')}`, [
        storedIn(own, known.low),
        storedIn(own, known.high),
        known.n,
      ])
    const there = `FILTER (WHERE isfinite(${x}))`
    return sql(`min(${x}) ${there} AS low${i}, max(${x}) ${there} AS high${i}, count(*) ${there} AS n${i}`)
  })
  // under names of ours: a column of the data may be called as an end is
  const values = columns.map(({ here }, i) => `${here} AS x${i}`)
  const counts = judged.map((_, i) => {
    const where = (condition: string) => `count(*) FILTER (WHERE isfinite(x${i})${condition})`
    return `${where('')} AS rows${i}, ${where(` AND x${i} < low${i}`)} AS below${i}, ${where(` AND x${i} > high${i}`)} AS above${i}, any_value(n${i}) AS n${i}`
  })
  const known = `SELECT ${ends.map((end) => end.sql).join(', ')}${fromRows && train !== undefined ? ` FROM ${train.relation}` : ''}`
  return sql(
    `WITH ends AS (${known}), here AS (SELECT ${values.join(', ')} FROM ${scope.table.relation}) SELECT ${counts.join(', ')} FROM here, ends`,
    ends.flatMap((end) => end.values),
  )
}

export const beyondChecks: readonly CheckEntry[] = [
  asked({
    name: 'range_exceeded',
    on: 'table',
    roles: held,
    summary:
      'no number (those among the features, or columns) has more than this part of its values beyond the range of train (0.1 % by default), where that is no accident (p ≤ 0.001 over all of them)',
    fix: 'check unit and source of these values; a model is asked there for what it has never seen',
    params: { max: share.optional(), columns: columns.optional() },
    short: 'max',
    columns: ({ columns: names = [] }) => names,
    needs: 'the rows of the training data, or its profile',
    elsewhere: ['NannyML range', 'evidently share of out-of-range values'],
    example: '1%',
    queries: ({ columns: names }, scope) => {
      const judged = judgedColumns(scope, names)
      return judged.length === 0 ? [] : [query(scope, judged)]
    },
    judge: ({ max = usual, columns: names }, [answer], scope) => {
      const row = answer?.[0]
      if (row === undefined) return skipped('there are no numbers that this table and train, or its profile, both have')
      const judged = judgedColumns(scope, names)
      const all = judged.flatMap(({ name }, i) => found(name, i, row, judged.length)).toSorted((a, b) => b.share - a.share)
      const [first] = all
      if (first === undefined) return skipped('there are no finite values to judge')
      const far = all.filter(({ share: part, p }) => part > max && p <= level)
      const worst = far[0] ?? first
      const more = {
        judged: worst.rows,
        broken: worst.below + worst.above,
        limit: shareAtMost(max),
        p: worst.p,
        names: [first, ...far].map(({ name }) => name),
      }
      if (far.length > 0) return fail(`${listed(far.map(says))} (limit ${written(max * 100)} %)`, more)
      return pass(first.below + first.above === 0 ? 'no value lies beyond the range of train' : says(first), more)
    },
  }),
]

interface Beyond {
  readonly name: string
  readonly rows: number
  readonly below: number
  readonly above: number
  readonly share: number
  readonly p: number
}

function found(name: string, i: number, row: Row, columnsAsked: number): readonly Beyond[] {
  const of = (key: string) => number(row[`${key}${i}`]) ?? 0
  const [rows, n, below, above] = [of('rows'), of('n'), of('below'), of('above')]
  if (rows === 0 || n === 0) return []
  const p = Math.min(1, columnsAsked * 2 * Math.min(exceedanceP(below, n, rows), exceedanceP(above, n, rows)))
  return [{ name, rows, below, above, share: (below + above) / rows, p }]
}

const says = ({ name, rows, below, above, share: part, p }: Beyond): string =>
  `${count(below + above)} of ${plural(rows, 'value')} of ${name} (${shownShare(part)}) lie beyond the range of train, ${count(below)} below and ${count(above)} above (${namedProbability('p', p)})`
