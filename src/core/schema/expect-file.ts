/** `expect` as it is written: the data contract. `expectations.ts` makes single checks of it. */
import { z } from 'zod'
import { roles } from './config.ts'
import { choice, count, flag, later, scalar, section, severity, share, text } from './leaves.ts'

const bound = z.union([z.number(), z.string()], { error: 'expected a number or a date' })

const on = z.array(choice(roles), { error: 'expected a list of train, validation, test, current' }).min(1, { error: 'this list is empty' })
const range = section({ min: count.optional(), max: count.optional() })

export const columnTypes = ['integer', 'float', 'number', 'boolean', 'string', 'date', 'timestamp', 'time', 'decimal'] as const

const column = section({
  type: choice(columnTypes).optional(),
  min: bound.optional(),
  max: bound.optional(),
  nulls: section({ max: share }).optional(),
  in: z.array(scalar, { error: 'expected a list of values' }).min(1, { error: 'this list is empty' }).optional(),
  not_in: z.array(scalar, { error: 'expected a list of values' }).min(1, { error: 'this list is empty' }).optional(),
  matches: text.min(1, { error: 'this pattern is empty' }).max(1000, { error: 'a pattern has at most 1000 characters' }).optional(),
  length: range.optional(),
  unique: flag.optional(),
  severity: severity.optional(),
  on: on.optional(),
})

export const expectation = section({
  rows: section({ min: count.optional(), max: count.optional(), severity: severity.optional(), on: on.optional() }).optional(),
  duplicates: section({ max: share, severity: severity.optional(), on: on.optional() }).optional(),
  columns: z.record(z.string(), column, { error: 'expected a map of columns' }).optional(),
  results: later('expect.results'),
})
