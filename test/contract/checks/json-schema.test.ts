import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holdsSchema, type JsonSchema, maxDepth } from '../../../src/core/checks/json-schema.ts'
import { expectationsOf } from '../../unit/checks/support.ts'
import { refusal } from '../duckdb/support.ts'
import { verified } from '../validate/checks/support.ts'
import { type Hall, makeHall } from './support.ts'

let hall: Hall
beforeAll(async () => {
  hall = await makeHall()
})
afterAll(() => hall[Symbol.asyncDispose]())

const person: JsonSchema = {
  type: 'object',
  required: ['id', 'tags'],
  properties: {
    id: { type: 'integer', minimum: 1 },
    name: { type: ['string', 'null'], minLength: 2, maxLength: 5 },
    tags: { type: 'array', items: { enum: ['a', 'b', 1, null] }, minItems: 1, maxItems: 2 },
    'a/b': { type: 'object', properties: { 'c~d': { const: true } }, additionalProperties: false },
  },
  additionalProperties: { type: 'number' },
}
let deep: JsonSchema = { type: 'integer' }
for (let i = 1; i < maxDepth; i += 1) deep = { type: 'array', items: deep }

/** Each schema with texts that hold it and texts that do not, decided by hand from the specification. */
const table: readonly (readonly [what: string, schema: JsonSchema, holds: readonly string[], breaks: readonly string[]])[] = [
  ['no keyword: any JSON', {}, ['1', 'null', '"x"', '[]', '{}', ' 7 '], ['', 'oops', '{"a":', '{a: 1}', '1 2']],
  ['object', { type: 'object' }, ['{}', '{"a":1}'], ['[]', '"{}"', 'null', '1']],
  ['integer', { type: 'integer' }, ['1', '1.0', '-3', '1e2', '18446744073709551616'], ['1.5', '"1"', 'true', 'null', '[1]']],
  ['number', { type: 'number' }, ['1', '1.5', '-0', '1e-3'], ['"1"', 'true', 'null']],
  ['several types', { type: ['boolean', 'null'] }, ['true', 'false', 'null'], ['0', '"true"', '[]']],
  ['limits are of numbers alone', { minimum: 2, exclusiveMaximum: 5 }, ['2', '4.99', '"1"', 'null', '[1]'], ['1.99', '5', '-7']],
  ['limits, the other way', { exclusiveMinimum: 2, maximum: 5 }, ['5', '2.01'], ['2', '5.01']],
  ['characters, not bytes', { minLength: 2, maxLength: 3 }, ['"äö"', '"日本語"', '"a\\u00e9"', '1'], ['"é"', '"abcd"', '""']],
  ['a pattern anywhere in the text', { pattern: '^a|z$' }, ['"abc"', '"xyz"', '7'], ['"bac"', '"za"', '""']],
  [
    'enum compares numbers as numbers',
    { enum: [1, 'x', true, null] },
    ['1', '1.0', '"x"', 'true', 'null'],
    ['"1"', '2', 'false', '"true"', '"null"', '[]'],
  ],
  ['const', { const: 'a"b' }, ['"a\\"b"'], ['"ab"', 'null', '1']],
  ['const null', { const: null }, ['null'], ['"null"', '0', 'false']],
  ['required keys may be null', { required: ['a', 'b'] }, ['{"a":null,"b":1}', '[]', '1'], ['{"a":1}', '{}', '{"b":null}']],
  [
    'no list of keys: none beside those named',
    { properties: { a: {} }, additionalProperties: false },
    ['{}', '{"a":2}', '[1]'],
    ['{"b":1}', '{"a":1,"b":1}'],
  ],
  [
    'an object of everything',
    person,
    [
      '{"id":1,"tags":["a"]}',
      '{"id":2.0,"name":null,"tags":[1,null],"x":3,"a/b":{"c~d":true}}',
      '{"id":1,"name":"Émile","tags":["b"],"a/b":{}}',
    ],
    [
      '{"tags":["a"]}',
      '{"id":0,"tags":["a"]}',
      '{"id":1,"tags":[]}',
      '{"id":1,"tags":["a","a","a"]}',
      '{"id":1,"tags":["c"]}',
      '{"id":1,"tags":["a"],"name":"x"}',
      '{"id":1,"tags":["a"],"x":"3"}',
      '{"id":1,"tags":["a"],"a/b":{"c~d":1}}',
      '{"id":1,"tags":["a"],"a/b":{"other":true}}',
      '[]',
    ],
  ],
  ['items are of lists alone', { items: { type: 'integer' } }, ['[]', '[1,2]', '{"a":"x"}', '"x"'], ['[1,"2"]', '[null]']],
  ['lists in lists', { items: { items: { maximum: 3 } } }, ['[[1],[2,3]]', '[[]]', '["x"]'], ['[[1],[2,4]]']],
  [
    'properties of elements',
    { items: { required: ['k'], properties: { k: { type: 'string' } } } },
    ['[{"k":"v"}]'],
    ['[{"k":1}]', '[{"k":"v"},{}]'],
  ],
  ['as deep as it goes', deep, ['[[[[[[[1]]]]]]]', '[]'], ['[[[[[[["x"]]]]]]]', '[[1]]']],
  ['any of', { anyOf: [{ type: 'string' }, { minimum: 10, type: 'number' }] }, ['"x"', '10'], ['9', 'null']],
  ['all of', { allOf: [{ minimum: 1 }, { maximum: 3 }] }, ['2', '"x"'], ['0', '4']],
  ['exactly one of', { oneOf: [{ minimum: 1 }, { maximum: 3 }] }, ['0', '4'], ['2', '"x"']],
  ['not', { not: { type: 'object', required: ['password'] } }, ['{}', '1', '{"Password":1}'], ['{"password":null}']],
  [
    'odd keys',
    { properties: { '': { const: 1 }, "'": { const: 1 }, '"': { const: 1 }, '*': { const: 1 }, '0': { const: 1 } } },
    ['{"":1,"\'":1,"\\"":1,"*":1,"0":1}', '[2]', '{"x":2}'],
    ['{"":2}', '{"\'":2}', '{"\\"":2}', '{"*":2}', '{"0":2}'],
  ],
]

