/**
 * Formats of text, one entry each: SQL that is true for text of the format. Patterns are RE2, whose time is linear in the text (DAT-12).
 * They say what is well-formed, not what exists.
 */
import { readsAsInteger } from '../type-rules.ts'

export interface Format {
  readonly summary: string
  /** `x`: an SQL expression of text that is there; `?` stands for the written pattern, where the format takes one */
  readonly holds: (x: string) => string
  readonly takesPattern?: boolean
}

const matches = (pattern: string) => (x: string) => `regexp_full_match(${x}, '${pattern.replaceAll("'", "''")}')`
const octet = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'
const ipv4 = `(${octet}\\.){3}${octet}`
const h16 = '[0-9A-Fa-f]{1,4}'
/** RFC 4291: eight groups, or fewer around one `::`; the last two may be an IPv4 address. */
const ipv6 = [
  `(${h16}:){7}${h16}`,
  `(${h16}:){1,7}:`,
  ...[1, 2, 3, 4, 5, 6].map((after) => `(${h16}:){1,${7 - after}}(:${h16}){1,${after}}`),
  `:((:${h16}){1,7}|:)`,
  `((${h16}:){6}|::(${h16}:){0,5}|(${h16}:){1,5}:(${h16}:){0,4})${ipv4}`,
].join('|')
const label = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
const email = `[A-Za-z0-9!#$%&'*+/=?^_\`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_\`{|}~-]+)*@(${label}\\.)+[A-Za-z]{2,63}`
const url = `(?i:https?|ftp)://([^\\s/?#@]+@)?((${label}\\.)*${label}|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?([/?#][^\\s]*)?`
const parses = (type: string, pattern: string) => (x: string) => `(${matches(pattern)(x)} AND TRY_CAST(${x} AS ${type}) IS NOT NULL)`
const zone = '(Z|[+-][0-9]{2}(:?[0-9]{2})?)?'

/** Luhn: digits from the right, every second doubled (nines cast out), sum divisible by ten. */
const luhn = (digits: string) =>
  `list_sum(list_transform(range(1, length(${digits}) + 1), lambda i: (
     CASE WHEN i % 2 = 1 THEN CAST(substr(reverse(${digits}), i, 1) AS INTEGER)
          ELSE (2 * CAST(substr(reverse(${digits}), i, 1) AS INTEGER)) // 10 + (2 * CAST(substr(reverse(${digits}), i, 1) AS INTEGER)) % 10 END))) % 10 = 0`
const creditCard = (x: string): string => {
  const digits = `regexp_replace(${x}, '[ -]', '', 'g')`
  const shaped = `regexp_full_match(${x}, '[0-9]([ -]?[0-9]){12,18}')`
  // digits are only taken apart where they are digits: the cast would fail on other text
  return `(CASE WHEN ${shaped} THEN ${luhn(digits)} ELSE false END)`
}

export const formats = {
  email: { summary: 'an e-mail address', holds: matches(email) },
  url: { summary: 'an http, https or ftp address', holds: matches(url) },
  uuid: { summary: 'a UUID in 8-4-4-4-12 form', holds: matches('[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}') },
  ipv4: { summary: 'four numbers from 0 to 255', holds: matches(ipv4) },
  ipv6: { summary: 'an IPv6 address', holds: matches(ipv6) },
  ip: { summary: 'an IPv4 or IPv6 address', holds: matches(`(${ipv4})|(${ipv6})`) },
  iso_date: { summary: 'a date that exists, as 2026-01-31', holds: parses('DATE', '[0-9]{4}-[0-9]{2}-[0-9]{2}') },
  iso_datetime: {
    summary: 'a date and time that exist, as 2026-01-31T12:00:00Z',
    holds: parses('TIMESTAMP', `[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?${zone}`),
  },
  date: {
    summary: 'a date, with or without a time, in any form the engine reads',
    holds: (x: string) => `TRY_CAST(${x} AS TIMESTAMP) IS NOT NULL`,
  },
  time: { summary: 'a time of day, as 23:59:59', holds: parses('TIME', '[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?') },
  strftime: {
    summary: 'a date as `pattern` writes it, such as %d.%m.%Y',
    holds: (x: string) => `try_strptime(${x}, ?) IS NOT NULL`,
    takesPattern: true,
  },
  phone: {
    summary: 'a telephone number: 7 to 15 digits with the usual separators, or + and the country',
    holds: (x: string) => `(${matches('[+]?[0-9 ()./-]{7,24}')(x)} AND length(regexp_replace(${x}, '[^0-9]', '', 'g')) BETWEEN 7 AND 15)`,
  },
  credit_card: { summary: '13 to 19 digits whose check digit is right (Luhn)', holds: creditCard },
  json: { summary: 'JSON', holds: (x: string) => `json_valid(${x})` },
  numeric: {
    summary: 'a number',
    holds: (x: string) => `regexp_full_match(trim(${x}), '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?')`,
  },
  integer: { summary: 'a whole number', holds: readsAsInteger },
} as const satisfies Readonly<Record<string, Format>>

export type FormatName = keyof typeof formats
export const formatNames = [
  'email',
  'url',
  'uuid',
  'ipv4',
  'ipv6',
  'ip',
  'iso_date',
  'iso_datetime',
  'date',
  'time',
  'strftime',
  'phone',
  'credit_card',
  'json',
  'numeric',
  'integer',
] as const satisfies readonly FormatName[]
