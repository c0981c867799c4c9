/**
 * The counts of a profile once more, as sums of `data.weight`: per cell, frequent value and label, and of what is missing or infinite.
 * Sums are compensated and kept to twelve digits: threads add in no fixed order.
 */
import type { Row } from '../checks/answer.ts'
import { type ColumnFacts, isNumeric, type Sql, sql } from '../checks/facts.ts'
import type { ColumnProfile, TableProfile } from '../schema/profile.ts'
import { asDouble, cellNumber, isMissing, numberIn } from './codes.ts'
import { digits12 } from './digits.ts'

/** grouping_id is a 64-bit mask; each column takes two sets */
export const weightColumnsPerQuery = 16

const asWeight = ({ quoted }: ColumnFacts): string => `CAST(${quoted} AS DOUBLE)`

/** Beyond these a weight, or the square of a sum of them, is no number that a double holds: nobody weighs rows so. 0 is no row. */
export const weighable = { least: 1e-100, most: 1e100 } as const
export const isWeighable = (w: number): boolean => w === 0 || (w >= weighable.least && w <= weighable.most)
/** SQL that is true for a finite weight that is too large or too small. */
export const unweighable = (w: string): string =>
  `((${w} > ${weighable.most} AND isfinite(${w})) OR (${w} > 0 AND ${w} < ${weighable.least}))`

/** `bad`: rows whose weight is missing, negative, not finite, or beyond what is weighable. */
export const weightTotals = (relation: string, weight: ColumnFacts): Sql => {
  const w = asWeight(weight)
  return sql(
    `SELECT count(*) FILTER (WHERE ${w} IS NULL OR NOT isfinite(${w}) OR ${w} < 0 OR ${unweighable(w)}) AS bad, fsum(${w}) AS total, fsum(${w} * ${w}) AS squares FROM ${relation}`,
  )
}

export interface WeighedColumn {
  readonly facts: ColumnFacts
  readonly edges: readonly number[] | null
  readonly values: readonly number[]
}

const missingCode = -1
const infiniteCode = -2

/** Rows: `place` (2·i for cells, 2·i + 1 for frequent values of column i), `code`, `weight`. */
export function weightQuery(relation: string, weight: ColumnFacts, columns: readonly WeighedColumn[]): Sql {
  if (columns.length > weightColumnsPerQuery) throw new RangeError(`at most ${weightColumnsPerQuery} columns at a time`)
  const codes = columns.flatMap(({ facts, edges, values }, i) => {
    const x = asDouble(facts)
    const numeric = edges !== null && isNumeric(facts.kind)
    const cell = numeric ? `WHEN isinf(${x}) THEN ${infiniteCode} ELSE ${cellNumber(facts, edges)}` : 'ELSE 0'
    const often = values.map((value, place) => `WHEN ${x} = ${numberIn(facts, value)} THEN ${place}`)
    const frequent = !numeric || often.length === 0 ? [] : [`CASE ${often.join(' ')} ELSE -1 END AS k${2 * i + 1}`]
    return [`CASE WHEN ${isMissing(facts)} THEN ${missingCode} ${cell} END AS k${2 * i}`, ...frequent]
  })
  const names = codes.map((code) => code.slice(code.lastIndexOf(' ') + 1))
  const all = 2 ** names.length - 1
  const which = names.map((name, at) => `WHEN ${all - 2 ** (names.length - 1 - at)} THEN ${name.slice(1)}`).join(' ')
  const code = names.length === 1 ? names[0] : `coalesce(${names.join(', ')})`
  return sql(`SELECT CASE grouping_id(${names.join(', ')}) ${which} END AS place, ${code} AS code, fsum(w) AS weight
    FROM (SELECT ${asWeight(weight)} AS w, ${codes.join(', ')} FROM ${relation})
    GROUP BY GROUPING SETS (${names.map((name) => `(${name})`).join(', ')})`)
}

/** Sums of one column, by cell and by place in its list of frequent values. */
export interface Weights {
  readonly cells: ReadonlyMap<number, number>
  readonly values: ReadonlyMap<number, number>
}

export function readWeights(columns: readonly WeighedColumn[], rows: readonly Row[]): ReadonlyMap<string, Weights> {
  const found = columns.map(() => ({ cells: new Map<number, number>(), values: new Map<number, number>() }))
  for (const row of rows) {
    const place = Number(row.place)
    const sums = found[place >> 1]
    if (sums !== undefined) (place % 2 === 0 ? sums.cells : sums.values).set(Number(row.code), Number(row.weight))
  }
  return new Map(columns.flatMap((column, i) => (found[i] === undefined ? [] : [[column.facts.name, found[i]] as const])))
}

export type Weighted = NonNullable<ColumnProfile['weighted']>

/**
 * @param plan the values in the order that was asked for
 * @param labels sums of the labels by label
 */
export function weighted(column: ColumnProfile, values: readonly number[], sums: Weights, labels: ReadonlyMap<string, number>): Weighted {
  const { numeric, categories } = column
  const of = (code: number) => sums.cells.get(code) ?? 0
  const present = [...sums.cells].reduce((total, [code, weight]) => (code === missingCode ? total : total + weight), 0)
  const top = (categories?.top ?? []).map(({ value }) => digits12(labels.get(value) ?? 0))
  const spikes = (numeric?.spikes ?? []).map(({ value }) => digits12(sums.values.get(values.indexOf(value)) ?? 0))
  return {
    missing: digits12(of(missingCode)),
    infinite: digits12(of(infiniteCode)),
    cells: numeric === null ? [] : numeric.cells.map((_, cell) => digits12(of(cell))),
    spikes,
    top,
    other: categories === null ? 0 : digits12(Math.max(0, present - top.reduce((total, weight) => total + weight, 0))),
  }
}

/** @param a, b the columns the sums are of; `whole`: the merged one */
export function mergeWeighted(a: ColumnProfile, b: ColumnProfile, whole: ColumnProfile): Weighted | null {
  const [x, y] = [a.weighted, b.weighted]
  if (!x || !y) return null
  const of = <T>(list: readonly { readonly value: T }[] | undefined, sums: readonly number[]) =>
    new Map((list ?? []).map(({ value }, i) => [value, sums[i] ?? 0] as const))
  const [spikesA, spikesB] = [of(a.numeric?.spikes, x.spikes), of(b.numeric?.spikes, y.spikes)]
  const [topA, topB] = [of(a.categories?.top, x.top), of(b.categories?.top, y.top)]
  const top = (whole.categories?.top ?? []).map(({ value }) => digits12((topA.get(value) ?? 0) + (topB.get(value) ?? 0)))
  const sum = (list: readonly number[]) => list.reduce((total, weight) => total + weight, 0)
  return {
    missing: digits12(x.missing + y.missing),
    infinite: digits12(x.infinite + y.infinite),
    cells: x.cells.map((weight, i) => digits12(weight + (y.cells[i] ?? 0))),
    spikes: (whole.numeric?.spikes ?? []).map(({ value }) => digits12((spikesA.get(value) ?? 0) + (spikesB.get(value) ?? 0))),
    top,
    other: digits12(Math.max(0, sum(x.top) + x.other + sum(y.top) + y.other - sum(top))),
  }
}

/** @throws RangeError when the weights are of different columns */
export function mergeWeight(a: TableProfile['weight'], b: TableProfile['weight']): NonNullable<TableProfile['weight']> | null {
  if (!a || !b) return null
  if (a.column !== b.column) throw new RangeError('the profiles are weighted by different columns')
  return { column: a.column, total: digits12(a.total + b.total), squares: digits12(a.squares + b.squares) }
}
