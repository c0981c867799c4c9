/**
 * Penalised maximum likelihood of a linear model on a design:
 *
 *     min  Σ s_i ℓ(y_i, b + x_i·w) + λ/2 · |w|²          the intercept b is not penalised, s: row weights of mean one
 *
 *   binary      ℓ = ln(1 + e^f) − y·f
 *   multiclass  ℓ = ln Σ_c e^{f_c} − f_y                one vector and one intercept a class
 *   regression  ℓ = (y − f)² / 2                        on y scaled to mean 0 and deviation 1, so that λ means the same
 *
 * λ is the precision of a normal prior on the weights and does not depend on the number of rows: chosen on a sample, it holds for all.
 * It is the candidate with the smallest loss on held-out rows (a fixed fifth, by hash of the row number), the larger one on a tie.
 */
import { addGradient, addScores, columnMass, type Design, takeRows } from './design.ts'
import { type Breathe, minimise } from './lbfgs.ts'
import { type BuiltinTask, sigmoid, softmaxInPlace } from './linear-model.ts'

/** Strongest first: each fit starts where the stronger one ended. */
export const penalties = [1000, 100, 10, 1] as const
/** Used as it is where there are too few rows to hold some out. */
const defaultPenalty = 1
const fewestToChoose = 100
const mostToChoose = 20_000
/** of the gradient per row: scores are then exact to about five digits, far below what the rows can tell */
const finalTolerance = 1e-6
/** relative gain of one step below which the fit ends: with almost separable classes the weights creep on long after scores stand still */
const finalGain = 1e-7

export interface Targets {
  readonly task: BuiltinTask
  /** class numbers, or values */
  readonly y: Float64Array
  /** classes; 1 for regression */
  readonly classes: number
  /** non-negative; null means all equal */
  readonly rowWeights: Float64Array | null
}

export interface Fit {
  readonly intercepts: readonly number[]
  readonly weights: readonly Float64Array[]
  readonly penalty: number
  /** mean loss on held-out rows of the penalty chosen, and of the prior alone; null when nothing was held out */
  readonly heldOut: { readonly loss: number; readonly prior: number } | null
  readonly iterations: number
  readonly converged: boolean
}

interface Stop {
  readonly tolerance: number
  readonly gain: number
  readonly breathe?: Breathe
}

export async function fitLinear(design: Design, targets: Targets, breathe: Breathe = () => Promise.resolve()): Promise<Fit> {
  const { penalty, heldOut } = await choosePenalty(design, targets, breathe)
  return { ...(await fitAt(design, targets, penalty, { tolerance: finalTolerance, gain: finalGain, breathe })), heldOut }
}

/** The fit at one given penalty. */
export async function fitAt(design: Design, targets: Targets, penalty: number, stop: Stop): Promise<Omit<Fit, 'heldOut'>> {
  const scale = targets.task === 'regression' ? moments(targets) : { mean: 0, deviation: 1 }
  const scaled = standardise(targets, scale)
  const solved = await solve(design, scaled, penalty, null, stop)
  const { intercepts, weights } = unpack(solved.x, design.width)
  return {
    intercepts: intercepts.map((b) => b * scale.deviation + scale.mean),
    weights: weights.map((w) => w.map((v) => v * scale.deviation)),
    penalty,
    iterations: solved.iterations,
    converged: solved.converged,
  }
}

