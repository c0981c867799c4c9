/** Each persisted format has one golden file: what was written once is read for ever, and written again is the same. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseEvent, parseModelState, serialiseEvent, serialiseModel } from '../../../src/core/ledger/files.ts'
import { parseManifest } from '../../../src/core/ledger/manifest.ts'
import { parseConfig } from '../../../src/core/schema/parse-config.ts'
import { profileSchema } from '../../../src/core/schema/profile.ts'
import { resultSchema } from '../../../src/core/schema/result.ts'

const folder = join(import.meta.dirname, 'golden')
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** name → read by its parser, and what is written of that */
const formats: Readonly<Record<string, (text: string) => string>> = {
  'result.json': (text) => `${JSON.stringify(resultSchema.parse(JSON.parse(text)), null, 2)}\n`,
  'profile.json': (text) => JSON.stringify(profileSchema.parse(JSON.parse(text))),
  'ledger-model.json': (text) => serialiseModel(parseModelState('models/m.json', text)),
  'ledger-event.json': (text) => serialiseEvent(parseEvent('events/00000002-alias.json', text)),
  'manifest.json': (text) => JSON.stringify(parseManifest('m@v1.0.0', text)),
}

describe('golden files', () => {
  it.each(Object.entries(formats))('%s is read, and written again it is the same', (name, again) => {
    const text = read(name)
    expect(JSON.parse(again(text))).toEqual(JSON.parse(text))
    // the ledger is diffed by people: there it is the same bytes too
    if (name.startsWith('ledger-')) expect(again(text)).toBe(text)
  })

  it.each(Object.entries(formats))('%s of another version, or with a field nobody knows, is refused', (name, again) => {
    const given = JSON.parse(read(name))
    expect(() => again(JSON.stringify({ ...given, schema: String(given.schema).replace('@1', '@2') }))).toThrow()
    expect(() => again(JSON.stringify({ ...given, unknown: 1 }))).toThrow()
  })

  it('config.yml, with every key, means what config.json says', () => {
    const config = parseConfig(read('config.yml'), 'config.yml', sha256)
    if (process.env.UPDATE_GOLDEN) writeFileSync(join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`)
    expect(JSON.parse(JSON.stringify(config))).toEqual(JSON.parse(read('config.json')))
  })
})
