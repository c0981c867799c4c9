/**
 * The hidden first line of our comment: whose it is, and which run wrote it. Nothing in a report can look like it: `<` never leaves the
 * escape module as itself, and the marker counts only at the very start of a body.
 */
export interface Marker {
  /** one comment per key */
  readonly key: string
  readonly run: string
  readonly attempt: string
}

const encode = (text: string): string => encodeURIComponent(text.toWellFormed())

/** A percent-encoded key holds neither a space nor `>`, so it can end neither itself nor the HTML comment. */
export const writeMarker = (marker: Marker): string =>
  `<!-- modelgate:${encode(marker.key)} run=${encode(marker.run)} attempt=${encode(marker.attempt)} -->`

const pattern = /^<!-- modelgate:([^\s<>]+) run=([^\s<>]*) attempt=([^\s<>]*) -->/

export function readMarker(body: string): Marker | null {
  const found = pattern.exec(body)
  if (found === null) return null
  try {
    const [key = '', run = '', attempt = ''] = found.slice(1).map(decodeURIComponent)
    return { key, run, attempt }
  } catch {
    return null
  }
}

/** -1: `a` is of an older run than `b`. Runs that cannot be ordered (a laptop's) count as the same. */
export function compareRuns(a: Marker, b: Marker): number {
  const number = /^\d{1,20}$/
  if (![a.run, b.run, a.attempt, b.attempt].every((text) => number.test(text))) return 0
  return sign(BigInt(a.run) - BigInt(b.run)) || sign(BigInt(a.attempt) - BigInt(b.attempt))
}

const sign = (difference: bigint): number => (difference < 0n ? -1 : difference > 0n ? 1 : 0)
