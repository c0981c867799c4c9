// What no program on Node and DuckDB can be faster than: a process that loads the engine, and, where asked, judges the checks of a suite
// in plain SQL, one query; with `all`, `unique` in the same one, by a bit for each value, as ours asks it of all but running numbers (their rows' own
// numbers, which are compared for less). Plain JavaScript, so that nothing is
// translated first. Prints the values that break each.
//
//     node bench/peers/floor.mjs nothing|rows|all data.parquet checks.json
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { DuckDBInstance } from '@duckdb/node-api'

const [what, path, suite] = process.argv.slice(2)
const instance = await DuckDBInstance.create(':memory:', { threads: String(Math.min(8, availableParallelism())) })
const connection = await instance.connect()

const text = (value) => `'${String(value).replaceAll("'", "''")}'`
const list = (values) => values.map((value) => (typeof value === 'number' ? value : text(value))).join(', ')
const broken = (condition) => `count_if(${condition})`
const asked = {
  // a Parquet file has the type or has it not
  type: () => '0',
  not_null: ({ column }) => broken(`${column} IS NULL`),
  nulls_at_most: ({ column, share }) => `if(avg((${column} IS NULL)::INTEGER) <= ${share}, 0, count_if(${column} IS NULL))`,
  at_least: ({ column, min }) => broken(`${column} < ${min}`),
  at_most: ({ column, max }) => broken(`${column} > ${max}`),
  between: ({ column, min, max }) => broken(`${column} NOT BETWEEN ${min} AND ${max}`),
  finite: ({ column }) => broken(`isinf(${column})`),
  length: ({ column, min, max }) => broken(`length(${column}) NOT BETWEEN ${min} AND ${max}`),
  matches: ({ column, pattern }) => broken(`NOT regexp_full_match(${column}, ${text(pattern)})`),
  in: ({ column, values }) => broken(`${column} NOT IN (${list(values)})`),
  not_in: ({ column, values }) => broken(`${column} IN (${list(values)})`),
  unique: ({ column }) => `count(${column}) - bit_count(bitstring_agg(${column}))`,
}

const found = []
if (what !== 'nothing') {
  const checks = JSON.parse(readFileSync(suite, 'utf8')).filter(({ check }) => what === 'all' || check !== 'unique')
  const rows = await connection.runAndReadAll(
    `SELECT ${checks.map((one) => asked[one.check](one)).join(', ')} FROM read_parquet(${text(path)})`,
  )
  found.push(...rows.getRows()[0].map(Number))
}
process.stdout.write(`${JSON.stringify(found)}\n`)
connection.closeSync()
instance.closeSync()
