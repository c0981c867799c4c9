/**
 * `validate`: is the data what the model expects? Opens every configured role, judges the expectations on it, and writes `profile.json`.
 * Data that cannot be read is an error of that role; the others are judged all the same, so that everything is seen at once.
 */
import { join, resolve } from 'node:path'
import type { Surroundings } from '../core/checks/ask.ts'
import { usualExpectations } from '../core/checks/defaults.ts'
import type { Sql } from '../core/checks/facts.ts'
import type { Finding } from '../core/checks/finding.ts'
import { columnChecks, namesNowhere, targetChecks, targetQuery } from '../core/checks/integrity.ts'
import { nothingJudged } from '../core/checks/nothing-judged.ts'
import { toCheck } from '../core/checks/report.ts'
import { groupBy } from '../core/collections.ts'
import { plural } from '../core/report/format.ts'
import { type ModelConfig, type Role, roles } from '../core/schema/config.ts'
import type { ValidateDetails } from '../core/schema/details.ts'
import type { TableProfile } from '../core/schema/profile.ts'
import { type Check, type InputRecord, makeCheck, type StageOutput } from '../core/schema/result.ts'
import { UserError } from '../errors.ts'
import type { DataEngine, Table } from '../ports/data-engine.ts'
import type { Begin, ModelContext, ModelStage } from './context.ts'
import { inputRecords, openSource } from './open-data.ts'
import { modelFolder } from './out-folder.ts'
import { isProfiled, profileOptions } from './profile/options.ts'
import type { Profiled } from './profile-table.ts'
import { readProfile, tableOf } from './read-profile.ts'
import { sourceFiles } from './source-files.ts'
import { tableFacts } from './table-facts.ts'
import { judgePlanned, planRole, ridersOfPlans } from './validate/judge.ts'
import { lookForNumbers } from './validate/nearly-numbers.ts'
import { openOthers } from './validate/other-tables.ts'
import { readConfigSql } from './validate/read-config-sql.ts'
import { readResults } from './validate/read-results.ts'
import { type Sample, samplesPath, takeSamples, writeSamples } from './validate/samples.ts'
import { writeProfile } from './write-profile.ts'

export const profilePath = (context: ModelContext): string => join(modelFolder(context.out, context.model.name), 'profile.json')

/**
 * From now on, while the engine starts and tries the config's SQL. Not where a digest is pinned: that is held against the file before all else.
 * What is wrong with a source is told when it is opened.
 */
export const bringRoles: Begin = async ({ model, root, ports, signal }) => {
  for (const role of roles) {
    const source = model.data.sources[role]
    if (source?.kind !== 'files' || source.sha256 !== null) continue
    const engine = await ports.engine()
    engine.bring(await sourceFiles({ root, ports, signal }, role, source))
  }
}

export const validate: ModelStage = async (context): Promise<StageOutput> => {
  const { model, ports } = context
  await ports.files.remove(profilePath(context))
  await ports.files.remove(samplesPath(context))
  const verified = await readConfigSql(context)
  const opened = await openRoles(context)
  const findings: Finding[] = []
  const samples: Sample[] = []
  const profiles: TableProfile[] = []
  const trained = await storedTraining(context)
  const now = context.clock.now()
  const expected = [...model.expect, ...usualExpectations(model)]
  const besides = await openOthers(context, expected)
  for (const { role, table, checks } of opened) {
    if (table === null) continue
    try {
      const engine = await ports.engine()
      checks.push(...(await integrity(engine, table, role, context)))
      const facts = tableFacts(table, role)
      const nearly = await lookForNumbers(engine, facts, model.data)
      if (nearly !== null) context.progress.warn(nearly.message)
      if (nearly !== null) checks.push(nearly)
      const around: Surroundings = {
        others: new Map([
          ...besides.tables,
          ...opened.flatMap((one) =>
            one.table === null || one.role === role ? [] : [[one.role, tableFacts(one.table, one.role)] as const],
          ),
        ]),
        reference: role === 'train' ? null : (profiles.find((profile) => profile.role === 'train') ?? trained),
        data: model.data,
        now,
        verified,
      }
      const planned = planRole(facts, expected, around, { alone: !isProfiled(model) })
      // first the profile, whose scan takes along what the checks want of the same rows; trouble of its own is told when they are judged
      const riders = ridersOfPlans(planned)
      const [profiled] = await Promise.allSettled([profileOf(engine, table, role, model, profiles[0], riders.wanted)])
      const rode = profiled.status === 'fulfilled' ? (profiled.value?.rode ?? null) : null
      const judged = await judgePlanned(engine, planned, (scan) => riders.valuesOf(scan, rode), model.limits.timeMs)
      findings.push(...judged.flatMap((one) => one.findings))
      if (model.samples === 'local') samples.push(...(await takeSamples(engine, judged, model.data.sensitive)))
      if (profiled.status === 'rejected') throw profiled.reason
      if (profiled.value !== null) profiles.push(profiled.value.profile)
    } catch (thrown) {
      checks.push(trouble(role, thrown))
    }
    context.signal.throwIfAborted()
  }
  const checks = [...opened.flatMap((one) => one.checks), ...namesOfNone(opened, context), ...besides.checks]
  const policy = { onInconclusive: model.gate.onInconclusive, onMissing: model.baseline.onMissing }
  const found = groupBy(findings, ({ expectation }) => expectation)
  for (const expectation of expected) {
    const own = found.get(expectation)
    if (own !== undefined) checks.push(toCheck(own, policy))
  }
  const unjudged = nothingJudged(model.expect, found)
  if (unjudged !== null) checks.push(unjudged)
  const foreign = await readResults(context, policy)
  checks.push(...foreign.checks)
  if (profiles.length > 0) await writeProfile(context, profilePath(context), profiles)
  if (model.samples === 'local') await writeSamples(context, samples)
  // their digests are known last: the rows were looked at meanwhile
  const inputs: InputRecord[] = []
  for (const { role, table } of opened) if (table !== null) inputs.push(...(await inputRecords(role, table)))
  const tables = opened.flatMap(({ role, table }) =>
    table === null ? [] : [{ role, format: table.format, rows: table.rows, columns: table.columns.length }],
  )
  return {
    checks,
    inputs: [...inputs, ...besides.inputs, ...foreign.inputs],
    details: { tables } satisfies ValidateDetails,
  }
}

