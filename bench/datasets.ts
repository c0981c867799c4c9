/**
 * The tables that are measured. Generated ones come from a seeded hash of the row number, so that every machine makes the same bytes;
 * the flights are three million real ones (US government data) from the npm package vega-datasets, fetched by npm itself.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

export const seed = 20260101
const vegaDatasets = 'vega-datasets@3.2.1'

type Duckdb = typeof import('@duckdb/node-api')
const duckdb: Duckdb = createRequire(import.meta.url)('@duckdb/node-api')

/** Uniform in [0, 1), from the row number, a salt and the seed. */
const uniform = (salt: number) => `((hash(i, ${salt}, ${seed}) >> 11) / 9007199254740992.0)`

/** Ten columns of several kinds, some values missing: about 130 bytes a row as CSV. */
const tenColumns = `
  i AS order_id,
  TIMESTAMP '2024-01-01' + to_seconds(i * 7 % 31536000) AS placed_at,
  CAST(18 + floor(${uniform(1)} * 70) AS INTEGER) AS age,
  round(-ln(1 - ${uniform(2)}) * 120.0, 2) AS amount,
  sqrt(-2 * ln(1 - ${uniform(3)})) * cos(6.283185307179586 * ${uniform(4)}) AS score,
  CASE WHEN ${uniform(5)} < 0.05 THEN NULL ELSE ${uniform(6)} * 1e4 END AS balance,
  ['north', 'south', 'east', 'west', 'centre'][1 + CAST(floor(${uniform(7)} * ${uniform(8)} * 5) AS INTEGER)] AS region,
  'product ' || lpad(CAST(CAST(floor(power(${uniform(9)}, 3) * 5000) AS INTEGER) AS VARCHAR), 4, '0') AS product,
  ${uniform(10)} < 0.03 AS returned,
  printf('customer/eu/1/%016x', hash(i, 11, ${seed})) AS customer`

export type TableFormat = 'csv' | 'parquet'

/** Writes `rows` rows of ten columns, unless the file is there already. */
export async function makeTenColumns(path: string, rows: number, format: TableFormat): Promise<void> {
  if (existsSync(path)) return
  const unfinished = `${path}.part`
  const instance = await duckdb.DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '1GiB', preserve_insertion_order: 'true' })
  const connection = await instance.connect()
  const kind = format === 'csv' ? 'FORMAT csv, HEADER true' : 'FORMAT parquet'
  await connection.run(`COPY (SELECT ${tenColumns} FROM range(${rows}) t(i)) TO '${unfinished}' (${kind})`)
  connection.closeSync()
  instance.closeSync()
  renameSync(unfinished, path)
}

/** Many columns of five kinds, with `texts` of seven; another `salt` is other data of the same kind. */
export async function makeWide(
  path: string,
  rows: number,
  columns: number,
  salt: number,
  { format = 'parquet', texts = false }: { readonly format?: TableFormat; readonly texts?: boolean } = {},
): Promise<void> {
  const kinds = [
    (at: number) => `sqrt(-2 * ln(1 - ${uniform(at)})) * cos(6.283185307179586 * ${uniform(at + 7)})`,
    (at: number) => `CAST(floor(${uniform(at)} * 1000) AS INTEGER)`,
    (at: number) => `'level ' || CAST(floor(power(${uniform(at)}, 2) * 40) AS INTEGER)`,
    (at: number) => `${uniform(at)} < 0.3`,
    (at: number) => `CASE WHEN ${uniform(at)} < 0.1 THEN NULL ELSE round(${uniform(at + 7)} * 100, 1) END`,
    ...(texts
      ? [
          (at: number) => `DATE '2024-01-01' + CAST(floor(${uniform(at)} * 300) AS INTEGER)`,
          (at: number) =>
            `concat_ws(' ', ${[0, 1, 2, 3, 4, 5].map((word) => `'word' || CAST(floor(${uniform(at + word)} * 50) AS INTEGER)`).join(', ')})`,
        ]
      : []),
  ]
  const list = Array.from({ length: columns }, (_, i) => `${kinds[i % kinds.length]?.(1000 * salt + 10 * i)} AS c${i}`)
  const instance = await duckdb.DuckDBInstance.create(':memory:', { threads: '2' })
  const connection = await instance.connect()
  await connection.run(`COPY (SELECT ${list.join(', ')} FROM range(${rows}) t(i)) TO '${path}' (FORMAT ${format})`)
  connection.closeSync()
  instance.closeSync()
}

/** Path of flights-3m.parquet: below `folder`, where npm unpacks it the first time. */
export function fetchFlights(folder: string): string {
  const path = join(folder, 'package', 'data', 'flights-3m.parquet')
  if (existsSync(path)) return path
  mkdirSync(folder, { recursive: true })
  const run = (program: string, args: readonly string[]) => {
    const done = spawnSync(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    if (done.status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${done.status}: ${done.stderr}`)
  }
  run('npm', ['pack', '--ignore-scripts', vegaDatasets])
  const archive = readdirSync(folder).find((name) => name.startsWith('vega-datasets') && name.endsWith('.tgz'))
  if (archive === undefined) throw new Error(`npm packed no archive of ${vegaDatasets}`)
  run('tar', ['-xzf', archive, 'package/data/flights-3m.parquet'])
  rmSync(join(folder, archive))
  return path
}
