/**
 * What a profile asks of a column, however the query over many of them is laid out: side by side, an aggregate a column (queries.ts), or stacked,
 * a row a value (stacked.ts). Both give the same answers, under the same names.
 */
import { type ColumnFacts, isNumeric, type StorageKind } from '../checks/facts.ts'
import { storedIn } from '../checks/float32.ts'
import { binsOf } from './bins.ts'
import { asDouble, sqlNumber } from './codes.ts'
import { gridPoints } from './edges.ts'

export interface Measure {
  /** of the column in the table: names of answers end with it */
  readonly place: number
  readonly facts: ColumnFacts
  /** what the aggregates look at, by a letter: SQL over the table */
  readonly made: Readonly<Record<string, string>>
  /** numbers of ours that differ by column, by a word */
  readonly given: Readonly<Record<string, number | readonly number[]>>
  /** aggregates by the beginning of their names. @param of SQL of what is made or given */
  readonly asked: (of: (word: string) => string) => Readonly<Record<string, string>>
}

export interface NumericPlan {
  readonly edges: readonly number[]
  /** values counted exactly, ascending; those that turn out rare are dropped later */
  readonly frequent: readonly number[]
  /** of these, the frequent values of the reference: listed whatever their count is here, so that both sides are exact */
  readonly always: readonly number[]
  /** extremes of the reference: finite values beyond them are counted */
  readonly beyond: { readonly min: number; readonly max: number } | null
}

/** What is to be counted of one column. */
export interface Counted {
  readonly facts: ColumnFacts
  readonly numeric: NumericPlan | null
  /** a part of the calendar: its levels say how often it is there, and nobody works it out twice */
  readonly labels: readonly string[] | null
}

const finiteNumber = (column: ColumnFacts) =>
  column.kind === 'float' ? `CASE WHEN isfinite(${asDouble(column)}) THEN ${asDouble(column)} END` : asDouble(column)
const textOr = (column: ColumnFacts): string => (column.kind === 'string' ? `CAST(${column.quoted} AS VARCHAR)` : column.quoted)

