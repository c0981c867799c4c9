/**
 * A model that the config has: columns that the data have and the contract has not are added, and keys that were left open and are known now.
 * What stands there stays, byte for byte; where init would write it otherwise, that is told.
 */
import { resolve } from 'node:path'
import type { ColumnContract } from '../../core/init/infer-column.ts'
import { type Addition, insert } from '../../core/init/insert.ts'
import type { Line } from '../../core/init/lines.ts'
import type { InitOutcome } from '../../core/init/outcome.ts'
import { columnLine, sensitiveLine, sourceLine } from '../../core/init/proposal.ts'
import { type GuessedKey, guessedKeys, type InitRecord, readRecord, writeRecord } from '../../core/init/record.ts'
import { smaller, without } from '../../core/init/shrink.ts'
import type { Config, ModelConfig, Role, Source } from '../../core/schema/config.ts'
import { canonicalJson, parseConfig } from '../../core/schema/parse-config.ts'
import type { Plain } from '../../core/schema/read-yaml.ts'
import { targetColumns } from '../../core/schema/target-columns.ts'
import { UserError } from '../../errors.ts'
import type { InitContext, InitOptions } from './context.ts'
import { findBeside, findData, fromRoot } from './find-files.ts'
import { hold } from './hold.ts'
import { measure } from './measure.ts'
import { lookAtModel } from './model.ts'
import { propose } from './propose.ts'
import { filesSource, openTables, tablesSeen } from './tables.ts'

export interface Existing {
  readonly path: string
  readonly text: string
  readonly config: Config
  readonly model: ModelConfig
}

export async function extend(context: InitContext, options: InitOptions, existing: Existing): Promise<Omit<InitOutcome, 'workflow'>> {
  const { model, text } = existing
  const { ports, configPath, root } = context
  const { added, stays } = await newSources(context, options, model)
  const sources: Partial<Record<Role, Source>> = {
    ...model.data.sources,
    ...Object.fromEntries([...added].map(([role, paths]) => [role, filesSource(paths)])),
  }
  const tables = await openTables(context, sources)
  const engine = await ports.engine()
  const columns = await measure(engine, tables)
  const path = model.model.kind === 'path' ? model.model.path : null
  const file = path === null ? null : resolve(root, path)
  const there = file !== null && (await ports.files.digest(file)) !== null
  const shown = tables.get('test') ?? tables.get('train') ?? [...tables.values()][0]
  const seen =
    path === null || file === null || !there
      ? null
      : await lookAtModel(context, { path, file }, shown?.columns ?? [], 'the data', model.data.features)
  const truth = targetColumns(model.data)
  const { proposal, notes, evaluate } = await propose(engine, {
    name: model.name,
    sources: new Map(),
    tables,
    columns,
    model: { path: path ?? 'the model', seen, found: true },
    beside: { ...(await findBeside(context)), otherModels: [] },
    target: truth[0] ?? options.target,
    sensitive: model.data.sensitive,
  })

  const record = readRecord(text, model.name, configPath)
  const listed = new Set([...model.expect.flatMap(({ column }) => (column === null ? [] : [column])), ...model.data.sensitive])
  const known = new Set([...listed, ...(record?.columns ?? [])])
  const fresh = proposal.columns.filter(({ name }) => !known.has(name))
  const sensitive = proposal.sensitive.filter(({ column }) => !known.has(column))
  const free = (key: GuessedKey) => record?.keys.includes(key) !== true
  const target = truth.length === 0 && (options.target !== null || free('target')) ? proposal.target : null
  const lines: readonly Line[] = [
    ...proposalSources(added, tables),
    ...(target === null ? [] : [{ key: 'target', value: target.column, comment: target.because }]),
    ...(target === null || model.data.positive !== null || proposal.positive === null
      ? []
      : [{ key: 'positive', value: proposal.positive, comment: 'the label that counts' }]),
    ...(model.data.features !== null || proposal.features === null || !free('features')
      ? []
      : [{ key: 'features', value: proposal.features.names, comment: proposal.features.because }]),
  ]
  const at = ['models', model.name]
  const written: Readonly<Record<GuessedKey, boolean>> = {
    target: truth.length > 0 || target !== null,
    features: model.data.features !== null || lines.some(({ key }) => key === 'features'),
  }
  const now: InitRecord = {
    columns: [...new Set([...(record?.columns ?? []), ...columns.map(({ name }) => name)])],
    keys: guessedKeys.filter((key) => written[key] || !free(key)),
  }
  const result = await grow(context, existing, fresh, { before: record, now }, (contracts) => [
    ...(lines.length === 0 ? [] : [{ path: [...at, 'data'], lines }]),
    ...sensitiveAddition(text, model, sensitive),
    ...(contracts.length === 0 ? [] : [{ path: [...at, 'expect', 'columns'], lines: contracts.map(columnLine) }]),
  ])
  const changed = result.text !== text
  const said = written.target ? proposal.target : null
  if (changed) await ports.files.write(existing.path, result.text)
  return {
    config: configPath,
    written: changed ? 'extended' : 'unchanged',
    model: { name: model.name, path },
    data: tablesSeen(tables).map((table) => ({ ...table, paths: pathsOf(sources[table.role]) })),
    target: model.data.targets ? { column: truth.join(', '), because: 'as the config says' } : said,
    task: model.task ?? proposal.task?.task ?? null,
    sensitive: [...model.data.sensitive, ...sensitive.map(({ column }) => column)],
    expectations: result.contracts.reduce((sum, { checks }) => sum + 1 + checksOf(checks).length, 0),
    changes: [
      ...lines.map(({ key }) => `+ data.${key}`),
      ...sensitive.map(({ column, because }) => `+ data.sensitive: ${column} (${because})`),
      ...result.contracts.map(({ name, checks }) => `+ expect.columns.${name}: ${told(checks)}`),
      ...stays,
      ...(options.modelFile === null || fromRoot(context, options.modelFile) === path ? [] : [`= model stays ${path ?? 'a reference'}`]),
      ...kept(model, proposal.columns, options),
      ...(record?.columns ?? [])
        .filter((name) => !listed.has(name) && proposal.columns.some((column) => column.name === name))
        .map((name) => `= ${name} has no rules, and gets none: init has seen it before`),
    ],
    open: said === null ? [{ line: 'target: COLUMN', why: 'which column is the answer: evaluate needs it' }] : [],
    notes: [...notes, ...result.notes],
    evaluate,
    next: `modelgate validate${configPath === 'modelgate.yml' ? '' : ` --config ${configPath}`}`,
  }

  /** Sources as lines, with what was seen of them. */
  function proposalSources(some: ReadonlyMap<Role, readonly string[]>, opened: typeof tables): readonly Line[] {
    const rows = new Map(tablesSeen(opened).map((table) => [table.role, table]))
    return [...some].map(([role, paths]) => sourceLine({ role, paths, saw: `${rows.get(role)?.rows ?? 0} rows` }))
  }
}

