/**
 * Truth and answers of a model → the scores that metrics read. Here each column of probabilities gets its label: from the graph (ZipMap),
 * else from the sorted labels, and then only if the model's own labels do not contradict that order.
 */

import type {
  BinaryScores,
  ForecastingScores,
  MulticlassScores,
  MultilabelScores,
  Quantiles,
  RankingScores,
  RegressionScores,
} from '../../core/metrics/scores.ts'
import { LARGEST_NUMBER } from '../../core/metrics/scores.ts'
import { outOf, plural } from '../../core/report/format.ts'
import type { ModelConfig } from '../../core/schema/config.ts'
import { UserError } from '../../errors.ts'
import type { Coded } from './coded.ts'
import type { Predictions } from './predict.ts'
import { isAbout, rounded } from './rounded.ts'
import { alignTo, sortLabels } from './truth.ts'

export interface Answered {
  readonly predictions: Predictions
  /** of the graph, when it says them */
  readonly classLabels: readonly (string | number)[] | null
  /** what messages call the model */
  readonly shown: string
}

/** how far a row of probabilities may be from 1 */
const sumTolerance = 1e-3

/** @throws UserError OUTPUT_WIDTH, QUANTILES_CROSS */
export const regressionScores = (y: Float64Array, levels: Levels | null, answered: Answered): RegressionScores => ({
  task: 'regression',
  y,
  ...numbersOf(levels, answered, 'a regression'),
})

/** @param query code of the query of each row */
export const rankingScores = (y: Float64Array, query: Int32Array, answered: Answered): RankingScores => ({
  task: 'ranking',
  y,
  score: oneEach(answered, 'a ranking'),
  query,
})

export type Given = Pick<ForecastingScores, 'y' | 'series' | 'time' | 'horizon' | 'scale' | 'naive'>

export interface Levels {
  /** of the outputs, in their order; the median is one of them */
  readonly outputs: readonly number[]
  /** those that metrics are made of */
  readonly judged: readonly number[]
  /** one number a row is an answer without quantiles: what a baseline may be */
  readonly orOne: boolean
}

export const levelsOf = ({ quantiles: outputs = null, judgedQuantiles }: ModelConfig['evaluate'], orOne: boolean): Levels | null =>
  outputs && { outputs, judged: judgedQuantiles ?? outputs, orOne }

/** @throws UserError OUTPUT_WIDTH, QUANTILES_CROSS */
export const forecastingScores = (given: Given, levels: Levels | null, answered: Answered): ForecastingScores => ({
  task: 'forecasting',
  ...given,
  ...numbersOf(levels, answered, 'a forecast'),
})

/** One number a row, or quantiles of which the median is that. @throws UserError OUTPUT_WIDTH, QUANTILES_CROSS, MODEL_NAN */
function numbersOf(
  levels: Levels | null,
  answered: Answered,
  what: string,
): { readonly predicted: Float64Array; readonly quantiles: Quantiles | null } {
  const { values, width, rows } = answered.predictions
  checkSize(answered.shown, values, width, rows)
  if (levels === null || (levels.orOne && width === 1)) return { predicted: oneEach(answered, what), quantiles: null }
  const { outputs, judged } = levels
  if (values === null || width !== outputs.length)
    throw new UserError(
      'OUTPUT_WIDTH',
      `${answered.shown} gives ${numbersPerRow(width)}, and evaluate.quantiles lists ${outputs.length} levels`,
      'export it with one output for each level, in their order, or correct evaluate.quantiles',
    )
  checkOrder(answered.shown, values, width, rows)
  const column = (level: number, row: number) => values[row * width + outputs.indexOf(level)] ?? Number.NaN
  return {
    predicted: Float64Array.from({ length: rows }, (_, row) => column(0.5, row)),
    quantiles: {
      levels: judged,
      values: Float64Array.from({ length: rows * judged.length }, (_, at) =>
        column(judged[at % judged.length] ?? Number.NaN, Math.floor(at / judged.length)),
      ),
    },
  }
}

