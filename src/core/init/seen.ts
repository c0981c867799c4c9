/** What init has seen of the data: counts and levels, a column at a time and a role at a time. No row. */
import type { StorageKind } from '../checks/facts.ts'
import type { Role } from '../schema/config.ts'
import type { ProfileKind } from '../schema/profile.ts'
import type { NotationSeen } from './notation.ts'

export interface Levels {
  readonly distinct: number
  /** values of one row */
  readonly singles: number
  /** values of five rows or more, the most frequent first: the only ones that may be written down */
  readonly top: readonly { readonly label: string; readonly rows: number }[]
}

export interface ColumnInRole {
  readonly role: Role
  readonly storage: StorageKind
  readonly kind: ProfileKind
  readonly rows: number
  /** null and NaN */
  readonly missing: number
  /** of finite numbers; never written, only what is obvious of them */
  readonly min: number | null
  readonly max: number | null
  /** first and last percentile, about */
  readonly low: number | null
  readonly high: number | null
  /** no value occurs twice; null where it was not counted */
  readonly unique: boolean | null
  /** null where it was not counted */
  readonly levels: Levels | null
  /** what a part of its text looks like, such as `email` */
  readonly looksLike: readonly string[]
  /** text: part of the values that read as numbers */
  readonly readsAsNumber: number | null
  /** text: what nearly all of it is written in, where that is a way to write numbers or dates */
  readonly notation: NotationSeen | null
}

export interface ColumnSeen {
  readonly name: string
  /** those that have it, train first */
  readonly in: readonly ColumnInRole[]
}

export interface TableSeen {
  readonly role: Role
  readonly rows: number
  readonly columns: number
}

export const fewestRows = 5
export const mostLevels = 100
