/** Who keeps columns of a table that passes by because somebody scores it: the truth, ids, weights, times. Each is given its own. */
import type { ColumnValues } from '../../ports/data-engine.ts'

export interface ColumnReader {
  /** to be read, in this order */
  readonly columns: readonly string[]
  readonly take: (columns: readonly ColumnValues[], from: number, rows: number) => void
}

export const readsNothing: ColumnReader = { columns: [], take: () => {} }

export const readTogether = (...readers: readonly ColumnReader[]): ColumnReader => ({
  columns: readers.flatMap(({ columns }) => columns),
  take: (columns, from, rows) => {
    let at = 0
    for (const reader of readers) {
      const after = at + reader.columns.length
      reader.take(columns.slice(at, after), from, rows)
      at = after
    }
  },
})
