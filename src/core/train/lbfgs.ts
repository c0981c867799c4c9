/**
 * Minimum of a smooth convex function by limited-memory BFGS with a diagonal metric and a backtracking (Armijo) line search.
 *
 *     x ← x − t·H·g        H: inverse Hessian built of the last `memory` steps, started from γ·diag(1 / curvature)
 *
 * Ends when the largest gradient entry is at most `tolerance`, or when a step lowers the value by no more than `gain` of itself (at the
 * latest the floor of double precision). Same input, same bytes: no randomness, no threads.
 *
 * @param start     first point, not changed
 * @param evaluate  value at x; writes the gradient into its second argument
 * @param curvature positive estimate of the Hessian's diagonal, length of x
 * Source: Nocedal & Wright 2006, "Numerical Optimization", algorithm 7.4.
 */
export async function minimise(
  start: Float64Array,
  evaluate: (x: Float64Array, gradient: Float64Array) => number,
  curvature: Float64Array,
  { tolerance = 1e-8, gain = 1e-12, iterations = 300, memory = 10, breathe = noPause }: MinimiseOptions = {},
): Promise<Minimum> {
  let x = Float64Array.from(start)
  let gradient = new Float64Array(x.length)
  let value = evaluate(x, gradient)
  let next = new Float64Array(x.length)
  let nextGradient = new Float64Array(x.length)
  const steps: Step[] = []

  for (let iteration = 0; iteration < iterations; iteration++) {
    await breathe()
    if (largest(gradient) <= tolerance) return { x, value, iterations: iteration, converged: true }
    const direction = descent(gradient, steps, curvature)
    let slope = dot(direction, gradient)
    if (!(slope < 0)) {
      // the curvature collected no longer points downhill: forget it
      steps.length = 0
      direction.set(descent(gradient, steps, curvature))
      slope = dot(direction, gradient)
    }

    let t = 1
    let found = Number.POSITIVE_INFINITY
    for (let tries = 0; tries < 40; tries++, t /= 2) {
      for (let j = 0; j < x.length; j++) next[j] = (x[j] ?? 0) + t * (direction[j] ?? 0)
      found = evaluate(next, nextGradient)
      if (found <= value + 1e-4 * t * slope) break
    }
    if (!(found < value)) return { x, value, iterations: iteration, converged: largest(gradient) <= 100 * tolerance }

    const s = new Float64Array(x.length)
    const y = new Float64Array(x.length)
    for (let j = 0; j < x.length; j++) {
      s[j] = (next[j] ?? 0) - (x[j] ?? 0)
      y[j] = (nextGradient[j] ?? 0) - (gradient[j] ?? 0)
    }
    const sy = dot(s, y)
    if (sy > 1e-14 * Math.sqrt(dot(s, s) * dot(y, y))) {
      steps.push({ s, y, rho: 1 / sy })
      if (steps.length > memory) steps.shift()
    }
    ;[x, next] = [next, x]
    ;[gradient, nextGradient] = [nextGradient, gradient]
    const gained = value - found
    value = found
    if (gained <= gain * Math.abs(value)) return { x, value, iterations: iteration + 1, converged: true }
  }
  return { x, value, iterations, converged: false }
}

/** Awaited once an iteration: whoever runs long lets others run, and can be stopped by throwing. */
export type Breathe = () => Promise<void>
const noPause: Breathe = () => Promise.resolve()

export interface MinimiseOptions {
  readonly tolerance?: number
  readonly gain?: number
  readonly iterations?: number
  readonly memory?: number
  readonly breathe?: Breathe
}

export interface Minimum {
  readonly x: Float64Array
  readonly value: number
  readonly iterations: number
  readonly converged: boolean
}

interface Step {
  readonly s: Float64Array
  readonly y: Float64Array
  readonly rho: number
}

/** −H·gradient by the two-loop recursion. */
function descent(gradient: Float64Array, steps: readonly Step[], curvature: Float64Array): Float64Array {
  const q = gradient.map((g) => -g)
  const alphas: number[] = []
  for (const { s, y, rho } of steps.toReversed()) {
    const alpha = rho * dot(s, q)
    alphas.push(alpha)
    addScaled(q, y, -alpha)
  }
  const last = steps.at(-1)
  let gamma = 1
  if (last) {
    let scaled = 0
    for (let j = 0; j < q.length; j++) scaled += (last.y[j] ?? 0) ** 2 / (curvature[j] ?? 1)
    gamma = 1 / (last.rho * scaled)
  }
  for (let j = 0; j < q.length; j++) q[j] = ((q[j] ?? 0) * gamma) / (curvature[j] ?? 1)
  for (const { s, y, rho } of steps) addScaled(q, s, (alphas.pop() ?? 0) - rho * dot(y, q))
  return q
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0
  for (let j = 0; j < a.length; j++) total += (a[j] ?? 0) * (b[j] ?? 0)
  return total
}

function addScaled(a: Float64Array, b: Float64Array, factor: number): void {
  for (let j = 0; j < a.length; j++) a[j] = (a[j] ?? 0) + factor * (b[j] ?? 0)
}

function largest(xs: Float64Array): number {
  let top = 0
  for (const x of xs) top = Math.max(top, Math.abs(x))
  return top
}
