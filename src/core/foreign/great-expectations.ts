/** Great Expectations: the result of a validation (`to_json_dict()`), or of a checkpoint (`to_json_dict()` of 0.18, `describe()` of 1.x). */
import { z } from 'zod'
import { type ForeignCheck, plainName, type Read, type Reader, rowsOf } from './report.ts'

const config = z.object({
  type: z.string().optional(),
  expectation_type: z.string().optional(),
  kwargs: z.object({ column: z.string().nullish() }).optional(),
  severity: z.string().nullish(),
})
const one = z.object({
  success: z.boolean(),
  expectation_config: config,
  result: z.object({ element_count: z.unknown(), unexpected_count: z.unknown() }).partial().nullish(),
  exception_info: z.record(z.string(), z.unknown()).nullish(),
})
const validation = z.object({ success: z.boolean(), results: z.array(one) })
/** 0.18 puts the result one level deeper than 1.x */
const checkpoint = z.object({
  success: z.boolean(),
  run_results: z.record(z.string(), z.union([z.object({ validation_result: validation }), validation])),
})

/** `describe()` says the same more briefly */
const described = z.object({
  success: z.boolean(),
  validation_results: z.array(
    z.object({
      expectations: z.array(one.omit({ expectation_config: true }).extend({ expectation_type: z.string(), kwargs: config.shape.kwargs })),
    }),
  ),
})

/** `{raised_exception}`, or of each metric one of those. */
const raised = (info: unknown): boolean =>
  typeof info === 'object' &&
  info !== null &&
  ('raised_exception' in info ? info.raised_exception === true : Object.values(info).some((part) => raised(part)))

function checkOf({ success, expectation_config: of, result, exception_info: info }: z.infer<typeof one>): ForeignCheck {
  return {
    name: plainName(of.type ?? of.expectation_type ?? ''),
    column: of.kwargs?.column ?? null,
    status: raised(info) ? 'error' : success ? 'pass' : 'fail',
    warns: of.severity === 'warning' || of.severity === 'info',
    judged: rowsOf(result?.element_count),
    broken: rowsOf(result?.unexpected_count),
  }
}

const all = (results: readonly z.infer<typeof one>[], passed: boolean): Read => ({ kind: 'checks', checks: results.map(checkOf), passed })

export const greatExpectations: Reader = {
  tool: 'Great Expectations',
  file: '`json.dumps(result.to_json_dict())` of a validation; of a checkpoint `result.describe()`, before 1.0 `to_json_dict()` too',
  read({ json }) {
    const single = validation.safeParse(json)
    if (single.success) return all(single.data.results, single.data.success)
    const many = checkpoint.safeParse(json)
    if (many.success) {
      const results = Object.values(many.data.run_results).map((run) => ('validation_result' in run ? run.validation_result : run))
      return all(
        results.flatMap((result) => result.results),
        many.data.success,
      )
    }
    const brief = described.safeParse(json)
    if (!brief.success) return null
    const results = brief.data.validation_results.flatMap(({ expectations }) => expectations)
    return all(
      results.map(({ expectation_type, kwargs, ...more }) => ({ ...more, expectation_config: { expectation_type, kwargs } })),
      brief.data.success,
    )
  },
}
