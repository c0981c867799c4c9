/** Runs a workflow of a foreign workspace through `act`, on this machine, without Docker. */
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { projectRoot } from '../../support/spawn.ts'

/** The action as a consumer gets it. `act` does not know `$/name` yet, so this copy names its siblings in full. */
export function installAction(folder: string): string {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(projectRoot)) {
    const published = name === 'dist' || name === 'runtime' || name === 'package.json' || existsSync(join(projectRoot, name, 'action.yml'))
    if (published) cpSync(join(projectRoot, name), join(folder, name), { recursive: true })
  }
  const composite = readFileSync(join(projectRoot, 'action.yml'), 'utf8')
  writeFileSync(join(folder, 'action.yml'), composite.replaceAll(/uses: \$\/([a-z]+)/g, 'uses: acme/modelgate/$1@v1'))
  git(folder, 'init', '-q', '-b', 'main')
  git(folder, 'add', '-A', '-f')
  git(folder, '-c', 'user.name=e2e', '-c', 'user.email=e2e@localhost', 'commit', '-q', '-m', 'v1')
  return folder
}

export const git = (cwd: string, ...args: string[]): string => execFileSync('git', args, { cwd, encoding: 'utf8' }).trim()

export interface ActRun {
  readonly code: number | null
  readonly output: string
}

export interface ActOptions {
  readonly workspace: string
  readonly action: string
  readonly event: 'push' | 'pull_request'
  readonly payload: unknown
  readonly workflow: string
  readonly runId: string
  readonly env: Readonly<Record<string, string>>
  readonly token: string
}

export function runAct(options: ActOptions): Promise<ActRun> {
  const scratch = join(options.workspace, '..', `act-${options.runId}`)
  mkdirSync(scratch, { recursive: true })
  const payload = join(scratch, 'event.json')
  writeFileSync(payload, JSON.stringify(options.payload))
  const env = { ...options.env, GITHUB_RUN_ID: options.runId }
  const args = [
    options.event,
    ...['-W', join('.github', 'workflows', options.workflow)],
    ...['-P', 'ubuntu-latest=-self-hosted'],
    ...['-e', payload],
    ...['--local-repository', `acme/modelgate@v1=${options.action}`],
    ...['--artifact-server-path', join(scratch, 'artifacts')],
    ...['--artifact-server-addr', '127.0.0.1'],
    ...['-s', `GITHUB_TOKEN=${options.token}`],
    ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
  ]
  return new Promise((resolve, reject) => {
    const child = spawn('act', args, {
      cwd: options.workspace,
      env: {
        PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
        HOME: scratch,
        XDG_CACHE_HOME: join(scratch, 'cache'),
        ACT_CACHE_DIR: join(scratch, 'cache'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), 240_000)
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, output })
    })
  })
}
