import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
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
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stateAt } from '../../../src/adapters/fs/hash-file.ts'
import { hashThread } from '../../../src/adapters/fs/hash-thread.ts'
import { type NativePart, type Runtime, readRuntime } from '../../../src/adapters/runtime/digests.ts'
import { beginDuckdb, expectNative, loadNative, locateNative } from '../../../src/adapters/runtime/load-native.ts'
import { findNpm } from '../../../src/adapters/runtime/npm.ts'
import { provenNote } from '../../../src/adapters/runtime/proven-before.ts'
import { UserError } from '../../../src/errors.ts'

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const own = readRuntime()

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelgate-native-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const fresh = (name: string) => mkdtempSync(join(folder, `${name}-`))

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    (value) => `it succeeded: ${String(value)}`,
    (thrown: unknown) => thrown,
  )
  return error instanceof UserError ? `${error.code}: ${error.message}. ${error.fix}` : String(error)
}

/** A part of one small file that says so when it is loaded. */
const entry = 'node_modules/onnxruntime-node/index.js'
const code = 'globalThis.modelgateLoaded = (globalThis.modelgateLoaded ?? 0) + 1; module.exports = { real: true }\n'
const loads = () => Number(Reflect.get(globalThis, 'modelgateLoaded') ?? 0)

function smallRuntime(root: string): Runtime {
  const files = new Map([[entry, sha256(code)]])
  return { root, key: 'abc', platform: 'test-x64', files: (part: NativePart) => (part === 'onnx' ? files : null) }
}
function put(root: string, content: string): string {
  mkdirSync(dirname(join(root, entry)), { recursive: true })
  writeFileSync(join(root, entry), content)
  return root
}

describe('where native parts are taken from', () => {
  it('MODELGATE_RUNTIME_DIR comes first, then our own node_modules, then the tool cache', async () => {
    const given = put(fresh('given'), code)
    const root = put(fresh('root'), code)
    const cache = fresh('cache')
    const cached = put(join(cache, 'modelgate-runtime', 'abc', 'test-x64'), code)
    const environment = { MODELGATE_RUNTIME_DIR: given, RUNNER_TOOL_CACHE: cache }
    const runtime = smallRuntime(root)
    expect(await locateNative('onnx', { environment, runtime })).toBe(given)
    expect(await locateNative('onnx', { environment: { RUNNER_TOOL_CACHE: cache }, runtime })).toBe(root)
    expect(await locateNative('onnx', { environment: { RUNNER_TOOL_CACHE: cache }, runtime: smallRuntime(fresh('empty')) })).toBe(cached)
  })

  it('never the folder the user works in', async () => {
    const workspace = put(fresh('workspace'), code)
    const before = process.cwd()
    process.chdir(workspace)
    try {
      const environment = { RUNNER_TOOL_CACHE: fresh('cache'), PATH: '' }
      const runtime = smallRuntime(fresh('empty'))
      expect(await locateNative('onnx', { environment, runtime }).catch(() => 'not found')).not.toBe(workspace)
    } finally {
      process.chdir(before)
    }
  })

  it('loads the real onnxruntime and DuckDB, in the pinned versions', async () => {
    const environment = {}
    const onnx = await loadNative('onnx', { environment })
    const duckdb = await loadNative('duckdb', { environment })
    expect(Object.keys(Object(onnx))).toContain('InferenceSession')
    expect(Object.keys(Object(duckdb))).toContain('DuckDBInstance')
  })

  it('says so when a platform has no build', async () => {
    const runtime = { ...smallRuntime(folder), platform: 'aix-ppc64' }
    expect(await codeOf(locateNative('duckdb', { environment: {}, runtime }))).toContain(
      'NATIVE_UNSUPPORTED: @duckdb/node-api has no build for aix-ppc64',
    )
  })
})

