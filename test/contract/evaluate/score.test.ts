/** `score: {run: …}`: real commands, which are Node scripts, answer for models that are text files. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import type { StageResult } from '../../../src/core/schema/result.ts'
import { logistic } from '../../support/onnx-models.ts'
import { numbers } from '../../support/project.ts'
import { type Bench, makeBench, outcome } from './support.ts'

let bench: Bench
beforeEach(() => {
  bench = makeBench()
})
afterEach(() => bench.close())

const node = JSON.stringify(process.execPath)

/** id, x, kind, w, late: `late` follows x with noise */
function data(rows = 400): string {
  const next = numbers(7)
  const lines = ['id,x,kind,w,late']
  for (let i = 0; i < rows; i += 1) {
    const x = next() * 4 - 2
    lines.push(`r${i},${x.toFixed(3)},${i % 3 === 0 ? 'red' : 'blue'},1,${x + (next() - 0.5) * 3 > 0 ? 1 : 0}`)
  }
  return `${lines.join('\n')}\n`
}

/**
 * Reads $MODEL {w, b} and $DATA, and answers with a logistic function of x; `answer` makes the lines that are written.
 * @param answer JavaScript over `rows` ({id, x, kind, p}), giving the text of $OUT
 */
const scorer = (answer: string, before = ''): string => `
import { readFileSync, writeFileSync } from 'node:fs'
const [model, data, out] = process.argv.slice(2)
const { w, b } = JSON.parse(readFileSync(model, 'utf8'))
const [head, ...lines] = readFileSync(data, 'utf8').trim().split('\\n')
const names = head.split(',')
const rows = lines.map((line) => {
  const row = Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell]))
  return { ...row, p: 1 / (1 + Math.exp(-(w * Number(row.x) + b))) }
})
${before}
const text = ((rows) => ${answer})(rows)
if (text !== null) writeFileSync(out, text)
`
const plain = "'probability\\n' + rows.map((row) => row.p).join('\\n') + '\\n'"

const config = (
  more: {
    readonly metrics?: string
    readonly baseline?: string
    readonly score?: string
    readonly task?: string
    readonly data?: string
  } = {},
) => `models:
  m:
    task: ${more.task ?? 'binary'}
    model: m.txt
    format: opaque
    data: {test: test.csv, target: late, id: id, weight: w${more.data ?? ''}}
    score: ${more.score ?? `{run: '${node} score.mjs $MODEL $DATA $OUT'}`}
    baseline: [${more.baseline ?? ''}]
    evaluate: {metrics: ${more.metrics ?? '{roc_auc: {min: 0.7}}'}}
`

const levels = (result: StageResult) =>
  Object.fromEntries(evaluateDetails.parse(result.details).metrics.map(({ name, candidate }) => [name, candidate.value]))

function prepare(answer = plain, before = ''): void {
  bench.write('m.txt', '{"w": 2, "b": 0}')
  bench.write('test.csv', data())
  bench.write('score.mjs', scorer(answer, before))
}

