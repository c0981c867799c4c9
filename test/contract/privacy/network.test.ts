/** A run over local files needs no network: nothing is connected to, by us or by the native parts, and without any network the results are the same. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { commandLine } from '../../support/command-line.ts'
import { makeProject, type Project } from '../../support/project.ts'
import { projectRoot, runNode } from '../../support/spawn.ts'

/** Loaded before all else: what opens a connection or asks for a name writes it down. */
const trap = `import net from 'node:net'
import dns from 'node:dns'
import dgram from 'node:dgram'
import { appendFileSync } from 'node:fs'
const told = (owner, name) => {
  const real = owner[name]
  owner[name] = function (...args) {
    appendFileSync(process.env.CONNECTS, name + ' ' + JSON.stringify(args[0]) + '\\n')
    return real.apply(this, args)
  }
}
told(net.Socket.prototype, 'connect')
told(dns, 'lookup')
told(dgram.Socket.prototype, 'send')
`
const resultFile = z.looseObject({ verdict: z.string(), checks: z.array(z.unknown()), details: z.unknown() })
const stages = ['validate', 'evaluate', 'drift'] as const
const command = [commandLine(), 'run']

let project: Project
beforeAll(() => {
  project = makeProject({ 'trap.mjs': trap })
})
afterAll(() => project.remove())

function results(out: string) {
  return stages.map((stage) => {
    const { verdict, checks } = resultFile.parse(JSON.parse(readFileSync(join(project.folder, out, 'm', `${stage}.json`), 'utf8')))
    return { stage, verdict, checks }
  })
}

describe('DAT-04 no network', () => {
  it('no connection is made and no name is asked for, whatever proxies are set', { timeout: 60_000 }, async () => {
    let proxied = 0
    const proxy = createServer((socket) => {
      proxied += 1
      socket.destroy()
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    try {
      const address = proxy.address()
      if (address === null || typeof address === 'string') throw new Error('no port')
      const url = `http://127.0.0.1:${address.port}`
      const connects = join(project.folder, 'connects.txt')
      const run = await runNode(['--import', join(project.folder, 'trap.mjs'), ...command, '--out', 'open'], {
        cwd: project.folder,
        env: {
          MODELGATE_RUNTIME_DIR: projectRoot,
          CONNECTS: connects,
          ...Object.fromEntries(
            ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]).map((name) => [name, url]),
          ),
        },
      })
      expect(run.code, run.stderr).toBe(0)
      expect(proxied).toBe(0)
      const seen = join(project.folder, 'seen.txt')
      const knock = `require('node:net').connect(${address.port}, '127.0.0.1')`
      await runNode(['--import', join(project.folder, 'trap.mjs'), '-e', knock], { cwd: project.folder, env: { CONNECTS: seen } })
      expect(readFileSync(seen, 'utf8'), 'the trap works').toContain('connect')
      expect(existsSync(connects) ? readFileSync(connects, 'utf8') : '').toBe('')
      expect(results('open').map(({ verdict }) => verdict)).not.toContain('error')
    } finally {
      proxy.close()
    }
  })

  // a network of one's own, with nothing in it, is a thing of Linux and of who may have it
  const alone = spawnSync('unshare', ['-rn', 'true']).status === 0
  it.skipIf(!alone)('without any network the results are the same', { timeout: 60_000 }, () => {
    const run = spawnSync('unshare', ['-rn', process.execPath, ...command, '--out', 'closed'], {
      cwd: project.folder,
      env: { PATH: process.env.PATH, HOME: project.folder, TMPDIR: process.env.TMPDIR ?? '/tmp', MODELGATE_RUNTIME_DIR: projectRoot },
      encoding: 'utf8',
    })
    expect(run.status, run.stderr).toBe(0)
    expect(results('closed')).toEqual(results('open'))
  })
})
