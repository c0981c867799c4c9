/** The config that is to be written, held against the data it was made of: what does not hold is not written. */
import { usualExpectations } from '../../core/checks/defaults.ts'
import { columnChecks, targetChecks, targetQuery } from '../../core/checks/integrity.ts'
import { toCheck } from '../../core/checks/report.ts'
import type { Expectation, ModelConfig } from '../../core/schema/config.ts'
import type { Check } from '../../core/schema/result.ts'
import type { DataEngine } from '../../ports/data-engine.ts'
import { tableFacts } from '../table-facts.ts'
import { judge } from '../validate/judge.ts'
import type { Tables } from './tables.ts'

export interface Held {
  readonly broken: readonly Expectation[]
  /** what `validate` will say of the data itself */
  readonly told: readonly string[]
  readonly count: number
}

const willSay = ({ effect, message, fix }: Check): string =>
  `validate will ${effect === 'warn' ? 'warn' : 'fail'}: ${message}${fix === null ? '' : `; ${fix}`}`

/** @param judged which expectations are ours to take back */
export async function hold(
  engine: DataEngine,
  model: ModelConfig,
  tables: Tables,
  now: string,
  judged: (one: Expectation) => boolean,
): Promise<Held> {
  const ours = model.expect.filter(judged)
  const usual = usualExpectations(model)
  const told: string[] = []
  const findings = []
  for (const [role, table] of tables) {
    const facts = tableFacts(table, role)
    const others = new Map([...tables].filter(([other]) => other !== role).map(([other, one]) => [other, tableFacts(one, other)]))
    for (const check of columnChecks(facts, model.data)) told.push(willSay(check))
    const query = targetQuery(facts, model.data)
    if (query !== null) {
      const [row = {}] = await engine.aggregate(query)
      for (const check of targetChecks(facts, model.data, row)) if (check.status !== 'pass') told.push(willSay(check))
    }
    const done = await judge(engine, facts, [...ours, ...usual], { others, reference: null, data: model.data, now, verified: new Map() })
    findings.push(...done.flatMap((one) => one.findings))
  }
  const bad = findings.filter(({ status }) => status === 'fail' || status === 'error')
  for (const expectation of usual) {
    const found = findings.filter((finding) => finding.expectation === expectation)
    if (found.some((finding) => bad.includes(finding))) told.push(willSay(toCheck(found, { onInconclusive: 'pass', onMissing: 'pass' })))
  }
  return { broken: ours.filter((one) => bad.some(({ expectation }) => expectation === one)), told, count: ours.length }
}
