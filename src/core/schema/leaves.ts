/** The small values of a config: shares, durations, sizes, names. Each is what people write on the outside, one unit on the inside. */
import { z } from 'zod'
import { nearest } from '../text/nearest.ts'
import { allowedKeys, notAvailable, says, shown } from './problems.ts'

/**
 * A map with a fixed set of keys. A wrong key is answered with those that may be written in this version.
 * @param open these; given where `shape` is a part of them
 */
export const section = <S extends z.core.$ZodLooseShape>(
  shape: S,
  open: readonly string[] = Object.keys(shape).filter((key) => !isLater(shape[key])),
) => {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? allowedKeys(open)
        : issue.code === 'invalid_type'
          ? open.length === 0
            ? 'a map of keys is expected here'
            : `a map of keys is expected here: ${open.join(', ')}`
          : undefined,
  })
}

const laterSchemas = new WeakSet<object>()
const isLater = (schema: unknown): boolean => typeof schema === 'object' && schema !== null && laterSchemas.has(schema)

/** A key of the design that is not built: it is refused, never ignored. */
export const later = (what: string) => {
  const schema = z
    .never({ error: () => notAvailable(what) })
    .optional()
    .meta({ description: 'Not available in this version.' })
  laterSchemas.add(schema)
  return schema
}

/** A key that means something elsewhere: it is refused with what to write instead, and not offered. */
export const misdirected = (instead: string) => {
  const schema = z.never({ error: () => says('WRONG_DIRECTION', instead) }).optional()
  laterSchemas.add(schema)
  return schema
}

/** One word of a list; `unbuilt` words are known but not available. */
export const choice = <const T extends readonly [string, ...string[]]>(allowed: T, unbuilt: readonly string[] = []) =>
  z.enum(allowed, {
    error: (issue) => {
      const given = issue.input
      if (given === undefined || given === null) return undefined
      if (typeof given === 'string' && unbuilt.includes(given)) return notAvailable(given)
      const near = typeof given === 'string' ? nearest(given, allowed) : null
      return says('INVALID_VALUE', `${near === null ? '' : `Did you mean ${near}? `}Allowed: ${allowed.join(', ')}`)
    },
  })

const fromText = <T>(expected: string, read: (text: string) => T | null) =>
  z.union([z.string(), z.number()], { error: `expected ${expected}` }).transform((given, context): T => {
    const value = read(String(given).trim())
    if (value !== null) return value
    context.issues.push({ code: 'custom', message: `expected ${expected}`, input: given })
    return z.NEVER
  })

const decimal = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`
const numberOnly = new RegExp(`^${decimal}$`)
const withUnit = new RegExp(`^(${decimal})\\s*([A-Za-z%]+)$`)

/** Percent as people mean it: 0.5 % is 0.005 exactly, not 0.5 × 0.01 with its rounding. */
export const percent = (digits: string): number => Number(`${digits}e-2`) || Number(digits) / 100

/** `1%` = 0.01, or a number. Levels, not changes. */
export function readLevel(text: string): number | null {
  if (numberOnly.test(text)) return Number(text)
  const unit = withUnit.exec(text)
  return unit?.[2] === '%' ? percent(unit[1] ?? '') : null
}

/** A part of a whole. */
export const share = fromText('a share between 0 and 1, such as 1% or 0.01', (text) => {
  const value = readLevel(text)
  return value !== null && value >= 0 && value <= 1 ? value : null
})

/** Of a correlation or another association: on its own scale, which is no part of a whole. */
export const strength = fromText('a strength between 0 and 1, such as 0.9', (text) => {
  const value = readLevel(text)
  return value !== null && value >= 0 && value <= 1 ? value : null
})

const milliseconds: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
export const duration = fromText('a time above 0 and up to 3650d, such as 90s, 20m, 2h or 30d', (text) => {
  const unit = withUnit.exec(text)
  const value = Number(unit?.[1]) * (milliseconds[unit?.[2] ?? ''] ?? Number.NaN)
  return value > 0 && value <= 3650 * 86_400_000 ? value : null
})

const bytesOf: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}
export const size = fromText('a size such as 500MB or 4GB', (text) => {
  const unit = withUnit.exec(text)
  const value = Number(unit?.[1]) * (bytesOf[unit?.[2] ?? ''] ?? Number.NaN)
  return value > 0 && value <= Number.MAX_SAFE_INTEGER ? Math.round(value) : null
})

export const count = z.number({ error: 'expected a whole number of at least 0' }).int().nonnegative()

/** Names that mean a device on Windows, whatever stands behind a dot. */
const reserved = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i

/** A model is a folder beside `gate.json`, `report.html` and their like. */
const ours = /\.(json|md|html|xml)$/i

/** Why a name cannot be a folder, a tag and a file everywhere, or null. */
export function badModelName(name: string): string | null {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    return `${shown(name)} is not a model's name: letters a to z, digits, . _ - and a letter or digit first`
  if (name.length > 100) return 'a model name has at most 100 characters'
  if (name.includes('..') || name.endsWith('.') || name.endsWith('.lock'))
    return `${shown(name)} is not a model's name: no "..", no "." or ".lock" at the end`
  if (ours.test(name)) return `${shown(name)} ends like a file of results, which would lie at its place: choose another name`
  if (reserved.test(name)) return `${name} is reserved on Windows: choose another name`
  return null
}

export const aliasPattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/
/** Words of REF that an alias must not be. */
const reservedAliases = new Set(['main', 'training', 'latest', 'head'])
export const alias = z.string({ error: 'expected the name of an alias, such as production' }).superRefine((name, context) => {
  if (!aliasPattern.test(name))
    context.addIssue({ code: 'custom', message: `${shown(name)} is not an alias: a letter first, then letters, digits, _ and -` })
  else if (reservedAliases.has(name.toLowerCase()))
    context.addIssue({ code: 'custom', message: `${name} means something else already: choose another alias` })
})

/** A path as written. What lies there is the business of whoever opens it. */
export const path = z
  .string({ error: 'expected a path' })
  .min(1, { error: 'this path is empty' })
  .max(1000, { error: 'this path is longer than 1000 characters' })

export const columnName = z.string({ error: 'expected the name of a column' }).min(1, { error: 'this name is empty' })

/** What rows are parted by. */
export const columnSets = z.array(
  z.union(
    [
      columnName,
      z
        .array(columnName, { error: 'expected a list of columns' })
        .min(1, { error: 'this list is empty' })
        .max(3, { error: 'at most three columns are taken together' }),
    ],
    { error: 'expected the name of a column, or a list of columns that are taken together' },
  ),
  { error: 'expected a list of columns' },
)

export const flag = z.boolean({ error: 'expected true or false' })
export const text = z.string({ error: 'expected text' })
export const scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'expected text, a number, true or false' })
/** What a finding is worth. */
export const outcome = choice(['pass', 'warn', 'fail'])
export const severity = choice(['warn', 'fail'])
