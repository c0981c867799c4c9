/**
 * `validate`: is the data what the model expects? Opens every configured role, judges the expectations on it, and writes `profile.json`.
 * Data that cannot be read is an error of that role; the others are judged all the same, so that everything is seen at once.
 */
import { join } from 'node:path'
import { columnChecks, targetCheck, targetQuery } from '../core/checks/integrity.ts'
import { type Finding, planChecks } from '../core/checks/plan.ts'
import { toCheck } from '../core/checks/report.ts'
import { count } from '../core/report/format.ts'
import { type Expectation, type Role, roles } from '../core/schema/config.ts'
import type { ValidateDetails } from '../core/schema/details.ts'
import { type Profile, profileSchema, type TableProfile } from '../core/schema/profile.ts'
import { type Check, type InputRecord, makeCheck, type StageOutput } from '../core/schema/result.ts'
import { UserError } from '../errors.ts'
import type { DataEngine, Table } from '../ports/data-engine.ts'
import type { ModelContext, ModelStage } from './context.ts'
import { inputRecords, openSource } from './open-data.ts'
import { modelFolder } from './out-folder.ts'
import { buildProfile, tableFacts } from './profile-table.ts'

export const profilePath = (context: ModelContext): string => join(modelFolder(context.out, context.model.name), 'profile.json')

export const validate: ModelStage = async (context): Promise<StageOutput> => {
  const { model, ports, progress } = context
  await ports.files.remove(profilePath(context))
  await refuseBadPatterns(context)
  const checks: Check[] = []
  const findings: Finding[] = []
  const inputs: InputRecord[] = []
  const details: ValidateDetails['tables'] = []
  const profiles: TableProfile[] = []
  for (const role of roles) {
    const source = model.data.sources[role]
    if (source === undefined) continue
    if (source.kind === 'profile') {
      checks.push(
        makeCheck({
          id: `validate.read:${role}`,
          status: 'skipped',
          effect: 'skipped',
          message: `data.${role} is a stored profile: there are no rows to judge`,
        }),
      )
      continue
    }
    try {
      const table = await openSource(context, source, role)
      inputs.push(...inputRecords(role, table))
      details.push({ role, format: table.format, rows: table.rows, columns: table.columns.length })
      progress.say(`${role}: ${count(table.rows)} rows, ${table.columns.length} columns`)
      checks.push(readable(role, table))
      const engine = await ports.engine()
      checks.push(...(await integrity(engine, table, role, context)))
      findings.push(...(await judge(engine, table, role, model.expect)))
      const [reference] = profiles
      profiles.push(
        await buildProfile(engine, table, { role, sensitive: model.data.sensitive, ...(reference === undefined ? {} : { reference }) }),
      )
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown
      checks.push(
        makeCheck({
          id: `validate.read:${role}`,
          status: 'error',
          effect: 'error',
          message: `${thrown.code}: ${thrown.message}`,
          fix: thrown.fix,
        }),
      )
    }
    context.signal.throwIfAborted()
  }
  const policy = { onInconclusive: model.gate.onInconclusive, onMissing: model.baseline.onMissing }
  for (const expectation of model.expect) {
    const found = findings.filter((finding) => finding.expectation === expectation)
    if (found.length > 0) checks.push(toCheck(found, policy))
  }
  if (profiles.length > 0) await writeProfile(context, profiles)
  return { checks, inputs, details: { tables: details } satisfies ValidateDetails }
}

const readable = (role: Role, table: Table): Check =>
  makeCheck({
    id: `validate.read:${role}`,
    status: 'pass',
    effect: 'pass',
    n: table.rows,
    message: `data.${role}: ${count(table.rows)} rows and ${table.columns.length} columns were read`,
  })

async function integrity(engine: DataEngine, table: Table, role: Role, { model }: ModelContext): Promise<readonly Check[]> {
  const facts = tableFacts(table, role)
  const missing = columnChecks(facts, model.data)
  const query = targetQuery(facts, model.data)
  if (query === null) return missing
  const [row = {}] = await engine.aggregate(query)
  return [...missing, targetCheck(facts, model.data, row)]
}

async function judge(engine: DataEngine, table: Table, role: Role, expectations: readonly Expectation[]): Promise<readonly Finding[]> {
  const asked = expectations.filter((expectation) => expectation.on.includes(role))
  const plan = planChecks(asked, tableFacts(table, role))
  const findings = [...plan.known]
  if (plan.shared !== null) {
    const [row = {}] = await engine.aggregate(plan.shared)
    findings.push(...plan.finishShared(row))
  }
  for (const { query, finish } of plan.own) {
    const [row = {}] = await engine.aggregate(query)
    findings.push(finish(row))
  }
  return findings
}

/** A pattern the engine cannot read is the config's fault, not the data's: it is tried alone before any data is read. */
async function refuseBadPatterns({ model, ports }: ModelContext): Promise<void> {
  for (const { check, column, params } of model.expect) {
    const { pattern } = params
    if (check !== 'matches' || typeof pattern !== 'string') continue
    const engine = await ports.engine()
    try {
      await engine.aggregate({ sql: `SELECT regexp_full_match('', ?) AS fine`, values: [pattern] })
    } catch {
      throw new UserError(
        'BAD_PATTERN',
        `expect.columns.${column}.matches is not a regular expression of RE2`,
        'RE2 has no look-around and no back-references; see https://github.com/google/re2/wiki/Syntax',
      )
    }
  }
}

async function writeProfile(context: ModelContext, tables: readonly TableProfile[]): Promise<void> {
  const engine = await context.ports.engine()
  const profile: Profile = profileSchema.parse({
    schema: 'modelgate/profile@1',
    engine: await engine.describe(),
    tool: { name: 'modelgate', version: context.toolVersion },
    target: context.model.data.target,
    tables,
  })
  const { files } = context.ports
  await files.makeFolder(modelFolder(context.out, context.model.name))
  await files.write(profilePath(context), `${JSON.stringify(profile)}\n`)
}
