/**
 * Statistics that are no values of their column: a number of more digits than its DECIMAL has, a time of day after midnight. The engine takes
 * them at their word: at some it ends its database, and what is asked next of any file fails, at others the process.
 */
import { type Footer, type Statistics, visitFooter } from './parquet-footer.ts'
import { signed } from './parquet-plain.ts'
import type { SchemaElement } from './parquet-schema.ts'

/** Physical types of whole numbers, as the format numbers them, and their bytes. */
const bytesOf: Readonly<Record<number, number>> = { 1: 4, 2: 8 }
const decimal = 5
/** What a day has of them, by the unit of a time of day. */
const dayOf = { MILLIS: 86_400_000n, MICROS: 86_400_000_000n, NANOS: 86_400_000_000_000n } as const
/** Converted types of a time of day, the older mark; the newer is a logical type. */
const unitOf: Readonly<Record<number, keyof typeof dayOf>> = { 7: 'MILLIS', 8: 'MICROS' }

/** A column whose statistics can be told to be none of its values; null where any may be. */
interface Bounded {
  readonly name: string
  readonly bytes: number
  readonly least: bigint
  readonly greatest: bigint
}

/** The first column of which one says so, by name; null: none does, as far as the footer is told. */
export function statisticsBeyond({ schema, groups }: Footer): string | null {
  const leaves = schema.filter(isLeaf).map(bounded)
  for (const { chunks } of groups) {
    if (chunks.length !== leaves.length) continue
    for (const [at, leaf] of leaves.entries()) if (isBeyond(leaf, chunks[at]?.statistics)) return leaf.name
  }
  return null
}

/** The same of a footer that is too large to be kept: nothing of it is. */
export function statisticsBeyondIn(footer: Uint8Array): string | null {
  const leaves: (Bounded | null)[] = []
  let found: string | null = null
  visitFooter(footer, { element: (element) => void (isLeaf(element) && leaves.push(bounded(element))) })
  if (leaves.every((leaf) => leaf === null)) return null
  visitFooter(footer, {
    chunk: ({ statistics }, at) => {
      const leaf = leaves[at] ?? null
      if (isBeyond(leaf, statistics)) found ??= leaf.name
    },
  })
  return found
}

const isLeaf = ({ type }: SchemaElement): boolean => type !== null

const isBeyond = (leaf: Bounded | null, statistics: Statistics | undefined): leaf is Bounded =>
  leaf !== null && statistics !== undefined && valuesOf(statistics, leaf.bytes).some((value) => value < leaf.least || value > leaf.greatest)

function bounded(element: SchemaElement): Bounded | null {
  const bytes = bytesOf[element.type ?? -1]
  const bounds = boundsOf(element)
  return bytes === undefined || bounds === null ? null : { name: element.name, bytes, ...bounds }
}

function boundsOf({ converted, logical, precision }: SchemaElement): { readonly least: bigint; readonly greatest: bigint } | null {
  const unit = unitOf[converted ?? -1] ?? /^TIME \w+ (MILLIS|MICROS|NANOS)$/.exec(logical ?? '')?.[1]
  if (unit === 'MILLIS' || unit === 'MICROS' || unit === 'NANOS') return { least: 0n, greatest: dayOf[unit] }
  const digits = converted === decimal ? precision : Number(/^DECIMAL (\d+) /.exec(logical ?? '')?.[1] ?? Number.NaN)
  if (digits === null || !(digits >= 1 && digits <= 38)) return null
  const greatest = 10n ** BigInt(digits) - 1n
  return { least: -greatest, greatest }
}

/** Of other sizes the engine says itself that they are none. */
const valuesOf = ({ least, greatest, oldLeast, oldGreatest }: Statistics, size: number): readonly bigint[] =>
  [least, greatest, oldLeast, oldGreatest].flatMap((bytes) => (bytes?.length === size ? [signed(bytes.toReversed())] : []))
