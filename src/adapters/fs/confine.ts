/**
 * Whose files a run reads. On a pull request its author names them, and the first line of a table ends as names of columns in a report: nothing
 * outside the workspace is read then, over no link either, but what the runner's temporary folder holds and what the base allows (`outside`).
 */
import { realpathSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { staysInside } from '../../core/text/stays-inside.ts'
import { UserError } from '../../errors.ts'
import type { DataEngine } from '../../ports/data-engine.ts'
import type { Files } from '../../ports/files.ts'
import type { ModelRuntime } from '../../ports/model-runtime.ts'

/** @throws UserError OUTSIDE_WORKSPACE @param shown what messages call the file; by default its path from the config's folder */
export type Within = (path: string, shown?: string) => void

/**
 * @param root the folder of the config
 * @param workspace what was checked out
 * @param others folders whose files may be read too
 */
export function confinedTo({ root, workspace, others }: { root: string; workspace: string; others: readonly string[] }): Within {
  const folders = [workspace, ...others].map(realPath)
  return (path, shown = relative(root, path)) => {
    const real = realPath(path)
    if (folders.some((folder) => holds(folder, real))) return
    const link = [workspace, ...others].some((folder) => holds(folder, path))
    throw new UserError(
      'OUTSIDE_WORKSPACE',
      `${shown} ${link ? 'is reached over a link that leads' : 'lies'} outside the workspace, and on a pull request nothing is read from there`,
      'put the file into the workspace or the temporary folder of the runner, or list its folder under `outside` in the config of the base',
    )
  }
}

export const holds = (folder: string, path: string): boolean => staysInside(relative(folder, path), sep)

/** With every link followed, for as much of the path as exists. */
export function realPath(path: string): string {
  try {
    return realpathSync.native(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(realPath(parent), path.slice(parent.length))
  }
}

export const confinedFiles = (files: Files, within: Within): Files => ({
  ...files,
  digest: async (path) => {
    within(path)
    return files.digest(path)
  },
  read: async (path, maxBytes) => {
    within(path)
    return files.read(path, maxBytes)
  },
  copy: async (from, to) => {
    within(from)
    await files.copy(from, to)
  },
  glob: async (root, pattern) => {
    within(root)
    return files.glob(root, pattern)
  },
})

export const confinedEngine = (engine: DataEngine, within: Within): DataEngine => ({
  ...engine,
  // what is wrong is told by `open`
  bring: (request) => {
    try {
      for (const { path, shown } of request.files) within(path, shown)
    } catch {
      return
    }
    engine.bring(request)
  },
  open: async (request) => {
    for (const { path, shown } of request.files) within(path, shown)
    return engine.open(request)
  },
})

export const confinedRuntime = (runtime: ModelRuntime, within: Within): ModelRuntime => ({
  open: async (path, limits, signal, shown) => {
    within(path, shown)
    return runtime.open(path, limits, signal, shown)
  },
  look: async (path, limits, shown) => {
    within(path, shown)
    return runtime.look(path, limits, shown)
  },
})
