/** Where results lie, and which of them belong to this run. */
import { join, relative, sep } from 'node:path'
import type { Config } from '../core/schema/config.ts'
import { type RunSource, resultSchema, type StageName, type StageResult } from '../core/schema/result.ts'
import { staysInside } from '../core/text/stays-inside.ts'
import { UserError } from '../errors.ts'
import type { Files } from '../ports/files.ts'

const maxResultBytes = 64 * 2 ** 20

export const modelFolder = (out: string, model: string): string => join(out, model)

export const resultPath = (out: string, model: string | null, stage: StageName): string =>
  model === null ? join(out, `${stage}.json`) : join(modelFolder(out, model), `${stage}.json`)

const ignoreAll = '*\n'

/**
 * Prepares the folder, which git-ignores itself.
 * @param root folder of the config
 * @throws UserError OUT_TRACKED when git tracks anything in it, OUT_TAKEN when it is a folder of the user's own
 */
export async function prepareOut(files: Files, out: string, root: string): Promise<void> {
  const ignore = join(out, '.gitignore')
  const holdsConfig = staysInside(relative(out, root), sep)
  const before = holdsConfig ? null : await files.read(ignore, maxResultBytes)
  // an empty one is what a power cut may leave of ours
  const missing = before === null || before.length === 0
  if (holdsConfig || !(missing || new TextDecoder().decode(before) === ignoreAll)) {
    throw new UserError(
      'OUT_TAKEN',
      `the out folder ${out} ${holdsConfig ? 'holds the config' : 'has a .gitignore of its own'}, so results would be mixed with other files`,
      'name a folder for results alone with --out',
    )
  }
  if (await files.isTracked(out)) {
    throw new UserError(
      'OUT_TRACKED',
      `the out folder ${out} holds files that git tracks, so results could be planted there`,
      'remove them from git, or name another folder with --out',
    )
  }
  await files.makeFolder(out)
  if (missing) await files.write(ignore, ignoreAll, false)
}

/** Why a result that lies there is not one of this run, or null. */
export function foreign(result: StageResult, config: Config, source: RunSource): string | null {
  if (result.source.run_id !== source.run_id) return `it is of run ${result.source.run_id}, this is run ${source.run_id}`
  if (result.source.run_attempt !== source.run_attempt)
    return `it is of attempt ${result.source.run_attempt}, this is attempt ${source.run_attempt}`
  if (result.source.sha !== source.sha) return `it is of ${commit(result.source.sha)}, this is ${commit(source.sha)}`
  if (result.config_digest !== config.digest) return 'it was made with another config'
  return null
}

export type Found =
  | { readonly kind: 'found'; readonly result: StageResult }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly why: string }

/** What lies at the place of a stage's result: one of this run, nothing, or something that is not ours. */
export async function findResult(
  files: Files,
  out: string,
  model: string | null,
  stage: StageName,
  config: Config,
  source: RunSource,
): Promise<Found> {
  const bytes = await files.read(resultPath(out, model, stage), maxResultBytes)
  if (bytes === null) return { kind: 'absent' }
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return { kind: 'refused', why: 'it is not JSON' }
  }
  const parsed = resultSchema.safeParse(json)
  if (!parsed.success) return { kind: 'refused', why: 'it is not a modelgate/result@1' }
  if (parsed.data.stage !== stage || parsed.data.model !== model)
    return { kind: 'refused', why: `it is a result of ${parsed.data.stage} for ${parsed.data.model ?? 'the run'}` }
  const why = foreign(parsed.data, config, source)
  return why === null ? { kind: 'found', result: parsed.data } : { kind: 'refused', why }
}

/** Beside a repository, or before its first commit, there is none. */
const commit = (sha: string): string => (sha === '' ? 'no commit' : `commit ${sha}`)
