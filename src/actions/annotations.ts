/** What a stage that is used alone shows beside its log. */
import type { Annotation } from '../adapters/github/commands.ts'
import type { StageResult } from '../core/schema/result.ts'

export const annotationsOf = (results: readonly StageResult[]): readonly Annotation[] =>
  results.flatMap((result) =>
    result.checks.flatMap((check): readonly Annotation[] => {
      if (check.effect === 'pass' || check.effect === 'skipped') return []
      const title = result.model === null ? `modelgate ${check.id}` : `modelgate ${result.model}: ${check.id}`
      return [
        {
          level: check.effect === 'warn' ? 'warning' : 'error',
          title,
          message: check.fix === null ? check.message : `${check.message}\n${check.fix}`,
        },
      ]
    }),
  )
