/**
 * What the data stages cost, against DuckDB's own SUMMARIZE and against themselves: whole processes, medians, ratios in one run.
 *
 *     node bench/data.ts [--short] [--runs 5] [--only profile,memory,checks,growth,wide,drift] [--source] [--folder DIR] [--out FILE.md] [--json FILE]
 *
 * `--short` makes small tables and needs no network: it shows that everything runs, its ratios are those of starting a process. `--source`
 * measures src/ instead of the bundle. `--folder` keeps the tables for the next run. Ends with 1 when the full form misses a target.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildScript } from '../scripts/as-scripts.ts'
import { type Case, growthCases, judgeTime, machine, markdown } from './data-report.ts'
import { fetchFlights, makeTenColumns, makeWide, type TableFormat } from './datasets.ts'
import { fortyChecks } from './forty-checks.ts'
import { type Command, type Measured, measure, median, runOnce, sharedWith } from './measure.ts'

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    runs: { type: 'string' },
    only: { type: 'string', default: 'profile,memory,checks,growth,wide,drift' },
    source: { type: 'boolean', default: false },
    folder: { type: 'string' },
    out: { type: 'string' },
    json: { type: 'string' },
  },
})
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const short = values.short
const runs = Number(values.runs ?? (short ? 1 : 5))
const wanted = new Set(values.only.split(','))
const cli = join(root, values.source ? 'scripts/modelgate.ts' : 'dist/cli.js')
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'modelgate-bench-data-'))
mkdirSync(folder, { recursive: true })
let projects = 0
/** of others: nothing of ours has started */
const busy = loadavg()[0] ?? 0

/** What the three are called, how the engine reads each by itself, and the most that ours may take of its time. */
const profiled: Readonly<Record<string, { readonly name: string; readonly reader: string; readonly most: number }>> = {
  flights: { name: 'flights-3m, Parquet', reader: 'read_parquet', most: 1.2 },
  parquet: { name: 'ten columns, Parquet', reader: 'read_parquet', most: 1.2 },
  csv: { name: 'ten columns, CSV', reader: 'read_csv', most: 1.1 },
}

try {
  const found: Case[] = []
  const rows = short ? 200_000 : 5_000_000
  if (wanted.has('profile') || wanted.has('memory')) {
    const [parquet, csv] = [await table(rows, 'parquet'), await table(rows, 'csv')]
    const files = short ? { parquet, csv } : { flights: fetchFlights(join(folder, 'vega')), parquet, csv }
    for (const [name, path] of wanted.has('profile') ? Object.entries(files) : []) found.push(...(await profile(name, path)))
    if (wanted.has('memory')) found.push(...(await memory(files)))
  }
  if (wanted.has('checks')) found.push(...(await checks(await table(rows, 'parquet'))))
  if (wanted.has('growth') && !short) found.push(...(await growth()))
  if (wanted.has('wide')) found.push(...(await wide('parquet')), ...(await wide('csv')))
  if (wanted.has('drift')) found.push(...(await drift()))

  // of small tables the start of the process is most of the time: no target is about that
  const cases = short ? found.map(({ most: _most, met: _met, ...one }): Case => one) : found
  const on = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    runs,
    short,
    node: process.version,
    built: !values.source,
    note: ` (under 256MB, and of 50M rows: one)${sharedWith(busy)}`,
  }
  const text = `${machine(on)}\n\n${markdown(cases)}`
  process.stdout.write(text)
  if (values.out) writeFileSync(values.out, text)
  if (values.json) writeFileSync(values.json, `${JSON.stringify(cases, null, 2)}\n`)
  if (!short && cases.some((one) => one.met === false)) process.exitCode = 1
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true })
}

async function table(rows: number, format: TableFormat): Promise<string> {
  const path = join(folder, `ten-${rows}.${format}`)
  await makeTenColumns(path, rows, format)
  return path
}