function checkSize(shown: string, values: Float64Array | null, width: number, rows: number): void {
  if (!values?.some(isTooLarge)) return
  let large = 0
  for (let row = 0; row < rows; row += 1) if (values.subarray(row * width, (row + 1) * width).some(isTooLarge)) large += 1
  throw new UserError(
    'MODEL_NAN',
    `${shown} gives a number beyond ±${LARGEST_NUMBER} in ${outOf(large, rows)}, of which no error can be computed`,
    'check how the model treats missing and extreme values; no metric is computed from such an answer',
  )
}

const isTooLarge = (value: number): boolean => Math.abs(value) > LARGEST_NUMBER

function checkOrder(shown: string, values: Float64Array, width: number, rows: number): void {
  let crossed = 0
  for (let row = 0; row < rows; row += 1) {
    const own = values.subarray(row * width, (row + 1) * width)
    if (own.some((value, i) => i > 0 && value < (own[i - 1] ?? value))) crossed += 1
  }
  if (crossed === 0) return
  throw new UserError(
    'QUANTILES_CROSS',
    `the quantiles of ${shown} cross in ${outOf(crossed, rows)}: a higher level has a smaller value there`,
    'sort them at the end of the model, and check that evaluate.quantiles has the order of its outputs',
  )
}

const numbersPerRow = (width: number): string => (width === 1 ? 'one number per row' : `${width} numbers per row`)

function oneEach({ predictions: { values, width }, shown }: Answered, what: string): Float64Array {
  if (values !== null && width === 1) return values
  throw new UserError('OUTPUT_WIDTH', `${shown} gives ${numbersPerRow(width)}, and ${what} wants one`, 'export it with one output per row')
}

/** Scores decide where there are any, else what the model itself says. @param y rows × labels, row by row */
export function multilabelScores(labels: readonly string[], y: Uint8Array, threshold: number, { predictions }: Answered): MultilabelScores {
  const { values, marks = null } = predictions
  const score = values && rounded(values)
  const predicted = score === null ? (marks ?? new Uint8Array(0)) : Uint8Array.from(score, (p) => (p >= threshold ? 1 : 0))
  return { task: 'multilabel', labels, y, score, predicted }
}

/** @throws UserError PROBABILITIES_NOT_ONE, CLASSES_UNKNOWN */
export function binaryScores(truth: Coded, positive: string, threshold: number, answered: Answered): BinaryScores {
  const { predictions } = answered
  const align = alignTo(truth.names)
  const rows = predictions.rows
  const isPositive = truth.names.map((name) => name === positive)
  const y = Uint8Array.from(truth.codes, (code) => (isPositive[code] ? 1 : 0))
  const { values, width, labels } = predictions
  if (values === null) {
    const positives = (labels?.names ?? []).map((name) => align(name) === positive)
    return { task: 'binary', y, score: null, predicted: Uint8Array.from(labels?.codes ?? [], (code) => (positives[code] ? 1 : 0)) }
  }
  let score = width > 1 ? probabilitiesOf(answered, values) : rounded(values)
  if (width > 1) {
    const probabilities = score
    const column = columnLabels(truth, answered).indexOf(positive)
    if (column === -1) throw classesUnknown(answered.shown, 'the positive class is none of them')
    score = Float64Array.from({ length: rows }, (_, row) => probabilities[row * width + column] ?? Number.NaN)
  }
  return { task: 'binary', y, score, predicted: Uint8Array.from(score, (p) => (p >= threshold ? 1 : 0)) }
}

/** Every label that data or one of the models knows, in one order for all of them, so that they can be compared. */
export function allClasses(truth: Coded, models: readonly Answered[]): readonly string[] {
  const align = alignTo(truth.names)
  const found = models.flatMap((model) => {
    const columns = model.predictions.values === null || model.predictions.width === 1 ? [] : columnLabels(truth, model)
    return [...columns, ...(model.predictions.labels?.names ?? []).map(align)]
  })
  return sortLabels([...truth.names, ...found])
}

