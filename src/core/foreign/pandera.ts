/** pandera: the report of a lazy validation, `json.dumps(SchemaErrors.message)`. It names only what failed: that nothing did is said by both parts, empty. */
import { z } from 'zod'
import { plainName, type Reader } from './report.ts'

const failures = z.record(z.string(), z.array(z.object({ column: z.unknown(), check: z.unknown() })))
const report = z.strictObject({ SCHEMA: failures.optional(), DATA: failures.optional() })

export const pandera: Reader = {
  tool: 'pandera',
  file: '`json.dumps(error.message)` of the `SchemaErrors` of a lazy validation, and `{"SCHEMA": {}, "DATA": {}}` where none is raised',
  read({ json }) {
    const found = report.safeParse(json)
    if (!found.success || (found.data.SCHEMA === undefined && found.data.DATA === undefined)) return null
    const { SCHEMA, DATA } = found.data
    const all = [SCHEMA, DATA].flatMap((part) => Object.values(part ?? {}).flat())
    const none = { name: 'schema', column: null, warns: false, judged: null, broken: null }
    if (all.length === 0 && SCHEMA && DATA) return { kind: 'checks', checks: [{ ...none, status: 'pass' }], passed: null }
    return {
      kind: 'checks',
      checks: all.map(({ column, check }) => ({
        name: typeof check === 'string' ? plainName(check) : null,
        column: typeof column === 'string' ? column : null,
        status: 'fail',
        warns: false,
        judged: null,
        broken: null,
      })),
      passed: null,
    }
  },
}
