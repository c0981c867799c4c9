import { describe, expect, it } from 'vitest'
import { metrics } from '../../../src/core/metrics/table.ts'
import { model, problems, whole } from './support.ts'

const metricsOf = (text: string) => model(`evaluate: {metrics: ${text}}`).evaluate.metrics
const refusal = (text: string) => problems(whole(`evaluate: {metrics: ${text}}`)).join('\n')

describe('LIMIT: one way to say a limit', () => {
  it.each([
    ['roc_auc: {min: 0.70, max_drop: 1pp}', { min: { fail: 0.7 }, maxDrop: { fail: { kind: 'absolute', value: 0.01 } } }],
    ['roc_auc: {min: 70%}', { min: { fail: 0.7 } }],
    ['roc_auc: {max_drop: 0.005}', { maxDrop: { fail: { kind: 'absolute', value: 0.005 } } }],
    ['roc_auc: {max_drop: 0.5 pp}', { maxDrop: { fail: { kind: 'absolute', value: 0.005 } } }],
    ['log_loss: {max: {warn: 0.55}, max_rise: 1% relative}', { max: { warn: 0.55 }, maxRise: { fail: { kind: 'relative', value: 0.01 } } }],
    [
      'rmse: {max: 12, max_rise: {warn: 2% relative, fail: 0.5}}',
      { max: { fail: 12 }, maxRise: { warn: { kind: 'relative', value: 0.02 }, fail: { kind: 'absolute', value: 0.5 } } },
    ],
    ['roc_auc: {max_drop: 0}', { maxDrop: { fail: { kind: 'absolute', value: 0 } } }],
    ['accuracy: {min: {warn: 0.9, fail: 0.8}, certainty: strict}', { min: { warn: 0.9, fail: 0.8 }, certainty: 'strict' }],
  ])('%s', (text, limits) => {
    const [only] = metricsOf(`{${text}}`)
    const { name: _, metric: __, params: ___, ...rest } = only ?? { name: '', metric: '', params: {} }
    expect(rest).toEqual({ certainty: 'literal', ...limits })
  })

  it('percent means exactly what it says', () => {
    for (const [text, value] of [
      ['0.1', 0.001],
      ['0.7', 0.007],
      ['29', 0.29],
      ['57', 0.57],
      ['1e-1', 0.001],
    ] as const) {
      expect(metricsOf(`{roc_auc: {max_drop: ${text}pp}}`)[0]?.maxDrop?.fail?.value).toBe(value)
    }
  })

  it.each([
    ['log_loss: {max_drop: 1pp}', 'log_loss: lower is better, write max_rise'],
    ['roc_auc: {max_rise: 1pp}', 'roc_auc: higher is better, write max_drop'],
    ['roc_auc: {max: 0.9}', 'roc_auc: higher is better, write min'],
    ['rmse: {min: 3}', 'rmse: lower is better, write max'],
    ['roc_auc: {max_drop: 1%}', 'write 1pp (absolute) or 1% relative'],
    ['rmse: {max_rise: 1%}', 'write 1% relative'],
    ['rmse: {max_rise: 1pp}', 'pp is for metrics between fixed bounds'],
    ['roc_auc: {max_drop: 1pct}', 'is not a change: write 1pp (absolute) or 1% relative'],
    ['roc_auc: {max_drop: -1pp}', 'is not a change'],
    ['roc_auc: {max_drop: 2}', 'did you mean 2pp?'],
    ['roc_auc: {min: 90}', 'did you mean 90%?'],
    ['roc_auc: {min: -0.1}', 'below 0'],
    ['roc_auc: {min: soon}', 'is not a level'],
    ['roc_auc: {min: .nan}', 'xpected'],
    ['roc_auc: {min: .inf}', 'xpected'],
    ['roc_auc: {min: {}}', 'rite warn, fail or both'],
    ['roc_auc: {min: {warn: 0.7, fail: 0.8}}', 'could never warn'],
    ['log_loss: {max: {warn: 0.8, fail: 0.7}}', 'could never warn'],
    ['roc_auc: {max_drop: {warn: 3pp, fail: 1pp}}', 'could never warn'],
    ['roc_auc: {min: {wran: 0.7}}', 'Did you mean warn?'],
    ['roc_auc: {certainty: sure}', 'Allowed: lenient, literal, strict'],
    ['roc_auc: 0.7', 'xpected limits such as'],
  ])('GATE-02 %s is refused', (text, why) => {
    expect(refusal(`{${text}}`)).toContain(why)
  })
})