/** A project folder whose one model has these keys; every run of its verb starts without what the last one left. */
function modelgate(name: string, verb: string, model: Readonly<Record<string, unknown>>): Command & { readonly cwd: string } {
  projects += 1
  const cwd = join(folder, `project-${projects}`)
  mkdirSync(cwd, { recursive: true })
  writeFileSync(join(cwd, 'modelgate.yml'), JSON.stringify({ models: { m: { model: 'm.onnx', ...model } } }))
  return {
    name,
    argv: [process.execPath, cli, verb],
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, MODELGATE_RUNTIME_DIR: root },
    before: () => rmSync(join(cwd, '.modelgate'), { recursive: true, force: true }),
    // judged data may fail its checks: 0 and 1 are both an answer
    accept: [0, 1],
  }
}

function validate(name: string, path: string, more: Readonly<Record<string, unknown>> = {}) {
  return modelgate(name, 'validate', { data: { train: path }, ...more })
}

function summarize(relation: string): Command {
  return { name: `SUMMARIZE ${relation}`, argv: [process.execPath, join(root, 'bench', 'summarize.ts'), relation] }
}

async function profile(file: string, path: string): Promise<readonly Case[]> {
  const { name, reader, most } = profiled[file] ?? { name: file, reader: 'read_parquet', most: 1.2 }
  const [theirs, ours] = await two(summarize(`${reader}('${path}')`), validate(name, path))
  const judged = judgeTime(ours, theirs, most, 'SUMMARIZE')
  const peakMost = 1.5e9
  return [
    { name: `SUMMARIZE: ${name}`, seconds: theirs.ms / 1000, cpu: theirs.cpu, peak: theirs.peak },
    { name: `validate: ${name}`, ...judged, peakMost, met: judged.met && (ours.peak === null || ours.peak <= peakMost) },
  ]
}

async function memory(files: Readonly<Record<string, string>>): Promise<readonly Case[]> {
  const limited = Object.entries(files).map(([name, path]) =>
    validate(`validate, limits.memory 256MB: ${name}`, path, { limits: { memory: '256MB' } }),
  )
  const measured = await measure(limited, { runs: 1, warm: 0 })
  return measured.map(({ name, ms, cpu, peak }) => ({
    name,
    seconds: ms / 1000,
    cpu,
    peak,
    peakMost: 600e6,
    met: peak === null ? null : peak <= 600e6,
  }))
}

async function checks(path: string): Promise<readonly Case[]> {
  const command = validate('validate, 40 row-wise checks', path, { expect: fortyChecks })
  const plain = validate('validate without checks', path)
  const [without, judged] = await two(plain, command)
  const added = judgedChecks(command.cwd) - judgedChecks(plain.cwd)
  if (added !== 40) throw new Error(`${added} checks were judged, not 40`)
  return [
    { name: without.name, seconds: without.ms / 1000, cpu: without.cpu, peak: without.peak },
    { name: judged.name, ...judgeTime(judged, without, 1.3, 'without checks') },
  ]
}

/** Beside these, every column that is named must exist: that reads nothing. */
function judgedChecks(cwd: string): number {
  const result: { checks: { id: string }[] } = JSON.parse(readFileSync(join(cwd, '.modelgate', 'm', 'validate.json'), 'utf8'))
  return result.checks.filter(({ id }) => !id.startsWith('validate.exists:')).length
}

async function growth(): Promise<readonly Case[]> {
  const sizes = [1_000_000, 10_000_000, 50_000_000]
  const measured: Measured[] = []
  for (const rows of sizes) {
    const path = join(folder, `ten-${rows}.parquet`)
    await makeTenColumns(path, rows, 'parquet')
    const command = validate(`validate, ${rows / 1e6}M × 10, Parquet, limits.memory 1GB`, path, { limits: { memory: '1GB' } })
    // the largest takes minutes: once is enough for a factor of fifty
    measured.push(...(await measure([command], { runs: rows > 10_000_000 ? 1 : 3, warm: rows > 10_000_000 ? 0 : 1 })))
    if (rows > 10_000_000) rmSync(path)
  }
  // a tenth more than linear, and memory under one limit is flat: half as much again is not
  return growthCases(measured, { factors: [null, 11, 55], against: '1M rows', peakMost: (smallest) => 1.5 * smallest })
}

/**
 * A hundred rows, more and more columns: half as much again as linear, the start of the process included. The engine holds every column of a
 * table in a piece of its own: of a CSV of 5,000 it wants more than 1 GB before it holds a value, of which the process touches half.
 */
