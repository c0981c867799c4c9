import { describe, expect, it } from 'vitest'
import { applyBasePolicy } from '../../../src/core/policy/apply.ts'
import { hash, parse, whole } from '../config/support.ts'
import { apply, applyTexts } from './support.ts'

const data = 'data: {train: a.csv, test: b.csv, target: y}\n'
const metrics = (text: string) => `${data}evaluate:\n  metrics: ${text}\n`

describe('EVT-06 limits of metrics come from the base', () => {
  it('a lowered min is not used', () => {
    const { model, sentences } = apply(metrics('{roc_auc: {min: 0.8}}'), metrics('{roc_auc: {min: 0.1}}'))
    expect(model.evaluate.metrics[0]?.min).toEqual({ fail: 0.8 })
    expect(sentences).toEqual(['models.m.evaluate.metrics.roc_auc.min: 0.8 of the base is used, 0.1 of the head is not'])
  })

  it('nor is a raised one: what changes is in force once it is merged', () => {
    expect(apply(metrics('{roc_auc: {min: 0.8}}'), metrics('{roc_auc: {min: 0.9}}')).model.evaluate.metrics[0]?.min).toEqual({ fail: 0.8 })
  })

  it('a fail made a warn stays a fail, and warns besides', () => {
    const { model, sentences } = apply(metrics('{roc_auc: {min: 0.8}}'), metrics('{roc_auc: {min: {warn: 0.9}}}'))
    expect(model.evaluate.metrics[0]?.min).toEqual({ fail: 0.8, warn: 0.9 })
    expect(sentences).toEqual([
      'models.m.evaluate.metrics.roc_auc.min: {warn: 0.9, fail: 0.8} is used, of 0.8 in the base and {warn: 0.9} in the head',
    ])
  })

  it('a removed metric stays, with its limits', () => {
    const { model, sentences } = apply(metrics('{roc_auc: {min: 0.8, max_drop: 2pp}, accuracy: {}}'), metrics('{accuracy: {}}'))
    expect(model.evaluate.metrics.map(({ name }) => name)).toEqual(['roc_auc', 'accuracy'])
    expect(sentences).toEqual(['models.m.evaluate.metrics.roc_auc: min 0.8, max_drop 2pp stays, although the head removes it'])
  })

  it('a removed limit stays', () => {
    const { model } = apply(metrics('{roc_auc: {min: 0.8, max_drop: 2pp}}'), metrics('{roc_auc: {min: 0.8}}'))
    expect(model.evaluate.metrics[0]?.maxDrop).toEqual({ fail: { kind: 'absolute', value: 0.02 } })
  })

  it('a metric that computes something else under the same name is not used', () => {
    const base = metrics('{roc_auc: {min: 0.8}}')
    const { model, sentences } = apply(base, metrics('{roc_auc: {metric: accuracy, min: 0.8, max_drop: 50pp}}'))
    expect(model.evaluate.metrics).toEqual(parse(whole(base)).models[0]?.evaluate.metrics)
    expect(sentences[0]).toBe('models.m.evaluate.metrics.roc_auc: roc_auc of the base is used, accuracy of the head is not')
  })

  it('a new metric is added behind those of the base', () => {
    const { model, sentences } = apply(metrics('{roc_auc: {min: 0.8}}'), metrics('{accuracy: {min: 0.9}, roc_auc: {min: 0.8}}'))
    expect(model.evaluate.metrics.map(({ name, min }) => [name, min])).toEqual([
      ['roc_auc', { fail: 0.8 }],
      ['accuracy', { fail: 0.9 }],
    ])
    expect(sentences).toEqual(['models.m.evaluate.metrics.accuracy: min 0.9 is new and is used'])
  })

  it('metrics that the head brings are told from those of the base, which they must not make less certain', () => {
    const whose = (base: string, head: string) =>
      apply(base, head).model.evaluate.metrics.map(({ name, fresh = false }) => [name, fresh] as const)
    expect(whose(metrics('{roc_auc: {min: 0.8}}'), metrics('{mcc: {}, roc_auc: {min: 0.1}, f1: {}}'))).toEqual([
      ['roc_auc', false],
      ['mcc', true],
      ['f1', true],
    ])
    // the usual metric is the base's, listed or not
    expect(whose(data, metrics('{mcc: {}, roc_auc: {}}'))).toEqual([
      ['mcc', true],
      ['roc_auc', false],
    ])
    expect(whose(metrics('{mcc: {}}'), metrics('{mcc: {}}'))).toEqual([['mcc', false]])
  })

  it('a new level of a metric is added', () => {
    const { model, sentences } = apply(metrics('{roc_auc: {max_drop: 1pp}}'), metrics('{roc_auc: {min: 0.9, max_drop: 1pp}}'))
    expect(model.evaluate.metrics[0]).toMatchObject({ min: { fail: 0.9 }, maxDrop: { fail: { kind: 'absolute', value: 0.01 } } })
    expect(sentences).toEqual(['models.m.evaluate.metrics.roc_auc.min: 0.9 is new and is used'])
  })

  it('a wide limit on a change does not replace the default margin, which is one', () => {
    const { model, sentences } = apply(metrics('{roc_auc: {min: 0.8}}'), metrics('{roc_auc: {min: 0.8, max_drop: 50pp}}'))
    expect(model.evaluate.metrics[0]?.maxDrop).toBeUndefined()
    expect(sentences).toEqual(['models.m.evaluate.metrics.roc_auc.max_drop: the base does not set it, and 50pp of the head is not used'])
  })

  it('a first list of metrics does not switch the usual one off, nor widen its margin', () => {
    const { model, sentences } = apply(data, metrics('{accuracy: {}, auc: {metric: roc_auc, min: 0.6, max_drop: 50pp}}'))
    expect(model.evaluate.usualToo).toBe(true)
    expect(model.evaluate.metrics[1]).toEqual({ name: 'auc', metric: 'roc_auc', params: {}, certainty: 'literal', min: { fail: 0.6 } })
    expect(sentences[1]).toBe('models.m.evaluate.metrics.auc: min 0.6 is new and is used, not all of min 0.6, max_drop 50pp')
  })

  it.each([
    ['certainty', '{roc_auc: {min: 0.8, certainty: strict}}', '{roc_auc: {min: 0.8, certainty: lenient}}'],
    ['a relative margin', '{log_loss: {max_rise: 1% relative}}', '{log_loss: {max_rise: 90% relative}}'],
    ['a parameter', '{r: {metric: recall_at_fpr, fpr: 0.5%}}', '{r: {metric: recall_at_fpr, fpr: 50%}}'],
  ])('%s', (_, base, head) => {
    expect(apply(metrics(base), metrics(head)).model).toEqual(parse(whole(metrics(base))).models[0])
  })

  it('mode and threshold', () => {
    const evaluate = (text: string) => `${data}evaluate: ${text}\n`
    const { model, sentences } = apply(evaluate('{mode: superior, threshold: 0.4}'), evaluate('{mode: point}'))
    expect(model.evaluate).toMatchObject({ mode: 'superior', threshold: 0.4 })
    expect(sentences).toHaveLength(2)
  })
})

