/** How the columns of a table differ from those of a profile. */
import type { ColumnProfile, TableProfile } from '../../schema/profile.ts'
import type { TableFacts } from '../facts.ts'

/** Changes that may be allowed; any other change of type may not. */
export const schemaChanges = ['add', 'remove', 'widen'] as const

export interface SchemaChange {
  readonly change: (typeof schemaChanges)[number] | 'retype'
  /** of the column */
  readonly name: string
  readonly says: string
}

/** Engine types in families; within one, each holds every value of those before it. */
const ladders: readonly (readonly string[])[] = [
  ['BOOLEAN'],
  ['UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT', 'UHUGEINT'],
  ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'DECIMAL', 'FLOAT', 'DOUBLE'],
  ['UTINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT'],
  ['USMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT'],
  ['UINTEGER', 'BIGINT', 'HUGEINT', 'DOUBLE'],
  ['UBIGINT', 'HUGEINT', 'DOUBLE'],
  ['DATE', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP', 'TIMESTAMP_NS'],
]

const bare = (type: string): string => type.replace(/\(.*\)$/s, '').trim()

/** Every value of `narrow` is one of `wide`. Two decimals are taken for one type. */
const fits = (narrow: string, wide: string): boolean =>
  bare(narrow) === bare(wide) ||
  ladders.some((ladder) => ladder.includes(bare(narrow)) && ladder.indexOf(bare(narrow)) <= ladder.indexOf(bare(wide)))

/** A narrower type is no change: its values are all of the old one. A column that had no value had no type either. */
export function changesOfSchema(before: TableProfile, now: TableFacts): readonly SchemaChange[] {
  const old = new Map(before.columns.filter((column) => (column.derived ?? null) === null).map((column) => [column.name, column]))
  const there = new Set(now.columns.map((column) => column.name))
  return [
    ...[...old.keys()]
      .filter((name) => !there.has(name))
      .map((name): SchemaChange => ({ change: 'remove', name, says: `${name} is gone` })),
    ...now.columns.flatMap(({ name, type }): readonly SchemaChange[] => {
      const was = old.get(name)
      if (was === undefined) return [{ change: 'add', name, says: `${name} is new` }]
      if (fits(type, was.type) || empty(was)) return []
      return [{ change: fits(was.type, type) ? 'widen' : 'retype', name, says: `${name} was ${was.type} and is ${type}` }]
    }),
  ]
}

const empty = ({ n, n_null: missing }: ColumnProfile): boolean => n === missing
