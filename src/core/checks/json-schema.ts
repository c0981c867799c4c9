/**
 * A JSON Schema over a column of JSON text → one SQL condition on a row. The keywords below and no others: what is not computed here would
 * pass everything in silence. They mean what they mean in draft 2020-12: each is about one type, and says nothing of values of another.
 *
 * - `1.0` is an integer; numbers compare as doubles; `enum` and `const` hold texts, numbers, truths and null.
 * - `pattern` is RE2, whose time is linear, and is looked for anywhere in the text; lengths count characters.
 * - A key that occurs twice in an object is read where it occurs first.
 * - `title` and `description` are for people.
 *
 * The condition is written in the size of the schema, which is bounded; only elements of a list, and other properties, are looked through in loops.
 * Source: https://json-schema.org/draft/2020-12/json-schema-validation
 */
import { z } from 'zod'
import { keysOf } from '../collections.ts'
import type { Wrong } from './entry.ts'
import { type Sql, type SqlValue, sql } from './facts.ts'
import { count, pattern, real, section, text } from './params.ts'
import { all, any, not } from './sql-parts.ts'

const types = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'] as const
type TypeName = (typeof types)[number]
type Scalar = string | number | boolean | null

export interface JsonSchema {
  readonly type?: TypeName | readonly TypeName[] | undefined
  readonly enum?: readonly Scalar[] | undefined
  readonly const?: Scalar | undefined
  readonly required?: readonly string[] | undefined
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined
  readonly additionalProperties?: boolean | JsonSchema | undefined
  readonly items?: JsonSchema | undefined
  readonly minItems?: number | undefined
  readonly maxItems?: number | undefined
  readonly minimum?: number | undefined
  readonly maximum?: number | undefined
  readonly exclusiveMinimum?: number | undefined
  readonly exclusiveMaximum?: number | undefined
  readonly minLength?: number | undefined
  readonly maxLength?: number | undefined
  readonly pattern?: string | undefined
  readonly anyOf?: readonly JsonSchema[] | undefined
  readonly allOf?: readonly JsonSchema[] | undefined
  readonly oneOf?: readonly JsonSchema[] | undefined
  readonly not?: JsonSchema | undefined
  readonly title?: string | undefined
  readonly description?: string | undefined
}

export const jsonSchema: z.ZodType<JsonSchema> = z.lazy(() => {
  const typeName = z.enum(types, { error: `expected one of ${types.join(', ')}` })
  const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()], { error: 'expected a text, a number, true, false or null' })
  const several = z.array(jsonSchema, { error: 'expected a list of schemas' }).min(1, { error: 'this list is empty' })
  return section({
    type: z.union([typeName, z.array(typeName).min(1)], { error: `expected one of ${types.join(', ')}, or a list of them` }).optional(),
    enum: z
      .array(scalar, { error: 'expected a list of texts, numbers, true, false or null' })
      .min(1, { error: 'this list is empty' })
      .optional(),
    const: scalar.optional(),
    required: z.array(text, { error: 'expected a list of keys' }).optional(),
    properties: z.record(z.string(), jsonSchema, { error: 'expected a map of schemas' }).optional(),
    additionalProperties: z.union([z.boolean(), jsonSchema]).optional(),
    items: jsonSchema.optional(),
    minItems: count.optional(),
    maxItems: count.optional(),
    minimum: real.optional(),
    maximum: real.optional(),
    exclusiveMinimum: real.optional(),
    exclusiveMaximum: real.optional(),
    minLength: count.optional(),
    maxLength: count.optional(),
    pattern: pattern.optional(),
    anyOf: several.optional(),
    allOf: several.optional(),
    oneOf: several.optional(),
    not: jsonSchema.optional(),
    title: text.optional(),
    description: text.optional(),
  })
})

export const maxDepth = 8
const maxSchemas = 200

function children(schema: JsonSchema): readonly JsonSchema[] {
  const { properties = {}, additionalProperties: others, items, anyOf = [], allOf = [], oneOf = [], not: never } = schema
  const single = [others, items, never].filter((one) => typeof one === 'object')
  return [...Object.values(properties), ...single, ...anyOf, ...allOf, ...oneOf]
}

