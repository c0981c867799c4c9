/**
 * Bootstraps of metric samples, one model or two together. What is drawn is drawn once and shared: draws over cells by every metric that
 * reads the confusion table of the same models, the curve of a ranking by every metric that was announced for it.
 */
import type { Confusion, MetricValue, Sample } from '../metrics/sample.ts'
import type { Bca } from '../stats/bca.ts'
import { type CellDraws, cellBootstrap, cellDraws } from '../stats/cell-bootstrap.ts'
import { drawsFor, minus, type Replicates, type RowDraws, readsQuantiles, rowBootstrap, rowDraws } from '../stats/row-bootstrap.ts'
import type { Serial } from './serial.ts'
import { entriesOf, isSummed, type RankSample, type RowSample, rankReplicates, replicatesOf } from './statistic.ts'

export type { RowSample } from './statistic.ts'

type Cells = Extract<Sample, { kind: 'cells' }>

const SUMMED_DRAWS = 2000

export interface More {
  /** how many times as many draws */
  readonly times: number
  /** there will be no more of them: what is asked beyond the last goes on from there (`stats/drawn-tail.ts`) */
  readonly beyond: boolean
}

export interface Resampling {
  /** rows that follow each other in time; null: they stand for themselves, or for their group */
  readonly serial: Serial | null
  /** so many draws that their quantiles are read, and not their standard error alone */
  readonly readsQuantiles: boolean
  /** metrics of one ranking that will be asked for: made together, at the price of one */
  announce(samples: readonly Sample[]): void
  /** null: the statistic is undefined in nearly every draw */
  rows(a: RowSample, b: RowSample | null): Bca | null
  /** how many rows have each truth and each answer of both models, where rows stand for themselves and count alike */
  joint(a: Cells, b: Cells): Pick<Joint, 'counts' | 'first' | 'second'>
  /** draws of that table */
  cells(a: Cells, b: Cells | null): Bca | null
  /** of more draws, where their quantiles are read */
  finer(more: More): Resampling
}

/** @param most draws over rows; of fewer than 1,000 only the standard error is read */
export function resampling(serial: Serial | null = null, most = SUMMED_DRAWS): Resampling {
  const drawn = new Map<string, { readonly codes: Int32Array | null; readonly draws: RowDraws }[]>()
  const drawsOf = (sample: RowSample, times: number): RowDraws => {
    const rows = entriesOf(sample)
    const codes = unitsFor(sample, serial)
    const once = Math.min(most, isSummed(sample) ? SUMMED_DRAWS : drawsFor(rows))
    // of more a standard error is no other
    const size = readsQuantiles({ size: once }) ? times * once : once
    const key = `${rows} ${size}`
    const others = drawn.get(key) ?? []
    const known = others.find((other) => other.codes === codes)
    if (known) return known.draws
    const draws = rowDraws(rows, size, codes)
    drawn.set(key, [...others, { codes, draws }])
    return draws
  }

  const announced = new Map<RankSample['ranks'], RankSample[]>()
  const replicated = new Map<number, WeakMap<RowSample, Replicates>>()
  const replicatesFor = (sample: RowSample, times: number): Replicates => {
    const kept = replicated.get(times) ?? new WeakMap<RowSample, Replicates>()
    replicated.set(times, kept)
    const known = kept.get(sample)
    if (known) return known
    const draws = drawsOf(sample, times)
    if (sample.kind !== 'rank') {
      const made = replicatesOf(sample, draws)
      kept.set(sample, made)
      return made
    }
    const together = [sample, ...(announced.get(sample.ranks) ?? []).filter((other) => other !== sample && alike(other, sample))]
    const [own, ...rest] = rankReplicates(together, draws)
    if (!own) throw new RangeError('a sample has draws')
    for (const [j, made] of [own, ...rest].entries()) {
      const one = together[j]
      if (one) kept.set(one, made)
    }
    return own
  }

  const joints: Joint[] = []
  const jointFor = (a: Cells, b: Cells | null): Joint => {
    const known = joints.find((joint) => joint.y === a.y && joint.ofFirst === a.predicted && joint.ofSecond === (b?.predicted ?? null))
    if (known) return known
    const made = jointCells(a, b)
    joints.push(made)
    return made
  }

  const drawing = ({ times, beyond }: More): Resampling => ({
    serial,
    readsQuantiles: readsQuantiles({ size: most }),
    announce(samples) {
      for (const sample of samples) {
        if (sample.kind === 'rank') announced.set(sample.ranks, [...(announced.get(sample.ranks) ?? []), sample])
      }
    },
    joint: (a, b) => jointFor(a, b),
    rows: (a, b) =>
      attempt(() => rowBootstrap(b ? minus(replicatesFor(a, times), replicatesFor(b, times)) : replicatesFor(a, times), beyond)),
    cells(a, b) {
      const joint = jointFor(a, b)
      const { counts, classes } = joint
      const one = new Float64Array(classes * classes)
      const two = new Float64Array(classes * classes)
      const statistic = (drawn: Float64Array): number => {
        one.fill(0)
        two.fill(0)
        for (let j = 0; j < drawn.length; j++) {
          const count = drawn[j] ?? 0
          one[joint.first[j] ?? 0] = (one[joint.first[j] ?? 0] ?? 0) + count
          two[joint.second[j] ?? 0] = (two[joint.second[j] ?? 0] ?? 0) + count
        }
        return b ? read(a.of, one) - read(b.of, two) : read(a.of, one)
      }
      return attempt(() => cellBootstrap(counts, statistic, joint.draws(times), beyond))
    },
    finer: drawing,
  })
  return drawing({ times: 1, beyond: false })
}

