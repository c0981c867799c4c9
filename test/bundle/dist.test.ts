/** What users run: the committed bundle. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadedBy } from '../../scripts/loaded-by.ts'
import { entries } from '../../src/main.ts'
import { projectRoot } from '../support/spawn.ts'

const dist = join(projectRoot, 'dist')
const size = (files: readonly string[]) => files.reduce((sum, file) => sum + statSync(join(dist, file)).size, 0)

describe('dist', () => {
  it('has a stub for every entry', () => {
    const stubs = readdirSync(dist).filter((file) => file.endsWith('.js') && !/index\.js$/.test(file))
    expect(stubs.sort()).toEqual(
      Object.keys(entries)
        .map((name) => `${name}.js`)
        .sort(),
    )
  })

  it('is at most 8 MB, and holds no native part', () => {
    expect(size(readdirSync(dist))).toBeLessThanOrEqual(8_000_000)
    expect(readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(node|so|dll|dylib)(\.|$)/.test(file))).toEqual([])
  })

  it('of which comment loads at most 1.8 MB on its way to GitHub, and neither DuckDB nor ONNX', () => {
    const loaded = loadedBy(dist, 'comment')
    const text = loaded.map((file) => readFileSync(join(dist, file), 'utf8')).join('\n')
    expect(text).toContain('octokit')
    expect(size(loaded)).toBeLessThanOrEqual(1_800_000)
    expect(text).not.toContain('@duckdb/node-api')
    expect(text).not.toContain('onnxruntime-node')
  })

  it('lists the licence of every package in it', () => {
    const licences = readFileSync(join(dist, 'licenses.txt'), 'utf8')
    for (const name of ['@actions/artifact', '@actions/core', '@actions/github', '@bufbuild/protobuf', 'yaml', 'zod'])
      expect(licences).toMatch(new RegExp(`^${name}$`, 'm'))
  })
})

describe.skipIf(process.platform !== 'linux')('the CLI of dist', () => {
  it('keeps what was compiled of its parts on a laptop, a file for each verb, and runs the same with it', () => {
    const home = mkdtempSync(join(tmpdir(), 'modelgate-home-'))
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [join(dist, 'cli.js'), ...args], {
        cwd: home,
        env: { PATH: process.env.PATH, HOME: home, XDG_CACHE_HOME: join(home, 'cache') },
        encoding: 'utf8',
      })
    const kept = () => readdirSync(join(home, 'cache', 'modelgate', 'compiled')).filter((name) => name.endsWith('.code'))
    try {
      writeFileSync(join(home, 'modelgate.yml'), 'models:\n  m: {model: m.onnx}\n')
      const runs = [run('gate', '--json'), run('gate', '--json')]
      const told = runs.map(({ status, stderr }) => `${status} ${stderr.replaceAll(/\(\d+\.\d s\)/g, '')}`)
      expect(told[1]).toBe(told[0])
      expect(kept().map((name) => name.replace(/-.*/, ''))).toEqual(['gate'])
      const [file = ''] = kept()
      expect(statSync(join(home, 'cache', 'modelgate', 'compiled', file)).size).toBeGreaterThan(100_000)
      run('--version')
      expect(
        kept()
          .map((name) => name.replace(/-.*/, ''))
          .sort(),
      ).toEqual(['gate', 'other'])
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  })
})
