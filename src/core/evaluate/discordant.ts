/** On how many rows of a slice two models can be told apart: as far as it matters how many. */
import type { Sample } from '../metrics/sample.ts'
import { rowsOf, type Scores } from '../metrics/scores.ts'

/** Models that differ on fewer rows than this are not told apart there. */
export const FEWEST_DISCORDANT = 10

export interface Models {
  readonly candidate: Scores
  readonly baseline: Scores | null
}

/**
 * Of a share its own rows, else those with another answer; no more than `FEWEST_DISCORDANT` are counted.
 * @param rows of the slice, in the scores of the models
 */
export function discordantRows(sample: Sample, was: Sample, { candidate, baseline }: Models, rows: Uint32Array): number {
  if (sample.kind === 'proportion' && was.kind === 'proportion') return differing(sample.hit, was.hit, { among: sample.among })
  if (sample.kind === 'cells' && was.kind === 'cells') return differing(sample.predicted, was.predicted)
  if (!baseline) return 0
  const [a, b] = [scoresOf(candidate), scoresOf(baseline)]
  if (a && b) return differing(a, b, { rows, width: a.length / rowsOf(candidate) })
  return 'predicted' in candidate && 'predicted' in baseline ? differing(candidate.predicted, baseline.predicted, { rows }) : rows.length
}

function scoresOf(scores: Scores): Float64Array | null {
  if (scores.task === 'multiclass') return scores.proba
  return scores.task === 'binary' || scores.task === 'multilabel' || scores.task === 'ranking' ? scores.score : null
}

/** @param rows of `width` numbers each; all there are, when they are not given */
function differing(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  {
    among = null,
    rows = null,
    width = 1,
  }: { readonly among?: Uint8Array | null; readonly rows?: Uint32Array | null; readonly width?: number } = {},
): number {
  const n = rows?.length ?? a.length
  let found = 0
  for (let j = 0; j < n && found < FEWEST_DISCORDANT; j++) {
    const from = (rows ? (rows[j] ?? 0) : j) * width
    let same = true
    for (let i = from; i < from + width && same; i++) same = a[i] === b[i]
    if (!same && (!among || among[j] === 1)) found += 1
  }
  return found
}