/** What is resampled: the sample's own units, or blocks of time; null: rows. */
export function unitsFor(sample: RowSample, serial: Serial | null): Int32Array | null {
  return serial && serial.rows === entriesOf(sample) ? serial.blocks : (sample.unit ?? null)
}

const alike = (a: RankSample, b: RankSample): boolean =>
  a.y === b.y && (a.unit ?? null) === (b.unit ?? null) && (a.weight ?? null) === (b.weight ?? null)

const read = (of: (table: Confusion) => MetricValue, table: Confusion): number => of(table).value ?? Number.NaN

/** A bootstrap with hardly a defined draw is no answer; anything else that is thrown is ours. */
export function attempt(make: () => Bca): Bca | null {
  try {
    return make()
  } catch (thrown) {
    if (thrown instanceof RangeError && thrown.message.includes('too few')) return null
    throw thrown
  }
}

interface Joint {
  readonly y: Cells['y']
  readonly ofFirst: Cells['predicted']
  readonly ofSecond: Cells['predicted'] | null
  readonly classes: number
  /** how many rows have this truth, this prediction of the first, this of the second */
  readonly counts: Float64Array
  readonly first: Uint32Array
  readonly second: Uint32Array
  readonly draws: (times: number) => CellDraws
}

function jointCells(a: Cells, b: Cells | null): Joint {
  const k = a.classes
  const dense = k ** 3 <= 1_000_000 ? new Int32Array(k ** 3).fill(-1) : null
  const index = new Map<number, number>()
  const counts: number[] = []
  const first: number[] = []
  const second: number[] = []
  for (let i = 0; i < a.y.length; i++) {
    const y = a.y[i] ?? 0
    const one = a.predicted[i] ?? 0
    const two = b ? (b.predicted[i] ?? 0) : 0
    const code = (y * k + one) * k + two
    const at = dense ? (dense[code] ?? -1) : (index.get(code) ?? -1)
    if (at === -1) {
      if (dense) dense[code] = counts.length
      else index.set(code, counts.length)
      counts.push(1)
      first.push(y * k + one)
      second.push(y * k + two)
    } else counts[at] = (counts[at] ?? 0) + 1
  }
  const table = Float64Array.from(counts)
  const draws = new Map<number, CellDraws>()
  return {
    y: a.y,
    ofFirst: a.predicted,
    ofSecond: b?.predicted ?? null,
    classes: k,
    counts: table,
    first: Uint32Array.from(first),
    second: Uint32Array.from(second),
    draws: (times) => {
      const made = draws.get(times) ?? cellDraws(table, 1, times)
      draws.set(times, made)
      return made
    },
  }
}
