/**
 * Where an interval is known not to hold 95 %, and why: told in the report, and no missed target. An entry says which side it excuses: `above`, intervals that hold
 * the truth more often than 97 % of the time, or `both`. What is not explained here is a miss.
 */
import type { Coverage } from './coverage.ts'

export interface Departure {
  readonly because: string
  readonly side: 'above' | 'both'
  readonly applies: (one: Coverage) => boolean
}

/** Rows of the rarer kind that are expected: what a classifier's metric has to go by. */
const rarer: Readonly<Record<string, number>> = {
  'binary, 30 % positives': 0.3,
  'binary, 5 % positives': 0.05,
  // rows that a nearly perfect model gets wrong
  'binary, nearly perfect': 0.045,
  'three classes': 0.1,
  'three labels': 0.08,
  // queries whose order is not right
  'lists, nearly perfect': 0.05,
}
/** the population whose models are equal */
const equalOf = (population: string): string => population.replace(', one model worse', '')
const expected = ({ population, rows }: Coverage): number => rows * (rarer[equalOf(population)] ?? 1)

const jumping = ['recall_at_fpr', 'precision_at_recall', 'recall_at_k', 'lift_at_k', 'medae']
const counted = /^(clopper-pearson|wilson|dirichlet|mcnemar-mid-p|tango-effects)(-groups|-effective)?$/
const resampled = /^((bca|percentile)(\+t)?|tango-effects|delong-logit|bootstrap-t|influence|(t-skew|paired-t)(-groups)?)$/

/** What holds on both sides wherever it is used, and is excused by nothing that a bootstrap is excused by. */
const unseen = 'dirichlet-unseen'

/** Of rows that err by amounts of very different size. */
const farOff = 'amounts, some far off'
const longTails = [farOff, 'many series', 'three series, one step ahead', 'three series, three steps ahead']
const ofSquares = [
  'mse',
  'rmse',
  'rmsse',
  'rmsle',
  'r2',
  'explained_variance',
  'd2_tweedie',
  'tweedie_deviance',
  'poisson_deviance',
  'gamma_deviance',
]
const ofNumbers = (population: string): boolean => population.startsWith('amounts') || population.includes('series')
const isRanking = (population: string): boolean => population.startsWith('lists')

export const departures: readonly Departure[] = [
  {
    because:
      'A loss that one row can make as large as it likes, and a change that rests on few rows: on the side of the harm a row that nobody saw may have up to three times the largest effect that was seen, so that the bound is wider than these worlds need it to be.',
    side: 'above',
    applies: ({ part, method }) => part === 'change' && method.endsWith('+tail'),
  },
  {
    because:
      'A place in the order of the scores: it jumps from row to row, and a bootstrap of fewer than a few hundred rows does not see where it could jump.',
    side: 'both',
    applies: ({ part, metric, rows, method }) => part === 'level' && method !== unseen && jumping.includes(metric) && rows < 1000,
  },
  {
    because:
      'Fewer than thirty rows of the rarer kind (positives; errors, of a nearly perfect model; lists that are not in order) are expected. A resampled table holds no row that was not seen, and a mean whose sum lies in a few rows misses them. So it is of levels.',
    side: 'both',
    applies: (one) => one.part === 'level' && expected(one) < 30 && resampled.test(one.method),
  },
  {
    because:
      'Counts with few outcomes: the interval is one of a few, and whichever has at least 95 % has more (Clopper & Pearson 1934; Brown, Cai & DasGupta 2001). Of a change, what counts is the rows in which the models differ.',
    side: 'above',
    applies: (one) => {
      const { method, part, metric, population } = one
      if (counted.test(method)) return true
      if (part === 'level') return false
      if (expected(one) < 30 && resampled.test(method)) return true
      const ofHits = method === 'influence-t' || (isRanking(population) && /^paired-t/.test(method))
      return ofHits && metric !== 'roc_auc' && !ofNumbers(population)
    },
  },
  {
    because:
      'Errors of very different size: the sum lies in the largest, of which few rows have seen any. No interval of a mean holds whatever the distribution (Bahadur & Savage 1956); the skewness that is seen is taken into account, the one that is not yet seen is not.',
    side: 'both',
    applies: ({ part, metric, population, rows, method }) =>
      part === 'level' &&
      method !== unseen &&
      ((longTails.includes(population) && rows < 1000) || (ofSquares.includes(metric) && (population === farOff || rows < 1000))),
  },
  {
    because:
      'A distance from 0, or from a level: its lower bound is that of half the error, because either side could be the wrong one. Far from it that is too careful.',
    side: 'above',
    applies: ({ part, metric }) => part === 'level' && (metric === 'bias' || metric === 'coverage_gap'),
  },
  {
    because:
      'A season comes back and is no chance, but a level cannot tell it from chance: intervals of levels over a few series are wider than they need be.',
    side: 'above',
    applies: ({ part, population }) => part === 'level' && population.startsWith('three series'),
  },
  {
    because:
      'The largest distance over thresholds, or a calibration error in bins, is bounded from below by a threshold, or by signs, that the rows had no part in choosing, and from above by those that flatter: each end is held, and both together are wider than they need be; so is the change of such an error, from the one side of one model to the other side of the other. The largest error of a bin is one of all bins that were looked at.',
    side: 'above',
    applies: ({ method }) => method === 'cross-fit' || method === 'bonferroni',
  },
  {
    because:
      'Few of a kind were seen, or errors with a long tail: the next row of a kind may be the worst there is, or the best, and an error three times as large as the largest. Where these worlds hold no such rows the interval is wider than it need be.',
    side: 'above',
    applies: ({ method }) => method === unseen,
  },
  {
    because:
      'An area near 1, or one of few positives: the bound is held away from 1 where no pair, or hardly any, is in the wrong order, and how far down a change may be is the wider of two bounds.',
    side: 'above',
    applies: (one) =>
      one.metric === 'roc_auc' && (equalOf(one.population) === 'binary, nearly perfect' || (one.part === 'change' && expected(one) < 30)),
  },
  {
    because:
      "A change that is judged by the wider of Student's t and BCa, because either alone is too narrow in some world: where both would do, it is wider than it need be.",
    side: 'above',
    applies: ({ part, method }) => part === 'change' && method.endsWith('+t'),
  },
]

export const departureOf = (one: Coverage): Departure | null => departures.find(({ applies }) => applies(one)) ?? null
