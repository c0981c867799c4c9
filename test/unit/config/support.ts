import { createHash } from 'node:crypto'
import type { Config, ModelConfig } from '../../../src/core/schema/config.ts'
import { parseConfig } from '../../../src/core/schema/parse-config.ts'
import { UserError } from '../../../src/errors.ts'

export const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
export const parse = (text: string): Config => parseConfig(text, 'modelgate.yml', hash)

/** The one model of a config whose keys are given, indented by four. */
export function model(keys: string): ModelConfig {
  const [only] = parse(whole(keys)).models
  if (only === undefined) throw new Error('no model')
  return only
}

export const whole = (keys: string): string =>
  `models:\n  m:\n    model: m.onnx\n${keys
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n')}\n`

/** The lines of the error a text is answered with. */
export function problems(text: string): readonly string[] {
  try {
    parse(text)
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.message.split('\n')
    throw thrown
  }
  throw new Error('this config was accepted')
}