async function choosePenalty(design: Design, targets: Targets, breathe: Breathe): Promise<{ penalty: number; heldOut: Fit['heldOut'] }> {
  if (design.rows < fewestToChoose || design.width === 0) return { penalty: defaultPenalty, heldOut: null }
  const every = Math.max(1, design.rows / mostToChoose)
  const fit: number[] = []
  const out: number[] = []
  for (let i = 0; i < design.rows; i++) {
    const h = rowHash(i)
    // the high bits thin the rows, the low ones split them: independent of each other
    if ((h >>> 8) * every >= 2 ** 24) continue
    ;((h & 0xff) < 51 ? out : fit).push(i)
  }
  const [inside, outside] = [Int32Array.from(fit), Int32Array.from(out)]
  const insideTargets = takeTargets(targets, inside)
  const scale = targets.task === 'regression' ? moments(insideTargets) : { mean: 0, deviation: 1 }
  const trainTargets = standardise(insideTargets, scale)
  const testTargets = standardise(takeTargets(targets, outside), scale)
  const trainDesign = takeRows(design, inside)
  const testDesign = takeRows(design, outside)

  const prior = meanLoss(testDesign, testTargets, startingPoint(trainDesign, trainTargets))
  let best: { penalty: number; loss: number } | null = null
  let from: Float64Array | null = null
  for (const penalty of penalties) {
    const { x } = await solve(trainDesign, trainTargets, penalty, from, { tolerance: 1e-5, gain: 1e-7, breathe })
    from = x
    const loss = meanLoss(testDesign, testTargets, x)
    // a gain below the sixth digit is no reason to trust larger weights
    if (best === null || loss < best.loss - 1e-6 * Math.abs(best.loss)) best = { penalty, loss }
  }
  return best === null ? { penalty: defaultPenalty, heldOut: null } : { penalty: best.penalty, heldOut: { loss: best.loss, prior } }
}

function solve(design: Design, targets: Targets, penalty: number, from: Float64Array | null, stop: Stop) {
  const mean = startingPoint(design, targets)
  const scores = new Float64Array(design.rows * outputs(targets))
  return minimise(
    from ?? mean,
    (x, gradient) => objective(design, targets, penalty, x, gradient, scores),
    curvatureOf(design, targets, penalty),
    stop,
  )
}

const outputs = (targets: Targets): number => (targets.task === 'multiclass' ? targets.classes : 1)
const weightOf = (targets: Targets, i: number): number => targets.rowWeights?.[i] ?? 1

function totalWeight(targets: Targets): number {
  let total = 0
  for (let i = 0; i < targets.y.length; i++) total += weightOf(targets, i)
  return total
}

/** Parameters: for each output its intercept, then its weights. Value and gradient are per unit of row weight. */
function objective(
  design: Design,
  targets: Targets,
  penalty: number,
  x: Float64Array,
  gradient: Float64Array,
  scores: Float64Array,
): number {
  const k = outputs(targets)
  const size = design.width + 1
  const total = totalWeight(targets)
  forward(design, x, k, scores)
  let value = lossAndResiduals(targets, k, scores) / total
  for (let c = 0; c < k; c++) {
    const at = c * size
    gradient.fill(0, at, at + size)
    let bias = 0
    for (let i = 0; i < design.rows; i++) bias += scores[i * k + c] ?? 0
    gradient[at] = bias
    addGradient(design, scores, k, c, gradient, at + 1)
    for (let j = at; j < at + size; j++) gradient[j] = (gradient[j] ?? 0) / total
    for (let j = at + 1; j < at + size; j++) {
      const w = x[j] ?? 0
      value += (penalty * w * w) / (2 * total)
      gradient[j] = (gradient[j] ?? 0) + (penalty * w) / total
    }
  }
  return value
}

function forward(design: Design, x: Float64Array, k: number, scores: Float64Array): void {
  const size = design.width + 1
  for (let c = 0; c < k; c++) {
    const bias = x[c * size] ?? 0
    for (let i = 0; i < design.rows; i++) scores[i * k + c] = bias
    addScores(design, x, c * size + 1, scores, k, c)
  }
}

/** Σ s·ℓ; leaves s·∂ℓ/∂f where the scores were. */
function lossAndResiduals(targets: Targets, k: number, scores: Float64Array): number {
  const { task, y } = targets
  let loss = 0
  for (let i = 0; i < y.length; i++) {
    const s = weightOf(targets, i)
    const truth = y[i] ?? 0
    const at = i * k
    const f = scores[at] ?? 0
    switch (task) {
      case 'binary':
        loss += s * (Math.max(f, 0) + Math.log1p(Math.exp(-Math.abs(f))) - truth * f)
        scores[at] = s * (sigmoid(f) - truth)
        break
      case 'multiclass': {
        const own = scores[at + truth] ?? 0
        loss += s * (softmaxInPlace(scores, at, k) - own)
        scores[at + truth] = (scores[at + truth] ?? 0) - 1
        if (s !== 1) for (let c = 0; c < k; c++) scores[at + c] = (scores[at + c] ?? 0) * s
        break
      }
      case 'regression':
        loss += (s * (f - truth) ** 2) / 2
        scores[at] = s * (f - truth)
        break
    }
  }
  return loss
}

