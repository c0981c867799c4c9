/**
 * Whole-process times of the actions in the bundle, natives present, against `node -e 0` in the same run: A B A B …, medians.
 *
 *     node bench/startup.ts [--runs 15] [--json FILE]
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({ options: { runs: { type: 'string', default: '15' }, json: { type: 'string' } } })
const runs = Number(values.runs)

/** name, which entry of the bundle to start, and the most it may take beyond (`over`) or in all (`within`), ms */
const cases = [
  { name: 'comment, nothing to do', start: ['comment.js'], project: 'csv', over: 250 },
  { name: 'validate, 1,000 rows of CSV', start: ['validate.js'], project: 'csv', within: 700 },
  { name: 'validate, 1,000 rows of Parquet', start: ['validate.js'], project: 'parquet', within: 500 },
  { name: 'the pipeline on 100,000 flights', start: ['cli.js', 'run'], project: 'flights', within: 15_000 },
] as const

const folder = mkdtempSync(join(tmpdir(), 'modelgate-bench-'))
try {
  await makeProjects(folder)
  const rows = cases.map((entry) => {
    const times: number[] = []
    const floor: number[] = []
    for (let i = 0; i <= runs; i++) {
      const base = time(['-e', '0'], folder)
      const mine = time([join(root, 'dist', entry.start[0]), ...entry.start.slice(1)], join(folder, entry.project))
      if (i === 0) continue // warm-up
      floor.push(base)
      times.push(mine)
    }
    const ms = median(times)
    const node = median(floor)
    const limit = 'over' in entry ? node + entry.over : entry.within
    return { name: entry.name, ms: round(ms), node_ms: round(node), ratio: round(ms / node), limit_ms: round(limit), met: ms <= limit }
  })
  console.table(rows)
  if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function time(args: readonly string[], cwd: string): number {
  // every run is a first one: a model whose inputs are unchanged is not trained again
  for (const left of ['.modelgate', 'models']) rmSync(join(cwd, left), { recursive: true, force: true })
  const start = performance.now()
  const done = spawnSync(process.execPath, args, {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, MODELGATE_RUNTIME_DIR: root },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const elapsed = performance.now() - start
  if (done.status !== 0) throw new Error(`${args.join(' ')} ended with ${done.status}: ${done.stderr.toString()}`)
  return elapsed
}

async function makeProjects(base: string): Promise<void> {
  for (const part of ['modelgate.yml', 'data'])
    cpSync(join(root, 'examples', 'flights', part), join(base, 'flights', part), { recursive: true })
  const duckdb: typeof import('@duckdb/node-api') = createRequire(import.meta.url)('@duckdb/node-api')
  const instance = await duckdb.DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  for (const format of ['csv', 'parquet']) {
    const project = join(base, format)
    mkdirSync(project)
    const select = `SELECT i AS id, (i * 7919 % 1000) / 10.0 AS amount, i % 7 AS weekday, 'group ' || (i % 12) AS kind, (i * 31 % 5 = 0)::INTEGER AS late FROM range(1000) t(i)`
    await connection.run(`COPY (${select}) TO '${join(project, `data.${format}`)}'`)
    writeFileSync(
      join(project, 'modelgate.yml'),
      `models:\n  m:\n    model: m.onnx\n    data: {train: data.${format}, target: late, id: id}\n    expect:\n      columns:\n        amount: {type: number, min: 0, max: 100, nulls: {max: 0}}\n        id: {unique: true}\n`,
    )
  }
  connection.closeSync()
  instance.closeSync()
}

function median(xs: number[]): number {
  const sorted = xs.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function round(x: number): number {
  return Math.round(x * 100) / 100
}
