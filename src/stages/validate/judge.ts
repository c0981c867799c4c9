/** Expectations on one opened table: the plan of the core, run on the engine. */
import type { Row } from '../../core/checks/entry.ts'
import type { TableFacts } from '../../core/checks/facts.ts'
import { type Finding, type Plan, planChecks, type Step, type Surroundings, sqlTexts } from '../../core/checks/plan.ts'
import { findCheck } from '../../core/checks/table.ts'
import type { Expectation } from '../../core/schema/config.ts'
import { UserError } from '../../errors.ts'
import type { DataEngine } from '../../ports/data-engine.ts'

export interface Judged {
  readonly plan: Plan
  readonly findings: readonly Finding[]
}

/** Every expectation of this role. SQL of the config that fails on the data is an error of its check, and of no other. */
export async function judge(
  engine: DataEngine,
  table: TableFacts,
  expectations: readonly Expectation[],
  around: Surroundings,
): Promise<readonly Judged[]> {
  const asked = expectations.filter(({ on }) => on.some((role) => role === table.role))
  const free = asked.filter((expectation) => !hasSql(expectation))
  const judged = [await run(engine, planChecks(free, table, around))]
  for (const expectation of asked.filter(hasSql)) {
    const plan = planChecks([expectation], table, around)
    try {
      judged.push(await run(engine, plan))
    } catch (thrown) {
      judged.push({ plan, findings: [refused(expectation, table.role, thrown)] })
    }
  }
  return judged
}

const hasSql = (expectation: Expectation): boolean => {
  const entry = findCheck(expectation.check)
  return entry !== null && sqlTexts(expectation, entry).length > 0
}

async function run(engine: DataEngine, plan: Plan): Promise<Judged> {
  let findings: readonly Finding[] = plan.known
  if (plan.shared !== null) findings = [...findings, ...(await answer(engine, plan.shared))]
  for (const step of plan.own) findings = [...findings, ...(await answer(engine, step))]
  for (const where of ['beginning', 'anywhere'] as const) {
    const step = plan.locate(findings, where)
    if (step !== null) findings = await answer(engine, step)
  }
  return { plan, findings }
}

async function answer(engine: DataEngine, step: Step): Promise<readonly Finding[]> {
  const answers: (readonly Row[])[] = []
  for (const query of step.queries) answers.push(await engine.aggregate(query))
  return step.finish(answers)
}

/** What the engine says of it names types and functions at best, and at worst a value: it is not passed on. */
function refused(expectation: Expectation, role: string, thrown: unknown): Finding {
  if (thrown instanceof UserError && thrown.code !== 'DATA_UNREADABLE') throw thrown
  const says = 'BAD_SQL: its SQL cannot be computed on this data: compare the types of the columns with what it does to them'
  return { expectation, role, status: 'error', judged: null, broken: null, observed: null, first: null, limit: null, says, whole: true }
}
