/** What comes of a file that may be broken: all of its rows, or one sentence that says nothing of its values. */
import { UserError } from '../../../src/errors.ts'
import type { Scalar, Table } from '../../../src/ports/data-engine.ts'
import type { Bench } from '../duckdb/support.ts'

export type Outcome =
  | { readonly table: Table; readonly rows: readonly (readonly Scalar[])[]; readonly refused: null }
  | { readonly refused: UserError }

/** @throws anything that is no trouble of the user's */
export async function outcome(bench: Bench, name: string, content: string | Uint8Array): Promise<Outcome> {
  try {
    const table = await bench.table(name, content)
    return { table, rows: await bench.rows(table), refused: null }
  } catch (error) {
    if (error instanceof UserError) return { refused: error }
    throw error
  }
}

/** Whole numbers below a limit, the same in every run. Source: Numerical Recipes, "quick and dirty" generator. */
export function seeded(seed: number): (limit: number) => number {
  let state = seed >>> 0
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

/** One to four bits of it turned round. */
export function flipped(bytes: Uint8Array, below: (limit: number) => number): Buffer {
  const changed = Buffer.from(bytes)
  for (let flips = below(4); flips >= 0; flips -= 1) {
    const at = below(changed.length)
    changed[at] = (changed[at] ?? 0) ^ (1 << below(8))
  }
  return changed
}

/** Of a Parquet file. */
export const footerOf = (file: Buffer): Buffer => file.subarray(file.length - 8 - file.readUInt32LE(file.length - 8), file.length - 8)
