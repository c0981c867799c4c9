/** Looks for columns that one value has made text of. A look at the first rows tells which are worth a scan. */
import type { TableFacts } from '../../core/checks/facts.ts'
import {
  beginningQuery,
  firstQuery,
  type Nearly,
  nearlyNumbers,
  nearlyNumbersCheck,
  textColumns,
  wholeQuery,
} from '../../core/checks/nearly-numbers.ts'
import type { DataSpec } from '../../core/schema/config.ts'
import type { Check } from '../../core/schema/result.ts'
import type { DataEngine } from '../../ports/data-engine.ts'

export async function lookForNumbers(engine: DataEngine, table: TableFacts, data: Pick<DataSpec, 'id'>): Promise<Check | null> {
  const text = textColumns(table, data)
  if (text.length === 0) return null
  const ask = async (sql: string) => (await engine.aggregate({ sql }))[0] ?? {}
  const likely = nearlyNumbers(text, await ask(beginningQuery(table, text))).map(({ column }) => column)
  if (likely.length === 0) return null
  const found: (Nearly & { readonly first: number | null })[] = []
  for (const one of nearlyNumbers(likely, await ask(wholeQuery(table, likely)))) {
    const query = one.numbers < one.values ? firstQuery(table, one.column) : null
    const { r = null } = query === null ? {} : await ask(query)
    if (one.numbers < one.values) found.push({ ...one, first: r === null ? null : Number(r) })
  }
  return nearlyNumbersCheck(table.role, found)
}
