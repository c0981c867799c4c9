/** Every report that `expect.results` reads. The first reader that knows a file reads it. */
import { dbt } from './dbt.ts'
import { greatExpectations } from './great-expectations.ts'
import { junit } from './junit.ts'
import { pandera } from './pandera.ts'
import type { Read, Reader, Report } from './report.ts'
import { soda } from './soda.ts'

export const readers: readonly Reader[] = [greatExpectations, soda, dbt, pandera, junit]

export function readReport(text: string): { readonly tool: string; readonly read: Read } | null {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    // no JSON, or nested deeper than the parser goes: perhaps XML
    json = undefined
  }
  const report: Report = { text, json }
  for (const { tool, read } of readers) {
    const found = read(report)
    if (found !== null) return { tool, read: found }
  }
  return null
}