/** Data that a person names for roles the config has none for. */
async function newSources(context: InitContext, options: InitOptions, model: ModelConfig): Promise<NewSources> {
  const configured = model.data.sources
  if (options.data.length === 0 && Object.keys(configured).length > 0) return { added: new Map(), stays: [] }
  const { sources } = await findData(context, options.data)
  const others = [...sources].filter(([role, paths]) => configured[role] !== undefined && pathsOf(configured[role]).join() !== paths.join())
  return {
    added: new Map([...sources].filter(([role]) => configured[role] === undefined)),
    stays: options.data.length === 0 ? [] : others.map(([role]) => `= data.${role} stays ${pathsOf(configured[role]).join(', ')}`),
  }
}

interface NewSources {
  /** of roles that the config has not */
  readonly added: ReadonlyMap<Role, readonly string[]>
  /** of roles for which a person named other files than the config does */
  readonly stays: readonly string[]
}

const pathsOf = (source: Source | undefined): readonly string[] => {
  if (source === undefined) return []
  return source.kind === 'files' ? source.paths : [source.kind === 'glob' ? source.pattern : source.path]
}

/** Below the list that is there; a model that has its list from `defaults` gets one of its own that holds both. */
function sensitiveAddition(
  text: string,
  model: ModelConfig,
  sensitive: readonly { readonly column: string; readonly because: string }[],
): readonly Addition[] {
  if (sensitive.length === 0) return []
  const items = sensitive.map(({ column, because }) => ({ value: column, comment: because }))
  const path = ['models', model.name, 'data']
  const own = insert(text, [{ path: [...path, 'sensitive'], items }])
  if (own !== null && model.data.sensitive.length > 0 && !inherited(text, own, model)) return [{ path: [...path, 'sensitive'], items }]
  const all = [...model.data.sensitive.map((column) => ({ column, because: 'as before' })), ...sensitive]
  return [{ path, lines: [sensitiveLine(all)] }]
}

/** Written below the model, the new list would hide the one of `defaults`. */
function inherited(before: string, after: string, model: ModelConfig): boolean {
  const parse = (text: string) => parseConfig(text, 'config', () => '').models.find(({ name }) => name === model.name)?.data.sensitive ?? []
  const now = parse(after)
  return !parse(before).every((column) => now.includes(column))
}

interface Fitted {
  readonly text: string
  readonly contracts: readonly ColumnContract[]
  readonly notes: readonly string[]
}

