/** What a REF came to: bytes on this machine, verified; or only numbers a run recorded; or nothing, with everything that was tried. */
import type { Judged } from '../core/schema/judged.ts'

export interface ResolvedModel {
  /** as written: `production`, `models/x.onnx` */
  readonly ref: string
  /** absolute path of verified bytes */
  readonly path: string
  readonly digest: string
  readonly bytes: number
  readonly version: string | null
  /** ISO 8601, when the ledger says it */
  readonly createdAt: string | null
  /** absolute path of the training profile stored with it */
  readonly profilePath: string | null
  /** columns its one matrix input was fed with when it was promoted; null: nobody recorded them */
  readonly features: readonly string[] | null
  /** what the ledger has of a version's levels; null: it is none */
  readonly numbers: Pick<Extract<Resolution, { kind: 'numbers' }>, 'metrics' | 'judged'> | null
}

export type Resolution =
  | { readonly kind: 'found'; readonly model: ResolvedModel; readonly tried: readonly string[] }
  /** the ledger knows its numbers, but its bytes are not to be had */
  | {
      readonly kind: 'numbers'
      readonly ref: string
      /** null: it never became one */
      readonly version: string | null
      readonly digest: string
      readonly metrics: Readonly<Record<string, number | null>>
      /** what they mean; null: nobody recorded it */
      readonly judged: Judged | null
      readonly tried: readonly string[]
    }
  | { readonly kind: 'missing'; readonly tried: readonly string[] }
