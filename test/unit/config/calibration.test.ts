import { describe, expect, it } from 'vitest'
import { model, problems, whole } from './support.ts'

const calibration = (text: string) => model(`evaluate: {calibration: ${text}}`).evaluate.calibration
const refusal = (text: string, task = '') => problems(whole(`${task}evaluate: {calibration: ${text}}`)).join('\n')

describe('evaluate.calibration', () => {
  it('is read with its defaults', () => {
    expect(calibration('{}')).toEqual({ maxExcess: { fail: 0.05 }, p: 0.01, bins: 15, binning: 'width' })
    expect(calibration('{max_excess: {warn: 2%, fail: 0.1}, p: 0.001, bins: 10, binning: mass}')).toEqual({
      maxExcess: { warn: 0.02, fail: 0.1 },
      p: 0.001,
      bins: 10,
      binning: 'mass',
    })
    expect(model('evaluate: {mode: guard}').evaluate.calibration).toBeUndefined()
  })

  it.each([
    ['{max_exces: 0.05}', 'UNKNOWN_KEY evaluate.calibration.max_exces. Did you mean max_excess?'],
    ['{max_excess: 5}', '5 is no calibration error: write a share below 1, such as 0.05.'],
    ['{max_excess: {}}', 'Write warn, fail or both.'],
    ['{max_excess: {warn: 0.1, fail: 0.05}}', 'warn lies beyond fail: it could never warn.'],
    ['{p: 0}', 'Expected a level above 0 and below 1, such as 0.01.'],
    ['{bins: 1}', 'Expected a whole number from 2 to 1000.'],
    ['{binning: equal}', 'Allowed: width, mass'],
  ])('%s is refused', (text, says) => {
    expect(refusal(text)).toContain(says)
  })

  it('does not suit a task without probabilities', () => {
    expect(refusal('{}', 'task: regression\n')).toContain('METRIC_UNSUITED evaluate.calibration. A regression task has no probabilities')
  })
})
