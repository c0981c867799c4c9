import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isOnServer } from '../../../src/adapters/ci/is-on-server.ts'
import { servers } from '../../../src/adapters/ci/servers.ts'

const source = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'src')
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelgate-compiled-'))
  writeFileSync(join(folder, 'part.mjs'), 'export const said = () => "said"\n')
  writeFileSync(
    join(folder, 'start.mjs'),
    `import { keepCompiledCode } from ${JSON.stringify(pathToFileURL(join(source, 'adapters/runtime/compiled-code.ts')).href)}
keepCompiledCode(process.env)
const { said } = await import('./part.mjs')
process.stdout.write(said())\n`,
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** @returns what a start of its own leaves in a cache folder that is its own */
function start(name: string, env: Readonly<Record<string, string>> = {}): readonly string[] {
  const cache = join(folder, name)
  const done = spawnSync(process.execPath, [join(folder, 'start.mjs')], { env: { PATH: process.env.PATH, XDG_CACHE_HOME: cache, ...env } })
  expect(done.stdout.toString(), done.stderr.toString()).toBe('said')
  return existsSync(cache) ? readdirSync(cache, { recursive: true }).map(String) : []
}

// the folder of the user is named by XDG_CACHE_HOME on Linux alone
describe.skipIf(process.platform !== 'linux')('compiled code', () => {
  it('is kept in the folder of the user', () => {
    expect(start('laptop').filter((path) => path.startsWith('modelgate/compiled/')).length).toBeGreaterThan(1)
  })

  it.each(['CI', 'GITHUB_ACTIONS', 'JENKINS_URL', 'TF_BUILD'])('is neither kept nor used where %s says that this is a server', (mark) => {
    expect(start(`server-${mark}`, { [mark]: 'true' })).toEqual([])
  })

  it('is left where its folder cannot be made', () => {
    mkdirSync(join(folder, 'taken'))
    writeFileSync(join(folder, 'taken', 'modelgate'), 'a file')
    expect(start('taken')).toEqual(['modelgate'])
  })
})

describe('isOnServer', () => {
  it('knows every server of the table', () => {
    const one = { GITLAB_CI: 'true', JENKINS_URL: 'x', BUILD_ID: '1', CIRCLECI: 'true', CODEBUILD_BUILD_ID: 'x' }
    const known = servers.filter(({ detects }) => detects(one))
    expect(known).toHaveLength(servers.length)
    for (const [mark, value] of Object.entries(one)) expect(isOnServer({ [mark]: value }), mark).toBe(true)
    expect(isOnServer({ CI: 'false', PATH: '/bin' })).toBe(false)
  })
})
