/** What a person writes wrong in a first config, and the one sentence that says where and what to do. */
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/core/schema/parse-config.ts'
import { UserError } from '../../../src/errors.ts'
import { inWords, inYaml, model } from './mistakes.ts'

const told = (text: string): string => {
  try {
    parseConfig(text, 'modelgate.yml', () => '')
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.message
    throw thrown
  }
  return 'nothing is wrong'
}

describe('mistakes in the YAML', () => {
  it.each(inYaml)('%s', (_, text, place, says) => {
    const message = told(text)
    expect(message).toMatch(new RegExp(`^modelgate\\.yml:${place}`))
    expect(message).toContain(says)
    expect(message.split('\n')).toHaveLength(1)
    for (const word of ['Implicit', 'flow', 'compact', 'scalar', 'node end']) expect(message).not.toContain(word)
  })
})

describe('mistakes in what is said', () => {
  it.each(inWords)('%s', (_, text, says) => {
    expect(told(text)).toContain(says)
  })

  it('a limit that says the whole scale in so many words stays', () => {
    expect(told(model('evaluate: {metrics: {accuracy: {max_drop: 100pp}}}'))).toBe('nothing is wrong')
  })
})
