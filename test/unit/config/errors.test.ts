import { describe, expect, it } from 'vitest'
import { parse, problems, whole } from './support.ts'

describe('GATE-02 typos in policy are errors with their place', () => {
  it('the nearest key, the line and the column, and what is allowed', () => {
    const text = `models:
  flights:
    model: models/flights.onnx
    data:
      test: data/test.parquet
      target: late
    evaluate:
      metrics:
        log_loss: {max: 0.5}
        roc_auc:
          min: 0.7
          max_dorp: 1pp
`
    expect(problems(text)).toEqual([
      'modelgate.yml:12:11 UNKNOWN_KEY evaluate.metrics.roc_auc.max_dorp. Did you mean max_drop? Allowed: min, max, max_drop, max_rise, certainty, confirm, metric, multi, average, class.',
    ])
  })

  it('all of them at once, in file order, each place once', () => {
    const found = problems(`vresion: 1
models:
  a:
    modle: x.onnx
    data: {trian: a.csv}
    gate: {on_inconclusive: maybe}
    promote: {to: main}
`)
    expect(found.map((line) => line.split('. ')[0])).toEqual([
      'modelgate.yml:1:1 UNKNOWN_KEY vresion',
      'modelgate.yml:4:5 UNKNOWN_KEY modle',
      'modelgate.yml:5:12 UNKNOWN_KEY data.trian',
      'modelgate.yml:6:29 INVALID_VALUE gate.on_inconclusive',
      'modelgate.yml:7:19 INVALID_VALUE promote.to',
    ])
  })

  it('at most ten are shown, the others counted', () => {
    const found = problems(whole(Array.from({ length: 15 }, (_, i) => `x${i}: 1`).join('\n')))
    expect(found).toHaveLength(11)
    expect(found[10]).toBe('… and 5 more.')
  })

  it.each([
    ['device: gpu', 'gpu'],
    ['train: {builtin: auto}', 'auto'],
  ])('what is not built is refused by name, never ignored: %s', (text, what) => {
    const [first] = problems(whole(text))
    expect(first).toMatch(/^modelgate\.yml:4:\d+ NOT_AVAILABLE /)
    expect(first).toContain(`${what}`)
    expect(first).toContain('is not available in this version')
  })

  it('a waiver without an end', () => {
    expect(problems('models: {a: {model: a.onnx}}\nwaivers: [{model: a, check: "evaluate.min:f1", reason: new, owner: ana}]')).toEqual([
      'modelgate.yml:2:11 MISSING_KEY waivers[0].until. This key is required.',
    ])
  })

  it.each([
    ['models: {}', 'No model is written here'],
    ['{}', 'MISSING_KEY models'],
    ['version: 2\nmodels: {a: {model: a.onnx}}', 'reads version 1'],
    ['models: [a]', 'xpected a map'],
    ['models: {a: }', 'Nothing is written here'],
    ['models: {a: {model: }}', 'Nothing is written here'],
    ['models: {a: {model: a.onnx, data: {positive: 1}}}', 'This needs a target'],
    ['models: {a: {model: a.onnx, data: {label_delay: 60d}}}', 'This needs data.time'],
    ['models: {a: {model: a.onnx, task: ranking, data: {target: y}}}', 'A ranking needs data.group'],
    ['models: {a: {model: a.onnx, task: forecasting, data: {target: y}}}', 'A forecast needs data.time'],
    ['models: {a: {model: a.onnx, data: {target: y, features: [x, y, x]}}}', 'The target cannot be a feature'],
    ['models: {a: {model: a.onnx, evaluate: {threshold: 50}}}', 'between 0 and 1'],
    ['defaults: 3\nmodels: {a: {model: a.onnx}}', 'A map of model keys'],
  ])('%j is one clear sentence', (text, why) => {
    expect(problems(text).join('\n')).toContain(why)
  })
})

