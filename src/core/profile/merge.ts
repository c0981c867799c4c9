/**
 * Two profiles of parts of one table → the profile of the whole, for parts counted at the same edges.
 *
 * Counts add exactly. Moments by Chan's rule: m2 = m2a + m2b + δ²·na·nb/n with δ the difference of the means. What a part left out of its lists
 * (rare labels, infrequent values) is unknown, so the merged lists hold only what both sides know: a label or value that one side
 * does not list stays only where that side's list is complete. `distinct` is kept only where both level tables are complete.
 *
 * Blocks line up by their span of time, or by their bucket. Repeated rows are unknown: a row of one part may be one of the other.
 *
 * @throws RangeError when columns, edges, blocks, weights, pairs or cells of associations differ
 * Source: Chan, Golub & LeVeque 1979, "Updating formulae and a pairwise algorithm for computing sample variances".
 */
import type { ColumnProfile, TableProfile } from '../schema/profile.ts'
import { mergeAssociations } from './associations.ts'
import { digits12 } from './digits.ts'
import { mergeBlocks } from './merge-blocks.ts'
import { mergePairs } from './pairs.ts'
import { mergeWeight, mergeWeighted } from './weights.ts'

export function mergeProfiles(a: TableProfile, b: TableProfile): TableProfile {
  if (a.columns.length !== b.columns.length) throw new RangeError('the profiles have different columns')
  const blocks = mergeBlocks(a.blocks ?? null, b.blocks ?? null)
  return {
    role: a.role,
    rows: a.rows + b.rows,
    fingerprint: mergeFingerprints(a.fingerprint, b.fingerprint),
    digests: [...a.digests, ...b.digests],
    columns: a.columns.map((column) => {
      const other = b.columns.find((one) => one.name === column.name)
      if (other === undefined) throw new RangeError(`the other profile has no column ${column.name}`)
      const merged = mergeColumns(column, other)
      if (blocks === null) return merged
      const counts = column.blocks && other.blocks ? blocks.join(column.blocks, other.blocks) : null
      return { ...merged, blocks: counts }
    }),
    ...(a.duplicates === undefined && b.duplicates === undefined ? {} : { duplicates: null }),
    ...(blocks === null ? {} : { blocks: blocks.table }),
    ...(a.weight || b.weight ? { weight: mergeWeight(a.weight, b.weight) } : {}),
    ...(a.pairs && b.pairs ? { pairs: mergePairs(a.pairs, b.pairs) } : {}),
    ...(a.associations && b.associations ? { associations: mergeAssociations(a.associations, b.associations) } : {}),
  }
}

function mergeColumns(a: ColumnProfile, b: ColumnProfile): ColumnProfile {
  if ((a.numeric === null) !== (b.numeric === null) || a.numeric?.edges_id !== b.numeric?.edges_id) {
    throw new RangeError(`the profiles of ${a.name} were counted at different edges`)
  }
  const { blocks: _, weighted: __, words: before, ...rest } = a
  const sameWords = before && b.words && before.known === b.words.known && before.probe === b.words.probe
  const merged: ColumnProfile = {
    ...rest,
    sensitive: a.sensitive || b.sensitive,
    n: a.n + b.n,
    n_null: a.n_null + b.n_null,
    n_nan: a.n_nan + b.n_nan,
    n_pos_inf: a.n_pos_inf + b.n_pos_inf,
    n_neg_inf: a.n_neg_inf + b.n_neg_inf,
    n_empty: a.n_empty + b.n_empty,
    numeric: a.numeric === null || b.numeric === null ? null : mergeNumbers(a.numeric, b.numeric, a.n + b.n),
    categories: a.categories === null || b.categories === null ? null : mergeCategories(a.categories, b.categories),
    ...(sameWords ? { words: before } : {}),
  }
  return a.weighted || b.weighted ? { ...merged, weighted: mergeWeighted(a, b, merged) } : merged
}

type Numbers = NonNullable<ColumnProfile['numeric']>
type Categories = NonNullable<ColumnProfile['categories']>

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)