describe('EVT-06 expectations come from the base', () => {
  const expectation = (text: string) => `${data}expect:\n  ${text}\n`

  it('a wider one is not used, a removed one stays, a new one is added', () => {
    const { model, sentences } = apply(
      expectation('{rows: {min: 1000}, columns: {a: {max: 5, unique: true}}}'),
      expectation('{rows: {min: 1}, columns: {a: {max: 5}, b: {nulls: {max: 1%}}}}'),
    )
    expect(model.expect.map(({ column, check, params }) => [column, check, params])).toEqual([
      [null, 'rows', { min: 1000 }],
      ['a', 'exists', {}],
      ['a', 'max', { value: 5 }],
      ['a', 'unique', {}],
      ['b', 'exists', {}],
      ['b', 'nulls', { max: 0.01 }],
    ])
    expect(sentences).toEqual([
      'models.m.expect.rows: min 1000, on train and test of the base is used, min 1, on train and test of the head is not',
      'models.m.expect.columns.a.unique: required, on train and test stays, although the head removes it',
      'models.m.expect.columns.b.exists: required, on train and test is new and is used',
      'models.m.expect.columns.b.nulls: max 0.01, on train and test is new and is used',
    ])
  })

  it('neither its severity nor where it is judged can be cut down, more places can be added', () => {
    const { model } = apply(
      expectation('{columns: {a: {min: 0, on: [test]}}}'),
      expectation('{columns: {a: {min: 0, on: [train], severity: warn}}}'),
    )
    expect(model.expect.map(({ severity, on }) => [severity, on])).toEqual([
      ['fail', ['train', 'test']],
      ['fail', ['train', 'test']],
    ])
  })

  it('two of one check and column are matched by their names; mostly, where and parameters are the base’s', () => {
    const written = (...checks: string[]) => expectation(`{checks: [${checks.map((one) => `{check: min, column: a, ${one}}`).join(', ')}]}`)
    const { model, sentences } = apply(
      written('value: 0, name: hard', 'value: 5, mostly: 99%, where: "b > 0", name: usual'),
      written('value: -9, name: hard', 'value: 5, mostly: 50%, where: "b > 100", name: usual', 'value: 1, name: fresh'),
    )
    expect(
      model.expect.filter(({ check }) => check === 'min').map(({ name, params, mostly, where }) => [name, params.value, mostly, where]),
    ).toEqual([
      ['hard', 0, undefined, undefined],
      ['usual', 5, 0.99, 'b > 0'],
      ['fresh', 1, undefined, undefined],
    ])
    expect(sentences).toEqual([
      'models.m.expect.columns.a.min (hard): 0, on train and test of the base is used, -9, on train and test of the head is not',
      'models.m.expect.columns.a.min (usual): 5, mostly 99%, where a condition holds, on train and test of the base is used, 5, mostly 50%, where a condition holds, on train and test of the head is not',
      'models.m.expect.columns.a.min (fresh): 1, on train and test is new and is used',
    ])
  })

  it('neither mostly nor where can be added to what the base asks of every row', () => {
    const { model } = apply(
      expectation('{columns: {a: {min: 0}}}'),
      expectation('{columns: {a: {min: {value: 0, mostly: 1%, where: "false"}}}}'),
    )
    expect(model.expect.find(({ check }) => check === 'min')).toEqual({
      check: 'min',
      column: 'a',
      params: { value: 0 },
      severity: 'fail',
      on: ['train', 'test'],
    })
  })

  it('PII-06 samples are kept only where base and head both ask for them', () => {
    const samples = (base: string, head: string) =>
      apply(expectation(`{rows: {min: 1}${base}}`), expectation(`{rows: {min: 1}${head}}`)).model.samples
    const local = ', samples: local'
    expect([samples('', local), samples(local, ''), samples(local, local)]).toEqual([undefined, undefined, 'local'])
  })

  it('reports of other tools are those of the base, and what the head adds', () => {
    const results = (base: string, head: string) =>
      apply(expectation(`{results: ${base}}`), expectation(`{results: ${head}}`)).model.results
    expect(results('[gx.json]', '[{path: gx.json, severity: warn}]')).toEqual([{ path: 'gx.json', severity: 'fail' }])
    expect(results('[gx.json]', '[]')).toEqual([{ path: 'gx.json', severity: 'fail' }])
    expect(results('[]', '[new.xml]')).toEqual([{ path: 'new.xml', severity: 'fail' }])
    expect(apply(expectation('{results: [gx.json]}'), expectation('{}')).sentences.join()).toContain('expect.results.gx.json')
  })

  it('PII-01 values and patterns are counted, not shown', () => {
    const { sentences } = apply(
      expectation('{columns: {a: {in: [canary1]}}}'),
      expectation('{columns: {a: {in: [canary1, canary2], matches: canary}}}'),
    )
    expect(sentences.join('\n')).not.toContain('canary')
    expect(sentences[0]).toContain('1 value, on train and test of the base is used, 2 values')
  })
})

