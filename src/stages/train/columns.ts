/** Asks the engine for the few numbers that decide how each column is read. One column at a time: memory stays that of one. */
import type { PlannedColumn } from '../../core/train/assemble.ts'
import {
  type Candidate,
  encodeText,
  fewestRowsOfLevel,
  type LeftOut,
  longestLevel,
  mostLevels,
  readInteger,
} from '../../core/train/features.ts'
import { type DataEngine, quoteName, type Scalar, type Table } from '../../ports/data-engine.ts'

export async function planColumns(
  engine: DataEngine,
  table: Table,
  use: readonly Candidate[],
): Promise<{ readonly columns: readonly PlannedColumn[]; readonly leftOut: readonly LeftOut[] }> {
  const columns: PlannedColumn[] = []
  const leftOut: LeftOut[] = []
  for (const candidate of use) {
    const planned = await plan(engine, table, candidate)
    if ('because' in planned) leftOut.push(planned)
    else columns.push(planned)
  }
  return { columns, leftOut }
}

async function plan(engine: DataEngine, table: Table, { column, as }: Candidate): Promise<PlannedColumn | LeftOut> {
  const name = quoteName(column)
  switch (as) {
    case 'numeric':
      return { as: 'numeric', column }
    case 'integer': {
      const [facts] = await engine.aggregate({
        sql: `SELECT count(${name}) AS present, count(DISTINCT ${name}) AS different, min(${name}) AS low, max(${name}) AS high FROM ${table.relation}`,
      })
      const reading = readInteger(column, {
        present: Number(facts?.present ?? 0),
        distinct: Number(facts?.different ?? 0),
        min: Number(facts?.low ?? 0),
        max: Number(facts?.high ?? 0),
      })
      if (reading === 'numeric') return { as: 'numeric', column }
      if (reading !== 'levels') return reading
      const values = (await levels(engine, table, name, `${name} IS NOT NULL`)).map(Number)
      // too few rows for any level: then it counts
      if (values.length === 0) return { as: 'numeric', column }
      return {
        as: 'levels',
        column,
        encoder: { kind: 'category', column, levels: { of: 'integer', values: values.toSorted((a, b) => a - b) } },
      }
    }
    case 'string': {
      const text = `CAST(${name} AS VARCHAR)`
      const [facts] = await engine.aggregate({
        sql: `SELECT count(*) AS present, count(DISTINCT ${text}) AS different FROM ${table.relation} WHERE ${text} <> ''`,
      })
      const found = await levels(engine, table, text, `${text} <> '' AND length(${text}) <= ${longestLevel}`)
      const encoder = encodeText(column, {
        present: Number(facts?.present ?? 0),
        distinct: Number(facts?.different ?? 0),
        levels: found.map(String),
      })
      return 'because' in encoder ? encoder : { as: 'levels', column, encoder }
    }
  }
}

/** The most frequent values, those with too few rows left out; equal counts by value, so that the answer is one. */
async function levels(engine: DataEngine, table: Table, expression: string, where: string): Promise<readonly Scalar[]> {
  const found = await engine.aggregate({
    sql: `SELECT ${expression} AS level, count(*) AS n FROM ${table.relation} WHERE ${where} GROUP BY 1 HAVING count(*) >= ${fewestRowsOfLevel} ORDER BY n DESC, level LIMIT ${mostLevels}`,
  })
  return found.map((row) => row.level ?? null)
}
