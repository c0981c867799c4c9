/** An opened table → what init writes a contract of: its profile, the levels of columns that have few, what text looks like, what is unique. */

import type { ColumnInRole, ColumnSeen, Levels } from '../../core/init/seen.ts'
import type { Role } from '../../core/schema/config.ts'
import type { ColumnProfile } from '../../core/schema/profile.ts'
import type { Column, DataEngine, Table } from '../../ports/data-engine.ts'
import { profileOnce } from '../profile-table.ts'
import { tableFacts } from '../table-facts.ts'
import { type Looks, levelsOf, looksOf, uniqueOf, unlooked } from './count-columns.ts'

const fewestEdges = 50

/** @param tables train first: what is an identifier there is counted as one everywhere */
export async function measure(engine: DataEngine, tables: ReadonlyMap<Role, Table>): Promise<readonly ColumnSeen[]> {
  const seen = new Map<string, ColumnInRole[]>()
  const identifiers = new Set<string>()
  for (const [role, table] of tables) {
    const { profile } = await profileOnce(engine, table, { role, sensitive: [] })
    const profiles = new Map(
      profile.columns.filter((column) => column.derived === undefined || column.derived === null).map((column) => [column.name, column]),
    )
    const facts = tableFacts(table, role)
    const known = facts.columns.flatMap((column) => {
      const own = profiles.get(column.name)
      return own === undefined ? [] : [{ column, profile: own }]
    })
    const levelled = known.filter(({ column, profile: own }) => hasLevels(column, own))
    const looks = await looksOf(
      engine,
      facts,
      known.flatMap(({ column }) => (column.kind === 'string' ? [column] : [])),
      new Set(levelled.map(({ column }) => column.name)),
    )
    for (const { column, profile: own } of known) {
      if (!seen.has(column.name) && mayBeIdentifier(column, own, looks.get(column.name) ?? unlooked)) identifiers.add(column.name)
    }
    const unique = await uniqueOf(
      engine,
      facts,
      known.flatMap(({ column }) => (identifiers.has(column.name) ? [column] : [])),
    )
    const levels = await levelsOf(
      engine,
      facts,
      levelled.flatMap(({ column, profile: own }) => (knownLevels(own) === null ? [column] : [])),
    )
    for (const { column, profile: own } of known) {
      const added: ColumnInRole = {
        ...inRole({ role, table, column, known: own }),
        unique: identifiers.has(column.name) ? unique.has(column.name) : null,
        levels: hasLevels(column, own) ? (knownLevels(own) ?? levels.get(column.name) ?? null) : null,
        ...(looks.get(column.name) ?? unlooked),
      }
      const before = seen.get(column.name)
      if (before === undefined) seen.set(column.name, [added])
      else before.push(added)
    }
  }
  return [...seen].map(([name, inRoles]) => ({ name, in: inRoles }))
}

export const namedLikeId = (name: string): boolean => /(^|[_\W])(id|uuid|guid|key|index|no|nr)$/i.test(name) || /[a-z](Id|ID)$/.test(name)

/** A measure that only grows follows the order of the rows too, and may repeat tomorrow; so may one that is written for people. */
const mayBeIdentifier = ({ name, kind }: Column, known: ColumnProfile, { notation }: Looks): boolean =>
  known.kind === 'identifier' &&
  ((kind === 'string' && (notation === null || namedLikeId(name))) ||
    (kind === 'integer' && (namedLikeId(name) || known.reason !== 'values follow the order of the rows')))

interface One {
  readonly role: Role
  readonly table: Table
  readonly column: Column
  readonly known: ColumnProfile
}

function inRole({ role, table, column, known }: One) {
  const { numeric } = known
  const wide = numeric !== null && numeric.edges.length >= fewestEdges && known.kind.startsWith('numeric')
  return {
    role,
    storage: column.kind,
    kind: known.kind,
    rows: table.rows,
    missing: known.n_null + known.n_nan,
    min: numeric?.min ?? null,
    max: numeric?.max ?? null,
    low: wide ? (numeric.edges[0] ?? null) : null,
    high: wide ? (numeric.edges.at(-1) ?? null) : null,
  }
}

const hasLevels = ({ kind }: Column, known: ColumnProfile): boolean =>
  ['categorical', 'categorical-high', 'boolean'].includes(known.kind) && ['string', 'integer', 'boolean'].includes(kind)

/** The profile lists every level that has five rows: where those are all, nothing has to be counted again. */
function knownLevels({ categories }: ColumnProfile): Levels | null {
  if (categories === null || categories.distinct === null || categories.distinct !== categories.top.length) return null
  return { distinct: categories.distinct, singles: 0, top: categories.top.map(({ value, count }) => ({ label: value, rows: count })) }
}
