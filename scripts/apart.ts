/** What is started or loaded by its file, apart from the bundle: whole, and in one file each. */
import { lazyRequires } from './lazy-requires.ts'

const apart = { bundle: true, platform: 'node', format: 'cjs', target: 'node20', minifyWhitespace: true, legalComments: 'none' } as const

export const hashWorker = (entry: string) => ({ ...apart, entryPoints: [entry] })

/** A script (as-scripts.ts) that is a function of the binding, which is loaded from wherever it was proven. In brackets: V8 then compiles what is called at once in its first look at it. */
export const duckdbApi = {
  ...apart,
  entryPoints: ['@duckdb/node-api'],
  external: ['@duckdb/node-bindings'],
  plugins: [lazyRequires(/@duckdb[\\/]node-api[\\/]lib[\\/].*\.js$/)],
  banner: {
    js: "(from=>(binding=>{const module={exports:{}},{exports}=module;{const require=name=>name==='@duckdb/node-bindings'?binding:from(name);",
  },
  footer: { js: '}return module.exports}))' },
}
