/**
 * Statistics that are no values of their column: a number of more digits than its DECIMAL has, a time of day after midnight. The engine takes
 * them at their word: at some it ends its database, and what is asked next of any file fails, at others the process.
 */
import type { Footer, SchemaElement, Statistics } from './parquet-footer.ts'
import { signed } from './parquet-plain.ts'

/** Physical types of whole numbers, as the format numbers them, and their bytes. */
const bytesOf: Readonly<Record<number, number>> = { 1: 4, 2: 8 }
const decimal = 5
/** Converted types of a time of day: in milliseconds, in microseconds. A day has so many. */
const dayOf: Readonly<Record<number, bigint>> = { 7: 86_400_000n, 8: 86_400_000_000n }

/** The first column of which one says so, by name; null: none does, as far as the footer is told. */
export function statisticsBeyond({ schema, groups }: Footer): string | null {
  const leaves = schema.filter(({ type }) => type !== null).map((leaf) => ({ leaf, bounds: boundsOf(leaf) }))
  for (const { chunks } of groups) {
    if (chunks.length !== leaves.length) continue
    for (const [at, { leaf, bounds }] of leaves.entries()) {
      const bytes = bytesOf[leaf.type ?? -1]
      const statistics = chunks[at]?.statistics
      if (bounds === null || bytes === undefined || statistics === undefined) continue
      if (valuesOf(statistics, bytes).some((value) => value < bounds.least || value > bounds.greatest)) return leaf.name
    }
  }
  return null
}

function boundsOf({ converted, logical, precision }: SchemaElement): { readonly least: bigint; readonly greatest: bigint } | null {
  const day = dayOf[converted ?? -1]
  if (day !== undefined) return { least: 0n, greatest: day }
  const digits = converted === decimal ? precision : Number(/^DECIMAL (\d+) /.exec(logical ?? '')?.[1] ?? Number.NaN)
  if (digits === null || !(digits >= 1 && digits <= 38)) return null
  const greatest = 10n ** BigInt(digits) - 1n
  return { least: -greatest, greatest }
}

/** Of other sizes the engine says itself that they are none. */
const valuesOf = ({ least, greatest, oldLeast, oldGreatest }: Statistics, size: number): readonly bigint[] =>
  [least, greatest, oldLeast, oldGreatest].flatMap((bytes) => (bytes?.length === size ? [signed(bytes.toReversed())] : []))
