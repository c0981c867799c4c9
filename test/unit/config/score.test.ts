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
    ['score: {run: x, predictions: a.csv}', 'write either run: a command, or predictions: a file of answers'],
    ['score: {}', 'write either run: a command, or predictions: a file of answers'],
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
    ['score: {run: x}\nevaluate: {slices: {by: [a], metrics: {roc_auc: {confirm: 3}}}}', 'Slices are not measured again'],
    [
      'data: {train: t.csv, target: y}\nscore: {predictions: a.csv}\nevaluate: {threshold: {on: train, maximize: f1}}',
      'score.predictions has answers for data.test alone',
    ],
    ['evaluate: {parity: {predictions: {profile: p.json}}}', 'Rows are needed here'],
    ['evaluate: {parity: {predictions: a.csv, max_difference: -1}}', 'expected a number of at least 0'],
    ['evaluate: {parity: {predictions: a.csv, min_agreement: 120%}}', 'expected a share between 0 and 1'],
  ])('GATE-02 what does not fit is one sentence: %s', (text, says) => {
    const found = problems(whole(text))
    expect(found).toHaveLength(1)
    expect(found[0]?.toLowerCase()).toContain(says.toLowerCase())
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