describe('a command that scores', () => {
  it('answers as the same function in our own runtime does, metric by metric', async () => {
    prepare()
    bench.write('m.onnx', logistic([2], 0))
    const metrics = '{roc_auc: {min: 0.7}, log_loss: {max: 0.7}, f1: {min: 0.5}}'
    const own = await bench.evaluate(
      config({ metrics })
        .replace('model: m.txt', 'model: m.onnx')
        .replace('    format: opaque\n', '')
        .replace(/ {4}score:.*\n/, '')
        .replace('weight: w', 'weight: w, features: [x]'),
    )
    const asked = await bench.evaluate(config({ metrics }))
    expect(outcome(own)).toBe(outcome(asked))
    const [a, b] = [levels(own), levels(asked)]
    expect(Object.keys(b)).toEqual(Object.keys(a))
    for (const [name, value] of Object.entries(a)) expect(b[name], name).toBeCloseTo(value ?? Number.NaN, 5)
    const { scored } = evaluateDetails.parse(asked.details)
    expect(scored).toMatchObject({ by: 'command', inspected: false })
    expect(asked.inputs.find(({ role }) => role === 'model')).toMatchObject({ path: 'm.txt', bytes: 16 })
  })

  it('sees neither target nor weight, and no variable that is not on the list', async () => {
    prepare(plain, "writeFileSync('seen.json', JSON.stringify({ names, env: Object.keys(process.env).sort() }))")
    expect(outcome(await bench.evaluate(config({ baseline: '' })))).toBe('warn')
    const seen: unknown = JSON.parse(bench.read('seen.json'))
    expect(seen).toEqual({ names: ['id', 'x', 'kind'], env: ['DATA', 'MODEL', 'OUT', 'PYTHONUNBUFFERED'] })
  })

  it('scores the baseline from its own bytes: a worse candidate fails', async () => {
    prepare()
    bench.write('m.txt', '{"w": -2, "b": 0}')
    bench.write('base.txt', '{"w": 2, "b": 0}')
    const result = await bench.evaluate(config({ baseline: 'base.txt', metrics: '{roc_auc: {max_drop: 1pp}}' }))
    expect(outcome(result)).toBe('fail')
    const check = result.checks.find(({ id }) => id === 'evaluate.max_drop:roc_auc')
    expect(check?.status).toBe('fail')
    expect((check?.observed ?? 1) + (check?.baseline ?? 1)).toBeCloseTo(1, 9)
  })

  it.each([
    ['the order of the rows, as JSON lines', "rows.map((row) => JSON.stringify({ probability: row.p })).join('\\n') + '\\n'"],
    ['ids in another order', "'id,probability\\n' + [...rows].reverse().map((row) => row.id + ',' + row.p).join('\\n')"],
    ['a column for each class', "'probability_1,probability_0\\n' + rows.map((row) => row.p + ',' + (1 - row.p)).join('\\n')"],
    ['a score of any scale, of which the order is read', "'score\\n' + rows.map((row) => 100 * row.p - 7).join('\\n')"],
  ])('may answer with %s', async (_, answer) => {
    prepare()
    const straight = levels(await bench.evaluate(config())).roc_auc
    bench.write('score.mjs', scorer(answer))
    const result = await bench.evaluate(config())
    expect(outcome(result)).toBe('warn')
    expect(levels(result).roc_auc).toBe(straight)
  })

  it.each([
    [
      'fewer rows',
      "'probability\\n' + rows.slice(1).map((row) => row.p).join('\\n')",
      'PREDICTIONS_ROWS',
      'has 399 rows for 400 rows of data',
    ],
    [
      'an id that nobody asked about',
      "'id,probability\\n' + [...rows, { id: 'zz', p: 0.5 }].map((row) => row.id + ',' + row.p).join('\\n')",
      'PREDICTIONS_ROWS',
      "has 1 row whose 'id' the data does not have",
    ],
    [
      'an id that is missing',
      "'id,probability\\n' + rows.slice(2).map((row) => row.id + ',' + row.p).join('\\n')",
      'PREDICTIONS_ROWS',
      'answers 398 of 400 rows of data: 2 ids are missing',
    ],
    [
      'an id twice',
      "'id,probability\\n' + [...rows, rows[0]].map((row) => row.id + ',' + row.p).join('\\n')",
      'IDS_REPEATED',
      'names a row again in 1 of 401 rows',
    ],
    [
      'NaN',
      "'probability\\n' + rows.map((row, i) => (i < 3 ? 'nan' : row.p)).join('\\n')",
      'MODEL_NAN',
      "'probability' of $OUT of the scoring command (m.txt) is missing, NaN or infinite in 3 of 400 rows",
    ],
    [
      'what is no probability',
      "'probability\\n' + rows.map((row, i) => (i < 5 ? 1.5 : row.p)).join('\\n')",
      'SCORES_OUTSIDE',
      'lies outside [0, 1] in 5 of 400 rows',
    ],
    [
      'probabilities of two classes that are not one',
      "'probability_0,probability_1\\n' + rows.map((row) => row.p + ',' + row.p).join('\\n')",
      'PROBABILITIES_NOT_ONE',
      'do not add up to 1',
    ],
    [
      'a label that there is not',
      "'prediction\\n' + rows.map((row, i) => (i < 4 ? 'maybe' : row.p > 0.5 ? '1' : '0')).join('\\n')",
      'LABEL_UNSEEN',
      "m.txt answers with a label that 'late' does not have in 4 of 400 rows",
    ],
    ['text for numbers', "'probability\\n' + rows.map((row) => 'p' + row.p).join('\\n')", 'PREDICTIONS_COLUMNS', 'and numbers are needed'],
    [
      'columns of another name',
      "'p\\n' + rows.map((row) => row.p).join('\\n')",
      'PREDICTIONS_COLUMNS',
      'has no column that answers a binary task',
    ],
    ['nothing', 'null', 'PREDICTIONS_MISSING', 'left no file at $OUT'],
  ])('that answers with %s is one sentence', async (_, answer, code, says) => {
    prepare(answer)
    const result = await bench.evaluate(config({ metrics: '{accuracy: {}}' }))
    expect(result.verdict).toBe('error')
    expect(result.checks[0]?.message).toContain(code)
    expect(outcome(result)).toContain(says)
    expect(outcome(result)).not.toMatch(/maybe|zz/)
  })

  it('a baseline that answers with other labels is not comparable, and the candidate is none the worse for it', async () => {
    prepare("'prediction\\n' + rows.map((row) => (row.p > 0.5 ? '1' : w > 5 ? 'other' : '0')).join('\\n')")
    bench.write('base.txt', '{"w": 9, "b": 0}')
    const result = await bench.evaluate(config({ baseline: 'base.txt', metrics: '{accuracy: {min: 0.5}}' }))
    const check = result.checks.find(({ id }) => id === 'evaluate.max_drop:accuracy')
    expect(check).toMatchObject({ status: 'not-comparable', effect: 'warn' })
    expect(check?.message).toContain('labels differ: the baseline base.txt answers with a label')
    expect(result.checks.find(({ id }) => id === 'evaluate.min:accuracy')?.status).toBe('pass')
  })

  it('that fails, takes too long, is not there, writes our results or changes the model is an error', async () => {
    prepare()
    bench.write('exit.mjs', 'process.exit(3)')
    const run = (words: string, more = '') => bench.evaluate(config({ score: `{run: '${node} ${words}'${more}}` }))
    expect(outcome(await run('exit.mjs'))).toContain('the scoring command')
    expect(outcome(await run('exit.mjs'))).toContain('ended with exit code 3')
    bench.write('wait.mjs', 'setTimeout(() => {}, 60_000)')
    expect(outcome(await run('wait.mjs', ', timeout: 500ms'))).toContain('COMMAND_TIMEOUT')
    expect(outcome(await bench.evaluate(config({ score: '{run: no-such-program-anywhere}' })))).toContain('COMMAND_NOT_FOUND')
    bench.write('score.mjs', scorer(plain, "writeFileSync('.modelgate/m/drift.json', '{}')"))
    expect(outcome(await bench.evaluate(config()))).toContain('RESULTS_CHANGED')
    bench.write('score.mjs', scorer(plain, "writeFileSync(model, '{}')"))
    expect(outcome(await bench.evaluate(config()))).toContain('MODEL_CHANGED')
  })

  it('CMD-01 what it prints is told to whoever shows it, line by line', async () => {
    prepare(plain, "console.log('::error::forged')")
    await bench.evaluate(config())
    expect(bench.said).toContain('::error::forged')
  })

  it('fills its variables in where no shell does, and leaves them to a shell that was asked for', async () => {
    prepare()
    const script = config({ score: `{run: '${process.execPath} score.mjs "$MODEL" "$DATA" "$OUT"', shell: bash}` })
    expect(outcome(await bench.evaluate(script))).toBe('warn')
    const list = config({ score: `{run: [${node}, score.mjs, '\${MODEL}', $DATA, $OUT]}` })
    expect(outcome(await bench.evaluate(list))).toBe('warn')
  })

  it('DAT-11 gets no CSV with what a spreadsheet would run, and the same rows as Parquet', async () => {
    prepare()
    bench.write('test.csv', data().replace(',blue,', ',=cmd(),'))
    expect(outcome(await bench.evaluate(config()))).toContain(
      "'kind' of test.csv begins with =, +, -, @, a tab or a return in 1 of 400 rows",
    )
    bench.write(
      'first.mjs',
      "import { readFileSync, writeFileSync } from 'node:fs'\nconst [data, out] = process.argv.slice(2)\nwriteFileSync('head.txt', readFileSync(data).subarray(0, 4))\nwriteFileSync(out, 'score\\n' + Array.from({ length: 400 }, (_, i) => i).join('\\n'))",
    )
    expect(
      outcome(
        await bench.evaluate(config({ score: `{run: '${node} first.mjs $DATA $OUT', format: parquet}`, metrics: '{roc_auc: {min: 0}}' })),
      ),
    ).not.toContain('COLUMN_UNFIT')
    expect(bench.read('head.txt')).toBe('PAR1')
  })

  it.each([
    ['=cmd()', '=cmd()'],
    ['+1', '+1'],
    ['-1', '-1x'],
    ['@SUM(1)', '@SUM(1)'],
    ['a tab', '"\tx"'],
    ['a return', '"\rx"'],
    ['a line feed', '"\nx"'],
    ['a wide equals sign', '＝1+1'],
  ])('DAT-11 refuses a cell that begins with %s', async (_, cell) => {
    prepare()
    bench.write('test.csv', data().replace(',blue,', `,${cell},`))
    expect(outcome(await bench.evaluate(config()))).toContain(
      "'kind' of test.csv begins with =, +, -, @, a tab or a return in 1 of 400 rows",
    )
  })

  it('DAT-11 refuses such a name of a column, and asks rightly of a name that a replacement would read', async () => {
    prepare()
    bench.write('test.csv', data().replace('kind', '=kind'))
    expect(outcome(await bench.evaluate(config()))).toContain("the name '=kind' of test.csv begins with =, +, -, @, a tab or a return")
    bench.write(
      'test.csv',
      data()
        .replace('kind', () => "a$'b")
        .replace(',blue,', ',=1,'),
    )
    expect(outcome(await bench.evaluate(config()))).toContain('of test.csv begins with =, +, -, @, a tab or a return in 1 of 400 rows')
  })
})