describe('GATE-03 hostile YAML and JSON', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x,x]',
    ...'bcdefg'.split('').map((name, i) => `${name}: &${name} [${Array(10).fill(`*${'abcdef'[i]}`).join(',')}]`),
  ].join('\n')

  it.each([
    ['an alias bomb', bomb, 'values, its aliases followed'],
    ['an alias to itself', 'a: &a [*a]', 'levels deep'],
    ['an alias without an anchor', 'a: *b', 'no anchor'],
    ['deep brackets', '['.repeat(100_000), 'levels deep'],
    ['deep maps', `${'{a: '.repeat(5000)}1${'}'.repeat(5000)}`, 'levels deep'],
    ['deep JSON', `${'{"a":'.repeat(60)}1${'}'.repeat(60)}`, 'levels deep'],
    ['__proto__', '__proto__: {polluted: true}', 'The key __proto__ is refused'],
    ['__proto__ in JSON', '{"models": {"a": {"__proto__": {"polluted": true}}}}', 'The key __proto__ is refused'],
    ['constructor', 'models: {constructor: {prototype: {polluted: true}}}', 'The key constructor is refused'],
    ['a duplicate key', 'models:\n  a: {model: a.onnx}\n  a: {model: b.onnx}', 'written twice'],
    [
      'a duplicate key in another spelling',
      'models: {a: {model: a.onnx, data: {features: [x]}, expect: {columns: {1: {}, "1": {}}}}}',
      'written twice',
    ],
    ['several documents', 'models: {a: {model: a.onnx}}\n---\nb: 1', 'more than one document'],
    ['a tag', 'models: !!js/function "x"', 'is refused'],
    ['a binary tag', 'models: !!binary aGk=', 'is refused'],
    ['a key that is a list', '? [a]\n: b', 'plain text'],
    ['a control character', 'models: "\u001b[31m"', 'U+001B'],
    ['a NUL', 'models: \u0000', 'U+0000'],
    ['a tab', 'models:\n\ta:\n', 'indented with a tab: YAML wants spaces'],
    ['no text', '', 'empty'],
    ['a list', '- a', 'must be a map'],
    ['a word', 'hello', 'must be a map'],
    ['an open quote', 'models: "a', 'nothing closes it'],
    ['a number that loses digits', 'models: {a: {model: a.onnx, data: {target: y, positive: 12345678901234567890}}}', 'put it in quotes'],
    ['a file too long', `#${'x'.repeat(2 ** 18)}`, 'are allowed'],
    ['many keys', Array.from({ length: 30_000 }, (_, i) => `k${i}: 1`).join('\n'), 'allowed'],
    ['many anchors', '&a '.repeat(50_000), 'This is not YAML'],
    ['a merge key', 'x: &x {model: a.onnx}\nmodels: {a: {<<: *x}}', 'UNKNOWN_KEY'],
  ])('%s', (_, text, why) => {
    expect(problems(text).join('\n')).toMatch(new RegExp(why.replace(/[+]/g, '\\+'), 'i'))
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('says the line of a tab', () => {
    expect(problems('models:\n  a:\n\t  model: a.onnx\n')).toEqual([
      'modelgate.yml:3:1 CONFIG_INVALID. This line is indented with a tab: YAML wants spaces.',
    ])
  })

  it('reads anchors, a byte-order mark, CRLF and JSON as YAML 1.2 does', () => {
    expect(parse('\uFEFFmodels: {a: {model: a.onnx}}').models).toHaveLength(1)
    expect(parse('models:\r\n  a:\r\n    model: a.onnx\r\n').models[0]?.model).toEqual({ kind: 'path', path: 'a.onnx' })
    expect(parse('{"models": {"a": {"model": "a.onnx"}}}').models).toHaveLength(1)
    expect(parse('models:\n  a: &x {model: a.onnx}\n  b: *x\n').models.map(({ name }) => name)).toEqual(['a', 'b'])
    // `no` is a word, not false
    expect(parse('models: {a: {model: a.onnx, data: {target: no}}}').models[0]?.data.target).toBe('no')
  })

  it('an error inside an anchor is told once, where it is written', () => {
    const text = 'models:\n  a: &x\n    model: a.onnx\n    gate: {on_x: fail}\n  b: *x\n'
    expect(problems(text)).toEqual(['modelgate.yml:4:12 UNKNOWN_KEY gate.on_x. Allowed: on_inconclusive, on_degraded.'])
  })

  it('nothing of a hostile key reaches the terminal', () => {
    expect(problems('models: {a: {model: a.onnx, "x\\e[31m\\u202e": 1}}')[0]).toContain('xU+001B[31mU+202E')
  })
})
