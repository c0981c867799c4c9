/** `evaluate.fairness` as it is written → as the program uses it: limits on the gaps between groups. */
import { z } from 'zod'
import { type Measure, measureNames, measures, unsuitedMeasure } from '../evaluate/fairness-measures.ts'
import { nearest } from '../text/nearest.ts'
import { type DataSpec, type FairnessLimits, type FairnessSpec, fairnessCertainties, type Task, type Thresholds } from './config.ts'
import { choice, columnSets, misdirected, readLevel, scalar, section, text } from './leaves.ts'
import { limit, metricName, neverWarns, readChange, thresholds, wholeNumber } from './limits.ts'
import { whenWritten } from './partly.ts'
import { partsBy } from './parts-by.ts'
import { invalid, type Path, type Problem, says, shown } from './problems.ts'

const smaller = 'a gap is better small, and a ratio better large: write max_difference, min_ratio or max_rise'
const entry = () =>
  section({
    metric: text.optional(),
    // classes may be numbers, and a name of digits needs no quotes
    class: scalar.refine((name) => name !== '', { error: 'this name is empty' }).optional(),
    max_difference: limit.optional(),
    min_ratio: limit.optional(),
    max_rise: limit.optional(),
    certainty: choice(fairnessCertainties).optional(),
    min: misdirected(smaller),
    max: misdirected(smaller),
    min_difference: misdirected(smaller),
    max_ratio: misdirected(smaller),
    max_drop: misdirected(smaller),
  })
type Entry = z.output<ReturnType<typeof entry>>

export const fairness = whenWritten(() =>
  section({
    by: columnSets,
    min_rows: wholeNumber(10, 1_000_000).optional(),
    metrics: z
      .record(metricName, entry(), { error: 'expected a map: a measure, then its limits, such as {tpr: {max_difference: 5pp}}' })
      .transform((given, context): readonly FairnessLimits[] =>
        Object.entries(given).flatMap(([name, one]) =>
          readEntry(name, one, (path, message) => context.issues.push({ code: 'custom', message, input: given, path: [name, ...path] })),
        ),
      )
      .optional(),
  }),
)
type File = z.output<typeof fairness>

type Refuse = (path: readonly string[], message: string) => void

function readEntry(name: string, given: Entry, refuse: Refuse): readonly FairnessLimits[] {
  const key = given.metric ?? name
  const measure = Object.hasOwn(measures, key) ? measures[key] : undefined
  if (measure === undefined) {
    const near = nearest(key, measureNames)
    const known = `${near === null ? '' : ` Did you mean ${near}?`} Known: ${measureNames.join(', ')}.`
    refuse(given.metric === undefined ? [] : ['metric'], says('UNKNOWN_METRIC', `There is no measure of fairness ${shown(key)}.${known}`))
    return []
  }
  const { max_difference, min_ratio, max_rise, class: written, certainty = 'guard' } = given
  const named = written === undefined ? null : String(written)
  if (max_difference === undefined && min_ratio === undefined && max_rise === undefined)
    refuse([], 'write max_difference, min_ratio or max_rise; what has no limit is shown without being written')
  if (min_ratio !== undefined && !measure.ratio) refuse(['min_ratio'], `a ratio of ${key} means nothing: write max_difference`)
  const gap = (word: string) => (written: number | string, inside: string | null) => {
    const at = inside === null ? [word] : [word, inside]
    const read = readChange(key, { direction: 'lower', range: gapRange(measure), params: {} }, written, (why) => refuse(at, why))
    if (read?.kind === 'relative')
      refuse(at, `a gap is limited as it is, not relative to another: write ${measure.unit === 'pp' ? '5pp' : 'a number'}`)
    return read?.kind === 'absolute' ? read.value : null
  }
  const ratio = (written: number | string, inside: string | null) => {
    const value = readLevel(String(written).trim())
    if (value !== null && value > 0 && value <= 1) return value
    refuse(
      inside === null ? ['min_ratio'] : ['min_ratio', inside],
      `${shown(String(written))} is no ratio: write a share above 0 and up to 1, such as 80%`,
    )
    return null
  }
  const found = {
    ...(max_difference === undefined ? {} : { maxDifference: read(max_difference, gap('max_difference')) }),
    ...(min_ratio === undefined ? {} : { minRatio: read(min_ratio, ratio) }),
    ...(max_rise === undefined ? {} : { maxRise: read(max_rise, gap('max_rise')) }),
  }
  for (const [word, { warn, fail }, way] of [
    ['max_difference', found.maxDifference ?? {}, 1],
    ['min_ratio', found.minRatio ?? {}, -1],
    ['max_rise', found.maxRise ?? {}, 1],
  ] as const)
    if (warn !== undefined && fail !== undefined && way * (warn - fail) > 0) refuse([word], neverWarns)
  for (const [word, given_] of [
    ['max_difference', max_difference],
    ['min_ratio', min_ratio],
    ['max_rise', max_rise],
  ] as const)
    if (typeof given_ === 'object' && given_.warn === undefined && given_.fail === undefined) refuse([word], 'write warn, fail or both')
  return [{ name, measure: key, named, certainty, ...found }]
}

/** A difference is as wide as the values are. */
const gapRange = ({ range: [low, high] }: Measure): readonly [number, number] => [0, high - low]

function read(given: z.output<typeof limit>, one: (text: number | string, inside: string | null) => number | null): Thresholds<number> {
  if (typeof given !== 'object') return thresholds({ fail: given }, (text) => one(text, null))
  return thresholds(given, one)
}

/** Rows that a group has at least when nothing is said. */
const usualRows = 50

export function fairnessSpec(file: File, data: DataSpec, task: Task | null, path: Path, problems: Problem[]): FairnessSpec {
  const by = partsBy(file.by, data, [...path, 'by'], 'group', problems)
  if (by.length === 0) problems.push(invalid([...path, 'by'], 'Write the columns whose groups are compared.'))
  const metrics = file.metrics ?? []
  for (const { name, measure, named } of metrics) {
    const why = task === null ? null : unsuitedMeasure(measure, task, named)
    if (why !== null) problems.push({ ...invalid([...path, 'metrics', name], `${why}.`), code: 'METRIC_UNSUITED' })
  }
  return { by, metrics, minRows: file.min_rows ?? usualRows }
}
