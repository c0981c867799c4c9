/** dbt: `target/run_results.json` of `dbt test` or `dbt build`. What is no test is not counted. */
import { z } from 'zod'
import { plainName, type Reader, rowsOf } from './report.ts'

const statuses: Readonly<Record<string, 'pass' | 'fail' | 'error' | 'skipped'>> = {
  pass: 'pass',
  warn: 'fail',
  fail: 'fail',
  error: 'error',
  'runtime error': 'error',
  skipped: 'skipped',
}
const runResults = z.object({
  metadata: z.object({ dbt_schema_version: z.string() }),
  results: z.array(z.object({ unique_id: z.string(), status: z.string(), failures: z.unknown().optional() })),
})

export const dbt: Reader = {
  tool: 'dbt',
  file: '`target/run_results.json` of `dbt test`',
  read({ json }) {
    const found = runResults.safeParse(json)
    if (!found.success) return null
    const tests = found.data.results.filter(({ unique_id: id }) => id.startsWith('test.'))
    return {
      kind: 'checks',
      checks: tests.map(({ unique_id: id, status, failures }) => ({
        // `test.<project>.accepted_values_orders_status__placed__shipped.<hash>`: the values stand behind two underscores
        name: plainName((id.split('.')[2] ?? '').split('__')[0] ?? ''),
        column: null,
        status: statuses[status] ?? 'error',
        warns: status === 'warn',
        judged: null,
        broken: rowsOf(failures),
      })),
      passed: null,
    }
  },
}
