/** Checks that share scans: each says what aggregates it wants, none is asked for twice, and each is told its own. */
import { number } from './answer.ts'
import type { Asked } from './ask.ts'
import type { Work } from './entry.ts'
import type { Sql, TableFacts } from './facts.ts'
import { type Finding, limitOf, withAnswer, withCounts } from './finding.ts'
import { conditions } from './row-conditions.ts'
import { aggregatesPerQuery, type Scan } from './scan.ts'

/** Columns in their order, so that a query over some of the checks reads few of them. @param exact rows are counted, whether any is broken or not */
export function sharedScans(all: readonly Asked[], table: TableFacts, exact = false): readonly Scan<readonly Finding[]>[] {
  const place = new Map(table.columns.map(({ name }, index) => [name, index]))
  const order = all.toSorted((a, b) => (place.get(a.expectation.column ?? '') ?? -1) - (place.get(b.expectation.column ?? '') ?? -1))
  const scans: Scan<readonly Finding[]>[] = []
  for (let from = 0; from < order.length; ) {
    const { scan, taken } = sharedScan(order.slice(from), exact)
    scans.push(scan)
    from += taken
  }
  return scans
}

/** The first of them, as many as one query should answer. */
function sharedScan(order: readonly Asked[], exact: boolean): { readonly scan: Scan<readonly Finding[]>; readonly taken: number } {
  const wanted: Sql[] = []
  const places = new Map<string, number>()
  const want = (asked: Sql): number => {
    const key = JSON.stringify(asked)
    const place = places.get(key) ?? wanted.push(asked) - 1
    places.set(key, place)
    return place
  }
  const finishers: ((values: readonly unknown[]) => Finding)[] = []
  for (const asked of order) {
    if (wanted.length >= aggregatesPerQuery) break
    const { work, scope, blank, expectation } = asked
    if (work.kind === 'rows' || work.kind === 'counted') {
      const aggregates = work.kind === 'rows' ? conditions(asked).counts : work.aggregates(scope)
      if (aggregates === null) throw new Error(`${expectation.check} has no aggregates`)
      const { judged, broken, doubts = null } = aggregates
      finishers.push(
        doubts === null || (work.kind === 'rows' && (exact || limitOf(expectation, work.allowed).value > 0))
          ? countedIn(asked, work, want(judged), want(broken))
          : unlessDoubtful(asked, work, want(judged), want(doubts)),
      )
    } else if (work.kind === 'figures') {
      const named = Object.entries(work.figures(scope)).map(([key, figure]) => [key, want(figure)] as const)
      finishers.push((values) => withAnswer(blank, work.judge(Object.fromEntries(named.map(([key, at]) => [key, values[at]])), scope)))
    } else throw new Error(`${expectation.check} shares no scan`)
  }
  return { scan: { wanted, finish: (values) => finishers.map((finish) => finish(values)) }, taken: finishers.length }
}

/** @param judged @param broken places of their numbers among the values */
const countedIn =
  ({ blank, scope, expectation }: Asked, { says, allowed }: Extract<Work, { kind: 'rows' | 'counted' }>, judged: number, broken: number) =>
  (values: readonly unknown[]): Finding =>
    withCounts(blank, { judged: values[judged], broken: values[broken] }, says(scope), limitOf(expectation, allowed))

/** The same where what is counted is 0 if nothing is broken, and else says nothing. */
const unlessDoubtful =
  (asked: Asked, work: Extract<Work, { kind: 'rows' | 'counted' }>, judged: number, doubts: number) =>
  (values: readonly unknown[]): Finding =>
    number(values[doubts]) === 0 ? countedIn(asked, work, judged, doubts)(values) : { ...asked.blank, doubtful: true }
