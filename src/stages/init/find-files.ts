/** Data files and a model, named by a person or looked for in the usual places. Paths come out as a config writes them. */
import { relative, resolve, sep } from 'node:path'
import { type DataFiles, dataEndings, planFiles, splitArgument } from '../../core/init/file-roles.ts'
import { readRef } from '../../core/schema/refs.ts'
import { visible } from '../../core/text/visible.ts'
import { UserError } from '../../errors.ts'
import type { InitContext } from './context.ts'

const dataFolders = ['', 'data/', 'models/'] as const
const modelFolders = ['', 'models/', 'model/'] as const
/** Formats of models that hold code: never opened. */
const otherModels = '*.{pkl,pickle,joblib,pt,pth,h5,keras}'

/** Relative to the config's folder, with `/` on every system. */
export const fromRoot = ({ root, cwd }: InitContext, path: string): string => relative(root, resolve(cwd, path)).split(sep).join('/')

const globs = async ({ ports, root }: InitContext, folders: readonly string[], pattern: string): Promise<readonly string[]> => {
  const found: string[] = []
  for (const folder of folders) found.push(...(await ports.files.glob(root, folder + pattern)))
  return found
}

/** @throws UserError DATA_NOT_FOUND, ROLE_UNKNOWN, ROLE_AMBIGUOUS */
export async function findData(context: InitContext, given: readonly string[]): Promise<DataFiles> {
  if (given.length > 0) {
    return planFiles(
      given.map(splitArgument).map(({ role, path }) => ({ role, path: fromRoot(context, path) })),
      true,
    )
  }
  const found = await globs(context, dataFolders, `*.${dataEndings}`)
  if (found.length === 0) {
    throw new UserError(
      'DATA_NOT_FOUND',
      'there is no data file (csv, tsv, parquet, jsonl) here, in data/ or in models/',
      'name it: modelgate init train=FILE test=FILE',
    )
  }
  return planFiles(
    found.map((path) => ({ role: null, path })),
    false,
  )
}

export interface FoundModel {
  /** as the config names it */
  readonly path: string
  /** absolute; null: there is no such file yet */
  readonly file: string | null
}

/** @throws UserError MODEL_AMBIGUOUS */
export async function findModel(context: InitContext, given: string | null): Promise<FoundModel | null> {
  if (given !== null) {
    const path = fromRoot(context, given)
    const file = resolve(context.root, path)
    return { path: asRef(path), file: (await context.ports.files.digest(file)) === null ? null : file }
  }
  const found = await globs(context, modelFolders, '*.onnx')
  const [only, ...others] = found
  if (only === undefined) return null
  if (others.length > 0) {
    throw new UserError(
      'MODEL_AMBIGUOUS',
      `there are ${found.length} models: ${found.slice(0, 8).map(visible).join(', ')}${found.length > 8 ? ', …' : ''}`,
      'name the one that is meant with --model-file, and write the others one by one with --name',
    )
  }
  return { path: asRef(only), file: resolve(context.root, only) }
}

/** A path that reads as a version or as an alias of a model says that it is a path. */
function asRef(path: string): string {
  const read = readRef(path)
  return 'value' in read && read.value.kind === 'path' ? path : `./${path}`
}

export interface Beside {
  readonly otherModels: readonly string[]
  /** a command that likely trains */
  readonly trainScript: string | null
}

export async function findBeside(context: InitContext): Promise<Beside> {
  const [script = null] = await globs(context, [''], 'train.py')
  return { otherModels: await globs(context, modelFolders, otherModels), trainScript: script }
}
