/**
 * Columns of the test data as codes: a level of a category, a quarter of a number. What a column is cut into is found first, then all of them are read in one
 * pass, two bytes a row.
 */

import type { SliceColumn } from '../../core/evaluate/slice-rows.ts'
import { quoted } from '../../core/onnx/inspect.ts'
import { chosenRows } from '../../core/profile/sampling.ts'
import { figure, plural } from '../../core/report/format.ts'
import type { DataSpec } from '../../core/schema/config.ts'
import { targetColumns } from '../../core/schema/target-columns.ts'
import { UserError } from '../../errors.ts'
import { type Column, type ColumnValues, type DataEngine, quoteName, type Scalar, type Table } from '../../ports/data-engine.ts'
import { subTable } from '../sub-table.ts'
import { labelOf, sortLabels } from './truth.ts'

/** Numbers with more values than this are cut into quarters; a whole number with fewer is a category. */
const mostNumbers = 20
/** One code is kept for what is missing, one for whatever comes after the last. */
const mostLevels = 65_534
const sampleRows = 50_000
const batchRows = 65_536
/** Bytes of codes: found columns beyond them are left out, and that is said. */
const mostBytes = 400_000_000

export interface Wanted {
  /** column names, by what asks for them */
  readonly declared: readonly string[]
  /** look for more; these are looked at by themselves already */
  readonly found: { readonly but: readonly string[] } | null
}

export interface Cut {
  readonly columns: ReadonlyMap<string, SliceColumn>
  /** names of those that were found, in the order of the table */
  readonly found: readonly string[]
  readonly notes: readonly string[]
}

interface Plan {
  readonly column: Column
  /** inner edges of the quarters; null: levels */
  readonly edges: readonly number[] | null
}

export async function cutColumns(engine: DataEngine, table: Table, wanted: Wanted, data: DataSpec, shown: string): Promise<Cut> {
  const declared = wanted.declared.map((name) => {
    const column = table.columns.find((one) => one.name === name)
    if (column !== undefined) return column
    throw new UserError(
      'COLUMNS_MISSING',
      `${shown} has no column ${quoted(name)}, by which rows are to be looked at`,
      `correct evaluate.slices or evaluate.fairness; the data has ${table.columns.map((one) => quoted(one.name)).join(', ')}`,
    )
  })
  const { id, weight, time } = data
  const known = [...targetColumns(data), id, weight, time, ...(wanted.found?.but ?? [])]
  const others = wanted.found ? table.columns.filter(({ name, kind }) => !known.includes(name) && findable.has(kind)) : []
  // a row of weight 0 is none: it neither moves an edge nor makes a column worth a look
  const counted = weight === null ? table : subTable(table, { where: `${quoteName(weight)} <> 0` })
  const { rows, distinct } = await countsOf(engine, counted, [...declared, ...others])
  const telling = others.filter((column) => isTelling(column, distinct.get(column.name) ?? 0, rows))
  const most = Math.max(0, Math.floor(mostBytes / (2 * Math.max(1, table.rows))) - declared.length)
  const found = telling.slice(0, most)
  const kept = [...new Map([...declared, ...found].map((column) => [column.name, column])).values()]
  const quarters = kept.filter((column) => isCut(column, distinct.get(column.name) ?? 0, data))
  const edges = await edgesOf(engine, { ...counted, rows }, quarters)
  const plans = kept.map((column): Plan => ({ column, edges: edges.get(column.name) ?? null }))
  const left = telling.length - found.length
  return {
    columns: await read(engine, table, plans, data),
    found: found.map(({ name }) => name),
    notes: left === 0 ? [] : [`${left} of ${plural(telling.length, 'column')} were not looked at: their codes would not fit into memory`],
  }
}

const findable: ReadonlySet<Column['kind']> = new Set(['integer', 'float', 'decimal', 'boolean', 'string'])
const numbers: ReadonlySet<Column['kind']> = new Set(['integer', 'float', 'decimal'])

/** A column of one value has no parts; one of a hundred times as many as can be slices is most likely a name. */
const isTelling = ({ kind }: Column, distinct: number, rows: number): boolean =>
  distinct > 1 && (numbers.has(kind) || (distinct <= 10_000 && distinct <= Math.max(20, rows / 10)))

function isCut({ name, kind }: Column, distinct: number, { kinds = {} }: DataSpec): boolean {
  const said = kinds[name]
  if (!numbers.has(kind) || said === 'categorical' || said === 'categorical-high' || said === 'boolean') return false
  return distinct > mostNumbers
}

interface Counts {
  readonly rows: number
  /** about: levels are counted as they are read */
  readonly distinct: ReadonlyMap<string, number>
}

async function countsOf(engine: DataEngine, table: Table, columns: readonly Column[]): Promise<Counts> {
  if (columns.length === 0) return { rows: table.rows, distinct: new Map() }
  const counts = columns.map(({ name }, at) => `approx_count_distinct(${quoteName(name)}) AS c${at}`)
  const [row] = await engine.aggregate({ sql: `SELECT count(*) AS "rows", ${counts.join(', ')} FROM ${table.relation}` })
  return { rows: Number(row?.rows ?? 0), distinct: new Map(columns.map(({ name }, at) => [name, Number(row?.[`c${at}`] ?? 0)])) }
}

