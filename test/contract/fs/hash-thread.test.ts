import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHashThread, hashThread } from '../../../src/adapters/fs/hash-thread.ts'
import { projectRoot } from '../../support/spawn.ts'

let folder = ''
const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hash-thread-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('the thread that hashes ahead', () => {
  it('answers what was put on its list, once', async () => {
    const path = file('a', 'abc')
    hashThread.ahead(path)
    expect((await hashThread.answer(path))?.sha256).toBe(createHash('sha256').update('abc').digest('hex'))
    expect(await hashThread.answer(path)).toBeNull()
  })

  it('says null of a file that is not there, and of one that nobody put on its list', async () => {
    hashThread.ahead(join(folder, 'absent'))
    expect(await hashThread.answer(join(folder, 'absent'))).toBeNull()
    expect(await hashThread.answer(file('b', ''))).toBeNull()
  })

  it.each([
    ['ends at once', 'process.exit(0)'],
    ['throws', 'throw new Error("no")'],
    ['ends on the first message', 'require("node:worker_threads").parentPort.once("message", () => process.exit(0))'],
  ])('leaves nobody waiting where it %s', async (name, code) => {
    const thread = createHashThread(file(`${name}.cjs`, code))
    const path = file('c', 'abc')
    thread.ahead(path)
    expect(await thread.answer(path)).toBeNull()
    thread.ahead(path)
    expect(await thread.answer(path)).toBeNull()
  })

  it.each([
    ['that has nothing else to do', 'hashThread.start()'],
    [
      'that waited for one file, and never for the other',
      'hashThread.ahead(self); hashThread.ahead("/other"); await hashThread.answer(self)',
    ],
  ])('does not keep a process alive %s', (_, use) => {
    const self = join(projectRoot, 'src', 'adapters', 'fs', 'hash-thread.ts')
    const code = `const self = ${JSON.stringify(self)}; const { hashThread } = await import(self); ${use}`
    const { status, error } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], { timeout: 60_000 })
    expect(error).toBeUndefined()
    expect(status).toBe(0)
  })

  it.runIf(process.platform === 'linux').each([
    ['every file is the one that was named', 'sha', true],
    ['one has another digest', '"0".repeat(64)', false],
    ['one was never hashed', 'sha, "/other": sha', false],
    ['one was written to since', 'sha', false],
  ])('opens an addon where %s: %#', (name, digests, opens) => {
    const self = join(projectRoot, 'src', 'adapters', 'fs', 'hash-thread.ts')
    const binding = join(projectRoot, 'node_modules', '@duckdb', `node-bindings-linux-${process.arch}`, 'duckdb.node')
    const path = file('proven', 'abc')
    const changes = name.includes('written')
    const code = `
      import { readFileSync, writeFileSync } from 'node:fs'
      const { hashThread } = await import(${JSON.stringify(self)})
      const path = ${JSON.stringify(path)}
      hashThread.ahead(path)
      const sha = (await hashThread.answer(path)).sha256
      if (${changes}) writeFileSync(path, 'abd')
      hashThread.openAhead(${JSON.stringify(binding)}, new Map(Object.entries({ [path]: ${digests} })))
      await hashThread.opened(${JSON.stringify(binding)})
      process.stdout.write(String(readFileSync('/proc/self/maps', 'utf8').includes('libduckdb')))`
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], { timeout: 60_000 })
    expect(stdout.toString()).toBe(String(opens))
    expect(status).toBe(0)
  })

  it('work that waits for it idly holds no process, and is held by whoever waits for that work', () => {
    const self = join(projectRoot, 'src', 'adapters', 'fs', 'hash-thread.ts')
    const run = (use: string) => {
      const code = `const { hashThread } = await import(${JSON.stringify(self)})
        hashThread.ahead(${JSON.stringify(self)})
        const work = hashThread.idly.answer(${JSON.stringify(self)}).then(() => process.stdout.write('done'))
        ${use}`
      const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], { timeout: 60_000 })
      return `${status} ${stdout}`
    }
    expect(run('')).toBe('0 ')
    expect(run('await hashThread.holding(work)')).toBe('0 done')
  })

  it('leaves nobody waiting where it cannot be started', async () => {
    const thread = createHashThread(join(folder, 'absent.cjs'))
    thread.ahead(join(folder, 'a'))
    expect(await thread.answer(join(folder, 'a'))).toBeNull()
    thread.ahead(join(folder, 'a'))
    expect(await thread.answer(join(folder, 'a'))).toBeNull()
  })
})
