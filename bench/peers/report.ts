/** What was seen side by side → Markdown, and the claimed ratios that were missed. */
import { availableParallelism, totalmem } from 'node:os'
import { count } from '../../src/core/report/format.ts'
import { type Measured, megabytes, pairedRatio, round, sharedWith } from '../measure.ts'
import { percent } from '../simulate/tally.ts'
import type { Counts, PairAnswers, Timing, Validation } from './found.ts'
import type { Installed } from './tools.ts'

export interface Seen {
  readonly installed: readonly Installed[]
  readonly absent: readonly { readonly name: string; readonly because: string }[]
  readonly simulated: ReadonlyMap<string, Counts>
  readonly timings: readonly Timing[]
  readonly validated: readonly Validation[]
  readonly answers: ReadonlyMap<string, PairAnswers>
  /** that was run */
  readonly command: string
  readonly short: boolean
  /** of the machine before the start */
  readonly load: number
}

export function report(seen: Seen): { readonly text: string; readonly missed: readonly string[] } {
  const ratios = seen.timings.flatMap(({ task, claimed, ours, theirs }) =>
    theirs.map(({ peer, measured }) => ({
      task,
      peer,
      ratio: pairedRatio(measured, ours),
      cpu: processorRatio(measured, ours),
      claimed: claimed ? claimOf(peer, seen.short) : null,
      wanted: claimed && !seen.short ? peer.wanted : null,
    })),
  )
  const missed = ratios.flatMap(({ task, peer, ratio, claimed: least }) => {
    return least === null || ratio >= least ? [] : [`${task}: ${round(ratio, 1)} × as fast as ${peer.name}, claimed ${least} ×`]
  })
  const names = [...seen.simulated.keys()]
  const text = [
    '# Side by side with the peers',
    '',
    `\`${seen.command}\`, Node ${process.version}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}${sharedWith(seen.load)}.`,
    `Peers are their own code from PyPI at their defaults: ${seen.installed.map(({ name, version }) => `${name} ${version}`).join(', ')}.`,
    ...seen.absent.map(({ name, because }) => `${name} did not install here: \`${because}\`.`),
    '',
    '## In one table',
    '',
    table(
      ['', 'false alarms', 'power', ...seen.timings.map(({ task }) => `seconds and MB: ${task}`)],
      ['Modelgate', ...seen.installed.map(({ name }) => name)].map((name) => summary(seen, name)),
    ),
    '',
    'False alarms: runs in which any of 20 columns was flagged although nothing moved. Power: of the runs in which one column moved, those in which it was flagged, over all shifts below.',
    'Both say something only together. Seconds and MB: the whole process from start to exit, the median, and the peak of a turn of its own; in brackets how many times as long as Modelgate, the median of the turns. All keep what was compiled of their own code from one run to the next, as on a laptop.',
    '',
    ...floorsOf(seen),
    '## Who flags what, on twenty simulated columns',
    '',
    'Quiet and immaterial: runs in which any column was flagged. Else: runs in which the column that moved was. In brackets the tool’s own word on the whole table where it has one (for Modelgate: fail).',
    '',
    table(
      ['what happened', 'rows', 'runs', ...names],
      (seen.simulated.get('Modelgate') ?? []).map(({ scenario, rows, runs }) => [
        scenario,
        count(rows),
        count(runs),
        ...names.map((name) => cell(seen.simulated.get(name), scenario, rows)),
      ]),
    ),
    '',
    '## Who alarms on real months of flights (2001)',
    '',
    'Halves of one month differ by chance only. Months differ: schedules, delays, airports. Named are the flagged columns; in brackets the verdict on the whole table where the tool has one.',
    '',
    table(
      ['', ...seen.answers.keys()],
      (seen.answers.get('Modelgate') ?? []).map(({ name }, at) => [
        name,
        ...[...seen.answers.values()].map((all) => {
          const answer = all[at]
          return answer === undefined
            ? ''
            : `${answer.flagged.join(', ') || 'quiet'}${answer.verdict === null ? '' : answer.verdict ? ' (fail)' : ' (pass)'}`
        }),
      ]),
    ),
    '',
    `All that validated agree: ${seen.validated.map(({ what, broken }) => `${count(broken)} values break one of ${what}`).join(', ')}.`,
    '',
    seen.short ? '## Ratios' : '## Ratios on three million rows',
    '',
    table(
      ['', 'peer', 'times as fast', 'by processor time', 'claimed (less is a failure)', 'wanted'],
      ratios.map(({ task, peer, ratio, cpu, claimed, wanted }) => [
        task,
        peer.name,
        String(round(ratio, 1)),
        cpu === null ? '' : String(round(cpu, 1)),
        judged(claimed, ratio),
        judged(wanted, ratio),
      ]),
    ),
    '',
  ].join('\n')
  return { text, missed }
}

