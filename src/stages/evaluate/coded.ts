/** Labels of rows: what truth and answers are kept as. */

/** Text per row, as a code into the names seen. */
export interface Coded {
  readonly codes: Int32Array
  readonly names: readonly string[]
}
