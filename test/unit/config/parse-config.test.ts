import { describe, expect, it } from 'vitest'
import { narrow } from '../../../src/core/schema/parse-config.ts'
import { model, parse, problems, whole } from './support.ts'

describe('the smallest config', () => {
  const config = parse(`models:
  churn:
    model: model.onnx
    data: {train: data/train.csv, test: data/test.csv, target: churned}
    train: {run: python train.py}
    promote: {to: production}
`)

  it('is complete after parsing', () => {
    expect(config.ledger).toEqual({ branch: 'modelgate-ledger', remote: 'origin' })
    expect(config.models).toEqual([
      {
        name: 'churn',
        task: null,
        model: { kind: 'path', path: 'model.onnx' },
        format: 'onnx',
        data: {
          sources: {
            train: { kind: 'files', paths: ['data/train.csv'], format: null, sha256: null },
            test: { kind: 'files', paths: ['data/test.csv'], format: null, sha256: null },
          },
          target: 'churned',
          positive: null,
          id: null,
          time: null,
          group: null,
          weight: null,
          labelDelayMs: null,
          features: null,
          sensitive: [],
        },
        expect: [],
        train: { kind: 'run', argv: ['python', 'train.py'], shell: null, inputs: [], env: [], timeoutMs: 3_600_000 },
        evaluate: { metrics: [], mode: 'guard', threshold: 0.5 },
        baseline: { from: [{ kind: 'alias', model: null, alias: 'production' }, { kind: 'main' }], onMissing: 'warn', maxAgeDays: null },
        drift: { enabled: true, reference: 'training', columns: {} },
        promote: { to: ['production'], bump: 'auto', accept: 'warn' },
        gate: { onInconclusive: 'pass', onDegraded: 'pass' },
        limits: { memoryBytes: 4e9, timeMs: 1_200_000 },
      },
    ])
  })
})

