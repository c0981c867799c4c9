/** What a person watches on stderr: a line when a stage begins, its outcome with the time it took, warnings, child output. */
import { dueLines, explained, outcomeWords } from '../core/report/log-lines.ts'
import type { StageName, StageResult } from '../core/schema/result.ts'
import { neutralise, neutraliseLine } from '../core/text/neutralise.ts'
import type { Progress } from '../ports/progress.ts'

const marks = { pass: '✓', warn: '!', fail: '✗', error: '✗', skipped: '–' } as const
const colours = { pass: 32, warn: 33, fail: 31, error: 31, skipped: 90 } as const

export interface Terminal {
  write(text: string): void
  readonly colour: boolean
}

const paint = (terminal: Terminal, code: number, text: string) => (terminal.colour ? `\x1b[${code}m${text}\x1b[0m` : text)

export const progressOn = (terminal: Terminal): Progress => ({
  say: (text) => terminal.write(`    ${paint(terminal, 90, neutraliseLine(text))}\n`),
  warn: (text) => terminal.write(`  ${paint(terminal, 33, '!')} ${neutraliseLine(text)}\n`),
  child: (line) => terminal.write(`    ${paint(terminal, 90, '│')} ${neutraliseLine(line)}\n`),
})

export const announce = (terminal: Terminal, stage: StageName): void => terminal.write(`${paint(terminal, 1, stage)}\n`)

/** One line a result. */
export function showOutcome(terminal: Terminal, result: StageResult): void {
  const seconds = `${(result.duration_ms / 1000).toFixed(1)} s`
  const outcome = `${result.model ?? 'run'}: ${result.verdict}, ${outcomeWords(result)}`
  terminal.write(`  ${paint(terminal, colours[result.verdict], marks[result.verdict])} ${neutraliseLine(outcome)} (${seconds})\n`)
  for (const what of result.degraded) terminal.write(`    ${paint(terminal, 33, 'degraded')} ${neutraliseLine(what)}\n`)
}

/** Its outcome, and a line for each thing that is not fine. */
export function show(terminal: Terminal, result: StageResult): void {
  showOutcome(terminal, result)
  const due = dueLines(result)
  for (const { effect, id, message, fix } of due) {
    terminal.write(`    ${paint(terminal, colours[effect], effect)} ${neutraliseLine(id)}  ${neutraliseLine(message)}\n`)
    for (const line of fix) terminal.write(`         ${paint(terminal, 90, neutraliseLine(line))}\n`)
  }
  const words = explained(due)
  if (words !== '') terminal.write(`    ${paint(terminal, 90, words)}\n`)
}

const verdictColours = { PASS: colours.pass, WARN: colours.warn, FAIL: colours.fail, ERROR: colours.error } as const

/** The verdict with its reasons: the words that a reader looks for in colour. */
export const showVerdict = (terminal: Terminal, text: string): void =>
  terminal.write(
    `${neutralise(text).replace(/^( *)(PASS|WARN|FAIL|ERROR)(?= )/gm, (_, indent: string, word: keyof typeof verdictColours) => `${indent}${paint(terminal, verdictColours[word], word)}`)}\n`,
  )
