/** Gets a model that exists already, verified before it lies at its place, with the training profile that was stored with it. */
import { resolve as absolute, join, relative, sep } from 'node:path'
import { showRef } from '../core/ledger/show-ref.ts'
import type { ModelRef } from '../core/schema/config.ts'
import type { FetchDetails } from '../core/schema/details.ts'
import { readRef } from '../core/schema/refs.ts'
import { makeCheck, type StageOutput } from '../core/schema/result.ts'
import { staysInside } from '../core/text/stays-inside.ts'
import { UserError } from '../errors.ts'
import type { ModelContext, StageOptions } from './context.ts'
import { modelFolder } from './out-folder.ts'
import { resolve } from './resolve-model.ts'
import type { ResolvedModel } from './resolve-types.ts'

export async function fetchModel(context: ModelContext, options: StageOptions): Promise<StageOutput> {
  const ref = wanted(context, options)
  const target = options.path === undefined ? null : inside(context, options.path)
  const shown = showRef(ref)
  const resolution = await resolve(ref, context, join(modelFolder(context.out, context.model.name), 'fetched'))
  if (resolution.kind !== 'found') {
    const why = resolution.tried.join('; ')
    throw new UserError('MODEL_NOT_FOUND', `${shown} cannot be fetched: ${why}`, 'check the reference, or promote a model first')
  }
  const { model } = resolution
  const path = target ?? model.path
  if (target !== null) await put(context, model, target)

  const details: FetchDetails = {
    ref: shown,
    resolved: model.version === null ? shown : `${modelOf(ref, context)}@${model.version}`,
    version: model.version,
    model: { path: fromRoot(context, path), digest: model.digest, bytes: model.bytes },
    profile: model.profilePath === null ? null : fromRoot(context, model.profilePath),
  }
  const check = makeCheck({
    id: 'fetch.digest',
    status: 'pass',
    effect: 'pass',
    message: `${details.resolved} has the digest ${model.digest}`,
  })
  return {
    checks: [check],
    inputs: [{ role: 'model', path: shown, digest: model.digest, rows: null, bytes: model.bytes }],
    details: { ...details },
  }
}

function wanted(context: ModelContext, options: StageOptions): ModelRef {
  if (options.ref === undefined) return context.model.model
  const answer = readRef(options.ref)
  if ('value' in answer) return answer.value
  throw new UserError('REF_INVALID', answer.refused, 'write a path, an alias, a version, name@alias, main, or an https URL with #sha256=…')
}

/** A file below the config's folder or the out folder: nothing else is written. */
function inside(context: ModelContext, path: string): string {
  const full = absolute(context.root, path)
  const below = [context.root, context.out].some((folder) => {
    const way = relative(folder, full)
    return way !== '' && staysInside(way, sep)
  })
  if (below) return full
  throw new UserError('PATH_OUTSIDE', `${path} lies outside the folder of ${context.configPath}`, 'name a path below it')
}

/** A copy whose own bytes are verified before they take the place of what was there. */
async function put(context: ModelContext, model: ResolvedModel, target: string): Promise<void> {
  const { files } = context.ports
  if (target === model.path) return
  await files.copy(model.path, target)
  const now = await files.digest(target)
  if (now?.digest !== model.digest) {
    throw new UserError(
      'DIGEST_DIFFERS',
      `the copy of ${model.ref} has the digest ${now?.digest ?? 'of nothing'}, not ${model.digest}`,
      'check the disk, then fetch again',
    )
  }
}

const modelOf = (ref: ModelRef, context: ModelContext): string =>
  (ref.kind === 'alias' || ref.kind === 'version' ? ref.model : null) ?? context.model.name

/** Paths in results are relative to the config's folder, so that they mean the same in another checkout. */
const fromRoot = (context: ModelContext, path: string): string => relative(context.root, path).replaceAll('\\', '/')