/** Every schema in it, itself first; what lies deeper than can be computed is left out. */
const nested = (schema: JsonSchema, depth = 1): readonly { readonly schema: JsonSchema; readonly depth: number }[] =>
  depth > maxDepth + 1 ? [] : [{ schema, depth }, ...children(schema).flatMap((one) => nested(one, depth + 1))]

const ranges = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
] as const

/** What no single keyword shows. */
export function wrongSchema(schema: JsonSchema): Wrong | null {
  const found = nested(schema)
  if (found.some(({ depth }) => depth > maxDepth)) return { text: `Schemas lie in one another at most ${maxDepth} deep.` }
  if (found.length > maxSchemas) return { text: `It holds ${found.length} schemas, and ${maxSchemas} can be computed.` }
  for (const [low, high] of ranges)
    for (const { schema: one } of found)
      if ((one[low] ?? -Infinity) > (one[high] ?? Infinity))
        return { text: `${low} ${one[low]} is above ${high} ${one[high]}: nothing could pass.` }
  return null
}

export const patternsOf = (schema: JsonSchema): readonly string[] => nested(schema).flatMap(({ schema: one }) => one.pattern ?? [])

/** SQL: text that is JSON and holds the schema. @param x SQL of text that is there */
export function holdsSchema(x: string, schema: JsonSchema): Sql {
  const holds = holdsAt({ sql: `CAST(${x} AS JSON)`, values: [] }, schema, 0)
  return { sql: `CASE WHEN json_valid(${x}) THEN ${holds.sql} ELSE false END`, values: holds.values }
}

/** `of\`a ${x} b\``: SQL with the values of its parts in their order. */
function of(texts: TemplateStringsArray, ...parts: readonly Sql[]): Sql {
  return { sql: texts.map((one, i) => `${one}${parts[i]?.sql ?? ''}`).join(''), values: parts.flatMap(({ values }) => values) }
}
const value = (given: SqlValue): Sql => (typeof given === 'number' ? sql('CAST(? AS DOUBLE)', [given]) : sql('?', [given]))

const engineTypes = {
  object: ['OBJECT'],
  array: ['ARRAY'],
  string: ['VARCHAR'],
  number: ['BIGINT', 'UBIGINT', 'DOUBLE'],
  integer: ['BIGINT', 'UBIGINT', 'DOUBLE'],
  boolean: ['BOOLEAN'],
  null: ['NULL'],
} as const satisfies Record<TypeName, readonly string[]>

const isType = (v: Sql, type: TypeName): Sql => {
  const is = of`json_type(${v}) IN (${sql(engineTypes[type].map((name) => `'${name}'`).join(', '))})`
  return type === 'integer' ? all([is, of`coalesce(${numberOf(v)} = trunc(${numberOf(v)}), false)`]) : is
}
const textOf = (v: Sql): Sql => of`json_extract_string(${v}, '$')`
const numberOf = (v: Sql): Sql => of`TRY_CAST(${textOf(v)} AS DOUBLE)`

const equals = (v: Sql, wanted: Scalar): Sql => {
  if (wanted === null) return isType(v, 'null')
  if (typeof wanted === 'number') return all([isType(v, 'number'), of`coalesce(${numberOf(v)} = ${value(wanted)}, false)`])
  const type = typeof wanted === 'string' ? 'string' : 'boolean'
  return all([isType(v, type), of`${textOf(v)} = ${value(String(wanted))}`])
}

/** RFC 6901 */
const pointer = (key: string): string => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
const at = (v: Sql, key: string): Sql => of`json_extract(${v}, ${value(pointer(key))})`

type Keyword = Exclude<keyof JsonSchema, 'title' | 'description'>
type Given<K extends Keyword> = NonNullable<JsonSchema[K]>
/** SQL, true or false and never null, that is true where the keyword holds. */
type Keywords = { readonly [K in Keyword]: (v: Sql, given: Given<K>, schema: JsonSchema, depth: number) => Sql }

