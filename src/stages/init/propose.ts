/** What was found and measured → what is proposed, what only a person knows, and what `evaluate` would do with it. */
import { type ColumnContract, inferColumn } from '../../core/init/infer-column.ts'
import { personal } from '../../core/init/personal.ts'
import { type Proposal, rowsSeen } from '../../core/init/proposal.ts'
import type { ColumnSeen } from '../../core/init/seen.ts'
import { candidates, guessTarget, isPlain, labelledRoles, positiveOf, type TargetGuess } from '../../core/init/target.ts'
import { isPlainTask, primaryMetric } from '../../core/metrics/table.ts'
import { quoted } from '../../core/onnx/inspect.ts'
import { plural } from '../../core/report/format.ts'
import type { DataSpec, Role } from '../../core/schema/config.ts'
import { nearest, wordsInstead } from '../../core/text/nearest.ts'
import type { BuiltinTask } from '../../core/train/linear-model.ts'
import { UserError } from '../../errors.ts'
import { type DataEngine, quoteName, type Table } from '../../ports/data-engine.ts'
import { layoutOf } from '../evaluate/outputs.ts'
import { readTarget } from '../evaluate/truth.ts'
import type { Beside } from './find-files.ts'
import { namedLikeId } from './measure.ts'
import type { ModelSeen } from './model.ts'
import { type Tables, tablesSeen } from './tables.ts'

export interface Wanted {
  readonly name: string
  readonly sources: ReadonlyMap<Role, readonly string[]>
  readonly tables: Tables
  readonly columns: readonly ColumnSeen[]
  /** as the config names it, with what its file says where there is one */
  readonly model: { readonly path: string; readonly seen: ModelSeen | null; readonly found: boolean }
  readonly beside: Beside
  /** what is said already */
  readonly target: string | null
  readonly sensitive: readonly string[]
}

/** What is not said, and only a person knows. */
export interface Open {
  /** a line of the config as it might be */
  readonly line: string
  readonly why: string
}

export interface Proposed {
  readonly proposal: Proposal
  readonly open: readonly Open[]
  /** worth knowing, and nothing to be done */
  readonly notes: readonly string[]
  /** what `evaluate` would do, or null where it could not */
  readonly evaluate: string | null
}

/** Names that a config refuses as keys, and such as nobody could read. */
const unwritable = (name: string): boolean => ['__proto__', 'constructor', 'prototype'].includes(name) || name.length > 500

/** @throws UserError TARGET_MISSING */
export async function propose(engine: DataEngine, wanted: Wanted): Promise<Proposed> {
  const { tables, columns, model, beside } = wanted
  const there = [...tables.keys()]
  const ids = columns.filter((column) => column.in.every(({ unique }) => unique === true))
  const suspects = columns.flatMap((column) => {
    const because = personal(column)
    return because === null || wanted.sensitive.includes(column.name) ? [] : [{ column: column.name, because }]
  })
  const never = new Set([...ids.map(({ name }) => name), ...wanted.sensitive, ...suspects.map(({ column }) => column)])
  const fed = model.seen?.columns ?? null
  const inputs = fed === null ? null : new Set(fed)
  const target = targetOf(wanted, inputs, never)
  const possible = candidates(columns, there, inputs, never)
    .filter(isPlain)
    .map(({ name }) => quoted(name))
  const sensitive = suspects.filter(({ column }) => column !== target?.column && !unwritable(column))
  const hidden = new Set([...wanted.sensitive, ...sensitive.map(({ column }) => column)])
  const contracts = columns.filter(({ name }) => !unwritable(name)).map((column) => contractOf(column, hidden, there))
  const { judged, trouble: noTask, unlabelled } = await judgedAs(engine, wanted, target)
  const id = await idOf(
    engine,
    tables,
    ids.filter(({ name }) => namedLikeId(name) && !hidden.has(name)),
  )
  const positive = positiveFor(columns, target, judged?.task ?? null, hidden)
  const builtin = !model.found && beside.trainScript === null && judged?.task !== undefined && tables.has('train')
  const labelled = tablesSeen(tables).filter(({ role }) => labelledRoles.includes(role))
  const fewest = Math.min(...labelled.map(({ rows }) => rows))
  const layout = layoutFor(model.seen, judged?.task ?? null)

  const open: readonly Open[] = [
    ...openData(there),
    ...(target === null ? [openTarget(possible, model.found)] : []),
    ...positive.open,
    ...openFeatures(model.seen),
  ]
  const proposal: Proposal = {
    name: wanted.name,
    model: { path: model.path, saw: model.seen?.saw ?? (builtin ? 'written by train' : 'not there yet') },
    task: judged === null ? null : { task: judged.task, because: judged.because },
    sources: [...wanted.sources].map(([role, paths]) => ({ role, paths, saw: sawTable(tables.get(role)) })),
    target,
    positive: positive.write,
    id,
    features: model.seen?.features ? { names: model.seen.features, because: 'as the file of the model says' } : null,
    sensitive,
    rows:
      Number.isFinite(fewest) && fewest >= 2
        ? { min: Math.floor(fewest / 2), on: labelled.map(({ role }) => role), saw: rowsSeen(labelled) }
        : null,
    columns: contracts,
    builtin,
    open: [
      ...open.map(({ line, why }) => `${line} # ${why}`),
      ...(tables.has('current') ? [] : ['current: FILE # what the model meets today: drift needs it']),
    ],
    hints: hintsFor(judged?.task ?? null, beside, builtin),
  }
  return {
    proposal,
    open: [
      ...open,
      ...(model.found || builtin ? [] : [openTrain(model.path, beside, unlabelled && tables.has('train'))]),
      ...[model.seen?.trouble ?? null, layout.trouble].flatMap((why) => (why === null ? [] : [{ line: `model: ${model.path}`, why }])),
    ],
    notes: [
      ...(noTask === null ? [] : [noTask]),
      ...columns
        .filter(({ name }) => unwritable(name))
        .map(({ name }) => `column ${quoted(name)} cannot be a key of a config: nothing is expected of it`),
      ...beside.otherModels.map((path) => `${path} is not ONNX, and is never opened: export it as ONNX to have it evaluated`),
    ],
    evaluate: judged === null || !tables.has('test') ? null : wouldDo(model, judged.task, layout.says, builtin),
  }
}

