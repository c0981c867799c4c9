/** What is said of intervals that hold the truth in more than 97 % of worlds: which of them could not hold it in less, and why the others do. */
import { count } from '../../src/core/report/format.ts'
import type { Coverage } from './coverage.ts'
import { type Departure, departureOf, departures } from './departures.ts'
import { bracketed, fine, table } from './markdown.ts'
import { attainableOf, type Counted, holdsTooOften, whyTooOften } from './targets.ts'

/** Why an interval could not hold the truth less often, by what it is of. */
const unavoidable = {
  change:
    'It could not hold less. Of equal models either answer of a row could as well be the other model’s: given the rows in which they differ, all ways to exchange answers are equally likely, and a test that holds 5 % and takes the larger change for the surer one rejects in those of the largest changes, such of one size together (Fisher 1935, §21; Lehmann & Romano 2005, §15.2). Where five rows differ or fewer these are none. What the test rejects less than 5 %, its interval holds more than 95 %.',
  level:
    'It could not hold less. A share has few outcomes where few rows count or nearly all are right. An interval whose bounds are right at 97.5 % wherever the share lies can miss it only in those outcomes at either end that have 2.5 % together (Clopper & Pearson 1934). Of a share at a threshold that the rows have chosen: as if the threshold were known. The largest error of a bin may be that of any bin, and is held from above where the exact end of one bin is beyond it.',
} as const

type Reason = keyof typeof unavoidable | Departure

const names = { change: 'a', level: 'b' } as const
const nameOf = (reason: Reason): string => (typeof reason === 'string' ? names[reason] : String(departures.indexOf(reason) + 1))
const said = (reason: Reason): string => (typeof reason === 'string' ? unavoidable[reason] : reason.because)

function reasonOf(counted: Counted, one: Coverage): Reason | null {
  const why = whyTooOften(one, attainableOf(counted, one))
  return why === 'attainable' ? one.part : why
}

/** What stands behind an interval in the table of all. */
export function markOf(counted: Counted, one: Coverage): string {
  const reason = holdsTooOften(one) ? reasonOf(counted, one) : departureOf(one, 'short')
  return reason === null ? '' : `(${nameOf(reason)})`
}

export function tooOften(counted: Counted): readonly string[] {
  const found = counted.covered
    .filter(holdsTooOften)
    .map((one) => ({ one, reason: reasonOf(counted, one), could: attainableOf(counted, one) }))
  const order: readonly (Reason | null)[] = ['change', 'level', ...departures, null]
  const by = order.flatMap((reason) => {
    const cells = found.filter((of) => of.reason === reason)
    return cells.length === 0 ? [] : [{ reason, cells }]
  })
  const forced = found.filter(({ reason }) => typeof reason === 'string').length
  return [
    '### Intervals that hold more than 97 %',
    '',
    `${count(found.length)} of ${count(counted.covered.length)}, by their whole interval in brackets: ${forced} of them (a, b) hold no more than could be held at the least, as far as the worlds can tell, and`,
    `${found.length - forced} hold more than that, or it is not known what the least is. "Could hold": what an interval holds in the same worlds that refuses as often as one that keeps its level may. Where it`,
    'stands beside a departure it is that of a test of equality alone. "Never": worlds of a hundred in which no such interval can refuse anything.',
    '',
    table(
      ['why', 'intervals', 'population', 'of', 'rows', 'metrics', 'held', 'could hold', 'never'],
      by.flatMap(({ reason, cells }) =>
        cells.map(({ one, could }, at) => [
          at > 0 ? '' : reason === null ? 'not known' : `(${nameOf(reason)})`,
          at > 0 ? '' : String(cells.length),
          one.population,
          one.part,
          count(one.rows),
          one.metric,
          bracketed(one.held, one.runs),
          could === null ? '' : fine(1 - could.refused),
          could === null ? '' : String(Math.round((100 * could.never) / could.runs)),
        ]),
      ),
    ),
    '',
    ...by.flatMap(({ reason }) => (reason === null ? [] : [`- (${nameOf(reason)}) ${said(reason)}`])),
    ...departures.filter(({ excuses }) => excuses === 'short').map((one) => `- (${nameOf(one)}) ${one.because}`),
  ]
}
