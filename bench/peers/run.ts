/**
 * Side by side: Modelgate and its peers' own code, each from PyPI in an environment of its own, on the same data in the same run. How often does each
 * alarm without a reason, what does it find, how long does it take, how much memory. Ends with 1 when a claimed ratio is missed; anything that crashes
 * throws.
 *
 *     node bench/peers/run.ts [--short] [--runs 3] [--worlds 24] [--out FILE.md] [--seed 20260101] [--only Evidently,NannyML] [--flights FILE.parquet] [--cli dist/cli.js]
 *
 * `--runs` are the turns that are timed, `--worlds` the simulated tables of 1,000 rows (a third as many have 10,000); each shift is looked at in a third of them,
 * in the short form in all.
 * Environments and data are kept below MODELGATE_PEERS_CACHE, by default a folder of the system's temporary one.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { fetchFlights } from '../datasets.ts'
import { type Command, type Measured, measure, runOnce } from '../measure.ts'
import { columns } from '../simulate/columns.ts'
import { forty, type Suite, thirteen } from './checks.ts'
import { makeFlights, makeOrders, makeSimulated, makeWide, type Worlds } from './data.ts'
import { type Counts, countsSchema, type PairAnswers, pairsSchema, type Timing, type Validation } from './found.ts'
import { report } from './report.ts'
import {
  answerOf,
  type DriftPair,
  driftProject,
  floors,
  type Installed,
  install,
  modelgate,
  peerCommand,
  peers,
  resultOf,
  root,
  validateProject,
} from './tools.ts'

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    runs: { type: 'string' },
    worlds: { type: 'string' },
    out: { type: 'string' },
    seed: { type: 'string', default: '20260101' },
    only: { type: 'string' },
    flights: { type: 'string' },
    cli: { type: 'string', default: join(root, 'dist', 'cli.js') },
  },
})
const { short, cli } = values
const seed = Number(values.seed)
const load = loadavg()[0] ?? 0
// the first of several is not counted: it finds cold files
const times = Number(values.runs ?? (short ? 1 : 3))
const turns = { runs: times, warm: times > 1 ? 1 : 0 }
const asWritten = [
  short ? '--short' : '',
  `--seed ${seed}`,
  ...(['runs', 'worlds', 'only'] as const).map((key) => (values[key] === undefined ? '' : `--${key} ${JSON.stringify(values[key])}`)),
]
const command = ['node bench/peers/run.ts', ...asWritten.filter((part) => part !== '')].join(' ')
const cache = process.env.MODELGATE_PEERS_CACHE ?? join(tmpdir(), 'modelgate-peers')
mkdirSync(cache, { recursive: true })
const work = mkdtempSync(join(cache, 'run-'))
const say = (what: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${what}`)

try {
  const asked = peers.filter(({ name, short: inShort }) => (values.only ? values.only.split(',').includes(name) : !short || inShort))
  const installed: Installed[] = []
  const absent: { name: string; because: string }[] = []
  for (const peer of asked) {
    say(`installing ${peer.name}`)
    try {
      installed.push(await install(peer, cache))
    } catch (error) {
      if (peer.short) throw error
      absent.push({ name: peer.name, because: String(error).trim().split('\n').at(-1) ?? '' })
    }
  }
  const drifting = installed.filter(({ does }) => does === 'drift')
  const validating = installed.filter(({ does }) => does === 'validate')

  say('drawing the simulated tables')
  const worlds = Number(values.worlds ?? (short ? 3 : 24))
  const plan = (rows: number, runs: number): Worlds => ({ rows, runs, moved: short ? runs : Math.ceil(runs / 3) })
  const plans = [plan(1_000, worlds), ...(short ? [] : [plan(10_000, Math.ceil(worlds / 3))])]
  const folders = plans.map(({ rows }) => join(work, `simulated-${rows}`))
  const ours: Counts = []
  for (const [at, one] of plans.entries()) ours.push(...(await makeSimulated(folders[at] ?? work, { ...one, seed, short })))
  const simulated = new Map<string, Counts>([['Modelgate', ours]])
  for (const peer of drifting) {
    say(`${peer.name}: simulated tables`)
    const { stdout } = await runOnce(peerCommand(peer, cache, ['simulated', ...folders]))
    simulated.set(peer.name, countsSchema.parse(answerOf(stdout)))
  }

  say('flights')
  const flights = join(work, 'flights')
  await makeFlights(values.flights ?? fetchFlights(cache), flights)
  const flightColumns = ['hour', 'weekday', 'delay', 'distance', 'origin', 'destination']
  const flightPair = (name: string, reference: string, current: string): DriftPair => ({
    name,
    reference: join(flights, `${reference}.parquet`),
    current: join(flights, `${current}.parquet`),
    columns: flightColumns,
  })

  const timed: DriftPair[] = []
  if (!short) {
    const wide = join(work, 'wide')
    await makeWide(wide, 100_000, seed)
    timed.push({
      name: '20 columns, 100,000 rows on each side',
      reference: join(wide, 'reference.parquet'),
      current: join(wide, 'current.parquet'),
      columns: columns.map(({ name }) => name),
    })
  }
  timed.push(
    short
      ? flightPair('flights of January, 6 columns, 230,000 rows on each side', 'month-1-half-0', 'month-1-half-1')
      : flightPair('flights, 6 columns, 1.5 million rows on each side', 'half-0', 'half-1'),
  )
  const timings: Timing[] = []
  for (const [at, pair] of timed.entries()) {
    say(`time of drift: ${pair.name}`)
    const folder = join(work, `timed-${at}`)
    driftProject(folder, pair)
    writeFileSync(join(folder, 'pairs.json'), JSON.stringify([pair]))
    const own = { task: `drift, ${pair.name}`, command: modelgate(folder, 'drift', cli), claimed: at === timed.length - 1 }
    timings.push(...(await race([own], drifting, ['pairs', join(folder, 'pairs.json')], turns)).timings)
    decided(folder, 'drift')
  }

  const validated: Validation[] = [
    await validation(`${thirteen.checks.length} checks on 3 million flights`, join(flights, 'flights.parquet'), thirteen, validating),
  ]
  if (!short) {
    say('drawing the orders')
    const orders = await makeOrders(join(work, 'orders'), 3_000_000)
    validated.push(await validation(`${forty.checks.length} row-wise checks on 3 million generated orders`, orders, forty, validating))
  }
  timings.push(...validated.flatMap((one) => one.timings))

  const months: readonly DriftPair[] = short
    ? [flightPair('halves of January', 'month-1-half-0', 'month-1-half-1')]
    : [
        ...[1, 2, 3, 4, 5, 6].map((month) => flightPair(`halves of ${monthName(month)}`, `month-${month}-half-0`, `month-${month}-half-1`)),
        ...[2, 3, 4, 5, 6].map((month) => flightPair(`January → ${monthName(month)}`, 'month-1', `month-${month}`)),
      ]
  const answers = new Map<string, PairAnswers>([['Modelgate', []]])
  say('months of flights')
  for (const [at, pair] of months.entries()) {
    const folder = join(work, `months-${at}`)
    driftProject(folder, pair)
    await runOnce(modelgate(folder, 'drift', cli))
    const { verdict, checks: found } = decided(folder, 'drift')
    const flagged = found.filter(({ effect }) => effect === 'warn' || effect === 'fail').flatMap(({ column }) => column ?? [])
    answers.get('Modelgate')?.push({ name: pair.name, flagged: [...new Set(flagged)].sort(), verdict: verdict === 'fail' })
  }
  writeFileSync(join(work, 'months.json'), JSON.stringify(months))
  for (const peer of drifting) {
    say(`${peer.name}: months of flights`)
    const { stdout } = await runOnce(peerCommand(peer, cache, ['pairs', join(work, 'months.json')]))
    answers.set(peer.name, pairsSchema.parse(answerOf(stdout)))
  }

  const { text, missed } = report({ installed, absent, simulated, timings, validated, answers, command, short, load })
  console.log(text)
  if (values.out) writeFileSync(values.out, text)
  if (missed.length > 0) process.exitCode = 1
} finally {
  rmSync(work, { recursive: true, force: true })
}

/** A result that was skipped or has looked at nothing is no result: it would be fast and quiet. */
function decided(folder: string, verb: 'drift' | 'validate'): ReturnType<typeof resultOf> {
  const result = resultOf(folder, verb)
  const judged = result.checks.filter(({ status }) => ['pass', 'warn', 'fail', 'inconclusive'].includes(status))
  if (!['pass', 'warn', 'fail'].includes(result.verdict) || judged.length < 6)
    throw new Error(`modelgate ${verb} decided nothing: ${result.verdict}`)
  return result
}