/** @param classes of `allClasses` over all models compared */
export function multiclassScores(truth: Coded, classes: readonly string[], answered: Answered): MulticlassScores {
  const { predictions } = answered
  const place = new Map(classes.map((label, index) => [label, index]))
  const codes = ({ codes, names }: Coded): Int32Array => {
    const align = alignTo(truth.names)
    const to = names.map((name) => place.get(align(name)) ?? -1)
    return codes.map((code) => to[code] ?? -1)
  }
  const y = codes(truth)
  const { values, width, labels, rows } = predictions
  if (values === null || width === 1) {
    if (labels === null) throw classesUnknown(answered.shown, 'it gives one number per row, which is no class')
    return { task: 'multiclass', classes, y, proba: null, predicted: codes(labels) }
  }
  const probabilities = probabilitiesOf(answered, values)
  const target = columnLabels(truth, answered).map((label) => place.get(label) ?? -1)
  const k = classes.length
  const proba = new Float64Array(rows * k)
  const predicted = new Int32Array(rows)
  for (let row = 0; row < rows; row += 1) {
    let best = 0
    for (let column = 0; column < width; column += 1) {
      const p = probabilities[row * width + column] ?? 0
      proba[row * k + (target[column] ?? 0)] = p
      if (p > (probabilities[row * width + best] ?? 0)) best = column
    }
    predicted[row] = target[best] ?? -1
  }
  return { task: 'multiclass', classes, y, proba, predicted }
}

/** Rows of one probability for each class, none of them outside [0, 1]. @throws UserError PROBABILITIES_NOT_ONE */
function probabilitiesOf({ predictions: { width, rows }, shown }: Answered, values: Float64Array): Float64Array {
  let broken = 0
  for (let row = 0; row < rows; row += 1) {
    let sum = 0
    let within = true
    for (let column = 0; column < width; column += 1) {
      const p = values[row * width + column] ?? 0
      sum += p
      if (!isAbout(p, sumTolerance)) within = false
    }
    if (!within || Math.abs(sum - 1) > sumTolerance) broken += 1
  }
  if (broken === 0) return rounded(values, sumTolerance)
  throw new UserError(
    'PROBABILITIES_NOT_ONE',
    `the probabilities of ${shown} do not add up to 1 in ${outOf(broken, rows)}`,
    'give probabilities, not raw scores or logits (a softmax at the end of the model)',
  )
}

const classesUnknown = (shown: string, why: string) =>
  new UserError(
    'CLASSES_UNKNOWN',
    `which class each probability of ${shown} belongs to is not known: ${why}`,
    'export the model with its class labels (skl2onnx: leave ZipMap on)',
  )

/** The label of each column of probabilities, in the data's spelling. */
function columnLabels(truth: Coded, answered: Answered): readonly string[] {
  const { predictions, classLabels, shown } = answered
  const { width, labels } = predictions
  const align = alignTo(truth.names)
  if (classLabels !== null && classLabels.length === width) return classLabels.map((label) => align(String(label)))
  const known = sortLabels([...truth.names, ...(labels?.names ?? []).map(align)])
  const counted = Array.from({ length: width }, (_, index) => String(index))
  const guess = known.length === width ? known : known.every((label) => counted.includes(label)) ? counted : null
  if (guess === null)
    throw classesUnknown(shown, `it gives ${width} of them, and the data and its labels name ${plural(known.length, 'class', 'classes')}`)
  if (labels !== null && !agrees(guess, labels, predictions, align)) {
    throw classesUnknown(shown, 'its labels contradict the sorted order of the classes')
  }
  return guess
}

/** Rows that the model itself gives a label must have, on average, more probability in that label's column than other rows have. */
function agrees(guess: readonly string[], labels: Coded, { values, width, rows }: Predictions, align: (label: string) => string): boolean {
  if (values === null) return true
  const columnOf = labels.names.map((name) => guess.indexOf(align(name)))
  const own = new Float64Array(width)
  const ownRows = new Float64Array(width)
  const all = new Float64Array(width)
  for (let row = 0; row < rows; row += 1) {
    const labelled = columnOf[labels.codes[row] ?? -1] ?? -1
    for (let column = 0; column < width; column += 1) {
      const p = values[row * width + column] ?? 0
      all[column] = (all[column] ?? 0) + p
      if (column === labelled) {
        own[column] = (own[column] ?? 0) + p
        ownRows[column] = (ownRows[column] ?? 0) + 1
      }
    }
  }
  return own.every((sum, column) => {
    const n = ownRows[column] ?? 0
    if (n === 0 || n === rows) return true
    const others = ((all[column] ?? 0) - sum) / (rows - n)
    return sum / n >= others
  })
}
