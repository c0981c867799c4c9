/**
 * What a distance cannot show, or shows too late: one entry a question, asked of every tested column. Each answer is a finding or null.
 * Every one needs sampling noise ruled out (an exact or tested p) and a change that matters. No value and no label is ever named.
 *
 * All questions of all columns share what chance may answer (`certainty.questions`), by Bonferroni over those that chance could answer at all:
 * `chance` says how large a part a question takes of one column, 0 where noise cannot reach it. That is decided by the rows of both sides
 * together, which do not change when rows are exchanged, so the sum holds.
 */

import type { Severity } from '../gate/fold.ts'
import { count, plural, share, shortened, written } from '../report/format.ts'
import type { DriftMetric } from '../schema/config.ts'
import type { ColumnProfile } from '../schema/profile.ts'
import { binomialAtMost } from '../stats/beta.ts'
import { finiteRows, listedRows, missing } from './column-rows.ts'
import { type Era, eras } from './era.ts'
import { exceedanceP } from './exceedance.ts'
import { proportionsP } from './homogeneity.ts'
import type { Asked } from './question-facts.ts'
import {
  farOutside,
  impossible,
  levelsOf,
  mostLeftOut,
  oneForm,
  oneSidedP,
  onlyValueShare,
  otherRows,
  shareOf,
  thinLevels,
} from './question-facts.ts'
import { scaleChange } from './scale-change.ts'
import type { Shift } from './shift.ts'
import { certainty, reachedLimit } from './thresholds.ts'

export interface Pair extends Asked {
  readonly shift: Shift
  /** whose shares are told and held against limits, where tests are asked of fewer rows than there are */
  readonly told: Asked
  /** rows of today as counted, with no weight */
  readonly counted: ColumnProfile
  readonly era: Era
  /** what the shift of this column is measured by */
  readonly metric: DriftMetric
}

/** p-values that a warn and a fail of one question need. */
export interface Levels {
  readonly warn: number
  readonly fail: number
}

export interface Finding {
  readonly severity: Severity
  readonly observed: number
  readonly baseline: number | null
  readonly limit: number
  readonly p: number
  /** after the column's name */
  readonly says: string
  readonly fix: string
}

export interface Question {
  /** middle part of the check id: `drift.<name>:<column>` */
  readonly name: string
  readonly summary: string
  readonly unit: string
  /** a metric of the shift that asks the same with limits of the config: where a column has it, these limits alone count */
  readonly sameAs?: DriftMetric
  readonly chance: (pair: Asked) => number
  readonly ask: (pair: Pair, levels: Levels) => Finding | null
}

/** Fewer columns are not judged more loosely than this. */
const loosest = { warn: 0.002, fail: 0.001 } as const

/** With more rows on each side than this, chance gets less by the square: what matters is certain by far, and a handful of rows beyond a range is not. */
const enoughRows = 1_000

/** What each question may spend when these pairs are asked. */
export function questionLevels(pairs: readonly Asked[]): Levels {
  const rows = pairs.reduce((least, { reference, current }) => Math.min(least, reference.n, current.n), Infinity)
  const part = Math.min(1, (enoughRows / rows) ** 2)
  const parts = pairs.reduce((sum, pair) => sum + questions.reduce((of, { chance }) => of + chance(pair), 0), 0)
  const level = (word: 'warn' | 'fail') => part * Math.min(loosest[word], certainty.questions[word] / Math.max(1, parts))
  return { warn: level('warn'), fail: level('fail') }
}

/** Findings of one column; a fail that is certain enough for a warn only is one. */
export function findings(pair: Pair, levels: Levels): readonly { readonly question: Question; readonly finding: Finding }[] {
  return questions.flatMap((question) => {
    const finding = question.sameAs === pair.metric ? null : question.ask(pair, levels)
    if (finding === null || finding.p > levels.warn) return []
    return [
      { question, finding: finding.severity === 'fail' && finding.p > levels.fail ? { ...finding, severity: 'warn' as const } : finding },
    ]
  })
}

