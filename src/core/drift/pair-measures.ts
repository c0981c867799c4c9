/** How two columns are said to depend on one another: what is measured, which check asks it, and how large a change counts. */
export const pairMeasures = {
  rank_correlation: { shown: 'rank correlation', check: 'correlation' },
  cramers_v: { shown: 'Cramér’s V', check: 'association' },
  correlation_ratio: { shown: 'correlation ratio', check: 'association' },
} as const

export type PairMeasure = keyof typeof pairMeasures

/** Of a rank correlation, and on the scale of V and η. */
export const pairLimits = { warn: 0.1, fail: 0.2 } as const
