/**
 * What groups are compared by: one entry a measure. Each is a sample of the rows of a group, so that its interval is the one that its metric has everywhere,
 * and says how many rows it rests on: a true-positive rate of four positives is none. Source: Hardt, Price & Srebro 2016.
 */
import { mean, proportion } from '../metrics/row-samples.ts'
import { plain, type Sample, undefinedBecause } from '../metrics/sample.ts'
import type { ScoredTask } from '../metrics/scores.ts'
import { metrics, sampleOf } from '../metrics/table.ts'
import type { BinaryView, RegressionView, View } from '../metrics/view.ts'

/** Of the rows of one group. */
export interface GroupSample {
  readonly sample: Sample
  /** rows that it is a share, a mean or an area of */
  readonly base: number
}

/** Rows that a number rests on. */
export type Among = 'rows' | 'positive rows' | 'negative rows' | 'rows of its rarer class' | 'rows predicted positive'

/** How many they are, of a group of so many rows and positive ones; null: the truth alone does not say it. */
export function amongTruth(among: Among, rows: number, positives: number): number | null {
  switch (among) {
    case 'rows':
      return rows
    case 'positive rows':
      return positives
    case 'negative rows':
      return rows - positives
    case 'rows of its rarer class':
      return Math.min(positives, rows - positives)
    case 'rows predicted positive':
      return null
  }
}

/** One number of a group; a measure has one, or the worst of several. */
export interface Part {
  readonly name: string
  /** what `base` counts */
  readonly among: Among
  readonly of:
    | { readonly kind: 'yes-no'; readonly sample: (view: BinaryView) => GroupSample }
    | { readonly kind: 'number'; readonly sample: (view: RegressionView) => GroupSample }
}

export interface Measure {
  readonly summary: string
  /** of a difference: percentage points, or the unit of the target */
  readonly unit: 'pp' | ''
  readonly range: readonly [number, number]
  /** smallest over largest means something */
  readonly ratio: boolean
  readonly parts: readonly Part[]
}

const count = (codes: Uint8Array): number => codes.reduce((sum, code) => sum + code, 0)
const yesNo = (name: string, among: Among, sample: (view: BinaryView) => Sample): Part => ({
  name,
  among,
  of: {
    kind: 'yes-no',
    sample: (view) => ({ sample: sample(view), base: amongTruth(among, view.n, count(view.y)) ?? count(view.predicted) }),
  },
})
const number = (name: string, sample: (view: RegressionView) => Sample): Part => ({
  name,
  among: 'rows',
  of: { kind: 'number', sample: (view) => ({ sample: sample(view), base: view.n }) },
})

const metric =
  (name: string) =>
  (view: View): Sample => {
    const entry = metrics[name]
    if (!entry) throw new RangeError(`there is no metric ${name}`)
    return sampleOf(entry, view)
  }

const tpr = yesNo('tpr', 'positive rows', metric('recall'))
const fpr = yesNo('fpr', 'negative rows', metric('fpr'))

/** Truth minus probability: positive where the model promises too little. */
function residual(view: BinaryView): Sample {
  const { score } = view
  if (!score) return plain(undefinedBecause('the model gives no probabilities'))
  if (!score.every((p) => p >= 0 && p <= 1)) return plain(undefinedBecause('a score is no probability'))
  return mean(view, (i) => (view.y[i] ?? 0) - (score[i] ?? 0))
}

const share = { unit: 'pp', range: [0, 1], ratio: true } as const
const amount = { unit: '', range: [0, Number.POSITIVE_INFINITY], ratio: false } as const

