/** Loads a native part from a folder that was verified. Apart from the search, so that the model worker loads only this. */
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** part → the package it is asked for by */
export const nativeEntries = { duckdb: '@duckdb/node-api', onnx: 'onnxruntime-node' } as const

/** `unknown`, because only the adapter that asks knows the module's type. */
export const requireNative = (part: keyof typeof nativeEntries, folder: string): unknown =>
  createRequire(join(folder, 'package.json'))(nativeEntries[part])
