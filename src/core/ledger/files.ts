/** The files of the ledger branch: one parser and one writer, so that equal states are equal bytes and a hostile file is refused. */
import { UserError } from '../../errors.ts'
import { type LedgerEvent, type LedgerModel, ledgerEventSchema, ledgerModelSchema } from '../schema/ledger.ts'
import { checkName, nameTrouble, tagOf } from './names.ts'
import { compareVersions } from './semver.ts'

export const modelsFolder = 'models/'
const maxStateChars = 16 * 2 ** 20

/** Every model's state. `sequence` is the newest event's number. */
export interface Ledger {
  readonly models: ReadonlyMap<string, LedgerModel>
  readonly sequence: number
}

export const modelPath = (model: string): string => `${modelsFolder}${checkName('model', model)}.json`
/** Padded, so that names sort as numbers do. */
export const eventPath = (event: LedgerEvent): string => `events/${String(event.sequence).padStart(8, '0')}-${event.kind}.json`

export const emptyModel = (model: string): LedgerModel => ({
  schema: 'modelgate/ledger-model@1',
  model: checkName('model', model),
  sequence: 0,
  versions: [],
  aliases: {},
  main: null,
  holdout_uses: {},
})

/** State of one model in a ledger; a model nobody recorded yet is empty. */
export const stateOf = (ledger: Ledger, model: string): LedgerModel => ledger.models.get(model) ?? emptyModel(model)

/** @param files path → text, as the branch holds them; other folders than `models/` are not looked at */
export function parseLedger(files: ReadonlyMap<string, string>): Ledger {
  const models = new Map<string, LedgerModel>()
  let sequence = 0
  for (const [path, text] of files) {
    if (!path.startsWith(modelsFolder)) continue
    const state = parseModelState(path, text)
    if (path !== modelPath(state.model)) throw corrupt(path, `it is the state of ${state.model}`)
    models.set(state.model, state)
    sequence = Math.max(sequence, state.sequence)
  }
  return { models, sequence }
}

/** @throws UserError LEDGER_CORRUPT */
export function parseModelState(path: string, text: string): LedgerModel {
  const parsed = ledgerModelSchema.safeParse(parseJson(path, text))
  if (!parsed.success) {
    const first = parsed.error.issues[0]
    throw corrupt(path, `${first?.path.join('.') || 'its top level'}: ${first?.message ?? 'is not what it should be'}`)
  }
  const state = parsed.data
  if (nameTrouble('model', state.model) !== null) throw corrupt(path, 'its model has no valid name')
  const known = new Set<string>()
  for (const record of state.versions) {
    if (nameTrouble('version', record.version) !== null) throw corrupt(path, 'a version has no valid name')
    if (known.has(record.version)) throw corrupt(path, `version ${record.version} is there twice`)
    if (record.tag !== tagOf(state.model, record.version)) throw corrupt(path, `version ${record.version} has the tag of another`)
    if (record.files.some((file) => nameTrouble('file', file.name) !== null))
      throw corrupt(path, `version ${record.version} has an odd file name`)
    if (!record.files.some((file) => file.digest === record.digest))
      throw corrupt(path, `version ${record.version} has no file with its own digest`)
    known.add(record.version)
  }
  for (const [alias, pointer] of Object.entries(state.aliases)) {
    if (nameTrouble('alias', alias) !== null) throw corrupt(path, 'an alias has no valid name')
    for (const version of [pointer.version, pointer.previous]) {
      if (version !== null && !known.has(version)) throw corrupt(path, `alias ${alias} points to version ${version}, which is not there`)
    }
  }
  return state
}

export const serialiseModel = (state: LedgerModel): string =>
  serialise(ledgerModelSchema.parse({ ...state, versions: [...state.versions].sort((a, b) => compareVersions(a.version, b.version)) }))

export const serialiseEvent = (event: LedgerEvent): string => serialise(ledgerEventSchema.parse(event))

/** @throws UserError LEDGER_CORRUPT */
export function parseEvent(path: string, text: string): LedgerEvent {
  const parsed = ledgerEventSchema.safeParse(parseJson(path, text))
  if (!parsed.success) throw corrupt(path, 'it is not a modelgate/event@1')
  if (path !== eventPath(parsed.data)) throw corrupt(path, 'it is another event than its name says')
  return parsed.data
}

/** Keys sorted at every depth, two spaces, a newline at the end. */
function serialise(value: unknown): string {
  return `${JSON.stringify(sorted(value), null, 2)}\n`
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}

/** JSON without the keys that reach into a prototype, and of bounded size. */
function parseJson(path: string, text: string): unknown {
  if (text.length > maxStateChars) throw corrupt(path, `it is larger than ${maxStateChars} characters`)
  let hostile = false
  let value: unknown
  try {
    value = JSON.parse(text, (key, inner: unknown) => {
      if (key === '__proto__' || key === 'constructor' || key === 'prototype') hostile = true
      return inner
    })
  } catch {
    throw corrupt(path, 'it is not JSON')
  }
  if (hostile) throw corrupt(path, 'it holds a key that no ledger has')
  return value
}

const corrupt = (path: string, why: string): UserError =>
  new UserError(
    'LEDGER_CORRUPT',
    `the ledger file ${path} cannot be read: ${why}`,
    'restore the file from an earlier commit of the ledger branch',
  )
