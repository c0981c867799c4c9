/** The engine's type names → the port's kinds. */
import type { Column, ColumnKind } from '../../ports/data-engine.ts'

const table: readonly (readonly [RegExp, ColumnKind])[] = [
  [/^U?(TINY|SMALL|BIG|HUGE)INT$|^U?INTEGER$|^DECIMAL\(\d+,0\)$/, 'integer'],
  [/^(FLOAT|DOUBLE)$/, 'float'],
  [/^DECIMAL/, 'decimal'],
  [/^BOOLEAN$/, 'boolean'],
  [/^(VARCHAR|UUID)$|^ENUM\([^[]*\)$/, 'string'],
  [/^DATE$/, 'date'],
  [/^TIMESTAMP/, 'timestamp'],
  [/^TIME/, 'time'],
]

export const kindOf = (type: string): ColumnKind =>
  type.endsWith(']') ? 'other' : (table.find(([pattern]) => pattern.test(type))?.[1] ?? 'other')

export const column = (name: string, type: string): Column => ({ name, type, kind: kindOf(type) })

/** Kinds that several files may differ in: they have a common type that loses nothing. A day is its midnight, as pandas writes times of which each is one. */
const families: readonly ReadonlySet<ColumnKind>[] = [new Set(['integer', 'float', 'decimal']), new Set(['date', 'timestamp'])]

export const sameFamily = (a: ColumnKind, b: ColumnKind): boolean => a === b || families.some((family) => family.has(a) && family.has(b))
