/** The command line as a process, where its log is read by a runner and its out folder may be somebody else's. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { resultSchema } from '../../../src/core/schema/result.ts'
import { commandLine, mainModule } from '../../support/command-line.ts'
import { baseConfig, makeProject, type Project, type ProjectFiles, rows } from '../../support/project.ts'
import { commandsIn } from '../../support/runner-parsers.ts'
import { bareEnvironment, projectRoot, runNode } from '../../support/spawn.ts'

let project: Project | null = null
afterEach(() => project?.remove())

const modelgate = (files: ProjectFiles, ...args: string[]) => {
  project = makeProject(files)
  const { folder } = project
  return runNode([commandLine(), ...args], { cwd: folder, env: { MODELGATE_RUNTIME_DIR: projectRoot } })
}

const column = '##[error]kind ::x'
const renamed = (seed: number) => rows(seed, 300).replace('kind', column)
const hostile: ProjectFiles = {
  'train.csv': renamed(1),
  'test.csv': renamed(2),
  'current.csv': renamed(3),
  'modelgate.yml': baseConfig
    .replace('[amount, kind]', `[amount, "${column}"]`)
    .replace('amount: {', `"${column}": {in: [red]}\n        amount: {`),
}

describe('CMD-01 the command line in a step of a workflow', () => {
  it('no name becomes a command, on stdout as JSON or on stderr, and the JSON still says it', async () => {
    const run = await modelgate(hostile, 'validate', '--json')
    expect(run.code).toBe(1)
    expect(commandsIn(`${run.stdout}\n${run.stderr}`)).toEqual([])
    const [result] = z.array(resultSchema).parse(JSON.parse(run.stdout))
    expect(result?.checks.map((check) => check.column)).toContain(column)
  })

  it('nor does the path of a report', async () => {
    const run = await modelgate({}, 'gate', '--out', '::error::x')
    expect(run.code).toBe(2)
    expect(run.stderr).toContain('report.html')
    expect(commandsIn(`${run.stdout}\n${run.stderr}`)).toEqual([])
  })
})

describe('the out folder', () => {
  it.each([
    ['the folder of the config', '.'],
    ['a folder with a .gitignore of its own', 'mine'],
  ])('is never %s: nothing of it is overwritten', async (_, out) => {
    const run = await modelgate({ '.gitignore': 'dist\n', 'mine/.gitignore': 'dist\n' }, 'validate', '--out', out)
    expect(run.code).toBe(2)
    expect(run.stderr).toContain('OUT_TAKEN')
    const { folder = '' } = project ?? {}
    expect(readFileSync(join(folder, out, '.gitignore'), 'utf8')).toBe('dist\n')
    expect(existsSync(join(folder, out, 'm'))).toBe(false)
  })

  it('ignores itself from the first run on, and a later run leaves that as it is', async () => {
    expect((await modelgate({}, 'validate', '--out', 'out')).code).toBe(0)
    const { folder = '' } = project ?? {}
    const ignore = join(folder, 'out', '.gitignore')
    const { ino, mtimeMs } = statSync(ignore)
    expect(readFileSync(ignore, 'utf8')).toBe('*\n')
    const again = [commandLine(), 'validate', '--out', 'out']
    expect((await runNode(again, { cwd: folder, env: { MODELGATE_RUNTIME_DIR: projectRoot } })).code).toBe(0)
    expect(statSync(ignore)).toMatchObject({ ino, mtimeMs })
  })

  it('is not taken for another by an empty .gitignore, which a power cut may leave', async () => {
    expect((await modelgate({ 'out/.gitignore': '' }, 'validate', '--out', 'out')).code).toBe(0)
    expect(readFileSync(join(project?.folder ?? '', 'out', '.gitignore'), 'utf8')).toBe('*\n')
  })
})

describe('--explain', () => {
  it('says every rule in words before anything is read, and then judges', async () => {
    const run = await modelgate({}, 'validate', '--explain')
    const lines = run.stderr.split('\n').map((line) => line.trim())
    const rule = lines.findIndex((line) => line.startsWith('validate.min:amount: no value lies below the limit'))
    expect(rule).toBeGreaterThan(0)
    expect(lines[rule + 1]).toMatch(/^on train, test, current; .*the shared scan$/)
    expect(rule).toBeLessThan(lines.findIndex((line) => /^train: \d+ rows/.test(line)))
  })

  it('is refused by a verb that has no rules of its own', async () => {
    const run = await modelgate({}, 'comment', '--explain')
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('modelgate comment has no option --explain')])
  })
})

describe('help', () => {
  it.each([[['help', 'promote']], [['--help', 'promote']], [['promote', '--help']]])('%j is about the verb', async (args) => {
    const run = await modelgate({}, ...args)
    expect([run.code, run.stdout]).toEqual([0, expect.stringMatching(/^modelgate promote: /)])
  })
})

describe('output that cannot be written', () => {
  /** Runs until it ends; `close` is called with the child at once. */
  const closed = (close: (child: ChildProcessByStdio<null, Readable, Readable>) => void, ...args: string[]) => {
    project = makeProject()
    const env = { ...bareEnvironment(), MODELGATE_RUNTIME_DIR: projectRoot }
    const child = spawn(process.execPath, [commandLine(), ...args], { cwd: project.folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const said: string[] = []
    child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
    close(child)
    return new Promise<{ code: number | null; said: string }>((resolve) => {
      child.on('exit', (code) => resolve({ code, said: said.join('') }))
    })
  }

  it('ends a run as a cancel does when its reader is gone, with exit 2 and no stack', async () => {
    const { code, said } = await closed(({ stderr }) => stderr.once('data', () => stderr.destroy()), 'run')
    expect([code, said]).toEqual([2, expect.stringMatching(/^modelgate \S+ {2}modelgate.yml {2}m\n/)])
    const gate = resultSchema.parse(JSON.parse(readFileSync(join(project?.folder ?? '', '.modelgate', 'gate.json'), 'utf8')))
    expect(gate.verdict).toBe('error')
  })

  it('is exit 2 where it is the results that nobody takes, and the log says why', async () => {
    const { code, said } = await closed(({ stdout }) => stdout.destroy(), 'validate', '--json')
    expect([code, said]).toEqual([2, expect.stringContaining('OUTPUT_LOST: the output cannot be written: write EPIPE')])
    expect(said).not.toContain('    at ')
  })
})

