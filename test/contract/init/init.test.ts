import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../src/core/schema/parse-config.ts'
import { attribute, modelOf, tensorOf } from '../../support/onnx-models.ts'
import { makeFolder, people } from './support.ts'

const parse = (text: string) => parseConfig(text, 'modelgate.yml', () => '')
const verdicts = async (folder: ReturnType<typeof makeFolder>) => (await folder.validate()).map(({ verdict }) => verdict)
const churn = () => makeFolder({ 'data/train.csv': people(1, 1200), 'data/test.csv': people(2, 400) })

/** One float input a column, a label and a score out. */
const linear = (...inputs: readonly string[]) =>
  modelOf({
    input: inputs.map((name) => tensorOf(name, 'float', 'n', 1)),
    node: [
      { opType: 'Concat', input: inputs, output: ['all'], attribute: [attribute.int('axis', 1)] },
      { opType: 'ReduceMean', input: ['all'], output: ['mean'], attribute: [attribute.ints('axes', [1]), attribute.int('keepdims', 1)] },
      { opType: 'Sigmoid', input: ['mean'], output: ['score'] },
    ],
    output: [tensorOf('score', 'float', 'n', 1)],
  })
const matrix = (names?: readonly string[]) =>
  modelOf(
    {
      input: [tensorOf('X', 'float', 'n', 2)],
      node: [
        { opType: 'ReduceMean', input: ['X'], output: ['mean'], attribute: [attribute.ints('axes', [1]), attribute.int('keepdims', 1)] },
        { opType: 'Sigmoid', input: ['mean'], output: ['score'] },
      ],
      output: [tensorOf('score', 'float', 'n', 1)],
    },
    names === undefined ? {} : { metadataProps: [{ key: 'feature_names', value: JSON.stringify(names) }] },
  )

