/** Parameters that several checks take, as they are written. Each reads its own output again unchanged: a bound check parses what was parsed. */
import { z } from 'zod'
import { columnName, count, duration, scalar, section, share, strength, text } from '../schema/leaves.ts'
import { shown } from '../schema/problems.ts'
import type { Wrong } from './entry.ts'

export const isoDate = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/** A number, or a date such as 2026-01-31. */
export const bound = z.union([z.number(), z.string()], { error: 'expected a number or a date' }).superRefine((value, context) => {
  if (typeof value === 'string' && !isoDate.test(value))
    context.addIssue({ code: 'custom', message: `${shown(value)} is neither a number nor a date such as 2026-01-31.` })
})
export const real = z.number({ error: 'expected a number' })
export const values = z.array(scalar, { error: 'expected a list of values' }).min(1, { error: 'this list is empty' })
export const pattern = text.min(1, { error: 'this pattern is empty' }).max(1000, { error: 'a pattern has at most 1000 characters' })
export const patterns = z.array(pattern, { error: 'expected a list of patterns' }).min(1, { error: 'this list is empty' })
export const columns = z.array(columnName, { error: 'expected a list of columns' }).min(1, { error: 'this list is empty' })
/** SQL over one row. */
export const expression = text
  .min(1, { error: 'this expression is empty' })
  .max(4000, { error: 'an expression has at most 4000 characters' })
export { columnName, count, duration, scalar, section, share, strength, text }

interface Range {
  readonly min?: number | string | undefined
  readonly max?: number | string | undefined
}

/** `min`, `max` or both, in this order. */
export function badRange({ min, max }: Range): Wrong | null {
  if (min === undefined && max === undefined) return { text: 'Write min, max or both.' }
  const comparable = typeof min === typeof max
  return comparable && min !== undefined && max !== undefined && min > max
    ? { key: 'min', text: `min ${min} is above max ${max}: nothing could pass.` }
    : null
}