describe('EVT-06 what follows from a verdict comes from the base', () => {
  it.each([
    ['baseline.on_missing', 'baseline: {on_missing: fail}', 'baseline: {on_missing: pass}'],
    ['baseline.from', 'baseline: [production]', 'baseline: [staging]'],
    ['baseline.max_age', 'baseline: {max_age: 30d}', 'baseline: {max_age: 300d}'],
    ['gate.on_inconclusive', 'gate: {on_inconclusive: fail}', 'gate: {on_inconclusive: pass}'],
    ['gate.on_degraded', 'gate: {on_degraded: fail}', ''],
    ['promote.accept', 'promote: {to: production, accept: pass}', 'promote: {to: production, accept: warn}'],
    ['promote.to', 'promote: {to: staging, accept: pass}', ''],
    ['expect.profile', '', 'expect: {profile: needed}'],
    ['limits.time', 'limits: {time: 1m}', 'limits: {time: 60m}'],
    ['limits.memory', 'limits: {memory: 1GB}', 'limits: {memory: 64GB}'],
    ['drift.enabled', 'drift: {}', 'drift: false'],
    ['drift.columns.a.shift', 'drift: {columns: {a: {shift: 0.1}}}', 'drift: {columns: {a: {shift: 0.9}}}'],
    ['drift.columns.a.ignore', '', 'drift: {columns: {a: {ignore: true}}}'],
    ['drift.columns.a.shift', '', 'drift: {columns: {a: {shift: 0.9}}}'],
    ['drift.columns.a.shift', '', 'drift: {columns: {a: {shift: {warn: 0.01}}}}'],
    ['drift.columns.y.shift', '', 'drift: {columns: {y: {shift: {warn: 0.1, fail: 0.2}}}}'],
    ['drift.columns.*.shift', '', 'drift: {columns: {"*": {shift: {warn: 0.1, fail: 0.2}}}}'],
    ['drift.columns.predictions.score.shift', '', 'drift: {columns: {predictions.score: {shift: {warn: 0.1, fail: 0.2}}}}'],
    ['drift.columns.a1.shift', 'drift: {columns: {"a*": {shift: 0.05}}}', 'drift: {columns: {"a*": {shift: 0.05}, a1: {shift: 0.1}}}'],
    ['drift.columns.a.metric', '', 'drift: {columns: {a: {metric: psi, shift: 0.1}}}'],
    ['drift.columns.y.max_ratio', '', 'drift: {columns: {y: {max_ratio: 10}}}'],
    ['drift.columns.a.raw', 'drift: {columns: {a: {raw: true, shift: 0.1}}}', 'drift: {columns: {a: {shift: 0.1}}}'],
    ['drift.columns.a.max_change', 'drift: {columns: {a: {max_change: 1pp}}}', 'drift: {columns: {a: {max_change: 9pp}}}'],
    ['drift.certainty', '', 'drift: {certainty: strict}'],
    ['drift.correction', 'drift: {correction: bh}', 'drift: {correction: by}'],
    ['drift.min_rows', '', 'drift: {min_rows: 100000}'],
    ['drift.families.features', '', 'drift: {families: {features: 0.9}}'],
    ['drift.correlations', '', 'drift: {correlations: false}'],
    ['drift.classifier', 'drift: {classifier: true}', 'drift: {classifier: {rows: 200}}'],
    ['drift.max_failed_columns', 'drift: {max_failed_columns: 1}', 'drift: {max_failed_columns: 100}'],
    ['drift.importance', 'drift: {importance: {a: 1}}', 'drift: {importance: {b: 1}}'],
    ['drift.blocks', '', 'drift: {blocks: rows}'],
    ['drift.reference', 'drift: {reference: training}', 'drift: {reference: {profile: other.json}}'],
  ])('%s: %s against %s', (path, base, head) => {
    const { model, sentences, config } = apply(data + base, data + head)
    const before = parse(whole(data + base))
    expect(model).toEqual(before.models[0])
    expect(config.digest).toBe(before.digest)
    expect(sentences.some((sentence) => sentence.startsWith(`models.m.${path}: `))).toBe(true)
  })

  it('where answers of the baseline lie is the base’s to say: a head cannot answer for what it is held against', () => {
    const rows = 'data: {test: b.csv, target: y, id: i}\n'
    const kept = `${rows}baseline: {predictions: "kept/{version}.csv"}`
    for (const head of [`${rows}baseline: {predictions: mine.csv}`, rows])
      expect(apply(kept, head).model.baseline.predictions).toMatchObject({ paths: ['kept/{version}.csv'] })
    expect(apply(rows, kept).model.baseline).not.toHaveProperty('predictions')
  })

  it('a limit on drift that is stricter than the default is new', () => {
    const { model } = apply(data, `${data}drift: {columns: {a: {shift: {warn: 0.05, fail: 0.1}}}}`)
    expect(model.drift.columns).toEqual({ a: { shift: { warn: 0.05, fail: 0.1 } } })
  })

  it('what can only find more is new: a rate that is watched, a classifier, a line of importance, a limit on failed columns', () => {
    const { model } = apply(
      data,
      `${data}drift: {columns: {a: {max_change: 1pp}, "p_*": {shift: {warn: 0.01, fail: 0.02}}}, classifier: true, importance: {a: 1}, max_failed_columns: 3}`,
    )
    expect(model.drift).toEqual({
      enabled: true,
      reference: 'training',
      columns: { a: { maxChange: { fail: 0.01 } }, 'p_*': { shift: { warn: 0.01, fail: 0.02 } } },
      classifier: { rows: 5000 },
      importance: { a: 1 },
      maxFailedColumns: 3,
    })
  })

  it('drift and a baseline that the base does not have may be switched on', () => {
    const { model } = apply(`${data}drift: false\nbaseline: []`, `${data}drift: {reference: a.csv}\nbaseline: [production]`)
    expect(model.drift).toMatchObject({ enabled: true, reference: { kind: 'files' } })
    expect(model.baseline.from).toHaveLength(1)
  })

  it('the ledger, whose URL is shown without what may be a credential', () => {
    const { config, sentences } = applyTexts(whole(data), `${whole(data)}ledger: {remote: "https://u:secret@example.com/x.git"}\n`)
    expect(config.ledger.remote).toBe('origin')
    expect(sentences).toEqual(['ledger.remote: origin of the base is used, https://example.com/x.git of the head is not'])
  })
})