/** Who validates takes turns. @throws Error unless all find as many values that break a check */
async function validation(what: string, table: string, suite: Suite, validating: readonly Installed[]): Promise<Validation> {
  say(`time of validation: ${what}`)
  const folder = mkdtempSync(join(work, 'validation-'))
  const [contract, whole, listed] = ['contract', 'contract-and-profile', 'checks.json'].map((name) => join(folder, name))
  if (contract === undefined || whole === undefined || listed === undefined) throw new RangeError('three names')
  validateProject(contract, table, suite, 'needed')
  validateProject(whole, table, suite, 'always')
  writeFileSync(listed, JSON.stringify(suite.checks))
  const { timings, besides } = await race(
    [
      { task: `validation, ${what}`, command: modelgate(contract, 'validate', cli), claimed: true },
      {
        task: 'the same, Modelgate as on a CI server, where it keeps no compiled code',
        command: modelgate(contract, 'validate', cli, { CI: 'true' }),
        claimed: false,
      },
      { task: 'the same, Modelgate with its profile', command: modelgate(whole, 'validate', cli), claimed: false },
    ],
    validating,
    ['validate', table, listed],
    turns,
    floors(table, listed, suite),
  )
  const found = new Map(
    [...(timings[0]?.theirs ?? []).map(({ peer, measured }) => ({ name: peer.name, stdout: measured.stdout })), ...besides.slice(-1)].map(
      ({ name, stdout }) => [name, sum(z.array(z.number()).parse(answerOf(stdout)))],
    ),
  )
  for (const [at, name] of [contract, whole].entries()) {
    const { checks } = decided(name, 'validate')
    const broken = checks.map(({ status, observed, n }) => (status === 'fail' ? Math.round((observed ?? 0) * (n ?? 0)) : 0))
    found.set(['Modelgate', 'Modelgate with its profile'][at] ?? name, sum(broken))
  }
  const [broken = 0] = found.values()
  if ([...found.values()].some((count) => count !== broken))
    throw new Error(
      `values that break one of ${what}: ${[...found].map(([name, count]) => `${name} found ${count}`).join(', ')}. They did not check the same`,
    )
  return { what, timings, floor: besides, broken }
}

