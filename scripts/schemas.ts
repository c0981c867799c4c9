/**
 * schemas/: JSON Schemas of the persisted formats, for editors and other tools, generated from the parsers themselves.
 *
 *     node scripts/schemas.ts [--check]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { configFile } from '../src/core/schema/config-file.ts'
import { fetchDetails, gateDetails, trainDetails, validateDetails } from '../src/core/schema/details.ts'
import { driftDetails } from '../src/core/schema/drift-details.ts'
import { evaluateDetails } from '../src/core/schema/evaluate-details.ts'
import { ledgerEventSchema, ledgerModelSchema } from '../src/core/schema/ledger.ts'
import { profileSchema } from '../src/core/schema/profile.ts'
import { resultSchema } from '../src/core/schema/result.ts'

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'schemas')

const details = z.object({
  validate: validateDetails,
  train: trainDetails,
  fetch: fetchDetails,
  evaluate: evaluateDetails,
  drift: driftDetails,
  gate: gateDetails,
})

/** `input`: what people write; `output`: what this program writes. */
const formats = {
  config: { title: 'modelgate.yml', schema: configFile, io: 'input' },
  result: { title: 'modelgate/result@1', schema: resultSchema, io: 'output' },
  details: { title: '`details` of modelgate/result@1, by stage', schema: details, io: 'output' },
  profile: { title: 'modelgate/profile@1', schema: profileSchema, io: 'output' },
  'ledger-model': { title: 'modelgate/ledger-model@1', schema: ledgerModelSchema, io: 'output' },
  'ledger-event': { title: 'modelgate/event@1', schema: ledgerEventSchema, io: 'output' },
} as const

/** Definitions that say the same become one: schemas that were made anew for every check are told apart by nothing else. */
function once(text: string): string {
  const json: { $defs?: Record<string, unknown> } = JSON.parse(text)
  const names = new Map<string, string>()
  const same = new Map<string, string>()
  for (const [name, definition] of Object.entries(json.$defs ?? {})) {
    const key = JSON.stringify(definition)
    const first = names.get(key)
    if (first === undefined) names.set(key, name)
    else same.set(`#/$defs/${name}`, `#/$defs/${first}`)
  }
  if (same.size === 0) return text
  const kept = Object.entries(json.$defs ?? {}).filter(([name]) => !same.has(`#/$defs/${name}`))
  const whole = { ...json, $defs: Object.fromEntries(kept) }
  return once(JSON.stringify(whole, (key, value: unknown) => (key === '$ref' ? (same.get(String(value)) ?? value) : value)))
}

/** File name → content, as it must lie in schemas/. */
export const schemaFiles = (): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(formats).map(([name, { title, schema, io }]) => {
      const json = z.toJSONSchema(schema, { io, reused: 'ref', cycles: 'ref' })
      return [`${name}.json`, `${JSON.stringify(JSON.parse(once(JSON.stringify({ ...json, title }))), null, 2)}\n`]
    }),
  )

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of schemaFiles()) {
    const path = join(folder, name)
    if (!process.argv.includes('--check')) writeFileSync(path, content)
    else if (readFileSync(path, 'utf8') !== content) {
      process.stderr.write(`${path} is not what the parsers say: run node scripts/schemas.ts\n`)
      process.exitCode = 1
    }
  }
}
