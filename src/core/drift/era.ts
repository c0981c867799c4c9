/** What the reference is, in the words of a sentence: a column did not "vary at training" where it is held against last month. */
export const eras = {
  training: { at: 'at training', of: 'training' },
  /** data, or a profile, that the config names */
  named: { at: 'in the reference', of: 'the reference' },
  /** the rows before, of the same data */
  window: { at: 'in the window before', of: 'the window before' },
  /** of predictions: what the model said of data that it was not trained on */
  holdout: { at: 'on the holdout', of: 'the holdout' },
} as const
export type Era = keyof typeof eras
