/**
 * What a rank correlation of two columns needs, for up to fifty columns at once: sums over the numbers of their cells, which are ranks in
 * percentiles of the reference. Sums add, so parts merge exactly.
 *
 *     a       cell number of a row minus the middle cell (cell 0 … k over k edges; two labels are 0 and 1)
 *     stored  Σab of every pair; n, Σa, Σa² of every column; and of a pair where one of the two is missing somewhere, its own n and sums;
 *             of a pair that moved from the reference how much its correlation varies by itself (pair-spread.ts)
 *
 * A table of more than 200,000 rows gives a sample of them by the hash of the row number: the same rows in every run, `rows` says how many.
 */
import type { Row } from '../checks/answer.ts'
import { type ColumnFacts, isNumeric, type Sql, sql } from '../checks/facts.ts'
import { chunks } from '../collections.ts'
import type { TableProfile } from '../schema/profile.ts'
import { asDouble, asLabel, cellNumber, sqlText } from './codes.ts'
import { chosenRows } from './sampling.ts'

export const maxPairColumns = 50
export const maxPairRows = 200_000
/** aggregates in one query: the engine plans in their square */
const sumsPerQuery = 96

export type Pairs = NonNullable<TableProfile['pairs']>

export interface PairSums {
  readonly a: string
  readonly b: string
  readonly n: number
  readonly sa: number
  readonly sb: number
  readonly saa: number
  readonly sbb: number
  readonly sab: number
  /** n Var(r) of the rows as they are; null where it was not asked for */
  readonly spread: number | null
}

/** Of fewer than four rows, or where one does not vary: none. */
export function correlation({ n, sa, sb, saa, sbb, sab }: Omit<PairSums, 'a' | 'b' | 'spread'>): number | null {
  const a = n * saa - sa * sa
  const b = n * sbb - sb * sb
  return n > 3 && a > 0 && b > 0 ? Math.max(-1, Math.min(1, (n * sab - sa * sb) / Math.sqrt(a * b))) : null
}

/** Whichever of the two columns comes first; usually the pair stands at the same place. */
export function samePair(pairs: readonly PairSums[]): (wanted: PairSums, place: number) => PairSums | undefined {
  const ordered = ({ a, b }: PairSums) => JSON.stringify(a < b ? [a, b] : [b, a])
  let byName: ReadonlyMap<string, PairSums> | null = null
  return (wanted, place) => {
    const there = pairs[place]
    if (there?.a === wanted.a && there.b === wanted.b) return there
    byName ??= new Map(pairs.map((pair) => [ordered(pair), pair]))
    return byName.get(ordered(wanted))
  }
}

/** How one column is ranked: by its cells, or as one of two labels. */
export interface RankPlan {
  readonly facts: ColumnFacts
  readonly edges: readonly number[] | null
  /** the lower and the higher label of a column of two */
  readonly labels: readonly [string, string] | null
}

/** Sums of every pair, in the order of the columns. */
export function pairSums(pairs: Pairs | null | undefined): readonly PairSums[] {
  if (pairs === null || pairs === undefined) return []
  const { columns, n, s, q } = pairs
  const width = columns.length
  const own = new Map(pairs.partial.map((one) => [(one[0] ?? 0) * width + (one[1] ?? 0), one]))
  const spreads = new Map((pairs.spread ?? []).map(([i, j, spread]) => [i * width + j, spread]))
  const sums: PairSums[] = []
  for (let i = 0; i < width; i += 1) {
    for (let j = i + 1; j < width; j += 1) {
      const place = i * width + j
      const its = own.get(place)
      sums.push({
        a: columns[i] ?? '',
        b: columns[j] ?? '',
        n: its?.[2] ?? n[i] ?? 0,
        sa: its?.[3] ?? s[i] ?? 0,
        sb: its?.[4] ?? s[j] ?? 0,
        saa: its?.[5] ?? q[i] ?? 0,
        sbb: its?.[6] ?? q[j] ?? 0,
        sab: pairs.products[sums.length] ?? 0,
        spread: spreads.get(place) ?? null,
      })
    }
  }
  return sums
}

/** Sums add exactly. The spread of the whole is that of its parts, as long as these are alike; where one does not know it, it is unknown. @throws RangeError when the columns differ */
export function mergePairs(a: Pairs, b: Pairs): Pairs {
  if (a.columns.join('\n') !== b.columns.join('\n')) throw new RangeError('the pairs are of different columns')
  const add = (x: readonly number[], y: readonly number[]) => x.map((value, i) => value + (y[i] ?? 0))
  const rows = a.rows + b.rows
  const n = add(a.n, b.n)
  const [left, right] = [pairSums(a), pairSums(b)]
  const spread = places(a.columns.length).flatMap(([i, j], at): [number, number, number][] => {
    const [x, y] = [left[at], right[at]]
    if (x === undefined || y === undefined || x.spread === null || y.spread === null) return []
    return [[i, j, Number(((x.n * x.spread + y.n * y.spread) / (x.n + y.n)).toPrecision(6))]]
  })
  return {
    columns: a.columns,
    rows,
    n,
    s: add(a.s, b.s),
    q: add(a.q, b.q),
    products: add(a.products, b.products),
    partial: places(a.columns.length).flatMap(([i, j], at) => {
      if (n[i] === rows && n[j] === rows) return []
      const [x, y] = [left[at], right[at]]
      if (x === undefined || y === undefined) return []
      return [[i, j, x.n + y.n, x.sa + y.sa, x.sb + y.sb, x.saa + y.saa, x.sbb + y.sbb]]
    }),
    ...(spread.length === 0 ? {} : { spread }),
  }
}

