import { describe, expect, it } from 'vitest'
import { model, problems, whole } from './support.ts'

const fairness = (text: string) => model(`data: {target: late}\nevaluate: {fairness: ${text}}`).evaluate.fairness
const refusal = (text: string, task = '') => problems(whole(`${task}data: {target: late}\nevaluate: {fairness: ${text}}`)).join('\n')

describe('evaluate.fairness', () => {
  it('is read with its limits', () => {
    expect(
      fairness(
        '{by: [sex, [sex, age]], min_rows: 30, metrics: {tpr: {max_difference: {warn: 5pp, fail: 10pp}, max_rise: 2pp}, selection_rate: {min_ratio: 80%, certainty: strict}, mean_error: {max_difference: 2.5}, "tpr@late": {metric: tpr, class: late, max_difference: 0.1}}}',
      ),
    ).toEqual({
      by: [['sex'], ['sex', 'age']],
      minRows: 30,
      metrics: [
        { name: 'tpr', measure: 'tpr', named: null, certainty: 'guard', maxDifference: { warn: 0.05, fail: 0.1 }, maxRise: { fail: 0.02 } },
        { name: 'selection_rate', measure: 'selection_rate', named: null, certainty: 'strict', minRatio: { fail: 0.8 } },
        { name: 'mean_error', measure: 'mean_error', named: null, certainty: 'guard', maxDifference: { fail: 2.5 } },
        { name: 'tpr@late', measure: 'tpr', named: 'late', certainty: 'guard', maxDifference: { fail: 0.1 } },
      ],
    })
    // a class whose name is a number, without quotes
    expect(fairness('{by: [sex], metrics: {tpr: {class: 10, max_difference: 5pp}}}')?.metrics).toMatchObject([{ named: '10' }])
    expect(fairness('{by: [sex]}')).toEqual({ by: [['sex']], minRows: 50, metrics: [] })
  })

  it.each([
    ['{metrics: {tpr: {max_difference: 5pp}}}', 'MISSING_KEY evaluate.fairness.by'],
    ['{by: []}', 'evaluate.fairness.by. Write the columns whose groups are compared.'],
    ['{by: [late]}', 'Rows of one outcome are no group: the target cannot be one.'],
    ['{by: [sex, sex]}', 'This is written twice.'],
    ['{by: [sex], max_difference: 5pp}', 'UNKNOWN_KEY evaluate.fairness.max_difference. Allowed: by, min_rows, metrics.'],
    [
      '{by: [sex], metrics: {tprr: {max_difference: 5pp}}}',
      'UNKNOWN_METRIC evaluate.fairness.metrics.tprr. There is no measure of fairness tprr. Did you mean tpr?',
    ],
    [
      '{by: [sex], metrics: {tpr: {max_diference: 5pp}}}',
      'UNKNOWN_KEY evaluate.fairness.metrics.tpr.max_diference. Did you mean max_difference? Allowed: metric, class, max_difference, min_ratio, max_rise, certainty.',
    ],
    ['{by: [sex], metrics: {tpr: {max_drop: 5pp}}}', 'WRONG_DIRECTION evaluate.fairness.metrics.tpr.max_drop. A gap is better small'],
    ['{by: [sex], metrics: {tpr: {max_ratio: 80%}}}', 'WRONG_DIRECTION evaluate.fairness.metrics.tpr.max_ratio'],
    ['{by: [sex], metrics: {tpr: {max_difference: 5%}}}', '5% could mean two things: write 5pp (absolute) or 5% relative'],
    ['{by: [sex], metrics: {tpr: {max_difference: 5% relative}}}', 'A gap is limited as it is, not relative to another: write 5pp.'],
    ['{by: [sex], metrics: {tpr: {max_difference: 5}}}', '5 is above 1, the most that tpr can change: did you mean 5pp?'],
    ['{by: [sex], metrics: {tpr: {min_ratio: 1.2}}}', '1.2 is no ratio: write a share above 0 and up to 1, such as 80%.'],
    ['{by: [sex], metrics: {mean_error: {min_ratio: 80%}}}', 'A ratio of mean_error means nothing: write max_difference.'],
    ['{by: [sex], metrics: {tpr: {max_difference: {warn: 10pp, fail: 5pp}}}}', 'warn lies beyond fail: it could never warn.'],
    ['{by: [sex], metrics: {tpr: {min_ratio: {warn: 70%, fail: 80%}}}}', 'warn lies beyond fail: it could never warn.'],
    ['{by: [sex], metrics: {tpr: {max_difference: {}}}}', 'Write warn, fail or both.'],
    ['{by: [sex], metrics: {tpr: {}}}', 'Write max_difference, min_ratio or max_rise; what has no limit is shown without being written.'],
    ['{by: [sex], metrics: {tpr: {max_difference: 5pp, certainty: sure}}}', 'Allowed: guard, lenient, literal, strict'],
    ["{by: [sex], metrics: {tpr: {class: '', max_difference: 5pp}}}", 'This name is empty'],
    ['{by: [sex], min_rows: 5}', 'Expected a whole number from 10 to 1000000.'],
  ])('%s is refused', (text, says) => {
    expect(refusal(text)).toContain(says)
  })

  it('a measure that the task cannot have is refused before any work', () => {
    expect(refusal('{by: [sex], metrics: {mae: {max_difference: 5}}}', 'task: binary\n')).toContain(
      'METRIC_UNSUITED evaluate.fairness.metrics.mae. mae is a measure of regression, not of a binary task.',
    )
    expect(refusal('{by: [sex], metrics: {tpr: {max_difference: 5pp}}}', 'task: multiclass\n')).toContain('write class: and its name')
  })
})
