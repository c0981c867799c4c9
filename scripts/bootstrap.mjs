/**
 * The only file that must run on Node 20 without node_modules: installs the locked packages when they are not there,
 * then hands over to Node 24 (the runtime of the actions) from the lockfile, or to this Node where it is new enough.
 *
 *     node scripts/bootstrap.mjs demo | test | lint | types | build | …   [arguments]
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const bin = (name, file) => join('node_modules', name, file)

/** task → argument lists, each run by Node 24 in turn */
const tasks = {
  demo: [['scripts/demo.ts']],
  test: [[bin('vitest', 'vitest.mjs'), 'run']],
  coverage: [[bin('vitest', 'vitest.mjs'), 'run', '--coverage']],
  types: [
    [bin('typescript', 'bin/tsc'), '-p', 'tsconfig.json'],
    // the oldest Node that runs the bundle has less
    [bin('typescript', 'bin/tsc'), '-p', 'tsconfig.build.json', '--noEmit'],
  ],
  lint: [[bin('@biomejs/biome', 'bin/biome'), 'check', '--error-on-warnings']],
  build: [['scripts/build.ts']],
  generate: [['scripts/schemas.ts'], ['scripts/docs.ts'], ['scripts/docs-tables.ts']],
  modelgate: [['scripts/modelgate.ts']],
  e2e: [[bin('vitest', 'vitest.mjs'), 'run', '--config', 'vitest.e2e.config.ts']],
  bench: [['bench/startup.ts']],
  simulate: [['bench/simulate/run.ts']],
  'simulate-gate': [['bench/simulate-gate/run.ts']],
  peers: [['bench/peers/run.ts']],
}

function findNpm() {
  const beside = [
    join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ]
  const fromNpm = process.env.npm_execpath
  const script = [fromNpm, ...beside].find((path) => path?.endsWith('.js') && existsSync(path))
  if (script) return { command: process.execPath, args: [script], shell: false }
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [], shell: process.platform === 'win32' }
}

function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  const stamp = join(root, 'node_modules', '.modelgate-lock')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  process.stderr.write('Installing the locked packages (once; about half a minute)…\n')
  const npm = findNpm()
  const done = spawnSync(npm.command, [...npm.args, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: npm.shell,
  })
  if (done.status !== 0) {
    process.stderr.write(
      `\nnpm ci did not succeed (${done.error?.message ?? `exit ${done.status}`}). Nothing was run. Check the network and the npm settings, then try again.\n`,
    )
    process.exit(2)
  }
  writeFileSync(stamp, lock)
}

function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const file = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', platform === 'win' ? 'node.exe' : 'node')
  if (existsSync(file)) return file
  process.stderr.write(
    `Node ${process.versions.node} is older than 24, and the lockfile brings no Node 24 for ${process.platform}-${process.arch}. Install Node 24, then try again.\n`,
  )
  process.exit(2)
}

function run(node, args) {
  return new Promise((resolve) => {
    const path = `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}`
    // the tests run the command line on the Node that people have (test/support/users-node.ts)
    const env = { ...process.env, PATH: path, MODELGATE_STARTED_WITH: process.execPath }
    const child = spawn(node, args, { cwd: root, stdio: 'inherit', env })
    const forward = (signal) => child.kill(signal)
    process.on('SIGINT', forward).on('SIGTERM', forward)
    child.on('error', (error) => {
      process.stderr.write(`${node}: ${error.message}\n`)
      resolve(2)
    })
    child.on('exit', (code, signal) => {
      process.off('SIGINT', forward).off('SIGTERM', forward)
      resolve(signal ? 130 : (code ?? 2))
    })
  })
}

const [task = '', ...rest] = process.argv.slice(2)
const steps = tasks[task]
if (!steps) {
  process.stderr.write(`Unknown task ${JSON.stringify(task)}. Known: ${Object.keys(tasks).join(', ')}.\n`)
  process.exit(2)
}
install()
const node = findNode()
for (const [index, step] of steps.entries()) {
  const code = await run(node, index === steps.length - 1 ? [...step, ...rest] : step)
  if (code !== 0) {
    process.exitCode = code
    break
  }
}
