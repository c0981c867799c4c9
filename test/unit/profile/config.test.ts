import { describe, expect, it } from 'vitest'
import { factsOf } from '../../../src/core/policy/facts.ts'
import { parseConfig } from '../../../src/core/schema/parse-config.ts'
import { profileOptions } from '../../../src/stages/profile/options.ts'

const model = (data: string, more = '') => {
  const [one] = parseConfig(`models: {m: {model: m.onnx, data: ${data}${more}}}`, 'modelgate.yml', () => 'x').models
  if (one === undefined) throw new Error('no model')
  return one
}

describe('data.kinds', () => {
  it('is read, and is policy: the base says it', () => {
    const one = model('{train: t.csv, kinds: {zip: categorical, "a b": identifier}}')
    expect(one.data.kinds).toEqual({ zip: 'categorical', 'a b': 'identifier' })
    expect(factsOf(one).get('data.kinds.zip')).toEqual({ kind: 'policy', value: '"categorical"', shown: 'categorical' })
  })

  it('knows its words', () => {
    expect(() => model('{train: t.csv, kinds: {zip: categorial}}')).toThrow(/Did you mean categorical\?/)
    expect(() => model('{train: t.csv, kinds: [zip]}')).toThrow(/a map of columns and their kinds/)
  })
})

describe('what is asked of a profile', () => {
  const data = '{train: t.csv, current: c.csv, target: y, id: i, time: t, group: g, weight: w, features: [a, b], sensitive: [s]}'

  it('is more for the two sides of drift than for test data', () => {
    expect(profileOptions(model(data), 'test')).toEqual({ role: 'test', sensitive: ['s'], kinds: {} })
    expect(profileOptions(model(data), 'train')).toEqual({
      role: 'train',
      sensitive: ['s'],
      kinds: {},
      time: 't',
      group: 'g',
      weight: 'w',
      pairs: { first: ['y', 'a', 'b'], labels: ['y'], leaveOut: ['i', 't', 'g', 'w'] },
    })
  })

  it('is nothing more where drift is off, or nothing is compared and nothing promoted', () => {
    const plain = { role: 'train', sensitive: [], kinds: {} }
    expect(profileOptions(model('{train: t.csv, current: c.csv, time: t}', ', drift: false'), 'train')).toEqual(plain)
    expect(profileOptions(model('{train: t.csv, time: t}'), 'train')).toEqual(plain)
    expect(profileOptions(model('{train: t.csv, time: t}', ', promote: {to: production}'), 'train')).toMatchObject({ time: 't' })
  })
})
