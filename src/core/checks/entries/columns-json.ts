/** Checks of text that is JSON. */
import { type CheckEntry, rowRule } from '../entry.ts'
import { holdsSchema, jsonSchema, patternsOf, wrongSchema } from '../json-schema.ts'
import { asText, not } from '../sql-parts.ts'

export const jsonChecks: readonly CheckEntry[] = [
  rowRule({
    name: 'json_schema',
    on: 'column',
    kinds: ['string', 'other'],
    summary:
      'every value is JSON that holds the JSON Schema, of these keywords: type, enum, const, required, properties, additionalProperties, items, minItems, maxItems, minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, pattern (RE2), anyOf, allOf, oneOf, not; lists and structs are read as JSON',
    params: { schema: jsonSchema },
    wrong: ({ schema }) => {
      const wrong = wrongSchema(schema)
      return wrong === null ? null : { key: 'schema', ...wrong }
    },
    patterns: ({ schema }) => patternsOf(schema),
    fix: 'correct those rows, or the schema',
    elsewhere: ['GX expect_column_values_to_match_json_schema'],
    example: '{schema: {type: [integer, array], maximum: 2}}',
    breaks: ({ schema }, { column }) =>
      not(holdsSchema(column.kind === 'string' ? asText(column) : `CAST(to_json(${column.quoted}) AS VARCHAR)`, schema)),
    says: () => 'are not JSON that holds the schema',
  }),
]