const openData = (there: readonly Role[]): readonly Open[] => [
  ...(there.some((role) => labelledRoles.includes(role)) || there.length === 0
    ? []
    : [{ line: 'train: FILE', why: 'the rows the model was trained on' }]),
  ...(there.includes('test') ? [] : [{ line: 'test: FILE', why: 'labelled rows that the model has not seen: evaluate needs them' }]),
]

function openTarget(possible: readonly string[], hasModel: boolean): Open {
  const named = possible.length > 0 && possible.length <= 5 ? ` (${possible.join(' or ')})` : ''
  return {
    line: 'target: COLUMN',
    why: `which column is the answer${named}: ${hasModel ? 'evaluate needs' : 'train and evaluate need'} it`,
  }
}

/** @param labels missing labels are all that keeps a builtin from making it */
function openTrain(path: string, beside: Beside, labels: boolean): Open {
  const builtin = labels ? '; {builtin: baseline} can, once every row of train and test has its label' : ''
  return { line: trainLine(beside), why: `there is no ${path} yet, and nothing says what makes it${builtin}` }
}

function openFeatures(seen: ModelSeen | null): readonly Open[] {
  if (seen === null || seen.wantsFeatures === null) return []
  const { width } = seen.wantsFeatures
  const columns = width === null ? 'the columns' : `the ${width} columns`
  const why = `${columns} of its one input, in the order the model was trained with: its file does not say them`
  return [{ line: 'features: [COLUMN, COLUMN]', why }]
}

/** What `evaluate` would do with the test data, or null. @param reads what it would read of the model's outputs; null: nothing */
function wouldDo({ path, seen }: Wanted['model'], task: BuiltinTask, reads: string | null, builtin: boolean): string | null {
  const judge = `judge ${primaryMetric[task]} (${task})`
  if (seen?.columns && reads !== null)
    return `feed ${plural(seen.columns.length, 'column')} of the test data to ${path}, read ${reads}, and ${judge}`
  return builtin ? `score the test data with the model that train makes, and ${judge}` : null
}

const sawTable = (table: Table | undefined): string =>
  table === undefined ? 'not opened' : `${plural(table.rows, 'row')}, ${plural(table.columns.length, 'column')}`

function contractOf(column: ColumnSeen, hidden: ReadonlySet<string>, there: readonly Role[]): ColumnContract {
  const has = column.in.map(({ role }) => role)
  return inferColumn(column, hidden.has(column.name), has.length === there.length ? null : has)
}

function targetOf({ target, tables, columns }: Wanted, inputs: ReadonlySet<string> | null, never: ReadonlySet<string>): TargetGuess | null {
  if (target === null) return guessTarget(columns, [...tables.keys()], inputs, never)
  for (const [role, table] of tables) {
    if (!labelledRoles.includes(role) || table.columns.some(({ name }) => name === target)) continue
    const names = table.columns.map(({ name }) => name)
    const near = nearest(target, names)
    throw new UserError(
      'TARGET_MISSING',
      `the ${role} data have no column ${quoted(target)}${near === null ? '' : `. Did you mean ${quoted(near)}?`}`,
      `name one of: ${wordsInstead(target, names, quoted)}`,
    )
  }
  return { column: target, because: 'as you said' }
}

const noData: DataSpec = {
  sources: {},
  target: null,
  positive: null,
  id: null,
  time: null,
  group: null,
  weight: null,
  labelDelayMs: null,
  features: null,
  sensitive: [],
}

