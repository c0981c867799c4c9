/**
 * Runs a script as the CLI runs the parts of its bundle: on a laptop with what was compiled by an earlier run.
 *
 *     node bench/judge-start.ts FOLDER profile.json
 */
import { join } from 'node:path'
import { keepCompiledCode, runScript } from '../src/adapters/runtime/compiled-code.ts'

const [folder = ''] = process.argv.slice(2)
await keepCompiledCode(process.env, 'judge', folder)
runScript(join(folder, 'judge.index.js'))