describe('SUP-10 native binaries are pinned by digest and checked before dlopen', () => {
  it('one changed byte in any of the real files is found, and nothing is loaded', async () => {
    const copy = fresh('copy')
    const files = [...(own.files('onnx')?.keys() ?? [])]
    for (const file of files) {
      mkdirSync(dirname(join(copy, file)), { recursive: true })
      copyFileSync(join(own.root, file), join(copy, file))
    }
    const environment = { MODELGATE_RUNTIME_DIR: copy }
    expect(await locateNative('onnx', { environment })).toBe(copy)
    const library = files.find((file) => /libonnxruntime|onnxruntime\.dll/.test(file)) ?? ''
    const { mtime } = statSync(join(copy, library))
    const bytes = readFileSync(join(copy, library))
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1)
    writeFileSync(join(copy, library), bytes)
    // a time put back does not help
    utimesSync(join(copy, library), mtime, mtime)
    const found = await codeOf(loadNative('onnx', { environment }))
    expect(found).toContain('NATIVE_CHANGED')
    expect(found).toContain(library)
    expect(found).toContain(`remove ${copy}`)
  })

  it.each(['MODELGATE_RUNTIME_DIR', 'our own node_modules', 'the tool cache'])('in %s', async (place) => {
    const root = fresh('root')
    const cache = fresh('cache')
    const given = fresh('given')
    const evil = `${code}// changed`
    if (place === 'MODELGATE_RUNTIME_DIR') put(given, evil)
    else if (place === 'the tool cache') put(join(cache, 'modelgate-runtime', 'abc', 'test-x64'), evil)
    else put(root, evil)
    const environment = { RUNNER_TOOL_CACHE: cache, ...(place === 'MODELGATE_RUNTIME_DIR' ? { MODELGATE_RUNTIME_DIR: given } : {}) }
    const before = loads()
    expect(await codeOf(loadNative('onnx', { environment, runtime: smallRuntime(root) }))).toContain('NATIVE_CHANGED')
    expect(loads()).toBe(before)
  })

  it('what was hashed ahead counts for that file and no other', async () => {
    const given = put(fresh('given'), code)
    const options = { environment: { MODELGATE_RUNTIME_DIR: given }, runtime: smallRuntime(fresh('root')) }
    const file = join(given, entry)
    expectNative('onnx', options)
    // an answer is there, and is the right one
    await expect.poll(() => hashThread.answer(file)).toEqual({ sha256: sha256(code), state: stateAt(file) })

    for (const change of ['write', 'replace'] as const) {
      put(given, code)
      expectNative('onnx', options)
      await new Promise((done) => setTimeout(done, 200)) // until it was hashed
      const { atime, mtime } = statSync(file)
      if (change === 'replace') rmSync(file)
      writeFileSync(file, code.replace('true', '1337'))
      utimesSync(file, atime, mtime)
      const before = loads()
      expect(await codeOf(loadNative('onnx', options)), change).toContain('NATIVE_CHANGED')
      expect(loads()).toBe(before)
    }
    put(given, code)
    expectNative('onnx', options)
    expect(await loadNative('onnx', options)).toEqual({ real: true })
  })

  describe('what an earlier run on a laptop has proven is not hashed again', () => {
    const home = () => ({ HOME: fresh('home'), XDG_CACHE_HOME: fresh('cache') })
    const note = ({ XDG_CACHE_HOME }: ReturnType<typeof home>) => join(XDG_CACHE_HOME, 'modelgate', 'proven.json')
    const evil = code.replace('true', '1337')
    /** A note that says of whatever lies there that it was the right file. */
    function forge(user: ReturnType<typeof home>, file: string, mode = 0o600): void {
      mkdirSync(dirname(note(user)), { recursive: true })
      writeFileSync(
        note(user),
        JSON.stringify({ schema: 'modelgate/proven@1', files: { [file]: { sha256: sha256(code), state: stateAt(file) } } }),
      )
      chmodSync(note(user), mode)
    }
    const given = (content: string, user: Readonly<Record<string, string>>) => {
      const place = put(fresh('given'), content)
      return {
        file: join(place, entry),
        options: { environment: { ...user, MODELGATE_RUNTIME_DIR: place }, runtime: smallRuntime(fresh('root')) },
      }
    }

    it('once it has settled, and only that very file', async () => {
      const user = home()
      const { file, options } = given(code, user)
      await locateNative('onnx', options)
      expect(existsSync(note(user)) && readFileSync(note(user), 'utf8').includes(file)).toBe(false)
      await new Promise((done) => setTimeout(done, 2_100))
      await locateNative('onnx', options)
      expect(JSON.parse(readFileSync(note(user), 'utf8')).files).toEqual({ [file]: { sha256: sha256(code), state: stateAt(file) } })
      expect(statSync(note(user)).mode & 0o077).toBe(0)
      const { atime, mtime } = statSync(file)
      writeFileSync(file, evil)
      utimesSync(file, atime, mtime)
      expect(await codeOf(loadNative('onnx', options))).toContain('NATIVE_CHANGED')
    })

    it('the note is believed on a laptop, by the thread that hashes ahead, too', async () => {
      const user = home()
      const { file, options } = given(evil, user)
      forge(user, file)
      expect(await locateNative('onnx', options)).toBe(options.environment.MODELGATE_RUNTIME_DIR)
      expectNative('onnx', options)
      expect(await hashThread.answer(file)).toEqual({ sha256: sha256(code), state: stateAt(file) })
    })

    it.each(['CI', 'GITHUB_ACTIONS', 'JENKINS_URL'])('and on no CI server, as %s says that it is', async (mark) => {
      const user = home()
      const { file, options } = given(evil, { ...user, [mark]: 'true' })
      forge(user, file)
      expect(await codeOf(loadNative('onnx', options))).toContain('NATIVE_CHANGED')
      const fine = given(code, { ...user, [mark]: 'true' })
      rmSync(note(user))
      await new Promise((done) => setTimeout(done, 2_100))
      await locateNative('onnx', fine.options)
      expect(existsSync(note(user))).toBe(false)
    })

    it.each(['may be written by others', 'is torn'])('and not where the note %s', async (what) => {
      const user = home()
      const { file, options } = given(evil, user)
      forge(user, file, what === 'is torn' ? 0o600 : 0o666)
      if (what === 'is torn') writeFileSync(note(user), readFileSync(note(user), 'utf8').slice(0, -1))
      expect(await codeOf(loadNative('onnx', options))).toContain('NATIVE_CHANGED')
    })

    it('a note that says another digest is no verdict', async () => {
      const user = home()
      const { file, options } = given(code, user)
      forge(user, file)
      writeFileSync(note(user), readFileSync(note(user), 'utf8').replace(sha256(code), sha256('other')))
      expect(await locateNative('onnx', options)).toBe(options.environment.MODELGATE_RUNTIME_DIR)
    })
  })

  describe('what this process has proven is not hashed again, on a CI server either', () => {
    const onServer = (place: string) => ({
      environment: { CI: 'true', MODELGATE_RUNTIME_DIR: place },
      runtime: smallRuntime(fresh('root')),
    })
    const settling = () => new Promise((done) => setTimeout(done, 2_100))

    it.runIf(process.platform === 'linux')('its bytes are read once', async () => {
      const place = fresh('large')
      const content = Buffer.alloc(8_000_000, code)
      put(place, code)
      writeFileSync(join(place, entry), content)
      const root = fresh('root')
      const runtime: Runtime = { ...smallRuntime(root), files: () => new Map([[entry, sha256(content.toString('latin1'))]]) }
      const options = { ...onServer(place), runtime }
      const readBy = async (work: () => Promise<unknown>): Promise<number> => {
        const bytes = () => Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
        const before = bytes()
        await work()
        return bytes() - before
      }
      await settling()
      expect(await readBy(() => locateNative('onnx', options))).toBeGreaterThanOrEqual(content.length)
      expect(await readBy(() => locateNative('onnx', options))).toBeLessThan(content.length)
    })

    it.each(['write', 'replace'] as const)('while it is that very file: not after a %s', async (change) => {
      const place = put(fresh('given'), code)
      const file = join(place, entry)
      await settling()
      expect(await locateNative('onnx', onServer(place))).toBe(place)
      const { atime, mtime } = statSync(file)
      if (change === 'replace') rmSync(file)
      writeFileSync(file, code.replace('true', '1337'))
      utimesSync(file, atime, mtime)
      const before = loads()
      expect(await codeOf(loadNative('onnx', onServer(place)))).toContain('NATIVE_CHANGED')
      expect(loads()).toBe(before)
    })

    it('and not where it was written so lately that it may be written again at the same time', async () => {
      const place = put(fresh('given'), code)
      expect(await locateNative('onnx', onServer(place))).toBe(place)
      expect(provenNote({ CI: 'true' }).known.has(join(place, entry))).toBe(false)
    })
  })

  it('what was begun before anybody asked is taken by the first who does, and proven like everything else', async () => {
    const api = 'node_modules/@duckdb/node-api/index.js'
    const made = (content: string): string => {
      const given = fresh('begun')
      mkdirSync(dirname(join(given, api)), { recursive: true })
      writeFileSync(join(given, api), content)
      return given
    }
    const runtime: Runtime = {
      ...smallRuntime(fresh('root')),
      files: (part) => (part === 'duckdb' ? new Map([[api, sha256(code)]]) : null),
    }
    const options = (given: string) => ({ environment: { MODELGATE_RUNTIME_DIR: given }, runtime })
    const good = options(made(code))
    const before = loads()
    expect(await beginDuckdb(good)).toEqual({ real: true })
    expect(loads()).toBe(before + 1)
    expect(await loadNative('duckdb', good)).toEqual({ real: true })
    expect(loads()).toBe(before + 1)

    const evil = options(made(`${code}// changed`))
    expect(await beginDuckdb(evil)).toBeNull()
    expect(await codeOf(loadNative('duckdb', evil))).toContain('NATIVE_CHANGED')
    // begun in one folder, asked for in another
    expect(await beginDuckdb(good)).toEqual({ real: true })
    expect(await codeOf(loadNative('duckdb', evil))).toContain('NATIVE_CHANGED')
    // none is installed: nothing is begun, and nothing is installed for it
    expect(await beginDuckdb({ environment: { RUNNER_TOOL_CACHE: fresh('cache'), PATH: '' }, runtime })).toBeNull()
    expect(loads()).toBe(before + 1)
  })

  it('nothing is said ahead of what is wrong: whoever loads it says so', async () => {
    const options = { environment: { MODELGATE_RUNTIME_DIR: 'relative' }, runtime: smallRuntime(fresh('root')) }
    expectNative('onnx', options)
    expectNative('duckdb', options)
    expect(await codeOf(loadNative('onnx', options))).toContain('RUNTIME_INSTALL')
    expect(await codeOf(loadNative('duckdb', options))).toContain('NATIVE_UNSUPPORTED')
    const empty = { environment: { MODELGATE_RUNTIME_DIR: fresh('given') }, runtime: options.runtime }
    expectNative('onnx', empty)
    expect(await codeOf(loadNative('onnx', empty))).toContain('is missing')
  })

  it('a missing file in MODELGATE_RUNTIME_DIR is an error too, not a reason to look elsewhere', async () => {
    const environment = { MODELGATE_RUNTIME_DIR: fresh('given') }
    expect(await codeOf(locateNative('onnx', { environment, runtime: smallRuntime(put(fresh('root'), code)) }))).toContain('is missing')
  })

  it('the list knows every platform, and belongs to the lockfile that is used', () => {
    const digests: Record<string, Record<string, Record<string, string>>> = JSON.parse(
      readFileSync(join(own.root, 'runtime', 'digests.json'), 'utf8'),
    )
    for (const platform of ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64']) {
      for (const part of ['duckdb', 'onnx']) {
        const files = Object.keys(digests[part]?.[platform] ?? {})
        expect(
          files.filter((file) => file.endsWith('.node')),
          `${part} ${platform}`,
        ).toHaveLength(1)
        expect(files.filter((file) => /\.(so|dylib|dll)(\.\d+)*$/.test(file)).length, `${part} ${platform}`).toBeGreaterThan(0)
      }
    }
    const packages = (path: string): Record<string, { integrity?: string; resolved?: string }> =>
      JSON.parse(readFileSync(join(own.root, path), 'utf8')).packages
    const locked = packages('runtime/package-lock.json')
    const development = packages('package-lock.json')
    const names = Object.keys(locked).filter((name) => name !== '')
    expect(names.filter((name) => locked[name]?.integrity === undefined || locked[name]?.resolved !== undefined)).toEqual([])
    const native = names.filter((name) => /duckdb|onnxruntime/.test(name))
    expect(native.length).toBeGreaterThan(10)
    for (const name of native) expect(locked[name]?.integrity, name).toBe(development[name]?.integrity)
  })
})

