/**
 * `init`: data files and a model → a first `modelgate.yml` with a first data contract. What it writes parses, and holds on the data it was
 * made of. A config that is there is only added to: what a person wrote, or took out of a column, stays as it is.
 */
import { basename, dirname, resolve } from 'node:path'
import { insert } from '../core/init/insert.ts'
import { toYaml } from '../core/init/lines.ts'
import type { InitOutcome } from '../core/init/outcome.ts'
import { headOf, modelLine } from '../core/init/proposal.ts'
import { guessedKeys, writeRecord } from '../core/init/record.ts'
import type { ColumnSeen } from '../core/init/seen.ts'
import { smaller, without } from '../core/init/shrink.ts'
import { workflowPath, workflowText } from '../core/init/workflow.ts'
import { quoted } from '../core/onnx/inspect.ts'
import { plural } from '../core/report/format.ts'
import type { Config, ModelConfig, Role, Source } from '../core/schema/config.ts'
import { badModelName } from '../core/schema/leaves.ts'
import { parseConfig } from '../core/schema/parse-config.ts'
import { UserError } from '../errors.ts'
import { maxConfigBytes } from '../ports/base-config.ts'
import type { InitContext, InitOptions } from './init/context.ts'
import { extend } from './init/extend.ts'
import { findBeside, findData, findModel } from './init/find-files.ts'
import { hold } from './init/hold.ts'
import { measure } from './init/measure.ts'
import { lookAtModel } from './init/model.ts'
import { type Proposed, propose } from './init/propose.ts'
import { filesSource, openTables, type Tables, tablesSeen } from './init/tables.ts'

/** @throws UserError what is wrong with the data, the model, the options or the config that is there; nothing is written then */
export async function init(context: InitContext, options: InitOptions): Promise<InitOutcome> {
  const path = resolve(context.cwd, context.configPath)
  const before = await readConfig(context, path)
  const outcome = before === null ? await create(context, options, path, null) : await add(context, options, path, before)
  const workflow = options.workflow ? await writeWorkflow(context) : null
  return { ...outcome, workflow }
}

interface Before {
  readonly text: string
  readonly config: Config
}

/** @throws UserError every error of the config */
async function readConfig({ ports, configPath, hash }: InitContext, path: string): Promise<Before | null> {
  const bytes = await ports.files.read(path, maxConfigBytes)
  if (bytes === null) return null
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new UserError('CONFIG_INVALID', `${configPath} is not UTF-8 text`, 'save it as UTF-8', { cause })
  }
  return { text, config: parseConfig(text, configPath, hash) }
}

/** Which model of the config that is there is meant: a new one is written as into a new file. */
async function add(context: InitContext, options: InitOptions, path: string, before: Before): Promise<Omit<InitOutcome, 'workflow'>> {
  const { models } = before.config
  const [only, ...others] = models
  if (options.name === null && others.length > 0) {
    throw new UserError(
      'NAME_NEEDED',
      `${context.configPath} has ${models.length} models, and nothing says which one is meant`,
      `write --name with one of: ${models.map(({ name }) => name).join(', ')}; or with a new name`,
    )
  }
  const model = options.name === null ? only : models.find(({ name }) => name === options.name)
  return model === undefined
    ? create(context, options, path, before)
    : extend(context, options, { path, text: before.text, config: before.config, model })
}

async function create(
  context: InitContext,
  options: InitOptions,
  path: string,
  before: Before | null,
): Promise<Omit<InitOutcome, 'workflow'>> {
  const { ports, configPath } = context
  const files = await findData(context, options.data)
  const found = await findModel(context, options.modelFile)
  const beside = await findBeside(context)
  const name = nameOf(options.name, found?.path ?? null, dirname(path))
  const sources: Partial<Record<Role, Source>> = Object.fromEntries([...files.sources].map(([role, paths]) => [role, filesSource(paths)]))
  const tables = await openTables(context, sources)
  const engine = await ports.engine()
  const columns = await measure(engine, tables)
  const shown = tables.get('test') ?? tables.get('train') ?? [...tables.values()][0]
  const seen =
    found === null || found.file === null
      ? null
      : await lookAtModel(context, { ...found, file: found.file }, shown?.columns ?? [], 'the data')
  const proposed = await propose(engine, {
    name,
    sources: files.sources,
    tables,
    columns,
    model: { path: found?.path ?? 'model.onnx', seen, found: found?.file !== null && found !== null },
    beside,
    target: options.target,
    sensitive: [],
  })
  const written = await write(context, proposed, tables, columns, before)
  await ports.files.write(path, written.text)
  const { proposal } = proposed
  return {
    config: configPath,
    written: before === null ? 'created' : 'extended',
    model: { name, path: found?.path ?? null },
    data: tablesSeen(tables).map((table) => ({ ...table, paths: files.sources.get(table.role) ?? [] })),
    target: proposal.target,
    task: proposal.task?.task ?? null,
    sensitive: proposal.sensitive.map(({ column }) => column),
    expectations: written.expectations,
    changes: [`+ models.${name}`],
    open: proposed.open,
    notes: [...guessed(files.guessed), ...leftOut(files.leftOut), ...proposed.notes, ...written.notes],
    evaluate: proposed.evaluate,
    next: `modelgate ${proposal.target !== null && tables.has('test') && proposed.open.length === 0 ? 'run' : 'validate'}${basename(path) === 'modelgate.yml' && dirname(path) === context.cwd ? '' : ` --config ${configPath}`}`,
  }
}