/** Quarters of the rows, from a sample that is the same in every run. */
async function edgesOf(engine: DataEngine, table: Table, columns: readonly Column[]): Promise<ReadonlyMap<string, readonly number[]>> {
  if (columns.length === 0) return new Map()
  const value = ({ name, kind }: Column) =>
    kind === 'float' ? `CASE WHEN isfinite(${quoteName(name)}) THEN ${quoteName(name)} END` : quoteName(name)
  const parts = columns.flatMap((_, at) => [0.25, 0.5, 0.75].map((q, j) => `CAST(quantile_disc(v${at}, ${q}) AS DOUBLE) AS e${at}_${j}`))
  const inner = `SELECT ${columns.map((column, at) => `${value(column)} AS v${at}`).join(', ')}, ${table.rowNumber} AS row_at FROM ${table.relation}`
  const [row] = await engine.aggregate({ sql: `SELECT ${parts.join(', ')} FROM (${inner}) ${chosenRows(table.rows, sampleRows)}` })
  return new Map(
    columns.map(({ name }, at) => {
      const found = [0, 1, 2].map((j) => row?.[`e${at}_${j}`]).filter((edge) => typeof edge === 'number')
      return [name, found.filter((edge, j) => j === 0 || edge !== found[j - 1])]
    }),
  )
}

async function read(engine: DataEngine, table: Table, plans: readonly Plan[], data: DataSpec): Promise<ReadonlyMap<string, SliceColumn>> {
  if (plans.length === 0) return new Map()
  const coders = plans.map((plan) => (plan.edges === null ? new LevelCoder(table.rows) : new QuarterCoder(table.rows, plan.edges)))
  const names = plans.map(({ column }) => column.name)
  const numeric = plans.flatMap(({ column, edges }) => (edges === null ? [] : [column.name]))
  let from = 0
  for await (const batch of engine.batches(table, names, { size: batchRows, numeric })) {
    for (const [at, coder] of coders.entries()) coder.take(batch.columns[at] ?? [], from, batch.rows)
    from += batch.rows
  }
  return new Map(
    plans.map(({ column: { name } }, at) => {
      const coder = coders[at]
      if (!coder) throw new Error('a column has a coder')
      return [name, { name, hidden: data.sensitive.includes(name), codes: coder.codes, ...coder.finish() }]
    }),
  )
}

type Names = Pick<SliceColumn, 'labels' | 'order'>

class LevelCoder {
  readonly codes: Uint16Array
  readonly #codeOf = new Map<Scalar, number>()

  constructor(rows: number) {
    this.codes = new Uint16Array(rows)
  }

  take(values: ColumnValues, from: number, rows: number): void {
    for (let row = 0; row < rows; row += 1) {
      const value = values[row] ?? null
      const key = typeof value === 'number' && Number.isNaN(value) ? null : value
      let code = this.#codeOf.get(key)
      if (code === undefined) {
        code = Math.min(this.#codeOf.size, mostLevels + 1)
        if (code <= mostLevels) this.#codeOf.set(key, code)
      }
      this.codes[from + row] = code
    }
  }

  finish(): Names {
    const labels = [...this.#codeOf.keys()].map((value) => (value === null ? null : labelOf(value)))
    const rank = new Map(sortLabels(labels.filter((label) => label !== null)).map((label, at) => [label, at]))
    const place = (code: number) => {
      const label = labels[code] ?? null
      return label === null ? labels.length : (rank.get(label) ?? 0)
    }
    const full = labels.length > mostLevels ? [...labels, 'all others'] : labels
    return { labels: full, order: [...full.keys()].sort((a, b) => place(a) - place(b)) }
  }
}

/** Up to each edge, and above the last; what is missing comes last. */
class QuarterCoder {
  readonly codes: Uint16Array
  readonly #edges: readonly number[]

  constructor(rows: number, edges: readonly number[]) {
    this.codes = new Uint16Array(rows)
    this.#edges = edges
  }

  take(values: ColumnValues, from: number, rows: number): void {
    const k = this.#edges.length
    for (let row = 0; row < rows; row += 1) {
      const value = Number(values[row] ?? Number.NaN)
      let code = k + 1
      if (!Number.isNaN(value)) {
        code = 0
        while (code < k && value > (this.#edges[code] ?? 0)) code += 1
      }
      this.codes[from + row] = code
    }
  }

  finish(): Names {
    const edges = this.#edges.map((edge) => figure(edge))
    const labels = [
      ...edges.map((edge, j) => (j === 0 ? `≤ ${edge}` : `${edges[j - 1]} to ${edge}`)),
      edges.length === 0 ? 'any' : `> ${edges.at(-1)}`,
      null,
    ]
    return { labels, order: [...labels.keys()] }
  }
}
