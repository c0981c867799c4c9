/** Times of a column, also where it is text that reads as one, and that none of it does: then nothing was judged, and nothing passes. */
import { type Answer, fail, type Row } from '../answer.ts'
import { type ColumnFacts, isMoment, present } from '../facts.ts'
import { asText, asTimestamp, readMoment } from '../sql-parts.ts'

/** SQL: the time, or null. */
export const moment = (column: ColumnFacts): string => (isMoment(column.kind) ? asTimestamp(column) : readMoment(asText(column)))

/** SQL of an aggregate: the newest one that is not endless. @param keep SQL: the rows that are looked at */
export const newestMoment = (column: ColumnFacts, keep = 'true'): string => {
  const at = moment(column)
  return `max(${at}) FILTER (WHERE ${keep} AND isfinite(${at}))`
}

/** SQL of an aggregate, to be called `unread`: values are there, and none of them is a time. */
export const noneReads = (column: ColumnFacts, keep = 'true'): string =>
  `(count_if(${keep} AND ${present(column)}) > 0 AND ${newestMoment(column, keep)} IS NULL)`

/** @param where of several tables */
export const unreadIn = (row: Row, name: string, where = ''): Answer | null =>
  row.unread === true ? fail(`no value of ${name} reads as a time${where}`) : null