/** @throws UserError CONFIG_NOT_EXTENDED where nothing can be added without changing what stands there */
async function grow(
  context: InitContext,
  { text, config, model }: Existing,
  fresh: readonly ColumnContract[],
  record: { readonly before: InitRecord | null; readonly now: InitRecord },
  additions: (contracts: readonly ColumnContract[]) => readonly Addition[],
): Promise<Fitted> {
  const noted = (next: string) => writeRecord(next, model.name, record.now) ?? next
  if (additions(fresh).length === 0) {
    // a file that init has not written in is left alone while it lacks nothing
    const more = record.before !== null && canonicalJson(record.before) !== canonicalJson(record.now)
    return { text: more ? noted(text) : text, contracts: [], notes: [] }
  }
  const engine = await context.ports.engine()
  const attempt = (contracts: readonly ColumnContract[]) => {
    const added = insert(text, additions(contracts))
    const next = added === null ? null : noted(added)
    const after = next === null ? null : parsedSafely(context, next)
    return next === null || after === null || !onlyAdded(config, after, model.name) ? null : { text: next, after }
  }
  for (const contracts of smaller(fresh)) {
    const first = attempt(contracts)
    const grown = first?.after.models.find(({ name }) => name === model.name)
    if (first === null || grown === undefined) continue
    const names = new Set(contracts.map(({ name }) => name))
    const tables = await openTables({ ...context, progress: { ...context.progress, say: () => {} } }, grown.data.sources)
    const held = await hold(engine, grown, tables, context.clock.now(), ({ column }) => column !== null && names.has(column))
    const kept = without(contracts, held.broken)
    const last = held.broken.length === 0 ? first : attempt(kept)
    if (last !== null) return { text: last.text, contracts: kept, notes: held.told }
  }
  throw new UserError(
    'CONFIG_NOT_EXTENDED',
    `${context.configPath} is written in a way (an alias, a merge, no room) that init cannot add to without changing what stands there`,
    `add below models.${model.name} what is new: ${fresh
      .slice(0, 20)
      .map(({ name }) => name)
      .join(', ')}`,
  )
}

function parsedSafely({ configPath, hash }: InitContext, text: string): Config | null {
  try {
    return parseConfig(text, configPath, hash)
  } catch (thrown) {
    if (thrown instanceof UserError) return null
    throw thrown
  }
}

/** Other models say what they said, and so does every expectation of this one. */
function onlyAdded(before: Config, after: Config, name: string): boolean {
  const others = (config: Config) => config.models.filter((model) => model.name !== name)
  const [was, is] = [before, after].map((config) => config.models.find((model) => model.name === name))
  if (was === undefined || is === undefined || canonicalJson(others(before)) !== canonicalJson(others(after))) return false
  const now = new Set(is.expect.map((expectation) => canonicalJson({ ...expectation, on: null })))
  return was.expect.every((expectation) => now.has(canonicalJson({ ...expectation, on: null })))
}

type Checks = ColumnContract['checks']
const checksOf = (checks: Checks): readonly (readonly [string, Plain])[] => Object.entries(checks).filter(([check]) => check !== 'on')

/** Checks in short, labels counted and never named. */
const told = (checks: Checks): string =>
  checksOf(checks)
    .map(([check, value]) => inShort(check, value))
    .join(', ') || 'is there'
function inShort(check: string, value: Plain): string {
  if (check !== 'in') return `${check} ${typeof value === 'object' ? JSON.stringify(value).replaceAll('"', '') : String(value)}`
  const labels = Array.isArray(value) ? value : typeof value === 'object' && value !== null && 'values' in value ? value.values : []
  return `in ${Array.isArray(labels) ? labels.length : 0} labels`
}

/** What a person wrote, where init would write something else. */
function kept(model: ModelConfig, contracts: readonly ColumnContract[], options: InitOptions): readonly string[] {
  const differing = contracts.flatMap(({ name, checks }) => {
    const own = model.expect.filter(({ column, check }) => column === name && check !== 'exists')
    if (!model.expect.some(({ column }) => column === name)) return []
    const other = checksOf(checks).filter(([check, value]) => !own.some((one) => one.check === check && sameParams(one.params, value)))
    return other.length === 0 ? [] : [`= expect.columns.${name} stays as it is; init would write ${told(Object.fromEntries(other))}`]
  })
  const truth = targetColumns(model.data)
  const target =
    options.target !== null && truth.length > 0 && truth.join() !== options.target ? [`= data.target stays ${truth.join(', ')}`] : []
  return [...target, ...differing]
}

/** A parameter that is written short, and the long form: compared by what they come to. */
function sameParams(params: Readonly<Record<string, unknown>>, value: Plain): boolean {
  const [first] = Object.values(params)
  if (value === true) return true
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.values(value)[0] : value
  const number = typeof plain === 'string' && plain.endsWith('%') ? Number(plain.slice(0, -1)) / 100 : plain
  return canonicalJson(first) === canonicalJson(number)
}