function sum(values: readonly number[]): number {
  return values.reduce((all, one) => all + one, 0)
}

interface Own {
  readonly task: string
  readonly command: ReturnType<typeof modelgate>
  readonly claimed: boolean
}

/** One or several of ours take turns with each peer that can do it, and with what is measured besides. */
async function race(
  own: readonly Own[],
  against: readonly Installed[],
  args: readonly string[],
  turns: { runs: number; warm: number },
  beside: readonly Command[] = [],
): Promise<{ readonly timings: readonly Timing[]; readonly besides: readonly Measured[] }> {
  const commands = [...own.map(({ command }) => command), ...against.map((peer) => peerCommand(peer, cache, args)), ...beside]
  const measured = await measure(commands, turns)
  const theirs = against.flatMap((peer, at) => {
    const found = measured[own.length + at]
    return found === undefined ? [] : [{ peer, measured: found }]
  })
  const timings = own.flatMap(({ task, claimed }, at): Timing[] => {
    const ours = measured[at]
    return ours === undefined ? [] : [{ task, claimed, ours, theirs }]
  })
  return { timings, besides: measured.slice(own.length + against.length) }
}

function monthName(month: number): string {
  return ['January', 'February', 'March', 'April', 'May', 'June'][month - 1] ?? String(month)
}