describe('wiring comes from the head', () => {
  it('paths, commands and columns, and every difference is shown', () => {
    const { model, differences, sentences } = apply(
      `${data}task: binary\ntrain: {run: python old.py}\n`,
      'data: {train: a.csv, test: c.csv, target: z, positive: secret, id: i}\ntrain: {run: python new.py}\n',
    )
    expect(model).toMatchObject({ task: null, train: { argv: ['python', 'new.py'] }, data: { target: 'z', id: 'i', positive: 'secret' } })
    expect(new Set(differences.map(({ kind }) => kind))).toEqual(new Set(['wiring']))
    expect(sentences).toEqual([
      'models.m.task: binary of the base is gone',
      'models.m.data.test: c.csv of the head is used, it was b.csv',
      'models.m.data.target: z of the head is used, it was y',
      'models.m.train: python new.py of the head is used, it was python old.py',
      'models.m.data.id: i is new and is used',
      'models.m.data.positive: a label is new and is used',
    ])
  })

  it('but what is judged cannot be taken away', () => {
    const { model, differences } = apply(`${data}`, 'data: {train: a.csv}\n')
    expect(model.data).toMatchObject({ sources: { test: { paths: ['b.csv'] } }, target: 'y' })
    expect(differences.map(({ kind, from, head }) => [kind, from, head])).toEqual([
      ['policy', 'base', null],
      ['policy', 'base', null],
    ])
  })

  it('nor can its rows: a stored profile has none to judge', () => {
    const { model, sentences } = apply(data, data.replace('train: a.csv', 'train: {profile: p.json}'))
    expect(model.data.sources.train).toMatchObject({ kind: 'files', paths: ['a.csv'] })
    expect(sentences).toEqual(['models.m.data.train: a.csv of the base is used, profile p.json of the head is not'])
  })

  it('and what was kept from view stays so', () => {
    const base = 'data: {train: a.csv, test: b.csv, target: y, sensitive: [name]}\n'
    expect(apply(base, 'data: {train: a.csv, test: b.csv, target: y, sensitive: [age]}\n').model.data.sensitive).toEqual(['age', 'name'])
  })
})

