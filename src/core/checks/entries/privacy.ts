/** Checks of what must not be in the data at all: columns of a name, text that looks like a person's. */
import { z } from 'zod'
import { choice } from '../../schema/leaves.ts'
import { fail, number, pass, skipped } from '../answer.ts'
import { type CheckEntry, decided, figures, type Scope } from '../entry.ts'
import { present, sql } from '../facts.ts'
import { columnName, columns, share } from '../params.ts'
import { asText, finds } from '../sql-parts.ts'
import { stable } from './answers.ts'
import { formats } from './formats.ts'

/** What has the digits of a telephone number and is none: dates, years from and to, negative numbers, two coordinates, ZIP + 4, ISBN. */
const noPhone = [
  '^[0-9]{1,2}[-./][0-9]{1,2}[-./]([0-9]{2}|[0-9]{4})$',
  '^[0-9]{4}[-./][0-9]{1,2}[-./][0-9]{1,2}$',
  '^(1[5-9]|20)[0-9]{2} ?[-/] ?(1[5-9]|20)[0-9]{2}$',
  '^-',
  '^[0-9]+[.][0-9]+ -?[0-9]+[.][0-9]+$',
  '^[0-9]{5}-[0-9]{4}$',
  '^97[89]-',
].join('|')

/** What text looks like when it is about a person. The more general a look, the more must the whole value be of it. */
export const looks = {
  email: formats.email.holds,
  credit_card: formats.credit_card.holds,
  phone: (x: string) => `(${formats.phone.holds(x)} AND ${finds(x, '[+ ()-]')} AND NOT ${finds(x, noPhone)})`,
  ssn: (x: string) => `(regexp_full_match(${x}, '[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}') AND NOT ${finds(x, '^000|^666|-00-|-0000$')})`,
  iban: (x: string) => `regexp_full_match(${x}, '[A-Z]{2}[0-9]{2}( ?[A-Z0-9]{4}){2,7} ?[A-Z0-9]{0,4}')`,
  ip: formats.ip.holds,
} as const
export const lookKinds = ['email', 'credit_card', 'phone', 'ssn', 'iban', 'ip'] as const satisfies readonly (keyof typeof looks)[]

const texts = ({ table, data }: Scope, allow: readonly string[]) =>
  table.columns.filter(({ name, kind }) => kind === 'string' && !allow.includes(name) && !data.sensitive.includes(name))

/** `*` stands for any text, case does not matter. Each part is looked for once, from left to right: no pattern makes it slow. */
function matchesName(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*')
  const text = name.toLowerCase()
  const last = rest.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}

export const privacyChecks: readonly CheckEntry[] = [
  figures({
    name: 'pii_columns',
    on: 'table',
    summary: `in no text column does more than max (1 %) of the text look like ${lookKinds.join(', ')}; columns under data.sensitive, and those allowed, are not looked at`,
    params: {
      max: share.optional(),
      looks_like: z.array(choice(lookKinds), { error: 'expected a list' }).min(1, { error: 'this list is empty' }).optional(),
      allow: columns.optional(),
    },
    fix: 'leave the column out, list it under data.sensitive, or name it under allow',
    elsewhere: ['ML Test Score Data 5', 'Soda PII formats', 'Macie, Presidio recognisers'],
    example: '{max: 5%}',
    figures: ({ looks_like: wanted = lookKinds, allow = [] }, scope) =>
      Object.fromEntries(
        texts(scope, allow).flatMap((column, index) => {
          const there = `${scope.keep} AND ${present(column)}`
          return [
            [`n${index}`, sql(`count_if(${there})`)],
            ...wanted.map((kind) => [`${kind}${index}`, sql(`count_if(${there} AND ${looks[kind](asText(column))})`)] as const),
          ]
        }),
      ),
    judge: ({ max = 0.01, looks_like: wanted = lookKinds, allow = [] }, row, scope) => {
      const looked = texts(scope, allow)
      if (looked.length === 0) return skipped('there are no text columns to look at')
      if (looked.every((_, index) => (number(row[`n${index}`]) ?? 0) === 0)) return skipped('there is no text to look at')
      const found = looked.flatMap(({ name }, index) => {
        const n = number(row[`n${index}`]) ?? 0
        const alike = wanted.filter((kind) => (number(row[`${kind}${index}`]) ?? 0) > stable(max * n))
        return alike.length === 0 ? [] : [`${name} (${alike.join(', ')})`]
      })
      const more = { observed: found.length, limit: { value: 0, kind: 'max', unit: 'columns' } } as const
      if (found.length === 0) return pass(`none of ${looked.length} text columns looks like personal data`, more)
      return fail(`${found.length} of ${looked.length} text columns look like personal data: ${found.join(', ')}`, more)
    },
  }),
  decided({
    name: 'forbidden_columns',
    on: 'table',
    summary: 'no column has one of these names; * stands for any text, and case does not matter',
    params: { names: z.array(columnName, { error: 'expected a list of names' }).min(1, { error: 'this list is empty' }) },
    short: 'names',
    fix: 'leave these columns out of the data',
    elsewhere: ['ML Test Score Data 4', 'GX expect_table_columns_to_match_set', 'Soda schema: forbidden columns'],
    example: "['*ssn*', password]",
    decide: ({ names }, { table }) => {
      const there = table.columns.filter(({ name }) => names.some((pattern) => matchesName(pattern, name)))
      const more = { observed: there.length, limit: { value: 0, kind: 'max', unit: 'columns' } } as const
      return there.length === 0
        ? pass(`no column has one of the ${names.length} forbidden names`, more)
        : fail(`forbidden columns are there: ${there.map(({ name }) => name).join(', ')}`, more)
    },
  }),
]
