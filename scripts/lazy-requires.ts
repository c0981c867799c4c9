/**
 * For a package of CommonJS that TypeScript wrote, each file a module: what a file needs of another is asked for when it is first used, not when the
 * file is loaded. A run uses a part of it; the whole takes as long to set up as all the rest of a start.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { Plugin } from 'esbuild'

const required = /^(?:const|var) (\w+_1) = require\(("\.[^"]*")\);$/gm
const passedOn = /^__exportStar\(require\(("\.[^"]*")\), exports\);$/gm

/** @param filter which files */
export const lazyRequires = (filter: RegExp): Plugin => ({
  name: 'lazy-requires',
  setup: ({ onLoad }) =>
    onLoad({ filter }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      const names = [...text.matchAll(required)].map(([, name = '']) => name)
      // the names of what is passed on are asked of it now, so that nobody has to load it for them
      const lazy = text
        .replace(required, (_, name, file) => `const ${name} = () => require(${file});`)
        .replace(passedOn, (_, file) => {
          const keys = Object.keys(createRequire(path)(JSON.parse(file)))
          return `for (const key of ${JSON.stringify(keys)}) Object.defineProperty(exports, key, { enumerable: true, get: () => require(${file})[key] });`
        })
      const used = names.length === 0 ? lazy : lazy.replace(new RegExp(`\\b(${names.join('|')})\\b(?! = \\(\\) => )`, 'g'), '($1())')
      return { contents: used, loader: 'js', resolveDir: dirname(path) }
    }),
})
