/** Modelgate and its peers as commands: who can do what, where it is installed, how it is called and what it answers. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { type Command, runOnce } from '../measure.ts'
import type { Suite } from './checks.ts'

const here = dirname(fileURLToPath(import.meta.url))
export const root = join(here, '..', '..')

export interface Peer {
  readonly name: string
  /** of its requirements file and its environment */
  readonly key: string
  readonly script: string
  readonly does: 'drift' | 'validate'
  /** times as fast as it that Modelgate wants to be, and says that it is: missing the second fails. Of the full form, on three million rows */
  readonly wanted: number | null
  readonly claimed: number | null
  /** looked at in the short form */
  readonly short: boolean
}

export const peers: readonly Peer[] = [
  { name: 'Evidently', key: 'evidently', script: 'evidently_drift.py', does: 'drift', wanted: 10, claimed: 5, short: true },
  { name: 'NannyML', key: 'nannyml', script: 'nannyml_drift.py', does: 'drift', wanted: null, claimed: null, short: true },
  {
    name: 'Great Expectations',
    key: 'great-expectations',
    script: 'great_expectations_checks.py',
    does: 'validate',
    wanted: 20,
    claimed: 8,
    short: true,
  },
  { name: 'pandera', key: 'pandera', script: 'pandera_checks.py', does: 'validate', wanted: 5, claimed: 1.5, short: false },
  { name: 'alibi-detect', key: 'alibi-detect', script: 'alibi_detect_drift.py', does: 'drift', wanted: null, claimed: null, short: false },
  { name: 'deepchecks', key: 'deepchecks', script: 'deepchecks_drift.py', does: 'drift', wanted: null, claimed: null, short: false },
  { name: 'whylogs', key: 'whylogs', script: 'whylogs_drift.py', does: 'drift', wanted: null, claimed: null, short: false },
]

export interface Installed extends Peer {
  readonly python: string
  readonly version: string
}

/** In an environment of its own below the cache, once per state of its requirements. @throws Error with what pip said */
export async function install(peer: Peer, cache: string): Promise<Installed> {
  const requirements = join(here, 'requirements', `${peer.key}.txt`)
  const text = readFileSync(requirements, 'utf8')
  const folder = join(cache, `${peer.key}-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`)
  const python = join(folder, 'bin', 'python')
  if (!existsSync(join(folder, 'complete'))) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(cache, { recursive: true })
    const run = (argv: Command['argv']) => runOnce({ name: `installing ${peer.name}`, argv, env: process.env })
    await run([process.env.MODELGATE_PEERS_PYTHON ?? 'python3', '-m', 'venv', folder])
    // the file names every package of the environment: nothing is left to resolve
    await run([python, '-m', 'pip', 'install', '--quiet', '--no-compile', '--no-deps', '--prefer-binary', '--requirement', requirements])
    writeFileSync(join(folder, 'complete.part'), '')
    renameSync(join(folder, 'complete.part'), join(folder, 'complete'))
  }
  const name = peer.key.replaceAll('-', '[-_]')
  const [, version = 'unknown'] = new RegExp(`^${name}==(\\S+)$`, 'im').exec(text) ?? []
  return { ...peer, python, version }
}

/** Peers write caches and settings where they please: into a home of their own, so that nothing of the user's decides or changes. */
export const peerCommand = (peer: Installed, cache: string, args: readonly string[]): Command => ({
  name: peer.name,
  argv: [peer.python, join(here, peer.script), ...args],
  env: {
    PATH: process.env.PATH,
    HOME: homeOf(cache),
    GX_ANALYTICS_ENABLED: 'False',
    NML_DISABLE_USAGE_LOGGING: '1',
    DO_NOT_TRACK: '1',
    TQDM_DISABLE: '1',
    PYTHONPYCACHEPREFIX: join(cache, 'compiled'),
  },
})

function homeOf(cache: string): string {
  const home = join(cache, 'home')
  mkdirSync(home, { recursive: true })
  return home
}

/** The last line a peer prints. */
export const answerOf = (stdout: string): unknown => JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? 'null')

export interface DriftPair {
  readonly name: string
  readonly reference: string
  readonly current: string
  readonly columns: readonly string[]
}

/** A folder with nothing but a modelgate.yml, as a user's would be. */
export function driftProject(folder: string, { reference, current, columns }: DriftPair): void {
  const data = { train: reference, current, features: columns }
  project(folder, `    data: ${JSON.stringify(data)}\n    drift: ${JSON.stringify({ reference })}\n`)
}

/** @param profile `always` is the default of a modelgate.yml; `needed` judges the contract alone, as the peers do */
export const validateProject = (folder: string, file: string, { columns }: Suite, profile: 'always' | 'needed'): void =>
  project(folder, `    data: ${JSON.stringify({ train: file })}\n    expect: ${JSON.stringify({ profile, columns })}\n`)

function project(folder: string, rest: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'modelgate.yml'), `models:\n  m:\n    model: m.onnx\n${rest}`)
}

/** The bundle that users run, unless another entry is named. 0: no fail; 1: a fail was found. Both are work done. */
export const modelgate = (folder: string, verb: 'drift' | 'validate', cli: string, more: NodeJS.ProcessEnv = {}): Command => ({
  name: 'Modelgate',
  argv: [process.execPath, cli, verb],
  cwd: folder,
  env: { PATH: process.env.PATH, HOME: process.env.HOME, MODELGATE_RUNTIME_DIR: root, ...more },
  accept: [0, 1],
  before: () => rmSync(join(folder, '.modelgate'), { recursive: true, force: true }),
})

/** What any program on this Node and this engine takes at least, in the order of what it does (floor.mjs); the last does all. */
export const floors = (table: string, listed: string, { checks }: Suite): readonly Command[] => [
  { name: 'Node alone', argv: [process.execPath, '-e', '0'] },
  ...(
    [
      ['nothing', 'Node loads DuckDB, and asks nothing'],
      ['rows', 'and asks one plain SQL query: the checks of rows'],
      ['all', 'and in it the one that values are unique, by a bit for each'],
    ] as const
  )
    .filter(([what]) => what !== 'all' || checks.some(({ check }) => check === 'unique'))
    .map(([what, name]): Command => ({ name, argv: [process.execPath, join(here, 'floor.mjs'), what, table, listed] })),
]

const resultSchema = z.object({
  verdict: z.string(),
  checks: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      effect: z.string(),
      column: z.string().nullable(),
      observed: z.number().nullable(),
      n: z.number().nullable(),
    }),
  ),
})
export const resultOf = (folder: string, verb: 'drift' | 'validate') =>
  resultSchema.parse(JSON.parse(readFileSync(join(folder, '.modelgate', 'm', `${verb}.json`), 'utf8')))