/** How near each validation is to what its parts take by themselves. */
function floorsOf({ validated }: Seen): readonly string[] {
  const tables = validated.flatMap(({ what, timings, floor }) => {
    const [timing] = timings
    if (timing === undefined) return []
    const { ours, theirs } = timing
    const row = (one: Measured, name: string) => [
      name,
      `${round(one.ms, 0)} ms`,
      one.cpu === null ? '' : `${round(one.cpu, 0)} ms`,
      ...theirs.map(({ measured }) => `${round(pairedRatio(measured, one), 1)} ×`),
    ]
    const head = [what, 'time', 'processors', ...theirs.map(({ peer }) => `times as fast as ${peer.name}`)]
    return [table(head, [...floor.map((one) => row(one, one.name)), row(ours, 'Modelgate')]), '']
  })
  if (tables.length === 0) return []
  return [
    '## The floor of validation',
    '',
    'What a process takes that has no code of ours, in the same turns: no checks on this engine from this Node can be faster than the second row. It proves no digest of the engine or of the data, reads no config, looks for no first broken row and writes no result.',
    '',
    ...tables,
  ]
}

/** Of all threads together: what others on the machine do hardly moves it, and neither do idle cores. */
const processorRatio = (peer: Measured, own: Measured): number | null => (peer.cpu === null || own.cpu === null ? null : peer.cpu / own.cpu)

/** Small tables, once, beside whatever else a CI machine does: nobody of whom anything is claimed may be faster, and no more is said. */
const claimOf = ({ claimed }: Installed, short: boolean): number | null => (short && claimed !== null ? 1 : claimed)
const judged = (least: number | null, ratio: number): string => (least === null ? '' : `${least}, ${ratio >= least ? 'met' : 'missed'}`)

function summary({ simulated, timings }: Seen, name: string): readonly string[] {
  const counts = simulated.get(name)
  const rate = (wanted: (scenario: string) => boolean) => {
    const rows = (counts ?? []).filter(({ scenario }) => wanted(scenario))
    const runs = rows.reduce((sum, { runs: n }) => sum + n, 0)
    return runs === 0 ? 'no drift test' : percent(rows.reduce((sum, { alarms }) => sum + alarms, 0) / runs)
  }
  return [
    name,
    rate((scenario) => scenario === 'quiet'),
    rate((scenario) => scenario !== 'quiet' && scenario !== 'immaterial'),
    ...timings.map(({ ours, theirs }) => {
      const own = name === 'Modelgate' ? ours : theirs.find(({ peer }) => peer.name === name)?.measured
      if (own === undefined) return ''
      return `${round(own.ms / 1000, 1)} s, ${megabytes(own.peak)} MB${own === ours ? '' : ` (${round(pairedRatio(own, ours), 1)} ×)`}`
    }),
  ]
}

function cell(counts: Counts | undefined, scenario: string, rows: number): string {
  const found = counts?.find((one) => one.scenario === scenario && one.rows === rows)
  if (found === undefined) return ''
  return `${percent(found.alarms / found.runs)}${found.verdicts === null ? '' : ` (${percent(found.verdicts / found.runs)})`}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
