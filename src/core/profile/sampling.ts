/** Rows chosen by a hash of their number: the same ones in every run, whatever the threads do. */

const hashRange = 2 ** 20

/**
 * @param number SQL name of the row number there
 * @returns an SQL WHERE that lets about `wanted` of `rows` through; empty where all are wanted
 */
export const chosenRows = (rows: number, wanted: number, number = 'row_at'): string =>
  rows <= wanted ? '' : `WHERE hash(${number}) % ${hashRange} < ${Math.ceil((wanted / rows) * hashRange)}`
