/** What `--explain` can say of this machine before any work: which files are there, how many rows, whether the ledger can be read. */
import { resolve } from 'node:path'
import { ALPHA } from '../../core/evaluate/claim.ts'
import { decidable } from '../../core/evaluate/decidable.ts'
import { decidableUnpaired } from '../../core/evaluate/decidable-unpaired.ts'
import { holdoutOf, proofLevel } from '../../core/evaluate/reuse.ts'
import { dayOf, explainWaivers } from '../../core/gate/waivers.ts'
import { stateOf } from '../../core/ledger/files.ts'
import { showRef } from '../../core/ledger/show-ref.ts'
import { aliasOf, findVersion, usesOf } from '../../core/ledger/transitions.ts'
import { shownSource } from '../../core/policy/shown.ts'
import { plural } from '../../core/report/format.ts'
import type { ModelConfig, ModelRef, Source } from '../../core/schema/config.ts'
import type { LedgerModel } from '../../core/schema/ledger.ts'
import { targetColumns } from '../../core/schema/target-columns.ts'
import { UserError } from '../../errors.ts'
import { quoteName, type Table } from '../../ports/data-engine.ts'
import type { RunContext } from '../context.ts'
import { noLedgerYet, readLedger } from '../ledger-change.ts'
import { openSource } from '../open-data.ts'
import { subTable } from '../sub-table.ts'
import { numbersOnly } from './numbers-only.ts'
import { type LabelledRole, openLabelled, testRecords } from './open-labelled.ts'
import { readNumbers } from './own-numbers.ts'
import { partSizes } from './part-sizes.ts'

export async function explainFacts(context: RunContext, model: ModelConfig): Promise<readonly string[]> {
  const day = dayOf(context.clock.now())
  const known = await ledger(context, model)
  return [
    ...(await candidate(context, model)),
    ...(await rows(context, model, known)),
    ...(await choosing(context, model)),
    ...(await answers(context, model)),
    ...(await ownNumbers(context, model)),
    ...(await references(context, model, known)),
    ...known.lines,
    ...explainWaivers(context.config.waivers ?? [], model.name, day),
  ]
}

/** A permission, a file, a column, a label; or what is there and cannot be taken. */
const missing = (what: string, { code, message, fix }: UserError): string =>
  `${/^(?:LEDGER|TOKEN|GITHUB|API)_|_MISSING$/.test(code) ? 'missing' : 'in the way'}: ${what}: ${code}: ${message}. ${fix}`

async function told(what: string, work: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await work()
  } catch (thrown) {
    if (thrown instanceof UserError) return [missing(what, thrown)]
    throw thrown
  }
}

async function candidate({ root, ports: { files } }: RunContext, { model }: ModelConfig): Promise<readonly string[]> {
  const ref = model
  if (ref.kind !== 'path') return [`the candidate is ${showRef(ref)}: \`modelgate fetch\` gets it`]
  return told('the candidate', async () =>
    (await files.digest(resolve(root, ref.path))) === null
      ? [`missing: the candidate: there is no file ${ref.path} yet: train or fetch it`]
      : [],
  )
}

/** The rows that will judge, as `evaluate` takes them: without those that have no label yet. */
async function rows(context: RunContext, model: ModelConfig, known: Known): Promise<readonly string[]> {
  if (model.data.sources.test === undefined || model.task === 'custom' || targetColumns(model.data).length === 0) return []
  return told('data.test', async () => {
    const own = { ...context, model }
    const { engine, table, shown, target, excluded, counted, rowsRead } = await openLabelled(own)
    const holdout = holdoutOf(await testRecords(table, rowsRead)) ?? ''
    const proof = await proofNow(context, model, known, holdout)
    const only = await numbersOnly(model, { root: context.root, files: context.ports.files, states: known.states })
    const knownOfRows = { task: target.task, proof: proof.level }
    return [
      sizeOf('test', { excluded, counted }),
      ...(target.inferred ? [`the target looks like a ${target.task} task: \`task: ${target.task}\` in the config would say so`] : []),
      ...proof.lines,
      ...(only === null
        ? decidable(model, counted, knownOfRows)
        : decidableUnpaired(model, only, { ...knownOfRows, rows: table.rows, holdout })),
      ...(await partSizes(own, { engine, table: thatCount(table, model.data.weight, counted), shown, target })),
    ]
  })
}

const thatCount = (table: Table, weight: string | null, rows: number): Table =>
  weight === null || rows === table.rows ? table : subTable(table, { where: `${quoteName(weight)} <> 0`, rows })

/** The rows on which a threshold is chosen. */
async function choosing(context: RunContext, model: ModelConfig): Promise<readonly string[]> {
  const on = model.evaluate.chooseThreshold?.on
  if (on === undefined) return []
  return told(`data.${on}`, async () => [sizeOf(on, await openLabelled({ ...context, model }, on))])
}

function sizeOf(role: LabelledRole, { counted, excluded }: Pick<Awaited<ReturnType<typeof openLabelled>>, 'counted' | 'excluded'>): string {
  const left = Object.entries(excluded).map(([why, count]) => `; ${plural(count, 'row')} left out: ${why}`)
  return `data.${role} has ${plural(counted, 'row')}${left.join('')}`
}

