/** Loads a native part from a folder that was verified. Apart from the search, so that the model worker loads only this. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runScript } from './compiled-code.ts'

/** part → the package it is asked for by */
export const nativeEntries = { duckdb: '@duckdb/node-api', onnx: 'onnxruntime-node' } as const

/**
 * The JavaScript around DuckDB's binding as one file of the bundle (scripts/build.ts); null in development. The package is 180 files: to
 * find, prove and compile them one by one takes longer than to load the engine.
 */
const beside = join(dirname(fileURLToPath(import.meta.url)), 'duckdb.index.js')
export const bundledApi = existsSync(beside) ? beside : null

const bindingPackage = (platform: string): string => `node_modules/@duckdb/node-bindings-${platform}`
export const duckdbAddon = (platform: string): string => `${bindingPackage(platform)}/duckdb.node`
export const isBinding = (file: string): boolean => file.startsWith(bindingPackage(''))

/** `unknown`, because only the adapter that asks knows the module's type. */
export const requirePackage = (part: keyof typeof nativeEntries, folder: string): unknown => requireFrom(folder)(nativeEntries[part])

/**
 * @param platform as in `Runtime`
 * @param onAddon gets the native addon before the JavaScript around it is loaded; in development nothing does
 */
export function requireDuckdb(folder: string, platform: string, onAddon: (addon: unknown) => void = () => undefined): unknown {
  if (bundledApi === null) return requirePackage('duckdb', folder)
  const require = requireFrom(folder)
  const addon: unknown = require(join(folder, duckdbAddon(platform)))
  onAddon(addon)
  return readBundledApi(bundledApi)(addon)
}

let api: ((binding: unknown) => unknown) | null = null

/** The JavaScript of our own bundle, which is run when there is an addon. */
export function readBundledApi(path: string): (binding: unknown) => unknown {
  if (api !== null) return api
  const made: unknown = runScript(path)
  if (typeof made !== 'function') throw new Error(`${path} is not a function of the binding`)
  api = (binding) => made(binding)
  return api
}

const requireFrom = (folder: string) => createRequire(join(folder, 'package.json'))
