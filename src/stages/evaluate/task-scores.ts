/** Rows and answers → the scores of each model: one entry a task, for rows with their truth (evaluation) and without it (drift) alike. */
import type { ScoredTask, Scores } from '../../core/metrics/scores.ts'
import type { ModelConfig } from '../../core/schema/config.ts'
import { targetColumns } from '../../core/schema/target-columns.ts'
import {
  type Answered,
  allClasses,
  binaryScores,
  forecastingScores,
  levelsOf,
  multiclassScores,
  multilabelScores,
  rankingScores,
  regressionScores,
} from './assemble.ts'
import type { Coded } from './coded.ts'
import type { Naive } from './forecast.ts'
import type { Items } from './items.ts'
import type { Counted } from './row-facts.ts'
import { sortLabels } from './truth.ts'

/** What a forecast or a ranking is held against, and how far ahead it looks; of other tasks nothing. */
export type Ahead = Naive & Items & { readonly times: Float64Array | null; readonly horizon: Int32Array | null }

/** Of rows whose truth nobody knows or needs everything is empty, except the labels that are known. */
export interface KnownRows {
  readonly truth: { readonly numbers: Float64Array; readonly coded: Coded; readonly marks: Uint8Array }
  /** of a binary task: the label that is a yes */
  readonly positive: string
  readonly counted: Counted & Ahead
}

export interface Assembled {
  /** in the order of the answers */
  readonly models: readonly Scores[]
  /** of a classification; of a multilabel task its columns */
  readonly labels: readonly string[] | null
  /** of a binary task: negative, positive */
  readonly pair: readonly [string, string] | null
}

type Assemble = (rows: KnownRows, model: ModelConfig, answers: readonly Answered[]) => Assembled

export const noAhead: Ahead = { times: null, horizon: null, scale: null, naive: null, item: null, popularity: null }

const unlabelled = (models: readonly Scores[]): Assembled => ({ models, labels: null, pair: null })

const tasks: Readonly<Record<ScoredTask, Assemble>> = {
  // the first of several is the candidate
  regression: ({ truth, counted }, { evaluate }, answers) =>
    unlabelled(answers.map((answered, at) => ({ ...regressionScores(truth.numbers, levelsOf(evaluate, at > 0), answered), ...counted }))),

  ranking: ({ truth, counted: { weight, group: query, item, popularity } }, _, answers) => {
    if (query === null) throw new Error('a ranking without data.group')
    return unlabelled(answers.map((answered) => ({ ...rankingScores(truth.numbers, query, answered), weight, item, popularity })))
  },

  forecasting: ({ truth, counted }, { evaluate }, answers) => {
    const { weight, group: series, times: time, horizon, scale, naive } = counted
    const given = { y: truth.numbers, series, time, horizon, scale, naive }
    return unlabelled(answers.map((answered, at) => ({ ...forecastingScores(given, levelsOf(evaluate, at > 0), answered), weight })))
  },

  binary: ({ truth: { coded }, positive, counted }, { evaluate }, answers) => ({
    models: answers.map((answered) => ({ ...binaryScores(coded, positive, evaluate.threshold, answered), ...counted })),
    labels: sortLabels(coded.names),
    pair: [coded.names.find((label) => label !== positive) ?? 'other', positive],
  }),

  multiclass: ({ truth: { coded }, counted }, _, answers) => {
    const classes = allClasses(coded, answers)
    const models = answers.map((answered) => ({ ...multiclassScores(coded, classes, answered), ...counted }))
    return { models, labels: classes, pair: null }
  },

  multilabel: ({ truth, counted }, { data, evaluate }, answers) => {
    const labels = targetColumns(data)
    const models = answers.map((answered) => ({ ...multilabelScores(labels, truth.marks, evaluate.threshold, answered), ...counted }))
    return { models, labels, pair: null }
  },
}

/** @throws UserError OUTPUT_WIDTH, QUANTILES_CROSS, PROBABILITIES_NOT_ONE, CLASSES_UNKNOWN */
export const taskScores = (task: ScoredTask, rows: KnownRows, model: ModelConfig, answers: readonly Answered[]): Assembled =>
  tasks[task](rows, model, answers)

/** @param names labels of the target in the data's spelling, as far as they are known */
export const withoutTruth = (names: readonly string[], positive: string): KnownRows => ({
  truth: { numbers: new Float64Array(0), coded: { codes: new Int32Array(0), names }, marks: new Uint8Array(0) },
  positive,
  counted: { weight: null, group: new Int32Array(0), ...noAhead },
})