/** Parts of the chance: a range is asked of every number column and has the most to find, the others seldom meet a case that noise could make. */
const usualPart = 0.25
export const questions: readonly Question[] = [
  {
    name: 'nulls',
    summary:
      'the share of missing values changed by 1 pp (warn) or 5 pp (fail); not where `metric: null_rate` of the column asks it with limits of its own',
    unit: 'share',
    sameAs: 'null_rate',
    chance: ({ reference, current }) => (missing(reference) + missing(current) > 0 ? usualPart : 0),
    ask: ({ reference, current, told, era }) => {
      const before = missing(told.reference) / told.reference.n
      const now = missing(told.current) / told.current.n
      const limit = reachedLimit(Math.abs(now - before), { warn: 0.01, fail: 0.05 })
      if (limit === null) return null
      return {
        ...limit,
        observed: now,
        baseline: before,
        p: proportionsP(missing(reference), reference.n, missing(current), current.n),
        says: `is missing in ${share(now)} of the rows, ${share(before)} ${eras[era].at}`,
        fix: 'Look for what stopped or started to fill this column since then.',
      }
    },
  },
  {
    name: 'unseen',
    summary: 'values that the reference did not have make up 0.1 % (warn) or 1 % (fail) of the rows',
    unit: 'share',
    chance: ({ reference, current }) => (thinLevels(reference, current, current.n) ? usualPart : 0),
    ask: ({ reference, current, told, era }, levels) => {
      const all = levelsOf(reference, current)
      const fresh = all
        .filter((level) => level.inCurrent && !level.inReference)
        .map((level) => ({ ...level, p: oneSidedP(level.a, level.b, reference.n / (reference.n + current.n), all.length) }))
        .filter(({ p }) => p <= levels.warn)
      if (fresh.length === 0) return null
      const now = shareOf(fresh, 'b', told)
      const plain = new Set(all.flatMap((level) => (level.inReference ? [oneForm(level.label)] : [])))
      const variants = fresh.filter((level) => plain.has(oneForm(level.label))).length
      // a value that is certain enough for a warn only takes nothing from those that are for a fail
      const sure = fresh.filter(({ p }) => p <= levels.fail)
      const [judged, limit] = [
        [sure, reachedLimit(shareOf(sure, 'b', told), { fail: 0.01 })] as const,
        [fresh, reachedLimit(now, { warn: 0.001 })] as const,
      ].find(([, reached]) => reached !== null) ?? [[], null]
      if (limit === null) return null
      const seen = mostLeftOut(told.reference)
      const known =
        seen === 0 ? 'never seen' : seen < listedRows ? 'seen fewer than five times' : `seen in at most ${plural(seen, 'row')} each`
      return {
        ...limit,
        observed: now,
        baseline: 0,
        p: Math.max(...judged.map(({ p }) => p)),
        says: `holds ${plural(fresh.length, 'value')} ${known} ${eras[era].at}, in ${share(now)} of the rows${variants === 0 ? '' : `; ${variants === fresh.length ? 'known' : `${count(variants)} of them known`} but for upper and lower case or spaces`}`,
        fix:
          variants === fresh.length
            ? 'Write them as before: bring case and spaces in one form before the model sees them. profile.json, which `modelgate validate` writes, lists them.'
            : 'Train on data that has them, or map them to known values. profile.json, which `modelgate validate` writes, lists them.',
      }
    },
  },
  {
    name: 'vanished',
    summary: 'a value with at least 1 % of the rows of the reference no longer occurs',
    unit: 'share',
    chance: ({ reference, current }) => (thinLevels(reference, current, reference.n) ? usualPart : 0),
    ask: ({ reference, current, told, era }, levels) => {
      const all = levelsOf(reference, current)
      const gone = all
        .filter((level) => level.inReference && !level.inCurrent && level.a >= 0.01 * reference.n)
        .map((level) => ({ ...level, p: oneSidedP(level.b, level.a, current.n / (reference.n + current.n), all.length) }))
        .filter(({ p }) => p <= levels.warn)
      if (gone.length === 0) return null
      const before = shareOf(gone, 'a', told)
      const rows = mostLeftOut(told.current)
      const left =
        rows === 0 ? 'are gone' : `are gone but for ${rows < listedRows ? 'fewer than five rows' : `at most ${plural(rows, 'row')}`} each`
      return {
        severity: 'warn',
        limit: 0.01,
        observed: shareOf(gone, 'b', told),
        baseline: before,
        p: Math.max(...gone.map(({ p }) => p)),
        says: `lost ${plural(gone.length, 'value')} that made up ${share(before)} of the rows ${eras[era].at}: they ${left}`,
        fix: 'Check whether a source was switched off, or the values were renamed.',
      }
    },
  },
  {
    name: 'constant',
    summary: 'a column that varied in the reference holds one value only',
    unit: 'share',
    chance: ({ reference, current }) =>
      (reference.n / (reference.n + current.n)) ** otherRows(reference, current) > impossible ? usualPart : 0,
    ask: ({ reference, current, counted, era }) => {
      const only = onlyValueShare(reference, current)
      if (only === null) return null
      const rows = current.n - missing(current)
      const before = reference.n - missing(reference)
      // its share in the reference is a sample too: of two hundred rows with a flag of 2 %, eight may have had it and now none by chance
      const p = binomialAtMost(0, Math.round((1 - only) * before), rows / (rows + before))
      return {
        severity: 'fail',
        limit: 1,
        observed: 1,
        baseline: only,
        p,
        says: `holds one and the same value in all ${plural(counted.n - missing(counted), 'row')}; it varied ${eras[era].at}`,
        fix: 'Look for a default that is filled in, or a filter that was left on.',
      }
    },
  },
  {
    name: 'scale',
    summary:
      'the median (beyond the range of the reference the mean) moved by a factor of 8 or more, or the spread by 10, beside a significant shift',
    unit: 'ratio',
    // it speaks only where the distance has spoken, at a level below its own
    chance: () => 0,
    ask: ({ reference, current, shift, era }) => {
      if (shift.js < 0.2) return null
      const factor = scaleChange(reference, current)
      if (factor === null) return null
      const power = 10 ** Math.round(Math.log10(factor.of))
      const hint = [1000, 100, 10, 0.1, 0.01, 0.001].includes(power) && Math.abs(factor.of / power - 1) < 0.1
      const times = hint ? (power >= 1 ? `× ${count(power)}` : `÷ ${count(1 / power)}`) : `× ${written(shortened(factor.of, 3))}`
      return {
        severity: 'fail',
        limit: factor.limit,
        observed: factor.of,
        baseline: 1,
        p: shift.p,
        says: `changed its scale: the ${factor.what} is ${times} what it was ${eras[era].at}${hint ? ', which looks like another unit' : ''}`,
        fix: 'Check the unit and the decimal sign of this column.',
      }
    },
  },
  {
    name: 'spike',
    summary: 'one value with at least 1 % of all rows grew by 2 pp or five times',
    unit: 'share',
    chance: ({ cells }) => (cells.spikes.length > 0 ? usualPart : 0),
    ask: ({ reference, current, cells, told, era }, levels) => {
      if (cells.fine === null) return null
      let worst: Finding | null = null
      for (const spike of cells.spikes) {
        const { a, b, value } = spike
        const seen = told.cells === cells ? spike : told.cells.spikes.find((one) => one.value === value)
        if (seen === undefined) continue
        const before = seen.a / told.reference.n
        const now = seen.b / told.current.n
        if (now - before < 0.02 && now < 5 * before) continue
        const p = Math.min(1, cells.spikes.length * proportionsP(a, reference.n, b, current.n))
        if (p > levels.warn || now - before <= (worst === null ? 0 : worst.observed - (worst.baseline ?? 0))) continue
        worst = {
          severity: 'warn',
          limit: 0.02,
          observed: now,
          baseline: before,
          p,
          says: `has one value in ${share(now)} of the rows that had ${share(before)} ${eras[era].at}`,
          fix: 'Look for a default or an error code that is filled in, such as -1, 0 or 999. profile.json, which `modelgate validate` writes, lists it under spikes.',
        }
      }
      return worst
    },
  },
  {
    name: 'range',
    summary: 'values beyond the range of the reference, some by 5 % of it or more, make up 0.1 % (warn) or 1 % (fail) of the values',
    unit: 'share',
    chance: ({ current }) => (current.numeric?.beyond ? 1 : 0),
    ask: ({ reference, current, counted, era }) => {
      const [{ beyond } = {}, { beyond: all } = {}] = [current.numeric ?? {}, counted.numeric ?? {}]
      if (!beyond || !all) return null
      const [n, m] = [finiteRows(reference), finiteRows(current)]
      if (n === 0 || m === 0) return null
      const outside = all.below + all.above
      const part = outside / finiteRows(counted)
      const limit = reachedLimit(part, { warn: 0.001, fail: 0.01 })
      if (limit === null || !farOutside(reference, current)) return null
      const where = all.below === 0 ? 'above the largest' : all.above === 0 ? 'below the least' : 'outside the range'
      return {
        ...limit,
        observed: part,
        baseline: 0,
        p: Math.min(1, 2 * Math.min(...[beyond.below, beyond.above].map((k) => exceedanceP(Math.min(k, m), n, m)))),
        says: `has ${plural(outside, 'value')} ${where} of ${eras[era].of}, ${share(part)} of those that it has`,
        fix: 'Check unit and source of these values; a model is asked there for what it has never seen.',
      }
    },
  },
]
