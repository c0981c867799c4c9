/**
 * One comment per key, whatever went wrong before: from what lies there to the next thing to do. Asked again after every change, so
 * a lost answer, a second run at the same time and a twin all end in the same state: the oldest comment, with the newest run's words.
 */
import { compareRuns, type Marker, readMarker } from './marker.ts'

export interface Listed {
  readonly id: number
  readonly body: string
  readonly mine: boolean
}

export interface Wanted {
  readonly marker: Marker
  readonly body: string
}

export type Step =
  | { readonly kind: 'create' }
  | { readonly kind: 'update'; readonly id: number; readonly body: string }
  | { readonly kind: 'remove'; readonly id: number }
  /** `ours`: our words stand there. `newer`: those of a newer run do. */
  | { readonly kind: 'done'; readonly id: number; readonly whose: 'ours' | 'newer' }

/** GitHub may end lines its own way; what people read is the same. */
const sameWords = (a: string, b: string): boolean => a.replaceAll('\r\n', '\n').trimEnd() === b.replaceAll('\r\n', '\n').trimEnd()

export function nextStep(comments: readonly Listed[], wanted: Wanted): Step {
  const twins = comments
    .flatMap((comment) => {
      const marker = comment.mine ? readMarker(comment.body) : null
      return marker !== null && marker.key === wanted.marker.key ? [{ ...comment, marker }] : []
    })
    .sort((a, b) => a.id - b.id)
  const [kept, ...later] = twins
  if (kept === undefined) return { kind: 'create' }

  const newest = twins.reduce((best, twin) => (compareRuns(twin.marker, best.marker) > 0 ? twin : best))
  const newer = compareRuns(newest.marker, wanted.marker) > 0
  const body = newer ? newest.body : wanted.body
  if (!sameWords(kept.body, body)) return { kind: 'update', id: kept.id, body }
  // only when the newest words are safe in the kept one may a twin go
  const [twin] = later
  return twin === undefined ? { kind: 'done', id: kept.id, whose: newer ? 'newer' : 'ours' } : { kind: 'remove', id: twin.id }
}
