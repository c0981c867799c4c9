/** The tables that Modelgate and its peers get to see: drawn once, written as Parquet, judged by us on the way. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createDataEngine } from '../../src/adapters/duckdb/engine.ts'
import { random } from '../../src/core/stats/random.ts'
import type { DataEngine, Scalar } from '../../src/ports/data-engine.ts'
import { makeTenColumns } from '../datasets.ts'
import { columns, type Drawn, drawColumn } from '../simulate/columns.ts'
import { profileOf } from '../simulate/profile.ts'
import { judge, outcome, seedOf } from '../simulate/repetition.ts'
import { type Scenario, scenarios } from '../simulate/scenarios.ts'

type Duckdb = typeof import('@duckdb/node-api')
const native = async (): Promise<Duckdb> => createRequire(import.meta.url)('@duckdb/node-api')

export const openEngine = (folder: string): DataEngine =>
  createDataEngine({ native, memoryLimitBytes: 2 ** 31, tempFolder: folder, threads: 2 })

/** One of these a scenario, and `quiet` and `immaterial`; the shape that the peers' scripts answer with. */
export interface Count {
  readonly scenario: string
  readonly rows: number
  runs: number
  /** the moved column was flagged; where none moved or all did, any column was */
  alarms: number
  /** the tool's own word on the whole table said so; null where it has none */
  verdicts: number | null
}

/** Shifts that are compared with peers: each needs another virtue. */
const compared = [
  'mean +0.25 sd',
  'mean +0.5 sd',
  '8 % of the rows one constant in range',
  '5 % of the rows −999',
  '2 % of the rows × 1000',
  '100 levels, top three halved',
  '3 % of the rows in a new category',
  'nulls 0 → 5 %',
]
export const comparedScenarios = (short: boolean): readonly Scenario[] =>
  scenarios.filter(
    ({ name }) => compared.includes(name) && (!short || ['mean +0.5 sd', '2 % of the rows × 1000', 'nulls 0 → 5 %'].includes(name)),
  )

const scalars = ({ values, labels, storage }: Drawn): readonly Scalar[] =>
  Array.from(values, (value) =>
    Number.isNaN(value) ? null : labels === null ? value : storage === 'boolean' ? labels[value] === 'true' : (labels[value] ?? null),
  )

/** How many worlds, and in how many of them each shift is looked at, too: false alarms are rare, so they need more worlds than power does. */
export interface Worlds {
  readonly rows: number
  readonly runs: number
  readonly moved: number
}

/** Tables of those worlds, one below the other, in a folder for the peers; what Modelgate says of them is returned. */
export async function makeSimulated(
  folder: string,
  plan: Worlds & { readonly seed: number; readonly short: boolean },
): Promise<readonly Count[]> {
  mkdirSync(folder, { recursive: true })
  const asked = comparedScenarios(plan.short)
  const counts = new Map(
    ['quiet', 'immaterial', ...asked.map(({ name }) => name)].map((scenario): [string, Count] => [
      scenario,
      { scenario, rows: plan.rows, runs: 0, alarms: 0, verdicts: 0 },
    ]),
  )
  const files = new Map(['reference', 'current', 'immaterial', 'shifted'].map((name) => [name, new Map<string, Scalar[]>()]))
  const write = (file: string, column: string, values: readonly Scalar[]) => {
    const held = files.get(file)?.get(column) ?? []
    for (const value of values) held.push(value)
    files.get(file)?.set(column, held)
  }

  for (let rep = 0; rep < plan.runs; rep++) {
    const seed = seedOf(plan.seed, 7, plan.rows, rep)
    const rng = random(seed)
    const draw = (tilt: number) => columns.map((spec) => drawColumn(spec, plan.rows, rng, spec.make(tilt)))
    const tables = { reference: draw(0), current: draw(0), immaterial: draw(0.02) }
    const shifted = asked.map(({ column, draw: moved, labels }) => {
      const spec = columns.find(({ name }) => name === column)
      if (spec === undefined) throw new RangeError(`no column ${column}`)
      return drawColumn(spec, plan.rows, rng, moved, labels ?? spec.labels)
    })
    for (const [name, drawn] of Object.entries(tables)) for (const column of drawn) write(name, column.name, scalars(column))
    for (const [index, column] of shifted.entries()) write('shifted', `s${index}`, scalars(column))
    for (const name of files.keys()) write(name, 'rep', new Array<number>(plan.rows).fill(rep))

    const reference = profileOf('train', tables.reference, seed)
    const say = (name: string, drawn: readonly Drawn[], column: string | null, tag: number) => {
      const judged = judge(reference, profileOf('current', drawn, tag, reference))
      const count = counts.get(name)
      if (count === undefined) return
      count.runs += 1
      count.alarms += Number(outcome(judged, column).any.warn)
      count.verdicts = (count.verdicts ?? 0) + Number(outcome(judged, null).any.fail)
    }
    say('quiet', tables.current, null, seed + 1)
    say('immaterial', tables.immaterial, null, seed + 2)
    if (rep >= plan.moved) continue
    for (const [index, { name, column }] of asked.entries()) {
      const world = tables.current.map((one) => (one.name === column ? (shifted[index] ?? one) : one))
      say(name, world, column, seed + 3 + index)
    }
  }

  await using engine = openEngine(folder)
  for (const [name, held] of files) {
    await engine.writeParquet(
      join(folder, `${name}.parquet`),
      [...held].map(([column, values]) => ({ name: column, values })),
    )
  }
  writeFileSync(
    join(folder, 'plan.json'),
    JSON.stringify({
      rows: plan.rows,
      moved: plan.moved,
      columns: columns.map(({ name }) => name),
      scenarios: asked.map(({ name, column }) => ({ name, column })),
    }),
  )
  return [...counts.values()]
}

