/** `modelgate init` as a process: words, exit codes, what goes to stdout and what to stderr. */
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { commandsIn } from '../../support/runner-parsers.ts'
import { projectRoot, runNode } from '../../support/spawn.ts'
import { makeFolder, people } from './support.ts'

const modelgate = (cwd: string, ...args: string[]) =>
  runNode([`${projectRoot}/scripts/modelgate.ts`, ...args], { cwd, env: { MODELGATE_RUNTIME_DIR: projectRoot } })

describe('CMD-01 modelgate init on the command line', () => {
  it('takes files, target and name, answers JSON on stdout, and no column becomes a command', async () => {
    const hostile = '##[error]plan ::x'
    using folder = makeFolder({ 'a.csv': people(1, 200).replace('plan', hostile), 'b.csv': people(2, 100).replace('plan', hostile) })
    const run = await modelgate(folder.path, 'init', 'train=a.csv', 'test=b.csv', '--target', 'left', '--name', 'churn', '--json')
    expect(run.code).toBe(0)
    const outcome = z
      .looseObject({ written: z.string(), data: z.array(z.looseObject({ role: z.string(), rows: z.number() })) })
      .parse(JSON.parse(run.stdout))
    expect(outcome).toMatchObject({
      written: 'created',
      data: [
        { role: 'train', rows: 200 },
        { role: 'test', rows: 100 },
      ],
    })
    expect(run.stderr).toContain('Next: modelgate run')
    expect(commandsIn(`${run.stdout}\n${run.stderr}`)).toEqual([])
  })

  it.each([
    ['no data', ['init'], 'DATA_NOT_FOUND'],
    ['--force, which does not exist', ['init', '--force'], 'has no option --force'],
    ['a config that does not parse', ['init', '--config', 'broken.yml'], 'UNKNOWN_KEY'],
  ])('%s is one sentence and exit 2', async (_, args, says) => {
    using folder = makeFolder({ 'broken.yml': 'modles: {}\n' })
    const run = await modelgate(folder.path, ...args)
    expect(run.code).toBe(2)
    expect(run.stderr).toContain(says)
    expect(run.stderr).not.toContain('INTERNAL')
    expect(run.stdout).toBe('')
  })
})
