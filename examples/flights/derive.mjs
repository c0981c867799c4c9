/**
 * Makes the Parquet files in data/ from flights-3m.parquet of npm vega-datasets: run once, its output is committed.
 *
 *     node examples/flights/derive.mjs [FOLDER]        default: data/ beside this file
 *
 * The package is fetched with `npm pack` into a temporary folder and is no dependency of anything. Which flights are taken is
 * decided by their row number alone, so every machine takes the same ones; flight_id is that row number, so every row here can be
 * found in the source. One thread and a fixed order make the bytes repeat too, as long as DuckDB stays the same.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'

const pack = 'vega-datasets@3.2.1'
const sourceSha256 = 'dbeb920c90f59b6ccaff823dcc3d08f25a97fa1ce128d93f40be4e931f5900b0'

/** Arrivals more than two hours early or more than 1000 minutes late are slips of the record, not flights: the data contract says so. */
const plausible = 'delay BETWEEN -120 AND 1000'

/** One entry a file: a month of 2001, how many flights, and which of them. */
const files = [
  { name: 'train', month: 2, rows: 40_000, where: plausible },
  { name: 'test', month: 3, rows: 30_000, where: plausible },
  { name: 'current', month: 5, rows: 30_000, where: plausible },
  { name: 'impossible', month: 2, rows: 1_000, where: `NOT (${plausible})` },
]

const folder = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), 'data')
mkdirSync(folder, { recursive: true })
const temporary = mkdtempSync(join(tmpdir(), 'flights-'))
try {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const duckdb = await instance.connect()
  const source = fetchSource(temporary)
  for (const file of files) {
    const path = join(folder, `${file.name}.parquet`)
    await duckdb.run(`COPY (${select(source, file)}) TO '${path}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19)`)
    const about = await duckdb.runAndReadAll(
      `SELECT count(*)::INTEGER AS flights, round(avg(late) * 100, 2)::DOUBLE AS late, min(delay) AS earliest, max(delay) AS latest FROM '${path}'`,
    )
    const [row] = about.getRowObjectsJson()
    console.log(`${file.name.padEnd(10)} ${JSON.stringify(row)} ${statSync(path).size} bytes sha256:${sha256(path)}`)
  }
  duckdb.closeSync()
  instance.closeSync()
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

/** The md5 of the row number puts the flights in an order as good as random, on every machine the same; the first `rows` of it are taken. */
function select(source, { month, rows, where }) {
  return `
    SELECT flight_id::INTEGER AS flight_id, date, hour(date)::INTEGER AS hour, isodow(date)::INTEGER AS weekday,
           distance::INTEGER AS distance, origin, destination, delay::INTEGER AS delay, (delay > 15)::INTEGER AS late
    FROM (
      SELECT *, file_row_number AS flight_id FROM read_parquet('${source}', file_row_number = true)
      WHERE year(date) = 2001 AND month(date) = ${month} AND ${where}
      ORDER BY md5(file_row_number::VARCHAR) LIMIT ${rows}
    )
    ORDER BY flight_id`
}

function fetchSource(into) {
  // a shell, because npm is npm.cmd on Windows; the command is a constant
  execFileSync(`npm pack ${pack} --silent`, { cwd: into, shell: true, stdio: ['ignore', 'ignore', 'inherit'] })
  execFileSync('tar', ['-xzf', `${pack.replace('@', '-')}.tgz`, 'package/data/flights-3m.parquet'], { cwd: into })
  const path = join(into, 'package', 'data', 'flights-3m.parquet')
  if (sha256(path) !== sourceSha256) throw new Error(`flights-3m.parquet of ${pack} is not the file this was written for`)
  return path.replaceAll('\\', '/')
}

function sha256(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
