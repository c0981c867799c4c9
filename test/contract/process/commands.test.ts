import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { createCommands } from '../../../src/adapters/process/commands.ts'
import type { CommandOutcome, CommandRequest } from '../../../src/ports/commands.ts'

const folder = mkdtempSync(join(tmpdir(), 'commands-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const node = process.execPath
const script = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

async function run(given: Partial<CommandRequest> & Pick<CommandRequest, 'argv'>): Promise<{ outcome: CommandOutcome; lines: string[] }> {
  const lines: string[] = []
  const outcome = await createCommands().run({
    shell: null,
    cwd: folder,
    env: { PATH: process.env.PATH ?? '' },
    timeoutMs: 20_000,
    signal: new AbortController().signal,
    onLine: (line) => lines.push(line),
    ...given,
  })
  return { outcome, lines }
}

/** A process that is neither gone nor a zombie waiting to be noticed. */
const runs = (pid: number): boolean => {
  try {
    if (process.platform !== 'linux') return process.kill(pid, 0)
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !['Z', 'X'].includes(stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '')
  } catch {
    return false
  }
}

/** A child and a grandchild that both refuse SIGINT, and SIGTERM when told; the parent says both pids once both are ready. */
const stubborn = (name: string, refused: readonly string[], parentEnds = false) =>
  script(
    name,
    `import { spawn } from 'node:child_process'
     import { writeFileSync } from 'node:fs'
     for (const s of ${JSON.stringify(refused)}) process.on(s, () => {})
     setInterval(() => {}, 1000)
     if (process.argv[2] === 'grandchild') { console.log('grandchild ' + process.pid) }
     else {
       const child = spawn(process.execPath, [process.argv[1], 'grandchild'], { stdio: ['ignore', 'pipe', 'inherit'] })
       child.stdout.on('data', (d) => { writeFileSync(${JSON.stringify(join(folder, `${name}.pids`))}, process.pid + ' ' + String(d).split(' ')[1].trim()); ${parentEnds ? 'process.exit(0)' : "console.log('ready')"} })
     }`,
  )
const pidsOf = (name: string): number[] =>
  readFileSync(join(folder, `${name}.pids`), 'utf8')
    .split(' ')
    .map(Number)

describe('a command', () => {
  it('says how it ended and every line it printed, on both pipes', async () => {
    const { outcome, lines } = await run({ argv: [node, '-e', "console.log('out'); console.error('err'); process.exitCode = 3"] })
    expect(outcome).toMatchObject({ kind: 'exited', code: 3 })
    expect(lines.toSorted()).toEqual(['err', 'out'])
  })

  it('that was killed names the signal', async () => {
    const { outcome } = await run({ argv: [node, '-e', "process.kill(process.pid, 'SIGSEGV')"] })
    expect(outcome).toMatchObject({ kind: 'signalled', signal: 'SIGSEGV' })
  })

  it('that does not exist, is not executable, or has no folder to run in is not found', async () => {
    for (const request of [
      { argv: ['no-such-program-of-anyone'] },
      { argv: [script('plain.txt', 'x')] },
      { argv: [node, '-v'], cwd: join(folder, 'absent') },
      { argv: [] },
    ])
      expect((await run(request)).outcome.kind).toBe('not-found')
  })

  it('has an empty stdin: nothing waits for a person', async () => {
    const { outcome, lines } = await run({ argv: [node, '-e', "process.stdin.on('end', () => console.log('end')).resume()"] })
    expect([outcome.kind, lines]).toEqual(['exited', ['end']])
  })

  it('gets the environment given and nothing of ours', async () => {
    const { lines } = await run({ argv: [node, '-p', 'JSON.stringify(process.env)'], env: { ONLY: 'this' } })
    expect(JSON.parse(lines.join(''))).toEqual({ ONLY: 'this' })
  })

  it('in a shell stops at the first failure, also inside a pipe for bash', async () => {
    expect((await run({ argv: ['false; echo on'], shell: 'sh' })).lines).toEqual([])
    expect((await run({ argv: ['false; echo on'], shell: 'bash' })).lines).toEqual([])
    expect((await run({ argv: ['false | cat; echo on'], shell: 'bash' })).outcome).toMatchObject({ kind: 'exited', code: 1 })
    expect((await run({ argv: ['echo $unset_name'], shell: 'bash' })).outcome).toMatchObject({ kind: 'exited', code: 1 })
  })
})

describe('EVT-09 git names never reach a shell', () => {
  it('arguments and environment arrive as they are, whatever they look like', async () => {
    const hostile = [
      `zzz";echo${'$'}{IFS}"hello";#`,
      '$(id)',
      '`id`',
      'a b',
      "'; touch pwned; '",
      '&& touch pwned',
      '*',
      '~',
      '',
      '-e',
      '\n::error::x',
    ]
    const { lines } = await run({
      argv: [node, '-e', 'console.log(JSON.stringify([process.argv.slice(1), process.env.REF]))', '--', ...hostile],
      env: { REF: hostile.join('|') },
    })
    expect(JSON.parse(lines.join(''))).toEqual([hostile, hostile.join('|')])
    expect(existsSync(join(folder, 'pwned'))).toBe(false)
  })
})

describe('CAN-01 a cancel ends the command within 5 s', () => {
  it('lets it end by itself on SIGINT', async () => {
    const abort = new AbortController()
    const { outcome, lines } = await run({
      argv: [
        node,
        '-e',
        "process.on('SIGINT', () => { console.log('bye'); process.exit(0) }); setInterval(() => {}, 1000); console.log('ready')",
      ],
      signal: abort.signal,
      onLine: (line) => {
        if (line === 'ready') abort.abort()
        else lines0.push(line)
      },
    })
    expect([outcome.kind, lines0, lines]).toEqual(['cancelled', ['bye'], []])
  })
  const lines0: string[] = []

  it('starts nothing when it was cancelled before', async () => {
    const { outcome } = await run({ argv: [node, '-e', "require('fs').writeFileSync('started', '')"], signal: AbortSignal.abort() })
    expect(outcome.kind).toBe('cancelled')
    expect(existsSync(join(folder, 'started'))).toBe(false)
  })
})

describe('CAN-02 children die with us', () => {
  it('a child and grandchild that ignore SIGINT and SIGTERM are gone when a cancel settles, in less than 9 s', async () => {
    const path = stubborn('cancel.mjs', ['SIGINT', 'SIGTERM'])
    const abort = new AbortController()
    let at = 0
    const { outcome } = await run({
      argv: [node, path],
      signal: abort.signal,
      onLine: (line) => {
        if (line !== 'ready') return
        at = performance.now()
        abort.abort()
      },
    })
    expect(outcome.kind).toBe('cancelled')
    expect(performance.now() - at).toBeLessThan(9000)
    expect(pidsOf('cancel.mjs').map(runs)).toEqual([false, false])
  })

  it('the time limit ends the whole group too', async () => {
    const { outcome } = await run({ argv: [node, stubborn('limit.mjs', ['SIGINT'])], timeoutMs: 1000 })
    expect(outcome.kind).toBe('timeout')
    expect(pidsOf('limit.mjs').map(runs)).toEqual([false, false])
  })

  it('what a command leaves in the background is gone when it has exited', async () => {
    const { outcome } = await run({ argv: [node, stubborn('leave.mjs', ['SIGINT', 'SIGTERM'], true)] })
    expect(outcome).toMatchObject({ kind: 'exited', code: 0 })
    expect(pidsOf('leave.mjs').map(runs)).toEqual([false, false])
  })

  it('somebody who left the group and holds the pipe open does not hold us up', async () => {
    const { outcome, lines } = await run({
      argv: [
        node,
        '-e',
        "const c = require('child_process').spawn(process.execPath, ['-e', 'setTimeout(() => console.log(1), 3000)'], { detached: true, stdio: ['ignore', 'inherit', 'inherit'] }); c.unref(); console.log('left')",
      ],
    })
    expect(outcome).toMatchObject({ kind: 'exited', code: 0 })
    // waiting for its end would have brought its line too
    expect(lines).toEqual(['left'])
  })

  it('a group that still runs when our process exits is killed with it', async () => {
    const path = stubborn('orphan.mjs', ['SIGINT', 'SIGTERM', 'SIGHUP'])
    const adapter = new URL('../../../src/adapters/process/commands.ts', import.meta.url).href
    const host = script(
      'host.mjs',
      `import { createCommands } from ${JSON.stringify(adapter)}
       await createCommands().run({ argv: [process.execPath, ${JSON.stringify(path)}], shell: null, cwd: ${JSON.stringify(folder)}, env: process.env, timeoutMs: 60000,
         signal: new AbortController().signal, onLine: (line) => { if (line === 'ready') process.exit(7) } })`,
    )
    expect((await run({ argv: [node, host] })).outcome).toMatchObject({ kind: 'exited', code: 7 })
    for (let tries = 0; tries < 100 && pidsOf('orphan.mjs').some(runs); tries++) await sleep(20)
    expect(pidsOf('orphan.mjs').map(runs)).toEqual([false, false])
  })
})