describe('EVT-06 what decides how rows and columns are tested comes from the base', () => {
  const judged = (base: string, head: string) =>
    apply(`data: {train: a.csv, target: y${base}}\n`, `data: {train: a.csv, target: y${head}}\n`)

  it('no column is called an identifier to escape its test', () => {
    expect(judged('', ', kinds: {delay: identifier}').model.data.kinds).toBeUndefined()
    const { model, differences } = judged(', kinds: {delay: categorical}', ', kinds: {delay: text, y: constant}')
    expect(model.data.kinds).toEqual({ delay: 'categorical' })
    expect(differences.map(({ path, kind, from }) => [path, kind, from])).toEqual([
      ['models.m.data.kinds.delay', 'policy', 'base'],
      ['models.m.data.kinds.y', 'policy', 'base'],
    ])
  })

  it('no weight takes rows out, no group makes them fewer, no delay leaves them for later', () => {
    const head = judged(', time: t', ', time: t, weight: w, group: g, label_delay: 900d')
    expect(head.model.data).toMatchObject({ time: 't', weight: null, group: null, labelDelayMs: null })
    expect(head.differences.every(({ kind, from }) => kind === 'policy' && from === 'base')).toBe(true)
  })

  it('and none of them is taken away: days do not become rows that are independent', () => {
    const base = ', id: i, time: t, group: g, weight: w, label_delay: 3d'
    expect(judged(base, '').model.data).toMatchObject({ id: 'i', time: 't', group: 'g', weight: 'w', labelDelayMs: 259_200_000 })
    expect(judged(base, ', time: other').model.data.time).toBe('t')
  })

  it('a first time may order rows; drift goes on by rows until it is merged', () => {
    const { model } = judged('', ', time: t')
    expect([model.data.time, model.drift.blocks]).toEqual(['t', 'rows'])
    expect(judged(', group: g', ', group: g, time: t').model.data).toMatchObject({ time: null, group: 'g' })
    expect(judged(', time: t', ', time: t').model.drift.blocks).toBeUndefined()
  })

  it('a ranking has the groups it is made of', () => {
    const { model } = apply(
      'task: regression\ndata: {train: a.csv, target: y}\n',
      'task: ranking\ndata: {train: a.csv, target: y, group: g}\n',
    )
    expect(model.data.group).toBe('g')
  })
})