/** (0, 1), (0, 2), …, (1, 2), … */
const places = (columns: number): readonly (readonly [number, number])[] =>
  Array.from({ length: columns }, (_, i) => Array.from({ length: columns - i - 1 }, (_, k) => [i, i + 1 + k] as const)).flat()

export interface PairTable {
  readonly relation: string
  /** SQL of the row number in that relation */
  readonly rowAt: string
  readonly rows: number
}

/** A number that is made of a column: SQL with the name it gets. */
export interface Code {
  readonly facts: ColumnFacts
  readonly sql: string
}

/** `c<i>`, null where a value is missing or infinite. */
export const rankCodes = (plans: readonly RankPlan[]): readonly Code[] =>
  plans.map((plan, i) => ({ facts: plan.facts, sql: `${rank(plan)} AS c${i}` }))

/** The numbers of the sampled rows, once. */
export function codesStatement(table: PairTable, codes: readonly Code[], name: string): string {
  const list = codes.map((code) => code.sql)
  const where = chosenRows(table.rows, maxPairRows, table.rowAt)
  if (where === '') return `CREATE TEMP TABLE ${name} AS SELECT ${list.join(', ')} FROM ${table.relation}`
  // drawn before they are numbered: a comparison costs the engine as much for a handful of rows as for the two thousand it takes at once
  const columns = [...new Set(codes.map(({ facts }) => facts.quoted))]
  return `CREATE TEMP TABLE ${name} AS WITH drawn AS MATERIALIZED (SELECT ${columns.join(', ')} FROM ${table.relation} ${where})
    SELECT ${list.join(', ')} FROM drawn`
}

export const dropStatement = (name: string): string => `DROP TABLE IF EXISTS ${name}`

function rank({ facts, edges, labels }: RankPlan): string {
  if (edges !== null) {
    const x = asDouble(facts)
    const code = `CAST((${cellNumber(facts, edges)}) - ${edges.length >> 1} AS INTEGER)`
    return facts.kind === 'float' || facts.kind === 'decimal'
      ? `CASE WHEN isfinite(${x}) THEN ${code} END`
      : `CASE WHEN ${facts.quoted} IS NOT NULL THEN ${code} END`
  }
  const [low, high] = labels ?? ['', '']
  return `CASE ${asLabel(facts)} WHEN ${sqlText(low)} THEN 0 WHEN ${sqlText(high)} THEN 1 END`
}

/** Of every column, then of every pair, some at a time. */
export function columnSums(name: string, columns: number): Sql {
  const list = Array.from({ length: columns }, (_, i) => `count(c${i}) AS n${i}, sum(c${i}) AS s${i}, sum(c${i} * c${i}) AS q${i}`)
  return sql(`SELECT ${['count(*) AS "rows"', ...list].join(', ')} FROM ${name}`)
}

/** @param complete which columns have a number in every row: pairs of those need their product alone */
export function pairQueries(name: string, complete: readonly boolean[]): readonly Sql[] {
  const sums = places(complete.length).flatMap(([i, j]) => [
    `sum(c${i} * c${j}) AS p${i}_${j}`,
    ...(complete[i] === true && complete[j] === true
      ? []
      : [
          `count(*) FILTER (WHERE c${i} IS NOT NULL AND c${j} IS NOT NULL) AS n${i}_${j}`,
          `sum(c${i}) FILTER (WHERE c${j} IS NOT NULL) AS a${i}_${j}`,
          `sum(c${j}) FILTER (WHERE c${i} IS NOT NULL) AS b${i}_${j}`,
          `sum(c${i} * c${i}) FILTER (WHERE c${j} IS NOT NULL) AS aa${i}_${j}`,
          `sum(c${j} * c${j}) FILTER (WHERE c${i} IS NOT NULL) AS bb${i}_${j}`,
        ]),
  ])
  return chunks(sums, sumsPerQuery).map((some) => sql(`SELECT ${some.join(', ')} FROM ${name}`))
}

export const completeColumns = (row: Row, columns: number): readonly boolean[] =>
  Array.from({ length: columns }, (_, i) => Number(row[`n${i}`]) === Number(row.rows))

/** @param row what `columnSums` and all of `pairQueries` gave */
export function readPairs(row: Row, columns: readonly string[]): Pairs {
  const complete = completeColumns(row, columns.length)
  const of = (key: string) => Number(row[key] ?? 0)
  const each = (letter: string) => columns.map((_, i) => of(`${letter}${i}`))
  return {
    columns: [...columns],
    rows: of('rows'),
    n: each('n'),
    s: each('s'),
    q: each('q'),
    products: places(columns.length).map(([i, j]) => of(`p${i}_${j}`)),
    partial: places(columns.length).flatMap(([i, j]) =>
      complete[i] === true && complete[j] === true
        ? []
        : [[i, j, ...['n', 'a', 'b', 'aa', 'bb'].map((letter) => of(`${letter}${i}_${j}`))]],
    ),
  }
}

/** Ranked columns: those with numbers that are tested, and those of two labels. */
export const canBeRanked = (facts: ColumnFacts, edges: readonly number[] | null): boolean =>
  isNumeric(facts.kind) && (edges?.length ?? 0) > 0
