/** What a model answered, row by row, apart from what is true: in which rows two models differ, and one model with the answers of another in some of them. */
import type { Metric } from './metric.ts'
import type { Scores } from './scores.ts'

interface Answer {
  readonly kind: 'scores' | 'labels' | 'values' | 'quantiles'
  /** rows × width, row by row */
  readonly values: Float64Array | Uint8Array | Int32Array
  readonly width: number
}

const answer = (kind: Answer['kind'], values: Answer['values'] | null | undefined, width = 1): readonly Answer[] =>
  values ? [{ kind, values, width }] : []

function answersOf(scores: Scores): readonly Answer[] {
  switch (scores.task) {
    case 'binary':
      return [...answer('scores', scores.score), ...answer('labels', scores.predicted)]
    case 'multiclass':
      return [...answer('scores', scores.proba, scores.classes.length), ...answer('labels', scores.predicted)]
    case 'multilabel':
      return [...answer('scores', scores.score, scores.labels.length), ...answer('labels', scores.predicted, scores.labels.length)]
    case 'ranking':
      return answer('values', scores.score)
    case 'regression':
    case 'forecasting':
      return [...answer('values', scores.predicted), ...answer('quantiles', scores.quantiles?.values, scores.quantiles?.levels.length)]
  }
}

/** What a metric reads: of classes its probabilities or its labels, of everything else all there is. */
const isRead = ({ kind }: Answer, needs: Metric['needs']): boolean =>
  kind === 'scores' ? needs !== 'labels' : kind === 'labels' ? needs !== 'scores' : true

/** Rows in which the answers differ, rising; null: not the same kind of answers. @param enough no more are looked for, once it says so */
export function differingRows(
  a: Scores,
  b: Scores,
  needs: Metric['needs'],
  rows: number,
  enough: (row: number) => boolean,
): readonly number[] | null {
  const [own, other] = [a, b].map((scores) => answersOf(scores).filter((one) => isRead(one, needs)))
  if (!own || !other) return null
  if (own.length !== other.length || own.some(({ kind, width }, j) => other[j]?.kind !== kind || other[j]?.width !== width)) return null
  const pairs = own.flatMap(({ values, width }, j) => {
    const [of] = other.slice(j, j + 1)
    return of ? [{ values, width, of: of.values }] : []
  })
  const found: number[] = []
  for (let i = 0; i < rows; i++) {
    let same = true
    for (const { values, width, of } of pairs) same &&= !differs(values, of, i * width, width)
    if (same) continue
    found.push(i)
    if (enough(i)) break
  }
  return found
}

function differs(a: Answer['values'], b: Answer['values'], from: number, width: number): boolean {
  for (let i = from; i < from + width; i++) if (a[i] !== b[i]) return true
  return false
}

/** `scores` with the answers of `other` in these rows. @throws RangeError where they are of other tasks */
export function withAnswers(scores: Scores, other: Scores, rows: Iterable<number>): Scores {
  if (scores.task !== other.task) throw new RangeError(`answers of a ${other.task} task are none of a ${scores.task} one`)
  const mixed = copied(scores)
  const from = answersOf(other)
  for (const { kind, values, width } of answersOf(mixed)) {
    const source = from.find((one) => one.kind === kind && one.width === width)?.values
    // what the other does not say stays as it was
    if (!source) continue
    for (const row of rows) for (let i = row * width; i < (row + 1) * width; i++) values[i] = source[i] ?? 0
  }
  return mixed
}

/** Answers of its own, everything else shared. */
function copied(scores: Scores): Scores {
  switch (scores.task) {
    case 'binary':
    case 'multilabel':
      return { ...scores, score: scores.score?.slice() ?? null, predicted: scores.predicted.slice() }
    case 'multiclass':
      return { ...scores, proba: scores.proba?.slice() ?? null, predicted: scores.predicted.slice() }
    case 'ranking':
      return { ...scores, score: scores.score.slice() }
    case 'regression':
    case 'forecasting': {
      const { quantiles = null } = scores
      return { ...scores, predicted: scores.predicted.slice(), quantiles: quantiles && { ...quantiles, values: quantiles.values.slice() } }
    }
  }
}