function meanLoss(design: Design, targets: Targets, x: Float64Array): number {
  const k = outputs(targets)
  const scores = new Float64Array(design.rows * k)
  forward(design, x, k, scores)
  return lossAndResiduals(targets, k, scores) / totalWeight(targets)
}

/** Class shares (half a row each against empty classes) as intercepts; the mean for regression; no weights. */
function startingPoint(design: Design, targets: Targets): Float64Array {
  const k = outputs(targets)
  const x = new Float64Array(k * (design.width + 1))
  for (const [c, intercept] of priorIntercepts(targets).entries()) x[c * (design.width + 1)] = intercept
  return x
}

/** The model without any column. */
export function priorIntercepts(targets: Targets): readonly number[] {
  if (targets.task === 'regression') return [moments(targets).mean]
  const counts = new Float64Array(targets.classes)
  for (const [i, c] of targets.y.entries()) counts[c] = (counts[c] ?? 0) + weightOf(targets, i)
  const logs = Array.from(counts, (count) => Math.log(count + 0.5))
  if (targets.task === 'binary') return [(logs[1] ?? 0) - (logs[0] ?? 0)]
  const middle = logs.reduce((total, l) => total + l, 0) / logs.length
  return logs.map((l) => l - middle)
}

/** Diagonal of the Hessian at the prior: what one-hot columns of very different frequency need to be solved at equal speed. */
function curvatureOf(design: Design, targets: Targets, penalty: number): Float64Array {
  const total = totalWeight(targets)
  const share = Float64Array.from({ length: design.rows }, (_, i) => weightOf(targets, i) / total)
  const mass = columnMass(design, share)
  const k = outputs(targets)
  const size = design.width + 1
  const curvature = new Float64Array(k * size)
  const spread = spreads(targets)
  for (let c = 0; c < k; c++) {
    const v = spread[c] ?? 1
    curvature[c * size] = v
    for (let j = 0; j < design.width; j++) curvature[c * size + 1 + j] = v * (mass[j] ?? 0) + penalty / total
  }
  return curvature
}

function spreads(targets: Targets): readonly number[] {
  const b = priorIntercepts(targets)
  switch (targets.task) {
    case 'regression':
      return [1]
    case 'binary': {
      const p = sigmoid(b[0] ?? 0)
      return [p * (1 - p)]
    }
    case 'multiclass': {
      const shares = Float64Array.from(b)
      softmaxInPlace(shares, 0, shares.length)
      return Array.from(shares, (p) => p * (1 - p))
    }
  }
}

function moments(targets: Targets): { mean: number; deviation: number } {
  const total = totalWeight(targets)
  let mean = 0
  for (const [i, y] of targets.y.entries()) mean += (weightOf(targets, i) * y) / total
  let square = 0
  for (const [i, y] of targets.y.entries()) square += (weightOf(targets, i) * (y - mean) ** 2) / total
  return { mean, deviation: square > 0 ? Math.sqrt(square) : 1 }
}

const standardise = (targets: Targets, { mean, deviation }: { mean: number; deviation: number }): Targets =>
  targets.task === 'regression' ? { ...targets, y: targets.y.map((y) => (y - mean) / deviation) } : targets

const takeTargets = (targets: Targets, rows: Int32Array): Targets => ({
  ...targets,
  y: Float64Array.from(rows, (i) => targets.y[i] ?? 0),
  rowWeights: targets.rowWeights === null ? null : Float64Array.from(rows, (i) => targets.rowWeights?.[i] ?? 0),
})

function unpack(x: Float64Array, columns: number): { intercepts: readonly number[]; weights: readonly Float64Array[] } {
  const size = columns + 1
  const intercepts: number[] = []
  const weights: Float64Array[] = []
  for (let at = 0; at < x.length; at += size) {
    intercepts.push(x[at] ?? 0)
    weights.push(x.slice(at + 1, at + size))
  }
  return { intercepts, weights }
}

/** 32 well-mixed bits of a row number (murmur3's finaliser): the same split on every machine. */
export function rowHash(row: number): number {
  let h = (row + 0x9e3779b9) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