describe('the config as a whole', () => {
  it('without a base the head stands as it is', () => {
    const head = parse(whole(metrics('{roc_auc: {min: 0.1}}')))
    expect(applyBasePolicy(null, head, hash)).toEqual({ config: head, differences: [] })
  })

  it('equal configs stay equal, digest and all, however they are written', () => {
    const head = parse(whole(metrics('{roc_auc: {min: 0.8}}')))
    const base = parse(`defaults: {evaluate: {metrics: {roc_auc: {min: 80%}}}}\n${whole(data)}`)
    expect(applyBasePolicy(base, head, hash)).toEqual({ config: head, differences: [] })
  })

  it('the digest is over what is in effect, and differs from that of either', () => {
    const [base, head] = [metrics('{roc_auc: {min: 0.8}}'), `data: {train: a.csv, test: c.csv, target: y}\n`]
    const { config } = apply(base, head)
    expect([parse(whole(base)).digest, parse(whole(head)).digest]).not.toContain(config.digest)
    expect(config.digest).toBe(parse(whole(metrics('{roc_auc: {min: 0.8}}').replace('b.csv', 'c.csv'))).digest)
  })

  it('a new model is the head’s whole, a removed one is said', () => {
    const { config, sentences } = applyTexts(
      'models: {a: {model: a.onnx}, old: {model: o.onnx}}',
      'models: {new: {model: n.onnx}, a: {model: a.onnx}}',
    )
    expect(config.models.map(({ name }) => name)).toEqual(['new', 'a'])
    expect(sentences).toEqual(['models.new is new: all of it is taken from the head', 'models.old is gone from the head: it is not judged'])
  })

  it('a metric whose name begins like another’s is told apart from it', () => {
    const { sentences } = apply(
      metrics('{a: {metric: roc_auc}, a.b: {metric: accuracy, min: 0.5}}'),
      metrics('{a.b: {metric: accuracy, min: 0.4}}'),
    )
    expect(sentences).toEqual([
      'models.m.evaluate.metrics.a: no limit of its own stays, although the head removes it',
      'models.m.evaluate.metrics.a.b.min: 0.5 of the base is used, 0.4 of the head is not',
    ])
  })
})

