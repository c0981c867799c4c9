import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
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
  part('said')
  writeFileSync(
    join(folder, 'start.mjs'),
    `import { syncBuiltinESMExports } from 'node:module'
import vm from 'node:vm'
let told = ''
vm.Script = class extends vm.Script {
  constructor(text, options) {
    super(text, options)
    told = options.cachedData === undefined ? 'compiled' : this.cachedDataRejected ? 'refused' : 'kept'
  }
}
syncBuiltinESMExports()
const { keepCompiledCode, runScript } = await import(${JSON.stringify(pathToFileURL(join(source, 'adapters/runtime/compiled-code.ts')).href)})
const [verb, called] = process.argv.slice(2)
await keepCompiledCode(process.env, verb, ${JSON.stringify(folder)})
const { say, url } = runScript(${JSON.stringify(join(folder, 'part.index.js'))})
process.stdout.write([told, called === 'called' ? say() : '', url.slice(url.lastIndexOf('/') + 1)].join(' '))\n`,
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A script as the bundle has them, with a function that is compiled when it is called. */
function part(word: string): void {
  const long = Array.from({ length: 200 }, (_, at) => `if (n === ${at}) return '${at}';`).join('')
  writeFileSync(
    join(folder, 'part.index.js'),
    `((require,module,url)=>{module.exports={url,say(){const n=require('node:path').sep.length+999;${long}return '${word}'}};return module.exports})`,
  )
}

interface Started {
  readonly code: 'compiled' | 'kept' | 'refused'
  readonly said: string
  /** what lies in its cache folder, which is its own */
  readonly left: readonly string[]
}

/** A process of its own. @param name of its cache folder */
function start(name: string, verb = 'validate', env: Readonly<Record<string, string>> = {}, called = 'called'): Started {
  const cache = join(folder, name)
  const done = spawnSync(process.execPath, [join(folder, 'start.mjs'), verb, called], {
    env: { PATH: process.env.PATH, XDG_CACHE_HOME: cache, ...env },
    encoding: 'utf8',
  })
  expect(done.status, done.stderr).toBe(0)
  const [code = '', said = '', file = ''] = done.stdout.split(' ')
  expect(file).toBe('part.index.js')
  if (code !== 'compiled' && code !== 'kept' && code !== 'refused') throw new Error(done.stdout)
  return { code, said, left: existsSync(cache) ? readdirSync(cache, { recursive: true }).map(String) : [] }
}

const codeOf = (name: string, verb = 'validate'): string => {
  const place = join(folder, name, 'modelgate', 'compiled')
  const [file] = readdirSync(place).filter((one) => one.startsWith(`${verb}-`))
  if (file === undefined) throw new Error(`${name} keeps no code of ${verb}`)
  return join(place, file)
}

// the folder of the user is named by XDG_CACHE_HOME on Linux alone
describe.skipIf(process.platform !== 'linux')('compiled code', () => {
  it('is kept in the folder of the user, and runs in the next start', () => {
    const first = start('laptop')
    expect(first).toMatchObject({ code: 'compiled', said: 'said' })
    expect(first.left.filter((path) => /^modelgate\/compiled\/validate-[0-9a-f]{8}\.code$/.test(path))).toHaveLength(1)
    expect(statSync(codeOf('laptop')).mode & 0o777).toBe(0o600)
    const before = statSync(codeOf('laptop')).mtimeMs
    expect(start('laptop')).toMatchObject({ code: 'kept', said: 'said' })
    expect(statSync(codeOf('laptop')).mtimeMs).toBe(before)
  })

  it('has the functions that the verb has called', () => {
    start('called', 'validate')
    start('called', 'drift', {}, 'not')
    expect(statSync(codeOf('called', 'validate')).size).toBeGreaterThan(statSync(codeOf('called', 'drift')).size + 2000)
  })

  it('is made again after a day, with what was called since', () => {
    start('old', 'validate', {}, 'not')
    const small = statSync(codeOf('old')).size
    const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000)
    utimesSync(codeOf('old'), yesterday, yesterday)
    expect(start('old').code).toBe('kept')
    expect(statSync(codeOf('old')).size).toBeGreaterThan(small + 2000)
  })

  it('is not that of another script of the same length', () => {
    start('changed')
    part('SAID')
    expect(start('changed')).toMatchObject({ code: 'compiled', said: 'SAID' })
    expect(start('changed')).toMatchObject({ code: 'kept', said: 'SAID' })
    part('said')
  })

  it('is not read where a byte of it is another one, and is made again', () => {
    start('damaged')
    const bytes = readFileSync(codeOf('damaged'))
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1
    writeFileSync(codeOf('damaged'), bytes)
    expect(start('damaged')).toMatchObject({ code: 'compiled', said: 'said' })
    writeFileSync(codeOf('damaged'), '')
    expect(start('damaged')).toMatchObject({ code: 'compiled', said: 'said' })
    expect(start('damaged').code).toBe('kept')
  })

  it('is not read where others may write it', () => {
    start('shared')
    chmodSync(codeOf('shared'), 0o666)
    expect(start('shared')).toMatchObject({ code: 'compiled', said: 'said' })
  })

  it('of a month ago goes when new code is written', () => {
    start('forgotten', 'drift')
    const old = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000)
    utimesSync(codeOf('forgotten', 'drift'), old, old)
    const other = join(dirname(codeOf('forgotten', 'drift')), 'other')
    mkdirSync(other)
    utimesSync(other, old, old)
    const { left } = start('forgotten', 'validate')
    expect(existsSync(other)).toBe(true)
    expect(left.filter((path) => path.endsWith('.code')).map((path) => path.replace(/^.*\/|-.*$/g, ''))).toEqual(['validate'])
  })

  it.each(['CI', 'GITHUB_ACTIONS', 'JENKINS_URL', 'TF_BUILD'])('is neither kept nor used where %s says that this is a server', (mark) => {
    expect(start(`server-${mark}`, 'validate', { [mark]: 'true' }).left).toEqual([])
    start('both')
    expect(start('both', 'validate', { [mark]: 'true' }).code).toBe('compiled')
  })

  it('is kept where NODE_COMPILE_CACHE says, on a server too', () => {
    const named = join(folder, 'named')
    const there = { NODE_COMPILE_CACHE: named, CI: 'true' }
    expect(start('unused', 'validate', there)).toMatchObject({ code: 'compiled', left: [] })
    expect(readdirSync(named).filter((name) => name.endsWith('.code'))).toHaveLength(1)
    expect(start('unused', 'validate', there)).toMatchObject({ code: 'kept', left: [] })
  })

  it('is not kept where NODE_DISABLE_COMPILE_CACHE says so', () => {
    expect(start('off', 'validate', { NODE_DISABLE_COMPILE_CACHE: '1' }).left).toEqual([])
  })

  it('is left where its folder cannot be made', () => {
    mkdirSync(join(folder, 'taken'))
    writeFileSync(join(folder, 'taken', 'modelgate'), 'a file')
    expect(start('taken').left).toEqual(['modelgate'])
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
