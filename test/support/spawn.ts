/** Starts a file under the Node that runs the tests, or another, with exactly the environment given, and waits for its end. */
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface SpawnOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  /** default: the one that runs the tests */
  readonly node?: string
  /** called once with the child, to signal it */
  readonly onStart?: (child: { readonly pid?: number | undefined; kill(signal: NodeJS.Signals): boolean }) => void
}

/** What a child needs to run at all: nothing of the machine's other settings. */
export const bareEnvironment = (node = process.execPath): Record<string, string> => ({
  PATH: `${dirname(node)}:${process.env.PATH ?? ''}`,
  HOME: process.env.HOME ?? '/nonexistent',
  TMPDIR: process.env.TMPDIR ?? '/tmp',
})

/** Of our source Node keeps what it made of each file, or every process would compile the same anew. The bundle runs as users run it. */
const cache = join(projectRoot, 'node_modules', '.cache')
const compiled = { NODE_COMPILE_CACHE: join(cache, 'compiled') }
const isSource = (args: readonly string[]): boolean => args.some((arg) => /\.ts\b/.test(arg) || arg.includes(join(cache, 'source')))

export function runNode(args: readonly string[], options: SpawnOptions): Promise<Finished> {
  const { node = process.execPath } = options
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, {
      cwd: options.cwd,
      env: { ...bareEnvironment(node), ...(isSource(args) ? compiled : {}), ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 120_000)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, stdout, stderr })
    })
    options.onStart?.(child)
  })
}
