/**
 * What another tool's report says of its checks, and nothing else of it: reports quote values of the data, list labels in the names of checks,
 * and come from wherever. A reader takes the kind of check, the column, the outcome and two counts; `plainName` is the only way a name gets through.
 */

export interface ForeignCheck {
  /** an identifier, such as `expect_column_values_to_not_be_null`; null where the report's own name is none, which is then not shown */
  readonly name: string | null
  readonly column: string | null
  readonly status: 'pass' | 'fail' | 'error' | 'skipped'
  /** the tool itself only warns of it */
  readonly warns: boolean
  /** rows that were looked at and those that break it, where the report counts them */
  readonly judged: number | null
  readonly broken: number | null
}

export type Read =
  | {
      readonly kind: 'checks'
      readonly checks: readonly ForeignCheck[]
      /** the tool's own word for all of them together; null where it says none */
      readonly passed: boolean | null
    }
  | { readonly kind: 'unreadable'; readonly why: string }

/** One entry a tool. */
export interface Reader {
  readonly tool: string
  /** the file it reads, for docs */
  readonly file: string
  /** null: this is no report of that tool */
  readonly read: (report: Report) => Read | null
}

/** The text, and what it is as JSON; undefined where it is none. */
export interface Report {
  readonly text: string
  readonly json: unknown
}

const mostName = 100

/** An identifier at the beginning of a name: `isin` of `isin(['a'])`. What is free text gives none. */
export function plainName(text: string): string | null {
  const [name = null] = /^[A-Za-z_][A-Za-z0-9_.]*(?=$|[([]| *[<>=!])/.exec(text) ?? []
  return name !== null && name.length <= mostName ? name : null
}

/** A whole number of rows, or null. */
export const rowsOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