describe('GATE-06 an early end of the command line is never success', () => {
  const main = JSON.stringify(mainModule())
  const after = (before: string, ...args: string[]) => {
    project = makeProject()
    const script = `const fsp = (await import('node:fs/promises')).default; const { syncBuiltinESMExports } = await import('node:module'); ${before}; syncBuiltinESMExports(); const { start } = await import(${main}); await start('cli')`
    return runNode(['--input-type=module', '-e', script, 'modelgate', ...args], {
      cwd: project.folder,
      env: { MODELGATE_RUNTIME_DIR: projectRoot },
    })
  }
  it.each([
    ['a promise that never settles', 'fsp.stat = () => new Promise(() => {})', 'ended before there was an outcome'],
    ['a process.exit(0) of somebody else', 'fsp.stat = () => process.exit(0)', 'ended before there was an outcome'],
    ['a process.exit(0) of somebody else, once the outcome is known', "process.on('beforeExit', () => process.exit(0))", 'UNKNOWN_MODEL'],
    ['a bug', "fsp.stat = () => { throw new TypeError('a bug of ours') }", 'please report it'],
  ])('%s', async (_, before, said) => {
    const run = await after(before, 'validate', ...(said === 'UNKNOWN_MODEL' ? ['--model', 'n'] : []))
    expect(run.code).not.toBe(0)
    expect(run.stderr).toContain(said)
  })
})
