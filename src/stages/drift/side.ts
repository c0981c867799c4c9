/** What drift compares: a profile, with its rows where they are at hand. */
import type { TableProfile } from '../../core/schema/profile.ts'
import type { InputRecord } from '../../core/schema/result.ts'
import type { Table } from '../../ports/data-engine.ts'

export interface Side {
  readonly table: TableProfile
  /** for people: where it comes from */
  readonly from: string
  /** files that were read for it by this stage */
  readonly inputs: readonly InputRecord[]
  /** its rows, opened when somebody needs them; null when there are none at hand */
  readonly rows: (() => Promise<Table>) | null
}
