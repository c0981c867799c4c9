/** `node --import` this: at exit, prints which files below MODELGATE_LOADED_BELOW were loaded as modules. */
import { registerHooks } from 'node:module'
import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const below = process.env.MODELGATE_LOADED_BELOW ?? ''
const loaded = new Set()
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) {
      const path = fileURLToPath(url)
      if (path.startsWith(below + sep)) loaded.add(relative(below, path))
    }
    return next(url, context)
  },
})
process.on('exit', () => process.stderr.write(`\nLOADED ${JSON.stringify([...loaded].sort())}\n`))
