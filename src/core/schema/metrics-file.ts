/**
 * The numbers of a team's own evaluation, as `score.metrics_file` holds them: one JSON object, name → number, or → what is known of it.
 *
 *     {"rouge_l": 0.412, "toxicity": {"value": 0.013, "low": 0.010, "high": 0.017, "n": 2000, "direction": "lower"}}
 *
 * `low` and `high` are the ends of a two-sided 95 % interval and stand together; `n` is on how many rows. A `direction` decides nothing: it must
 * be that of the config where the config has one, and shows a number that the config does not name.
 */
import { z } from 'zod'
import { metricName } from './limits.ts'
import { type Plain, readYaml } from './read-yaml.ts'

export interface OwnNumber {
  readonly value: number
  /** two-sided, 95 % */
  readonly interval: readonly [low: number, high: number] | null
  readonly n: number | null
  readonly direction: 'higher' | 'lower' | null
}

export type MetricsFile =
  | { readonly ok: true; readonly numbers: ReadonlyMap<string, OwnNumber> }
  /** a sentence without its subject, which is the file */
  | { readonly ok: false; readonly why: string }

export const maxMetricsBytes = 2 ** 18
const mostNumbers = 500

const number = z.number({ error: 'is no number' })
const entry = z.union([
  number.transform((value): OwnNumber => ({ value, interval: null, n: null, direction: null })),
  z
    .strictObject({
      value: number,
      low: number.optional(),
      high: number.optional(),
      n: z.number().int().positive().optional(),
      direction: z.enum(['higher', 'lower']).optional(),
    })
    .transform(({ value, low, high, n, direction }): OwnNumber => {
      const interval = low === undefined || high === undefined ? null : ([low, high] as const)
      return { value, interval, n: n ?? null, direction: direction ?? null }
    }),
])

export function readMetricsFile(text: string): MetricsFile {
  const refuse = (why: string): MetricsFile => ({ ok: false, why })
  try {
    JSON.parse(text)
  } catch {
    return refuse(/\b(NaN|Infinity)\b/.test(text) ? 'is not JSON: it holds NaN or Infinity, which JSON does not have' : 'is not JSON')
  }
  // JSON is YAML: the reader of configs refuses what JSON.parse would take in silence, such as a key that is written twice
  const read = readYaml(text)
  if (!read.ok) return refuse(`cannot be read (line ${read.line}): ${read.problem.text.replace(/\.$/, '')}`)
  const { value } = read
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('is not a map: the name of a metric, then its number')
  const entries = Object.entries(value)
  if (entries.length === 0) return refuse('holds no number')
  if (entries.length > mostNumbers) return refuse(`holds ${entries.length} numbers, and at most ${mostNumbers} are read`)
  const numbers = new Map<string, OwnNumber>()
  for (const [name, given] of entries) {
    if (!metricName.safeParse(name).success) return refuse('names a metric otherwise than with letters, digits and _ . @ -, a letter first')
    const parsed = entry.safeParse(given)
    const wrong = parsed.success ? wrongInterval(given, parsed.data) : wrongEntry(given)
    if (wrong !== null || !parsed.success) return refuse(`has ${name}, ${wrong}`)
    numbers.set(name, parsed.data)
  }
  return { ok: true, numbers }
}

const isMap = (given: Plain | undefined): given is { readonly [key: string]: Plain } =>
  typeof given === 'object' && given !== null && !Array.isArray(given)

const keys = ['value', 'low', 'high', 'n', 'direction']

function wrongEntry(given: Plain | undefined): string {
  if (!isMap(given)) return 'which is no number'
  if (typeof given.value !== 'number') return 'whose value is no number'
  if (Object.keys(given).some((key) => !keys.includes(key))) return `which has another key than ${keys.join(', ')}`
  if (given.direction !== undefined && given.direction !== 'higher' && given.direction !== 'lower')
    return 'whose direction is neither higher nor lower'
  return given.n !== undefined && !(Number.isInteger(given.n) && Number(given.n) > 0)
    ? 'whose n is no whole number above 0'
    : 'whose low or high is no number'
}

function wrongInterval(given: Plain | undefined, { value, interval }: OwnNumber): string | null {
  if (interval === null) return isMap(given) && (given.low ?? given.high) !== undefined ? 'whose low and high do not stand together' : null
  return interval[0] <= value && value <= interval[1] ? null : 'whose value does not lie from low to high'
}