/** Values of another type hold whatever is said of this one. */
const where = (v: Sql, type: TypeName, condition: Sql): Sql =>
  of`CASE WHEN ${isType(v, type)} THEN coalesce(${condition}, false) ELSE true END`
const length = (v: Sql): Sql => of`length(${textOf(v)})`
const size = (v: Sql): Sql => of`json_array_length(${v})`

const keywords: Keywords = {
  type: (v, given) => any([given].flat().map((one) => isType(v, one))),
  enum: (v, given) => any(given.map((one) => equals(v, one))),
  const: (v, given) => equals(v, given),
  required: (v, given) => where(v, 'object', all(given.map((key) => of`${at(v, key)} IS NOT NULL`))),
  properties: (v, given, _, depth) =>
    where(
      v,
      'object',
      all(
        Object.entries(given).map(([key, one]) => {
          const there = at(v, key)
          return of`CASE WHEN ${there} IS NULL THEN true ELSE ${holdsAt(there, one, depth)} END`
        }),
      ),
    ),
  additionalProperties: (v, given, { properties = {} }, depth) => {
    if (given === true) return sql('true')
    const key = `k${depth}`
    const known = all(Object.keys(properties).map((name) => of`${sql(key)} <> ${value(name)}`))
    const there = of`json_extract(${v}, '/' || replace(replace(${sql(key)}, '~', '~0'), '/', '~1'))`
    const breaks = given === false ? known : all([known, not(holdsAt(there, given, depth + 1))])
    return where(v, 'object', of`len(list_filter(json_keys(${v}), lambda ${sql(key)}: ${breaks})) = 0`)
  },
  items: (v, given, _, depth) => {
    const element = sql(`e${depth}`)
    const breaks = not(holdsAt(element, given, depth + 1))
    return where(v, 'array', of`len(list_filter(TRY_CAST(${v} AS JSON[]), lambda ${element}: ${breaks})) = 0`)
  },
  minItems: (v, given) => where(v, 'array', of`${size(v)} >= ${value(given)}`),
  maxItems: (v, given) => where(v, 'array', of`${size(v)} <= ${value(given)}`),
  minimum: (v, given) => where(v, 'number', of`${numberOf(v)} >= ${value(given)}`),
  maximum: (v, given) => where(v, 'number', of`${numberOf(v)} <= ${value(given)}`),
  exclusiveMinimum: (v, given) => where(v, 'number', of`${numberOf(v)} > ${value(given)}`),
  exclusiveMaximum: (v, given) => where(v, 'number', of`${numberOf(v)} < ${value(given)}`),
  minLength: (v, given) => where(v, 'string', of`${length(v)} >= ${value(given)}`),
  maxLength: (v, given) => where(v, 'string', of`${length(v)} <= ${value(given)}`),
  pattern: (v, given) => where(v, 'string', of`regexp_matches(${textOf(v)}, ${value(given)})`),
  anyOf: (v, given, _, depth) => any(given.map((one) => holdsAt(v, one, depth))),
  allOf: (v, given, _, depth) => all(given.map((one) => holdsAt(v, one, depth))),
  oneOf: (v, given, _, depth) => {
    const each = given.map((one) => of`CAST(${holdsAt(v, one, depth)} AS INTEGER)`)
    return of`${each.reduce((sum, one) => of`${sum} + ${one}`)} = ${sql('1')}`
  },
  not: (v, given, _, depth) => not(holdsAt(v, given, depth)),
}

/** @param depth loops around it, which names their variables */
function holdsAt(v: Sql, schema: JsonSchema, depth: number): Sql {
  const one = <K extends Keyword>(name: K): readonly Sql[] => {
    const given = schema[name]
    // null is a value that `const` may want
    return given === undefined ? [] : [keywords[name](v, given as Given<K>, schema, depth)]
  }
  return all(keysOf(keywords).flatMap((name) => one(name)))
}
