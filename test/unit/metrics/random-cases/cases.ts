/** The cases of scripts/reference/metric_batches.py, made again: the same generator, the same draws in the same order. */
import { naiveScale } from '../../../../src/core/metrics/forecast.ts'
import type { ScoredTask, Scores } from '../../../../src/core/metrics/scores.ts'

/** mulberry32: the same few lines in Python. */
function mulberry(seed: number): (n: number) => number {
  let a = seed >>> 0
  return (n) => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % n
  }
}

export const cases = {
  binary: (i) => {
    const below = mulberry(1_000_000 + i)
    const n = 1 + below(40)
    const share = [0, 1, 2, 3, 5, 8, 10][below(7)] ?? 0
    const levels = [1_000_000, 10, 1][below(3)] ?? 1
    const free = below(3) === 0
    const [y, score, predicted] = [new Uint8Array(n), new Float64Array(n), new Uint8Array(n)]
    for (let row = 0; row < n; row++) {
      y[row] = below(10) < share ? 1 : 0
      const s = below(levels + 1) / levels
      score[row] = s
      predicted[row] = free ? below(2) : s >= 0.5 ? 1 : 0
    }
    return { task: 'binary', y, score, predicted, weight: weights(i, n) }
  },
  multiclass: (i) => {
    const below = mulberry(2_000_000 + i)
    const k = 3 + below(3)
    const n = 1 + below(40)
    const grain = [3, 1000][below(2)] ?? 3
    const free = below(4) === 0
    const [y, proba, predicted] = [new Int32Array(n), new Float64Array(n * k), new Int32Array(n)]
    for (let row = 0; row < n; row++) {
      y[row] = below(k)
      const weights = Array.from({ length: k }, () => below(grain))
      const total = weights.reduce((sum, w) => sum + w, 0)
      const parts = weights.map((w) => Math.floor(total ? (w * 1_000_000) / total : 1_000_000 / k))
      parts[k - 1] = 1_000_000 - parts.slice(0, -1).reduce((sum, w) => sum + w, 0)
      for (const [c, share] of parts.entries()) proba[row * k + c] = share / 1_000_000
      predicted[row] = free ? below(k) : parts.indexOf(Math.max(...parts))
    }
    return { task: 'multiclass', classes: Array.from({ length: k }, (_, c) => `c${c}`), y, proba, predicted, weight: weights(i, n) }
  },
  regression: (i) => {
    const below = mulberry(3_000_000 + i)
    const n = 1 + below(40)
    const kind = below(4)
    const [y, predicted] = [new Float64Array(n), new Float64Array(n)]
    for (let row = 0; row < n; row++) {
      const a = below(1000)
      const b = below(1000)
      const pairs = [
        [(a % 21) - 10, (a % 21) - 10 + (b % 5) - 2],
        [(1 + a) / 10, (1 + b) / 10],
        [5, b % 11],
        [(100_000_000 + a) / 100, (100_000_000 + b) / 100],
      ] as const
      const [truth, said] = pairs[kind] ?? pairs[0]
      y[row] = truth
      predicted[row] = said
    }
    return { task: 'regression', y, predicted, quantiles: around(predicted, i), weight: weights(i, n) }
  },
  multilabel,
  ranking,
  forecasting,
} as const satisfies Record<ScoredTask, (i: number) => Scores>

/** Null for every other case. Of three kinds: few and 0 among them, fractions of two that add up exactly, any. */
function weights(i: number, n: number): Float64Array | null {
  if (i % 2 === 0) return null
  const below = mulberry(9_000_000 + i)
  const kind = below(3)
  const one = [() => [0, 0.25, 1, 2, 3][below(5)] ?? 0, () => (1 + below(1000)) / 128, () => (1 + below(1000)) / 997][kind]
  const found = Float64Array.from({ length: n }, () => one?.() ?? 0)
  return found.some((w) => w > 0) ? found : found.fill(1)
}

const levels = [0.1, 0.25, 0.5, 0.75, 0.9]

/** Five numbers about each prediction, rising. */
function around(predicted: Float64Array, i: number) {
  const below = mulberry(7_000_000 + i)
  const values = new Float64Array(predicted.length * levels.length)
  for (const [row, said] of predicted.entries())
    values.set(Float64Array.from(levels, () => said + below(401) / 10 - 20).sort(), row * levels.length)
  return { levels, values }
}

function multilabel(i: number): Scores {
  const below = mulberry(4_000_000 + i)
  const k = 2 + below(4)
  const n = 1 + below(60)
  const share = [1, 3, 5, 8][below(4)] ?? 1
  const levels = [3, 1000][below(2)] ?? 3
  const [y, score, predicted] = [new Uint8Array(n * k), new Float64Array(n * k), new Uint8Array(n * k)]
  for (let from = 0; from < n * k; from += k) {
    for (let c = 0; c < k; c++) y[from + c] = below(10) < share ? 1 : 0
    for (let c = 0; c < k; c++) score[from + c] = below(levels + 1) / levels
    for (let c = 0; c < k; c++) predicted[from + c] = below(10) < share ? 1 : 0
  }
  const labels = Array.from({ length: k }, (_, c) => `l${c}`)
  return { task: 'multilabel', labels, y, score, predicted, weight: weights(i, n) }
}

function ranking(i: number): Scores {
  const below = mulberry(5_000_000 + i)
  const n = 1 + below(60)
  const queries = 1 + below(8)
  const levels = [3, 1000][below(2)] ?? 3
  const grades = [2, 4][below(2)] ?? 2
  const [y, score, query, item] = [new Float64Array(n), new Float64Array(n), new Int32Array(n), new Int32Array(n)]
  for (let row = 0; row < n; row++) {
    // Python draws the condition first
    y[row] = below(2) === 1 ? below(grades) : 0
    score[row] = below(levels + 1) / levels
    query[row] = below(queries)
    item[row] = below(12)
  }
  const perQuery = weights(i, queries)
  const own = perQuery && Float64Array.from(query, (q) => perQuery[q] ?? 0)
  const weight = own && !own.some((w) => w > 0) ? own.fill(1) : own
  return { task: 'ranking', y, score, query, item, weight }
}

function forecasting(i: number): Scores {
  const below = mulberry(6_000_000 + i)
  const n = 1 + below(60)
  const count = 1 + below(4)
  const steps = [1, 20][below(2)] ?? 1
  const low = [0, 10][below(2)] ?? 0
  const scale = Array.from({ length: count }, () => {
    const rows = 2 + below(6)
    return naiveScale(Array.from({ length: rows }, () => below(steps + 1) + below(2)))
  })
  const [y, predicted, series, horizon] = [new Float64Array(n), new Float64Array(n), new Int32Array(n), new Int32Array(n)]
  const values = new Float64Array(n * levels.length)
  const number = () => below(401) / 10 - low
  for (let row = 0; row < n; row++) {
    y[row] = below(41) - low
    predicted[row] = number()
    series[row] = below(count)
    horizon[row] = 1 + below(3)
    values.set(Float64Array.from(levels, number).sort(), row * levels.length)
  }
  const quantiles = { levels, values }
  return { task: 'forecasting', y, predicted, series, time: null, horizon, quantiles, scale, naive: null, weight: weights(i, n) }
}