/** The task as `evaluate` infers it, on the table it would look at. `unlabelled`: rows without a label are in the way, which `hold` tells. */
async function judgedAs(engine: DataEngine, { tables, model }: Wanted, target: TargetGuess | null) {
  const role = (['test', 'train', 'validation'] as const).find((one) => tables.has(one))
  const table = role === undefined ? undefined : tables.get(role)
  const nothing = { judged: null, trouble: null, unlabelled: false }
  if (target === null || table === undefined || role === undefined) return nothing
  try {
    const found = await readTarget(engine, table, { ...noData, target: target.column }, null, `data.${role}`)
    // what is inferred is a plain task
    if (!isPlainTask(found.task)) return nothing
    const more = found.task === 'binary' && (model.seen?.classLabels ?? 0) > 2
    const task: BuiltinTask = more ? 'multiclass' : found.task
    const because = more ? 'the model has more than two classes' : `as the target looks in the ${role} data`
    return { ...nothing, judged: { task, because } }
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown
    return thrown.code === 'LABELS_MISSING' ? { ...nothing, unlabelled: true } : { ...nothing, trouble: `${thrown.message}: ${thrown.fix}` }
  }
}

function positiveFor(columns: readonly ColumnSeen[], target: TargetGuess | null, task: BuiltinTask | null, hidden: ReadonlySet<string>) {
  const nothing = { write: null, open: [] as readonly Open[] }
  if (target === null || task !== 'binary') return nothing
  const column = columns.find(({ name }) => name === target.column)
  const first = column?.in.find(({ role }) => role === 'test') ?? column?.in[0]
  if (first === undefined || first.storage === 'boolean') return nothing
  const numbers = first.min !== null && first.max !== null ? [String(first.min), String(first.max)] : null
  const labels = first.levels?.top.map(({ label }) => label) ?? numbers ?? []
  const found = positiveOf(labels)
  if (found.kind === 'usual') return nothing
  const secret = hidden.has(target.column)
  if (found.kind === 'write' && !secret) return { write: found.label, open: [] }
  const named = labels.length === 2 && !secret && first.levels !== null ? `: ${labels.map(quoted).join(' or ')}` : ''
  return { write: null, open: [{ line: 'positive: LABEL', why: `which of the two labels counts${named}: evaluate needs it` }] }
}

/** The one unique column that is named like an id, and numbers train and test apart. */
async function idOf(engine: DataEngine, tables: Tables, ids: readonly ColumnSeen[]): Promise<Proposal['id']> {
  const [only, ...others] = ids
  const [train, test] = [tables.get('train'), tables.get('test')]
  if (only === undefined || others.length > 0 || test === undefined || !only.in.some(({ role }) => role === 'test')) return null
  if (only.in.some(({ role, missing }) => role === 'test' && missing > 0)) return null
  if (train !== undefined && only.in.some(({ role }) => role === 'train')) {
    const x = quoteName(only.name)
    const [row] = await engine.aggregate({
      sql: `SELECT count(*) AS n FROM ${test.relation} WHERE CAST(${x} AS VARCHAR) IN (SELECT CAST(${x} AS VARCHAR) FROM ${train.relation})`,
    })
    if (Number(row?.n ?? 0) > 0) return null
  }
  return { column: only.name, because: 'no value twice, and none in train and test alike' }
}

function layoutFor(seen: ModelSeen | null, task: BuiltinTask | null): { readonly says: string | null; readonly trouble: string | null } {
  if (seen === null || task === null) return { says: null, trouble: null }
  try {
    const { label, values } = layoutOf(seen.outputs, task, seen.path)
    const parts = [
      label === null ? null : `labels from ${quoted(label)}`,
      values === null ? null : `${task === 'regression' ? 'values' : 'scores'} from ${quoted(values)}`,
    ]
    return { says: parts.filter((part) => part !== null).join(' and '), trouble: null }
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown
    return { says: null, trouble: `${thrown.message}: ${thrown.fix}` }
  }
}

const trainLine = ({ trainScript }: Beside): string => `train: {run: python ${trainScript ?? 'train.py'}}`

const limitsFor: Readonly<Record<BuiltinTask, string>> = {
  binary: '{roc_auc: {min: 0.7, max_drop: 1pp}}',
  multiclass: '{accuracy: {min: 0.7, max_drop: 1pp}}',
  regression: '{rmse: {max_rise: 1% relative}}',
}

const hintsFor = (task: BuiltinTask | null, beside: Beside, builtin: boolean): readonly string[] => [
  ...(builtin ? [] : [`${trainLine(beside)} # what makes the model, if this repository does`]),
  ...(task === null
    ? []
    : [`evaluate: {metrics: ${limitsFor[task]}} # how good is good enough; without it ${primaryMetric[task]} may not get worse`]),
  'promote: {to: production} # what a merge releases',
]
