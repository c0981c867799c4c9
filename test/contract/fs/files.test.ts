import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFiles } from '../../../src/adapters/fs/files.ts'
import { projectRoot } from '../../support/spawn.ts'

let folder = ''
const files = createFiles({ environment: process.env })
const at = (...names: string[]) => join(folder, ...names)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelgate-fs-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('digest and read', () => {
  it('give the sha256 and the size of the bytes', async () => {
    writeFileSync(at('a'), 'abc')
    expect(await files.digest(at('a'))).toEqual({
      digest: 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      bytes: 3,
    })
  })

  it('give null where there is no file, also below something that is no folder', async () => {
    writeFileSync(at('a'), '')
    expect(await files.digest(at('none'))).toBeNull()
    expect(await files.read(at('a', 'below'), 10)).toBeNull()
  })

  it('refuse folders and pipes without waiting for them', async () => {
    execFileSync('mkfifo', [at('pipe')])
    await expect(files.digest(folder)).rejects.toMatchObject({ code: 'NOT_A_FILE' })
    await expect(files.read(at('pipe'), 10)).rejects.toMatchObject({ code: 'NOT_A_FILE' })
  })

  it('refuse a file above the limit, also one that does not say its size', async () => {
    writeFileSync(at('a'), 'x'.repeat(11))
    await expect(files.read(at('a'), 10)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' })
    await expect(files.read('/proc/self/environ', 1)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' })
    expect(await files.read(at('a'), 11)).toHaveLength(11)
  })
})

describe('PRO-15 local writes are atomic', () => {
  it('a write replaces the whole file and leaves nothing beside it', async () => {
    writeFileSync(at('a.json'), 'old and longer')
    await files.write(at('a.json'), 'new')
    expect(readFileSync(at('a.json'), 'utf8')).toBe('new')
    expect(readdirSync(folder)).toEqual(['a.json'])
  })

  it('a write that fails leaves the old file as it was', async () => {
    mkdirSync(at('full', 'inside'), { recursive: true })
    writeFileSync(at('full', 'inside', 'x'), 'old')
    await expect(files.write(at('full'), 'new')).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' })
    expect(readFileSync(at('full', 'inside', 'x'), 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['full'])
  })

  it('a process killed in the middle leaves the old file, and the next write removes what it left', async () => {
    writeFileSync(at('model.bin'), 'old')
    const source = at('endless')
    execFileSync('truncate', ['-s', '3G', source])
    const script = `import { createFiles } from ${JSON.stringify(join(projectRoot, 'src/adapters/fs/files.ts'))}; await createFiles().copy(${JSON.stringify(source)}, ${JSON.stringify(at('model.bin'))})`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' })
    while (!readdirSync(folder).some((name) => name.endsWith('.tmp'))) await new Promise((resolve) => setTimeout(resolve, 2))
    child.kill('SIGKILL')
    await once(child, 'close')
    expect(readFileSync(at('model.bin'), 'utf8')).toBe('old')
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toHaveLength(1)
    await files.write(at('model.bin'), 'new')
    expect(readdirSync(folder).sort()).toEqual(['endless', 'model.bin'])
  })

  it('the temporary file of a process that is alive is left alone', async () => {
    writeFileSync(at(`.a.${process.pid}.0123456789ab.tmp`), 'being written')
    await files.write(at('a'), 'x')
    expect(existsSync(at(`.a.${process.pid}.0123456789ab.tmp`))).toBe(true)
  })

  it('a planted link is replaced, not followed', async () => {
    writeFileSync(at('outside'), 'safe')
    symlinkSync(at('outside'), at('result.json'))
    await files.write(at('result.json'), 'ours')
    expect(readFileSync(at('outside'), 'utf8')).toBe('safe')
    expect(readFileSync(at('result.json'), 'utf8')).toBe('ours')
  })

  it('place moves a finished file to its name', async () => {
    writeFileSync(at('t'), 'bytes')
    await files.place(at('t'), at('deep', 'er', 'm.onnx'))
    expect(readFileSync(at('deep', 'er', 'm.onnx'), 'utf8')).toBe('bytes')
    expect(existsSync(at('t'))).toBe(false)
  })

  it.runIf(existsSync('/dev/shm'))('place works across file systems', async () => {
    const elsewhere = mkdtempSync('/dev/shm/modelgate-')
    try {
      writeFileSync(join(elsewhere, 't'), 'bytes')
      await files.place(join(elsewhere, 't'), at('m'))
      expect(readFileSync(at('m'), 'utf8')).toBe('bytes')
      expect(readdirSync(elsewhere)).toEqual([])
    } finally {
      rmSync(elsewhere, { recursive: true })
    }
  })

  it('copy gives the same bytes, and a clear error when there are none', async () => {
    writeFileSync(at('a'), 'abc')
    await files.copy(at('a'), at('b'))
    expect(readFileSync(at('b'), 'utf8')).toBe('abc')
    await expect(files.copy(at('none'), at('c'))).rejects.toMatchObject({ code: 'FILE_MISSING' })
  })

  it('a place that cannot be written is one clear error', async () => {
    writeFileSync(at('file'), 'x')
    await expect(files.write(at('a'.repeat(300)), 'x')).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' })
    await expect(files.write(at('file', 'below'), 'x')).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' })
  })

  it.each(['nowhere', 'itself'])('a folder behind a link to %s is one, too', async (kind) => {
    symlinkSync(kind === 'itself' ? at('link') : at('gone', 'disk'), at('link'))
    await expect(files.makeFolder(at('link'))).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' })
    await expect(files.write(at('link', 'm', 'report.json'), 'x')).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' })
  })
})

describe('temporary folders', () => {
  it('are private and go away', async () => {
    let path = ''
    {
      await using made = await files.temporaryFolder()
      path = made.path
      expect(statSync(path).mode & 0o777).toBe(0o700)
      writeFileSync(join(path, 'x'), '')
    }
    expect(existsSync(path)).toBe(false)
  })
})

describe('ARC-06 globs do not leave the root', () => {
  const plant = (...names: string[]) => {
    for (const name of names) {
      mkdirSync(join(folder, name, '..'), { recursive: true })
      writeFileSync(at(name), '')
    }
  }

  it('matches stars, classes, braces and folders of any depth, sorted', async () => {
    plant('d/b.csv', 'd/a.csv', 'd/a.txt', 'd/sub/c.csv', 'd/.hidden.csv', 'd/[x].csv', 'e/a1.csv')
    expect(await files.glob(folder, 'd/*.csv')).toEqual(['d/[x].csv', 'd/a.csv', 'd/b.csv'])
    expect(await files.glob(folder, '**/*.csv')).toEqual(['d/[x].csv', 'd/a.csv', 'd/b.csv', 'd/sub/c.csv', 'e/a1.csv'])
    expect(await files.glob(folder, 'd/{a,b}.{csv,txt}')).toEqual(['d/a.csv', 'd/a.txt', 'd/b.csv'])
    expect(await files.glob(folder, '?/a[0-9].csv')).toEqual(['e/a1.csv'])
    expect(await files.glob(folder, 'd/.h*')).toEqual(['d/.hidden.csv'])
    expect(await files.glob(folder, 'd/**/c.csv')).toEqual(['d/sub/c.csv'])
    expect(await files.glob(folder, 'none/*.csv')).toEqual([])
  })

  it('follows no link, neither out of the root nor round in a loop', async () => {
    plant('d/a.csv')
    symlinkSync('/etc', at('d', 'etc'))
    symlinkSync(at('d'), at('d', 'loop'))
    symlinkSync('/etc/hostname', at('d', 'file.csv'))
    expect(await files.glob(folder, '**/*')).toEqual(['d/a.csv'])
  })

  it('refuses a pattern that begins elsewhere', async () => {
    for (const pattern of ['../*.csv', '/etc/*', 'a/../../b', 'C:/x', '\\\\host\\x', '']) {
      await expect(files.glob(folder, pattern)).rejects.toMatchObject({ code: 'GLOB_INVALID' })
    }
  })

  it('is not slowed down by a pattern full of stars', async () => {
    plant(`${'a'.repeat(200)}.csv`)
    expect(await files.glob(folder, `${'*a'.repeat(200)}b`)).toEqual([])
  })
})

describe('isTracked', () => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { stdio: 'ignore' })

  it('is false outside a repository, and for what is not committed', async () => {
    expect(await files.isTracked(at('.modelgate'))).toBe(false)
    git('init', '-q')
    mkdirSync(at('.modelgate'))
    writeFileSync(at('.modelgate', 'gate.json'), '{}')
    expect(await files.isTracked(at('.modelgate'))).toBe(false)
  })

  it('is true for a planted result, also when it was deleted, and when the folder is a link', async () => {
    git('init', '-q')
    mkdirSync(at('real', 'm'), { recursive: true })
    writeFileSync(at('real', 'm', 'evaluate.json'), '{}')
    symlinkSync('real', at('.modelgate'))
    git('add', 'real')
    expect(await files.isTracked(at('real'))).toBe(true)
    expect(await files.isTracked(at('.modelgate'))).toBe(true)
    expect(await files.isTracked(at('.modelgate', 'm'))).toBe(true)
    rmSync(at('real'), { recursive: true })
    expect(await files.isTracked(at('real'))).toBe(true)
    git('add', '.modelgate')
    git('rm', '-q', '--cached', '-r', 'real')
    expect(await files.isTracked(at('.modelgate'))).toBe(true)
  })

  it('is an error when git cannot say', async () => {
    mkdirSync(at('.git'))
    writeFileSync(at('.git', 'HEAD'), 'broken')
    await expect(files.isTracked(at('x'))).rejects.toMatchObject({ code: 'GIT_UNREADABLE' })
  })
})