describe('npm installs what is missing', () => {
  /** a package on this disk, locked by integrity, with an install script that must not run */
  function project(content: string): { root: string; marker: string } {
    const root = fresh('project')
    const marker = join(root, 'script-ran')
    const source = join(root, 'package')
    mkdirSync(source)
    writeFileSync(
      join(source, 'package.json'),
      JSON.stringify({
        name: 'onnxruntime-node',
        version: '1.0.0',
        main: 'index.js',
        scripts: { preinstall: `node -e "require('fs').writeFileSync('${marker}', '')"` },
      }),
    )
    writeFileSync(join(source, 'index.js'), content)
    writeFileSync(join(source, 'large.bin'), 'left out')
    const tarball = join(root, 'p.tgz')
    execFileSync('tar', ['-czf', tarball, '-C', root, 'package'])
    const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`
    const dependencies = { 'onnxruntime-node': `file:${tarball}` }
    mkdirSync(join(root, 'runtime'))
    writeFileSync(join(root, 'runtime', 'package.json'), JSON.stringify({ name: 'r', version: '1.0.0', dependencies }))
    writeFileSync(
      join(root, 'runtime', 'package-lock.json'),
      JSON.stringify({
        name: 'r',
        version: '1.0.0',
        lockfileVersion: 3,
        packages: {
          '': { name: 'r', version: '1.0.0', dependencies },
          'node_modules/onnxruntime-node': { version: '1.0.0', resolved: `file:${tarball}`, integrity, hasInstallScript: true },
        },
      }),
    )
    return { root, marker }
  }
  const environment = (cache: string) => ({ ...process.env, MODELGATE_RUNTIME_DIR: undefined, RUNNER_TOOL_CACHE: cache })

  it('into the tool cache, only the files of the list, and no script runs', async () => {
    const { root, marker } = project(code)
    const cache = fresh('cache')
    const said: string[] = []
    const found = await loadNative('onnx', { environment: environment(cache), runtime: smallRuntime(root), say: (text) => said.push(text) })
    expect(found).toEqual({ real: true })
    const place = join(cache, 'modelgate-runtime', 'abc')
    // nothing of the staging folder is left
    expect(readdirSync(place)).toEqual(['test-x64'])
    expect(readdirSync(join(place, 'test-x64', 'node_modules', 'onnxruntime-node'))).toEqual(['index.js'])
    expect(existsSync(marker)).toBe(false)
    expect(said).toHaveLength(1)
    // the second time it is there
    await loadNative('onnx', { environment: environment(cache), runtime: smallRuntime(root), say: (text) => said.push(text) })
    expect(said).toHaveLength(1)
  })

  it('SUP-10 and what it brings is checked before it gets there', async () => {
    const { root } = project(`${code}// another build`)
    const cache = fresh('cache')
    const before = loads()
    expect(await codeOf(loadNative('onnx', { environment: environment(cache), runtime: smallRuntime(root) }))).toContain('NATIVE_CHANGED')
    expect(loads()).toBe(before)
    expect(readdirSync(join(cache, 'modelgate-runtime', 'abc'))).toEqual([])
  })

  it('a registry that is not reached, or a package that differs from the lock, is one clear error', async () => {
    const { root } = project(code)
    writeFileSync(join(root, 'p.tgz'), 'not what was locked')
    const cache = fresh('cache')
    const found = await codeOf(loadNative('onnx', { environment: environment(cache), runtime: smallRuntime(root) }))
    expect(found).toContain('RUNTIME_INSTALL: npm could not install')
    expect(readdirSync(join(cache, 'modelgate-runtime', 'abc'))).toEqual([])
  })

  it('is found beside the running node, else on the PATH, and never below the folder the user works in', () => {
    const home = fresh('home')
    const workspace = join(home, 'work')
    const npm = (place: string) => {
      mkdirSync(place, { recursive: true })
      writeFileSync(join(place, 'npm'), '#!/bin/sh\n')
      chmodSync(join(place, 'npm'), 0o755)
    }
    npm(join(workspace, 'bin'))
    npm(join(home, 'bin'))
    const node = join(home, 'node', 'bin', 'node')
    const search = (...path: readonly string[]) => findNpm({ PATH: path.join(':') }, node, workspace)
    expect(search(join(workspace, 'bin'), 'bin', '.')).toBeNull()
    expect(search(join(workspace, 'bin'), join(home, 'bin'))).toEqual({ command: join(home, 'bin', 'npm'), args: [] })
    const beside = join(home, 'node', 'lib', 'node_modules', 'npm', 'bin')
    mkdirSync(beside, { recursive: true })
    writeFileSync(join(beside, 'npm-cli.js'), '')
    expect(search(join(home, 'bin'))).toEqual({
      command: node,
      args: [join(dirname(node), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js')],
    })
  })
})
