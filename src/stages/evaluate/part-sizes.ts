/** Whether parts of the test rows are large enough to be judged, a line each, before anything is scored. What is only found is left out: it takes many scans. */
import { groupBy } from '../../core/collections.ts'
import { amongTruth, measures, type Part } from '../../core/evaluate/fairness-measures.ts'
import { type Slice, type SliceColumn, slicesOf } from '../../core/evaluate/slice-rows.ts'
import { count, plural, verb } from '../../core/report/format.ts'
import type { DataSpec, FairnessSpec } from '../../core/schema/config.ts'
import type { ModelContext } from '../context.ts'
import type { LabelledRows } from './open-labelled.ts'
import { readBeside } from './read-beside.ts'
import { cutColumns } from './slice-columns.ts'
import { positiveOf } from './truth.ts'
import { TruthReader } from './truth-reader.ts'

type Labelled = Pick<LabelledRows, 'engine' | 'table' | 'shown' | 'target'>

export async function partSizes(
  { model: { evaluate, data } }: Pick<ModelContext, 'model'>,
  labelled: Labelled,
): Promise<readonly string[]> {
  const { slices = null, fairness = null } = evaluate
  const by = [...(slices?.by ?? []), ...(fairness?.by ?? [])]
  if (by.length === 0) return []
  const { engine, table, shown } = labelled
  const { columns } = await cutColumns(engine, table, { declared: [...new Set(by.flat())], found: null }, data, shown)
  const positives = await positivesOf(labelled, data, fairness)
  return [
    ...(slices?.by ?? []).map((names) => partsOf(names, columns, slices?.minRows ?? 0)),
    ...(fairness ? groupLines(fairness, columns, positives) : []),
  ]
}

type Columns = ReadonlyMap<string, SliceColumn>

const allParts = (names: readonly string[], columns: Columns): readonly Slice[] =>
  slicesOf(
    names.flatMap((name) => columns.get(name) ?? []),
    1,
    true,
  ).slices

function partsOf(names: readonly string[], columns: Columns, minRows: number): string {
  const all = allParts(names, columns)
  const large = all.filter(({ n }) => n >= minRows).length
  return `slices of ${names.join('+')}: ${large} of ${plural(all.length, 'part')} ${verb(large, 'have')} ${plural(minRows, 'row')}${large < 1 ? nothing : ''}`
}

const nothing = ', so nothing can be judged'

interface Judged {
  /** null: no measure is */
  readonly name: string | null
  readonly among: string
  readonly large: number | null
}

/** A line for all measures that rest on the same rows; where nothing is judged, one of rows. */
function groupLines({ by, metrics, minRows }: FairnessSpec, columns: Columns, positives: Positives): readonly string[] {
  return by.flatMap((names) => {
    const groups = allParts(names, columns).filter(({ missing }) => !missing)
    const asked = metrics.map(
      ({ name, measure, named }): Judged => ({
        name,
        ...largeGroups(measures[measure]?.parts ?? [], groups, (group) => positives(named, group), minRows),
      }),
    )
    const all: readonly Judged[] =
      asked.length > 0 ? asked : [{ name: null, among: 'rows', large: groups.filter(({ n }) => n >= minRows).length }]
    return [...groupBy(all, ({ among, large }) => `${among}:${large}`).values()].flatMap(([first, ...others]) => {
      if (first === undefined) return []
      const { among, large } = first
      const what = `fairness over ${[names.join('+'), ...[first, ...others].flatMap(({ name }) => name ?? [])].join(', ')}`
      if (large === null) return [`${what}: how many ${among} a group has is known only once they are scored`]
      const none = large < 2 ? nothing : ''
      return [`${what}: ${large} of ${plural(groups.length, 'group')} ${verb(large, 'have')} ${count(minRows)} ${among}${none}`]
    })
  })
}

/** What the parts of a measure rest on, and how many groups have enough of it; null: only answers say it. */
function largeGroups(parts: readonly Part[], groups: readonly Slice[], positives: (group: Slice) => number, least: number) {
  const sizes = groups.map((group) => parts.map(({ among }) => amongTruth(among, group.n, positives(group))))
  const known = parts.every(({ among }) => amongTruth(among, 0, 0) !== null)
  return {
    among: parts.map(({ among }) => among).join(' and '),
    large: known ? sizes.filter((own) => own.every((size) => (size ?? 0) >= least)).length : null,
  }
}

/** How many rows of a group are of the class, or of the positive one where none is named. */
type Positives = (named: string | null, group: Slice) => number

async function positivesOf({ engine, table, shown, target }: Labelled, data: DataSpec, fairness: FairnessSpec | null): Promise<Positives> {
  const { task, columns } = target
  const rests = fairness?.metrics.some(({ measure }) => measures[measure]?.parts.some(({ among }) => among !== 'rows')) ?? false
  if (!rests || !(task === 'binary' || task === 'multiclass' || task === 'multilabel')) return () => 0
  const truth = new TruthReader(table, columns, task, null, shown)
  await readBeside({ engine, table, beside: truth }, null)
  const { coded, marks } = truth
  if (task === 'multilabel')
    return (named, { rows }) => {
      const column = columns.indexOf(named ?? '')
      return rows.reduce((sum, row) => sum + (marks[row * columns.length + column] ?? 0), 0)
    }
  const positive = task === 'binary' ? positiveOf(coded, data) : null
  return (named, { rows }) => {
    const code = coded.names.indexOf(positive ?? named ?? '')
    return rows.reduce((sum, row) => sum + Number(coded.codes[row] === code), 0)
  }
}