/** Two tables of the twenty columns, nothing moved: what is measured is time. */
export async function makeWide(folder: string, rows: number, seed: number): Promise<void> {
  mkdirSync(folder, { recursive: true })
  await using engine = openEngine(folder)
  const rng = random(seed)
  for (const name of ['reference', 'current']) {
    await engine.writeParquet(
      join(folder, `${name}.parquet`),
      columns.map((spec) => ({ name: spec.name, values: scalars(drawColumn(spec, rows, rng)) })),
    )
  }
}

/** Parts of the flights, each a Parquet file of its own: all of them, months, and halves that differ by chance only. */
export async function makeFlights(source: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const duckdb = await native()
  const instance = await duckdb.DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '2GiB' })
  const connection = await instance.connect()
  const flights = `SELECT file_row_number AS flight_id, date, isodow(date)::INTEGER AS weekday, hour(date)::INTEGER AS hour, delay::INTEGER AS delay,
    distance::INTEGER AS distance, origin, destination FROM read_parquet('${source.replaceAll("'", "''")}', file_row_number = true)`
  const half = (which: number) => `hash(flight_id) % 2 = ${which}`
  const parts: readonly (readonly [string, string])[] = [
    ['flights', 'true'],
    ['half-0', half(0)],
    ['half-1', half(1)],
    ...[1, 2, 3, 4, 5, 6].flatMap((month): [string, string][] => {
      const inside = `year(date) = 2001 AND month(date) = ${month}`
      return [
        [`month-${month}`, inside],
        [`month-${month}-half-0`, `${inside} AND ${half(0)}`],
        [`month-${month}-half-1`, `${inside} AND ${half(1)}`],
      ]
    }),
  ]
  for (const [name, where] of parts) {
    await connection.run(
      `COPY (SELECT * FROM (${flights}) WHERE ${where} ORDER BY flight_id) TO '${join(folder, `${name}.parquet`)}' (FORMAT parquet)`,
    )
  }
  connection.closeSync()
  instance.closeSync()
}

/** The ten generated columns, with a few rows in most of them that break a check of forty-checks.ts: who checks the same finds as many. */
export async function makeOrders(folder: string, rows: number): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const [sound, broken] = [join(folder, 'sound.parquet'), join(folder, 'orders.parquet')]
  await makeTenColumns(sound, rows, 'parquet')
  // one row in so many, and what it holds
  const spoilt = {
    order_id: [900_001, '-1'],
    age: [800_011, '200'],
    amount: [700_001, `'infinity'::DOUBLE`],
    score: [600_011, '99'],
    balance: [500_009, '-1'],
    region: [400_009, `'nowhere'`],
    product: [300_007, `'product x'`],
    customer: [200_003, `'customer'`],
  } as const
  const replaced = Object.entries(spoilt).map(
    ([column, [every, value]]) => `CASE WHEN file_row_number % ${every} = ${every - 1} THEN ${value} ELSE ${column} END AS ${column}`,
  )
  const duckdb = await native()
  const instance = await duckdb.DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '2GiB' })
  const connection = await instance.connect()
  await connection.run(
    `COPY (SELECT * EXCLUDE (file_row_number) REPLACE (${replaced.join(', ')}) FROM read_parquet('${sound}', file_row_number = true)) TO '${broken}' (FORMAT parquet)`,
  )
  connection.closeSync()
  instance.closeSync()
  rmSync(sound)
  return broken
}