/** Null where nobody reads one. */
const profileOf = async (
  engine: DataEngine,
  table: Table,
  role: Role,
  model: ModelConfig,
  reference: TableProfile | undefined,
  riders: readonly Sql[],
): Promise<Profiled | null> =>
  isProfiled(model)
    ? (await import('./profile-table.ts')).profileOnce(
        engine,
        table,
        { ...profileOptions(model, role), ...(reference === undefined ? {} : { reference }) },
        riders,
      )
    : null

interface Opened {
  readonly role: Role
  /** null: nothing that has rows, or nothing that could be read */
  readonly table: Table | null
  readonly checks: Check[]
}

/** All of them before any is judged: some checks look at two. */
async function openRoles(context: ModelContext): Promise<readonly Opened[]> {
  const opened: Opened[] = []
  for (const role of roles) {
    const source = context.model.data.sources[role]
    if (source === undefined) continue
    if (source.kind === 'profile') {
      const message = `data.${role} is a stored profile: there are no rows to judge`
      const check = makeCheck({ id: `validate.read:${role}`, status: 'skipped', effect: 'skipped', message })
      opened.push({ role, table: null, checks: [check] })
      continue
    }
    try {
      const table = await openSource(context, source, role)
      context.progress.say(`${role}: ${plural(table.rows, 'row')}, ${plural(table.columns.length, 'column')}`)
      opened.push({ role, table, checks: [readable(role, table)] })
    } catch (thrown) {
      opened.push({ role, table: null, checks: [trouble(role, thrown)] })
    }
    context.signal.throwIfAborted()
  }
  return opened
}

/** Where all data were opened: what could not be, or holds no rows, may have the columns. */
function namesOfNone(opened: readonly Opened[], { model }: ModelContext): readonly Check[] {
  const tables = opened.flatMap(({ role, table }) => (table === null ? [] : [tableFacts(table, role)]))
  return tables.length === opened.length ? namesNowhere(tables, model.data) : []
}

/** @throws what is no trouble of the user's */
function trouble(role: Role, thrown: unknown): Check {
  if (!(thrown instanceof UserError)) throw thrown
  const message = `${thrown.code}: ${thrown.message}`
  return makeCheck({ id: `validate.read:${role}`, status: 'error', effect: 'error', message, fix: thrown.fix })
}

/** The training data as a stored profile, where that is all there is of it. */
async function storedTraining(context: ModelContext): Promise<TableProfile | null> {
  const source = context.model.data.sources.train
  if (source?.kind !== 'profile') return null
  const profile = await readProfile(context.ports.files, resolve(context.root, source.path), source.path)
  return profile === null ? null : tableOf(profile, 'train')
}

const readable = (role: Role, table: Table): Check =>
  makeCheck({
    id: `validate.read:${role}`,
    status: 'pass',
    effect: 'pass',
    n: table.rows,
    message: `data.${role}: ${plural(table.rows, 'row')} and ${plural(table.columns.length, 'column')} were read`,
  })

async function integrity(engine: DataEngine, table: Table, role: Role, { model }: ModelContext): Promise<readonly Check[]> {
  const facts = tableFacts(table, role)
  const missing = columnChecks(facts, model.data)
  const query = targetQuery(facts, model.data)
  if (query === null) return missing
  const [row = {}] = await engine.aggregate(query)
  return [...missing, ...targetChecks(facts, model.data, row)]
}
