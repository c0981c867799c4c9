/** Before anything is fetched: whether the baseline that will be found is numbers alone, as far as that can be known. */
import { resolve } from 'node:path'
import type { NumbersOnly } from '../../core/evaluate/decidable-unpaired.ts'
import { showRef } from '../../core/ledger/show-ref.ts'
import { aliasOf, findVersion, versionOfBytes } from '../../core/ledger/transitions.ts'
import { shownSource } from '../../core/policy/shown.ts'
import type { ModelConfig, ModelRef } from '../../core/schema/config.ts'
import type { LedgerModel } from '../../core/schema/ledger.ts'
import type { Files } from '../../ports/files.ts'

/** Where to look. */
export interface Place {
  readonly root: string
  readonly files: Files
  /** null: there is no ledger, or nobody read it */
  readonly states: ((model: string) => LedgerModel) | null
}

/** null: it can be asked, has stored answers, is not there, or nobody can tell before it is fetched */
export async function numbersOnly(model: ModelConfig, place: Place): Promise<NumbersOnly | null> {
  for (const ref of model.baseline.from) {
    const found = await lookAt(ref, model, place)
    if (found === 'nothing') continue
    if (found === 'unknown' || hasAnswers(model, found.version)) return null
    const { numbers, asked } = found
    return asked && model.score?.kind !== 'predictions' ? null : { ref: showRef(ref), judged: numbers }
  }
  return null
}

interface Found {
  readonly version: string | null
  readonly numbers: NumbersOnly['judged']
  /** its bytes are somewhere, so that a runtime or a command may answer for it */
  readonly asked: boolean
}

async function lookAt(ref: ModelRef, { name }: ModelConfig, { root, files, states }: Place): Promise<Found | 'nothing' | 'unknown'> {
  if (ref.kind === 'path')
    return (await files.digest(resolve(root, ref.path))) === null ? 'nothing' : { version: null, numbers: null, asked: true }
  if (ref.kind !== 'main' && ref.kind !== 'alias' && ref.kind !== 'version') return 'unknown'
  if (states === null) return 'nothing'
  const state = states(ref.kind === 'main' ? name : (ref.model ?? name))
  if (ref.kind === 'main') {
    const run = state.main
    if (run === null) return 'nothing'
    const released = versionOfBytes(state, run.digest)
    return { version: released?.version ?? null, numbers: (released ?? run).judged ?? null, asked: released !== null }
  }
  const version = ref.kind === 'version' ? ref.version : (aliasOf(state, ref.alias)?.version ?? null)
  const record = version === null ? null : findVersion(state, version)
  return record === null ? 'nothing' : { version, numbers: record.judged ?? null, asked: true }
}

/** Those of no version cannot be called by one. */
const hasAnswers = ({ baseline: { predictions } }: ModelConfig, version: string | null): boolean =>
  predictions !== undefined && (version !== null || !shownSource(predictions).includes('{version}'))