/** The level at which a mode that asks for proof will have it, where nobody is faster. */
async function proofNow({ root, ports }: RunContext, { name, evaluate, model }: ModelConfig, { states, begun }: Known, holdout: string) {
  if (evaluate.mode !== 'non_inferior' && evaluate.mode !== 'superior') return { level: ALPHA, lines: [] }
  const found = model.kind === 'path' ? await ports.files.digest(resolve(root, model.path)) : null
  const uses = states === null ? [] : usesOf(states(name), holdout)
  const level = proofLevel({ kind: 'counted', uses, uncounted: '' }, found?.digest ?? '')
  const used =
    states === null && begun !== false
      ? 'how often this test data was used is not known'
      : `${plural(uses.length, 'candidate')} used this test data before`
  return { level, lines: [`mode ${evaluate.mode} asks for proof at ${Number(level.toPrecision(3))}: ${used}`] }
}

/** Which file it is is known once the baseline is. */
const perVersion = (source: Source | undefined): boolean => shownSource(source).includes('{version}')

/** Answers that were made elsewhere. */
async function answers(context: RunContext, { score, evaluate, baseline }: ModelConfig): Promise<readonly string[]> {
  const lines: string[] = []
  const sources = [
    ['score.predictions', score?.kind === 'predictions' ? score.source : undefined],
    ['evaluate.parity.predictions', evaluate.parity?.predictions],
    ...(perVersion(baseline.predictions) ? [] : [['baseline.predictions', baseline.predictions] as const]),
  ] as const
  for (const [key, source] of sources) {
    if (source === undefined) continue
    lines.push(
      ...(await told(key, async () => {
        const table = await openSource(context, source, key)
        return [`${key} has ${plural(table.rows, 'row')}`]
      })),
    )
  }
  return lines
}

async function ownNumbers(context: RunContext, model: ModelConfig): Promise<readonly string[]> {
  if (model.score?.kind !== 'metrics_file') return []
  return told('score.metrics_file', async () => {
    const { numbers } = await readNumbers(context, model)
    return [`score.metrics_file has ${plural(numbers.size, 'number')}`]
  })
}

async function references(
  { root, ports: { files } }: RunContext,
  { name, baseline }: ModelConfig,
  known: Known,
): Promise<readonly string[]> {
  const lines: string[] = []
  for (const ref of baseline.from) {
    const shown = `the baseline ${showRef(ref)}`
    if (ref.kind === 'path')
      lines.push(
        ...(await told(shown, async () =>
          (await files.digest(resolve(root, ref.path))) === null ? [`missing: ${shown}: there is no such file`] : [],
        )),
      )
    else lines.push(...absentIn(ref, name, known).map((why) => `missing: ${shown}: ${why}`))
  }
  const none = baseline.from.length > 0 && lines.length === baseline.from.length
  return none ? [...lines, `so there is nothing to compare with: changes will count as ${baseline.onMissing} (baseline.on_missing)`] : lines
}

/** Why a reference into the ledger leads nowhere; empty: it leads somewhere, or nobody can tell before it is fetched. */
function absentIn(ref: ModelRef, name: string, { states, begun }: Known): readonly string[] {
  if (ref.kind !== 'alias' && ref.kind !== 'version' && ref.kind !== 'main') return []
  if (states === null) return begun === false ? ['there is no ledger yet'] : []
  const state = states(ref.kind === 'main' ? name : (ref.model ?? name))
  switch (ref.kind) {
    case 'alias':
      return aliasOf(state, ref.alias) === null ? [`${state.model} has no alias ${ref.alias}`] : []
    case 'version':
      return findVersion(state, ref.version) === null ? [`${state.model} has no version ${ref.version}`] : []
    case 'main':
      return state.main === null ? [`no run of the default branch is recorded for ${state.model}`] : []
  }
}

interface Known {
  readonly lines: readonly string[]
  /** null: there is no ledger, or it was not asked or not read */
  readonly states: ((model: string) => LedgerModel) | null
  /** null: nobody knows */
  readonly begun: boolean | null
}

async function ledger(context: RunContext, { baseline, promote, evaluate }: ModelConfig): Promise<Known> {
  const asked =
    promote !== null ||
    evaluate.mode === 'non_inferior' ||
    evaluate.mode === 'superior' ||
    evaluate.metrics.some((metric) => metric.auto) ||
    baseline.from.some(({ kind }) => ['alias', 'version', 'main'].includes(kind))
  if (!asked) return { lines: [], states: null, begun: null }
  const known: { states: Known['states']; begun: boolean | null } = { states: null, begun: null }
  const lines = await told('the ledger', async () => {
    const transport = await context.ports.ledger()
    const { head, ledger: read } = await readLedger(transport)
    known.begun = head !== null
    if (head !== null) known.states = (model) => stateOf(read, model)
    return head === null ? [`${noLedgerYet(transport)}: there is nothing to compare with, and uses of the holdout are not known`] : []
  })
  return { lines, ...known }
}
