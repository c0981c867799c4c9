/** An opened table → what init writes a contract of: its profile, the levels of columns that have few, what text looks like, what is unique. */

import { formats } from '../../core/checks/entries/formats.ts'
import { lookKinds, looks } from '../../core/checks/entries/privacy.ts'
import { chunks } from '../../core/collections.ts'
import { notationCounts, notationOf } from '../../core/init/notation.ts'
import { type ColumnInRole, type ColumnSeen, fewestRows, type Levels, mostLevels } from '../../core/init/seen.ts'
import type { Role } from '../../core/schema/config.ts'
import type { ColumnProfile } from '../../core/schema/profile.ts'
import { type Column, type DataEngine, quoteName, type Table } from '../../ports/data-engine.ts'
import { profileOnce } from '../profile-table.ts'

/** Text is looked at in this many rows. */
const lookedAt = 100_000
const lookShare = 0.01
const fewestEdges = 50
const columnsPerQuery = 16

/** @param tables train first: what is an identifier there is counted as one everywhere */
export async function measure(engine: DataEngine, tables: ReadonlyMap<Role, Table>): Promise<readonly ColumnSeen[]> {
  const seen = new Map<string, ColumnInRole[]>()
  const identifiers = new Set<string>()
  for (const [role, table] of tables) {
    const { profile } = await profileOnce(engine, table, { role, sensitive: [] })
    const profiles = new Map(
      profile.columns.filter((column) => column.derived === undefined || column.derived === null).map((column) => [column.name, column]),
    )
    const text = await lookAtText(engine, table)
    for (const column of table.columns) {
      const known = profiles.get(column.name)
      if (known === undefined) continue
      const looked = text.get(column.name) ?? { looksLike: [], readsAsNumber: null, notation: null }
      if (!seen.has(column.name) && mayBeIdentifier(column, known, looked)) identifiers.add(column.name)
      const one = await measureColumn(engine, { role, table, column, known, identifier: identifiers.has(column.name) })
      const added: ColumnInRole = { ...one, ...looked }
      seen.set(column.name, [...(seen.get(column.name) ?? []), added])
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
  readonly identifier: boolean
}

async function measureColumn(engine: DataEngine, { role, table, column, known, identifier }: One) {
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
    unique: identifier ? await isUnique(engine, table, column) : null,
    levels: hasLevels(column, known) ? (knownLevels(known) ?? (await countLevels(engine, table, column))) : null,
  }
}

const hasLevels = ({ kind }: Column, known: ColumnProfile): boolean =>
  ['categorical', 'categorical-high', 'boolean'].includes(known.kind) && ['string', 'integer', 'boolean'].includes(kind)

/** The profile lists every level that has five rows: where those are all, nothing has to be counted again. */
function knownLevels({ categories }: ColumnProfile): Levels | null {
  if (categories === null || categories.distinct === null || categories.distinct !== categories.top.length) return null
  return { distinct: categories.distinct, singles: 0, top: categories.top.map(({ value, count }) => ({ label: value, rows: count })) }
}

async function isUnique(engine: DataEngine, table: Table, { name }: Column): Promise<boolean> {
  const x = quoteName(name)
  const [row] = await engine.aggregate({ sql: `SELECT count(${x}) AS n, count(DISTINCT ${x}) AS kinds FROM ${table.relation}` })
  return Number(row?.n ?? 0) > 0 && Number(row?.n) === Number(row?.kinds)
}

async function countLevels(engine: DataEngine, table: Table, { name }: Column): Promise<Levels> {
  const x = quoteName(name)
  const rows = await engine.aggregate({
    sql: `SELECT CASE WHEN n >= ${fewestRows} THEN label END AS label, n, levels, singles FROM (
            SELECT CAST(${x} AS VARCHAR) AS label, count(*) AS n, count(*) OVER () AS levels, sum(CASE WHEN count(*) = 1 THEN 1 ELSE 0 END) OVER () AS singles
            FROM ${table.relation} WHERE ${x} IS NOT NULL GROUP BY 1
          ) ORDER BY n DESC, label LIMIT ${mostLevels + 1}`,
  })
  return {
    distinct: Number(rows[0]?.levels ?? 0),
    singles: Number(rows[0]?.singles ?? 0),
    top: rows.flatMap(({ label, n }) => (typeof label === 'string' ? [{ label, rows: Number(n) }] : [])),
  }
}

type Looks = Pick<ColumnInRole, 'looksLike' | 'readsAsNumber' | 'notation'>

async function lookAtText(engine: DataEngine, table: Table): Promise<ReadonlyMap<string, Looks>> {
  const text = table.columns.filter(({ kind }) => kind === 'string')
  const found = new Map<string, Looks>()
  for (const some of chunks(text, columnsPerQuery)) {
    const list = some.flatMap(({ name }, i) => {
      const x = quoteName(name)
      return [
        `count(${x}) AS n${i}`,
        `count_if(${x} IS NOT NULL AND ${formats.numeric.holds(x)}) AS numbers${i}`,
        ...lookKinds.map((kind) => `count_if(${x} IS NOT NULL AND ${looks[kind](x)}) AS ${kind}${i}`),
        ...[...notationCounts(x)].map(([name, holds]) => `count_if(${x} IS NOT NULL AND ${holds}) AS ${name}${i}`),
      ]
    })
    const names = some.map(({ name }) => quoteName(name)).join(', ')
    const [row = {}] = await engine.aggregate({
      sql: `SELECT ${list.join(', ')} FROM (SELECT ${names} FROM ${table.relation} LIMIT ${lookedAt})`,
    })
    for (const [i, { name }] of some.entries()) {
      const counted = (what: string): number => Number(row[`${what}${i}`] ?? 0)
      const n = counted('n')
      found.set(name, {
        looksLike: n === 0 ? [] : lookKinds.filter((kind) => counted(kind) > lookShare * n),
        readsAsNumber: n === 0 ? null : counted('numbers') / n,
        notation: notationOf(counted, counted('numbers'), n),
      })
    }
  }
  return found
}