const guessed = (path: string | null): readonly string[] =>
  path === null
    ? []
    : [
        `${path} is taken as training data: its name does not say. A model is judged on rows it has not seen: split the file into train and test, then run init again without this config`,
      ]
const leftOut = (paths: readonly string[]): readonly string[] =>
  paths.map((path) => `${path} is left out: its name says no role (train, validation, test, current)`)

interface Written {
  readonly text: string
  readonly expectations: number
  readonly notes: readonly string[]
}

/** The text of the config, its expectations held against the data; what does not hold, or does not fit, is left out. */
async function write(
  context: InitContext,
  { proposal }: Proposed,
  tables: Tables,
  seen: readonly ColumnSeen[],
  before: Before | null,
): Promise<Written> {
  const engine = await context.ports.engine()
  const now = context.clock.now()
  const record = { columns: seen.map(({ name }) => name), keys: guessedKeys.filter((key) => proposal[key] !== null) }
  const attempt = (
    columns: typeof proposal.columns,
    rows = proposal.rows,
  ): { readonly text: string; readonly model: ModelConfig } | null => {
    const line = modelLine({ ...proposal, columns, rows })
    const plain =
      before === null ? toYaml([{ key: 'models', lines: [line] }], headOf()) : insert(before.text, [{ path: ['models'], lines: [line] }])
    if (plain === null) return null
    const text = writeRecord(plain, proposal.name, record) ?? plain
    if (text.length > 262_144) return null
    const model = parsed(context, text)?.models.find(({ name }) => name === proposal.name)
    return model === undefined ? null : { text, model }
  }
  for (const columns of smaller(proposal.columns)) {
    const first = attempt(columns)
    if (first === null) continue
    const held = await hold(engine, first.model, tables, now, () => true)
    const kept = without(columns, held.broken)
    const rows = held.broken.some(({ check }) => check === 'rows') ? null : proposal.rows
    const last = held.broken.length === 0 ? first : attempt(kept, rows)
    if (last === null) continue
    const fewer = proposal.columns.length - columns.length
    return {
      text: last.text,
      expectations: last.model.expect.length,
      notes: [
        ...held.told,
        ...(fewer > 0
          ? [`a config has no room for ${plural(proposal.columns.length, 'column')}: nothing is expected of the last ${fewer}`]
          : []),
      ],
    }
  }
  if (before === null) throw new Error('a proposal of no columns does not parse')
  throw new UserError(
    'CONFIG_NOT_EXTENDED',
    `${context.configPath} is written in a way that init cannot add a model to without changing what stands there`,
    'write the new model with --config into a file of its own, and copy it over',
  )
}

function parsed({ configPath, hash }: InitContext, text: string): Config | null {
  try {
    return parseConfig(text, configPath, hash)
  } catch (thrown) {
    if (thrown instanceof UserError) return null
    throw thrown
  }
}

/** `--name`, else that of the model's file where it says something, else that of the folder. */
function nameOf(given: string | null, model: string | null, folder: string): string {
  if (given !== null) {
    const bad = badModelName(given)
    if (bad !== null) throw new UserError('INVALID_NAME', `--name: ${bad}`, 'choose another name')
    return given
  }
  const stem = model === null ? '' : basename(model).replace(/\.[^.]*$/, '')
  const named = [stem.toLowerCase() === 'model' ? '' : stem, basename(folder)]
    .map((text) => text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, ''))
    .find((text) => text !== '' && badModelName(text) === null)
  return named ?? 'model'
}

/** At the root of the repository, which is where init is run. */
async function writeWorkflow({ ports, cwd, configPath }: InitContext): Promise<InitOutcome['workflow']> {
  const path = resolve(cwd, workflowPath)
  if ((await ports.files.digest(path)) !== null) return { path: workflowPath, written: false }
  if (/\$\{\{/.test(configPath))
    throw new UserError('CONFIG_PATH', `${quoted(configPath)} would be an expression in a workflow`, 'give the config another name')
  await ports.files.write(path, workflowText(configPath.replaceAll('\\', '/')))
  return { path: workflowPath, written: true }
}
