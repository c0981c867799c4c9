/**
 * The yardstick: DuckDB's own SUMMARIZE of a relation, in a Node process of its own, with the binding and the threads that validate uses.
 *
 *     node bench/summarize.ts "read_parquet('data.parquet')" [memory limit]
 */
import { availableParallelism } from 'node:os'
import { DuckDBInstance } from '@duckdb/node-api'

const [relation, memory] = process.argv.slice(2)
if (relation === undefined) throw new Error('say what to summarize')
const instance = await DuckDBInstance.create(':memory:', {
  threads: String(Math.min(8, availableParallelism())),
  ...(memory === undefined ? {} : { memory_limit: memory }),
})
const connection = await instance.connect()
const result = await connection.runAndReadAll(`SUMMARIZE SELECT * FROM ${relation}`)
process.stdout.write(`${result.getRows().length} columns\n`)
connection.closeSync()
instance.closeSync()
