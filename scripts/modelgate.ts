/** The command line straight from the source, for development: what `dist/cli.js` is to users. */
import { start } from '../src/main.ts'

await start('cli')
