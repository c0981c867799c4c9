/** `modelgate validate --explain`: the rule of every check in words, as this config sets it, before anything is read. */

import { z } from 'zod'
import { groupBy } from '../collections.ts'
import { plural, written } from '../report/format.ts'
import { type Expectation, type ModelConfig, roles } from '../schema/config.ts'
import { share } from '../schema/leaves.ts'
import { targetColumns } from '../schema/target-columns.ts'
import { usualExpectations } from './defaults.ts'
import type { CheckEntry } from './entry.ts'
import { labelled } from './integrity.ts'
import { checkId } from './report.ts'
import { findCheck } from './table.ts'

const scans = { none: 'no scan', shared: 'the shared scan', own: 'a scan of its own' } as const

/** Two lines a check: what holds, and how it is judged. Labels are the user's own words, and are counted as the policy counts them. */
export function explainChecks(model: ModelConfig): readonly string[] {
  const { expect, data, results = [] } = model
  const usual = usualExpectations(model)
  const scanned = [...expect, ...usual].map((one) => findCheck(one.check)?.scan)
  const own = scanned.filter((scan) => scan === 'own').length
  return [
    `${plural(expect.length, 'check')} of expect; of each table: ${scanned.includes('shared') ? 'one scan for all that share it' : 'no shared scan'}, ${own} of their own`,
    ...explained(expect, data.sources),
    ...results.map(
      ({ path, severity }) =>
        `validate.results:${path}: every check of that report holds; ${severity === 'warn' ? 'a warning' : 'a failure'}; no scan`,
    ),
    ...always(data),
    ...explained(usual, data.sources),
  ]
}

/** What nobody asks for, of the files that are configured. */
function always(data: ModelConfig['data']): readonly string[] {
  const rows = roles.filter((role) => data.sources[role] !== undefined && data.sources[role]?.kind !== 'profile')
  if (rows.length === 0) return []
  const targets = targetColumns(data)
  const labels = rows.filter((role) => labelled.includes(role))
  return [
    'beside expect, always:',
    `validate.read: every file is read whole, or it is an error`,
    `    on ${rows.join(', ')}`,
    'validate.column: the columns that data names are there, else an error; of sensitive ones, a warning',
    `    on ${rows.join(', ')}`,
    ...(targets.length === 0 || labels.length === 0
      ? []
      : [
          targets.length === 1
            ? `validate.target: every row has ${targets[0]}, else a failure; it is not the same in all of them, else an error`
            : `validate.target: every row has ${targets.join(', ')}, else a failure; one that is the same in all of them is a warning`,
          `    on ${labels.join(', ')}`,
        ]),
  ]
}

/** one rule of many columns names so many of them */
const mostNamed = 20

/** What is asked of several columns alike is said once, where the first of them stands. */
function explained(expectations: readonly Expectation[], sources: ModelConfig['data']['sources']): readonly string[] {
  const rules = expectations.map((one) => ({ ...ruleOf(one, sources), check: one.check, id: checkId(one) }))
  const alike = groupBy(rules, ({ check, rule, how }) => JSON.stringify([check, rule, how]))
  return [...alike.values()].flatMap((same) => {
    const [first, ...others] = same
    if (first === undefined) return []
    const named = others.slice(0, mostNamed - 1).map(({ id }) => id.slice(id.indexOf(':') + 1))
    const more = others.length - named.length
    const rest = more === 0 ? named : [...named, `${more} more`]
    return [`${[first.id, ...rest].join(', ')}: ${first.rule}`, ...first.how]
  })
}

interface Rule {
  readonly rule: string
  /** lines on how it is judged */
  readonly how: readonly string[]
}

function ruleOf(expectation: Expectation, sources: ModelConfig['data']['sources']): Rule {
  const entry = findCheck(expectation.check)
  if (entry === null) throw new Error(`there is no check ${expectation.check}`)
  const rows = expectation.on.filter((role) => sources[role]?.kind !== 'profile')
  const stored = expectation.on.filter((role) => sources[role]?.kind === 'profile')
  const { where = null, mostly = 1, severity } = expectation
  const how = [
    rows.length === 0 ? null : `on ${rows.join(', ')}`,
    where === null ? null : `where ${where}`,
    mostly === 1 ? null : `at least ${written(mostly * 100)} % must hold it`,
    severity === 'warn' ? 'a warning' : 'a failure',
    entry.mayShare ? `${scans.shared}, or ${scans.own}` : scans[entry.scan],
    entry.needs === null ? null : `needs ${entry.needs}`,
  ].filter((part) => part !== null)
  const undecided = stored.map((role) => `    not decided on ${role}: it is a stored profile, which holds no rows`)
  return { rule: `${entry.summary}${paramsOf(entry, expectation)}`, how: [`    ${how.join('; ')}`, ...undecided] }
}

function paramsOf(entry: CheckEntry, { params }: Expectation): string {
  const words = Object.entries(params).map(
    ([key, value]) => `${key === entry.short ? '' : `${key}: `}${shown(value, isShare(entry.shape[key]))}`,
  )
  return words.length === 0 ? '' : ` (${words.join(', ')})`
}

/** As messages show it. */
function shown(value: unknown, share: boolean): string {
  if (Array.isArray(value)) return plural(value.length, 'entry', 'entries')
  if (typeof value === 'number') return share ? `${written(value * 100)} %` : written(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const isShare = (schema: z.ZodType | undefined): boolean => (schema instanceof z.ZodOptional ? schema.unwrap() : schema) === share
