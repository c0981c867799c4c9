import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readBaseAtRef } from '../../../src/adapters/git/show.ts'
import { git } from './support.ts'

let folder = ''
let first = ''
const at = (ref: string, path = join('ml', 'modelgate.yml')) => readBaseAtRef(ref, join(folder, path), { environment: process.env })

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'policy-git-'))
  git(folder, 'init', '-q', '-b', 'main')
  mkdirSync(join(folder, 'ml'))
  writeFileSync(join(folder, 'ml', 'modelgate.yml'), 'first\n')
  writeFileSync(join(folder, 'ml', ':(glob)*.yml'), 'odd\n')
  // a text conversion or filter of the repository's own must not run
  writeFileSync(join(folder, '.gitattributes'), '*.yml diff=evil filter=evil\n')
  git(folder, 'config', 'diff.evil.textconv', `touch ${join(folder, 'owned')};cat`)
  git(folder, 'add', '-A')
  git(folder, 'commit', '-qm', 'first')
  git(folder, 'tag', 'v1')
  first = git(folder, 'rev-parse', 'HEAD')
  git(folder, 'config', 'filter.evil.smudge', `touch ${join(folder, 'owned')}`)
  writeFileSync(join(folder, 'ml', 'modelgate.yml'), 'second\n')
  writeFileSync(join(folder, 'new.yml'), 'new\n')
  writeFileSync(join(folder, 'large.yml'), 'x'.repeat(2 ** 20 + 1))
  writeFileSync(join(folder, 'bytes.yml'), new Uint8Array([0xff, 0xfe]))
  symlinkSync('new.yml', join(folder, 'link.yml'))
  git(folder, 'add', '-A')
  git(folder, 'commit', '-qm', 'second')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('EVT-06 --base reads the config of a commit of the local repository', () => {
  it.each(['v1', 'main~1', 'HEAD^'])('%s', async (ref) => {
    expect(await at(ref)).toEqual({ kind: 'found', commit: first, text: 'first\n' })
  })

  it('without running what the repository configures', async () => {
    await at('HEAD')
    expect(existsSync(join(folder, 'owned'))).toBe(false)
  })

  it('a name with a meaning of its own is a name', async () => {
    expect(await at('v1', join('ml', ':(glob)*.yml'))).toMatchObject({ kind: 'found', text: 'odd\n' })
  })

  it('a commit without that file has none', async () => {
    expect(await at('v1', 'new.yml')).toEqual({ kind: 'absent', commit: first })
  })

  it.each(['none', '', 'main:ml', 'main:ml/modelgate.yml', 'main^{tree}'])('%j is no commit', async (ref) => {
    await expect(at(ref)).rejects.toMatchObject({ code: 'BASE_UNREADABLE' })
  })

  it.each(['--output=owned', '-h', ':/first', 'a b', 'zzz";touch$IFS$9owned;#', '$(touch owned)', 'main\nv1', 'a\u202eb'])(
    'EVT-09 %j is refused and starts nothing',
    async (ref) => {
      await expect(at(ref)).rejects.toMatchObject({ code: 'BASE_UNREADABLE' })
      expect(existsSync(join(folder, 'owned'))).toBe(false)
    },
  )

  it.each(['large.yml', 'bytes.yml', 'link.yml'])('%s cannot be a config', async (path) => {
    await expect(at('main', path)).rejects.toMatchObject({ code: 'BASE_UNREADABLE' })
  })

  it('outside of a repository there is no base', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'policy-none-'))
    const reading = readBaseAtRef('main', join(elsewhere, 'm.yml'), { environment: process.env })
    await expect(reading).rejects.toMatchObject({ code: 'BASE_UNREADABLE' })
    rmSync(elsewhere, { recursive: true })
  })
})
