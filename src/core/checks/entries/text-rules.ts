/** Makers of checks of text that are alike but for a word or a pattern. */
import { rowRule, type Scope } from '../entry.ts'
import { type Sql, sql } from '../facts.ts'
import { text } from '../params.ts'
import { asText, finds, not } from '../sql-parts.ts'
import { listed } from './columns-basic.ts'

export const someText = text.min(1, { error: 'this text is empty' }).max(1000, { error: 'at most 1000 characters' })

const found =
  (pattern: string) =>
  (_: unknown, { column }: Scope): Sql =>
    sql(finds(asText(column), pattern))

export const affix = (name: string, condition: (x: string) => string, words: string, elsewhere: readonly string[], example: string) =>
  rowRule({
    name,
    on: 'column',
    kinds: listed,
    summary: `every value as text ${words} the text given, letter for letter`,
    params: { value: someText },
    short: 'value',
    fix: 'correct those rows, or change the text',
    elsewhere,
    example,
    breaks: ({ value }, { column }) => not(sql(condition(asText(column)), [value])),
    says: () => `do not ${words.replace(/s( |$)/, '$1')} the text`,
  })

export const fixedPattern = (name: string, pattern: string, summary: string, broken: string, fix: string, elsewhere: readonly string[]) =>
  rowRule({
    name,
    on: 'column',
    kinds: listed,
    summary,
    params: {},
    fix,
    elsewhere,
    example: 'true',
    breaks: found(pattern),
    says: () => broken,
  })
