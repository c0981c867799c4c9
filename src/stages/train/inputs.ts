/** What decides whether training is needed: data, and for a command the code it runs. */

import { dirname, extname, relative, resolve, sep } from 'node:path'
import type { BuiltinSpec, CommandSpec } from '../../core/schema/config.ts'
import type { InputRecord } from '../../core/schema/result.ts'
import { spelling } from '../../core/text/no-file.ts'
import { staysInside } from '../../core/text/stays-inside.ts'
import { UserError } from '../../errors.ts'
import type { ModelContext } from '../context.ts'
import { fileRecord, sourceRecords } from '../source-files.ts'

export interface TrainingInputs {
  readonly records: readonly InputRecord[]
  /** why equal inputs would not prove that nothing changed; null when they do */
  readonly incomplete: string | null
}

/** more code files than this beside a script are not ours to guess about */
const mostCode = 500

export async function trainingInputs(context: ModelContext, spec: CommandSpec | BuiltinSpec): Promise<TrainingInputs> {
  const records: InputRecord[] = []
  for (const role of ['train', 'validation'] as const) {
    // a builtin learns from `train` alone
    const source = spec.kind === 'builtin' && role === 'validation' ? undefined : context.model.data.sources[role]
    if (source?.kind === 'files' || source?.kind === 'glob') records.push(...(await sourceRecords(context, role, source)))
  }
  if (spec.kind === 'builtin') return { records, incomplete: null }
  for (const path of spec.inputs) {
    const record = await fileRecord(context, 'input', path, resolve(context.root, path))
    if (record === null)
      throw new UserError(
        'INPUT_MISSING',
        `train.inputs of ${context.model.name} names ${path}, and there is no such file${spelling(path)}`,
        'correct the path',
      )
    records.push(record)
  }
  const code = await codeRecords(context, spec)
  const known = new Set(records.map((record) => record.path))
  records.push(...code.records.filter((record) => !known.has(record.path)))
  return { records, incomplete: spec.inputs.length > 0 ? null : code.incomplete }
}

/**
 * The files that the command line names count without being listed. When `inputs:` is not written, so does the code around them: a script
 * imports its neighbours, and a changed neighbour that goes unseen would leave an old model standing for a new one.
 */
async function codeRecords(context: ModelContext, spec: CommandSpec): Promise<TrainingInputs> {
  const { files } = context.ports
  const records = new Map<string, InputRecord>()
  const add = async (shown: string) => {
    const record = await fileRecord(context, 'code', shown, resolve(context.root, shown))
    if (record !== null) records.set(shown, record)
  }
  for (const word of spec.shell === null ? spec.argv : []) if (await isFileBelow(context, word)) await add(word)
  const scripts = [...records.keys()]
  if (scripts.length === 0) return { records: [], incomplete: 'the command names no file of its own' }
  if (spec.inputs.length > 0) return { records: [...records.values()], incomplete: null }
  for (const script of scripts) {
    const folder = dirname(script)
    const extension = extname(script)
    if (extension === '') continue
    const around = await files.glob(resolve(context.root, folder), `**/*${extension}`)
    if (around.length > mostCode)
      return { records: [...records.values()], incomplete: `more than ${mostCode} ${extension} files lie around ${script}` }
    for (const name of around) await add(folder === '.' ? name : `${folder}/${name}`)
  }
  return { records: [...records.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1)), incomplete: null }
}

async function isFileBelow(context: ModelContext, word: string): Promise<boolean> {
  if (word === '' || word.includes('\0') || word.length > 1000) return false
  const inside = relative(context.root, resolve(context.root, word))
  if (inside === '' || !staysInside(inside, sep)) return false
  try {
    return (await context.ports.files.digest(resolve(context.root, word))) !== null
  } catch (thrown) {
    if (thrown instanceof UserError) return false // a folder, or nothing one may read: the command's own matter
    throw thrown
  }
}
