// What no program on Node and DuckDB can be faster than: a process that loads the engine, and, where asked, judges the checks of checks.json
// in plain SQL, one query; with `all`, `unique` in the same one, by a bit for each value as ours asks it. Plain JavaScript, so that nothing is
// translated first. Prints the values that break each.
//
//     node bench/peers/floor.mjs nothing|rows|all data.parquet
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { DuckDBInstance } from '@duckdb/node-api'

const [what, path] = process.argv.slice(2)
const instance = await DuckDBInstance.create(':memory:', { threads: String(Math.min(8, availableParallelism())) })
const connection = await instance.connect()

const text = (value) => `'${String(value).replaceAll("'", "''")}'`
const list = (values) => values.map((value) => (typeof value === 'number' ? value : text(value))).join(', ')
const breaks = {
  not_null: ({ column }) => `${column} IS NULL`,
  between: ({ column, min, max }) => `${column} NOT BETWEEN ${min} AND ${max}`,
  matches: ({ column, pattern }) => `NOT regexp_full_match(${column}, ${text(pattern)})`,
  in: ({ column, values }) => `${column} NOT IN (${list(values)})`,
  not_in: ({ column, values }) => `${column} IN (${list(values)})`,
}

const broken = []
if (what !== 'nothing') {
  const checks = JSON.parse(readFileSync(new URL('checks.json', import.meta.url), 'utf8'))
  const from = `FROM read_parquet(${text(path)})`
  const rules = checks.filter(({ check }) => check in breaks).map((check) => `count_if(${breaks[check.check](check)})`)
  const unique = checks
    .filter(({ check }) => check === 'unique')
    .map(({ column }) => `count(${column}) - bit_count(bitstring_agg(${column}))`)
  const rows = await connection.runAndReadAll(`SELECT ${[...rules, ...(what === 'all' ? unique : [])].join(', ')} ${from}`)
  broken.push(...rows.getRows()[0].map(Number))
}
process.stdout.write(`${JSON.stringify(broken)}\n`)
connection.closeSync()
instance.closeSync()