function mergeNumbers(a: Numbers, b: Numbers, rows: number): Numbers {
  const na = total(a.cells)
  const nb = total(b.cells)
  // parts counted against a reference list every frequent value of that
  const against = Boolean(a.beyond && b.beyond)
  const there = new Map(b.spikes.map((spike) => [spike.value, spike.count]))
  return {
    min: extreme(Math.min, a.min, b.min, na, nb),
    max: extreme(Math.max, a.max, b.max, na, nb),
    ...moments(a, b, na, nb),
    edges: a.edges,
    edges_id: a.edges_id,
    cells: a.cells.map((cell, i) => cell + (b.cells[i] ?? 0)),
    spikes: a.spikes
      .flatMap(({ value, count }) => {
        const other = there.get(value)
        return other === undefined ? [] : [{ value, count: count + other }]
      })
      .filter((spike) => against || spike.count >= 0.005 * rows)
      .sort((x, y) => y.count - x.count || x.value - y.value),
    ...(a.beyond && b.beyond ? { beyond: { below: a.beyond.below + b.beyond.below, above: a.beyond.above + b.beyond.above } } : {}),
    ...mostUnlisted(a, b),
  }
}

/** What neither part had room for. */
const mostUnlisted = (a: { most_unlisted?: number | undefined }, b: { most_unlisted?: number | undefined }) =>
  a.most_unlisted === undefined && b.most_unlisted === undefined ? {} : { most_unlisted: (a.most_unlisted ?? 0) + (b.most_unlisted ?? 0) }

function extreme(pick: (x: number, y: number) => number, a: number | null, b: number | null, na: number, nb: number): number | null {
  if (na === 0) return b
  if (nb === 0) return a
  return a === null || b === null ? null : pick(a, b)
}

function moments(a: Numbers, b: Numbers, na: number, nb: number): Pick<Numbers, 'mean' | 'm2'> {
  if (na === 0) return { mean: b.mean, m2: b.m2 }
  if (nb === 0) return { mean: a.mean, m2: a.m2 }
  if (a.mean === null || b.mean === null || a.m2 === null || b.m2 === null) return { mean: null, m2: null }
  const gap = b.mean - a.mean
  const n = na + nb
  return { mean: digits12(a.mean + (gap * nb) / n), m2: digits12(a.m2 + b.m2 + (gap * gap * na * nb) / n) }
}

function mergeCategories(a: Categories, b: Categories): Categories {
  const complete = a.other_count === 0 && b.other_count === 0
  const left = new Map(a.top.map((level) => [level.value, level.count]))
  const right = new Map(b.top.map((level) => [level.value, level.count]))
  const top: { value: string; count: number }[] = []
  let other = a.other_count + b.other_count
  for (const value of new Set([...left.keys(), ...right.keys()])) {
    const x = left.get(value) ?? (a.other_count === 0 ? 0 : null)
    const y = right.get(value) ?? (b.other_count === 0 ? 0 : null)
    if (x === null || y === null) other += (x ?? 0) + (y ?? 0)
    else top.push({ value, count: x + y })
  }
  top.sort((x, y) => y.count - x.count || (x.value < y.value ? -1 : 1))
  const listed = top.slice(0, 2000)
  return {
    top: listed,
    other_count: other + total(top.slice(2000).map((level) => level.count)),
    distinct: complete && a.distinct !== null && b.distinct !== null ? top.length : null,
    ...mostUnlisted(a, b),
  }
}

function mergeFingerprints(a: string, b: string): string {
  const [rowsA = '0', xorA = '0', sumA = '0', namesA] = a.split(':')
  const [rowsB = '0', xorB = '0', sumB = '0', namesB] = b.split(':')
  if (namesA !== namesB) throw new RangeError('the fingerprints are of different columns')
  const hex = (value: bigint) => BigInt.asUintN(64, value).toString(16).padStart(16, '0')
  const of = (text: string) => BigInt(`0x${text}`)
  return `${Number(rowsA) + Number(rowsB)}:${hex(of(xorA) ^ of(xorB))}:${hex(of(sumA) + of(sumB))}:${namesA}`
}
