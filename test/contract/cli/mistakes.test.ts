/** Every mistake in a config ends the command line with status 2 and one sentence: asked of `main` itself, of all of them in one process. */
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { makeProject } from '../../support/project.ts'
import { projectRoot, runNode } from '../../support/spawn.ts'
import { inWords, inYaml } from '../../unit/config/mistakes.ts'

const cases = [...inYaml, ...inWords].map(([what, text]) => ({ what, text }))
const project = makeProject(Object.fromEntries(cases.map(({ text }, i) => [`${i}.yml`, text])))
afterAll(() => project.remove())

describe('a mistake in the config', () => {
  it('is status 2, its code and a fix on stderr, and nothing on stdout', async () => {
    const script = `
      const { main } = await import(${JSON.stringify(join(projectRoot, 'src', 'cli', 'main.ts'))})
      for (const emitter of [process, process.stdout, process.stderr]) emitter.setMaxListeners(0)
      const write = process.stderr.write.bind(process.stderr)
      const told = []
      for (let i = 0; i < ${cases.length}; i++) {
        let said = ''
        process.stderr.write = (text) => { said += text; return true }
        await main(['validate', '--config', i + '.yml'])
        told.push({ status: process.exitCode, said })
      }
      write(JSON.stringify(told))`
    const run = await runNode(['--input-type=module', '-e', script], { cwd: project.folder, env: { MODELGATE_RUNTIME_DIR: projectRoot } })
    expect([run.code, run.stdout]).toEqual([2, ''])
    const told = z.array(z.object({ status: z.number(), said: z.string() })).parse(JSON.parse(run.stderr))
    expect(told).toHaveLength(cases.length)
    for (const [i, { status, said }] of told.entries()) {
      expect([cases[i]?.what, status]).toEqual([cases[i]?.what, 2])
      expect(said, cases[i]?.what).toMatch(
        new RegExp(`^${i}\\.yml:\\d+:\\d+ [A-Z_]+[ .].*\\n(${i}\\.yml:.*\\n)*  correct ${i}\\.yml at the place named\\n$`),
      )
    }
  })
})
