/**
 * Two values stored another way than in the reference: `true`, `'true'`, `1` and `'1'` are one value. Current data are read in the words of the
 * reference, so that a change of the storage alone is none of the data; another word stays what it is, and is seen.
 */
import { type ColumnFacts, isNumeric } from '../checks/facts.ts'
import type { ColumnProfile, TableProfile } from '../schema/profile.ts'
import { asLabel, sqlText } from './codes.ts'
import { family } from './kind.ts'

const words = { yes: ['true', 't', '1', '1.0'], no: ['false', 'f', '0', '0.0'] } as const

/** A column read in another way: its SQL over the table. */
export interface Reread {
  readonly name: string
  readonly expression: string
  readonly facts: Pick<ColumnFacts, 'kind'>
}

export function rereadTruth(columns: readonly ColumnFacts[], reference: TableProfile): readonly Reread[] {
  return columns.flatMap((facts) => {
    const before = reference.columns.find(({ name }) => name === facts.name)
    if (before === undefined || before.kind !== 'boolean' || before.sensitive) return []
    return reread(facts, before)
  })
}

function reread(facts: ColumnFacts, before: ColumnProfile): readonly Reread[] {
  if (!['boolean', 'string', 'decimal', 'float', 'integer'].includes(facts.kind)) return []
  if (before.categories === null) {
    // 0.0 and 1.0 are counted as numbers
    const numbers = before.numeric !== null && facts.kind === 'boolean'
    return numbers ? [{ name: facts.name, expression: `CAST(${facts.quoted} AS DOUBLE)`, facts: { kind: 'float' } }] : []
  }
  const labels = before.categories.top.map(({ value }) => value)
  const [yes, no] = [labelOf(labels, words.yes), labelOf(labels, words.no)]
  if (yes === null || no === null) return []
  if (storageOf(before) === family(facts.kind) && facts.kind !== 'string') return []
  const text = `lower(${asLabel(facts)})`
  const list = (some: readonly string[]) => some.map(sqlText).join(', ')
  const expression = `CASE WHEN ${text} IN (${list(words.yes)}) THEN ${sqlText(yes)} WHEN ${text} IN (${list(words.no)}) THEN ${sqlText(no)} ELSE ${asLabel(facts)} END`
  return [{ name: facts.name, expression, facts: { kind: 'string' } }]
}

const labelOf = (labels: readonly string[], some: readonly string[]): string | null =>
  labels.find((label) => some.includes(label.toLowerCase())) ?? null

/** As `family` calls it, by the engine's word that the profile keeps. */
const storageOf = ({ type, numeric }: ColumnProfile): string => (numeric !== null ? 'number' : type === 'BOOLEAN' ? 'boolean' : 'string')

/** Whether a column with numbers in the reference may be taken over although it has none now, because its two labels are. */
export const sameTruth = (facts: ColumnFacts, before: ColumnProfile, reread: boolean): boolean =>
  reread && before.kind === 'boolean' && before.categories !== null && !isNumeric(facts.kind)
