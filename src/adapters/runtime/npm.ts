/** Finds npm and lets it install the locked native packages; the user's own npm settings (mirror, proxy, CA) apply, no script runs. */
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, dirname, isAbsolute, join, sep } from 'node:path'
import { UserError } from '../../errors.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** What npm may see: where the person's settings lie, and how to reach the registry. Nothing of the CI server, no token but npm's own. */
const allowed =
  /^(HOME|USERPROFILE|APPDATA|LOCALAPPDATA|PATH|SYSTEMROOT|SYSTEMDRIVE|COMSPEC|PATHEXT|TEMP|TMP|TMPDIR|LANG|XDG_CONFIG_HOME|XDG_CACHE_HOME|(HTTPS?|NO|ALL)_PROXY|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|NODE_AUTH_TOKEN|NPM_TOKEN|NPM_CONFIG_.*)$/i
/** settings that would make `npm ci` work somewhere else, or leave the optional (that is: native) packages out */
const misleading = /^NPM_CONFIG_(PREFIX|LOCAL_PREFIX|GLOBAL.*|LOCATION|WORKSPACES?|OMIT|INCLUDE|ONLY|PRODUCTION|DRY_RUN|OS|CPU|LIBC)$/i

export interface Npm {
  readonly command: string
  readonly args: readonly string[]
}

/**
 * npm-cli.js beside the running node, else npm of the PATH. Never one of the user's workspace: relative PATH entries and those below the
 * current folder are passed over.
 */
export function findNpm(environment: Environment, node: string = process.execPath, workspace: string = process.cwd()): Npm | null {
  const cli = join('node_modules', 'npm', 'bin', 'npm-cli.js')
  const beside = [join(dirname(node), '..', 'lib', cli), join(dirname(node), cli)].find((path) => existsSync(path))
  if (beside !== undefined) return { command: node, args: [beside] }
  const path = Object.entries(environment).find(([name]) => name.toUpperCase() === 'PATH')?.[1] ?? ''
  for (const folder of path.split(delimiter)) {
    if (!isAbsolute(folder) || `${folder}${sep}`.startsWith(workspace.endsWith(sep) ? workspace : `${workspace}${sep}`)) continue
    const shipped = join(folder, cli)
    if (existsSync(shipped)) return { command: node, args: [shipped] }
    const program = join(folder, 'npm')
    if (process.platform === 'win32' || !existsSync(program)) continue
    const real = realpathSync(program)
    return real.endsWith('npm-cli.js') ? { command: node, args: [real] } : { command: program, args: [] }
  }
  return null
}

/** @throws UserError RUNTIME_INSTALL when there is no npm, or it does not succeed */
export async function npmCi(folder: string, environment: Environment, signal: AbortSignal): Promise<void> {
  const npm = findNpm(environment)
  if (npm === null) {
    throw new UserError(
      'RUNTIME_INSTALL',
      'the native parts of modelgate (DuckDB, onnxruntime) are not installed, and there is no npm to install them with',
      'add a step with actions/setup-node before this one, or set MODELGATE_RUNTIME_DIR to a folder where runtime/ was installed',
    )
  }
  const args = [...npm.args, 'ci', '--ignore-scripts', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  const env = Object.fromEntries(Object.entries(environment).filter(([name]) => allowed.test(name) && !misleading.test(name)))
  const { code, tail } = await run(npm.command, args, { cwd: folder, env, signal })
  if (code === 0) return
  signal.throwIfAborted()
  const reason = /^npm (?:error|ERR!) code (\w+)$/m.exec(tail)?.[1]
  throw new UserError(
    'RUNTIME_INSTALL',
    `npm could not install the native parts of modelgate (DuckDB, onnxruntime): ${reason ?? `it ended with ${code}`}`,
    'check that npm reaches its registry (`npm ping`), or set MODELGATE_RUNTIME_DIR to a folder where runtime/ was installed',
  )
}

function run(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: Record<string, string | undefined>; signal: AbortSignal },
): Promise<{ code: number | string; tail: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'], shell: false, windowsHide: true })
    let tail = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-16_384)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code: code ?? signal ?? 'no exit code', tail }))
  })
}
