/** Rows chosen by a hash of their number: the same ones in every run, whatever the threads do. */

const hashRange = 2 ** 20

/** @returns an SQL WHERE over `row_at` that lets about `wanted` of `rows` through; empty where all are wanted */
export const chosenRows = (rows: number, wanted: number): string =>
  rows <= wanted ? '' : `WHERE hash(row_at) % ${hashRange} < ${Math.ceil((wanted / rows) * hashRange)}`
