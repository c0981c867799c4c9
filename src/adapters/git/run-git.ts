/**
 * Runs git: an argv array, no shell, an allow-listed environment, no prompt, no hook, no transport but those named here. A name that comes
 * from outside can therefore be odd, but never a command, an option or a helper.
 */
import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { UserError } from '../../errors.ts'

export interface GitCall {
  readonly args: readonly string[]
  readonly cwd: string
  readonly input?: string
  /** stdout goes to this file instead of memory */
  readonly into?: string
  /** an index of its own */
  readonly index?: string
  /** settings for this call that must not be seen in a process list */
  readonly settings?: readonly (readonly [string, string])[]
}

export interface GitAnswer {
  readonly code: number
  readonly stdout: Buffer
  /** bounded, without credentials in URLs */
  readonly stderr: string
}

export interface GitOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
}

/** What git, ssh and credential helpers need; tokens of the job are not among it. */
const allowed = [
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'TMPDIR', 'TEMP', 'TMP', 'SSH_AUTH_SOCK', 'SSH_AGENT_PID'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'GIT_SSL_CAINFO', 'GIT_SSH', 'GIT_SSH_COMMAND', 'GIT_EXEC_PATH'],
  ...[
    'GIT_CONFIG_GLOBAL',
    'GIT_CONFIG_SYSTEM',
    'GIT_CONFIG_NOSYSTEM',
    'SystemRoot',
    'SYSTEMROOT',
    'USERPROFILE',
    'APPDATA',
    'LOCALAPPDATA',
    'ProgramData',
  ],
]

const fixed = {
  LC_ALL: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  SSH_ASKPASS: '',
  GCM_INTERACTIVE: 'never',
  GIT_AUTHOR_NAME: 'modelgate',
  GIT_AUTHOR_EMAIL: 'modelgate@users.noreply.github.com',
  GIT_COMMITTER_NAME: 'modelgate',
  GIT_COMMITTER_EMAIL: 'modelgate@users.noreply.github.com',
} as const

/** Settings of every call. A pipe that stalls ends: less than 1 kB/s for a minute. */
const settings = [
  ...[
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.askPass=',
    'gc.auto=0',
    'maintenance.auto=false',
    'commit.gpgSign=false',
    'tag.gpgSign=false',
    'push.gpgSign=false',
  ],
  ...['protocol.allow=never', 'protocol.file.allow=always', 'protocol.https.allow=always', 'protocol.ssh.allow=always'],
  ...[
    'http.lowSpeedLimit=1000',
    'http.lowSpeedTime=60',
    'transfer.fsckObjects=true',
    'submodule.recurse=false',
    'fetch.recurseSubmodules=no',
    'push.recurseSubmodules=no',
  ],
] as const

const maxStdout = 256 * 2 ** 20
const maxStderr = 8000

export function childEnvironment(
  environment: GitOptions['environment'],
  secret: readonly (readonly [string, string])[] = [],
): Record<string, string> {
  const env: Record<string, string> = {}
  for (const name of allowed) {
    const value = environment[name]
    if (value !== undefined) env[name] = value
  }
  if (env.GIT_SSH_COMMAND === undefined && env.GIT_SSH === undefined) env.GIT_SSH_COMMAND = 'ssh -oBatchMode=yes'
  if (secret.length > 0) env.GIT_CONFIG_COUNT = String(secret.length)
  for (const [i, [key, value]] of secret.entries()) {
    env[`GIT_CONFIG_KEY_${i}`] = key
    env[`GIT_CONFIG_VALUE_${i}`] = value
  }
  return { ...env, ...fixed }
}

/** Answers with git's exit code; only a git that cannot be started, or a cancel, throws. */
export async function runGit(call: GitCall, options: GitOptions): Promise<GitAnswer> {
  options.signal?.throwIfAborted()
  const args = [...settings.flatMap((setting) => ['-c', setting]), ...call.args]
  const child = spawn('git', args, {
    cwd: call.cwd,
    env: { ...childEnvironment(options.environment, call.settings), ...(call.index === undefined ? {} : { GIT_INDEX_FILE: call.index }) },
    shell: false,
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.signal ? { signal: options.signal } : {}),
  })
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? -1))
  })
  child.stdin.on('error', () => {}) // git may end before it has read everything; its exit code tells
  child.stdin.end(call.input ?? '')

  const chunks: Buffer[] = []
  let bytes = 0
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < maxStderr) said += text
  })
  const reading =
    call.into === undefined
      ? (async () => {
          for await (const chunk of child.stdout) {
            bytes += chunk.length
            if (bytes > maxStdout) throw new Error(`git ${call.args[0]} printed more than ${maxStdout} bytes`)
            chunks.push(Buffer.from(chunk))
          }
        })()
      : pipeline(child.stdout, createWriteStream(call.into, { flags: 'w', mode: 0o600 }))
  try {
    const [code] = await Promise.all([ended, reading])
    return { code, stdout: Buffer.concat(chunks), stderr: scrub(said) }
  } catch (thrown) {
    child.kill('SIGKILL')
    await reading.catch(() => {})
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') {
      throw new UserError('GIT_MISSING', 'git cannot be started', 'install git and put it on PATH', { cause: thrown })
    }
    throw thrown
  }
}

/** Credentials in URLs do not belong in messages. */
const scrub = (text: string): string => text.slice(0, maxStderr).replace(/\/\/[^\s/@]*@/g, '//')

/** One line of what git said, for a message. */
export function lastWords(answer: GitAnswer): string {
  const lines = answer.stderr.split('\n').map((line) => line.replace(/\p{C}/gu, ' ').trim())
  const wanted = lines.filter((line) => /^(fatal|error|remote):|rejected/.test(line))
  return (wanted.at(0) ?? lines.find((line) => line !== '') ?? `exit code ${answer.code}`).slice(0, 300)
}