describe('json_schema holds what the specification says', () => {
  it.each(table)('%s', async (_, schema, holds, breaks) => {
    const condition = holdsSchema('x', schema)
    const all = [...holds, ...breaks]
    const rows = all.map(() => '(CAST(? AS INTEGER), ?)').join(', ')
    const [row] = await hall.bench.engine.aggregate({
      sql: `SELECT CAST(to_json(list(h ORDER BY i)) AS VARCHAR) AS found FROM (SELECT i, ${condition.sql} AS h FROM (VALUES ${rows}) AS t (i, x))`,
      values: [...condition.values, ...all.flatMap((text, i) => [i, text])],
    })
    const found: unknown = JSON.parse(String(row?.found))
    expect(all.map((text, i) => [text, Array.isArray(found) ? found[i] : null])).toEqual([
      ...holds.map((text) => [text, true]),
      ...breaks.map((text) => [text, false]),
    ])
  })
})

describe('json_schema in a config', () => {
  const written = (schema: string) => `{columns: {a: {json_schema: {schema: ${schema}}}}}`

  it('counts the rows that break it; what is missing is not judged', async () => {
    const test = await hall.parquet({ a: ['{"n":1}', '{"n":"1"}', 'no', null, '[]'] })
    expect(await hall.say('test', { test }, written('{type: object, properties: {n: {type: integer}}}'))).toBe(
      'fail 3 of 4 are not JSON that holds the schema',
    )
  })

  it('reads lists and structs as JSON', async () => {
    const test = await hall.bench.table('nested.jsonl', '{"a":{"n":1,"l":[1]}}\n{"a":{"n":5,"l":[2]}}\n')
    expect(await hall.say('test', { test }, written('{required: [n], properties: {n: {maximum: 4}, l: {items: {type: integer}}}}'))).toBe(
      'fail 1 of 2 are not JSON that holds the schema',
    )
  })

  it.each([
    ['{type: object, $ref: x}', /\$ref\. Allowed: .*, type, .* and 10 more\./s],
    ['{properties: {n: {multipleOf: 2}}}', /multipleOf\. Allowed: .*, type, .* and 10 more\./s],
    ['{type: text}', /xpected one of object, array, string, number, integer, boolean, null/],
    ['{minimum: 3, maximum: 2}', /minimum 3 is above maximum 2/],
    [`${'{items: '.repeat(8)}{}${'}'.repeat(8)}`, /at most 8 deep/],
    [`{anyOf: [${Array.from({ length: 200 }, () => '{}').join(', ')}]}`, /201 schemas/],
    ['{enum: [[1]]}', /xpected a text, a number, true, false or null/],
  ])('%s is an error of the config', (schema, message) => {
    expect(() => expectationsOf(written(schema))).toThrow(message)
  })

  it('a pattern that is none of RE2 is refused before any data are read, however deep it lies', async () => {
    const asked = expectationsOf(written("{items: {anyOf: [{}, {pattern: '(?=a)'}]}}"))
    expect((await refusal(verified(hall.bench, asked))).code).toBe('BAD_PATTERN')
  })
})
