/** Named imports, so that the bundle takes of zod what is used: a whole one, as a dynamic `import('zod')` is, costs every action half a megabyte. */
import { config } from 'zod'

/** From now on schemas are interpreted, not compiled: to be called before the first one is made. */
export const interpretSchemas = (): void => {
  config({ jitless: true })
}
