/** What a person watches on stderr: a line when a stage begins, its outcome with the time it took, warnings, child output. */
import type { StageName, StageResult } from '../core/schema/result.ts'
import { neutraliseLine } from '../core/text/neutralise.ts'
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

/** One line a result, and a line for each check that is not fine. */
export function show(terminal: Terminal, result: StageResult): void {
  const seconds = `${(result.duration_ms / 1000).toFixed(1)} s`
  const passed = result.checks.filter((check) => check.effect === 'pass').length
  const summary = result.verdict === 'skipped' ? (result.because ?? '') : `${passed} of ${result.checks.length} checks passed`
  terminal.write(
    `  ${paint(terminal, colours[result.verdict], marks[result.verdict])} ${neutraliseLine(result.model ?? 'run')}: ${result.verdict}, ${neutraliseLine(summary)} (${seconds})\n`,
  )
  for (const check of result.checks) {
    if (check.effect === 'pass' || check.effect === 'skipped') continue
    terminal.write(
      `    ${paint(terminal, colours[check.effect], check.effect)} ${neutraliseLine(check.id)}  ${neutraliseLine(check.message)}\n`,
    )
    if (check.fix !== null) terminal.write(`         ${paint(terminal, 90, neutraliseLine(check.fix))}\n`)
  }
  for (const what of result.degraded) terminal.write(`    ${paint(terminal, 33, 'degraded')} ${neutraliseLine(what)}\n`)
}