describe('metrics', () => {
  it('a list names them, a map limits them, metric: tells a shown name from the metric', () => {
    expect(metricsOf('[roc_auc, log_loss]').map(({ name, metric }) => [name, metric])).toEqual([
      ['roc_auc', 'roc_auc'],
      ['log_loss', 'log_loss'],
    ])
    expect(metricsOf('{low: {metric: recall_at_fpr, fpr: 0.5%, max_drop: 1pp}}')).toEqual([
      {
        name: 'low',
        metric: 'recall_at_fpr',
        params: { fpr: 0.005 },
        certainty: 'literal',
        maxDrop: { fail: { kind: 'absolute', value: 0.01 } },
      },
    ])
  })

  it('every metric of the table may be named, but `value`, whose costs the config cannot say yet', () => {
    const names = Object.keys(metrics).filter((name) => name !== 'value')
    expect(metricsOf(`[${names.join(', ')}]`)).toHaveLength(names.length)
  })

  it.each([
    ['[roc_acu]', 'Did you mean roc_auc?'],
    ['{constructor: {}}', 'refused'],
    ['[toString]', 'UNKNOWN_METRIC'],
    ['[roc_auc, roc_auc]', 'written twice'],
    ['[latency]', 'NOT_AVAILABLE'],
    ['{value: {min: 20}}', 'This needs evaluate.value'],
    ['{roc_auc: {max_dorp: 1pp}}', 'Did you mean max_drop?'],
    ['{accuracy: {fpr: 1%}}', 'UNKNOWN_KEY'],
    ['{recall_at_fpr: {fpr: low}}', 'evaluate.metrics.recall_at_fpr.fpr. fpr is a share above 0 and up to 1.'],
    ['{recall_at_fpr: {fpr: 5}}', 'fpr is a share above 0 and up to 1: did you mean 5%?'],
    ['{recall_at_fpr: {fpr: -1}}', 'fpr is a share above 0 and up to 1.'],
    ['{recall_at_fpr: {fpr: [1%]}}', 'expected text or a number'],
    ['{recall_at_fpr: {fpr: null}}', 'INVALID_VALUE evaluate.metrics.recall_at_fpr.fpr'],
    ['{recall_at_fpr: {k: 3}}', 'Allowed: min, max, max_drop, max_rise, certainty, confirm, metric, fpr'],
    ['{ece: {bins: 2.5}}', 'bins is a whole number from 1 to 1000'],
    ['{roc_auc: {average: median}}', 'average is one of macro, weighted'],
    ['{roc_auc: {average: 3}}', 'average is one of macro, weighted'],
    ['{value: {tp: 5}}', 'UNKNOWN_KEY'],
    ['{"a b": {metric: roc_auc}}', 'INVALID_NAME'],
  ])('%s is refused', (text, why) => {
    expect(refusal(text).toLowerCase()).toContain(why.toLowerCase())
  })
})

describe('GATE-02 a metric that the task cannot have', () => {
  const of = (task: string, text: string) => problems(whole(`task: ${task}\nevaluate:\n  metrics:\n    ${text}`)).join('\n')

  it('is refused at its own line, with the metrics that the task has', () => {
    expect(of('binary', 'rmse: {max: 3}')).toMatch(
      /^modelgate\.yml:7:15 METRIC_UNSUITED evaluate\.metrics\.rmse\. rmse is a metric of regression and forecasting, not of a binary task\. Metrics of binary: roc_auc, .*, kappa, value\.$/,
    )
    expect(of('regression', 'ranks: {metric: roc_auc, min: 0.7}')).toMatch(
      /^modelgate\.yml:7:25 METRIC_UNSUITED evaluate\.metrics\.ranks\.metric\. roc_auc is a metric of binary and multiclass and multilabel, not of a regression task/,
    )
    expect(of('regression', '- rmse\n    - roc_auc')).toContain('METRIC_UNSUITED evaluate.metrics.roc_auc')
  })

  it('is told from one that it has, for every metric and task', () => {
    for (const task of ['binary', 'multiclass', 'regression'] as const) {
      const levels = task === 'regression' ? 'quantiles: [0.1, 0.5, 0.9], ' : ''
      for (const [name, { of }] of Object.entries(metrics).filter(([each]) => each !== 'value')) {
        const text = `task: ${task}\nevaluate: {${levels}metrics: [${name}]}`
        if (of[task] !== undefined) expect(model(text).evaluate.metrics).toHaveLength(1)
        else expect(problems(whole(text)).join()).toContain('METRIC_UNSUITED')
      }
    }
  })

  it('is left to the evaluation where no task is said', () => {
    expect(metricsOf('[rmse]')).toHaveLength(1)
  })
})