describe('EVT-06 what a head adds to the families of the base is told apart from them', () => {
  const parts = (text: string) => `${data}evaluate:\n  ${text}\n`
  const slicesOf = (base: string, head: string) => apply(parts(`slices: ${base}`), parts(`slices: ${head}`)).model.evaluate.slices

  it('slices: columns and the search for more', () => {
    expect(slicesOf('{by: [a, [a, b]]}', '{by: [[b, a], c], auto: true}')).toMatchObject({
      by: [['a'], ['a', 'b'], ['c']],
      auto: true,
      fresh: { by: [['c']], auto: true },
    })
    expect(slicesOf('{by: [a], auto: true}', '{by: [a, c], auto: true}')?.fresh).toEqual({ by: [['c']], auto: false })
    expect(slicesOf('{by: [a], auto: true}', '{by: [a]}')).not.toHaveProperty('fresh')
    // the first ones have nobody before them
    expect(apply(data, parts('slices: {by: [a]}')).model.evaluate.slices).not.toHaveProperty('fresh')
  })

  it('fairness: columns, measures, and kinds of limit', () => {
    const base = '{by: [sex], metrics: {tpr: {max_difference: 5pp}}}'
    const head = '{by: [sex, age], metrics: {tpr: {max_difference: 5pp, max_rise: 1pp}, fpr: {max_difference: 5pp}}}'
    const { model, sentences } = apply(parts(`fairness: ${base}`), parts(`fairness: ${head}`))
    expect(model.evaluate.fairness).toMatchObject({ freshBy: [['age']], metrics: [{ fresh: ['maxRise'] }, { fresh: fairnessKinds }] })
    // whose they are is said of nothing that a person reads
    expect(sentences.join('\n')).not.toContain('fresh')
    expect(apply(parts(`fairness: ${base}`), parts(`fairness: ${base}`)).model.evaluate.fairness).not.toHaveProperty('freshBy')
  })

  it('a word of a limit that the base has: it warned, and now it fails, too', () => {
    const before = metrics('{roc_auc: {max_drop: {warn: 1pp}}, accuracy: {max_drop: 1pp}}')
    const after = metrics('{roc_auc: {max_drop: {warn: 1pp, fail: 3pp}}, accuracy: {max_drop: 2pp}}')
    const { model } = apply(before, after)
    expect(model.evaluate.metrics[0]).toMatchObject({ freshWords: ['fail'] })
    expect(model.evaluate.metrics[1]).not.toHaveProperty('freshWords')
  })
})
const fairnessKinds = ['maxDifference', 'minRatio', 'maxRise']