describe('other tasks', () => {
  const answering = (task: string, target: (i: number) => string, answer: string, metrics: string) => {
    const lines = Array.from({ length: 300 }, (_, i) => `r${i},${(i % 29) / 10},q${i % 20},1,${target(i)}`)
    bench.write('m.txt', '{"w": 1, "b": 0}')
    bench.write('test.csv', `id,x,kind,w,late\n${lines.join('\n')}\n`)
    bench.write('score.mjs', scorer(answer))
    return bench.evaluate(config({ task, metrics, data: task === 'ranking' ? ', group: kind' : '' }))
  }

  it('a regression is answered with prediction', async () => {
    const result = await answering(
      'regression',
      (i) => `${(i % 29) / 10 + (i % 2)}`,
      "'prediction\\n' + rows.map((row) => Number(row.x) + 0.5).join('\\n')",
      '{mae: {max: 0.6}}',
    )
    expect(levels(result).mae).toBeCloseTo(0.5, 12)
  })

  it('numbers of which no error can be computed are one sentence, of the model and of the truth', async () => {
    const answer = (said: string) => `'prediction\\n' + rows.map((row, i) => (i < 3 ? ${said} : row.x)).join('\\n')`
    const astray = await answering('regression', (i) => `${i}.5`, answer('-1e200'), '{mse: {}}')
    expect(outcome(astray)).toContain('MODEL_NAN: m.txt gives a number beyond ±1e+40 in 3 of 300 rows')
    const wrong = await answering('regression', (i) => (i < 2 ? '1e60' : `${i}.5`), answer('1'), '{mse: {}}')
    expect(outcome(wrong)).toContain("TASK_UNSUITED: 'late' of test.csv is beyond ±1e+40 in 2 of 300 rows")
  })

  it('several classes are answered with labels, or a probability of each', async () => {
    const kinds = ['a', 'b', 'c']
    const truth = (i: number) => kinds[(i % 29) % 3] ?? 'a'
    const labels = "'prediction\\n' + rows.map((row) => 'abc'[Math.round(row.x * 10) % 3]).join('\\n')"
    const first = await answering('multiclass', truth, labels, '{accuracy: {min: 0.9}}')
    expect(levels(first).accuracy).toBe(1)
    const each =
      "'probability_c,probability_a,probability_b\\n' + rows.map((row) => [2, 0, 1].map((k) => (Math.round(row.x * 10) % 3 === k ? 0.8 : 0.1)).join(',')).join('\\n')"
    const second = await answering('multiclass', truth, each, '{log_loss: {max: 1}}')
    expect(levels(second).log_loss).toBeCloseTo(-Math.log(0.8), 9)
    const two = await answering(
      'multiclass',
      truth,
      "'probability_a,probability_b\\n' + rows.map(() => '0.5,0.5').join('\\n')",
      '{accuracy: {}}',
    )
    expect(outcome(two)).toContain('LABEL_UNSEEN')
  })

  it('a ranking is answered with score', async () => {
    const result = await answering(
      'ranking',
      (i) => `${i % 3}`,
      "'score\\n' + rows.map((row, i) => i % 3).join('\\n')",
      '{ndcg: {min: 0.9}}',
    )
    expect(levels(result).ndcg).toBe(1)
  })

  it('several labels a row are answered with a probability of each, the quantiles of a forecast with one of each level', async () => {
    bench.write('m.txt', '{"w": 1, "b": 0}')
    const lines = Array.from(
      { length: 200 },
      (_, i) => `r${i},${(i % 29) / 10},2001-01-${String((i % 28) + 1).padStart(2, '0')},1,${i % 2},${i % 3 === 0 ? 1 : 0}`,
    )
    bench.write('test.csv', `id,x,day,w,late,lost\n${lines.join('\n')}\n`)
    bench.write(
      'score.mjs',
      scorer(
        "'probability_lost,probability_late\\n' + rows.map((row, i) => (i % 3 === 0 ? 0.9 : 0.1) + ',' + (i % 2 === 1 ? 0.8 : 0.3)).join('\\n')",
        "if (names.includes('lost')) throw new Error('seen')",
      ),
    )
    const several = config({ task: 'multilabel', metrics: '{subset_accuracy: {min: 0.5}}' }).replace('target: late', 'target: [late, lost]')
    expect(levels(await bench.evaluate(several)).subset_accuracy).toBe(1)
    bench.write(
      'score.mjs',
      scorer("'quantile_0.9,quantile_0.1,quantile_0.5\\n' + rows.map((row, i) => [1.5, -0.5, i % 2].join(',')).join('\\n')"),
    )
    const forecast = config({ task: 'forecasting', metrics: '{mae: {max: 1}, interval_coverage: {}}', data: ', time: day' }).replace(
      'evaluate: {',
      'evaluate: {quantiles: [0.1, 0.5, 0.9], ',
    )
    const result = await bench.evaluate(forecast)
    expect(levels(result)).toMatchObject({ mae: 0, interval_coverage: 1 })
  })
})
