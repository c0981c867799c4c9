/**
 * The command line and the actions of this source, for processes that tests start: the three hundred files bundled into a few, once a run of
 * the tests (source-bundle.ts). Read one by one they take as long to start as most of what such a process is started for.
 */
import { join } from 'node:path'
import { inject } from 'vitest'

/** What `dist/cli.js` is to users; its arguments follow. */
export const commandLine = (): string => join(inject('sourceBundle'), 'cli.js')

/** The module of src/main.ts, for a script that changes something before it starts an entry. */
export const mainModule = (): string => join(inject('sourceBundle'), 'main.js')