describe('the digest', () => {
  const text = 'models:\n  m:\n    model: m.onnx\n    limits: {memory: 1GB, time: 60s}\n'

  it('is of what is meant, not of how it is written', () => {
    const other = '# a comment\nversion: 1\nmodels: {m: {limits: {time: 1m, memory: 1000MB}, model: "m.onnx"}}'
    expect(parse(other).digest).toBe(parse(text).digest)
    expect(parse(text).digest).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  it('changes with any value', () => {
    expect(parse(text.replace('60s', '61s')).digest).not.toBe(parse(text).digest)
  })

  it('stays that of the whole file when one model is asked for', () => {
    const both = parse('models:\n  a: {model: a.onnx}\n  b: {model: b.onnx}\n')
    expect(narrow(both, 'b').models.map(({ name }) => name)).toEqual(['b'])
    expect(narrow(both, 'b').digest).toBe(both.digest)
    expect(narrow(both, null)).toBe(both)
  })

  it('an unknown model is answered with the nearest', () => {
    expect(() => narrow(parse('models: {flights: {model: a.onnx}}'), 'flihgts')).toThrow('Did you mean flights?')
    expect(() => narrow(parse('models: {flights: {model: a.onnx}}'), 'flihgts')).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_MODEL', fix: expect.stringContaining('flights') }),
    )
  })
})

describe('defaults', () => {
  it('are merged map by map; lists and values replace', () => {
    const config = parse(`defaults:
  data: {sensitive: [name, mail], target: y}
  limits: {memory: 1GB, time: 5m}
  gate: {on_inconclusive: fail}
models:
  a: {model: a.onnx}
  b: {model: b.onnx, data: {sensitive: [id]}, limits: {time: 10m}}
`)
    expect(config.models.map(({ data, limits, gate }) => [data.target, data.sensitive, limits, gate.onInconclusive])).toEqual([
      ['y', ['name', 'mail'], { memoryBytes: 1e9, timeMs: 300_000 }, 'fail'],
      ['y', ['id'], { memoryBytes: 1e9, timeMs: 600_000 }, 'fail'],
    ])
  })

  it('a model that trains, or names data, in another way does not inherit the way of the defaults', () => {
    const config = parse(`defaults: {train: {run: python t.py, timeout: 5m}, data: {train: {glob: "*.csv"}}}
models:
  a: {model: a.onnx, train: {builtin: linear}, data: {train: {path: a.csv, format: csv}}}
`)
    expect(config.models[0]?.train).toEqual({ kind: 'builtin', builtin: 'linear' })
    expect(config.models[0]?.data.sources.train).toMatchObject({ kind: 'files', paths: ['a.csv'] })
  })

  it('a mistake in them is told once, where it stands', () => {
    expect(problems('defaults:\n  limits: {memroy: 1GB}\nmodels:\n  a: {model: a.onnx}\n  b: {model: b.onnx}\n')).toEqual([
      'modelgate.yml:2:12 UNKNOWN_KEY limits.memroy. Did you mean memory? Allowed: memory, time.',
    ])
  })
})

describe('expectations', () => {
  it('are one entry each, with the names and parameters of the table of checks', () => {
    const { expect: expectations } = model(`data: {train: a.csv, test: b.csv}
expect:
  rows: {min: 10, max: 20}
  duplicates: {max: 1%, severity: warn}
  columns:
    delay: {type: integer, min: -120, max: 2000, nulls: {max: 0.5%}, on: [test]}
    code: {in: [a, 1, true], not_in: [x], matches: "^[a-z]+$", length: {max: 3}, unique: true, severity: warn}
    day: {min: 2026-01-31}
    seen: {}`)
    const train = ['train', 'test']
    const code = { column: 'code', severity: 'warn', on: train }
    const delay = { column: 'delay', severity: 'fail', on: ['test'] }
    expect(expectations).toEqual([
      { check: 'rows', column: null, params: { min: 10, max: 20 }, severity: 'fail', on: train },
      { check: 'duplicates', column: null, params: { max: 0.01 }, severity: 'warn', on: train },
      { check: 'exists', params: {}, ...delay },
      { check: 'type', params: { type: 'integer' }, ...delay },
      { check: 'nulls', params: { max: 0.005 }, ...delay },
      { check: 'min', params: { value: -120 }, ...delay },
      { check: 'max', params: { value: 2000 }, ...delay },
      { check: 'exists', params: {}, ...code },
      { check: 'in', params: { values: ['a', 1, true] }, ...code },
      { check: 'not_in', params: { values: ['x'] }, ...code },
      { check: 'matches', params: { pattern: '^[a-z]+$' }, ...code },
      { check: 'length', params: { max: 3 }, ...code },
      { check: 'unique', params: {}, ...code },
      { check: 'exists', params: {}, column: 'day', severity: 'fail', on: train },
      { check: 'min', params: { value: '2026-01-31' }, column: 'day', severity: 'fail', on: train },
      { check: 'exists', params: {}, column: 'seen', severity: 'fail', on: train },
    ])
  })

  it('that could never be checked, or never pass, are errors', () => {
    expect(problems(whole('data: {train: a.csv}\nexpect: {columns: {x: {on: [train, current]}}}'))[0]).toContain(
      'data.current is not configured',
    )
    expect(problems(whole('data: {train: a.csv}\nexpect: {columns: {x: {min: 3, max: 2}}}'))[0]).toContain('nothing could pass')
    expect(problems(whole('data: {train: a.csv}\nexpect: {columns: {x: {min: soon}}}'))[0]).toContain('neither a number nor a date')
    expect(problems(whole('data: {train: a.csv}\nexpect: {rows: {}}'))[0]).toContain('Write min, max or both')
    expect(problems(whole('data: {train: a.csv}\nexpect: {columns: {x: {nulls: {max: 5}}}}'))[0]).toContain('a share between 0 and 1')
  })
})

describe('sizes, times, drift, baseline and promotion', () => {
  it('are read with their units', () => {
    const { limits, baseline, drift, promote } = model(`limits: {memory: 512MiB, time: 1.5h}
baseline: {from: flights@1.2.0, on_missing: fail, max_age: 90d}
drift: {reference: {profile: ref.json}, columns: {"hour_*": {shift: 0.3}, day: {ignore: true}, x: {shift: {warn: 0.1}}}}
promote: {to: [staging, production], bump: minor, accept: pass}`)
    expect(limits).toEqual({ memoryBytes: 536_870_912, timeMs: 5_400_000 })
    expect(baseline).toEqual({ from: [{ kind: 'version', model: 'flights', version: '1.2.0' }], onMissing: 'fail', maxAgeDays: 90 })
    expect(drift).toEqual({
      enabled: true,
      reference: { kind: 'profile', path: 'ref.json' },
      columns: { 'hour_*': { shift: { fail: 0.3 } }, day: { ignore: true }, x: { shift: { warn: 0.1 } } },
    })
    expect(promote).toEqual({ to: ['staging', 'production'], bump: 'minor', accept: 'pass' })
  })

  it('every key of drift is read, and what was not written is not there', () => {
    const { drift } = model(`data: {current: now.csv, time: at}
drift:
  reference: {window: 28d, current: 7d}
  certainty: strict
  correction: by
  min_rows: 500
  families: {labels: {warn: 0.02}, predictions: 0.3}
  correlations: false
  classifier: {rows: 1000}
  max_failed_columns: 2
  importance: {x: 0.7, y: 0.3}
  blocks: rows
  columns:
    x: {metric: psi, shift: {warn: 0.2, fail: 1.5}, raw: true}
    flag: {max_change: {warn: 1pp, fail: 0.03}, max_ratio: 2}
    z: {metric: ks}`)
    const day = 86_400_000
    expect(drift).toEqual({
      enabled: true,
      reference: { kind: 'window', windowMs: 28 * day, currentMs: 7 * day },
      certainty: 'strict',
      correction: 'by',
      minRows: 500,
      families: { labels: { warn: 0.02 }, predictions: { fail: 0.3 } },
      correlations: false,
      classifier: { rows: 1000 },
      maxFailedColumns: 2,
      importance: { x: 0.7, y: 0.3 },
      blocks: 'rows',
      columns: {
        x: { metric: 'psi', shift: { warn: 0.2, fail: 1.5 }, raw: true },
        flag: { maxChange: { warn: 0.01, fail: 0.03 }, maxRatio: { fail: 2 } },
        z: { metric: 'ks' },
      },
    })
    expect(model('drift: {classifier: true}').drift.classifier).toEqual({ rows: 5000 })
    expect(model('drift: {classifier: false}').drift.classifier).toBeNull()
    expect(model('data: {current: a.csv, time: t}\ndrift: {reference: {window: 28d}}').drift.reference).toMatchObject({
      currentMs: 7 * day,
    })
  })

  it.each([
    ['reference: {window: 28d, current: 7d}', 'drift.reference. A window of time needs data.time'],
    ['columns: {x: {shift: 1.5}}', 'A shift by js lies between 0 and 1'],
    ['columns: {x: {metric: ks, shift: {warn: 0.1, fail: 2}}}', 'A shift by ks lies between 0 and 1'],
    ['columns: {x: {metric: kl}}', 'Allowed: js, psi, ks'],
    ['columns: {x: {shift: {}}}', 'Write warn, fail or both.'],
    ['columns: {x: {max_change: 3%}}', '3% could mean two things: write 3pp'],
    ['columns: {x: {max_change: 3}}', '3 is above 1, the most that a share can change: did you mean 3pp?'],
    ['columns: {x: {max_ratio: 0.5}}', 'A factor that is allowed lies above 1.'],
    ['columns: {x: {metric: ks, ignore: true}}', 'A column that is ignored is not measured.'],
    ['min_rows: 5', 'below 20 rows on a side nothing can be tested'],
    ['classifier: {rows: 1000000}', 'at most 10000 rows of each side are read'],
    ['importance: {x: 0}', 'No column has a weight above 0.'],
    ['families: {features: {warn: 0.3, fail: 0.2}}', 'warn lies beyond fail: it could never warn'],
    ['certainty: sure', 'Allowed: lenient, strict'],
    ['min_row: 5', 'Did you mean min_rows?'],
  ])('drift: {%s} is refused: %s', (keys, says) => {
    expect(problems(whole(`drift: {${keys}}`)).join('\n')).toContain(says)
  })

  it('drift is switched off by false, a baseline by an empty list', () => {
    expect(model('drift: false').drift.enabled).toBe(false)
    expect(model('drift: {enabled: false}').drift.enabled).toBe(false)
    expect(model('drift: {reference: training}').drift).toEqual({ enabled: true, reference: 'training', columns: {} })
    expect(model('baseline: []').baseline.from).toEqual([])
    expect(model('baseline: [main, 1.0.0]').baseline.from).toEqual([{ kind: 'main' }, { kind: 'version', model: null, version: '1.0.0' }])
  })
})

describe('training', () => {
  it.each([
    ['{run: "python \'my file.py\' --a=\\"b c\\" d\\\\ e"}', ['python', 'my file.py', '--a=b c', 'd e']],
    ['{run: [python, -c, "print(1) | x"]}', ['python', '-c', 'print(1) | x']],
    ['{run: "python -c \'a | b > $c\'"}', ['python', '-c', 'a | b > $c']],
    ['{run: "x \'\' \\"\\""}', ['x', '', '']],
  ])('%s becomes an argv', (text, argv) => {
    expect(model(`train: ${text}`).train).toMatchObject({ kind: 'run', argv, shell: null })
  })

  it('takes a script as it is when a shell was asked for', () => {
    expect(model('train:\n  shell: bash\n  run: |\n    a | b\n    c').train).toMatchObject({ shell: 'bash', argv: ['a | b\nc\n'] })
  })

  it.each(['a | b', 'a && b', 'a; b', 'a > b', 'echo $X', 'echo "$X"', 'a `b`', 'ls *.py', 'a "`b`"', 'a\\nb', 'cat ~', 'a (b)', 'a & '])(
    'EVT-09 %j is refused without a shell',
    (command) => {
      expect(problems(whole(`train: {run: ${JSON.stringify(command).replaceAll('\\\\', '\\')}}`))[0]).toContain('shell: bash')
    },
  )

  it.each([
    ['{run: "X=1 python a.py"}', 'in front of a command needs a shell'],
    ['{run: "python \'a"}', 'is not closed'],
    ['{run: ""}', 'The command is empty'],
    ['{}', 'Write either run'],
    ['{run: a, builtin: linear}', 'Write either run'],
    ['{builtin: linear, timeout: 3m}', 'timeout belongs to run'],
    ['{builtin: boosted}', 'NOT_AVAILABLE'],
    ['{run: a, env: ["A B"]}', 'name of an environment variable'],
    ['{run: a, timeout: 3}', 'a time above 0 and up to 3650d, such as 90s'],
    ['{run: a, timeout: 36500d}', 'a time above 0 and up to 3650d'],
    ['{run: [a], shell: sh}', 'needs no shell'],
  ])('%s is refused', (text, why) => {
    expect(problems(whole(`train: ${text}`)).join('\n')).toContain(why)
  })
})
