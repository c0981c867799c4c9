/** What is said of the tables as a whole: repeated rows, rows a day, how many columns failed, the columns weighed by importance. */
import { effect, type Severity } from '../gate/fold.ts'
import { count, distance, plural, share, written } from '../report/format.ts'
import type { TableProfile } from '../schema/profile.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import type { Judging } from './column-checks.ts'
import { eras } from './era.ts'
import { commonBlocks, type Tested } from './examine.ts'
import { proportionsP } from './homogeneity.ts'
import type { Certainty } from './shift.ts'
import type { Asked } from './subjects.ts'
import { type DriftSettings, reachedLimit, shiftDefaults } from './thresholds.ts'

export interface Whole {
  readonly input: Judging & Asked
  readonly settings: DriftSettings
  readonly tested: readonly Tested[]
  /** of the columns */
  readonly checks: readonly Check[]
  readonly sure: ReadonlyMap<Tested, Certainty>
}

interface TableQuestion {
  /** middle part of the check id: `drift.<name>` */
  readonly name: string
  readonly summary: string
  readonly ask: (whole: Whole) => Check | null
}

const surely = 0.0001
const duplicateLimits = { warn: 0.01, fail: 0.05 } as const
const volumeLimits = { warn: 2, fail: 10 } as const
const enoughBlocks = 7

export const tableQuestions: readonly TableQuestion[] = [
  {
    name: 'duplicates',
    summary:
      'rows that repeat another rose by 1 pp (warn) or 5 pp (fail), p ≤ 0.0001; not asked where current has more rows than the reference, as more rows repeat each other more',
    ask: ({ input }) => {
      const { reference, current } = input
      const [a, b] = [reference.duplicates ?? null, current.duplicates ?? null]
      if (a === null || b === null || reference.rows === 0 || current.rows === 0 || current.rows > 1.1 * reference.rows) return null
      const [before, now] = [a / reference.rows, b / current.rows]
      const reached = reachedLimit(now - before, duplicateLimits)
      if (reached === null) return null
      const p = proportionsP(a, reference.rows, b, current.rows)
      if (p > surely) return null
      return makeCheck({
        ...judged(input, 'duplicates', reached.severity),
        unit: 'share',
        observed: now,
        baseline: before,
        delta: now - before,
        limit: reached.limit,
        p_value: p,
        n: current.rows,
        message: `${share(now)} of the rows repeat another one, ${share(before)} ${eras[input.era ?? 'training'].at}`,
        fix: 'Look for a batch that was loaded twice, or a join that multiplies rows.',
      })
    },
  },
  {
    name: 'rows',
    summary:
      'of data cut into blocks of time: the usual number of rows in a block changed by a factor of 2 (warn) or 10 (fail), beyond all of the reference',
    ask: ({ input }) => {
      const { reference, current } = input
      const blocks = commonBlocks(reference, current)
      if (blocks?.by !== 'time') return null
      const filled = (table: TableProfile) => (table.blocks?.rows ?? []).filter((rows) => rows > 0)
      // the first and the last span may be cut off
      const [before, now] = [filled(reference).slice(1, -1), filled(current).slice(1, -1)]
      if (before.length < enoughBlocks || now.length < 2) return null
      const [usual, today] = [median(before), median(now)]
      const ratio = Math.max(usual / today, today / usual)
      const outside = today > Math.max(...before) || today < Math.min(...before)
      if (!outside || ratio < volumeLimits.warn) return null
      const status: Severity = ratio >= volumeLimits.fail ? 'fail' : 'warn'
      return makeCheck({
        ...judged(input, 'rows', status),
        unit: 'ratio',
        observed: ratio,
        baseline: 1,
        limit: volumeLimits[status],
        n: current.rows,
        message: `${plural(today, 'row')} in ${blocks.unit}, ${count(usual)} ${eras[input.era ?? 'training'].at}: a factor of ${ratio.toFixed(1)}`,
        fix: 'Look for a source that is missing, or one that was added.',
      })
    },
  },
  {
    name: 'failed_columns',
    summary: 'where `max_failed_columns` is written: more columns than that failed',
    ask: ({ input, settings: { maxFailedColumns = null }, checks }) => {
      if (maxFailedColumns === null) return null
      const failed = new Set(checks.filter(({ status }) => status === 'fail').map(({ column }) => column)).size
      const status = failed > maxFailedColumns ? 'fail' : 'pass'
      return makeCheck({
        ...judged(input, 'failed_columns', status),
        effect: effect(status, 'fail', input.policy),
        observed: failed,
        limit: maxFailedColumns,
        message: `${plural(failed, 'column')} failed; ${count(maxFailedColumns)} may`,
        fix: status === 'fail' ? 'Train on newer data; or raise max_failed_columns.' : null,
      })
    },
  },
  {
    name: 'importance',
    summary:
      'where `importance` is written: the mean JS* of the features, weighed by it, reaches 0.1 (warn) or 0.2 (fail), and that of one is certain',
    ask: ({ input, settings, tested, sure }) => {
      const weights = settings.importance
      if (weights === undefined) return null
      const weighed = tested.flatMap((one) => {
        const weight = Object.hasOwn(weights, one.subject.name) ? (weights[one.subject.name] ?? 0) : 0
        return weight > 0 && one.subject.family === 'features' ? [{ one, weight }] : []
      })
      const total = weighed.reduce((sum, { weight }) => sum + weight, 0)
      if (total === 0) {
        const message = 'None of the columns that importance names was tested.'
        return makeCheck({ ...judged(input, 'importance', 'warn'), status: 'skipped', effect: 'skipped', message })
      }
      const mean = weighed.reduce((sum, { one, weight }) => sum + weight * one.shift.js, 0) / total
      const { warn = Infinity, fail = Infinity } = settings.families?.features ?? shiftDefaults.features
      const certain = (word: 'warn' | 'fail') =>
        weighed.some(({ one }) => (sure.get(one)?.[word] ?? 1) <= (sure.get(one)?.levels[word] ?? 0))
      const status = mean >= fail && certain('fail') ? 'fail' : mean >= warn && certain('warn') ? 'warn' : 'pass'
      const limit = status === 'fail' ? fail : Number.isFinite(warn) ? warn : fail
      const meant = settings.families?.features?.fail !== undefined
      return makeCheck({
        ...judged(input, 'importance', status, meant),
        unit: 'JS*',
        observed: mean,
        limit,
        n: weighed.length,
        message: `weighed by importance, ${plural(weighed.length, 'feature')} moved by JS* ${distance(mean, [limit])} (limit ${written(limit)})`,
        fix: status === 'pass' ? null : 'Train on newer data: what the model leans on most has moved.',
      })
    },
  },
]

export const tableChecks = (whole: Whole): readonly Check[] =>
  tableQuestions.flatMap(({ ask }) => {
    const check = ask(whole)
    return check === null ? [] : [check]
  })

/** @param meant the limit was written: it counts on a pull request too */
const judged = ({ policy, capAtWarn }: Judging, name: string, status: 'pass' | Severity, meant = false) => ({
  id: `drift.${name}`,
  status,
  effect: effect(status, capAtWarn && !meant ? 'warn' : 'fail', policy),
  metric: name,
  limit_kind: name,
})

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
