/**
 * Parts of a bundle as scripts, which the entry runs itself (src/adapters/runtime/compiled-code.ts) where the bundler would `import()` them: of a module
 * Node keeps no code that was compiled when it was called.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildSync, transformSync } from 'esbuild'

/** Of every part beside the entry, `index.js`. @param run what the entry exports to run a part by its name */
export function asScripts(out: string, run: string, { target }: { readonly target: string }): void {
  for (const file of readdirSync(out))
    if (/.\.index\.js$/.test(file)) writeFileSync(join(out, file), asScript(readFileSync(join(out, file), 'utf8'), target))
  const entry = join(out, 'index.js')
  const text = readFileSync(entry, 'utf8')
  const imported = 'import("./"+__nccwpck_require__.u(chunkId))'
  const exported = `__webpack_exports__${run}`
  if (text.split(imported).length !== 2) throw new Error(`${entry} loads its parts in another way than ${imported}`)
  if (!text.includes(`${exported} as ${run}`)) throw new Error(`${entry} does not export ${run} as ${exported}`)
  writeFileSync(
    entry,
    text.replace(imported, () => `Promise.resolve(__nccwpck_require__.u(chunkId)).then(${exported})`),
  )
}

/** One expression: a function of `require`, `module` and the address of the file. */
export function asScript(text: string, target: string): string {
  const { code } = transformSync(text, {
    format: 'cjs',
    define: { 'import.meta.url': 'urlOfThisScript' },
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    target,
  })
  // in brackets: V8 then compiles at its first look what is called at once
  return ascii(`((require,module,urlOfThisScript)=>{${code};return module.exports})`)
}

/** It is read as bytes of one character each: what esbuild leaves in regular expressions, they can say as well. */
export const ascii = (text: string): string =>
  text.replace(/[^\p{ASCII}]/gu, (found) =>
    [...Array(found.length).keys()].map((at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  )

/** A program and all that it imports, as one script. */
export function buildScript(entry: string, place: string, target = 'node20'): void {
  const { outputFiles } = buildSync({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', target, write: false })
  mkdirSync(dirname(place), { recursive: true })
  for (const { text } of outputFiles) writeFileSync(place, asScript(text, target))
}