async function wide(format: TableFormat): Promise<readonly Case[]> {
  const sizes = short ? [100, 200] : [500, 1000, 2000, 5000]
  const measured: Measured[] = []
  for (const columns of sizes) {
    const path = join(folder, `wide-${columns}.${format}`)
    await makeWide(path, 120, columns, 1, { format, texts: true })
    const command = validate(`validate, 120 × ${columns}, ${format}, limits.memory 2GB`, path, { limits: { memory: '2GB' } })
    measured.push(...(await measure([command], { runs: Math.min(runs, 3), warm: 0 })))
    rmSync(path)
  }
  const [least = 1] = sizes
  return growthCases(measured, {
    factors: sizes.map((columns) => (columns === least ? null : (1.5 * columns) / least)),
    against: `${least} columns`,
    peakMost: () => 1.5e9,
  })
}

/** Two stored profiles of two hundred columns. The verb's whole process, less a Node process that does nothing; and the judgement alone. */
async function drift(): Promise<readonly Case[]> {
  const columns = 200
  const [train, current] = [join(folder, 'wide-train.parquet'), join(folder, 'wide-current.parquet')]
  await makeWide(train, 5000, columns, 1)
  await makeWide(current, 5000, columns, 2)
  const both = modelgate('validate, 200 columns', 'validate', { data: { train, current } })
  const made = spawnSync(both.argv[0], both.argv.slice(1), { cwd: both.cwd, env: { ...both.env } })
  if (made.status !== 0) throw new Error(`validate ended with ${made.status}: ${made.stderr}`)
  const profiles = join(both.cwd, '.modelgate', 'm', 'profile.json')
  const stored = join(folder, 'wide-profile.json')
  writeFileSync(stored, readFileSync(profiles))
  // there is nothing else to read: data is not there any more
  for (const path of [train, current]) rmSync(path)
  const verb = modelgate('drift, two stored profiles of 200 columns: whole process', 'drift', {
    data: { current: { profile: stored } },
    drift: { reference: { profile: stored } },
  })
  const nothing: Command = { name: 'node -e 0', argv: [process.execPath, '-e', '0'] }
  const [base, whole] = await two(nothing, verb, Math.max(runs, 3))
  const scripts = join(folder, 'judge')
  buildScript(join(root, 'bench', 'judge-profiles.ts'), join(scripts, 'judge.index.js'))
  const judging = async (env: NodeJS.ProcessEnv) => {
    const command: Command = { name: 'judge', argv: [process.execPath, join(root, 'bench', 'judge-start.ts'), scripts, stored], env }
    await runOnce(command)
    const times: number[][] = []
    for (let run = 0; run < Math.max(runs, 3); run++) times.push(JSON.parse((await runOnce(command)).stdout))
    return { first: median(times.map(([first = Number.NaN]) => first)), later: median(times.flatMap(([, ...later]) => later)) }
  }
  const bare = { PATH: process.env.PATH, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), LOCALAPPDATA: folder }
  const kept = await judging(bare)
  const cold = await judging({ ...bare, CI: 'true' })
  const judgement = (what: string, ms: number): Case => ({
    name: `drift, two stored profiles of ${columns} columns: ${what}`,
    seconds: ms / 1000,
    peak: null,
    most: '50 ms',
    met: ms < 50,
  })
  return [
    { name: base.name, seconds: base.ms / 1000, peak: base.peak },
    { name: whole.name, seconds: whole.ms / 1000, peak: whole.peak },
    { name: 'the verb less node -e 0: loading, reading, judging, writing', seconds: (whole.ms - base.ms) / 1000, peak: null },
    judgement('the first judgement of a process that keeps what was compiled, as the CLI does', kept.first),
    judgement('the first judgement of a process that keeps nothing, as on a CI server', cold.first),
    judgement('the judgements after that', cold.later),
  ]
}

async function two(a: Command, b: Command, times = runs): Promise<readonly [Measured, Measured]> {
  const [first, second] = await measure([a, b], { runs: times })
  if (first === undefined || second === undefined) throw new Error('two commands have two results')
  return [first, second]
}
