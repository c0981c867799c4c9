/** Counts of runs that alarmed, and what they say of the rate: with a binomial interval, because every simulation is a sample. */
import { clopperPearson } from '../../src/core/stats/proportion.ts'
import type { Outcome } from './repetition.ts'

/** Runs of one kind at one size. */
export class Tally {
  runs = 0
  readonly alarms = { anyWarn: 0, anyFail: 0, shiftWarn: 0, shiftFail: 0 }
  readonly by = new Map<string, number>()

  add({ any, shift, by }: Outcome): void {
    this.runs += 1
    this.alarms.anyWarn += Number(any.warn)
    this.alarms.anyFail += Number(any.fail)
    this.alarms.shiftWarn += Number(shift.warn)
    this.alarms.shiftFail += Number(shift.fail)
    for (const name of by) this.by.set(name, (this.by.get(name) ?? 0) + 1)
  }
}

export type Alarm = keyof Tally['alarms']

/** Each end is passed by chance once in two hundred simulations. */
const level = 0.995

export const interval = (k: number, n: number): readonly [number, number] => clopperPearson(k, n, level)

export interface Target {
  readonly what: string
  readonly k: number
  readonly n: number
  /** the rate must lie in it; a rate is outside when its whole interval is */
  readonly least?: number
  readonly most?: number
}

export interface Verdict extends Target {
  readonly rate: number
  readonly bounds: readonly [number, number]
  readonly met: boolean
}

export function judgeTarget(target: Target): Verdict {
  const { k, n, least = 0, most = 1 } = target
  const bounds = interval(k, n)
  return { ...target, rate: k / n, bounds, met: bounds[1] >= least && bounds[0] <= most }
}

export const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`