/** Types whose numbers a double can round: whether two of them are one value is asked of the values themselves. */
const isWide = ({ type }: ColumnFacts): boolean => /BIGINT|HUGEINT|^DECIMAL\((1[6-9]|[23])/.test(type)
const isList = ({ kind, type }: ColumnFacts): boolean => kind === 'other' && type.endsWith(']')

/** Different values of a list, nulls left out: of a sample a quarter of the time of `count(DISTINCT …)`. */
const distinct = (list: string): string => `coalesce(list_unique(${list}), 0)`
/** Inverse CDF by one sort: `quantile_disc` with a thousand points costs forty times that. In whole numbers: 0.07 × 100 is above 7. */
const grid = (n: string): string => `[(i * (${n}) + ${gridPoints}) // ${gridPoints + 1} FOR i IN range(1, ${gridPoints + 1})]`

type Asked = Measure['asked']

const ofNumbers: Asked = (of) => {
  const c = of('c')
  const ok = `FILTER (WHERE isfinite(${c}))`
  return {
    n: `count(*) ${ok}`,
    d: distinct(`list(${c}) ${ok}`),
    q: `to_json(list_select(list_sort(list(${c}) ${ok}), ${grid(`count(*) ${ok}`)}))`,
    lo: `min(${c}) ${ok}`,
    hi: `max(${c}) ${ok}`,
  }
}
const ofWideNumbers: Asked = (of) => ({ ...ofNumbers(of), d: distinct(`list(${of('v')})`) })
const ofLists: Asked = (of) => ({ n: `count(${of('c')})`, lo: `min(len(${of('c')}))`, hi: `max(len(${of('c')}))` })
const ofLabels: Asked = (of) => ({ n: `count(${of('c')})`, d: distinct(`list(${of('c')})`) })
const ofMoments: Asked = (of) => {
  const at = `CAST(${of('c')} AS TIMESTAMP)`
  const ok = `FILTER (WHERE isfinite(${at}))`
  return { ...ofLabels(of), lo: `epoch(min(${at}) ${ok})`, hi: `epoch(max(${at}) ${ok})` }
}
const ofText: Asked = (of) => {
  const c = of('c')
  return {
    ...ofLabels(of),
    l: `avg(length(${c}))`,
    w: `avg(CASE WHEN contains(${c}, ' ') THEN 1 ELSE 0 END) FILTER (WHERE ${c} IS NOT NULL)`,
  }
}

const sampledAs: Readonly<Record<StorageKind, Asked | null>> = {
  integer: ofNumbers,
  float: ofNumbers,
  decimal: ofNumbers,
  boolean: ofLabels,
  string: ofText,
  date: ofMoments,
  timestamp: ofMoments,
  time: null,
  other: null,
}

/**
 * Of the sample: `n` values, `d` distinct, of numbers `q` (the grid as JSON), `lo` and `hi`, of strings `l` and `w` (mean length, part of them with
 * spaces), of times and lists `lo` and `hi` (seconds, lengths). Null: nothing is asked of such values.
 */
export function sampleMeasure(facts: ColumnFacts, place: number): Measure | null {
  const numeric = isNumeric(facts.kind)
  const asked = isList(facts) ? ofLists : numeric && isWide(facts) ? ofWideNumbers : sampledAs[facts.kind]
  if (asked === null) return null
  const made = { c: numeric ? asDouble(facts) : textOr(facts), ...(asked === ofWideNumbers ? { v: facts.quoted } : {}) }
  return { place, facts, made, given: {}, asked }
}

/** Moments are summed around this. */
export const pivotOf = (edges: readonly number[]): number => edges[Math.floor(edges.length / 2)] ?? 0

/**
 * Of every row: `v` (not null), of text `e` (empty), of numbers `f` (finite), `lo`, `hi`, `s1`, `s2` (sums around the pivot), `below` and `above`
 * where the extremes of a reference are known. Null: a part of the calendar.
 */
export function countMeasure({ facts, numeric, labels }: Counted, place: number): Measure | null {
  if (labels !== null) return null
  const { kind } = facts
  const c = textOr(facts)
  if (numeric === null) {
    const asked: Asked = (of) => ({
      v: `count(${of('c')})`,
      ...(kind === 'string' ? { e: `count(*) FILTER (WHERE ${of('c')} = '')` } : {}),
    })
    return { place, facts, made: { c }, given: {}, asked }
  }
  const { edges, beyond } = numeric
  return {
    place,
    facts,
    made: { c, x: finiteNumber(facts) },
    given: {
      middle: pivotOf(edges),
      ...(beyond === null ? {} : { lowest: storedIn(facts, beyond.min), highest: storedIn(facts, beyond.max) }),
    },
    asked: (of) => {
      const x = of('x')
      const off = `(${x} - ${of('middle')})`
      return {
        v: `count(${of('c')})`,
        ...(kind === 'string' ? { e: `count(*) FILTER (WHERE ${of('c')} = '')` } : {}),
        ...(kind === 'float' ? { f: `count(${x})` } : {}),
        lo: `min(${x})`,
        hi: `max(${x})`,
        s1: `fsum(${off})`,
        s2: `fsum(${off} * ${off})`,
        ...(beyond === null
          ? {}
          : { below: `count(*) FILTER (WHERE ${x} < ${of('lowest')})`, above: `count(*) FILTER (WHERE ${x} > ${of('highest')})` }),
      }
    },
  }
}

/** Edges and frequent values as they are held against the values of the column. */
export function cutsIn(facts: ColumnFacts, { edges, frequent }: Pick<NumericPlan, 'edges' | 'frequent'>) {
  const stored = (numbers: readonly number[]) => numbers.map((value) => storedIn(facts, value))
  return [stored(edges), stored(frequent)] as const
}

/** `h`: counts of its bins (bins.ts) as JSON, the last one missing when empty. Null: it has none. */
export function binMeasure({ facts, numeric }: Counted, place: number): Measure | null {
  const bins = numeric === null ? [] : binsOf(...cutsIn(facts, numeric))
  if (bins.length === 0) return null
  const asked: Asked = (of) => ({ h: `to_json(map_values(histogram(${of('x')}, ${of('bins')})))` })
  return { place, facts, made: { x: finiteNumber(facts) }, given: { bins }, asked }
}

/**
 * Counts and bins in one: for values that take long to make. Elsewhere two scans take less: beside a histogram the engine puts every row of
 * every aggregate into a group.
 */
export function countAndBinMeasure(counted: Counted, place: number): Measure | null {
  const [counts, bins] = [countMeasure(counted, place), binMeasure(counted, place)]
  if (counts === null || bins === null) return counts
  const asked: Asked = (of) => ({ ...counts.asked(of), ...bins.asked(of) })
  return { ...counts, made: { ...counts.made, ...bins.made }, given: { ...counts.given, ...bins.given }, asked }
}

/** `nan`, `pos`, `neg` of a column that holds any, as the answer of `countMeasure` tells. Null: nearly always. */
export function nonFiniteMeasure({ facts }: Counted, place: number, counts: Readonly<Record<string, unknown>>): Measure | null {
  if (facts.kind !== 'float' || Number(counts[`v${place}`]) === Number(counts[`f${place}`])) return null
  const asked: Asked = (of) => ({
    nan: `count(*) FILTER (WHERE isnan(${of('x')}))`,
    pos: `count(*) FILTER (WHERE ${of('x')} = ${sqlNumber(Infinity)})`,
    neg: `count(*) FILTER (WHERE ${of('x')} = ${sqlNumber(-Infinity)})`,
  })
  return { place, facts, made: { x: asDouble(facts) }, given: {}, asked }
}
