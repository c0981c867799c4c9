/**
 * dist/: one ncc bundle of one entry with a lazy table, and a stub per action, the CLI and the model worker.
 * `tsc` first (ncc's own TypeScript loader does not work with TypeScript 7). The same lockfile gives the same bytes.
 *
 *     node scripts/build.ts [--out FOLDER]
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build, buildSync, transformSync } from 'esbuild'
import { duckdbApi, hashWorker } from './apart.ts'
import { ascii, asScripts } from './as-scripts.ts'
import { inAll, joinChunks } from './join-chunks.ts'
import { loadedBy } from './loaded-by.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } })
const out = resolve(root, values.out)
/** Where tsc and ncc work: always here, for the names of chunks follow from it. */
const work = join(root, 'build')
const target = 'node20'
const budget = { all: 8_000_000, comment: 1_800_000 }

function node(script: string, ...args: string[]): void {
  const done = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], { cwd: root, stdio: ['ignore', 2, 2] })
  if (done.status !== 0) throw new Error(`${script} ended with ${done.status ?? done.signal}`)
}

rmSync(work, { recursive: true, force: true })
node('typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', work)
cpSync(join(root, 'package.json'), join(work, 'package.json'))

const staging = join(work, 'dist')
node('@vercel/ncc/dist/ncc/cli.js', 'build', join(work, 'main.js'), '--out', staging, '--no-cache', '--license', 'licenses.txt')

const { entries } = await import(join(root, 'src', 'main.ts'))
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
for (const file of readdirSync(staging)) {
  // ncc minifies its entry only, which here is the smallest file; without white space and comments all of it loads in half the time. Names stay, for stacks.
  if (file.endsWith('.js'))
    writeFileSync(
      join(out, file),
      transformSync(readFileSync(join(staging, file), 'utf8'), {
        minifyWhitespace: true,
        minifySyntax: true,
        legalComments: 'none',
        target,
      }).code,
    )
  else cpSync(join(staging, file), join(out, file))
}
buildSync({
  ...hashWorker(join(work, 'adapters', 'fs', 'hash-worker.js')),
  absWorkingDir: root,
  outfile: join(out, 'hash-worker.cjs'),
})
writeFileSync(
  join(out, 'licenses.txt'),
  `${readFileSync(join(out, 'licenses.txt'), 'utf8').trimEnd()}\n\n@duckdb/node-api\nMIT\n${readFileSync(join(root, 'node_modules/@duckdb/node-api/LICENSE'), 'utf8')}`,
)
writeFileSync(join(out, 'package.json'), '{"type":"module"}\n')
for (const name of Object.keys(entries)) {
  const shebang = name === 'cli' ? '#!/usr/bin/env node\n' : ''
  writeFileSync(join(out, `${name}.js`), `${shebang}import { start } from './index.js'\n\nawait start('${name}')\n`)
}

const starts = Object.keys(entries).filter((name) => name !== 'onnx-worker')
joinChunks(out, inAll(starts.map((name) => loadedBy(out, name))), 'shared.index.js', { target })
asScripts(out, 'runPart', { target })
await build({ ...duckdbApi, absWorkingDir: root, outfile: join(out, 'duckdb.index.js') })
writeFileSync(join(out, 'duckdb.index.js'), ascii(readFileSync(join(out, 'duckdb.index.js'), 'utf8')))

const size = (file: string) => statSync(join(out, file)).size
const total = readdirSync(out).reduce((sum, file) => sum + size(file), 0)
process.stderr.write(`${out}: ${readdirSync(out).length} files, ${total} bytes\n`)
if (total > budget.all) throw new Error(`dist is ${total} bytes, more than ${budget.all}`)
const loaded = loadedBy(out, 'comment')
const loadedBytes = loaded.reduce((sum, file) => sum + size(file), 0)
process.stderr.write(`comment reaches ${loadedBytes} bytes: ${loaded.join(' ')}\n`)
if (loadedBytes > budget.comment) throw new Error(`comment loads ${loadedBytes} bytes, more than ${budget.comment}`)
