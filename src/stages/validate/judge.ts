/** Expectations on one opened table: the plan of the core, run on the engine. */
import type { Row } from '../../core/checks/answer.ts'
import { type Surroundings, sqlTexts } from '../../core/checks/ask.ts'
import { asRead, type TableFacts, withoutOrder } from '../../core/checks/facts.ts'
import type { Finding, Step } from '../../core/checks/finding.ts'
import { looks } from '../../core/checks/first-rows.ts'
import { type Plan, planChecks } from '../../core/checks/plan.ts'
import { answersOf, type Riders, ridersOf, type Scan, scanQuery } from '../../core/checks/scan.ts'
import { findCheck } from '../../core/checks/table.ts'
import { duration } from '../../core/report/format.ts'
import type { Expectation } from '../../core/schema/config.ts'
import { UserError } from '../../errors.ts'
import type { DataEngine } from '../../ports/data-engine.ts'

export interface Judged {
  readonly plan: Plan
  readonly table: TableFacts
  readonly findings: readonly Finding[]
}

/** Expectations of one role, planned: those without SQL of the config together, each of the others alone, so that what fails is an error of its check and of no other. */
export interface Planned {
  readonly plan: Plan
  readonly table: TableFacts
  /** whose SQL it is */
  readonly own: Expectation | null
  /** it is asked by itself, of rows as they are read (`asRead`), and in no longer than such SQL may take: where columns are read one by one that costs little more than with others */
  readonly apart: boolean
}

/** @param alone none of it will ride in a query of others, which sees no row number of the engine's own */
export function planRole(
  facts: TableFacts,
  expectations: readonly Expectation[],
  around: Surroundings,
  { alone }: { readonly alone: boolean } = { alone: false },
): readonly Planned[] {
  const table = alone ? facts : withoutOrder(facts)
  const asked = expectations.filter(({ on }) => on.some((role) => role === table.role))
  const free = asked.filter((expectation) => !hasSql(expectation))
  return [
    { plan: planChecks(free, table, around), table, own: null, apart: false },
    ...asked.filter(hasSql).map((own) => {
      const names = namesIn(own, around)
      const others = new Map([...around.others].map(([role, other]) => [role, asRead(other, names)] as const))
      const read = asRead(table, names)
      return { plan: planChecks([own], read, { ...around, others }), table: read, own, apart: table.columnar }
    }),
  ]
}

/** In small letters, as SQL has them; null: only the engine knows which a query reads. */
function namesIn(own: Expectation, { verified, data }: Surroundings): ReadonlySet<string> | null {
  const entry = findCheck(own.check)
  const texts = entry === null ? [] : sqlTexts(own, entry)
  if (texts.some(({ form }) => form === 'query')) return null
  const read = texts.flatMap(({ text }) => verified.get(text)?.columns ?? [])
  return new Set([...read, ...(entry?.columns(own.params, data) ?? []), own.column ?? ''].map((name) => name.toLowerCase()))
}

/** What of them may ride in another query over the same rows. */
export const ridersOfPlans = (planned: readonly Planned[]): Riders =>
  ridersOf(planned.flatMap(({ plan, apart }) => (apart ? [] : plan.shared)))

/** @param valuesOf what a scan was told that rode; the rest is asked for here @param timeMs how long a query with SQL of the config may take */
export async function judgePlanned(
  engine: DataEngine,
  planned: readonly Planned[],
  valuesOf: (scan: Scan) => readonly unknown[] = () => [],
  timeMs = Number.POSITIVE_INFINITY,
): Promise<readonly Judged[]> {
  const judged: Judged[] = []
  const bounded: Pick<DataEngine, 'aggregate'> = { aggregate: (query) => engine.aggregate({ ...query, timeMs }) }
  for (const { plan, table, own } of planned) {
    try {
      judged.push(await run(own === null ? engine : bounded, table, plan, valuesOf))
    } catch (thrown) {
      if (own === null) throw thrown
      judged.push({ plan, table, findings: [refused(own, table.role, thrown, timeMs)] })
    }
  }
  return judged
}

/** Every expectation of this role, by scans of their own. */
export const judge = (
  engine: DataEngine,
  table: TableFacts,
  expectations: readonly Expectation[],
  around: Surroundings,
): Promise<readonly Judged[]> => judgePlanned(engine, planRole(table, expectations, around, { alone: true }))

const hasSql = (expectation: Expectation): boolean => {
  const entry = findCheck(expectation.check)
  return entry !== null && sqlTexts(expectation, entry).length > 0
}

type Asked = Pick<DataEngine, 'aggregate'>

async function run(engine: Asked, table: TableFacts, plan: Plan, valuesOf: (scan: Scan) => readonly unknown[]): Promise<Judged> {
  let findings: readonly Finding[] = plan.known
  for (const scan of plan.shared) findings = [...findings, ...scan.finish(await scanRows(engine, table, scan, valuesOf(scan)))]
  const open = plan.settle(findings)
  if (open !== null) findings = await answer(engine, open)
  for (const step of plan.own) findings = [...findings, ...(await answer(engine, step))]
  for (const where of looks) {
    const step = plan.locate(findings, where)
    if (step !== null) findings = await answer(engine, step)
  }
  return { plan, table, findings }
}

/** @param known the first values, which somebody found on the way */
async function scanRows(engine: Asked, table: TableFacts, { wanted }: Scan, known: readonly unknown[]): Promise<readonly unknown[]> {
  const rest = wanted.slice(known.length)
  const query = scanQuery(rest, table)
  const [row = {}] = query === null ? [] : await engine.aggregate(query)
  return [...known, ...answersOf(rest, row)]
}

async function answer(engine: Asked, step: Step): Promise<readonly Finding[]> {
  const answers: (readonly Row[])[] = []
  for (const query of step.queries) answers.push(await engine.aggregate(query))
  return step.finish(answers)
}

/** What the engine says of it names types and functions at best, and at worst a value: it is not passed on. */
function refused(expectation: Expectation, role: string, thrown: unknown, timeMs: number): Finding {
  const tooLong = thrown instanceof UserError && thrown.code === 'SQL_TIME'
  if (thrown instanceof UserError && thrown.code !== 'DATA_UNREADABLE' && !tooLong) throw thrown
  const found = { expectation, role, judged: null, broken: null, observed: null, first: null, limit: null, whole: true } as const
  return tooLong
    ? {
        ...found,
        status: 'error',
        says: `SQL_TIME: its SQL took longer than ${duration(timeMs)}, and was ended`,
        fix: 'look for a join that pairs every row with every other one, or raise limits.time',
      }
    : {
        ...found,
        status: 'error',
        says: 'BAD_SQL: its SQL cannot be computed on this data: compare the types of the columns with what it does to them',
      }
}
