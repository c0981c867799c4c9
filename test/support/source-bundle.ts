/** Before the tests that start processes: src as a bundle in the folder that its content names, laid out as dist is (scripts/build.ts). */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import type { TestProject } from 'vitest/node'
import { duckdbApi, hashWorker } from '../../scripts/apart.ts'
import { projectRoot } from './spawn.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    readonly sourceBundle: string
  }
}

const builds: readonly BuildOptions[] = [
  {
    entryPoints: { main: 'src/main.ts', cli: 'scripts/modelgate.ts', 'onnx-worker': 'src/adapters/onnx/start-worker.ts' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    // users start the command line with theirs
    target: 'node20',
    // what is CommonJS of the packages asks for modules of Node
    banner: { js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);" },
  },
  { ...hashWorker('src/adapters/fs/hash-worker.ts'), outfile: 'hash-worker.cjs' },
  { ...duckdbApi, outfile: 'duckdb.index.js' },
]

const day = 24 * 60 * 60 * 1000

export default async function setup(project: TestProject): Promise<void> {
  const folder = join(projectRoot, 'node_modules', '.cache', 'source')
  const built = await Promise.all(
    builds.map((options) => {
      const place = options.outfile === undefined ? { outdir: folder } : { outfile: join(folder, options.outfile) }
      return build({ ...options, ...place, absWorkingDir: projectRoot, write: false, logLevel: 'error' })
    }),
  )
  const files = built.flatMap(({ outputFiles }) => outputFiles ?? [])
  const hash = createHash('sha256')
  for (const { path, contents } of files) hash.update(basename(path)).update(contents)
  const target = join(folder, hash.digest('hex').slice(0, 16))
  if (!existsSync(target)) {
    const beside = `${target}.${process.pid}`
    mkdirSync(beside, { recursive: true })
    for (const { path, contents } of files) writeFileSync(join(beside, basename(path)), contents)
    writeFileSync(join(beside, 'package.json'), '{"type":"module"}\n')
    try {
      renameSync(beside, target)
    } catch {
      // another run of the tests was first, with the same
      rmSync(beside, { recursive: true, force: true })
    }
  }
  for (const name of readdirSync(folder)) {
    const other = join(folder, name)
    if (other !== target && Date.now() - statSync(other).mtimeMs > day) rmSync(other, { recursive: true, force: true })
  }
  project.provide('sourceBundle', target)
}
