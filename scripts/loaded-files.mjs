/** `node --import` this: at exit, prints which files below MODELGATE_LOADED_BELOW were loaded, as modules or as scripts. */
import { registerHooks } from 'node:module'
import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'

const below = process.env.MODELGATE_LOADED_BELOW ?? ''
const loaded = new Set()
const note = (path) => {
  if (path?.startsWith(below + sep)) loaded.add(relative(below, path))
}
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) note(fileURLToPath(url))
    return next(url, context)
  },
})
vm.Script = class extends vm.Script {
  constructor(text, options) {
    super(text, options)
    note(options?.filename)
  }
}
process.on('exit', () => process.stderr.write(`\nLOADED ${JSON.stringify([...loaded].sort())}\n`))
