/** Where the policy of a run came from. */
import type { PolicyDifference } from './difference.ts'

export interface PolicyOrigin {
  /** short id of the commit that it was read from; null: it is that of the checkout */
  readonly base: string | null
  /** why it is that of the checkout although there is a base; null when there is nothing to explain */
  readonly because: string | null
  /** false: a base that a person named */
  readonly pullRequest: boolean
  readonly differences: readonly PolicyDifference[]
}