describe('init over data it has not seen before', () => {
  it('writes a config that parses and that validate passes on the same data', async () => {
    using folder = churn()
    const outcome = await folder.init({ target: 'left', name: 'churn' })
    const [model] = parse(folder.read()).models
    expect(model).toMatchObject({
      name: 'churn',
      task: 'binary',
      data: { target: 'left', positive: 'yes', id: 'customer_id', sensitive: ['email'] },
    })
    expect(model?.train).toEqual({ kind: 'builtin', builtin: 'baseline' })
    expect(outcome).toMatchObject({ written: 'created', open: [], next: 'modelgate run' })
    expect(await verdicts(folder)).toEqual(['pass'])
  })

  it('says of each column what a conservative reader would, with what was seen beside it', async () => {
    using folder = churn()
    await folder.init({ target: 'left' })
    const text = folder.read()
    expect(text).toContain('customer_id: {type: integer, nulls: {max: 0}, unique: true} # 0 missing in 1,600 rows; no value twice')
    expect(text).toContain(
      'plan: {type: string, nulls: {max: 0}, in: {values: [basic, plus, pro], mostly: 99%}} # 0 missing in 1,600 rows; 3 distinct values',
    )
    expect(text).toMatch(/usage: \{type: number, nulls: \{max: 0\}, min: 0, max: 1\} #/)
    expect(text).toMatch(/balance: \{type: number, nulls: \{max: 0\}\} # 0 missing in 1,600 rows; 98 % between −\d+ and \d+/)
    expect(text).toMatch(/age: \{type: integer, nulls: \{max: \d+%\}\} # \d+ missing in 1,600 rows; 98 % between 18 and 77/)
    expect(text).toContain('rows: {min: 200, on: [train, test]}')
  })

  it('a contract of one file is kept by other files of the same source, rare labels and holes and all', async () => {
    using folder = makeFolder({ 'data/train.csv': people(1, 600) })
    await folder.init({ target: 'left', name: 'churn' })
    const files = [2, 3, 4].map((seed) => people(seed, 200))
    folder.write({ 'data/validation.csv': files[0] ?? '', 'data/test.csv': files[1] ?? '', 'data/current.csv': files[2] ?? '' })
    const more = 'train: data/train.csv\n      validation: data/validation.csv\n      test: data/test.csv\n      current: data/current.csv'
    folder.write({ 'modelgate.yml': folder.read().replace(/train: data\/train\.csv/, more) })
    const [result] = await folder.validate()
    expect(result?.checks.filter(({ effect }) => effect !== 'pass' && effect !== 'skipped').map(({ message }) => message)).toEqual([])
  })

  it('what was seen is that of all files, as the number of rows beside it is', async () => {
    const file = (kinds: readonly string[], from: number, flag: (i: number) => number, rare = 0) =>
      `kind,amount,flag,y\n${Array.from({ length: 1000 }, (_, i) => [i < rare ? 'odd' : kinds[i % kinds.length], from + ((i * 37) % 997) / 10, flag(i), i % 2].join(',')).join('\n')}\n`
    using folder = makeFolder({ 'train.csv': file(['a', 'b'], 0, () => 1), 'test.csv': file(['a', 'b', 'c'], 500, (i) => i % 2) })
    await folder.init({ target: 'y' })
    expect(folder.read()).toMatch(/ kind: .* # 0 missing in 2,000 rows; 3 distinct values\n/)
    expect(folder.read()).toMatch(/ amount: .* # 0 missing in 2,000 rows; 98 % between \S+ and [56]\d\d\n/)
    expect(folder.read()).toMatch(/ flag: .* # 0 missing in 2,000 rows; at least 2 distinct values\n/)
    using rarely = makeFolder({ 'train.csv': file(['a', 'b'], 0, () => 1), 'test.csv': file(['a', 'b', 'c'], 500, (i) => i % 2, 2) })
    await rarely.init({ target: 'y' })
    expect(rarely.read()).toMatch(
      / kind: .* # 0 missing in 2,000 rows; at least 4 distinct values; those of fewer than 5 rows are not listed\n/,
    )
  })

  it('leaves what it cannot know open, and says so', async () => {
    using folder = churn()
    const outcome = await folder.init()
    expect(outcome.target).toBeNull()
    expect(outcome.open.map(({ line }) => line)).toContain('target: COLUMN')
    expect(folder.read()).toMatch(/^ +# target: COLUMN # which column is the answer/m)
  })

  it('takes the column that current data do not have for the target', async () => {
    using folder = churn()
    const unlabelled = people(3, 300)
      .split('\n')
      .map((line) => line.slice(0, Math.max(0, line.lastIndexOf(','))))
      .join('\n')
    folder.write({ 'data/current.csv': unlabelled })
    const outcome = await folder.init()
    expect(outcome.target).toEqual({ column: 'left', because: 'the only column that the current data do not have' })
    expect(folder.read()).toMatch(/left: \{.*on: \[train, test\]\}/)
    expect(await verdicts(folder)).toEqual(['pass'])
  })

  it('takes one file for training data, and says that it must be split', async () => {
    using folder = makeFolder({ 'people.csv': people(1, 500) })
    const outcome = await folder.init()
    expect(outcome.data).toMatchObject([{ role: 'train', paths: ['people.csv'] }])
    expect(outcome.notes.join()).toContain('split the file into train and test')
    expect(outcome.open.map(({ line }) => line)).toContain('test: FILE')
  })

  it('warns that rows of the test data are in train, as validate will', async () => {
    using folder = makeFolder({ 'train.csv': people(1, 500), 'test.csv': people(1, 500) })
    const outcome = await folder.init({ target: 'left' })
    expect(outcome.notes.join()).toContain('500 of 500 rows (100 %) are also in train')
    expect(parse(folder.read()).models[0]?.data.id).toBeNull()
  })

  it('reads JSON lines, types that differ between files, nested and empty columns', async () => {
    const rows = (from: number, extra: (i: number) => object) =>
      Array.from({ length: 60 }, (_, i) => JSON.stringify({ n: i, empty: null, list: [i], label: i % 2, ...extra(i + from) })).join('\n')
    using folder = makeFolder({ 'train.jsonl': rows(0, (i) => ({ mix: i })), 'test.jsonl': rows(1, (i) => ({ mix: `a${i}`, only: i })) })
    await folder.init()
    expect(folder.read()).toMatch(/mix: \{nulls: \{max: \d+%\}\} # .*integer in train, string in test/)
    expect(folder.read()).toMatch(/only: \{type: integer, .*on: \[test\]\}/)
    expect(await verdicts(folder)).toEqual(['pass'])
  })
})

describe('init and a model', () => {
  it('meets inputs with columns by name, finds the target, and says what evaluate would do', async () => {
    using folder = churn()
    folder.write({ 'models/churn.onnx': linear('age', 'usage', 'balance') })
    const outcome = await folder.init({ target: 'left' })
    expect(outcome.model).toEqual({ name: 'churn', path: 'models/churn.onnx' })
    expect(outcome.evaluate).toContain("feed 3 columns of the test data to models/churn.onnx, read scores from 'score', and judge roc_auc")
    expect(parse(folder.read()).models[0]?.train).toBeNull()
  })

  it('never guesses the order of a matrix', async () => {
    using folder = churn()
    folder.write({ 'model.onnx': matrix() })
    const outcome = await folder.init({ target: 'left' })
    expect(outcome.open.map(({ line }) => line)).toEqual(['features: [COLUMN, COLUMN]'])
    expect(parse(folder.read()).models[0]?.data.features).toBeNull()
  })

  it('takes the order that the file says', async () => {
    using folder = churn()
    folder.write({ 'model.onnx': matrix(['usage', 'age']) })
    await folder.init({ target: 'left' })
    expect(parse(folder.read()).models[0]?.data.features).toEqual(['usage', 'age'])
  })

  it('is told when the data lack an input', async () => {
    using folder = churn()
    folder.write({ 'model.onnx': linear('age', 'height') })
    const outcome = await folder.init({ target: 'left' })
    expect(outcome.open.map(({ why }) => why).join()).toContain("wants columns that the data does not have: 'height'")
  })
})

describe('PII-01 PII-03 init writes nothing of a person', () => {
  it('no text of a sensitive column, no label of fewer than five rows, no extreme', async () => {
    using folder = churn()
    const outcome = await folder.init({ target: 'left' })
    const said = folder.read() + JSON.stringify(outcome)
    expect(said).not.toMatch(/canary/i)
    expect(said).toContain('north')
    const balances = (folder.read('data/train.csv') + folder.read('data/test.csv'))
      .split('\n')
      .map((line) => Number(line.split(',')[5]))
      .filter(Number.isFinite)
    for (const extreme of [Math.min(...balances), Math.max(...balances)]) expect(said).not.toContain(String(extreme))
  })

  it('names like phone are sensitive, names like phone_service with yes and no are not', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => `${1e9 + i * 37},${i % 2 ? 'yes' : 'no'},${i % 7}`)
    using folder = makeFolder({ 'train.csv': `home_phone,phone_service,n\n${rows.join('\n')}\n` })
    expect((await folder.init()).sensitive).toEqual(['home_phone'])
  })
})

describe('init and a config that is there', () => {
  const written = `# mine
models:
    churn:          # a comment of mine
        model:   model.onnx
        data: {train: data/train.csv, test: data/test.csv, target: left, positive: 'yes'}
        expect:
            columns:
                age: {min: 18}   # nobody is younger
`

  it('adds columns and leaves every byte that stood there', async () => {
    using folder = churn()
    folder.write({ 'modelgate.yml': written })
    const outcome = await folder.init()
    const text = folder.read()
    expect(outcome.written).toBe('extended')
    expect(text.startsWith(written.slice(0, written.indexOf('        data:')))).toBe(true)
    for (const line of written.split('\n').filter((one) => !one.includes('data:'))) expect(text).toContain(line)
    expect(text).toContain("target: left, positive: 'yes', sensitive: [email]}")
    expect(outcome.changes).toContain('= expect.columns.age stays as it is; init would write type integer, nulls {max:10%}')
    expect(await verdicts(folder)).toEqual(['pass'])
  })

  it('a list of labels is a target that is written: nothing is guessed beside it', async () => {
    const flags = (seed: number, rows: number) =>
      people(seed, rows)
        .split('\n')
        .map((line, i) => (line === '' ? line : `${line},${i === 0 ? 'calls,visits' : `${i % 2},${i % 3 === 0 ? 1 : 0}`}`))
        .join('\n')
    using folder = makeFolder({ 'data/train.csv': flags(1, 1200), 'data/test.csv': flags(2, 400) })
    folder.write({
      'modelgate.yml':
        'models:\n  m:\n    model: m.onnx\n    data: {train: data/train.csv, test: data/test.csv, target: [calls, visits], sensitive: [email]}\n',
    })
    const outcome = await folder.init()
    expect(outcome).toMatchObject({ written: 'extended', task: 'multilabel', target: { column: 'calls, visits' } })
    expect(outcome.changes.filter((change) => change.startsWith('+ data.'))).toEqual([])
    expect(folder.read()).toContain('target: [calls, visits], sensitive: [email]')
  })

  it('run twice changes nothing', async () => {
    using folder = churn()
    await folder.init({ target: 'left' })
    const text = folder.read()
    expect(await folder.init()).toMatchObject({ written: 'unchanged' })
    expect(folder.read()).toBe(text)
  })

  it('says of files and of a model that are named and are not those of the config that they are not taken', async () => {
    using folder = churn()
    folder.write({ 'modelgate.yml': written })
    const { changes } = await folder.init({ data: ['train=other.csv', 'test=data/test.csv'], modelFile: 'other.onnx' })
    expect(changes.filter((change) => change.includes('stays '))).toEqual([
      '= data.train stays data/train.csv',
      '= model stays model.onnx',
      expect.stringContaining('expect.columns.age stays'),
    ])
  })

  it('a new name becomes a new model beside the others', async () => {
    using folder = churn()
    folder.write({ 'modelgate.yml': written })
    await folder.init({ name: 'second', target: 'left' })
    expect(folder.read().startsWith(written)).toBe(true)
    expect(parse(folder.read()).models.map(({ name }) => name)).toEqual(['churn', 'second'])
  })

  it('asks which model is meant', async () => {
    using folder = churn()
    folder.write({ 'modelgate.yml': 'models: {a: {model: a.onnx}, b: {model: b.onnx}}\n' })
    await expect(folder.init()).rejects.toMatchObject({ code: 'NAME_NEEDED' })
  })

  it('what another model shares by an alias is not changed with it', async () => {
    using folder = churn()
    const shared = `models:
  a: {model: a.onnx, data: &d {train: data/train.csv, test: data/test.csv}, expect: &e {columns: {age: {min: 0}}}}
  b: {model: b.onnx, data: *d, expect: *e}
`
    folder.write({ 'modelgate.yml': shared })
    await expect(folder.init({ name: 'a' })).rejects.toMatchObject({ code: 'CONFIG_NOT_EXTENDED' })
    expect(folder.read()).toBe(shared)
  })

  it.each([
    ['broken YAML', 'models: {a: ['],
    ['an unknown key', 'models: {a: {model: a.onnx, dta: {}}}\n'],
  ])('with %s is an error, and untouched', async (_, text) => {
    using folder = churn()
    folder.write({ 'modelgate.yml': text })
    await expect(folder.init()).rejects.toMatchObject({ name: 'UserError' })
    expect(folder.read()).toBe(text)
  })
})

describe('init and bad input', () => {
  it.each([
    ['no data', {}, {}, 'DATA_NOT_FOUND'],
    ['data that are not there', {}, { data: ['train=no.csv'] }, 'DATA_MISSING'],
    ['a folder', { 'train/x.csv': 'a\n1\n' }, { data: ['train'] }, 'NOT_A_FILE'],
    ['an empty file', { 'train.csv': '' }, {}, 'DATA_EMPTY'],
    ['a cut Parquet file', { 'train.parquet': 'PAR1 and no more' }, {}, 'DATA_UNREADABLE'],
    ['two files that say nothing', { 'a.csv': 'a\n1\n', 'b.csv': 'a\n1\n' }, {}, 'ROLE_UNKNOWN'],
    ['two files of one role', { 'train.csv': 'a\n1\n', 'data/train.csv': 'a\n1\n' }, {}, 'ROLE_AMBIGUOUS'],
    ['a target that is not there', { 'train.csv': 'age,n\n1,2\n' }, { target: 'aeg' }, 'TARGET_MISSING'],
    ['a name that is no name', { 'train.csv': 'a\n1\n' }, { name: '../x' }, 'INVALID_NAME'],
    [
      'a pickle',
      { 'train.csv': 'a\n1\n', 'm.onnx': Uint8Array.of(0x80, 4, 0x95, 0, 0, 0, 0, 0, 0, 0, 0, 0x2e) },
      {},
      'MODEL_UNSAFE_FORMAT',
    ],
    ['two models', { 'train.csv': 'a\n1\n', 'm.onnx': 'x', 'n.onnx': 'x' }, {}, 'MODEL_AMBIGUOUS'],
  ])('%s is an error with its code, and writes nothing', async (_, files, options, code) => {
    using folder = makeFolder(files)
    await expect(folder.init(options)).rejects.toMatchObject({ code })
    expect(existsSync(join(folder.path, 'modelgate.yml'))).toBe(false)
  })

  it('writes no file but the config: no result, no left-over', async () => {
    using folder = churn()
    mkdirSync(join(folder.path, 'empty'))
    await folder.init()
    expect(readdirSync(folder.path).sort()).toEqual(['data', 'empty', 'modelgate.yml'])
  })
})

describe('init --workflow', () => {
  it('writes the workflow once, and never over another', async () => {
    using folder = churn()
    expect((await folder.init({ workflow: true })).workflow).toEqual({ path: '.github/workflows/modelgate.yml', written: true })
    folder.write({ '.github/workflows/modelgate.yml': 'mine' })
    expect((await folder.init({ workflow: true })).workflow?.written).toBe(false)
    expect(folder.read('.github/workflows/modelgate.yml')).toBe('mine')
  })
})

describe('DAT-01 whatever columns and labels are called', () => {
  it('what init writes parses to them, and validate passes', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).filter((one) => one.isWellFormed() && !one.includes('\0')),
      fc.constantFrom(
        'null',
        'true',
        '1',
        '~',
        '- a',
        'a: b',
        '#x',
        '{',
        '::error::',
        "it's",
        '"',
        '<<',
        '=',
        '\u202e',
        '\u0085',
        'ü',
        'a\nb',
      ),
    )
    const names = fc.uniqueArray(text, { minLength: 12, maxLength: 12, selector: (name) => name.toLowerCase() })
    await fc.assert(
      fc.asyncProperty(names, fc.array(text, { minLength: 12, maxLength: 12 }), async (columns, labels) => {
        const rows = Array.from({ length: 120 }, (_, i) =>
          JSON.stringify(Object.fromEntries(columns.map((name, at) => [name, i % 2 === 0 ? `x${labels[at]}` : 'other']))),
        )
        using folder = makeFolder({ 'train.jsonl': rows.join('\n') })
        await folder.init()
        const [model] = parse(folder.read()).models
        for (const [at, name] of columns.entries()) {
          const listed = model?.expect.find((one) => one.column === name && one.check === 'in')
          if (!model?.data.sensitive.includes(name)) expect(listed?.params.values).toEqual(['other', `x${labels[at]}`])
        }
        expect(await verdicts(folder)).toEqual(['pass'])
      }),
      { numRuns: 3, seed: 7 },
    )
  })
})
