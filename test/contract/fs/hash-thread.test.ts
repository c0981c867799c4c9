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

  it('leaves nobody waiting where it cannot be started', async () => {
    const thread = createHashThread(join(folder, 'absent.cjs'))
    thread.ahead(join(folder, 'a'))
    expect(await thread.answer(join(folder, 'a'))).toBeNull()
    thread.ahead(join(folder, 'a'))
    expect(await thread.answer(join(folder, 'a'))).toBeNull()
  })
})
