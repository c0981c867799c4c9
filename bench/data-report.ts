/** Measurements → rows of a table, and the table. */
import { type Measured, megabytes, pairedRatio, round } from './measure.ts'

export interface Case {
  readonly name: string
  readonly seconds: number
  /** milliseconds of processors, user and system */
  readonly cpu?: number | null
  /** bytes */
  readonly peak: number | null
  /** times what it is compared with */
  readonly ratio?: number
  readonly against?: string
  /** the target, in words */
  readonly most?: string
  readonly peakMost?: number
  /** null or left out: nothing was promised, or it could not be told */
  readonly met?: boolean | null
}

/** Of two that took turns. */
export const judgeTime = (ours: Measured, theirs: Measured, most: number, against: string) =>
  judgeRatio(ours, pairedRatio(ours, theirs), most, against)

function judgeRatio(ours: Measured, ratio: number, most: number, against: string) {
  return { seconds: ours.ms / 1000, cpu: ours.cpu, peak: ours.peak, ratio, against, most: `${most} ×`, met: ratio <= most }
}

export interface Growth {
  /** the most times what the smallest takes, in the order of the sizes; null for the smallest */
  readonly factors: readonly (number | null)[]
  /** what the smallest is */
  readonly against: string
  /** the most memory, in bytes */
  readonly peakMost: (smallest: number) => number
}

/**
 * Times against the smallest. The sizes do not take turns, so what others do meanwhile would decide: processor time is compared, where it is known.
 */
export function growthCases(measured: readonly Measured[], { factors, against, peakMost }: Growth): readonly Case[] {
  const [smallest] = measured
  return measured.map((one, index) => {
    const { name, ms, cpu, peak } = one
    const most = factors[index] ?? null
    if (most === null || smallest === undefined) return { name, seconds: ms / 1000, cpu, peak }
    const ratio = cpu === null || smallest.cpu === null ? ms / smallest.ms : cpu / smallest.cpu
    const judged = judgeRatio(one, ratio, most, `${against}, processor time`)
    if (smallest.peak === null || peak === null) return { name, ...judged }
    const limit = peakMost(smallest.peak)
    return { name, ...judged, peakMost: limit, met: judged.met && peak <= limit }
  })
}

export const machine = (on: {
  readonly cpu: string
  readonly cores: number
  readonly runs: number
  readonly short: boolean
  readonly node: string
  readonly built: boolean
  /** in words, behind the number of runs */
  readonly note?: string
}): string =>
  `${on.cpu}, ${on.cores} cores, Node ${on.node}, ${on.built ? 'the bundle' : 'the source'}; medians of ${on.runs} ${on.runs === 1 ? 'run' : 'runs'}${on.note ?? ''}${
    on.short ? '; short form: small tables, the ratios are those of starting a process' : ''
  }.`

export function markdown(cases: readonly Case[]): string {
  const rows = cases.map((one) => {
    const peak = megabytes(one.peak)
    const limit = one.peakMost === undefined ? '' : ` (≤ ${megabytes(one.peakMost)})`
    return [
      one.name,
      one.seconds >= 1 ? `${round(one.seconds, 2)} s` : `${round(one.seconds * 1000, 1)} ms`,
      one.cpu === undefined || one.cpu === null ? '' : `${round(one.cpu / 1000, 2)} s`,
      one.ratio === undefined ? '' : `${round(one.ratio, 2)} × ${one.against}`,
      one.most === undefined ? '' : `≤ ${one.most}`,
      peak === null ? '' : `${peak} MB${limit}`,
      one.met === undefined || one.met === null ? '' : one.met ? 'met' : 'missed',
    ]
  })
  const head = ['what', 'time', 'processors', 'ratio', 'target', 'peak memory', '']
  return `${[head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`
}
