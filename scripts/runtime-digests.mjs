// Writes runtime/digests.json: the sha256 of every file of the native parts that a process loads, for every platform, from the packages
// that runtime/package-lock.json pins. `--check` compares instead of writing. Run it after each change of runtime/package.json:
//   cd runtime && npm install --package-lock-only && node ../scripts/runtime-digests.mjs
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const runtime = join(dirname(fileURLToPath(import.meta.url)), '..', 'runtime')
const lock = JSON.parse(readFileSync(join(runtime, 'package-lock.json'), 'utf8'))

/** part → packages whose files a process may load, and which of their files; `platform` null is for all */
const code = /^(package\.json|lib\/.*\.js|duckdb\.js|dist\/(?!test).*\.(js|json))$/
const parts = {
  duckdb: [
    { name: '@duckdb/node-api', files: code },
    { name: '@duckdb/node-bindings', files: code },
    { name: 'detect-libc', files: code },
    ...['linux-x64', 'linux-arm64', 'linux-x64-musl', 'linux-arm64-musl', 'darwin-arm64', 'darwin-x64', 'win32-x64', 'win32-arm64'].map(
      (platform) => ({
        name: `@duckdb/node-bindings-${platform}`,
        platform,
        files: /^(package\.json|[^/]+\.(node|so|dylib|dll)(\.\d+)*)$/,
      }),
    ),
  ],
  onnx: [
    { name: 'onnxruntime-common', files: /^(package\.json|dist\/cjs\/.*\.(js|json))$/ },
    { name: 'onnxruntime-node', files: code },
    ...['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64', 'win32-arm64'].map((platform) => ({
      name: 'onnxruntime-node',
      platform,
      files: new RegExp(`^bin/napi-v6/${platform.replace('-', '/')}/[^/]+$`),
    })),
  ],
}

const temporary = mkdtempSync(join(tmpdir(), 'modelgate-digests-'))
try {
  const unpacked = new Map()
  const digests = { schema: 'modelgate/runtime-digests@1' }
  for (const [part, packages] of Object.entries(parts)) {
    digests[part] = {}
    for (const { name, platform = 'any', files } of packages) {
      if (!unpacked.has(name)) unpacked.set(name, unpack(name))
      const wanted = filesBelow(unpacked.get(name)).filter((file) => files.test(file))
      if (wanted.length === 0) throw new Error(`${name} holds no file for ${platform}`)
      digests[part][platform] ??= {}
      for (const file of wanted) {
        digests[part][platform][`node_modules/${name}/${file}`] = sha('sha256', join(unpacked.get(name), file), 'hex')
      }
    }
  }
  const text = `${JSON.stringify(digests, null, 1)}\n`
  const target = join(runtime, 'digests.json')
  if (process.argv.includes('--check')) {
    if (readFileSync(target, 'utf8') !== text) throw new Error('runtime/digests.json does not belong to runtime/package-lock.json')
  } else {
    writeFileSync(target, text)
  }
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

/** One locked package, fetched by npm, its tarball compared with the lockfile's integrity, unpacked. */
function unpack(name) {
  const locked = lock.packages[`node_modules/${name}`]
  if (!locked) throw new Error(`${name} is not in runtime/package-lock.json`)
  const folder = join(temporary, name.replaceAll('/', '+'))
  mkdirSync(folder)
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const packed = execFileSync(npm, ['pack', `${name}@${locked.version}`, '--json', '--pack-destination', folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const tarball = join(folder, JSON.parse(packed)[0].filename)
  const integrity = `sha512-${sha('sha512', tarball, 'base64')}`
  if (integrity !== locked.integrity) throw new Error(`${name}@${locked.version}: ${integrity} is not the locked ${locked.integrity}`)
  execFileSync('tar', ['-xzf', tarball, '-C', folder])
  return join(folder, 'package')
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

function sha(algorithm, path, encoding) {
  return createHash(algorithm).update(readFileSync(path)).digest(encoding)
}
