/** Tables made in the engine itself, of every kind of column, and one check on them. */

import type { Surroundings } from '../../../../src/core/checks/ask.ts'
import type { StorageKind, TableFacts } from '../../../../src/core/checks/facts.ts'
import type { Finding } from '../../../../src/core/checks/finding.ts'
import { toCheck } from '../../../../src/core/checks/report.ts'
import type { VerifiedSql } from '../../../../src/core/checks/user-sql.ts'
import type { Expectation, ModelConfig } from '../../../../src/core/schema/config.ts'
import { quoteName } from '../../../../src/ports/data-engine.ts'
import type { ModelContext } from '../../../../src/stages/context.ts'
import { judge } from '../../../../src/stages/validate/judge.ts'
import { readConfigSql } from '../../../../src/stages/validate/read-config-sql.ts'
import { disagreement } from '../../../support/agreement.ts'
import { around } from '../../../unit/checks/support.ts'
import type { Bench } from '../../duckdb/support.ts'

export const types = {
  integer: 'BIGINT',
  float: 'DOUBLE',
  decimal: 'DECIMAL(9,2)',
  boolean: 'BOOLEAN',
  string: 'VARCHAR',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  time: 'TIME',
  other: 'INTEGER[]',
} as const satisfies Record<StorageKind, string>

export interface Made {
  readonly name: string
  readonly kind: StorageKind
  /** SQL of each row's value */
  readonly cells: readonly string[]
  readonly type?: string
}

let tables = 0

/** A table in the engine, as the stage would describe it. */
export async function make(bench: Bench, columns: readonly Made[], role = 'train'): Promise<TableFacts> {
  const relation = `made${++tables}`
  const typed = columns.map(({ name, kind, type = types[kind] }) => `${quoteName(name)} ${type}`)
  await bench.engine.aggregate({ sql: `CREATE TEMP TABLE ${relation} (${typed.join(', ')})` })
  const rows = columns[0]?.cells.length ?? 0
  const list = Array.from({ length: rows }, (_, row) => `(${columns.map(({ cells }) => cells[row] ?? 'NULL').join(', ')})`)
  if (rows > 0) await bench.engine.aggregate({ sql: `INSERT INTO ${relation} VALUES ${list.join(', ')}` })
  return {
    role,
    relation,
    rowNumber: 'rowid',
    rows,
    untyped: false,
    columnar: false,
    columns: columns.map(({ name, kind, type = types[kind] }) => ({ name, kind, type, quoted: quoteName(name) })),
  }
}

/** Every SQL text of these expectations, let through as the stage lets it through. */
export const verified = (bench: Bench, expect: readonly Expectation[]): Promise<ReadonlyMap<string, VerifiedSql>> => {
  const model: Pick<ModelConfig, 'expect'> = { expect }
  const context = { model, ports: { engine: async () => bench.engine } }
  return readConfigSql(context as unknown as ModelContext)
}

export async function findingOf(
  bench: Bench,
  table: TableFacts,
  expectation: Expectation,
  more: Partial<Surroundings> = {},
): Promise<Finding> {
  const here = { ...expectation, on: [table.role] } as Expectation
  const judged = await judge(bench.engine, table, [here], around({ verified: await verified(bench, [here]), ...more }))
  const [finding, ...others] = judged.flatMap((one) => one.findings)
  if (finding === undefined || others.length > 0) throw new Error(`${expectation.check} has ${others.length + 1} findings`)
  const { message } = toCheck([finding], { onInconclusive: 'pass', onMissing: 'pass' })
  const wrong = disagreement(message)
  if (wrong !== null) throw new Error(`${wrong}: ${message}`)
  return finding
}
