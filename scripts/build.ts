/**
 * dist/: one ncc bundle of one entry with a lazy table, and a stub per action, the CLI and the model worker.
 * `tsc` first (ncc's own TypeScript loader does not work with TypeScript 7). The same lockfile gives the same bytes.
 *
 *     node scripts/build.ts [--out FOLDER]
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { transformSync } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } })
const out = resolve(root, values.out)
const budget = { all: 8_000_000, comment: 1_700_000 }

function node(script: string, ...args: string[]): void {
  const done = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], { cwd: root, stdio: ['ignore', 2, 2] })
  if (done.status !== 0) throw new Error(`${script} ended with ${done.status ?? done.signal}`)
}

rmSync(join(root, 'build'), { recursive: true, force: true })
node('typescript/bin/tsc', '-p', 'tsconfig.build.json')
cpSync(join(root, 'package.json'), join(root, 'build', 'package.json'))

const staging = join(root, 'build', 'dist')
node('@vercel/ncc/dist/ncc/cli.js', 'build', join(root, 'build', 'main.js'), '--out', staging, '--no-cache', '--license', 'licenses.txt')

const { entries } = await import(join(root, 'src', 'main.ts'))
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
for (const file of readdirSync(staging)) {
  // ncc minifies its entry only, which here is the smallest file; without white space and comments all of it loads in half the time. Names stay, for stacks.
  if (file.endsWith('.js'))
    writeFileSync(
      join(out, file),
      transformSync(readFileSync(join(staging, file), 'utf8'), { minifyWhitespace: true, legalComments: 'none', target: 'node24' }).code,
    )
  else cpSync(join(staging, file), join(out, file))
}
writeFileSync(join(out, 'package.json'), '{"type":"module"}\n')
for (const name of Object.keys(entries)) {
  const shebang = name === 'cli' ? '#!/usr/bin/env node\n' : ''
  writeFileSync(join(out, `${name}.js`), `${shebang}import { start } from './index.js'\n\nawait start('${name}')\n`)
}

const size = (file: string) => statSync(join(out, file)).size
const total = readdirSync(out).reduce((sum, file) => sum + size(file), 0)
process.stderr.write(`${out}: ${readdirSync(out).length} files, ${total} bytes\n`)
if (total > budget.all) throw new Error(`dist is ${total} bytes, more than ${budget.all}`)
const loaded = loadedBy('comment')
const loadedBytes = loaded.reduce((sum, file) => sum + size(file), 0)
process.stderr.write(`comment reaches ${loadedBytes} bytes: ${loaded.join(' ')}\n`)
if (loadedBytes > budget.comment) throw new Error(`comment loads ${loadedBytes} bytes, more than ${budget.comment}`)

/**
 * The files `comment` really loads: asked of a run on a pull request that goes as far as asking GitHub (a closed port of this machine),
 * not guessed.
 */
function loadedBy(name: string): string[] {
  const project = mkdtempSync(join(tmpdir(), 'modelgate-build-'))
  try {
    writeFileSync(join(project, 'modelgate.yml'), 'models:\n  m: {model: m.onnx}\n')
    const repository = { full_name: 'acme/m', default_branch: 'main' }
    const side = (sha: string) => ({ sha: sha.repeat(40), ref: 'main', repo: repository })
    writeFileSync(
      join(project, 'event.json'),
      JSON.stringify({ number: 1, repository, pull_request: { number: 1, head: side('b'), base: side('a') } }),
    )
    const done = spawnSync(process.execPath, ['--import', join(root, 'scripts', 'loaded-files.mjs'), join(out, `${name}.js`)], {
      cwd: project,
      env: {
        PATH: process.env.PATH,
        MODELGATE_LOADED_BELOW: out,
        GITHUB_ACTIONS: 'true',
        GITHUB_EVENT_NAME: 'pull_request',
        GITHUB_EVENT_PATH: join(project, 'event.json'),
        GITHUB_REPOSITORY: 'acme/m',
        GITHUB_SHA: 'b'.repeat(40),
        GITHUB_REF: 'refs/pull/1/merge',
        GITHUB_RUN_ID: '1',
        GITHUB_RUN_ATTEMPT: '1',
        GITHUB_API_URL: 'http://127.0.0.1:9',
        GITHUB_OUTPUT: join(project, 'output'),
        'INPUT_GITHUB-TOKEN': 'none',
      },
      encoding: 'utf8',
    })
    const line = done.stderr.split('\n').find((text) => text.startsWith('LOADED '))
    if (!line) throw new Error(`${name} did not say what it loads: ${done.stdout}${done.stderr}`)
    const files: string[] = JSON.parse(line.slice('LOADED '.length))
    const text = files.map((file) => readFileSync(join(out, file), 'utf8')).join('\n')
    if (!text.includes('octokit')) throw new Error(`${name} did not come to ask GitHub: ${done.stdout}${done.stderr}`)
    for (const word of ['@duckdb/node-api', 'onnxruntime-node']) {
      if (text.includes(word)) throw new Error(`${name} loads code that names ${word}`)
    }
    return files
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}
