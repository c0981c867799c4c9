/**
 * Where an interval is known not to hold 95 %, and why: told in the report, and no missed target. An entry says what it excuses: intervals and bounds that are `short`, and hold the truth in less than
 * 93 % of worlds; or intervals that are `wide`, and hold it in more than 97 %, where less would do or is not known to be possible. What could not hold less is no
 * departure: that is counted (`attainable.ts`). What is not explained here is a miss.
 */
import type { Coverage } from './coverage.ts'

export interface Departure {
  readonly because: string
  readonly excuses: 'short' | 'wide'
  readonly applies: (one: Coverage) => boolean
}

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
const longTails = ['amounts, some far off', 'many series', 'three series, one step ahead', 'three series, three steps ahead']

/** Not squares, but sums of the same errors. */
const ofErrors = ['wape', 'crps', 'quantile_loss']

/** Of few rows a sum lies in the largest, which few have seen: of squares, of deviances and of `rmsle`, which are about that, and of the fewest rows of errors themselves. */
const dominated = ({ population, rows, metric }: Coverage): boolean =>
  (longTails.includes(population) && rows < 1000 && ofSquares.includes(metric)) ||
  (['amounts, some far off', 'many series'].includes(population) && rows === 50 && ofErrors.includes(metric))

export const departures: readonly Departure[] = [
  {
    because:
      'Errors of very different size: the sum lies in the largest, of which few rows have seen any. No interval of a mean holds whatever the distribution (Bahadur & Savage 1956); the skewness that is seen is taken into account, the one that is not yet seen is not. Which of these cells are below 93 % for certain differs from seed to seed.',
    excuses: 'short',
    applies: (one) => one.part === 'level' && dominated(one),
  },
  {
    because:
      'A calibration error in bins: a sum of distances |θ_b|, or the largest, each with a corner at 0. Whatever estimates such a sum takes noise for distance: with the number of bins its best possible error falls as a power of 1/log k only, where that of a smooth one falls as 1/k (Cai & Low 2011), and an interval that holds wherever θ lies is no shorter where all θ_b are 0 than the nearest worlds ask that rows cannot tell from it (Low 1997). So each end is held by itself, from below by signs that the rows had no part in choosing, and from above by those that flatter. Both are as short as if the signs were known where a bin lies far from 0 (Andrews & Soares 2010); in these worlds hardly one does. Of a level the upper end is, where nothing is there and bins have rows enough, hardly longer on average than any that holds everywhere (Low 1997), and has nothing to miss. The largest may be that of any bin, and a bin of a row or two leaves nearly everything open: beside it stands what an interval could hold that held each bin exactly. Beside changes of equal models stands what a test of equality alone could do: an interval has to hold where they are not equal, too. How much shorter an interval of a change could be is not known here.',
    excuses: 'wide',
    applies: ({ metric, method }) => /^(cross-fit|farthest-bin)$/.test(method) && metric !== 'ks_statistic',
  },
  {
    because:
      'The largest distance over thresholds: the same corner, at the best of many thresholds. It is bounded from below by one that the rows had no part in choosing, and from above by one that flatters; with few positives a change is the wider of that and of what both levels leave open.',
    excuses: 'wide',
    applies: ({ metric, method, rows }) => method === 'cross-fit' && metric === 'ks_statistic' && rows <= 1000,
  },
  {
    because:
      'An order of up to 200 rows of which few are out of place, or few are positive: a change rests on few rows, is judged on as many degrees of freedom as they are, and by the wider of two bounds. A test of equality alone, which exchanges answers, could do with less; of a change that is not 0 it says nothing.',
    excuses: 'wide',
    applies: ({ population, part, metric, rows }) =>
      part === 'change' && rows <= 200 && population.startsWith('binary') && ['roc_auc', 'pr_auc', 'precision_at_recall'].includes(metric),
  },
  {
    because:
      'The change of how far a mean lies from 0, which has a corner there: it is judged by the wider of Student’s t and BCa, because either alone is too narrow in some world.',
    excuses: 'wide',
    applies: ({ population, part, metric, rows }) =>
      population.startsWith('three series') && part === 'change' && ['bias', 'coverage_gap'].includes(metric) && rows === 50,
  },
  {
    because:
      'A loss that one row can make as large as it likes, and a change that rests on few rows: on the side of the harm a row that nobody saw may have up to three times the largest effect that was seen. These worlds hold no such rows.',
    excuses: 'wide',
    applies: ({ method, rows }) => method.endsWith('+tail') && rows <= 200,
  },
  {
    because:
      'A season comes back and is no chance, but a level cannot tell it from chance: how wide the forecasts of three series are follows the season, and hardly anything else.',
    excuses: 'wide',
    applies: ({ population, part, metric }) =>
      population === 'three series, one step ahead' && part === 'level' && metric === 'interval_width',
  },
  {
    because:
      'Few of a kind were seen, and the next of them may be the worst there is, or the best. Of an average of n values in [0, 1] a lower bound that is right at 97.5 % for every world, those in which a share 1 − q of values is 0 among them, may lie above q times the truth in no more than 0.025/qⁿ of worlds. With few positives it lies far below the truth nearly always. A recall at a rate is, besides, one at a threshold that nobody knows.',
    excuses: 'wide',
    applies: ({ population, method, metric, rows }) =>
      method === 'dirichlet-unseen' &&
      ((['roc_auc', 'pr_auc', 'brier_skill', 'f1'].includes(metric) && rows === 50) ||
        (population === 'binary, nearly perfect' && metric === 'recall_at_fpr' && rows === 200)),
  },
]

export const departureOf = (one: Coverage, excuses: Departure['excuses']): Departure | null =>
  departures.find((departure) => departure.excuses === excuses && departure.applies(one)) ?? null
