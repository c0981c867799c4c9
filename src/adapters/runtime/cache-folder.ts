/** Where modelgate keeps what can be made again. */
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Environment } from './npm.ts'

/** RUNNER_TOOL_CACHE on a runner, else the user's own. */
export function cacheFolder(environment: Environment): string {
  const toolCache = environment.RUNNER_TOOL_CACHE
  return toolCache && isAbsolute(toolCache) ? toolCache : ownCacheFolder(environment)
}

/** As the platform places it: `~/.cache/modelgate` on Linux. */
export function ownCacheFolder(environment: Environment): string {
  if (process.platform === 'win32') return join(environment.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'modelgate')
  if (process.platform === 'darwin') return join(environment.HOME ?? homedir(), 'Library', 'Caches', 'modelgate')
  const xdg = environment.XDG_CACHE_HOME
  return join(xdg && isAbsolute(xdg) ? xdg : join(environment.HOME ?? homedir(), '.cache'), 'modelgate')
}
