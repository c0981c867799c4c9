import { describe, expect, it } from 'vitest'
import { fillIn, splitCommand } from '../../../src/core/schema/command-line.ts'
import { model as one, problems, whole } from './support.ts'

const data = 'data: {test: t.csv, target: y}\n'

describe('score', () => {
  it('is a command, with its variables kept for whoever runs it', () => {
    const { score, format } = one(
      `${data}format: opaque\nscore: {run: 'python score.py "$MODEL" \${DATA} $OUT', env: [AWS_*], timeout: 10m}`,
    )
    expect(format).toBe('opaque')
    expect(score).toEqual({
      kind: 'run',
      format: null,
      command: {
        kind: 'run',
        argv: ['python', 'score.py', '$MODEL', `$${'{DATA}'}`, '$OUT'],
        shell: null,
        inputs: [],
        env: ['AWS_*'],
        timeoutMs: 600_000,
      },
    })
  })

  it('or a source of answers', () => {
    expect(one('score: {predictions: {path: a.csv, format: csv}}').score).toEqual({
      kind: 'predictions',
      source: { kind: 'files', paths: ['a.csv'], format: 'csv', sha256: null },
    })
  })

  it.each([
    [
      'score: {run: x, predictions: a.csv}',
      'write either run: a command, or predictions: a file of answers, or metrics_file: a file of numbers',
    ],
    ['score: {}', 'write either run: a command, or predictions: a file of answers, or metrics_file: a file of numbers'],
    ['score: {run: x, metrics_file: e.json}', 'write either run: a command'],
    [
      'task: custom\nscore: {metrics_file: e.json, env: [A]}\nevaluate: {metrics: {bleu: {direction: higher}}}',
      'env belongs to run, not to metrics_file',
    ],
    ['score: {predictions: a.csv, timeout: 1m}', 'timeout belongs to run, not to predictions'],
    ['score: {predictions: {profile: p.json}}', 'a profile holds none'],
    ['score: {run: "python score.py $HOME"}', '$ needs a shell'],
    ['score: {run: "python score.py $MODELS"}', '$ needs a shell'],
    ['score: {run: x, format: jsonl}', 'Allowed: csv, parquet'],
    ['train: {run: "python train.py $MODEL"}', '$ needs a shell'],
    [`${data}format: opaque`, 'An opaque model is never loaded by Modelgate: write score'],
    ['score: {run: x}\nevaluate: {metrics: {latency_p95: {max: 5ms}}}', 'A latency is timed in our own runtime'],
    ['evaluate: {metrics: {roc_auc: {confirm: 3}}}', 'confirm repeats a noisy measurement: a latency, or what score: {run: …} answers'],
    ['score: {predictions: a.csv}\nevaluate: {metrics: {roc_auc: {confirm: 3}}}', 'confirm repeats a noisy measurement'],
    ['evaluate: {metrics: {model_size: {confirm: 3}}}', 'a size is the same every time'],
    ['score: {run: x}\nevaluate: {slices: {by: [a], metrics: {roc_auc: {confirm: 3}}}}', 'Slices are measured again with the metrics'],
    [
      'data: {train: t.csv, target: y}\nscore: {predictions: a.csv}\nevaluate: {threshold: {on: train, maximize: f1}}',
      'score.predictions has answers for data.test alone',
    ],
    [`${data}baseline: {predictions: k.csv}`, 'Nothing says which row each answer is of: write data.id.'],
    ['data: {test: t.csv, target: y, id: i}\nbaseline: {predictions: {profile: p.json}}', 'Rows are needed here'],
    [
      'task: custom\nscore: {metrics_file: e.json}\nevaluate: {metrics: {bleu: {direction: higher}}}\nbaseline: {predictions: k.csv}',
      'A custom task has numbers alone',
    ],
    [
      'data: {train: t.csv, test: u.csv, target: y, id: i}\nbaseline: {predictions: k.csv}\nevaluate: {threshold: {on: train, maximize: f1}}',
      'These are answers to data.test alone',
    ],
    ['evaluate: {parity: {predictions: {profile: p.json}}}', 'Rows are needed here'],
    ['evaluate: {parity: {predictions: a.csv, max_difference: -1}}', 'expected a number of at least 0'],
    ['evaluate: {parity: {predictions: a.csv, min_agreement: 120%}}', 'expected a share between 0 and 1'],
  ])('GATE-02 what does not fit is one sentence: %s', (text, says) => {
    const found = problems(whole(text))
    expect(found).toHaveLength(1)
    expect(found[0]?.toLowerCase()).toContain(says.toLowerCase())
  })

  it('of a custom task is a file of numbers, whose directions are of the config', () => {
    const custom = one(
      'task: custom\nscore: {metrics_file: out/eval.json}\nevaluate: {metrics: {bleu: {direction: higher, min: 30, max_drop: 1.5}}}',
    )
    expect(custom.score).toEqual({ kind: 'metrics_file', path: 'out/eval.json' })
    expect(custom.evaluate.metrics).toEqual([
      {
        name: 'bleu',
        metric: 'bleu',
        params: {},
        certainty: 'literal',
        direction: 'higher',
        min: { fail: 30 },
        maxDrop: { fail: { kind: 'absolute', value: 1.5 } },
      },
    ])
  })

  const custom = 'task: custom\nscore: {metrics_file: e.json}\n'
  it.each([
    ['score: {metrics_file: e.json}', 'Numbers of your own evaluation are of task: custom'],
    ['task: custom', 'A custom task is evaluated by yourself: write score: {metrics_file: FILE}'],
    ['task: custom\nscore: {run: x}\nevaluate: {metrics: {bleu: {direction: higher}}}', 'A custom task is evaluated by yourself'],
    [custom, 'Nothing says which numbers of score.metrics_file are judged'],
    [`${custom}evaluate: {metrics: {accuracy: {min: 0.7}}}`, 'MISSING_KEY evaluate.metrics.accuracy.direction'],
    [`${custom}evaluate: {metrics: [accuracy]}`, 'MISSING_KEY evaluate.metrics.accuracy.direction'],
    [`${custom}evaluate: {metrics: {bleu: {min: 30}}}`, 'One that score.metrics_file brings needs direction'],
    [
      `${custom}evaluate: {metrics: {bleu: {direction: lower, min: 30}}}`,
      'WRONG_DIRECTION evaluate.metrics.bleu.min. bleu: lower is better, write max',
    ],
    [`${custom}evaluate: {metrics: {bleu: {direction: up}}}`, 'Allowed: higher, lower'],
    [`${custom}evaluate: {metrics: {bleu: {direction: higher, max_drop: 1%}}}`, '1% could mean two things'],
    [`${custom}evaluate: {metrics: {bleu: {direction: higher, max_drop: 1pp}}}`, 'pp is for metrics between fixed bounds'],
    [`${custom}evaluate: {metrics: {bleu: {direction: higher, average: macro}}}`, 'UNKNOWN_KEY evaluate.metrics.bleu.average'],
    [`${custom}evaluate: {metrics: {bleu: {direction: higher}}, slices: {by: [a]}}`, 'evaluate.slices needs answers of rows'],
    [`${custom}evaluate: {metrics: {bleu: {direction: higher}}, threshold: 0.4}`, 'evaluate.threshold needs answers of rows'],
    [`${custom}evaluate: {metrics: {bleu: {direction: higher, confirm: 3}}}`, 'confirm repeats a noisy measurement'],
    [
      'evaluate: {metrics: {accuracy: {direction: higher}}}',
      'evaluate.metrics.accuracy.direction. This is of a metric that score.metrics_file brings',
    ],
    [
      'evaluate: {slices: {by: [a], metrics: {accuracy: {direction: higher}}}}',
      'evaluate.slices.metrics.accuracy.direction. This is of a metric',
    ],
  ])('GATE-02 a custom task says what it is judged by: %s', (text, says) => {
    expect(problems(whole(text)).join('\n')).toContain(says)
  })

  it('parity has limits of its own', () => {
    expect(one('evaluate: {parity: {predictions: a.csv}}').evaluate.parity).toMatchObject({ maxDifference: 1e-4, minAgreement: 0.999 })
    expect(one('evaluate: {parity: {predictions: a.csv, max_difference: 1.0e-5, min_agreement: 99%}}').evaluate.parity).toMatchObject({
      maxDifference: 1e-5,
      minAgreement: 0.99,
    })
  })
})

describe('variables of a command', () => {
  it('are filled in wherever they stand, and nothing else is', () => {
    const values = { MODEL: '/m odel', DATA: '/d$OUT', OUT: '/o' }
    expect(fillIn(['--m=$MODEL', `$${'{DATA}'}`, '$OUTPUT', '$$OUT'], values)).toEqual(['--m=/m odel', '/d$OUT', '$OUTPUT', '$/o'])
  })

  it('are words of nobody where nobody fills them in', () => {
    expect(splitCommand('python $MODEL')).toMatchObject({ ok: false })
    expect(splitCommand("python '$MODEL'")).toEqual({ ok: true, argv: ['python', '$MODEL'] })
  })
})
