/** What can be said of a model without labels: statistic → our code. */
import { addOutcomes, expectedHits, expectedMetrics, expectedOutcomes } from '../../../src/core/no-labels/expected-outcomes.ts'
import { priorShift } from '../../../src/core/no-labels/prior-shift.ts'
import { list, lists, num, type Runner } from './inputs.ts'

export const noLabelRunners: Readonly<Record<string, Runner>> = {
  cbpe: ({ proba, threshold }) => {
    const p = list(proba)
    // in two parts, as rows come in batches
    const whole = addOutcomes(expectedOutcomes(p.slice(0, 2), num(threshold)), expectedOutcomes(p.slice(2), num(threshold)))
    const { accuracy, precision, recall, f1, se } = expectedMetrics(whole)
    return {
      expected_accuracy: accuracy,
      expected_tp: whole.tp,
      expected_fp: whole.fp,
      expected_fn: whole.fn,
      expected_tn: whole.tn,
      precision,
      recall,
      f1,
      se,
    }
  },
  cbpe_classes: ({ proba }) => ({
    expected_accuracy: expectedHits(lists(proba).flat(), lists(proba)[0]?.length ?? 0) / lists(proba).length,
  }),
  bbse: ({ joint, current }) => {
    const { weights, prior, smallest } = priorShift(lists(joint), list(current))
    return { weights, estimated_prior: prior, smallest }
  },
}
