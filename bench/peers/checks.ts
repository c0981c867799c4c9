/** The suites of checks that all who validate get: one by one, as the peers are told them, and as `expect.columns` of a modelgate.yml. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { fortyChecks } from '../forty-checks.ts'

const column = z.string()
const limit = z.number()
const ends = { min: limit, max: limit }
/** `type`: every value is of it. `finite`: no number is infinite. `length`: characters. Missing values break `not_null` and `nulls_at_most`, and nothing else. */
const checkSchema = z.discriminatedUnion('check', [
  z.object({ column, check: z.literal('type'), type: z.enum(['integer', 'number', 'timestamp', 'string', 'boolean']) }),
  z.object({ column, check: z.literal('not_null') }),
  z.object({ column, check: z.literal('nulls_at_most'), share: limit }),
  z.object({ column, check: z.literal('unique') }),
  z.object({ column, check: z.literal('at_least'), min: limit }),
  z.object({ column, check: z.literal('at_most'), max: limit }),
  z.object({ column, check: z.literal('between'), ...ends }),
  z.object({ column, check: z.literal('finite') }),
  z.object({ column, check: z.literal('length'), ...ends }),
  z.object({ column, check: z.literal('matches'), pattern: z.string() }),
  z.object({ column, check: z.literal('in'), values: z.array(z.union([z.string(), limit])) }),
  z.object({ column, check: z.literal('not_in'), values: z.array(z.union([z.string(), limit])) }),
])
export type Check = z.infer<typeof checkSchema>

type Columns = Readonly<Record<string, Readonly<Record<string, unknown>>>>

export interface Suite {
  readonly checks: readonly Check[]
  readonly columns: Columns
}

/** What a check is called in `expect.columns`, and what stands there. */
function expectation(check: Check): readonly [string, unknown] {
  switch (check.check) {
    case 'type':
      return ['type', check.type]
    case 'not_null':
      return ['nulls', { max: 0 }]
    case 'nulls_at_most':
      return ['nulls', { max: `${check.share * 100}%` }]
    case 'unique':
      return ['unique', true]
    case 'at_least':
      return ['min', check.min]
    case 'at_most':
      return ['max', check.max]
    case 'finite':
      return ['finite', true]
    case 'between':
    case 'length':
      return [check.check, { min: check.min, max: check.max }]
    case 'matches':
      return ['matches', check.pattern]
    case 'in':
    case 'not_in':
      return [check.check, check.values]
  }
}

function columnsOf(checks: readonly Check[]): Columns {
  const columns: Record<string, Record<string, unknown>> = {}
  for (const check of checks) {
    const [key, value] = expectation(check)
    columns[check.column] = { ...columns[check.column], [key]: value }
  }
  return columns
}

/** The other way round. @throws Error for what the peers are not told how to check */
function oneByOne(columns: Columns): readonly Check[] {
  const named: Readonly<Record<string, (value: unknown) => object>> = {
    type: (type) => ({ check: 'type', type }),
    nulls: (value) => {
      const { max } = z.object({ max: z.union([z.literal(0), z.string()]) }).parse(value)
      return max === 0 ? { check: 'not_null' } : { check: 'nulls_at_most', share: Number.parseFloat(String(max)) / 100 }
    },
    min: (min) => ({ check: 'at_least', min }),
    max: (max) => ({ check: 'at_most', max }),
    between: (value) => ({ check: 'between', ...z.object(ends).parse(value) }),
    length: (value) => ({ check: 'length', ...z.object(ends).parse(value) }),
    finite: () => ({ check: 'finite' }),
    matches: (pattern) => ({ check: 'matches', pattern }),
    in: (values) => ({ check: 'in', values }),
  }
  return Object.entries(columns).flatMap(([column, said]) =>
    Object.entries(said).map(([key, value]) => {
      const found = named[key]
      if (found === undefined) throw new Error(`${key} is told to no peer`)
      return checkSchema.parse({ column, ...found(value) })
    }),
  )
}

const written = z.array(checkSchema).parse(JSON.parse(readFileSync(new URL('checks.json', import.meta.url), 'utf8')))
export const thirteen: Suite = { checks: written, columns: columnsOf(written) }
export const forty: Suite = { checks: oneByOne(fortyChecks.columns), columns: fortyChecks.columns }
