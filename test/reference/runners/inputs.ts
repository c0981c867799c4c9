/** Reading the inputs of a reference case, and what a runner is. */
import { z } from 'zod'

export type Inputs = Readonly<Record<string, unknown>>
/** Found values under the names of the expected ones. */
export type Found = Readonly<Record<string, unknown>>
export type Runner = (inputs: Inputs) => Found

export const num = (value: unknown): number => z.number().parse(value)
export const list = (value: unknown): readonly number[] => z.array(z.number()).parse(value)
export const lists = (value: unknown): readonly (readonly number[])[] => z.array(z.array(z.number())).parse(value)
export const table = (value: unknown): Record<string, number> => z.record(z.string(), z.number()).parse(value)
/** A number that the case may leave out. */
export const or = (value: unknown, otherwise: number): number => (value === undefined ? otherwise : num(value))

/** Counts of two samples over the values that occur, and these values. */
export function cellsOf(a: readonly number[], b: readonly number[]) {
  const points = [...new Set([...a, ...b].map((value) => value + 0))].sort((x, y) => x - y)
  const countsOf = (values: readonly number[]) => {
    const counts = new Map<number, number>()
    for (const value of values) counts.set(value + 0, (counts.get(value + 0) ?? 0) + 1)
    return points.map((point) => counts.get(point) ?? 0)
  }
  return { points, reference: countsOf(a), current: countsOf(b) }
}
