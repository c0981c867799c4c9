/** Soda: the scan results that `soda scan --scan-results-file` writes. */
import { z } from 'zod'
import { plainName, type Reader } from './report.ts'

const statuses = { pass: 'pass', warn: 'fail', fail: 'fail' } as const
const scan = z.object({
  checks: z.array(z.object({ name: z.string(), column: z.string().nullish(), outcome: z.enum(['pass', 'warn', 'fail']).nullable() })),
  hasErrors: z.boolean(),
  hasFailures: z.boolean(),
})

export const soda: Reader = {
  tool: 'Soda',
  file: 'what `soda scan --scan-results-file` writes',
  read({ json }) {
    const found = scan.safeParse(json)
    if (!found.success) return null
    const { checks, hasErrors, hasFailures } = found.data
    return {
      kind: 'checks',
      checks: checks.map(({ name, column, outcome }) => ({
        name: plainName(name),
        column: column ?? null,
        // a check without an outcome was not evaluated
        status: outcome === null ? 'error' : statuses[outcome],
        warns: outcome === 'warn',
        judged: null,
        broken: null,
      })),
      passed: !hasErrors && !hasFailures,
    }
  },
}
