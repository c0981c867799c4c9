/** The rooms of docs/architecture.md, proven from the imports themselves. */
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '../support/spawn.ts'

const src = join(projectRoot, 'src')

/** room → rooms it may import from, and packages it may name. `compose.ts` is where shells meet adapters. */
const rooms: Readonly<Record<string, { readonly rooms: readonly string[]; readonly packages: readonly RegExp[] }>> = {
  core: { rooms: ['core', 'errors'], packages: [/^zod$/, /^yaml$/, /^@bufbuild\/protobuf\/wire$/] },
  ports: { rooms: ['ports', 'core', 'errors'], packages: [] },
  stages: { rooms: ['stages', 'core', 'ports', 'errors'], packages: [/^zod$/, /^node:path$/] },
  adapters: { rooms: ['adapters', 'ports', 'core', 'errors'], packages: [/.*/] },
  compose: { rooms: ['adapters', 'stages', 'ports', 'core', 'errors', 'compose'], packages: [/^node:/] },
  actions: { rooms: ['actions', 'compose', 'stages', 'ports', 'core', 'errors', 'adapters'], packages: [/^node:/, /^@actions\/core$/] },
  cli: { rooms: ['cli', 'compose', 'stages', 'ports', 'core', 'errors'], packages: [/^node:/] },
  main: { rooms: ['actions', 'cli', 'adapters', 'main'], packages: [] },
  errors: { rooms: [], packages: [] },
}

/** who may import what from outside: one adapter folder an outside thing */
const keepers: Readonly<Record<string, RegExp>> = {
  '@duckdb/node-api': /^adapters\/duckdb\//,
  'onnxruntime-node': /^adapters\/onnx\//,
  'onnxruntime-common': /^adapters\/onnx\//,
  '@actions/github': /^adapters\/github\//,
  '@actions/artifact': /^adapters\/github\//,
  '@actions/core': /^(adapters\/github|actions)\//,
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/'))
  .sort()

const importsOf = (file: string): string[] => {
  const text = readFileSync(join(src, file), 'utf8')
  const found = [
    ...text.matchAll(/^\s*(?:import|export)\b[^'"]*?\bfrom\s+['"]([^'"]+)['"]/gm),
    ...text.matchAll(/^\s*import\s+['"]([^'"]+)['"]/gm),
    ...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g),
  ]
  return found.flatMap((match) => match[1] ?? [])
}

const roomOf = (file: string): string => file.split('/')[0]?.replace(/\.ts$/, '') ?? ''

describe('dependencies point inwards', () => {
  it('finds the source', () => {
    expect(files.length).toBeGreaterThan(50)
  })

  it('every file lies in a room', () => {
    expect(files.filter((file) => !(roomOf(file) in rooms))).toEqual([])
  })

  it('docs/architecture.md names every room, each one of the core and of the adapters, and only files that are there', () => {
    const page = readFileSync(join(projectRoot, 'docs', 'architecture.md'), 'utf8')
    const folders = new Set(files.flatMap((file) => /^(?:(?:core|adapters)\/)?([a-z-]+)\/[^/]+\.ts$/.exec(file)?.[1] ?? []))
    expect([...folders].filter((folder) => !page.includes(`${folder}/`))).toEqual([])
    const named = [...page.matchAll(/`([a-z/-]+\.ts)`/g)].map(([, path = '']) => path)
    expect(named.length).toBeGreaterThan(30)
    expect(named.filter((path) => !files.some((file) => `/src/${file}`.endsWith(`/${path}`)))).toEqual([])
  })

  it('no files import each other in a circle, not even for a type', () => {
    const next = new Map(
      files.map((file) => [
        file,
        importsOf(file)
          .filter((imported) => imported.startsWith('.'))
          .map((imported) => relative(src, normalize(join(src, dirname(file), imported))).replaceAll('\\', '/')),
      ]),
    )
    const left = new Set(files)
    // whoever imports nothing that is left lies on no circle
    for (let before = -1; before !== left.size; ) {
      before = left.size
      for (const file of left) if (!next.get(file)?.some((imported) => left.has(imported))) left.delete(file)
    }
    // of what is left, whoever is imported by nobody only leads to one
    for (let before = -1; before !== left.size; ) {
      before = left.size
      for (const file of left) if (![...left].some((other) => next.get(other)?.includes(file))) left.delete(file)
    }
    expect([...left]).toEqual([])
  })

  it('no file imports from a room further out, or a package its room must not know', () => {
    const wrong: string[] = []
    for (const file of files) {
      const room = rooms[roomOf(file)]
      for (const imported of importsOf(file)) {
        if (imported.startsWith('.')) {
          const target = relative(src, normalize(join(src, dirname(file), imported))).replaceAll('\\', '/')
          if (!room?.rooms.includes(roomOf(target))) wrong.push(`${file} → ${target}`)
        } else if (!room?.packages.some((allowed) => allowed.test(imported))) wrong.push(`${file} → ${imported}`)
      }
    }
    expect(wrong).toEqual([])
  })

  it('an outside thing is imported in its own adapter only', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((name) => keepers[name] && !keepers[name].test(file))
        .map((name) => `${file} → ${name}`),
    )
    expect(wrong).toEqual([])
  })

  it('the core touches no clock, environment, randomness or process', () => {
    const touches = /\b(process\.|Date\.now|new Date\(\)|Math\.random|globalThis|performance\.now|fetch\()/
    const wrong = files.filter((file) => file.startsWith('core/') && touches.test(stripComments(readFileSync(join(src, file), 'utf8'))))
    expect(wrong).toEqual([])
  })

  it('node built-ins are named with their prefix', () => {
    expect(
      files.flatMap((file) =>
        importsOf(file)
          .filter((name) => builtinModules.includes(name))
          .map((name) => `${file} → ${name}`),
      ),
    ).toEqual([])
  })
})

describe('SUP-06 nothing is evaluated or loaded from the workspace', () => {
  it('no eval and no Function constructor in the source', () => {
    const wrong = files.filter((file) =>
      /\beval\s*\(|new Function\b|\bFunction\s*\(/.test(stripComments(readFileSync(join(src, file), 'utf8'))),
    )
    expect(wrong).toEqual([])
  })

  it('createRequire is used by the native loader alone', () => {
    const users = files.filter((file) => stripComments(readFileSync(join(src, file), 'utf8')).includes('createRequire('))
    expect(users.every((file) => file.startsWith('adapters/runtime/'))).toBe(true)
  })
})

function stripComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}
