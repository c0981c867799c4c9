/** Before anything is judged: the columns that have to be there are, and every name of `drift.columns` and `drift.importance` means one. */
import { fits, isPattern, ruleOf } from '../../core/drift/rules.ts'
import { limitedColumns } from '../../core/drift/subjects.ts'
import { predictionPrefix } from '../../core/drift/thresholds.ts'
import type { DataSpec } from '../../core/schema/config.ts'
import type { TableProfile } from '../../core/schema/profile.ts'
import { targetColumns } from '../../core/schema/target-columns.ts'
import { nearest, someOf } from '../../core/text/nearest.ts'
import { UserError } from '../../errors.ts'
import type { ModelContext } from '../context.ts'
import { answerNames } from '../evaluate/predictions-profile.ts'
import type { Side } from './side.ts'

/** Columns that name, order, group or weigh rows. */
export const notFeatures = ({ id, time, group, weight }: DataSpec): readonly string[] =>
  [id, time, group, weight].filter((name): name is string => name !== null)

/** @throws UserError COLUMN_MISSING for a feature, UNKNOWN_COLUMN for an override, or a weight, of none */
export function demandColumns({ model }: ModelContext, { table: reference, from }: Side, current: TableProfile): void {
  const { columns } = model.drift
  const before = new Set(reference.columns.map(({ name }) => name))
  const now = new Set(current.columns.map(({ name }) => name))
  const targets = targetColumns(model.data)
  const out = new Set([...notFeatures(model.data), ...targets])
  const ignored = (name: string) => ruleOf(columns, name)?.rule.ignore === true
  // what we made of a column comes and goes with it
  const made = new Set([...reference.columns, ...current.columns].flatMap(({ name, derived }) => (derived ? [name] : [])))
  const usual = model.data.features ?? [...before].filter((name) => !out.has(name) && !made.has(name))
  const limited = limitedColumns(columns).filter((name) => !targets.includes(name) && (before.has(name) || now.has(name)))
  const wanted = [...new Set([...usual, ...limited])].filter((name) => !ignored(name))
  for (const [place, names] of [[from, before] as const, ['data.current', now] as const]) {
    const missing = wanted.filter((name) => !names.has(name))
    if (missing.length > 0) {
      const fix = `add ${missing.length === 1 ? 'it' : 'them'}, or write \`drift: {columns: {${JSON.stringify(missing[0])}: {ignore: true}}}\``
      throw new UserError('COLUMN_MISSING', `${place} has no column ${someOf(missing)}`, fix)
    }
  }
  const all = [...new Set([...before, ...now]), ...answerNames(model.data).map((name) => `${predictionPrefix}${name}`)]
  const { importance } = model.drift
  const named = [
    ...Object.keys(columns).map((key) => ({ place: 'columns', key, pattern: isPattern(key) })),
    ...Object.keys(importance ?? {}).map((key) => ({ place: 'importance', key, pattern: false })),
  ]
  for (const { place, key, pattern } of named) {
    if (all.some((name) => name === key || (pattern && fits(key, name)))) continue
    const close = pattern ? null : nearest(key, all)
    throw new UserError(
      'UNKNOWN_COLUMN',
      `drift.${place} names ${key}, which is no column of the data${pattern ? ' and fits none' : ''}`,
      close === null ? 'correct the name' : `did you mean ${close}?`,
    )
  }
}
