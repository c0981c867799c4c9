import { describe, expect, it } from 'vitest'
import { decidable, yesOrNo } from '../../../src/core/evaluate/decidable.ts'
import { explainEvaluate } from '../../../src/core/evaluate/explain.ts'
import { metrics } from '../../../src/core/metrics/table.ts'
import { model } from '../config/support.ts'

const lines = (evaluate: string, data = '', task = 'binary') =>
  decidable(model(`task: ${task}\ndata: {test: test.csv, target: y${data}}\nevaluate: ${evaluate}`), 2000)

const unknown = (name: string, what = 'rows') =>
  `a change in ${name}: how many ${what} show it is known only once both models have been scored`

describe('--explain says whether the rows can decide, and only where that can be known before anything is scored', () => {
  it('of shares of rows by how often the models may differ, of the area by what is supposed of it', () => {
    expect(lines('{metrics: {accuracy: {max_drop: 2pp}, roc_auc: {max_drop: {fail: 1pp}}}}')).toEqual([
      'a change of 2 pp in accuracy: 2,000 rows can show it (1,960 rows would, where the models differ on 10 % of them, at 0.025 among 2 metrics)',
      expect.stringMatching(
        /^a change of 1 pp in roc_auc: 2,000 rows can hardly show it \(about 12,000 rows would, where both areas are near 0\.8 and correlate at 0\.9, and 10 % of the rows are positive, at 0\.025 among 2 metrics\)$/,
      ),
    ])
  })

  it('says of nothing else a number that it cannot have: losses, tables, shares of the baseline, groups, queries', () => {
    expect(lines('{metrics: [log_loss, brier, f1, recall]}')).toEqual([unknown('log_loss, brier, f1 or recall')])
    expect(lines('{metrics: {accuracy: {max_drop: 1% relative}}}')).toEqual([unknown('accuracy')])
    expect(lines('{metrics: [accuracy]}', ', group: g')).toEqual([unknown('accuracy', 'groups of rows')])
    expect(lines('{metrics: [ndcg]}', ', group: g', 'ranking')).toEqual([unknown('ndcg', 'groups of rows')])
  })

  it('nothing of what no number of rows shows: that it is not decided', () => {
    expect(lines('{metrics: {max_error: {max_rise: 1% relative}, mae: {}}}', '', 'regression')).toEqual([
      unknown('mae'),
      'a change in max_error: no number of rows can show it',
    ])
    const rule = (mode: string) =>
      explainEvaluate(
        model(`task: regression\ndata: {test: t.csv, target: y}\nevaluate: {mode: ${mode}, metrics: {max_error: {max_rise: 1% relative}}}`),
      ).find((line) => line.startsWith('evaluate.max_rise:max_error'))
    expect(rule('guard')).toContain('is never certain, and so inconclusive where it reaches the limit')
    expect(rule('non_inferior')).toContain('fails, because no number of rows proves it')
    expect(rule('point')).toBe('evaluate.max_rise:max_error: a rise of 1 % of the baseline fails')
  })

  it('of the usual metric, where none is listed, and not of a limit that earlier runs make', () => {
    expect(lines('{}')).toEqual([
      expect.stringMatching(/^a change of 0\.5 pp in roc_auc: 2,000 rows can hardly show it \(about 37,000 rows would/),
    ])
    expect(lines('{}', '', 'multiclass')).toEqual([expect.stringContaining('a change of 0.5 pp in accuracy')])
    expect(lines('{metrics: {accuracy: {max_drop: auto}}}')).toEqual([unknown('accuracy')])
  })

  it('at the level of a mode that asks for proof', () => {
    const config = model(
      'task: binary\ndata: {test: t.csv, target: y}\nevaluate: {mode: non_inferior, metrics: {accuracy: {max_drop: 2pp}}}',
    )
    const [line] = decidable(config, 2000, { task: 'binary', proof: 0.0304 })
    expect(line).toMatch(/2,000 rows can show it \(1,\d{3} rows would, where the models differ on 10 % of them, at 0\.030/)
  })

  it('and that such a mode fails what is undecided', () => {
    const rules = (mode: string, task: string) =>
      explainEvaluate(model(`task: ${task}\ndata: {test: t.csv, target: y}\nevaluate: {mode: ${mode}}`)).join('\n')
    expect(rules('superior', 'binary')).toContain(
      'counts as pass (gate.on_inconclusive), but a change that mode superior has no proof of fails;',
    )
    expect(rules('superior, metrics: [f1]', 'binary')).toContain('evaluate.max_drop:f1: fails unless it is certain to be better')
    expect(rules('guard', 'binary')).not.toContain('has no proof')
    // nothing is said of probabilities where there are none
    expect(rules('guard', 'binary')).toContain('evaluate.order_only')
    expect(rules('guard', 'regression')).not.toMatch(/evaluate\.(order_only|too_good)/)
    expect(rules('guard', 'regression')).toContain(
      'the usual metric of the task (rmse): max_rise at its default margin, 1 % of the baseline',
    )
  })

  it('needs no number where the estimate alone decides', () => {
    expect(lines('{mode: point, metrics: [accuracy]}')).toEqual([expect.stringContaining('however few the rows')])
  })

  it('knows metrics of yes and no by their names', () => {
    for (const name of yesOrNo) expect(metrics[name], name).toBeDefined()
  })
})
