import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { schemaFiles } from '../../scripts/schemas.ts'
import { projectRoot } from '../support/spawn.ts'

const folder = join(projectRoot, 'schemas')

describe('JSON Schemas', () => {
  it('those that are committed are those of the parsers', () => {
    expect(readdirSync(folder).sort()).toEqual([...schemaFiles().keys()].sort())
    for (const [name, content] of schemaFiles())
      expect(readFileSync(join(folder, name), 'utf8'), `${name}: run node scripts/schemas.ts`).toBe(content)
  })

  it('an editor accepts the example with them, and refuses a typo', () => {
    const schema = z.fromJSONSchema(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')))
    const text = readFileSync(join(projectRoot, 'examples', 'flights', 'modelgate.yml'), 'utf8')
    expect(schema.safeParse(parse(text)).error?.issues ?? []).toEqual([])
    expect(schema.safeParse(parse(text.replace('evaluate:', 'evalaute:'))).success).toBe(false)
    expect(schema.safeParse({ models: { m: { model: 'm.onnx', score: { predictions: { table: 'x' } } } } }).success).toBe(false)
  })
})
