/**
 * Two independent estimates, each with an interval of its own: their difference θ₁ − r θ₂ and their ratio θ₁/θ₂, without taking either for normal.
 *
 *     lower = θ̂₁ − r θ̂₂ − √((θ̂₁ − l₁)² + r²(u₂ − θ̂₂)²)          upper = θ̂₁ − r θ̂₂ + √((u₁ − θ̂₁)² + r²(θ̂₂ − l₂)²)
 *     ratio: the r at which such a bound is 0
 *
 * `pairedLower`: of two estimates from the same rows that correlate by ρ, θ̂₁ − θ̂₂ − √((θ̂₁ − l₁)² + (u₂ − θ̂₂)² − 2ρ (θ̂₁ − l₁)(u₂ − θ̂₂)).
 *
 * Of Wilson's intervals and r = 1 that is Newcombe's method 10. Ends are one-sided bounds at `level`. `contrastAbove` and `contrastBelow` turn the bounds
 * round: the p-value of "the true difference is above (below) `at`" is 1 − the level at which the bound is there; never below 1e-15, ½ at the estimate.
 * Source: Zou & Donner 2008, "Construction of confidence limits about effect measures"; Donner & Zou 2012 for the ratio; Newcombe 1998b.
 */
import { bisection } from './bisection.ts'
import type { Bounds } from './proportion.ts'

export interface Estimate {
  readonly value: number
  /** each end is a one-sided bound at `level` */
  bounds(level: number): Bounds
}

export function contrastBounds(a: Estimate, b: Estimate, factor: number, level: number): Bounds {
  const [l1, u1] = a.bounds(level)
  const [l2, u2] = b.bounds(level)
  const value = a.value - factor * b.value
  return [value - Math.hypot(a.value - l1, factor * (u2 - b.value)), value + Math.hypot(u1 - a.value, factor * (b.value - l2))]
}

export function pairedLower(a: Estimate, b: Estimate, correlation: number, level: number): number {
  const down = a.value - a.bounds(level)[0]
  const up = b.bounds(level)[1] - b.value
  return a.value - b.value - Math.sqrt(Math.max(0, down ** 2 + up ** 2 - 2 * correlation * down * up))
}

export function contrastAbove(a: Estimate, b: Estimate, factor: number, at: number): number {
  const value = a.value - factor * b.value
  if (value === at) return 0.5
  return value > at
    ? tail((level) => contrastBounds(a, b, factor, level)[0] > at)
    : 1 - tail((level) => contrastBounds(a, b, factor, level)[1] < at)
}

export const contrastBelow = (a: Estimate, b: Estimate, factor: number, at: number): number => 1 - contrastAbove(a, b, factor, at)

/** 1 − the largest level at which the bound is still on this side. */
export function tail(beyond: (level: number) => boolean): number {
  if (beyond(1 - 1e-15)) return 1e-15
  return Math.exp(bisection((log) => !beyond(1 - Math.exp(log)), Math.log(1e-15), Math.log(0.5), 40))
}

/** Of estimates that cannot be negative; an end is infinite where the denominator may be 0. */
export function ratioBounds(a: Estimate, b: Estimate, level: number): Bounds {
  const [l1, u1] = a.bounds(level)
  const [l2, u2] = b.bounds(level)
  const product = a.value * b.value
  const root = (end1: number, end2: number) =>
    Math.sqrt(Math.max(0, product ** 2 - end1 * end2 * (2 * a.value - end1) * (2 * b.value - end2)))
  const under = (end: number) => end * (2 * b.value - end)
  const open = under(u2) === 0 ? (l1 * (2 * a.value - l1)) / (2 * product) : (product - root(l1, u2)) / under(u2)
  const lower = product > 0 && Number.isFinite(open) ? open : 0
  const upper = under(l2) > 0 ? (product + root(u1, l2)) / under(l2) : Number.POSITIVE_INFINITY
  return [Math.max(0, lower), upper]
}
