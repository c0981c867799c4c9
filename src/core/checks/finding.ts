/** What was found of an expectation: how many rows were judged and break it, against how many may, or what its own judge says. */
import type { Expectation } from '../schema/config.ts'
import { type Answer, type Limit, number, type Row } from './answer.ts'
import type { Sql } from './facts.ts'

/** What was found of one expectation in one table. */
export interface Finding {
  readonly expectation: Expectation
  readonly role: string
  readonly status: 'pass' | 'fail' | 'skipped' | 'inconclusive' | 'error'
  /** rows judged and rows that break the rule; null where rows were not looked at */
  readonly judged: number | null
  readonly broken: number | null
  /** what is set against the limit where no rows were counted */
  readonly observed: number | null
  /** first broken row, counted from 1; null when unknown */
  readonly first: number | null
  readonly limit: Limit | null
  /** what the broken ones do, or the whole sentence where rows were not counted */
  readonly says: string
  /** `says` is the whole sentence */
  readonly whole?: boolean
  readonly interval?: Answer['interval'] | null
  readonly p?: number | null
  /** what to do, where that is not what the check says */
  readonly fix?: string
  /** columns that the sentence may name, beside the one of the expectation */
  readonly names?: readonly string[]
  /** nothing is found yet: the cheap way to say that nothing is broken did not say so (`Plan.settle`) */
  readonly doubtful?: true
}

/** Queries, each answered by its rows, and what is made of the answers. */
export interface Step {
  readonly queries: readonly Sql[]
  readonly finish: (answers: readonly (readonly Row[])[]) => readonly Finding[]
}

/** What `mostly` leaves over, or the limit of the check itself; without either nothing may break it. */
export function limitOf({ mostly = 1 }: Expectation, allowed: Limit | null): Limit {
  return allowed ?? { value: exact(1 - mostly), kind: 'max', unit: 'share' }
}

/** 1 − 0.9 is 0.1: a limit must not move by the last bit of a product. */
const exact = (value: number): number => Number(value.toPrecision(12))

const nothingToJudge = ({ column, where = null }: Expectation): string =>
  `${column === null ? 'there are no rows to judge' : `${column} has no values to judge`}${where === null ? '' : ' where it is asked'}`

export function withCounts(finding: Finding, row: Row, says: string, limit: Limit): Finding {
  const judged = number(row.judged) ?? 0
  const broken = number(row.broken) ?? 0
  // nothing was looked at: neither kept nor broken
  if (judged === 0) return { ...finding, status: 'skipped', judged, says: nothingToJudge(finding.expectation), whole: true }
  const allowed = limit.unit === 'share' ? exact(limit.value * judged) : limit.value
  return { ...finding, judged, broken, limit, says, status: broken > allowed ? 'fail' : 'pass' }
}

export const withAnswer = (finding: Finding, answer: Answer): Finding => ({
  ...finding,
  status: answer.status,
  says: answer.says,
  whole: true,
  observed: answer.observed ?? null,
  limit: answer.limit ?? null,
  judged: answer.judged ?? null,
  broken: answer.broken ?? null,
  interval: answer.interval ?? null,
  p: answer.p ?? null,
  names: [...(finding.names ?? []), ...(answer.names ?? [])],
})
