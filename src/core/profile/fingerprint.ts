/** Whether two tables have the same rows: from the sums of their hashes (queries.ts). */

import type { Row } from '../checks/answer.ts'
import type { ColumnFacts } from '../checks/facts.ts'
import { fnv64 } from './edges.ts'

/** Order-free and mergeable: rows, xor and sum of row hashes, and which columns they were taken of. */
export function fingerprint(columns: readonly ColumnFacts[], rows: number, counts: Row): string {
  const hex = (value: unknown) =>
    BigInt.asUintN(64, BigInt(String(value ?? 0)))
      .toString(16)
      .padStart(16, '0')
  const names = columns.map((column) => column.name).toSorted()
  return `${rows}:${hex(counts.x)}:${hex(counts.s)}:${fnv64(JSON.stringify(names))}`
}
