/** Expectations as a config writes them, judged on real files by a real engine: the way from YAML to finding, without the stage around it. */
import { join } from 'node:path'
import type { Surroundings } from '../../../src/core/checks/ask.ts'
import { sqlTexts } from '../../../src/core/checks/ask.ts'
import type { TableFacts } from '../../../src/core/checks/facts.ts'
import type { Finding } from '../../../src/core/checks/finding.ts'
import { findCheck } from '../../../src/core/checks/table.ts'
import { parseQuery, type VerifiedSql, verifySql } from '../../../src/core/checks/user-sql.ts'
import type { DataSpec, Expectation, Role } from '../../../src/core/schema/config.ts'
import type { Table } from '../../../src/ports/data-engine.ts'
import { tableFacts } from '../../../src/stages/table-facts.ts'
import { judge } from '../../../src/stages/validate/judge.ts'
import { disagreement } from '../../support/agreement.ts'
import { around, data, expectationsOf } from '../../unit/checks/support.ts'
import { type Bench, makeBench } from '../duckdb/support.ts'

export type Columns = Readonly<Record<string, readonly (number | string | boolean | bigint | null)[] | Float64Array>>
export type Tables = Readonly<Partial<Record<Role, Table>>>

export interface Hall {
  readonly bench: Bench
  /** the same rows as a Parquet file */
  parquet(columns: Columns): Promise<Table>
  /** the same rows as a CSV file */
  csv(columns: Columns): Promise<Table>
  text(content: string): Promise<Table>
  /** the one finding of the one check in `expect` on `role` */
  find(role: Role, tables: Tables, expect: string, more?: Partial<DataSpec>, surroundings?: Partial<Surroundings>): Promise<Finding>
  /** `fail 3 of 10 …`, the whole sentence of it */
  say(role: Role, tables: Tables, expect: string, more?: Partial<DataSpec>, surroundings?: Partial<Surroundings>): Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

export async function makeHall(options: Parameters<typeof makeBench>[0] = {}): Promise<Hall> {
  const bench = await makeBench(options)
  let files = 0
  const cell = (value: unknown) => (value === null ? '' : typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value))
  const find: Hall['find'] = async (role, tables, expect, more = {}, surroundings = {}) => {
    const facts = new Map(Object.entries(tables).map(([name, table]): [string, TableFacts] => [name, tableFacts(table, name)]))
    const table = facts.get(role)
    if (table === undefined) throw new Error(`no table of ${role}`)
    facts.delete(role)
    const asked = expectationsOf(expect).filter(({ check }) => check !== 'exists')
    const findings = (
      await judge(
        bench.engine,
        table,
        asked,
        around({ others: facts, data: data(more), verified: await verified(bench, asked), ...surroundings }),
      )
    ).flatMap((one) => one.findings)
    const [only, second] = findings
    if (only === undefined || second !== undefined) throw new Error(`${findings.length} findings`)
    const unnamed = [...facts.values(), table]
      .flatMap(({ columns }) => columns.map(({ name }) => name))
      .filter((name) => isUnnamed(name, only))
    if (unnamed.length > 0) throw new Error(`the sentence names ${unnamed.join(', ')}, and the finding does not say so: ${only.says}`)
    const wrong = disagreement(only.says)
    if (wrong !== null) throw new Error(`${wrong}: ${only.says}`)
    return only
  }
  return {
    bench,
    async parquet(columns) {
      const name = `t${++files}.parquet`
      await bench.engine.writeParquet(
        join(bench.folder, name),
        Object.entries(columns).map(([column, values]) => ({ name: column, values })),
      )
      return bench.open(name)
    },
    csv(columns) {
      const lists = Object.values(columns).map((values) => [...values])
      const lines = Array.from({ length: lists[0]?.length ?? 0 }, (_, i) => lists.map((values) => cell(values[i] ?? null)).join(','))
      return bench.table(`t${++files}.csv`, [Object.keys(columns).map(cell).join(','), ...lines, ''].join('\n'))
    },
    text: (content) => bench.table(`t${++files}.csv`, content),
    find,
    async say(...asked) {
      const { status, says, judged, broken, whole, expectation } = await find(...asked)
      return whole === true ? `${status} ${says}` : `${status} ${broken} of ${judged} ${expectation.column === null ? 'rows ' : ''}${says}`
    },
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  }
}

/** Words of our sentences that tests have for columns, too. */
const ours = ['label', 'row', 'text', 'day', 'number', 'one', 'id']

/** A column that stands in the sentence on its own, and of which a report does not know that it is one. */
function isUnnamed(column: string, { says, names = [], expectation }: Finding): boolean {
  if (column.length < 2 || ours.includes(column) || column === expectation.column || names.includes(column)) return false
  return says.split(/[^\p{L}\p{N}_]+/u).includes(column)
}

async function verified(bench: Bench, asked: readonly Expectation[]): Promise<ReadonlyMap<string, VerifiedSql>> {
  const found = new Map<string, VerifiedSql>()
  for (const expectation of asked) {
    const entry = findCheck(expectation.check)
    for (const { text, form } of entry === null ? [] : sqlTexts(expectation, entry)) {
      const [row] = await bench.engine.aggregate(parseQuery(text, form))
      const verification = verifySql(String(row?.tree), form, ['data', 'train', 'validation', 'test', 'current'])
      if (!verification.ok) throw new Error(verification.why)
      found.set(text, verification.sql)
    }
  }
  return found
}

/** A fixed pseudo-random sequence in [0, 1). */
export function sequence(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
export const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i))
