/** Files of a bundle that are always loaded together, as one: to find, read and link each costs a start more than most of what is in it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync } from 'esbuild'

const chunkName = /^(\d+)\.index\.js$/

/** What every list holds, of the bundler's chunks. */
export function inAll(lists: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...others] = lists
  return first.filter((file) => chunkName.test(file) && others.every((list) => list.includes(file)))
}

/** @param target as each of them was written for */
export function joinChunks(out: string, files: readonly string[], name: string, { target }: { readonly target: string }): void {
  if (files.length < 2) return
  const chunks = files.map((file) => chunkName.exec(file)?.[1] ?? '')
  const contents = [
    ...chunks.map((chunk) => `import {ids as i${chunk}, modules as m${chunk}} from './${chunk}.index.js'`),
    `export const ids = [${chunks.map((chunk) => `...i${chunk}`).join(', ')}], modules = {${chunks.map((chunk) => `...m${chunk}`).join(', ')}}`,
  ].join('\n')
  buildSync({
    stdin: { contents, resolveDir: out },
    outfile: join(out, name),
    bundle: true,
    platform: 'node',
    format: 'esm',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    absWorkingDir: out,
    target,
  })
  for (const file of files) rmSync(join(out, file))
  const entry = join(out, 'index.js')
  const text = readFileSync(entry, 'utf8')
  const place = '=chunkId=>""+chunkId+".index.js"'
  if (text.split(place).length !== 2) throw new Error(`${entry} finds its chunks in another way than ${place}`)
  writeFileSync(
    entry,
    text.replace(place, () => `=chunkId=>[${chunks}].includes(+chunkId)?"${name}":""+chunkId+".index.js"`),
  )
}