describe('EVT-06 limits of fairness come from the base', () => {
  const fairness = (text: string) => `${data}evaluate:\n  fairness: ${text}\n`
  const base = fairness('{by: [sex], min_rows: 30, metrics: {tpr: {max_difference: 5pp}}}')

  it('a limit that is widened, a column and a measure that are taken out stay', () => {
    const { model, sentences } = apply(base, fairness('{by: [age], metrics: {tpr: {max_difference: 50pp}, fpr: {max_difference: 5pp}}}'))
    expect(model.evaluate.fairness).toMatchObject({ by: [['sex'], ['age']], minRows: 30 })
    expect(model.evaluate.fairness?.metrics.map(({ name, maxDifference }) => [name, maxDifference])).toEqual([
      ['tpr', { fail: 0.05 }],
      ['fpr', { fail: 0.05 }],
    ])
    expect(sentences).toContain(
      'models.m.evaluate.fairness.metrics.tpr: max_difference 5pp of the base is used, max_difference 50pp of the head is not',
    )
    expect(apply(base, data).model.evaluate.fairness).toEqual(parse(whole(base)).models[0]?.evaluate.fairness)
  })

  it('the head may be the first to look, and add another kind of limit', () => {
    expect(apply(data, base).model.evaluate.fairness?.by).toEqual([['sex']])
    const { model } = apply(base, fairness('{by: [sex], metrics: {tpr: {max_difference: 5pp, max_rise: 1pp}}}'))
    expect(model.evaluate.fairness?.metrics[0]).toMatchObject({ maxDifference: { fail: 0.05 }, maxRise: { fail: 0.01 } })
  })
})

describe('EVT-06 who answers is wiring; how far an export may differ is policy', () => {
  it('the command comes from the head, and that is said', () => {
    const { model, sentences } = apply(data, `${data}score: {run: python score.py $MODEL}\n`)
    expect(model.score).toMatchObject({ kind: 'run' })
    expect(sentences).toEqual(['models.m.score: python score.py $MODEL is new and is used'])
  })

  it('limits of parity stay the base’s, with answers where the head has them, also where the head removes them', () => {
    const base = `${data}evaluate: {parity: {predictions: a.csv}}\n`
    const looser = apply(base, `${data}evaluate: {parity: {predictions: b.csv, max_difference: 1, min_agreement: 0}}\n`)
    expect(looser.model.evaluate.parity).toMatchObject({ maxDifference: 1e-4, minAgreement: 0.999, predictions: { paths: ['b.csv'] } })
    expect(looser.sentences).toContain('models.m.evaluate.parity.max_difference: 0.0001 of the base is used, 1 of the head is not')
    expect(apply(base, data).model.evaluate.parity).toMatchObject({ maxDifference: 1e-4, predictions: { paths: ['a.csv'] } })
  })
})

describe('EVT-06 the limit of calibration comes from the base', () => {
  const calibration = (text: string) => `${data}evaluate:\n  calibration: ${text}\n`

  it('whatever the head writes, or leaves out', () => {
    const base = calibration('{max_excess: 0.03}')
    const { model, sentences } = apply(base, calibration('{max_excess: 0.3}'))
    expect(model.evaluate.calibration?.maxExcess).toEqual({ fail: 0.03 })
    expect(sentences).toContain('models.m.evaluate.calibration.max_excess: 0.03 of the base is used, 0.3 of the head is not')
    expect(apply(base, data).model.evaluate.calibration?.maxExcess).toEqual({ fail: 0.03 })
    expect(apply(data, base).model.evaluate.calibration?.maxExcess).toEqual({ fail: 0.03 })
  })
})
