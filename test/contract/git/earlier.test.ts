/** Data of then, found on this machine: in git, in the store of Git LFS, in the cache of DVC. Pointers are as git-lfs 3 and DVC 2 and 3 write them. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFiles } from '../../../src/adapters/fs/files.ts'
import { earlierFiles } from '../../../src/adapters/git/earlier.ts'
import { dvcCacheFolder, dvcPointer, lfsPointer } from '../../../src/adapters/git/pointers.ts'
import type { EarlierFound } from '../../../src/ports/earlier-files.ts'

let root = ''
let own = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'modelgate-earlier-'))
  own = mkdtempSync(join(tmpdir(), 'modelgate-earlier-own-'))
  git('init', '-q', '-b', 'main')
})
afterEach(() => {
  for (const folder of [root, own]) rmSync(folder, { recursive: true, force: true })
})

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], { cwd: root, stdio: 'pipe' })
const write = (name: string, text: string) => {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
}
/** null: the file goes */
function commit(files: Readonly<Record<string, string | null>>): void {
  for (const [name, text] of Object.entries(files)) {
    if (text === null) git('rm', '-q', '-f', name)
    else {
      write(name, text)
      git('add', '-f', name)
    }
  }
  git('commit', '-qm', 'x')
}
const hex = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('hex')
const digest = (text: string) => `sha256:${hex('sha256', text)}`
const find = (texts: readonly string[], near: readonly string[]): Promise<EarlierFound> =>
  earlierFiles(createFiles(), { environment: process.env }).find({
    digests: texts.map(digest),
    near: near.map((name) => join(root, name)),
    folder: own,
  })
const textsOf = (found: EarlierFound) => (found.kind === 'found' ? found.paths.map((path) => readFileSync(path, 'utf8')) : found)

describe('what git holds', () => {
  it('is found by its sha256 among the versions of each file, in the order that is asked for', async () => {
    commit({ 'rows/a.csv': 'a1', 'rows/b.csv': 'b1' })
    commit({ 'rows/a.csv': 'a2' })
    commit({ 'rows/a.csv': 'a3', 'rows/b.csv': 'b2' })
    expect(textsOf(await find(['b1', 'a2'], ['rows/a.csv', 'rows/b.csv']))).toEqual(['b1', 'a2'])
  })

  it('is found where it lay beside the file of today under another name, deleted since, also where names are patterns to git', async () => {
    commit({ 'a [1]*/x.csv': 'old', 'a [1]*/train.parquet': 'p' })
    commit({ 'a [1]*/x.csv': null, 'a [1]*/y.csv': 'new' })
    expect(textsOf(await find(['old'], ['a [1]*/y.csv']))).toEqual(['old'])
    // what ends otherwise is another kind of file
    expect(await find(['p'], ['a [1]*/y.csv'])).toEqual({ kind: 'unknown' })
  })

  it('is unknown where one of several is not there, and outside of git', async () => {
    commit({ 'a.csv': 'a1' })
    expect(await find(['a1', 'never'], ['a.csv'])).toEqual({ kind: 'unknown' })
    rmSync(join(root, '.git'), { recursive: true })
    expect(await find(['a1'], ['a.csv'])).toEqual({ kind: 'unknown' })
  })

  it('a link is no version of a file', async () => {
    execFileSync('ln', ['-s', 'target', join(root, 'a.csv')])
    git('add', 'a.csv')
    git('commit', '-qm', 'x')
    expect(await find(['target'], ['a.csv'])).toEqual({ kind: 'unknown' })
  })
})

const pointerOf = (text: string) => `version https://git-lfs.github.com/spec/v1\noid sha256:${hex('sha256', text)}\nsize ${text.length}\n`

describe('what Git LFS keeps', () => {
  it('is found by its name, even where the history ends before it', async () => {
    commit({ 'a.csv': pointerOf('new') })
    const oid = hex('sha256', 'old')
    write(`.git/lfs/objects/${oid.slice(0, 2)}/${oid.slice(2, 4)}/${oid}`, 'old')
    expect(textsOf(await find(['old'], ['a.csv']))).toEqual(['old'])
  })

  it('is said to be there where a pointer names it and this machine does not have it', async () => {
    commit({ 'a.csv': pointerOf('old') })
    commit({ 'a.csv': pointerOf('new') })
    expect(await find(['old'], ['a.csv'])).toEqual({ kind: 'kept', by: 'Git LFS' })
    expect(await find(['another'], ['a.csv'])).toEqual({ kind: 'unknown' })
  })
})

describe('what DVC keeps', () => {
  const tracked = (text: string) => `outs:\n- md5: ${hex('md5', text)}\n  size: ${text.length}\n  hash: md5\n  path: a.csv\n`
  const object = (text: string, cache = '.dvc/cache/files/md5') => {
    const md5 = hex('md5', text)
    write(`${cache}/${md5.slice(0, 2)}/${md5.slice(2)}`, text)
  }
  const begin = (config = '') => {
    write('.dvc/config', config)
    commit({ 'rows/a.csv.dvc': tracked('old') })
    commit({ 'rows/a.csv.dvc': tracked('new') })
  }

  it.each([
    ['DVC 3', '', '.dvc/cache/files/md5'],
    ['DVC 2', '', '.dvc/cache'],
    ['a cache of its own', '[\'remote "s"\']\n    url = s3://bucket\n[cache]\n    dir = ../kept\n', 'kept/files/md5'],
  ])('is found in the cache, by its sha256: %s', async (_, config, cache) => {
    begin(config)
    object('new', cache)
    object('old', cache)
    expect(textsOf(await find(['old'], ['rows/a.csv']))).toEqual(['old'])
  })

  it('may be the data of then, where a version is not on this machine', async () => {
    begin()
    object('new')
    expect(await find(['old'], ['rows/a.csv'])).toEqual({ kind: 'kept', by: 'DVC' })
    object('old')
    expect(await find(['another'], ['rows/a.csv'])).toEqual({ kind: 'unknown' })
  })
})

describe('pointers', () => {
  it('data that only looks like one is data', () => {
    expect(lfsPointer(`${pointerOf('x')}1,2,3\n`)).toBeNull()
    expect(lfsPointer(pointerOf('x'))).toBe(hex('sha256', 'x'))
    expect(lfsPointer(pointerOf('x').replace('oid', `ext-0-foo sha256:${'a'.repeat(64)}\noid`))).toBeNull()
  })

  it('a folder, or two files, are no file', () => {
    const md5 = hex('md5', 'x')
    expect(dvcPointer(`outs:\n- md5: ${md5}.dir\n  path: a\n`)).toBeNull()
    expect(dvcPointer(`outs:\n- md5: ${md5}\n  path: a\n- md5: ${md5}\n  path: b\n`)).toBeNull()
    expect(dvcPointer(`outs:\n- path: a.csv\n  md5: ${md5}\n`)).toBe(md5)
    expect(dvcCacheFolder('[core]\n  dir = no\n[cache]\n  type = link\n')).toBeNull()
  })
})
