/**
 * What V8 made of the code of the bundle, kept for the next run of the CLI: compiling it anew takes a fifth of the start.
 *
 * On a laptop only. V8 runs what it finds there, whoever wrote it: on a CI server that keeps its disk, code of one pull request could leave
 * something for the job of another. There nothing is read and nothing is left.
 */
import module from 'node:module'
import { join } from 'node:path'
import { isOnServer } from '../ci/is-on-server.ts'
import { ownCacheFolder } from './cache-folder.ts'
import type { Environment } from './npm.ts'

/** Of what is imported from now on. A folder that cannot be written, or a Node without it (before 22.1), is a start as before. */
export function keepCompiledCode(environment: Environment): void {
  if (!isOnServer(environment)) module.enableCompileCache?.(join(ownCacheFolder(environment), 'compiled'))
}