export const measures: Readonly<Record<string, Measure>> = {
  selection_rate: {
    ...share,
    summary: 'share of the rows that are predicted positive (demographic parity; `min_ratio: 80%` is the four-fifths rule)',
    parts: [yesNo('selection_rate', 'rows', (view) => proportion(view, (i) => view.predicted[i] === 1, 'there are no rows'))],
  },
  tpr: { ...share, summary: 'share of the positive rows that are found (equal opportunity)', parts: [tpr] },
  fpr: { ...share, summary: 'share of the negative rows that are predicted positive', parts: [fpr] },
  fnr: {
    ...share,
    summary: 'share of the positive rows that are missed',
    parts: [yesNo('fnr', 'positive rows', metric('fnr'))],
  },
  equalized_odds: { ...share, summary: 'the larger gap of `tpr` and `fpr`, the smaller ratio of them', parts: [tpr, fpr] },
  precision: {
    ...share,
    summary: 'share of right among the positive predictions (predictive parity)',
    parts: [yesNo('precision', 'rows predicted positive', metric('precision'))],
  },
  accuracy: { ...share, summary: 'share of right predictions', parts: [yesNo('accuracy', 'rows', metric('accuracy'))] },
  roc_auc: {
    ...share,
    ratio: false,
    summary: 'area under the ROC curve within the group',
    parts: [yesNo('roc_auc', 'rows of its rarer class', metric('roc_auc'))],
  },
  calibration: {
    unit: 'pp',
    range: [-1, 1],
    ratio: false,
    summary: 'mean of truth − probability: whether the probabilities promise too little (above 0) or too much to a group',
    parts: [yesNo('calibration', 'rows', residual)],
  },
  mean_error: {
    ...amount,
    range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    summary: 'mean of prediction − truth: whether a group is estimated too high or too low',
    parts: [number('mean_error', (view) => mean(view, (i) => (view.predicted[i] ?? 0) - (view.y[i] ?? 0)))],
  },
  mae: { ...amount, summary: 'mean absolute error', parts: [number('mae', metric('mae'))] },
}

export const measureNames: readonly string[] = Object.keys(measures)

const kindOf = ({ parts }: Measure): Part['of']['kind'] => parts[0]?.of.kind ?? 'number'

/** Tasks that have it; of several classes or labels it is that of one which is named. */
export const measureTasks = (measure: Measure): readonly ScoredTask[] =>
  kindOf(measure) === 'yes-no' ? ['binary', 'multiclass', 'multilabel'] : ['regression']

/** Those of a task that are told without being asked for; of several classes there are none before one is named. */
export const usualMeasures = (task: ScoredTask): readonly string[] =>
  task === 'binary' || task === 'regression'
    ? measureNames.filter((name) => {
        const measure = measures[name]
        return measure !== undefined && measureTasks(measure).includes(task)
      })
    : []

/** Why a task cannot have this measure, or null. @param named class of a limit */
export function unsuitedMeasure(name: string, task: string, named: string | null): string | null {
  const measure = measures[name]
  if (!measure) return null
  const tasks = measureTasks(measure)
  if (!tasks.some((one) => one === task))
    return `${name} is a measure of ${tasks.join(', ')}, not of a ${task} task. Measures of ${task}: ${measureNames.filter((other) => measureTasks(measures[other] ?? measure).some((one) => one === task)).join(', ') || 'none'}`
  const several = task === 'multiclass' || task === 'multilabel'
  if (several && named === null) return `of several classes it is that of one: write class: and its name`
  return !several && named !== null ? `a ${task} task has no class to name` : null
}

/** @param named class or label, of which the rest are the negatives */
export function partOf(part: Part, view: View, named: string | null): GroupSample {
  if (part.of.kind === 'number') return view.task === 'regression' ? part.of.sample(view) : nothing('it is not defined for this task')
  if (view.task === 'binary') return part.of.sample(view)
  if (view.task !== 'multiclass' && view.task !== 'multilabel') return nothing('it is not defined for this task')
  const c = (view.task === 'multiclass' ? view.classes : view.labels).indexOf(named ?? '')
  return c === -1 ? nothing('the class that is named does not occur') : part.of.sample(view.against(c))
}

const nothing = (because: string): GroupSample => ({ sample: plain(undefinedBecause(because)), base: 0 })
